/*
 * Statuses: from hal's errors, to Win32's, and their names.
 */
#include "rtl.h"

#include <winerror.h>

/* The name is in the row: a pointer would need a relocation for each. */
static const struct status_row {
    NTSTATUS status;
    ULONG error;
    CHAR name[48];
} status_rows[] = {
#define ROW(status, error) {status, error, #status},
#include "status_rows.h"
#undef ROW
};

NTSTATUS rtl_status_from_hal(int error)
{
    switch ((enum hal_error)error) {
    case HAL_OK:
        return STATUS_SUCCESS;
    case HAL_EPERM:
    case HAL_EACCES:
        return STATUS_ACCESS_DENIED;
    case HAL_ENOENT:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case HAL_EINTR:
    case HAL_EAGAIN:
        return STATUS_RETRY;
    case HAL_EIO:
        return STATUS_IO_DEVICE_ERROR;
    case HAL_EBADF:
        return STATUS_INVALID_HANDLE;
    case HAL_ENOMEM:
        return STATUS_INSUFFICIENT_RESOURCES;
    case HAL_EFAULT:
        return STATUS_ACCESS_VIOLATION;
    case HAL_EBUSY:
        return STATUS_DEVICE_BUSY;
    case HAL_EEXIST:
        return STATUS_OBJECT_NAME_COLLISION;
    case HAL_EXDEV:
        return STATUS_NOT_SAME_DEVICE;
    case HAL_ENOTDIR:
        return STATUS_NOT_A_DIRECTORY;
    case HAL_EISDIR:
        return STATUS_FILE_IS_A_DIRECTORY;
    case HAL_EINVAL:
        return STATUS_INVALID_PARAMETER;
    case HAL_EMFILE:
        return STATUS_TOO_MANY_OPENED_FILES;
    case HAL_ENOSPC:
        return STATUS_DISK_FULL;
    case HAL_EROFS:
        return STATUS_MEDIA_WRITE_PROTECTED;
    case HAL_EPIPE:
        return STATUS_PIPE_DISCONNECTED;
    case HAL_ECONNREFUSED:
        return STATUS_CONNECTION_REFUSED;
    case HAL_ENOSYS:
        return STATUS_NOT_IMPLEMENTED;
    case HAL_ENOTEMPTY:
        return STATUS_DIRECTORY_NOT_EMPTY;
    case HAL_ELOOP:
        return STATUS_OBJECT_PATH_INVALID;
    case HAL_EOPNOTSUPP:
        return STATUS_NOT_SUPPORTED;
    case HAL_ETIMEDOUT:
        return STATUS_IO_TIMEOUT;
    }
    return STATUS_UNSUCCESSFUL;
}

static const struct status_row *find(NTSTATUS status)
{
    ULONG low = 0, high = RTL_NUMBER_OF(status_rows);

    while (low < high) {
        ULONG middle = (low + high) / 2;
        if ((ULONG)status_rows[middle].status < (ULONG)status)
            low = middle + 1;
        else
            high = middle;
    }
    return low < RTL_NUMBER_OF(status_rows) && status_rows[low].status == status ? &status_rows[low]
                                                                                 : NULL;
}

PCSTR rtl_status_name(NTSTATUS status)
{
    const struct status_row *row = find(status);

    return row ? row->name : NULL;
}

/* A status that a customer defined stays what it is; one that wraps a Win32 error gives it back. */
ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS Status)
{
    ULONG facility = (ULONG)Status >> 16;
    const struct status_row *row;

    if ((ULONG)Status & 0x20000000)
        return (ULONG)Status;
    if (facility == 0xC007 || facility == 0x8007)
        return (USHORT)Status;
    row = find(Status);
    return row ? row->error : ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status)
{
    return RtlNtStatusToDosErrorNoTeb(Status);
}
