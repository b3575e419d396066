/* Pins timers: when they are due, in which order, periods, cancelling, and the DPC's arguments. */
#include "fixture.h"

#define TIMERS 8
#define ROUNDS 2000

static NTSTATUS wait_at_most(PVOID object, LONG64 ms)
{
    LARGE_INTEGER limit = milliseconds(ms);

    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &limit);
}

static VOID test_not_before_time(void **state)
{
    ULONGLONG begin = KeQueryInterruptTime();
    KTIMER timer;

    UNREFERENCED_PARAMETER(state);
    memset(&timer, 0xcc, sizeof(timer));
    KeInitializeTimer(&timer);
    assert_false(KeReadStateTimer(&timer));
    assert_false(KeSetTimer(&timer, milliseconds(20), NULL));
    assert_false(KeReadStateTimer(&timer));
    assert_int_equal(wait_for(&timer), STATUS_SUCCESS);
    assert_true(KeQueryInterruptTime() - begin >= 200000);
    assert_true(KeReadStateTimer(&timer));
    assert_false(KeCancelTimer(&timer));
    /* A notification timer stays signaled until it is set again. */
    assert_int_equal(poll(&timer), STATUS_SUCCESS);
    assert_false(KeSetTimer(&timer, milliseconds(100000), NULL));
    assert_int_equal(poll(&timer), STATUS_TIMEOUT);
    assert_true(KeSetTimer(&timer, milliseconds(200000), NULL));
    assert_true(KeCancelTimer(&timer));
    assert_false(KeCancelTimer(&timer));
}

static VOID test_time_that_has_passed(void **state)
{
    LARGE_INTEGER now = {.QuadPart = 0}, past = {.QuadPart = 5};
    KTIMER timer;

    UNREFERENCED_PARAMETER(state);
    KeInitializeTimerEx(&timer, SynchronizationTimer);
    KeSetTimer(&timer, now, NULL);
    assert_int_equal(poll(&timer), STATUS_SUCCESS);
    assert_int_equal(poll(&timer), STATUS_TIMEOUT);
    KeSetTimer(&timer, past, NULL);
    assert_int_equal(poll(&timer), STATUS_SUCCESS);
    assert_false(KeCancelTimer(&timer));
}

static VOID test_absolute_time(void **state)
{
    ULONGLONG begin = KeQueryInterruptTime();
    LARGE_INTEGER due;
    KTIMER timer;

    UNREFERENCED_PARAMETER(state);
    KeInitializeTimer(&timer);
    KeQuerySystemTime(&due);
    due.QuadPart += 200000;
    KeSetTimer(&timer, due, NULL);
    assert_int_equal(wait_for(&timer), STATUS_SUCCESS);
    assert_true(KeQueryInterruptTime() - begin >= 190000);
}

struct expiry {
    KSPIN_LOCK lock;
    ULONG count;
    ULONG order[TIMERS];
    KEVENT done;
};

struct ordered {
    KTIMER timer;
    KDPC dpc;
    ULONG number;
    struct expiry *expiry;
};

static VOID NTAPI note_expiry(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct ordered *ordered = context;
    struct expiry *expiry = ordered->expiry;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    KeAcquireSpinLockAtDpcLevel(&expiry->lock);
    expiry->order[expiry->count++] = ordered->number;
    if (expiry->count == TIMERS)
        KeSetEvent(&expiry->done, 0, FALSE);
    KeReleaseSpinLockFromDpcLevel(&expiry->lock);
}

/* Set in an order that is not that of their times. */
static VOID test_order(void **state)
{
    static const LONG64 due[TIMERS] = {30, 10, 40, 12, 20, 50, 35, 15};
    struct ordered timers[TIMERS];
    ULONGLONG times[TIMERS];
    struct expiry expiry = {.count = 0};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&expiry.done, NotificationEvent, FALSE);
    for (i = 0; i < TIMERS; i++) {
        timers[i].number = i;
        timers[i].expiry = &expiry;
        KeInitializeTimer(&timers[i].timer);
        KeInitializeDpc(&timers[i].dpc, note_expiry, &timers[i]);
        KeSetTargetProcessorDpc(&timers[i].dpc, 0);
        KeSetTimer(&timers[i].timer, milliseconds(due[i]), &timers[i].dpc);
        times[i] = timers[i].timer.DueTime.QuadPart;
    }
    assert_int_equal(wait_for(&expiry.done), STATUS_SUCCESS);
    KeFlushQueuedDpcs();
    for (i = 1; i < TIMERS; i++)
        assert_true(times[expiry.order[i - 1]] <= times[expiry.order[i]]);
}

