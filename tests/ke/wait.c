/* Pins waiting: time-outs, any and all of several objects, limits, alerts. */
#include "fixture.h"

#define ROUNDS 2000

static NTSTATUS wait_many(ULONG count, PVOID *objects, WAIT_TYPE type, PLARGE_INTEGER timeout)
{
    return KeWaitForMultipleObjects(count, objects, type, Executive, KernelMode, FALSE, timeout,
                                    NULL);
}

static VOID test_timeouts(void **state)
{
    LARGE_INTEGER past = {.QuadPart = 1}; /* in the year 1601 */
    LARGE_INTEGER now, soon;
    ULONGLONG begin;
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &past),
                     STATUS_TIMEOUT);
    begin = KeQueryInterruptTime();
    soon = milliseconds(20);
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &soon),
                     STATUS_TIMEOUT);
    assert_true(KeQueryInterruptTime() - begin >= 200000);

    begin = KeQueryInterruptTime();
    KeQuerySystemTime(&now);
    now.QuadPart += 200000;
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &now),
                     STATUS_TIMEOUT);
    assert_true(KeQueryInterruptTime() - begin >= 190000);
    assert_true(IsListEmpty(&event.Header.WaitListHead));

    begin = KeQueryInterruptTime();
    assert_int_equal(KeDelayExecutionThread(KernelMode, FALSE, &soon), STATUS_SUCCESS);
    assert_true(KeQueryInterruptTime() - begin >= 200000);

    /* A deadline that has passed does not keep from taking what is signaled. */
    KeSetEvent(&event, 0, FALSE);
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &past),
                     STATUS_SUCCESS);
}

static VOID test_deadlines(void **state)
{
    LARGE_INTEGER interval = {.QuadPart = MINLONGLONG};

    UNREFERENCED_PARAMETER(state);
    assert_true(ke_deadline(NULL) == HAL_FOREVER);
    assert_true(ke_deadline(&interval) == HAL_FOREVER);
    interval.QuadPart = MINLONGLONG + 1;
    assert_true(ke_deadline(&interval) == HAL_FOREVER);
    interval.QuadPart = MAXLONGLONG;
    assert_true(ke_deadline(&interval) == HAL_FOREVER);
    interval.QuadPart = -1;
    assert_true(ke_deadline(&interval) > 0);
}

static VOID test_any(void **state)
{
    KEVENT events[3];
    PVOID objects[3] = {&events[0], &events[1], &events[2]};
    LARGE_INTEGER zero = {.QuadPart = 0};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < 3; i++)
        KeInitializeEvent(&events[i], SynchronizationEvent, i > 0);
    /* The first that is signaled, and it alone. */
    assert_int_equal(wait_many(3, objects, WaitAny, NULL), STATUS_WAIT_1);
    assert_int_equal(KeReadStateEvent(&events[2]), 1);
    assert_int_equal(wait_many(3, objects, WaitAny, NULL), STATUS_WAIT_2);
    assert_int_equal(wait_many(3, objects, WaitAny, &zero), STATUS_TIMEOUT);
}

static VOID test_all(void **state)
{
    LARGE_INTEGER zero = {.QuadPart = 0};
    KSEMAPHORE semaphore;
    KEVENT event;
    KMUTEX mutex;
    PVOID objects[3] = {&semaphore, &event, &mutex};

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 1, 1);
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    KeInitializeMutex(&mutex, 0);
    assert_int_equal(wait_many(3, objects, WaitAll, &zero), STATUS_TIMEOUT);
    /* Nothing was taken. */
    assert_int_equal(KeReadStateSemaphore(&semaphore), 1);
    assert_int_equal(KeReadStateMutex(&mutex), 1);
    KeSetEvent(&event, 0, FALSE);
    assert_int_equal(wait_many(3, objects, WaitAll, &zero), STATUS_SUCCESS);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 0);
    assert_int_equal(KeReadStateEvent(&event), 0);
    assert_int_equal(KeReadStateMutex(&mutex), 0);
    KeReleaseMutex(&mutex, FALSE);
}

