/*
 * PDO: a device that a bus driver makes for each thing on its bus, and that other drivers'
 * devices are stacked upon.
 *
 * Its WDFDEVICE_INIT comes from WdfPdoInitAllocate (a child added with WdfFdoAddStaticChild) or
 * from a child list's EvtChildListCreateDevice. What wdfdevice.h says of all functions holds here
 * too.
 */
#pragma once

#include <wdfdevice.h>
#include <wdfchildlist.h>

WDF_EXTERN_C_START

/* All of these run at PASSIVE_LEVEL. */

/* Say what the device uses since the system was booted; Resources is empty and to be filled. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RESOURCES_QUERY(WDFDEVICE Device, WDFCMRESLIST Resources);
typedef EVT_WDF_DEVICE_RESOURCES_QUERY *PFN_WDF_DEVICE_RESOURCES_QUERY;

/* Say what the device can be given; the list is empty and to be filled. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY(
    WDFDEVICE Device, WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY *PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY;

/* Push the device out. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_EJECT(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_EJECT *PFN_WDF_DEVICE_EJECT;

/* Keep the device from being pushed or taken out, or stop doing so. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SET_LOCK(WDFDEVICE Device, BOOLEAN IsLocked);
typedef EVT_WDF_DEVICE_SET_LOCK *PFN_WDF_DEVICE_SET_LOCK;

/* Let the bus pass on the device's wake signal; PowerState is the deepest sleep it must end. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS(WDFDEVICE Device,
                                                         SYSTEM_POWER_STATE PowerState);
typedef EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS;

typedef VOID NTAPI EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS;

/* The device has just been left out of its bus' list: it is missing. */
typedef VOID NTAPI EVT_WDF_DEVICE_REPORTED_MISSING(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_REPORTED_MISSING *PFN_WDF_DEVICE_REPORTED_MISSING;

typedef struct _WDF_PDO_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_RESOURCES_QUERY EvtDeviceResourcesQuery; /* each may be NULL */
    PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY EvtDeviceResourceRequirementsQuery;
    PFN_WDF_DEVICE_EJECT EvtDeviceEject;
    PFN_WDF_DEVICE_SET_LOCK EvtDeviceSetLock;
    PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS EvtDeviceEnableWakeAtBus;
    PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS EvtDeviceDisableWakeAtBus;
    PFN_WDF_DEVICE_REPORTED_MISSING EvtDeviceReportedMissing;
} WDF_PDO_EVENT_CALLBACKS, *PWDF_PDO_EVENT_CALLBACKS;

WDF_INLINE VOID WDF_PDO_EVENT_CALLBACKS_INIT(PWDF_PDO_EVENT_CALLBACKS Callbacks)
{
    *Callbacks = (WDF_PDO_EVENT_CALLBACKS){.Size = sizeof(*Callbacks)};
}

/* ---- describing a PDO that is to be made --------------------------------- */

#if WDF_FOR_KMDF
/*
 * Returns a WDFDEVICE_INIT for a PDO below a bus device, or NULL if ParentDevice is no function
 * driver's device or memory is short. It ends in WdfDeviceCreate or in WdfDeviceInitFree.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfPdoInitAllocate (wdfpdo.h).
 */
PWDFDEVICE_INIT NTAPI imp_WdfPdoInitAllocate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFDEVICE ParentDevice);

WDF_INLINE PWDFDEVICE_INIT WdfPdoInitAllocate(WDFDEVICE ParentDevice)
{
    return imp_WdfPdoInitAllocate(WdfDriverGlobals, ParentDevice);
}

