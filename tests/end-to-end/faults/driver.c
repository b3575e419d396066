/*
 * A driver with a mistake for each control code: each is a bug check, or must
 * be contained.
 */
#include <ntddk.h>

#include "faults.h"

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS OpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return Complete(Irp, STATUS_SUCCESS, 0);
}

static void UseFreedPool(void)
{
    volatile UCHAR *block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tluF');

    if (block != NULL) {
        ExFreePoolWithTag((PVOID)block, 'tluF');
        block[3] = 1;
    }
}

static void FreeTwice(void)
{
    PVOID block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tluF');

    if (block != NULL) {
        ExFreePoolWithTag(block, 'tluF');
        ExFreePoolWithTag(block, 'tluF');
    }
}

static void FreeWithWrongTag(void)
{
    PVOID block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tluF');

    if (block != NULL) {
        ExFreePoolWithTag(block, 'gnrW');
    }
}

static void OverrunPool(void)
{
    volatile UCHAR *block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tluF');

    if (block != NULL) {
        block[112] = 1;
        block[100] = 1;
        ExFreePoolWithTag((PVOID)block, 'tluF');
    }
}

static void WaitAtDispatch(void)
{
    KEVENT event;
    KIRQL irql;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    KeLowerIrql(irql);
}

static void FaultAtDispatch(void)
{
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    *(volatile int *)24 = 1;
    KeLowerIrql(irql);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_FAULT_COMPLETE_TWICE:
        Complete(Irp, STATUS_SUCCESS, 0);
        return Complete(Irp, STATUS_SUCCESS, 0);
    case IOCTL_FAULT_NULL_POINTER:
        *(volatile int *)8 = 1;
        break;
    case IOCTL_FAULT_AT_DISPATCH:
        FaultAtDispatch();
        break;
    case IOCTL_FAULT_FREE_TWICE:
        FreeTwice();
        break;
    case IOCTL_FAULT_WRONG_TAG:
        FreeWithWrongTag();
        break;
    case IOCTL_FAULT_OVERRUN:
        OverrunPool();
        break;
    case IOCTL_FAULT_USE_FREED:
        UseFreedPool();
        break;
    case IOCTL_FAULT_WAIT_AT_DISPATCH:
        WaitAtDispatch();
        break;
    case IOCTL_FAULT_RAISE:
        ExRaiseStatus(STATUS_DATA_ERROR);
        break;
    case IOCTL_FAULT_BUGCHECK:
        KeBugCheckEx(0x12345678, 1, 2, 3, 4);
        break;
    case IOCTL_FAULT_LEAK:
        (void)ExAllocatePool2(POOL_FLAG_NON_PAGED, 1234, 'kaeL');
        break;
    default:
        return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    return Complete(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Faults");

    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Faults");
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Faults");
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = OpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = OpenClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
