/*
 * Pins special pool: where its blocks lie, what faults, what a free finds.
 */
#include "fixture.h"

/*
 * Whether a byte can be read, without the fault that it would be. The tests that
 * ask start the rooms themselves: cmocka takes the fault signals after a set-up.
 */
static BOOLEAN is_readable(PVOID address)
{
    return hal_touch_read((ULONG64)address) == HAL_OK;
}

static int start_special(void **state)
{
    start_rooms(state);
    ex_pool_special(TEST_TAG);
    return 0;
}

static int stop_special(void **state)
{
    ex_pool_special(0);
    return stop_rooms(state);
}

static void ends_at_the_end_of_its_page(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (SIZE_T bytes = 1; bytes <= PAGE_SIZE; bytes++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, TEST_TAG);
        ULONG64 end = ((ULONG64)block + bytes + 15) & ~15ull;
        assert_int_equal((ULONG64)block % 16, 0);
        assert_int_equal(end % PAGE_SIZE, 0);
        memset(block, 0xCC, bytes);
        ExFreePoolWithTag(block, TEST_TAG);
    }
}

static void faults_past_both_ends(void **state)
{
    BOOLEAN is_freed = TRUE;
    PUCHAR block, page;

    start_special(state);
    block = ExAllocatePoolWithTag(NonPagedPoolNx, 64, TEST_TAG);
    page = (PUCHAR)((ULONG64)block & ~(ULONG64)(PAGE_SIZE - 1));
    assert_true(is_readable(block + 63));
    assert_false(is_readable(block + 64));
    assert_false(is_readable(page - 1));
    assert_true(ex_pool_special_fault((ULONG64)block + 64, &is_freed));
    assert_false(is_freed);
    is_freed = TRUE;
    assert_true(ex_pool_special_fault((ULONG64)page - 1, &is_freed));
    assert_false(is_freed);
    ExFreePoolWithTag(block, TEST_TAG);
    stop_special(state);
}

static void faults_once_it_is_freed(void **state)
{
    BOOLEAN is_freed = FALSE;
    PUCHAR block;

    start_special(state);
    block = ExAllocatePoolWithTag(NonPagedPoolNx, 64, TEST_TAG);
    assert_true(ex_pool_is_allocated(block));
    ExFreePoolWithTag(block, TEST_TAG);
    assert_false(ex_pool_is_allocated(block));
    assert_false(is_readable(block));
    assert_true(ex_pool_special_fault((ULONG64)block, &is_freed));
    assert_true(is_freed);
    assert_false(ex_pool_special_fault(MM_DIRECT_MAP, &is_freed));
    assert_false(ex_pool_special_fault(0x1000, &is_freed));
    stop_special(state);
}

static void takes_what_is_asked_for_only(void **state)
{
    PUCHAR other, underrun, priority, flagged, whole;

    UNREFERENCED_PARAMETER(state);
    other = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'rehO');
    assert_true((ULONG64)other < MM_SPECIAL_BASE);
    underrun =
        ExAllocatePoolWithTagPriority(PagedPool, 64, 'rehO', NormalPoolPrioritySpecialPoolUnderrun);
    assert_int_equal((ULONG64)underrun % PAGE_SIZE, 0);
    assert_true((ULONG64)underrun >= MM_SPECIAL_BASE);
    priority =
        ExAllocatePoolWithTagPriority(PagedPool, 64, 'rehO', LowPoolPrioritySpecialPoolOverrun);
    assert_int_equal((ULONG64)priority % PAGE_SIZE, PAGE_SIZE - 64);
    flagged = ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_SPECIAL_POOL, 64, 'rehO');
    assert_int_equal((ULONG64)flagged % PAGE_SIZE, PAGE_SIZE - 64);
    for (ULONG i = 0; i < 64; i++)
        assert_int_equal(flagged[i], 0);
    whole = ExAllocatePoolWithTag(NonPagedPoolNx, PAGE_SIZE + 1, TEST_TAG);
    assert_true((ULONG64)whole < MM_SPECIAL_BASE);
    ExFreePool(other);
    ExFreePool(underrun);
    ExFreePool(priority);
    ExFreePool(flagged);
    ExFreePool(whole);
}

