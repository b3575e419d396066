/*
 * Requests that drivers build for other drivers.
 */
#include "iop.h"

static BOOLEAN is_transfer(ULONG major)
{
    return major == IRP_MJ_READ || major == IRP_MJ_WRITE;
}

/* A user address in a kernel's request would be reached from any thread: lock it as the caller's.
 */
static NTSTATUS give_buffer(PIRP irp, PIO_STACK_LOCATION location, PDEVICE_OBJECT device,
                            PVOID buffer, ULONG length, PLARGE_INTEGER offset)
{
    location->Parameters.Read.Length = length;
    if (offset)
        location->Parameters.Read.ByteOffset = *offset;
    if (!buffer)
        return STATUS_SUCCESS;
    return io_prepare_transfer(irp, device, buffer, length, location->MajorFunction == IRP_MJ_READ);
}

PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                         PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    PIO_STACK_LOCATION location;
    PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);

    if (!io_set_up_irp(irp, NULL, (UCHAR)MajorFunction, &location))
        return NULL;
    irp->UserIosb = IoStatusBlock;
    if (is_transfer(MajorFunction) &&
        !NT_SUCCESS(give_buffer(irp, location, DeviceObject, Buffer, Length, StartingOffset))) {
        IoFreeIrp(irp);
        return NULL;
    }
    return irp;
}

PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                        PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                        PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP irp = IoBuildAsynchronousFsdRequest(MajorFunction, DeviceObject, Buffer, Length,
                                             StartingOffset, IoStatusBlock);

    if (!irp)
        return NULL;
    irp->UserEvent = Event;
    irp->Flags |= IRP_SYNCHRONOUS_API;
    io_queue_irp(io_irp_of(irp));
    return irp;
}

PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject,
                                         PVOID InputBuffer, ULONG InputBufferLength,
                                         PVOID OutputBuffer, ULONG OutputBufferLength,
                                         BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    UCHAR major = InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    PIO_STACK_LOCATION location;
    PIRP irp;

    KE_ASSERT_IRQL(APC_LEVEL);
    irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
    if (!io_set_up_irp(irp, NULL, major, &location))
        return NULL;
    location->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    location->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    location->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    if (!NT_SUCCESS(io_prepare_control(irp, DeviceObject, IoControlCode, InputBuffer,
                                       InputBufferLength, OutputBuffer, OutputBufferLength,
                                       &location->Parameters.DeviceIoControl.Type3InputBuffer))) {
        IoFreeIrp(irp);
        return NULL;
    }
    irp->UserIosb = IoStatusBlock;
    irp->UserEvent = Event;
    irp->Flags |= IRP_SYNCHRONOUS_API;
    io_queue_irp(io_irp_of(irp));
    return irp;
}
