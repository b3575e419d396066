/*
 * Pins the bug check of each wrong allocation and free, and the leak report.
 */
#include "fixture.h"

#include "ex/pool.h"

static VOID raise_to(KIRQL level, KIRQL *old)
{
    *old = KfRaiseIrql(level);
}

static void allocation_at_a_raised_irql(void **state)
{
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    raise_to(DISPATCH_LEVEL, &old);
    ExFreePool(ExAllocatePoolWithTag(NonPagedPoolNx, 10, TEST_TAG));
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 10, TEST_TAG), BAD_POOL_CALLER, 0x08);
    assert_int_equal(provoked.parameters[1], DISPATCH_LEVEL);
    assert_int_equal(provoked.parameters[2], PagedPool);
    assert_int_equal(provoked.parameters[3], 10);
    raise_to(DISPATCH_LEVEL + 1, &old);
    ASSERT_BUGCHECK(ExAllocatePool2(POOL_FLAG_NON_PAGED, 11, TEST_TAG), BAD_POOL_CALLER, 0x08);
    assert_int_equal(provoked.parameters[1], DISPATCH_LEVEL + 1);
    assert_int_equal(provoked.parameters[2], NonPagedPool);
    assert_int_equal(provoked.parameters[3], 11);
    KeLowerIrql(PASSIVE_LEVEL);

    raise_to(APC_LEVEL, &old);
    ExFreePool(ExAllocatePoolWithTag(PagedPool, 10, TEST_TAG));
    KeLowerIrql(PASSIVE_LEVEL);
}

static void free_at_a_raised_irql(void **state)
{
    static const SIZE_T sizes[] = {10, 5000, 100000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PVOID paged = ExAllocatePoolWithTag(PagedPool, sizes[i], TEST_TAG);
        PVOID nonpaged = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        KIRQL old;
        raise_to(DISPATCH_LEVEL, &old);
        ASSERT_BUGCHECK(ExFreePool(paged), BAD_POOL_CALLER, 0x09);
        assert_int_equal(provoked.parameters[1], DISPATCH_LEVEL);
        assert_int_equal(provoked.parameters[2], PagedPool);
        assert_ptr_equal(provoked.parameters[3], paged);
        raise_to(DISPATCH_LEVEL + 1, &old);
        ASSERT_BUGCHECK(ExFreePool(nonpaged), BAD_POOL_CALLER, 0x09);
        KeLowerIrql(DISPATCH_LEVEL);
        ExFreePool(nonpaged);
        KeLowerIrql(PASSIVE_LEVEL);
        ExFreePool(paged);
    }
}

static void bad_types_and_tags(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(NonPagedPoolMustSucceed, 77, TEST_TAG), BAD_POOL_CALLER,
                    0x9A);
    assert_int_equal(provoked.parameters[1], NonPagedPoolMustSucceed);
    assert_int_equal(provoked.parameters[2], 77);
    assert_int_equal(provoked.parameters[3], TEST_TAG);
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 77, 0), BAD_POOL_CALLER, 0x9B);
    assert_int_equal(provoked.parameters[1], PagedPool);
    assert_int_equal(provoked.parameters[2], 77);
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 77, ' GIB'), BAD_POOL_CALLER, 0x9C);
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 77, '  .-'), BAD_POOL_CALLER, 0x9D);
    assert_int_equal(provoked.parameters[1], '  .-');
    /* ExAllocatePool2 asks only that there is a tag; it does not whitewash the tag for the others.
     */
    ExFreePool(ExAllocatePool2(POOL_FLAG_PAGED, 77, '  .-'));
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 77, '  .-'), BAD_POOL_CALLER, 0x9D);
    ExFreePoolWithTag(ExAllocatePoolWithTag(PagedPool, 77, TEST_TAG | PROTECTED_POOL),
                      TEST_TAG | PROTECTED_POOL);
}

static void pointers_that_are_no_pool(void **state)
{
    static UCHAR global[64];
    PVOID never_pool = mm_frame_address(MM_SYSTEM_FRAMES - 16);

    UNREFERENCED_PARAMETER(state);
    ASSERT_BUGCHECK(ExFreePool(NULL), BAD_POOL_CALLER, 0x46);
    assert_int_equal(provoked.parameters[1], 0);
    ASSERT_BUGCHECK(ExFreePool(global), BAD_POOL_CALLER, 0x40);
    assert_ptr_equal(provoked.parameters[1], global);
    assert_int_equal(provoked.parameters[2], HAL_SYSTEM_BASE);
    ASSERT_BUGCHECK(ExFreePoolWithTag(never_pool, TEST_TAG), BAD_POOL_CALLER, 0x46);
    assert_ptr_equal(provoked.parameters[1], never_pool);
    ASSERT_BUGCHECK(ExFreePool((PVOID)(MM_PTE_BASE + 0x5000)), BAD_POOL_CALLER, 0x46);
}

static void pointers_into_blocks(void **state)
{
    static const SIZE_T sizes[] = {10, 100, 256, 4096, 9000, 100000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        ASSERT_BUGCHECK(ExFreePool(block + 1), BAD_POOL_CALLER, 0x99);
        assert_ptr_equal(provoked.parameters[1], block + 1);
        if (sizes[i] > 64)
            ASSERT_BUGCHECK(ExFreePool(block + 16), BAD_POOL_CALLER, 0x99);
        ExFreePool(block);
    }
}

static void double_frees(void **state)
{
    static const SIZE_T sizes[] = {10, 256, 4096, 9000, 100000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PVOID block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        ExFreePool(block);
        ASSERT_BUGCHECK(ExFreePool(block), BAD_POOL_CALLER, 0x07);
        assert_ptr_equal(provoked.parameters[3], block);
        ASSERT_BUGCHECK(ExFreePoolWithTag(block, TEST_TAG), BAD_POOL_CALLER, 0x07);
    }
}

