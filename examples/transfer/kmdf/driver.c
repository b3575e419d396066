/*
 * The driver and its three control devices, one for each way of read and write
 * buffers.
 */
#include "transfer.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, TransferUnload)
#endif

static NTSTATUS CreateQueues(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.AllowZeroLengthRequests = TRUE;
    config.EvtIoRead = TransferRead;
    config.EvtIoWrite = TransferWrite;
    config.EvtIoDeviceControl = TransferControl;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES,
                            &DeviceGetContext(Device)->HeldQueue);
}

static VOID SetCallbacks(PWDFDEVICE_INIT DeviceInit)
{
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_FILEOBJECT_CONFIG_INIT(&files, WDF_NO_EVENT_CALLBACK, WDF_NO_EVENT_CALLBACK,
                               WDF_NO_EVENT_CALLBACK);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, FILE_CONTEXT);
    WdfDeviceInitSetFileObjectConfig(DeviceInit, &files, &attributes);

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, REQUEST_CONTEXT);
    WdfDeviceInitSetRequestAttributes(DeviceInit, &attributes);

    WdfDeviceInitSetIoInCallerContextCallback(DeviceInit, TransferInCallerContext);
}

static NTSTATUS AssignName(PWDFDEVICE_INIT DeviceInit, PCWSTR Prefix, PCWSTR Name,
                           PUNICODE_STRING Full)
{
    NTSTATUS status;

    Full->Length = 0;
    status = RtlAppendUnicodeToString(Full, Prefix);
    if (NT_SUCCESS(status)) {
        status = RtlAppendUnicodeToString(Full, Name);
    }
    if (NT_SUCCESS(status) && DeviceInit != NULL) {
        status = WdfDeviceInitAssignName(DeviceInit, Full);
    }
    return status;
}

static NTSTATUS CreateDevice(WDFDRIVER Driver, PCWSTR Name, WDF_DEVICE_IO_TYPE IoType)
{
    DECLARE_UNICODE_STRING_SIZE(name, 64);
    PWDFDEVICE_INIT init;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R);
    if (init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    WdfDeviceInitSetIoType(init, IoType);
    SetCallbacks(init);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, DEVICE_CONTEXT);
    status = AssignName(init, L"\\Device\\", Name, &name);
    if (NT_SUCCESS(status)) {
        status = WdfDeviceCreate(&init, &attributes, &device);
    }
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    status = AssignName(NULL, L"\\DosDevices\\", Name, &name);
    if (NT_SUCCESS(status)) {
        status = WdfDeviceCreateSymbolicLink(device, &name);
    }
    if (NT_SUCCESS(status)) {
        status = CreateQueues(device);
    }
    if (!NT_SUCCESS(status)) {
        WdfObjectDelete(device);
        return status;
    }
    WdfControlFinishInitializing(device);
    return STATUS_SUCCESS;
}

/* Without it the driver could not be unloaded; the devices are deleted with it. */
VOID TransferUnload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    PAGED_CODE();
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    WDFDRIVER driver;
    NTSTATUS status;

    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.DriverInitFlags |= WdfDriverInitNonPnpDriver;
    config.EvtDriverUnload = TransferUnload;
    status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                             &driver);
    if (NT_SUCCESS(status)) {
        status = CreateDevice(driver, TRANSFER_BUFFERED_NAME, WdfDeviceIoBuffered);
    }
    if (NT_SUCCESS(status)) {
        status = CreateDevice(driver, TRANSFER_DIRECT_NAME, WdfDeviceIoDirect);
    }
    if (NT_SUCCESS(status)) {
        status = CreateDevice(driver, TRANSFER_NEITHER_NAME, WdfDeviceIoNeither);
    }
    return status;
}
