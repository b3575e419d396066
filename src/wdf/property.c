/*
 * A device's properties and registry keys, before and after the device is made.
 */
#include "driver.h"
#include "pnp.h"
#include "registry.h"

/* Both kinds of property are asked for by size first. */
struct property {
    PDEVICE_OBJECT pdo;
    DEVICE_REGISTRY_PROPERTY number;
    PWDF_DEVICE_PROPERTY_DATA data; /* NULL: number says which */
    DEVPROPTYPE type;               /* of data's, once read */
};

static NTSTATUS read_property(struct property *property, ULONG size, PVOID buffer, PULONG needed)
{
    if (!property->data)
        return IoGetDeviceProperty(property->pdo, property->number, size, buffer, needed);
    return IoGetDevicePropertyData(property->pdo, property->data->PropertyKey, property->data->Lcid,
                                   0, size, buffer, needed, &property->type);
}

/* memory and attributes were looked at. */
static NTSTATUS allocate_property(PWDF_DRIVER_GLOBALS globals, struct property *property,
                                  POOL_TYPE pool, PWDF_OBJECT_ATTRIBUTES attributes,
                                  WDFMEMORY *memory)
{
    ULONG size = 0;
    WDFMEMORY made;
    PVOID buffer;
    NTSTATUS status = read_property(property, 0, NULL, &size);

    if (status != STATUS_BUFFER_TOO_SMALL)
        return status;
    status =
        imp_WdfMemoryCreate(globals, attributes, pool, globals->DriverTag, size, &made, &buffer);
    if (!NT_SUCCESS(status))
        return status;
    status = read_property(property, size, buffer, &size);
    if (!NT_SUCCESS(status)) {
        imp_WdfObjectDelete(globals, made);
        return status;
    }
    *memory = made;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_allocate_pdo_property(PWDF_DRIVER_GLOBALS globals, PDEVICE_OBJECT pdo,
                                   DEVICE_REGISTRY_PROPERTY number, POOL_TYPE pool,
                                   PWDF_OBJECT_ATTRIBUTES attributes, WDFMEMORY *memory)
{
    struct property property = {.pdo = pdo, .number = number};

    return allocate_property(globals, &property, pool, attributes, memory);
}

/* A child that the PnP manager has not been told of has none yet. */
static NTSTATUS pdo_of(struct wdf_device *device, struct property *property)
{
    if (!device->pnp)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!device->attached && device->pnp->state == WdfDevStatePnpInit)
        return STATUS_INVALID_DEVICE_STATE;
    property->pdo = device->pdo;
    return STATUS_SUCCESS;
}

/* ---- of a device -------------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfDeviceQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                          DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                          ULONG BufferLength, PVOID PropertyBuffer,
                                          PULONG ResultLength)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct property property = {.number = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(ResultLength);
    if (BufferLength)
        WDF_REQUIRE(PropertyBuffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = pdo_of(device, &property);
    if (!NT_SUCCESS(status))
        return status;
    return read_property(&property, BufferLength, PropertyBuffer, ResultLength);
}

NTSTATUS NTAPI imp_WdfDeviceAllocAndQueryProperty(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device, DEVICE_REGISTRY_PROPERTY DeviceProperty,
    POOL_TYPE PoolType, PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct property property = {.number = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(PropertyMemory);
    *PropertyMemory = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(PropertyMemoryAttributes, 0);
    if (NT_SUCCESS(status))
        status = pdo_of(device, &property);
    if (!NT_SUCCESS(status))
        return status;
    return allocate_property(DriverGlobals, &property, PoolType, PropertyMemoryAttributes,
                             PropertyMemory);
}

NTSTATUS NTAPI imp_WdfDeviceQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                            ULONG BufferLength, PVOID PropertyBuffer,
                                            PULONG RequiredSize, PDEVPROPTYPE Type)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct property property = {.data = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceProperty);
    if (DeviceProperty->Size != sizeof(*DeviceProperty))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, APC_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    WDF_REQUIRE(RequiredSize);
    WDF_REQUIRE(Type);
    if (!BufferLength != !PropertyBuffer)
        return STATUS_INVALID_PARAMETER;
    *RequiredSize = 0;
    *Type = 0;
    status = pdo_of(device, &property);
    if (NT_SUCCESS(status))
        status = read_property(&property, BufferLength, PropertyBuffer, RequiredSize);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        *Type = property.type;
    return status;
}

NTSTATUS NTAPI imp_WdfDeviceAllocAndQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFDEVICE Device,
                                                    PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                                    POOL_TYPE PoolType,
                                                    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                    WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct property property = {.data = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceProperty);
    if (DeviceProperty->Size != sizeof(*DeviceProperty))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, APC_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    WDF_REQUIRE(PropertyMemory);
    WDF_REQUIRE(Type);
    *PropertyMemory = NULL;
    status = wdf_check_attributes(PropertyMemoryAttributes, 0);
    if (NT_SUCCESS(status))
        status = pdo_of(device, &property);
    if (NT_SUCCESS(status))
        status = allocate_property(DriverGlobals, &property, PoolType, PropertyMemoryAttributes,
                                   PropertyMemory);
    if (NT_SUCCESS(status))
        *Type = property.type;
    return status;
}

NTSTATUS NTAPI imp_WdfDeviceAssignProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                           DEVPROPTYPE Type, ULONG Size, PVOID Data)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct property property = {.data = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceProperty);
    if (DeviceProperty->Size != sizeof(*DeviceProperty))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, APC_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!Size && Data)
        return STATUS_INVALID_PARAMETER;
    status = pdo_of(device, &property);
    if (!NT_SUCCESS(status))
        return status;
    return IoSetDevicePropertyData(property.pdo, DeviceProperty->PropertyKey, DeviceProperty->Lcid,
                                   DeviceProperty->Flags, Type, Size, Data);
}

/* ---- of a device to be ------------------------------------------------------------------ */

