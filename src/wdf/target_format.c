/*
 * Formatting: what a request holds for the target that it is formatted for, and reads and
 * writes by the target's method. SEMANTICS of the conversion: a target that takes buffered
 * requests gets a double buffer, one that takes direct ones an MDL, any other an address,
 * whatever the driver passed.
 */
#include "device.h"

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

static VOID save_irp(struct wdf_request_context *context, PIRP irp)
{
    context->system_buffer = irp->AssociatedIrp.SystemBuffer;
    context->user_buffer = irp->UserBuffer;
    context->mdl_address = irp->MdlAddress;
    context->irp_flags = irp->Flags;
    context->has_changed = TRUE;
}

static VOID restore_irp(struct wdf_request_context *context, PIRP irp)
{
    irp->AssociatedIrp.SystemBuffer = context->system_buffer;
    irp->UserBuffer = context->user_buffer;
    irp->MdlAddress = context->mdl_address;
    irp->Flags = context->irp_flags;
}

static __attribute__((noinline)) VOID release_held(struct wdf_request_context *context)
{
    wdf_release_mdl(context);
    while (context->held)
        wdf_memory_dereference(context->memories[--context->held]);
}

VOID wdf_release_format(struct wdf_request *request)
{
    struct wdf_request_context *context = request->context;

    if (!context || !context->has_changed)
        return;
    if (request->irp)
        restore_irp(context, request->irp);
    if (context->held || context->is_locked)
        release_held(context);
    context->has_changed = FALSE;
    context->is_formatted = FALSE;
    context->copies_back = FALSE;
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

/* A received request goes on as it came, but for a target of its own to another file. */
static VOID begin_location(struct wdf_target *target, struct wdf_request *request, UCHAR major)
{
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(request->irp), current;

    RtlZeroMemory(next, sizeof(*next));
    next->MajorFunction = major;
    if (request->flags & WDF_REQUEST_RECEIVED) {
        current = IoGetCurrentIrpStackLocation(request->irp);
        next->Flags = current->Flags;
        next->FileObject = current->FileObject;
    }
    if (target->is_remote)
        next->FileObject = target->file;
}

NTSTATUS wdf_begin_format(struct wdf_target *target, struct wdf_request *request, UCHAR major)
{
    NTSTATUS status = STATUS_SUCCESS;

    wdf_release_format(request);
    if (!wdf_has_locations(request, target))
        status = wdf_fit_target(request, target);
    if (NT_SUCCESS(status) && !request->context)
        status = make_context(request);
    if (!NT_SUCCESS(status))
        return status;
    save_irp(request->context, request->irp);
    begin_location(target, request, major);
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
    }
    return wdf_end_format(request, status);
}

/* ---- completion --------------------------------------------------------------------------------
 */

VOID wdf_note_completion(struct wdf_request *request)
{
    struct wdf_request_context *context = request->context;
    PWDF_REQUEST_COMPLETION_PARAMS params = &context->params;
    PIRP irp = request->irp;
    SIZE_T information = irp->IoStatus.Information;

    /* A target may say anything; what the buffer holds is what can be copied. */
    if (context->copies_back && information)
        memcpy(irp->UserBuffer, context->double_buffer,
               information < context->copied ? information : context->copied);
    params->IoStatus = irp->IoStatus;
    switch (params->Type) {
    case WdfRequestTypeRead:
    case WdfRequestTypeWrite:
        params->Parameters.Read.Length = information;
        break;
    case WdfRequestTypeDeviceControl:
    case WdfRequestTypeDeviceControlInternal:
        params->Parameters.Ioctl.Output.Length = information;
        break;
    default:
        break;
    }
}
