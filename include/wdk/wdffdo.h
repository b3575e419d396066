/*
 * FDO: the device of a function driver or a filter, and its children if it is a bus.
 *
 * What wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdfdevice.h>
#include <wdfchildlist.h>

WDF_EXTERN_C_START

/* Change what the device is offered: add to the requirements on their way up the stack, or take
 * from them. PASSIVE_LEVEL, like the next. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS(
    WDFDEVICE Device, WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS *PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS;

/* Take what was added out of both lists before the bus driver sees them. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES(WDFDEVICE Device,
                                                             WDFCMRESLIST ResourcesRaw,
                                                             WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES *PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES;

typedef struct _WDF_FDO_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterAddResourceRequirements;
    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterRemoveResourceRequirements;
    PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES
        EvtDeviceRemoveAddedResources; /* must be there with the first */
} WDF_FDO_EVENT_CALLBACKS, *PWDF_FDO_EVENT_CALLBACKS;

WDF_INLINE VOID WDF_FDO_EVENT_CALLBACKS_INIT(PWDF_FDO_EVENT_CALLBACKS Callbacks)
{
    *Callbacks = (WDF_FDO_EVENT_CALLBACKS){.Size = sizeof(*Callbacks)};
}

/* ---- before the device exists -------------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Returns the PDO that the new device will be stacked upon; NULL if DeviceInit is not an FDO's.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFdoInitWdmGetPhysicalDevice (wdffdo.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfFdoInitWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        PWDFDEVICE_INIT DeviceInit);

WDF_INLINE PDEVICE_OBJECT WdfFdoInitWdmGetPhysicalDevice(PWDFDEVICE_INIT DeviceInit)
{
    return imp_WdfFdoInitWdmGetPhysicalDevice(WdfDriverGlobals, DeviceInit);
}
#endif

/*
 * Opens the device's hardware key or its driver's key.
 *
 * DeviceInstanceKeyType  [in]  PLUGPLAY_REGKEY_DEVICE or _DRIVER, with _CURRENT_HWPROFILE ored
 * DesiredAccess          [in]  KEY_X rights
 * KeyAttributes          [in] [opt]  parent by default the driver
 * Key                    [out]  close with WdfRegistryClose
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if DeviceInit is not an FDO's;
 * STATUS_INSUFFICIENT_RESOURCES; a status of the attributes' check or of
 * IoOpenDeviceRegistryKey.
 * Documented as: WdfFdoInitOpenRegistryKey (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoInitOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             ULONG DeviceInstanceKeyType, ACCESS_MASK DesiredAccess,
                                             PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);

WDF_INLINE NTSTATUS WdfFdoInitOpenRegistryKey(PWDFDEVICE_INIT DeviceInit,
                                              ULONG DeviceInstanceKeyType,
                                              ACCESS_MASK DesiredAccess,
                                              PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    return imp_WdfFdoInitOpenRegistryKey(WdfDriverGlobals, DeviceInit, DeviceInstanceKeyType,
                                         DesiredAccess, KeyAttributes, Key);
}

/*
 * Copies one of the device's registered properties into the caller's buffer.
 *
 * BufferLength    [in]  bytes; 0 asks for the size only
 * PropertyBuffer  [out] [opt]  BufferLength bytes; may be NULL only with 0
 * ResultLength    [out]  bytes stored, or needed
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with ResultLength set;
 * STATUS_INVALID_DEVICE_REQUEST if DeviceInit is not an FDO's; a status of IoGetDeviceProperty.
 * Documented as: WdfFdoInitQueryProperty (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoInitQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                           ULONG BufferLength, PVOID PropertyBuffer,
                                           PULONG ResultLength);

WDF_INLINE NTSTATUS WdfFdoInitQueryProperty(PWDFDEVICE_INIT DeviceInit,
                                            DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                            ULONG BufferLength, PVOID PropertyBuffer,
                                            PULONG ResultLength)
{
    return imp_WdfFdoInitQueryProperty(WdfDriverGlobals, DeviceInit, DeviceProperty, BufferLength,
                                       PropertyBuffer, ResultLength);
}

/*
 * The same into a memory object that is made for it.
 *
 * PoolType                  [in]  where its buffer is
 * PropertyMemoryAttributes  [in] [opt]  parent by default the driver
 * PropertyMemory            [out]  the caller's to delete
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfFdoInitQueryProperty, but never STATUS_BUFFER_TOO_SMALL; also
 * STATUS_INSUFFICIENT_RESOURCES or a status of the attributes' check.
 * Documented as: WdfFdoInitAllocAndQueryProperty (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoInitAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PWDFDEVICE_INIT DeviceInit,
                                                   DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                   POOL_TYPE PoolType,
                                                   PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                   WDFMEMORY *PropertyMemory);

WDF_INLINE NTSTATUS WdfFdoInitAllocAndQueryProperty(PWDFDEVICE_INIT DeviceInit,
                                                    DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                    POOL_TYPE PoolType,
                                                    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                    WDFMEMORY *PropertyMemory)
{
    return imp_WdfFdoInitAllocAndQueryProperty(WdfDriverGlobals, DeviceInit, DeviceProperty,
                                               PoolType, PropertyMemoryAttributes, PropertyMemory);
}

/*
 * Copies a property that is named by a DEVPROPKEY.
 *
 * BufferLength    [in]  bytes; 0 asks for size and type only
 * PropertyBuffer  [out] [opt]  BufferLength bytes; may be NULL only with 0
 * ResultLength    [out]  bytes stored, or needed
 * Type            [out]  DEVPROP_TYPE_X
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with both set; STATUS_INFO_LENGTH_MISMATCH if
 * DeviceProperty's Size is wrong; STATUS_INVALID_DEVICE_REQUEST if DeviceInit is not an FDO's;
 * STATUS_OBJECT_NAME_NOT_FOUND if there is no such property.
 * Documented as: WdfFdoInitQueryPropertyEx (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoInitQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                             ULONG BufferLength, PVOID PropertyBuffer,
                                             PULONG ResultLength, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfFdoInitQueryPropertyEx(PWDFDEVICE_INIT DeviceInit,
                                              PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                              ULONG BufferLength, PVOID PropertyBuffer,
                                              PULONG ResultLength, PDEVPROPTYPE Type)
{
    return imp_WdfFdoInitQueryPropertyEx(WdfDriverGlobals, DeviceInit, DeviceProperty, BufferLength,
                                         PropertyBuffer, ResultLength, Type);
}

/*
 * The same into a memory object that is made for it.
 *
 * PoolType                  [in]  where its buffer is
 * PropertyMemoryAttributes  [in] [opt]  parent by default the driver
 * PropertyMemory            [out]  the caller's to delete
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfFdoInitQueryPropertyEx, but never STATUS_BUFFER_TOO_SMALL; also
 * STATUS_INSUFFICIENT_RESOURCES or a status of the attributes' check.
 * Documented as: WdfFdoInitAllocAndQueryPropertyEx (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoInitAllocAndQueryPropertyEx(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_DEVICE_PROPERTY_DATA DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfFdoInitAllocAndQueryPropertyEx(
    PWDFDEVICE_INIT DeviceInit, PWDF_DEVICE_PROPERTY_DATA DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type)
{
    return imp_WdfFdoInitAllocAndQueryPropertyEx(WdfDriverGlobals, DeviceInit, DeviceProperty,
                                                 PoolType, PropertyMemoryAttributes, PropertyMemory,
                                                 Type);
}

#if WDF_FOR_KMDF
/*
 * Registers an FDO's callbacks; FdoEventCallbacks is copied.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if Size is wrong, DeviceInit is not an FDO's, or
 * EvtDeviceFilterAddResourceRequirements is there without EvtDeviceRemoveAddedResources.
 * Documented as: WdfFdoInitSetEventCallbacks (wdffdo.h).
 */