/*
 * Registers a PDO's callbacks; DispatchTable is copied.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if Size is wrong or DeviceInit is not a PDO's.
 * Documented as: WdfPdoInitSetEventCallbacks (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PWDF_PDO_EVENT_CALLBACKS DispatchTable);

WDF_INLINE VOID WdfPdoInitSetEventCallbacks(PWDFDEVICE_INIT DeviceInit,
                                            PWDF_PDO_EVENT_CALLBACKS DispatchTable)
{
    imp_WdfPdoInitSetEventCallbacks(WdfDriverGlobals, DeviceInit, DispatchTable);
}

/*
 * Sets the device id, which every PDO must have: Enumerator\Id, no more backslashes. Copied; a
 * later one replaces it.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if DeviceInit is not a PDO's;
 * STATUS_INVALID_PARAMETER if DeviceID is not a sound string; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfPdoInitAssignDeviceID (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAssignDeviceID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceID);

WDF_INLINE NTSTATUS WdfPdoInitAssignDeviceID(PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceID)
{
    return imp_WdfPdoInitAssignDeviceID(WdfDriverGlobals, DeviceInit, DeviceID);
}

/*
 * Sets the instance id, which tells devices of one device id apart. Copied; a later one replaces
 * it.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfPdoInitAssignDeviceID.
 * Documented as: WdfPdoInitAssignInstanceID (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAssignInstanceID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              PWDFDEVICE_INIT DeviceInit,
                                              PCUNICODE_STRING InstanceID);

WDF_INLINE NTSTATUS WdfPdoInitAssignInstanceID(PWDFDEVICE_INIT DeviceInit,
                                               PCUNICODE_STRING InstanceID)
{
    return imp_WdfPdoInitAssignInstanceID(WdfDriverGlobals, DeviceInit, InstanceID);
}

/*
 * Adds a hardware id after those added before: the best match comes first. Copied.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfPdoInitAssignDeviceID; also STATUS_UNSUCCESSFUL if it cannot be added.
 * Documented as: WdfPdoInitAddHardwareID (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAddHardwareID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING HardwareID);

WDF_INLINE NTSTATUS WdfPdoInitAddHardwareID(PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING HardwareID)
{
    return imp_WdfPdoInitAddHardwareID(WdfDriverGlobals, DeviceInit, HardwareID);
}

/*
 * Adds a compatible id after those added before. Copied.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfPdoInitAddHardwareID.
 * Documented as: WdfPdoInitAddCompatibleID (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAddCompatibleID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             PCUNICODE_STRING CompatibleID);

WDF_INLINE NTSTATUS WdfPdoInitAddCompatibleID(PWDFDEVICE_INIT DeviceInit,
                                              PCUNICODE_STRING CompatibleID)
{
    return imp_WdfPdoInitAddCompatibleID(WdfDriverGlobals, DeviceInit, CompatibleID);
}

/*
 * Sets the container id, a GUID in braces that the devices of one thing share. Copied.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfPdoInitAssignDeviceID.
 * Documented as: WdfPdoInitAssignContainerID (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAssignContainerID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDFDEVICE_INIT DeviceInit,
                                               PCUNICODE_STRING ContainerID);

WDF_INLINE NTSTATUS WdfPdoInitAssignContainerID(PWDFDEVICE_INIT DeviceInit,
                                                PCUNICODE_STRING ContainerID)
{
    return imp_WdfPdoInitAssignContainerID(WdfDriverGlobals, DeviceInit, ContainerID);
}

/*
 * Adds a description and a location in one language; both strings are copied.
 *
 * LocaleId  [in]  the language; the text of the default locale answers for those that are missing
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfPdoInitAssignDeviceID.
 * Documented as: WdfPdoInitAddDeviceText (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAddDeviceText(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PCUNICODE_STRING DeviceDescription,
                                           PCUNICODE_STRING DeviceLocation, LCID LocaleId);

WDF_INLINE NTSTATUS WdfPdoInitAddDeviceText(PWDFDEVICE_INIT DeviceInit,
                                            PCUNICODE_STRING DeviceDescription,
                                            PCUNICODE_STRING DeviceLocation, LCID LocaleId)
{
    return imp_WdfPdoInitAddDeviceText(WdfDriverGlobals, DeviceInit, DeviceDescription,
                                       DeviceLocation, LocaleId);
}

/*
 * Says which language's text is used when the asked one is not there. It must be one that
 * WdfPdoInitAddDeviceText has been called with by the time of WdfDeviceCreate.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not a PDO's.
 * Documented as: WdfPdoInitSetDefaultLocale (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoInitSetDefaultLocale(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDFDEVICE_INIT DeviceInit, LCID LocaleId);

WDF_INLINE VOID WdfPdoInitSetDefaultLocale(PWDFDEVICE_INIT DeviceInit, LCID LocaleId)
{
    imp_WdfPdoInitSetDefaultLocale(WdfDriverGlobals, DeviceInit, LocaleId);
}

/*
 * Says that the device works without a function driver: the bus driver is its power policy
 * owner.
 *
 * DeviceClassGuid  [in]  its setup class, copied
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if DeviceInit is not a PDO's.
 * Documented as: WdfPdoInitAssignRawDevice (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoInitAssignRawDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             const GUID *DeviceClassGuid);

WDF_INLINE NTSTATUS WdfPdoInitAssignRawDevice(PWDFDEVICE_INIT DeviceInit,
                                              const GUID *DeviceClassGuid)
{
    return imp_WdfPdoInitAssignRawDevice(WdfDriverGlobals, DeviceInit, DeviceClassGuid);
}

/*
 * Allows WdfRequestForwardToParentDeviceIoQueue for the PDO's requests; their stack has room for
 * the parent's then.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not a PDO's.
 * Documented as: WdfPdoInitAllowForwardingRequestToParent (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoInitAllowForwardingRequestToParent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfPdoInitAllowForwardingRequestToParent(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfPdoInitAllowForwardingRequestToParent(WdfDriverGlobals, DeviceInit);
}

/*
 * Lets the PDO have power while its bus device has none. Not together with the wake callbacks of
 * WDF_PDO_EVENT_CALLBACKS: WdfDeviceCreate refuses that.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not a PDO's.
 * Documented as: WdfPdoInitRemovePowerDependencyOnParent (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoInitRemovePowerDependencyOnParent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfPdoInitRemovePowerDependencyOnParent(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfPdoInitRemovePowerDependencyOnParent(WdfDriverGlobals, DeviceInit);
}
#endif

/* ---- the PDO ------------------------------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Says that the thing is gone from the bus, as if pulled out.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Device is not a PDO; STATUS_NO_SUCH_DEVICE
 * if it is not among its bus' children, or is missing already.
 * Documented as: WdfPdoMarkMissing (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoMarkMissing(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE NTSTATUS WdfPdoMarkMissing(WDFDEVICE Device)
{
    return imp_WdfPdoMarkMissing(WdfDriverGlobals, Device);
}

/*
 * Asks Plug and Play to have the device ejected, as for a button that was pressed.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Device is not a PDO.
 * Documented as: WdfPdoRequestEject (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoRequestEject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE VOID WdfPdoRequestEject(WDFDEVICE Device)
{
    imp_WdfPdoRequestEject(WdfDriverGlobals, Device);
}

/*
 * Returns the bus device; NULL if Device is not a PDO. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfPdoGetParent (wdfpdo.h).
 */
