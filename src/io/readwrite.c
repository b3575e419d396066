/*
 * NtReadFile and NtWriteFile: one body, as they differ in direction alone.
 */
#include "iop.h"

/* The offsets that mean something else than an offset; the high half is -1. */
#define AT_POSITION 0xfffffffeu /* FILE_USE_FILE_POINTER_POSITION */
#define AT_END 0xffffffffu      /* FILE_WRITE_TO_END_OF_FILE */

struct transfer {
    BOOLEAN is_read;
    PVOID buffer;
    ULONG length;
    PLARGE_INTEGER offset_pointer;
    PULONG key_pointer;
    LARGE_INTEGER offset;
    ULONG key;
    BOOLEAN has_offset, at_position, at_end;
};

/* Copies the caller's offset and key, as they may change under us. */
static NTSTATUS capture(struct transfer *transfer, KPROCESSOR_MODE mode)
{
    NTSTATUS status = STATUS_SUCCESS;

    transfer->has_offset = transfer->offset_pointer != NULL;
    transfer->offset.QuadPart = 0;
    transfer->key = 0;
    if (mode == KernelMode) {
        if (transfer->offset_pointer)
            transfer->offset = *transfer->offset_pointer;
        if (transfer->key_pointer)
            transfer->key = *transfer->key_pointer;
        return STATUS_SUCCESS;
    }
    if (transfer->offset_pointer)
        status = mm_copy_from_user(&transfer->offset, transfer->offset_pointer,
                                   sizeof(transfer->offset));
    if (NT_SUCCESS(status) && transfer->key_pointer)
        status = mm_copy_from_user(&transfer->key, transfer->key_pointer, sizeof(transfer->key));
    return status;
}

/* Files opened without intermediate buffering transfer whole sectors. */
static BOOLEAN is_sector_sized(const struct io_request *request, const struct transfer *transfer)
{
    ULONG mask = request->device->SectorSize ? request->device->SectorSize - 1u : 0;

    if (!(request->file->Flags & FO_NO_INTERMEDIATE_BUFFERING))
        return TRUE;
    if (((ULONG_PTR)transfer->buffer & request->device->AlignmentRequirement) ||
        (transfer->length & mask))
        return FALSE;
    return transfer->at_position || transfer->at_end || !(transfer->offset.LowPart & mask);
}

/* Finds out which offset is meant. */
static NTSTATUS check_offset(const struct io_request *request, struct transfer *transfer)
{
    BOOLEAN is_synchronous = io_is_synchronous(request->file);
    BOOLEAN is_special = transfer->has_offset && transfer->offset.HighPart == -1;
    BOOLEAN only_appends =
        (request->granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == FILE_APPEND_DATA;

    transfer->at_end =
        !transfer->is_read && (only_appends || (is_special && transfer->offset.LowPart == AT_END));
    transfer->at_position =
        is_synchronous && !transfer->at_end &&
        (!transfer->has_offset || (is_special && transfer->offset.LowPart == AT_POSITION));
    if (transfer->at_end) {
        transfer->offset.HighPart = -1;
        transfer->offset.LowPart = AT_END;
    } else if (!transfer->at_position) {
        if (!transfer->has_offset && !(request->file->Flags & (FO_NAMED_PIPE | FO_MAILSLOT)))
            return STATUS_INVALID_PARAMETER;
        if (transfer->offset.QuadPart < 0)
            return STATUS_INVALID_PARAMETER;
    }
    return is_sector_sized(request, transfer) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* With the file locked, so that its position is ours. */
static NTSTATUS send_transfer(struct io_request *request, struct transfer *transfer)
{
    PIO_STACK_LOCATION location;
    PIRP irp = io_make_irp(request, transfer->is_read ? IRP_MJ_READ : IRP_MJ_WRITE, &location);
    NTSTATUS status;

    if (!irp) {
        io_abort_request(request);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (transfer->at_position)
        transfer->offset = request->file->CurrentByteOffset;
    if (request->is_locked && !transfer->at_end)
        io_irp_of(irp)->offset = transfer->offset.QuadPart;
    if (request->file->Flags & FO_NO_INTERMEDIATE_BUFFERING)
        irp->Flags |= IRP_NOCACHE;
    if (transfer->key_pointer)
        location->Flags |= SL_KEY_SPECIFIED;
    if (!transfer->is_read && (request->file->Flags & FO_WRITE_THROUGH))
        location->Flags |= SL_WRITE_THROUGH;
    /* Read and Write have the same members at the same places. */
    location->Parameters.Read.Length = transfer->length;
    location->Parameters.Read.Key = transfer->key;
    location->Parameters.Read.ByteOffset = transfer->offset;
    status = io_prepare_transfer(irp, request->device, transfer->buffer, transfer->length,
                                 transfer->is_read);
    if (!NT_SUCCESS(status)) {
        IoFreeIrp(irp);
        io_abort_request(request);
        return status;
    }
    return io_send_request(request, irp);
}

static NTSTATUS transfer_file(HANDLE handle, HANDLE event, PIO_APC_ROUTINE apc_routine,
                              PVOID apc_context, PIO_STATUS_BLOCK iosb, struct transfer *transfer)
{
    struct io_request request;
    NTSTATUS status;

    status = io_begin_request(&request, handle, transfer->is_read ? FILE_READ_DATA : 0, apc_routine,
                              apc_context, iosb);
    if (!NT_SUCCESS(status))
        return status;
    if (!transfer->is_read && request.mode == UserMode &&
        !(request.granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        status = STATUS_ACCESS_DENIED;
    if (status == STATUS_SUCCESS && request.mode == UserMode)
        status = io_probe_transfer(request.device->Flags, transfer->buffer, transfer->length,
                                   transfer->is_read);
    if (status == STATUS_SUCCESS)
        status = capture(transfer, request.mode);
    if (status == STATUS_SUCCESS)
        status = check_offset(&request, transfer);
    if (status == STATUS_SUCCESS)
        status = io_take_event(&request, event);
    if (status == STATUS_SUCCESS)
        status = io_enter_file(&request);
    if (status != STATUS_SUCCESS) {
        io_abort_request(&request);
        return status;
    }
    return send_transfer(&request, transfer);
}

NTSTATUS NTAPI NtReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                          PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                          ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    struct transfer transfer = {.is_read = TRUE,
                                .buffer = Buffer,
                                .length = Length,
                                .offset_pointer = ByteOffset,
                                .key_pointer = Key};

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return transfer_file(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, &transfer);
}

NTSTATUS NTAPI NtWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                           PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                           ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    struct transfer transfer = {
        .buffer = Buffer, .length = Length, .offset_pointer = ByteOffset, .key_pointer = Key};

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return transfer_file(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, &transfer);
}
