/*
 * Binding a driver to the framework, and unloading it.
 */
#include "driver.h"

#define TAG_GLOBALS 'GfdW'
#define DEFAULT_DRIVER_TAG 'rDxF' /* for drivers whose name makes no tag */

/* Globals of every driver that is loaded; a bug check and an unload find them here. */
static struct wdf_bind_system {
    KSPIN_LOCK lock;
    LIST_ENTRY all; /* of struct bound.link */
} bindings;

struct bound {
    LIST_ENTRY link; /* guarded by bindings.lock */
    struct wdf_globals globals;
};

VOID wdf_bind_start(VOID)
{
    KeInitializeSpinLock(&bindings.lock);
    InitializeListHead(&bindings.all);
}

static struct bound *bound_of(struct wdf_globals *globals)
{
    return CONTAINING_RECORD(globals, struct bound, globals);
}

static VOID free_globals(struct wdf_globals *globals)
{
    struct bound *bound = bound_of(globals);
    KIRQL irql;

    KeAcquireSpinLock(&bindings.lock, &irql);
    RemoveEntryList(&bound->link);
    KeReleaseSpinLock(&bindings.lock, irql);
    ExFreePoolWithTag(bound, TAG_GLOBALS);
}

/* What is left belongs to drivers that cannot be unloaded. */
VOID wdf_bind_stop(VOID)
{
    while (!IsListEmpty(&bindings.all))
        free_globals(&CONTAINING_RECORD(bindings.all.Flink, struct bound, link)->globals);
}

static struct wdf_globals *find_globals(PDRIVER_OBJECT driver)
{
    struct wdf_globals *found = NULL;
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&bindings.lock, &irql);
    for (entry = bindings.all.Flink; entry != &bindings.all && !found; entry = entry->Flink) {
        struct bound *bound = CONTAINING_RECORD(entry, struct bound, link);

        if (bound->globals.driver_object == driver)
            found = &bound->globals;
    }
    KeReleaseSpinLock(&bindings.lock, irql);
    return found;
}

struct wdf_driver *wdf_find_driver(PDRIVER_OBJECT driver)
{
    struct wdf_globals *globals = find_globals(driver);

    return globals ? globals->driver : NULL;
}

/* The last component of the service's key, as far as there is room. */
static VOID set_name(struct wdf_globals *globals, PCUNICODE_STRING registry_path)
{
    USHORT end = registry_path->Length / sizeof(WCHAR), at = end, i;

    while (at && registry_path->Buffer[at - 1] != L'\\')
        at--;
    for (i = 0; at + i < end && i < WDF_DRIVER_GLOBALS_NAME_LEN - 1; i++)
        globals->seen.DriverName[i] = (CHAR)registry_path->Buffer[at + i];
}

static VOID set_tag(struct wdf_globals *globals)
{
    PCSTR name = globals->seen.DriverName;
    SIZE_T length;

    if ((name[0] | 0x20) == 'w' && (name[1] | 0x20) == 'd' && (name[2] | 0x20) == 'f')
        name += 3;
    length = strlen(name);
    globals->seen.DriverTag = length > 2 ? 0 : DEFAULT_DRIVER_TAG;
    if (length > 2)
        memcpy(&globals->seen.DriverTag, name, length < sizeof(ULONG) ? length : sizeof(ULONG));
}

static BOOLEAN read_switch(PCWSTR key, PCWSTR name)
{
    ULONG value = 0;
    RTL_QUERY_REGISTRY_TABLE table[2] = {
        {.Flags = RTL_QUERY_REGISTRY_DIRECT,
         .Name = (PWSTR)name,
         .EntryContext = &value,
         .DefaultType = REG_NONE},
    };

    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, key, table, NULL, NULL);
    return value != 0;
}

/* The service's Parameters\Wdf: which checks are on. */
static VOID read_switches(struct wdf_globals *globals, PCUNICODE_STRING registry_path)
{
    static const UNICODE_STRING below = RTL_STRING(L"\\Parameters\\Wdf");
    SIZE_T room = registry_path->Length + below.MaximumLength;
    UNICODE_STRING key = {.MaximumLength = (USHORT)room};

    if (room > MAXUSHORT)
        return;
    key.Buffer = ExAllocatePoolWithTag(PagedPool, room, TAG_GLOBALS);
    if (!key.Buffer)
        return;
    memset(key.Buffer, 0, room);
    RtlCopyUnicodeString(&key, registry_path);
    RtlAppendUnicodeStringToString(&key, &below);
    globals->is_verifier_on = read_switch(key.Buffer, L"VerifierOn");
    if (globals->is_verifier_on) {
        globals->seen.DriverFlags |= WdfVerifierOn;
        globals->stops_on_misuse = read_switch(key.Buffer, L"DbgBreakOnError");
        if (read_switch(key.Buffer, L"VerifyOn"))
            globals->seen.DriverFlags |= WdfVerifyOn;
    }
    ExFreePoolWithTag(key.Buffer, TAG_GLOBALS);
}

