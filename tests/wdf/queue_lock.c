/* Which callbacks run at the same time, at which IRQL, and on whose thread. */
#include "control_test.h"

static WDFDEVICE device_with(WDF_EXECUTION_LEVEL level, WDF_SYNCHRONIZATION_SCOPE scope)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ExecutionLevel = level;
    attributes.SynchronizationScope = scope;
    return make_device(begin_device(), &attributes);
}

static VOID NTAPI tell_irql(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%u:%u ", number_of(request), KeGetCurrentIrql());
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID tell_irql_with(WDF_EXECUTION_LEVEL level, WDF_SYNCHRONIZATION_SCOPE scope, ULONG number)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device = device_with(level, scope);
    struct sent sent;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = tell_irql;
    make_queue(device, &config);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, number, &sent), STATUS_SUCCESS);
    NtClose(handle);
}

static void without_a_scope_the_caller_decides(void)
{
    tell_irql_with(WdfExecutionLevelDispatch, WdfSynchronizationScopeNone, 1);
    assert_journal("1:0 ");
}

static void a_lock_for_dispatch_level_raises(void)
{
    tell_irql_with(WdfExecutionLevelDispatch, WdfSynchronizationScopeDevice, 1);
    assert_journal("1:2 ");
}

static void a_lock_for_passive_level_does_not(void)
{
    tell_irql_with(WdfExecutionLevelPassive, WdfSynchronizationScopeDevice, 1);
    assert_journal("1:0 ");
}

static void a_queues_own_lock_does_likewise(void)
{
    tell_irql_with(WdfExecutionLevelDispatch, WdfSynchronizationScopeQueue, 1);
    assert_journal("1:2 ");
}

/* ---- deferral --------------------------------------------------------------------------- */

static KEVENT done;

static VOID NTAPI tell_thread(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%s:%u ", ke_current()->is_system ? "system" : "own", KeGetCurrentIrql());
    WdfRequestComplete(request, STATUS_SUCCESS);
    KeSetEvent(&done, IO_NO_INCREMENT, FALSE);
}

/* A queue for PASSIVE_LEVEL that is started at DISPATCH_LEVEL. */
static void a_passive_queue_goes_to_a_worker(void)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device = device_with(WdfExecutionLevelPassive, WdfSynchronizationScopeNone);
    struct sent sent;
    WDFQUEUE queue;
    HANDLE handle;
    KIRQL irql;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = tell_thread;
    queue = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    handle = open_device(ASYNCHRONOUS);
    WdfIoQueueStop(queue, NULL, NULL);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfIoQueueStart(queue);
    KeLowerIrql(irql);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    assert_journal("system:0 ");
    NtClose(handle);
}

/* A thread that holds the lock for callbacks cannot be called back. */
static void a_lock_holder_leaves_it_to_a_dpc(void)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device = device_with(WdfExecutionLevelDispatch, WdfSynchronizationScopeDevice);
    struct sent sent;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = tell_thread;
    queue = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    handle = open_device(ASYNCHRONOUS);
    WdfIoQueueStop(queue, NULL, NULL);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    WdfObjectAcquireLock(device);
    WdfIoQueueStart(queue);
    note("started ");
    WdfObjectReleaseLock(device);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    assert_journal("started system:2 ");
    NtClose(handle);
}

/* ---- one at a time ------------------------------------------------------------------------ */

#define THREADS 3
#define ROUNDS 2000

static LONG inside_now, most_inside, unguarded;

