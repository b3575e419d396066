/*
 * wmium.h: drivers' WMI data for programs, through \Device\WMIDataDevice.
 */
#include "../win32.h"

#include <wmium.h>

#include "../../wmi/protocol.h"

/* What a WMIHANDLE points to. */
struct block {
    HANDLE device;
    GUID guid;
};

/* What a call is about. */
struct call {
    const struct block *block;
    enum wmi_operation operation;
    PCWSTR name; /* NULL: none */
    ULONG id;
    const VOID *data;
    ULONG data_bytes;
};

static ULONG error_of(NTSTATUS status)
{
    return NT_SUCCESS(status) ? ERROR_SUCCESS : RtlNtStatusToDosError(status);
}

static struct wmi_request *make_request(const struct call *call, ULONG *bytes)
{
    ULONG name_bytes = call->name ? (ULONG)(win32_length(call->name) * sizeof(WCHAR)) : 0;
    ULONG data_at = (ULONG)((sizeof(struct wmi_request) + name_bytes + 7) & ~(SIZE_T)7);
    struct wmi_request *request = calloc(1, data_at + call->data_bytes);

    if (!request)
        return NULL;
    *request = (struct wmi_request){.operation = call->operation,
                                    .guid = call->block->guid,
                                    .id = call->id,
                                    .name_bytes = name_bytes,
                                    .data_at = data_at,
                                    .data_bytes = call->data_bytes};
    if (name_bytes)
        memcpy(request + 1, call->name, name_bytes);
    if (call->data_bytes)
        memcpy((PUCHAR)request + data_at, call->data, call->data_bytes);
    *bytes = data_at + call->data_bytes;
    return request;
}

/* *used: bytes at output; of an output that is too small, what it takes. */
static NTSTATUS ask(const struct call *call, PVOID output, ULONG size, ULONG *used)
{
    ULONG bytes;
    struct wmi_request *request = make_request(call, &bytes);
    WNODE_TOO_SMALL small;
    BOOL is_small = size < sizeof small;
    IO_STATUS_BLOCK io = {0};
    NTSTATUS status;

    *used = 0;
    if (!request)
        return STATUS_NO_MEMORY;
    /* The size that is needed has to have room. */
    status =
        NtDeviceIoControlFile(call->block->device, NULL, NULL, NULL, &io, WMI_REQUEST, request,
                              bytes, is_small ? &small : output, is_small ? sizeof small : size);
    if (status == STATUS_BUFFER_OVERFLOW) {
        *used = ((PWNODE_TOO_SMALL)(is_small ? &small : output))->SizeNeeded;
        status = STATUS_BUFFER_TOO_SMALL;
    } else if (NT_SUCCESS(status)) {
        *used = (ULONG)io.Information;
        if (is_small && *used > size)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (is_small && *used)
            memcpy(output, &small, *used);
    }
    free(request);
    return status;
}

ULONG WINAPI WmiOpenBlock(const GUID *Guid, ULONG DesiredAccess, WMIHANDLE *DataBlockHandle)
{
    struct block *block = calloc(1, sizeof *block);
    struct call call = {.block = block, .operation = WMI_OPERATION_EXISTS};
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    ULONG used;

    (void)DesiredAccess;
    *DataBlockHandle = NULL;
    if (!block)
        return ERROR_NOT_ENOUGH_MEMORY;
    block->guid = *Guid;
    win32_unicode(&name, WMI_DEVICE_NAME);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&block->device, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attributes,
                        &io, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
    if (NT_SUCCESS(status)) {
        status = ask(&call, NULL, 0, &used);
        if (!NT_SUCCESS(status))
            NtClose(block->device);
    }
    if (!NT_SUCCESS(status)) {
        free(block);
        return error_of(status);
    }
    *DataBlockHandle = block;
    return ERROR_SUCCESS;
}

ULONG WINAPI WmiCloseBlock(WMIHANDLE DataBlockHandle)
{
    struct block *block = DataBlockHandle;

    if (!block)
        return ERROR_INVALID_HANDLE;
    NtClose(block->device);
    free(block);
    return ERROR_SUCCESS;
}

ULONG WINAPI WmiQueryAllDataW(WMIHANDLE DataBlockHandle, ULONG *BufferSize, PVOID Buffer)
{
    struct call call = {.block = DataBlockHandle, .operation = WMI_OPERATION_QUERY_ALL};

    return error_of(ask(&call, Buffer, *BufferSize, BufferSize));
}

ULONG WINAPI WmiQuerySingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName,
                                     ULONG *BufferSize, PVOID Buffer)
{
    struct call call = {
        .block = DataBlockHandle, .operation = WMI_OPERATION_QUERY, .name = InstanceName};

    return error_of(ask(&call, Buffer, *BufferSize, BufferSize));
}

ULONG WINAPI WmiSetSingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG Reserved,
                                   ULONG ValueBufferSize, PVOID ValueBuffer)
{
    struct call call = {.block = DataBlockHandle,
                        .operation = WMI_OPERATION_SET,
                        .name = InstanceName,
                        .data = ValueBuffer,
                        .data_bytes = ValueBufferSize};
    ULONG used;

    (void)Reserved;
    return error_of(ask(&call, NULL, 0, &used));
}

ULONG WINAPI WmiSetSingleItemW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG DataItemId,
                               ULONG Reserved, ULONG ValueBufferSize, PVOID ValueBuffer)
{
    struct call call = {.block = DataBlockHandle,
                        .operation = WMI_OPERATION_SET_ITEM,
                        .name = InstanceName,
                        .id = DataItemId,
                        .data = ValueBuffer,
                        .data_bytes = ValueBufferSize};
    ULONG used;

    (void)Reserved;
    return error_of(ask(&call, NULL, 0, &used));
}

ULONG WINAPI WmiExecuteMethodW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG MethodId,
                               ULONG InputBufferSize, PVOID InputBuffer, ULONG *OutputBufferSize,
                               PVOID OutputBuffer)
{
    struct call call = {.block = DataBlockHandle,
                        .operation = WMI_OPERATION_EXECUTE,
                        .name = InstanceName,
                        .id = MethodId,
                        .data = InputBuffer,
                        .data_bytes = InputBufferSize};

    return error_of(ask(&call, OutputBuffer, *OutputBufferSize, OutputBufferSize));
}
