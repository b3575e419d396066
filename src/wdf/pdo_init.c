/*
 * WDFDEVICE_INIT: what a bus driver says of a child.
 */
#include "driver.h"
#include "pnp.h"

static BOOLEAN is_pdo_init(PWDFDEVICE_INIT init)
{
    return init->config.kind == WDF_DEVICE_PDO;
}

/* For the functions without a status. */
static struct wdf_pdo_identity *identity_of(PWDF_DRIVER_GLOBALS driver_globals,
                                            PWDFDEVICE_INIT init, PCSTR function)
{
    struct wdf_globals *globals = wdf_globals_of(driver_globals);

    if (!wdf_check_irql(globals, function, PASSIVE_LEVEL) || !wdf_may_change_init(init, function))
        return NULL;
    if (is_pdo_init(init))
        return &init->pdo_init->identity;
    wdf_misuse(globals, function, "not the init of a child");
    return NULL;
}

/* For the others; string may be NULL where there is none. */
static NTSTATUS check(PWDF_DRIVER_GLOBALS driver_globals, PWDFDEVICE_INIT init,
                      PCUNICODE_STRING string, PCSTR function)
{
    struct wdf_globals *globals = wdf_globals_of(driver_globals);
    NTSTATUS status;

    if (!wdf_check_irql(globals, function, PASSIVE_LEVEL) || !wdf_may_change_init(init, function))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = string ? wdf_check_string(string) : STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        return status;
    return is_pdo_init(init) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

PWDFDEVICE_INIT NTAPI imp_WdfPdoInitAllocate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFDEVICE ParentDevice)
{
    struct wdf_device *parent = wdf_device_of(ParentDevice, __func__);
    PWDFDEVICE_INIT init;

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL) ||
        !wdf_is_fdo(&parent->config))
        return NULL;
    init = wdf_make_init(wdf_driver_of(&parent->object), WDF_DEVICE_PDO);
    if (!init)
        return NULL;
    if (!NT_SUCCESS(wdf_set_pdo_init(init, parent, NULL))) {
        wdf_free_init(init);
        return NULL;
    }
    return init;
}

VOID NTAPI imp_WdfPdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PWDF_PDO_EVENT_CALLBACKS DispatchTable)
{
    struct wdf_pdo_identity *identity;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DispatchTable);
    identity = identity_of(DriverGlobals, DeviceInit, __func__);
    if (!identity)
        return;
    if (DispatchTable->Size != sizeof(*DispatchTable)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDF_PDO_EVENT_CALLBACKS.Size is %u, not %u", DispatchTable->Size,
                   (ULONG)sizeof(*DispatchTable));
        return;
    }
    identity->callbacks = *DispatchTable;
}

NTSTATUS NTAPI imp_WdfPdoInitAssignDeviceID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceID)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DeviceID);
    status = check(DriverGlobals, DeviceInit, DeviceID, __func__);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_copy_string(DeviceInit->globals, DeviceID,
                           &DeviceInit->pdo_init->identity.device_id);
}

NTSTATUS NTAPI imp_WdfPdoInitAssignInstanceID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              PWDFDEVICE_INIT DeviceInit,
                                              PCUNICODE_STRING InstanceID)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(InstanceID);
    status = check(DriverGlobals, DeviceInit, InstanceID, __func__);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_copy_string(DeviceInit->globals, InstanceID,
                           &DeviceInit->pdo_init->identity.instance_id);
}

NTSTATUS NTAPI imp_WdfPdoInitAssignContainerID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDFDEVICE_INIT DeviceInit,
                                               PCUNICODE_STRING ContainerID)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(ContainerID);
    status = check(DriverGlobals, DeviceInit, ContainerID, __func__);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_copy_string(DeviceInit->globals, ContainerID,
                           &DeviceInit->pdo_init->identity.container_id);
}

