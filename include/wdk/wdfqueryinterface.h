/*
 * Interfaces of functions that one driver offers to others, found with IRP_MN_QUERY_INTERFACE.
 *
 * What wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdfdevice.h>

WDF_EXTERN_C_START

/*
 * Another driver asks for the interface, and GUID, size and version are right. ExposedInterface is
 * what it will get: a copy of the one registered, or with ImportInterface its own structure as it
 * came. A failure status is the answer it gets instead. ExposedInterfaceSpecificData is its own,
 * may be NULL. PASSIVE_LEVEL.
 */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST(
    WDFDEVICE Device, LPGUID InterfaceType, PINTERFACE ExposedInterface,
    PVOID ExposedInterfaceSpecificData);
typedef EVT_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST
    *PFN_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST;

typedef struct _WDF_QUERY_INTERFACE_CONFIG {
    ULONG Size;
    PINTERFACE Interface;           /* copied; may be NULL with either BOOLEAN TRUE */
    CONST GUID *InterfaceType;      /* copied */
    BOOLEAN SendQueryToParentStack; /* a PDO's query goes on to its parent's stack */
    PFN_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST EvtDeviceProcessQueryInterfaceRequest;
    BOOLEAN ImportInterface; /* the asker's structure holds data for the callback, which must be
                                there */
} WDF_QUERY_INTERFACE_CONFIG, *PWDF_QUERY_INTERFACE_CONFIG;

#if WDF_FOR_KMDF
WDF_INLINE VOID WDF_QUERY_INTERFACE_CONFIG_INIT(
    PWDF_QUERY_INTERFACE_CONFIG InterfaceConfig, PINTERFACE Interface, CONST GUID *InterfaceType,
    PFN_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST EvtDeviceProcessQueryInterfaceRequest)
{
    *InterfaceConfig = (WDF_QUERY_INTERFACE_CONFIG){
        .Size = sizeof(*InterfaceConfig),
        .Interface = Interface,
        .InterfaceType = InterfaceType,
        .EvtDeviceProcessQueryInterfaceRequest = EvtDeviceProcessQueryInterfaceRequest,
    };
}

/* For INTERFACE.InterfaceReference and InterfaceDereference of an interface that stays good without
 * being counted. */
WDF_INLINE VOID WdfDeviceInterfaceReferenceNoOp(PVOID Context)
{
    (VOID) Context;
}

WDF_INLINE VOID WdfDeviceInterfaceDereferenceNoOp(PVOID Context)
{
    (VOID) Context;
}

/*
 * Offers an interface to whoever asks the device's stack for it. An InterfaceReference or
 * InterfaceDereference that is NULL becomes a function that does nothing.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a control device;
 * STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER if
 * SendQueryToParentStack is TRUE and the device no PDO, Interface is NULL with both BOOLEANs
 * FALSE, ImportInterface is TRUE without a callback, or Interface is smaller than an INTERFACE;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceAddQueryInterface (wdfqueryinterface.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAddQueryInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                              PWDF_QUERY_INTERFACE_CONFIG InterfaceConfig);

WDF_INLINE NTSTATUS WdfDeviceAddQueryInterface(WDFDEVICE Device,
                                               PWDF_QUERY_INTERFACE_CONFIG InterfaceConfig)
{
    return imp_WdfDeviceAddQueryInterface(WdfDriverGlobals, Device, InterfaceConfig);
}
#endif

WDF_EXTERN_C_END
