/*
 * Devices that not everybody may open.
 */
#include <ntifs.h>
#include <wdmsec.h>

#include "security.h"

static const struct {
    PCWSTR device, link, descriptor;
} devices[] = {
    {L"\\Device\\" SECRET_NAME, L"\\DosDevices\\" SECRET_NAME, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)"},
    {L"\\Device\\" READABLE_NAME, L"\\DosDevices\\" READABLE_NAME, L"D:P(A;;GA;;;SY)(A;;GR;;;WD)"},
    {L"\\Device\\" OWNED_NAME, L"\\DosDevices\\" OWNED_NAME,
     L"D:P(A;;GA;;;SY)(A;;GRGW;;;S-1-22-1-1234)"},
    {L"\\Device\\" GROUPS_NAME, L"\\DosDevices\\" GROUPS_NAME,
     L"D:P(D;;GA;;;S-1-22-2-6789)(A;;GA;;;SY)(A;;GRGW;;;S-1-22-2-5678)"},
};

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS open_or_close(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    SECURITY_SUBJECT_CONTEXT subject;

    UNREFERENCED_PARAMETER(device);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_WHO)
        return complete(irp, STATUS_SUCCESS, 0);
    if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG))
        return complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
    SeCaptureSubjectContext(&subject);
    *(PULONG)irp->AssociatedIrp.SystemBuffer =
        SeTokenIsAdmin(SeQuerySubjectContextToken(&subject)) != 0;
    SeReleaseSubjectContext(&subject);
    return complete(irp, STATUS_SUCCESS, sizeof(ULONG));
}

static VOID unload(PDRIVER_OBJECT driver)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(devices); i++) {
        UNICODE_STRING link;

        RtlInitUnicodeString(&link, devices[i].link);
        IoDeleteSymbolicLink(&link);
    }
    while (driver->DeviceObject)
        IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS create(PDRIVER_OBJECT driver, ULONG i)
{
    UNICODE_STRING name, link, descriptor;
    PDEVICE_OBJECT device;
    NTSTATUS status;

    RtlInitUnicodeString(&name, devices[i].device);
    RtlInitUnicodeString(&link, devices[i].link);
    RtlInitUnicodeString(&descriptor, devices[i].descriptor);
    status = IoCreateDeviceSecure(driver, 0, &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                                  FALSE, &descriptor, NULL, &device);
    if (NT_SUCCESS(status))
        status = IoCreateSymbolicLink(&link, &name);
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = unload;
    driver->MajorFunction[IRP_MJ_CREATE] = driver->MajorFunction[IRP_MJ_CLOSE] = open_or_close;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    for (i = 0; i < RTL_NUMBER_OF(devices) && NT_SUCCESS(status); i++)
        status = create(driver, i);
    if (!NT_SUCCESS(status))
        unload(driver);
    return status;
}
