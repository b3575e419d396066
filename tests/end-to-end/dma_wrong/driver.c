/*
 * A bus master's driver that can be told what to do wrong.
 */
#include <ntddk.h>
#include <wdf.h>

#include "public.h"

typedef struct {
    PUCHAR registers;
    SIZE_T length;
    WDFDMAENABLER enabler;
    WDFDMATRANSACTION transaction;
    ULONG wrong;
    ULONG64 address; /* of the last element */
    ULONG bytes;
} CONTEXT_OF_DEVICE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CONTEXT_OF_DEVICE, context_of)

static VOID device_writes(CONTEXT_OF_DEVICE *context, ULONG bytes)
{
    WRITE_REGISTER_ULONG((PULONG)(context->registers + REGISTER_LOW), (ULONG)context->address);
    WRITE_REGISTER_ULONG((PULONG)(context->registers + REGISTER_HIGH),
                         (ULONG)(context->address >> 32));
    WRITE_REGISTER_ULONG((PULONG)(context->registers + REGISTER_LENGTH), bytes);
}

static BOOLEAN program(WDFDMATRANSACTION transaction, WDFDEVICE device, WDFCONTEXT unused,
                       WDF_DMA_DIRECTION direction, PSCATTER_GATHER_LIST list)
{
    CONTEXT_OF_DEVICE *context = context_of(device);

    UNREFERENCED_PARAMETER(transaction);
    UNREFERENCED_PARAMETER(unused);
    UNREFERENCED_PARAMETER(direction);
    context->address = (ULONG64)list->Elements[0].Address.QuadPart;
    context->bytes = list->Elements[0].Length;
    device_writes(context, context->bytes + (context->wrong == WRONG_TOO_FAR));
    return TRUE;
}

static NTSTATUS transfer(CONTEXT_OF_DEVICE *context, WDFREQUEST request)
{
    WDF_DMA_DIRECTION direction = WdfDmaDirectionReadFromDevice;
    NTSTATUS status;
    PMDL mdl;

    status = WdfRequestRetrieveOutputWdmMdl(request, &mdl);
    if (!NT_SUCCESS(status))
        return status;
    if (context->wrong == WRONG_DIRECTION) {
        direction = WdfDmaDirectionWriteToDevice;
        status = WdfDmaTransactionInitialize(context->transaction, program, direction, mdl,
                                             MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl));
    } else {
        status = WdfDmaTransactionInitializeUsingRequest(context->transaction, request, program,
                                                         direction);
    }
    if (NT_SUCCESS(status))
        status = WdfDmaTransactionExecute(context->transaction, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (context->wrong == WRONG_REQUEST_FIRST)
        WdfRequestComplete(request, STATUS_SUCCESS);
    WdfDmaTransactionDmaCompleted(context->transaction, &status);
    if (context->wrong == WRONG_TWICE)
        WdfDmaTransactionDmaCompleted(context->transaction, &status);
    WdfDmaTransactionRelease(context->transaction);
    if (context->wrong == WRONG_STALE)
        device_writes(context, context->bytes);
    return status;
}

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t output, size_t input, ULONG code)
{
    CONTEXT_OF_DEVICE *context = context_of(WdfIoQueueGetDevice(queue));
    PULONG wrong;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(input);
    UNREFERENCED_PARAMETER(code);
    status = WdfRequestRetrieveInputBuffer(request, sizeof(*wrong), (PVOID *)&wrong, NULL);
    if (NT_SUCCESS(status)) {
        context->wrong = *wrong;
        status = transfer(context, request);
    }
    WdfRequestCompleteWithInformation(request, status, output);
}

static NTSTATUS on_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
    CONTEXT_OF_DEVICE *context = context_of(device);
    PCM_PARTIAL_RESOURCE_DESCRIPTOR memory = WdfCmResourceListGetDescriptor(translated, 0);

    UNREFERENCED_PARAMETER(raw);
    if (!memory || memory->Type != CmResourceTypeMemory)
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    context->length = memory->u.Memory.Length;
    context->registers =
        MmMapIoSpaceEx(memory->u.Memory.Start, context->length, PAGE_READWRITE | PAGE_NOCACHE);
    return context->registers ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS on_release(WDFDEVICE device, WDFCMRESLIST translated)
{
    CONTEXT_OF_DEVICE *context = context_of(device);

    UNREFERENCED_PARAMETER(translated);
    if (context->registers)
        MmUnmapIoSpace(context->registers, context->length);
    context->registers = NULL;
    return STATUS_SUCCESS;
}

static NTSTATUS make_dma(WDFDEVICE device)
{
    CONTEXT_OF_DEVICE *context = context_of(device);
    WDF_DMA_ENABLER_CONFIG config;
    NTSTATUS status;

    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, 0x1000);
    status = WdfDmaEnablerCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &context->enabler);
    if (!NT_SUCCESS(status))
        return status;
    return WdfDmaTransactionCreate(context->enabler, WDF_NO_OBJECT_ATTRIBUTES,
                                   &context->transaction);
}

static NTSTATUS add_device(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Wrong");
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG queue;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDevicePrepareHardware = on_prepare;
    callbacks.EvtDeviceReleaseHardware = on_release;
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &callbacks);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, CONTEXT_OF_DEVICE);
    status = WdfDeviceCreate(&init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    if (NT_SUCCESS(status))
        status = make_dma(device);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchSequential);
    queue.EvtIoDeviceControl = on_control;
    return WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, NULL);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, add_device);
    return WdfDriverCreate(driver, path, WDF_NO_OBJECT_ATTRIBUTES, &config, NULL);
}