static void takes_all_for_a_star(void **state)
{
    PVOID block;

    UNREFERENCED_PARAMETER(state);
    ex_pool_special('*');
    block = ExAllocatePool(PagedPool, 10);
    assert_true((ULONG64)block >= MM_SPECIAL_BASE);
    ExFreePool(block);
    ex_pool_special(0);
    block = ExAllocatePoolWithTag(PagedPool, 10, TEST_TAG);
    assert_true((ULONG64)block < MM_SPECIAL_BASE);
    ExFreePool(block);
}

static void finds_damage_before_and_after(void **state)
{
    PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, 60, TEST_TAG);
    UCHAR before = block[-1], after = block[60];

    UNREFERENCED_PARAMETER(state);
    block[-1] = 1;
    ASSERT_BUGCHECK(ExFreePool(block), SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)block);
    assert_ptr_equal(provoked.parameters[1], block - 1);
    assert_int_equal(provoked.parameters[3], 0x23);
    block[-1] = before;
    block[60] = 1;
    ASSERT_BUGCHECK(ExFreePool(block), SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)block);
    assert_ptr_equal(provoked.parameters[1], block + 60);
    assert_int_equal(provoked.parameters[3], 0x24);
    block[60] = after;
    ExFreePool(block);
}

static void bad_callers(void **state)
{
    PUCHAR block = ExAllocatePoolWithTag(PagedPool, 60, TEST_TAG);
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    ASSERT_BUGCHECK(ExFreePool(block + 16), SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION,
                    (ULONG_PTR)block + 16);
    assert_int_equal(provoked.parameters[1], 60);
    assert_int_equal(provoked.parameters[2], 48);
    assert_int_equal(provoked.parameters[3], 0x22);
    ASSERT_BUGCHECK(ExFreePoolWithTag(block, 'gnrW'), BAD_POOL_CALLER, 0x0A);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    ASSERT_BUGCHECK(ExFreePool(block), SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, DISPATCH_LEVEL);
    assert_int_equal(provoked.parameters[1], PagedPool);
    assert_ptr_equal(provoked.parameters[2], block);
    assert_int_equal(provoked.parameters[3], 0x31);
    ASSERT_BUGCHECK(ExAllocatePoolWithTag(PagedPool, 61, TEST_TAG),
                    SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, DISPATCH_LEVEL);
    assert_int_equal(provoked.parameters[2], 61);
    assert_int_equal(provoked.parameters[3], 0x30);
    KeLowerIrql(old);
    ExFreePoolWithTag(block, TEST_TAG);
    ASSERT_BUGCHECK(ExFreePool(block), SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)block);
    assert_int_equal(provoked.parameters[3], 0x20);
}

static void counts_and_charges(void **state)
{
    PKPROCESS process = ke_current()->process;
    ULONG64 before = process->pool_quota_used;
    PVOID block = ExAllocatePoolWithQuotaTag(PagedPool, 60, TEST_TAG);

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(outstanding(TEST_TAG), 1);
    assert_int_equal(usage_of(TEST_TAG, TRUE).bytes, 60);
    assert_int_equal(process->pool_quota_used, before + 60);
    ExFreePool(block);
    assert_int_equal(outstanding(TEST_TAG), 0);
    assert_int_equal(process->pool_quota_used, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ends_at_the_end_of_its_page, start_special, stop_special),
        cmocka_unit_test(faults_past_both_ends),
        cmocka_unit_test(faults_once_it_is_freed),
        cmocka_unit_test_setup_teardown(takes_what_is_asked_for_only, start_special, stop_special),
        cmocka_unit_test_setup_teardown(takes_all_for_a_star, start_special, stop_special),
        cmocka_unit_test_setup_teardown(finds_damage_before_and_after, start_special, stop_special),
        cmocka_unit_test_setup_teardown(bad_callers, start_special, stop_special),
        cmocka_unit_test_setup_teardown(counts_and_charges, start_special, stop_special),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
