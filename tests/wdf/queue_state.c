/* Starting, stopping, draining and purging: what a queue takes and presents, and when it says so.
 */
#include "control_test.h"

static WDFREQUEST held[8];
static ULONG held_count;

static VOID NTAPI hold(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%u ", number_of(request));
    held[held_count++] = request;
}

static VOID release(ULONG index)
{
    WdfRequestComplete(held[index], STATUS_SUCCESS);
}

static VOID NTAPI on_state(WDFQUEUE queue, WDFCONTEXT context)
{
    ULONG waiting, owned;

    WdfIoQueueGetState(queue, &waiting, &owned);
    note("%s:%u:%u ", (PCSTR)context, waiting, owned);
}

static WDFQUEUE parallel_queue(VOID)
{
    WDF_IO_QUEUE_CONFIG config;

    held_count = 0;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = hold;
    return device_with_queue(&config);
}

static WDFQUEUE sequential_queue(VOID)
{
    WDF_IO_QUEUE_CONFIG config;

    held_count = 0;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = hold;
    return device_with_queue(&config);
}

static void a_stopped_queue_takes_requests_and_keeps_them(void)
{
    WDFQUEUE queue = parallel_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[2];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    WdfIoQueueStop(queue, on_state, "stopped");
    assert_journal("0 ");
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_journal("");
    /* Only what the driver owns is waited for. */
    release(0);
    assert_journal("stopped:1:0 ");
    assert_true(WDF_IO_QUEUE_STOPPED(WdfIoQueueGetState(queue, NULL, NULL)));
    WdfIoQueueStart(queue);
    assert_journal("1 ");
    release(1);
    assert_true(WDF_IO_QUEUE_READY(WdfIoQueueGetState(queue, NULL, NULL)));
    NtClose(handle);
}

static void an_idle_queue_says_so_at_once(void)
{
    WDFQUEUE queue = parallel_queue();

    WdfIoQueueStop(queue, on_state, "stopped");
    WdfIoQueueDrain(queue, on_state, "drained");
    assert_journal("stopped:0:0 drained:0:0 ");
    WdfIoQueueStart(queue);
    WdfIoQueuePurge(queue, on_state, "purged");
    WdfIoQueueStopAndPurge(queue, on_state, "both");
    assert_journal("purged:0:0 both:0:0 ");
    WdfIoQueueStopSynchronously(queue);
    WdfIoQueueDrainSynchronously(queue);
    WdfIoQueuePurgeSynchronously(queue);
    WdfIoQueueStopAndPurgeSynchronously(queue);
}

static void a_draining_queue_finishes_what_it_has(void)
{
    WDFQUEUE queue = sequential_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[3];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    WdfIoQueueDrain(queue, on_state, "drained");
    assert_int_equal(send(handle, 2, &sent[2]), STATUS_INVALID_DEVICE_STATE);
    release(0);
    assert_journal("0 1 ");
    release(1);
    assert_journal("drained:0:0 ");
    assert_true(WDF_IO_QUEUE_DRAINED(WdfIoQueueGetState(queue, NULL, NULL)));
    WdfIoQueueStart(queue);
    assert_int_equal(send(handle, 2, &sent[2]), STATUS_PENDING);
    release(2);
    NtClose(handle);
}

