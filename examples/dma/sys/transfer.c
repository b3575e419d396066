/*
 * Reads and writes: the request's pages become elements, the engine moves them.
 */
#include "engine.h"

NTSTATUS EngineCreateDma(WDFDEVICE Device)
{
    ENGINE_CONTEXT *context = EngineContext(Device);
    WDF_DMA_ENABLER_CONFIG config;
    NTSTATUS status;

    /* Buffers may begin at any byte. */
    WdfDeviceSetAlignmentRequirement(Device, FILE_BYTE_ALIGNMENT);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, ENGINE_LONGEST);
    status = WdfDmaEnablerCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &context->Enabler);
    if (!NT_SUCCESS(status))
        return status;
    WdfDmaEnablerSetMaximumScatterGatherElements(context->Enabler, ENGINE_ELEMENTS);
    status =
        WdfCommonBufferCreate(context->Enabler, ENGINE_ELEMENTS * sizeof(struct engine_element),
                              WDF_NO_OBJECT_ATTRIBUTES, &context->List);
    if (!NT_SUCCESS(status))
        return status;
    return WdfDmaTransactionCreate(context->Enabler, WDF_NO_OBJECT_ATTRIBUTES,
                                   &context->Transaction);
}

/* ---- a transfer ------------------------------------------------------------------------- */

static VOID Remember(ENGINE_LAST *Last, PSCATTER_GATHER_LIST List)
{
    ULONG i;

    if (Last->Transfers++)
        return;
    Last->Elements = List->NumberOfElements;
    Last->Shown = min(List->NumberOfElements, ENGINE_SHOWN);
    for (i = 0; i < Last->Shown; i++) {
        Last->Element[i].Address = (ULONG64)List->Elements[i].Address.QuadPart;
        Last->Element[i].Length = List->Elements[i].Length;
    }
}

static LONGLONG PositionOf(WDFREQUEST Request, WDF_DMA_DIRECTION Direction)
{
    WDF_REQUEST_PARAMETERS parameters;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(Request, &parameters);
    return Direction == WdfDmaDirectionReadFromDevice ? parameters.Parameters.Read.DeviceOffset
                                                      : parameters.Parameters.Write.DeviceOffset;
}

/* Called with each part of the request that fits into one transfer. */
static BOOLEAN EngineProgram(WDFDMATRANSACTION Transaction, WDFDEVICE Device, WDFCONTEXT Context,
                             WDF_DMA_DIRECTION Direction, PSCATTER_GATHER_LIST List)
{
    ENGINE_CONTEXT *context = EngineContext(Device);
    struct engine_element *element = WdfCommonBufferGetAlignedVirtualAddress(context->List);
    WDFREQUEST request = WdfDmaTransactionGetRequest(Transaction);
    ULONG control = ENGINE_START | ENGINE_INTERRUPT, i;

    UNREFERENCED_PARAMETER(Context);
    for (i = 0; i < List->NumberOfElements; i++, element++) {
        element->address = (ULONG64)List->Elements[i].Address.QuadPart;
        element->length = List->Elements[i].Length;
    }
    Remember(&context->Last, List);
    if (Direction == WdfDmaDirectionReadFromDevice)
        control |= ENGINE_TO_MEMORY;
    WdfInterruptAcquireLock(context->Interrupt);
    EngineWrite64(context, ENGINE_LIST,
                  (ULONG64)WdfCommonBufferGetAlignedLogicalAddress(context->List).QuadPart);
    EngineWrite(context, ENGINE_COUNT, List->NumberOfElements);
    EngineWrite64(context, ENGINE_POSITION,
                  (ULONG64)PositionOf(request, Direction) +
                      WdfDmaTransactionGetBytesTransferred(Transaction));
    EngineWrite(context, ENGINE_CONTROL, control);
    WdfInterruptReleaseLock(context->Interrupt);
    return TRUE;
}

static VOID Finish(ENGINE_CONTEXT *Context, NTSTATUS Status)
{
    WDFREQUEST request = WdfDmaTransactionGetRequest(Context->Transaction);
    size_t bytes = WdfDmaTransactionGetBytesTransferred(Context->Transaction);

    WdfDmaTransactionRelease(Context->Transaction);
    WdfRequestCompleteWithInformation(request, Status, NT_SUCCESS(Status) ? bytes : 0);
}

static VOID Start(WDFQUEUE Queue, WDFREQUEST Request, size_t Length, WDF_DMA_DIRECTION Direction)
{
    ENGINE_CONTEXT *context = EngineContext(WdfIoQueueGetDevice(Queue));
    NTSTATUS status;

    if (Length == 0) {
        WdfRequestComplete(Request, STATUS_SUCCESS);
        return;
    }
    RtlZeroMemory(&context->Last, sizeof(context->Last));
    status = WdfDmaTransactionInitializeUsingRequest(context->Transaction, Request, EngineProgram,
                                                     Direction);
    if (!NT_SUCCESS(status)) {
        WdfRequestComplete(Request, status);
        return;
    }
    status = WdfDmaTransactionExecute(context->Transaction, NULL);
    if (!NT_SUCCESS(status))
        Finish(context, status);
}

VOID EngineTransferDone(WDFDEVICE Device, ULONG Status)
{
    ENGINE_CONTEXT *context = EngineContext(Device);
    NTSTATUS status;

    if (Status & ENGINE_FAILED) {
        WdfDmaTransactionDmaCompletedFinal(context->Transaction, 0, &status);
        Finish(context, STATUS_IO_DEVICE_ERROR);
    } else if (WdfDmaTransactionDmaCompleted(context->Transaction, &status)) {
        Finish(context, status);
    }
}

/* ---- requests --------------------------------------------------------------------------- */

VOID EngineIoRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    Start(Queue, Request, Length, WdfDmaDirectionReadFromDevice);
}

VOID EngineIoWrite(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    Start(Queue, Request, Length, WdfDmaDirectionWriteToDevice);
}

VOID EngineIoControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                     ULONG Code)
{
    ENGINE_CONTEXT *context = EngineContext(WdfIoQueueGetDevice(Queue));
    ENGINE_LAST *last;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_ENGINE_PIN) {
        status = WdfRequestForwardToIoQueue(Request, context->Pinned);
        if (!NT_SUCCESS(status))
            WdfRequestComplete(Request, status);
        return;
    }
    if (Code != IOCTL_ENGINE_LAST) {
        WdfRequestComplete(Request, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*last), (PVOID *)&last, NULL);
    if (NT_SUCCESS(status))
        *last = context->Last;
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? sizeof(*last) : 0);
}
