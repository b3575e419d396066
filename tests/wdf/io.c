/* An IRP's way to a queue: EvtIoInCallerContext, preprocessing, drivers that pick queues
 * themselves. */
#include "control_test.h"

static PKTHREAD caller;
static NTSTATUS enqueued;
static WDFREQUEST kept;

static VOID NTAPI complete_it(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("queue:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID NTAPI complete_too(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("other:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static WDFQUEUE parallel_queue(WDFDEVICE device, PFN_WDF_IO_QUEUE_IO_DEFAULT callback,
                               BOOLEAN is_default)
{
    WDF_IO_QUEUE_CONFIG config;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
    config.DefaultQueue = is_default;
    config.EvtIoDefault = callback;
    return make_queue(device, &config);
}

/* ---- in the caller's context -------------------------------------------------------------- */

static VOID NTAPI enqueue_it(WDFDEVICE device, WDFREQUEST request)
{
    assert_ptr_equal(ke_current(), caller);
    assert_null(WdfRequestGetIoQueue(request));
    note("caller:%u ", number_of(request));
    enqueued = WdfDeviceEnqueueRequest(device, request);
    if (!NT_SUCCESS(enqueued))
        WdfRequestComplete(request, STATUS_UNSUCCESSFUL);
}

static VOID NTAPI complete_at_once(WDFDEVICE device, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(device);
    WdfRequestComplete(request, STATUS_TOO_LATE);
}

static VOID NTAPI keep_it(WDFDEVICE device, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(device);
    kept = request;
}

static WDFDEVICE device_with_caller_context(PFN_WDF_IO_IN_CALLER_CONTEXT callback)
{
    PWDFDEVICE_INIT init = begin_device();

    caller = ke_current();
    WdfDeviceInitSetIoInCallerContextCallback(init, callback);
    return make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
}

static void the_caller_context_comes_before_the_queue(void)
{
    WDFDEVICE device = device_with_caller_context(enqueue_it);
    struct sent sent;
    WDFQUEUE queue;
    HANDLE handle;

    queue = parallel_queue(device, complete_it, TRUE);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_SUCCESS);
    assert_journal("caller:3 queue:3 ");
    WdfIoQueuePurgeSynchronously(queue);
    assert_int_equal(send(handle, 4, &sent), STATUS_UNSUCCESSFUL);
    assert_int_equal(enqueued, STATUS_WDF_BUSY);
    assert_journal("caller:4 ");
    NtClose(handle);
}

static void without_a_queue_the_request_is_still_the_drivers(void)
{
    WDFDEVICE device = device_with_caller_context(enqueue_it);
    struct sent sent;
    HANDLE handle;

    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_UNSUCCESSFUL);
    assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
    NtClose(handle);
}

static void the_request_may_end_there(void)
{
    WDFDEVICE device = device_with_caller_context(complete_at_once);
    struct sent sent;
    HANDLE handle;

    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_TOO_LATE);
    NtClose(handle);
}

static void or_be_kept(void)
{
    WDFDEVICE device = device_with_caller_context(keep_it);
    struct sent sent;
    WDFQUEUE queue;
    HANDLE handle;

    queue = parallel_queue(device, complete_it, TRUE);
    WdfControlFinishInitializing(device);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_PENDING);
    assert_true(is_pending(&sent));
    /* There is another call for these. */
    assert_int_equal(WdfRequestForwardToIoQueue(kept, queue), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceEnqueueRequest(device, kept), STATUS_SUCCESS);
    assert_false(is_pending(&sent));
    assert_journal("queue:3 ");
    NtClose(handle);
}

static VOID NTAPI enqueue_again(WDFQUEUE queue, WDFREQUEST request)
{
    enqueued = WdfDeviceEnqueueRequest(WdfIoQueueGetDevice(queue), request);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static void other_requests_are_not_enqueued(void)
{
    WDFDEVICE device = plain_device();
    struct sent sent;
    HANDLE handle;

    parallel_queue(device, enqueue_again, TRUE);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_SUCCESS);
    assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
    NtClose(handle);
}

/* ---- before the framework ------------------------------------------------------------------- */

