/* Pins IRQL: raising, lowering, regions, and the bug check that each misuse is. */
#include "fixture.h"

static VOID raise_to_apc(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KfRaiseIrql(APC_LEVEL);
}

static VOID lower_to_dispatch(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KeLowerIrql(DISPATCH_LEVEL);
}

static VOID leave_critical(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KeLeaveCriticalRegion();
}

static VOID wait_zero(PVOID event)
{
    poll(event);
}

static VOID wait_forever(PVOID event)
{
    wait_for(event);
}

static VOID flush_dpcs(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KeFlushQueuedDpcs();
}

static VOID test_raise_and_lower(void **state)
{
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KeRaiseIrql(APC_LEVEL, &old);
    assert_int_equal(old, PASSIVE_LEVEL);
    assert_int_equal(KeRaiseIrqlToDpcLevel(), APC_LEVEL);
    assert_int_equal(KfRaiseIrql(DISPATCH_LEVEL), DISPATCH_LEVEL);
    assert_int_equal(KeRaiseIrqlToSynchLevel(), DISPATCH_LEVEL);
    assert_int_equal(KeGetCurrentIrql(), 12);
    KeLowerIrql(PASSIVE_LEVEL);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static VOID test_misuse(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(provoke(lower_to_dispatch, NULL), IRQL_NOT_LESS_OR_EQUAL);
    assert_int_equal(provoked.parameters[0], DISPATCH_LEVEL);
    assert_int_equal(provoked.parameters[1], PASSIVE_LEVEL);
    KeRaiseIrqlToDpcLevel();
    assert_int_equal(provoke(raise_to_apc, NULL), IRQL_NOT_GREATER_OR_EQUAL);
    assert_int_equal(provoked.parameters[0], APC_LEVEL);
    assert_int_equal(provoked.parameters[1], DISPATCH_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
    assert_int_equal(provoke(leave_critical, NULL), APC_INDEX_MISMATCH);
}

static VOID test_waiting_at_dispatch(void **state)
{
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, NotificationEvent, TRUE);
    KeRaiseIrqlToDpcLevel();
    assert_int_equal(provoke(wait_forever, &event), IRQL_NOT_LESS_OR_EQUAL);
    assert_int_equal(provoked.parameters[1], DISPATCH_LEVEL);
    assert_int_equal(provoked.parameters[2], 8);
    assert_true(report_has("KeWaitForSingleObject was called at IRQL 2 (DISPATCH_LEVEL)"));
    assert_int_equal(provoke(wait_zero, &event), 0);
    assert_int_equal(provoke(flush_dpcs, NULL), IRQL_NOT_LESS_OR_EQUAL);
    KeLowerIrql(PASSIVE_LEVEL);
    KfRaiseIrql(HIGH_LEVEL);
    assert_int_equal(provoke(wait_zero, &event), IRQL_NOT_LESS_OR_EQUAL);
    KeLowerIrql(APC_LEVEL);
    assert_int_equal(provoke(wait_forever, &event), 0);
    KeLowerIrql(PASSIVE_LEVEL);
}

static VOID test_regions(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_false(KeAreApcsDisabled());
    KeEnterCriticalRegion();
    KeEnterCriticalRegion();
    KeLeaveCriticalRegion();
    assert_true(KeAreApcsDisabled());
    assert_false(KeAreAllApcsDisabled());
    KeLeaveCriticalRegion();
    assert_false(KeAreApcsDisabled());
    KeEnterGuardedRegion();
    assert_true(KeAreApcsDisabled());
    assert_true(KeAreAllApcsDisabled());
    KeLeaveGuardedRegion();
    assert_false(KeAreAllApcsDisabled());
    KfRaiseIrql(APC_LEVEL);
    assert_false(KeAreApcsDisabled());
    assert_true(KeAreAllApcsDisabled());
    KeLowerIrql(PASSIVE_LEVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raise_and_lower),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_waiting_at_dispatch),
        cmocka_unit_test(test_regions),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
