/*
 * IRPs of read, write and control: from the device to a request, and to the queue that it is
 * for. What a filter driver has no use for goes down the stack.
 */
#include "device.h"
#include "pnp.h"
#include "queue.h"

/* What EvtDeviceWdmIrpDispatch is given and has to hand back. */
#define IN_DISPATCH_CALLBACK ((WDFCONTEXT)(ULONG_PTR)1)

NTSTATUS wdf_io_start(struct wdf_device *device)
{
    return wdf_files_start(device);
}

VOID wdf_io_stop(struct wdf_device *device)
{
    struct wdf_device_io *io = &device->io;

    io->default_queue = NULL;
    RtlZeroMemory(io->by_major, sizeof(io->by_major));
    if (io->irp_dispatch)
        ExFreePool(io->irp_dispatch);
    io->irp_dispatch = NULL;
}

BOOLEAN wdf_may_route(struct wdf_device *device)
{
    return device->pnp ? device->pnp->state == WdfDevStatePnpInit
                       : (device->device_object->Flags & DO_DEVICE_INITIALIZING) != 0;
}

static struct wdf_queue *queue_for(const struct wdf_device *device, UCHAR major)
{
    struct wdf_queue *queue = device->io.by_major[major];

    return queue ? queue : device->io.default_queue;
}

/* A filter's requests that it has named no callback for are not its business. */
static BOOLEAN goes_down(const struct wdf_device *device, const struct wdf_queue *queue,
                         UCHAR major)
{
    return device->config.is_filter &&
           (!queue || (queue->is_default && !wdf_queue_handles(queue, major)));
}

/* ---- arrival ------------------------------------------------------------------------ */

static NTSTATUS call_in_caller_context(struct wdf_device *device, struct wdf_request *request,
                                       struct wdf_queue *queue)
{
    /* STATUS_PENDING is the answer whatever the driver does, so the mark comes first. */
    IoMarkIrpPending(request->irp);
    request->flags |= WDF_REQUEST_IN_CALLER_CONTEXT;
    request->is_presented = TRUE;
    request->home = queue;
    device->config.in_caller_context(wdf_handle_of(device), wdf_handle_of(request));
    return STATUS_PENDING;
}

static NTSTATUS make_request(struct wdf_device *device, PIRP irp, struct wdf_queue *queue,
                             BOOLEAN calls)
{
    struct wdf_request *request;
    NTSTATUS status = wdf_make_request(device, irp, &request);

    if (queue && queue->progress)
        status = wdf_secure_request(queue, irp, status, &request);
    if (status == STATUS_PENDING)
        return status;
    if (!NT_SUCCESS(status))
        return wdf_fail_irp(irp, status);
    /* A reserved request may serve an IRP whose caller is gone. */
    if (calls && !(request->flags & WDF_REQUEST_RESERVED))
        return call_in_caller_context(device, request, queue);
    return wdf_queue_arrival(queue, request);
}

/* Without kernel APCs meanwhile, which might suspend a thread that serves others' requests. */
static NTSTATUS accept(struct wdf_device *device, PIRP irp, struct wdf_queue *queue, BOOLEAN calls)
{
    BOOLEAN is_low = KeGetCurrentIrql() <= APC_LEVEL;
    NTSTATUS status;

    if (is_low)
        KeEnterCriticalRegion();
    status = make_request(device, irp, queue, calls);
    if (is_low)
        KeLeaveCriticalRegion();
    return status;
}

static NTSTATUS route(struct wdf_device *device, PIRP irp)
{
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    struct wdf_queue *queue = queue_for(device, major);
    BOOLEAN calls = device->config.in_caller_context != NULL;

    if (!calls) {
        if (goes_down(device, queue, major))
            return wdf_pass_down(device, irp);
        if (!queue)
            return wdf_fail_irp(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    return accept(device, irp, queue, calls);
}

NTSTATUS wdf_dispatch_io(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    const struct wdf_irp_dispatch *dispatch;

    if (!device->io.irp_dispatch)
        return route(device, irp);
    dispatch = &device->io.irp_dispatch[location->MajorFunction];
    if (!dispatch->routine)
        return route(device, irp);
    return dispatch->routine(wdf_handle_of(device), location->MajorFunction,
                             location->MinorFunction,
                             location->Parameters.DeviceIoControl.IoControlCode, dispatch->context,
                             irp, IN_DISPATCH_CALLBACK);
}

/* ---- EvtIoInCallerContext's way on --------------------------------------------------- */

static NTSTATUS send_down(struct wdf_device *device, struct wdf_request *request)
{
    WDF_REQUEST_SEND_OPTIONS options;
    WDFREQUEST handle = wdf_handle_of(request);

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
    if (imp_WdfRequestSend(&device->object.globals->seen, handle,
                           wdf_handle_of(device->local_target), &options))
        return STATUS_SUCCESS;
    return imp_WdfRequestGetStatus(&device->object.globals->seen, handle);
}

static NTSTATUS enqueue(struct wdf_device *device, struct wdf_request *request)
{
    UCHAR major = IoGetCurrentIrpStackLocation(request->irp)->MajorFunction;
    struct wdf_queue *queue = request->home ? request->home : queue_for(device, major);

    if (goes_down(device, queue, major))
        return send_down(device, request);
    return queue ? wdf_queue_request(queue, request, FALSE) : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI imp_WdfDeviceEnqueueRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           WDFREQUEST Request)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_request *request = wdf_request_of(Request, __func__);
    NTSTATUS status;

    if (!(request->flags & WDF_REQUEST_IN_CALLER_CONTEXT)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDFREQUEST %p is not from EvtIoInCallerContext", Request);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    request->flags &= ~WDF_REQUEST_IN_CALLER_CONTEXT;
    status = enqueue(device, request);
    /* It may be gone unless it is still the driver's. */
    if (!NT_SUCCESS(status))
        request->flags |= WDF_REQUEST_IN_CALLER_CONTEXT;
    return status;
}

/* ---- routing ---------------------------------------------------------------------------- */

static BOOLEAN is_io(UCHAR major)
{
    return major == IRP_MJ_READ || major == IRP_MJ_WRITE || major == IRP_MJ_DEVICE_CONTROL ||
           major == IRP_MJ_INTERNAL_DEVICE_CONTROL;
}

static NTSTATUS configure(struct wdf_device *device, struct wdf_queue *queue, UCHAR major)
{
    struct wdf_queue **place = &device->io.by_major[major];

    if (!wdf_queue_handles(queue, major))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (major == IRP_MJ_CREATE) {
        if (*place)
            return STATUS_INVALID_PARAMETER;
    } else if (queue->is_default) {
        return STATUS_INVALID_DEVICE_REQUEST;
    } else if (*place) {
        return STATUS_WDF_BUSY;
    }
    queue->is_fixed = TRUE;
    *place = queue;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceConfigureRequestDispatching(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFDEVICE Device, WDFQUEUE Queue,
                                                        WDF_REQUEST_TYPE RequestType)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_queue *queue;
    NTSTATUS status;

    if (RequestType != WdfRequestTypeCreate && !is_io((UCHAR)RequestType))
        return STATUS_INVALID_PARAMETER;
    queue = wdf_queue_of(Queue, __func__);
    if (queue->device != device)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!wdf_may_route(device))
        return STATUS_INVALID_DEVICE_STATE;
    status = configure(device, queue, (UCHAR)RequestType);
    if (!NT_SUCCESS(status))
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDFQUEUE %p is the default one, has no callback for requests of type %d, or "
                   "another queue has them",
                   Queue, RequestType);
    return status;
}

