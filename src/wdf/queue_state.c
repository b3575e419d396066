/*
 * Starting and stopping a queue, draining and purging it.
 *
 *             accepts   presents   and
 *   start     yes       yes
 *   stop      yes       no         tells when the driver owns no request
 *   drain     no        as before  tells when there is no request at all
 *   purge     no        as before  the same, and cancels what can be
 *   stop and purge      yes, no    both
 */
#include "queue.h"
#include "device.h"

/* A state callback that cannot be called, or a second one, is the driver's end. */
static VOID fail(struct wdf_queue *queue, NTSTATUS status, PCSTR function)
{
    WDF_QUEUE_FATAL_ERROR_DATA data = {wdf_handle_of(queue), NULL, status};

    wdf_violation(WDF_QUEUE_FATAL_ERROR, (ULONG_PTR)&data, 0, function, "WDFQUEUE %p: %s",
                  data.Queue,
                  status == STATUS_DELETE_PENDING
                      ? "it is deleted"
                      : "another call that is to tell when it is done is still under way");
}

/* Remembers a callback for later. Under the queue's lock. */
static NTSTATUS ask(struct wdf_queue *queue, struct wdf_queue_callback *place, ULONG due,
                    const struct wdf_queue_callback *callback)
{
    if (queue->state & WDF_QUEUE_DELETED)
        return STATUS_DELETE_PENDING;
    if (!callback || !callback->routine)
        return STATUS_SUCCESS;
    if (place->routine)
        return STATUS_INVALID_DEVICE_REQUEST;
    *place = *callback;
    queue->due |= due;
    return STATUS_SUCCESS;
}

static VOID accept(struct wdf_queue *queue)
{
    if (!(queue->state & WDF_QUEUE_SHUT_DOWN))
        queue->state |= WDF_QUEUE_ACCEPTS;
}

NTSTATUS wdf_purge_queue(struct wdf_queue *queue, BOOLEAN cancels,
                         const struct wdf_queue_callback *emptied)
{
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    status = ask(queue, &queue->emptied, WDF_QUEUE_DUE_EMPTY, emptied);
    if (!NT_SUCCESS(status)) {
        KeReleaseSpinLock(&queue->lock, irql);
        return status;
    }
    queue->state &= ~(ULONG)WDF_QUEUE_ACCEPTS;
    if (!cancels) {
        wdf_run_queue(queue, irql, NULL);
        return STATUS_SUCCESS;
    }
    queue->state |= WDF_QUEUE_CANCELS_RETURNED;
    KeReleaseSpinLock(&queue->lock, irql);
    if (queue->progress)
        wdf_cancel_progress(queue, NULL);
    wdf_cancel_requests(queue, NULL, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS stop(struct wdf_queue *queue, BOOLEAN cancels,
                     const struct wdf_queue_callback *stopped)
{
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    status = ask(queue, &queue->stopped, WDF_QUEUE_DUE_STOPPED, stopped);
    if (!NT_SUCCESS(status)) {
        KeReleaseSpinLock(&queue->lock, irql);
        return status;
    }
    accept(queue);
    queue->state &= ~(ULONG)WDF_QUEUE_DISPATCHES;
    if (!cancels) {
        wdf_run_queue(queue, irql, NULL);
        return STATUS_SUCCESS;
    }
    queue->state |= WDF_QUEUE_CANCELS_RETURNED;
    KeReleaseSpinLock(&queue->lock, irql);
    if (queue->progress)
        wdf_cancel_progress(queue, NULL);
    wdf_cancel_requests(queue, NULL, TRUE);
    return STATUS_SUCCESS;
}

/* Calls action with a callback that ends the wait for it. */
static VOID act_and_wait(struct wdf_queue *queue, BOOLEAN cancels,
                         NTSTATUS (*action)(struct wdf_queue *, BOOLEAN,
                                            const struct wdf_queue_callback *),
                         PCSTR function)
{
    struct wdf_queue_callback done = {.routine = wdf_signal_state};
    KEVENT event;
    NTSTATUS status;

    if (!wdf_check_irql(queue->object.globals, function, PASSIVE_LEVEL))
        return;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    done.context = &event;
    status = action(queue, cancels, &done);
    if (!NT_SUCCESS(status))
        fail(queue, status, function);
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    KeLeaveCriticalRegion();
}

static VOID act(struct wdf_queue *queue, BOOLEAN cancels,
                NTSTATUS (*action)(struct wdf_queue *, BOOLEAN, const struct wdf_queue_callback *),
                PFN_WDF_IO_QUEUE_STATE routine, WDFCONTEXT context, PCSTR function)
{
    struct wdf_queue_callback done = {routine, context};
    NTSTATUS status = action(queue, cancels, &done);

    if (!NT_SUCCESS(status))
        fail(queue, status, function);
}

/* ---- for drivers ----------------------------------------------------------------- */

WDF_IO_QUEUE_STATE NTAPI imp_WdfIoQueueGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                PULONG QueueRequests, PULONG DriverRequests)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    ULONG state, waiting, owned;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    KeAcquireSpinLock(&queue->lock, &irql);
    state = queue->state & (WdfIoQueueAcceptRequests | WdfIoQueueDispatchRequests);
    waiting = queue->request_count;
    owned = queue->owned_count;
    if (queue->is_power_managed && queue->power != WDF_QUEUE_POWER_ON)
        state |= WdfIoQueuePnpHeld;
    KeReleaseSpinLock(&queue->lock, irql);
    if (waiting == 0)
        state |= WdfIoQueueNoRequests;
    if (owned == 0)
        state |= WdfIoQueueDriverNoRequests;
    if (QueueRequests)
        *QueueRequests = waiting;
    if (DriverRequests)
        *DriverRequests = owned;
    return (WDF_IO_QUEUE_STATE)state;
}
C_ASSERT((ULONG)WDF_QUEUE_ACCEPTS == WdfIoQueueAcceptRequests &&
         (ULONG)WDF_QUEUE_DISPATCHES == WdfIoQueueDispatchRequests);

