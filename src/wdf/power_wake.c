/*
 * Wake signals. The owner of the power policy sends a wait-wake IRP down before its device
 * goes to a Dx from which it may wake itself or the system; the bus driver at the bottom
 * keeps the IRP and completes it with success when the device has signaled.
 */
#include "driver.h"
#include "pnp.h"

/* ---- the owner of the policy ----------------------------------------------------------- */

static VOID NTAPI wake_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                            PIO_STATUS_BLOCK result)
{
    struct wdf_policy *policy = context;
    KIRQL irql;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    KeAcquireSpinLock(&policy->lock, &irql);
    policy->is_triggered = NT_SUCCESS(result->Status);
    KeSetEvent(&policy->no_wait_wake, IO_NO_INCREMENT, FALSE);
    KeReleaseSpinLock(&policy->lock, irql);
    wdf_policy_kick(policy);
    wdf_policy_requested(policy);
}

NTSTATUS wdf_request_wait_wake(struct wdf_policy *policy, SYSTEM_POWER_STATE state)
{
    POWER_STATE power = {.SystemState = state};
    NTSTATUS status;
    KIRQL irql;

    /* One that is left from the last time was cancelled; its end has to be seen first. */
    KeWaitForSingleObject(&policy->no_wait_wake, Executive, KernelMode, FALSE, NULL);
    status = IoAcquireRemoveLock(&policy->device->remove_lock, policy);
    if (!NT_SUCCESS(status))
        return status;
    KeAcquireSpinLock(&policy->lock, &irql);
    KeClearEvent(&policy->no_wait_wake);
    policy->is_triggered = FALSE;
    policy->is_wake_requested = TRUE;
    KeReleaseSpinLock(&policy->lock, irql);
    status =
        PoRequestPowerIrp(policy->device->pdo, IRP_MN_WAIT_WAKE, power, wake_done, policy, NULL);
    if (NT_SUCCESS(status))
        return STATUS_SUCCESS;
    policy->is_wake_requested = FALSE;
    KeSetEvent(&policy->no_wait_wake, IO_NO_INCREMENT, FALSE);
    wdf_policy_requested(policy);
    return status;
}

/*
 * The IRP may be completed while it is being cancelled: then its completion routine leaves
 * it to the canceller to let it go on.
 */
VOID wdf_cancel_wait_wake(struct wdf_policy *policy)
{
    BOOLEAN is_left;
    KIRQL irql;
    PIRP irp;

    if (!policy->device->attached) {
        wdf_indicate_wake(policy->device, STATUS_CANCELLED);
        return;
    }
    KeAcquireSpinLock(&policy->lock, &irql);
    irp = policy->wait_wake;
    policy->is_cancelling = irp != NULL;
    KeReleaseSpinLock(&policy->lock, irql);
    if (!irp)
        return;
    IoCancelIrp(irp);
    KeAcquireSpinLock(&policy->lock, &irql);
    policy->is_cancelling = FALSE;
    is_left = policy->wait_wake == NULL;
    KeReleaseSpinLock(&policy->lock, irql);
    if (is_left) {
        IoReleaseRemoveLock(&policy->device->remove_lock, irp);
        IoCompleteRequest(irp, IO_NO_INCREMENT);
    }
}

static NTSTATUS NTAPI wait_wake_returned(PDEVICE_OBJECT device_object, PIRP irp, PVOID context)
{
    struct wdf_policy *policy = context;
    BOOLEAN is_cancelling;
    KIRQL irql;

    UNREFERENCED_PARAMETER(device_object);
    KeAcquireSpinLock(&policy->lock, &irql);
    policy->wait_wake = NULL;
    is_cancelling = policy->is_cancelling;
    KeReleaseSpinLock(&policy->lock, irql);
    PoStartNextPowerIrp(irp);
    if (is_cancelling)
        return STATUS_MORE_PROCESSING_REQUIRED;
    IoReleaseRemoveLock(&policy->device->remove_lock, irp);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    return STATUS_CONTINUE_COMPLETION;
}

/* Sends the policy's own IRP on; returns FALSE if it is somebody else's. */
static BOOLEAN claim(struct wdf_policy *policy, PIRP irp)
{
    BOOLEAN is_ours;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    is_ours = policy->is_wake_requested;
    policy->is_wake_requested = FALSE;
    if (is_ours && policy->device->attached)
        policy->wait_wake = irp;
    KeReleaseSpinLock(&policy->lock, irql);
    return is_ours;
}

