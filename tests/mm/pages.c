/*
 * Pages for MDLs and contiguous memory: limits, skips, every flag, and what is
 * freed is free.
 */
#include "mm_test.h"

static PHYSICAL_ADDRESS physical(ULONG64 address)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)address};
}

static const ULONG64 anywhere = ~0ull;

static PMDL allocate(ULONG64 low, ULONG64 high, ULONG64 skip, SIZE_T total, ULONG flags)
{
    return MmAllocatePagesForMdlEx(physical(low), physical(high), physical(skip), total, MmCached,
                                   flags);
}

static void free_pages(PMDL mdl)
{
    MmFreePagesFromMdl(mdl);
    assert_int_equal(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA), 0);
    ExFreePool(mdl);
}

static void test_pages_are_zero_and_mappable(void **state)
{
    (void)state;
    ULONG64 before = statistics().frames_in_use;
    for (ULONG round = 0; round < 3; round++) {
        PMDL mdl =
            MmAllocatePagesForMdl(physical(0), physical(anywhere), physical(0), 10 * PAGE_SIZE - 1);
        assert_int_equal(MmGetMdlByteCount(mdl), 10 * PAGE_SIZE);
        assert_int_equal(MmGetMdlByteOffset(mdl), 0);
        assert_null(MmGetMdlVirtualAddress(mdl));
        assert_int_equal(mdl->MdlFlags, MDL_PAGES_LOCKED);
        ULONG64 *words = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
        for (SIZE_T word = 0; word < 10 * PAGE_SIZE / 8; word++)
            assert_int_equal(words[word], 0);
        memset(words, 0xEE, 10 * PAGE_SIZE);
        free_pages(mdl);
    }
    assert_in_range(statistics().frames_in_use, before, before + 32); /* the pool's own */
}

static void test_totals(void **state)
{
    (void)state;
    assert_null(allocate(0, anywhere, 0, 0, 0));
    assert_null(allocate(0, anywhere, 0, 0x100000000ull, 0));
    assert_null(allocate(0, anywhere, 0, MAXSIZE_T, 0));
    assert_null(allocate(0, anywhere, 1, PAGE_SIZE, 0));
    assert_null(allocate(0, anywhere, 0, PAGE_SIZE, 0x80000000));
    PMDL mdl = allocate(0, anywhere, 0, 1,
                        MM_DONT_ZERO_ALLOCATION | MM_ALLOCATE_NO_WAIT |
                            MM_ALLOCATE_FROM_LOCAL_NODE_ONLY | 0x40);
    assert_int_equal(MmGetMdlByteCount(mdl), PAGE_SIZE);
    free_pages(mdl);
    mdl = allocate(0, anywhere, 0, 0x100000000ull - PAGE_SIZE, 0);
    assert_int_equal(MmGetMdlByteCount(mdl), 0x100000000ull - PAGE_SIZE);
    free_pages(mdl);
}

static void test_limits(void **state)
{
    (void)state;
    ULONG64 low = 0x200000, high = 0x2FFFFF; /* 256 frames */
    PMDL mdl = allocate(low, high, 0, 300 * PAGE_SIZE, 0);
    assert_int_equal(MmGetMdlByteCount(mdl), 256 * PAGE_SIZE);
    for (ULONG page = 0; page < 256; page++)
        assert_in_range(MmGetMdlPfnArray(mdl)[page], low >> PAGE_SHIFT, high >> PAGE_SHIFT);
    assert_null(allocate(low, high, 0, PAGE_SIZE, 0));
    free_pages(mdl);

    assert_null(allocate(low, high, 0, 257 * PAGE_SIZE, MM_ALLOCATE_FULLY_REQUIRED));
    mdl = allocate(low, high, 0, 256 * PAGE_SIZE, MM_ALLOCATE_FULLY_REQUIRED);
    assert_int_equal(MmGetMdlByteCount(mdl), 256 * PAGE_SIZE);
    free_pages(mdl);
    assert_null(allocate(high, low, 0, PAGE_SIZE, 0));
}

static void test_skip(void **state)
{
    (void)state;
    PMDL mdl = allocate(0x200000, 0x20FFFF, 0x100000, 40 * PAGE_SIZE, 0);
    assert_int_equal(MmGetMdlByteCount(mdl), 40 * PAGE_SIZE);
    for (ULONG page = 0; page < 40; page++) {
        ULONG64 low = 0x200000 + page / 16 * 0x100000;
        assert_in_range(MmGetMdlPfnArray(mdl)[page] << PAGE_SHIFT, low, low + 0xFFFF);
    }
    free_pages(mdl);
}

static void test_contiguous_chunks(void **state)
{
    (void)state;
    ULONG flags = MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS | MM_ALLOCATE_FULLY_REQUIRED;
    PMDL mdl = allocate(0, anywhere, 0, 77 * PAGE_SIZE, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS);
    for (ULONG page = 1; page < 77; page++)
        assert_int_equal(MmGetMdlPfnArray(mdl)[page], MmGetMdlPfnArray(mdl)[0] + page);
    free_pages(mdl);

    assert_null(allocate(0, anywhere, 3 * PAGE_SIZE, 9 * PAGE_SIZE, flags));
    assert_null(allocate(0, anywhere, 4 * PAGE_SIZE, 9 * PAGE_SIZE, flags));
    mdl = allocate(0, anywhere, 4 * PAGE_SIZE, 12 * PAGE_SIZE, flags);
    for (ULONG page = 0; page < 12; page++)
        assert_int_equal(MmGetMdlPfnArray(mdl)[page], MmGetMdlPfnArray(mdl)[page & ~3u] + page % 4);
    free_pages(mdl);
    /* No block of that size lies inside these limits. */
    assert_null(
        allocate(0x200000, 0x20FFFF, 0, 17 * PAGE_SIZE, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS));
}

