/* Pins a device's life: added, started, asked, removed, gone; and what its drivers' answers lead
 * to. */
#include "pnp_test.h"
#include "pnp/power.h"

static void starts_and_removes(void)
{
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_history("add start");
    assert_int_equal(test_node()->state, PNP_STARTED);
    assert_int_equal(test_node()->problem, 0);
    assert_int_equal(test_node()->power->device_state, PowerDeviceD0);
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history("query-remove remove unload");
    assert_null(find_node(L"ROOT\\PNPUNIT\\0000"));
}

static void numbers_devices(void)
{
    struct pnp_node *second;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    second = find_node(L"root\\pnpunit\\0001");
    assert_non_null(second);
    pnp_node_dereference(second);
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history("add start add start query-remove remove");
    /* The first number that is free. */
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(test_node()->state, PNP_STARTED);
}

static void add_device_fails(void)
{
    make_driver();
    add_status = STATUS_DEVICE_CONFIGURATION_ERROR;
    assert_int_equal(add_test_device(), STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_history("add");
    assert_int_equal(test_node()->problem, CM_PROB_FAILED_ADD);
    assert_int_equal(test_node()->problem_status, STATUS_DEVICE_CONFIGURATION_ERROR);
}

static void start_fails(void)
{
    static const UNICODE_STRING name = RTL_STRING(L"ROOT\\PNPUNIT\\0000");
    HANDLE file;

    make_driver();
    start_status = STATUS_DEVICE_CONFIGURATION_ERROR;
    assert_int_equal(add_test_device(), STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_string_equal(history, "add start remove unload");
    assert_int_equal(test_node()->problem, CM_PROB_FAILED_START);
    assert_int_equal(open_test_device(&file), STATUS_NO_SUCH_DEVICE);
    /* It can be tried again, with a driver. */
    *history = 0;
    make_driver();
    assert_int_equal(pnp_enable_device(&name, NULL), STATUS_SUCCESS);
    assert_history("add start");
    assert_int_equal(test_node()->problem, 0);
}

static void driver_refuses_removal(void)
{
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    *history = 0;
    query_remove_status = STATUS_UNSUCCESSFUL;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_PLUGPLAY_QUERY_VETOED);
    assert_history("query-remove cancel-remove");
    assert_int_equal(test_node()->state, PNP_STARTED);
    query_remove_status = STATUS_SUCCESS;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
}

static void open_file_keeps_device(void)
{
    HANDLE file;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(open_test_device(&file), STATUS_SUCCESS);
    *history = 0;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_PLUGPLAY_QUERY_VETOED);
    assert_history("query-remove cancel-remove");
    ZwClose(file);
    /* It can be opened again. */
    assert_int_equal(open_test_device(&file), STATUS_SUCCESS);
    ZwClose(file);
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history("query-remove remove unload");
}

static NTSTATUS enable_interface(void)
{
    static const GUID class = {0x7a1e3f2c, 0x51d0, 0x4c6b, {0x9e, 1, 2, 3, 4, 5, 6, 7}};
    UNICODE_STRING link;
    NTSTATUS status = IoRegisterDeviceInterface(test_node()->pdo, &class, NULL, &link);

    if (!NT_SUCCESS(status))
        return status;
    status = IoSetDeviceInterfaceState(&link, TRUE);
    RtlFreeUnicodeString(&link);
    return status;
}

static void surprise_removal_waits_for_files(void)
{
    HANDLE file;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(enable_interface(), STATUS_SUCCESS);
    assert_int_equal(open_test_device(&file), STATUS_SUCCESS);
    *history = 0;
    assert_int_equal(remove_test_device(PNP_SURPRISE_REMOVE), STATUS_SUCCESS);
    assert_history("surprise");
    /* Its path is free at once, and so are its interfaces. */
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_history("add start");
    assert_int_equal(enable_interface(), STATUS_SUCCESS);
    ZwClose(file);
    pnp_settle();
    assert_history("remove");
    assert_int_equal(test_node()->state, PNP_STARTED);
}

static void surprise_removal_without_files(void)
{
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    *history = 0;
    assert_int_equal(remove_test_device(PNP_SURPRISE_REMOVE), STATUS_SUCCESS);
    assert_history("surprise remove unload");
}

static void disabled_device_stays(void)
{
    static const UNICODE_STRING name = RTL_STRING(L"ROOT\\PNPUNIT\\0000");

    make_driver();
    ObReferenceObject(test_driver);
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(remove_test_device(PNP_DISABLE), STATUS_SUCCESS);
    assert_history("add start query-remove remove unload");
    assert_int_equal(test_node()->state, PNP_REMOVED);
    assert_int_equal(test_node()->problem, CM_PROB_DISABLED);
    ObDereferenceObject(test_driver);
    make_driver();
    assert_int_equal(pnp_enable_device(&name, NULL), STATUS_SUCCESS);
    assert_history("add start");
}

