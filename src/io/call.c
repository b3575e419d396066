/*
 * Down the stack: handing an IRP to the next driver.
 */
#include "iop.h"

NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PKTHREAD thread = ke_current();
    PIRP outer = thread->current_irp;
    PIO_STACK_LOCATION location;
    NTSTATUS status;

    if (--Irp->CurrentLocation <= 0)
        KeBugCheckEx(NO_MORE_IRP_STACK_LOCATIONS, (ULONG_PTR)Irp, 0, 0, 0);
    location = --Irp->Tail.Overlay.CurrentStackLocation;
    location->DeviceObject = DeviceObject;

    thread->current_irp = Irp;
    status = DeviceObject->DriverObject->MajorFunction[location->MajorFunction](DeviceObject, Irp);
    thread->current_irp = outer;
    return status;
}

static NTSTATUS NTAPI catch_irp(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KEVENT event;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Irp->CurrentLocation <= 1)
        return FALSE;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, catch_irp, &event, TRUE, TRUE, TRUE);
    if (IofCallDriver(DeviceObject, Irp) == STATUS_PENDING)
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    return TRUE;
}
