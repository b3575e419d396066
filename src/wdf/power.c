/*
 * D0 and back: the callbacks for a device's power, in their order.
 *
 * Powering up goes through the steps from first to last; where one fails, those before
 * it are taken back. Powering down goes from last to first and through all of them: a
 * step that fails makes the device a failed one, but the next is still due.
 */
#include "dma.h"
#include "driver.h"
#include "interrupt.h"

struct power_step {
    /* The state while powering up: because the device starts, or on its way back to D0. */
    WDF_DEVICE_POWER_STATE starting, waking;
    NTSTATUS (*enter)(struct wdf_device *device);
    /* May be called after an enter that succeeded. NULL: nothing to take back. */
    NTSTATUS (*leave)(struct wdf_device *device, WDF_POWER_DEVICE_STATE target);
};

static WDFDEVICE handle_of(struct wdf_device *device)
{
    return wdf_handle_of(device);
}

/* ---- D0 entry and exit ------------------------------------------------------------ */

static NTSTATUS enter_d0(struct wdf_device *device)
{
    PFN_WDF_DEVICE_D0_ENTRY entry = device->config.pnp.EvtDeviceD0Entry;

    return entry ? entry(handle_of(device), device->pnp->power.device_state) : STATUS_SUCCESS;
}

static NTSTATUS leave_d0(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    PFN_WDF_DEVICE_D0_EXIT leave = device->config.pnp.EvtDeviceD0Exit;

    return leave ? leave(handle_of(device), target) : STATUS_SUCCESS;
}

static NTSTATUS disconnect_interrupts(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    UNREFERENCED_PARAMETER(target);
    return wdf_disconnect_interrupts(device);
}

static NTSTATUS interrupts_enabled(struct wdf_device *device)
{
    PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED enabled =
        device->config.pnp.EvtDeviceD0EntryPostInterruptsEnabled;

    return enabled ? enabled(handle_of(device), device->pnp->power.device_state) : STATUS_SUCCESS;
}

static NTSTATUS before_interrupts_disabled(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED disabled =
        device->config.pnp.EvtDeviceD0ExitPreInterruptsDisabled;

    return disabled ? disabled(handle_of(device), target) : STATUS_SUCCESS;
}

static NTSTATUS scan(struct wdf_device *device)
{
    wdf_scan_children(device);
    return STATUS_SUCCESS;
}

static NTSTATUS disable_dma(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    UNREFERENCED_PARAMETER(target);
    return wdf_disable_dma(device);
}

static NTSTATUS disarm(struct wdf_device *device)
{
    wdf_disarm(device);
    return STATUS_SUCCESS;
}

static NTSTATUS arm(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    UNREFERENCED_PARAMETER(target);
    wdf_arm(device);
    return STATUS_SUCCESS;
}

static NTSTATUS resume_queues(struct wdf_device *device)
{
    wdf_resume_queues_for_power(device);
    return STATUS_SUCCESS;
}

static NTSTATUS hold_queues(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    UNREFERENCED_PARAMETER(target);
    wdf_stop_queues_for_power(device);
    return STATUS_SUCCESS;
}

/* ---- self-managed I/O --------------------------------------------------------------- */

static NTSTATUS start_self_managed(struct wdf_device *device)
{
    WDF_PNPPOWER_EVENT_CALLBACKS *callbacks = &device->config.pnp;
    struct wdf_power *power = &device->pnp->power;
    NTSTATUS status = STATUS_SUCCESS;

    switch (power->self_managed) {
    case WDF_SELF_MANAGED_CREATED:
        if (callbacks->EvtDeviceSelfManagedIoInit)
            status = callbacks->EvtDeviceSelfManagedIoInit(handle_of(device));
        power->self_managed =
            NT_SUCCESS(status) ? WDF_SELF_MANAGED_STARTED : WDF_SELF_MANAGED_INIT_FAILED;
        break;
    case WDF_SELF_MANAGED_STOPPED:
    case WDF_SELF_MANAGED_FLUSHED:
        if (callbacks->EvtDeviceSelfManagedIoRestart)
            status = callbacks->EvtDeviceSelfManagedIoRestart(handle_of(device));
        power->self_managed =
            NT_SUCCESS(status) ? WDF_SELF_MANAGED_STARTED : WDF_SELF_MANAGED_FAILED;
        break;
    default:
        break;
    }
    return status;
}

