/*
 * Driver objects: made, named, found, initialized. load.c and unload.c bring
 * their code in and out.
 */
#include "iop.h"

/* Flags of DRIVER_OBJECT that the driver kit does not name. */
#define DRVO_INITIALIZED 0x00000010

static const WCHAR hardware_key[] = L"\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM";
static UNICODE_STRING hardware_database = {sizeof(hardware_key) - sizeof(WCHAR),
                                           sizeof(hardware_key), (PWSTR)hardware_key};

/* Of io_driver.link, guarded by the database lock. */
static LIST_ENTRY drivers;
static LONG next_automatic_driver; /* atomic */

/* What a driver has for the requests that it does not handle. */
static NTSTATUS NTAPI fail_request(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

static VOID destroy_driver(PVOID object)
{
    struct io_driver *own = io_driver_of(object);
    struct io_driver_extension *extension, *next;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    RemoveEntryList(&own->link);
    KeReleaseSpinLock(&io_database_lock, irql);
    io_drop_reinitializations(&own->driver);
    for (extension = own->extensions; extension; extension = next) {
        next = extension->next;
        ExFreePoolWithTag(extension, EX_TAG_DRIVER);
    }
    io_release_image(&own->driver);
    if (own->text)
        ExFreePoolWithTag(own->text, EX_TAG_DRIVER);
}

VOID io_driver_start(VOID)
{
    InitializeListHead(&drivers);
    next_automatic_driver = 0;
    ob_type_driver.destroy = destroy_driver;
}

/* The last component of "\Driver\name". */
static UNICODE_STRING leaf_of(PCUNICODE_STRING name)
{
    UNICODE_STRING leaf = *name;
    USHORT at = name->Length / sizeof(WCHAR);

    while (at && name->Buffer[at - 1] != L'\\')
        at--;
    leaf.Buffer += at;
    leaf.Length -= at * sizeof(WCHAR);
    leaf.MaximumLength = leaf.Length;
    return leaf;
}

static NTSTATUS initialize_object(struct io_driver *own, PCUNICODE_STRING name)
{
    PDRIVER_OBJECT driver = &own->driver;
    ULONG i;

    own->text = ExAllocatePoolWithTag(NonPagedPoolNx, name->Length + sizeof(WCHAR), EX_TAG_DRIVER);
    if (!own->text)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(own->text, name->Buffer, name->Length);
    own->text[name->Length / sizeof(WCHAR)] = 0;
    driver->Type = IO_TYPE_DRIVER;
    driver->Size = sizeof(*driver);
    driver->DriverName.Buffer = own->text;
    driver->DriverName.Length = name->Length;
    driver->DriverName.MaximumLength = name->Length + sizeof(WCHAR);
    driver->DriverExtension = &own->extension;
    driver->HardwareDatabase = &hardware_database;
    own->extension.DriverObject = driver;
    own->extension.ServiceKeyName = leaf_of(&driver->DriverName);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = fail_request;
    return STATUS_SUCCESS;
}

NTSTATUS io_make_driver(PCUNICODE_STRING name, PDRIVER_OBJECT *driver)
{
    struct io_driver *own;
    PVOID object;
    NTSTATUS status;
    KIRQL irql;

    status = ob_create(&ob_type_driver, sizeof(*own), &object);
    if (!NT_SUCCESS(status))
        return status;
    own = object;
    InitializeListHead(&own->reinitializations);
    KeAcquireSpinLock(&io_database_lock, &irql);
    InsertTailList(&drivers, &own->link);
    KeReleaseSpinLock(&io_database_lock, irql);
    status = initialize_object(own, name);
    if (NT_SUCCESS(status))
        status = ob_insert_name(&own->driver, name);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(own);
        return status;
    }
    *driver = &own->driver;
    return STATUS_SUCCESS;
}

/* The driver's devices may be opened from now on. */
static VOID make_ready(PDRIVER_OBJECT driver)
{
    PDEVICE_OBJECT device;
    ULONG i;

    driver->Flags |= DRVO_INITIALIZED;
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        if (!driver->MajorFunction[i])
            driver->MajorFunction[i] = fail_request;
    }
    for (device = driver->DeviceObject; device; device = device->NextDevice)
        device->Flags &= ~DO_DEVICE_INITIALIZING;
}

NTSTATUS io_initialize_driver(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    NTSTATUS status = driver->DriverInit(driver, registry_path);

    if (!NT_SUCCESS(status)) {
        io_delete_driver_devices(driver);
        ob_remove_name(driver);
        ObDereferenceObject(driver);
        return status;
    }
    make_ready(driver);
    io_run_reinitializations(driver);
    return status;
}

