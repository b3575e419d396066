/*
 * A file's size, position and kind.
 */
#include "../win32.h"

BOOL WINAPI GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size)
{
    struct win32_host_file *host = win32_host_file(handle);
    struct nt_file_standard_information standard;
    IO_STATUS_BLOCK io;
    if (host)
        return win32_host_size(host, size);
    if (!win32_result(NtQueryInformationFile(handle, &io, &standard, sizeof standard,
                                             FileStandardInformation)))
        return FALSE;
    *size = standard.end_of_file;
    return TRUE;
}

DWORD WINAPI GetFileSize(HANDLE handle, LPDWORD high)
{
    LARGE_INTEGER size;
    if (!GetFileSizeEx(handle, &size))
        return INVALID_FILE_SIZE;
    if (high)
        *high = (DWORD)size.HighPart;
    else if (size.HighPart)
        return win32_fail(ERROR_FILE_TOO_LARGE), INVALID_FILE_SIZE;
    if (size.LowPart == INVALID_FILE_SIZE)
        SetLastError(ERROR_SUCCESS);
    return size.LowPart;
}

BOOL WINAPI SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance, PLARGE_INTEGER position,
                             DWORD from)
{
    struct win32_host_file *host = win32_host_file(handle);
    FILE_POSITION_INFORMATION now = {0};
    LARGE_INTEGER size;
    IO_STATUS_BLOCK io;

    if (from > FILE_END)
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (host)
        return win32_host_seek(host, distance.QuadPart, position, from);
    if (from == FILE_CURRENT && !win32_result(NtQueryInformationFile(handle, &io, &now, sizeof now,
                                                                     FilePositionInformation)))
        return FALSE;
    if (from == FILE_END) {
        if (!GetFileSizeEx(handle, &size))
            return FALSE;
        now.CurrentByteOffset = size;
    }
    now.CurrentByteOffset.QuadPart += distance.QuadPart;
    if (now.CurrentByteOffset.QuadPart < 0)
        return win32_fail(ERROR_NEGATIVE_SEEK);
    if (!win32_result(NtSetInformationFile(handle, &io, &now, sizeof now, FilePositionInformation)))
        return FALSE;
    if (position)
        *position = now.CurrentByteOffset;
    return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE handle, LONG distance, PLONG high, DWORD from)
{
    LARGE_INTEGER wanted = {.QuadPart = distance}, position;
    if (high) {
        wanted.LowPart = (DWORD)distance;
        wanted.HighPart = *high;
    }
    if (!SetFilePointerEx(handle, wanted, &position, from))
        return INVALID_SET_FILE_POINTER;
    if (high)
        *high = position.HighPart;
    else if (position.HighPart)
        return win32_fail(ERROR_INVALID_PARAMETER), INVALID_SET_FILE_POINTER;
    if (position.LowPart == INVALID_SET_FILE_POINTER)
        SetLastError(ERROR_SUCCESS);
    return position.LowPart;
}

BOOL WINAPI SetEndOfFile(HANDLE handle)
{
    FILE_POSITION_INFORMATION now;
    LARGE_INTEGER end;
    IO_STATUS_BLOCK io;
    if (!win32_result(
            NtQueryInformationFile(handle, &io, &now, sizeof now, FilePositionInformation)))
        return FALSE;
    end = now.CurrentByteOffset;
    return win32_result(
        NtSetInformationFile(handle, &io, &end, sizeof end, FileEndOfFileInformation));
}

DWORD WINAPI GetFileType(HANDLE handle)
{
    struct win32_host_file *host = win32_host_file(handle);
    struct nt_fs_device_information device;
    IO_STATUS_BLOCK io;

    if (host) {
        SetLastError(ERROR_SUCCESS);
        return win32_host_type(host);
    }
    if (!win32_result(NtQueryVolumeInformationFile(handle, &io, &device, sizeof device,
                                                   (FS_INFORMATION_CLASS)NT_FS_DEVICE_INFORMATION)))
        return FILE_TYPE_UNKNOWN;
    SetLastError(ERROR_SUCCESS);
    switch (device.device_type) {
    case FILE_DEVICE_NAMED_PIPE:
        return FILE_TYPE_PIPE;
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
    case FILE_DEVICE_CD_ROM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
    case FILE_DEVICE_FILE_SYSTEM:
    case FILE_DEVICE_VIRTUAL_DISK:
        return FILE_TYPE_DISK;
    case FILE_DEVICE_KEYBOARD:
    case FILE_DEVICE_MOUSE:
    case FILE_DEVICE_NULL:
    case FILE_DEVICE_PARALLEL_PORT:
    case FILE_DEVICE_PRINTER:
    case FILE_DEVICE_SERIAL_PORT:
    case FILE_DEVICE_SCREEN:
    case FILE_DEVICE_SOUND:
    case FILE_DEVICE_MODEM:
    case FILE_DEVICE_CONSOLE:
        return FILE_TYPE_CHAR;
    default:
        return FILE_TYPE_UNKNOWN;
    }
}

BOOL WINAPI FlushFileBuffers(HANDLE handle)
{
    IO_STATUS_BLOCK io;
    if (win32_host_file(handle))
        return TRUE;
    return win32_result(NtFlushBuffersFile(handle, &io));
}
