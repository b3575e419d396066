/*
 * The owner of the power policy and the system's power: before the system sleeps the
 * device goes to Dx, armed for wake if it may wake the system; when the system is back,
 * so is the device, unless it was idle before.
 */
#include "driver.h"
#include "pnp.h"

static VOID finish_system_irp(struct wdf_policy *policy, PIRP irp)
{
    struct wdf_device *device = policy->device;

    irp->IoStatus.Status = STATUS_SUCCESS;
    PoStartNextPowerIrp(irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

/* Waits until no device IRP of the policy's is under way. Lock held on return. */
static VOID lock_settled(struct wdf_policy *policy, PKIRQL irql)
{
    for (;;) {
        KeWaitForSingleObject(&policy->settled, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&policy->lock, irql);
        if (policy->state != WDF_POLICY_GOING_UP && policy->state != WDF_POLICY_GOING_DOWN &&
            policy->state != WDF_POLICY_SLEEPING)
            return;
        KeReleaseSpinLock(&policy->lock, *irql);
    }
}

/* ---- to sleep ---------------------------------------------------------------------- */

static BOOLEAN wakes_from(struct wdf_policy *policy, SYSTEM_POWER_STATE system)
{
    return policy->wake.is_enabled && policy->device->pnp->power.action != PowerActionShutdown &&
           system <= policy->capabilities.SystemWake && system <= PowerSystemHibernate;
}

/* The deepest that is needed: armed as the driver said, else as it said for no wake, or D3. */
static DEVICE_POWER_STATE sleeping_state(struct wdf_policy *policy, SYSTEM_POWER_STATE system,
                                         BOOLEAN is_armed)
{
    DEVICE_POWER_STATE ideal = policy->device->pnp->power_capabilities.IdealDxStateForSx;
    DEVICE_POWER_STATE least = policy->capabilities.DeviceState[system];

    if (is_armed)
        return policy->wake.state;
    if (ideal < PowerDeviceD1 || ideal > PowerDeviceD3)
        return PowerDeviceD3;
    return max(ideal, least);
}

static VOID asleep(struct wdf_policy *policy, NTSTATUS status)
{
    PIRP irp = policy->system_irp;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    wdf_policy_set(policy, NT_SUCCESS(status) ? WDF_POLICY_ASLEEP : WDF_POLICY_FAILED);
    KeReleaseSpinLock(&policy->lock, irql);
    finish_system_irp(policy, irp);
}

static VOID NTAPI dx_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                          PIO_STATUS_BLOCK result)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    asleep(context, result->Status);
    wdf_policy_requested(context);
}

/* The state is SLEEPING. A device that cannot be armed sleeps all the same. */
static VOID power_down(struct wdf_policy *policy, SYSTEM_POWER_STATE system)
{
    BOOLEAN is_armed = wakes_from(policy, system);
    NTSTATUS status;

    if (is_armed)
        is_armed = NT_SUCCESS(wdf_request_wait_wake(policy, system));
    policy->wake_from = is_armed ? WDF_WAKE_SX : WDF_WAKE_NONE;
    status = wdf_policy_request(policy, sleeping_state(policy, system, is_armed), dx_done);
    if (!NT_SUCCESS(status))
        asleep(policy, status);
}

/* An idle device that is to wake the system up has to be armed anew, which takes D0. */
static VOID go_to_sleep(struct wdf_policy *policy, SYSTEM_POWER_STATE system)
{
    BOOLEAN wakes = FALSE;
    KIRQL irql;

    lock_settled(policy, &irql);
    if (policy->state == WDF_POLICY_IN_DX && wakes_from(policy, system)) {
        wdf_policy_set(policy, WDF_POLICY_GOING_UP);
        wakes = TRUE;
    }
    KeReleaseSpinLock(&policy->lock, irql);
    if (wakes)
        wdf_policy_wake_up(policy);
    lock_settled(policy, &irql);
    policy->was_idle = policy->state == WDF_POLICY_IN_DX || wakes;
    if (policy->state == WDF_POLICY_D0) {
        wdf_policy_set(policy, WDF_POLICY_SLEEPING);
        KeReleaseSpinLock(&policy->lock, irql);
        power_down(policy, system);
        return;
    }
    if (policy->state == WDF_POLICY_IN_DX)
        wdf_policy_set(policy, WDF_POLICY_ASLEEP);
    KeReleaseSpinLock(&policy->lock, irql);
    finish_system_irp(policy, policy->system_irp);
}

/* ---- and back --------------------------------------------------------------------------- */

static BOOLEAN may_stay_idle(struct wdf_policy *policy)
{
    return policy->was_idle && policy->idle.is_enabled && !policy->idle.can_wake &&
           !policy->idle.powers_up_on_system_wake && !policy->is_triggered &&
           policy->armed == WDF_WAKE_NONE &&
           !__atomic_load_n(&policy->references, __ATOMIC_SEQ_CST);
}

/* The system does not wait for its devices: D0 is asked for, and the IRP is done. */
static VOID wake_up(struct wdf_policy *policy)
{
    BOOLEAN wakes = FALSE;
    KIRQL irql;

    lock_settled(policy, &irql);
    if (policy->state == WDF_POLICY_ASLEEP) {
        wakes = !may_stay_idle(policy);
        wdf_policy_set(policy, wakes ? WDF_POLICY_GOING_UP : WDF_POLICY_IN_DX);
    }
    KeReleaseSpinLock(&policy->lock, irql);
    if (wakes)
        wdf_policy_wake_up(policy);
    else
        wdf_policy_kick(policy);
    finish_system_irp(policy, policy->system_irp);
}

/* With the IRP its remove lock goes: the policy is not touched afterwards. */
static VOID NTAPI work(PVOID context)
{
    struct wdf_policy *policy = context;
    SYSTEM_POWER_STATE state = policy->device->pnp->power.system_state;

    if (state == PowerSystemWorking)
        wake_up(policy);
    else
        go_to_sleep(policy, state);
}

static VOID queue_work(struct wdf_policy *policy)
{
    ExInitializeWorkItem(&policy->system_work, work, policy);
    ExQueueWorkItem(&policy->system_work, DelayedWorkQueue);
}

static NTSTATUS NTAPI below_agreed(PDEVICE_OBJECT device_object, PIRP irp, PVOID context)
{
    struct wdf_policy *policy = context;

    UNREFERENCED_PARAMETER(device_object);
    if (!NT_SUCCESS(irp->IoStatus.Status)) {
        PoStartNextPowerIrp(irp);
        IoReleaseRemoveLock(&policy->device->remove_lock, irp);
        return STATUS_CONTINUE_COMPLETION;
    }
    queue_work(policy);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS wdf_system_power(struct wdf_device *device, PIRP irp)
{
    struct wdf_policy *policy = device->pnp->policy;

    policy->system_irp = irp;
    irp->IoStatus.Status = STATUS_SUCCESS;
    IoMarkIrpPending(irp);
    if (!device->attached) {
        queue_work(policy);
        return STATUS_PENDING;
    }
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, below_agreed, policy, TRUE, TRUE, TRUE);
    PoCallDriver(device->attached, irp);
    return STATUS_PENDING;
}
