/*
 * A framework driver without hardware: a control device whose default queue answers control
 * requests. The wrong ones are for the tests of bug checks.
 */
#include <ntddk.h>
#include <wdf.h>
#include <wdmsec.h>

#include "control.h"

typedef struct _CONTROL_CONTEXT {
    ULONG Requests;
} CONTROL_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CONTROL_CONTEXT, GetContext)

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_UNLOAD ControlUnload;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL ControlRequest;

/* What WdfDeviceCreate leaves of the device's. */
static PWDFDEVICE_INIT LateInit;

static NTSTATUS CreateQueue(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = ControlRequest;
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static NTSTATUS CreateDevice(WDFDRIVER Driver)
{
    DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\WdfControl");
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\WdfControl");
    PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    if (init == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = WdfDeviceInitAssignName(init, &name);
    if (NT_SUCCESS(status)) {
        WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, CONTROL_CONTEXT);
        status = WdfDeviceCreate(&init, &attributes, &device);
    }
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    LateInit = init;
    status = WdfDeviceCreateSymbolicLink(device, &link);
    if (NT_SUCCESS(status))
        status = CreateQueue(device);
    if (NT_SUCCESS(status))
        WdfControlFinishInitializing(device);
    else
        WdfObjectDelete(device);
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    WDFDRIVER driver;
    NTSTATUS status;

    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    config.EvtDriverUnload = ControlUnload;
    status =
        WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
    return NT_SUCCESS(status) ? CreateDevice(driver) : status;
}

VOID ControlUnload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    DbgPrint("control: unloaded\n");
}

/* Adds up the bytes of the input. */
static NTSTATUS Sum(WDFREQUEST Request, size_t *Information)
{
    PUCHAR input;
    PULONG sum;
    size_t length, i;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&input, &length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*sum), (PVOID *)&sum, NULL);
    if (NT_SUCCESS(status)) {
        ULONG total = 0;

        for (i = 0; i < length; i++)
            total += input[i];
        *sum = total;
        *Information = sizeof(*sum);
    }
    return status;
}

/* Uses what belongs to a request that is complete. */
static VOID UseLate(WDFREQUEST Request, BOOLEAN Directly)
{
    WDFMEMORY memory;
    PVOID buffer;

    if (!NT_SUCCESS(WdfRequestRetrieveInputMemory(Request, &memory)))
        return;
    WdfObjectReference(Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
    if (Directly)
        WdfRequestRetrieveInputBuffer(Request, 1, &buffer, NULL);
    else
        WdfMemoryGetBuffer(memory, NULL);
}

static VOID SendUnformatted(WDFDEVICE Device)
{
    DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\WdfControl");
    WDF_IO_TARGET_OPEN_PARAMS open;
    WDFIOTARGET target;
    WDFREQUEST request;

    if (!NT_SUCCESS(WdfIoTargetCreate(Device, WDF_NO_OBJECT_ATTRIBUTES, &target)))
        return;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&open, &name, GENERIC_READ);
    if (NT_SUCCESS(WdfIoTargetOpen(target, &open)) &&
        NT_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, target, &request))) {
        if (!WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS))
            DbgPrint("control: not sent, 0x%08X\n", WdfRequestGetStatus(request));
        WdfObjectDelete(request);
    }
    WdfObjectDelete(target);
}

static VOID CallTooHigh(WDFDEVICE Device)
{
    WDFKEY key;
    KIRQL irql;
    NTSTATUS status;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    status = WdfDeviceOpenRegistryKey(Device, PLUGPLAY_REGKEY_DEVICE, KEY_READ,
                                      WDF_NO_OBJECT_ATTRIBUTES, &key);
    KeLowerIrql(irql);
    DbgPrint("control: no key, 0x%08X\n", status);
}

static VOID DoWrong(WDFDEVICE Device, WDFREQUEST Request, ULONG Wrong)
{
    WDFOBJECT object;
    WDFMEMORY memory;

    switch (Wrong) {
    case CONTROL_COMPLETE_TWICE:
        WdfRequestComplete(Request, STATUS_SUCCESS);
        break;
    case CONTROL_STALE_HANDLE:
        if (NT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &object))) {
            WdfObjectDelete(object);
            WdfObjectReference(object);
        }
        break;
    case CONTROL_NULL_PARAMETER:
        (void)WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, NULL);
        break;
    case CONTROL_KEEP_OBJECT:
        if (NT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &object)))
            WdfObjectReferenceWithTag(object, (PVOID)0x77);
        break;
    case CONTROL_KEEP_MEMORY:
        if (NT_SUCCESS(WdfRequestRetrieveInputMemory(Request, &memory)))
            WdfObjectReference(memory);
        break;
    case CONTROL_WRONG_TYPE:
        WdfIoQueueStart((WDFQUEUE)Request);
        break;
    case CONTROL_LATE_INIT:
        WdfDeviceInitSetExclusive(LateInit, TRUE);
        break;
    case CONTROL_LATE_MEMORY:
    case CONTROL_LATE_BUFFER:
        UseLate(Request, Wrong == CONTROL_LATE_BUFFER);
        break;
    case CONTROL_DELETE_REQUEST:
        WdfObjectDelete(Request);
        break;
    case CONTROL_SEND_UNFORMATTED:
        SendUnformatted(Device);
        break;
    case CONTROL_WRONG_IRQL:
        CallTooHigh(Device);
        break;
    }
}

VOID ControlRequest(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputBufferLength,
                    size_t InputBufferLength, ULONG IoControlCode)
{
    size_t information = 0;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    PULONG wrong;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);
    GetContext(WdfIoQueueGetDevice(Queue))->Requests++;
    if (IoControlCode == IOCTL_CONTROL_SUM) {
        status = Sum(Request, &information);
    } else if (IoControlCode == IOCTL_CONTROL_WRONG) {
        status = WdfRequestRetrieveInputBuffer(Request, sizeof(ULONG), (PVOID *)&wrong, NULL);
        if (NT_SUCCESS(status))
            DoWrong(WdfIoQueueGetDevice(Queue), Request, *wrong);
    }
    WdfRequestCompleteWithInformation(Request, status, information);
}