static NTSTATUS suspend_self_managed(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND suspend =
        device->config.pnp.EvtDeviceSelfManagedIoSuspend;
    struct wdf_power *power = &device->pnp->power;
    NTSTATUS status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(target);
    if (power->self_managed != WDF_SELF_MANAGED_STARTED)
        return STATUS_SUCCESS;
    if (suspend)
        status = suspend(handle_of(device));
    power->self_managed = NT_SUCCESS(status) ? WDF_SELF_MANAGED_STOPPED : WDF_SELF_MANAGED_FAILED;
    return status;
}

VOID wdf_flush_self_managed(struct wdf_device *device)
{
    PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH flush = device->config.pnp.EvtDeviceSelfManagedIoFlush;
    struct wdf_power *power = &device->pnp->power;

    if (power->self_managed == WDF_SELF_MANAGED_CREATED ||
        power->self_managed >= WDF_SELF_MANAGED_FLUSHED)
        return;
    if (flush)
        flush(handle_of(device));
    power->self_managed = WDF_SELF_MANAGED_FLUSHED;
}

VOID wdf_clean_up_self_managed(struct wdf_device *device)
{
    PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP clean_up =
        device->config.pnp.EvtDeviceSelfManagedIoCleanup;
    struct wdf_power *power = &device->pnp->power;

    if (power->self_managed != WDF_SELF_MANAGED_FLUSHED)
        return;
    if (clean_up)
        clean_up(handle_of(device));
    power->self_managed = WDF_SELF_MANAGED_CLEANED_UP;
}

/* ---- the steps ------------------------------------------------------------------------ */

static const struct power_step steps[] = {
    {WdfDevStatePowerD0Starting, WdfDevStatePowerWaking, enter_d0, leave_d0},
    {WdfDevStatePowerD0StartingConnectInterrupt, WdfDevStatePowerWakingConnectInterrupt,
     wdf_connect_interrupts, disconnect_interrupts},
    {WdfDevStatePowerD0StartingConnectInterrupt, WdfDevStatePowerWakingConnectInterrupt,
     interrupts_enabled, before_interrupts_disabled},
    {WdfDevStatePowerD0StartingDmaEnable, WdfDevStatePowerWakingDmaEnable, wdf_enable_dma,
     disable_dma},
    {WdfDevStatePowerD0StartingDmaEnable, WdfDevStatePowerWakingDmaEnable, scan, NULL},
    {WdfDevStatePowerD0StartingPostHardwareEnabled, WdfDevStatePowerWakingPostHardwareEnabled,
     disarm, arm},
    {WdfDevStatePowerD0StartingStartSelfManagedIo, WdfDevStatePowerStartSelfManagedIo,
     resume_queues, hold_queues},
    {WdfDevStatePowerD0StartingStartSelfManagedIo, WdfDevStatePowerStartSelfManagedIo,
     start_self_managed, suspend_self_managed},
};

/* From this step on down the driver's requests have stopped. */
#define IO_STOPPED 5

static VOID enter_state(struct wdf_device *device, WDF_DEVICE_POWER_STATE state)
{
    struct wdf_power *power = &device->pnp->power;

    if (power->state == state)
        return;
    wdf_state_processed(device, power->state);
    wdf_set_state(device, (PULONG)&power->state, state);
}

static VOID settle(struct wdf_device *device, WDF_DEVICE_POWER_STATE state)
{
    enter_state(device, state);
    wdf_state_processed(device, state);
}

/* A child needs its parent in D0 while it is there itself. */
static NTSTATUS reference_parent(struct wdf_device *device)
{
    struct wdf_pdo *pdo = device->pdo_part;
    NTSTATUS status;

    if (!pdo || pdo->identity.is_independent || device->pnp->power.has_parent)
        return STATUS_SUCCESS;
    status = wdf_power_reference(pdo->parent, TRUE);
    device->pnp->power.has_parent = NT_SUCCESS(status);
    return status;
}

static VOID dereference_parent(struct wdf_device *device)
{
    if (!device->pnp->power.has_parent)
        return;
    device->pnp->power.has_parent = FALSE;
    wdf_power_dereference(device->pdo_part->parent);
}

static NTSTATUS take_steps(struct wdf_device *device, BOOLEAN is_start)
{
    LONG i;
    NTSTATUS status = STATUS_SUCCESS;

    for (i = 0; i < (LONG)RTL_NUMBER_OF(steps); i++) {
        enter_state(device, is_start ? steps[i].starting : steps[i].waking);
        status = steps[i].enter(device);
        if (!NT_SUCCESS(status))
            break;
    }
    while (!NT_SUCCESS(status) && --i >= 0) {
        if (steps[i].leave && steps[i].leave != arm)
            steps[i].leave(device, WdfPowerDeviceD3Final);
    }
    return status;
}

