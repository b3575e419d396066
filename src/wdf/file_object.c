/*
 * WDFFILEOBJECT: how a device's files are configured, and where a file's object is found: in
 * a context field of the I/O manager's FILE_OBJECT, or in the device's list of files.
 */
#include "file.h"
#include "device.h"
#include "queue.h"

const struct wdf_type wdf_type_file = {
    .name = "WDFFILEOBJECT",
    .number = WDF_TYPE_NUMBER_FILE,
    .flags = WDF_TYPE_NO_DELETE,
};

/* ---- configuration ------------------------------------------------------------------ */

/* The driver's callbacks run at PASSIVE_LEVEL, and only the device's lock can be around them. */
static NTSTATUS set_constraints(struct wdf_device *device)
{
    const WDF_OBJECT_ATTRIBUTES *attributes = &device->config.file_attributes;
    struct wdf_device_files *files = &device->files;
    WDF_SYNCHRONIZATION_SCOPE scope = WdfSynchronizationScopeNone;

    files->is_passive = TRUE;
    if (attributes->Size)
        scope = attributes->SynchronizationScope;
    if (scope == WdfSynchronizationScopeInheritFromParent)
        scope = device->object.synchronization_scope;
    if (scope == WdfSynchronizationScopeQueue)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (scope != WdfSynchronizationScopeDevice)
        return STATUS_SUCCESS;
    if (device->object.execution_level != WdfExecutionLevelPassive)
        return STATUS_INVALID_DEVICE_REQUEST;
    files->callback_lock = &device->callback_lock;
    return STATUS_SUCCESS;
}

/* A queue whose books hold the create requests in EvtDeviceFileCreate. */
static NTSTATUS make_create_queue(struct wdf_device *device)
{
    WDF_IO_QUEUE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    config.PowerManaged = WdfFalse;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    attributes.SynchronizationScope =
        device->files.callback_lock ? WdfSynchronizationScopeDevice : WdfSynchronizationScopeNone;
    status = wdf_make_queue(device, &config, &attributes, &device->files.create_queue);
    if (NT_SUCCESS(status)) {
        device->files.create_queue->is_internal = TRUE;
        device->files.create_queue->is_fixed = TRUE;
    }
    return status;
}

NTSTATUS wdf_files_start(struct wdf_device *device)
{
    const struct wdf_device_config *config = &device->config;
    struct wdf_device_files *files = &device->files;
    WDF_TRI_STATE forwards =
        config->has_file_config ? config->file.AutoForwardCleanupClose : WdfUseDefault;
    NTSTATUS status;

    KeInitializeSpinLock(&files->lock);
    InitializeListHead(&files->files);
    files->forwards =
        device->attached && (forwards == WdfUseDefault ? config->is_filter : forwards == WdfTrue);
    if (!config->has_file_config)
        return STATUS_SUCCESS;
    status = set_constraints(device);
    if (NT_SUCCESS(status) && config->file.EvtDeviceFileCreate)
        status = make_create_queue(device);
    return status;
}

/* ---- file objects ---------------------------------------------------------------------- */

static WDF_FILEOBJECT_CLASS class_of(const struct wdf_device *device)
{
    ULONG class = (ULONG)device->config.file.FileObjectClass & ~(ULONG)WdfFileObjectCanBeOptional;

    return device->config.has_file_config ? (WDF_FILEOBJECT_CLASS) class : WdfFileObjectNotRequired;
}

/* The field of the FILE_OBJECT that is ours, or NULL. */
static PVOID *context_of(const struct wdf_device *device, PFILE_OBJECT file)
{
    switch (class_of(device)) {
    case WdfFileObjectWdfCanUseFsContext:
        return file ? &file->FsContext : NULL;
    case WdfFileObjectWdfCanUseFsContext2:
        return file ? &file->FsContext2 : NULL;
    default:
        return NULL;
    }
}

/* In the list; an exclusive device's only file may be one without a FILE_OBJECT. */
static struct wdf_file *search(struct wdf_device *device, PFILE_OBJECT file)
{
    struct wdf_device_files *files = &device->files;
    struct wdf_file *found = NULL;
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&files->lock, &irql);
    for (entry = files->files.Flink; entry != &files->files && !found; entry = entry->Flink) {
        found = CONTAINING_RECORD(entry, struct wdf_file, link);
        if (found->file != file && (file || !device->config.is_exclusive))
            found = NULL;
    }
    KeReleaseSpinLock(&files->lock, irql);
    return found;
}

