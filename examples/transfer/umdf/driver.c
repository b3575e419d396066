/*
 * The driver and its devices. What tells them apart is in each one's hardware key, from the INF:
 * the name that programs open it by, and how its reads and writes are to travel.
 */
#include "transfer.h"

typedef struct _DEVICE_SETTINGS {
    UNICODE_STRING Link;
    WCHAR LinkBuffer[80];
    ULONG IoType; /* WDF_DEVICE_IO_TYPE */
} DEVICE_SETTINGS, *PDEVICE_SETTINGS;

static NTSTATUS ReadName(WDFKEY Key, PDEVICE_SETTINGS Settings)
{
    static const WCHAR prefix[] = L"\\DosDevices\\Global\\";
    DECLARE_CONST_UNICODE_STRING(valueName, L"TransferName");
    WCHAR nameBuffer[32];
    UNICODE_STRING name;
    USHORT length;
    NTSTATUS status;

    RtlInitEmptyUnicodeString(&name, nameBuffer, sizeof(nameBuffer));
    status = WdfRegistryQueryUnicodeString(Key, &valueName, &length, &name);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlInitEmptyUnicodeString(&Settings->Link, Settings->LinkBuffer, sizeof(Settings->LinkBuffer));
    status = RtlAppendUnicodeToString(&Settings->Link, prefix);
    if (NT_SUCCESS(status)) {
        status = RtlAppendUnicodeStringToString(&Settings->Link, &name);
    }
    return status;
}

static NTSTATUS ReadSettings(PWDFDEVICE_INIT DeviceInit, PDEVICE_SETTINGS Settings)
{
    DECLARE_CONST_UNICODE_STRING(valueName, L"TransferIoType");
    NTSTATUS status;
    WDFKEY key;

    status = WdfFdoInitOpenRegistryKey(DeviceInit, PLUGPLAY_REGKEY_DEVICE, KEY_READ,
                                       WDF_NO_OBJECT_ATTRIBUTES, &key);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = WdfRegistryQueryULong(key, &valueName, &Settings->IoType);
    if (NT_SUCCESS(status)) {
        status = ReadName(key, Settings);
    }
    WdfRegistryClose(key);
    return status;
}

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

/* Control requests are direct where their code is. */
static VOID Configure(PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType)
{
    WDF_IO_TYPE_CONFIG types;
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_IO_TYPE_CONFIG_INIT(&types);
    types.ReadWriteIoType = IoType;
    types.DeviceControlIoType = WdfDeviceIoDirect;
    WdfDeviceInitSetIoTypeEx(DeviceInit, &types);

    WDF_FILEOBJECT_CONFIG_INIT(&files, WDF_NO_EVENT_CALLBACK, WDF_NO_EVENT_CALLBACK,
                               WDF_NO_EVENT_CALLBACK);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, FILE_CONTEXT);
    WdfDeviceInitSetFileObjectConfig(DeviceInit, &files, &attributes);
}

NTSTATUS TransferDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    DEVICE_SETTINGS settings;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);

    status = ReadSettings(DeviceInit, &settings);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Configure(DeviceInit, (WDF_DEVICE_IO_TYPE)settings.IoType);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, DEVICE_CONTEXT);
    status = WdfDeviceCreate(&DeviceInit, &attributes, &device);
    if (NT_SUCCESS(status)) {
        status = WdfDeviceCreateSymbolicLink(device, &settings.Link);
    }
    if (NT_SUCCESS(status)) {
        status = CreateQueues(device);
    }
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, TransferDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
