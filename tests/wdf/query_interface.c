/* Pins interfaces of functions between drivers: offered, filled in, refused, and whose count it is.
 */
#include "wdf/pnp_test.h"

#include <initguid.h>

DEFINE_GUID(offered_type, 0x2d8a8c2c, 0x2e4f, 0x4e0c, 0x8d, 0x8e, 0x5c, 0x2a, 0x3e, 0x9e, 0x77,
            0x01);
DEFINE_GUID(unknown_type, 0x2d8a8c2c, 0x2e4f, 0x4e0c, 0x8d, 0x8e, 0x5c, 0x2a, 0x3e, 0x9e, 0x77,
            0x02);

struct offered {
    INTERFACE header;
    ULONG number;
};

static LONG references; /* on the context that the interface has */

static VOID NTAPI reference(PVOID context)
{
    ++*(LONG *)context;
}

static VOID NTAPI dereference(PVOID context)
{
    --*(LONG *)context;
}

static struct offered make_offered(VOID)
{
    struct offered offered = {
        .header = {.Size = sizeof(offered),
                   .Version = 2,
                   .Context = &references,
                   .InterfaceReference = reference,
                   .InterfaceDereference = dereference},
        .number = 42,
    };

    return offered;
}

static NTSTATUS NTAPI process(WDFDEVICE device, LPGUID type, PINTERFACE exposed, PVOID specific)
{
    assert_ptr_equal(device, function.device);
    assert_true(IsEqualGUID(type, &offered_type));
    assert_ptr_equal(specific, &references);
    ((struct offered *)exposed)->number++;
    return called("process");
}

static NTSTATUS offer(PFN_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST callback, BOOLEAN imports)
{
    struct offered offered = make_offered();
    WDF_QUERY_INTERFACE_CONFIG config;

    WDF_QUERY_INTERFACE_CONFIG_INIT(&config, &offered.header, &offered_type, callback);
    config.ImportInterface = imports;
    return WdfDeviceAddQueryInterface(function.device, &config);
}

static NTSTATUS query(const GUID *type, struct offered *found, USHORT size, USHORT version)
{
    return WdfFdoQueryForInterface(function.device, type, &found->header, size, version,
                                   &references);
}

static VOID start(VOID)
{
    references = 0;
    start_device();
}

static VOID an_interface_is_copied_and_counted(VOID)
{
    struct offered found = {0};

    start();
    assert_int_equal(offer(NULL, FALSE), STATUS_SUCCESS);
    assert_int_equal(query(&offered_type, &found, sizeof(found), 2), STATUS_SUCCESS);
    assert_int_equal(found.number, 42);
    assert_int_equal(found.header.Version, 2);
    assert_int_equal(references, 1);
    found.header.InterfaceDereference(found.header.Context);
    assert_int_equal(references, 0);
}

static VOID an_unknown_interface_is_not_supported(VOID)
{
    struct offered found = {0};

    start();
    assert_int_equal(offer(NULL, FALSE), STATUS_SUCCESS);
    assert_int_equal(query(&unknown_type, &found, sizeof(found), 2), STATUS_NOT_SUPPORTED);
    assert_int_equal(found.number, 0);
}

static VOID a_caller_too_small_or_too_old_is_refused(VOID)
{
    struct offered found = {0};

    start();
    assert_int_equal(offer(NULL, FALSE), STATUS_SUCCESS);
    assert_int_equal(query(&offered_type, &found, sizeof(INTERFACE), 2),
                     STATUS_INVALID_BUFFER_SIZE);
    assert_int_equal(query(&offered_type, &found, sizeof(found), 1), STATUS_INVALID_BUFFER_SIZE);
    assert_int_equal(references, 0);
}

static VOID a_driver_changes_what_is_exposed(VOID)
{
    struct offered found = {0};

    start();
    assert_int_equal(offer(process, FALSE), STATUS_SUCCESS);
    assert_int_equal(query(&offered_type, &found, sizeof(found), 2), STATUS_SUCCESS);
    assert_journal("process ");
    assert_int_equal(found.number, 43);
}

static VOID a_driver_refuses(VOID)
{
    struct offered found = {0};

    start();
    assert_int_equal(offer(process, FALSE), STATUS_SUCCESS);
    failing.word = "process";
    failing.status = STATUS_ACCESS_DENIED;
    assert_int_equal(query(&offered_type, &found, sizeof(found), 2), STATUS_ACCESS_DENIED);
    assert_int_equal(references, 0);
}

static VOID an_imported_interface_is_the_askers(VOID)
{
    struct offered found = make_offered();

    start();
    assert_int_equal(offer(process, TRUE), STATUS_SUCCESS);
    found.number = 7;
    assert_int_equal(query(&offered_type, &found, sizeof(found), 2), STATUS_SUCCESS);
    assert_int_equal(found.number, 8);
}

static VOID a_configuration_is_checked(VOID)
{
    struct offered offered = make_offered();
    WDF_QUERY_INTERFACE_CONFIG config;

    start();
    assert_int_equal(offer(NULL, TRUE), STATUS_INVALID_PARAMETER);
    WDF_QUERY_INTERFACE_CONFIG_INIT(&config, NULL, &offered_type, NULL);
    assert_int_equal(WdfDeviceAddQueryInterface(function.device, &config),
                     STATUS_INVALID_PARAMETER);
    WDF_QUERY_INTERFACE_CONFIG_INIT(&config, &offered.header, &offered_type, NULL);
    config.SendQueryToParentStack = TRUE; /* the device is no child */
    assert_int_equal(WdfDeviceAddQueryInterface(function.device, &config),
                     STATUS_INVALID_PARAMETER);
    config.SendQueryToParentStack = FALSE;
    config.Size--;
    assert_int_equal(WdfDeviceAddQueryInterface(function.device, &config),
                     STATUS_INFO_LENGTH_MISMATCH);
    config.Size++;
    offered.header.Size = sizeof(INTERFACE) - 1;
    assert_int_equal(WdfDeviceAddQueryInterface(function.device, &config),
                     STATUS_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(an_interface_is_copied_and_counted),
        PNP_TEST(an_unknown_interface_is_not_supported),
        PNP_TEST(a_caller_too_small_or_too_old_is_refused),
        PNP_TEST(a_driver_changes_what_is_exposed),
        PNP_TEST(a_driver_refuses),
        PNP_TEST(an_imported_interface_is_the_askers),
        PNP_TEST(a_configuration_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
