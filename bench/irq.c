/*
 * The driver of the benchmark's simulated device: its DPC counts in the device's memory, where the
 * benchmark looks.
 */
#include <ntddk.h>
#include <wdf.h>

DRIVER_INITIALIZE DriverEntry;

static volatile LONG64 *served; /* the device's memory; there is one device */

static BOOLEAN NTAPI service(WDFINTERRUPT interrupt, ULONG message)
{
    UNREFERENCED_PARAMETER(message);
    WdfInterruptQueueDpcForIsr(interrupt);
    return TRUE;
}

static VOID NTAPI count(WDFINTERRUPT interrupt, WDFOBJECT device)
{
    UNREFERENCED_PARAMETER(interrupt);
    UNREFERENCED_PARAMETER(device);
    InterlockedIncrement64(served);
}

static NTSTATUS NTAPI prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR memory = WdfCmResourceListGetDescriptor(translated, 0);

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(raw);
    if (!memory || memory->Type != CmResourceTypeMemory)
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    served = MmMapIoSpaceEx(memory->u.Memory.Start, PAGE_SIZE, PAGE_READWRITE);
    return served ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS NTAPI release(WDFDEVICE device, WDFCMRESLIST translated)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(translated);
    if (served)
        MmUnmapIoSpace((PVOID)served, PAGE_SIZE);
    served = NULL;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;
    WDF_INTERRUPT_CONFIG config;
    WDFINTERRUPT interrupt;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDevicePrepareHardware = prepare;
    callbacks.EvtDeviceReleaseHardware = release;
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &callbacks);
    status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
    if (!NT_SUCCESS(status))
        return status;
    WDF_INTERRUPT_CONFIG_INIT(&config, service, count);
    return WdfInterruptCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &interrupt);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, add);
    return WdfDriverCreate(driver, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
