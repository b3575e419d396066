/*
 * A device's way from AddDevice to its end: states, and what happens in each.
 *
 * An event picks the first state from the table; each state's function does its part
 * and names the next one, until one has nothing to do but to wait for the next event.
 * All of it runs in the thread of the IRP, which the caller completes or sends on.
 */
#include "driver.h"
#include "interrupt.h"

typedef WDF_DEVICE_PNP_STATE (*pnp_work)(struct wdf_pnp *pnp);

/* Stays in the state. */
#define STAY WdfDevStatePnpNull

struct pnp_edge {
    enum wdf_pnp_event event;
    WDF_DEVICE_PNP_STATE next;
};

struct pnp_state {
    WDF_DEVICE_PNP_STATE state;
    pnp_work work; /* NULL: waits for an event */
    struct pnp_edge edges[WDF_PNP_EVENTS];
    ULONG edge_count;
};

static WDFDEVICE handle_of(struct wdf_pnp *pnp)
{
    return wdf_handle_of(pnp->device);
}

static BOOLEAN is_pdo(struct wdf_pnp *pnp)
{
    return pnp->device->config.kind == WDF_DEVICE_PDO;
}

/* The framework gives the device up; the PnP manager learns it when it asks for the state. */
static VOID fail(struct wdf_pnp *pnp, NTSTATUS status)
{
    pnp->has_failed = TRUE;
    pnp->status = status;
}

/* ---- start ------------------------------------------------------------------- */

/* A driver that added resources takes them out of what the drivers below are started with. */
static NTSTATUS send_start_filtered(struct wdf_pnp *pnp, PIO_STACK_LOCATION stack)
{
    PCM_RESOURCE_LIST raw = NULL, translated = NULL;
    NTSTATUS status;

    status = wdf_read_cm_list(pnp->raw, stack->Parameters.StartDevice.AllocatedResources,
                              WDF_RESOURCES_ALL);
    if (NT_SUCCESS(status))
        status = wdf_read_cm_list(pnp->translated,
                                  stack->Parameters.StartDevice.AllocatedResourcesTranslated,
                                  WDF_RESOURCES_ALL);
    if (NT_SUCCESS(status))
        status = pnp->device->fdo->callbacks.EvtDeviceRemoveAddedResources(
            handle_of(pnp), wdf_handle_of(pnp->raw), wdf_handle_of(pnp->translated));
    if (NT_SUCCESS(status))
        status = wdf_write_cm_list(pnp->raw, &raw);
    if (NT_SUCCESS(status))
        status = wdf_write_cm_list(pnp->translated, &translated);
    if (NT_SUCCESS(status)) {
        PCM_RESOURCE_LIST own_raw = stack->Parameters.StartDevice.AllocatedResources;
        PCM_RESOURCE_LIST own = stack->Parameters.StartDevice.AllocatedResourcesTranslated;

        stack->Parameters.StartDevice.AllocatedResources = raw;
        stack->Parameters.StartDevice.AllocatedResourcesTranslated = translated;
        status = wdf_pnp_send_and_wait(pnp->device, pnp->irp);
        stack->Parameters.StartDevice.AllocatedResources = own_raw;
        stack->Parameters.StartDevice.AllocatedResourcesTranslated = own;
    }
    if (raw)
        ExFreePool(raw);
    if (translated)
        ExFreePool(translated);
    return status;
}

/* The drivers below start first. A PDO is at the bottom. */
static NTSTATUS send_start(struct wdf_pnp *pnp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(pnp->irp);
    struct wdf_fdo *fdo = pnp->device->fdo;

    if (is_pdo(pnp))
        return STATUS_SUCCESS;
    if (fdo && fdo->callbacks.EvtDeviceRemoveAddedResources &&
        stack->Parameters.StartDevice.AllocatedResources &&
        stack->Parameters.StartDevice.AllocatedResourcesTranslated)
        return send_start_filtered(pnp, stack);
    return wdf_pnp_send_and_wait(pnp->device, pnp->irp);
}

