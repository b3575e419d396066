/*
 * setupapi.h of the SDK over mingw-w64's, which lacks a few functions.
 */
#ifndef _NTIO_SETUPAPI_H
#define _NTIO_SETUPAPI_H

#include <devpropdef.h>
#include_next <setupapi.h>

#ifdef __cplusplus
extern "C" {
#endif

WINSETUPAPI WINBOOL WINAPI SetupDiSetDevicePropertyW(HDEVINFO DeviceInfoSet,
                                                     PSP_DEVINFO_DATA DeviceInfoData,
                                                     const DEVPROPKEY *PropertyKey,
                                                     DEVPROPTYPE PropertyType,
                                                     const PBYTE PropertyBuffer,
                                                     DWORD PropertyBufferSize, DWORD Flags);
WINSETUPAPI WINBOOL WINAPI
SetupDiGetDeviceInterfacePropertyW(HDEVINFO DeviceInfoSet,
                                   PSP_DEVICE_INTERFACE_DATA DeviceInterfaceData,
                                   const DEVPROPKEY *PropertyKey, DEVPROPTYPE *PropertyType,
                                   PBYTE PropertyBuffer, DWORD PropertyBufferSize,
                                   PDWORD RequiredSize, DWORD Flags);
#ifndef SetupDiGetDeviceProperty
#define SetupDiGetDeviceProperty SetupDiGetDevicePropertyW
#endif
#ifndef SetupDiSetDeviceProperty
#define SetupDiSetDeviceProperty SetupDiSetDevicePropertyW
#endif
#ifndef SetupDiGetDeviceInterfaceProperty
#define SetupDiGetDeviceInterfaceProperty SetupDiGetDeviceInterfacePropertyW
#endif

#ifdef __cplusplus
}
#endif

#endif
