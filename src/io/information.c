/*
 * NtQueryInformationFile, NtSetInformationFile, NtQueryVolumeInformationFile,
 * NtFlushBuffersFile. What belongs to the file object itself is answered here,
 * the rest by the driver.
 */
#include "iop.h"

/* What a class needs: bytes at least, and access for querying and setting. 0 bytes: not allowed. */
struct class_rule {
    ULONG query_bytes, set_bytes;
    ACCESS_MASK query_access, set_access;
};

static const struct class_rule rules[] = {
    [FileBasicInformation] = {sizeof(FILE_BASIC_INFORMATION), sizeof(FILE_BASIC_INFORMATION),
                              FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES},
    [FileStandardInformation] = {sizeof(FILE_STANDARD_INFORMATION), 0, 0, 0},
    [FileInternalInformation] = {sizeof(FILE_INTERNAL_INFORMATION), 0, 0, 0},
    [FileEaInformation] = {sizeof(FILE_EA_INFORMATION), 0, 0, 0},
    [FileAccessInformation] = {sizeof(FILE_ACCESS_INFORMATION), 0, 0, 0},
    [FileNameInformation] = {sizeof(FILE_NAME_INFORMATION), 0, 0, 0},
    [FileRenameInformation] = {0, sizeof(FILE_RENAME_INFORMATION), 0, DELETE},
    [FileLinkInformation] = {0, sizeof(FILE_LINK_INFORMATION), 0, 0},
    [FileDispositionInformation] = {0, sizeof(FILE_DISPOSITION_INFORMATION), 0, DELETE},
    [FilePositionInformation] = {sizeof(FILE_POSITION_INFORMATION),
                                 sizeof(FILE_POSITION_INFORMATION), 0, 0},
    [FileModeInformation] = {sizeof(FILE_MODE_INFORMATION), sizeof(FILE_MODE_INFORMATION), 0, 0},
    [FileAlignmentInformation] = {sizeof(FILE_ALIGNMENT_INFORMATION), 0, 0, 0},
    [FileAllInformation] = {sizeof(FILE_ALL_INFORMATION), 0, FILE_READ_ATTRIBUTES, 0},
    [FileAllocationInformation] = {0, sizeof(FILE_ALLOCATION_INFORMATION), 0, FILE_WRITE_DATA},
    [FileEndOfFileInformation] = {0, sizeof(FILE_END_OF_FILE_INFORMATION), 0, FILE_WRITE_DATA},
    [FileCompletionInformation] = {0, sizeof(FILE_COMPLETION_INFORMATION), 0, 0},
    [FileNetworkOpenInformation] = {sizeof(FILE_NETWORK_OPEN_INFORMATION), 0, FILE_READ_ATTRIBUTES,
                                    0},
    [FileAttributeTagInformation] = {sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), 0,
                                     FILE_READ_ATTRIBUTES, 0},
    [FileIoCompletionNotificationInformation] =
        {sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION),
         sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION), 0, 0},
};

/* One call: the caller's buffer and what it holds. */
struct information {
    struct io_request request;
    ULONG class;
    PVOID buffer;
    ULONG length;
    BOOLEAN is_query;
};

static NTSTATUS check_class(ULONG class, ULONG length, BOOLEAN is_query, ACCESS_MASK *access)
{
    const struct class_rule *rule;
    ULONG bytes;

    if (class >= RTL_NUMBER_OF(rules))
        return STATUS_INVALID_INFO_CLASS;
    rule = &rules[class];
    bytes = is_query ? rule->query_bytes : rule->set_bytes;
    if (!bytes)
        return STATUS_INVALID_INFO_CLASS;
    *access = is_query ? rule->query_access : rule->set_access;
    return length < bytes ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
}

