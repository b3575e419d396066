/* Pins what the PnP manager keeps of a device: its interfaces, properties and registry keys. */
#include "wdf/pnp_test.h"
#include "pnp/pnp.h"

#include <initguid.h>
#include <devpkey.h>

DEFINE_GUID(test_interface, 0x5d4a1c0e, 0x7a35, 0x4f6f, 0x9d, 0x1b, 0x2c, 0x6a, 0x11, 0x0e, 0x5b,
            0x44);
DEFINE_GUID(other_interface, 0x5d4a1c0e, 0x7a35, 0x4f6f, 0x9d, 0x1b, 0x2c, 0x6a, 0x11, 0x0e, 0x5b,
            0x45);

static NTSTATUS NTAPI load(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    return function_entry(driver, NULL);
}

/* A device of the PnP manager's own bus, started. */
static VOID start_with(NTSTATUS (*furnish)(WDFDEVICE))
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Function");
    struct pnp_reason reason = {0};

    function.furnish = furnish;
    assert_int_equal(io_create_driver(&name, load, &function.object), STATUS_SUCCESS);
    assert_int_equal(pnp_add_driver_device(function.object, &reason), STATUS_SUCCESS);
    assert_non_null(function.device);
    journal.length = 0;
    journal.text[0] = 0;
}

static BOOLEAN is_hardware_id(PCWSTR text)
{
    UNICODE_STRING is, should = RTL_STRING(L"ROOT\\Function");

    RtlInitUnicodeString(&is, text);
    return RtlEqualUnicodeString(&is, &should, TRUE);
}

/* ---- interfaces --------------------------------------------------------------------------- */

static NTSTATUS create_interface(WDFDEVICE device)
{
    DECLARE_CONST_UNICODE_STRING(reference, L"two");
    NTSTATUS status = WdfDeviceCreateDeviceInterface(device, &test_interface, NULL);

    if (NT_SUCCESS(status))
        status = WdfDeviceCreateDeviceInterface(device, &test_interface, &reference);
    return status;
}

/* How many interfaces of the class are enabled. */
static ULONG enabled(const GUID *class)
{
    PWSTR list, each;
    ULONG count = 0;

    assert_int_equal(IoGetDeviceInterfaces(class, NULL, 0, &list), STATUS_SUCCESS);
    for (each = list; *each; each += pnp_length(each) + 1)
        count++;
    ExFreePool(list);
    return count;
}

