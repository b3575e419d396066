/*
 * A WDM filter driver that passes everything on, and counts control requests.
 */
#include <ntddk.h>

struct device {
    PDEVICE_OBJECT below;
    IO_REMOVE_LOCK remove_lock;
    LONG controls;
};

static DRIVER_ADD_DEVICE add_device;
static DRIVER_UNLOAD unload;
DRIVER_INITIALIZE DriverEntry;

static NTSTATUS dispatch(PDEVICE_OBJECT self, PIRP irp)
{
    struct device *device = self->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);

    if (!NT_SUCCESS(status)) {
        irp->IoStatus.Status = status;
        irp->IoStatus.Information = 0;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    if (location->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        InterlockedIncrement(&device->controls);
    if (location->MajorFunction == IRP_MJ_PNP && location->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        IoSkipCurrentIrpStackLocation(irp);
        status = IoCallDriver(device->below, irp);
        IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
        DbgPrint("filter: removed after %d control requests\n", device->controls);
        IoDetachDevice(device->below);
        IoDeleteDevice(self);
        return status;
    }
    IoSkipCurrentIrpStackLocation(irp);
    status = IoCallDriver(device->below, irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

static NTSTATUS add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct device *device;
    PDEVICE_OBJECT self;
    NTSTATUS status =
        IoCreateDevice(driver, sizeof(*device), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &self);

    if (!NT_SUCCESS(status))
        return status;
    device = self->DeviceExtension;
    IoInitializeRemoveLock(&device->remove_lock, 'tliF', 0, 0);
    device->below = IoAttachDeviceToDeviceStack(self, pdo);
    self->Flags |= device->below->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO | DO_POWER_PAGABLE);
    self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
