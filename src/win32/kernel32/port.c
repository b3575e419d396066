/*
 * Completion ports.
 */
#include "../win32.h"

HANDLE WINAPI CreateIoCompletionPort(HANDLE file, HANDLE existing, ULONG_PTR key, DWORD threads)
{
    HANDLE port = existing;
    IO_STATUS_BLOCK io;

    if (file == INVALID_HANDLE_VALUE && existing)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (!port &&
        !win32_result(NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS, NULL, threads)))
        return NULL;
    if (file == INVALID_HANDLE_VALUE)
        return port;
    struct nt_completion_information binding = {port, (PVOID)key};
    if (win32_result(
            NtSetInformationFile(file, &io, &binding, sizeof binding, FileCompletionInformation)))
        return port;
    if (!existing)
        NtClose(port);
    return NULL;
}

BOOL WINAPI GetQueuedCompletionStatus(HANDLE port, LPDWORD bytes, PULONG_PTR key,
                                      LPOVERLAPPED *overlapped, DWORD milliseconds)
{
    LARGE_INTEGER timeout;
    IO_STATUS_BLOCK io;
    PVOID packet_key, context;

    NTSTATUS status = NtRemoveIoCompletion(port, &packet_key, &context, &io,
                                           win32_timeout(&timeout, milliseconds));
    win32_stay();
    if (status != STATUS_SUCCESS) {
        *overlapped = NULL;
        return status == STATUS_TIMEOUT ? win32_fail(WAIT_TIMEOUT)
                                        : win32_fail(RtlNtStatusToDosError(status));
    }
    *overlapped = context;
    *key = (ULONG_PTR)packet_key;
    *bytes = (DWORD)io.Information;
    return win32_result(io.Status);
}

BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries, ULONG count,
                                        PULONG removed, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER timeout;
    C_ASSERT(sizeof(OVERLAPPED_ENTRY) == sizeof(struct nt_completion_entry));
    C_ASSERT(offsetof(OVERLAPPED_ENTRY, dwNumberOfBytesTransferred) ==
             offsetof(struct nt_completion_entry, io.Information));

    NTSTATUS status =
        NtRemoveIoCompletionEx(port, (struct nt_completion_entry *)entries, count, removed,
                               win32_timeout(&timeout, milliseconds), alertable != 0);
    win32_stay();
    if (status == STATUS_SUCCESS)
        return TRUE;
    if (status == STATUS_TIMEOUT)
        return win32_fail(WAIT_TIMEOUT);
    if (status == STATUS_USER_APC)
        return win32_fail(WAIT_IO_COMPLETION);
    return win32_fail(RtlNtStatusToDosError(status));
}

BOOL WINAPI PostQueuedCompletionStatus(HANDLE port, DWORD bytes, ULONG_PTR key,
                                       LPOVERLAPPED overlapped)
{
    return win32_result(NtSetIoCompletion(port, (PVOID)key, overlapped, STATUS_SUCCESS, bytes));
}
