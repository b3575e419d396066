/*
 * The engine's registers and its interrupt.
 */
#include "engine.h"

NTSTATUS EnginePrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    ENGINE_CONTEXT *context = EngineContext(Device);
    PCM_PARTIAL_RESOURCE_DESCRIPTOR descriptor;
    ULONG i;

    UNREFERENCED_PARAMETER(Raw);
    for (i = 0; i < WdfCmResourceListGetCount(Translated); i++) {
        descriptor = WdfCmResourceListGetDescriptor(Translated, i);
        if (descriptor->Type != CmResourceTypeMemory ||
            descriptor->u.Memory.Length < ENGINE_REGISTERS)
            continue;
        context->Registers = MmMapIoSpaceEx(descriptor->u.Memory.Start, ENGINE_REGISTERS,
                                            PAGE_READWRITE | PAGE_NOCACHE);
        break;
    }
    if (context->Registers == NULL)
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    return EngineRead(context, ENGINE_ID) == ENGINE_MAGIC ? STATUS_SUCCESS
                                                          : STATUS_DEVICE_CONFIGURATION_ERROR;
}

NTSTATUS EngineReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    ENGINE_CONTEXT *context = EngineContext(Device);

    UNREFERENCED_PARAMETER(Translated);
    if (context->Registers)
        MmUnmapIoSpace(context->Registers, ENGINE_REGISTERS);
    context->Registers = NULL;
    return STATUS_SUCCESS;
}

/* ---- the interrupt ---------------------------------------------------------------------- */

/* The line may be another device's too: ours is up as long as there is a status. */
static BOOLEAN EngineIsr(WDFINTERRUPT Interrupt, ULONG MessageID)
{
    ENGINE_CONTEXT *context = EngineContext(WdfInterruptGetDevice(Interrupt));
    ULONG status = EngineRead(context, ENGINE_STATUS);

    UNREFERENCED_PARAMETER(MessageID);
    if (status == 0 || status == MAXULONG)
        return FALSE;
    EngineWrite(context, ENGINE_STATUS, status);
    context->Status |= status;
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

static VOID EngineDpc(WDFINTERRUPT Interrupt, WDFOBJECT Device)
{
    ENGINE_CONTEXT *context = EngineContext((WDFDEVICE)Device);
    ULONG status;

    WdfInterruptAcquireLock(Interrupt);
    status = context->Status;
    context->Status = 0;
    WdfInterruptReleaseLock(Interrupt);
    if (status & ENGINE_DONE)
        EngineTransferDone((WDFDEVICE)Device, status);
}

static NTSTATUS EngineEnable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    EngineWrite(EngineContext(Device), ENGINE_CONTROL, ENGINE_INTERRUPT);
    return STATUS_SUCCESS;
}

static NTSTATUS EngineDisable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    EngineWrite(EngineContext(Device), ENGINE_CONTROL, 0);
    return STATUS_SUCCESS;
}

NTSTATUS EngineCreateInterrupt(WDFDEVICE Device)
{
    WDF_INTERRUPT_CONFIG config;

    WDF_INTERRUPT_CONFIG_INIT(&config, EngineIsr, EngineDpc);
    config.EvtInterruptEnable = EngineEnable;
    config.EvtInterruptDisable = EngineDisable;
    return WdfInterruptCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES,
                              &EngineContext(Device)->Interrupt);
}