static void not_disableable(void)
{
    make_driver();
    device_state = PNP_DEVICE_NOT_DISABLEABLE;
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    *history = 0;
    assert_int_equal(remove_test_device(PNP_DISABLE), STATUS_PLUGPLAY_QUERY_VETOED);
    assert_history("");
}

static void failed_device_goes(void)
{
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    *history = 0;
    device_state = PNP_DEVICE_FAILED;
    IoInvalidateDeviceState(test_node()->pdo);
    pnp_settle();
    assert_history("surprise remove unload");
    assert_int_equal(test_node()->problem, CM_PROB_FAILED_POST_START);
}

static void stops_for_other_resources(void)
{
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    *history = 0;
    device_state = PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED;
    query_stop_status = STATUS_UNSUCCESSFUL;
    IoInvalidateDeviceState(test_node()->pdo);
    pnp_settle();
    assert_history("query-stop cancel-stop");
    assert_int_equal(test_node()->state, PNP_STARTED);
    device_state = 0;
}

static void names_are_found(void)
{
    static const UNICODE_STRING part = RTL_STRING(L"unit\\0001"), both = RTL_STRING(L"PnpUnit"),
                                none = RTL_STRING(L"nothing");
    struct pnp_node *node;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(pnp_find_node(&part, &node, NULL), STATUS_SUCCESS);
    pnp_node_dereference(node);
    assert_int_equal(pnp_find_node(&both, &node, NULL), STATUS_OBJECT_NAME_COLLISION);
    assert_null(node);
    assert_int_equal(pnp_find_node(&none, &node, NULL), STATUS_NO_SUCH_DEVICE);
}

static void properties(void)
{
    WCHAR text[64];
    ULONG size, number;
    PDEVICE_OBJECT pdo;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    pdo = test_node()->pdo;
    assert_int_equal(IoGetDeviceProperty(pdo, DevicePropertyEnumeratorName, 0, NULL, &size),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof(L"ROOT"));
    assert_int_equal(IoGetDeviceProperty(pdo, DevicePropertyEnumeratorName, size - 1, text, &size),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(IoGetDeviceProperty(pdo, DevicePropertyEnumeratorName, size, text, &size),
                     STATUS_SUCCESS);
    assert_memory_equal(text, L"ROOT", sizeof(L"ROOT"));
    assert_int_equal(IoGetDeviceProperty(pdo, DevicePropertyHardwareID, sizeof(text), text, &size),
                     STATUS_SUCCESS);
    assert_memory_equal(text, L"ROOT\\PnpUnit\0", sizeof(L"ROOT\\PnpUnit\0"));
    assert_int_equal(
        IoGetDeviceProperty(pdo, DevicePropertyLegacyBusType, sizeof(number), &number, &size),
        STATUS_SUCCESS);
    assert_int_equal(number, PNPBus);
    assert_int_equal(
        IoGetDeviceProperty(pdo, DevicePropertyUINumber, sizeof(number), &number, &size),
        STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(IoGetDeviceProperty(test_driver->DeviceObject, DevicePropertyEnumeratorName,
                                         sizeof(text), text, &size),
                     STATUS_INVALID_DEVICE_REQUEST);
}

static void keys(void)
{
    HANDLE key;
    PDEVICE_OBJECT pdo;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    pdo = test_node()->pdo;
    assert_int_equal(IoOpenDeviceRegistryKey(pdo, PLUGPLAY_REGKEY_DEVICE, KEY_ALL_ACCESS, &key),
                     STATUS_SUCCESS);
    ZwClose(key);
    /* No INF gave it one. */
    assert_int_equal(IoOpenDeviceRegistryKey(pdo, PLUGPLAY_REGKEY_DRIVER, KEY_READ, &key),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(IoOpenDeviceRegistryKey(pdo, 0, KEY_READ, &key), STATUS_INVALID_PARAMETER);
    assert_int_equal(
        IoOpenDeviceRegistryKey(test_driver->DeviceObject, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key),
        STATUS_INVALID_DEVICE_REQUEST);
}

/* Whoever asked for the device is left to nothing; a thousand times over. */
static void starts_and_stops_often(void)
{
    struct ntio_options options = {.size = sizeof(options)};
    ULONG i;

    for (i = 0; i < 50; i++) {
        make_driver();
        assert_int_equal(add_test_device(), STATUS_SUCCESS);
        ntio_stop();
        assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(starts_and_removes),
        PNP_TEST(numbers_devices),
        PNP_TEST(add_device_fails),
        PNP_TEST(start_fails),
        PNP_TEST(driver_refuses_removal),
        PNP_TEST(open_file_keeps_device),
        PNP_TEST(surprise_removal_waits_for_files),
        PNP_TEST(surprise_removal_without_files),
        PNP_TEST(disabled_device_stays),
        PNP_TEST(not_disableable),
        PNP_TEST(failed_device_goes),
        PNP_TEST(stops_for_other_resources),
        PNP_TEST(names_are_found),
        PNP_TEST(properties),
        PNP_TEST(keys),
        PNP_TEST(starts_and_stops_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