VOID wdf_arm(struct wdf_device *device)
{
    WDF_POWER_POLICY_EVENT_CALLBACKS *callbacks = &device->config.power_policy;
    struct wdf_policy *policy = device->pnp->policy;
    NTSTATUS status = STATUS_SUCCESS;

    if (!policy || policy->wake_from == WDF_WAKE_NONE)
        return;
    if (policy->wake_from == WDF_WAKE_S0) {
        if (callbacks->EvtDeviceArmWakeFromS0)
            status = callbacks->EvtDeviceArmWakeFromS0(wdf_handle_of(device));
    } else if (callbacks->EvtDeviceArmWakeFromSx) {
        status = callbacks->EvtDeviceArmWakeFromSx(wdf_handle_of(device));
    } else if (callbacks->EvtDeviceArmWakeFromSxWithReason) {
        status = callbacks->EvtDeviceArmWakeFromSxWithReason(wdf_handle_of(device),
                                                             policy->wake.is_enabled, FALSE);
    }
    if (NT_SUCCESS(status)) {
        policy->armed = policy->wake_from;
        return;
    }
    if (policy->wake_from == WDF_WAKE_SX && callbacks->EvtDeviceDisarmWakeFromSx)
        callbacks->EvtDeviceDisarmWakeFromSx(wdf_handle_of(device));
    wdf_cancel_wait_wake(policy);
}

VOID wdf_disarm(struct wdf_device *device)
{
    WDF_POWER_POLICY_EVENT_CALLBACKS *callbacks = &device->config.power_policy;
    struct wdf_policy *policy = device->pnp->policy;
    BOOLEAN is_s0;

    if (!policy || policy->wake_from == WDF_WAKE_NONE)
        return;
    is_s0 = policy->armed == WDF_WAKE_S0;
    wdf_cancel_wait_wake(policy);
    KeWaitForSingleObject(&policy->no_wait_wake, Executive, KernelMode, FALSE, NULL);
    if (policy->armed != WDF_WAKE_NONE) {
        PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED triggered =
            is_s0 ? callbacks->EvtDeviceWakeFromS0Triggered
                  : callbacks->EvtDeviceWakeFromSxTriggered;
        PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0 disarm =
            is_s0 ? callbacks->EvtDeviceDisarmWakeFromS0 : callbacks->EvtDeviceDisarmWakeFromSx;

        if (policy->is_triggered && triggered)
            triggered(wdf_handle_of(device));
        if (disarm)
            disarm(wdf_handle_of(device));
    }
    policy->armed = policy->wake_from = WDF_WAKE_NONE;
    policy->is_triggered = FALSE;
}

/* ---- the bus driver ------------------------------------------------------------------------ */

/* Takes the IRP that waits, so that the caller completes it; NULL if there is none. */
static PIRP take_wait_wake(struct wdf_pdo *pdo)
{
    KIRQL irql;
    PIRP irp;

    KeAcquireSpinLock(&pdo->wake_lock, &irql);
    irp = pdo->wait_wake;
    if (irp && !IoSetCancelRoutine(irp, NULL))
        irp = NULL; /* its cancel routine has it */
    else
        pdo->wait_wake = NULL;
    KeReleaseSpinLock(&pdo->wake_lock, irql);
    return irp;
}

