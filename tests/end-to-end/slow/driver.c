/*
 * A driver that adds up a program's bytes where they are, at the program's own address.
 */
#include <ntddk.h>

#include "slow.h"

static NTSTATUS add(PIO_STACK_LOCATION stack, PVOID output)
{
    const UCHAR *bytes = stack->Parameters.DeviceIoControl.Type3InputBuffer;
    ULONG length = stack->Parameters.DeviceIoControl.InputBufferLength, sum = 0, i;

    __try {
        ProbeForRead((PVOID)bytes, length, 1);
        for (i = 0; i < length; i++)
            sum += bytes[i];
        ProbeForWrite(output, sizeof(sum), sizeof(sum));
        *(volatile ULONG *)output = sum;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}

static NTSTATUS dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(device);
    if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        status = stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_ADD &&
                         stack->Parameters.DeviceIoControl.OutputBufferLength >= sizeof(ULONG)
                     ? add(stack, irp->UserBuffer)
                     : STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\" SLOW_NAME);

    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(driver->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\" SLOW_NAME);
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\" SLOW_NAME);
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = unload;
    driver->MajorFunction[IRP_MJ_CREATE] = driver->MajorFunction[IRP_MJ_CLOSE] =
        driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch;
    status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status))
        IoDeleteDevice(device);
    return status;
}
