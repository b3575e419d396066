/*
 * The dispatch loop: what is a queue's driver to be called for next?
 *
 * Whatever changes a queue does so under its lock and then runs the loop, which ends
 * when nothing can be done: each event and each request is dealt with by one of the
 * threads that are in the loop, counted in dispatching. A thread drops the lock to call
 * the driver and looks at everything anew when it is back. So what happens meanwhile,
 * in the callback itself or in other threads, needs no recursion: wdf_kick_queue only
 * runs the loop if no thread will look anyway.
 *
 * A thread at too high an IRQL, or one that holds the lock for callbacks, cannot call
 * the driver. It leaves the loop to a DPC or a worker thread.
 */
#include "queue.h"
#include "device.h"

/* May the calling thread, which came at irql, call the driver? */
static BOOLEAN can_call(struct wdf_queue *queue, KIRQL irql)
{
    if (queue->is_passive && irql > PASSIVE_LEVEL)
        return FALSE;
    return !wdf_callback_is_owner(queue->presentation);
}

/* The event that is to be dealt with now, 0 for none. waiting: all requests that are the queue's.
 */
static ULONG next_due(const struct wdf_queue *queue, ULONG waiting)
{
    BOOLEAN is_alone = queue->dispatching <= 1;
    BOOLEAN is_empty = is_alone && waiting == 0 && queue->owned_count == 0;
    ULONG due = queue->due;

    if (!due)
        return 0;
    if (queue->power != WDF_QUEUE_POWER_NOTIFYING) {
        if (due & WDF_QUEUE_DUE_CANCEL)
            return WDF_QUEUE_DUE_CANCEL;
        if (due & WDF_QUEUE_DUE_CANCELED)
            return WDF_QUEUE_DUE_CANCELED;
    }
    if ((due & WDF_QUEUE_DUE_STOPPED) && is_alone && queue->owned_count == 0)
        return WDF_QUEUE_DUE_STOPPED;
    if ((due & WDF_QUEUE_DUE_EMPTY) && is_empty)
        return WDF_QUEUE_DUE_EMPTY;
    if ((due & WDF_QUEUE_DUE_IDLE) && is_empty)
        return WDF_QUEUE_DUE_IDLE;
    if ((due & WDF_QUEUE_DUE_QUIET) && is_alone && queue->unacknowledged == 0)
        return WDF_QUEUE_DUE_QUIET;
    return 0;
}

/* Is it the time to delete? The caller is in the loop no longer. */
static BOOLEAN is_gone(const struct wdf_queue *queue)
{
    return (queue->due & WDF_QUEUE_DUE_DELETE) && queue->dispatching == 0 &&
           queue->request_count == 0 && queue->owned_count == 0 && !queue->is_deferred &&
           (queue->power == WDF_QUEUE_POWER_ON || queue->power == WDF_QUEUE_POWER_OFF);
}

static BOOLEAN may_present(const struct wdf_queue *queue)
{
    return queue->power == WDF_QUEUE_POWER_ON && (queue->state & WDF_QUEUE_DISPATCHES) &&
           queue->owned_count < queue->limit;
}

static BOOLEAN has_work(const struct wdf_queue *queue)
{
    if (next_due(queue, queue->request_count))
        return TRUE;
    if (!may_present(queue))
        return FALSE;
    if (queue->config.DispatchType == WdfIoQueueDispatchManual)
        return (queue->state & WDF_QUEUE_FILLED) && queue->ready.routine;
    return queue->request_count != 0;
}

/* ---- events ---------------------------------------------------------------- */

/* EvtRequestCancel of one request, or EvtIoCanceledOnQueue. */
static VOID serve_cancel(struct wdf_queue *queue, PLIST_ENTRY list, ULONG due, PKIRQL irql)
{
    struct wdf_request *request =
        CONTAINING_RECORD(RemoveHeadList(list), struct wdf_request, cancel_link);

    if (IsListEmpty(list))
        queue->due &= ~due;
    KeReleaseSpinLock(&queue->lock, *irql);
    wdf_enter_callback(queue);
    if (due == WDF_QUEUE_DUE_CANCELED)
        queue->config.EvtIoCanceledOnQueue(wdf_handle_of(queue), wdf_handle_of(request));
    else if (request->irp) /* not completed in spite of being marked */
        request->cancel(wdf_handle_of(request));
    wdf_leave_callback(queue);
    if (due == WDF_QUEUE_DUE_CANCEL)
        wdf_dereference(&request->object);
    KeAcquireSpinLock(&queue->lock, irql);
}