/* Copies the caller's structure in or out; it was checked for length. */
static NTSTATUS fetch(const struct information *information, PVOID to, SIZE_T bytes)
{
    if (information->request.mode == UserMode)
        return mm_copy_from_user(to, information->buffer, bytes);
    memcpy(to, information->buffer, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS give(const struct information *information, const VOID *from, SIZE_T bytes,
                     PIO_STATUS_BLOCK result)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (information->request.mode == UserMode)
        status = mm_copy_to_user(information->buffer, from, bytes);
    else
        memcpy(information->buffer, from, bytes);
    result->Status = status;
    result->Information = bytes;
    return status;
}

static ULONG mode_of(PFILE_OBJECT file)
{
    ULONG mode = 0;

    if (file->Flags & FO_WRITE_THROUGH)
        mode |= FILE_WRITE_THROUGH;
    if (file->Flags & FO_SEQUENTIAL_ONLY)
        mode |= FILE_SEQUENTIAL_ONLY;
    if (file->Flags & FO_NO_INTERMEDIATE_BUFFERING)
        mode |= FILE_NO_INTERMEDIATE_BUFFERING;
    if (file->Flags & FO_SYNCHRONOUS_IO)
        mode |= file->Flags & FO_ALERTABLE_IO ? FILE_SYNCHRONOUS_IO_ALERT
                                              : FILE_SYNCHRONOUS_IO_NONALERT;
    return mode;
}

static ULONG notification_modes(PFILE_OBJECT file)
{
    return (file->Flags & FO_SKIP_COMPLETION_PORT ? FILE_SKIP_COMPLETION_PORT_ON_SUCCESS : 0) |
           (file->Flags & FO_SKIP_SET_EVENT ? FILE_SKIP_SET_EVENT_ON_HANDLE : 0) |
           (file->Flags & FO_SKIP_SET_FAST_IO ? FILE_SKIP_SET_USER_EVENT_ON_FAST_IO : 0);
}

/* Answers what the file object knows itself; STATUS_MORE_PROCESSING_REQUIRED: ask the driver. */
static NTSTATUS query_file_object(const struct information *information, PIO_STATUS_BLOCK result)
{
    PFILE_OBJECT file = information->request.file;
    ULONG value;

    switch (information->class) {
    case FilePositionInformation:
        if (!io_is_synchronous(file))
            return STATUS_MORE_PROCESSING_REQUIRED;
        return give(information, &file->CurrentByteOffset, sizeof(file->CurrentByteOffset), result);
    case FileAccessInformation:
        value = information->request.granted;
        break;
    case FileModeInformation:
        value = mode_of(file);
        break;
    case FileAlignmentInformation:
        value = information->request.device->AlignmentRequirement;
        break;
    case FileIoCompletionNotificationInformation:
        value = notification_modes(file);
        break;
    default:
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    return give(information, &value, sizeof(value), result);
}

static NTSTATUS set_position(const struct information *information)
{
    PFILE_OBJECT file = information->request.file;
    LARGE_INTEGER offset;
    NTSTATUS status = fetch(information, &offset, sizeof(offset));

    if (!NT_SUCCESS(status))
        return status;
    if (offset.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    if ((file->Flags & FO_NO_INTERMEDIATE_BUFFERING) &&
        (offset.LowPart & information->request.device->AlignmentRequirement))
        return STATUS_INVALID_PARAMETER;
    file->CurrentByteOffset = offset;
    return STATUS_SUCCESS;
}

static NTSTATUS set_mode(const struct information *information)
{
    const ULONG settable = FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_SYNCHRONOUS_IO_ALERT |
                           FILE_SYNCHRONOUS_IO_NONALERT;
    PFILE_OBJECT file = information->request.file;
    ULONG mode;
    NTSTATUS status = fetch(information, &mode, sizeof(mode));

    if (!NT_SUCCESS(status))
        return status;
    /* A file cannot become synchronous, nor stop being it. */
    if ((mode & ~settable) || (io_is_synchronous(file) != ((mode & 0x30) != 0)) ||
        (mode & 0x30) == 0x30)
        return STATUS_INVALID_PARAMETER;
    file->Flags &= ~(FO_WRITE_THROUGH | FO_SEQUENTIAL_ONLY | FO_ALERTABLE_IO);
    if (mode & FILE_WRITE_THROUGH)
        file->Flags |= FO_WRITE_THROUGH;
    if (mode & FILE_SEQUENTIAL_ONLY)
        file->Flags |= FO_SEQUENTIAL_ONLY;
    if (mode & FILE_SYNCHRONOUS_IO_ALERT)
        file->Flags |= FO_ALERTABLE_IO;
    return STATUS_SUCCESS;
}

static NTSTATUS set_notification_modes(const struct information *information)
{
    PFILE_OBJECT file = information->request.file;
    ULONG modes, flags = 0;
    NTSTATUS status = fetch(information, &modes, sizeof(modes));

    if (!NT_SUCCESS(status))
        return status;
    if (modes & ~(ULONG)(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE |
                         FILE_SKIP_SET_USER_EVENT_ON_FAST_IO))
        return STATUS_INVALID_PARAMETER;
    if (modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)
        flags |= FO_SKIP_COMPLETION_PORT;
    if (modes & FILE_SKIP_SET_EVENT_ON_HANDLE)
        flags |= FO_SKIP_SET_EVENT;
    if (modes & FILE_SKIP_SET_USER_EVENT_ON_FAST_IO)
        flags |= FO_SKIP_SET_FAST_IO;
    /* They can be added and never be taken away. */
    __atomic_fetch_or(&file->Flags, flags, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

static NTSTATUS set_completion_port(const struct information *information)
{
    PFILE_OBJECT file = information->request.file;
    FILE_COMPLETION_INFORMATION wanted;
    PIO_COMPLETION_CONTEXT context, none = NULL;
    PVOID port;
    NTSTATUS status;

    if (io_is_synchronous(file))
        return STATUS_INVALID_PARAMETER;
    status = fetch(information, &wanted, sizeof(wanted));
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(wanted.Port, IO_COMPLETION_MODIFY_STATE, &ob_type_completion_port,
                                 information->request.mode, &port, NULL);
    if (!NT_SUCCESS(status))
        return status;
    context = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*context), EX_TAG_FILE);
    if (!context) {
        ObDereferenceObject(port);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    context->Port = port;
    context->Key = wanted.Key;
    /* Once; release pairs with the requests that read port and key. */
    if (__atomic_compare_exchange_n((PIO_COMPLETION_CONTEXT *)&file->CompletionContext, &none,
                                    context, FALSE, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        return STATUS_SUCCESS;
    ObDereferenceObject(port);
    ExFreePoolWithTag(context, EX_TAG_FILE);
    return STATUS_INVALID_PARAMETER;
}

static NTSTATUS set_file_object(const struct information *information)
{
    switch (information->class) {
    case FilePositionInformation:
        if (!io_is_synchronous(information->request.file))
            return STATUS_MORE_PROCESSING_REQUIRED;
        return set_position(information);
    case FileModeInformation:
        return set_mode(information);
    case FileCompletionInformation:
        return set_completion_port(information);
    case FileIoCompletionNotificationInformation:
        return set_notification_modes(information);
    default:
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
}

/* An IRP to the driver with the caller's buffer, buffered whatever the device does. */
static NTSTATUS ask_driver(struct information *information, UCHAR major, PIO_STATUS_BLOCK result)
{
    struct io_request *request = &information->request;
    PIO_STACK_LOCATION location;
    PIRP irp = io_make_irp(request, major, &location);
    NTSTATUS status;

    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* QueryFile, SetFile and QueryVolume begin alike. */
    location->Parameters.SetFile.Length = information->length;
    location->Parameters.SetFile.FileInformationClass = (FILE_INFORMATION_CLASS)information->class;
    if (major == IRP_MJ_SET_INFORMATION && information->class == FileRenameInformation)
        status = fetch(information, &location->Parameters.SetFile.ReplaceIfExists, 1);
    else
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        status = io_prepare_buffered(irp, information->buffer, information->length,
                                     information->is_query);
    if (!NT_SUCCESS(status)) {
        IoFreeIrp(irp);
        return status;
    }
    return io_send_and_wait(request->device, irp, result);
}

/* References the file for access and takes its lock; the buffer must allow the direction. */
static NTSTATUS begin(struct information *information, HANDLE handle, ACCESS_MASK access,
                      PIO_STATUS_BLOCK iosb)
{
    struct io_request *request = &information->request;
    NTSTATUS status = io_begin_request(request, handle, access, NULL, NULL, iosb);

    if (!NT_SUCCESS(status))
        return status;
    if (request->mode == UserMode)
        status = information->is_query
                     ? mm_probe_for_write(information->buffer, information->length, 1)
                     : mm_probe_for_read(information->buffer, information->length, 1);
    if (status == STATUS_SUCCESS)
        status = io_enter_file(request);
    if (status != STATUS_SUCCESS)
        io_abort_request(request);
    return status;
}

static NTSTATUS end(struct information *information, NTSTATUS status, PIO_STATUS_BLOCK result)
{
    NTSTATUS written = STATUS_SUCCESS;

    if (!NT_ERROR(status)) {
        result->Status = status;
        written =
            io_write_status_block(information->request.iosb, result, information->request.mode);
    }
    io_abort_request(&information->request);
    return NT_SUCCESS(written) ? status : written;
}

NTSTATUS NTAPI NtQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                      PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass)
{
    struct information information = {.class = FileInformationClass,
                                      .buffer = FileInformation,
                                      .length = Length,
                                      .is_query = TRUE};
    IO_STATUS_BLOCK result = {0};
    ACCESS_MASK access;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = check_class(information.class, Length, TRUE, &access);
    if (NT_SUCCESS(status))
        status = begin(&information, FileHandle, access, IoStatusBlock);
    if (status != STATUS_SUCCESS)
        return status;
    status = query_file_object(&information, &result);
    if (status == STATUS_MORE_PROCESSING_REQUIRED)
        status = ask_driver(&information, IRP_MJ_QUERY_INFORMATION, &result);
    return end(&information, status, &result);
}

NTSTATUS NTAPI NtSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                    PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass)
{
    struct information information = {
        .class = FileInformationClass, .buffer = FileInformation, .length = Length};
    IO_STATUS_BLOCK result = {0};
    ACCESS_MASK access;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = check_class(information.class, Length, FALSE, &access);
    if (NT_SUCCESS(status))
        status = begin(&information, FileHandle, access, IoStatusBlock);
    if (status != STATUS_SUCCESS)
        return status;
    status = set_file_object(&information);
    if (status == STATUS_MORE_PROCESSING_REQUIRED)
        status = ask_driver(&information, IRP_MJ_SET_INFORMATION, &result);
    return end(&information, status, &result);
}

NTSTATUS NTAPI NtQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                            PVOID FsInformation, ULONG Length,
                                            FS_INFORMATION_CLASS FsInformationClass)
{
    struct information information = {
        .class = FsInformationClass, .buffer = FsInformation, .length = Length, .is_query = TRUE};
    FILE_FS_DEVICE_INFORMATION device = {0};
    IO_STATUS_BLOCK result = {0};
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (FsInformationClass < FileFsVolumeInformation ||
        FsInformationClass >= FileFsMaximumInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (FsInformationClass == FileFsDeviceInformation && Length < sizeof(device))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = begin(&information, FileHandle, 0, IoStatusBlock);
    if (status != STATUS_SUCCESS)
        return status;
    if (FsInformationClass == FileFsDeviceInformation) {
        device.DeviceType = information.request.file->DeviceObject->DeviceType;
        device.Characteristics = information.request.file->DeviceObject->Characteristics;
        status = give(&information, &device, sizeof(device), &result);
    } else {
        status = ask_driver(&information, IRP_MJ_QUERY_VOLUME_INFORMATION, &result);
    }
    return end(&information, status, &result);
}

NTSTATUS NTAPI NtFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    struct information information = {.is_query = FALSE};
    struct io_request *request = &information.request;
    PIO_STACK_LOCATION location;
    IO_STATUS_BLOCK result = {0};
    PIRP irp;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = begin(&information, FileHandle, 0, IoStatusBlock);
    if (status != STATUS_SUCCESS)
        return status;
    if (request->mode == UserMode && !(request->granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        return end(&information, STATUS_ACCESS_DENIED, &result);
    irp = io_make_irp(request, IRP_MJ_FLUSH_BUFFERS, &location);
    status = irp ? io_send_and_wait(request->device, irp, &result) : STATUS_INSUFFICIENT_RESOURCES;
    return end(&information, status, &result);
}
