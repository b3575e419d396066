/*
 * What formatting a request begins and ends with.
 */
#pragma once

#include "target.h"

/* The IRP has room for the target, and the request its context. STATUS_INSUFFICIENT_RESOURCES and
 * those of wdf_fit_target. */
NTSTATUS wdf_prepare_format(struct wdf_request *request, struct wdf_target *target);

static inline VOID wdf_save_irp(struct wdf_request_context *context, PIRP irp)
{
    context->system_buffer = irp->AssociatedIrp.SystemBuffer;
    context->user_buffer = irp->UserBuffer;
    context->mdl_address = irp->MdlAddress;
    context->irp_flags = irp->Flags;
    context->has_changed = TRUE;
}

/* A received request goes on as it came, but for a target of its own to another file. */
static inline VOID wdf_begin_location(struct wdf_target *target, struct wdf_request *request,
                                      UCHAR major)
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

/*
 * Makes the request ready for the target: checks both (section 6.1), releases what it was
 * formatted with, makes its context, begins the next stack location.
 */
static inline NTSTATUS wdf_begin_format(struct wdf_target *target, struct wdf_request *request,
                                        UCHAR major)
{
    NTSTATUS status = STATUS_SUCCESS;

    wdf_release_format(request);
    if (!request->context || !wdf_has_locations(request, target))
        status = wdf_prepare_format(request, target);
    if (!NT_SUCCESS(status))
        return status;
    wdf_save_irp(request->context, request->irp);
    wdf_begin_location(target, request, major);
    return status;
}

/* In between: the buffer's memory, if it is one's part, stays until the format is released. */
static inline VOID wdf_hold_memory(struct wdf_request *request, const struct wdf_buffer *buffer)
{
    struct wdf_request_context *context = request->context;

    if (!buffer->memory)
        return;
    context->memories[context->held++] = buffer->memory;
    wdf_memory_reference(buffer->memory);
}

/* The end of a format that cannot be: there is none. Returns status. */
NTSTATUS wdf_drop_format(struct wdf_request *request, NTSTATUS status);

/* The end of any; on failure the request is not formatted. Returns status. */
static inline NTSTATUS wdf_end_format(struct wdf_request *request, NTSTATUS status)
{
    if (!NT_SUCCESS(status))
        return wdf_drop_format(request, status);
    request->context->is_formatted = TRUE;
    request->flags |= WDF_REQUEST_FORMATTED;
    return status;
}
