/*
 * Targets: their states, and the books on what was sent.
 *
 * Sending to a started target takes no lock. A sender makes its claim (request_back.c), then
 * counts itself in pending, which also tells whether the target is shut; or it has a pass
 * (request_pass.h), and is counted there. Who shuts it and then looks for requests to cancel sees
 * the claims of all that were let in.
 */
#include "device.h"

/* Somebody waits until nothing of mask is left in pending. */
struct target_wait {
    LIST_ENTRY link; /* in target->waits */
    LONG64 mask;
    KEVENT event;
};

/* ---- counting ---------------------------------------------------------------- */

static LONG64 unit(BOOLEAN is_sent)
{
    return is_sent ? WDF_TARGET_ONE_SENT : WDF_TARGET_ONE_OTHER;
}

static VOID wake(struct wdf_target *target)
{
    LONG64 left = __atomic_load_n(&target->pending, __ATOMIC_RELAXED);
    PLIST_ENTRY entry;

    for (entry = target->waits.Flink; entry != &target->waits; entry = entry->Flink) {
        struct target_wait *wait = CONTAINING_RECORD(entry, struct target_wait, link);

        if (!(left & wait->mask))
            KeSetEvent(&wait->event, IO_NO_INCREMENT, FALSE);
    }
}

VOID wdf_target_done_locked(struct wdf_target *target, BOOLEAN was_sent)
{
    __atomic_sub_fetch(&target->pending, unit(was_sent), __ATOMIC_RELEASE);
    wake(target);
}

/*
 * Whoever waits sees to it that the target stays only until it counts nothing. So the last
 * thing that touches it is this exchange, or the release of the lock that who waits takes.
 */
VOID wdf_target_done(struct wdf_target *target, BOOLEAN was_sent)
{
    LONG64 one = unit(was_sent);
    LONG64 pending = __atomic_load_n(&target->pending, __ATOMIC_RELAXED);
    KIRQL irql;

    while (!(pending & WDF_TARGET_AWAITED))
        /* Release: pairs with await's acquire. */
        if (__atomic_compare_exchange_n(&target->pending, &pending, pending - one, TRUE,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return;
    KeAcquireSpinLock(&target->lock, &irql);
    wdf_target_done_locked(target, was_sent);
    KeReleaseSpinLock(&target->lock, irql);
}

/* Waits until no requests of mask are left. */
static VOID await(struct wdf_target *target, LONG64 mask)
{
    struct target_wait wait = {.mask = mask};
    KIRQL irql;

    KeInitializeEvent(&wait.event, NotificationEvent, FALSE);
    KeAcquireSpinLock(&target->lock, &irql);
    InsertTailList(&target->waits, &wait.link);
    __atomic_fetch_or(&target->pending, WDF_TARGET_AWAITED, __ATOMIC_SEQ_CST);
    KeReleaseSpinLock(&target->lock, irql);
    /* It may have been open again since it was shut. */
    wdf_call_in_passes(target);
    if (__atomic_load_n(&target->pending, __ATOMIC_ACQUIRE) & mask) {
        KeEnterCriticalRegion();
        KeWaitForSingleObject(&wait.event, Executive, KernelMode, FALSE, NULL);
        KeLeaveCriticalRegion();
    }
    KeAcquireSpinLock(&target->lock, &irql);
    RemoveEntryList(&wait.link);
    if (IsListEmpty(&target->waits))
        __atomic_and_fetch(&target->pending, ~WDF_TARGET_AWAITED, __ATOMIC_ACQUIRE);
    KeReleaseSpinLock(&target->lock, irql);
}

/* ---- requests that wait --------------------------------------------------------- */

/* Takes the first one whose cancel routine does not run; NULL: there is none. Lock held. */
static struct wdf_request *take_waiting(struct wdf_target *target)
{
    while (!IsListEmpty(&target->waiting)) {
        PLIST_ENTRY entry = RemoveHeadList(&target->waiting);
        PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);

        InitializeListHead(entry);
        if (IoSetCancelRoutine(irp, NULL))
            return wdf_request_of_irp(irp);
    }
    return NULL;
}

/* Sends what waits as long as the target is started. */
static VOID send_waiting(struct wdf_target *target)
{
    struct wdf_request *request;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    while (target->state == WdfIoTargetStarted && (request = take_waiting(target)) != NULL) {
        __atomic_add_fetch(&target->pending, WDF_TARGET_ONE_SENT - WDF_TARGET_ONE_OTHER,
                           __ATOMIC_RELAXED);
        request->counts_as_sent = TRUE;
        KeReleaseSpinLock(&target->lock, irql);
        wdf_send_waiting(request);
        KeAcquireSpinLock(&target->lock, &irql);
    }
    KeReleaseSpinLock(&target->lock, irql);
}

static VOID fail_waiting(struct wdf_target *target)
{
    struct wdf_request *request;
    KIRQL irql;

    do {
        KeAcquireSpinLock(&target->lock, &irql);
        request = take_waiting(target);
        KeReleaseSpinLock(&target->lock, irql);
        if (request)
            wdf_fail_waiting(request, STATUS_WDF_DEVICE_REMOVED_NOT_SENT);
    } while (request);
}

/* ---- states ------------------------------------------------------------------------ */

VOID wdf_set_target_state(struct wdf_target *target, WDF_IO_TARGET_STATE state)
{
    /* Relaxed: it is also read without the lock, for the driver to know. */
    __atomic_store_n(&target->state, state, __ATOMIC_RELAXED);
    /* Ordered with the claims of senders: see above. */
    if (state == WdfIoTargetStarted)
        __atomic_and_fetch(&target->pending, ~WDF_TARGET_SHUT, __ATOMIC_SEQ_CST);
    else
        __atomic_or_fetch(&target->pending, WDF_TARGET_SHUT, __ATOMIC_SEQ_CST);
}

/* Changes the state if it is one of the three between which drivers may change it. */
static VOID change_state(struct wdf_target *target, WDF_IO_TARGET_STATE state)
{
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state == WdfIoTargetStarted || target->state == WdfIoTargetStopped ||
        target->state == WdfIoTargetPurged)
        wdf_set_target_state(target, state);
    KeReleaseSpinLock(&target->lock, irql);
    wdf_call_in_passes(target);
}

