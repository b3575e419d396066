/*
 * Formatting: what a request holds for the target that it is formatted for, and reads and
 * writes by the target's method. SEMANTICS of the conversion: a target that takes buffered
 * requests gets a double buffer, one that takes direct ones an MDL, any other an address,
 * whatever the driver passed.
 */
#include "device.h"
#include "target_format.h"

#define TAG_SENDING 'SfdW'

/* ---- what is held ------------------------------------------------------------------ */

static NTSTATUS make_context(struct wdf_request *request)
{
    struct wdf_request_context *context;

    context = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*context), TAG_SENDING);
    if (!context)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlZeroMemory(context, sizeof(*context));
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&context->params);
    request->context = context;
    return STATUS_SUCCESS;
}

static VOID restore_irp(struct wdf_request_context *context, PIRP irp)
{
    irp->AssociatedIrp.SystemBuffer = context->system_buffer;
    irp->UserBuffer = context->user_buffer;
    irp->MdlAddress = context->mdl_address;
    irp->Flags = context->irp_flags;
}

VOID wdf_release_held(struct wdf_request_context *context)
{
    wdf_release_mdl(context);
    while (context->held)
        wdf_memory_dereference(context->memories[--context->held]);
}

VOID wdf_restore_request(struct wdf_request *request)
{
    if (request->irp)
        restore_irp(request->context, request->irp);
    wdf_drop_held(request->context);
}

VOID wdf_free_sending(struct wdf_request *request)
{
    struct wdf_request_context *context = request->context;

    wdf_free_request_timer(request);
    if (wdf_listed_in(request))
        wdf_unlist_request(request);
    if (!context)
        return;
    wdf_release_format(request);
    request->context = NULL;
    if (context->double_buffer)
        ExFreePoolWithTag(context->double_buffer, TAG_SENDING);
    if (context->mdl)
        IoFreeMdl(context->mdl);
    ExFreePoolWithTag(context, TAG_SENDING);
}

NTSTATUS wdf_double_buffer(struct wdf_request *request, ULONG size, PVOID *buffer)
{
    struct wdf_request_context *context = request->context;

    if (context->double_size < size) {
        PVOID larger = ExAllocatePoolWithTag(NonPagedPoolNx, size, TAG_SENDING);

        if (!larger)
            return STATUS_INSUFFICIENT_RESOURCES;
        if (context->double_buffer)
            ExFreePoolWithTag(context->double_buffer, TAG_SENDING);
        context->double_buffer = larger;
        context->double_size = size;
    }
    *buffer = context->double_buffer;
    return STATUS_SUCCESS;
}

/* ---- beginning and end ------------------------------------------------------------------- */

NTSTATUS wdf_prepare_format(struct wdf_request *request, struct wdf_target *target)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!wdf_has_locations(request, target))
        status = wdf_fit_target(request, target);
    if (NT_SUCCESS(status) && !request->context)
        status = make_context(request);
    return status;
}

NTSTATUS wdf_drop_format(struct wdf_request *request, NTSTATUS status)
{
    wdf_release_format(request);
    request->flags &= ~WDF_REQUEST_FORMATTED;
    return status;
}

/* ---- reads and writes ---------------------------------------------------------------------- */

static NTSTATUS fill_buffered(struct wdf_request *request, UCHAR major,
                              const struct wdf_buffer *buffer)
{
    PIRP irp = request->irp;
    PVOID address, system;
    NTSTATUS status;

    irp->UserBuffer = NULL;
    irp->AssociatedIrp.SystemBuffer = NULL;
    if (!buffer->length)
        return STATUS_SUCCESS;
    status = wdf_double_buffer(request, buffer->length, &system);
    if (NT_SUCCESS(status))
        status = wdf_buffer_address(buffer, &address);
    if (!NT_SUCCESS(status))
        return status;
    irp->AssociatedIrp.SystemBuffer = system;
    if (major == IRP_MJ_WRITE) {
        memcpy(system, address, buffer->length);
        return status;
    }
    irp->UserBuffer = address;
    request->context->copies_back = TRUE;
    request->context->copied = buffer->length;
    return status;
}

/* In a driver host buffers are passed on as they are, whatever the target's device says. */
static NTSTATUS fill_user(struct wdf_request *request, const struct wdf_buffer *buffer)
{
    request->irp->UserBuffer = NULL;
    request->irp->MdlAddress = NULL;
    return wdf_buffer_address(buffer, &request->irp->AssociatedIrp.SystemBuffer);
}

static NTSTATUS fill_transfer(struct wdf_target *target, struct wdf_request *request, UCHAR major,
                              const struct wdf_buffer *buffer)
{
    if (request->object.globals->is_user)
        return fill_user(request, buffer);
    switch (wdf_target_io_type(target)) {
    case WDF_TARGET_BUFFERED:
        return fill_buffered(request, major, buffer);
    case WDF_TARGET_DIRECT:
        return wdf_buffer_mdl(buffer, major == IRP_MJ_READ ? IoWriteAccess : IoReadAccess,
                              request->context, &request->irp->MdlAddress);
    default:
        return wdf_buffer_address(buffer, &request->irp->UserBuffer);
    }
}

NTSTATUS wdf_format_transfer(struct wdf_target *target, struct wdf_request *request, UCHAR major,
                             const struct wdf_buffer *buffer, PLONGLONG offset)
{
    PWDF_REQUEST_COMPLETION_PARAMS params;
    PIO_STACK_LOCATION next;
    NTSTATUS status = wdf_begin_format(target, request, major);

    if (!NT_SUCCESS(status))
        return status;
    wdf_hold_memory(request, buffer);
    status = fill_transfer(target, request, major, buffer);
    if (NT_SUCCESS(status)) {
        /* Read and write are laid out alike, in both. */
        next = IoGetNextIrpStackLocation(request->irp);
        next->Parameters.Read.Length = buffer->length;
        next->Parameters.Read.ByteOffset.QuadPart = offset ? *offset : 0;
        params = &request->context->params;
        params->Type = (WDF_REQUEST_TYPE)major;
        params->Parameters.Read.Buffer = buffer->handle;
        params->Parameters.Read.Offset = buffer->offset;
        params->Parameters.Read.Length = 0;
        request->context->transferred = &params->Parameters.Read.Length;
    }
    return wdf_end_format(request, status);
}
