/*
 * IRP_MJ_POWER. A device's set-power IRP is worked in a system worker thread: it may come
 * at DISPATCH_LEVEL and from a thread that holds the driver's own locks.
 *
 * Power goes up from the bottom of the stack and down from its top: a D0 IRP is dealt with
 * when the drivers below are done, a Dx IRP before they see it.
 */
#include "driver.h"
#include "pnp.h"

static NTSTATUS finish_power_irp(struct wdf_device *device, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    PoStartNextPowerIrp(irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS wdf_forget_power_irp(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = irp->IoStatus.Status;

    if (!device->attached) {
        if (status == STATUS_NOT_SUPPORTED)
            status = STATUS_SUCCESS;
        return finish_power_irp(device, irp, status);
    }
    PoStartNextPowerIrp(irp);
    IoSkipCurrentIrpStackLocation(irp);
    status = PoCallDriver(device->attached, irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

/* What the driver is told: the state, or that it is the end of it. */
static WDF_POWER_DEVICE_STATE target_of(struct wdf_device *device, PIO_STACK_LOCATION stack)
{
    struct wdf_power *power = &device->pnp->power;

    switch (power->action) {
    case PowerActionShutdown:
    case PowerActionShutdownReset:
    case PowerActionShutdownOff:
        return WdfPowerDeviceD3Final;
    default:
        break;
    }
    if (power->system_state == PowerSystemHibernate &&
        device->pnp->usage[WdfSpecialFileHibernation])
        return WdfPowerDevicePrepareForHibernation;
    return (WDF_POWER_DEVICE_STATE)stack->Parameters.Power.State.DeviceState;
}

static VOID NTAPI work_device_power(PVOID context)
{
    struct wdf_device *device = context;
    PIRP irp = device->pnp->power.irp;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    POWER_STATE state = stack->Parameters.Power.State;
    NTSTATUS status = STATUS_SUCCESS;

    if (state.DeviceState == PowerDeviceD0) {
        status = wdf_power_up(device);
        PoSetPowerState(device->device_object, DevicePowerState, state);
        finish_power_irp(device, irp, status);
        return;
    }
    PoSetPowerState(device->device_object, DevicePowerState, state);
    /* A driver that cannot power down makes its device a failed one; the IRP goes on. */
    wdf_power_down(device, target_of(device, stack));
    irp->IoStatus.Status = STATUS_SUCCESS;
    wdf_forget_power_irp(device, irp);
}

static VOID queue_device_power(struct wdf_device *device, PIRP irp)
{
    struct wdf_power *power = &device->pnp->power;

    power->irp = irp;
    ExInitializeWorkItem(&power->work, work_device_power, device);
    ExQueueWorkItem(&power->work, DelayedWorkQueue);
}

static NTSTATUS NTAPI below_is_on(PDEVICE_OBJECT device_object, PIRP irp, PVOID context)
{
    struct wdf_device *device = context;

    UNREFERENCED_PARAMETER(device_object);
    if (!NT_SUCCESS(irp->IoStatus.Status)) {
        PoStartNextPowerIrp(irp);
        IoReleaseRemoveLock(&device->remove_lock, irp);
        return STATUS_CONTINUE_COMPLETION;
    }
    queue_device_power(device, irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* The owner of the policy asks for these IRPs itself; another that does so breaks its states. */
static VOID check_requested(struct wdf_device *device, PIRP irp)
{
    struct wdf_policy *policy = device->pnp->policy;

    if (!policy)
        return;
    if (!__atomic_exchange_n(&policy->is_request_ours, FALSE, __ATOMIC_ACQ_REL))
        wdf_violation(WDF_POWER_MULTIPLE_PPO, (ULONG_PTR)device->device_object, (ULONG_PTR)irp,
                      __func__,
                      "device %p owns its stack's power policy and did not ask for this IRP",
                      wdf_handle_of(device));
}

static NTSTATUS set_device_power(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

    check_requested(device, irp);
    IoMarkIrpPending(irp);
    if (stack->Parameters.Power.State.DeviceState != PowerDeviceD0 || !device->attached) {
        queue_device_power(device, irp);
        return STATUS_PENDING;
    }
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, below_is_on, device, TRUE, TRUE, TRUE);
    PoCallDriver(device->attached, irp);
    return STATUS_PENDING;
}

static NTSTATUS set_power(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    struct wdf_power *power = &device->pnp->power;

    if (stack->Parameters.Power.Type == DevicePowerState)
        return set_device_power(device, irp);
    power->system_state = stack->Parameters.Power.State.SystemState;
    power->action = power->system_state == PowerSystemWorking
                        ? PowerActionNone
                        : stack->Parameters.Power.ShutdownType;
    if (device->pnp->policy)
        return wdf_system_power(device, irp);
    irp->IoStatus.Status = STATUS_SUCCESS;
    return wdf_forget_power_irp(device, irp);
}

NTSTATUS wdf_dispatch_power(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    if (device->pnp)
        status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
        irp->IoStatus.Status = status;
        PoStartNextPowerIrp(irp);
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    switch (stack->MinorFunction) {
    case IRP_MN_SET_POWER:
        return set_power(device, irp);
    case IRP_MN_WAIT_WAKE:
        return wdf_dispatch_wait_wake(device, irp);
    case IRP_MN_QUERY_POWER:
        irp->IoStatus.Status = STATUS_SUCCESS;
        return wdf_forget_power_irp(device, irp);
    default:
        return wdf_forget_power_irp(device, irp);
    }
}
