/*
 * \Device\WMIDataDevice: programs' way to drivers' data.
 */
#include "wmi.h"
#include "protocol.h"

#include "../io/iop.h"

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI succeed(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS, 0);
}

/* A request whose parts lie within its input. */
struct call {
    struct wmi_request *request;
    UNICODE_STRING name;
    PUCHAR data;
    PVOID output; /* the same memory as request; the data is copied out of it first */
    ULONG size;   /* of output, then what is in it */
};

static BOOLEAN is_sound(const struct wmi_request *request, ULONG bytes)
{
    return bytes >= sizeof(*request) && request->name_bytes <= MAXUSHORT &&
           request->name_bytes <= bytes - sizeof(*request) && request->data_at <= bytes &&
           request->data_bytes <= bytes - request->data_at;
}

static NTSTATUS execute(PVOID block, struct call *call)
{
    ULONG room = max(call->size, call->request->data_bytes), used = call->size;
    PUCHAR buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, room + 1, WMI_TAG);
    NTSTATUS status;

    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(buffer, call->data, call->request->data_bytes);
    status = IoWMIExecuteMethod(block, &call->name, call->request->id, call->request->data_bytes,
                                &used, buffer);
    if (NT_SUCCESS(status))
        RtlCopyMemory(call->output, buffer, used);
    call->size = NT_SUCCESS(status) ? used : 0;
    ExFreePoolWithTag(buffer, WMI_TAG);
    return status;
}

/* Too small a buffer gets a WNODE that tells the size, if it is large enough for that. */
static NTSTATUS conclude_query(struct call *call, NTSTATUS status, ULONG room)
{
    if (status == STATUS_BUFFER_TOO_SMALL && room >= sizeof(WNODE_TOO_SMALL)) {
        call->size = sizeof(WNODE_TOO_SMALL);
        return STATUS_BUFFER_OVERFLOW;
    }
    if (!NT_SUCCESS(status))
        call->size = 0;
    return status;
}

static NTSTATUS act(PVOID block, struct call *call)
{
    const struct wmi_request *request = call->request;
    ULONG room = call->size, id = request->id, bytes = request->data_bytes;

    switch (request->operation) {
    case WMI_OPERATION_QUERY_ALL:
        return conclude_query(call, IoWMIQueryAllData(block, &call->size, call->output), room);
    case WMI_OPERATION_QUERY:
        return conclude_query(
            call, IoWMIQuerySingleInstance(block, &call->name, &call->size, call->output), room);
    case WMI_OPERATION_EXECUTE:
        return execute(block, call);
    default:
        break;
    }
    call->size = 0;
    switch (request->operation) {
    case WMI_OPERATION_EXISTS:
        return STATUS_SUCCESS;
    case WMI_OPERATION_SET:
        return IoWMISetSingleInstance(block, &call->name, 1, bytes, call->data);
    case WMI_OPERATION_SET_ITEM:
        return IoWMISetSingleItem(block, &call->name, id, 1, bytes, call->data);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* The input is copied: the output takes its place. */
static NTSTATUS answer(PVOID buffer, ULONG bytes, ULONG *size)
{
    struct call call = {.output = buffer, .size = *size};
    struct wmi_request *request;
    PVOID block;
    NTSTATUS status;

    *size = 0;
    if (!is_sound(buffer, bytes))
        return STATUS_INVALID_PARAMETER;
    request = ExAllocatePool2(POOL_FLAG_PAGED, bytes, WMI_TAG);
    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(request, buffer, bytes);
    call.request = request;
    call.name.Buffer = (PWSTR)(request + 1);
    call.name.Length = call.name.MaximumLength = (USHORT)request->name_bytes;
    call.data = (PUCHAR)request + request->data_at;
    status = IoWMIOpenBlock(&request->guid, WMIGUID_QUERY, &block);
    if (NT_SUCCESS(status)) {
        status = act(block, &call);
        *size = call.size;
        ObDereferenceObject(block);
    }
    ExFreePoolWithTag(request, WMI_TAG);
    return status;
}

static NTSTATUS NTAPI control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    ULONG size = location->Parameters.DeviceIoControl.OutputBufferLength;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(device);
    if (location->Parameters.DeviceIoControl.IoControlCode != WMI_REQUEST)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    status = answer(irp->AssociatedIrp.SystemBuffer,
                    location->Parameters.DeviceIoControl.InputBufferLength, &size);
    return complete(irp, status, size);
}

static VOID NTAPI unload(PDRIVER_OBJECT object)
{
    IoDeleteDevice(object->DeviceObject);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    UNICODE_STRING name = RTL_STRING(WMI_DEVICE_NAME);
    PDEVICE_OBJECT device;

    UNREFERENCED_PARAMETER(path);
    object->MajorFunction[IRP_MJ_CREATE] = succeed;
    object->MajorFunction[IRP_MJ_CLEANUP] = succeed;
    object->MajorFunction[IRP_MJ_CLOSE] = succeed;
    object->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    object->DriverUnload = unload;
    return IoCreateDevice(object, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
}

NTSTATUS wmi_device_start(VOID)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\WMIxWDM");
    PDRIVER_OBJECT driver;

    return io_create_driver(&name, entry, &driver);
}
