/*
 * The framework in a miniport driver, whose device objects and dispatch routines are its port
 * driver's: objects, targets and timers, but no queues, Plug and Play or power.
 */
#pragma once

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdfobject.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

/*
 * Makes a device of a device object that the port driver has made, for other objects to belong
 * to.
 *
 * Attributes            [in] [opt]
 * DeviceObject          [in]  the port driver's
 * AttachedDeviceObject  [in] [opt]  next lower one, for the device's I/O target
 * Pdo                   [in] [opt]  bottom of the stack; NULL if, and only if, the former is
 * Device                [out]  the driver deletes it with WdfObjectDelete
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; a status of the attributes' check. One
 * of the two without the other is WDF_VIOLATION, like a NULL or stale handle or pointer.
 * Documented as: WdfDeviceMiniportCreate (wdfminiport.h).
 */
NTSTATUS NTAPI imp_WdfDeviceMiniportCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver,
                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                           PDEVICE_OBJECT DeviceObject,
                                           PDEVICE_OBJECT AttachedDeviceObject, PDEVICE_OBJECT Pdo,
                                           WDFDEVICE *Device);

WDF_INLINE NTSTATUS WdfDeviceMiniportCreate(WDFDRIVER Driver, PWDF_OBJECT_ATTRIBUTES Attributes,
                                            PDEVICE_OBJECT DeviceObject,
                                            PDEVICE_OBJECT AttachedDeviceObject, PDEVICE_OBJECT Pdo,
                                            WDFDEVICE *Device)
{
    return imp_WdfDeviceMiniportCreate(WdfDriverGlobals, Driver, Attributes, DeviceObject,
                                       AttachedDeviceObject, Pdo, Device);
}

/*
 * Gives up what the framework holds for the driver, called by a miniport's unload routine if
 * WdfDriverInitNoDispatchOverride was set: the framework's own is not called then.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDriverMiniportUnload (wdfminiport.h).
 */
VOID NTAPI imp_WdfDriverMiniportUnload(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver);

WDF_INLINE VOID WdfDriverMiniportUnload(WDFDRIVER Driver)
{
    imp_WdfDriverMiniportUnload(WdfDriverGlobals, Driver);
}

#endif

WDF_EXTERN_C_END
