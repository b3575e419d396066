/*
 * The waits.
 */
#include "../win32.h"

/* A wait's status is what Win32 returns, but for errors. */
static DWORD wait_result(NTSTATUS status)
{
    win32_stay();
    if (!NT_ERROR(status))
        return (DWORD)status;
    SetLastError(RtlNtStatusToDosError(status));
    return WAIT_FAILED;
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    struct win32_host_file *host = win32_host_file(handle);
    LARGE_INTEGER timeout;
    NTSTATUS status;

    if (host)
        return win32_host_wait(host, milliseconds);
    do {
        status =
            NtWaitForSingleObject(handle, alertable != 0, win32_timeout(&timeout, milliseconds));
    } while (alertable && status == STATUS_ALERTED);
    return wait_result(status);
}

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return WaitForSingleObjectEx(handle, milliseconds, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all,
                                      DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER timeout;
    NTSTATUS status;

    if (!count || count > MAXIMUM_WAIT_OBJECTS)
        return win32_fail(ERROR_INVALID_PARAMETER), WAIT_FAILED;
    do {
        status = NtWaitForMultipleObjects(count, handles, all ? NT_WAIT_ALL : NT_WAIT_ANY,
                                          alertable != 0, win32_timeout(&timeout, milliseconds));
    } while (alertable && status == STATUS_ALERTED);
    return wait_result(status);
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all,
                                    DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER timeout;
    NTSTATUS status = NtSignalAndWaitForSingleObject(signal, handle, alertable != 0,
                                                     win32_timeout(&timeout, milliseconds));
    /* Signalling again would be wrong: after an alert only the wait goes on. */
    if (alertable && status == STATUS_ALERTED)
        return WaitForSingleObjectEx(handle, milliseconds, TRUE);
    return wait_result(status);
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER interval;
    NTSTATUS status;

    if (!win32_timeout(&interval, milliseconds))
        interval.QuadPart = MINLONGLONG;
    do {
        status = NtDelayExecution(alertable != 0, &interval);
    } while (alertable && status == STATUS_ALERTED);
    win32_stay();
    return status == STATUS_USER_APC ? WAIT_IO_COMPLETION : 0;
}

VOID WINAPI Sleep(DWORD milliseconds)
{
    SleepEx(milliseconds, FALSE);
}

BOOL WINAPI SwitchToThread(VOID)
{
    return NtYieldExecution() == STATUS_SUCCESS;
}

/* Waiting for a word of memory: what SRW locks and their kin are made of. */
BOOL WINAPI WaitOnAddress(volatile VOID *address, PVOID expected, SIZE_T size, DWORD milliseconds)
{
    LARGE_INTEGER timeout;
    NTSTATUS status =
        RtlWaitOnAddress(address, expected, size, win32_timeout(&timeout, milliseconds));
    return status == STATUS_TIMEOUT ? win32_fail(ERROR_TIMEOUT) : win32_result(status);
}

VOID WINAPI WakeByAddressSingle(PVOID address)
{
    RtlWakeAddressSingle(address);
}

VOID WINAPI WakeByAddressAll(PVOID address)
{
    RtlWakeAddressAll(address);
}
