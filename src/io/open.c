/*
 * NtCreateFile: from a name to a device, its driver's IRP_MJ_CREATE, and a
 * handle.
 */
#include "iop.h"

#define SYNCHRONOUS_OPTIONS (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)

/* An open on its way through the object manager: its parse context. */
struct open {
    ACCESS_MASK access;
    KPROCESSOR_MODE mode;
    ULONG attributes; /* OBJ_ */
    ULONG file_attributes, share, disposition, options;
    ULONG internal_options; /* IO_FORCE_ACCESS_CHECK... */
    LARGE_INTEGER allocation_size;
    PVOID ea; /* in pool, NULL without */
    ULONG ea_length;

    BOOLEAN is_parsed; /* a device was reached */
    ACCESS_MASK granted;
    ULONG_PTR information;
};

static NTSTATUS (*make_elsewhere)(PDEVICE_OBJECT *device); /* io_open_elsewhere's; or NULL */

/* ---- what the driver is asked ------------------------------------------------- */

static ULONG file_flags(const struct open *open)
{
    static const struct {
        ULONG option, flags;
    } table[] = {
        {FILE_SYNCHRONOUS_IO_ALERT, FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO},
        {FILE_SYNCHRONOUS_IO_NONALERT, FO_SYNCHRONOUS_IO},
        {FILE_NO_INTERMEDIATE_BUFFERING, FO_NO_INTERMEDIATE_BUFFERING},
        {FILE_WRITE_THROUGH, FO_WRITE_THROUGH},
        {FILE_SEQUENTIAL_ONLY, FO_SEQUENTIAL_ONLY},
        {FILE_RANDOM_ACCESS, FO_RANDOM_ACCESS},
    };
    ULONG flags = 0, i;

    for (i = 0; i < RTL_NUMBER_OF(table); i++) {
        if (open->options & table[i].option)
            flags |= table[i].flags;
    }
    if (!(open->attributes & OBJ_CASE_INSENSITIVE))
        flags |= FO_OPENED_CASE_SENSITIVE;
    return flags;
}

static VOID describe_create(PIO_STACK_LOCATION location, const struct open *open,
                            PIO_SECURITY_CONTEXT context)
{
    if (!(open->attributes & OBJ_CASE_INSENSITIVE))
        location->Flags |= SL_CASE_SENSITIVE;
    if (open->internal_options & IO_FORCE_ACCESS_CHECK)
        location->Flags |= SL_FORCE_ACCESS_CHECK;
    location->Parameters.Create.SecurityContext = context;
    location->Parameters.Create.Options =
        (open->disposition << 24) | (open->options & FILE_VALID_OPTION_FLAGS);
    location->Parameters.Create.FileAttributes = (USHORT)open->file_attributes;
    location->Parameters.Create.ShareAccess = (USHORT)open->share;
    location->Parameters.Create.EaLength = open->ea_length;
}

static NTSTATUS send_create(PFILE_OBJECT file, struct open *open)
{
    ACCESS_STATE state = {0};
    IO_SECURITY_CONTEXT context = {0};
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(file);
    PIO_STACK_LOCATION location;
    IO_STATUS_BLOCK result;
    NTSTATUS status;
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);

    if (!io_set_up_irp(irp, file, IRP_MJ_CREATE, &location))
        return STATUS_INSUFFICIENT_RESOURCES;
    state.OriginalDesiredAccess = open->access;
    state.PreviouslyGrantedAccess = open->granted;
    context.AccessState = &state;
    context.DesiredAccess = open->granted;
    describe_create(location, open, &context);
    context.FullCreateOptions = location->Parameters.Create.Options;
    irp->RequestorMode = open->mode;
    irp->Flags |= IRP_CREATE_OPERATION;
    irp->Overlay.AllocationSize = open->allocation_size;
    irp->AssociatedIrp.SystemBuffer = open->ea;
    status = io_send_and_wait(device, irp, &result);
    open->information = result.Information;
    /* Names that a driver wants replaced lead nowhere here. */
    return status == STATUS_REPARSE ? STATUS_IO_REPARSE_DATA_INVALID : status;
}