static NTSTATUS complete_wake(struct wdf_device *device, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    PoStartNextPowerIrp(irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* The bus listens for the signal while somebody waits for it. The power turn is the caller's. */
VOID wdf_follow_wait_wake(struct wdf_device *device)
{
    struct wdf_pdo *pdo = device->pdo_part;
    WDF_PDO_EVENT_CALLBACKS *callbacks = &pdo->identity.callbacks;
    SYSTEM_POWER_STATE state;
    BOOLEAN is_wanted;
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&pdo->wake_lock, &irql);
    is_wanted = pdo->wait_wake != NULL;
    state = pdo->wake_state;
    KeReleaseSpinLock(&pdo->wake_lock, irql);
    if (is_wanted && !pdo->is_wake_enabled) {
        status = callbacks->EvtDeviceEnableWakeAtBus(wdf_handle_of(device), state);
        pdo->is_wake_enabled = NT_SUCCESS(status);
        if (!NT_SUCCESS(status))
            wdf_indicate_wake(device, status);
    } else if (!is_wanted && pdo->is_wake_enabled) {
        if (callbacks->EvtDeviceDisableWakeAtBus)
            callbacks->EvtDeviceDisableWakeAtBus(wdf_handle_of(device));
        pdo->is_wake_enabled = FALSE;
    }
}

static VOID NTAPI work_wait(PVOID context)
{
    struct wdf_device *device = context;
    LONG *changes = &device->pdo_part->wake_changes;
    LONG seen;

    do {
        seen = __atomic_load_n(changes, __ATOMIC_ACQUIRE);
        KeWaitForSingleObject(&device->pnp->power.turn, Executive, KernelMode, FALSE, NULL);
        wdf_follow_wait_wake(device);
        KeSetEvent(&device->pnp->power.turn, IO_NO_INCREMENT, FALSE);
    } while (__atomic_sub_fetch(changes, seen, __ATOMIC_ACQ_REL));
    wdf_dereference(&device->object);
    wdf_finished();
}

/* Somebody waits or waits no more. The driver is told at PASSIVE_LEVEL. */
static VOID wait_changed(struct wdf_device *device)
{
    struct wdf_pdo *pdo = device->pdo_part;

    if (__atomic_add_fetch(&pdo->wake_changes, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    /* The driver's unload waits until the device may go. */
    wdf_unfinished();
    wdf_reference(&device->object);
    ExInitializeWorkItem(&pdo->wake_work, work_wait, device);
    ExQueueWorkItem(&pdo->wake_work, DelayedWorkQueue);
}

static VOID NTAPI cancel_wait(PDEVICE_OBJECT device_object, PIRP irp)
{
    struct wdf_device *device = wdf_device_of_object(device_object);
    struct wdf_pdo *pdo = device->pdo_part;
    KIRQL irql;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&pdo->wake_lock, &irql);
    if (pdo->wait_wake == irp)
        pdo->wait_wake = NULL;
    KeReleaseSpinLock(&pdo->wake_lock, irql);
    wait_changed(device);
    complete_wake(device, irp, STATUS_CANCELLED);
}

/* STATUS_PENDING: the IRP, which is marked pending, waits now. */
static NTSTATUS keep_wait_wake(struct wdf_pdo *pdo, PIRP irp)
{
    NTSTATUS status = STATUS_PENDING;
    KIRQL irql;

    KeAcquireSpinLock(&pdo->wake_lock, &irql);
    if (pdo->wait_wake) {
        status = STATUS_DEVICE_BUSY;
    } else {
        IoSetCancelRoutine(irp, cancel_wait);
        if (__atomic_load_n(&irp->Cancel, __ATOMIC_SEQ_CST) && IoSetCancelRoutine(irp, NULL))
            status = STATUS_CANCELLED;
        else {
            pdo->wait_wake = irp;
            pdo->wake_state = IoGetCurrentIrpStackLocation(irp)->Parameters.WaitWake.PowerState;
        }
    }
    KeReleaseSpinLock(&pdo->wake_lock, irql);
    return status;
}

static NTSTATUS wait_at_bus(struct wdf_device *device, PIRP irp)
{
    struct wdf_pdo *pdo = device->pdo_part;
    NTSTATUS status;

    if (!pdo->identity.callbacks.EvtDeviceEnableWakeAtBus)
        return complete_wake(device, irp, STATUS_NOT_SUPPORTED);
    IoMarkIrpPending(irp);
    wdf_reference(&device->object); /* once the IRP is kept, it and the device may go */
    status = keep_wait_wake(pdo, irp);
    if (status == STATUS_PENDING)
        wait_changed(device);
    else
        complete_wake(device, irp, status);
    wdf_dereference(&device->object);
    return STATUS_PENDING;
}

BOOLEAN wdf_indicate_wake(struct wdf_device *device, NTSTATUS status)
{
    PIRP irp = take_wait_wake(device->pdo_part);

    if (!irp)
        return FALSE;
    wait_changed(device);
    complete_wake(device, irp, status);
    return TRUE;
}

/* ---- IRP_MN_WAIT_WAKE ------------------------------------------------------------------- */

NTSTATUS wdf_dispatch_wait_wake(struct wdf_device *device, PIRP irp)
{
    struct wdf_policy *policy = device->pnp->policy;

    if (policy && !claim(policy, irp))
        wdf_violation(WDF_POWER_MULTIPLE_PPO, (ULONG_PTR)device->device_object, (ULONG_PTR)irp,
                      __func__,
                      "device %p owns its stack's power policy and did not ask for this IRP",
                      wdf_handle_of(device));
    if (!device->attached)
        return wait_at_bus(device, irp);
    if (!policy)
        return wdf_forget_power_irp(device, irp);
    IoMarkIrpPending(irp);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, wait_wake_returned, policy, TRUE, TRUE, TRUE);
    PoCallDriver(device->attached, irp);
    return STATUS_PENDING;
}
