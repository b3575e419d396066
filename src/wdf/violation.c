/*
 * The framework's answer to a wrong driver: a bug check that says what is wrong, or, for
 * what can go on, a word of its verifier.
 */
#include "object.h"

#include "../io/io.h"

#define MAX_FRAMES 16 /* of the framework, between a driver's call and its answer */

/* The name that the driver knows a function by. */
static PCSTR public_name(PCSTR function)
{
    static const CHAR prefix[] = "imp_";

    return memcmp(function, prefix, sizeof(prefix) - 1) == 0 ? function + sizeof(prefix) - 1
                                                             : function;
}

VOID wdf_violation(ULONG code, ULONG_PTR second, ULONG_PTR third, PCSTR function, PCSTR note, ...)
{
    const ULONG_PTR parameters[4] = {code, second, third, 0};
    CHAR text[256];
    SIZE_T length = rtl_format(text, sizeof(text), "%s: ", public_name(function));
    va_list arguments;

    va_start(arguments, note);
    if (length < sizeof(text))
        rtl_format_va(text + length, sizeof(text) - length, note, arguments);
    va_end(arguments);
    ke_bugcheck(WDF_VIOLATION, parameters, text);
}

VOID wdf_null_parameter(PCSTR function, PCSTR parameter, PVOID caller)
{
    wdf_violation(WDF_REQUIRED_PARAMETER_IS_NULL, 0, (ULONG_PTR)caller, function,
                  "%s is NULL and must not be", parameter);
}

/* ", from Function+0x12 (file.c:34)": the driver's code that called the framework, if any did. */
static VOID describe_caller(PSTR text, SIZE_T size)
{
    static const CHAR from[] = ", from ";
    hal_u64 pcs[MAX_FRAMES];
    hal_u32 count = hal_backtrace(pcs, RTL_NUMBER_OF(pcs)), i = 0;

    while (i < count && !io_driver_of_code(pcs[i]))
        i++;
    if (i == count) {
        text[0] = 0;
        return;
    }
    memcpy(text, from, sizeof(from));
    /* A return address: the call is before it. */
    hal_describe_code(pcs[i] - 1, text + sizeof(from) - 1, size - (sizeof(from) - 1));
}

BOOLEAN wdf_misuse(struct wdf_globals *globals, PCSTR function, PCSTR note, ...)
{
    CHAR text[256], caller[160];
    va_list arguments;

    if (!globals->is_verifier_on)
        return FALSE;
    va_start(arguments, note);
    rtl_format_va(text, sizeof(text), note, arguments);
    va_end(arguments);
    describe_caller(caller, sizeof(caller));
    rtl_log("driver %s: %s: %s%s", globals->seen.DriverName, public_name(function), text, caller);
    if (globals->stops_on_misuse)
        DbgBreakPoint();
    return TRUE;
}

BOOLEAN wdf_verify_irql(struct wdf_globals *globals, PCSTR function, KIRQL limit)
{
    KIRQL irql = KeGetCurrentIrql();

    if (irql <= limit)
        return TRUE;
    wdf_misuse(globals, function, "called at IRQL %u, must be at most %u", irql, limit);
    return FALSE;
}