/* Makes the file and has the driver accept it. Owns the device's reference. */
static NTSTATUS open_device(PDEVICE_OBJECT device, PFILE_OBJECT related, PCUNICODE_STRING name,
                            struct open *open, PVOID *found)
{
    PFILE_OBJECT file;
    NTSTATUS status = io_make_file(device, &file);

    if (!NT_SUCCESS(status))
        return status;
    file->Flags |= file_flags(open);
    if (related) {
        ObReferenceObject(related);
        file->RelatedFileObject = related;
    }
    status = io_name_file(file, name);
    if (NT_SUCCESS(status))
        status = send_create(file, open);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(file);
        return status;
    }
    file->Flags |= FO_FILE_OPEN;
    *found = file;
    return STATUS_SUCCESS;
}

/* ---- on the way through the object manager -------------------------------------- */

/*
 * The device's descriptor guards the device itself; what a name below it means
 * is the driver's to guard, unless it asks for the same (FILE_DEVICE_SECURE_OPEN).
 */
static NTSTATUS check_access(PDEVICE_OBJECT device, PCUNICODE_STRING rest, struct open *open)
{
    BOOLEAN is_guarded = !rest->Length || (device->Characteristics & FILE_DEVICE_SECURE_OPEN) != 0;
    KPROCESSOR_MODE mode = open->mode;

    if (open->internal_options & IO_FORCE_ACCESS_CHECK)
        mode = UserMode;
    return ob_grant_access(device, open->access, is_guarded ? mode : KernelMode, &open->granted);
}

static NTSTATUS reach(PDEVICE_OBJECT device, PFILE_OBJECT related, PCUNICODE_STRING rest,
                      struct open *open, PVOID *found)
{
    NTSTATUS status;

    open->is_parsed = TRUE;
    status = io_reference_device(device, related != NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = check_access(device, rest, open);
    if (!NT_SUCCESS(status)) {
        io_dereference_device(device);
        return status;
    }
    return open_device(device, related, rest, open, found);
}

static NTSTATUS parse_device(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access,
                             ULONG attributes, KPROCESSOR_MODE mode, PVOID context, PVOID *found)
{
    UNREFERENCED_PARAMETER(access);
    UNREFERENCED_PARAMETER(attributes);
    UNREFERENCED_PARAMETER(mode);
    if (!context)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return reach(object, NULL, rest, context, found);
}

/* A name below an open file. */
static NTSTATUS parse_file(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access, ULONG attributes,
                           KPROCESSOR_MODE mode, PVOID context, PVOID *found)
{
    PFILE_OBJECT related = object;

    UNREFERENCED_PARAMETER(access);
    UNREFERENCED_PARAMETER(attributes);
    UNREFERENCED_PARAMETER(mode);
    if (!context)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return reach(related->DeviceObject, related, rest, context, found);
}

VOID io_open_start(VOID)
{
    ob_type_device.parse = parse_device;
    ob_type_file.parse = parse_file;
}

/* ---- the caller ------------------------------------------------------------------- */

static NTSTATUS check_options(const struct open *open)
{
    ULONG options = open->options;

    if ((open->file_attributes & ~FILE_ATTRIBUTE_VALID_FLAGS) ||
        (open->share & ~FILE_SHARE_VALID_FLAGS) || open->disposition > FILE_MAXIMUM_DISPOSITION ||
        (options & ~FILE_VALID_OPTION_FLAGS))
        return STATUS_INVALID_PARAMETER;
    if ((options & SYNCHRONOUS_OPTIONS) && !(open->access & SYNCHRONIZE))
        return STATUS_INVALID_PARAMETER;
    if ((options & SYNCHRONOUS_OPTIONS) == SYNCHRONOUS_OPTIONS)
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DELETE_ON_CLOSE) && !(open->access & DELETE))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DIRECTORY_FILE) && (options & FILE_NON_DIRECTORY_FILE))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DIRECTORY_FILE) && open->disposition != FILE_CREATE &&
        open->disposition != FILE_OPEN && open->disposition != FILE_OPEN_IF)
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_NO_INTERMEDIATE_BUFFERING) && (open->access & FILE_APPEND_DATA))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS capture_ea(struct open *open, PVOID ea)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!ea || !open->ea_length) {
        open->ea_length = 0;
        return STATUS_SUCCESS;
    }
    open->ea = ExAllocatePoolWithTag(NonPagedPoolNx, open->ea_length, EX_TAG_IO);
    if (!open->ea)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (open->mode == UserMode)
        status = mm_copy_from_user(open->ea, ea, open->ea_length);
    else
        memcpy(open->ea, ea, open->ea_length);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(open->ea, EX_TAG_IO);
        open->ea = NULL;
    }
    return status;
}

