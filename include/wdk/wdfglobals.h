/*
 * What the framework knows a driver by.
 *
 * A driver is linked with a stub that holds its WdfDriverGlobals. The framework fills in the
 * variable before DriverEntry runs. Each WdfX is an inline function that calls the framework's
 * own, imp_WdfX, with the globals ahead of the driver's arguments; so the framework always
 * knows who calls.
 */
#pragma once

#include <wdftypes.h>
#include <wdffuncenum.h>

WDF_EXTERN_C_START

#define WDF_DRIVER_GLOBALS_NAME_LEN (32)

typedef struct _WDF_DRIVER_GLOBALS {
    WDFDRIVER Driver;                             /* set by WdfDriverCreate */
    ULONG DriverFlags;                            /* WDF_DRIVER_CONFIG.DriverInitFlags */
    ULONG DriverTag;                              /* tag of what is allocated for the driver */
    CHAR DriverName[WDF_DRIVER_GLOBALS_NAME_LEN]; /* the service's name, ends in NUL */
    BOOLEAN DisplaceDriverUnload;                 /* whether the framework unloads first */
} WDF_DRIVER_GLOBALS, *PWDF_DRIVER_GLOBALS;

extern PWDF_DRIVER_GLOBALS WdfDriverGlobals;

WDF_EXTERN_C_END