static VOID serve_state(struct wdf_queue *queue, struct wdf_queue_callback *asked, ULONG due,
                        PKIRQL irql)
{
    struct wdf_queue_callback callback = *asked;

    asked->routine = NULL;
    queue->due &= ~due;
    /* Nothing is left that the driver could give back. */
    queue->state &= ~(ULONG)WDF_QUEUE_CANCELS_RETURNED;
    KeReleaseSpinLock(&queue->lock, *irql);
    wdf_call_state(queue, &callback);
    KeAcquireSpinLock(&queue->lock, irql);
}

static VOID serve(struct wdf_queue *queue, ULONG due, PKIRQL irql)
{
    switch (due) {
    case WDF_QUEUE_DUE_CANCEL:
        serve_cancel(queue, &queue->cancelled, due, irql);
        break;
    case WDF_QUEUE_DUE_CANCELED:
        serve_cancel(queue, &queue->cancelled_waiting, due, irql);
        break;
    case WDF_QUEUE_DUE_STOPPED:
        serve_state(queue, &queue->stopped, due, irql);
        break;
    case WDF_QUEUE_DUE_EMPTY:
        serve_state(queue, &queue->emptied, due, irql);
        break;
    case WDF_QUEUE_DUE_IDLE:
        queue->due &= ~due;
        wdf_power_dereference(queue->device);
        break;
    default: /* WDF_QUEUE_DUE_QUIET */
        queue->due &= ~due;
        KeSetEvent(&queue->quiet, IO_NO_INCREMENT, FALSE);
        break;
    }
}

/* ---- requests --------------------------------------------------------------- */

/* Lets a request that has just arrived wait, so that the order is kept while the lock is dropped.
 */
static VOID park(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql)
{
    if (wdf_insert_waiting(queue, request, FALSE))
        return;
    KeReleaseSpinLock(&queue->lock, *irql);
    request->irp->IoStatus.Information = 0;
    wdf_complete_request(request, STATUS_CANCELLED, __func__);
    KeAcquireSpinLock(&queue->lock, irql);
}

static VOID present(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql)
{
    wdf_own(queue, request);
    KeReleaseSpinLock(&queue->lock, *irql);
    wdf_present_request(queue, request);
    KeAcquireSpinLock(&queue->lock, irql);
}

static BOOLEAN call_ready(struct wdf_queue *queue, PKIRQL irql)
{
    struct wdf_queue_callback callback = queue->ready;

    if (!(queue->state & WDF_QUEUE_FILLED) || !callback.routine)
        return FALSE;
    queue->state &= ~(ULONG)WDF_QUEUE_FILLED;
    KeReleaseSpinLock(&queue->lock, *irql);
    wdf_call_state(queue, &callback);
    KeAcquireSpinLock(&queue->lock, irql);
    return TRUE;
}

/* One step of the loop for a queue without a new arrival. FALSE: there is nothing to do. */
static BOOLEAN step(struct wdf_queue *queue, PKIRQL irql)
{
    ULONG due = next_due(queue, queue->request_count);
    struct wdf_request *request;

    if (due) {
        serve(queue, due, irql);
        return TRUE;
    }
    if (!may_present(queue))
        return FALSE;
    if (queue->config.DispatchType == WdfIoQueueDispatchManual)
        return call_ready(queue, irql);
    request = queue->request_count ? wdf_take_first(queue, NULL) : NULL;
    if (request)
        present(queue, request, irql);
    return request != NULL;
}

/* An arrival that nothing stands in the way of never sees the list. */
static VOID admit(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql)
{
    if (next_due(queue, queue->request_count + 1) || !may_present(queue) || queue->request_count ||
        queue->config.DispatchType == WdfIoQueueDispatchManual) {
        park(queue, request, irql);
        return;
    }
    if (queue->is_power_policy)
        wdf_note_arrival(queue);
    present(queue, request, irql);
}