static NTSTATUS capture_caller(struct open *open, PHANDLE handle, PIO_STATUS_BLOCK iosb,
                               PLARGE_INTEGER allocation_size)
{
    NTSTATUS status;

    if (open->mode != UserMode) {
        if (allocation_size)
            open->allocation_size = *allocation_size;
        return STATUS_SUCCESS;
    }
    status = mm_probe_for_write(handle, sizeof(*handle), sizeof(ULONG));
    if (NT_SUCCESS(status))
        status = mm_probe_for_write(iosb, sizeof(*iosb), sizeof(ULONG));
    if (NT_SUCCESS(status) && allocation_size)
        status =
            mm_copy_from_user(&open->allocation_size, allocation_size, sizeof(*allocation_size));
    return status;
}

VOID io_open_elsewhere(NTSTATUS (*make)(PDEVICE_OBJECT *device))
{
    make_elsewhere = make;
}

/* Whatever stands at the name here, the file is of a device that is made for it. */
static NTSTATUS open_elsewhere(struct open *open, POBJECT_ATTRIBUTES attributes, PVOID *file)
{
    struct ob_attributes captured;
    PDEVICE_OBJECT device;
    NTSTATUS status = ob_capture_attributes(attributes, open->mode, &captured);

    if (!NT_SUCCESS(status))
        return status;
    status = captured.root ? STATUS_NOT_SUPPORTED : make_elsewhere(&device);
    if (NT_SUCCESS(status)) {
        status = reach(device, NULL, &captured.name, open, file);
        if (!NT_SUCCESS(status))
            IoDeleteDevice(device);
    }
    ob_release_attributes(&captured);
    return status;
}

/* Opens the named file; the caller gets a reference. */
static NTSTATUS open_file(struct open *open, POBJECT_ATTRIBUTES attributes, PVOID *file)
{
    static const UNICODE_STRING nothing = {0};
    PVOID found;
    NTSTATUS status;

    if (make_elsewhere)
        return open_elsewhere(open, attributes, file);
    status = ob_open(attributes, &ob_type_file, open->access, open->mode, open, &found);
    if (!NT_SUCCESS(status))
        return status;
    if (!open->is_parsed) {
        /* No name below RootDirectory, which is a file: opens that once more. */
        PFILE_OBJECT root = found;

        status = reach(root->DeviceObject, root, &nothing, open, &found);
        ObDereferenceObject(root);
    }
    *file = found;
    return status;
}

NTSTATUS io_fetch_attributes(POBJECT_ATTRIBUTES from, KPROCESSOR_MODE mode, PULONG attributes)
{
    NTSTATUS status = STATUS_SUCCESS;

    *attributes = 0;
    if (!from)
        return STATUS_SUCCESS;
    if (mode == KernelMode) {
        *attributes = from->Attributes;
        return STATUS_SUCCESS;
    }
    status = mm_copy_from_user(attributes, &from->Attributes, sizeof(*attributes));
    *attributes &= ~OBJ_KERNEL_HANDLE;
    return status;
}

static NTSTATUS open_and_return(struct open *open, POBJECT_ATTRIBUTES attributes, PHANDLE handle,
                                PIO_STATUS_BLOCK iosb)
{
    IO_STATUS_BLOCK result;
    PVOID file;
    NTSTATUS status = open_file(open, attributes, &file);

    if (NT_SUCCESS(status)) {
        status = ob_return_handle(file, open->granted, open->attributes, open->mode, handle);
        if (NT_SUCCESS(status))
            ((PFILE_OBJECT)file)->Flags |= FO_HANDLE_CREATED;
        ObDereferenceObject(file);
    }
    if (NT_SUCCESS(status) || open->is_parsed) {
        result.Status = status;
        result.Information = open->information;
        io_write_status_block(iosb, &result, open->mode);
    }
    return status;
}

NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG Disposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength,
                            CREATE_FILE_TYPE CreateFileType, PVOID InternalParameters,
                            ULONG Options)
{
    struct open open = {.access = DesiredAccess,
                        .mode = ke_current()->previous_mode,
                        .file_attributes = FileAttributes,
                        .share = ShareAccess,
                        .disposition = Disposition,
                        .options = CreateOptions,
                        .internal_options = Options,
                        .ea_length = EaLength};
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    /* Pipes and mailslots have file systems of their own, which are not here. */
    if (CreateFileType != CreateFileTypeNone || InternalParameters)
        return STATUS_INVALID_PARAMETER;
    if (Options & IO_NO_PARAMETER_CHECKING)
        open.mode = KernelMode;
    if (!ObjectAttributes)
        return STATUS_INVALID_PARAMETER;
    RtlMapGenericMask(&open.access, &ob_type_file.mapping);
    status = check_options(&open);
    if (NT_SUCCESS(status))
        status = capture_caller(&open, FileHandle, IoStatusBlock, AllocationSize);
    if (NT_SUCCESS(status))
        status = io_fetch_attributes(ObjectAttributes, open.mode, &open.attributes);
    if (NT_SUCCESS(status))
        status = capture_ea(&open, EaBuffer);
    if (!NT_SUCCESS(status))
        return status;
    status = open_and_return(&open, ObjectAttributes, FileHandle, IoStatusBlock);
    if (open.ea)
        ExFreePoolWithTag(open.ea, EX_TAG_IO);
    return status;
}

NTSTATUS NTAPI NtCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength)
{
    return IoCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                        FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer,
                        EaLength, CreateFileTypeNone, NULL, 0);
}

NTSTATUS NTAPI NtOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          ULONG ShareAccess, ULONG OpenOptions)
{
    return IoCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0,
                        ShareAccess, FILE_OPEN, OpenOptions, NULL, 0, CreateFileTypeNone, NULL, 0);
}

NTSTATUS io_open_for_user(const struct io_user_open *what, PHANDLE handle, PFILE_OBJECT *file,
                          PULONG_PTR information)
{
    struct open open = {.access = what->access,
                        .mode = UserMode,
                        .attributes = what->object_attributes,
                        .file_attributes = what->file_attributes,
                        .share = what->share,
                        .disposition = what->disposition,
                        .options = what->options,
                        .allocation_size = what->allocation_size,
                        .ea = what->ea,
                        .ea_length = what->ea_length};
    PVOID found;
    NTSTATUS status;

    RtlMapGenericMask(&open.access, &ob_type_file.mapping);
    status = check_options(&open);
    if (NT_SUCCESS(status))
        status = ob_open_by_name(&what->name, open.attributes, &ob_type_file, open.access, UserMode,
                                 &open, &found);
    *information = open.information;
    if (!NT_SUCCESS(status))
        return status;
    status = ob_return_handle(found, open.granted, OBJ_KERNEL_HANDLE, KernelMode, handle);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(found);
        return status;
    }
    *file = found;
    (*file)->Flags |= FO_HANDLE_CREATED;
    return STATUS_SUCCESS;
}

/* ---- kernel conveniences -------------------------------------------------------------- */

NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                                        PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    PVOID file;
    NTSTATUS status;

    *FileObject = NULL;
    *DeviceObject = NULL;
    InitializeObjectAttributes(&attributes, ObjectName, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               NULL, NULL);
    status = ZwOpenFile(&handle, DesiredAccess, &attributes, &iosb, 0, FILE_NON_DIRECTORY_FILE);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(handle, 0, &ob_type_file, KernelMode, &file, NULL);
    if (NT_SUCCESS(status)) {
        *FileObject = file;
        *DeviceObject = IoGetRelatedDeviceObject(file);
    }
    /* The handle goes, and with it IRP_MJ_CLEANUP; the file stays open until it is dereferenced. */
    ob_close_handle(handle, KernelMode);
    return status;
}
