/*
 * The lists of a queue: requests that wait, whose IRPs the queue may cancel at any moment,
 * and requests that the driver owns.
 */
#include "queue.h"
#include "device.h"

BOOLEAN wdf_set_cancel_routine(struct wdf_request *request, PDRIVER_CANCEL routine)
{
    PIRP irp = request->irp;

    irp->Tail.Overlay.DriverContext[3] = request;
    IoSetCancelRoutine(irp, routine);
    /* Either IoCancelIrp sees the routine, or we see Cancel; if both, one of us takes it. */
    return !__atomic_load_n(&irp->Cancel, __ATOMIC_SEQ_CST) || !IoSetCancelRoutine(irp, NULL);
}

static VOID unlink(struct wdf_queue *queue, struct wdf_request *request)
{
    if (queue->sought == &request->queue_link)
        queue->sought = request->queue_link.Flink;
    RemoveEntryList(&request->queue_link);
    request->place = WDF_REQUEST_NOWHERE;
    queue->request_count--;
}

/* A waiting request's IRP is cancelled: the request is still in the list. */
static VOID NTAPI cancel_waiting(PDEVICE_OBJECT device, PIRP irp)
{
    struct wdf_request *request = wdf_request_of_irp(irp);
    struct wdf_queue *queue = request->queue;
    KIRQL irql = irp->CancelIrql;

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irql);
    KeAcquireSpinLock(&queue->lock, &irql);
    unlink(queue, request);
    queue->dispatching++;
    wdf_end_cancelled(queue, request, &irql);
    queue->dispatching--;
    wdf_kick_queue(queue, irql);
}

VOID wdf_note_arrival(struct wdf_queue *queue)
{
    queue->state = (queue->state | WDF_QUEUE_FILLED) & ~(ULONG)WDF_QUEUE_SEEN_EMPTY;
    /* A reference on the device's power until the queue is empty again. */
    if (queue->is_power_policy && !(queue->due & WDF_QUEUE_DUE_IDLE) &&
        NT_SUCCESS(wdf_power_reference(queue->device, FALSE)))
        queue->due |= WDF_QUEUE_DUE_IDLE;
}

static VOID insert(struct wdf_queue *queue, struct wdf_request *request, BOOLEAN is_head)
{
    if (is_head) {
        InsertHeadList(&queue->requests, &request->queue_link);
        queue->sought_file = NULL;
        return;
    }
    InsertTailList(&queue->requests, &request->queue_link);
    if (queue->sought == &queue->requests)
        queue->sought = &request->queue_link;
}

BOOLEAN wdf_insert_waiting(struct wdf_queue *queue, struct wdf_request *request, BOOLEAN is_head)
{
    wdf_set_queue(request, queue);
    IoMarkIrpPending(request->irp);
    if (!wdf_set_cancel_routine(request, cancel_waiting)) {
        wdf_set_queue(request, NULL);
        return FALSE;
    }
    request->place = WDF_REQUEST_IN_QUEUE;
    insert(queue, request, is_head);
    if (++queue->request_count == 1 || (queue->state & WDF_QUEUE_SEEN_EMPTY))
        wdf_note_arrival(queue);
    return TRUE;
}

BOOLEAN wdf_take_waiting(struct wdf_queue *queue, struct wdf_request *request)
{
    /* Without a routine to take back, cancel_waiting waits for the lock. */
    if (!IoSetCancelRoutine(request->irp, NULL))
        return FALSE;
    unlink(queue, request);
    return TRUE;
}

/*
 * Where file's first request may be: one search after the other for the same file does not pass
 * the others' again. A file object at the address of one that is gone has its requests behind.
 */
PLIST_ENTRY wdf_begin_search(struct wdf_queue *queue, PFILE_OBJECT file)
{
    if (!file || queue->sought_file != file)
        return queue->requests.Flink;
    return queue->sought;
}

