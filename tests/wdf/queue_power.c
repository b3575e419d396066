/* Power-managed queues: EvtIoStop, EvtIoResume, and the end of the device. */
#include "control_test.h"

static WDFREQUEST held[8];
static ULONG held_count;
static struct wdf_device *device;
static WDFQUEUE queue;

static VOID NTAPI hold(WDFQUEUE of, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(of);
    note("%u ", number_of(request));
    held[held_count++] = request;
}

static VOID NTAPI on_resume(WDFQUEUE of, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(of);
    note("resume:%u ", number_of(request));
}

/* A queue of a control device that is made to believe in power. */
static HANDLE powered_queue(WDF_IO_QUEUE_DISPATCH_TYPE type, PFN_WDF_IO_QUEUE_IO_STOP on_stop)
{
    WDF_IO_QUEUE_CONFIG config;

    held_count = 0;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, type);
    if (type != WdfIoQueueDispatchManual)
        config.EvtIoDefault = hold;
    config.EvtIoStop = on_stop;
    config.EvtIoResume = on_resume;
    queue = device_with_queue(&config);
    device = inside(queue)->device;
    inside(queue)->is_power_managed = TRUE;
    return open_device(ASYNCHRONOUS);
}

static VOID send_numbers(HANDLE handle, struct sent *sent, ULONG count)
{
    ULONG i;

    for (i = 0; i < count; i++)
        assert_int_equal(send(handle, i, &sent[i]), STATUS_PENDING);
}

static VOID release(ULONG index)
{
    WdfRequestComplete(held[index], STATUS_SUCCESS);
}

static VOID NTAPI keep_it(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    assert_ptr_equal(of, queue);
    note("stop:%u:%x ", number_of(request), flags);
    WdfRequestStopAcknowledge(request, FALSE);
}

static VOID NTAPI give_back(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    UNREFERENCED_PARAMETER(of);
    note("stop:%u:%x ", number_of(request), flags);
    WdfRequestStopAcknowledge(request, TRUE);
}

static VOID NTAPI end_it(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    UNREFERENCED_PARAMETER(of);
    note("stop:%u:%x ", number_of(request), flags);
    WdfRequestComplete(request, STATUS_CANCELLED);
}

static void without_power_a_queue_keeps_its_requests(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, keep_it);
    struct sent sent[2];

    wdf_stop_queues_for_power(device);
    assert_true(WdfIoQueueGetState(queue, NULL, NULL) & WdfIoQueuePnpHeld);
    send_numbers(handle, sent, 2);
    assert_journal("");
    wdf_resume_queues_for_power(device);
    assert_false(WdfIoQueueGetState(queue, NULL, NULL) & WdfIoQueuePnpHeld);
    assert_journal("0 1 ");
    release(0);
    release(1);
    NtClose(handle);
}

static void other_queues_go_on(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, keep_it);
    struct sent sent;

    inside(queue)->is_power_managed = FALSE;
    wdf_stop_queues_for_power(device);
    send_numbers(handle, &sent, 1);
    assert_journal("0 ");
    release(0);
    wdf_resume_queues_for_power(device);
    NtClose(handle);
}

static void an_acknowledged_request_stays_with_the_driver(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, keep_it);
    struct sent sent[2];

    send_numbers(handle, sent, 2);
    wdf_stop_queues_for_power(device);
    assert_journal("0 1 stop:0:1 stop:1:1 ");
    release(0);
    wdf_resume_queues_for_power(device);
    assert_journal("resume:1 ");
    release(1);
    NtClose(handle);
}

static void a_request_given_back_is_presented_again(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchSequential, give_back);
    struct sent sent[2];
    ULONG waiting, owned;

    send_numbers(handle, sent, 2);
    wdf_stop_queues_for_power(device);
    WdfIoQueueGetState(queue, &waiting, &owned);
    assert_int_equal(waiting, 2);
    assert_int_equal(owned, 0);
    wdf_resume_queues_for_power(device);
    assert_journal("0 stop:0:1 0 ");
    release(1);
    assert_journal("1 ");
    release(2);
    NtClose(handle);
}

static void a_completed_request_is_settled(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, end_it);
    struct sent sent;

    send_numbers(handle, &sent, 1);
    wdf_stop_queues_for_power(device);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    wdf_resume_queues_for_power(device);
    assert_journal("0 stop:0:1 ");
    NtClose(handle);
}

static VOID NTAPI on_cancel(WDFREQUEST request)
{
    note("cancel:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_CANCELLED);
}

static VOID NTAPI unmark_and_keep(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    UNREFERENCED_PARAMETER(of);
    note("stop:%u:%x ", number_of(request), flags);
    /* Not while it is marked: that would be lost. */
    WdfRequestStopAcknowledge(request, TRUE);
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
    WdfRequestStopAcknowledge(request, TRUE);
}

static void the_driver_is_told_that_a_request_is_marked(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, unmark_and_keep);
    struct sent sent;

    send_numbers(handle, &sent, 1);
    WdfRequestMarkCancelable(held[0], on_cancel);
    wdf_stop_queues_for_power(device);
    assert_journal("0 stop:0:10000001 ");
    wdf_resume_queues_for_power(device);
    assert_journal("0 ");
    release(1);
    NtClose(handle);
}

/* ---- waiting ------------------------------------------------------------------------------ */

static VOID stop_power(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    wdf_stop_queues_for_power(device);
    note("off ");
}

static enum wdf_queue_power power_of_queue(VOID)
{
    enum wdf_queue_power power;
    KIRQL irql;