static VOID test_all_with_one_twice(void **state)
{
    KSEMAPHORE semaphore;
    PVOID objects[2] = {&semaphore, &semaphore};

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 2, 2);
    assert_int_equal(wait_many(2, objects, WaitAll, NULL), STATUS_SUCCESS);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 0);
}

struct pair {
    KEVENT a, b;
    BOOLEAN swapped; /* names them in the other order */
    ULONG taken;     /* atomic */
    BOOLEAN stop;    /* atomic */
};

static VOID take_both(struct pair *pair, BOOLEAN swapped)
{
    PVOID objects[2] = {swapped ? &pair->b : &pair->a, swapped ? &pair->a : &pair->b};
    LARGE_INTEGER soon = milliseconds(1);

    while (!__atomic_load_n(&pair->stop, __ATOMIC_RELAXED))
        if (wait_many(2, objects, WaitAll, &soon) == STATUS_SUCCESS)
            __atomic_fetch_add(&pair->taken, 1, __ATOMIC_RELAXED);
}

static VOID NTAPI take_in_order(PVOID context)
{
    take_both(context, FALSE);
}

static VOID NTAPI take_swapped(PVOID context)
{
    take_both(context, TRUE);
}

/* Both or none, whatever the order, and no deadlock between waiters of opposite order. */
static VOID test_all_is_atomic(void **state)
{
    struct pair pair = {.taken = 0};
    PKTHREAD threads[2];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&pair.a, SynchronizationEvent, FALSE);
    KeInitializeEvent(&pair.b, SynchronizationEvent, FALSE);
    threads[0] = begin_thread(take_in_order, &pair);
    threads[1] = begin_thread(take_swapped, &pair);
    for (i = 0; i < ROUNDS; i++) {
        KeSetEvent(&pair.a, 0, FALSE);
        KeSetEvent(&pair.b, 0, FALSE);
        while (KeReadStateEvent(&pair.b))
            hal_yield();
        /* b was taken with a, under both locks: this takes the lock to look. */
        assert_int_equal(KeResetEvent(&pair.a), 0);
    }
    __atomic_store_n(&pair.stop, TRUE, __ATOMIC_RELAXED);
    end_of_thread(threads[0]);
    end_of_thread(threads[1]);
    assert_int_equal(pair.taken, ROUNDS);
}

struct sleeper {
    PVOID objects[3];
    WAIT_TYPE type;
    KPROCESSOR_MODE mode;
    BOOLEAN alertable;
    NTSTATUS status;
};

static VOID NTAPI sleep_on(PVOID context)
{
    struct sleeper *sleeper = context;

    sleeper->status = KeWaitForMultipleObjects(2, sleeper->objects, sleeper->type, Executive,
                                               sleeper->mode, sleeper->alertable, NULL, NULL);
}

static VOID test_woken_by_any(void **state)
{
    KEVENT events[2];
    struct sleeper sleeper = {{&events[0], &events[1]}, WaitAny, KernelMode, FALSE, 0};
    PKTHREAD thread;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < 2; i++) {
        KeInitializeEvent(&events[0], SynchronizationEvent, FALSE);
        KeInitializeEvent(&events[1], SynchronizationEvent, FALSE);
        thread = begin_thread(sleep_on, &sleeper);
        await_sleep(thread);
        KeSetEvent(&events[i], 0, FALSE);
        end_of_thread(thread);
        assert_int_equal(sleeper.status, (NTSTATUS)i);
        assert_int_equal(KeReadStateEvent(&events[i]), 0);
        assert_true(IsListEmpty(&events[0].Header.WaitListHead));
        assert_true(IsListEmpty(&events[1].Header.WaitListHead));
    }
}