/* Puts string, with its terminator, before the terminator of all. */
static NTSTATUS append_string(struct wdf_globals *globals, struct wdf_multi_string *strings,
                              PCUNICODE_STRING string)
{
    ULONG used = strings->text ? strings->bytes - sizeof(WCHAR) : 0;
    ULONG bytes = used + string->Length + 2 * sizeof(WCHAR);
    PWSTR text = ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, globals->seen.DriverTag);

    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (used)
        RtlCopyMemory(text, strings->text, used);
    if (string->Length)
        RtlCopyMemory((PUCHAR)text + used, string->Buffer, string->Length);
    if (strings->text)
        ExFreePool(strings->text);
    strings->text = text;
    strings->bytes = bytes;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfPdoInitAddHardwareID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING HardwareID)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(HardwareID);
    status = check(DriverGlobals, DeviceInit, HardwareID, __func__);
    if (!NT_SUCCESS(status))
        return status;
    return append_string(DeviceInit->globals, &DeviceInit->pdo_init->identity.hardware_ids,
                         HardwareID);
}

NTSTATUS NTAPI imp_WdfPdoInitAddCompatibleID(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             PCUNICODE_STRING CompatibleID)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(CompatibleID);
    status = check(DriverGlobals, DeviceInit, CompatibleID, __func__);
    if (!NT_SUCCESS(status))
        return status;
    return append_string(DeviceInit->globals, &DeviceInit->pdo_init->identity.compatible_ids,
                         CompatibleID);
}

static NTSTATUS add_text(PWDFDEVICE_INIT init, PCUNICODE_STRING description,
                         PCUNICODE_STRING location, LCID locale)
{
    struct wdf_device_text **last = &init->pdo_init->identity.texts;
    struct wdf_device_text *text =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*text), init->globals->seen.DriverTag);
    NTSTATUS status;

    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    text->locale = locale;
    status = wdf_copy_string(init->globals, description, &text->description);
    if (NT_SUCCESS(status))
        status = wdf_copy_string(init->globals, location, &text->location);
    if (!NT_SUCCESS(status)) {
        wdf_free_string(&text->description);
        ExFreePool(text);
        return status;
    }
    while (*last)
        last = &(*last)->next;
    *last = text;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfPdoInitAddDeviceText(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PCUNICODE_STRING DeviceDescription,
                                           PCUNICODE_STRING DeviceLocation, LCID LocaleId)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DeviceDescription);
    WDF_REQUIRE(DeviceLocation);
    status = check(DriverGlobals, DeviceInit, DeviceDescription, __func__);
    if (NT_SUCCESS(status))
        status = wdf_check_string(DeviceLocation);
    if (!NT_SUCCESS(status))
        return status;
    return add_text(DeviceInit, DeviceDescription, DeviceLocation, LocaleId);
}

VOID NTAPI imp_WdfPdoInitSetDefaultLocale(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDFDEVICE_INIT DeviceInit, LCID LocaleId)
{
    struct wdf_pdo_identity *identity;

    WDF_REQUIRE(DeviceInit);
    identity = identity_of(DriverGlobals, DeviceInit, __func__);
    if (identity)
        identity->default_locale = LocaleId;
}

NTSTATUS NTAPI imp_WdfPdoInitAssignRawDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit,
                                             const GUID *DeviceClassGuid)
{
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(DeviceClassGuid);
    if (!is_pdo_init(DeviceInit))
        return STATUS_INVALID_PARAMETER;
    status = check(DriverGlobals, DeviceInit, NULL, __func__);
    if (!NT_SUCCESS(status))
        return status;
    DeviceInit->pdo_init->identity.is_raw = TRUE;
    DeviceInit->config.device_class = *DeviceClassGuid;
    DeviceInit->config.has_device_class = TRUE;
    return STATUS_SUCCESS;
}

VOID NTAPI imp_WdfPdoInitAllowForwardingRequestToParent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        PWDFDEVICE_INIT DeviceInit)
{
    struct wdf_pdo_identity *identity;

    WDF_REQUIRE(DeviceInit);
    identity = identity_of(DriverGlobals, DeviceInit, __func__);
    if (identity)
        identity->forwards_to_parent = TRUE;
}

VOID NTAPI imp_WdfPdoInitRemovePowerDependencyOnParent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       PWDFDEVICE_INIT DeviceInit)
{
    struct wdf_pdo_identity *identity;

    WDF_REQUIRE(DeviceInit);
    identity = identity_of(DriverGlobals, DeviceInit, __func__);
    if (identity)
        identity->is_independent = TRUE;
}
