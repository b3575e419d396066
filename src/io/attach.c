/*
 * Device stacks: attaching, detaching, and finding one's way up and down.
 */
#include "iop.h"

static PDEVICE_OBJECT top_of(PDEVICE_OBJECT device)
{
    while (device->AttachedDevice)
        device = device->AttachedDevice;
    return device;
}

NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice,
                                               PDEVICE_OBJECT TargetDevice,
                                               PDEVICE_OBJECT *AttachedToDeviceObject)
{
    struct io_device *source = io_device_of(SourceDevice);
    PDEVICE_OBJECT top;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    top = top_of(TargetDevice);
    if ((top->Flags & DO_DEVICE_INITIALIZING) || (io_device_of(top)->state & IO_DEVICE_DELETED)) {
        status = STATUS_NO_SUCH_DEVICE;
        *AttachedToDeviceObject = NULL;
    } else {
        SourceDevice->StackSize = top->StackSize + 1;
        SourceDevice->AlignmentRequirement = top->AlignmentRequirement;
        SourceDevice->SectorSize = top->SectorSize;
        if (io_device_of(top)->lender && !source->lender)
            io_set_lender(SourceDevice, io_device_of(top)->lender, io_device_of(top)->lent_transfer,
                          io_device_of(top)->lent_control);
        source->attached_to = top;
        /* The caller's variable first: an IRP may come down as soon as the device is attached. */
        *AttachedToDeviceObject = top;
        __atomic_store_n(&top->AttachedDevice, SourceDevice, __ATOMIC_RELEASE);
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    return status;
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice,
                                                 PDEVICE_OBJECT TargetDevice)
{
    PDEVICE_OBJECT attached;

    IoAttachDeviceToDeviceStackSafe(SourceDevice, TargetDevice, &attached);
    return attached;
}

NTSTATUS NTAPI IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
                              PDEVICE_OBJECT *AttachedDevice)
{
    PFILE_OBJECT file;
    PDEVICE_OBJECT target;
    NTSTATUS status;

    *AttachedDevice = NULL;
    status = IoGetDeviceObjectPointer(TargetDevice, FILE_READ_ATTRIBUTES, &file, &target);
    if (!NT_SUCCESS(status))
        return status;
    status = IoAttachDeviceToDeviceStackSafe(SourceDevice, target, AttachedDevice);
    ObDereferenceObject(file);
    return status;
}

VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice)
{
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    if (TargetDevice->AttachedDevice)
        io_device_of(TargetDevice->AttachedDevice)->attached_to = NULL;
    TargetDevice->AttachedDevice = NULL;
    io_settle_device(TargetDevice, irql);
}

PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject)
{
    return top_of(DeviceObject);
}

static PDEVICE_OBJECT reference_found(PDEVICE_OBJECT (*find)(PDEVICE_OBJECT), PDEVICE_OBJECT device)
{
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    device = find(device);
    if (device)
        ObReferenceObject(device);
    KeReleaseSpinLock(&io_database_lock, irql);
    return device;
}

static PDEVICE_OBJECT below(PDEVICE_OBJECT device)
{
    return io_device_of(device)->attached_to;
}

static PDEVICE_OBJECT bottom_of(PDEVICE_OBJECT device)
{
    while (below(device))
        device = below(device);
    return device;
}

PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)
{
    return reference_found(top_of, DeviceObject);
}

PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject)
{
    return reference_found(below, DeviceObject);
}

PDEVICE_OBJECT NTAPI IoGetDeviceAttachmentBaseRef(PDEVICE_OBJECT DeviceObject)
{
    return reference_found(bottom_of, DeviceObject);
}

PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)
{
    return top_of(FileObject->DeviceObject);
}

NTSTATUS NTAPI IoEnumerateDeviceObjectList(PDRIVER_OBJECT DriverObject,
                                           PDEVICE_OBJECT *DeviceObjectList,
                                           ULONG DeviceObjectListSize,
                                           PULONG ActualNumberDeviceObjects)
{
    ULONG room = DeviceObjectListSize / sizeof(PDEVICE_OBJECT), count = 0;
    PDEVICE_OBJECT device;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    for (device = DriverObject->DeviceObject; device; device = device->NextDevice)
        count++;
    *ActualNumberDeviceObjects = count;
    for (device = DriverObject->DeviceObject; device && room; device = device->NextDevice, room--) {
        ObReferenceObject(device);
        *DeviceObjectList++ = device;
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    return device ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}
