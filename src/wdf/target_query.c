/*
 * What is behind a target: device objects, files, properties, interfaces.
 */
#include "pnp.h"

WDFDEVICE NTAPI imp_WdfIoTargetGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_target_of(IoTarget, __func__)->device);
}

PDEVICE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_target_of(IoTarget, __func__)->target;
}

PDEVICE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                               WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_target_of(IoTarget, __func__)->target_pdo;
}

PFILE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_target_of(IoTarget, __func__)->file;
}

HANDLE NTAPI imp_WdfIoTargetWdmGetTargetFileHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIOTARGET IoTarget)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_target_of(IoTarget, __func__)->file_handle;
}

NTSTATUS NTAPI imp_WdfIoTargetQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFIOTARGET IoTarget,
                                                  DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                  ULONG BufferLength, PVOID PropertyBuffer,
                                                  PULONG ResultLength)
{
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);

    WDF_REQUIRE(ResultLength);
    if (BufferLength)
        WDF_REQUIRE(PropertyBuffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL) ||
        !target->target_pdo)
        return STATUS_INVALID_DEVICE_REQUEST;
    return IoGetDeviceProperty(target->target_pdo, DeviceProperty, BufferLength, PropertyBuffer,
                               ResultLength);
}

NTSTATUS NTAPI imp_WdfIoTargetAllocAndQueryTargetProperty(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
    DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory)
{
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);
    NTSTATUS status;

    WDF_REQUIRE(PropertyMemory);
    *PropertyMemory = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(PropertyMemoryAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!target->target_pdo)
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_allocate_pdo_property(DriverGlobals, target->target_pdo, DeviceProperty, PoolType,
                                     PropertyMemoryAttributes, PropertyMemory);
}

NTSTATUS NTAPI imp_WdfIoTargetQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFIOTARGET IoTarget, LPCGUID InterfaceType,
                                                PINTERFACE Interface, USHORT Size, USHORT Version,
                                                PVOID InterfaceSpecificData)
{
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);
    PDEVICE_OBJECT top;
    NTSTATUS status;

    WDF_REQUIRE(InterfaceType);
    WDF_REQUIRE(Interface);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!target->target)
        return STATUS_INVALID_DEVICE_STATE;
    top = IoGetAttachedDeviceReference(target->target);
    status =
        wdf_query_interface(top, InterfaceType, Interface, Size, Version, InterfaceSpecificData);
    ObDereferenceObject(top);
    return status;
}
