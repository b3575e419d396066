/*
 * A request's buffers: memories that the framework gives, or that the driver
 * locked in the program's context.
 */
#include "transfer.h"

/* A program may name any address, and the framework takes NULL for the driver's mistake. */
static NTSTATUS LockInput(WDFREQUEST Request, WDFMEMORY *Memory)
{
    PVOID address;
    size_t length;
    NTSTATUS status;

    status = WdfRequestRetrieveUnsafeUserInputBuffer(Request, 0, &address, &length);
    if (NT_SUCCESS(status) && length != 0 && address == NULL) {
        status = STATUS_ACCESS_VIOLATION;
    } else if (NT_SUCCESS(status) && length != 0) {
        status = WdfRequestProbeAndLockUserBufferForRead(Request, address, length, Memory);
    }
    return status;
}

static NTSTATUS LockOutput(WDFREQUEST Request, WDFMEMORY *Memory)
{
    PVOID address;
    size_t length;
    NTSTATUS status;

    status = WdfRequestRetrieveUnsafeUserOutputBuffer(Request, 0, &address, &length);
    if (NT_SUCCESS(status) && length != 0 && address == NULL) {
        status = STATUS_ACCESS_VIOLATION;
    } else if (NT_SUCCESS(status) && length != 0) {
        status = WdfRequestProbeAndLockUserBufferForWrite(Request, address, length, Memory);
    }
    return status;
}

/* In the program's context only. */
NTSTATUS BufferLockNeither(WDFREQUEST Request)
{
    PREQUEST_CONTEXT context = RequestGetContext(Request);
    WDF_REQUEST_PARAMETERS parameters;
    NTSTATUS status = STATUS_SUCCESS;

    context->IsNeither = TRUE;
    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    if (parameters.Type != WdfRequestTypeRead) {
        status = LockInput(Request, &context->Input);
    }
    if (NT_SUCCESS(status) && parameters.Type != WdfRequestTypeWrite) {
        status = LockOutput(Request, &context->Output);
    }
    return status;
}

static NTSTATUS FromMemory(PTRANSFER_BUFFER Buffer, WDFMEMORY Memory)
{
    if (Memory != NULL) {
        Buffer->Address = WdfMemoryGetBuffer(Memory, &Buffer->Length);
    }
    return STATUS_SUCCESS;
}

/* No bytes are no error: the framework says that a buffer of none is too small. */
static NTSTATUS FromRetrieve(PTRANSFER_BUFFER Buffer, NTSTATUS Status, PVOID Address, size_t Length)
{
    if (Status == STATUS_BUFFER_TOO_SMALL) {
        return STATUS_SUCCESS;
    }
    if (NT_SUCCESS(Status)) {
        Buffer->Address = Address;
        Buffer->Length = Length;
    }
    return Status;
}

NTSTATUS BufferGetInput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer)
{
    PREQUEST_CONTEXT context = RequestGetContext(Request);
    PIRP irp = WdfRequestWdmGetIrp(Request);
    PVOID address = NULL;
    size_t length = 0;
    NTSTATUS status;

    RtlZeroMemory(Buffer, sizeof(*Buffer));
    if (context->IsNeither) {
        status = FromMemory(Buffer, context->Input);
    } else {
        status = WdfRequestRetrieveInputBuffer(Request, 0, &address, &length);
        status = FromRetrieve(Buffer, status, address, length);
    }
    if (Buffer->Address != NULL && irp->MdlAddress != NULL) {
        Buffer->ProgramAddress = MmGetMdlVirtualAddress(irp->MdlAddress);
    } else if (context->IsNeither) {
        Buffer->ProgramAddress = irp->UserBuffer;
    }
    return status;
}

NTSTATUS BufferGetOutput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer)
{
    PREQUEST_CONTEXT context = RequestGetContext(Request);
    PIRP irp = WdfRequestWdmGetIrp(Request);
    PVOID address = NULL;
    size_t length = 0;
    NTSTATUS status;

    RtlZeroMemory(Buffer, sizeof(*Buffer));
    if (context->IsNeither) {
        status = FromMemory(Buffer, context->Output);
    } else {
        status = WdfRequestRetrieveOutputBuffer(Request, 0, &address, &length);
        status = FromRetrieve(Buffer, status, address, length);
    }
    Buffer->ProgramAddress =
        irp->MdlAddress != NULL ? MmGetMdlVirtualAddress(irp->MdlAddress) : irp->UserBuffer;
    return status;
}

static ULONGLONG PageOf(PVOID Address)
{
    return Address == NULL ? 0
                           : (ULONGLONG)MmGetPhysicalAddress(Address).QuadPart >> PAGE_SHIFT;
}

VOID BufferTrace(const TRANSFER_BUFFER *Buffer, WDFREQUEST Request)
{
    TRANSFER_TRACE *trace = &FileGetContext(WdfRequestGetFileObject(Request))->Trace;

    trace->ProgramAddress = (ULONG_PTR)Buffer->ProgramAddress;
    trace->DriverAddress = (ULONG_PTR)Buffer->Address;
    trace->ProgramPage = PageOf(Buffer->ProgramAddress);
    trace->DriverPage = PageOf(Buffer->Address);
}

VOID PatternFill(const TRANSFER_BUFFER *Buffer, ULONGLONG Offset)
{
    size_t i;

    for (i = 0; i < Buffer->Length; i++) {
        Buffer->Address[i] = TransferPattern(Offset + i);
    }
}

BOOLEAN PatternCheck(const TRANSFER_BUFFER *Buffer, ULONGLONG Offset)
{
    size_t i;

    for (i = 0; i < Buffer->Length; i++) {
        if (Buffer->Address[i] != TransferPattern(Offset + i)) {
            return FALSE;
        }
    }
    return TRUE;
}
