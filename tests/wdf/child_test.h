/*
 * What the tests of bus drivers share: a driver of the framework whose device, above the
 * bus of pnp_test.h, has a dynamic list of children.
 */
#pragma once

#include "wdf/pnp_test.h"

struct child_id {
    WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER header;
    ULONG number;
};

struct child_address {
    WDF_CHILD_ADDRESS_DESCRIPTION_HEADER header;
    ULONG slot;
};

/* ---- the bus driver's callbacks ---------------------------------------------------------- */

static NTSTATUS create_status;  /* what EvtChildListCreateDevice returns */
static BOOLEAN creates_nothing; /* it does not create a device */
static BOOLEAN hears_wake;      /* the bus passes its children's wake signals on */
static WDFDEVICE last_child;

static VOID NTAPI child_cleanup(WDFOBJECT child)
{
    UNREFERENCED_PARAMETER(child);
    called("child-cleanup");
}

static VOID NTAPI child_destroy(WDFOBJECT child)
{
    UNREFERENCED_PARAMETER(child);
    called("child-destroy");
}

static VOID NTAPI child_missing(WDFDEVICE child)
{
    UNREFERENCED_PARAMETER(child);
    called("child-missing");
}

static NTSTATUS NTAPI child_d0_entry(WDFDEVICE child, WDF_POWER_DEVICE_STATE previous)
{
    UNREFERENCED_PARAMETER(child);
    return called_for("child-on", previous);
}

static NTSTATUS NTAPI child_d0_exit(WDFDEVICE child, WDF_POWER_DEVICE_STATE target)
{
    UNREFERENCED_PARAMETER(child);
    return called_for("child-off", target);
}

static NTSTATUS NTAPI child_enable_wake(WDFDEVICE child, SYSTEM_POWER_STATE state)
{
    UNREFERENCED_PARAMETER(child);
    return called_for("child-listens", state);
}

static VOID NTAPI child_disable_wake(WDFDEVICE child)
{
    UNREFERENCED_PARAMETER(child);
    called("child-deaf");
}

static NTSTATUS NTAPI child_eject(WDFDEVICE child)
{
    UNREFERENCED_PARAMETER(child);
    return called("child-eject");
}

static inline VOID describe_child(PWDFDEVICE_INIT init, ULONG number)
{
    DECLARE_CONST_UNICODE_STRING(device_id, L"TEST\\Child");
    DECLARE_CONST_UNICODE_STRING(hardware_id, L"TEST\\Child&New");
    DECLARE_CONST_UNICODE_STRING(compatible_id, L"TEST\\Any");
    DECLARE_CONST_UNICODE_STRING(description, L"A child");
    DECLARE_CONST_UNICODE_STRING(location, L"The bus");
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;
    WDF_PDO_EVENT_CALLBACKS pdo_callbacks;
    WCHAR digit[] = {(WCHAR)(L'0' + number), 0};
    UNICODE_STRING instance;

    RtlInitUnicodeString(&instance, digit);
    assert_int_equal(WdfPdoInitAssignDeviceID(init, &device_id), STATUS_SUCCESS);
    assert_int_equal(WdfPdoInitAssignInstanceID(init, &instance), STATUS_SUCCESS);
    assert_int_equal(WdfPdoInitAddHardwareID(init, &hardware_id), STATUS_SUCCESS);
    assert_int_equal(WdfPdoInitAddHardwareID(init, &device_id), STATUS_SUCCESS);
    assert_int_equal(WdfPdoInitAddCompatibleID(init, &compatible_id), STATUS_SUCCESS);
    assert_int_equal(WdfPdoInitAddDeviceText(init, &description, &location, 0x409), STATUS_SUCCESS);
    WdfPdoInitSetDefaultLocale(init, 0x409);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceD0Entry = child_d0_entry;
    callbacks.EvtDeviceD0Exit = child_d0_exit;
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &callbacks);
    WDF_PDO_EVENT_CALLBACKS_INIT(&pdo_callbacks);
    pdo_callbacks.EvtDeviceReportedMissing = child_missing;
    pdo_callbacks.EvtDeviceEject = child_eject;
    if (hears_wake) {
        pdo_callbacks.EvtDeviceEnableWakeAtBus = child_enable_wake;
        pdo_callbacks.EvtDeviceDisableWakeAtBus = child_disable_wake;
    }
    WdfPdoInitSetEventCallbacks(init, &pdo_callbacks);
}