WDFDEVICE NTAPI imp_WdfPdoGetParent(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDFDEVICE WdfPdoGetParent(WDFDEVICE Device)
{
    return imp_WdfPdoGetParent(WdfDriverGlobals, Device);
}

/*
 * Copies the identification description by which a child list made the PDO.
 *
 * IdentificationDescription  [in] [out]  initialized with its header's INIT
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Device is not a PDO;
 * STATUS_INVALID_DEVICE_REQUEST if it is a static child, or the sizes differ.
 * Documented as: WdfPdoRetrieveIdentificationDescription (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoRetrieveIdentificationDescription(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription);

WDF_INLINE NTSTATUS WdfPdoRetrieveIdentificationDescription(
    WDFDEVICE Device, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    return imp_WdfPdoRetrieveIdentificationDescription(WdfDriverGlobals, Device,
                                                       IdentificationDescription);
}

/*
 * Copies its address description.
 *
 * AddressDescription  [in] [out]  initialized with its header's INIT
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Device is not a PDO;
 * STATUS_INVALID_DEVICE_REQUEST if it is a static child, the list has no address descriptions,
 * or the sizes differ.
 * Documented as: WdfPdoRetrieveAddressDescription (wdfpdo.h).
 */
NTSTATUS NTAPI
imp_WdfPdoRetrieveAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription);

WDF_INLINE NTSTATUS WdfPdoRetrieveAddressDescription(
    WDFDEVICE Device, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    return imp_WdfPdoRetrieveAddressDescription(WdfDriverGlobals, Device, AddressDescription);
}

/*
 * Replaces its address description, which is copied with the list's callbacks.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfPdoRetrieveAddressDescription.
 * Documented as: WdfPdoUpdateAddressDescription (wdfpdo.h).
 */
NTSTATUS NTAPI
imp_WdfPdoUpdateAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                   PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription);

WDF_INLINE NTSTATUS WdfPdoUpdateAddressDescription(
    WDFDEVICE Device, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    return imp_WdfPdoUpdateAddressDescription(WdfDriverGlobals, Device, AddressDescription);
}

/*
 * Adds another PDO whose device is ejected together with this one. It is referenced.
 *
 * PhysicalDevice  [in]  bottom of the other stack, a WDM object
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Device is not a PDO;
 * STATUS_DUPLICATE_OBJECTID if it is there already; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfPdoAddEjectionRelationsPhysicalDevice (wdfpdo.h).
 */
NTSTATUS NTAPI imp_WdfPdoAddEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFDEVICE Device,
                                                            PDEVICE_OBJECT PhysicalDevice);

WDF_INLINE NTSTATUS WdfPdoAddEjectionRelationsPhysicalDevice(WDFDEVICE Device,
                                                             PDEVICE_OBJECT PhysicalDevice)
{
    return imp_WdfPdoAddEjectionRelationsPhysicalDevice(WdfDriverGlobals, Device, PhysicalDevice);
}

/*
 * Takes it away again. IRQL: <= DISPATCH_LEVEL. Ignored if Device is not a PDO.
 * Documented as: WdfPdoRemoveEjectionRelationsPhysicalDevice (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoRemoveEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFDEVICE Device,
                                                           PDEVICE_OBJECT PhysicalDevice);

WDF_INLINE VOID WdfPdoRemoveEjectionRelationsPhysicalDevice(WDFDEVICE Device,
                                                            PDEVICE_OBJECT PhysicalDevice)
{
    imp_WdfPdoRemoveEjectionRelationsPhysicalDevice(WdfDriverGlobals, Device, PhysicalDevice);
}

/*
 * Takes all of them away. IRQL: <= DISPATCH_LEVEL. Ignored if Device is not a PDO.
 * Documented as: WdfPdoClearEjectionRelationsDevices (wdfpdo.h).
 */
VOID NTAPI imp_WdfPdoClearEjectionRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDEVICE Device);

WDF_INLINE VOID WdfPdoClearEjectionRelationsDevices(WDFDEVICE Device)
{
    imp_WdfPdoClearEjectionRelationsDevices(WdfDriverGlobals, Device);
}
#endif

WDF_EXTERN_C_END
