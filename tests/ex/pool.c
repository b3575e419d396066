/*
 * Pins where pool blocks lie, what is in them, and how each call and flag fails.
 */
#include "fixture.h"

static VOID assert_placed(PVOID block, SIZE_T bytes)
{
    ULONG64 first = (ULONG64)block, last = first + max(bytes, 1) - 1;

    assert_non_null(block);
    assert_true(mm_is_system_address(first));
    assert_int_equal(first % 16, 0);
    if (bytes >= PAGE_SIZE)
        assert_int_equal(first % PAGE_SIZE, 0);
    else
        assert_int_equal(first >> PAGE_SHIFT, last >> PAGE_SHIFT);
}

/* Every size to two pages, then the limits of the allocator's ways and their neighbours. */
static void lies_as_nt_says(void **state)
{
    static const SIZE_T limits[] = {8192, 12288, 16384, 65536, 0x100000, 0x1000001};

    UNREFERENCED_PARAMETER(state);
    for (SIZE_T bytes = 0; bytes <= 2 * PAGE_SIZE; bytes++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, TEST_TAG);
        assert_placed(block, bytes);
        memset(block, 0x5A, bytes);
        ExFreePoolWithTag(block, TEST_TAG);
    }
    for (ULONG i = 0; i < RTL_NUMBER_OF(limits); i++) {
        for (SIZE_T bytes = limits[i] - 17; bytes <= limits[i] + 17; bytes++) {
            PUCHAR block = ExAllocatePoolWithTag(PagedPool, bytes, TEST_TAG);
            assert_placed(block, bytes);
            block[0] = block[bytes - 1] = 0x5A;
            ExFreePoolWithTag(block, TEST_TAG);
        }
    }
    assert_int_equal(outstanding(TEST_TAG), 0);
}

/* Blocks of all sizes at once do not overlap: each keeps its own pattern. */
static void does_not_overlap(void **state)
{
    enum { count = 3000 };
    static PUCHAR blocks[count];

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < count; i++) {
        SIZE_T bytes = 1 + i * 7 % 5000;
        blocks[i] = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, TEST_TAG);
        assert_non_null(blocks[i]);
        memset(blocks[i], (int)(i * 31), bytes);
    }
    for (ULONG i = 0; i < count; i++) {
        SIZE_T bytes = 1 + i * 7 % 5000;
        for (SIZE_T at = 0; at < bytes; at++)
            if (blocks[i][at] != (UCHAR)(i * 31))
                fail_msg("block %u of %llu bytes: byte %llu is %02x", i, bytes, at, blocks[i][at]);
        ExFreePool(blocks[i]);
    }
}

static void aligns_to_cache_lines(void **state)
{
    static const SIZE_T sizes[] = {1, 64, 100, 200, 300, 1000, 2000, 4000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PVOID old = ExAllocatePoolWithTag(NonPagedPoolCacheAligned, sizes[i], TEST_TAG);
        PVOID new = ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_CACHE_ALIGNED, sizes[i], TEST_TAG);
        assert_int_equal((ULONG64)old % 64, 0);
        assert_int_equal((ULONG64) new % 64, 0);
        ExFreePool(old);
        ExFreePool(new);
    }
}

/* A block that was freed with a pattern in it, allocated again. */
static PUCHAR reused_block(PVOID (*allocate)(SIZE_T bytes), SIZE_T bytes)
{
    PUCHAR dirty[64];

    for (ULONG i = 0; i < RTL_NUMBER_OF(dirty); i++) {
        dirty[i] = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, TEST_TAG);
        memset(dirty[i], 0xDD, bytes);
    }
    for (ULONG i = 0; i < RTL_NUMBER_OF(dirty); i++)
        ExFreePool(dirty[i]);
    return allocate(bytes);
}

static PVOID zero_by_type(SIZE_T bytes)
{
    return ExAllocatePoolZero(NonPagedPoolNx, bytes, TEST_TAG);
}

static PVOID zero_by_default(SIZE_T bytes)
{
    return ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, TEST_TAG);
}

static PVOID zero_quota(SIZE_T bytes)
{
    return ExAllocatePoolQuotaZero(NonPagedPoolNx, bytes, TEST_TAG);
}

