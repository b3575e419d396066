/*
 * The bottom of a stack's twin: what comes down to it goes on to the kernel's next lower driver.
 */
#include "host.h"

NTSTATUS host_complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* The call for an IRP; if there is none, the IRP has been completed. */
static struct umdf_call *begin(struct host_stack *stack, PIRP irp, enum umdf_call_kind kind)
{
    struct umdf_call *call = host_begin_call(stack, kind);
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    GUID activity;

    if (!call) {
        host_complete(irp, STATUS_INSUFFICIENT_RESOURCES);
        return NULL;
    }
    call->major = location->MajorFunction;
    call->minor = location->MinorFunction;
    call->words[0] = (hal_u32)irp->IoStatus.Status;
    call->words[1] = irp->IoStatus.Information;
    call->has_activity = NT_SUCCESS(IoGetActivityIdIrp(irp, &activity));
    if (call->has_activity)
        memcpy(&call->words[2], &activity, sizeof(activity));
    IoMarkIrpPending(irp);
    return call;
}

static VOID answered(PIRP irp, const struct umdf_call *call)
{
    irp->IoStatus.Status = (NTSTATUS)call->status;
    irp->IoStatus.Information = call->information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static BOOLEAN can_be_cancelled(PIRP irp)
{
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;

    return major == IRP_MJ_READ || major == IRP_MJ_WRITE || major == IRP_MJ_DEVICE_CONTROL;
}

static const struct umdf_slot *slot_of(PIRP irp)
{
    const struct umdf_reflected *reflected = umdf_reflected_of(irp);

    return reflected ? CONTAINING_RECORD(reflected, struct host_request, reflected)->slot : NULL;
}

static NTSTATUS send_reflected(PDEVICE_OBJECT pdo, PIRP irp)
{
    struct umdf_call *call = begin(pdo->DeviceExtension, irp, UMDF_SEND_LOWER);

    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->slot = (hal_u32)(slot_of(irp) - host.board->slots);
    host_send_call(call, irp, can_be_cancelled(irp), answered);
    return STATUS_PENDING;
}

/* ---- requests of the host's own ------------------------------------------------------- */

/* Made by a system call of a driver's, and not by the framework. */
static BOOLEAN is_of_service(PIRP irp, PIO_STACK_LOCATION location)
{
    return !umdf_reflected_of(irp) && location->FileObject &&
           irp->Tail.Overlay.OriginalFileObject == location->FileObject;
}

/*
 * Where an IRP's data is: the framework passes addresses in a host, of a control request two,
 * whatever its method; a system call has its buffers as everywhere.
 */
static PVOID input_of(PIRP irp, PIO_STACK_LOCATION location)
{
    if (location->MajorFunction == IRP_MJ_WRITE && irp->MdlAddress)
        return MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
    return irp->AssociatedIrp.SystemBuffer;
}

static PVOID output_of(PIRP irp, PIO_STACK_LOCATION location)
{
    if (location->MajorFunction != IRP_MJ_DEVICE_CONTROL)
        return irp->AssociatedIrp.SystemBuffer;
    if (!is_of_service(irp, location))
        return irp->UserBuffer;
    return irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
                           : irp->AssociatedIrp.SystemBuffer;
}

static VOID lengths(PIO_STACK_LOCATION location, PULONG input, PULONG output)
{
    *input = *output = 0;
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_QUERY_INFORMATION:
        *output = location->Parameters.Read.Length;
        break;
    case IRP_MJ_WRITE:
    case IRP_MJ_SET_INFORMATION:
        *input = location->Parameters.Write.Length;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        *input = location->Parameters.DeviceIoControl.InputBufferLength;
        *output = location->Parameters.DeviceIoControl.OutputBufferLength;
        break;
    default:
        break;
    }
}

/* What a file of a system call remembers of its position. */
static VOID move_position(PIRP irp, PIO_STACK_LOCATION location, const struct umdf_call *call)
{
    if (is_of_service(irp, location) && (location->FileObject->Flags & FO_SYNCHRONOUS_IO) &&
        (call->major == IRP_MJ_READ || call->major == IRP_MJ_WRITE) &&
        NT_SUCCESS((NTSTATUS)call->status))
        location->FileObject->CurrentByteOffset.QuadPart =
            (LONGLONG)(call->offset + call->information);
}

static VOID new_answered(PIRP irp, const struct umdf_call *call)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    SIZE_T bytes = min(call->information, call->output_length);

    if (bytes && !NT_ERROR((NTSTATUS)call->status))
        memcpy(output_of(irp, location), host_output_of(call), bytes);
    move_position(irp, location, call);
    answered(irp, call);
}

