/*
 * Reading, writing and control: an OVERLAPPED as NT's I/O status block, and
 * NT's answers as Win32's.
 */
#include "../win32.h"

/* What an overlapped call passes to the kernel. */
struct overlapped_call {
    HANDLE event;
    PVOID context; /* NULL: no packet at the completion port */
    PIO_STATUS_BLOCK io;
    LARGE_INTEGER offset;
};

/* An event with its low bit set asks for no packet. */
static HANDLE event_of(LPOVERLAPPED overlapped)
{
    return (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
}

static struct overlapped_call begin_overlapped(LPOVERLAPPED overlapped)
{
    win32_stay();
    struct overlapped_call call = {
        .event = event_of(overlapped),
        .context = (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped,
        .io = (PIO_STATUS_BLOCK)overlapped,
    };
    call.offset.LowPart = overlapped->Offset;
    call.offset.HighPart = (LONG)overlapped->OffsetHigh;
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    overlapped->InternalHigh = 0;
    return call;
}

/*
 * The end of an overlapped call. Like Windows', it reports bytes for a warning
 * too, and a request that is under way is an error: ERROR_IO_PENDING.
 */
static BOOL end_overlapped(NTSTATUS status, LPOVERLAPPED overlapped, LPDWORD done)
{
    if (status == STATUS_PENDING)
        return win32_fail(ERROR_IO_PENDING);
    if (done && !NT_ERROR(status))
        *done = (DWORD)overlapped->InternalHigh;
    return win32_result(status);
}

/* Without an OVERLAPPED a call returns only when the request has: also for an overlapped handle. */
static NTSTATUS wait_for(HANDLE file, NTSTATUS status, PIO_STATUS_BLOCK io)
{
    win32_stay();
    if (status != STATUS_PENDING)
        return status;
    status = NtWaitForSingleObject(file, FALSE, NULL);
    return NT_SUCCESS(status) ? io->Status : status;
}

static BOOL end_synchronous(NTSTATUS status, PIO_STATUS_BLOCK io, LPDWORD done)
{
    if (NT_SUCCESS(status) || NT_WARNING(status))
        *done = (DWORD)io->Information;
    return win32_result(status);
}

typedef NTSTATUS(NTAPI *transfer_routine)(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc,
                                          PVOID apc_context, PIO_STATUS_BLOCK io, PVOID buffer,
                                          ULONG length, PLARGE_INTEGER offset, PULONG key);

static BOOL transfer(transfer_routine routine, HANDLE file, PVOID buffer, DWORD bytes, LPDWORD done,
                     LPOVERLAPPED overlapped)
{
    if (overlapped) {
        struct overlapped_call call = begin_overlapped(overlapped);
        if (done)
            *done = 0;
        NTSTATUS status = routine(file, call.event, NULL, call.context, call.io, buffer, bytes,
                                  &call.offset, NULL);
        return end_overlapped(status, overlapped, done);
    }
    IO_STATUS_BLOCK io = {0};
    *done = 0;
    NTSTATUS status =
        wait_for(file, routine(file, NULL, NULL, NULL, &io, buffer, bytes, NULL, NULL), &io);
    /* The end of a file is no error to a program that reads on. */
    if (status == STATUS_END_OF_FILE)
        return TRUE;
    return end_synchronous(status, &io, done);
}

BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD bytes, LPDWORD done, LPOVERLAPPED overlapped)
{
    struct win32_host_file *host = win32_host_file(file);
    if (host)
        return win32_host_read(host, buffer, bytes, done, overlapped);
    return transfer(NtReadFile, file, buffer, bytes, done, overlapped);
}

BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD bytes, LPDWORD done,
                      LPOVERLAPPED overlapped)
{
    struct win32_host_file *host = win32_host_file(file);
    if (host)
        return win32_host_write(host, buffer, bytes, done);
    return transfer(NtWriteFile, file, (PVOID)buffer, bytes, done, overlapped);
}

/* The APC behind ReadFileEx and WriteFileEx: context is the program's routine. */
static VOID NTAPI run_completion(PVOID context, PIO_STATUS_BLOCK io, ULONG reserved)
{
    LPOVERLAPPED_COMPLETION_ROUTINE routine = (LPOVERLAPPED_COMPLETION_ROUTINE)context;
    UNREFERENCED_PARAMETER(reserved);
    win32_stay();
    routine(RtlNtStatusToDosError(io->Status), NT_ERROR(io->Status) ? 0 : (DWORD)io->Information,
            (LPOVERLAPPED)io);
}

