/* A UMDF filter above a KMDF function driver. */
#include <windows.h>
#include <winioctl.h>
#include <wdf.h>
#include <stdlib.h>
#include <string.h>

#include "filter_test.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD UpperDeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL UpperControl;
EVT_WDF_REQUEST_COMPLETION_ROUTINE OneMore, WaitEnded;

VOID OneMore(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
             WDFCONTEXT Context)
{
    NTSTATUS status = Params->IoStatus.Status;
    PULONG sum;

    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Context);
    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*sum), (PVOID *)&sum, NULL);
    if (NT_SUCCESS(status))
        ++*sum;
    WdfRequestCompleteWithInformation(Request, status, Params->IoStatus.Information);
}

static NTSTATUS SendOn(WDFREQUEST Request, WDFIOTARGET Target)
{
    WdfRequestFormatRequestUsingCurrentType(Request);
    WdfRequestSetCompletionRoutine(Request, OneMore, NULL);
    return WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS) ? STATUS_PENDING
                                                                : WdfRequestGetStatus(Request);
}

static NTSTATUS SendAndForget(WDFREQUEST Request, WDFIOTARGET Target)
{
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
    WdfRequestFormatRequestUsingCurrentType(Request);
    return WdfRequestSend(Request, Target, &options) ? STATUS_PENDING
                                                     : WdfRequestGetStatus(Request);
}

/* Without input as it came, which is without an id. */
static NTSTATUS SendActivity(WDFREQUEST Request, WDFIOTARGET Target)
{
    GUID *activity, seen;
    NTSTATUS status =
        WdfRequestRetrieveInputBuffer(Request, sizeof(*activity), (PVOID *)&activity, NULL);

    if (NT_SUCCESS(WdfRequestRetrieveActivityId(Request, &seen)))
        return STATUS_DATA_ERROR;
    if (NT_SUCCESS(status))
        WdfRequestSetActivityId(Request, activity);
    return SendAndForget(Request, Target);
}

static NTSTATUS Ask(WDFREQUEST Request, WDFIOTARGET Target, PVOID Bytes, ULONG Length)
{
    WDF_MEMORY_DESCRIPTOR input, output;
    ULONG_PTR returned = 0;
    PULONG sum;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*sum), (PVOID *)&sum, NULL);

    if (!NT_SUCCESS(status))
        return status;
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&input, Bytes, Length);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&output, sum, sizeof(*sum));
    status = WdfIoTargetSendIoctlSynchronously(Target, NULL, IOCTL_PLAIN_SUM, &input, &output, NULL,
                                               &returned);
    if (NT_SUCCESS(status))
        WdfRequestSetInformation(Request, returned);
    return status;
}

static NTSTATUS AskMuch(WDFREQUEST Request, WDFIOTARGET Target)
{
    PVOID bytes = malloc(MUCH);
    NTSTATUS status;

    if (!bytes)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(bytes, 1, MUCH);
    status = Ask(Request, Target, bytes, MUCH);
    free(bytes);
    return status;
}

VOID WaitEnded(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
               WDFCONTEXT Context)
{
    NTSTATUS *answer;
    WDFREQUEST asked = Context;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(asked, sizeof(*answer), (PVOID *)&answer, NULL);

    UNREFERENCED_PARAMETER(Target);
    if (NT_SUCCESS(status))
        *answer = Params->IoStatus.Status;
    WdfObjectDelete(Request);
    WdfRequestCompleteWithInformation(asked, status, sizeof(*answer));
}

/* The request of the driver's own ends as soon as it is cancelled, and the other with it. */
static NTSTATUS AskWait(WDFREQUEST Request, WDFIOTARGET Target)
{
    WDFREQUEST own;
    NTSTATUS status = WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Target, &own);

    if (NT_SUCCESS(status))
        status = WdfIoTargetFormatRequestForIoctl(Target, own, IOCTL_WAIT, NULL, NULL, NULL, NULL);
    if (!NT_SUCCESS(status))
        return status;
    WdfObjectReference(own);
    WdfRequestSetCompletionRoutine(own, WaitEnded, Request);
    if (WdfRequestSend(own, Target, WDF_NO_SEND_OPTIONS))
        WdfRequestCancelSentRequest(own);
    else
        status = WdfRequestGetStatus(own);
    WdfObjectDereference(own);
    return NT_SUCCESS(status) ? STATUS_PENDING : status;
}

VOID UpperControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                  ULONG Code)
{
    WDFIOTARGET target = WdfDeviceGetIoTarget(WdfIoQueueGetDevice(Queue));
    UCHAR bytes[] = {1, 2, 3};
    NTSTATUS status;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_SUM)
        status = SendOn(Request, target);
    else if (Code == IOCTL_ASK)
        status = Ask(Request, target, bytes, sizeof(bytes));
    else if (Code == IOCTL_ASK_MUCH)
        status = AskMuch(Request, target);
    else if (Code == IOCTL_ASK_WAIT)
        status = AskWait(Request, target);
    else if (Code == IOCTL_ACTIVITY)
        status = SendActivity(Request, target);
    else
        status = SendAndForget(Request, target);
    if (status != STATUS_PENDING)
        WdfRequestComplete(Request, status);
}

NTSTATUS UpperDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WdfFdoInitSetFilter(Init);
    status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &device);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = UpperControl;
    return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, UpperDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