static void test_hot_remove(void **state)
{
    (void)state;
    assert_null(allocate(0, anywhere, 0, PAGE_SIZE, 0x100 | MM_ALLOCATE_FULLY_REQUIRED));
    PMDL mdl = allocate(0, anywhere, 0, PAGE_SIZE, 0x100);
    assert_non_null(mdl);
    free_pages(mdl);
}

static void test_no_memory_for_the_mdl(void **state)
{
    (void)state;
    ULONG64 before = statistics().frames_in_use;
    ex_pool_inject(0, FALSE);
    PMDL mdl = allocate(0, anywhere, 0, 4 * PAGE_SIZE, 0);
    ex_pool_inject(MAXULONG, FALSE);
    assert_null(mdl);
    assert_int_equal(statistics().frames_in_use, before);
}

/* ---- Contiguous memory ------------------------------------------------- */

static void test_contiguous(void **state)
{
    (void)state;
    assert_null(MmAllocateContiguousMemory(0, physical(anywhere)));
    assert_null(MmAllocateContiguousMemory(PAGE_SIZE, physical(0x1000)));
    PUCHAR memory = MmAllocateContiguousMemory(5 * PAGE_SIZE + 1, physical(anywhere));
    assert_int_equal((ULONG64)memory % PAGE_SIZE, 0);
    ULONG64 first = (ULONG64)MmGetPhysicalAddress(memory).QuadPart;
    for (ULONG page = 0; page < 6; page++)
        assert_int_equal(MmGetPhysicalAddress(memory + page * PAGE_SIZE + page).QuadPart,
                         first + page * PAGE_SIZE + page);
    assert_ptr_equal(MmGetVirtualForPhysical(physical(first + 1)), memory + 1);
    MmFreeContiguousMemory(memory);
}

static void test_contiguous_limits(void **state)
{
    (void)state;
    /* Below 16 MiB, as an old DMA controller wants it, its last byte included. */
    PVOID low = MmAllocateContiguousMemory(0x10000, physical(0xFFFFFF));
    assert_non_null(low);
    assert_true(MmGetPhysicalAddress(low).QuadPart + 0xFFFF <= 0xFFFFFF);
    MmFreeContiguousMemory(low);
    assert_null(MmAllocateContiguousMemorySpecifyCache(2 * PAGE_SIZE, physical(0x200000),
                                                       physical(0x201FFE), physical(0), MmCached));
    PVOID exact = MmAllocateContiguousMemorySpecifyCache(
        2 * PAGE_SIZE, physical(0x200000), physical(0x201FFF), physical(0), MmNonCached);
    assert_int_equal(MmGetPhysicalAddress(exact).QuadPart, 0x200000);
    MmFreeContiguousMemorySpecifyCache(exact, 2 * PAGE_SIZE, MmNonCached);
}

static void test_contiguous_boundary(void **state)
{
    (void)state;
    for (ULONG round = 0; round < 20; round++) {
        PVOID odd = MmAllocateContiguousMemory(PAGE_SIZE, physical(anywhere));
        PVOID memory = MmAllocateContiguousMemorySpecifyCacheNode(
            0xF000, physical(0), physical(anywhere), physical(0x10000), MmCached, MM_ANY_NODE_OK);
        ULONG64 first = (ULONG64)MmGetPhysicalAddress(memory).QuadPart;
        assert_int_equal(first / 0x10000, (first + 0xEFFF) / 0x10000);
        MmFreeContiguousMemory(memory);
        MmFreeContiguousMemory(odd);
    }
    assert_null(MmAllocateContiguousMemorySpecifyCache(0x11000, physical(0), physical(anywhere),
                                                       physical(0x10000), MmCached));
    assert_null(MmAllocateContiguousMemorySpecifyCache(PAGE_SIZE, physical(0), physical(anywhere),
                                                       physical(0x3000), MmCached));
}

static void test_bad_contiguous_free(void **state)
{
    (void)state;
    PUCHAR volatile memory = MmAllocateNonCachedMemory(2 * PAGE_SIZE);
    ASSERT_BUGCHECK(MmFreeContiguousMemory(memory + PAGE_SIZE), BAD_POOL_CALLER);
    assert_int_equal(mm_test_bugcheck.parameters[0], 0x60);
    assert_ptr_equal(mm_test_bugcheck.parameters[1], memory + PAGE_SIZE);
    ASSERT_BUGCHECK(MmFreeContiguousMemory(memory + 1), BAD_POOL_CALLER);
    ASSERT_BUGCHECK(MmFreeContiguousMemory((PVOID)0x1000), BAD_POOL_CALLER);
    MmFreeNonCachedMemory(memory, 2 * PAGE_SIZE);
    ASSERT_BUGCHECK(MmFreeContiguousMemory(memory), BAD_POOL_CALLER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_pages_are_zero_and_mappable),
        MM_TEST(test_totals),
        MM_TEST(test_limits),
        MM_TEST(test_skip),
        MM_TEST(test_contiguous_chunks),
        MM_TEST(test_hot_remove),
        MM_TEST(test_no_memory_for_the_mdl),
        MM_TEST(test_contiguous),
        MM_TEST(test_contiguous_limits),
        MM_TEST(test_contiguous_boundary),
        MM_TEST(test_bad_contiguous_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
