/*
 * Control requests, one for each buffer method, and the ones about requests.
 */
#include "transfer.h"
#include "buffer.h"

/* Both buffers of a control request, by its method. */
typedef struct _CONTROL_BUFFERS {
    TRANSFER_BUFFER Input, Output;
    ULONG InputLength, OutputLength;
} CONTROL_BUFFERS, *PCONTROL_BUFFERS;

static NTSTATUS OpenNeitherBuffers(PCONTROL_BUFFERS Buffers, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    NTSTATUS status;

    status = BufferOpenNeither(&Buffers->Input,
                               Stack->Parameters.DeviceIoControl.Type3InputBuffer,
                               Buffers->InputLength, IoReadAccess);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = BufferOpenNeither(&Buffers->Output, Irp->UserBuffer, Buffers->OutputLength,
                               IoWriteAccess);
    if (!NT_SUCCESS(status)) {
        BufferClose(&Buffers->Input);
    }
    return status;
}

static NTSTATUS OpenBuffers(PCONTROL_BUFFERS Buffers, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    RtlZeroMemory(Buffers, sizeof(*Buffers));
    Buffers->InputLength = Stack->Parameters.DeviceIoControl.InputBufferLength;
    Buffers->OutputLength = Stack->Parameters.DeviceIoControl.OutputBufferLength;

    switch (METHOD_FROM_CTL_CODE(Stack->Parameters.DeviceIoControl.IoControlCode)) {
    case METHOD_BUFFERED:
        Buffers->Input.Address = Irp->AssociatedIrp.SystemBuffer;
        Buffers->Output.Address = Irp->AssociatedIrp.SystemBuffer;
        Buffers->Output.ProgramAddress = Irp->UserBuffer;
        return STATUS_SUCCESS;
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
        Buffers->Input.Address = Irp->AssociatedIrp.SystemBuffer;
        return BufferOpenMdl(&Buffers->Output, Irp->MdlAddress);
    default:
        return OpenNeitherBuffers(Buffers, Irp, Stack);
    }
}

static VOID CloseBuffers(PCONTROL_BUFFERS Buffers)
{
    BufferClose(&Buffers->Input);
    BufferClose(&Buffers->Output);
}

static NTSTATUS Complement(PDEVICE_OBJECT DeviceObject, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    CONTROL_BUFFERS buffers;
    NTSTATUS status;
    ULONG length, i;

    UNREFERENCED_PARAMETER(DeviceObject);

    status = OpenBuffers(&buffers, Irp, Stack);
    if (!NT_SUCCESS(status)) {
        return CompleteRequest(Irp, status, 0);
    }
    length = min(buffers.InputLength, buffers.OutputLength);
    for (i = 0; i < length; i++) {
        buffers.Output.Address[i] = (UCHAR)~buffers.Input.Address[i];
    }
    BufferTrace(&buffers.Output, Stack->FileObject);
    CloseBuffers(&buffers);
    return CompleteRequest(Irp, STATUS_SUCCESS, length);
}

static NTSTATUS CheckBoth(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    CONTROL_BUFFERS buffers;
    NTSTATUS status;

    status = OpenBuffers(&buffers, Irp, Stack);
    if (!NT_SUCCESS(status)) {
        return CompleteRequest(Irp, status, 0);
    }
    if (!PatternCheck(buffers.Input.Address, buffers.InputLength, 0) ||
        !PatternCheck(buffers.Output.Address, buffers.OutputLength, buffers.InputLength)) {
        status = STATUS_DATA_ERROR;
    }
    BufferTrace(&buffers.Output, Stack->FileObject);
    CloseBuffers(&buffers);
    return CompleteRequest(Irp, status, NT_SUCCESS(status) ? buffers.OutputLength : 0);
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

static NTSTATUS ReportTrace(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PTRANSFER_FILE file = Stack->FileObject->FsContext;
    NTSTATUS status = STATUS_SUCCESS;

    if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(TRANSFER_TRACE)) {
        return CompleteRequest(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    file->Trace.BytesCopied = BytesCopied();
    __try {
        ProbeForWrite(Irp->UserBuffer, sizeof(TRANSFER_TRACE), sizeof(ULONGLONG));
        RtlCopyMemory(Irp->UserBuffer, &file->Trace, sizeof(TRANSFER_TRACE));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        status = GetExceptionCode();
    }
    return CompleteRequest(Irp, status, NT_SUCCESS(status) ? sizeof(TRANSFER_TRACE) : 0);
}

NTSTATUS TransferControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_TRANSFER_BUFFERED:
    case IOCTL_TRANSFER_OUT_DIRECT:
    case IOCTL_TRANSFER_NEITHER:
        return Complement(DeviceObject, Irp, stack);
    case IOCTL_TRANSFER_IN_DIRECT:
        return CheckBoth(Irp, stack);
    case IOCTL_TRANSFER_HOLD:
        return HeldInsert(DeviceObject->DeviceExtension, Irp);
    case IOCTL_TRANSFER_RELEASE:
        HeldRelease(DeviceObject->DeviceExtension, NULL, STATUS_SUCCESS);
        return CompleteRequest(Irp, STATUS_SUCCESS, 0);
    case IOCTL_TRANSFER_TRACE:
        return ReportTrace(Irp, stack);
    default:
        return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}
