/*
 * Manual queues: the driver looks for requests and takes them.
 */
#include "queue.h"
#include "device.h"
#include "file.h"

/* May the driver take requests at all? Under the queue's lock. */
static NTSTATUS check_state(const struct wdf_queue *queue)
{
    if (queue->power == WDF_QUEUE_POWER_OFF || !(queue->state & WDF_QUEUE_DISPATCHES))
        return STATUS_WDF_PAUSED;
    return STATUS_SUCCESS;
}

static BOOLEAN is_in(const struct wdf_queue *queue, const struct wdf_request *request)
{
    return request->queue == queue && request->place == WDF_REQUEST_IN_QUEUE;
}

/* The request found before, or the first one (of file). Under the queue's lock. */
static NTSTATUS take(struct wdf_queue *queue, PFILE_OBJECT file, struct wdf_request *found,
                     struct wdf_request **taken)
{
    if (found) {
        *taken = is_in(queue, found) && wdf_take_waiting(queue, found) ? found : NULL;
        return *taken ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    }
    *taken = wdf_take_first(queue, file);
    if (*taken)
        return STATUS_SUCCESS;
    /* The driver takes it for empty: the next arrival is to be told. */
    if (!file && queue->request_count)
        queue->state |= WDF_QUEUE_SEEN_EMPTY;
    return STATUS_NO_MORE_ENTRIES;
}

/* Ends a request of no bytes that the driver does not want. Drops the lock. */
static VOID end_unwanted(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql)
{
    wdf_set_queue(request, NULL);
    queue->dispatching++;
    KeReleaseSpinLock(&queue->lock, *irql);
    request->irp->IoStatus.Information = 0;
    wdf_complete_request(request, STATUS_SUCCESS, __func__);
    KeAcquireSpinLock(&queue->lock, irql);
    queue->dispatching--;
}

static NTSTATUS retrieve(struct wdf_queue *queue, PFILE_OBJECT file, struct wdf_request *found,
                         WDFREQUEST *handle)
{
    struct wdf_request *request = NULL;
    BOOLEAN has_ended = FALSE;
    NTSTATUS status;
    KIRQL irql;

    *handle = NULL;
    if (queue->config.DispatchType == WdfIoQueueDispatchParallel)
        return STATUS_INVALID_DEVICE_STATE;
    KeAcquireSpinLock(&queue->lock, &irql);
    status = check_state(queue);
    while (NT_SUCCESS(status) && NT_SUCCESS(status = take(queue, file, found, &request)) &&
           wdf_is_unwanted(queue, request)) {
        end_unwanted(queue, request, &irql);
        has_ended = TRUE;
    }
    if (NT_SUCCESS(status)) {
        wdf_own(queue, request);
        request->is_presented = TRUE;
        *handle = wdf_handle_of(request);
    }
    /* What was ended may have been the last that somebody waits for. */
    if (has_ended)
        wdf_kick_queue(queue, irql);
    else
        KeReleaseSpinLock(&queue->lock, irql);
    return status;
}

/* The first one from entry on (of file) that is not being cancelled. Under the queue's lock. */
static struct wdf_request *look(struct wdf_queue *queue, PLIST_ENTRY entry, PFILE_OBJECT file)
{
    for (; entry != &queue->requests; entry = entry->Flink) {
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, queue_link);

        if (request->irp->Cancel)
            continue;
        if (!file || IoGetCurrentIrpStackLocation(request->irp)->FileObject == file)
            return request;
    }
    return NULL;
}

static struct wdf_request *look_from_start(struct wdf_queue *queue, PFILE_OBJECT file)
{
    struct wdf_request *found = look(queue, wdf_begin_search(queue, file), file);

    wdf_end_search(queue, file, found ? &found->queue_link : &queue->requests);
    return found;
}

/* Under the queue's lock; the request that is found is referenced. */
static NTSTATUS find(struct wdf_queue *queue, struct wdf_request *after, PFILE_OBJECT file,
                     struct wdf_request **found)
{
    if (after && !is_in(queue, after))
        return STATUS_NOT_FOUND;
    *found = after ? look(queue, after->queue_link.Flink, file) : look_from_start(queue, file);
    if (!*found) {
        if (!after && !file && queue->request_count)
            queue->state |= WDF_QUEUE_SEEN_EMPTY;
        return STATUS_NO_MORE_ENTRIES;
    }
    wdf_reference(&(*found)->object);
    return STATUS_SUCCESS;
}

