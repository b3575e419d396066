/*
 * A driver that does next to nothing, for the same measurement on ntio and on Wine: an empty
 * control request, buffered reads, and direct reads that fill the buffer.
 */
#include <ntddk.h>

#include "wine.h"

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

    UNREFERENCED_PARAMETER(device);
    if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
        stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_WINE_EMPTY)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI read(PDEVICE_OBJECT device, PIRP irp)
{
    ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length;
    PVOID address = irp->AssociatedIrp.SystemBuffer;

    if (device->Flags & DO_DIRECT_IO)
        address = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
    if (!address)
        return complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    RtlFillMemory(address, length, 7);
    return complete(irp, STATUS_SUCCESS, length);
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING buffered, direct;

    RtlInitUnicodeString(&buffered, L"\\DosDevices\\" WINE_BUFFERED);
    RtlInitUnicodeString(&direct, L"\\DosDevices\\" WINE_DIRECT);
    IoDeleteSymbolicLink(&buffered);
    IoDeleteSymbolicLink(&direct);
    while (driver->DeviceObject)
        IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS make_device(PDRIVER_OBJECT driver, PCWSTR name, PCWSTR link, ULONG flags)
{
    UNICODE_STRING device_name, link_name;
    PDEVICE_OBJECT device;
    NTSTATUS status;

    RtlInitUnicodeString(&device_name, name);
    RtlInitUnicodeString(&link_name, link);
    status = IoCreateDevice(driver, 0, &device_name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    device->Flags |= flags;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return IoCreateSymbolicLink(&link_name, &device_name);
}

DRIVER_INITIALIZE DriverEntry;

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(path);
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch;
    driver->MajorFunction[IRP_MJ_READ] = read;
    driver->DriverUnload = unload;
    status = make_device(driver, L"\\Device\\" WINE_BUFFERED, L"\\DosDevices\\" WINE_BUFFERED,
                         DO_BUFFERED_IO);
    if (NT_SUCCESS(status))
        status = make_device(driver, L"\\Device\\" WINE_DIRECT, L"\\DosDevices\\" WINE_DIRECT,
                             DO_DIRECT_IO);
    if (!NT_SUCCESS(status))
        unload(driver);
    return status;
}
