/*
 * Every IRP of every device of the framework enters here.
 *
 * A driver may see IRPs of some kinds before the framework (preprocess callbacks); those that
 * it passes on go the usual way, from the stack location that it has prepared.
 */
#include "device.h"

/* ---- remove lock ------------------------------------------------------------------ */

static NTSTATUS NTAPI release_lock(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct wdf_device *of = context;

    UNREFERENCED_PARAMETER(device);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    IoReleaseRemoveLock(&of->remove_lock, irp);
    return STATUS_CONTINUE_COMPLETION;
}

/* For drivers that want it: the device is not removed before the IRP is complete. */
static NTSTATUS hold_for_irp(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);

    if (!NT_SUCCESS(status))
        return status;
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, release_lock, device, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(irp);
    return STATUS_SUCCESS;
}

/* PnP, power and WMI take the lock themselves, and only for as long as they need it. */
static BOOLEAN is_held_for(UCHAR major)
{
    return major != IRP_MJ_PNP && major != IRP_MJ_POWER && major != IRP_MJ_SYSTEM_CONTROL;
}

/* ---- preprocessing ----------------------------------------------------------------- */

static BOOLEAN is_preprocessed(const struct wdf_preprocess *preprocess, UCHAR minor)
{
    ULONG i;

    if (!preprocess->routine || !preprocess->minors)
        return preprocess->routine != NULL;
    for (i = 0; i < preprocess->minor_count; i++) {
        if (preprocess->minors[i] == minor)
            return TRUE;
    }
    return FALSE;
}

static NTSTATUS preprocess(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    PFN_WDFDEVICE_WDM_IRP_PREPROCESS routine =
        device->config.preprocess[location->MajorFunction].routine;
    NTSTATUS status;

    /* The IRP may be the device's removal. */
    wdf_reference(&device->object);
    status = routine(wdf_handle_of(device), irp);
    wdf_dereference(&device->object);
    return status;
}

/* ---- the parts ----------------------------------------------------------------------- */

NTSTATUS wdf_fail_irp(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS wdf_pass_down(struct wdf_device *device, PIRP irp)
{
    if (!device->config.is_filter || !device->attached)
        return wdf_fail_irp(irp, STATUS_INVALID_DEVICE_REQUEST);
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(device->attached, irp);
}

static NTSTATUS dispatch(struct wdf_device *device, PIRP irp, UCHAR major)
{
    switch (major) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return wdf_dispatch_io(device, irp);
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
    case IRP_MJ_SHUTDOWN:
        return wdf_dispatch_file(device, irp);
    case IRP_MJ_PNP:
        return device->pnp ? wdf_dispatch_pnp(device, irp) : wdf_pass_down(device, irp);
    case IRP_MJ_POWER:
        if (device->pnp)
            return wdf_dispatch_power(device, irp);
        PoStartNextPowerIrp(irp);
        return wdf_pass_down(device, irp);
    case IRP_MJ_SYSTEM_CONTROL:
        return wdf_dispatch_wmi(device, irp);
    default:
        return wdf_pass_down(device, irp);
    }
}

NTSTATUS NTAPI wdf_dispatch(PDEVICE_OBJECT device_object, PIRP irp)
{
    struct wdf_device *device = wdf_device_of_object(device_object);
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    UCHAR major = location->MajorFunction;
    NTSTATUS status;

    if (!device)
        return wdf_fail_irp(irp, STATUS_NO_SUCH_DEVICE);
    if (device->config.remove_lock_flags && is_held_for(major)) {
        status = hold_for_irp(device, irp);
        if (!NT_SUCCESS(status))
            return wdf_fail_irp(irp, status);
    }
    if (is_preprocessed(&device->config.preprocess[major], location->MinorFunction))
        return preprocess(device, irp);
    return dispatch(device, irp, major);
}

NTSTATUS NTAPI imp_WdfDeviceWdmDispatchPreprocessedIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device, PIRP Irp)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Irp);
    /* The driver left it as for IoCallDriver. */
    IoSetNextIrpStackLocation(Irp);
    return dispatch(device, Irp, IoGetCurrentIrpStackLocation(Irp)->MajorFunction);
}