static inline NTSTATUS create_child_device(PWDFDEVICE_INIT *init)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = child_cleanup;
    attributes.EvtDestroyCallback = child_destroy;
    return WdfDeviceCreate(init, &attributes, &last_child);
}

static NTSTATUS NTAPI create_child(WDFCHILDLIST list,
                                   PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER header,
                                   PWDFDEVICE_INIT init)
{
    struct child_id *id = CONTAINING_RECORD(header, struct child_id, header);

    UNREFERENCED_PARAMETER(list);
    note("create(%u) ", id->number);
    if (creates_nothing)
        return create_status;
    describe_child(init, id->number);
    assert_int_equal(create_child_device(&init), STATUS_SUCCESS);
    assert_null(init);
    return create_status;
}

static VOID NTAPI scan_for_children(WDFCHILDLIST list)
{
    UNREFERENCED_PARAMETER(list);
    called("scan");
}

static ULONG address_bytes;

static inline VOID make_bus_driver(PWDFDEVICE_INIT init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS none;
    WDF_CHILD_LIST_CONFIG config;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&none);
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &none);
    WDF_CHILD_LIST_CONFIG_INIT(&config, sizeof(struct child_id), create_child);
    config.EvtChildListScanForChildren = scan_for_children;
    config.AddressDescriptionSize = address_bytes;
    WdfFdoInitSetDefaultChildListConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
}

static inline VOID start_bus_driver(VOID)
{
    create_status = STATUS_SUCCESS;
    creates_nothing = FALSE;
    hears_wake = TRUE;
    last_child = NULL;
    load_function_driver();
    function.adjust = make_bus_driver;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("bus-start scan ");
}

/* ---- helpers ---------------------------------------------------------------------------- */

static inline WDFCHILDLIST list(VOID)
{
    return WdfFdoGetDefaultChildList(function.device);
}

static inline struct child_id id_of(ULONG number)
{
    struct child_id id;

    WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER_INIT(&id.header, sizeof(id));
    id.number = number;
    return id;
}

static inline NTSTATUS add(ULONG number)
{
    struct child_id id = id_of(number);

    return WdfChildListAddOrUpdateChildDescriptionAsPresent(list(), &id.header, NULL);
}

static inline NTSTATUS lose(ULONG number)
{
    struct child_id id = id_of(number);

    return WdfChildListUpdateChildDescriptionAsMissing(list(), &id.header);
}

/* What the PnP manager hears: the PDOs (not referenced; each is kept by its driver). */
static inline ULONG report(PDEVICE_OBJECT *pdos)
{
    PDEVICE_RELATIONS relations = NULL;
    NTSTATUS status = pnp_query_relations(bus.pdo, BusRelations, &relations);
    ULONG count, i;

    /* Lists without a change leave the request to the bus, which knows of no children. */
    if (status == STATUS_NOT_SUPPORTED)
        return 0;
    assert_int_equal(status, STATUS_SUCCESS);
    assert_non_null(relations);
    count = relations->Count;
    for (i = 0; i < count; i++) {
        if (pdos)
            pdos[i] = relations->Objects[i];
        ObDereferenceObject(relations->Objects[i]);
    }
    ExFreePool(relations);
    return count;
}

static inline PDEVICE_OBJECT reported_child(VOID)
{
    PDEVICE_OBJECT pdo;

    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(report(&pdo), 1);
    assert_journal("create(1) ");
    return pdo;
}
