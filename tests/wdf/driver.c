/* WDFDRIVER: what may be asked for, the driver's name and tag, unloading, a DriverEntry that fails.
 */
#include "control_test.h"
#include "wdf/driver.h"

static WDF_DRIVER_CONFIG wanted;
static NTSTATUS entry_status; /* what DriverEntry returns after WdfDriverCreate */
static PCWSTR service_path;
static NTSTATUS created; /* what WdfDriverCreate returned */

static VOID NTAPI note_unload(WDFDRIVER driver)
{
    note("unload %d ", driver == WdfGetDriver());
}

static VOID NTAPI note_driver_unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    note("DriverUnload ");
}

static VOID NTAPI note_cleanup(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("cleanup ");
}

static VOID NTAPI note_destroy(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("destroy ");
}

static NTSTATUS NTAPI add_device(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
    UNREFERENCED_PARAMETER(driver);
    UNREFERENCED_PARAMETER(init);
    return STATUS_UNSUCCESSFUL;
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING registry_path;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(path);
    RtlInitUnicodeString(&registry_path, service_path);
    status = ntio_wdf_bind(driver, &registry_path, &WdfDriverGlobals);
    if (!NT_SUCCESS(status))
        return status;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = note_cleanup;
    attributes.EvtDestroyCallback = note_destroy;
    created = WdfDriverCreate(driver, &registry_path, &attributes, &wanted, NULL);
    return ntio_wdf_entered(WdfDriverGlobals, NT_SUCCESS(created) ? entry_status : created);
}

static PDRIVER_OBJECT load(NTSTATUS expected)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");
    PDRIVER_OBJECT driver = NULL;

    assert_int_equal(io_create_driver(&name, enter, &driver), expected);
    return driver;
}

static VOID plain(VOID)
{
    WDF_DRIVER_CONFIG_INIT(&wanted, WDF_NO_EVENT_CALLBACK);
    wanted.DriverInitFlags = WdfDriverInitNonPnpDriver;
    wanted.EvtDriverUnload = note_unload;
    entry_status = STATUS_SUCCESS;
    service_path = L"\\Registry\\Machine\\Services\\Test";
}

static VOID assert_refused(NTSTATUS expected)
{
    load(expected);
    assert_journal("");
    plain();
}

static void wrong_configurations_are_refused(void)
{
    plain();
    wanted.Size--;
    assert_refused(STATUS_INFO_LENGTH_MISMATCH);
    wanted.DriverInitFlags = WdfVerifierOn;
    assert_refused(STATUS_INVALID_PARAMETER);
    wanted.EvtDriverDeviceAdd = add_device;
    assert_refused(STATUS_INVALID_PARAMETER);
}

static void there_is_one_driver_object(void)
{
    DECLARE_CONST_UNICODE_STRING(path, L"\\Registry\\Machine\\Services\\Test");
    PDRIVER_OBJECT driver;
    WDFDRIVER second = (WDFDRIVER)1;

    plain();
    driver = load(STATUS_SUCCESS);
    assert_int_equal(WdfDriverCreate(driver, &path, NULL, &wanted, &second),
                     STATUS_DRIVER_INTERNAL_ERROR);
    assert_ptr_equal(WdfDriverWdmGetDriverObject(WdfGetDriver()), driver);
    assert_ptr_equal(WdfWdmDriverGetWdfDriverHandle(driver), WdfGetDriver());
    assert_memory_equal(WdfDriverGetRegistryPath(WdfGetDriver()), path.Buffer, path.MaximumLength);
    assert_int_equal(WdfDriverRegisterTraceInfo(driver, NULL, NULL), STATUS_NOT_SUPPORTED);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDriverCreate(driver, &path, NULL, NULL, &second));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDriverCreate(driver, NULL, NULL, &wanted, &second));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDriverCreate(NULL, &path, NULL, &wanted, &second));
}

static void the_tag_comes_from_the_name(void)
{
    static const struct {
        PCWSTR path;
        ULONG asked_for;
        PCSTR name, tag;
    } cases[] = {
        {L"\\Services\\Echo", 0, "Echo", "Echo"},
        {L"\\Services\\wdfsample", 0, "wdfsample", "samp"},
        {L"\\Services\\WDFab", 0, "WDFab", "FxDr"},
        {L"\\Services\\abc", 0, "abc", "abc"},
        {L"\\Services\\Echo", 'geTM', "Echo", "MTeg"},
        {L"\\Services\\Echo", ' kdD', "Echo", "Echo"},
    };
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        PDRIVER_OBJECT driver;

        plain();
        service_path = cases[i].path;
        wanted.DriverPoolTag = cases[i].asked_for;
        driver = load(STATUS_SUCCESS);
        assert_string_equal(WdfDriverGlobals->DriverName, cases[i].name);
        assert_memory_equal(&WdfDriverGlobals->DriverTag, cases[i].tag, strlen(cases[i].tag));
        assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
    }
    journal.length = 0;
}

