/*
 * What the framework's own checks use; a driver's may, too.
 */
#pragma once

#include <wdfglobals.h>

WDF_EXTERN_C_START

/*
 * Stops in the debugger if the framework's verifier is on for the driver (DbgBreakOnError);
 * otherwise does nothing.
 *
 * Any IRQL.
 * Documented as: WdfVerifierDbgBreakPoint (wdfverifier.h).
 */
VOID NTAPI imp_WdfVerifierDbgBreakPoint(PWDF_DRIVER_GLOBALS DriverGlobals);

WDF_INLINE VOID WdfVerifierDbgBreakPoint(VOID)
{
    imp_WdfVerifierDbgBreakPoint(WdfDriverGlobals);
}

/*
 * Bug checks with the code and the four parameters given. Does not return. The code is usually
 * WDF_VIOLATION and BugCheckParameter1 one of WDF_BUGCHECK_CODES.
 *
 * Any IRQL.
 * Documented as: WdfVerifierKeBugCheck (wdfverifier.h).
 */
VOID NTAPI imp_WdfVerifierKeBugCheck(PWDF_DRIVER_GLOBALS DriverGlobals, ULONG BugCheckCode,
                                     ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
                                     ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4);

WDF_INLINE VOID WdfVerifierKeBugCheck(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
                                      ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
                                      ULONG_PTR BugCheckParameter4)
{
    imp_WdfVerifierKeBugCheck(WdfDriverGlobals, BugCheckCode, BugCheckParameter1,
                              BugCheckParameter2, BugCheckParameter3, BugCheckParameter4);
}

/*
 * Returns a table that tells a debugger where the framework's objects keep what it shows. The
 * framework owns the table.
 *
 * Any IRQL.
 * Documented as: WdfGetTriageInfo (wdfverifier.h).
 */
PVOID NTAPI imp_WdfGetTriageInfo(PWDF_DRIVER_GLOBALS DriverGlobals);

WDF_INLINE PVOID WdfGetTriageInfo(VOID)
{
    return imp_WdfGetTriageInfo(WdfDriverGlobals);
}

WDF_EXTERN_C_END
