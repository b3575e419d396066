/*
 * Drives, and opening and closing files on them. sandbox_file.c does the rest;
 * sandbox_windows.c has the folders that are always there.
 */
#include "sandbox.h"

#define DRIVE_LETTERS 26

static struct sandbox_system {
    PDRIVER_OBJECT driver;
    PCSTR roots; /* while starting: what the user named */
} sandbox;

NTSTATUS sandbox_path(PCWSTR name, SIZE_T bytes, PSTR path, SIZE_T size)
{
    SIZE_T length, i;

    while (bytes && *name == L'\\') {
        name++;
        bytes -= sizeof(WCHAR);
    }
    length = rtl_utf8_from_utf16(NULL, 0, name, bytes);
    if (length >= size)
        return STATUS_OBJECT_NAME_INVALID;
    length = rtl_utf8_from_utf16(path, size - 1, name, bytes);
    path[length] = 0;
    for (i = 0; i < length; i++) {
        if (path[i] == '\\')
            path[i] = '/';
    }
    while (length && path[length - 1] == '/')
        path[--length] = 0;
    return STATUS_SUCCESS;
}

/* ---- create -------------------------------------------------------------------- */

static NTSTATUS path_of_open(PFILE_OBJECT file, struct sandbox_file *open)
{
    struct sandbox_file *related =
        file->RelatedFileObject ? file->RelatedFileObject->FsContext : NULL;
    SIZE_T used = 0;
    NTSTATUS status;

    if (related && related->path[0]) {
        used = strlen(related->path);
        memcpy(open->path, related->path, used);
        open->path[used++] = '/';
    }
    status = sandbox_path(file->FileName.Buffer, file->FileName.Length, open->path + used,
                          sizeof(open->path) - used);
    if (NT_SUCCESS(status) && used && !open->path[used])
        open->path[used - 1] = 0;
    return status;
}

/* The path for hal: the root itself is ".". */
static PCSTR hal_path(const struct sandbox_file *open)
{
    return open->path[0] ? open->path : ".";
}

static int how_to_open(const IO_STACK_LOCATION *location)
{
    ACCESS_MASK access = location->Parameters.Create.SecurityContext->DesiredAccess;
    ULONG options = location->Parameters.Create.Options, disposition = options >> 24;
    int how = HAL_OPEN_READ;

    if (access & (FILE_WRITE_DATA | FILE_APPEND_DATA))
        how |= HAL_OPEN_WRITE;
    if (disposition == FILE_CREATE)
        how |= HAL_OPEN_CREATE | HAL_OPEN_EXCLUSIVE;
    else if (disposition != FILE_OPEN && disposition != FILE_OVERWRITE)
        how |= HAL_OPEN_CREATE;
    if (disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE ||
        disposition == FILE_OVERWRITE_IF)
        how |= HAL_OPEN_WRITE;
    if (options & FILE_DIRECTORY_FILE)
        how = (how & ~HAL_OPEN_WRITE) | HAL_OPEN_DIRECTORY;
    return how;
}

