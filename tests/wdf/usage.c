/* Pins special files: who hears of one, in which order, who refuses, and what that undoes. */
#include "wdf/pnp_test.h"

static NTSTATUS usage(WDF_SPECIAL_FILE_TYPE type, BOOLEAN in_path)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_DEVICE_USAGE_NOTIFICATION};

    location.Parameters.UsageNotification.Type = (DEVICE_USAGE_NOTIFICATION_TYPE)type;
    location.Parameters.UsageNotification.InPath = in_path;
    return pnp_send(bus.pdo, &location, NULL);
}

static NTSTATUS NTAPI on_usage(WDFDEVICE device, WDF_SPECIAL_FILE_TYPE type, BOOLEAN in_path)
{
    UNREFERENCED_PARAMETER(device);
    return called_for(in_path ? "used" : "free", type);
}

static VOID hear_of_usage(PWDFDEVICE_INIT init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceUsageNotificationEx = on_usage;
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &callbacks);
}

static VOID hear_and_filter(PWDFDEVICE_INIT init)
{
    hear_of_usage(init);
    WdfFdoInitSetFilter(init);
}

static NTSTATUS support_paging(WDFDEVICE device)
{
    WdfDeviceSetSpecialFileSupport(device, WdfSpecialFilePaging, TRUE);
    return STATUS_SUCCESS;
}

static VOID start_with(VOID (*adjust)(PWDFDEVICE_INIT), NTSTATUS (*furnish)(WDFDEVICE))
{
    load_function_driver();
    function.adjust = adjust;
    function.furnish = furnish;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    journal.length = 0;
    journal.text[0] = 0;
}

static ULONG pageable(VOID)
{
    return WdfDeviceWdmGetDeviceObject(function.device)->Flags & DO_POWER_PAGABLE;
}

/* ---- ------------------------------------------------------------------------------------ */

static VOID an_unsupported_file_is_refused(VOID)
{
    start_with(hear_of_usage, support_paging);
    assert_int_equal(usage(WdfSpecialFileDump, TRUE), STATUS_NOT_IMPLEMENTED);
    assert_int_equal(usage(0, TRUE), STATUS_NOT_IMPLEMENTED);
    assert_int_equal(usage(WdfSpecialFileMax, TRUE), STATUS_NOT_IMPLEMENTED);
    assert_journal("");
}

static VOID the_drivers_below_hear_first(VOID)
{
    start_with(hear_of_usage, support_paging);
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_SUCCESS);
    assert_journal("bus-used(1) used(1) ");
    assert_int_equal(usage(WdfSpecialFilePaging, FALSE), STATUS_SUCCESS);
    assert_journal("bus-free(1) free(1) ");
}

static VOID a_filter_supports_every_file(VOID)
{
    start_with(hear_and_filter, NULL);
    assert_int_equal(usage(WdfSpecialFileDump, TRUE), STATUS_SUCCESS);
    assert_journal("bus-used(3) used(3) ");
    assert_int_equal(usage(WdfSpecialFileDump, FALSE), STATUS_SUCCESS);
}

static VOID a_refusal_below_is_the_answer(VOID)
{
    start_with(hear_of_usage, support_paging);
    bus.usage_status = STATUS_DEVICE_BUSY;
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_DEVICE_BUSY);
    assert_journal("bus-used(1) ");
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
}

static VOID a_refusal_is_undone_below(VOID)
{
    start_with(hear_of_usage, support_paging);
    failing.word = "used";
    failing.status = STATUS_UNSUCCESSFUL;
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_UNSUCCESSFUL);
    assert_journal("bus-used(1) used(1) bus-free(1) ");
    assert_int_not_equal(pageable(), 0);
}

static VOID a_device_in_use_stays(VOID)
{
    start_with(hear_of_usage, support_paging);
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_DEVICE_NOT_READY);
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_DEVICE_NOT_READY);
    assert_int_equal(usage(WdfSpecialFilePaging, FALSE), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
}

static VOID a_device_in_use_is_not_powered_by_pageable_code(VOID)
{
    start_with(hear_of_usage, support_paging);
    assert_int_not_equal(pageable(), 0);
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_SUCCESS);
    assert_int_equal(pageable(), 0);
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_SUCCESS);
    assert_int_equal(usage(WdfSpecialFilePaging, FALSE), STATUS_SUCCESS);
    assert_int_equal(pageable(), 0);
    assert_int_equal(usage(WdfSpecialFilePaging, FALSE), STATUS_SUCCESS);
    assert_int_not_equal(pageable(), 0);
}

/* ---- dependents ------------------------------------------------------------------------------ */

static NTSTATUS dependent_status;

static NTSTATUS NTAPI dependent_pnp(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

    UNREFERENCED_PARAMETER(device);
    note("dependent-%s ", stack->Parameters.UsageNotification.InPath ? "used" : "free");
    return bus_complete(irp, dependent_status);
}

static NTSTATUS NTAPI dependent_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->MajorFunction[IRP_MJ_PNP] = dependent_pnp;
    return STATUS_SUCCESS;
}

static PDEVICE_OBJECT make_dependent(VOID)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Dependent");
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;

    dependent_status = STATUS_SUCCESS;
    assert_int_equal(io_create_driver(&name, dependent_entry, &driver), STATUS_SUCCESS);
    assert_int_equal(IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device),
                     STATUS_SUCCESS);
    return device;
}

static VOID dependents_hear_before_the_drivers_below(VOID)
{
    PDEVICE_OBJECT dependent;

    start_with(hear_of_usage, support_paging);
    dependent = make_dependent();
    assert_int_equal(WdfDeviceAddDependentUsageDeviceObject(function.device, dependent),
                     STATUS_SUCCESS);
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_SUCCESS);
    assert_journal("dependent-used bus-used(1) used(1) ");
    WdfDeviceRemoveDependentUsageDeviceObject(function.device, dependent);
    assert_int_equal(usage(WdfSpecialFilePaging, FALSE), STATUS_SUCCESS);
    assert_journal("bus-free(1) free(1) ");
    IoDeleteDevice(dependent);
}

static VOID a_refusal_is_undone_at_dependents(VOID)
{
    PDEVICE_OBJECT dependent;

    start_with(hear_of_usage, support_paging);
    dependent = make_dependent();
    assert_int_equal(WdfDeviceAddDependentUsageDeviceObject(function.device, dependent),
                     STATUS_SUCCESS);
    bus.usage_status = STATUS_DEVICE_BUSY;
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_DEVICE_BUSY);
    assert_journal("dependent-used bus-used(1) dependent-free ");
    dependent_status = STATUS_TOO_LATE;
    assert_int_equal(usage(WdfSpecialFilePaging, TRUE), STATUS_TOO_LATE);
    assert_journal("dependent-used ");
    remove_device();
    IoDeleteDevice(dependent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(an_unsupported_file_is_refused),
        PNP_TEST(the_drivers_below_hear_first),
        PNP_TEST(a_filter_supports_every_file),
        PNP_TEST(a_refusal_below_is_the_answer),
        PNP_TEST(a_refusal_is_undone_below),
        PNP_TEST(a_device_in_use_stays),
        PNP_TEST(a_device_in_use_is_not_powered_by_pageable_code),
        PNP_TEST(dependents_hear_before_the_drivers_below),
        PNP_TEST(a_refusal_is_undone_at_dependents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