static VOID interfaces_are_enabled_with_their_device(VOID)
{
    start_with(create_interface);
    assert_int_equal(enabled(&test_interface), 2);
    assert_int_equal(WdfDeviceCreateDeviceInterface(function.device, &other_interface, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(enabled(&other_interface), 1);
    assert_int_equal(pnp_remove_driver(function.object, NULL), STATUS_SUCCESS);
    assert_int_equal(enabled(&test_interface), 0);
    assert_int_equal(enabled(&other_interface), 0);
}

static VOID a_driver_disables_an_interface(VOID)
{
    DECLARE_CONST_UNICODE_STRING(reference, L"two");
    DECLARE_CONST_UNICODE_STRING(unknown, L"three");

    start_with(create_interface);
    WdfDeviceSetDeviceInterfaceState(function.device, &test_interface, &reference, FALSE);
    assert_int_equal(enabled(&test_interface), 1);
    WdfDeviceSetDeviceInterfaceState(function.device, &test_interface, &unknown, FALSE);
    assert_int_equal(enabled(&test_interface), 1);
    WdfDeviceSetDeviceInterfaceState(function.device, &test_interface, &reference, TRUE);
    assert_int_equal(enabled(&test_interface), 2);
}

static NTSTATUS create_disabled(WDFDEVICE device)
{
    NTSTATUS status = WdfDeviceCreateDeviceInterface(device, &test_interface, NULL);

    WdfDeviceSetDeviceInterfaceStateEx(device, &test_interface, NULL, FALSE);
    return status;
}

static VOID an_interface_may_start_disabled(VOID)
{
    start_with(create_disabled);
    assert_int_equal(enabled(&test_interface), 0);
    WdfDeviceSetDeviceInterfaceState(function.device, &test_interface, NULL, TRUE);
    assert_int_equal(enabled(&test_interface), 1);
}

static VOID an_interface_has_a_symbolic_link(VOID)
{
    UNICODE_STRING name;
    PFILE_OBJECT file;
    PDEVICE_OBJECT top;
    WDFSTRING string;

    start_with(create_interface);
    assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
    assert_int_equal(
        WdfDeviceRetrieveDeviceInterfaceString(function.device, &other_interface, NULL, string),
        STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(
        WdfDeviceRetrieveDeviceInterfaceString(function.device, &test_interface, NULL, string),
        STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &name);
    assert_int_equal(IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &file, &top), STATUS_SUCCESS);
    assert_ptr_equal(top, WdfDeviceWdmGetDeviceObject(function.device));
    ObDereferenceObject(file);
    WdfObjectDelete(string);
}

/* ---- properties --------------------------------------------------------------------------- */

static VOID a_property_is_asked_for_by_size(VOID)
{
    WCHAR buffer[64];
    ULONG size = 0, again;

    start_with(NULL);
    assert_int_equal(
        WdfDeviceQueryProperty(function.device, DevicePropertyHardwareID, 0, NULL, &size),
        STATUS_BUFFER_TOO_SMALL);
    assert_true(size > 0 && size <= sizeof(buffer));
    assert_int_equal(WdfDeviceQueryProperty(function.device, DevicePropertyHardwareID,
                                            sizeof(buffer), buffer, &again),
                     STATUS_SUCCESS);
    assert_int_equal(again, size);
    assert_true(is_hardware_id(buffer));
}

static VOID a_property_comes_in_a_memory(VOID)
{
    WDFMEMORY memory = (WDFMEMORY)1;
    size_t size;
    PWSTR text;

    start_with(NULL);
    assert_int_equal(WdfDeviceAllocAndQueryProperty(function.device, DevicePropertyHardwareID,
                                                    PagedPool, WDF_NO_OBJECT_ATTRIBUTES, &memory),
                     STATUS_SUCCESS);
    text = WdfMemoryGetBuffer(memory, &size);
    assert_true(is_hardware_id(text));
    WdfObjectDelete(memory);
    assert_int_equal(WdfDeviceAllocAndQueryProperty(function.device, DevicePropertyFriendlyName,
                                                    PagedPool, WDF_NO_OBJECT_ATTRIBUTES, &memory),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(memory);
}

static VOID a_driver_assigns_a_property(VOID)
{
    static const WCHAR name[] = L"A name";
    WDF_DEVICE_PROPERTY_DATA data;
    DEVPROPTYPE type = 0;
    WCHAR buffer[16];
    ULONG size = 0;

    start_with(NULL);
    WDF_DEVICE_PROPERTY_DATA_INIT(&data, &DEVPKEY_Device_FriendlyName);
    assert_int_equal(
        WdfDeviceQueryPropertyEx(function.device, &data, sizeof(buffer), buffer, &size, &type),
        STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(WdfDeviceAssignProperty(function.device, &data, DEVPROP_TYPE_STRING,
                                             sizeof(name), (PVOID)name),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDeviceQueryPropertyEx(function.device, &data, 2, buffer, &size, &type),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof(name));
    assert_int_equal(
        WdfDeviceQueryPropertyEx(function.device, &data, sizeof(buffer), buffer, &size, &type),
        STATUS_SUCCESS);
    assert_int_equal(type, DEVPROP_TYPE_STRING);
    assert_int_equal(wcscmp(buffer, name), 0);
    data.Size--;
    assert_int_equal(
        WdfDeviceQueryPropertyEx(function.device, &data, sizeof(buffer), buffer, &size, &type),
        STATUS_INFO_LENGTH_MISMATCH);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static VOID open_key(ULONG type, WDFKEY *key)
{
    assert_int_equal(WdfDeviceOpenRegistryKey(function.device, type, KEY_ALL_ACCESS,
                                              WDF_NO_OBJECT_ATTRIBUTES, key),
                     STATUS_SUCCESS);
}

static VOID a_device_has_a_key_of_its_own(VOID)
{
    DECLARE_CONST_UNICODE_STRING(value, L"Value");
    WDFKEY key;
    ULONG number = 0;

    start_with(NULL);
    open_key(PLUGPLAY_REGKEY_DEVICE, &key);
    assert_int_equal(WdfRegistryAssignULong(key, &value, 7), STATUS_SUCCESS);
    WdfRegistryClose(key);
    open_key(PLUGPLAY_REGKEY_DEVICE, &key);
    assert_int_equal(WdfRegistryQueryULong(key, &value, &number), STATUS_SUCCESS);
    assert_int_equal(number, 7);
    WdfRegistryClose(key);
}

static NTSTATUS note_init_key(PWDFDEVICE_INIT init)
{
    DECLARE_CONST_UNICODE_STRING(value, L"Early");
    WDFKEY key;
    NTSTATUS status = WdfFdoInitOpenRegistryKey(init, PLUGPLAY_REGKEY_DEVICE, KEY_ALL_ACCESS,
                                                WDF_NO_OBJECT_ATTRIBUTES, &key);

    if (!NT_SUCCESS(status))
        return status;
    status = WdfRegistryAssignULong(key, &value, 1);
    WdfRegistryClose(key);
    return status;
}

static VOID look_at_init(PWDFDEVICE_INIT init)
{
    WCHAR buffer[64];
    WDFMEMORY memory;
    ULONG size;

    assert_int_equal(note_init_key(init), STATUS_SUCCESS);
    assert_int_equal(
        WdfFdoInitQueryProperty(init, DevicePropertyHardwareID, sizeof(buffer), buffer, &size),
        STATUS_SUCCESS);
    assert_true(is_hardware_id(buffer));
    assert_int_equal(WdfFdoInitAllocAndQueryProperty(init, DevicePropertyHardwareID, PagedPool,
                                                     WDF_NO_OBJECT_ATTRIBUTES, &memory),
                     STATUS_SUCCESS);
    assert_true(is_hardware_id(WdfMemoryGetBuffer(memory, NULL)));
    WdfObjectDelete(memory);
    assert_non_null(WdfFdoInitWdmGetPhysicalDevice(init));
}

static VOID a_driver_looks_before_it_makes_its_device(VOID)
{
    DECLARE_CONST_UNICODE_STRING(value, L"Early");
    ULONG number = 0;
    WDFKEY key;

    function.adjust = look_at_init;
    start_with(NULL);
    open_key(PLUGPLAY_REGKEY_DEVICE, &key);
    assert_int_equal(WdfRegistryQueryULong(key, &value, &number), STATUS_SUCCESS);
    assert_int_equal(number, 1);
    WdfRegistryClose(key);
}

static VOID a_device_map_is_made_when_it_is_missing(VOID)
{
    DECLARE_CONST_UNICODE_STRING(name, L"TESTMAP");
    DECLARE_CONST_UNICODE_STRING(value, L"\\Device\\Test0");
    DECLARE_CONST_UNICODE_STRING(data, L"TEST1");
    WDFKEY key;

    start_with(NULL);
    assert_int_equal(WdfDeviceOpenDevicemapKey(function.device, &name, KEY_SET_VALUE,
                                               WDF_NO_OBJECT_ATTRIBUTES, &key),
                     STATUS_SUCCESS);
    assert_int_equal(WdfRegistryAssignUnicodeString(key, &value, &data), STATUS_SUCCESS);
    WdfRegistryClose(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(interfaces_are_enabled_with_their_device),
        PNP_TEST(a_driver_disables_an_interface),
        PNP_TEST(an_interface_may_start_disabled),
        PNP_TEST(an_interface_has_a_symbolic_link),
        PNP_TEST(a_property_is_asked_for_by_size),
        PNP_TEST(a_property_comes_in_a_memory),
        PNP_TEST(a_driver_assigns_a_property),
        PNP_TEST(a_device_has_a_key_of_its_own),
        PNP_TEST(a_driver_looks_before_it_makes_its_device),
        PNP_TEST(a_device_map_is_made_when_it_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