struct periodic {
    ULONG count; /* atomic */
    ULONG stop_at;
    PKTIMER timer;
    KEVENT done;
};

static VOID NTAPI count_periods(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct periodic *periodic = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    if (__atomic_add_fetch(&periodic->count, 1, __ATOMIC_RELAXED) != periodic->stop_at)
        return;
    KeCancelTimer(periodic->timer);
    KeSetEvent(&periodic->done, 0, FALSE);
}

static VOID test_period(void **state)
{
    struct periodic periodic = {.stop_at = 5};
    ULONGLONG begin = KeQueryInterruptTime();
    KTIMER timer;
    KDPC dpc;

    UNREFERENCED_PARAMETER(state);
    periodic.timer = &timer;
    KeInitializeEvent(&periodic.done, NotificationEvent, FALSE);
    KeInitializeTimerEx(&timer, SynchronizationTimer);
    KeInitializeDpc(&dpc, count_periods, &periodic);
    assert_false(KeSetTimerEx(&timer, milliseconds(5), 5, &dpc));
    assert_int_equal(wait_for(&periodic.done), STATUS_SUCCESS);
    assert_true(KeQueryInterruptTime() - begin >= 250000);
    KeFlushQueuedDpcs();
    assert_false(KeCancelTimer(&timer));
}

static VOID NTAPI keep_arguments(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    LARGE_INTEGER *time = context;

    UNREFERENCED_PARAMETER(dpc);
    time->LowPart = (ULONG)(ULONG_PTR)argument1;
    time->HighPart = (LONG)(ULONG_PTR)argument2;
}

static VOID test_dpc_gets_the_time(void **state)
{
    LARGE_INTEGER before, after, told = {.QuadPart = 0};
    KTIMER timer;
    KDPC dpc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, keep_arguments, &told);
    KeQuerySystemTime(&before);
    KeSetCoalescableTimer(&timer, milliseconds(1), 0, 10, &dpc);
    assert_int_equal(wait_for(&timer), STATUS_SUCCESS);
    KeCancelTimer(&timer);
    KeFlushQueuedDpcs();
    KeQuerySystemTime(&after);
    assert_true(told.QuadPart >= before.QuadPart);
    assert_true(told.QuadPart <= after.QuadPart);
}

static VOID NTAPI do_nothing(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
}

static VOID NTAPI set_and_cancel(PVOID shared)
{
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        KTIMER own;
        KDPC dpc;

        KeInitializeTimer(&own);
        KeInitializeDpc(&dpc, do_nothing, NULL);
        KeSetTimer(&own, milliseconds(0), &dpc);
        KeSetTimer(shared, milliseconds(i % 2), NULL);
        KeSetTimer(&own, milliseconds(i % 3), &dpc);
        /* From here on nobody may touch them: the next round's are at the same place. */
        KeCancelTimer(&own);
        if (!KeRemoveQueueDpc(&dpc))
            KeFlushQueuedDpcs();
        memset(&own, 0xcc, sizeof(own));
        memset(&dpc, 0xcc, sizeof(dpc));
    }
}

static VOID test_contention(void **state)
{
    PKTHREAD threads[3];
    KTIMER shared;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeTimer(&shared);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(set_and_cancel, &shared);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    KeCancelTimer(&shared);
    assert_int_equal(wait_at_most(&shared, 0) == STATUS_SUCCESS, KeReadStateTimer(&shared));
}

static VOID test_clocks(void **state)
{
    LARGE_INTEGER frequency, first, second, system, precise, ticks;
    ULONG64 counter;

    UNREFERENCED_PARAMETER(state);
    first = KeQueryPerformanceCounter(&frequency);
    assert_int_equal(frequency.QuadPart, 10000000);
    KeStallExecutionProcessor(1000);
    second = KeQueryPerformanceCounter(NULL);
    assert_true(second.QuadPart - first.QuadPart >= 10000);
    KeQuerySystemTime(&system);
    KeQuerySystemTimePrecise(&precise);
    assert_true(precise.QuadPart >= system.QuadPart);
    KeQueryTickCount(&ticks);
    assert_true((ULONGLONG)ticks.QuadPart <= KeQueryInterruptTime() / KeQueryTimeIncrement());
    assert_true(KeQueryInterruptTimePrecise(&counter) <= KeQueryUnbiasedInterruptTime());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_before_time), cmocka_unit_test(test_time_that_has_passed),
        cmocka_unit_test(test_absolute_time),   cmocka_unit_test(test_order),
        cmocka_unit_test(test_period),          cmocka_unit_test(test_dpc_gets_the_time),
        cmocka_unit_test(test_contention),      cmocka_unit_test(test_clocks),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
