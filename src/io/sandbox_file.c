/*
 * Requests on an open file of a drive: reading, writing, its properties.
 */
#include "sandbox.h"

/* ---- read and write ----------------------------------------------------------- */

/* The drives take the caller's address as it is, and are called in its thread. */
static NTSTATUS transfer_buffer(PIRP irp, ULONG length, BOOLEAN is_read, PVOID *buffer)
{
    *buffer = irp->UserBuffer;
    if (irp->MdlAddress) {
        *buffer = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
        return *buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (irp->RequestorMode != UserMode)
        return STATUS_SUCCESS;
    return is_read ? mm_probe_for_write(*buffer, length, 1) : mm_probe_for_read(*buffer, length, 1);
}

static NTSTATUS status_of_transfer(hal_i64 moved, ULONG length, BOOLEAN is_read)
{
    if (moved == HAL_EFAULT)
        return STATUS_ACCESS_VIOLATION;
    if (moved < 0)
        return rtl_status_from_hal((int)moved);
    return is_read && length && !moved ? STATUS_END_OF_FILE : STATUS_SUCCESS;
}

/* Writing at the end finds the end and writes without another write between. */
static hal_i64 append(struct sandbox_drive *drive, PFILE_OBJECT file, PVOID buffer, ULONG length)
{
    struct sandbox_file *open = file->FsContext;
    struct hal_file_info info;
    hal_i64 moved;

    ExAcquireFastMutex(&drive->lock);
    moved = hal_file_info(open->file, &info);
    if (moved == HAL_OK)
        moved = hal_file_write(open->file, buffer, length, info.size);
    if (moved >= 0 && (file->Flags & FO_SYNCHRONOUS_IO))
        file->CurrentByteOffset.QuadPart = (LONGLONG)info.size + moved;
    ExReleaseFastMutex(&drive->lock);
    return moved;
}

NTSTATUS sandbox_transfer(struct sandbox_drive *drive, PIRP irp, PIO_STACK_LOCATION location)
{
    BOOLEAN is_read = location->MajorFunction == IRP_MJ_READ;
    struct sandbox_file *open = location->FileObject->FsContext;
    ULONG length = location->Parameters.Read.Length;
    LARGE_INTEGER offset = location->Parameters.Read.ByteOffset;
    PVOID buffer;
    hal_i64 moved;
    NTSTATUS status;

    if (open->is_directory)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = transfer_buffer(irp, length, is_read, &buffer);
    if (!NT_SUCCESS(status))
        return status;
    if (is_read)
        moved = hal_file_read(open->file, buffer, length, offset.QuadPart);
    else if (offset.HighPart == -1)
        moved = append(drive, location->FileObject, buffer, length);
    else
        moved = hal_file_write(open->file, buffer, length, offset.QuadPart);
    status = status_of_transfer(moved, length, is_read);
    if (NT_SUCCESS(status))
        irp->IoStatus.Information = (ULONG_PTR)moved;
    return status;
}

/* ---- query ------------------------------------------------------------------------ */

static ULONG attributes_of(const struct hal_file_info *info)
{
    ULONG attributes = info->is_directory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;

    return attributes | (info->is_read_only ? FILE_ATTRIBUTE_READONLY : 0);
}

static SIZE_T query_basic(const struct hal_file_info *info, PFILE_BASIC_INFORMATION to)
{
    to->CreationTime.QuadPart = info->created;
    to->LastAccessTime.QuadPart = info->accessed;
    to->LastWriteTime.QuadPart = info->written;
    to->ChangeTime.QuadPart = info->changed;
    to->FileAttributes = attributes_of(info);
    return sizeof(*to);
}

static SIZE_T query_standard(const struct hal_file_info *info, const struct sandbox_file *open,
                             PFILE_STANDARD_INFORMATION to)
{
    to->AllocationSize.QuadPart = (LONGLONG)info->allocated;
    to->EndOfFile.QuadPart = info->is_directory ? 0 : (LONGLONG)info->size;
    to->NumberOfLinks = info->links;
    to->DeletePending = open->node && open->node->is_deleted;
    to->Directory = info->is_directory != 0;
    return sizeof(*to);
}

static SIZE_T query_network(const struct hal_file_info *info, PFILE_NETWORK_OPEN_INFORMATION to)
{
    to->CreationTime.QuadPart = info->created;
    to->LastAccessTime.QuadPart = info->accessed;
    to->LastWriteTime.QuadPart = info->written;
    to->ChangeTime.QuadPart = info->changed;
    to->AllocationSize.QuadPart = (LONGLONG)info->allocated;
    to->EndOfFile.QuadPart = info->is_directory ? 0 : (LONGLONG)info->size;
    to->FileAttributes = attributes_of(info);
    return sizeof(*to);
}

/* The name from the drive's root on; what does not fit is left out, which the status tells. */
static NTSTATUS query_name(const struct sandbox_file *open, PFILE_NAME_INFORMATION to, ULONG length,
                           ULONG_PTR *information)
{
    SIZE_T room = length - FIELD_OFFSET(FILE_NAME_INFORMATION, FileName);
    WCHAR name[RTL_NUMBER_OF(open->path) + 1];
    SIZE_T bytes, shown, i;

    name[0] = L'\\';
    bytes = sizeof(WCHAR) + rtl_utf16_from_utf8(name + 1, sizeof(name) - sizeof(WCHAR), open->path,
                                                strlen(open->path));
    for (i = 0; i < bytes / sizeof(WCHAR); i++) {
        if (name[i] == L'/')
            name[i] = L'\\';
    }
    shown = (bytes < room ? bytes : room) & ~(SIZE_T)1;
    to->FileNameLength = (ULONG)bytes;
    memcpy(to->FileName, name, shown);
    *information = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName) + shown;
    return shown < bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS sandbox_query(PIRP irp, PIO_STACK_LOCATION location)
{
    struct sandbox_file *open = location->FileObject->FsContext;
    PVOID to = irp->AssociatedIrp.SystemBuffer;
    struct hal_file_info info;
    NTSTATUS status = rtl_status_from_hal(hal_file_info(open->file, &info));

    if (!NT_SUCCESS(status))
        return status;
    /* The I/O manager checked the buffer for its class' size. */
    memset(to, 0, location->Parameters.QueryFile.Length);
    switch (location->Parameters.QueryFile.FileInformationClass) {
    case FileBasicInformation:
        irp->IoStatus.Information = query_basic(&info, to);
        return STATUS_SUCCESS;
    case FileStandardInformation:
        irp->IoStatus.Information = query_standard(&info, open, to);
        return STATUS_SUCCESS;
    case FileNetworkOpenInformation:
        irp->IoStatus.Information = query_network(&info, to);
        return STATUS_SUCCESS;
    case FileInternalInformation:
        ((PFILE_INTERNAL_INFORMATION)to)->IndexNumber.QuadPart = (LONGLONG)info.index;
        irp->IoStatus.Information = sizeof(FILE_INTERNAL_INFORMATION);
        return STATUS_SUCCESS;
    case FileNameInformation:
        return query_name(open, to, location->Parameters.QueryFile.Length,
                          &irp->IoStatus.Information);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* ---- set --------------------------------------------------------------------------- */

static NTSTATUS set_size(struct sandbox_file *open, LONGLONG size)
{
    if (size < 0)
        return STATUS_INVALID_PARAMETER;
    if (open->is_directory)
        return STATUS_INVALID_DEVICE_REQUEST;
    return rtl_status_from_hal(hal_file_resize(open->file, (hal_u64)size));
}

/* Less than there is cuts the file; more is only a promise, which Linux keeps when it is written.
 */
static NTSTATUS set_allocation(struct sandbox_file *open, LONGLONG size)
{
    struct hal_file_info info;
    NTSTATUS status = rtl_status_from_hal(hal_file_info(open->file, &info));

    if (!NT_SUCCESS(status) || size >= (LONGLONG)info.size)
        return status;
    return set_size(open, size);
}

static NTSTATUS set_disposition(struct sandbox_drive *drive, struct sandbox_file *open,
                                const FILE_DISPOSITION_INFORMATION *information)
{
    if (!open->path[0])
        return STATUS_CANNOT_DELETE;
    if (information->DeleteFile && open->is_directory &&
        hal_file_check_empty(open->file) == HAL_ENOTEMPTY)
        return STATUS_DIRECTORY_NOT_EMPTY;
    ExAcquireFastMutex(&drive->lock);
    open->node->is_deleted = information->DeleteFile;
    ExReleaseFastMutex(&drive->lock);
    return STATUS_SUCCESS;
}

/* "\??\C:\a\b" and "\a\b" count from the root, "b" from the file's own folder. */
static NTSTATUS target_path(const struct sandbox_file *open, const FILE_RENAME_INFORMATION *rename,
                            PSTR path, SIZE_T size)
{
    PCWSTR name = rename->FileName;
    SIZE_T bytes = rename->FileNameLength, used = strlen(open->path);

    if (bytes >= 6 * sizeof(WCHAR) && name[0] == L'\\' && name[1] == L'?' && name[2] == L'?' &&
        name[3] == L'\\' && name[5] == L':') {
        name += 6;
        bytes -= 6 * sizeof(WCHAR);
    } else if (bytes && name[0] != L'\\') {
        while (used && open->path[used - 1] != '/')
            used--;
        memcpy(path, open->path, used);
        return sandbox_path(name, bytes, path + used, size - used);
    }
    return sandbox_path(name, bytes, path, size);
}

static NTSTATUS set_name(struct sandbox_file *open, const FILE_RENAME_INFORMATION *rename,
                         ULONG length)
{
    CHAR path[sizeof(open->path)];
    NTSTATUS status;

    if (rename->RootDirectory || !rename->FileNameLength ||
        rename->FileNameLength > length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName))
        return STATUS_INVALID_PARAMETER;
    status = target_path(open, rename, path, sizeof(path));
    if (NT_SUCCESS(status))
        status = rtl_status_from_hal(hal_file_rename(open->file, path, rename->ReplaceIfExists));
    if (NT_SUCCESS(status))
        memcpy(open->path, path, sizeof(path));
    return status;
}

/* Zeros leave everything as it is; the folder's times and attributes are Linux' to keep. */
static NTSTATUS set_basic(const FILE_BASIC_INFORMATION *information)
{
    BOOLEAN changes_nothing = information->CreationTime.QuadPart <= 0 &&
                              information->LastAccessTime.QuadPart <= 0 &&
                              information->LastWriteTime.QuadPart <= 0 &&
                              information->ChangeTime.QuadPart <= 0 && !information->FileAttributes;

    return changes_nothing ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

NTSTATUS sandbox_set(struct sandbox_drive *drive, PIRP irp, PIO_STACK_LOCATION location)
{
    struct sandbox_file *open = location->FileObject->FsContext;
    PVOID from = irp->AssociatedIrp.SystemBuffer;

    switch (location->Parameters.SetFile.FileInformationClass) {
    case FileBasicInformation:
        return set_basic(from);
    case FileEndOfFileInformation:
        return set_size(open, ((PFILE_END_OF_FILE_INFORMATION)from)->EndOfFile.QuadPart);
    case FileAllocationInformation:
        return set_allocation(open, ((PFILE_ALLOCATION_INFORMATION)from)->AllocationSize.QuadPart);
    case FileDispositionInformation:
        return set_disposition(drive, open, from);
    case FileRenameInformation:
        return set_name(open, from, location->Parameters.SetFile.Length);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}
