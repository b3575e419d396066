/*
 * Pins work items: they run at PASSIVE_LEVEL on system threads, urgent ones
 * first, in order, also when they wait for each other, and before the stop.
 */
#include "fixture.h"

enum { many = 2000 };

static struct {
    LONG runs; /* atomic */
    ULONG order[16];
    KEVENT go_on, arrived;
    KSEMAPHORE done;
} seen;

struct numbered_item {
    WORK_QUEUE_ITEM item;
    ULONG number;
};

static int start(void **state)
{
    start_rooms(state);
    memset(&seen, 0, sizeof(seen));
    KeInitializeEvent(&seen.go_on, NotificationEvent, FALSE);
    KeInitializeEvent(&seen.arrived, SynchronizationEvent, FALSE);
    KeInitializeSemaphore(&seen.done, 0, MAXLONG);
    return 0;
}

static VOID done(VOID)
{
    KeReleaseSemaphore(&seen.done, IO_NO_INCREMENT, 1, FALSE);
}

static VOID wait_for_done(ULONG count)
{
    while (count--)
        assert_int_equal(wait_for(&seen.done), STATUS_SUCCESS);
}

static VOID NTAPI look_around(PVOID parameter)
{
    PKTHREAD *thread = parameter;

    *thread = KeGetCurrentThread();
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_ptr_equal(ke_current()->process, ke_system_process());
    done();
}

static void runs_on_a_system_thread(void **state)
{
    PKTHREAD thread = NULL;
    WORK_QUEUE_ITEM item;
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    ExInitializeWorkItem(&item, look_around, &thread);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    ExQueueWorkItem(&item, DelayedWorkQueue);
    KeLowerIrql(old);
    wait_for_done(1);
    assert_non_null(thread);
    assert_ptr_not_equal(thread, KeGetCurrentThread());
}

static VOID NTAPI count_it(PVOID parameter)
{
    UNREFERENCED_PARAMETER(parameter);
    __atomic_fetch_add(&seen.runs, 1, __ATOMIC_RELAXED);
    done();
}

static void runs_each_item_once(void **state)
{
    static WORK_QUEUE_ITEM items[many];

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < many; i++) {
        ExInitializeWorkItem(&items[i], count_it, NULL);
        ExQueueWorkItem(&items[i], (WORK_QUEUE_TYPE)(i % MaximumWorkQueue));
    }
    wait_for_done(many);
    assert_int_equal(seen.runs, many);
    assert_int_equal(poll(&seen.done), STATUS_TIMEOUT);
}

static VOID NTAPI queue_again(PVOID parameter)
{
    PWORK_QUEUE_ITEM item = parameter;

    if (__atomic_add_fetch(&seen.runs, 1, __ATOMIC_RELAXED) < 100)
        ExQueueWorkItem(item, CriticalWorkQueue);
    else
        done();
}

static void an_item_may_queue_itself(void **state)
{
    WORK_QUEUE_ITEM item;

    UNREFERENCED_PARAMETER(state);
    ExInitializeWorkItem(&item, queue_again, &item);
    ExQueueWorkItem(&item, CriticalWorkQueue);
    wait_for_done(1);
    assert_int_equal(seen.runs, 100);
}

static VOID NTAPI free_itself(PVOID parameter)
{
    ExFreePoolWithTag(parameter, TEST_TAG);
    done();
}

static void an_item_may_free_itself(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < 100; i++) {
        PWORK_QUEUE_ITEM item = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*item), TEST_TAG);
        ExInitializeWorkItem(item, free_itself, item);
        ExQueueWorkItem(item, DelayedWorkQueue);
    }
    wait_for_done(100);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static VOID NTAPI block(PVOID parameter)
{
    UNREFERENCED_PARAMETER(parameter);
    KeSetEvent(&seen.arrived, IO_NO_INCREMENT, FALSE);
    wait_for(&seen.go_on);
    done();
}

static VOID NTAPI note_order(PVOID parameter)
{
    struct numbered_item *item = parameter;

    seen.order[__atomic_fetch_add(&seen.runs, 1, __ATOMIC_RELAXED)] = item->number;
    done();
}

static const WORK_QUEUE_TYPE types[] = {DelayedWorkQueue,  BackgroundWorkQueue,
                                        CriticalWorkQueue, DelayedWorkQueue,
                                        RealTimeWorkQueue, CustomPriorityWorkQueue + 31};

