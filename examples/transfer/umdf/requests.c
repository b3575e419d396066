/*
 * Reads, writes and control requests. A request's input and output are never the same memory
 * here, whatever its method, and the driver is not told the program's addresses.
 */
#include "transfer.h"

/* No bytes are no error: the framework says that a buffer of none is too small. */
static NTSTATUS FromRetrieve(NTSTATUS Status, PTRANSFER_BUFFER Buffer)
{
    if (!NT_SUCCESS(Status)) {
        ZeroMemory(Buffer, sizeof(*Buffer));
    }
    return Status == STATUS_BUFFER_TOO_SMALL ? STATUS_SUCCESS : Status;
}

static NTSTATUS GetInput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer)
{
    NTSTATUS status;

    status = WdfRequestRetrieveInputBuffer(Request, 0, (PVOID *)&Buffer->Address, &Buffer->Length);
    return FromRetrieve(status, Buffer);
}

static NTSTATUS GetOutput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer)
{
    NTSTATUS status;

    status = WdfRequestRetrieveOutputBuffer(Request, 0, (PVOID *)&Buffer->Address, &Buffer->Length);
    return FromRetrieve(status, Buffer);
}

/*
 * A host does not know physical pages: by the framework's word, whole pages of direct requests
 * are the program's own.
 */
static VOID Trace(const TRANSFER_BUFFER *Buffer, WDFREQUEST Request)
{
    TRANSFER_TRACE *trace = &FileGetContext(WdfRequestGetFileObject(Request))->Trace;
    BOOLEAN isShared;

    isShared = Buffer->Length >= PAGE_SIZE &&
               WdfRequestGetEffectiveIoType(Request) == WdfDeviceIoDirect;
    trace->ProgramAddress = 0;
    trace->DriverAddress = (ULONG_PTR)Buffer->Address;
    trace->DriverPage = trace->DriverAddress / PAGE_SIZE;
    trace->ProgramPage = isShared ? trace->DriverPage : 0;
    trace->BytesCopied = ~0ULL;
}

static BOOLEAN PatternCheck(const TRANSFER_BUFFER *Buffer, ULONGLONG Offset)
{
    size_t i;

    for (i = 0; i < Buffer->Length; i++) {
        if (Buffer->Address[i] != TransferPattern(Offset + i)) {
            return FALSE;
        }
    }
    return TRUE;
}

VOID TransferRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    WDF_REQUEST_PARAMETERS parameters;
    TRANSFER_BUFFER buffer;
    NTSTATUS status;
    size_t i;

    UNREFERENCED_PARAMETER(Queue);

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    status = GetOutput(Request, &buffer);
    if (NT_SUCCESS(status)) {
        for (i = 0; i < buffer.Length; i++) {
            buffer.Address[i] =
                TransferPattern((ULONGLONG)parameters.Parameters.Read.DeviceOffset + i);
        }
        Trace(&buffer, Request);
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
    status = GetInput(Request, &buffer);
    if (NT_SUCCESS(status)) {
        if (!PatternCheck(&buffer, (ULONGLONG)parameters.Parameters.Write.DeviceOffset)) {
            status = STATUS_DATA_ERROR;
        }
        Trace(&buffer, Request);
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? Length : 0);
}

static NTSTATUS Complement(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_BUFFER input, output;
    NTSTATUS status;
    size_t i;

    status = GetInput(Request, &input);
    if (NT_SUCCESS(status)) {
        status = GetOutput(Request, &output);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *Length = min(input.Length, output.Length);
    for (i = 0; i < *Length; i++) {
        output.Address[i] = (UCHAR)~input.Address[i];
    }
    Trace(&output, Request);
    return STATUS_SUCCESS;
}

static NTSTATUS CheckBoth(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_BUFFER input, output;
    NTSTATUS status;

    status = GetInput(Request, &input);
    if (NT_SUCCESS(status)) {
        status = GetOutput(Request, &output);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Trace(&output, Request);
    if (!PatternCheck(&input, 0) || !PatternCheck(&output, input.Length)) {
        return STATUS_DATA_ERROR;
    }
    *Length = output.Length;
    return STATUS_SUCCESS;
}

static NTSTATUS ReportTrace(WDFREQUEST Request, size_t *Length)
{
    TRANSFER_TRACE *trace;
    NTSTATUS status;

    status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*trace), (PVOID *)&trace, NULL);
    if (NT_SUCCESS(status)) {
        *trace = FileGetContext(WdfRequestGetFileObject(Request))->Trace;
        *Length = sizeof(*trace);
    }
    return status;
}

static VOID ReleaseHeld(WDFQUEUE Held)
{
    WDFREQUEST request;

    while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Held, &request))) {
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
