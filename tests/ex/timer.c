/*
 * Pins the executive's timers: setting, cancelling, waiting, and each way to
 * delete one.
 */
#include "fixture.h"

#define HOUR (36000000000ll)

static struct {
    LONG calls; /* atomic */
    PEX_TIMER timer;
    PVOID context;
    KEVENT called, go_on, deleted;
    PVOID deleted_context;
} seen;

static int start(void **state)
{
    start_rooms(state);
    memset(&seen, 0, sizeof(seen));
    KeInitializeEvent(&seen.called, SynchronizationEvent, FALSE);
    KeInitializeEvent(&seen.go_on, NotificationEvent, FALSE);
    KeInitializeEvent(&seen.deleted, NotificationEvent, FALSE);
    return 0;
}

static VOID NTAPI called(PEX_TIMER timer, PVOID context)
{
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    seen.timer = timer;
    seen.context = context;
    __atomic_fetch_add(&seen.calls, 1, __ATOMIC_RELAXED);
    KeSetEvent(&seen.called, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI deleted(PVOID context)
{
    seen.deleted_context = context;
    KeSetEvent(&seen.deleted, IO_NO_INCREMENT, FALSE);
}

static void calls_its_routine(void **state)
{
    PEX_TIMER timer = ExAllocateTimer(called, &seen, 0);

    UNREFERENCED_PARAMETER(state);
    assert_false(ExSetTimer(timer, -HOUR, 0, NULL));
    assert_true(ExSetTimer(timer, -1, 0, NULL));
    wait_for(&seen.called);
    assert_ptr_equal(seen.timer, timer);
    assert_ptr_equal(seen.context, &seen);
    assert_int_equal(seen.calls, 1);
    assert_false(ExDeleteTimer(timer, TRUE, TRUE, NULL));
    assert_int_equal(outstanding('mTxE'), 0);
}

static void repeats(void **state)
{
    PEX_TIMER timer = ExAllocateTimer(called, NULL, EX_TIMER_HIGH_RESOLUTION);

    UNREFERENCED_PARAMETER(state);
    ExSetTimer(timer, -1, 10000, NULL);
    for (ULONG i = 0; i < 5; i++)
        wait_for(&seen.called);
    assert_true(ExDeleteTimer(timer, TRUE, TRUE, NULL));
    assert_true(seen.calls >= 5);
}

static void cancels(void **state)
{
    PEX_TIMER timer = ExAllocateTimer(called, NULL, 0);

    UNREFERENCED_PARAMETER(state);
    assert_false(ExCancelTimer(timer, NULL));
    ExSetTimer(timer, -HOUR, 0, NULL);
    assert_true(ExCancelTimer(timer, NULL));
    assert_false(ExCancelTimer(timer, NULL));
    ExSetTimer(timer, -HOUR, 0, NULL);
    assert_true(ExDeleteTimer(timer, TRUE, TRUE, NULL));
    assert_int_equal(seen.calls, 0);
}

/* A synchronization timer lets one wait through, a notification timer all. */
static void can_be_waited_for(void **state)
{
    PEX_TIMER one = ExAllocateTimer(NULL, NULL, 0);
    PEX_TIMER all = ExAllocateTimer(NULL, NULL, (ULONG)EX_TIMER_NOTIFICATION);

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(poll(one), STATUS_TIMEOUT);
    ExSetTimer(one, -1, 0, NULL);
    ExSetTimer(all, -1, 0, NULL);
    wait_for(one);
    assert_int_equal(poll(one), STATUS_TIMEOUT);
    wait_for(all);
    assert_int_equal(poll(all), STATUS_SUCCESS);
    ExDeleteTimer(one, TRUE, TRUE, NULL);
    ExDeleteTimer(all, TRUE, TRUE, NULL);
}

static VOID NTAPI called_slowly(PEX_TIMER timer, PVOID context)
{
    called(timer, context);
    while (!KeReadStateEvent(&seen.go_on))
        hal_yield();
}

static VOID NTAPI delete_it(PVOID context)
{
    ExDeleteTimer(context, TRUE, TRUE, NULL);
}

static void deleting_waits_for_its_routine(void **state)
{
    PEX_TIMER timer = ExAllocateTimer(called_slowly, NULL, 0);
    PKTHREAD deleter;

    UNREFERENCED_PARAMETER(state);
    ExSetTimer(timer, -1, 0, NULL);
    wait_for(&seen.called);
    deleter = begin_thread(delete_it, timer);
    assert_int_equal(poll(deleter), STATUS_TIMEOUT);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    end_of_thread(deleter);
    assert_int_equal(outstanding('mTxE'), 0);
}

static void deletes_without_waiting(void **state)
{
    EXT_DELETE_PARAMETERS parameters = {.DeleteCallback = deleted, .DeleteContext = &parameters};
    PEX_TIMER timer = ExAllocateTimer(called, NULL, 0);
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    ExSetTimer(timer, -HOUR, 0, NULL);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    assert_true(ExDeleteTimer(timer, TRUE, FALSE, &parameters));
    KeLowerIrql(old);
    wait_for(&seen.deleted);
    assert_ptr_equal(seen.deleted_context, &parameters);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(outstanding('mTxE'), 0);
}

static void deletes_when_it_expires(void **state)
{
    EXT_DELETE_PARAMETERS parameters = {.DeleteCallback = deleted};
    PEX_TIMER timer = ExAllocateTimer(called_slowly, NULL, 0);

    UNREFERENCED_PARAMETER(state);
    ExSetTimer(timer, -1, 0, NULL);
    wait_for(&seen.called);
    assert_false(ExDeleteTimer(timer, FALSE, FALSE, &parameters));
    assert_int_equal(poll(&seen.deleted), STATUS_TIMEOUT);
    assert_int_equal(outstanding('mTxE'), 1);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    wait_for(&seen.deleted);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(outstanding('mTxE'), 0);
}

static void deletes_one_that_is_not_set(void **state)
{
    EXT_DELETE_PARAMETERS parameters = {.DeleteCallback = deleted};

    UNREFERENCED_PARAMETER(state);
    assert_null(ExAllocateTimer(NULL, NULL, 0x100));
    assert_false(ExDeleteTimer(ExAllocateTimer(NULL, NULL, 0), FALSE, FALSE, &parameters));
    wait_for(&seen.deleted);
    assert_int_equal(outstanding('mTxE'), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_its_routine, start, stop_rooms),
        cmocka_unit_test_setup_teardown(repeats, start, stop_rooms),
        cmocka_unit_test_setup_teardown(cancels, start, stop_rooms),
        cmocka_unit_test_setup_teardown(can_be_waited_for, start, stop_rooms),
        cmocka_unit_test_setup_teardown(deleting_waits_for_its_routine, start, stop_rooms),
        cmocka_unit_test_setup_teardown(deletes_without_waiting, start, stop_rooms),
        cmocka_unit_test_setup_teardown(deletes_when_it_expires, start, stop_rooms),
        cmocka_unit_test_setup_teardown(deletes_one_that_is_not_set, start, stop_rooms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
