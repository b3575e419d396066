/*
 * Queues and the device's power.
 *
 * Before the device leaves D0, its power-managed queues are held: they present nothing more,
 * and the callbacks under way end. Then the driver is asked to stop working on the requests
 * that it owns (EvtIoStop), and the queue is off when it has completed, given back or
 * acknowledged each. What it keeps it is told of when power is back (EvtIoResume).
 *
 *   ON -> HELD -> NOTIFYING -> WAITING -> OFF -> NOTIFYING -> ON
 *
 * The thread that powers the device works through these, PnP's or power's, one at a time.
 */
#include "queue.h"
#include "device.h"

/* Runs the loop until it is quiet. Lock held, raised from irql; releases it. */
static VOID wait_until_quiet(struct wdf_queue *queue, KIRQL irql)
{
    KeClearEvent(&queue->quiet);
    queue->due |= WDF_QUEUE_DUE_QUIET;
    if (wdf_run_queue(queue, irql, NULL))
        KeWaitForSingleObject(&queue->quiet, Executive, KernelMode, FALSE, NULL);
}

static VOID set_power(struct wdf_queue *queue, enum wdf_queue_power power)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    queue->power = power;
    KeReleaseSpinLock(&queue->lock, irql);
}

static VOID hold(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    queue->power = WDF_QUEUE_POWER_HELD;
    wait_until_quiet(queue, irql);
}

/* Calls the driver for one of its requests. Lock held; dropped meanwhile. */
static VOID notify(struct wdf_queue *queue, struct wdf_request *request, ULONG stop_flags,
                   PKIRQL irql)
{
    const WDF_IO_QUEUE_CONFIG *config = &queue->config;
    BOOLEAN has_callback = stop_flags ? config->EvtIoStop != NULL : config->EvtIoResume != NULL;
    ULONG flags = stop_flags | (request->is_cancelable ? WdfRequestStopRequestCancelable : 0);

    /* One that is cancelled is about to end anyway. */
    if (!has_callback || request->is_cancelled)
        return;
    wdf_reference(&request->object);
    KeReleaseSpinLock(&queue->lock, *irql);
    wdf_enter_callback(queue);
    if (stop_flags)
        config->EvtIoStop(wdf_handle_of(queue), wdf_handle_of(request), flags);
    else
        config->EvtIoResume(wdf_handle_of(queue), wdf_handle_of(request));
    wdf_leave_callback(queue);
    wdf_dereference(&request->object);
    KeAcquireSpinLock(&queue->lock, irql);
}

/* Moves the requests that the driver owns to a list of the caller's. */
static VOID take_owned(struct wdf_queue *queue, PLIST_ENTRY list)
{
    InitializeListHead(list);
    while (!IsListEmpty(&queue->owned))
        InsertTailList(list, RemoveHeadList(&queue->owned));
}

/* Calls EvtIoStop (stop_flags) or EvtIoResume (0) for each. Lock held; dropped meanwhile. */
static VOID notify_all(struct wdf_queue *queue, ULONG stop_flags, PKIRQL irql)
{
    LIST_ENTRY list;

    queue->power = WDF_QUEUE_POWER_NOTIFYING;
    take_owned(queue, &list);
    while (!IsListEmpty(&list)) {
        PLIST_ENTRY entry = RemoveHeadList(&list);
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, queue_link);

        InsertTailList(&queue->owned, entry);
        if (stop_flags) {
            request->stop = WDF_STOP_ASKED;
            queue->unacknowledged++;
        }
        notify(queue, request, stop_flags, irql);
    }
}

static VOID stop(struct wdf_queue *queue, ULONG stop_flags)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    notify_all(queue, stop_flags, &irql);
    queue->power = WDF_QUEUE_POWER_WAITING;
    wait_until_quiet(queue, irql);
    set_power(queue, WDF_QUEUE_POWER_OFF);
}