VOID NTAPI imp_WdfFdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks);

WDF_INLINE VOID WdfFdoInitSetEventCallbacks(PWDFDEVICE_INIT DeviceInit,
                                            PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks)
{
    imp_WdfFdoInitSetEventCallbacks(WdfDriverGlobals, DeviceInit, FdoEventCallbacks);
}
#endif

/*
 * Says that the driver is a filter: its device is no power policy owner, takes type,
 * characteristics and buffer method from the device below, and passes down what no queue of it
 * takes.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not an FDO's.
 * Documented as: WdfFdoInitSetFilter (wdffdo.h).
 */
VOID NTAPI imp_WdfFdoInitSetFilter(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfFdoInitSetFilter(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfFdoInitSetFilter(WdfDriverGlobals, DeviceInit);
}

#if WDF_FOR_KMDF
/*
 * Says that the device is a bus whose children come and go: gives it a default child list.
 *
 * Config                      [in]  copied
 * DefaultChildListAttributes  [in] [opt]  no parent: that is the device
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not an FDO's, or Config or the attributes are
 * wrong.
 * Documented as: WdfFdoInitSetDefaultChildListConfig (wdffdo.h).
 */
VOID NTAPI imp_WdfFdoInitSetDefaultChildListConfig(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, PWDF_CHILD_LIST_CONFIG Config,
    PWDF_OBJECT_ATTRIBUTES DefaultChildListAttributes);

WDF_INLINE VOID
WdfFdoInitSetDefaultChildListConfig(PWDFDEVICE_INIT DeviceInit, PWDF_CHILD_LIST_CONFIG Config,
                                    PWDF_OBJECT_ATTRIBUTES DefaultChildListAttributes)
{
    imp_WdfFdoInitSetDefaultChildListConfig(WdfDriverGlobals, DeviceInit, Config,
                                            DefaultChildListAttributes);
}
#endif

/* ---- the device and its children ----------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Asks the device's stack for a driver-defined interface (IRP_MN_QUERY_INTERFACE).
 *
 * Interface              [out]  Size bytes, filled and referenced by the driver that answers
 * Size                   [in]  bytes, of the whole structure
 * Version                [in]  as the interface defines it
 * InterfaceSpecificData  [in] [opt]  handed to the answering driver
 *
 * The caller calls Interface's InterfaceDereference when it is done.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Fdo is not an FDO; STATUS_NOT_SUPPORTED if
 * nobody answers; STATUS_INSUFFICIENT_RESOURCES; a status of the driver that answered.
 * Documented as: WdfFdoQueryForInterface (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                           LPCGUID InterfaceType, PINTERFACE Interface, USHORT Size,
                                           USHORT Version, PVOID InterfaceSpecificData);

WDF_INLINE NTSTATUS WdfFdoQueryForInterface(WDFDEVICE Fdo, LPCGUID InterfaceType,
                                            PINTERFACE Interface, USHORT Size, USHORT Version,
                                            PVOID InterfaceSpecificData)
{
    return imp_WdfFdoQueryForInterface(WdfDriverGlobals, Fdo, InterfaceType, Interface, Size,
                                       Version, InterfaceSpecificData);
}

/*
 * Returns the default child list, or NULL if the device has none. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFdoGetDefaultChildList (wdffdo.h).
 */
WDFCHILDLIST NTAPI imp_WdfFdoGetDefaultChildList(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo);

WDF_INLINE WDFCHILDLIST WdfFdoGetDefaultChildList(WDFDEVICE Fdo)
{
    return imp_WdfFdoGetDefaultChildList(WdfDriverGlobals, Fdo);
}

/*
 * Reports a PDO as one of the device's children. The framework owns the PDO afterwards, until it
 * is marked missing; on failure it is the driver's to delete.
 *
 * Child  [in]  made from a WdfPdoInitAllocate
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Fdo is not an FDO or Child not a PDO;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfFdoAddStaticChild (wdffdo.h).
 */
NTSTATUS NTAPI imp_WdfFdoAddStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                        WDFDEVICE Child);