static VOID test_woken_by_all(void **state)
{
    KEVENT events[2];
    struct sleeper sleeper = {{&events[0], &events[1]}, WaitAll, KernelMode, FALSE, 1};
    PKTHREAD thread;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&events[0], SynchronizationEvent, FALSE);
    KeInitializeEvent(&events[1], NotificationEvent, FALSE);
    thread = begin_thread(sleep_on, &sleeper);
    await_sleep(thread);
    KeSetEvent(&events[0], 0, FALSE);
    await_sleep(thread);
    /* One is not enough, and is not taken. */
    assert_int_equal(poll(thread), STATUS_TIMEOUT);
    assert_int_equal(KeReadStateEvent(&events[0]), 1);
    KeSetEvent(&events[1], 0, FALSE);
    end_of_thread(thread);
    assert_int_equal(sleeper.status, STATUS_SUCCESS);
    assert_int_equal(KeReadStateEvent(&events[0]), 0);
}

static VOID test_alerts(void **state)
{
    KEVENT events[2];
    struct sleeper sleeper = {{&events[0], &events[1]}, WaitAny, KernelMode, TRUE, 0};
    PKTHREAD thread;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&events[0], NotificationEvent, FALSE);
    KeInitializeEvent(&events[1], NotificationEvent, FALSE);
    thread = begin_thread(sleep_on, &sleeper);
    await_sleep(thread);
    ke_alert_thread(thread);
    end_of_thread(thread);
    assert_int_equal(sleeper.status, STATUS_ALERTED);

    /* A wait that is not alertable stays, and the alert stays for the next. */
    sleeper.alertable = FALSE;
    thread = begin_thread(sleep_on, &sleeper);
    await_sleep(thread);
    ke_alert_thread(thread);
    assert_true(thread->wake & KE_WAKE_WAITING);
    KeSetEvent(&events[1], 0, FALSE);
    end_of_thread(thread);
    assert_int_equal(sleeper.status, STATUS_WAIT_1);

    ke_alert_thread(ke_current());
    assert_int_equal(KeDelayExecutionThread(KernelMode, TRUE, NULL), STATUS_ALERTED);
    assert_false(KeTestAlertThread(KernelMode));
    /* What is signaled goes before an alert. */
    ke_alert_thread(ke_current());
    assert_int_equal(KeWaitForSingleObject(&events[1], Executive, KernelMode, TRUE, NULL),
                     STATUS_SUCCESS);
    assert_true(KeTestAlertThread(KernelMode));
}

static VOID wait_for_four(PVOID objects)
{
    wait_many(THREAD_WAIT_OBJECTS + 1, objects, WaitAny, NULL);
}

static VOID wait_for_65(PVOID objects)
{
    KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS + 1];

    KeWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, objects, WaitAny, Executive, KernelMode,
                             FALSE, NULL, blocks);
}

static VOID test_limits(void **state)
{
    KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS];
    PVOID objects[MAXIMUM_WAIT_OBJECTS + 1];
    LARGE_INTEGER zero = {.QuadPart = 0};
    KEVENT set, unset;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&set, NotificationEvent, TRUE);
    KeInitializeEvent(&unset, NotificationEvent, FALSE);
    for (i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        objects[i] = i < MAXIMUM_WAIT_OBJECTS - 1 ? &unset : &set;
    assert_int_equal(wait_many(THREAD_WAIT_OBJECTS, objects, WaitAny, &zero), STATUS_TIMEOUT);
    assert_int_equal(provoke(wait_for_four, objects), MAXIMUM_WAIT_OBJECTS_EXCEEDED);
    assert_int_equal(KeWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, WaitAny, Executive,
                                              KernelMode, FALSE, NULL, blocks),
                     MAXIMUM_WAIT_OBJECTS - 1);
    assert_int_equal(provoke(wait_for_65, objects), MAXIMUM_WAIT_OBJECTS_EXCEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_all_with_one_twice),
        cmocka_unit_test(test_all_is_atomic),
        cmocka_unit_test(test_woken_by_any),
        cmocka_unit_test(test_woken_by_all),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
