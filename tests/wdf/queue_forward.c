/* Forwarding requests from queue to queue, and what happens if the other refuses them. */
#include "control_test.h"

static WDFQUEUE first, second;
static NTSTATUS forwarded;

static VOID NTAPI forward_it(WDFQUEUE queue, WDFREQUEST request)
{
    ULONG number = number_of(request);

    UNREFERENCED_PARAMETER(queue);
    note("first:%u ", number);
    forwarded = WdfRequestForwardToIoQueue(request, second);
    if (!NT_SUCCESS(forwarded))
        WdfRequestComplete(request, forwarded);
    note("back:%u ", number);
}

static VOID NTAPI complete_it(WDFQUEUE queue, WDFREQUEST request)
{
    assert_ptr_equal(queue, second);
    assert_ptr_equal(WdfRequestGetIoQueue(request), queue);
    note("second:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_SUCCESS);
}

/* A default queue that forwards, and one of this type to forward to. */
static WDFDEVICE two_queues(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = forward_it;
    first = make_queue(device, &config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, type);
    if (type != WdfIoQueueDispatchManual)
        config.EvtIoDefault = complete_it;
    second = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    return device;
}

static void a_request_goes_from_one_queue_to_the_other(void)
{
    HANDLE handle;
    struct sent sent;

    two_queues(WdfIoQueueDispatchParallel);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 1, &sent), STATUS_SUCCESS);
    assert_journal("first:1 second:1 back:1 ");
    NtClose(handle);
}

static void a_forwarded_request_is_off_the_first_queues_books(void)
{
    HANDLE handle;
    struct sent sent[2];
    ULONG waiting, owned;
    WDFREQUEST request;

    two_queues(WdfIoQueueDispatchManual);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    /* Sequential, and yet it presents the next. */
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_journal("first:0 back:0 first:1 back:1 ");
    WdfIoQueueGetState(first, &waiting, &owned);
    assert_int_equal(waiting + owned, 0);
    WdfIoQueueGetState(second, &waiting, &owned);
    assert_int_equal(waiting, 2);
    while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(second, &request)))
        WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(sent[1].iosb.Status, STATUS_SUCCESS);
    NtClose(handle);
}

static void a_refused_request_stays_the_drivers(void)
{
    HANDLE handle;
    struct sent sent;

    two_queues(WdfIoQueueDispatchManual);
    handle = open_device(SYNCHRONOUS);
    WdfIoQueuePurgeSynchronously(second);
    /* The framework's statuses are not for its callers. */
    assert_int_equal(send(handle, 1, &sent), STATUS_DEVICE_BUSY);
    assert_int_equal(forwarded, STATUS_WDF_BUSY);
    assert_true(WDF_IO_QUEUE_IDLE(WdfIoQueueGetState(first, NULL, NULL)));
    NtClose(handle);
}

static VOID NTAPI on_canceled_on_queue(WDFQUEUE queue, WDFREQUEST request)
{
    assert_ptr_equal(queue, second);
    note("canceled:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_CANCELLED);
}

static void a_cancelled_request_is_accepted_and_cancelled(void)
{
    HANDLE handle;
    struct sent sent;

    two_queues(WdfIoQueueDispatchManual);
    inside(second)->config.EvtIoCanceledOnQueue = on_canceled_on_queue;
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    cancel(handle, &sent);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    assert_journal("first:0 back:0 canceled:0 ");
    NtClose(handle);
}

/* ---- wrong ones ------------------------------------------------------------------------- */

static WDFREQUEST held;

static VOID NTAPI hold(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    held = request;
}

static VOID NTAPI note_cancel(WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(request);
}

static void wrong_requests_are_not_forwarded(void)
{
    WDFDEVICE device = plain_device();
    WDF_REQUEST_FORWARD_OPTIONS options;
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent;
    WDFQUEUE queue, manual;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = hold;
    queue = make_queue(device, &config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    manual = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    assert_int_equal(WdfRequestForwardToIoQueue(held, queue), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestRequeue(held), STATUS_INVALID_DEVICE_REQUEST);
    WdfRequestMarkCancelable(held, note_cancel);
    assert_int_equal(WdfRequestForwardToIoQueue(held, manual), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestUnmarkCancelable(held), STATUS_SUCCESS);
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
    assert_int_equal(WdfRequestForwardToParentDeviceIoQueue(held, manual, &options),
                     STATUS_INVALID_DEVICE_REQUEST);
    options.Flags |= 0x80;
    assert_int_equal(WdfRequestForwardToParentDeviceIoQueue(held, manual, &options),
                     STATUS_INVALID_PARAMETER);
    options.Size++;
    assert_int_equal(WdfRequestForwardToParentDeviceIoQueue(held, manual, &options),
                     STATUS_INFO_LENGTH_MISMATCH);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestForwardToParentDeviceIoQueue(held, manual, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestForwardToIoQueue(held, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestForwardToIoQueue(held, (WDFQUEUE)held));
    assert_true(is_pending(&sent));
    WdfRequestComplete(held, STATUS_SUCCESS);
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_request_goes_from_one_queue_to_the_other),
        WDF_TEST(a_forwarded_request_is_off_the_first_queues_books),
        WDF_TEST(a_refused_request_stays_the_drivers),
        WDF_TEST(a_cancelled_request_is_accepted_and_cancelled),
        WDF_TEST(wrong_requests_are_not_forwarded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
