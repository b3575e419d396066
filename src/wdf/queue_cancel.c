/*
 * Requests that the driver owns and has marked cancelable. When such an IRP is cancelled
 * the request goes into queue->cancelled, and the dispatch loop calls the driver's
 * EvtRequestCancel, from when on it is the driver's to complete.
 */
#include "queue.h"
#include "device.h"

/* The request's EvtRequestCancel is due. Under the queue's lock; it stays until that was called. */
static VOID enqueue_cancelled(struct wdf_queue *queue, struct wdf_request *request)
{
    request->is_cancelable = FALSE;
    request->is_cancelled = TRUE;
    wdf_reference(&request->object);
    InsertTailList(&queue->cancelled, &request->cancel_link);
    queue->due |= WDF_QUEUE_DUE_CANCEL;
}

static VOID NTAPI cancel_owned(PDEVICE_OBJECT device, PIRP irp)
{
    struct wdf_request *request = wdf_request_of_irp(irp);
    struct wdf_queue *queue = request->queue;
    KIRQL irql = irp->CancelIrql;

    UNREFERENCED_PARAMETER(device);
    /* The driver cannot get rid of the request: whoever tries waits for us. */
    IoReleaseCancelSpinLock(irql);
    KeAcquireSpinLock(&queue->lock, &irql);
    enqueue_cancelled(queue, request);
    wdf_kick_queue(queue, irql);
}

VOID wdf_cancel_owned(struct wdf_queue *queue)
{
    PLIST_ENTRY entry;

    for (entry = queue->owned.Flink; entry != &queue->owned; entry = entry->Flink) {
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, queue_link);

        if (request->is_cancelable && IoSetCancelRoutine(request->irp, NULL))
            enqueue_cancelled(queue, request);
    }
}

static NTSTATUS refuse(struct wdf_request *request, PCSTR function, PCSTR wrong)
{
    wdf_misuse(request->object.globals, function, "WDFREQUEST %p %s", wdf_handle_of(request),
               wrong);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/*
 * The queue from which the driver has the request, locked; NULL: it has not. Who has a reference
 * may ask while EvtRequestCancel completes the request.
 */
static struct wdf_queue *lock_owner(struct wdf_request *request, PKIRQL irql)
{
    struct wdf_queue *queue = __atomic_load_n(&request->queue, __ATOMIC_RELAXED);

    if (!queue)
        return NULL;
    KeAcquireSpinLock(&queue->lock, irql);
    if (request->queue == queue && request->place == WDF_REQUEST_WITH_DRIVER)
        return queue;
    KeReleaseSpinLock(&queue->lock, *irql);
    return NULL;
}

static NTSTATUS mark(struct wdf_request *request, PFN_WDF_REQUEST_CANCEL routine,
                     BOOLEAN calls_at_once, PCSTR function)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct wdf_queue *queue;
    KIRQL irql;

    queue = lock_owner(request, &irql);
    if (!queue)
        return refuse(request, function, "is not the driver's, or did not come from a queue");
    if (request->is_cancelable) {
        KeReleaseSpinLock(&queue->lock, irql);
        return refuse(request, function, "is marked cancelable already");
    }
    request->cancel = routine;
    if (!(queue->state & WDF_QUEUE_CANCELS_RETURNED) &&
        wdf_set_cancel_routine(request, cancel_owned)) {
        request->is_cancelable = TRUE;
    } else if (calls_at_once) {
        enqueue_cancelled(queue, request);
    } else {
        status = STATUS_CANCELLED;
    }
    wdf_kick_queue(queue, irql);
    return status;
}

static NTSTATUS unmark(struct wdf_request *request, PCSTR function)
{
    struct wdf_queue *queue;
    BOOLEAN is_ours;
    KIRQL irql;

    queue = lock_owner(request, &irql);
    if (!queue)
        return refuse(request, function, "is not the driver's, or did not come from a queue");
    /* A routine that was taken away is waiting for the lock, or was here. */
    is_ours = request->is_cancelable && IoSetCancelRoutine(request->irp, NULL);
    if (is_ours)
        request->is_cancelable = FALSE;
    KeReleaseSpinLock(&queue->lock, irql);
    return is_ours ? STATUS_SUCCESS : STATUS_CANCELLED;
}

VOID wdf_unmark_cancelable(struct wdf_request *request)
{
    wdf_misuse(request->object.globals, __func__,
               "WDFREQUEST %p is completed, sent or given away while it is marked cancelable",
               wdf_handle_of(request));
    /* cancel_owned is about to run with the IRP, and does not take long. */
    while (unmark(request, __func__) == STATUS_CANCELLED &&
           __atomic_load_n(&request->is_cancelable, __ATOMIC_ACQUIRE))
        YieldProcessor();
}

/* ---- for drivers ----------------------------------------------------------------- */

VOID NTAPI imp_WdfRequestMarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                        PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(EvtRequestCancel);
    mark(request, EvtRequestCancel, TRUE, __func__);
}

NTSTATUS NTAPI imp_WdfRequestMarkCancelableEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(EvtRequestCancel);
    return mark(request, EvtRequestCancel, FALSE, __func__);
}

NTSTATUS NTAPI imp_WdfRequestUnmarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return unmark(wdf_request_of(Request, __func__), __func__);
}

BOOLEAN NTAPI imp_WdfRequestIsCanceled(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    /* Who lets the framework watch is told by its callback. */
    if (request->is_cancelable) {
        wdf_misuse(request->object.globals, __func__, "WDFREQUEST %p is marked cancelable",
                   Request);
        if (request->object.globals->is_verifier_on)
            return FALSE;
    }
    return request->is_cancelled ||
           (request->irp && __atomic_load_n(&request->irp->Cancel, __ATOMIC_RELAXED));
}
