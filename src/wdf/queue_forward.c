/*
 * The driver gives requests back: to another queue, to one of the parent device's, or to
 * the head of the queue that they came from.
 */
#include "queue.h"
#include "device.h"
#include "pnp.h"

/* Puts a request that is in no list into the queue. Lock held, raised from irql; releases it. */
static VOID put(struct wdf_queue *queue, struct wdf_request *request, BOOLEAN is_head, KIRQL irql)
{
    BOOLEAN is_refused = is_head && (queue->state & WDF_QUEUE_CANCELS_RETURNED);

    if (is_refused || !wdf_insert_waiting(queue, request, is_head)) {
        queue->dispatching++;
        wdf_end_cancelled(queue, request, &irql);
        queue->dispatching--;
    }
    wdf_run_queue(queue, irql, NULL);
}

NTSTATUS wdf_queue_request(struct wdf_queue *queue, struct wdf_request *request, BOOLEAN is_requeue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    if (!is_requeue && !(queue->state & WDF_QUEUE_ACCEPTS)) {
        KeReleaseSpinLock(&queue->lock, irql);
        return STATUS_WDF_BUSY;
    }
    put(queue, request, is_requeue, irql);
    return STATUS_SUCCESS;
}

VOID wdf_give_back(struct wdf_request *request)
{
    struct wdf_queue *queue = request->queue;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    wdf_disown(queue, request);
    queue->owned_count--;
    put(queue, request, TRUE, irql);
}

/*
 * Until the other queue has accepted the request it is counted here, so that nobody takes
 * this one for idle; if the other refuses, the driver owns it as before.
 */
static NTSTATUS move(struct wdf_request *request, struct wdf_queue *to)
{
    struct wdf_queue *from = request->queue;
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&from->lock, &irql);
    wdf_disown(from, request);
    KeReleaseSpinLock(&from->lock, irql);
    status = wdf_queue_request(to, request, FALSE);
    KeAcquireSpinLock(&from->lock, &irql);
    if (!NT_SUCCESS(status))
        wdf_own(from, request);
    from->owned_count--;
    wdf_kick_queue(from, irql);
    return status;
}

static NTSTATUS refuse(struct wdf_request *request, PCSTR function, PCSTR why)
{
    wdf_misuse(request->object.globals, function, "WDFREQUEST %p %s", wdf_handle_of(request), why);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/* Does the driver own the request, so that it can give it away? */
static NTSTATUS check_owned(struct wdf_request *request, PCSTR function)
{
    if (request->flags & WDF_REQUEST_IN_CALLER_CONTEXT)
        return refuse(request, function, "is for WdfDeviceEnqueueRequest");
    if (!request->irp)
        return refuse(request, function, "is completed, or has no IRP yet");
    if (request->queue && request->place != WDF_REQUEST_WITH_DRIVER)
        return refuse(request, function, "is not the driver's: it waits in a queue");
    if (request->is_cancelable)
        return refuse(request, function, "is marked cancelable");
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfRequestForwardToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              WDFQUEUE DestinationQueue)
{
    struct wdf_queue *to = wdf_queue_of(DestinationQueue, __func__);
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_device *before = request->device;
    NTSTATUS status = check_owned(request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!NT_SUCCESS(status))
        return status;
    if (request->queue == to)
        return refuse(request, __func__, "is forwarded to the queue that it came from");
    if (request->queue) {
        if (request->queue->device != to->device)
            return refuse(request, __func__, "is forwarded to a queue of another device");
        return move(request, to);
    }
    /* One that the driver made for an IRP of its own. */
    request->device = to->device;
    status = wdf_queue_request(to, request, FALSE);
    if (!NT_SUCCESS(status))
        request->device = before;
    return status;
}

/* ---- to the parent device ---------------------------------------------------------- */

static NTSTATUS check_parent(struct wdf_request *request, struct wdf_device *device,
                             struct wdf_queue *to, PCSTR function)
{
    struct wdf_pdo *child = device ? device->pdo_part : NULL;

    if (!child)
        return refuse(request, function, "came to a device that has no parent");
    if (child->parent != to->device)
        return refuse(request, function, "is forwarded to a device that is not the parent");
    if (request->flags & WDF_REQUEST_RESERVED)
        return refuse(request, function, "is a reserved request");
    if (!child->identity.forwards_to_parent)
        return refuse(request, function,
                      "came to a child without WdfPdoInitAllowForwardingRequestToParent");
    return STATUS_SUCCESS;
}

/* The parent's driver sees the IRP in a stack location of its own. */
static NTSTATUS move_to_parent(struct wdf_request *request, struct wdf_queue *to)
{
    struct wdf_device *child = request->device;
    PIRP irp = request->irp;
    NTSTATUS status;

    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetNextIrpStackLocation(irp);
    IoGetCurrentIrpStackLocation(irp)->DeviceObject = to->device->device_object;
    request->device = to->device;
    status = request->queue ? move(request, to) : wdf_queue_request(to, request, FALSE);
    if (!NT_SUCCESS(status)) {
        request->device = child;
        IoSkipCurrentIrpStackLocation(irp);
    }
    return status;
}

NTSTATUS NTAPI imp_WdfRequestForwardToParentDeviceIoQueue(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, WDFQUEUE ParentDeviceQueue,
    PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
    struct wdf_queue *to = wdf_queue_of(ParentDeviceQueue, __func__);
    struct wdf_request *request = wdf_request_of(Request, __func__);
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ForwardOptions);
    if (ForwardOptions->Size != sizeof(*ForwardOptions))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (ForwardOptions->Flags & ~(ULONG)WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET)
        return STATUS_INVALID_PARAMETER;
    status = check_owned(request, __func__);
    if (NT_SUCCESS(status))
        status = check_parent(request, request->device, to, __func__);
    return NT_SUCCESS(status) ? move_to_parent(request, to) : status;
}

/* ---- and back ------------------------------------------------------------------------ */

NTSTATUS NTAPI imp_WdfRequestRequeue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    NTSTATUS status = check_owned(request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!NT_SUCCESS(status))
        return status;
    if (!request->queue || request->queue->config.DispatchType != WdfIoQueueDispatchManual)
        return refuse(request, __func__, "did not come from a manual queue");
    wdf_give_back(request);
    return STATUS_SUCCESS;
}

WDFQUEUE NTAPI imp_WdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_queue *queue = request->queue;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!queue)
        return NULL;
    if (queue->is_internal) {
        refuse(request, __func__, "is a create request that did not come from a queue");
        return NULL;
    }
    return wdf_handle_of(queue);
}
