/*
 * Requests that a driver of a host has made itself: to the next lower driver, or to a file.
 */
#include "errand.h"

/* ---- buffers -------------------------------------------------------------------------- */

static ULONG output_offset(const struct umdf_errand *errand)
{
    return (errand->input_length + 15u) & ~15u;
}

/* The errand's pool: the input, and room for the output behind it. */
static NTSTATUS make_data(struct umdf_errand *errand)
{
    SIZE_T bytes = (SIZE_T)output_offset(errand) + errand->output_length;

    if (!bytes)
        return STATUS_SUCCESS;
    if (!umdf_make_data(errand, bytes))
        return STATUS_INSUFFICIENT_RESOURCES;
    umdf_fetch_input(errand, errand->data);
    errand->output = errand->data + output_offset(errand);
    return STATUS_SUCCESS;
}

static NTSTATUS describe_pages(struct umdf_errand *errand, PVOID address, ULONG length)
{
    if (!length)
        return STATUS_SUCCESS;
    errand->mdl = IoAllocateMdl(address, length, FALSE, FALSE, NULL);
    if (!errand->mdl)
        return STATUS_INSUFFICIENT_RESOURCES;
    MmBuildMdlForNonPagedPool(errand->mdl);
    errand->irp->MdlAddress = errand->mdl;
    return STATUS_SUCCESS;
}

static NTSTATUS set_transfer(struct umdf_errand *errand, PDEVICE_OBJECT device,
                             PIO_STACK_LOCATION location)
{
    BOOLEAN is_read = errand->major == IRP_MJ_READ;
    ULONG length = is_read ? errand->output_length : errand->input_length;
    PVOID address = is_read ? (PVOID)errand->output : errand->data;

    location->Parameters.Read.Length = length;
    location->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)errand->offset;
    if (!length)
        return STATUS_SUCCESS;
    if (device->Flags & DO_DIRECT_IO)
        return describe_pages(errand, address, length);
    if (device->Flags & DO_BUFFERED_IO) {
        errand->irp->AssociatedIrp.SystemBuffer = address;
        return STATUS_SUCCESS;
    }
    /* The address is the kernel's. */
    errand->irp->RequestorMode = KernelMode;
    errand->irp->UserBuffer = address;
    return STATUS_SUCCESS;
}

/* One buffer for both, as the I/O manager has it. */
static VOID share_buffer(struct umdf_errand *errand)
{
    PUCHAR output = errand->data + output_offset(errand);

    if (errand->output_length >= errand->input_length) {
        memmove(output, errand->data, errand->input_length);
        errand->irp->AssociatedIrp.SystemBuffer = output;
    } else {
        errand->irp->AssociatedIrp.SystemBuffer = errand->data;
        errand->output = errand->data;
    }
}

static NTSTATUS set_control(struct umdf_errand *errand, PIO_STACK_LOCATION location)
{
    location->Parameters.DeviceIoControl.IoControlCode = errand->code;
    location->Parameters.DeviceIoControl.InputBufferLength = errand->input_length;
    location->Parameters.DeviceIoControl.OutputBufferLength = errand->output_length;
    switch (errand->code & 3) {
    case METHOD_BUFFERED:
        if (errand->data)
            share_buffer(errand);
        return STATUS_SUCCESS;
    case METHOD_NEITHER:
        /* Addresses in its input would be the host's, and are not to be taken for the kernel's. */
        if (errand->file)
            return STATUS_INVALID_DEVICE_REQUEST;
        location->Parameters.DeviceIoControl.Type3InputBuffer = errand->data;
        errand->irp->UserBuffer = (PVOID)errand->output;
        return STATUS_SUCCESS;
    default:
        errand->irp->AssociatedIrp.SystemBuffer = errand->input_length ? errand->data : NULL;
        return describe_pages(errand, (PVOID)errand->output, errand->output_length);
    }
}

static VOID set_information(struct umdf_errand *errand, PIO_STACK_LOCATION location)
{
    BOOLEAN is_query = errand->major == IRP_MJ_QUERY_INFORMATION;

    location->Parameters.QueryFile.Length = is_query ? errand->output_length : errand->input_length;
    location->Parameters.QueryFile.FileInformationClass = (FILE_INFORMATION_CLASS)errand->code;
    errand->irp->AssociatedIrp.SystemBuffer = is_query ? (PVOID)errand->output : errand->data;
}

static NTSTATUS set_up(struct umdf_errand *errand, PDEVICE_OBJECT device,
                       PIO_STACK_LOCATION location)
{
    location->MajorFunction = errand->major;
    location->FileObject = errand->file;
    errand->irp->RequestorMode = errand->file ? UserMode : KernelMode;
    errand->irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    switch (errand->major) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return set_transfer(errand, device, location);
    case IRP_MJ_DEVICE_CONTROL:
        return set_control(errand, location);
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
        set_information(errand, location);
        return STATUS_SUCCESS;
    default: /* IRP_MJ_FLUSH_BUFFERS */
        return STATUS_SUCCESS;
    }
}

/* ---- sending -------------------------------------------------------------------------- */

static VOID finish(struct umdf_errand *errand)
{
    if (errand->mdl)
        IoFreeMdl(errand->mdl);
    if (errand->irp) {
        errand->result = errand->irp->IoStatus;
        if (!NT_ERROR(errand->result.Status))
            errand->output_bytes = (ULONG)min(errand->result.Information, errand->output_length);
        IoFreeIrp(errand->irp);
    }
    if (errand->file)
        ObDereferenceObject(errand->file);
    umdf_answer(errand);
}

static VOID fail(struct umdf_errand *errand, NTSTATUS status)
{
    if (errand->irp)
        errand->irp->IoStatus = (IO_STATUS_BLOCK){.Status = status};
    else
        errand->result.Status = status;
    finish(errand);
}

static BOOLEAN is_known(const struct umdf_errand *errand)
{
    switch (errand->major) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_DEVICE_CONTROL:
        return TRUE;
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
    case IRP_MJ_FLUSH_BUFFERS:
        return errand->file != NULL;
    default:
        return FALSE;
    }
}

static NTSTATUS prepare(struct umdf_errand *errand, PDEVICE_OBJECT *device)
{
    NTSTATUS status;

    if (errand->target_number) {
        errand->file = umdf_find_file(errand->stack, errand->target_number);
        if (!errand->file)
            return STATUS_FILE_CLOSED;
    }
    *device = errand->file ? IoGetRelatedDeviceObject(errand->file) : errand->stack->below;
    if (!is_known(errand))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = make_data(errand);
    if (!NT_SUCCESS(status))
        return status;
    errand->irp = IoAllocateIrp((*device)->StackSize, FALSE);
    if (!errand->irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    umdf_set_activity(errand);
    return set_up(errand, *device, IoGetNextIrpStackLocation(errand->irp));
}

VOID umdf_send_new(struct umdf_errand *errand)
{
    PDEVICE_OBJECT device;
    NTSTATUS status = prepare(errand, &device);

    if (NT_SUCCESS(status))
        umdf_send_errand(errand, device, finish);
    else
        fail(errand, status);
}
