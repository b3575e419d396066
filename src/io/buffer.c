/*
 * The three ways in which a request gets its caller's buffer. This is the one
 * place where they are told apart:
 *
 * buffered  a system buffer in pool; bytes are copied in before the driver runs
 *           and out after it
 * direct    the caller's pages are locked and described by an MDL
 * neither   the driver gets the caller's address as it is
 */
#include "iop.h"

static NTSTATUS copy_in(PIRP irp, PVOID to, PVOID from, SIZE_T bytes)
{
    mm_count_copy(bytes, 0);
    if (irp->RequestorMode == UserMode)
        return mm_copy_from_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS copy_out(PIRP irp, SIZE_T bytes)
{
    mm_count_copy(0, bytes);
    io_report_copied_out(irp, bytes);
    if (irp->RequestorMode == UserMode)
        return mm_copy_to_space(io_requestor_space(irp), irp->UserBuffer,
                                irp->AssociatedIrp.SystemBuffer, bytes);
    memcpy(irp->UserBuffer, irp->AssociatedIrp.SystemBuffer, bytes);
    return STATUS_SUCCESS;
}

static VOID free_system_buffer(PIRP irp)
{
    ExFreePoolWithTag(irp->AssociatedIrp.SystemBuffer, EX_TAG_SYSTEM_BUFFER);
    irp->AssociatedIrp.SystemBuffer = NULL;
    irp->Flags &= ~IRP_DEALLOCATE_BUFFER;
}

/* A system buffer of size bytes (none for 0) with the caller's first bytes in it. */
static NTSTATUS make_system_buffer(PIRP irp, SIZE_T size, PVOID from, SIZE_T bytes)
{
    NTSTATUS status;

    irp->Flags |= IRP_BUFFERED_IO;
    if (!size)
        return STATUS_SUCCESS;
    irp->AssociatedIrp.SystemBuffer =
        ExAllocatePoolWithTag(NonPagedPoolNx, size, EX_TAG_SYSTEM_BUFFER);
    if (!irp->AssociatedIrp.SystemBuffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->Flags |= IRP_DEALLOCATE_BUFFER;
    if (!bytes)
        return STATUS_SUCCESS;
    status = copy_in(irp, irp->AssociatedIrp.SystemBuffer, from, bytes);
    if (!NT_SUCCESS(status))
        free_system_buffer(irp);
    return status;
}

/* Locks the caller's pages: a device that writes into them needs IoWriteAccess. */
static NTSTATUS lock_buffer(PIRP irp, PVOID buffer, ULONG length, LOCK_OPERATION operation,
                            struct mm_lender *lender)
{
    NTSTATUS status;

    if (!length)
        return STATUS_SUCCESS;
    if (!IoAllocateMdl(buffer, length, FALSE, TRUE, irp))
        return STATUS_INSUFFICIENT_RESOURCES;
    status = mm_probe_and_lock_for(irp->MdlAddress, irp->RequestorMode, operation, lender);
    if (!NT_SUCCESS(status)) {
        IoFreeMdl(irp->MdlAddress);
        irp->MdlAddress = NULL;
    }
    return status;
}

NTSTATUS io_probe_transfer(ULONG device_flags, PVOID buffer, ULONG length, BOOLEAN is_read)
{
    if (!(device_flags & DO_BUFFERED_IO))
        return STATUS_SUCCESS;
    return is_read ? mm_probe_for_write(buffer, length, 1) : mm_probe_for_read(buffer, length, 1);
}

NTSTATUS io_probe_control(ULONG code, PVOID input, PULONG input_length, PVOID output,
                          PULONG output_length)
{
    ULONG method = METHOD_FROM_CTL_CODE(code);
    NTSTATUS status = STATUS_SUCCESS;

    if (method == METHOD_BUFFERED) {
        if (output)
            status = mm_probe_for_write(output, *output_length, 1);
        else
            *output_length = 0;
    }
    if (method != METHOD_NEITHER && NT_SUCCESS(status)) {
        if (input)
            status = mm_probe_for_read(input, *input_length, 1);
        else
            *input_length = 0;
    }
    return status;
}

NTSTATUS io_prepare_buffered(PIRP irp, PVOID buffer, ULONG length, BOOLEAN is_read)
{
    NTSTATUS status = make_system_buffer(irp, length, buffer, is_read ? 0 : length);

    if (NT_SUCCESS(status) && is_read) {
        irp->UserBuffer = buffer;
        irp->Flags |= IRP_INPUT_OPERATION;
    }
    io_report_begin(irp, METHOD_BUFFERED, buffer, length, is_read ? 0 : length);
    return status;
}

static NTSTATUS prepare_direct(PIRP irp, PDEVICE_OBJECT device, PVOID buffer, ULONG length,
                               LOCK_OPERATION operation)
{
    const struct io_device *own = io_device_of(device);
    NTSTATUS status = lock_buffer(irp, buffer, length, operation,
                                  length >= own->lent_transfer ? own->lender : NULL);

    io_report_begin(irp, operation == IoReadAccess ? METHOD_IN_DIRECT : METHOD_OUT_DIRECT, buffer,
                    length, 0);
    return status;
}

NTSTATUS io_prepare_transfer(PIRP irp, PDEVICE_OBJECT device, PVOID buffer, ULONG length,
                             BOOLEAN is_read)
{
    irp->Flags |= is_read ? IRP_READ_OPERATION : IRP_WRITE_OPERATION;
    if (device->Flags & DO_BUFFERED_IO)
        return io_prepare_buffered(irp, buffer, length, is_read);
    if (device->Flags & DO_DIRECT_IO)
        return prepare_direct(irp, device, buffer, length, is_read ? IoWriteAccess : IoReadAccess);
    irp->UserBuffer = buffer;
    io_report_begin(irp, METHOD_NEITHER, buffer, length, 0);
    return STATUS_SUCCESS;
}

static NTSTATUS prepare_buffered_control(PIRP irp, PVOID input, ULONG input_length, PVOID output,
                                         ULONG output_length)
{
    ULONG size = input_length > output_length ? input_length : output_length;
    NTSTATUS status = make_system_buffer(irp, size, input, input_length);

    irp->UserBuffer = output;
    if (output)
        irp->Flags |= IRP_INPUT_OPERATION;
    io_report_begin(irp, METHOD_BUFFERED, output ? output : input, size, input_length);
    return status;
}

static NTSTATUS prepare_direct_control(PIRP irp, PDEVICE_OBJECT device, ULONG method, PVOID input,
                                       ULONG input_length, PVOID output, ULONG output_length)
{
    const struct io_device *own = io_device_of(device);
    NTSTATUS status = STATUS_SUCCESS;

    if (input_length)
        status = make_system_buffer(irp, input_length, input, input_length);
    if (NT_SUCCESS(status)) {
        status = lock_buffer(irp, output, output_length,
                             method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess,
                             output_length >= own->lent_control ? own->lender : NULL);
        if (!NT_SUCCESS(status) && irp->AssociatedIrp.SystemBuffer)
            free_system_buffer(irp);
    }
    io_report_begin(irp, method, output, output_length, input_length);
    return status;
}

NTSTATUS io_prepare_control(PIRP irp, PDEVICE_OBJECT device, ULONG code, PVOID input,
                            ULONG input_length, PVOID output, ULONG output_length,
                            PVOID *type3_input)
{
    ULONG method = METHOD_FROM_CTL_CODE(code);

    *type3_input = NULL;
    if (method == METHOD_BUFFERED)
        return prepare_buffered_control(irp, input, input_length, output, output_length);
    if (method != METHOD_NEITHER)
        return prepare_direct_control(irp, device, method, input, input_length, output,
                                      output_length);
    irp->UserBuffer = output;
    *type3_input = input;
    io_report_begin(irp, METHOD_NEITHER, output ? output : input,
                    output ? output_length : input_length, 0);
    return STATUS_SUCCESS;
}

VOID io_unlock_buffers(PIRP irp)
{
    PMDL mdl;

    if (!irp->MdlAddress)
        return;
    io_report_mapped(irp);
    for (mdl = irp->MdlAddress; mdl; mdl = mdl->Next) {
        if (mdl->MdlFlags & MDL_PAGES_LOCKED)
            MmUnlockPages(mdl);
    }
}

/* Warnings copy too: STATUS_BUFFER_OVERFLOW comes with the bytes that fitted. */
static BOOLEAN owes_copy(PIRP irp)
{
    NTSTATUS status = irp->IoStatus.Status;

    return (irp->Flags & IRP_INPUT_OPERATION) && irp->IoStatus.Information && !NT_ERROR(status) &&
           status != STATUS_VERIFY_REQUIRED;
}

VOID io_release_buffers(PIRP irp)
{
    PMDL mdl, next;
    NTSTATUS status;

    if (irp->Flags & IRP_BUFFERED_IO) {
        if (owes_copy(irp)) {
            /* Information is the driver's word: as on NT, nobody checks it against the buffer. */
            status = copy_out(irp, irp->IoStatus.Information);
            if (!NT_SUCCESS(status))
                irp->IoStatus.Status = status;
        }
        if (irp->Flags & IRP_DEALLOCATE_BUFFER)
            free_system_buffer(irp);
    }
    for (mdl = irp->MdlAddress; mdl; mdl = next) {
        next = mdl->Next;
        IoFreeMdl(mdl);
    }
    irp->MdlAddress = NULL;
    if (irp->Tail.Overlay.AuxiliaryBuffer) {
        ExFreePool(irp->Tail.Overlay.AuxiliaryBuffer);
        irp->Tail.Overlay.AuxiliaryBuffer = NULL;
    }
}