static VOID NTAPI count_inside(WDFQUEUE queue, WDFREQUEST request)
{
    LONG now = __atomic_add_fetch(&inside_now, 1, __ATOMIC_RELAXED);

    UNREFERENCED_PARAMETER(queue);
    if (now > __atomic_load_n(&most_inside, __ATOMIC_RELAXED))
        __atomic_store_n(&most_inside, now, __ATOMIC_RELAXED);
    unguarded++;
    __atomic_sub_fetch(&inside_now, 1, __ATOMIC_RELAXED);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID send_rounds(PVOID handle)
{
    struct sent sent;
    ULONG i;

    for (i = 0; i < ROUNDS; i++)
        assert_int_equal(send(handle, i, &sent), STATUS_SUCCESS);
}

static VOID contend(WDF_EXECUTION_LEVEL level)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device = device_with(level, WdfSynchronizationScopeDevice);
    struct program_thread threads[THREADS];
    HANDLE handles[THREADS];
    ULONG i;

    /* Two queues below one lock. */
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = count_inside;
    make_queue(device, &config);
    WdfControlFinishInitializing(device);
    inside_now = most_inside = unguarded = 0;
    for (i = 0; i < THREADS; i++) {
        handles[i] = open_device(SYNCHRONOUS);
        start_thread(&threads[i], send_rounds, handles[i]);
    }
    for (i = 0; i < THREADS; i++) {
        join_thread(&threads[i]);
        NtClose(handles[i]);
    }
    assert_int_equal(most_inside, 1);
    assert_int_equal(unguarded, THREADS * ROUNDS);
}

static void callbacks_with_a_lock_run_one_at_a_time(void)
{
    contend(WdfExecutionLevelDispatch);
}

static void passive_callbacks_with_a_lock_run_one_at_a_time(void)
{
    contend(WdfExecutionLevelPassive);
}

/* ---- and at once -------------------------------------------------------------------------- */

static KEVENT met;
static LONG waiting_inside;

/* The first waits until the second is inside too. */
static VOID NTAPI meet(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    if (__atomic_add_fetch(&waiting_inside, 1, __ATOMIC_ACQ_REL) == 2)
        KeSetEvent(&met, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&met, Executive, KernelMode, FALSE, NULL);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID send_one(PVOID handle)
{
    struct sent sent;

    assert_int_equal(send(handle, 0, &sent), STATUS_SUCCESS);
}

static void a_parallel_queue_calls_on_several_threads_at_once(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct program_thread threads[2];
    HANDLE handles[2];
    ULONG i;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = meet;
    device_with_queue(&config);
    KeInitializeEvent(&met, NotificationEvent, FALSE);
    waiting_inside = 0;
    for (i = 0; i < 2; i++) {
        handles[i] = open_device(SYNCHRONOUS);
        start_thread(&threads[i], send_one, handles[i]);
    }
    for (i = 0; i < 2; i++) {
        join_thread(&threads[i]);
        NtClose(handles[i]);
    }
    assert_int_equal(waiting_inside, 2);
}

static VOID NTAPI tell_apcs(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%u ", KeAreApcsDisabled());
    WdfRequestComplete(request, STATUS_SUCCESS);
}

/* So a driver may take resources in its callbacks. */
static void callbacks_run_in_a_critical_region(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = tell_apcs;
    device_with_queue(&config);
    handle = open_device(SYNCHRONOUS);
    assert_false(KeAreApcsDisabled());
    assert_int_equal(send(handle, 0, &sent), STATUS_SUCCESS);
    assert_journal("1 ");
    assert_false(KeAreApcsDisabled());
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(without_a_scope_the_caller_decides),
        WDF_TEST(a_lock_for_dispatch_level_raises),
        WDF_TEST(a_lock_for_passive_level_does_not),
        WDF_TEST(a_queues_own_lock_does_likewise),
        WDF_TEST(a_passive_queue_goes_to_a_worker),
        WDF_TEST(a_lock_holder_leaves_it_to_a_dpc),
        WDF_TEST(callbacks_with_a_lock_run_one_at_a_time),
        WDF_TEST(passive_callbacks_with_a_lock_run_one_at_a_time),
        WDF_TEST(a_parallel_queue_calls_on_several_threads_at_once),
        WDF_TEST(callbacks_run_in_a_critical_region),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
