/*
 * Addresses of a request's sender: the buffers of METHOD_NEITHER as they were passed, and
 * locking what is at an address, for use in any thread.
 */
#include "../mm/mm.h" /* mm_probe_and_lock: MmProbeAndLockPages with an answer, not an exception */
#include "device.h"
#include "request.h"

/* Is this thread in the address space that a request's addresses are of? */
static BOOLEAN is_sender(PIRP irp)
{
    return irp->RequestorMode == KernelMode || irp->Tail.Overlay.Thread == PsGetCurrentThread();
}

/* ---- unsafe buffers ------------------------------------------------------------- */

/* The address and length of one direction; FALSE if a sender's address is not what the IRP has. */
static BOOLEAN find_address(struct wdf_request *request, PIRP irp, BOOLEAN is_output,
                            PVOID *address, SIZE_T *length)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    if (location->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
        (location->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_NEITHER) {
        *address =
            is_output ? irp->UserBuffer : location->Parameters.DeviceIoControl.Type3InputBuffer;
        *length = is_output ? location->Parameters.DeviceIoControl.OutputBufferLength
                            : location->Parameters.DeviceIoControl.InputBufferLength;
        return TRUE;
    }
    *address = irp->UserBuffer;
    *length = location->Parameters.Read.Length;
    return location->MajorFunction == (is_output ? IRP_MJ_READ : IRP_MJ_WRITE) &&
           request->device->config.read_write_type == WdfDeviceIoNeither;
}

static NTSTATUS check_caller(struct wdf_request *request, PIRP irp, PCSTR function)
{
    struct wdf_globals *globals = request->object.globals;

    if (globals->is_verifier_on && !(request->flags & WDF_REQUEST_IN_CALLER_CONTEXT)) {
        wdf_misuse(globals, function, "may only be called from EvtIoInCallerContext");
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return is_sender(irp) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS retrieve_address(struct wdf_request *request, BOOLEAN is_output, SIZE_T required,
                                 PVOID *buffer, SIZE_T *length, PCSTR function)
{
    PIRP irp = wdf_request_irp(request, function);
    PVOID address;
    SIZE_T bytes;
    NTSTATUS status;

    *buffer = NULL;
    if (length)
        *length = 0;
    if (!irp)
        return STATUS_INTERNAL_ERROR;
    if (!wdf_check_irql(request->object.globals, function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = check_caller(request, irp, function);
    if (!NT_SUCCESS(status))
        return status;
    if (!(request->flags & WDF_REQUEST_RECEIVED) ||
        !find_address(request, irp, is_output, &address, &bytes)) {
        wdf_misuse(request->object.globals, function,
                   "the WDFREQUEST 0x%p has no address of its sender's in this direction",
                   wdf_handle_of(request));
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (bytes < required)
        return STATUS_BUFFER_TOO_SMALL;
    *buffer = address;
    if (length)
        *length = bytes;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfRequestRetrieveUnsafeUserInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFREQUEST Request,
                                                           size_t MinimumRequiredLength,
                                                           PVOID *InputBuffer, size_t *Length)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(InputBuffer);
    return retrieve_address(request, FALSE, MinimumRequiredLength, InputBuffer, Length, __func__);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveUnsafeUserOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFREQUEST Request,
                                                            size_t MinimumRequiredLength,
                                                            PVOID *OutputBuffer, size_t *Length)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(OutputBuffer);
    return retrieve_address(request, TRUE, MinimumRequiredLength, OutputBuffer, Length, __func__);
}

/* ---- locked buffers --------------------------------------------------------------- */

/* The last reference of a locked buffer is gone. */
static VOID unlock(struct wdf_memory_object *object)
{
    struct wdf_request *request = object->context;
    PMDL mdl = object->memory.mdl;

    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
    /* Release: pairs with completion, which looks whether anything is locked. */
    __atomic_sub_fetch(&request->memory_uses, 1, __ATOMIC_RELEASE);
}

/* Locks and maps what is at the address; from then on the memory object unlocks it. */
static NTSTATUS lock_pages(struct wdf_memory_object *object, struct wdf_request *request,
                           PVOID address, ULONG length, LOCK_OPERATION operation)
{
    PMDL mdl = IoAllocateMdl(address, length, FALSE, FALSE, NULL);
    PVOID mapping = NULL;
    NTSTATUS status;

    if (!mdl)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = mm_probe_and_lock(mdl, UserMode, operation);
    if (!NT_SUCCESS(status)) {
        IoFreeMdl(mdl);
        return status;
    }
    __atomic_add_fetch(&request->memory_uses, 1, __ATOMIC_RELAXED);
    object->memory.mdl = mdl;
    object->context = request;
    object->release = unlock;
    mapping = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
    if (!mapping)
        return STATUS_INSUFFICIENT_RESOURCES;
    wdf_memory_initialize(object, mapping, length);
    object->memory.flags = operation == IoReadAccess ? WDF_MEMORY_READ_ONLY : 0;
    return STATUS_SUCCESS;
}

static NTSTATUS make_locked(struct wdf_request *request, PVOID address, ULONG length,
                            LOCK_OPERATION operation, WDFMEMORY *memory)
{
    PVOID object;
    NTSTATUS status = wdf_allocate_object(request->object.globals, &wdf_type_memory_preallocated,
                                          sizeof(struct wdf_memory_object), NULL, &object);

    if (!NT_SUCCESS(status))
        return status;
    status = lock_pages(object, request, address, length, operation);
    if (NT_SUCCESS(status))
        status = wdf_publish_object(object, &request->object, memory);
    else
        wdf_discard_object(object);
    return status;
}

static NTSTATUS lock_buffer(struct wdf_request *request, PVOID address, SIZE_T length,
                            LOCK_OPERATION operation, WDFMEMORY *memory, PCSTR function)
{
    PIRP irp = request->irp;

    *memory = NULL;
    if (!wdf_check_irql(request->object.globals, function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!(ULONG)length)
        return STATUS_INVALID_USER_BUFFER;
    if (!irp)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!is_sender(irp)) {
        wdf_misuse(request->object.globals, function,
                   "this is not the thread that sent the WDFREQUEST 0x%p: the address means "
                   "nothing here",
                   wdf_handle_of(request));
        return STATUS_ACCESS_VIOLATION;
    }
    return make_locked(request, address, (ULONG)length, operation, memory);
}

NTSTATUS NTAPI imp_WdfRequestProbeAndLockUserBufferForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFREQUEST Request, PVOID Buffer,
                                                           size_t Length, WDFMEMORY *MemoryObject)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Buffer);
    WDF_REQUIRE(MemoryObject);
    return lock_buffer(request, Buffer, Length, IoReadAccess, MemoryObject, __func__);
}

NTSTATUS NTAPI imp_WdfRequestProbeAndLockUserBufferForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFREQUEST Request, PVOID Buffer,
                                                            size_t Length, WDFMEMORY *MemoryObject)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Buffer);
    WDF_REQUIRE(MemoryObject);
    return lock_buffer(request, Buffer, Length, IoWriteAccess, MemoryObject, __func__);
}