NTSTATUS wdf_target_start(struct wdf_target *target)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (!target->target || target->state == WdfIoTargetDeleted)
        status = STATUS_INVALID_DEVICE_STATE;
    else
        wdf_set_target_state(target, WdfIoTargetStarted);
    KeReleaseSpinLock(&target->lock, irql);
    if (NT_SUCCESS(status))
        send_waiting(target);
    return status;
}

VOID wdf_target_stop(struct wdf_target *target, WDF_IO_TARGET_SENT_IO_ACTION action)
{
    change_state(target, WdfIoTargetStopped);
    if (action == WdfIoTargetLeaveSentIoPending)
        return;
    if (action == WdfIoTargetCancelSentIo)
        wdf_cancel_listed(target, FALSE);
    await(target, WDF_TARGET_ALL_SENT);
}

VOID wdf_target_purge(struct wdf_target *target, WDF_IO_TARGET_PURGE_IO_ACTION action)
{
    change_state(target, WdfIoTargetPurged);
    fail_waiting(target);
    wdf_cancel_listed(target, FALSE);
    if (action == WdfIoTargetPurgeIoAndWait)
        await(target, WDF_TARGET_ALL_SENT);
}

VOID wdf_target_end(struct wdf_target *target, WDF_IO_TARGET_STATE state)
{
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state != WdfIoTargetDeleted)
        wdf_set_target_state(target, state);
    KeReleaseSpinLock(&target->lock, irql);
    wdf_call_in_passes(target);
    fail_waiting(target);
    wdf_cancel_listed(target, TRUE);
    await(target, WDF_TARGET_ALL_SENT | WDF_TARGET_ALL_OTHER);
}

/* ---- objects -------------------------------------------------------------------------- */

NTSTATUS wdf_allocate_target(struct wdf_device *device, const struct wdf_type *type,
                             PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_target **target)
{
    PVOID made;
    NTSTATUS status =
        wdf_allocate_object(device->object.globals, type, sizeof(**target), attributes, &made);

    if (!NT_SUCCESS(status))
        return status;
    *target = made;
    (*target)->device = device;
    (*target)->state = WdfIoTargetStarted;
    KeInitializeSpinLock(&(*target)->lock);
    InitializeListHead(&(*target)->requests);
    InitializeListHead(&(*target)->waiting);
    InitializeListHead(&(*target)->waits);
    return status;
}

static VOID drop_spare(struct wdf_target *target)
{
    struct wdf_request *spare = __atomic_exchange_n(&target->spare, NULL, __ATOMIC_ACQUIRE);

    if (spare)
        wdf_delete_object(&spare->object);
}

/* A driver that would rather wait than have its requests cancelled does so in its cleanup. */
VOID wdf_target_dispose(struct wdf_object *object)
{
    struct wdf_target *target = (struct wdf_target *)object;

    if (object->contexts)
        wdf_clean_up_contexts(object);
    if (target->is_remote)
        wdf_close_remote(target, WDF_CLOSE_FOR_DELETE);
    else
        wdf_target_end(target, WdfIoTargetDeleted);
    drop_spare(target);
    wdf_forget_requests(target);
}

/* Somebody who was sending when the target was disposed of has put it back since. */
VOID wdf_target_destroy(struct wdf_object *object)
{
    drop_spare((struct wdf_target *)object);
}

/* ---- what drivers call ------------------------------------------------------------------ */

NTSTATUS NTAPI imp_WdfIoTargetStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_target_start(wdf_target_of(IoTarget, __func__));
}

VOID NTAPI imp_WdfIoTargetStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                               WDF_IO_TARGET_SENT_IO_ACTION Action)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);

    if (Action <= WdfIoTargetSentIoUndefined || Action > WdfIoTargetLeaveSentIoPending) {
        wdf_misuse(globals, __func__, "Action is %d, which is none of them", Action);
        return;
    }
    if (Action == WdfIoTargetLeaveSentIoPending || wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        wdf_target_stop(target, Action);
}

VOID NTAPI imp_WdfIoTargetPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                                WDF_IO_TARGET_PURGE_IO_ACTION Action)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);

    if (Action <= WdfIoTargetPurgeIoUndefined || Action > WdfIoTargetPurgeIo) {
        wdf_misuse(globals, __func__, "Action is %d, which is none of them", Action);
        return;
    }
    if (Action == WdfIoTargetPurgeIo || wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        wdf_target_purge(target, Action);
}

WDF_IO_TARGET_STATE NTAPI imp_WdfIoTargetGetState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return __atomic_load_n(&wdf_target_of(IoTarget, __func__)->state, __ATOMIC_RELAXED);
}