static void zeroes_when_asked(void **state)
{
    static PVOID (*const ways[])(SIZE_T) = {zero_by_type, zero_by_default, zero_quota};
    static const SIZE_T sizes[] = {1, 100, 256, 4088, 4096, 10000, 70000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG way = 0; way < RTL_NUMBER_OF(ways); way++) {
        for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
            PUCHAR block = reused_block(ways[way], sizes[i]);
            for (SIZE_T at = 0; at < sizes[i]; at++)
                assert_int_equal(block[at], 0);
            ExFreePoolWithTag(block, TEST_TAG);
        }
    }
}

/* The negative of the test before: freeing does not wipe, and neither does allocating. */
static void leaves_contents_otherwise(void **state)
{
    PUCHAR block = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, 256, TEST_TAG);
    PUCHAR again;

    UNREFERENCED_PARAMETER(state);
    memset(block, 0xDD, 256);
    ExFreePool(block);
    if (peek(block + 100) != 0xDD)
        fail_msg("a freed byte is %02x instead of dd", peek(block + 100));
    again = ExAllocatePoolWithTag(NonPagedPoolNx, 256, TEST_TAG);
    /* Under AddressSanitizer freed blocks stay away for a while. */
    if (again == block)
        assert_int_equal(again[100], 0xDD);
    ExFreePool(again);
}

static __attribute__((noinline)) NTSTATUS raised_by_pool2(POOL_FLAGS flags, SIZE_T bytes)
{
    return RAISED_BY(ExAllocatePool2(flags, bytes, TEST_TAG));
}

static __attribute__((noinline)) NTSTATUS raised_by_tag(POOL_TYPE type, SIZE_T bytes)
{
    return RAISED_BY(ExAllocatePoolWithTag(type, bytes, TEST_TAG));
}

static __attribute__((noinline)) NTSTATUS raised_by_quota(POOL_TYPE type, SIZE_T bytes)
{
    return RAISED_BY(ExAllocatePoolWithQuotaTag(type, bytes, TEST_TAG));
}

static void pool2_refuses_bad_arguments(void **state)
{
    static const POOL_FLAGS bad[] = {0,
                                     POOL_FLAG_UNINITIALIZED,
                                     POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED,
                                     POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE,
                                     POOL_FLAG_PAGED | POOL_FLAG_SESSION,
                                     POOL_FLAG_NON_PAGED | POOL_FLAG_RESERVED1,
                                     POOL_FLAG_NON_PAGED | 0x200,
                                     POOL_FLAG_NON_PAGED | 0x80000000};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(bad); i++) {
        POOL_FLAGS raising = bad[i] | POOL_FLAG_RAISE_ON_FAILURE;
        assert_null(ExAllocatePool2(bad[i], 64, TEST_TAG));
        assert_int_equal(raised_by_pool2(raising, 64), STATUS_INVALID_PARAMETER);
    }
    assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0, TEST_TAG));
    assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 0));
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void pool2_takes_good_flags(void **state)
{
    static const POOL_FLAGS good[] = {POOL_FLAG_NON_PAGED,
                                      POOL_FLAG_NON_PAGED_EXECUTE,
                                      POOL_FLAG_PAGED,
                                      POOL_FLAG_PAGED | POOL_FLAG_USE_QUOTA,
                                      POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED,
                                      POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED,
                                      POOL_FLAG_NON_PAGED | POOL_FLAG_RAISE_ON_FAILURE,
                                      POOL_FLAG_NON_PAGED | POOL_FLAG_SPECIAL_POOL,
                                      POOL_FLAG_NON_PAGED | 0x8000000000000000ull};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(good); i++) {
        PVOID block = ExAllocatePool2(good[i], 64, TEST_TAG);
        BOOLEAN is_paged = (good[i] & POOL_FLAG_PAGED) != 0;
        struct ex_tag_usage usage = usage_of(TEST_TAG, is_paged);
        assert_non_null(block);
        assert_int_equal(usage.allocations - usage.frees, 1);
        assert_int_equal(usage.bytes, 64);
        ExFreePoolWithTag(block, TEST_TAG);
    }
}

static PVOID pool3(POOL_FLAGS flags, ULONG type, BOOLEAN optional, ULONG64 value)
{
    POOL_EXTENDED_PARAMETER parameter = {.Type = type, .Optional = optional, .Reserved2 = value};

    return ExAllocatePool3(flags, 64, TEST_TAG, &parameter, 1);
}

