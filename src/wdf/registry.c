#include "registry.h"

#include "device.h"
#include "driver.h"

static VOID destroy_key(struct wdf_object *object)
{
    HANDLE key = ((struct wdf_key *)object)->key;

    if (key)
        ZwClose(key);
}

const struct wdf_type wdf_type_key = {
    .name = "WDFKEY",
    .number = WDF_TYPE_NUMBER_KEY,
    .flags = WDF_TYPE_PASSIVE,
    .destroy = destroy_key,
};

NTSTATUS wdf_wrap_key(struct wdf_globals *globals, struct wdf_object *parent,
                      PWDF_OBJECT_ATTRIBUTES attributes, HANDLE key, WDFKEY *handle)
{
    PVOID object;
    NTSTATUS status =
        wdf_allocate_object(globals, &wdf_type_key, sizeof(struct wdf_key), attributes, &object);

    if (!NT_SUCCESS(status)) {
        ZwClose(key);
        return status;
    }
    ((struct wdf_key *)object)->key = key;
    return wdf_publish_object(object, parent, handle);
}

static NTSTATUS create_key(HANDLE below, PCUNICODE_STRING name, ACCESS_MASK access, ULONG options,
                           PULONG disposition, HANDLE *key)
{
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)name,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, below, NULL);
    return ZwCreateKey(key, access, &attributes, 0, NULL, options, disposition);
}

NTSTATUS wdf_open_key(HANDLE below, PCUNICODE_STRING name, ACCESS_MASK access, BOOLEAN is_created,
                      HANDLE *key)
{
    OBJECT_ATTRIBUTES attributes;

    if (is_created)
        return create_key(below, name, access, REG_OPTION_NON_VOLATILE, NULL, key);
    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)name,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, below, NULL);
    return ZwOpenKey(key, access, &attributes);
}

/* What opening and creating check before they do anything. */
static NTSTATUS check(struct wdf_globals *globals, PCSTR function,
                      PWDF_OBJECT_ATTRIBUTES attributes, PCUNICODE_STRING name)
{
    NTSTATUS status;

    if (!wdf_check_irql(globals, function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(attributes, 0);
    if (NT_SUCCESS(status) && name)
        status = wdf_check_string(name);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryOpenKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                                      PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                      PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    HANDLE below = ParentKey ? wdf_key_of(ParentKey, __func__)->key : NULL, key;
    struct wdf_object *parent = wdf_parent_of(KeyAttributes, &globals->driver->object);
    NTSTATUS status;

    WDF_REQUIRE(KeyName);
    WDF_REQUIRE(Key);
    *Key = NULL;
    status = check(globals, __func__, KeyAttributes, KeyName);
    if (NT_SUCCESS(status))
        status = wdf_open_key(below, KeyName, DesiredAccess, FALSE, &key);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_wrap_key(globals, parent, KeyAttributes, key, Key);
}

NTSTATUS NTAPI imp_WdfRegistryCreateKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                                        PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                        ULONG CreateOptions, PULONG CreateDisposition,
                                        PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    HANDLE below = ParentKey ? wdf_key_of(ParentKey, __func__)->key : NULL, key;
    struct wdf_object *parent = wdf_parent_of(KeyAttributes, &globals->driver->object);
    ULONG disposition;
    NTSTATUS status;

    WDF_REQUIRE(KeyName);
    WDF_REQUIRE(Key);
    *Key = NULL;
    status = check(globals, __func__, KeyAttributes, KeyName);
    if (NT_SUCCESS(status))
        status = create_key(below, KeyName, DesiredAccess, CreateOptions, &disposition, &key);
    if (NT_SUCCESS(status))
        status = wdf_wrap_key(globals, parent, KeyAttributes, key, Key);
    if (NT_SUCCESS(status) && CreateDisposition)
        *CreateDisposition = disposition;
    return status;
}

VOID NTAPI imp_WdfRegistryClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    if (key->key)
        ZwClose(key->key);
    key->key = NULL;
    wdf_delete_object(&key->object);
}

HANDLE NTAPI imp_WdfRegistryWdmGetHandle(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_key_of(Key, __func__)->key;
}

NTSTATUS NTAPI imp_WdfRegistryRemoveKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    NTSTATUS status;

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = ZwDeleteKey(key->key);
    if (NT_SUCCESS(status))
        wdf_delete_object(&key->object);
    return status;
}

/* ---- the driver's own keys --------------------------------------------------- */

/* Opens the key name below the driver's service key. */
static NTSTATUS open_below_service(struct wdf_driver *driver, PCUNICODE_STRING name,
                                   ACCESS_MASK access, BOOLEAN is_created, HANDLE *key)
{
    HANDLE service;
    NTSTATUS status = wdf_open_key(NULL, &driver->registry_path, KEY_READ, FALSE, &service);

    if (!NT_SUCCESS(status))
        return status;
    status = wdf_open_key(service, name, access, is_created, key);
    ZwClose(service);
    return status;
}

static NTSTATUS open_for_driver(struct wdf_driver *driver, PCUNICODE_STRING name,
                                ACCESS_MASK access, BOOLEAN is_created,
                                PWDF_OBJECT_ATTRIBUTES attributes, PCSTR function, WDFKEY *handle)
{
    struct wdf_globals *globals = driver->object.globals;
    struct wdf_object *parent = wdf_parent_of(attributes, &driver->object);
    HANDLE key;
    NTSTATUS status;

    *handle = NULL;
    status = check(globals, function, attributes, NULL);
    if (NT_SUCCESS(status))
        status = open_below_service(driver, name, access, is_created, &key);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_wrap_key(globals, parent, attributes, key, handle);
}

NTSTATUS NTAPI imp_WdfDriverOpenParametersRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDRIVER Driver, ACCESS_MASK DesiredAccess,
                                                      PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                      WDFKEY *Key)
{
    static const UNICODE_STRING name = RTL_STRING(L"Parameters");
    const ACCESS_MASK writes = GENERIC_ALL | GENERIC_WRITE | DELETE | (KEY_WRITE & ~KEY_READ);
    struct wdf_driver *driver = WDF_GET(struct wdf_driver, wdf_type_driver, Driver);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Key);
    return open_for_driver(driver, &name, DesiredAccess, (DesiredAccess & writes) != 0,
                           KeyAttributes, __func__, Key);
}

NTSTATUS NTAPI imp_WdfDriverOpenPersistentStateRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFDRIVER Driver,
                                                           ACCESS_MASK DesiredAccess,
                                                           PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                           WDFKEY *Key)
{
    static const UNICODE_STRING name = RTL_STRING(L"PersistentState");
    struct wdf_driver *driver = WDF_GET(struct wdf_driver, wdf_type_driver, Driver);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Key);
    return open_for_driver(driver, &name, DesiredAccess, TRUE, KeyAttributes, __func__, Key);
}
