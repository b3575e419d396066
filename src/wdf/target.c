/*
 * Targets: their states, and the books on what was sent.
 *
 * A request is in one of three lists from the time it is sent until its IRP is back, and
 * counts in pending until its completion routine has run. Cancelling walks a list without
 * holding the lock while it cancels: each request that it meets goes to the list's end with the
 * number of the walk.
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

VOID wdf_target_add(struct wdf_target *target, struct wdf_request *request, PLIST_ENTRY list)
{
    request->counts_as_sent = list == &target->sent;
    request->cancel_round = target->cancel_round;
    InsertTailList(list, &request->target_link);
    __atomic_add_fetch(&target->pending, unit(request->counts_as_sent), __ATOMIC_RELAXED);
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
    __atomic_sub_fetch(&target->pending, one, __ATOMIC_RELEASE);
    wake(target);
    KeReleaseSpinLock(&target->lock, irql);
}

/* Waits until no requests of mask are left. */
static VOID await(struct wdf_target *target, LONG64 mask)
{
    struct target_wait wait = {.mask = mask};
    LONG64 pending;
    KIRQL irql;

    KeInitializeEvent(&wait.event, NotificationEvent, FALSE);
    KeAcquireSpinLock(&target->lock, &irql);
    InsertTailList(&target->waits, &wait.link);
    pending = __atomic_fetch_or(&target->pending, WDF_TARGET_AWAITED, __ATOMIC_ACQUIRE);
    KeReleaseSpinLock(&target->lock, irql);
    if (pending & mask) {
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
        struct wdf_request *request = CONTAINING_RECORD(entry, struct wdf_request, target_link);

        InitializeListHead(entry);
        if (IoSetCancelRoutine(request->irp, NULL))
            return request;
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
        wdf_target_add(target, request, &target->sent);
        __atomic_sub_fetch(&target->pending, WDF_TARGET_ONE_OTHER, __ATOMIC_RELAXED);
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

/* ---- cancelling what is sent ------------------------------------------------------ */

/* The first one that this walk has not met, with a claim. Lock held. */
static struct wdf_request *next_sent(PLIST_ENTRY list, ULONG round)
{
    struct wdf_request *request;

    while (!IsListEmpty(list)) {
        request = CONTAINING_RECORD(list->Flink, struct wdf_request, target_link);
        if ((LONG)(request->cancel_round - round) >= 0)
            return NULL;
        request->cancel_round = round;
        RemoveEntryList(&request->target_link);
        InsertTailList(list, &request->target_link);
        if (wdf_claim_sent(request))
            return request;
    }
    return NULL;
}

static VOID cancel_list(struct wdf_target *target, PLIST_ENTRY list)
{
    struct wdf_request *request;
    ULONG round;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    round = ++target->cancel_round;
    while ((request = next_sent(list, round)) != NULL) {
        KeReleaseSpinLock(&target->lock, irql);
        wdf_cancel_sent(request);
        wdf_drop_claim(request);
        KeAcquireSpinLock(&target->lock, &irql);
    }
    KeReleaseSpinLock(&target->lock, irql);
}

/* ---- states ------------------------------------------------------------------------ */

/* Changes the state if it is one of the three between which drivers may change it. */
static VOID change_state(struct wdf_target *target, WDF_IO_TARGET_STATE state)
{
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state == WdfIoTargetStarted || target->state == WdfIoTargetStopped ||
        target->state == WdfIoTargetPurged)
        target->state = state;
    KeReleaseSpinLock(&target->lock, irql);
}

NTSTATUS wdf_target_start(struct wdf_target *target)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (!target->target || target->state == WdfIoTargetDeleted)
        status = STATUS_INVALID_DEVICE_STATE;
    else
        target->state = WdfIoTargetStarted;
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
        cancel_list(target, &target->sent);
    await(target, WDF_TARGET_ALL_SENT);
}

VOID wdf_target_purge(struct wdf_target *target, WDF_IO_TARGET_PURGE_IO_ACTION action)
{
    change_state(target, WdfIoTargetPurged);
    fail_waiting(target);
    cancel_list(target, &target->sent);
    if (action == WdfIoTargetPurgeIoAndWait)
        await(target, WDF_TARGET_ALL_SENT);
}

VOID wdf_target_end(struct wdf_target *target, WDF_IO_TARGET_STATE state)
{
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state != WdfIoTargetDeleted)
        target->state = state;
    KeReleaseSpinLock(&target->lock, irql);
    fail_waiting(target);
    cancel_list(target, &target->sent);
    cancel_list(target, &target->ignoring);
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
    InitializeListHead(&(*target)->sent);
    InitializeListHead(&(*target)->ignoring);
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
