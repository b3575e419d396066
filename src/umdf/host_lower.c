/*
 * The bottom of a stack's twin: what comes down to it goes on to the kernel's next lower driver.
 */
#include "host.h"

static NTSTATUS complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* The call for an IRP; if there is none, the IRP has been completed. */
static struct umdf_call *begin(PDEVICE_OBJECT pdo, PIRP irp, enum umdf_call_kind kind)
{
    struct umdf_call *call = host_begin_call(pdo->DeviceExtension, kind);
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    if (!call) {
        complete(irp, STATUS_INSUFFICIENT_RESOURCES);
        return NULL;
    }
    call->major = location->MajorFunction;
    call->minor = location->MinorFunction;
    call->words[0] = (hal_u32)irp->IoStatus.Status;
    call->words[1] = irp->IoStatus.Information;
    IoMarkIrpPending(irp);
    return call;
}

static const struct umdf_slot *slot_of(PIRP irp)
{
    const struct umdf_reflected *reflected = umdf_reflected_of(irp);

    return reflected ? CONTAINING_RECORD(reflected, struct host_request, reflected)->slot : NULL;
}

static NTSTATUS send_reflected(PDEVICE_OBJECT pdo, PIRP irp)
{
    struct umdf_call *call = begin(pdo, irp, UMDF_SEND_LOWER);

    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->slot = (hal_u32)(slot_of(irp) - host.board->slots);
    host_send_call(call, irp);
    return STATUS_PENDING;
}

/* ---- requests of the host's own ------------------------------------------------------- */

/*
 * Where an IRP's data is: the framework passes addresses in a host, of a control request two,
 * whatever its method.
 */
static PVOID input_of(PIRP irp)
{
    return irp->AssociatedIrp.SystemBuffer;
}

static PVOID output_of(PIRP irp, PIO_STACK_LOCATION location)
{
    return location->MajorFunction == IRP_MJ_DEVICE_CONTROL ? irp->UserBuffer
                                                            : irp->AssociatedIrp.SystemBuffer;
}

static VOID lengths(PIO_STACK_LOCATION location, PULONG input, PULONG output)
{
    *input = *output = 0;
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
        *output = location->Parameters.Read.Length;
        break;
    case IRP_MJ_WRITE:
        *input = location->Parameters.Write.Length;
        break;
    default:
        *input = location->Parameters.DeviceIoControl.InputBufferLength;
        *output = location->Parameters.DeviceIoControl.OutputBufferLength;
        break;
    }
}

static NTSTATUS send_new(PDEVICE_OBJECT pdo, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    struct umdf_call *call;
    ULONG input, output;

    lengths(location, &input, &output);
    if (input > UMDF_CALL_BYTES || output > UMDF_CALL_BYTES)
        return complete(irp, STATUS_INVALID_BUFFER_SIZE);
    if ((input && !input_of(irp)) || (output && !output_of(irp, location)))
        return complete(irp, STATUS_INVALID_PARAMETER);
    call = begin(pdo, irp, UMDF_NEW_LOWER);
    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->input_length = input;
    call->output_length = output;
    if (location->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        call->code = location->Parameters.DeviceIoControl.IoControlCode;
    else
        call->offset = (hal_u64)location->Parameters.Read.ByteOffset.QuadPart;
    memcpy(call->bytes, input_of(irp), input);
    host_send_call(call, irp);
    return STATUS_PENDING;
}

static NTSTATUS query_capabilities(PDEVICE_OBJECT pdo, PIRP irp)
{
    PDEVICE_CAPABILITIES capabilities =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceCapabilities.Capabilities;
    struct umdf_call *call = begin(pdo, irp, UMDF_NEW_LOWER);

    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->input_length = call->output_length = sizeof(*capabilities);
    memcpy(call->bytes, capabilities, sizeof(*capabilities));
    host_send_call(call, irp);
    return STATUS_PENDING;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static VOID copy_out(PIRP irp, PIO_STACK_LOCATION location, const struct umdf_call *call)
{
    SIZE_T bytes = min(call->information, call->output_length);

    if (location->MajorFunction == IRP_MJ_PNP)
        memcpy(location->Parameters.DeviceCapabilities.Capabilities, call->bytes,
               call->output_length);
    else if (bytes && location->MajorFunction != IRP_MJ_WRITE)
        memcpy(output_of(irp, location), call->bytes, bytes);
}

VOID host_lower_answered(PIRP irp, const struct umdf_call *call)
{
    if (call->kind == UMDF_NEW_LOWER)
        copy_out(irp, IoGetCurrentIrpStackLocation(irp), call);
    irp->IoStatus.Status = (NTSTATUS)call->status;
    irp->IoStatus.Information = call->information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
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
        return complete(irp, STATUS_SUCCESS);
    default:
        return complete(irp, irp->IoStatus.Status);
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
        return complete(irp, STATUS_NOT_SUPPORTED);
    call = begin(pdo, irp, UMDF_REQUEST_POWER);
    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->words[0] = location->Parameters.Power.State.DeviceState;
    host_send_call(call, irp);
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
        (input && input_of(irp) != reflected->input.address) ||
        (output && output_of(irp, location) != reflected->output.address))
        return FALSE;
    return slot->major != IRP_MJ_DEVICE_CONTROL ||
           slot->code == location->Parameters.DeviceIoControl.IoControlCode;
}

static NTSTATUS NTAPI dispatch_io(PDEVICE_OBJECT pdo, PIRP irp)
{
    return is_as_it_came(irp) ? send_reflected(pdo, irp) : send_new(pdo, irp);
}

static NTSTATUS NTAPI dispatch_file(PDEVICE_OBJECT pdo, PIRP irp)
{
    return slot_of(irp) ? send_reflected(pdo, irp) : complete(irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI dispatch_other(PDEVICE_OBJECT pdo, PIRP irp)
{
    UNREFERENCED_PARAMETER(pdo);
    irp->IoStatus.Information = 0;
    return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
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
