/*
 * Control devices: devices of no stack, by which programs talk to a driver as such.
 *
 * The driver makes one, and deletes it: with WdfObjectDelete, before the driver can be unloaded.
 * What wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdfdevice.h>

WDF_EXTERN_C_START

/* The system is going down. PASSIVE_LEVEL. */
typedef VOID NTAPI EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION *PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION;

typedef enum _WDF_DEVICE_SHUTDOWN_FLAGS {
    WdfDeviceShutdown = 0x01,           /* before file systems are flushed */
    WdfDeviceLastChanceShutdown = 0x02, /* after */
} WDF_DEVICE_SHUTDOWN_FLAGS;

#if WDF_FOR_KMDF
/*
 * Returns a WDFDEVICE_INIT for a control device, or NULL if memory is short or SDDLString is not
 * a sound string. It ends in WdfDeviceCreate or in WdfDeviceInitFree.
 *
 * SDDLString  [in]  who may open the device; copied
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfControlDeviceInitAllocate (wdfcontrol.h).
 */
PWDFDEVICE_INIT NTAPI imp_WdfControlDeviceInitAllocate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDRIVER Driver,
                                                       const UNICODE_STRING *SDDLString);

WDF_INLINE PWDFDEVICE_INIT WdfControlDeviceInitAllocate(WDFDRIVER Driver,
                                                        const UNICODE_STRING *SDDLString)
{
    return imp_WdfControlDeviceInitAllocate(WdfDriverGlobals, Driver, SDDLString);
}

/*
 * Has the driver called when the system goes down.
 *
 * Flags  [in]  WDF_DEVICE_SHUTDOWN_FLAGS, ored
 *
 * IRQL: PASSIVE_LEVEL. Ignored if DeviceInit is not a control device's or Flags is out of range.
 * Documented as: WdfControlDeviceInitSetShutdownNotification (wdfcontrol.h).
 */
VOID NTAPI imp_WdfControlDeviceInitSetShutdownNotification(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification, UCHAR Flags);

WDF_INLINE VOID WdfControlDeviceInitSetShutdownNotification(
    PWDFDEVICE_INIT DeviceInit, PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification, UCHAR Flags)
{
    imp_WdfControlDeviceInitSetShutdownNotification(WdfDriverGlobals, DeviceInit, Notification,
                                                    Flags);
}

/*
 * Lets requests come to the device, and its queues be no longer changed. Until then opening it
 * fails.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Device is not a control device.
 * Documented as: WdfControlFinishInitializing (wdfcontrol.h).
 */
VOID NTAPI imp_WdfControlFinishInitializing(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE VOID WdfControlFinishInitializing(WDFDEVICE Device)
{
    imp_WdfControlFinishInitializing(WdfDriverGlobals, Device);
}
#endif

WDF_EXTERN_C_END