WDFQUEUE NTAPI imp_WdfDeviceGetDefaultQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_queue *queue = wdf_device_of(Device, __func__)->io.default_queue;

    UNREFERENCED_PARAMETER(DriverGlobals);
    return queue ? wdf_handle_of(queue) : NULL;
}

/* ---- a driver that picks queues itself ---------------------------------------------------- */

NTSTATUS NTAPI imp_WdfDeviceConfigureWdmIrpDispatchCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device, WDFDRIVER Driver, UCHAR MajorFunction,
    PFN_WDFDEVICE_WDM_IRP_DISPATCH EvtDeviceWdmIrpDispatch, WDFCONTEXT DriverContext)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_device_io *io = &device->io;
    SIZE_T bytes = (IRP_MJ_MAXIMUM_FUNCTION + 1) * sizeof(*io->irp_dispatch);

    UNREFERENCED_PARAMETER(Driver);
    if (!is_io(MajorFunction))
        return STATUS_INVALID_PARAMETER;
    WDF_REQUIRE(EvtDeviceWdmIrpDispatch);
    if (!wdf_may_route(device))
        return STATUS_INVALID_DEVICE_STATE;
    if (!io->irp_dispatch)
        io->irp_dispatch = ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes,
                                           wdf_globals_of(DriverGlobals)->seen.DriverTag);
    if (!io->irp_dispatch)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (io->irp_dispatch[MajorFunction].routine)
        return STATUS_INVALID_PARAMETER;
    io->irp_dispatch[MajorFunction].routine = EvtDeviceWdmIrpDispatch;
    io->irp_dispatch[MajorFunction].context = DriverContext;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceWdmDispatchIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PIRP Irp, WDFCONTEXT DispatchContext)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Irp);
    WDF_REQUIRE(DispatchContext);
    if (!is_io(IoGetCurrentIrpStackLocation(Irp)->MajorFunction) ||
        DispatchContext != IN_DISPATCH_CALLBACK)
        return wdf_fail_irp(Irp, STATUS_INVALID_PARAMETER);
    return route(device, Irp);
}

/* May the IRP, which came to device, go to queue? */
static NTSTATUS check_target(struct wdf_device *device, PIRP irp, struct wdf_queue *queue,
                             ULONG flags)
{
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    struct wdf_pdo *child = device->pdo_part;

    if (flags & ~(ULONG)(WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK |
                         WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP))
        return STATUS_INVALID_PARAMETER;
    if (!is_io(major) || !wdf_queue_handles(queue, major))
        return STATUS_INVALID_PARAMETER;
    if (queue->device == device)
        return STATUS_SUCCESS;
    if (!child || child->parent != queue->device)
        return STATUS_INVALID_PARAMETER;
    return child->identity.forwards_to_parent ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI imp_WdfDeviceWdmDispatchIrpToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFDEVICE Device, PIRP Irp, WDFQUEUE Queue,
                                                    ULONG Flags)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    BOOLEAN calls;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Irp);
    if (Flags & WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP)
        IoSetNextIrpStackLocation(Irp);
    status = check_target(device, Irp, queue, Flags);
    if (!NT_SUCCESS(status))
        return wdf_fail_irp(Irp, status);
    if (queue->device != device) {
        device = queue->device;
        IoCopyCurrentIrpStackLocationToNext(Irp);
        IoSetNextIrpStackLocation(Irp);
        IoGetCurrentIrpStackLocation(Irp)->DeviceObject = device->device_object;
    }
    calls = (Flags & WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK) &&
            device->config.in_caller_context;
    return accept(device, Irp, queue, calls);
}
