/*
 * WdfIoTargetSend...Synchronously: format, send, wait. Without a request of the driver's a
 * target lends one of its own, so that after the first time nothing is allocated.
 */
#include "device.h"

/* What is sent: one kind for all of them. */
struct job {
    UCHAR major;
    BOOLEAN has_arguments; /* internal control with three pointers */
    ULONG code;
    PLONGLONG offset;
    const WDF_MEMORY_DESCRIPTOR *descriptors[3]; /* input, output; or read's, write's; or those */
    struct wdf_buffer buffers[3];
};

/* ---- the request -------------------------------------------------------------------- */

static NTSTATUS borrow(struct wdf_target *target, struct wdf_request **request)
{
    NTSTATUS status;

    *request = __atomic_exchange_n(&target->spare, NULL, __ATOMIC_ACQUIRE);
    if (*request)
        return STATUS_SUCCESS;
    status = wdf_make_own_request(target->object.globals, NULL, NULL, request);
    if (NT_SUCCESS(status))
        wdf_commit_object(&(*request)->object, NULL);
    return status;
}

static VOID give_back(struct wdf_target *target, struct wdf_request *request)
{
    struct wdf_request *other;

    if (request->irp)
        IoReuseIrp(request->irp, STATUS_SUCCESS);
    __atomic_store_n(&request->is_cancel_wanted, FALSE, __ATOMIC_RELAXED);
    other = __atomic_exchange_n(&target->spare, request, __ATOMIC_ACQ_REL);
    if (other)
        wdf_delete_object(&other->object);
}

/* ---- sending -------------------------------------------------------------------------- */

static NTSTATUS describe(struct job *job, PCSTR function)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; NT_SUCCESS(status) && i < RTL_NUMBER_OF(job->buffers); i++)
        status = wdf_buffer_of_descriptor(job->descriptors[i], &job->buffers[i], function);
    return status;
}

static NTSTATUS format(struct wdf_target *target, struct wdf_request *request, struct job *job)
{
    if (job->has_arguments)
        return wdf_format_others(target, request, job->code, job->buffers);
    if (job->major == IRP_MJ_READ || job->major == IRP_MJ_WRITE)
        return wdf_format_transfer(target, request, job->major, &job->buffers[0], job->offset);
    return wdf_format_control(target, request, job->major, job->code, &job->buffers[0],
                              &job->buffers[1]);
}

static NTSTATUS run(struct wdf_target *target, struct wdf_request *request, struct job *job,
                    const WDF_REQUEST_SEND_OPTIONS *options, PULONG_PTR bytes)
{
    NTSTATUS status = format(target, request, job);
    BOOLEAN is_sent;

    if (!NT_SUCCESS(status))
        return status;
    status = wdf_send_and_wait(request, target, options, FALSE, &is_sent);
    if (bytes)
        *bytes = request->irp->IoStatus.Information;
    wdf_release_format(request);
    return status;
}

static NTSTATUS send(PWDF_DRIVER_GLOBALS globals, WDFIOTARGET target_handle,
                     WDFREQUEST request_handle, struct job *job,
                     const WDF_REQUEST_SEND_OPTIONS *options, PULONG_PTR bytes, PCSTR function)
{
    struct wdf_target *target = wdf_target_of(target_handle, function);
    struct wdf_request *request = request_handle ? wdf_request_of(request_handle, function) : NULL;
    NTSTATUS status;

    if (request)
        wdf_release_format(request);
    if (!wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_options(options);
    if (NT_SUCCESS(status))
        status = describe(job, function);
    if (!NT_SUCCESS(status))
        return status;
    if (request)
        return run(target, request, job, options, bytes);
    status = borrow(target, &request);
    if (!NT_SUCCESS(status))
        return status;
    /* The target may be deleted while its request is under way. */
    wdf_reference(&target->object);
    status = run(target, request, job, options, bytes);
    give_back(target, request);
    wdf_dereference(&target->object);
    return status;
}

/* ---- what drivers call -------------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfIoTargetSendReadSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                    PLONGLONG DeviceOffset,
                                                    PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                    PULONG_PTR BytesRead)
{
    struct job job = {.major = IRP_MJ_READ, .offset = DeviceOffset, .descriptors = {OutputBuffer}};

    return send(DriverGlobals, IoTarget, Request, &job, RequestOptions, BytesRead, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetSendWriteSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                     PLONGLONG DeviceOffset,
                                                     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                     PULONG_PTR BytesWritten)
{
    struct job job = {.major = IRP_MJ_WRITE, .offset = DeviceOffset, .descriptors = {InputBuffer}};

    return send(DriverGlobals, IoTarget, Request, &job, RequestOptions, BytesWritten, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetSendIoctlSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
    struct job job = {.major = IRP_MJ_DEVICE_CONTROL,
                      .code = IoctlCode,
                      .descriptors = {InputBuffer, OutputBuffer}};

    return send(DriverGlobals, IoTarget, Request, &job, RequestOptions, BytesReturned, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetSendInternalIoctlSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
    struct job job = {.major = IRP_MJ_INTERNAL_DEVICE_CONTROL,
                      .code = IoctlCode,
                      .descriptors = {InputBuffer, OutputBuffer}};

    return send(DriverGlobals, IoTarget, Request, &job, RequestOptions, BytesReturned, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetSendInternalIoctlOthersSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
    PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PULONG_PTR BytesReturned)
{
    struct job job = {.major = IRP_MJ_INTERNAL_DEVICE_CONTROL,
                      .has_arguments = TRUE,
                      .code = IoctlCode,
                      .descriptors = {OtherArg1, OtherArg2, OtherArg4}};

    return send(DriverGlobals, IoTarget, Request, &job, RequestOptions, BytesReturned, __func__);
}