static VOID forget_failures(struct wdf_pnp *pnp)
{
    KIRQL irql;

    KeAcquireSpinLock(&pnp->lock, &irql);
    pnp->device_state.Removed = WdfUseDefault;
    pnp->device_state.Failed = WdfUseDefault;
    pnp->device_state.ResourcesChanged = WdfUseDefault;
    KeReleaseSpinLock(&pnp->lock, irql);
}

/* *was_called: the driver was, so that it has to be told to release what it prepared. */
static NTSTATUS prepare_hardware(struct wdf_pnp *pnp, BOOLEAN *was_called)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(pnp->irp);
    PFN_WDF_DEVICE_PREPARE_HARDWARE prepare = pnp->device->config.pnp.EvtDevicePrepareHardware;
    NTSTATUS status;

    *was_called = FALSE;
    forget_failures(pnp);
    status = wdf_read_cm_list(pnp->raw, stack->Parameters.StartDevice.AllocatedResources,
                              WDF_RESOURCES_READ_ONLY);
    if (NT_SUCCESS(status))
        status = wdf_read_cm_list(pnp->translated,
                                  stack->Parameters.StartDevice.AllocatedResourcesTranslated,
                                  WDF_RESOURCES_READ_ONLY);
    if (NT_SUCCESS(status)) {
        *was_called = TRUE;
        wdf_assign_interrupts(pnp->device);
        pnp->is_preparing = TRUE;
        if (prepare)
            status =
                prepare(handle_of(pnp), wdf_handle_of(pnp->raw), wdf_handle_of(pnp->translated));
        pnp->is_preparing = FALSE;
    }
    if (!NT_SUCCESS(status))
        fail(pnp, status);
    return status;
}

static NTSTATUS release_hardware(struct wdf_pnp *pnp)
{
    PFN_WDF_DEVICE_RELEASE_HARDWARE release = pnp->device->config.pnp.EvtDeviceReleaseHardware;
    NTSTATUS status = STATUS_SUCCESS;

    if (release)
        status = release(handle_of(pnp), wdf_handle_of(pnp->translated));
    wdf_revoke_interrupts(pnp->device);
    return status;
}

static WDF_DEVICE_PNP_STATE init_starting(struct wdf_pnp *pnp)
{
    pnp->status = send_start(pnp);
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpHardwareAvailable : WdfDevStatePnpInit;
}

static WDF_DEVICE_PNP_STATE hardware_available(struct wdf_pnp *pnp)
{
    BOOLEAN was_called;

    if (!NT_SUCCESS(prepare_hardware(pnp, &was_called)))
        return was_called ? WdfDevStatePnpFailedOwnHardware : WdfDevStatePnpFailedInit;
    if (pnp->policy) {
        pnp->status = wdf_query_capabilities(pnp->device);
        if (!NT_SUCCESS(pnp->status))
            return WdfDevStatePnpFailedOwnHardware;
    }
    if (!NT_SUCCESS(wdf_power_start(pnp->device)))
        return WdfDevStatePnpHardwareAvailablePowerPolicyFailed;
    return WdfDevStatePnpEnableInterfaces;
}

static WDF_DEVICE_PNP_STATE power_policy_failed(struct wdf_pnp *pnp)
{
    fail(pnp, STATUS_DEVICE_POWER_FAILURE);
    return WdfDevStatePnpFailedOwnHardware;
}