    KeAcquireSpinLock(&inside(queue)->lock, &irql);
    power = inside(queue)->power;
    KeReleaseSpinLock(&inside(queue)->lock, irql);
    return power;
}

static VOID wait_until(enum wdf_queue_power power)
{
    while (power_of_queue() != power)
        YieldProcessor();
}

static VOID NTAPI do_nothing(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    UNREFERENCED_PARAMETER(of);
    UNREFERENCED_PARAMETER(flags);
    note("stop:%u ", number_of(request));
}

static void power_waits_for_the_driver(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, do_nothing);
    struct program_thread thread;
    struct sent sent[3];

    send_numbers(handle, sent, 3);
    start_thread(&thread, stop_power, NULL);
    wait_until(WDF_QUEUE_POWER_WAITING);
    assert_journal("0 1 2 stop:0 stop:1 stop:2 ");
    release(0);
    WdfRequestStopAcknowledge(held[1], FALSE);
    assert_int_equal(power_of_queue(), WDF_QUEUE_POWER_WAITING);
    WdfRequestStopAcknowledge(held[2], TRUE);
    join_thread(&thread);
    assert_journal("off ");
    wdf_resume_queues_for_power(device);
    assert_journal("resume:1 2 ");
    release(1);
    release(3);
    NtClose(handle);
}

static void without_a_callback_power_waits_for_completion(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, NULL);
    struct program_thread thread;
    struct sent sent;

    send_numbers(handle, &sent, 1);
    start_thread(&thread, stop_power, NULL);
    wait_until(WDF_QUEUE_POWER_WAITING);
    assert_journal("0 ");
    release(0);
    join_thread(&thread);
    assert_journal("off ");
    wdf_resume_queues_for_power(device);
    NtClose(handle);
}

/* ---- cancellation meanwhile ----------------------------------------------------------------- */

static void a_request_that_waits_for_power_can_be_cancelled(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, keep_it);
    struct sent sent;

    wdf_stop_queues_for_power(device);
    send_numbers(handle, &sent, 1);
    cancel(handle, &sent);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    wdf_resume_queues_for_power(device);
    assert_journal("");
    NtClose(handle);
}

static struct sent *to_cancel;
static HANDLE cancel_on;

static VOID NTAPI cancelled_meanwhile(WDFQUEUE of, WDFREQUEST request, ULONG flags)
{
    UNREFERENCED_PARAMETER(of);
    UNREFERENCED_PARAMETER(flags);
    cancel(cancel_on, to_cancel);
    note("stop:%u ", number_of(request));
    /* EvtRequestCancel is yet to come, and completes it. */
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_CANCELLED);
}

static void the_cancel_callback_comes_after_the_stop_callback(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchParallel, cancelled_meanwhile);
    struct sent sent;

    send_numbers(handle, &sent, 1);
    WdfRequestMarkCancelable(held[0], on_cancel);
    to_cancel = &sent;
    cancel_on = handle;
    wdf_stop_queues_for_power(device);
    assert_journal("0 stop:0 cancel:0 ");
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    wdf_resume_queues_for_power(device);
    NtClose(handle);
}

/* ---- manual queues ---------------------------------------------------------------------- */

static VOID NTAPI on_ready(WDFQUEUE of, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(of);
    UNREFERENCED_PARAMETER(context);
    note("ready ");
}

static void a_manual_queue_is_ready_when_power_is_back(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchManual, keep_it);
    struct sent sent;
    WDFREQUEST request;

    assert_int_equal(WdfIoQueueReadyNotify(queue, on_ready, NULL), STATUS_SUCCESS);
    send_numbers(handle, &sent, 1);
    assert_journal("ready ");
    wdf_stop_queues_for_power(device);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_WDF_PAUSED);
    wdf_resume_queues_for_power(device);
    assert_journal("ready ");
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
    WdfRequestComplete(request, STATUS_SUCCESS);
    NtClose(handle);
}

/* ---- removal --------------------------------------------------------------------------------- */

static void a_removed_device_purges_its_queues(void)
{
    HANDLE handle = powered_queue(WdfIoQueueDispatchSequential, end_it);
    struct sent sent[2];

    send_numbers(handle, sent, 2);
    wdf_purge_queues(device);
    assert_journal("0 stop:0:2 ");
    assert_int_equal(sent[0].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(send(handle, 2, &sent[0]), STATUS_INVALID_DEVICE_STATE);
    /* Nobody opens it again but the framework. */
    WdfIoQueueStart(queue);
    assert_int_equal(send(handle, 2, &sent[0]), STATUS_INVALID_DEVICE_STATE);
    wdf_purge_queues(device);
    wdf_restart_queues(device);
    assert_int_equal(send(handle, 3, &sent[0]), STATUS_PENDING);
    assert_journal("");
    wdf_resume_queues_for_power(device);
    assert_journal("3 ");
    release(1);
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(without_power_a_queue_keeps_its_requests),
        WDF_TEST(other_queues_go_on),
        WDF_TEST(an_acknowledged_request_stays_with_the_driver),
        WDF_TEST(a_request_given_back_is_presented_again),
        WDF_TEST(a_completed_request_is_settled),
        WDF_TEST(the_driver_is_told_that_a_request_is_marked),
        WDF_TEST(power_waits_for_the_driver),
        WDF_TEST(without_a_callback_power_waits_for_completion),
        WDF_TEST(a_request_that_waits_for_power_can_be_cancelled),
        WDF_TEST(the_cancel_callback_comes_after_the_stop_callback),
        WDF_TEST(a_manual_queue_is_ready_when_power_is_back),
        WDF_TEST(a_removed_device_purges_its_queues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
