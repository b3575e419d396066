/*
 * A driver's words for its developer: every line goes to standard error as the
 * driver formats it, in one write. There is no kernel debugger: a breakpoint
 * belongs to gdb or to a guarded body. Without either it is passed, with a word
 * about it, as somebody at a debugger would go on: drivers have them in their
 * DriverEntry for whoever looks on.
 */
#include "../ke/ke.h"
#include "rtl.h"

BOOLEAN KdDebuggerEnabled = FALSE;
BOOLEAN KdDebuggerNotPresent = TRUE;

ULONG NTAPI vDbgPrintExWithPrefix(PCCH Prefix, ULONG ComponentId, ULONG Level, PCCH Format,
                                  va_list arglist)
{
    UNREFERENCED_PARAMETER(ComponentId);
    UNREFERENCED_PARAMETER(Level);
    rtl_print_va(Prefix, Format, arglist, "");
    return STATUS_SUCCESS;
}

ULONG NTAPI vDbgPrintEx(ULONG ComponentId, ULONG Level, PCCH Format, va_list arglist)
{
    return vDbgPrintExWithPrefix("", ComponentId, Level, Format, arglist);
}

ULONG __cdecl DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list arguments;

    va_start(arguments, Format);
    vDbgPrintEx(ComponentId, Level, Format, arguments);
    va_end(arguments);
    return STATUS_SUCCESS;
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    va_list arguments;

    va_start(arguments, Format);
    rtl_print_va("", Format, arguments, "");
    va_end(arguments);
    return STATUS_SUCCESS;
}

/* Every component's every level is on. */
NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG ComponentId, ULONG Level)
{
    UNREFERENCED_PARAMETER(ComponentId);
    UNREFERENCED_PARAMETER(Level);
    return TRUE;
}

static BOOLEAN is_wanted(PVOID caller)
{
    CHAR where[128];

    if (hal_is_traced() || ke_current()->seh)
        return TRUE;
    hal_describe_code((ULONG64)caller - 1, where, sizeof(where));
    rtl_log("breakpoint in %s: passed, as no debugger looks on (gdb --args PROGRAM does)", where);
    return FALSE;
}

VOID NTAPI DbgBreakPoint(VOID)
{
    if (is_wanted(__builtin_return_address(0)))
        __asm__ volatile("int3");
}

VOID NTAPI DbgBreakPointWithStatus(ULONG Status)
{
    if (is_wanted(__builtin_return_address(0)))
        __asm__ volatile("int3" : : "c"(Status));
}

BOOLEAN NTAPI KdRefreshDebuggerNotPresent(VOID)
{
    return TRUE;
}

VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message)
{
    DbgPrint("\n*** Assertion failed: %s%s%s\n***   Source File: %s, line %u\n\n",
             Message ? Message : "", Message ? " " : "", (PCSTR)FailedAssertion, (PCSTR)FileName,
             LineNumber);
    __asm__ volatile("int3");
}