static VOID describe_new(struct umdf_call *call, PIO_STACK_LOCATION location)
{
    switch (location->MajorFunction) {
    case IRP_MJ_DEVICE_CONTROL:
        call->code = location->Parameters.DeviceIoControl.IoControlCode;
        break;
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
        call->code = location->Parameters.QueryFile.FileInformationClass;
        break;
    default:
        call->offset = (hal_u64)location->Parameters.Read.ByteOffset.QuadPart;
        break;
    }
}

NTSTATUS host_send_new(struct host_stack *stack, ULONG target, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    struct umdf_call *call;
    ULONG input, output;

    lengths(location, &input, &output);
    if ((input && !input_of(irp, location)) || (output && !output_of(irp, location)))
        return host_complete(irp, STATUS_INVALID_PARAMETER);
    call = begin(stack, irp, UMDF_SEND_NEW);
    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->target = target;
    describe_new(call, location);
    if (host_set_data(call, input_of(irp, location), input, output)) {
        host_send_call(call, irp, can_be_cancelled(irp), new_answered);
    } else {
        host_drop_call(call);
        host_complete(irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    return STATUS_PENDING;
}

static VOID capabilities_answered(PIRP irp, const struct umdf_call *call)
{
    memcpy(IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceCapabilities.Capabilities,
           call->bytes, call->output_length);
    answered(irp, call);
}

static NTSTATUS query_capabilities(PDEVICE_OBJECT pdo, PIRP irp)
{
    PDEVICE_CAPABILITIES capabilities =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceCapabilities.Capabilities;
    struct umdf_call *call = begin(pdo->DeviceExtension, irp, UMDF_SEND_NEW);

    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    host_set_data(call, capabilities, sizeof(*capabilities), sizeof(*capabilities));
    host_send_call(call, irp, FALSE, capabilities_answered);
    return STATUS_PENDING;
}

/* ---- dispatch ------------------------------------------------------------------------- */

static NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT pdo, PIRP irp)
{
    if (slot_of(irp))
        return send_reflected(pdo, irp);
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_QUERY_CAPABILITIES:
        return query_capabilities(pdo, irp);
    case IRP_MN_REMOVE_DEVICE: /* of a stack that was not completely built */
        return host_complete(irp, STATUS_SUCCESS);
    default:
        return host_complete(irp, irp->IoStatus.Status);
    }
}

static NTSTATUS NTAPI dispatch_power(PDEVICE_OBJECT pdo, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    struct umdf_call *call;

    PoStartNextPowerIrp(irp);
    if (slot_of(irp))
        return send_reflected(pdo, irp);
    if (location->Parameters.Power.Type != DevicePowerState ||
        (location->MinorFunction != IRP_MN_SET_POWER &&
         location->MinorFunction != IRP_MN_QUERY_POWER))
        return host_complete(irp, STATUS_NOT_SUPPORTED);
    call = begin(pdo->DeviceExtension, irp, UMDF_REQUEST_POWER);
    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->words[0] = location->Parameters.Power.State.DeviceState;
    host_send_call(call, irp, FALSE, answered);
    return STATUS_PENDING;
}

/* The kernel's request as it came, or one that a driver has made of it, or of nothing. */
static BOOLEAN is_as_it_came(PIRP irp)
{
    const struct umdf_slot *slot = slot_of(irp);
    const struct umdf_reflected *reflected = umdf_reflected_of(irp);
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    ULONG input, output;

    if (!slot || slot->major != location->MajorFunction)
        return FALSE;
    lengths(location, &input, &output);
    if (input != reflected->input.length || output != reflected->output.length ||
        (input && input_of(irp, location) != reflected->input.address) ||
        (output && output_of(irp, location) != reflected->output.address))
        return FALSE;
    return slot->major != IRP_MJ_DEVICE_CONTROL ||
           slot->code == location->Parameters.DeviceIoControl.IoControlCode;
}

static NTSTATUS NTAPI dispatch_io(PDEVICE_OBJECT pdo, PIRP irp)
{
    return is_as_it_came(irp) ? send_reflected(pdo, irp)
                              : host_send_new(pdo->DeviceExtension, 0, irp);
}

static NTSTATUS NTAPI dispatch_file(PDEVICE_OBJECT pdo, PIRP irp)
{
    return slot_of(irp) ? send_reflected(pdo, irp) : host_complete(irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI dispatch_other(PDEVICE_OBJECT pdo, PIRP irp)
{
    UNREFERENCED_PARAMETER(pdo);
    irp->IoStatus.Information = 0;
    return host_complete(irp, STATUS_INVALID_DEVICE_REQUEST);
}

NTSTATUS NTAPI host_lower_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_other;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    driver->MajorFunction[IRP_MJ_READ] = dispatch_io;
    driver->MajorFunction[IRP_MJ_WRITE] = dispatch_io;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch_io;
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch_file;
    host.lower = driver;
    return STATUS_SUCCESS;
}