NTSTATUS NTAPI imp_WdfFdoInitQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                           ULONG BufferLength, PVOID PropertyBuffer,
                                           PULONG ResultLength)
{
    struct property property = {.number = DeviceProperty};

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(ResultLength);
    if (BufferLength)
        WDF_REQUIRE(PropertyBuffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL) ||
        !wdf_is_fdo(&DeviceInit->config))
        return STATUS_INVALID_DEVICE_REQUEST;
    property.pdo = DeviceInit->pdo;
    return read_property(&property, BufferLength, PropertyBuffer, ResultLength);
}

NTSTATUS NTAPI imp_WdfFdoInitAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PWDFDEVICE_INIT DeviceInit,
                                                   DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                   POOL_TYPE PoolType,
                                                   PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                   WDFMEMORY *PropertyMemory)
{
    struct property property = {.number = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(PropertyMemory);
    *PropertyMemory = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(PropertyMemoryAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!wdf_is_fdo(&DeviceInit->config))
        return STATUS_INVALID_DEVICE_REQUEST;
    property.pdo = DeviceInit->pdo;
    return allocate_property(DriverGlobals, &property, PoolType, PropertyMemoryAttributes,
                             PropertyMemory);
}

NTSTATUS NTAPI imp_WdfFdoInitQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                             ULONG BufferLength, PVOID PropertyBuffer,
                                             PULONG ResultLength, PDEVPROPTYPE Type)
{
    struct property property = {.data = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DeviceProperty);
    if (DeviceProperty->Size != sizeof(*DeviceProperty))
        return STATUS_INFO_LENGTH_MISMATCH;
    WDF_REQUIRE(ResultLength);
    if (BufferLength)
        WDF_REQUIRE(PropertyBuffer);
    WDF_REQUIRE(Type);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL) ||
        !wdf_is_fdo(&DeviceInit->config))
        return STATUS_INVALID_DEVICE_REQUEST;
    *ResultLength = 0;
    *Type = 0;
    property.pdo = DeviceInit->pdo;
    status = read_property(&property, BufferLength, PropertyBuffer, ResultLength);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        *Type = property.type;
    return status;
}

NTSTATUS NTAPI imp_WdfFdoInitAllocAndQueryPropertyEx(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_DEVICE_PROPERTY_DATA DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type)
{
    struct property property = {.data = DeviceProperty};
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DeviceProperty);
    if (DeviceProperty->Size != sizeof(*DeviceProperty))
        return STATUS_INFO_LENGTH_MISMATCH;
    WDF_REQUIRE(PropertyMemory);
    WDF_REQUIRE(Type);
    *PropertyMemory = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(PropertyMemoryAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!wdf_is_fdo(&DeviceInit->config))
        return STATUS_INVALID_DEVICE_REQUEST;
    property.pdo = DeviceInit->pdo;
    status = allocate_property(DriverGlobals, &property, PoolType, PropertyMemoryAttributes,
                               PropertyMemory);
    if (NT_SUCCESS(status))
        *Type = property.type;
    return status;
}
