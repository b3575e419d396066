/*
 * A request's data: where it is in the kernel, for the copies to and from the data area.
 */
#include "umdf.h"

/* An MDL's bytes, mapped for the copy. */
static NTSTATUS map(PMDL mdl, PVOID *address)
{
    *address = NULL;
    if (!mdl)
        return STATUS_SUCCESS;
    *address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
    return *address ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* By the lock, all of it was to be lent; what could not be is copied. */
static BOOLEAN lend_transfer(struct umdf_stack *stack, PIRP irp, PIO_STACK_LOCATION location,
                             struct umdf_data *data)
{
    ULONG length = location->Parameters.Read.Length;
    BOOLEAN is_read = location->MajorFunction == IRP_MJ_READ;

    if (irp->AssociatedIrp.SystemBuffer || length < stack->lent_transfer ||
        !umdf_lend(stack, irp->MdlAddress, length,
                   is_read ? UMDF_LENT_OUTPUT : UMDF_LENT_INPUT | UMDF_LENT_READ_ONLY, data))
        return FALSE;
    if (is_read)
        data->output_length = length;
    else
        data->input_length = length;
    return TRUE;
}

static NTSTATUS find_transfer(struct umdf_stack *stack, PIRP irp, PIO_STACK_LOCATION location,
                              struct umdf_data *data)
{
    ULONG length = location->Parameters.Read.Length;
    PVOID address = irp->AssociatedIrp.SystemBuffer;
    NTSTATUS status;

    if (lend_transfer(stack, irp, location, data))
        return STATUS_SUCCESS;
    status = address ? STATUS_SUCCESS : map(irp->MdlAddress, &address);
    if (!NT_SUCCESS(status))
        return status;
    /* A kernel client of a stack below a driver that takes neither. */
    if (!address && length)
        return STATUS_INVALID_USER_BUFFER;
    if (location->MajorFunction == IRP_MJ_READ) {
        data->to = address;
        data->output_length = length;
    } else {
        data->from = address;
        data->input_length = length;
    }
    return STATUS_SUCCESS;
}

/* The requestor's output has to be reached when the answer comes, on whatever thread. */
static NTSTATUS lock_output(PIRP irp, struct umdf_data *data)
{
    NTSTATUS status;

    if (!data->output_length)
        return STATUS_SUCCESS;
    data->locked = IoAllocateMdl(irp->UserBuffer, data->output_length, FALSE, FALSE, NULL);
    if (!data->locked)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = mm_probe_and_lock(data->locked, irp->RequestorMode, IoWriteAccess);
    if (!NT_SUCCESS(status)) {
        IoFreeMdl(data->locked);
        data->locked = NULL;
        return status;
    }
    status = map(data->locked, &data->to);
    if (!NT_SUCCESS(status))
        umdf_release_data(data);
    return status;
}

static NTSTATUS find_direct(struct umdf_stack *stack, PIRP irp, struct umdf_data *data)
{
    enum umdf_lent lent = UMDF_LENT_OUTPUT;

    if (data->is_in_direct)
        lent |= UMDF_LENT_READ_ONLY;
    if (stack->lends_control && umdf_lend(stack, irp->MdlAddress, data->output_length, lent, data))
        return STATUS_SUCCESS;
    return map(irp->MdlAddress, &data->to);
}

static NTSTATUS find_control(struct umdf_stack *stack, PIRP irp, PIO_STACK_LOCATION location,
                             struct umdf_data *data)
{
    data->input_length = location->Parameters.DeviceIoControl.InputBufferLength;
    data->output_length = location->Parameters.DeviceIoControl.OutputBufferLength;
    data->from = irp->AssociatedIrp.SystemBuffer;
    switch (location->Parameters.DeviceIoControl.IoControlCode & 3) {
    case METHOD_BUFFERED:
        data->to = irp->AssociatedIrp.SystemBuffer;
        return STATUS_SUCCESS;
    case METHOD_NEITHER: /* UmdfMethodNeitherAction */
        if (!stack->copies_neither)
            return STATUS_INVALID_DEVICE_REQUEST;
        data->from = location->Parameters.DeviceIoControl.Type3InputBuffer;
        data->is_user = irp->RequestorMode == UserMode;
        return lock_output(irp, data);
    case METHOD_IN_DIRECT:
        data->is_in_direct = TRUE;
        return find_direct(stack, irp, data);
    default:
        return find_direct(stack, irp, data);
    }
}

NTSTATUS umdf_find_data(struct umdf_stack *stack, PIRP irp, struct umdf_data *data)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    *data = (struct umdf_data){0};
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return find_transfer(stack, irp, location, data);
    case IRP_MJ_DEVICE_CONTROL:
        return find_control(stack, irp, location, data);
    case IRP_MJ_CREATE:
        if (location->FileObject) {
            data->from = location->FileObject->FileName.Buffer;
            data->input_length = location->FileObject->FileName.Length;
        }
        return STATUS_SUCCESS;
    default:
        return STATUS_SUCCESS;
    }
}

VOID umdf_release_data(struct umdf_data *data)
{
    if (data->lent)
        mm_end_lent(&data->place);
    data->lent = UMDF_LENT_NOTHING;
    if (!data->locked)
        return;
    MmUnlockPages(data->locked);
    IoFreeMdl(data->locked);
    data->locked = NULL;
}

NTSTATUS umdf_copy_in(struct umdf_host *host, const struct umdf_request *request)
{
    const struct umdf_data *data = &request->data;

    if (data->lent & UMDF_LENT_READ_ONLY)
        umdf_copy_ends_in(data);
    if (data->lent & UMDF_LENT_INPUT)
        return STATUS_SUCCESS;
    mm_count_copy(data->input_length, 0);
    if (data->is_in_direct && data->to) {
        mm_count_copy(data->output_length, 0);
        memcpy(host->data + request->output_place, data->to, data->output_length);
    }
    if (!data->input_length)
        return STATUS_SUCCESS;
    if (data->is_user)
        return mm_copy_from_user(host->data + request->input_place, data->from, data->input_length);
    memcpy(host->data + request->input_place, data->from, data->input_length);
    return STATUS_SUCCESS;
}

VOID umdf_copy_out(struct umdf_host *host, const struct umdf_request *request, ULONG_PTR bytes)
{
    if (request->data.lent == UMDF_LENT_OUTPUT)
        umdf_copy_ends_out(&request->data, (ULONG)bytes);
    if (!request->data.to || request->data.is_in_direct || !bytes)
        return;
    mm_count_copy(0, bytes);
    memcpy(request->data.to, host->data + request->output_place, bytes);
}