static void pool3_weighs_its_parameters(void **state)
{
    const POOL_FLAGS nonpaged = POOL_FLAG_NON_PAGED;

    UNREFERENCED_PARAMETER(state);
    assert_null(pool3(nonpaged, PoolExtendedParameterInvalidType, FALSE, 0));
    assert_null(pool3(nonpaged, PoolExtendedParameterMax, FALSE, 0));
    assert_null(pool3(nonpaged, PoolExtendedParameterSecurePool, FALSE, 0));
    assert_null(pool3(nonpaged, PoolExtendedParameterNumaNode, FALSE, 1));
    assert_null(pool3(POOL_FLAG_PAGED, PoolExtendedParameterNumaNode, FALSE, 0));
    assert_null(ExAllocatePool3(nonpaged, 64, TEST_TAG, NULL, 1));
    assert_int_equal(outstanding(TEST_TAG), 0);

    ExFreePool2(pool3(nonpaged, PoolExtendedParameterMax, TRUE, 0), TEST_TAG, NULL, 0);
    ExFreePool2(pool3(nonpaged, PoolExtendedParameterNumaNode, FALSE, 0), TEST_TAG, NULL, 0);
    ExFreePool2(pool3(nonpaged, PoolExtendedParameterNumaNode, FALSE, 1 | MM_ANY_NODE_OK), TEST_TAG,
                NULL, 0);
    ExFreePool2(pool3(nonpaged, PoolExtendedParameterPriority, FALSE, HighPoolPriority), TEST_TAG,
                NULL, 0);
    ExFreePool2(ExAllocatePool3(nonpaged, 64, TEST_TAG, NULL, 0), TEST_TAG, NULL, 0);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void fails_as_it_was_asked_to(void **state)
{
    const SIZE_T huge = 1ull << 46;

    UNREFERENCED_PARAMETER(state);
    assert_null(ExAllocatePoolWithTag(NonPagedPoolNx, huge, TEST_TAG));
    assert_null(ExAllocatePoolWithTag(NonPagedPoolNx, MAXULONG_PTR, TEST_TAG));
    assert_null(ExAllocatePool2(POOL_FLAG_PAGED, MAXULONG_PTR - 8, TEST_TAG));
    assert_null(ExAllocatePoolWithQuotaTag(NonPagedPoolNx | POOL_QUOTA_FAIL_INSTEAD_OF_RAISE, huge,
                                           TEST_TAG));
    assert_int_equal(raised_by_tag(PagedPool | POOL_RAISE_IF_ALLOCATION_FAILURE, huge),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(raised_by_pool2(POOL_FLAG_PAGED | POOL_FLAG_RAISE_ON_FAILURE, huge),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(raised_by_quota(PagedPool, huge), STATUS_QUOTA_EXCEEDED);
    /* Sessions are what ntio does not have. */
    assert_null(ExAllocatePoolWithTag(PagedPoolSession, 64, TEST_TAG));
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void charges_quota(void **state)
{
    PKPROCESS process = ke_current()->process;
    ULONG64 before = process->pool_quota_used;
    BOOLEAN is_charged = FALSE;
    PVOID small, large;

    UNREFERENCED_PARAMETER(state);
    small = ExAllocatePoolWithQuotaTag(PagedPool, 100, TEST_TAG);
    large = ExAllocatePoolWithQuotaTag(NonPagedPoolNx, 100000, TEST_TAG);
    assert_int_equal(process->pool_quota_used, before + 100100);
    assert_int_equal(ExQueryPoolBlockSize(small, &is_charged), 100);
    assert_true(is_charged);
    assert_int_equal(ExQueryPoolBlockSize(large, &is_charged), 100000);
    assert_true(is_charged);
    ExFreePoolWithTag(small, TEST_TAG);
    assert_int_equal(process->pool_quota_used, before + 100000);
    ExFreePool(large);
    assert_int_equal(process->pool_quota_used, before);

    for (SIZE_T bytes = 4060; bytes < 4110; bytes++)
        ExFreePool(ExAllocatePoolWithQuotaTag(PagedPool, bytes, TEST_TAG));
    assert_int_equal(process->pool_quota_used, before);
}

static void quota_has_a_limit(void **state)
{
    const POOL_TYPE not_raising = PagedPool | POOL_QUOTA_FAIL_INSTEAD_OF_RAISE;
    PKPROCESS process = ke_current()->process;
    ULONG64 before = process->pool_quota_used;
    PVOID block;

    UNREFERENCED_PARAMETER(state);
    ex_pool_quota_limit(before + 1000);
    assert_null(ExAllocatePoolWithQuotaTag(not_raising, 1001, TEST_TAG));
    assert_null(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_USE_QUOTA, 1001, TEST_TAG));
    assert_int_equal(raised_by_quota(PagedPool, 1001), STATUS_QUOTA_EXCEEDED);
    assert_int_equal(process->pool_quota_used, before);
    block = ExAllocatePoolWithQuotaTag(PagedPool, 1000, TEST_TAG);
    assert_non_null(block);
    assert_null(ExAllocatePoolWithQuotaTag(not_raising, 1, TEST_TAG));
    /* What is not charged is not limited. */
    ExFreePool(ExAllocatePoolWithTag(PagedPool, 5000, TEST_TAG));
    ExFreePool(block);
    assert_int_equal(process->pool_quota_used, before);
    ex_pool_quota_limit(1ull << 32);
}

static void fails_when_injected(void **state)
{
    PVOID blocks[4];

    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(2, FALSE);
    for (ULONG i = 0; i < 4; i++)
        blocks[i] = ExAllocatePoolWithTag(PagedPool, 64, TEST_TAG);
    assert_non_null(blocks[0]);
    assert_non_null(blocks[1]);
    assert_null(blocks[2]);
    assert_non_null(blocks[3]);
    ExFreePool(blocks[0]);
    ExFreePool(blocks[1]);
    ExFreePool(blocks[3]);

    ex_pool_inject(0, TRUE);
    for (ULONG i = 0; i < 4; i++)
        assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TEST_TAG));
    ex_pool_inject(MAXULONG, FALSE);
    ExFreePool(ExAllocatePoolWithTag(PagedPool, 64, TEST_TAG));
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void knows_what_is_allocated(void **state)
{
    static const SIZE_T sizes[] = {1, 100, 4096, 9000, 100000};
    ULONG on_stack = 0;

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PUCHAR block = ExAllocatePoolWithTag(PagedPool, sizes[i], TEST_TAG);
        assert_true(ex_pool_is_allocated(block));
        assert_true(ex_pool_is_allocated(block + sizes[i] - 1));
        assert_false(ex_pool_is_allocated(block + sizes[i]));
        ExFreePool(block);
        assert_false(ex_pool_is_allocated(block));
    }
    assert_false(ex_pool_is_allocated(NULL));
    assert_false(ex_pool_is_allocated(&on_stack));
}

static void has_physical_addresses(void **state)
{
    PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, 100000, TEST_TAG);

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < 100000; at += PAGE_SIZE)
        assert_int_equal(mm_frame_of((ULONG64)block + at),
                         mm_frame_of((ULONG64)block) + at / PAGE_SIZE);
    ExFreePool(block);
}