/* NT tells a missing file from a missing folder on the way to it. */
static NTSTATUS status_of_missing(struct sandbox_drive *drive, const struct sandbox_file *open)
{
    CHAR parent[sizeof(open->path)];
    SIZE_T at = strlen(open->path);
    struct hal_file *folder;
    int created;

    while (at && open->path[at - 1] != '/')
        at--;
    if (!at)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    memcpy(parent, open->path, at);
    parent[at - 1] = 0;
    if (hal_file_open(&folder, drive->root, parent, HAL_OPEN_READ | HAL_OPEN_DIRECTORY, &created) !=
        HAL_OK)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    hal_file_close(folder);
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

/* Either a folder was asked for and it is none, or something on the way to it is none. */
static NTSTATUS status_of_no_folder(struct sandbox_drive *drive, const struct sandbox_file *open)
{
    struct hal_file *file;
    int created;

    if (hal_file_open(&file, drive->root, hal_path(open), HAL_OPEN_READ, &created) != HAL_OK)
        return sandbox_is_in_windows_folder(drive, open->path) ? STATUS_OBJECT_NAME_NOT_FOUND
                                                               : STATUS_OBJECT_PATH_NOT_FOUND;
    hal_file_close(file);
    return STATUS_NOT_A_DIRECTORY;
}

static NTSTATUS open_on_disk(struct sandbox_drive *drive, const IO_STACK_LOCATION *location,
                             struct sandbox_file *open, int *created)
{
    ULONG options = location->Parameters.Create.Options;
    int how = how_to_open(location), error;
    struct hal_file_info info;

    if ((how & HAL_OPEN_CREATE) || sandbox_is_windows_folder(drive, open->path))
        sandbox_make_windows_folders(drive, open->path);
    error = hal_file_open(&open->file, drive->root, hal_path(open), how, created);
    /* Whoever does not say what he expects gets a folder too. */
    if (error == HAL_EISDIR && !(options & FILE_NON_DIRECTORY_FILE))
        error = hal_file_open(&open->file, drive->root, hal_path(open),
                              HAL_OPEN_READ | HAL_OPEN_DIRECTORY, created);
    if (error == HAL_ENOENT)
        return status_of_missing(drive, open);
    if (error == HAL_ENOTDIR)
        return status_of_no_folder(drive, open);
    if (error == HAL_EISDIR)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (error == HAL_OK)
        error = hal_file_info(open->file, &info);
    if (error != HAL_OK)
        return rtl_status_from_hal(error);
    open->is_directory = info.is_directory != 0;
    if (open->is_directory && (options & FILE_NON_DIRECTORY_FILE))
        return STATUS_FILE_IS_A_DIRECTORY;
    return STATUS_SUCCESS;
}

static struct sandbox_node *find_node(struct sandbox_drive *drive, hal_u64 index)
{
    PLIST_ENTRY entry;

    for (entry = drive->nodes.Flink; entry != &drive->nodes; entry = entry->Flink) {
        struct sandbox_node *node = CONTAINING_RECORD(entry, struct sandbox_node, link);

        if (node->index == index)
            return node;
    }
    return NULL;
}

/* Under the drive's lock: joins those who have the file open, if they share it. */
static NTSTATUS join_node(struct sandbox_drive *drive, PFILE_OBJECT file,
                          const IO_STACK_LOCATION *location, struct sandbox_file *open)
{
    ACCESS_MASK access = location->Parameters.Create.SecurityContext->DesiredAccess;
    USHORT share = location->Parameters.Create.ShareAccess;
    struct hal_file_info info;
    struct sandbox_node *node;

    if (hal_file_info(open->file, &info) != HAL_OK)
        return STATUS_UNSUCCESSFUL;
    node = find_node(drive, info.index);
    if (node) {
        if (node->is_deleted)
            return STATUS_DELETE_PENDING;
        if (IoCheckShareAccess(access, share, file, &node->share, TRUE) != STATUS_SUCCESS)
            return STATUS_SHARING_VIOLATION;
    } else {
        node = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*node), EX_TAG_FILE);
        if (!node)
            return STATUS_INSUFFICIENT_RESOURCES;
        memset(node, 0, sizeof(*node));
        node->index = info.index;
        IoSetShareAccess(access, share, file, &node->share);
        InsertTailList(&drive->nodes, &node->link);
    }
    node->opens++;
    open->node = node;
    if (location->Parameters.Create.Options & FILE_DELETE_ON_CLOSE)
        node->is_deleted = TRUE;
    return STATUS_SUCCESS;
}

/* What the disposition did, for IoStatus.Information; empties the file if it has to. */
static NTSTATUS dispose(const IO_STACK_LOCATION *location, struct sandbox_file *open, int created,
                        ULONG_PTR *information)
{
    ULONG disposition = location->Parameters.Create.Options >> 24;

    *information = created ? FILE_CREATED : FILE_OPENED;
    if (created || open->is_directory || disposition == FILE_OPEN || disposition == FILE_CREATE ||
        disposition == FILE_OPEN_IF)
        return STATUS_SUCCESS;
    *information = disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
    return rtl_status_from_hal(hal_file_resize(open->file, 0));
}

static VOID free_open(struct sandbox_file *open)
{
    if (open->file)
        hal_file_close(open->file);
    ExFreePoolWithTag(open, EX_TAG_FILE);
}

/* Under the drive's lock: leaves the node; the last one out deletes the file if that was asked for.
 */
static VOID leave_node(struct sandbox_file *open, PFILE_OBJECT file)
{
    struct sandbox_node *node = open->node;

    IoRemoveShareAccess(file, &node->share);
    open->node = NULL;
    if (--node->opens)
        return;
    if (node->is_deleted)
        hal_file_delete(open->file);
    RemoveEntryList(&node->link);
    ExFreePoolWithTag(node, EX_TAG_FILE);
}

static NTSTATUS create(struct sandbox_drive *drive, PIRP irp, PIO_STACK_LOCATION location)
{
    PFILE_OBJECT file = location->FileObject;
    struct sandbox_file *open;
    int created = 0;
    NTSTATUS status;

    if (!drive->root) {
        rtl_log("a driver or program opens a file, \"%wZ\", and no folder is named for drive C: - "
                "set NTIO_ROOT or run with --root",
                &file->FileName);
        return STATUS_OBJECT_PATH_NOT_FOUND;
    }
    open = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*open), EX_TAG_FILE);
    if (!open)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(open, 0, sizeof(*open));
    status = path_of_open(file, open);
    if (NT_SUCCESS(status))
        status = open_on_disk(drive, location, open, &created);
    if (NT_SUCCESS(status)) {
        ExAcquireFastMutex(&drive->lock);
        status = join_node(drive, file, location, open);
        if (NT_SUCCESS(status)) {
            status = dispose(location, open, created, &irp->IoStatus.Information);
            if (!NT_SUCCESS(status))
                leave_node(open, file);
        }
        ExReleaseFastMutex(&drive->lock);
    }
    if (NT_SUCCESS(status))
        file->FsContext = open;
    else
        free_open(open);
    return status;
}

