/*
 * IRP_MJ_SYSTEM_CONTROL: a device without WMI data has nothing to say to it.
 */
#include "device.h"

NTSTATUS wdf_dispatch_wmi(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = irp->IoStatus.Status;

    if (device->attached) {
        IoSkipCurrentIrpStackLocation(irp);
        return IoCallDriver(device->attached, irp);
    }
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}
