/*
 * A driver for win32's tests: it answers as it is asked to, and keeps requests
 * pending until they are released or cancelled.
 */
#include <ntddk.h>

#include "testdrv.h"

static IO_CSQ queue;
static LIST_ENTRY pending; /* guarded by lock */
static KSPIN_LOCK lock;

static VOID NTAPI insert_irp(PIO_CSQ csq, PIRP irp)
{
    UNREFERENCED_PARAMETER(csq);
    InsertTailList(&pending, &irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI remove_irp(PIO_CSQ csq, PIRP irp)
{
    UNREFERENCED_PARAMETER(csq);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI peek_irp(PIO_CSQ csq, PIRP irp, PVOID context)
{
    PLIST_ENTRY next = irp ? irp->Tail.Overlay.ListEntry.Flink : pending.Flink;
    UNREFERENCED_PARAMETER(csq);
    UNREFERENCED_PARAMETER(context);
    return next == &pending ? NULL : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
}

static VOID NTAPI acquire(PIO_CSQ csq, PKIRQL irql)
{
    UNREFERENCED_PARAMETER(csq);
    KeAcquireSpinLock(&lock, irql);
}

static VOID NTAPI release(PIO_CSQ csq, KIRQL irql)
{
    UNREFERENCED_PARAMETER(csq);
    KeReleaseSpinLock(&lock, irql);
}

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID NTAPI complete_cancelled(PIO_CSQ csq, PIRP irp)
{
    UNREFERENCED_PARAMETER(csq);
    complete(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS NTAPI open_or_close(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI cleanup(PDEVICE_OBJECT device, PIRP irp)
{
    PIRP left;
    UNREFERENCED_PARAMETER(device);
    while ((left = IoCsqRemoveNextIrp(&queue, NULL)))
        complete(left, STATUS_CANCELLED, 0);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI read_bytes(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    LONGLONG offset = stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG length = stack->Parameters.Read.Length;
    PUCHAR buffer = irp->AssociatedIrp.SystemBuffer;
    UNREFERENCED_PARAMETER(device);
    if (offset >= TESTDRV_END)
        return complete(irp, STATUS_END_OF_FILE, 0);
    if (length > TESTDRV_END - offset)
        length = (ULONG)(TESTDRV_END - offset);
    for (ULONG i = 0; i < length; i++)
        buffer[i] = (UCHAR)(offset + i);
    return complete(irp, STATUS_SUCCESS, length);
}

static NTSTATUS NTAPI write_bytes(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS,
                    IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length);
}

static NTSTATUS release_oldest(const struct testdrv_answer *answer)
{
    PIRP irp = IoCsqRemoveNextIrp(&queue, NULL);
    if (!irp)
        return STATUS_NOT_FOUND;
    complete(irp, answer->status, answer->information);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    ULONG input = stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG output = stack->Parameters.DeviceIoControl.OutputBufferLength;
    struct testdrv_answer *answer = irp->AssociatedIrp.SystemBuffer;
    UNREFERENCED_PARAMETER(device);

    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case TESTDRV_ECHO:
        return complete(irp, STATUS_SUCCESS, input < output ? input : output);
    case TESTDRV_ANSWER:
        if (input < sizeof *answer)
            return complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
        return complete(irp, answer->status, answer->information);
    case TESTDRV_RELEASE:
        if (input < sizeof *answer)
            return complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
        return complete(irp, release_oldest(answer), 0);
    case TESTDRV_PEND:
        IoCsqInsertIrp(&queue, irp, NULL);
        return STATUS_PENDING;
    default:
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING link;
    RtlInitUnicodeString(&link, TESTDRV_LINK);
    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(driver->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    UNICODE_STRING name, link;
    PDEVICE_OBJECT device;
    NTSTATUS status;
    UNREFERENCED_PARAMETER(registry_path);

    InitializeListHead(&pending);
    KeInitializeSpinLock(&lock);
    IoCsqInitialize(&queue, insert_irp, remove_irp, peek_irp, acquire, release, complete_cancelled);
    RtlInitUnicodeString(&name, TESTDRV_DEVICE);
    RtlInitUnicodeString(&link, TESTDRV_LINK);
    status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    device->Flags |= DO_BUFFERED_IO;
    driver->MajorFunction[IRP_MJ_CREATE] = driver->MajorFunction[IRP_MJ_CLOSE] = open_or_close;
    driver->MajorFunction[IRP_MJ_CLEANUP] = cleanup;
    driver->MajorFunction[IRP_MJ_READ] = read_bytes;
    driver->MajorFunction[IRP_MJ_WRITE] = write_bytes;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
