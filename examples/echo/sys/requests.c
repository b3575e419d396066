/*
 * Reads, writes and the control request.
 */
#include "echo.h"

/* Answers a read with a message, as much of it as the reader has room for. */
static VOID Answer(WDFREQUEST Read, WDFMEMORY Message)
{
    WDFMEMORY target;
    size_t room, length;
    PVOID bytes = WdfMemoryGetBuffer(Message, &length);
    NTSTATUS status;

    status = WdfRequestRetrieveOutputMemory(Read, &target);
    if (NT_SUCCESS(status)) {
        WdfMemoryGetBuffer(target, &room);
        length = min(length, room);
        status = WdfMemoryCopyFromBuffer(target, 0, bytes, length);
    }
    WdfRequestCompleteWithInformation(Read, status, NT_SUCCESS(status) ? length : 0);
}

/* Brings messages and waiting reads together. */
static VOID Deliver(PDEVICE_CONTEXT Context)
{
    WDFMEMORY message;
    WDFREQUEST read;

    while ((message = WdfCollectionGetFirstItem(Context->Messages)) != NULL &&
           NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Context->WaitingReads, &read))) {
        Answer(read, message);
        WdfCollectionRemove(Context->Messages, message);
        WdfObjectDelete(message);
    }
}

VOID EchoRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    PDEVICE_CONTEXT context = DeviceGetContext(WdfIoQueueGetDevice(Queue));
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Length);

    context->Statistics.Reads++;
    status = WdfRequestForwardToIoQueue(Request, context->WaitingReads);
    if (!NT_SUCCESS(status)) {
        WdfRequestComplete(Request, status);
        return;
    }
    Deliver(context);
}

static NTSTATUS KeepMessage(WDFDEVICE Device, WDFREQUEST Request, size_t Length)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY source, message;
    PVOID bytes;
    NTSTATUS status;

    if (Length > ECHO_MAX_MESSAGE) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    status = WdfRequestRetrieveInputMemory(Request, &source);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = Device;
    status = WdfMemoryCreate(&attributes, NonPagedPoolNx, 'ohcE', Length, &message, &bytes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = WdfMemoryCopyToBuffer(source, 0, bytes, Length);
    if (NT_SUCCESS(status)) {
        status = WdfCollectionAdd(DeviceGetContext(Device)->Messages, message);
    }
    if (!NT_SUCCESS(status)) {
        WdfObjectDelete(message);
    }
    return status;
}

VOID EchoWrite(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    WDFDEVICE device = WdfIoQueueGetDevice(Queue);
    PDEVICE_CONTEXT context = DeviceGetContext(device);
    NTSTATUS status;

    context->Statistics.Writes++;
    status = KeepMessage(device, Request, Length);
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? Length : 0);
    Deliver(context);
}

VOID EchoControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputBufferLength,
                 size_t InputBufferLength, ULONG IoControlCode)
{
    PDEVICE_CONTEXT context = DeviceGetContext(WdfIoQueueGetDevice(Queue));
    PECHO_STATISTICS statistics;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);

    if (IoControlCode != IOCTL_ECHO_STATISTICS) {
        WdfRequestComplete(Request, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*statistics), (PVOID *)&statistics,
                                            NULL);
    if (!NT_SUCCESS(status)) {
        WdfRequestComplete(Request, status);
        return;
    }
    *statistics = context->Statistics;
    WdfIoQueueGetState(context->WaitingReads, &statistics->Waiting, NULL);
    WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, sizeof(*statistics));
}
