/*
 * Devices, handles, reads and writes. Control requests are in control.c.
 */
#include "transfer.h"
#include "buffer.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, TransferUnload)
#endif

NTSTATUS CompleteRequest(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS CreateDevice(PDRIVER_OBJECT DriverObject, PCWSTR Name, ULONG Flags)
{
    UNICODE_STRING deviceName;
    WCHAR deviceText[64];
    PDEVICE_OBJECT device;
    PTRANSFER_EXTENSION extension;
    NTSTATUS status;

    RtlInitEmptyUnicodeString(&deviceName, deviceText, sizeof(deviceText));
    RtlAppendUnicodeToString(&deviceName, L"\\Device\\");
    status = RtlAppendUnicodeToString(&deviceName, Name);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateDevice(DriverObject, sizeof(TRANSFER_EXTENSION), &deviceName,
                            FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    extension = device->DeviceExtension;
    RtlInitEmptyUnicodeString(&extension->LinkName, extension->LinkText,
                              sizeof(extension->LinkText));
    RtlAppendUnicodeToString(&extension->LinkName, L"\\DosDevices\\");
    RtlAppendUnicodeToString(&extension->LinkName, Name);
    status = HeldInitialize(extension);
    if (NT_SUCCESS(status)) {
        status = IoCreateSymbolicLink(&extension->LinkName, &deviceName);
    }
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    device->Flags |= Flags;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->MajorFunction[IRP_MJ_CREATE] = TransferCreate;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = TransferClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = TransferCleanup;
    DriverObject->MajorFunction[IRP_MJ_READ] = TransferRead;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = TransferWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = TransferControl;
    DriverObject->DriverUnload = TransferUnload;

    status = CreateDevice(DriverObject, TRANSFER_BUFFERED_NAME, DO_BUFFERED_IO);
    if (NT_SUCCESS(status)) {
        status = CreateDevice(DriverObject, TRANSFER_DIRECT_NAME, DO_DIRECT_IO);
    }
    if (NT_SUCCESS(status)) {
        status = CreateDevice(DriverObject, TRANSFER_NEITHER_NAME, 0);
    }
    if (!NT_SUCCESS(status)) {
        TransferUnload(DriverObject);
    }
    return status;
}

VOID TransferUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();

    while (DriverObject->DeviceObject != NULL) {
        PTRANSFER_EXTENSION extension = DriverObject->DeviceObject->DeviceExtension;
        IoDeleteSymbolicLink(&extension->LinkName);
        IoDeleteDevice(DriverObject->DeviceObject);
    }
}

NTSTATUS TransferCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT fileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PTRANSFER_FILE file;

    UNREFERENCED_PARAMETER(DeviceObject);

    file = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(TRANSFER_FILE), TRANSFER_TAG);
    if (file == NULL) {
        return CompleteRequest(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    fileObject->FsContext = file;
    return CompleteRequest(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS TransferClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT fileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    UNREFERENCED_PARAMETER(DeviceObject);

    ExFreePoolWithTag(fileObject->FsContext, TRANSFER_TAG);
    fileObject->FsContext = NULL;
    return CompleteRequest(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS TransferCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT fileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    HeldRelease(DeviceObject->DeviceExtension, fileObject, STATUS_CANCELLED);
    return CompleteRequest(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS TransferRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG length = stack->Parameters.Read.Length;
    TRANSFER_BUFFER buffer;
    NTSTATUS status;

    status = BufferOpenReadWrite(&buffer, DeviceObject, Irp, length, IoWriteAccess);
    if (NT_SUCCESS(status)) {
        PatternFill(buffer.Address, length, (ULONGLONG)stack->Parameters.Read.ByteOffset.QuadPart);
        BufferTrace(&buffer, stack->FileObject);
        BufferClose(&buffer);
    }
    return CompleteRequest(Irp, status, NT_SUCCESS(status) ? length : 0);
}

NTSTATUS TransferWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG length = stack->Parameters.Write.Length;
    TRANSFER_BUFFER buffer;
    NTSTATUS status;

    status = BufferOpenReadWrite(&buffer, DeviceObject, Irp, length, IoReadAccess);
    if (NT_SUCCESS(status)) {
        if (!PatternCheck(buffer.Address, length,
                          (ULONGLONG)stack->Parameters.Write.ByteOffset.QuadPart)) {
            status = STATUS_DATA_ERROR;
        }
        BufferTrace(&buffer, stack->FileObject);
        BufferClose(&buffer);
    }
    return CompleteRequest(Irp, status, NT_SUCCESS(status) ? length : 0);
}
