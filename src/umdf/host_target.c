/*
 * Files that the host's drivers open by name: the kernel opens them, and here each has a device of
 * its own, whose requests go there. What PnP knows there as a device is one here too, so that who
 * wants to hear of its removal registers as everywhere.
 */
#include "host.h"
#include "../io/io.h"
#include "../pnp/pnp.h"

#include <initguid.h>
#include <wdmguid.h>

/* The extension of an open file's device. */
struct host_target {
    LIST_ENTRY link; /* in targets.list, under its lock, from the kernel's answer on */
    PDEVICE_OBJECT device;
    struct host_stack *stack; /* that it is open for, referenced */
    ULONG number;
    BOOLEAN is_adopted; /* PnP knows it */
    BOOLEAN is_queried; /* its device may go: how that ends is still to be heard; under the lock */
    BOOLEAN is_closed;  /* likewise */
};

static struct {
    struct mm_lock lock;
    LIST_ENTRY list;
} targets = {.list = {&targets.list, &targets.list}};

/* ---- the device's life ---------------------------------------------------------------- */

static NTSTATUS make_device(PDEVICE_OBJECT *device)
{
    struct host_target *target;
    NTSTATUS status =
        IoCreateDevice(host.target, sizeof(*target), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, device);

    if (!NT_SUCCESS(status))
        return status;
    target = (*device)->DeviceExtension;
    target->device = *device;
    InitializeListHead(&target->link);
    (*device)->Flags |= DO_BUFFERED_IO;
    (*device)->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID destroy(struct host_target *target)
{
    if (target->is_adopted)
        pnp_disown_device(target->device);
    host_leave_stack(target->stack);
    IoDeleteDevice(target->device);
}

/* A closed one goes, unless somebody is to hear more of its device. */
static VOID settle(struct host_target *target)
{
    BOOLEAN is_due;

    mm_acquire(&targets.lock);
    is_due = target->is_closed && !target->is_queried && !IsListEmpty(&target->link);
    if (is_due) {
        RemoveEntryList(&target->link);
        InitializeListHead(&target->link);
    }
    mm_release(&targets.lock);
    if (is_due)
        destroy(target);
}

/* ---- opening -------------------------------------------------------------------------- */

static VOID adopt(struct host_target *target, const struct umdf_call *call, ULONG bytes)
{
    UNICODE_STRING instance = {(USHORT)bytes, (USHORT)bytes,
                               (PWSTR)(call->bytes + sizeof(struct umdf_opened))};

    if (bytes)
        target->is_adopted = NT_SUCCESS(pnp_adopt_device(target->device, &instance));
}

static VOID opened(PIRP irp, const struct umdf_call *call)
{
    struct host_target *target = IoGetCurrentIrpStackLocation(irp)->DeviceObject->DeviceExtension;
    struct umdf_opened answer;

    if (NT_SUCCESS((NTSTATUS)call->status)) {
        memcpy(&answer, call->bytes, sizeof(answer));
        target->number = answer.target;
        adopt(target, call, answer.instance_bytes);
        mm_acquire(&targets.lock);
        InsertTailList(&targets.list, &target->link);
        mm_release(&targets.lock);
    } else {
        host_leave_stack(target->stack);
    }
    irp->IoStatus.Information = call->information;
    host_complete(irp, (NTSTATUS)call->status);
}

static VOID describe(struct umdf_call *call, PIRP irp, PIO_STACK_LOCATION location)
{
    PUCHAR to = host_input_of(call);
    PCUNICODE_STRING name = &location->FileObject->FileName;
    struct umdf_open open = {
        .access = location->Parameters.Create.SecurityContext->AccessState->OriginalDesiredAccess,
        .attributes = location->Parameters.Create.FileAttributes,
        .share = location->Parameters.Create.ShareAccess,
        .disposition = location->Parameters.Create.Options >> 24,
        .options = location->Parameters.Create.Options & FILE_VALID_OPTION_FLAGS,
        .object_attributes = location->Flags & SL_CASE_SENSITIVE ? 0 : OBJ_CASE_INSENSITIVE,
        .name_bytes = name->Length,
        .ea_bytes = location->Parameters.Create.EaLength,
        .allocation_size = (hal_u64)irp->Overlay.AllocationSize.QuadPart,
    };

    memcpy(to, &open, sizeof(open));
    if (name->Length)
        memcpy(to + sizeof(open), name->Buffer, name->Length);
    if (open.ea_bytes)
        memcpy(to + sizeof(open) + name->Length, irp->AssociatedIrp.SystemBuffer, open.ea_bytes);
}

static NTSTATUS NTAPI dispatch_create(PDEVICE_OBJECT device, PIRP irp)
{
    struct host_target *target = device->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    ULONG bytes = sizeof(struct umdf_open) + location->FileObject->FileName.Length +
                  location->Parameters.Create.EaLength;
    struct umdf_call *call;

    target->stack = host_first_stack();
    if (!target->stack)
        return host_complete(irp, STATUS_NO_SUCH_DEVICE);
    call = host_begin_call(target->stack, UMDF_OPEN);
    if (!call || bytes > UMDF_CALL_BYTES || !host_set_data(call, NULL, bytes, UMDF_CALL_BYTES)) {
        if (call)
            host_drop_call(call);
        host_leave_stack(target->stack);
        return host_complete(irp, call ? STATUS_NAME_TOO_LONG : STATUS_INSUFFICIENT_RESOURCES);
    }
    describe(call, irp, location);
    host_put_client(call);
    IoMarkIrpPending(irp);
    host_send_call(call, irp, FALSE, opened);
    return STATUS_PENDING;
}

/* ---- closing -------------------------------------------------------------------------- */

/* The last handle: from here on nobody opens requests on it. */
static NTSTATUS NTAPI dispatch_cleanup(PDEVICE_OBJECT device, PIRP irp)
{
    struct host_target *target = device->DeviceExtension;
    struct umdf_call *call = host_await_call(target->stack, UMDF_CLOSE);

    call->target = target->number;
    host_make_call(call);
    return host_complete(irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI dispatch_close(PDEVICE_OBJECT device, PIRP irp)
{
    struct host_target *target = device->DeviceExtension;

    host_complete(irp, STATUS_SUCCESS);
    mm_acquire(&targets.lock);
    target->is_closed = TRUE;
    mm_release(&targets.lock);
    settle(target);
    return STATUS_SUCCESS;
}

/* ---- what happens to its device ------------------------------------------------------- */

/* Marked as queried, if that is the event. NULL: it is closed, and nobody has to hear of it. */
static struct host_target *find(const struct umdf_target_event *event)
{
    struct host_target *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&targets.lock);
    for (entry = targets.list.Flink; entry != &targets.list && !found; entry = entry->Flink) {
        struct host_target *target = CONTAINING_RECORD(entry, struct host_target, link);

        if (target->number == event->target && target->is_adopted)
            found = target;
    }
    if (found) /* it stays until the event is told */
        found->is_queried = TRUE;
    mm_release(&targets.lock);
    return found;
}

NTSTATUS host_target_event(const struct umdf_target_event *event)
{
    static const GUID *const guids[] = {
        [UMDF_QUERY_REMOVE] = &GUID_TARGET_DEVICE_QUERY_REMOVE,
        [UMDF_REMOVE_CANCELLED] = &GUID_TARGET_DEVICE_REMOVE_CANCELLED,
        [UMDF_REMOVE_COMPLETE] = &GUID_TARGET_DEVICE_REMOVE_COMPLETE,
    };
    struct host_target *target = find(event);
    NTSTATUS status;

    if (!target)
        return STATUS_SUCCESS;
    status = pnp_tell_target(target->device, guids[event->event]);
    if (event->event == UMDF_QUERY_REMOVE && NT_SUCCESS(status))
        return status;
    mm_acquire(&targets.lock);
    target->is_queried = FALSE;
    mm_release(&targets.lock);
    settle(target);
    return status;
}

/* ---- dispatch ------------------------------------------------------------------------- */

static NTSTATUS NTAPI dispatch_io(PDEVICE_OBJECT device, PIRP irp)
{
    struct host_target *target = device->DeviceExtension;

    return host_send_new(target->stack, target->number, irp);
}

/* The device that PnP knows the file's as is the file's. */
static NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT device, PIRP irp)
{
    struct host_target *target = device->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    PDEVICE_RELATIONS relations;

    if (location->MinorFunction != IRP_MN_QUERY_DEVICE_RELATIONS || !target->is_adopted ||
        location->Parameters.QueryDeviceRelations.Type != TargetDeviceRelation)
        return host_complete(irp, irp->IoStatus.Status);
    relations = ExAllocatePoolWithTag(PagedPool, sizeof(*relations), HOST_TAG);
    if (!relations)
        return host_complete(irp, STATUS_INSUFFICIENT_RESOURCES);
    relations->Count = 1;
    relations->Objects[0] = device;
    ObReferenceObject(device);
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return host_complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI host_target_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    static const UCHAR requests[] = {IRP_MJ_READ,
                                     IRP_MJ_WRITE,
                                     IRP_MJ_DEVICE_CONTROL,
                                     IRP_MJ_QUERY_INFORMATION,
                                     IRP_MJ_SET_INFORMATION,
                                     IRP_MJ_FLUSH_BUFFERS};
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i < RTL_NUMBER_OF(requests); i++)
        driver->MajorFunction[requests[i]] = dispatch_io;
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch_create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch_close;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    host.target = driver;
    io_open_elsewhere(make_device);
    return STATUS_SUCCESS;
}
