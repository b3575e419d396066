/*
 * Formatting control requests: the code's method says how the buffers travel.
 */
#include "device.h"
#include "target_format.h"

/* One system buffer for both; the output is copied back once the request is complete. */
static NTSTATUS fill_buffered(struct wdf_request *request, const struct wdf_buffer *input,
                              const struct wdf_buffer *output)
{
    ULONG size = input->length > output->length ? input->length : output->length;
    PIRP irp = request->irp;
    PVOID system, source;
    NTSTATUS status;

    irp->UserBuffer = NULL;
    irp->AssociatedIrp.SystemBuffer = NULL;
    if (!size)
        return STATUS_SUCCESS;
    status = wdf_double_buffer(request, size, &system);
    if (NT_SUCCESS(status))
        status = wdf_buffer_address(input, &source);
    if (NT_SUCCESS(status))
        status = wdf_buffer_address(output, &irp->UserBuffer);
    if (!NT_SUCCESS(status))
        return status;
    if (input->length)
        memcpy(system, source, input->length);
    irp->AssociatedIrp.SystemBuffer = system;
    request->context->copies_back = output->length != 0;
    request->context->copied = output->length;
    return status;
}

static NTSTATUS fill_direct(struct wdf_request *request, ULONG method,
                            const struct wdf_buffer *input, const struct wdf_buffer *output)
{
    PIRP irp = request->irp;
    NTSTATUS status = wdf_buffer_address(input, &irp->AssociatedIrp.SystemBuffer);

    if (!NT_SUCCESS(status))
        return status;
    return wdf_buffer_mdl(output, method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess,
                          request->context, &irp->MdlAddress);
}

static NTSTATUS fill_neither(struct wdf_request *request, PIO_STACK_LOCATION next,
                             const struct wdf_buffer *input, const struct wdf_buffer *output)
{
    NTSTATUS status = wdf_buffer_address(output, &request->irp->UserBuffer);

    if (!NT_SUCCESS(status))
        return status;
    return wdf_buffer_address(input, &next->Parameters.DeviceIoControl.Type3InputBuffer);
}

/* In a driver host: whatever the method, two addresses, and nothing is copied. */
static NTSTATUS fill_user(struct wdf_request *request, const struct wdf_buffer *input,
                          const struct wdf_buffer *output)
{
    PIRP irp = request->irp;
    NTSTATUS status = wdf_buffer_address(input, &irp->AssociatedIrp.SystemBuffer);

    irp->MdlAddress = NULL;
    return NT_SUCCESS(status) ? wdf_buffer_address(output, &irp->UserBuffer) : status;
}

static NTSTATUS fill_control(struct wdf_request *request, ULONG code,
                             const struct wdf_buffer *input, const struct wdf_buffer *output)
{
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(request->irp);

    next->Parameters.DeviceIoControl.IoControlCode = code;
    next->Parameters.DeviceIoControl.InputBufferLength = input->length;
    next->Parameters.DeviceIoControl.OutputBufferLength = output->length;
    if (request->object.globals->is_user)
        return fill_user(request, input, output);
    switch (code & 3) {
    case METHOD_BUFFERED:
        return fill_buffered(request, input, output);
    case METHOD_NEITHER:
        return fill_neither(request, next, input, output);
    default:
        return fill_direct(request, code & 3, input, output);
    }
}

NTSTATUS wdf_format_control(struct wdf_target *target, struct wdf_request *request, UCHAR major,
                            ULONG code, const struct wdf_buffer *input,
                            const struct wdf_buffer *output)
{
    PWDF_REQUEST_COMPLETION_PARAMS params;
    NTSTATUS status = wdf_begin_format(target, request, major);

    if (!NT_SUCCESS(status))
        return status;
    wdf_hold_memory(request, input);
    wdf_hold_memory(request, output);
    status = fill_control(request, code, input, output);
    if (NT_SUCCESS(status)) {
        params = &request->context->params;
        params->Type = (WDF_REQUEST_TYPE)major;
        params->Parameters.Ioctl.IoControlCode = code;
        params->Parameters.Ioctl.Input.Buffer = input->handle;
        params->Parameters.Ioctl.Input.Offset = input->offset;
        params->Parameters.Ioctl.Output.Buffer = output->handle;
        params->Parameters.Ioctl.Output.Offset = output->offset;
        params->Parameters.Ioctl.Output.Length = 0;
        request->context->transferred = &params->Parameters.Ioctl.Output.Length;
    }
    return wdf_end_format(request, status);
}

NTSTATUS wdf_format_others(struct wdf_target *target, struct wdf_request *request, ULONG code,
                           const struct wdf_buffer arguments[3])
{
    PWDF_REQUEST_COMPLETION_PARAMS params;
    PIO_STACK_LOCATION next;
    NTSTATUS status = wdf_begin_format(target, request, IRP_MJ_INTERNAL_DEVICE_CONTROL);
    ULONG i;

    if (!NT_SUCCESS(status))
        return status;
    for (i = 0; i < 3; i++)
        wdf_hold_memory(request, &arguments[i]);
    next = IoGetNextIrpStackLocation(request->irp);
    next->Parameters.DeviceIoControl.IoControlCode = code;
    status = wdf_buffer_address(&arguments[0], &next->Parameters.Others.Argument1);
    if (NT_SUCCESS(status))
        status = wdf_buffer_address(&arguments[1], &next->Parameters.Others.Argument2);
    if (NT_SUCCESS(status))
        status = wdf_buffer_address(&arguments[2], &next->Parameters.Others.Argument4);
    params = &request->context->params;
    request->context->transferred = NULL;
    params->Type = WdfRequestTypeOther;
    params->Parameters.Others.Argument1.Ptr = arguments[0].handle;
    params->Parameters.Others.Argument2.Ptr = arguments[1].handle;
    params->Parameters.Others.Argument3.Ptr = NULL;
    params->Parameters.Others.Argument4.Ptr = arguments[2].handle;
    return wdf_end_format(request, status);
}
