/*
 * A framework driver for the tester: registers, ports, memory, interrupts.
 */
#include "driver.h"

DRIVER_INITIALIZE DriverEntry;

static PULONG RegisterAt(DEVICE_CONTEXT *Context, ULONG Offset)
{
    return (PULONG)(Context->Registers + Offset);
}

/* ---- interrupts ------------------------------------------------------------------------- */

static BOOLEAN TesterIsr(WDFINTERRUPT Interrupt, ULONG MessageID)
{
    DEVICE_CONTEXT *context = GetContext(WdfInterruptGetDevice(Interrupt));
    WDF_INTERRUPT_INFO info;

    WDF_INTERRUPT_INFO_INIT(&info);
    WdfInterruptGetInfo(Interrupt, &info);
    if (!info.MessageSignaled && !READ_REGISTER_ULONG(RegisterAt(context, TESTER_ISR)))
        return FALSE;
    context->Served++;
    context->LastMessage = MessageID;
    context->ServedAt = KeGetCurrentIrql();
    context->WasInside = context->IsInside;
    if (!info.MessageSignaled)
        WRITE_REGISTER_ULONG(RegisterAt(context, TESTER_LOWER), 1);
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

static VOID TesterDpc(WDFINTERRUPT Interrupt, WDFOBJECT Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    KeSetEvent(&GetContext((WDFDEVICE)Device)->Dpc, IO_NO_INCREMENT, FALSE);
}

static NTSTATUS TesterEnable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    GetContext(Device)->Enabled++;
    return STATUS_SUCCESS;
}

static NTSTATUS TesterDisable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    GetContext(Device)->Disabled++;
    return STATUS_SUCCESS;
}

static NTSTATUS CreateInterrupts(WDFDEVICE Device)
{
    DEVICE_CONTEXT *context = GetContext(Device);
    WDF_INTERRUPT_CONFIG config;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    KeInitializeEvent(&context->Dpc, SynchronizationEvent, FALSE);
    WDF_INTERRUPT_CONFIG_INIT(&config, TesterIsr, TesterDpc);
    config.EvtInterruptEnable = TesterEnable;
    config.EvtInterruptDisable = TesterDisable;
    for (i = 0; i < INTERRUPTS && NT_SUCCESS(status); i++)
        status =
            WdfInterruptCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &context->Interrupts[i]);
    return status;
}

/* ---- hardware --------------------------------------------------------------------------- */

static NTSTATUS TesterPrepare(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    DEVICE_CONTEXT *context = GetContext(Device);
    ULONG i;

    UNREFERENCED_PARAMETER(Raw);
    for (i = 0; i < WdfCmResourceListGetCount(Translated); i++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR d = WdfCmResourceListGetDescriptor(Translated, i);

        if (d->Type == CmResourceTypePort) {
            context->Ports = (PULONG)(ULONG_PTR)d->u.Port.Start.QuadPart;
        } else if (d->Type == CmResourceTypeMemory && d->u.Memory.Length == TESTER_LENGTH) {
            context->RegistersAt = d->u.Memory.Start;
            context->Registers = MmMapIoSpaceEx(d->u.Memory.Start, d->u.Memory.Length,
                                                PAGE_READWRITE | PAGE_NOCACHE);
        } else if (d->Type == CmResourceTypeMemory) {
            context->Memory = MmMapIoSpace(d->u.Memory.Start, d->u.Memory.Length, MmNonCached);
        }
    }
    return context->Ports && context->Registers && context->Memory
               ? STATUS_SUCCESS
               : STATUS_DEVICE_CONFIGURATION_ERROR;
}

static NTSTATUS TesterRelease(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    DEVICE_CONTEXT *context = GetContext(Device);

    UNREFERENCED_PARAMETER(Translated);
    if (context->Registers)
        MmUnmapIoSpace(context->Registers, TESTER_LENGTH);
    if (context->Memory)
        MmUnmapIoSpace(context->Memory, TESTER_MEMORY);
    context->Registers = context->Memory = NULL;
    DbgPrint("tester: %ld enabled, %ld disabled\n", context->Enabled, context->Disabled);
    return STATUS_SUCCESS;
}

static NTSTATUS TesterPostInterruptsEnabled(WDFDEVICE Device, WDF_POWER_DEVICE_STATE Previous)
{
    UNREFERENCED_PARAMETER(Previous);
    GetContext(Device)->PostEnabled = GetContext(Device)->Enabled;
    return STATUS_SUCCESS;
}

/* ---- requests --------------------------------------------------------------------------- */

static VOID TesterControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength,
                          size_t InputLength, ULONG Code)
{
    WDFDEVICE device = WdfIoQueueGetDevice(Queue);
    DEVICE_CONTEXT *context = GetContext(device);
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    TESTER_RESULT *result;
    PULONG id;
    size_t length = 0;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_TESTER_CHECK) {
        status =
            WdfRequestRetrieveOutputBuffer(Request, sizeof(*result), (PVOID *)&result, &length);
        if (NT_SUCCESS(status))
            CheckDevice(device, result);
    } else if (Code == IOCTL_TESTER_ID) {
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*id), (PVOID *)&id, &length);
        if (NT_SUCCESS(status))
            *id = READ_REGISTER_ULONG(RegisterAt(context, TESTER_ID));
    }
    WdfRequestCompleteWithInformation(Request, status, length);
}

static NTSTATUS TesterAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Tester");
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG queue;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDevicePrepareHardware = TesterPrepare;
    callbacks.EvtDeviceReleaseHardware = TesterRelease;
    callbacks.EvtDeviceD0EntryPostInterruptsEnabled = TesterPostInterruptsEnabled;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &callbacks);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, DEVICE_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = CreateInterrupts(device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchSequential);
    queue.EvtIoDeviceControl = TesterControl;
    queue.PowerManaged = WdfFalse;
    return WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, TesterAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