static VOID NTAPI on_cancel(WDFREQUEST request)
{
    note("cancel:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_CANCELLED);
}

static void a_purged_queue_cancels_what_it_can(void)
{
    WDFQUEUE queue = sequential_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[3];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_int_equal(send(handle, 2, &sent[2]), STATUS_PENDING);
    WdfIoQueuePurge(queue, on_state, "purged");
    assert_true(is_pending(&sent[0]));
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(sent[1].iosb.Information, 0);
    assert_int_equal(sent[2].iosb.Status, STATUS_CANCELLED);
    assert_journal("0 ");
    release(0);
    assert_journal("purged:0:0 ");
    assert_int_equal(sent[0].iosb.Status, STATUS_SUCCESS);
    assert_true(WDF_IO_QUEUE_PURGED(WdfIoQueueGetState(queue, NULL, NULL)));
    NtClose(handle);
}

static void purging_calls_the_cancel_callback_of_marked_requests(void)
{
    WDFQUEUE queue = parallel_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[2];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    WdfRequestMarkCancelable(held[0], on_cancel);
    WdfIoQueuePurge(queue, on_state, "purged");
    assert_journal("0 1 cancel:0 ");
    /* While it purges, nothing can be marked any more. */
    assert_int_equal(WdfRequestMarkCancelableEx(held[1], on_cancel), STATUS_CANCELLED);
    WdfRequestMarkCancelable(held[1], on_cancel);
    assert_journal("cancel:1 purged:0:0 ");
    NtClose(handle);
}

static void stop_and_purge_takes_new_requests(void)
{
    WDFQUEUE queue = sequential_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[3];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    WdfIoQueueStopAndPurge(queue, on_state, "both");
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(send(handle, 2, &sent[2]), STATUS_PENDING);
    release(0);
    assert_journal("0 both:1:0 ");
    WdfIoQueueStart(queue);
    assert_journal("2 ");
    release(1);
    NtClose(handle);
}

static void a_second_callback_is_fatal(void)
{
    WDFQUEUE queue = parallel_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent;

    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    WdfIoQueueStop(queue, on_state, "stopped");
    /* One that waits for another end may be asked for, and none at all. */
    WdfIoQueueDrain(queue, on_state, "drained");
    WdfIoQueueStop(queue, NULL, NULL);
    ASSERT_VIOLATION(WDF_QUEUE_FATAL_ERROR, WdfIoQueueStop(queue, on_state, "again"));
    ASSERT_VIOLATION(WDF_QUEUE_FATAL_ERROR, WdfIoQueuePurge(queue, on_state, "again"));
    release(0);
    assert_journal("0 stopped:0:0 drained:0:0 ");
    NtClose(handle);
}

/* ---- waiting ---------------------------------------------------------------------------- */

static VOID wait_for_owned(WDFQUEUE queue, ULONG count)
{
    ULONG owned;

    do {
        WdfIoQueueGetState(queue, NULL, &owned);
    } while (owned != count);
}

static VOID stop_it(PVOID queue)
{
    WdfIoQueueStopSynchronously(queue);
    note("stopped ");
}

static VOID purge_it(PVOID queue)
{
    WdfIoQueuePurgeSynchronously(queue);
    note("purged ");
}

static VOID wait_for_state(WDFQUEUE queue, ULONG gone)
{
    while (WdfIoQueueGetState(queue, NULL, NULL) & gone)
        YieldProcessor();
}

static void stopping_waits_for_the_requests_that_the_driver_owns(void)
{
    WDFQUEUE queue = parallel_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct program_thread thread;
    struct sent sent;

    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    start_thread(&thread, stop_it, queue);
    wait_for_state(queue, WdfIoQueueDispatchRequests);
    assert_journal("0 ");
    release(0);
    join_thread(&thread);
    assert_journal("stopped ");
    NtClose(handle);
}

static void purging_waits_for_all(void)
{
    WDFQUEUE queue = sequential_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct program_thread thread;
    struct sent sent[2];

    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    start_thread(&thread, purge_it, queue);
    wait_for_state(queue, WdfIoQueueAcceptRequests);
    wait_for_owned(queue, 1);
    assert_journal("0 ");
    release(0);
    join_thread(&thread);
    assert_journal("purged ");
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    NtClose(handle);
}

/* ---- deletion ------------------------------------------------------------------------------ */

static VOID NTAPI complete_it(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static WDFQUEUE destination;

static VOID NTAPI forward_it(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    assert_int_equal(WdfRequestForwardToIoQueue(request, destination), STATUS_SUCCESS);
}

static VOID NTAPI queue_cleanup(WDFOBJECT queue)
{
    UNREFERENCED_PARAMETER(queue);
    note("cleanup ");
}

static void a_deleted_queue_cancels_what_waits_in_it(void)
{
    WDF_IO_QUEUE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device = plain_device();
    struct sent sent;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = forward_it;
    make_queue(device, &config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = queue_cleanup;
    assert_int_equal(WdfIoQueueCreate(device, &config, &attributes, &destination), STATUS_SUCCESS);
    WdfControlFinishInitializing(device);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    assert_true(is_pending(&sent));
    WdfObjectDelete(destination);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    assert_journal("cleanup ");
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfIoQueueStart(destination));
    NtClose(handle);
}

static VOID hammer(PVOID context)
{
    HANDLE handle = context;
    struct sent sent;
    ULONG i;

    for (i = 0; i < 2000; i++) {
        NTSTATUS status = send(handle, i, &sent);

        assert_true(status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_STATE ||
                    status == STATUS_CANCELLED);
    }
}

/* Requests that come while the queue changes are all completed, one way or the other. */
static void states_may_change_while_requests_come(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct program_thread threads[2];
    HANDLE handles[2];
    WDFQUEUE queue;
    ULONG i;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = complete_it;
    queue = device_with_queue(&config);
    for (i = 0; i < 2; i++) {
        handles[i] = open_device(SYNCHRONOUS);
        start_thread(&threads[i], hammer, handles[i]);
    }
    for (i = 0; i < 100; i++) {
        WdfIoQueueStopSynchronously(queue);
        WdfIoQueueStart(queue);
        WdfIoQueueDrainSynchronously(queue);
        WdfIoQueueStart(queue);
        WdfIoQueueStopAndPurgeSynchronously(queue);
        WdfIoQueueStart(queue);
        WdfIoQueuePurgeSynchronously(queue);
        WdfIoQueueStart(queue);
    }
    for (i = 0; i < 2; i++) {
        join_thread(&threads[i]);
        NtClose(handles[i]);
    }
    assert_true(WDF_IO_QUEUE_IDLE(WdfIoQueueGetState(queue, NULL, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_stopped_queue_takes_requests_and_keeps_them),
        WDF_TEST(an_idle_queue_says_so_at_once),
        WDF_TEST(a_draining_queue_finishes_what_it_has),
        WDF_TEST(a_purged_queue_cancels_what_it_can),
        WDF_TEST(purging_calls_the_cancel_callback_of_marked_requests),
        WDF_TEST(stop_and_purge_takes_new_requests),
        WDF_TEST(a_second_callback_is_fatal),
        WDF_TEST(stopping_waits_for_the_requests_that_the_driver_owns),
        WDF_TEST(purging_waits_for_all),
        WDF_TEST(a_deleted_queue_cancels_what_waits_in_it),
        WDF_TEST(states_may_change_while_requests_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