/* ---- dispatch ------------------------------------------------------------------- */

static NTSTATUS cleanup(struct sandbox_drive *drive, PFILE_OBJECT file)
{
    ExAcquireFastMutex(&drive->lock);
    leave_node(file->FsContext, file);
    ExReleaseFastMutex(&drive->lock);
    return STATUS_SUCCESS;
}

static NTSTATUS serve(PDEVICE_OBJECT device, PIRP irp, PIO_STACK_LOCATION location)
{
    struct sandbox_drive *drive = sandbox_drive_of(device);
    struct sandbox_file *open = location->FileObject ? location->FileObject->FsContext : NULL;

    if (!open && location->MajorFunction != IRP_MJ_CREATE)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (location->MajorFunction) {
    case IRP_MJ_CREATE:
        return create(drive, irp, location);
    case IRP_MJ_CLEANUP:
        return cleanup(drive, location->FileObject);
    case IRP_MJ_CLOSE:
        free_open(open);
        return STATUS_SUCCESS;
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return sandbox_transfer(drive, irp, location);
    case IRP_MJ_QUERY_INFORMATION:
        return sandbox_query(irp, location);
    case IRP_MJ_SET_INFORMATION:
        return sandbox_set(drive, irp, location);
    case IRP_MJ_FLUSH_BUFFERS:
        return rtl_status_from_hal(hal_file_flush(open->file));
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    NTSTATUS status;

    irp->IoStatus.Information = 0;
    status = serve(device, irp, IoGetCurrentIrpStackLocation(irp));
    irp->IoStatus.Status = status;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* ---- drives ------------------------------------------------------------------------ */

/* The folder of a drive among "C:=/a;D:=/b", or a lone folder for C:, to path. */
static BOOLEAN find_root(CHAR letter, PSTR path, SIZE_T size)
{
    PCSTR at = sandbox.roots;
    SIZE_T length;

    if (!at || !*at)
        return FALSE;
    if (at[0] == '/' || !at[1] || at[1] != ':' || at[2] != '=')
        length = letter == 'C' ? strlen(at) : 0;
    else {
        while (*at && (*at & ~0x20) != letter) {
            while (*at && *at++ != ';')
                ;
        }
        at += *at ? 3 : 0;
        for (length = 0; at[length] && at[length] != ';'; length++)
            ;
    }
    if (!length || length >= size)
        return FALSE;
    memcpy(path, at, length);
    path[length] = 0;
    return TRUE;
}

static NTSTATUS link_letter(CHAR letter, PUNICODE_STRING device_name)
{
    WCHAR text[] = L"\\GLOBAL??\\C:";
    UNICODE_STRING name = {sizeof(text) - sizeof(WCHAR), sizeof(text), text};

    text[RTL_NUMBER_OF(text) - 3] = (WCHAR)letter;
    return ob_create_symbolic_link(&name, device_name);
}

static NTSTATUS make_drive(PDRIVER_OBJECT driver, CHAR letter)
{
    WCHAR text[] = L"\\Device\\HarddiskVolumeC";
    UNICODE_STRING name = {sizeof(text) - sizeof(WCHAR), sizeof(text), text};
    struct sandbox_drive *drive;
    PDEVICE_OBJECT device;
    CHAR path[1024];
    NTSTATUS status;
    BOOLEAN has_root = find_root(letter, path, sizeof(path));

    /* C: is there always, so that its absence can be explained. */
    if (!has_root && letter != 'C')
        return STATUS_SUCCESS;
    text[RTL_NUMBER_OF(text) - 2] = (WCHAR)letter;
    status = IoCreateDevice(driver, sizeof(*drive), &name, FILE_DEVICE_DISK_FILE_SYSTEM, 0, FALSE,
                            &device);
    if (!NT_SUCCESS(status))
        return status;
    drive = sandbox_drive_of(device);
    drive->has_windows = letter == 'C';
    ExInitializeFastMutex(&drive->lock);
    InitializeListHead(&drive->nodes);
    if (has_root && hal_root_open(&drive->root, path) != HAL_OK) {
        drive->root = NULL;
        rtl_log("the folder %s for drive %c: cannot be opened; name one that exists", path, letter);
    }
    return link_letter(letter, &name);
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    PDEVICE_OBJECT device;

    while ((device = driver->DeviceObject)) {
        if (sandbox_drive_of(device)->root)
            hal_root_close(sandbox_drive_of(device)->root);
        IoDeleteDevice(device);
    }
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch;
    driver->DriverUnload = unload;
    for (i = 0; i < DRIVE_LETTERS && NT_SUCCESS(status); i++)
        status = make_drive(driver, (CHAR)('A' + i));
    return NT_SUCCESS(status) ? sandbox_link_system_root() : status;
}

NTSTATUS io_sandbox_start(PCSTR roots)
{
    static const UNICODE_STRING name = RTL_STRING(L"\\FileSystem\\ntio");

    sandbox.roots = roots;
    return io_create_driver(&name, driver_entry, &sandbox.driver);
}
