/*
 * A mailbox: requests wait in a manual queue for letters that other requests bring, and
 * long work goes on one piece after the other in a sequential queue, each piece cancelable.
 * Requests are looked at in their caller's context first, and counted.
 */
#include <ntddk.h>
#include <wdf.h>
#include <wdmsec.h>

#include "mailbox.h"

typedef struct _BOX {
    WDFQUEUE Waiting;
    WDFQUEUE Work;
    WDFTIMER Timer;
    WDFSPINLOCK Lock;
    WDFREQUEST Current; /* being worked on; guarded by Lock */
    MAILBOX_COUNTS Counts;
} BOX;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(BOX, GetBox)

typedef struct _TICKET {
    ULONG Ticks;
} TICKET;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(TICKET, GetTicket)

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_UNLOAD MailboxUnload;
EVT_WDF_DEVICE_FILE_CREATE MailboxCreate;
EVT_WDF_FILE_CLOSE MailboxClose;
EVT_WDF_IO_IN_CALLER_CONTEXT MailboxInCallerContext;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL MailboxControl;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL MailboxWork;
EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE MailboxCanceledOnQueue;
EVT_WDF_REQUEST_CANCEL MailboxCancelWork;
EVT_WDF_TIMER MailboxTick;

/* ---- files ---- */

VOID MailboxCreate(WDFDEVICE Device, WDFREQUEST Request, WDFFILEOBJECT FileObject)
{
    BOX *box = GetBox(Device);

    UNREFERENCED_PARAMETER(FileObject);
    InterlockedIncrement((LONG *)&box->Counts.Opened);
    InterlockedIncrement((LONG *)&box->Counts.Open);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

VOID MailboxClose(WDFFILEOBJECT FileObject)
{
    InterlockedDecrement((LONG *)&GetBox(WdfFileObjectGetDevice(FileObject))->Counts.Open);
}

/* ---- letters ---- */

static VOID Deliver(WDFREQUEST Request, ULONG Letter)
{
    PULONG output;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*output), (PVOID *)&output, NULL);

    if (NT_SUCCESS(status))
        *output = Letter;
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? sizeof(*output) : 0);
}

static NTSTATUS Post(BOX *Box, WDFREQUEST Request, size_t *Information)
{
    WDFREQUEST waiting;
    PULONG letter, count;
    ULONG number, waited;
    NTSTATUS status;

    status = WdfRequestRetrieveInputBuffer(Request, sizeof(*letter), (PVOID *)&letter, NULL);
    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*count), (PVOID *)&count, NULL);
    if (!NT_SUCCESS(status))
        return status;
    number = *letter;
    WdfIoQueueGetState(Box->Waiting, &waited, NULL);
    status = WdfIoQueueRetrieveNextRequest(Box->Waiting, &waiting);
    if (NT_SUCCESS(status)) {
        Deliver(waiting, number);
        InterlockedIncrement((LONG *)&Box->Counts.Delivered);
    }
    *count = waited;
    *Information = sizeof(*count);
    return STATUS_SUCCESS;
}

VOID MailboxCanceledOnQueue(WDFQUEUE Queue, WDFREQUEST Request)
{
    InterlockedIncrement((LONG *)&GetBox(WdfIoQueueGetDevice(Queue))->Counts.Cancelled);
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

static NTSTATUS Count(BOX *Box, WDFREQUEST Request, size_t *Information)
{
    MAILBOX_COUNTS *counts;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*counts), (PVOID *)&counts, NULL);

    if (!NT_SUCCESS(status))
        return status;
    counts->Opened = ReadULongNoFence(&Box->Counts.Opened);
    counts->Open = ReadULongNoFence(&Box->Counts.Open);
    counts->Cancelled = ReadULongNoFence(&Box->Counts.Cancelled);
    counts->Delivered = ReadULongNoFence(&Box->Counts.Delivered);
    WdfIoQueueGetState(Box->Waiting, &counts->Waiting, NULL);
    WdfIoQueueGetState(Box->Work, NULL, &counts->Working);
    *Information = sizeof(*counts);
    return STATUS_SUCCESS;
}

/* ---- work ---- */

VOID MailboxTick(WDFTIMER Timer)
{
    BOX *box = GetBox(WdfTimerGetParentObject(Timer));
    WDFREQUEST request;

    WdfSpinLockAcquire(box->Lock);
    request = box->Current;
    /* Who is being cancelled is the cancel callback's. */
    if (request && --GetTicket(request)->Ticks == 0 &&
        WdfRequestUnmarkCancelable(request) != STATUS_CANCELLED)
        box->Current = NULL;
    else
        request = NULL;
    WdfSpinLockRelease(box->Lock);
    if (request)
        WdfRequestComplete(request, STATUS_SUCCESS);
}