static void unloading_calls_and_deletes(void)
{
    PDRIVER_OBJECT driver;

    plain();
    driver = load(STATUS_SUCCESS);
    assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
    assert_journal("unload 1 cleanup destroy ");
}

static void without_a_callback_it_stays(void)
{
    plain();
    wanted.EvtDriverUnload = NULL;
    assert_int_equal(io_unload_driver(load(STATUS_SUCCESS)), STATUS_INVALID_DEVICE_REQUEST);
}

static void a_pnp_driver_can_always_be_unloaded(void)
{
    PDRIVER_OBJECT driver;

    plain();
    wanted.DriverInitFlags = 0;
    wanted.EvtDriverDeviceAdd = add_device;
    wanted.EvtDriverUnload = NULL;
    driver = load(STATUS_SUCCESS);
    assert_non_null(driver->DriverExtension->AddDevice);
    assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
    assert_journal("cleanup destroy ");
}

static NTSTATUS NTAPI enter_with_own_unload(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status;

    driver->DriverUnload = note_driver_unload;
    status = enter(driver, path);
    return status;
}

static void a_drivers_own_unload_is_called_too(void)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");
    PDRIVER_OBJECT driver = NULL;

    plain();
    assert_int_equal(io_create_driver(&name, enter_with_own_unload, &driver), STATUS_SUCCESS);
    assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
    assert_journal("DriverUnload unload 1 cleanup destroy ");
}

static void a_driver_entry_that_fails_leaves_nothing(void)
{
    plain();
    entry_status = STATUS_DEVICE_CONFIGURATION_ERROR;
    load(STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_journal("cleanup destroy ");
}

static void the_version(void)
{
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS params;
    UNICODE_STRING text;
    WDFSTRING string;

    plain();
    load(STATUS_SUCCESS);
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, 1, 33);
    assert_true(WdfDriverIsVersionAvailable(WdfGetDriver(), &params));
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, 1, 0);
    assert_true(WdfDriverIsVersionAvailable(WdfGetDriver(), &params));
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, 1, 34);
    assert_false(WdfDriverIsVersionAvailable(WdfGetDriver(), &params));
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, 2, 0);
    assert_false(WdfDriverIsVersionAvailable(WdfGetDriver(), &params));
    params.MajorVersion = 1;
    params.Size--;
    assert_false(WdfDriverIsVersionAvailable(WdfGetDriver(), &params));
    assert_int_equal(WdfStringCreate(NULL, NULL, &string), STATUS_SUCCESS);
    assert_int_equal(WdfDriverRetrieveVersionString(WdfGetDriver(), string), STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &text);
    assert_int_not_equal(text.Length, 0);
    assert_int_equal(WdfDriverErrorReportApiMissing(WdfGetDriver(), NULL, 500, TRUE),
                     STATUS_PROCEDURE_NOT_FOUND);
    ASSERT_VIOLATION(WDF_API_UNAVAILABLE,
                     WdfDriverErrorReportApiMissing(WdfGetDriver(), NULL, 500, FALSE));
}

static void the_registry_turns_the_verifier_on(void)
{
    DECLARE_CONST_UNICODE_STRING(path, L"\\Registry\\Machine\\Services\\Test\\Parameters\\Wdf");
    DECLARE_CONST_UNICODE_STRING(name, L"VerifierOn");
    ULONG on = 1;

    plain();
    assert_int_equal(cm_set_value(&path, &name, REG_DWORD, &on, sizeof(on)), STATUS_SUCCESS);
    load(STATUS_SUCCESS);
    assert_true(wdf_globals_of(WdfDriverGlobals)->is_verifier_on);
    assert_int_equal(WdfDriverGlobals->DriverFlags, WdfVerifierOn | WdfDriverInitNonPnpDriver);
    WdfVerifierDbgBreakPoint();
}

static void nothing_is_left_when_memory_is_short(void)
{
    ULONG i = 0;
    NTSTATUS status;
    PDRIVER_OBJECT driver = NULL;

    do {
        UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");

        plain();
        ex_pool_inject(i++, FALSE);
        status = io_create_driver(&name, enter, &driver);
        ex_pool_inject(MAXULONG, FALSE);
    } while (status == STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(status, STATUS_SUCCESS);
    assert_journal("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(wrong_configurations_are_refused),
        WDF_TEST(there_is_one_driver_object),
        WDF_TEST(the_tag_comes_from_the_name),
        WDF_TEST(unloading_calls_and_deletes),
        WDF_TEST(without_a_callback_it_stays),
        WDF_TEST(a_pnp_driver_can_always_be_unloaded),
        WDF_TEST(a_drivers_own_unload_is_called_too),
        WDF_TEST(a_driver_entry_that_fails_leaves_nothing),
        WDF_TEST(the_version),
        WDF_TEST(the_registry_turns_the_verifier_on),
        WDF_TEST(nothing_is_left_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
