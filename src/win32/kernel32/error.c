/*
 * The thread's last error. What each status of NT is to Win32 is in
 * RtlNtStatusToDosError's table.
 */
#include "../win32.h"

static _Thread_local DWORD last_error __attribute__((tls_model("initial-exec")));

DWORD WINAPI GetLastError(VOID)
{
    return last_error;
}

VOID WINAPI SetLastError(DWORD error)
{
    last_error = error;
}

BOOL win32_fail(DWORD error)
{
    last_error = error;
    return FALSE;
}

BOOL win32_result(NTSTATUS status)
{
    return NT_SUCCESS(status) ? TRUE : win32_fail(RtlNtStatusToDosError(status));
}

VOID WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record = {.ExceptionCode = code,
                               .ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE,
                               .ExceptionAddress = __builtin_return_address(0)};
    if (arguments) {
        record.NumberParameters =
            count > EXCEPTION_MAXIMUM_PARAMETERS ? EXCEPTION_MAXIMUM_PARAMETERS : count;
        memcpy(record.ExceptionInformation, arguments, record.NumberParameters * sizeof *arguments);
    }
    RtlRaiseException(&record);
}