/* ---- for drivers ----------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfIoQueueRetrieveNextRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                 WDFREQUEST *OutRequest)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(OutRequest);
    return retrieve(queue, NULL, NULL, OutRequest);
}

NTSTATUS NTAPI imp_WdfIoQueueRetrieveRequestByFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFQUEUE Queue, WDFFILEOBJECT FileObject,
                                                         WDFREQUEST *OutRequest)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(OutRequest);
    return retrieve(queue, wdf_file_of(FileObject, __func__)->file, NULL, OutRequest);
}

NTSTATUS NTAPI imp_WdfIoQueueRetrieveFoundRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                  WDFREQUEST FoundRequest, WDFREQUEST *OutRequest)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    struct wdf_request *found = wdf_request_of(FoundRequest, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(OutRequest);
    if (queue->config.DispatchType != WdfIoQueueDispatchManual &&
        wdf_misuse(queue->object.globals, __func__, "WDFQUEUE %p is not a manual queue", Queue)) {
        *OutRequest = NULL;
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return retrieve(queue, NULL, found, OutRequest);
}

NTSTATUS NTAPI imp_WdfIoQueueFindRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                         WDFREQUEST FoundRequest, WDFFILEOBJECT FileObject,
                                         PWDF_REQUEST_PARAMETERS Parameters, WDFREQUEST *OutRequest)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    struct wdf_request *after = NULL, *found = NULL;
    PFILE_OBJECT file = NULL;
    NTSTATUS status;
    KIRQL irql;

    WDF_REQUIRE(OutRequest);
    if (FoundRequest)
        after = wdf_request_of(FoundRequest, __func__);
    if (FileObject)
        file = wdf_file_of(FileObject, __func__)->file;
    if (Parameters && Parameters->Size < sizeof(*Parameters))
        return STATUS_INVALID_PARAMETER_4;
    *OutRequest = NULL;
    if (queue->config.DispatchType != WdfIoQueueDispatchManual) {
        wdf_misuse(queue->object.globals, __func__, "WDFQUEUE %p is not a manual queue", Queue);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    KeAcquireSpinLock(&queue->lock, &irql);
    status = find(queue, after, file, &found);
    /* The IRP stays while the lock is held. */
    if (found && Parameters)
        imp_WdfRequestGetParameters(DriverGlobals, wdf_handle_of(found), Parameters);
    KeReleaseSpinLock(&queue->lock, irql);
    if (found)
        *OutRequest = wdf_handle_of(found);
    return status;
}

/* Sets or takes away the ready callback. Under the queue's lock. */
static NTSTATUS set_ready(struct wdf_queue *queue, const struct wdf_queue_callback *callback)
{
    if (queue->state & WDF_QUEUE_DELETED)
        return STATUS_DELETE_PENDING;
    if (!callback->routine == !queue->ready.routine)
        return STATUS_INVALID_DEVICE_REQUEST;
    /* A queue that presents could lose a change between two settings. */
    if (!callback->routine && (queue->state & WDF_QUEUE_DISPATCHES))
        return STATUS_INVALID_DEVICE_REQUEST;
    queue->ready = *callback;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfIoQueueReadyNotify(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                         PFN_WDF_IO_QUEUE_STATE QueueReady, WDFCONTEXT Context)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    struct wdf_queue_callback callback = {QueueReady, Context};
    NTSTATUS status;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (queue->config.DispatchType != WdfIoQueueDispatchManual) {
        wdf_misuse(queue->object.globals, __func__, "WDFQUEUE %p is not a manual queue", Queue);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    KeAcquireSpinLock(&queue->lock, &irql);
    status = set_ready(queue, &callback);
    if (!NT_SUCCESS(status)) {
        KeReleaseSpinLock(&queue->lock, irql);
        wdf_misuse(queue->object.globals, __func__,
                   "WDFQUEUE %p has a ready callback already, has none to take away, or is not "
                   "stopped",
                   Queue);
        return status;
    }
    wdf_run_queue(queue, irql, NULL);
    return STATUS_SUCCESS;
}
