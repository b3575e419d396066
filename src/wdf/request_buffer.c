/*
 * The buffers of a request that came in an IRP: which there are, as addresses, memories
 * and MDLs.
 */
#include "device.h"
#include "request.h"

/* ---- what an IRP has ------------------------------------------------------------ */

/* A request's memory knows the request; owner tells that the IRP has such a buffer at all. */
static struct wdf_memory *begin(struct wdf_request *request, struct wdf_memory *memory, SIZE_T size,
                                ULONG flags)
{
    memory->buffer = NULL;
    memory->mdl = NULL;
    memory->size = size;
    memory->flags = flags;
    memory->owner = &request->object;
    memory->request = request;
    return memory;
}

static VOID assign_transfer(struct wdf_request *request, PIRP irp, PIO_STACK_LOCATION location)
{
    BOOLEAN is_read = location->MajorFunction == IRP_MJ_READ;
    struct wdf_memory *memory =
        begin(request, is_read ? &request->output : &request->input,
              location->Parameters.Read.Length, is_read ? 0 : WDF_MEMORY_READ_ONLY);

    switch (request->device->config.read_write_type) {
    case WdfDeviceIoBuffered:
        memory->buffer = irp->AssociatedIrp.SystemBuffer;
        break;
    case WdfDeviceIoDirect:
        memory->mdl = irp->MdlAddress;
        memory->flags |= WDF_MEMORY_DIRECT;
        break;
    default:
        memory->buffer = irp->UserBuffer;
        if (irp->RequestorMode != KernelMode)
            memory->flags |= WDF_MEMORY_UNSAFE;
        break;
    }
}

/* Between kernel components an address is as good as any buffer. */
static BOOLEAN is_from_kernel(PIRP irp, PIO_STACK_LOCATION location)
{
    return location->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL ||
           irp->RequestorMode == KernelMode;
}

static VOID assign_control(struct wdf_request *request, PIRP irp, PIO_STACK_LOCATION location)
{
    ULONG method = location->Parameters.DeviceIoControl.IoControlCode & 3;
    struct wdf_memory *input =
        begin(request, &request->input, location->Parameters.DeviceIoControl.InputBufferLength, 0);
    struct wdf_memory *output = begin(request, &request->output,
                                      location->Parameters.DeviceIoControl.OutputBufferLength, 0);

    input->buffer = irp->AssociatedIrp.SystemBuffer;
    switch (method) {
    case METHOD_BUFFERED:
        output->buffer = irp->AssociatedIrp.SystemBuffer;
        break;
    case METHOD_NEITHER:
        input->buffer = location->Parameters.DeviceIoControl.Type3InputBuffer;
        output->buffer = irp->UserBuffer;
        if (!is_from_kernel(irp, location))
            input->flags = output->flags = WDF_MEMORY_UNSAFE;
        break;
    default: /* METHOD_IN_DIRECT, METHOD_OUT_DIRECT */
        input->flags = WDF_MEMORY_READ_ONLY;
        output->mdl = irp->MdlAddress;
        output->flags = WDF_MEMORY_DIRECT | (method == METHOD_IN_DIRECT ? WDF_MEMORY_READ_ONLY : 0);
        break;
    }
}

/*
 * In a driver host the input of a control request and its output are never the same memory, and
 * there are no MDLs: the IRP has two addresses, whatever the method (target_control.c).
 */
static VOID assign_user(struct wdf_request *request, PIRP irp, PIO_STACK_LOCATION location)
{
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
        begin(request, &request->output, location->Parameters.Read.Length, 0)->buffer =
            irp->AssociatedIrp.SystemBuffer;
        break;
    case IRP_MJ_WRITE:
        begin(request, &request->input, location->Parameters.Write.Length, WDF_MEMORY_READ_ONLY)
            ->buffer = irp->AssociatedIrp.SystemBuffer;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        begin(request, &request->input, location->Parameters.DeviceIoControl.InputBufferLength, 0)
            ->buffer = irp->AssociatedIrp.SystemBuffer;
        begin(request, &request->output, location->Parameters.DeviceIoControl.OutputBufferLength,
              (location->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_IN_DIRECT
                  ? WDF_MEMORY_READ_ONLY
                  : 0)
            ->buffer = irp->UserBuffer;
        break;
    default:
        break;
    }
}

VOID wdf_assign_buffers(struct wdf_request *request)
{
    PIO_STACK_LOCATION location;

    request->input.owner = request->output.owner = NULL;
    if (!request->irp)
        return;
    location = IoGetCurrentIrpStackLocation(request->irp);
    if (request->object.globals->is_user) {
        assign_user(request, request->irp, location);
        return;
    }
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        assign_transfer(request, request->irp, location);
        break;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        assign_control(request, request->irp, location);
        break;
    default:
        break;
    }
}

VOID wdf_drop_buffers(struct wdf_request *request)
{
    PMDL mdl = request->built_mdl;

    request->built_mdl = NULL;
    if (mdl)
        IoFreeMdl(mdl);
}

/* ---- memories and addresses -------------------------------------------------------- */

/* The memory, if the request has one in that direction that is not empty. */
static NTSTATUS find_memory(struct wdf_request *request, BOOLEAN is_output,
                            struct wdf_memory **memory)
{
    *memory = is_output ? &request->output : &request->input;
    if (!(*memory)->owner)
        return STATUS_INVALID_DEVICE_REQUEST;
    return (*memory)->size ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

NTSTATUS wdf_request_memory(struct wdf_request *request, BOOLEAN is_output,
                            struct wdf_memory **memory)
{
    NTSTATUS status = find_memory(request, is_output, memory);