static WDF_DEVICE_PNP_STATE enable_interfaces(struct wdf_pnp *pnp)
{
    wdf_enable_interfaces(pnp->device);
    return WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE failed_init(struct wdf_pnp *pnp)
{
    UNREFERENCED_PARAMETER(pnp);
    return WdfDevStatePnpInit;
}

/* ---- stop, and start again ----------------------------------------------------- */

/* Why it may not go now, before its driver is asked. */
static NTSTATUS check_removable(struct wdf_pnp *pnp)
{
    if (__atomic_load_n(&pnp->stop_count, __ATOMIC_RELAXED))
        return STATUS_INVALID_DEVICE_STATE;
    return wdf_is_in_special_use(pnp) ? STATUS_DEVICE_NOT_READY : STATUS_SUCCESS;
}

static WDF_DEVICE_PNP_STATE query_stop_check(struct wdf_pnp *pnp)
{
    pnp->status = check_removable(pnp);
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpQueryStopAskDriver : WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE query_stop_ask(struct wdf_pnp *pnp)
{
    PFN_WDF_DEVICE_QUERY_STOP ask = pnp->device->config.pnp.EvtDeviceQueryStop;

    if (ask)
        pnp->status = ask(handle_of(pnp));
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpQueryStopEnsureDeviceAwake
                                   : WdfDevStatePnpStarted;
}

/* A device that idles is woken up, so that it can be stopped in order. */
static WDF_DEVICE_PNP_STATE ensure_awake(struct wdf_pnp *pnp, WDF_DEVICE_PNP_STATE next)
{
    pnp->status = wdf_power_reference(pnp->device, TRUE);
    return NT_SUCCESS(pnp->status) ? next : WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE query_stop_awake(struct wdf_pnp *pnp)
{
    return ensure_awake(pnp, WdfDevStatePnpQueryStopPending);
}

static WDF_DEVICE_PNP_STATE query_canceled(struct wdf_pnp *pnp)
{
    wdf_power_dereference(pnp->device);
    return WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE back_to_started(struct wdf_pnp *pnp)
{
    UNREFERENCED_PARAMETER(pnp);
    return WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE started_stopping(struct wdf_pnp *pnp)
{
    NTSTATUS status = wdf_power_stop(pnp->device);

    wdf_power_dereference(pnp->device);
    return NT_SUCCESS(status) ? WdfDevStatePnpStopped : WdfDevStatePnpFailedOwnHardware;
}

static WDF_DEVICE_PNP_STATE stopped(struct wdf_pnp *pnp)
{
    if (NT_SUCCESS(release_hardware(pnp)))
        return STAY;
    pnp->has_failed = TRUE;
    return WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE stopped_starting(struct wdf_pnp *pnp)
{
    pnp->status = send_start(pnp);
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpStartingFromStopped : WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE prepare_again(struct wdf_pnp *pnp, WDF_DEVICE_PNP_STATE next)
{
    BOOLEAN was_called;

    if (NT_SUCCESS(prepare_hardware(pnp, &was_called)))
        return next;
    return was_called ? WdfDevStatePnpFailedOwnHardware : WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE starting_from_stopped(struct wdf_pnp *pnp)
{
    return prepare_again(pnp, WdfDevStatePnpRestarting);
}

static WDF_DEVICE_PNP_STATE restarting(struct wdf_pnp *pnp)
{
    return NT_SUCCESS(wdf_power_start(pnp->device))
               ? WdfDevStatePnpStarted
               : WdfDevStatePnpHardwareAvailablePowerPolicyFailed;
}

/* Started once more without a stop: its resources changed. */
static WDF_DEVICE_PNP_STATE restart(struct wdf_pnp *pnp)
{
    return NT_SUCCESS(wdf_power_stop(pnp->device))
               ? WdfDevStatePnpRestartReleaseHardware
               : WdfDevStatePnpHardwareAvailablePowerPolicyFailed;
}

static WDF_DEVICE_PNP_STATE restart_release_hardware(struct wdf_pnp *pnp)
{
    NTSTATUS status = release_hardware(pnp);

    if (!NT_SUCCESS(status)) {
        fail(pnp, status);
        return WdfDevStatePnpFailed;
    }
    pnp->status = send_start(pnp);
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpRestartHardwareAvailable : WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE restart_hardware_available(struct wdf_pnp *pnp)
{
    return prepare_again(pnp, WdfDevStatePnpRestarting);
}

/* ---- removal ----------------------------------------------------------------------- */

static WDF_DEVICE_PNP_STATE query_remove_check(struct wdf_pnp *pnp)
{
    pnp->status = check_removable(pnp);
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpQueryRemoveAskDriver : WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE query_remove_ask(struct wdf_pnp *pnp)
{
    PFN_WDF_DEVICE_QUERY_REMOVE ask = pnp->device->config.pnp.EvtDeviceQueryRemove;

    if (ask)
        pnp->status = ask(handle_of(pnp));
    return NT_SUCCESS(pnp->status) ? WdfDevStatePnpQueryRemoveEnsureDeviceAwake
                                   : WdfDevStatePnpStarted;
}

static WDF_DEVICE_PNP_STATE query_remove_awake(struct wdf_pnp *pnp)
{
    return ensure_awake(pnp, WdfDevStatePnpQueryRemovePending);
}

static WDF_DEVICE_PNP_STATE queried_removing(struct wdf_pnp *pnp)
{
    wdf_power_stop(pnp->device);
    wdf_power_dereference(pnp->device);
    return WdfDevStatePnpRemovingDisableInterfaces;
}

static WDF_DEVICE_PNP_STATE started_removing(struct wdf_pnp *pnp)
{
    wdf_power_stop(pnp->device);
    return WdfDevStatePnpRemovingDisableInterfaces;
}

/* Nobody finds the device any more, its requests are purged, its own I/O ends. */
static VOID clean_up_for_remove(struct wdf_pnp *pnp)
{
    wdf_disable_interfaces(pnp->device);
    wdf_purge_queues(pnp->device);
    wdf_flush_self_managed(pnp->device);
    if (is_pdo(pnp))
        wdf_indicate_wake(pnp->device, STATUS_NO_SUCH_DEVICE);
}

static WDF_DEVICE_PNP_STATE removing_disable_interfaces(struct wdf_pnp *pnp)
{
    release_hardware(pnp);
    clean_up_for_remove(pnp);
    return WdfDevStatePnpRemoved;
}

static WDF_DEVICE_PNP_STATE removed(struct wdf_pnp *pnp)
{
    wdf_children_parent_removed(pnp->device);
    return WdfDevStatePnpRemovedChildrenRemoved;
}

/* A child that its bus driver still sees waits to be started again. */
static WDF_DEVICE_PNP_STATE removed_children_removed(struct wdf_pnp *pnp)
{
    return is_pdo(pnp) ? WdfDevStatePnpCheckForDevicePresence : WdfDevStatePnpFdoRemoved;
}

static WDF_DEVICE_PNP_STATE check_presence(struct wdf_pnp *pnp)
{
    return wdf_is_child_present(pnp->device) ? WdfDevStatePnpRemovedPdoWait
                                             : WdfDevStatePnpPdoRemoved;
}

static WDF_DEVICE_PNP_STATE end_of_device(struct wdf_pnp *pnp)
{
    wdf_purge_queues(pnp->device);
    wdf_clean_up_self_managed(pnp->device);
    pnp->is_removed = TRUE;
    return WdfDevStatePnpFinal;
}

static WDF_DEVICE_PNP_STATE pdo_restart(struct wdf_pnp *pnp)
{
    pnp->has_failed = FALSE;
    pnp->is_surprised = FALSE;
    pnp->failed_action = WdfDeviceFailedUndefined;
    pnp->status = STATUS_SUCCESS;
    wdf_restart_queues(pnp->device);
    return WdfDevStatePnpHardwareAvailable;
}

static WDF_DEVICE_PNP_STATE eject_hardware(struct wdf_pnp *pnp)
{
    PFN_WDF_DEVICE_EJECT eject = pnp->device->pdo_part->identity.callbacks.EvtDeviceEject;

    pnp->status = eject ? eject(handle_of(pnp)) : STATUS_SUCCESS;
    if (!NT_SUCCESS(pnp->status))
        return WdfDevStatePnpEjectFailed;
    wdf_mark_child_missing(pnp->device);
    return WdfDevStatePnpEjectedWaitingForRemove;
}

/* ---- surprise removal and failure ----------------------------------------------------- */

static VOID tell_surprise(struct wdf_pnp *pnp)
{
    PFN_WDF_DEVICE_SURPRISE_REMOVAL tell = pnp->device->config.pnp.EvtDeviceSurpriseRemoval;

    pnp->is_surprised = TRUE;
    if (tell)
        tell(handle_of(pnp));
    wdf_children_surprise_removed(pnp->device);
}

static WDF_DEVICE_PNP_STATE init_surprise_removed(struct wdf_pnp *pnp)
{
    UNREFERENCED_PARAMETER(pnp);
    return WdfDevStatePnpInit;
}

static WDF_DEVICE_PNP_STATE surprise_remove_started(struct wdf_pnp *pnp)
{
    tell_surprise(pnp);
    return WdfDevStatePnpFailedIoStarting;
}

static WDF_DEVICE_PNP_STATE queried_surprise_remove(struct wdf_pnp *pnp)
{
    wdf_power_dereference(pnp->device);
    return WdfDevStatePnpSurpriseRemoveIoStarted;
}

static WDF_DEVICE_PNP_STATE surprise_remove(struct wdf_pnp *pnp)
{
    tell_surprise(pnp);
    return WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE pdo_surprise_removed(struct wdf_pnp *pnp)
{
    tell_surprise(pnp);
    return WdfDevStatePnpRemovedPdoWait;
}

static WDF_DEVICE_PNP_STATE failed_io_starting(struct wdf_pnp *pnp)
{
    wdf_policy_stop(pnp->device, TRUE);
    wdf_power_stop(pnp->device);
    return WdfDevStatePnpFailedOwnHardware;
}

static WDF_DEVICE_PNP_STATE failed_own_hardware(struct wdf_pnp *pnp)
{
    release_hardware(pnp);
    return WdfDevStatePnpFailed;
}

static WDF_DEVICE_PNP_STATE failed(struct wdf_pnp *pnp)
{
    clean_up_for_remove(pnp);
    return WdfDevStatePnpFailedPowerPolicyRemoved;
}

static WDF_DEVICE_PNP_STATE failed_policy_removed(struct wdf_pnp *pnp)
{
    if (pnp->failed_action != WdfDeviceFailedUndefined || pnp->has_failed)
        IoInvalidateDeviceState(pnp->device->pdo);
    return WdfDevStatePnpFailedWaitForRemove;
}

static WDF_DEVICE_PNP_STATE failed_surprise_removed(struct wdf_pnp *pnp)
{
    tell_surprise(pnp);
    return WdfDevStatePnpFailedWaitForRemove;
}

static WDF_DEVICE_PNP_STATE failed_started(struct wdf_pnp *pnp)
{
    pnp->status = STATUS_INVALID_DEVICE_STATE;
    return WdfDevStatePnpFailedWaitForRemove;
}

/* ---- the table --------------------------------------------------------------------------- */

#define STATE(name, work_of)                                                                       \
    {                                                                                              \
        WdfDevStatePnp##name, work_of, {{0}}, 0                                                    \
    }
#define EDGES(...) {__VA_ARGS__}, sizeof((struct pnp_edge[]){__VA_ARGS__}) / sizeof(struct pnp_edge)
#define ON(event_name, next_name)                                                                  \
    {                                                                                              \
        WDF_PNP_##event_name, WdfDevStatePnp##next_name                                            \
    }

static const struct pnp_state pnp_states[] = {
    {WdfDevStatePnpInit, NULL,
     EDGES(ON(START, InitStarting), ON(QUERY_REMOVE, InitQueryRemove), ON(REMOVE, Removed),
           ON(PARENT_REMOVED, Removed), ON(SURPRISE_REMOVE, InitSurpriseRemoved),
           ON(EJECT, EjectHardware))},
    STATE(InitStarting, init_starting),
    STATE(InitSurpriseRemoved, init_surprise_removed),
    {WdfDevStatePnpInitQueryRemove, NULL, EDGES(ON(REMOVE, Removed), ON(CANCEL_REMOVE, Init))},
    STATE(HardwareAvailable, hardware_available),
    STATE(HardwareAvailablePowerPolicyFailed, power_policy_failed),
    STATE(EnableInterfaces, enable_interfaces),
    STATE(FailedInit, failed_init),

    {WdfDevStatePnpStarted, NULL,
     EDGES(ON(QUERY_REMOVE, QueryRemoveStaticCheck), ON(QUERY_STOP, QueryStopStaticCheck),
           ON(CANCEL_STOP, StartedCancelStop), ON(CANCEL_REMOVE, StartedCancelRemove),
           ON(REMOVE, StartedRemoving), ON(SURPRISE_REMOVE, SurpriseRemoveIoStarted),
           ON(START, Restart))},
    STATE(StartedCancelStop, back_to_started),
    STATE(StartedCancelRemove, back_to_started),

    STATE(QueryStopStaticCheck, query_stop_check),
    STATE(QueryStopAskDriver, query_stop_ask),
    STATE(QueryStopEnsureDeviceAwake, query_stop_awake),
    {WdfDevStatePnpQueryStopPending, NULL,
     EDGES(ON(STOP, StartedStopping), ON(CANCEL_STOP, QueryCanceled),
           ON(SURPRISE_REMOVE, QueriedSurpriseRemove))},
    STATE(QueryCanceled, query_canceled),
    STATE(StartedStopping, started_stopping),
    {WdfDevStatePnpStopped, stopped,
     EDGES(ON(START, StoppedWaitForStartCompletion), ON(SURPRISE_REMOVE, SurpriseRemove))},
    STATE(StoppedWaitForStartCompletion, stopped_starting),
    STATE(StartingFromStopped, starting_from_stopped),
    STATE(Restarting, restarting),
    STATE(Restart, restart),
    STATE(RestartReleaseHardware, restart_release_hardware),
    STATE(RestartHardwareAvailable, restart_hardware_available),

    STATE(QueryRemoveStaticCheck, query_remove_check),
    STATE(QueryRemoveAskDriver, query_remove_ask),
    STATE(QueryRemoveEnsureDeviceAwake, query_remove_awake),
    {WdfDevStatePnpQueryRemovePending, NULL,
     EDGES(ON(REMOVE, QueriedRemoving), ON(CANCEL_REMOVE, QueryCanceled),
           ON(SURPRISE_REMOVE, QueriedSurpriseRemove))},
    STATE(QueriedRemoving, queried_removing),
    STATE(StartedRemoving, started_removing),
    STATE(RemovingDisableInterfaces, removing_disable_interfaces),
    STATE(Removed, removed),
    STATE(RemovedChildrenRemoved, removed_children_removed),
    STATE(FdoRemoved, end_of_device),
    STATE(Final, NULL),

    STATE(CheckForDevicePresence, check_presence),
    {WdfDevStatePnpRemovedPdoWait, NULL,
     EDGES(ON(EJECT, EjectHardware), ON(START, PdoRestart), ON(REMOVE, CheckForDevicePresence),
           ON(PARENT_REMOVED, PdoRemoved), ON(SURPRISE_REMOVE, RemovedPdoSurpriseRemoved))},
    STATE(RemovedPdoSurpriseRemoved, pdo_surprise_removed),
    STATE(PdoRestart, pdo_restart),
    STATE(PdoRemoved, end_of_device),
    STATE(EjectHardware, eject_hardware),
    {WdfDevStatePnpEjectFailed, NULL,
     EDGES(ON(START, PdoRestart), ON(SURPRISE_REMOVE, SurpriseRemove), ON(REMOVE, PdoRemoved),
           ON(PARENT_REMOVED, PdoRemoved))},
    {WdfDevStatePnpEjectedWaitingForRemove, NULL,
     EDGES(ON(REMOVE, PdoRemoved), ON(PARENT_REMOVED, PdoRemoved))},

    STATE(SurpriseRemoveIoStarted, surprise_remove_started),
    STATE(QueriedSurpriseRemove, queried_surprise_remove),
    STATE(SurpriseRemove, surprise_remove),
    STATE(FailedIoStarting, failed_io_starting),
    STATE(FailedOwnHardware, failed_own_hardware),
    STATE(Failed, failed),
    STATE(FailedPowerPolicyRemoved, failed_policy_removed),
    {WdfDevStatePnpFailedWaitForRemove, NULL,
     EDGES(ON(REMOVE, Removed), ON(PARENT_REMOVED, Removed),
           ON(SURPRISE_REMOVE, FailedSurpriseRemoved), ON(START, FailedStarted))},
    STATE(FailedSurpriseRemoved, failed_surprise_removed),
    STATE(FailedStarted, failed_started),
};

static const struct pnp_state *find_state(WDF_DEVICE_PNP_STATE state)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(pnp_states) - 1 && pnp_states[i].state != state; i++)
        ;
    return &pnp_states[i];
}

/* STAY: the event means nothing in this state. */
static WDF_DEVICE_PNP_STATE next_state(const struct pnp_state *state, enum wdf_pnp_event event)
{
    ULONG i;

    for (i = 0; i < state->edge_count; i++) {
        if (state->edges[i].event == event)
            return state->edges[i].next;
    }
    return STAY;
}

NTSTATUS wdf_pnp_event(struct wdf_device *device, enum wdf_pnp_event event, PIRP irp)
{
    struct wdf_pnp *pnp = device->pnp;
    const struct pnp_state *state;
    WDF_DEVICE_PNP_STATE next;
    NTSTATUS status;

    KeWaitForSingleObject(&pnp->turn, Executive, KernelMode, FALSE, NULL);
    pnp->irp = irp;
    pnp->status = STATUS_SUCCESS;
    next = next_state(find_state(pnp->state), event);
    while (next != STAY) {
        wdf_set_state(device, (PULONG)&pnp->state, next);
        state = find_state(next);
        next = state->work ? state->work(pnp) : STAY;
        wdf_state_processed(device, state->state);
    }
    status = pnp->status;
    pnp->irp = NULL;
    KeSetEvent(&pnp->turn, IO_NO_INCREMENT, FALSE);
    return status;
}

/* ---- watchers of states --------------------------------------------------------------------- */

/* The three structures for notifications differ in the type of their states alone. */
static VOID notify(struct wdf_device *device, ULONG watched, WDF_STATE_NOTIFICATION_TYPE type,
                   ULONG current, ULONG next)
{
    WDF_DEVICE_PNP_NOTIFICATION_DATA data = {.Type = type};
    struct wdf_state_callback *callback = device->config.state_callbacks;
    ULONG state = WdfDevStateNormalize(watched);

    while (callback && callback->state != state)
        callback = callback->next;
    if (!callback || !(callback->types & type))
        return;
    data.Data.EnterState.CurrentState = (WDF_DEVICE_PNP_STATE)current;
    data.Data.EnterState.NewState = (WDF_DEVICE_PNP_STATE)next;
    if (state < WdfDevStatePowerObjectCreated)
        callback->pnp(wdf_handle_of(device), &data);
    else if (state < WdfDevStatePwrPolObjectCreated)
        callback->power(wdf_handle_of(device), (PCWDF_DEVICE_POWER_NOTIFICATION_DATA)(PVOID)&data);
    else
        callback->policy(wdf_handle_of(device),
                         (PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA)(PVOID)&data);
}

VOID wdf_tell_states(struct wdf_device *device, ULONG current, ULONG next)
{
    if (!device->config.state_callbacks)
        return;
    notify(device, current, StateNotificationLeaveState, current, next);
    notify(device, next, StateNotificationEnterState, current, next);
}

VOID wdf_set_state(struct wdf_device *device, ULONG *state, ULONG next)
{
    wdf_tell_states(device, *state, next);
    __atomic_store_n(state, next, __ATOMIC_RELAXED);
}

VOID wdf_state_processed(struct wdf_device *device, ULONG state)
{
    if (device->config.state_callbacks)
        notify(device, state, StateNotificationPostProcessState, state, 0);
}

VOID wdf_device_failed(struct wdf_device *device)
{
    device->pnp->has_failed = TRUE;
    IoInvalidateDeviceState(device->pdo);
}

/* ---- making and freeing ---------------------------------------------------------------------- */

static BOOLEAN is_policy_owner(PWDFDEVICE_INIT init)
{
    struct wdf_device_config *config = &init->config;

    if (config->power_policy_ownership != WdfUseDefault)
        return config->power_policy_ownership == WdfTrue;
    return config->kind == WDF_DEVICE_PDO ? init->pdo_init->identity.is_raw
                                          : config->kind == WDF_DEVICE_FDO;
}

static VOID set_defaults(struct wdf_pnp *pnp)
{
    WDF_DEVICE_STATE_INIT(&pnp->device_state);
    WDF_DEVICE_PNP_CAPABILITIES_INIT(&pnp->capabilities);
    WDF_DEVICE_POWER_CAPABILITIES_INIT(&pnp->power_capabilities);
    KeInitializeEvent(&pnp->turn, SynchronizationEvent, TRUE);
    KeInitializeSpinLock(&pnp->lock);
    KeInitializeSpinLock(&pnp->relations_lock);
    ExInitializeFastMutex(&pnp->child_lists_lock);
    ExInitializeFastMutex(&pnp->interface_lock);
    InitializeListHead(&pnp->child_lists);
    InitializeListHead(&pnp->interrupts);
}

static NTSTATUS make_kind(struct wdf_device *device, PWDFDEVICE_INIT init)
{
    ULONG tag = device->object.globals->seen.DriverTag;

    if (wdf_is_fdo(&device->config)) {
        device->fdo = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*device->fdo), tag);
        if (!device->fdo)
            return STATUS_INSUFFICIENT_RESOURCES;
        if (init->fdo)
            device->fdo->callbacks = init->fdo->callbacks;
        return STATUS_SUCCESS;
    }
    return wdf_make_pdo(device, init);
}

NTSTATUS wdf_make_pnp(struct wdf_device *device, PWDFDEVICE_INIT init)
{
    struct wdf_pnp *pnp =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*pnp), device->object.globals->seen.DriverTag);
    NTSTATUS status;

    if (!pnp)
        return STATUS_INSUFFICIENT_RESOURCES;
    pnp->device = device;
    pnp->state = WdfDevStatePnpInit;
    device->pnp = pnp;
    set_defaults(pnp);
    wdf_power_initialize(device);
    status = make_kind(device, init);
    if (NT_SUCCESS(status))
        status = wdf_make_cm_list(device, &pnp->raw);
    if (NT_SUCCESS(status))
        status = wdf_make_cm_list(device, &pnp->translated);
    device->config.is_power_policy_owner = is_policy_owner(init);
    if (NT_SUCCESS(status) && device->config.is_power_policy_owner)
        status = wdf_make_policy(device);
    return status;
}

VOID wdf_free_pnp(struct wdf_device *device)
{
    struct wdf_pnp *pnp = device->pnp;

    if (!pnp)
        return;
    wdf_free_policy(device);
    wdf_free_query_interfaces(device);
    wdf_clear_relations(device, &pnp->removal);
    wdf_clear_relations(device, &pnp->dependents);
    wdf_free_pdo(device);
    if (device->fdo)
        ExFreePool(device->fdo);
    if (pnp->raw)
        wdf_delete_cm_list(pnp->raw);
    if (pnp->translated)
        wdf_delete_cm_list(pnp->translated);
    ExFreePool(pnp);
    device->pnp = NULL;
}