static NTSTATUS NTAPI skip_on(WDFDEVICE device, PIRP irp)
{
    note("first:%u ", IoGetCurrentIrpStackLocation(irp)->MajorFunction);
    IoSkipCurrentIrpStackLocation(irp);
    return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static NTSTATUS NTAPI note_completion(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(context);
    note("done:%x ", irp->IoStatus.Status);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS NTAPI copy_on(WDFDEVICE device, PIRP irp)
{
    note("first ");
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, note_completion, NULL, TRUE, TRUE, TRUE);
    return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static NTSTATUS NTAPI take_over(WDFDEVICE device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    irp->IoStatus.Status = STATUS_ACCESS_DENIED;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_ACCESS_DENIED;
}

static NTSTATUS send_preprocessed(PFN_WDFDEVICE_WDM_IRP_PREPROCESS callback, PUCHAR minors,
                                  ULONG count)
{
    PWDFDEVICE_INIT init = begin_device();
    WDFDEVICE device;
    struct sent sent;
    NTSTATUS status;
    HANDLE handle;

    assert_int_equal(WdfDeviceInitAssignWdmIrpPreprocessCallback(
                         init, callback, IRP_MJ_DEVICE_CONTROL, minors, count),
                     STATUS_SUCCESS);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    parallel_queue(device, complete_it, TRUE);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    status = send(handle, 5, &sent);
    NtClose(handle);
    return status;
}

static void a_driver_may_see_irps_first(void)
{
    assert_int_equal(send_preprocessed(skip_on, NULL, 0), STATUS_SUCCESS);
    assert_journal("first:14 queue:5 ");
}

static void and_their_completion(void)
{
    assert_int_equal(send_preprocessed(copy_on, NULL, 0), STATUS_SUCCESS);
    assert_journal("first queue:5 done:0 ");
}

static void and_keep_them(void)
{
    assert_int_equal(send_preprocessed(take_over, NULL, 0), STATUS_ACCESS_DENIED);
    assert_journal("");
}

static void or_only_some(void)
{
    UCHAR minor = 9;

    assert_int_equal(send_preprocessed(take_over, &minor, 1), STATUS_SUCCESS);
    assert_journal("queue:5 ");
}

/* ---- queues picked by the driver -------------------------------------------------------- */

static WDFQUEUE other;

static NTSTATUS NTAPI pick(WDFDEVICE device, UCHAR major, UCHAR minor, ULONG code,
                           WDFCONTEXT context, PIRP irp, WDFCONTEXT dispatch)
{
    UNREFERENCED_PARAMETER(minor);
    assert_int_equal(major, IRP_MJ_DEVICE_CONTROL);
    note("%s ", (PCSTR)context);
    if (code == CODE(1))
        return WdfDeviceWdmDispatchIrpToIoQueue(device, irp, other,
                                                WDF_DISPATCH_IRP_TO_IO_QUEUE_NO_FLAGS);
    if (code == CODE(2))
        return WdfDeviceWdmDispatchIrpToIoQueue(device, irp, other, 0x100);
    return WdfDeviceWdmDispatchIrp(device, irp, dispatch);
}

static void a_driver_may_pick_the_queue(void)
{
    WDFDEVICE device = plain_device();
    struct sent sent;
    HANDLE handle;

    assert_int_equal(
        WdfDeviceConfigureWdmIrpDispatchCallback(device, NULL, IRP_MJ_CREATE, pick, NULL),
        STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfDeviceConfigureWdmIrpDispatchCallback(device, NULL, IRP_MJ_DEVICE_CONTROL, pick, "pick"),
        STATUS_SUCCESS);
    assert_int_equal(
        WdfDeviceConfigureWdmIrpDispatchCallback(device, NULL, IRP_MJ_DEVICE_CONTROL, pick, NULL),
        STATUS_INVALID_PARAMETER);
    parallel_queue(device, complete_it, TRUE);
    other = parallel_queue(device, complete_too, FALSE);
    WdfControlFinishInitializing(device);
    assert_int_equal(
        WdfDeviceConfigureWdmIrpDispatchCallback(device, NULL, IRP_MJ_READ, pick, NULL),
        STATUS_INVALID_DEVICE_STATE);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent), STATUS_SUCCESS);
    assert_int_equal(send(handle, 1, &sent), STATUS_SUCCESS);
    assert_int_equal(send(handle, 2, &sent), STATUS_INVALID_PARAMETER);
    assert_journal("pick queue:0 pick other:1 pick ");
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(the_caller_context_comes_before_the_queue),
        WDF_TEST(without_a_queue_the_request_is_still_the_drivers),
        WDF_TEST(the_request_may_end_there),
        WDF_TEST(or_be_kept),
        WDF_TEST(other_requests_are_not_enqueued),
        WDF_TEST(a_driver_may_see_irps_first),
        WDF_TEST(and_their_completion),
        WDF_TEST(and_keep_them),
        WDF_TEST(or_only_some),
        WDF_TEST(a_driver_may_pick_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