    if (!NT_SUCCESS(status))
        return status;
    if ((*memory)->flags & WDF_MEMORY_UNSAFE)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!((*memory)->flags & WDF_MEMORY_DIRECT))
        return STATUS_SUCCESS;
    if (!(*memory)->mdl)
        return STATUS_BUFFER_TOO_SMALL;
    return wdf_memory_buffer(*memory) ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* Says why a driver does not get a buffer, if it should have known. */
static VOID explain(struct wdf_request *request, BOOLEAN is_output, NTSTATUS status, PCSTR function)
{
    UCHAR major = IoGetCurrentIrpStackLocation(request->irp)->MajorFunction;

    if (status == STATUS_INVALID_DEVICE_REQUEST)
        wdf_misuse(request->object.globals, function,
                   "the WDFREQUEST 0x%p, major function 0x%x, has no %s but perhaps an address "
                   "of its sender's: see WdfDeviceInitSetIoInCallerContextCallback",
                   wdf_handle_of(request), major, is_output ? "output" : "input");
}

static NTSTATUS retrieve_memory(struct wdf_request *request, BOOLEAN is_output, WDFMEMORY *result,
                                PCSTR function)
{
    ULONG kind = is_output ? WDF_HANDLE_OUTPUT_MEMORY : WDF_HANDLE_INPUT_MEMORY;
    struct wdf_memory *memory;
    NTSTATUS status;

    if (!wdf_request_irp(request, function))
        return STATUS_INTERNAL_ERROR;
    status = wdf_request_memory(request, is_output, &memory);
    if (NT_SUCCESS(status))
        *result = (WDFMEMORY)(request->object.handle | kind);
    else
        explain(request, is_output, status, function);
    return status;
}

static NTSTATUS retrieve_buffer(struct wdf_request *request, BOOLEAN is_output, SIZE_T required,
                                PVOID *buffer, SIZE_T *length, PCSTR function)
{
    struct wdf_memory *memory;
    NTSTATUS status;

    *buffer = NULL;
    if (length)
        *length = 0;
    if (!wdf_request_irp(request, function))
        return STATUS_INTERNAL_ERROR;
    status = wdf_request_memory(request, is_output, &memory);
    if (!NT_SUCCESS(status)) {
        explain(request, is_output, status, function);
        return status;
    }
    if (memory->size < required)
        return STATUS_BUFFER_TOO_SMALL;
    *buffer = wdf_memory_buffer(memory);
    if (length)
        *length = memory->size;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfRequestRetrieveInputMemory(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, WDFMEMORY *Memory)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Memory);
    return retrieve_memory(request, FALSE, Memory, __func__);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveOutputMemory(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, WDFMEMORY *Memory)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Memory);
    return retrieve_memory(request, TRUE, Memory, __func__);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, size_t MinimumRequiredLength,
                                                 PVOID *Buffer, size_t *Length)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Buffer);
    return retrieve_buffer(request, FALSE, MinimumRequiredLength, Buffer, Length, __func__);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, size_t MinimumRequiredSize,
                                                  PVOID *Buffer, size_t *Length)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Buffer);
    return retrieve_buffer(request, TRUE, MinimumRequiredSize, Buffer, Length, __func__);
}

/* ---- MDLs ------------------------------------------------------------------------- */

/* Is what the memory says an address of somebody's, rather than a buffer of the system's? */
static BOOLEAN is_address(struct wdf_request *request)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(request->irp);

    switch (location->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return request->device->config.read_write_type == WdfDeviceIoNeither;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return (location->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_NEITHER;
    default:
        return TRUE;
    }
}

/* A request has one MDL over its system buffer: whoever asks first says how long it is. */
static NTSTATUS build_mdl(struct wdf_request *request, const struct wdf_memory *memory, PMDL *mdl)
{
    PMDL built = __atomic_load_n(&request->built_mdl, __ATOMIC_ACQUIRE), other = NULL;

    if (!built) {
        built = IoAllocateMdl(memory->buffer, (ULONG)memory->size, FALSE, FALSE, NULL);
        if (!built)
            return STATUS_INSUFFICIENT_RESOURCES;
        MmBuildMdlForNonPagedPool(built);
        /* Release: pairs with the load above, for a thread that finds it complete. */
        if (!__atomic_compare_exchange_n(&request->built_mdl, &other, built, FALSE,
                                         __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            IoFreeMdl(built);
            built = other;
        }
    }
    *mdl = built;
    return STATUS_SUCCESS;
}

static NTSTATUS find_mdl(struct wdf_request *request, BOOLEAN is_output, PMDL *mdl)
{
    struct wdf_memory *memory;
    NTSTATUS status = find_memory(request, is_output, &memory);

    if (status == STATUS_INVALID_DEVICE_REQUEST || is_address(request))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(status))
        return status;
    if (!(memory->flags & WDF_MEMORY_DIRECT) && memory->buffer)
        return build_mdl(request, memory, mdl);
    *mdl = memory->mdl;
    return *mdl ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

static NTSTATUS retrieve_mdl(struct wdf_request *request, BOOLEAN is_output, PMDL *mdl,
                             PCSTR function)
{
    NTSTATUS status;

    *mdl = NULL;
    if (!wdf_request_irp(request, function))
        return STATUS_INTERNAL_ERROR;
    status = find_mdl(request, is_output, mdl);
    if (!NT_SUCCESS(status))
        explain(request, is_output, status, function);
    return status;
}

NTSTATUS NTAPI imp_WdfRequestRetrieveInputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, PMDL *Mdl)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Mdl);
    return retrieve_mdl(request, FALSE, Mdl, __func__);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveOutputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, PMDL *Mdl)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Mdl);
    return retrieve_mdl(request, TRUE, Mdl, __func__);
}
