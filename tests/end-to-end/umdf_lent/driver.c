/* A UMDF driver that wants programs' pages, and more of them than it was lent. */
#include <windows.h>
#include <winioctl.h>
#include <wdf.h>

#include "lent.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD LentDeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL LentControl;
EVT_WDF_IO_QUEUE_IO_READ LentRead;
EVT_WDF_IO_QUEUE_IO_WRITE LentWrite;

#define AROUND (200 * 4096) /* bytes that are searched on each side */

typedef struct _LENT_CONTEXT {
    WDFQUEUE Kept;
    const UCHAR *Last; /* the last buffer that was lent */
    size_t LastLength;
    WDF_DEVICE_IO_TYPE LastType;
} LENT_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(LENT_CONTEXT, GetContext)

static VOID Remember(WDFREQUEST Request, const UCHAR *Bytes, size_t Length)
{
    LENT_CONTEXT *context = GetContext(WdfIoQueueGetDevice(WdfRequestGetIoQueue(Request)));

    context->LastType = WdfRequestGetEffectiveIoType(Request);
    if (context->LastType == WdfDeviceIoDirect) {
        context->Last = Bytes;
        context->LastLength = Length;
    }
}

static NTSTATUS Fill(WDFREQUEST Request, size_t *Information)
{
    PUCHAR output;
    size_t length, i;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, 1, (PVOID *)&output, &length);

    if (!NT_SUCCESS(status))
        return status;
    for (i = 0; i < length; i++)
        output[i] = PATTERN(i);
    Remember(Request, output, length);
    *Information = length;
    return STATUS_SUCCESS;
}

/* Linux writes random bytes where the driver would fault. */
static NTSTATUS Scribble(PUCHAR Bytes, size_t Length)
{
    LONG64 result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(318ll), "D"(Bytes + Length / 2), "S"(1ull), "d"(0ull)
                     : "rcx", "r11", "memory");
    return result == -14 ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS ScribbleDirect(WDFREQUEST Request)
{
    PUCHAR bytes;
    size_t length;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, 1, (PVOID *)&bytes, &length);

    if (!NT_SUCCESS(status))
        return status;
    Remember(Request, bytes, length);
    return Scribble(bytes, length);
}

static NTSTATUS Look(WDFQUEUE Kept, WDFREQUEST Request)
{
    PUCHAR byte, bytes;
    size_t length, i;
    WDFREQUEST kept;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&byte, NULL);

    if (NT_SUCCESS(status))
        status = WdfIoQueueFindRequest(Kept, NULL, NULL, NULL, &kept);
    if (!NT_SUCCESS(status))
        return status;
    status = WdfRequestRetrieveOutputBuffer(kept, 1, (PVOID *)&bytes, &length);
    for (i = 0; NT_SUCCESS(status) && i < length; i++)
        if (bytes[i] != *byte)
            status = STATUS_DATA_ERROR;
    WdfObjectDereference(kept);
    return status;
}

static VOID Release(WDFQUEUE Kept)
{
    WDFREQUEST request;

    while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Kept, &request)))
        WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 0);
}

static NTSTATUS Search(const LENT_CONTEXT *Context, WDFREQUEST Request, size_t *Information)
{
    const UCHAR *at = Context->Last - AROUND, *end = Context->Last + Context->LastLength + AROUND;
    PULONG64 wanted;
    PULONG found;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 8, (PVOID *)&wanted, NULL);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, 4, (PVOID *)&found, NULL);
    if (!NT_SUCCESS(status))
        return status;
    at -= (ULONG_PTR)at % 8;
    for (*found = 0; at + 8 <= end; at += 8)
        *found += *(const volatile ULONG64 *)at == ~*wanted;
    *Information = sizeof(*found);
    return STATUS_SUCCESS;
}

static NTSTATUS State(WDFDEVICE Device, WDFREQUEST Request, size_t *Information)
{
    WDF_DEVICE_IO_TYPE transfer, control;
    struct lent_state *state;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*state), (PVOID *)&state, NULL);

    if (!NT_SUCCESS(status))
        return status;
    WdfDeviceGetDeviceStackIoType(Device, &transfer, &control);
    *state = (struct lent_state){transfer, control, GetContext(Device)->LastType};
    *Information = sizeof(*state);
    return STATUS_SUCCESS;
}

VOID LentControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                 ULONG Code)
{
    WDFDEVICE device = WdfIoQueueGetDevice(Queue);
    LENT_CONTEXT *context = GetContext(device);
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    size_t information = 0;

    UNREFERENCED_PARAMETER(InputLength);
    UNREFERENCED_PARAMETER(OutputLength);
    switch (Code) {
    case IOCTL_STATE:
        status = State(device, Request, &information);
        break;
    case IOCTL_KEEP:
        status = Fill(Request, &information);
        if (NT_SUCCESS(status))
            status = WdfRequestForwardToIoQueue(Request, context->Kept);
        if (NT_SUCCESS(status))
            return;
        break;
    case IOCTL_RELEASE:
        Release(context->Kept);
        status = STATUS_SUCCESS;
        break;
    case IOCTL_LOOK:
        status = Look(context->Kept, Request);
        break;
    case IOCTL_SCRIBBLE:
        status = ScribbleDirect(Request);
        break;
    case IOCTL_SEARCH:
        status = Search(context, Request, &information);
        break;
    case IOCTL_CRASH:
        *(volatile int *)0x18 = 1;
        break;
    }
    WdfRequestCompleteWithInformation(Request, status, information);
}

VOID LentRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    size_t information = 0;
    NTSTATUS status = Fill(Request, &information);

    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    WdfRequestCompleteWithInformation(Request, status, information);
}

VOID LentWrite(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    PUCHAR bytes;
    size_t i;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&bytes, NULL);

    UNREFERENCED_PARAMETER(Queue);
    for (i = 0; NT_SUCCESS(status) && i < Length; i++)
        if (bytes[i] != PATTERN(i))
            status = STATUS_DATA_ERROR;
    if (NT_SUCCESS(status))
        Remember(Request, bytes, Length);
    if (NT_SUCCESS(status) && Length >= LENT_THRESHOLD)
        status = Scribble(bytes, Length);
    WdfRequestCompleteWithInformation(Request, status, Length);
}

static NTSTATUS MakeQueues(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = LentControl;
    config.EvtIoRead = LentRead;
    config.EvtIoWrite = LentWrite;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &GetContext(Device)->Kept);
}

NTSTATUS LentDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfLent");
    WDF_IO_TYPE_CONFIG types;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_IO_TYPE_CONFIG_INIT(&types);
    types.ReadWriteIoType = WdfDeviceIoDirect;
    types.DeviceControlIoType = WdfDeviceIoDirect;
    types.DirectTransferThreshold = LENT_THRESHOLD;
    WdfDeviceInitSetIoTypeEx(Init, &types);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, LENT_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    return NT_SUCCESS(status) ? MakeQueues(device) : status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, LentDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