static NTSTATUS go_up(struct wdf_device *device, BOOLEAN is_start)
{
    struct wdf_power *power = &device->pnp->power;
    WDF_DEVICE_POWER_STATE settled =
        device->device_object->Flags & DO_POWER_PAGABLE ? WdfDevStatePowerD0 : WdfDevStatePowerD0NP;
    NTSTATUS status;

    if (power->device_state == WdfPowerDeviceD0)
        return STATUS_SUCCESS;
    enter_state(device, is_start ? WdfDevStatePowerStartingCheckDeviceType
                                 : WdfDevStatePowerCheckParentState);
    status = reference_parent(device);
    if (NT_SUCCESS(status))
        status = take_steps(device, is_start);
    if (!NT_SUCCESS(status)) {
        dereference_parent(device);
        settle(device, is_start ? WdfDevStatePowerInitialPowerUpFailed : WdfDevStatePowerUpFailed);
        return status;
    }
    power->device_state = WdfPowerDeviceD0;
    settle(device, settled);
    return STATUS_SUCCESS;
}

static NTSTATUS go_down(struct wdf_device *device, WDF_POWER_DEVICE_STATE target, BOOLEAN is_stop)
{
    struct wdf_power *power = &device->pnp->power;
    NTSTATUS status = STATUS_SUCCESS;
    LONG i;

    if (power->device_state != WdfPowerDeviceD0) {
        power->device_state = target;
        return STATUS_SUCCESS;
    }
    if (device->pdo_part)
        wdf_follow_wait_wake(device);
    enter_state(device, is_stop ? WdfDevStatePowerGotoD3Stopped : WdfDevStatePowerGotoDx);
    for (i = RTL_NUMBER_OF(steps) - 1; i >= 0; i--) {
        NTSTATUS step = STATUS_SUCCESS;

        if (i < IO_STOPPED && !is_stop)
            enter_state(device, WdfDevStatePowerGotoDxIoStopped);
        if (steps[i].leave && !(is_stop && steps[i].leave == arm))
            step = steps[i].leave(device, target);
        if (!NT_SUCCESS(step))
            status = step;
    }
    power->device_state = target;
    dereference_parent(device);
    settle(device, is_stop ? WdfDevStatePowerStopped : WdfDevStatePowerDx);
    return status;
}

/* ---- whose turn it is -------------------------------------------------------------------- */

VOID wdf_power_initialize(struct wdf_device *device)
{
    struct wdf_power *power = &device->pnp->power;

    power->state = WdfDevStatePowerObjectCreated;
    power->device_state = WdfPowerDeviceD3Final;
    power->system_state = PowerSystemWorking;
    power->action = PowerActionNone;
    KeInitializeEvent(&power->turn, SynchronizationEvent, TRUE);
}

static NTSTATUS in_turn_up(struct wdf_device *device, BOOLEAN is_start)
{
    struct wdf_power *power = &device->pnp->power;
    NTSTATUS status;

    KeWaitForSingleObject(&power->turn, Executive, KernelMode, FALSE, NULL);
    status = go_up(device, is_start);
    KeSetEvent(&power->turn, IO_NO_INCREMENT, FALSE);
    return status;
}

static NTSTATUS in_turn_down(struct wdf_device *device, WDF_POWER_DEVICE_STATE target,
                             BOOLEAN is_stop)
{
    struct wdf_power *power = &device->pnp->power;
    NTSTATUS status;

    KeWaitForSingleObject(&power->turn, Executive, KernelMode, FALSE, NULL);
    status = go_down(device, target, is_stop);
    KeSetEvent(&power->turn, IO_NO_INCREMENT, FALSE);
    return status;
}

NTSTATUS wdf_power_start(struct wdf_device *device)
{
    NTSTATUS status;

    wdf_policy_starting(device);
    status = in_turn_up(device, TRUE);
    wdf_policy_started(device, status);
    return status;
}

NTSTATUS wdf_power_stop(struct wdf_device *device)
{
    wdf_policy_stop(device, FALSE);
    return in_turn_down(device, WdfPowerDeviceD3Final, TRUE);
}

NTSTATUS wdf_power_up(struct wdf_device *device)
{
    NTSTATUS status = in_turn_up(device, FALSE);

    if (!NT_SUCCESS(status))
        wdf_device_failed(device);
    return status;
}

NTSTATUS wdf_power_down(struct wdf_device *device, WDF_POWER_DEVICE_STATE target)
{
    NTSTATUS status = in_turn_down(device, target, FALSE);

    if (!NT_SUCCESS(status))
        wdf_device_failed(device);
    return status;
}
