/*
 * What the framework's checks offer to drivers for theirs.
 */
#include "object.h"

VOID NTAPI imp_WdfVerifierDbgBreakPoint(PWDF_DRIVER_GLOBALS DriverGlobals)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    if (globals->is_verifier_on && globals->stops_on_misuse)
        DbgBreakPoint();
}

VOID NTAPI imp_WdfVerifierKeBugCheck(PWDF_DRIVER_GLOBALS DriverGlobals, ULONG BugCheckCode,
                                     ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
                                     ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    KeBugCheckEx(BugCheckCode, BugCheckParameter1, BugCheckParameter2, BugCheckParameter3,
                 BugCheckParameter4);
}