static NTSTATUS bind(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path, BOOLEAN is_user,
                     PWDF_DRIVER_GLOBALS *globals)
{
    static const UNICODE_STRING none = RTL_STRING(L"");
    PCUNICODE_STRING path = registry_path ? registry_path : &none;
    struct bound *bound = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*bound), TAG_GLOBALS);
    KIRQL irql;

    *globals = NULL;
    if (!bound)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(bound, 0, sizeof(*bound));
    bound->globals.driver_object = driver;
    bound->globals.is_user = is_user;
    set_name(&bound->globals, path);
    set_tag(&bound->globals);
    read_switches(&bound->globals, path);
    KeAcquireSpinLock(&bindings.lock, &irql);
    InsertTailList(&bindings.all, &bound->link);
    KeReleaseSpinLock(&bindings.lock, irql);
    *globals = &bound->globals.seen;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ntio_wdf_bind(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                             PWDF_DRIVER_GLOBALS *globals)
{
    return bind(driver, registry_path, FALSE, globals);
}

NTSTATUS NTAPI ntio_wdf_bind_user(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                                  PWDF_DRIVER_GLOBALS *globals)
{
    return bind(driver, registry_path, TRUE, globals);
}

VOID wdf_delete_driver(struct wdf_globals *globals)
{
    struct wdf_driver *driver = globals->driver;

    if (driver) {
        wdf_delete_object(&driver->object);
        wdf_flush_deferred();
    }
    globals->driver = NULL;
    globals->seen.Driver = NULL;
}

/* Forgets the driver, unless objects are left that refer to its globals. */
static VOID unbind(struct wdf_globals *globals)
{
    LONG left = __atomic_load_n(&globals->objects, __ATOMIC_ACQUIRE);

    if (left) {
        rtl_log("driver %s was unloaded and left %d framework objects behind: somebody still "
                "references them%s",
                globals->seen.DriverName, left,
                globals->is_verifier_on ? "" : " (VerifierOn tells who)");
        wdf_report_objects(globals);
    }
    globals->driver_object = NULL;
    if (!left)
        free_globals(globals);
}

/* DriverUnload of every driver of the framework. */
static VOID NTAPI unload(PDRIVER_OBJECT driver_object)
{
    struct wdf_globals *globals = find_globals(driver_object);
    struct wdf_driver *driver = globals->driver;

    if (globals->unload)
        globals->unload(driver_object);
    if (driver && driver->config.EvtDriverUnload)
        driver->config.EvtDriverUnload(wdf_handle_of(driver));
    wdf_delete_driver(globals);
    unbind(globals);
}

/*
 * A driver that is not a PnP driver and has no EvtDriverUnload cannot be unloaded. A
 * miniport's port driver unloads it; WdfDriverMiniportUnload is our part of that.
 */
static BOOLEAN is_unloadable(const struct wdf_globals *globals)
{
    const struct wdf_driver *driver = globals->driver;

    if (!driver || globals->driver_object->DriverUnload)
        return globals->driver_object->DriverUnload != NULL;
    return !(driver->config.DriverInitFlags & WdfDriverInitNonPnpDriver) ||
           driver->config.EvtDriverUnload;
}

NTSTATUS NTAPI ntio_wdf_entered(PWDF_DRIVER_GLOBALS seen, NTSTATUS status)
{
    struct wdf_globals *globals = wdf_globals_of(seen);
    struct wdf_driver *driver = globals->driver;
    PDRIVER_OBJECT driver_object = globals->driver_object;

    if (NT_SUCCESS(status) && !driver)
        rtl_log("driver %s: its DriverEntry succeeded without WdfDriverCreate: it gets no devices, "
                "and cannot be unloaded",
                globals->seen.DriverName);
    if (!NT_SUCCESS(status)) {
        wdf_delete_driver(globals);
        unbind(globals);
    } else if (!driver || !(driver->config.DriverInitFlags & WdfDriverInitNoDispatchOverride)) {
        globals->seen.DisplaceDriverUnload = is_unloadable(globals);
        globals->unload = driver_object->DriverUnload;
        driver_object->DriverUnload = is_unloadable(globals) ? unload : NULL;
    }
    return status;
}
