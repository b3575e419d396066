/*
 * Requests: made for IRPs that come to a device, and completed.
 *
 * A device keeps free requests in a few places, which are exchanged: a thread begins to look
 * at its own. What is in a place has a handle's slot and a reference on the device's object,
 * which so outlives all its requests. A request that is free or made is never below a parent.
 */
#include "device.h"
#include "dma.h"
#include "request.h"

/* In a place of a device that keeps no requests any more. */
#define CLOSED ((struct wdf_request *)1)

/* ---- free requests ------------------------------------------------------------ */

static ULONG own_place(VOID)
{
    return (ULONG)((ULONG_PTR)ke_current() / 256 % WDF_FREE_REQUESTS);
}

static BOOLEAN is_request(const struct wdf_request *free)
{
    return free != NULL && free != CLOSED;
}

static struct wdf_request *take_free(struct wdf_device *device)
{
    struct wdf_request **places = device->io.free_requests, *taken;
    ULONG first = own_place(), i;

    for (i = 0; i < WDF_FREE_REQUESTS; i++) {
        struct wdf_request **place = &places[(first + i) % WDF_FREE_REQUESTS];

        taken = __atomic_load_n(place, __ATOMIC_RELAXED);
        /* Pairs with keep_free's release: what is taken is at rest. */
        if (is_request(taken) && __atomic_compare_exchange_n(place, &taken, NULL, FALSE,
                                                             __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return taken;
    }
    return NULL;
}

/* The device may be gone when this returns TRUE: the request was what kept it. */
static BOOLEAN keep_free(struct wdf_request *request)
{
    /* The device that it was made for; it may have been forwarded to the parent's. */
    struct wdf_request **places = request->object.device->io.free_requests, *found;
    ULONG first = own_place(), i;

    for (i = 0; i < WDF_FREE_REQUESTS; i++) {
        struct wdf_request **place = &places[(first + i) % WDF_FREE_REQUESTS];

        found = __atomic_load_n(place, __ATOMIC_RELAXED);
        if (!found && __atomic_compare_exchange_n(place, &found, request, FALSE, __ATOMIC_RELEASE,
                                                  __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

static VOID free_request(struct wdf_request *request)
{
    struct wdf_device *device = request->object.device;

    wdf_close_handle(&request->object);
    ExFreePool(request);
    wdf_dereference(&device->object);
}

static VOID recycle(struct wdf_object *object)
{
    struct wdf_request *request = (struct wdf_request *)object;

    if (!keep_free(request))
        free_request(request);
}

VOID wdf_free_request_cache(struct wdf_device *device)
{
    struct wdf_request *free;
    ULONG i;

    for (i = 0; i < WDF_FREE_REQUESTS; i++) {
        free = __atomic_exchange_n(&device->io.free_requests[i], CLOSED, __ATOMIC_ACQUIRE);
        if (is_request(free))
            free_request(free);
    }
}

/* ---- making -------------------------------------------------------------------- */

static PWDF_OBJECT_ATTRIBUTES attributes_of(struct wdf_device *device)
{
    return device->config.request_attributes.Size ? &device->config.request_attributes : NULL;
}

static NTSTATUS allocate(struct wdf_device *device, struct wdf_request **request)
{
    struct wdf_globals *globals = device->object.globals;
    SIZE_T bytes = wdf_object_bytes(sizeof(**request), attributes_of(device));
    NTSTATUS status;

    *request = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, globals->seen.DriverTag);
    if (!*request)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = wdf_initialize_object(*request, globals, &wdf_type_request_received, sizeof(**request),
                                   attributes_of(device));
    if (!NT_SUCCESS(status)) {
        ExFreePool(*request);
        return status;
    }
    wdf_reference(&device->object);
    (*request)->object.device = device;
    return status;
}

/* Two pieces, as each is so small that it takes but a few plain stores. */
#define FIRST_PIECE                                                                                \
    (FIELD_OFFSET(struct wdf_request, target) - FIELD_OFFSET(struct wdf_request, built_mdl))
#define SECOND_PIECE (sizeof(struct wdf_request) - FIELD_OFFSET(struct wdf_request, target))
C_ASSERT(FIRST_PIECE <= 80 && SECOND_PIECE <= 80);

static VOID clear(struct wdf_request *request)
{
    memset(&request->built_mdl, 0, FIRST_PIECE);
    memset(&request->target, 0, SECOND_PIECE);
}

NTSTATUS wdf_make_request(struct wdf_device *device, PIRP irp, struct wdf_request **request)
{
    struct wdf_request *made = take_free(device);
    NTSTATUS status;

    if (made) {
        wdf_renew_object(&made->object, sizeof(*made), attributes_of(device));
    } else {
        status = allocate(device, &made);
        if (!NT_SUCCESS(status))
            return status;
    }
    clear(made);
    made->irp = irp;
    made->flags = WDF_REQUEST_RECEIVED;
    made->device = device;
    wdf_assign_buffers(made);
    wdf_commit_object(&made->object, NULL);
    *request = made;
    return STATUS_SUCCESS;
}

/* ---- completing ----------------------------------------------------------------- */

/* A status of the framework's own means nothing to who sent the IRP. */
static NTSTATUS system_status(NTSTATUS status)
{
    if (((ULONG)status & 0x0FFF0000) >> 16 != FACILITY_DRIVER_FRAMEWORK)
        return status;
    switch (status) {
    case STATUS_WDF_PAUSED:
    case STATUS_WDF_BUSY:
        return STATUS_DEVICE_BUSY;
    case STATUS_WDF_INTERNAL_ERROR:
        return STATUS_INTERNAL_ERROR;
    case STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS:
        return STATUS_INSUFFICIENT_RESOURCES;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* The bytes that Information may count; FALSE if that cannot be told. */
static BOOLEAN transfer_limit(PIRP irp, PULONG limit)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    switch (location->MajorFunction) {
    case IRP_MJ_READ:
        *limit = location->Parameters.Read.Length;
        return TRUE;
    case IRP_MJ_WRITE:
        *limit = location->Parameters.Write.Length;
        return TRUE;
    case IRP_MJ_DEVICE_CONTROL:
        *limit = location->Parameters.DeviceIoControl.OutputBufferLength;
        return irp->RequestorMode == UserMode && *limit != 0;
    default:
        return FALSE;
    }
}

static VOID verify_information(struct wdf_request *request, NTSTATUS status, PCSTR function)
{
    PIRP irp = request->irp;
    WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA data = {
        .Request = wdf_handle_of(request),
        .Irp = irp,
        .Information = irp->IoStatus.Information,
        .MajorFunction = IoGetCurrentIrpStackLocation(irp)->MajorFunction,
    };

    if (NT_SUCCESS(status) && transfer_limit(irp, &data.OutputBufferLength) &&
        data.Information > data.OutputBufferLength)
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH,
                      (ULONG_PTR)&data, function,
                      "WDFREQUEST 0x%p was completed with Information %I64u, but its buffer "
                      "holds %u bytes",
                      data.Request, (ULONG64)data.Information, data.OutputBufferLength);
}

/*
 * With no output buffer Information may say whatever a driver likes, though the caller passed
 * an address for output: nothing is to be copied there.
 */
static VOID forget_output(PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    if ((irp->Flags & IRP_INPUT_OPERATION) && location->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
        location->Parameters.DeviceIoControl.OutputBufferLength == 0 &&
        irp->RequestorMode == UserMode &&
        (location->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_BUFFERED)
        irp->Flags &= ~(ULONG)IRP_INPUT_OPERATION;
}

static VOID report_uses(struct wdf_request *request, LONG uses, PCSTR function)
{
    WDFDMATRANSACTION transaction = wdf_dma_user_of(request);

    if (transaction)
        wdf_violation(WDF_VERIFIER_FATAL_ERROR, request->object.handle, (ULONG_PTR)uses, function,
                      "WDFREQUEST 0x%p was completed while WDFDMATRANSACTION 0x%p moves its data",
                      wdf_handle_of(request), transaction);
    wdf_violation(WDF_VERIFIER_FATAL_ERROR, request->object.handle, (ULONG_PTR)uses, function,
                  "WDFREQUEST 0x%p was completed while its memory is in use (%d): referenced, "
                  "formatted into another request, or locked",
                  wdf_handle_of(request), uses);
}

/* What the driver did with it ends before its sender is told. */
static VOID settle(struct wdf_request *request, PCSTR function)
{
    LONG uses;

    wdf_settle_cancel(request);
    wdf_release_format(request);
    if (!(request->flags & WDF_REQUEST_RESERVED)) {
        request->object.is_silent = !request->is_presented;
        wdf_dispose_object(&request->object);
    }
    uses = __atomic_load_n(&request->memory_uses, __ATOMIC_ACQUIRE);
    if (uses)
        report_uses(request, uses, function);
    wdf_drop_buffers(request);
}

/* Its IRP is somebody else's. */
static VOID end_request(struct wdf_request *request)
{
    BOOLEAN is_reserved = (request->flags & WDF_REQUEST_RESERVED) != 0;

    wdf_leave_queue(request);
    if (is_reserved)
        wdf_return_reserved(request);
    else
        wdf_release_object(&request->object);
}

VOID wdf_complete_request_boosted(struct wdf_request *request, NTSTATUS status, CCHAR boost,
                                  PCSTR function)
{
    PIRP irp = request->irp;

    if (request->object.globals->is_verifier_on)
        verify_information(request, status, function);
    forget_output(irp);
    settle(request, function);
    irp->IoStatus.Status = system_status(status);
    request->irp = NULL;
    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_CREATE)
        wdf_create_completed(request->object.device, irp);
    IoCompleteRequest(irp, boost);
    end_request(request);
}

VOID wdf_forget_request(struct wdf_request *request, PDEVICE_OBJECT device, PCSTR function)
{
    PIRP irp = request->irp;

    settle(request, function);
    request->irp = NULL;
    IoCallDriver(device, irp);
    end_request(request);
}

VOID wdf_complete_request(struct wdf_request *request, NTSTATUS status, PCSTR function)
{
    wdf_complete_request_boosted(request, status, IO_NO_INCREMENT, function);
}

/* ---- the types ---------------------------------------------------------------------- */

static VOID destroy_received(struct wdf_object *object)
{
    struct wdf_request *request = (struct wdf_request *)object;

    if (request->context || request->timer)
        wdf_free_sending(request);
}

/* A target keeps what is sent to it. */
static VOID dispose_own(struct wdf_object *object)
{
    struct wdf_request *request = (struct wdf_request *)object;

    wdf_return_pass(request);
    if (request->context && !__atomic_load_n(&request->claims, __ATOMIC_ACQUIRE))
        wdf_release_format(request);
}

/* What the driver made may have an IRP of its own. */
static VOID destroy_own(struct wdf_object *object)
{
    struct wdf_request *request = (struct wdf_request *)object;

    wdf_release_format(request);
    if (request->irp && (request->flags & WDF_REQUEST_OWN_IRP))
        IoFreeIrp(request->irp);
    wdf_free_sending(request);
}

const struct wdf_type wdf_type_request = {
    .name = "WDFREQUEST",
    .number = WDF_TYPE_NUMBER_REQUEST,
    .dispose = dispose_own,
    .destroy = destroy_own,
};

const struct wdf_type wdf_type_request_received = {
    .name = "WDFREQUEST",
    .number = WDF_TYPE_NUMBER_REQUEST,
    .flags = WDF_TYPE_NO_DELETE,
    .base = &wdf_type_request,
    .destroy = destroy_received,
    .recycle = recycle,
};