/* A block that has long gone back to its chunk is known as freed all the same. */
static void double_free_of_an_old_block(void **state)
{
    enum { count = 1000 };
    static PVOID blocks[count];

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < count; i++)
        blocks[i] = ExAllocatePoolWithTag(NonPagedPoolNx, 500, TEST_TAG);
    for (ULONG i = 0; i < count; i++)
        ExFreePool(blocks[i]);
    for (ULONG i = 0; i < count; i++)
        ASSERT_BUGCHECK(ExFreePool(blocks[i]), BAD_POOL_CALLER, 0x07);
}

static void wrong_tags(void **state)
{
    static const SIZE_T sizes[] = {10, 4096, 100000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PVOID block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        ASSERT_BUGCHECK(ExFreePoolWithTag(block, 'gnrW'), BAD_POOL_CALLER, 0x0A);
        assert_ptr_equal(provoked.parameters[1], block);
        assert_int_equal(provoked.parameters[2], TEST_TAG);
        assert_int_equal(provoked.parameters[3], 'gnrW');
        assert_non_null(strstr(ke_bugcheck_report(), "wrong_tags"));
        ExFreePoolWithTag(block, 0);
    }
}

static void overruns(void **state)
{
    static const SIZE_T sizes[] = {0, 1, 10, 24, 100, 256, 4000, 4088, 4095, 5000, 99999};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        UCHAR kept = peek(block + sizes[i]);
        poke(block + sizes[i], 0);
        ASSERT_BUGCHECK(ExFreePool(block), BAD_POOL_HEADER, 0x21);
        assert_ptr_equal(provoked.parameters[1], block);
        assert_int_equal(provoked.parameters[2], sizes[i]);
        poke(block + sizes[i], kept);
        ExFreePool(block);
    }
}

/* The block's process is named in the last word of the room that the block has. */
static void damaged_quota(void **state)
{
    PUCHAR block = ExAllocatePoolWithQuotaTag(PagedPool, 16, TEST_TAG);
    PUCHAR word = block + pool_chunk_of(block)->block_size - POOL_QUOTA_BYTES;
    UCHAR kept = peek(word);

    UNREFERENCED_PARAMETER(state);
    poke(word, kept ^ 1);
    ASSERT_BUGCHECK(ExFreePool(block), BAD_POOL_CALLER, 0x0D);
    assert_ptr_equal(provoked.parameters[1], block);
    assert_int_equal(provoked.parameters[2], TEST_TAG);
    poke(word, kept);
    ExFreePool(block);
}

static void secure_frees(void **state)
{
    POOL_EXTENDED_PARAMETER secure = {.Type = PoolExtendedParameterSecurePool};
    PVOID block = ExAllocatePool2(POOL_FLAG_PAGED, 10, TEST_TAG);

    UNREFERENCED_PARAMETER(state);
    ASSERT_BUGCHECK(ExFreePool2(block, TEST_TAG, &secure, 1), BAD_POOL_CALLER, 0x99);
    secure.Optional = 1;
    ExFreePool2(block, TEST_TAG, &secure, 1);
}

/* After each bug check the block is still the caller's, and the accounts are right. */
static void changes_nothing_on_failure(void **state)
{
    struct ex_tag_usage before, after;
    PVOID block = ExAllocatePoolWithTag(PagedPool, 10, TEST_TAG);

    UNREFERENCED_PARAMETER(state);
    before = usage_of(TEST_TAG, TRUE);
    ASSERT_BUGCHECK(ExFreePoolWithTag(block, 'gnrW'), BAD_POOL_CALLER, 0x0A);
    after = usage_of(TEST_TAG, TRUE);
    assert_int_equal(before.frees, after.frees);
    assert_int_equal(before.bytes, after.bytes);
    assert_true(ex_pool_is_allocated(block));
    ExFreePool(block);
}

static __attribute__((noinline)) PVOID leaky(SIZE_T bytes)
{
    PVOID volatile block = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, 'kaeL');
    return block;
}

static void names_leaks(void **state)
{
    static UNICODE_STRING name = {10, 12, (PWSTR)L"leaky"};
    ULONG64 code = (ULONG64)leaky;
    PVOID small = leaky(40), large = leaky(100000), special;

    UNREFERENCED_PARAMETER(state);
    ex_pool_special('kaeL');
    special = leaky(50);
    ex_pool_special(0);
    assert_int_equal(ex_pool_report_leaks(&name, code - 0x100000, 0x1000), 0);
    assert_int_equal(ex_pool_report_leaks(&name, code, 0x100), 3);
    ExFreePool(small);
    assert_int_equal(ex_pool_report_leaks(&name, code, 0x100), 2);
    ExFreePool(large);
    ExFreePool(special);
    assert_int_equal(ex_pool_report_leaks(&name, code, 0x100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocation_at_a_raised_irql),
        cmocka_unit_test(free_at_a_raised_irql),
        cmocka_unit_test(bad_types_and_tags),
        cmocka_unit_test(pointers_that_are_no_pool),
        cmocka_unit_test(pointers_into_blocks),
        cmocka_unit_test(double_frees),
        cmocka_unit_test(double_free_of_an_old_block),
        cmocka_unit_test(wrong_tags),
        cmocka_unit_test(overruns),
        cmocka_unit_test(damaged_quota),
        cmocka_unit_test(secure_frees),
        cmocka_unit_test(changes_nothing_on_failure),
        cmocka_unit_test(names_leaks),
    };
    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