VOID MailboxCancelWork(WDFREQUEST Request)
{
    BOX *box = GetBox(WdfIoQueueGetDevice(WdfRequestGetIoQueue(Request)));

    WdfSpinLockAcquire(box->Lock);
    box->Current = NULL;
    WdfSpinLockRelease(box->Lock);
    InterlockedIncrement((LONG *)&box->Counts.Cancelled);
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

VOID MailboxWork(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputBufferLength,
                 size_t InputBufferLength, ULONG IoControlCode)
{
    BOX *box = GetBox(WdfIoQueueGetDevice(Queue));
    PULONG ticks;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, sizeof(*ticks), (PVOID *)&ticks, NULL);

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);
    UNREFERENCED_PARAMETER(IoControlCode);
    if (NT_SUCCESS(status)) {
        GetTicket(Request)->Ticks = *ticks;
        WdfSpinLockAcquire(box->Lock);
        box->Current = Request;
        status = WdfRequestMarkCancelableEx(Request, MailboxCancelWork);
        if (!NT_SUCCESS(status))
            box->Current = NULL;
        WdfSpinLockRelease(box->Lock);
    }
    if (!NT_SUCCESS(status))
        WdfRequestComplete(Request, status);
}

/* ---- all requests ---- */

VOID MailboxInCallerContext(WDFDEVICE Device, WDFREQUEST Request)
{
    NTSTATUS status = WdfDeviceEnqueueRequest(Device, Request);

    if (!NT_SUCCESS(status))
        WdfRequestComplete(Request, status);
}

VOID MailboxControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputBufferLength,
                    size_t InputBufferLength, ULONG IoControlCode)
{
    BOX *box = GetBox(WdfIoQueueGetDevice(Queue));
    size_t information = 0;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);
    switch (IoControlCode) {
    case IOCTL_MAILBOX_WAIT:
    case IOCTL_MAILBOX_WORK:
        status = WdfRequestForwardToIoQueue(
            Request, IoControlCode == IOCTL_MAILBOX_WAIT ? box->Waiting : box->Work);
        if (NT_SUCCESS(status))
            return;
        break;
    case IOCTL_MAILBOX_POST:
        status = Post(box, Request, &information);
        break;
    case IOCTL_MAILBOX_COUNT:
        status = Count(box, Request, &information);
        break;
    case IOCTL_MAILBOX_CLOSE:
        WdfIoQueuePurgeSynchronously(box->Waiting);
        status = STATUS_SUCCESS;
        break;
    }
    WdfRequestCompleteWithInformation(Request, status, information);
}

/* ---- the device ---- */

static NTSTATUS CreateQueues(WDFDEVICE Device, BOX *Box)
{
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = MailboxControl;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    config.EvtIoCanceledOnQueue = MailboxCanceledOnQueue;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &Box->Waiting);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDeviceControl = MailboxWork;
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &Box->Work);
}

static NTSTATUS CreateTimer(WDFDEVICE Device, BOX *Box)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_TIMER_CONFIG config;
    NTSTATUS status;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = Device;
    status = WdfSpinLockCreate(&attributes, &Box->Lock);
    if (!NT_SUCCESS(status))
        return status;
    WDF_TIMER_CONFIG_INIT_PERIODIC(&config, MailboxTick, 2);
    config.AutomaticSerialization = FALSE;
    status = WdfTimerCreate(&config, &attributes, &Box->Timer);
    if (NT_SUCCESS(status))
        WdfTimerStart(Box->Timer, WDF_REL_TIMEOUT_IN_MS(2));
    return status;
}

static PWDFDEVICE_INIT BeginDevice(WDFDRIVER Driver)
{
    PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;

    if (init == NULL)
        return NULL;
    WDF_FILEOBJECT_CONFIG_INIT(&files, MailboxCreate, MailboxClose, WDF_NO_EVENT_CALLBACK);
    WdfDeviceInitSetFileObjectConfig(init, &files, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, TICKET);
    WdfDeviceInitSetRequestAttributes(init, &attributes);
    WdfDeviceInitSetIoInCallerContextCallback(init, MailboxInCallerContext);
    return init;
}

static NTSTATUS CreateDevice(WDFDRIVER Driver)
{
    DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Mailbox");
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Mailbox");
    PWDFDEVICE_INIT init = BeginDevice(Driver);
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    if (init == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = WdfDeviceInitAssignName(init, &name);
    if (NT_SUCCESS(status)) {
        WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, BOX);
        status = WdfDeviceCreate(&init, &attributes, &device);
    }
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    status = WdfDeviceCreateSymbolicLink(device, &link);
    if (NT_SUCCESS(status))
        status = CreateQueues(device, GetBox(device));
    if (NT_SUCCESS(status))
        status = CreateTimer(device, GetBox(device));
    if (NT_SUCCESS(status))
        WdfControlFinishInitializing(device);
    else
        WdfObjectDelete(device);
    return status;
}

VOID MailboxUnload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    WDFDRIVER driver;
    NTSTATUS status;

    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    config.EvtDriverUnload = MailboxUnload;
    status =
        WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
    return NT_SUCCESS(status) ? CreateDevice(driver) : status;
}
