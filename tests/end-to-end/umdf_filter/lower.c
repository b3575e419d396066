/* A KMDF function driver, below a UMDF filter. */
#include <ntddk.h>
#include <wdf.h>

#include "filter_test.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD LowerDeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL LowerControl;
EVT_WDF_IO_QUEUE_IO_READ LowerRead;

typedef struct _LOWER_CONTEXT {
    WDFQUEUE Waiting;
} LOWER_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(LOWER_CONTEXT, GetContext)

static NTSTATUS Sum(WDFREQUEST Request)
{
    PUCHAR input;
    PULONG sum;
    ULONG total = 0;
    size_t length, i;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&input, &length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*sum), (PVOID *)&sum, NULL);
    if (!NT_SUCCESS(status))
        return status;
    for (i = 0; i < length; i++)
        total += input[i];
    *sum = total;
    return STATUS_SUCCESS;
}

static NTSTATUS TellActivity(WDFREQUEST Request)
{
    GUID *to;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*to), (PVOID *)&to, NULL);

    return NT_SUCCESS(status) ? IoGetActivityIdIrp(WdfRequestWdmGetIrp(Request), to) : status;
}

VOID LowerControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                  ULONG Code)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    ULONG length = sizeof(ULONG);

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_WAIT) {
        status =
            WdfRequestForwardToIoQueue(Request, GetContext(WdfIoQueueGetDevice(Queue))->Waiting);
        if (NT_SUCCESS(status))
            return;
    } else if (Code == IOCTL_SUM || Code == IOCTL_PLAIN_SUM) {
        status = Sum(Request);
    } else if (Code == IOCTL_ACTIVITY) {
        status = TellActivity(Request);
        length = sizeof(GUID);
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? length : 0);
}

VOID LowerRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    PUCHAR bytes;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, Length, (PVOID *)&bytes, NULL);

    UNREFERENCED_PARAMETER(Queue);
    if (NT_SUCCESS(status))
        RtlFillMemory(bytes, Length, 0x5A);
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? Length : 0);
}

NTSTATUS LowerDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfFilterTest");
    WDF_IO_QUEUE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, LOWER_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = LowerControl;
    config.EvtIoRead = LowerRead;
    status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES,
                            &GetContext(device)->Waiting);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, LowerDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