struct wdf_file *wdf_find_file(struct wdf_device *device, PFILE_OBJECT file)
{
    PVOID *context = context_of(device, file);

    if (context)
        return *context;
    return class_of(device) == WdfFileObjectWdfCannotUseFsContexts ? search(device, file) : NULL;
}

/* Where wdf_find_file looks for it. */
static VOID publish(struct wdf_file *file)
{
    struct wdf_device_files *files = &file->device->files;
    PVOID *context = context_of(file->device, file->file);
    KIRQL irql;

    if (context) {
        *context = file;
        return;
    }
    KeAcquireSpinLock(&files->lock, &irql);
    InsertHeadList(&files->files, &file->link);
    KeReleaseSpinLock(&files->lock, irql);
}

VOID wdf_destroy_file(struct wdf_device *device, PFILE_OBJECT file_object)
{
    struct wdf_file *file = wdf_find_file(device, file_object);
    PVOID *context = context_of(device, file_object);
    KIRQL irql;

    if (!file)
        return;
    if (context) {
        *context = NULL;
    } else {
        KeAcquireSpinLock(&device->files.lock, &irql);
        RemoveEntryList(&file->link);
        KeReleaseSpinLock(&device->files.lock, irql);
    }
    wdf_delete_object(&file->object);
}

NTSTATUS wdf_make_file(struct wdf_device *device, PFILE_OBJECT file_object, struct wdf_file **made)
{
    PWDF_OBJECT_ATTRIBUTES attributes = &device->config.file_attributes;
    WDF_FILEOBJECT_CLASS class = class_of(device);
    struct wdf_file *file;
    PVOID object;
    NTSTATUS status;

    *made = NULL;
    if (class == WdfFileObjectNotRequired)
        return STATUS_SUCCESS;
    if (!file_object &&
        !(class == WdfFileObjectWdfCannotUseFsContexts && device->config.is_exclusive))
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    status = wdf_allocate_object(device->object.globals, &wdf_type_file, sizeof(*file),
                                 attributes->Size ? attributes : NULL, &object);
    if (!NT_SUCCESS(status))
        return status;
    file = object;
    file->device = device;
    file->file = file_object;
    file->opener = HandleToULong(PsGetCurrentProcessId());
    file->object.is_passive = device->files.is_passive;
    status = wdf_commit_object(&file->object, &device->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&file->object);
        return status;
    }
    publish(file);
    *made = file;
    return STATUS_SUCCESS;
}

/* ---- for drivers ------------------------------------------------------------------------- */

WDFFILEOBJECT NTAPI imp_WdfDeviceGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               PFILE_OBJECT FileObject)
{
    struct wdf_file *file = wdf_find_file(wdf_device_of(Device, __func__), FileObject);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return file ? wdf_handle_of(file) : NULL;
}

PUNICODE_STRING NTAPI imp_WdfFileObjectGetFileName(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFFILEOBJECT FileObject)
{
    struct wdf_file *file = wdf_file_of(FileObject, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return NULL;
    return file->file ? &file->file->FileName : NULL;
}

ULONG NTAPI imp_WdfFileObjectGetFlags(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT FileObject)
{
    struct wdf_file *file = wdf_file_of(FileObject, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return file->file ? file->file->Flags : 0;
}

WDFDEVICE NTAPI imp_WdfFileObjectGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFFILEOBJECT FileObject)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_file_of(FileObject, __func__)->device);
}

WDFFILEOBJECT NTAPI imp_WdfFileObjectGetRelatedFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFFILEOBJECT FileObject)
{
    struct wdf_file *file = wdf_file_of(FileObject, __func__);
    PFILE_OBJECT related = file->file ? file->file->RelatedFileObject : NULL;
    struct wdf_file *found = related ? wdf_find_file(file->device, related) : NULL;

    UNREFERENCED_PARAMETER(DriverGlobals);
    return found ? wdf_handle_of(found) : NULL;
}

ULONG NTAPI imp_WdfFileObjectGetInitiatorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFFILEOBJECT FileObject)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_file_of(FileObject, __func__)->opener;
}

PFILE_OBJECT NTAPI imp_WdfFileObjectWdmGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFFILEOBJECT FileObject)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_file_of(FileObject, __func__)->file;
}