WDF_INLINE NTSTATUS WdfFdoAddStaticChild(WDFDEVICE Fdo, WDFDEVICE Child)
{
    return imp_WdfFdoAddStaticChild(WdfDriverGlobals, Fdo, Child);
}

/*
 * Locks the list of static children: until WdfFdoUnlockStaticChildListFromIteration no change to
 * it takes effect. Locks add up.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Fdo is not an FDO.
 * Documented as: WdfFdoLockStaticChildListForIteration (wdffdo.h).
 */
VOID NTAPI imp_WdfFdoLockStaticChildListForIteration(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Fdo);

WDF_INLINE VOID WdfFdoLockStaticChildListForIteration(WDFDEVICE Fdo)
{
    imp_WdfFdoLockStaticChildListForIteration(WdfDriverGlobals, Fdo);
}

/*
 * Returns the next static child, or NULL after the last one. With the list locked only.
 *
 * PreviousChild  [in] [opt]  what the last call returned; NULL starts
 * Flags          [in]  WDF_RETRIEVE_CHILD_FLAGS, not 0: which children
 *
 * IRQL: <= DISPATCH_LEVEL. NULL also if Fdo is not an FDO or Flags is out of range.
 * Documented as: WdfFdoRetrieveNextStaticChild (wdffdo.h).
 */
WDFDEVICE NTAPI imp_WdfFdoRetrieveNextStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                                  WDFDEVICE PreviousChild, ULONG Flags);

WDF_INLINE WDFDEVICE WdfFdoRetrieveNextStaticChild(WDFDEVICE Fdo, WDFDEVICE PreviousChild,
                                                   ULONG Flags)
{
    return imp_WdfFdoRetrieveNextStaticChild(WdfDriverGlobals, Fdo, PreviousChild, Flags);
}

/*
 * Unlocks the list; with the last lock the changes since then take effect.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Fdo is not an FDO.
 * Documented as: WdfFdoUnlockStaticChildListFromIteration (wdffdo.h).
 */
VOID NTAPI imp_WdfFdoUnlockStaticChildListFromIteration(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFDEVICE Fdo);

WDF_INLINE VOID WdfFdoUnlockStaticChildListFromIteration(WDFDEVICE Fdo)
{
    imp_WdfFdoUnlockStaticChildListFromIteration(WdfDriverGlobals, Fdo);
}
#endif

WDF_EXTERN_C_END