NTSTATUS io_create_driver(PCUNICODE_STRING name, PDRIVER_INITIALIZE entry, PDRIVER_OBJECT *driver)
{
    NTSTATUS status = io_make_driver(name, driver);

    if (!NT_SUCCESS(status))
        return status;
    (*driver)->Flags |= DRVO_BUILTIN_DRIVER;
    (*driver)->DriverInit = entry;
    return io_initialize_driver(*driver, NULL);
}

NTSTATUS NTAPI IoCreateDriver(PUNICODE_STRING DriverName, PDRIVER_INITIALIZE InitializationFunction)
{
    WCHAR text[32];
    CHAR digits[32];
    UNICODE_STRING automatic = {.Buffer = text, .MaximumLength = sizeof(text)};
    PDRIVER_OBJECT driver;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!DriverName) {
        rtl_format(digits, sizeof(digits), "\\Driver\\%08u",
                   InterlockedIncrement(&next_automatic_driver));
        automatic.Length = (USHORT)rtl_utf16_from_utf8(text, sizeof(text), digits, strlen(digits));
        DriverName = &automatic;
    }
    return io_create_driver(DriverName, InitializationFunction, &driver);
}

VOID NTAPI IoDeleteDriver(PDRIVER_OBJECT DriverObject)
{
    ob_remove_name(DriverObject);
    ObDereferenceObject(DriverObject);
}

NTSTATUS io_find_driver(PCUNICODE_STRING name, PDRIVER_OBJECT *driver)
{
    PLIST_ENTRY entry;
    UNICODE_STRING leaf = leaf_of(name);
    KIRQL irql;

    *driver = NULL;
    KeAcquireSpinLock(&io_database_lock, &irql);
    for (entry = drivers.Flink; entry != &drivers && !*driver; entry = entry->Flink) {
        struct io_driver *own = CONTAINING_RECORD(entry, struct io_driver, link);

        if (!own->state && own->text && rtl_equal_no_case(&own->extension.ServiceKeyName, &leaf)) {
            ObReferenceObject(&own->driver);
            *driver = &own->driver;
        }
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    return *driver ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

PDRIVER_OBJECT io_next_driver(PDRIVER_OBJECT previous)
{
    PLIST_ENTRY entry;
    PDRIVER_OBJECT driver = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    entry = previous ? io_driver_of(previous)->link.Flink : drivers.Flink;
    /* One that has lost its last reference waits for the lock, to leave the list. */
    for (; entry != &drivers && !driver; entry = entry->Flink) {
        driver = &CONTAINING_RECORD(entry, struct io_driver, link)->driver;
        if (!ob_try_reference(driver))
            driver = NULL;
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    if (previous)
        ObDereferenceObject(previous);
    return driver;
}

PDRIVER_OBJECT io_last_driver(VOID)
{
    PDRIVER_OBJECT last = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    if (!IsListEmpty(&drivers)) {
        last = &CONTAINING_RECORD(drivers.Blink, struct io_driver, link)->driver;
        ObReferenceObject(last);
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    return last;
}

static struct io_driver_extension *find_extension(struct io_driver *own, PVOID id)
{
    struct io_driver_extension *extension = own->extensions;

    while (extension && extension->id != id)
        extension = extension->next;
    return extension;
}

NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                               PVOID ClientIdentificationAddress,
                                               ULONG DriverObjectExtensionSize,
                                               PVOID *DriverObjectExtension)
{
    struct io_driver *own = io_driver_of(DriverObject);
    SIZE_T bytes = sizeof(struct io_driver_extension) + DriverObjectExtensionSize;
    struct io_driver_extension *extension;
    BOOLEAN is_taken;
    KIRQL irql;

    *DriverObjectExtension = NULL;
    extension = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, EX_TAG_DRIVER);
    if (!extension)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(extension, 0, bytes);
    extension->id = ClientIdentificationAddress;
    KeAcquireSpinLock(&io_database_lock, &irql);
    is_taken = find_extension(own, ClientIdentificationAddress) != NULL;
    if (!is_taken) {
        extension->next = own->extensions;
        own->extensions = extension;
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    if (is_taken) {
        ExFreePoolWithTag(extension, EX_TAG_DRIVER);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    *DriverObjectExtension = extension->data;
    return STATUS_SUCCESS;
}

PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                       PVOID ClientIdentificationAddress)
{
    struct io_driver_extension *extension;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    extension = find_extension(io_driver_of(DriverObject), ClientIdentificationAddress);
    KeReleaseSpinLock(&io_database_lock, irql);
    return extension ? extension->data : NULL;
}
