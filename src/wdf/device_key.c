/*
 * A device's registry keys.
 */
#include "driver.h"
#include "pnp.h"
#include "registry.h"

/* The longest name of a device map that a driver can ask for. */
#define DEVICEMAP_CHARACTERS 256

static NTSTATUS open_device_key(struct wdf_globals *globals, PDEVICE_OBJECT pdo,
                                struct wdf_object *parent, ULONG type, ACCESS_MASK access,
                                PWDF_OBJECT_ATTRIBUTES attributes, WDFKEY *key)
{
    HANDLE handle;
    NTSTATUS status = IoOpenDeviceRegistryKey(pdo, type, access, &handle);

    if (!NT_SUCCESS(status))
        return status;
    return wdf_wrap_key(globals, parent, attributes, handle, key);
}

NTSTATUS NTAPI imp_WdfDeviceOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            ULONG DeviceInstanceKeyType, ACCESS_MASK DesiredAccess,
                                            PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    NTSTATUS status;

    WDF_REQUIRE(Key);
    *Key = NULL;
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(KeyAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (!NT_SUCCESS(status))
        return status;
    if (!device->pnp || (!device->attached && device->pnp->state == WdfDevStatePnpInit))
        return STATUS_INVALID_DEVICE_STATE;
    return open_device_key(globals, device->pdo, &device->object, DeviceInstanceKeyType,
                           DesiredAccess, KeyAttributes, Key);
}

NTSTATUS NTAPI imp_WdfFdoInitOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             ULONG DeviceInstanceKeyType, ACCESS_MASK DesiredAccess,
                                             PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(Key);
    *Key = NULL;
    if (!wdf_is_fdo(&DeviceInit->config))
        return STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(KeyAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return open_device_key(globals, DeviceInit->pdo,
                           wdf_parent_of(KeyAttributes, &DeviceInit->driver->object),
                           DeviceInstanceKeyType, DesiredAccess, KeyAttributes, Key);
}

static NTSTATUS open_device_map(PCUNICODE_STRING name, ACCESS_MASK access, HANDLE *key)
{
    WCHAR text[DEVICEMAP_CHARACTERS] = L"\\Registry\\Machine\\HARDWARE\\DEVICEMAP\\";
    UNICODE_STRING path;
    NTSTATUS status;

    RtlInitUnicodeString(&path, text);
    path.MaximumLength = sizeof(text);
    status = RtlAppendUnicodeStringToString(&path, name);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_open_key(NULL, &path, access, TRUE, key);
}

NTSTATUS NTAPI imp_WdfDeviceOpenDevicemapKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                             PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    HANDLE handle;
    NTSTATUS status;

    WDF_REQUIRE(Key);
    WDF_REQUIRE(KeyName);
    *Key = NULL;
    status = wdf_check_string(KeyName);
    if (NT_SUCCESS(status) && !KeyName->Length)
        status = STATUS_INVALID_PARAMETER;
    if (!NT_SUCCESS(status))
        return status;
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(KeyAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status))
        status = open_device_map(KeyName, DesiredAccess, &handle);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_wrap_key(globals, &device->object, KeyAttributes, handle, Key);
}