VOID NTAPI imp_WdfIoQueueStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    KeAcquireSpinLock(&queue->lock, &irql);
    accept(queue);
    queue->state |= WDF_QUEUE_DISPATCHES;
    queue->state &= ~(ULONG)WDF_QUEUE_CANCELS_RETURNED;
    /* It may have been stopped between its ready callback and the driver's retrieval. */
    if (queue->request_count)
        queue->state = (queue->state | WDF_QUEUE_FILLED) & ~(ULONG)WDF_QUEUE_SEEN_EMPTY;
    wdf_run_queue(queue, irql, NULL);
}

VOID NTAPI imp_WdfIoQueueStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                              PFN_WDF_IO_QUEUE_STATE StopComplete, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act(wdf_queue_of(Queue, __func__), FALSE, stop, StopComplete, Context, __func__);
}

VOID NTAPI imp_WdfIoQueueStopSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act_and_wait(wdf_queue_of(Queue, __func__), FALSE, stop, __func__);
}

VOID NTAPI imp_WdfIoQueueStopAndPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                      PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
                                      WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act(wdf_queue_of(Queue, __func__), TRUE, stop, StopAndPurgeComplete, Context, __func__);
}

VOID NTAPI imp_WdfIoQueueStopAndPurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFQUEUE Queue)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act_and_wait(wdf_queue_of(Queue, __func__), TRUE, stop, __func__);
}

VOID NTAPI imp_WdfIoQueueDrain(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                               PFN_WDF_IO_QUEUE_STATE DrainComplete, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act(wdf_queue_of(Queue, __func__), FALSE, wdf_purge_queue, DrainComplete, Context, __func__);
}

VOID NTAPI imp_WdfIoQueueDrainSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act_and_wait(wdf_queue_of(Queue, __func__), FALSE, wdf_purge_queue, __func__);
}

VOID NTAPI imp_WdfIoQueuePurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                               PFN_WDF_IO_QUEUE_STATE PurgeComplete, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act(wdf_queue_of(Queue, __func__), TRUE, wdf_purge_queue, PurgeComplete, Context, __func__);
}

VOID NTAPI imp_WdfIoQueuePurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    act_and_wait(wdf_queue_of(Queue, __func__), TRUE, wdf_purge_queue, __func__);
}