/* ---- the loop ---------------------------------------------------------------- */

static VOID defer(struct wdf_queue *queue)
{
    queue->is_run_again = TRUE;
    if (queue->is_deferred)
        return;
    queue->is_deferred = TRUE;
    if (queue->is_passive)
        ExQueueWorkItem(&queue->work, DelayedWorkQueue);
    else
        KeInsertQueueDpc(&queue->dpc, NULL, NULL);
}

/* Leaves the loop, and lets who waits for the queue's end go on. */
static VOID leave(struct wdf_queue *queue, KIRQL irql)
{
    BOOLEAN ends;

    queue->dispatching--;
    ends = is_gone(queue);
    if (ends)
        queue->state |= WDF_QUEUE_DELETED;
    KeReleaseSpinLock(&queue->lock, irql);
    /* The last that is touched of the queue. */
    if (ends)
        KeSetEvent(&queue->gone, IO_NO_INCREMENT, FALSE);
}

BOOLEAN wdf_run_queue(struct wdf_queue *queue, KIRQL irql, struct wdf_request *arrival)
{
    if (queue->state & WDF_QUEUE_DELETED) {
        KeReleaseSpinLock(&queue->lock, irql);
        return FALSE;
    }
    queue->dispatching++;
    if (can_call(queue, irql)) {
        if (arrival)
            admit(queue, arrival, &irql);
        while (step(queue, &irql))
            ;
    } else {
        if (arrival)
            park(queue, arrival, &irql);
        if (has_work(queue))
            defer(queue);
    }
    leave(queue, irql);
    return TRUE;
}

VOID wdf_kick_queue(struct wdf_queue *queue, KIRQL irql)
{
    if (queue->dispatching)
        KeReleaseSpinLock(&queue->lock, irql);
    else
        wdf_run_queue(queue, irql, NULL);
}

VOID wdf_dispatch_queue(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    wdf_run_queue(queue, irql, NULL);
}

static VOID run_deferred(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    while (queue->is_run_again) {
        queue->is_run_again = FALSE;
        wdf_run_queue(queue, irql, NULL);
        KeAcquireSpinLock(&queue->lock, &irql);
    }
    queue->is_deferred = FALSE;
    wdf_kick_queue(queue, irql);
}

VOID NTAPI wdf_run_from_dpc(PKDPC dpc, PVOID queue, PVOID argument1, PVOID argument2)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    run_deferred(queue);
}

VOID NTAPI wdf_run_from_worker(PVOID queue)
{
    run_deferred(queue);
}

/* ---- in and out ----------------------------------------------------------------- */

NTSTATUS wdf_queue_arrival(struct wdf_queue *queue, struct wdf_request *request)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    if (!(queue->state & WDF_QUEUE_ACCEPTS)) {
        KeReleaseSpinLock(&queue->lock, irql);
        request->irp->IoStatus.Information = 0;
        wdf_complete_request(request, STATUS_INVALID_DEVICE_STATE, __func__);
        return STATUS_INVALID_DEVICE_STATE;
    }
    IoMarkIrpPending(request->irp);
    wdf_run_queue(queue, irql, request);
    return STATUS_PENDING;
}

NTSTATUS wdf_own_request(struct wdf_queue *queue, struct wdf_request *request)
{
    BOOLEAN accepts;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    accepts = (queue->state & WDF_QUEUE_ACCEPTS) != 0;
    if (accepts)
        wdf_own(queue, request);
    KeReleaseSpinLock(&queue->lock, irql);
    return accepts ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
}

VOID wdf_leave_queue(struct wdf_request *request)
{
    struct wdf_queue *queue = request->queue;
    KIRQL irql;

    if (!queue)
        return;
    KeAcquireSpinLock(&queue->lock, &irql);
    wdf_disown(queue, request);
    wdf_set_queue(request, NULL);
    queue->owned_count--;
    wdf_kick_queue(queue, irql);
}
