/*
 * File objects: what an open of a device is, and how it ends. The last handle
 * gone, the driver gets IRP_MJ_CLEANUP; the last reference gone, all requests
 * among them, IRP_MJ_CLOSE.
 */
#include "iop.h"

NTSTATUS io_make_file(PDEVICE_OBJECT device, PFILE_OBJECT *file)
{
    PVOID object;
    PFILE_OBJECT made;
    NTSTATUS status = ob_create(&ob_type_file, sizeof(*made), &object);

    if (!NT_SUCCESS(status)) {
        io_dereference_device(device);
        return status;
    }
    made = object;
    made->Type = IO_TYPE_FILE;
    made->Size = sizeof(*made);
    /* The memory stays as long as the file, whatever becomes of the device. */
    ObReferenceObject(device);
    made->DeviceObject = device;
    KeInitializeEvent(&made->Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&made->Event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&made->IrpListLock);
    InitializeListHead(&made->IrpList);
    *file = made;
    return STATUS_SUCCESS;
}

NTSTATUS io_name_file(PFILE_OBJECT file, PCUNICODE_STRING name)
{
    if (!name->Length)
        return STATUS_SUCCESS;
    file->FileName.Buffer =
        ExAllocatePoolWithTag(NonPagedPoolNx, name->Length + sizeof(WCHAR), EX_TAG_FILE);
    if (!file->FileName.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(file->FileName.Buffer, name->Buffer, name->Length);
    file->FileName.Buffer[name->Length / sizeof(WCHAR)] = 0;
    file->FileName.Length = name->Length;
    file->FileName.MaximumLength = name->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

static BOOLEAN is_reachable(PFILE_OBJECT file)
{
    return (file->Flags & FO_FILE_OPEN) &&
           !(__atomic_load_n(&io_device_of(file->DeviceObject)->state, __ATOMIC_RELAXED) &
             IO_DEVICE_ORPHANED);
}

/* Tells the driver; nothing can be done about its answer. */
static VOID notify(PFILE_OBJECT file, UCHAR major)
{
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(file);
    PIO_STACK_LOCATION location;
    IO_STATUS_BLOCK result;
    PIRP irp = io_allocate_reserve_irp(device->StackSize);

    io_set_up_irp(irp, file, major, &location);
    irp->Flags |= IRP_CLOSE_OPERATION;
    io_send_and_wait(device, irp, &result);
}

static VOID cleanup(PFILE_OBJECT file)
{
    BOOLEAN is_locked;

    if (!is_reachable(file) || (file->Flags & FO_CLEANUP_COMPLETE))
        return;
    is_locked = io_is_synchronous(file) && io_lock_file(file, KernelMode) == STATUS_SUCCESS;
    notify(file, IRP_MJ_CLEANUP);
    file->Flags |= FO_CLEANUP_COMPLETE;
    if (is_locked)
        io_unlock_file(file);
}

static VOID close_file(PVOID object, PKPROCESS process, ACCESS_MASK granted, ULONG_PTR handles_left)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(granted);
    if (!handles_left)
        cleanup(object);
}

static VOID destroy_file(PVOID object)
{
    PFILE_OBJECT file = object;

    /* A file that never had a handle has not been cleaned up. */
    cleanup(file);
    if (is_reachable(file))
        notify(file, IRP_MJ_CLOSE);
    if (file->CompletionContext) {
        ObDereferenceObject(file->CompletionContext->Port);
        ExFreePoolWithTag(file->CompletionContext, EX_TAG_FILE);
    }
    if (file->FileName.Buffer)
        ExFreePool(file->FileName.Buffer);
    if (file->RelatedFileObject)
        ObDereferenceObject(file->RelatedFileObject);
    io_dereference_device(file->DeviceObject);
    ObDereferenceObject(file->DeviceObject);
}

static PVOID waitable_event(PVOID object)
{
    return &((PFILE_OBJECT)object)->Event;
}

VOID io_file_start(VOID)
{
    ob_type_file.close = close_file;
    ob_type_file.destroy = destroy_file;
    ob_type_file.waitable = waitable_event;
}

NTSTATUS io_make_mute_file(PDEVICE_OBJECT device, PCUNICODE_STRING name, ULONG flags,
                           PFILE_OBJECT *file)
{
    NTSTATUS status = io_reference_device(device, TRUE);

    if (NT_SUCCESS(status))
        status = io_make_file(device, file);
    if (!NT_SUCCESS(status))
        return status;
    (*file)->Flags |= flags & (FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO | FO_NO_INTERMEDIATE_BUFFERING |
                               FO_WRITE_THROUGH | FO_SEQUENTIAL_ONLY | FO_RANDOM_ACCESS |
                               FO_OPENED_CASE_SENSITIVE);
    status = io_name_file(*file, name);
    if (!NT_SUCCESS(status))
        ObDereferenceObject(*file);
    return status;
}