/* Nothing is left in the frames after a stop, whatever was allocated. */
static void stops_and_starts_without_leaking(void **state)
{
    struct mm_statistics first, last;

    start_rooms(state);
    stop_rooms(state);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    mm_query_statistics(&first);
    for (ULONG i = 0; i < 100; i++) {
        assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
        ExAllocatePoolWithTag(NonPagedPoolNx, 100, TEST_TAG);
        ExAllocatePoolWithTag(NonPagedPoolNx, 100000, TEST_TAG);
        ExFreePool(ExAllocatePoolWithTag(NonPagedPoolNx, 200000, TEST_TAG));
        ExFreePool(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_SPECIAL_POOL, 10, TEST_TAG));
        ex_pool_stop();
    }
    mm_query_statistics(&last);
    assert_int_equal(last.frames_in_use, first.frames_in_use);
    mm_stop();
    hal_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lies_as_nt_says, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(does_not_overlap, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(aligns_to_cache_lines, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(zeroes_when_asked, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(leaves_contents_otherwise, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(pool2_refuses_bad_arguments, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(pool2_takes_good_flags, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(pool3_weighs_its_parameters, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(fails_as_it_was_asked_to, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(charges_quota, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(quota_has_a_limit, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(fails_when_injected, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(knows_what_is_allocated, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(has_physical_addresses, start_rooms, stop_rooms),
        cmocka_unit_test(stops_and_starts_without_leaking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
