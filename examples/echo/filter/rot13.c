/*
 * A filter above the echo device: messages go down turned by thirteen letters, and
 * come up turned back. A write travels in memory of the filter's own, a read in the
 * program's, which the filter turns when it comes back.
 */
#include <ntddk.h>
#include <wdf.h>

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD Rot13DeviceAdd;
EVT_WDF_IO_QUEUE_IO_READ Rot13Read;
EVT_WDF_IO_QUEUE_IO_WRITE Rot13Write;
EVT_WDF_REQUEST_COMPLETION_ROUTINE Rot13ReadDone;
EVT_WDF_REQUEST_COMPLETION_ROUTINE Rot13WriteDone;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, Rot13DeviceAdd)
#endif

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, Rot13DeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}

NTSTATUS Rot13DeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    PAGED_CODE();

    WdfFdoInitSetFilter(DeviceInit);
    status = WdfDeviceCreate(&DeviceInit, WDF_NO_OBJECT_ATTRIBUTES, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    /* What has no callback here the framework passes down. */
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoRead = Rot13Read;
    config.EvtIoWrite = Rot13Write;
    return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static VOID Turn(PUCHAR Text, size_t Length)
{
    size_t i;

    for (i = 0; i < Length; i++) {
        UCHAR lower = Text[i] | 0x20;
        if (lower >= 'a' && lower <= 'm') {
            Text[i] += 13;
        } else if (lower >= 'n' && lower <= 'z') {
            Text[i] -= 13;
        }
    }
}

static VOID Send(WDFREQUEST Request, WDFIOTARGET Target, PFN_WDF_REQUEST_COMPLETION_ROUTINE Done)
{
    WdfRequestSetCompletionRoutine(Request, Done, WDF_NO_CONTEXT);
    if (!WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS)) {
        WdfRequestComplete(Request, WdfRequestGetStatus(Request));
    }
}

VOID Rot13Read(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    UNREFERENCED_PARAMETER(Length);

    WdfRequestFormatRequestUsingCurrentType(Request);
    Send(Request, WdfDeviceGetIoTarget(WdfIoQueueGetDevice(Queue)), Rot13ReadDone);
}

VOID Rot13ReadDone(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
                   WDFCONTEXT Context)
{
    NTSTATUS status = Params->IoStatus.Status;
    size_t length = Params->IoStatus.Information;
    PVOID text;

    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Context);

    if (NT_SUCCESS(status) && length != 0) {
        status = WdfRequestRetrieveOutputBuffer(Request, length, &text, NULL);
    }
    if (NT_SUCCESS(status) && length != 0) {
        Turn(text, length);
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? length : 0);
}

/* A copy, as the program's own buffer is not the filter's to change. It goes with the request. */
static NTSTATUS MakeTurnedCopy(WDFREQUEST Request, size_t Length, WDFMEMORY *Copy)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY source;
    PVOID text;
    NTSTATUS status;

    status = WdfRequestRetrieveInputMemory(Request, &source);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = Request;
    status = WdfMemoryCreate(&attributes, NonPagedPoolNx, '31tR', Length, Copy, &text);
    if (NT_SUCCESS(status)) {
        status = WdfMemoryCopyToBuffer(source, 0, text, Length);
    }
    if (NT_SUCCESS(status)) {
        Turn(text, Length);
    }
    return status;
}

VOID Rot13Write(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    WDFIOTARGET target = WdfDeviceGetIoTarget(WdfIoQueueGetDevice(Queue));
    WDFMEMORY copy;
    NTSTATUS status;

    status = MakeTurnedCopy(Request, Length, &copy);
    if (NT_SUCCESS(status)) {
        status = WdfIoTargetFormatRequestForWrite(target, Request, copy, NULL, NULL);
    }
    if (!NT_SUCCESS(status)) {
        WdfRequestComplete(Request, status);
        return;
    }
    Send(Request, target, Rot13WriteDone);
}

VOID Rot13WriteDone(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
                    WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Context);

    WdfRequestCompleteWithInformation(Request, Params->IoStatus.Status,
                                      Params->IoStatus.Information);
}