static VOID resume(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    if (queue->power != WDF_QUEUE_POWER_ON) {
        notify_all(queue, 0, &irql);
        queue->power = WDF_QUEUE_POWER_ON;
    }
    KeReleaseSpinLock(&queue->lock, irql);
}

static VOID present(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    /* It may have been powered off between its ready callback and the driver's retrieval. */
    if (queue->request_count)
        wdf_note_arrival(queue);
    wdf_run_queue(queue, irql, NULL);
}

static VOID purge(struct wdf_queue *queue)
{
    BOOLEAN is_done;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    is_done = (queue->state & WDF_QUEUE_SHUT_DOWN) && queue->power == WDF_QUEUE_POWER_OFF;
    queue->state |= WDF_QUEUE_SHUT_DOWN;
    KeReleaseSpinLock(&queue->lock, irql);
    if (is_done)
        return;
    wdf_purge_queue(queue, TRUE, NULL);
    stop(queue, WdfRequestStopActionPurge);
}

/* Calls work for each queue whose is_power_managed is as wanted. */
static VOID for_each(struct wdf_device *device, BOOLEAN is_power_managed,
                     VOID (*work)(struct wdf_queue *))
{
    struct wdf_queue_walk walk = {.device = device};
    struct wdf_queue *queue;

    while ((queue = wdf_next_queue(&walk)) != NULL) {
        if (queue->is_power_managed == is_power_managed)
            work(queue);
    }
}

static VOID set_device_power(struct wdf_device *device, BOOLEAN is_powered, BOOLEAN is_shut_down)
{
    KIRQL irql;

    KeAcquireSpinLock(&device->io.lock, &irql);
    device->io.is_powered = is_powered;
    device->io.is_shut_down = is_shut_down;
    KeReleaseSpinLock(&device->io.lock, irql);
}

static VOID stop_for_suspend(struct wdf_queue *queue)
{
    stop(queue, WdfRequestStopActionSuspend);
}

VOID wdf_stop_queues_for_power(struct wdf_device *device)
{
    set_device_power(device, FALSE, FALSE);
    /* All are held before any request is stopped: none moves to a queue that still presents. */
    for_each(device, TRUE, hold);
    for_each(device, TRUE, stop_for_suspend);
}

VOID wdf_resume_queues_for_power(struct wdf_device *device)
{
    /* All are on before any presents: it may forward to the next. */
    for_each(device, TRUE, resume);
    set_device_power(device, TRUE, FALSE);
    for_each(device, TRUE, present);
}

VOID wdf_purge_queues(struct wdf_device *device)
{
    set_device_power(device, FALSE, TRUE);
    for_each(device, TRUE, purge);
    for_each(device, FALSE, purge);
}

static VOID restart(struct wdf_queue *queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    queue->state &= ~(ULONG)WDF_QUEUE_SHUT_DOWN;
    queue->state |= WDF_QUEUE_ACCEPTS;
    if (!queue->is_power_managed)
        queue->power = WDF_QUEUE_POWER_ON;
    KeReleaseSpinLock(&queue->lock, irql);
}

VOID wdf_restart_queues(struct wdf_device *device)
{
    set_device_power(device, FALSE, FALSE);
    for_each(device, TRUE, restart);
    for_each(device, FALSE, restart);
}

/* ---- for drivers ----------------------------------------------------------------- */

VOID NTAPI imp_WdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                         BOOLEAN Requeue)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_queue *queue = request->queue;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!queue || request->stop != WDF_STOP_ASKED || (Requeue && request->is_cancelable)) {
        wdf_misuse(request->object.globals, __func__,
                   "WDFREQUEST %p was not given to EvtIoStop, or is marked cancelable", Request);
        return;
    }
    if (Requeue) {
        wdf_give_back(request);
        return;
    }
    KeAcquireSpinLock(&queue->lock, &irql);
    request->stop = WDF_STOP_NONE;
    queue->unacknowledged--;
    wdf_kick_queue(queue, irql);
}
