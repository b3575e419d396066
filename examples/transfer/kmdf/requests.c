/*
 * Reads, writes and control requests.
 */
#include "transfer.h"

static BOOLEAN IsNeither(WDFREQUEST Request)
{
    WDF_REQUEST_PARAMETERS parameters;
    WDFDEVICE device = WdfFileObjectGetDevice(WdfRequestGetFileObject(Request));

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    if (parameters.Type == WdfRequestTypeDeviceControl) {
        return METHOD_FROM_CTL_CODE(parameters.Parameters.DeviceIoControl.IoControlCode) ==
               METHOD_NEITHER;
    }
    return !(WdfDeviceWdmGetDeviceObject(device)->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO));
}

VOID TransferInCallerContext(WDFDEVICE Device, WDFREQUEST Request)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (IsNeither(Request)) {
        status = BufferLockNeither(Request);
    }
    if (NT_SUCCESS(status)) {
        status = WdfDeviceEnqueueRequest(Device, Request);
    }
    if (!NT_SUCCESS(status)) {
        WdfRequestComplete(Request, status);
    }
}

VOID TransferRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    WDF_REQUEST_PARAMETERS parameters;
    TRANSFER_BUFFER buffer;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Queue);

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    status = BufferGetOutput(Request, &buffer);
    if (NT_SUCCESS(status)) {
        PatternFill(&buffer, (ULONGLONG)parameters.Parameters.Read.DeviceOffset);
        BufferTrace(&buffer, Request);
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? Length : 0);
}

VOID TransferWrite(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    WDF_REQUEST_PARAMETERS parameters;
    TRANSFER_BUFFER buffer;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Queue);

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    status = BufferGetInput(Request, &buffer);
    if (NT_SUCCESS(status)) {
        if (!PatternCheck(&buffer, (ULONGLONG)parameters.Parameters.Write.DeviceOffset)) {
            status = STATUS_DATA_ERROR;
        }
        BufferTrace(&buffer, Request);
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? Length : 0);
}

static NTSTATUS Complement(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_BUFFER input, output;
    NTSTATUS status;
    size_t i;

    status = BufferGetInput(Request, &input);
    if (NT_SUCCESS(status)) {
        status = BufferGetOutput(Request, &output);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *Length = min(input.Length, output.Length);
    for (i = 0; i < *Length; i++) {
        output.Address[i] = (UCHAR)~input.Address[i];
    }
    BufferTrace(&output, Request);
    return STATUS_SUCCESS;
}

static NTSTATUS CheckBoth(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_BUFFER input, output;
    NTSTATUS status;

    status = BufferGetInput(Request, &input);
    if (NT_SUCCESS(status)) {
        status = BufferGetOutput(Request, &output);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    BufferTrace(&output, Request);
    if (!PatternCheck(&input, 0) || !PatternCheck(&output, input.Length)) {
        return STATUS_DATA_ERROR;
    }
    *Length = output.Length;
    return STATUS_SUCCESS;
}

/*
 * The system's count of bytes that it copied between programs and itself. Only
 * a system that keeps such a count exports it.
 */
static ULONGLONG BytesCopied(VOID)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"ntio_bytes_copied");
    ULONGLONG(NTAPI * count)(VOID);

    *(PVOID *)&count = MmGetSystemRoutineAddress(&name);
    return count != NULL ? count() : ~0ULL;
}

static NTSTATUS ReportTrace(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_TRACE *trace = &FileGetContext(WdfRequestGetFileObject(Request))->Trace;
    WDFMEMORY output = RequestGetContext(Request)->Output;
    NTSTATUS status;

    trace->BytesCopied = BytesCopied();
    if (output == NULL) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    status = WdfMemoryCopyFromBuffer(output, 0, trace, sizeof(*trace));
    if (NT_SUCCESS(status)) {
        *Length = sizeof(*trace);
    }
    return status == STATUS_INVALID_BUFFER_SIZE ? STATUS_BUFFER_TOO_SMALL : status;
}

static VOID ReleaseHeld(WDFQUEUE HeldQueue)
{
    WDFREQUEST request;

    while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(HeldQueue, &request))) {
        WdfRequestComplete(request, STATUS_SUCCESS);
    }
}

VOID TransferControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputBufferLength,
                     size_t InputBufferLength, ULONG IoControlCode)
{
    WDFQUEUE held = DeviceGetContext(WdfIoQueueGetDevice(Queue))->HeldQueue;
    NTSTATUS status = STATUS_SUCCESS;
    size_t length = 0;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);

    switch (IoControlCode) {
    case IOCTL_TRANSFER_BUFFERED:
    case IOCTL_TRANSFER_OUT_DIRECT:
    case IOCTL_TRANSFER_NEITHER:
        status = Complement(Request, &length);
        break;
    case IOCTL_TRANSFER_IN_DIRECT:
        status = CheckBoth(Request, &length);
        break;
    case IOCTL_TRANSFER_HOLD:
        status = WdfRequestForwardToIoQueue(Request, held);
        if (NT_SUCCESS(status)) {
            return;
        }
        break;
    case IOCTL_TRANSFER_RELEASE:
        ReleaseHeld(held);
        break;
    case IOCTL_TRANSFER_TRACE:
        status = ReportTrace(Request, &length);
        break;
    default:
        status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    WdfRequestCompleteWithInformation(Request, status, length);
}