/* Queues an item of each type to workers that are all blocked; one more takes them all. */
static VOID queue_all_types(VOID)
{
    static struct numbered_item items[RTL_NUMBER_OF(types)];

    seen.runs = 0;
    for (ULONG i = 0; i < RTL_NUMBER_OF(types); i++) {
        items[i].number = i;
        ExInitializeWorkItem(&items[i].item, note_order, &items[i]);
        ExQueueWorkItem(&items[i].item, types[i]);
    }
    wait_for_done(RTL_NUMBER_OF(types));
}

/*
 * The usual workers are blocked; what is queued then waits until there is one
 * more. It may come before all is queued, so the order is right in some of a
 * few attempts; if urgency did not count, in none.
 */
static void urgent_items_come_first(void **state)
{
    static const ULONG expected[] = {5, 4, 2, 0, 3, 1};
    static WORK_QUEUE_ITEM blockers[80];
    ULONG blocked = hal_processor_count() + 4, attempts = 0;

    UNREFERENCED_PARAMETER(state);
    assert_true(blocked + 10 <= RTL_NUMBER_OF(blockers));
    do {
        if (attempts == 10)
            fail_msg("urgent items do not come first");
        /* Blocks the worker that the last attempt has added, too. */
        for (ULONG i = attempts ? blocked : 0; i < blocked + (attempts != 0); i++) {
            ExInitializeWorkItem(&blockers[i], block, NULL);
            ExQueueWorkItem(&blockers[i], HyperCriticalWorkQueue);
            wait_for(&seen.arrived);
        }
        blocked += attempts != 0;
        attempts++;
        queue_all_types();
    } while (memcmp(seen.order, expected, sizeof(expected)) != 0);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    wait_for_done(blocked);
}

/* Items that wait for an item that is queued behind them. */
static void items_may_wait_for_each_other(void **state)
{
    enum { blocked = 40 };
    static WORK_QUEUE_ITEM blockers[blocked];
    WORK_QUEUE_ITEM last;

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < blocked; i++) {
        ExInitializeWorkItem(&blockers[i], block, NULL);
        ExQueueWorkItem(&blockers[i], DelayedWorkQueue);
    }
    ExInitializeWorkItem(&last, count_it, NULL);
    ExQueueWorkItem(&last, BackgroundWorkQueue);
    wait_for_done(1);
    assert_int_equal(seen.runs, 1);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    wait_for_done(blocked);
}

static VOID NTAPI never(PVOID parameter)
{
    UNREFERENCED_PARAMETER(parameter);
    fail_msg("an item ran that was not queued");
}

static void bad_items(void **state)
{
    WORK_QUEUE_ITEM item;

    UNREFERENCED_PARAMETER(state);
    ExInitializeWorkItem(&item, never, NULL);
    item.List.Flink = &item.List;
    ASSERT_BUGCHECK(ExQueueWorkItem(&item, DelayedWorkQueue), INVALID_WORK_QUEUE_ITEM,
                    (ULONG_PTR)&item);
    ExInitializeWorkItem(&item, never, NULL);
    ASSERT_BUGCHECK(ExQueueWorkItem(&item, MaximumWorkQueue), INVALID_WORK_QUEUE_ITEM,
                    (ULONG_PTR)&item);
    item.WorkerRoutine = NULL;
    ASSERT_BUGCHECK(ExQueueWorkItem(&item, DelayedWorkQueue), INVALID_WORK_QUEUE_ITEM,
                    (ULONG_PTR)&item);
    KfRaiseIrql(DISPATCH_LEVEL + 1);
    ASSERT_BUGCHECK(ExQueueWorkItem(&item, DelayedWorkQueue), IRQL_NOT_LESS_OR_EQUAL,
                    provoked.parameters[0]);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void stop_runs_what_is_queued(void **state)
{
    static WORK_QUEUE_ITEM items[many];

    start(state);
    for (ULONG i = 0; i < many; i++) {
        ExInitializeWorkItem(&items[i], count_it, NULL);
        ExQueueWorkItem(&items[i], DelayedWorkQueue);
    }
    stop_rooms(state);
    assert_int_equal(seen.runs, many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_on_a_system_thread, start, stop_rooms),
        cmocka_unit_test_setup_teardown(runs_each_item_once, start, stop_rooms),
        cmocka_unit_test_setup_teardown(an_item_may_queue_itself, start, stop_rooms),
        cmocka_unit_test_setup_teardown(an_item_may_free_itself, start, stop_rooms),
        cmocka_unit_test_setup_teardown(urgent_items_come_first, start, stop_rooms),
        cmocka_unit_test_setup_teardown(items_may_wait_for_each_other, start, stop_rooms),
        cmocka_unit_test_setup_teardown(bad_items, start, stop_rooms),
        cmocka_unit_test(stop_runs_what_is_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
