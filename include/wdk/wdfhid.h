/*
 * What a UMDF driver below the HID class says of its device.
 */
#pragma once

#include <wdfdevice.h>

WDF_EXTERN_C_START

#if WDF_FOR_UMDF
/*
 * Says that the device announces itself to the HID class by WdfDeviceHidNotifyPresence. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDeviceInitEnableHidInterface (wdfhid.h).
 */
VOID NTAPI imp_WdfDeviceInitEnableHidInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitEnableHidInterface(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitEnableHidInterface(WdfDriverGlobals, DeviceInit);
}

/*
 * Says that the device is there, or no longer. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDeviceHidNotifyPresence (wdfhid.h).
 */
VOID NTAPI imp_WdfDeviceHidNotifyPresence(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                          BOOLEAN IsPresent);

WDF_INLINE VOID WdfDeviceHidNotifyPresence(WDFDEVICE Device, BOOLEAN IsPresent)
{
    imp_WdfDeviceHidNotifyPresence(WdfDriverGlobals, Device, IsPresent);
}
#endif

WDF_EXTERN_C_END