VOID wdf_end_search(struct wdf_queue *queue, PFILE_OBJECT file, PLIST_ENTRY entry)
{
    if (!file)
        return;
    queue->sought_file = file;
    queue->sought = entry;
}

struct wdf_request *wdf_take_first(struct wdf_queue *queue, PFILE_OBJECT file)
{
    PLIST_ENTRY entry = wdf_begin_search(queue, file);

    for (; entry != &queue->requests; entry = entry->Flink) {
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, queue_link);

        if (file && IoGetCurrentIrpStackLocation(request->irp)->FileObject != file)
            continue;
        wdf_end_search(queue, file, entry);
        if (wdf_take_waiting(queue, request))
            return request;
    }
    wdf_end_search(queue, file, entry);
    return NULL;
}

VOID wdf_own(struct wdf_queue *queue, struct wdf_request *request)
{
    wdf_set_queue(request, queue);
    request->place = WDF_REQUEST_WITH_DRIVER;
    InsertTailList(&queue->owned, &request->queue_link);
    queue->owned_count++;
}

VOID wdf_disown(struct wdf_queue *queue, struct wdf_request *request)
{
    RemoveEntryList(&request->queue_link);
    request->place = WDF_REQUEST_NOWHERE;
    if (request->stop == WDF_STOP_ASKED)
        queue->unacknowledged--;
    request->stop = WDF_STOP_NONE;
}

VOID wdf_end_cancelled(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql)
{
    request->is_cancelled = TRUE;
    /* What the driver knows it may have to clean up after. */
    if (queue->config.EvtIoCanceledOnQueue && request->is_presented) {
        wdf_own(queue, request);
        InsertTailList(&queue->cancelled_waiting, &request->cancel_link);
        queue->due |= WDF_QUEUE_DUE_CANCELED;
        return;
    }
    wdf_set_queue(request, NULL);
    KeReleaseSpinLock(&queue->lock, *irql);
    request->irp->IoStatus.Information = 0;
    wdf_complete_request(request, STATUS_CANCELLED, __func__);
    KeAcquireSpinLock(&queue->lock, irql);
}

/* Moves what can be cancelled to chosen, where nobody else sees it. */
static VOID choose_waiting(struct wdf_queue *queue, PFILE_OBJECT file, PLIST_ENTRY chosen)
{
    PLIST_ENTRY entry, next;

    for (entry = queue->requests.Flink; entry != &queue->requests; entry = next) {
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, queue_link);

        next = entry->Flink;
        if (file && IoGetCurrentIrpStackLocation(request->irp)->FileObject != file)
            continue;
        if (wdf_take_waiting(queue, request))
            InsertTailList(chosen, &request->queue_link);
    }
}

VOID wdf_cancel_requests(struct wdf_queue *queue, PFILE_OBJECT file, BOOLEAN with_owned)
{
    LIST_ENTRY chosen;
    KIRQL irql;

    InitializeListHead(&chosen);
    KeAcquireSpinLock(&queue->lock, &irql);
    /* Counted here, the chosen ones keep the queue from looking empty. */
    queue->dispatching++;
    choose_waiting(queue, file, &chosen);
    while (!IsListEmpty(&chosen)) {
        PLIST_ENTRY entry = RemoveHeadList(&chosen);

        wdf_end_cancelled(queue, CONTAINING_RECORD(entry, struct wdf_request, queue_link), &irql);
    }
    if (with_owned)
        wdf_cancel_owned(queue);
    queue->dispatching--;
    wdf_run_queue(queue, irql, NULL);
}

VOID wdf_cancel_file_requests(struct wdf_device *device, PFILE_OBJECT file)
{
    struct wdf_queue_walk walk = {.device = device};
    struct wdf_queue *queue;

    while ((queue = wdf_next_queue(&walk)) != NULL) {
        if (queue->progress)
            wdf_cancel_progress(queue, file);
        wdf_cancel_requests(queue, file, FALSE);
    }
}