static BOOL transfer_alertable(transfer_routine routine, HANDLE file, PVOID buffer, DWORD bytes,
                               LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct overlapped_call call = begin_overlapped(overlapped);
    NTSTATUS status = routine(file, NULL, run_completion, (PVOID)completion, call.io, buffer, bytes,
                              &call.offset, NULL);
    if (NT_ERROR(status))
        return win32_result(status);
    SetLastError(ERROR_SUCCESS);
    return TRUE;
}

BOOL WINAPI ReadFileEx(HANDLE file, LPVOID buffer, DWORD bytes, LPOVERLAPPED overlapped,
                       LPOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return transfer_alertable(NtReadFile, file, buffer, bytes, overlapped, completion);
}

BOOL WINAPI WriteFileEx(HANDLE file, LPCVOID buffer, DWORD bytes, LPOVERLAPPED overlapped,
                        LPOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return transfer_alertable(NtWriteFile, file, (PVOID)buffer, bytes, overlapped, completion);
}

typedef NTSTATUS(NTAPI *control_routine)(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc,
                                         PVOID apc_context, PIO_STATUS_BLOCK io, ULONG code,
                                         PVOID input, ULONG input_bytes, PVOID output,
                                         ULONG output_bytes);

BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, LPVOID input, DWORD input_bytes,
                            LPVOID output, DWORD output_bytes, LPDWORD done,
                            LPOVERLAPPED overlapped)
{
    control_routine control =
        code >> 16 == FILE_DEVICE_FILE_SYSTEM ? NtFsControlFile : NtDeviceIoControlFile;
    if (overlapped) {
        struct overlapped_call call = begin_overlapped(overlapped);
        if (done)
            *done = 0;
        NTSTATUS status = control(device, call.event, NULL, call.context, call.io, code, input,
                                  input_bytes, output, output_bytes);
        return end_overlapped(status, overlapped, done);
    }
    IO_STATUS_BLOCK io = {0};
    *done = 0;
    NTSTATUS status = wait_for(
        device,
        control(device, NULL, NULL, NULL, &io, code, input, input_bytes, output, output_bytes),
        &io);
    return end_synchronous(status, &io, done);
}

BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD done,
                                  DWORD milliseconds, BOOL alertable)
{
    /* Acquire: the request's data and Information were written before its status. */
    NTSTATUS status = (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);
    if (status == STATUS_PENDING) {
        HANDLE event = event_of(overlapped);
        if (!milliseconds)
            return win32_fail(ERROR_IO_INCOMPLETE);
        DWORD waited = WaitForSingleObjectEx(event ? event : file, milliseconds, alertable);
        if (waited == WAIT_FAILED)
            return FALSE;
        if (waited != WAIT_OBJECT_0)
            return win32_fail(waited); /* WAIT_TIMEOUT or WAIT_IO_COMPLETION */
        status = (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);
    }
    *done = (DWORD)overlapped->InternalHigh;
    return win32_result(status);
}

BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD done, WINBOOL wait)
{
    return GetOverlappedResultEx(file, overlapped, done, wait ? INFINITE : 0, FALSE);
}

BOOL WINAPI CancelIo(HANDLE file)
{
    IO_STATUS_BLOCK io;
    return win32_result(NtCancelIoFile(file, &io));
}

BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped)
{
    IO_STATUS_BLOCK io;
    return win32_result(NtCancelIoFileEx(file, (PIO_STATUS_BLOCK)overlapped, &io));
}

BOOL WINAPI CancelSynchronousIo(HANDLE thread)
{
    IO_STATUS_BLOCK io;
    return win32_result(NtCancelSynchronousIoFile(thread, NULL, &io));
}

BOOL WINAPI SetFileCompletionNotificationModes(HANDLE file, UCHAR flags)
{
    ULONG modes = flags;
    IO_STATUS_BLOCK io;
    if (flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE))
        return win32_fail(ERROR_INVALID_PARAMETER);
    return win32_result(
        NtSetInformationFile(file, &io, &modes, sizeof modes,
                             (FILE_INFORMATION_CLASS)NT_FILE_IO_COMPLETION_NOTIFICATION));
}
