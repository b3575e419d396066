/* Pins the order of a device's callbacks from AddDevice to removal, and what follows where one
 * fails. */
#include "wdf/pnp_test.h"

/* ---- start and removal ------------------------------------------------------------- */

static VOID starts_and_is_removed(VOID)
{
    load_function_driver();
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_journal("");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpInit);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal(START_JOURNAL);
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpStarted);
    assert_int_equal(WdfDeviceGetDevicePowerState(function.device), WdfDevStatePowerD0);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("query-remove ");
    remove_device();
    assert_journal(REMOVE_JOURNAL);
    assert_null(bus.pdo->AttachedDevice);
}

static VOID is_removed_before_it_starts(VOID)
{
    load_function_driver();
    assert_int_equal(add_device(), STATUS_SUCCESS);
    remove_device();
    assert_journal("cleanup bus-remove destroy ");
}

static VOID is_not_started_if_the_bus_fails(VOID)
{
    load_function_driver();
    bus.start_status = STATUS_DEVICE_NOT_CONNECTED;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_DEVICE_NOT_CONNECTED);
    assert_journal("bus-start ");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpInit);
}

/* ---- a start that fails -------------------------------------------------------------- */

static VOID fail_start(PCSTR word, NTSTATUS expected, PCSTR expected_journal)
{
    load_function_driver();
    failing = (struct failing){word, STATUS_DEVICE_CONFIGURATION_ERROR};
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_START_DEVICE), expected);
    assert_journal(expected_journal);
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device),
                     WdfDevStatePnpFailedWaitForRemove);
    remove_device();
}

static VOID prepare_fails(VOID)
{
    fail_start("prepare", STATUS_DEVICE_CONFIGURATION_ERROR, "bus-start prepare release ");
    assert_journal("cleanup bus-remove destroy ");
}

static VOID d0_entry_fails(VOID)
{
    fail_start("d0-entry", STATUS_DEVICE_POWER_FAILURE, "bus-start prepare d0-entry(5) release ");
    assert_journal("cleanup bus-remove destroy ");
}

static VOID interrupts_fail(VOID)
{
    fail_start("interrupts-on", STATUS_DEVICE_POWER_FAILURE,
               "bus-start prepare d0-entry(5) interrupts-on(5) d0-exit(5) release ");
    assert_journal("cleanup bus-remove destroy ");
}

static VOID io_init_fails(VOID)
{
    fail_start("io-init", STATUS_DEVICE_POWER_FAILURE,
               "bus-start prepare d0-entry(5) interrupts-on(5) io-init interrupts-off(5) "
               "d0-exit(5) release io-flush ");
    assert_journal("io-cleanup cleanup bus-remove destroy ");
}

/* ---- stop ------------------------------------------------------------------------------ */

static VOID stops_and_starts_again(VOID)
{
    start_device();
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_SUCCESS);
    assert_journal("query-stop ");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpQueryStopPending);
    assert_int_equal(ask(IRP_MN_STOP_DEVICE), STATUS_SUCCESS);
    assert_journal("io-suspend interrupts-off(5) d0-exit(5) release ");
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("bus-start prepare d0-entry(5) interrupts-on(5) io-restart ");
    remove_device();
    assert_journal(REMOVE_JOURNAL);
}

static VOID stop_is_cancelled(VOID)
{
    start_device();
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_CANCEL_STOP_DEVICE), STATUS_SUCCESS);
    assert_journal("query-stop ");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpStarted);
}

static VOID driver_refuses(VOID)
{
    start_device();
    failing = (struct failing){"query-stop", STATUS_DEVICE_BUSY};
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_DEVICE_BUSY);
    failing = (struct failing){"query-remove", STATUS_UNSUCCESSFUL};
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_UNSUCCESSFUL);
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpStarted);
}

static VOID static_refusal(VOID)
{
    start_device();
    WdfDeviceSetStaticStopRemove(function.device, FALSE);
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_INVALID_DEVICE_STATE);
    assert_journal("");
    WdfDeviceSetStaticStopRemove(function.device, TRUE);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_CANCEL_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("query-remove ");
}

/* ---- surprise removal --------------------------------------------------------------------- */

static VOID is_surprise_removed(VOID)
{
    start_device();
    assert_int_equal(ask(IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_journal("surprise io-suspend interrupts-off(5) d0-exit(5) release io-flush ");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device),
                     WdfDevStatePnpFailedWaitForRemove);
    remove_device();
    assert_journal("io-cleanup cleanup bus-remove destroy ");
}

static VOID is_surprise_removed_while_stopped(VOID)
{
    start_device();
    assert_int_equal(ask(IRP_MN_QUERY_STOP_DEVICE), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_STOP_DEVICE), STATUS_SUCCESS);
    journal.length = 0;
    assert_int_equal(ask(IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_journal("surprise io-flush ");
}

static VOID is_surprise_removed_before_it_starts(VOID)
{
    load_function_driver();
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_journal("");
    assert_int_equal(WdfDeviceGetDevicePnpState(function.device), WdfDevStatePnpInit);
}

/* ---- AddDevice that fails --------------------------------------------------------------- */

static NTSTATUS refuse(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    return STATUS_DEVICE_CONFIGURATION_ERROR;
}

static VOID make_filter(PWDFDEVICE_INIT init)
{
    WdfFdoInitSetFilter(init);
}

static VOID add_fails(VOID)
{
    load_function_driver();
    function.furnish = refuse;
    assert_int_equal(add_device(), STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_journal("cleanup destroy ");
    assert_null(bus.pdo->AttachedDevice);
}

static VOID filter_that_fails_is_left_out(VOID)
{
    load_function_driver();
    function.adjust = make_filter;
    function.furnish = refuse;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_null(bus.pdo->AttachedDevice);
}

static VOID filter_follows_the_device_below(VOID)
{
    load_function_driver();
    bus.pdo->Flags |= DO_DIRECT_IO;
    bus.pdo->DeviceType = FILE_DEVICE_KEYBOARD;
    function.adjust = make_filter;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_true(bus.pdo->AttachedDevice->Flags & DO_DIRECT_IO);
    assert_false(bus.pdo->AttachedDevice->Flags & (DO_BUFFERED_IO | DO_DEVICE_INITIALIZING));
    assert_int_equal(bus.pdo->AttachedDevice->DeviceType, FILE_DEVICE_KEYBOARD);
    assert_false(inside_device()->config.is_power_policy_owner);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal(START_JOURNAL);
}

/* ---- states that are watched ------------------------------------------------------------ */

static VOID NTAPI on_pnp_state(WDFDEVICE device, PCWDF_DEVICE_PNP_NOTIFICATION_DATA data)
{
    UNREFERENCED_PARAMETER(device);
    if (data->Type == StateNotificationPostProcessState)
        note("done(%x) ", data->Data.PostProcessState.CurrentState);
    else
        note("%s(%x,%x) ", data->Type == StateNotificationEnterState ? "enter" : "leave",
             data->Data.EnterState.CurrentState, data->Data.EnterState.NewState);
}

static VOID watch(PWDFDEVICE_INIT init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS none;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&none);
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &none);
    assert_int_equal(WdfDeviceInitRegisterPnpStateChangeCallback(
                         init, WdfDevStatePnpInvalid, on_pnp_state, StateNotificationAllStates),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceInitRegisterPnpStateChangeCallback(
                         init, WdfDevStatePnpNull, on_pnp_state, StateNotificationAllStates),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfDeviceInitRegisterPnpStateChangeCallback(init, WdfDevStatePnpStarted, on_pnp_state, 0),
        STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfDeviceInitRegisterPnpStateChangeCallback(init, WdfDevStatePnpStarted, on_pnp_state, 8),
        STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceInitRegisterPnpStateChangeCallback(
                         init, WdfDevStatePnpStarted, on_pnp_state, StateNotificationAllStates),
                     STATUS_SUCCESS);
}

static VOID states_are_watched(VOID)
{
    load_function_driver();
    function.adjust = watch;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("bus-start enter(109,119) done(119) ");
    remove_device();
    assert_journal("leave(119,11c) cleanup bus-remove destroy ");
}

/* ---- what the PnP manager asks ---------------------------------------------------------- */

static VOID device_state_is_answered(VOID)
{
    IO_STACK_LOCATION stack = {.MinorFunction = IRP_MN_QUERY_PNP_DEVICE_STATE};
    WDF_DEVICE_STATE wishes;
    ULONG_PTR state = 0;

    start_device();
    assert_int_equal(pnp_send(bus.pdo, &stack, &state), STATUS_SUCCESS);
    assert_int_equal(state, 0);
    WDF_DEVICE_STATE_INIT(&wishes);
    wishes.DontDisplayInUI = WdfTrue;
    wishes.NotDisableable = WdfTrue;
    WdfDeviceSetDeviceState(function.device, &wishes);
    assert_int_equal(pnp_send(bus.pdo, &stack, &state), STATUS_SUCCESS);
    assert_int_equal(state, PNP_DEVICE_DONT_DISPLAY_IN_UI | PNP_DEVICE_NOT_DISABLEABLE);
    WdfDeviceSetFailed(function.device, WdfDeviceFailedNoRestart);
    assert_int_equal(pnp_send(bus.pdo, &stack, &state), STATUS_SUCCESS);
    assert_true(state & PNP_DEVICE_FAILED);
}

static VOID capabilities_are_merged(VOID)
{
    IO_STACK_LOCATION stack = {.MinorFunction = IRP_MN_QUERY_CAPABILITIES};
    DEVICE_CAPABILITIES capabilities = {.Size = sizeof(capabilities), .Version = 1};
    WDF_DEVICE_PNP_CAPABILITIES wishes;
    WDF_DEVICE_POWER_CAPABILITIES power;

    start_device();
    bus.capabilities.Removable = TRUE;
    WDF_DEVICE_PNP_CAPABILITIES_INIT(&wishes);
    wishes.SurpriseRemovalOK = WdfTrue;
    wishes.Removable = WdfFalse;
    wishes.UINumber = 7;
    WdfDeviceSetPnpCapabilities(function.device, &wishes);
    WDF_DEVICE_POWER_CAPABILITIES_INIT(&power);
    power.SystemWake = PowerSystemSleeping1; /* less than the bus can */
    power.DeviceWake = PowerDeviceD3;        /* more than the bus can */
    power.D1Latency = 10;
    WdfDeviceSetPowerCapabilities(function.device, &power);
    stack.Parameters.DeviceCapabilities.Capabilities = &capabilities;
    assert_int_equal(pnp_send(bus.pdo, &stack, NULL), STATUS_SUCCESS);
    assert_true(capabilities.SurpriseRemovalOK);
    assert_false(capabilities.Removable);
    assert_int_equal(capabilities.UINumber, 7);
    assert_int_equal(capabilities.Address, (ULONG)-1);
    assert_int_equal(capabilities.SystemWake, PowerSystemSleeping1);
    assert_int_equal(capabilities.DeviceWake, PowerDeviceD2);
    assert_int_equal(capabilities.D1Latency, 10);
}

static VOID removal_relations_are_added(VOID)
{
    IO_STACK_LOCATION stack = {.MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS};
    PDEVICE_RELATIONS relations;
    ULONG_PTR information = 0;

    start_device();
    stack.Parameters.QueryDeviceRelations.Type = RemovalRelations;
    assert_int_equal(pnp_send(bus.pdo, &stack, &information), STATUS_NOT_SUPPORTED);
    assert_int_equal(WdfDeviceAddRemovalRelationsPhysicalDevice(function.device, bus.pdo),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDeviceAddRemovalRelationsPhysicalDevice(function.device, bus.pdo),
                     STATUS_SUCCESS);
    assert_int_equal(pnp_send(bus.pdo, &stack, &information), STATUS_SUCCESS);
    relations = (PVOID)information;
    assert_int_equal(relations->Count, 1);
    assert_ptr_equal(relations->Objects[0], bus.pdo);
    ObDereferenceObject(relations->Objects[0]);
    ExFreePool(relations);
    WdfDeviceClearRemovalRelationsDevices(function.device);
    information = 0;
    assert_int_equal(pnp_send(bus.pdo, &stack, &information), STATUS_NOT_SUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(starts_and_is_removed),
        PNP_TEST(is_removed_before_it_starts),
        PNP_TEST(is_not_started_if_the_bus_fails),
        PNP_TEST(prepare_fails),
        PNP_TEST(d0_entry_fails),
        PNP_TEST(interrupts_fail),
        PNP_TEST(io_init_fails),
        PNP_TEST(stops_and_starts_again),
        PNP_TEST(stop_is_cancelled),
        PNP_TEST(driver_refuses),
        PNP_TEST(static_refusal),
        PNP_TEST(is_surprise_removed),
        PNP_TEST(is_surprise_removed_while_stopped),
        PNP_TEST(is_surprise_removed_before_it_starts),
        PNP_TEST(add_fails),
        PNP_TEST(filter_that_fails_is_left_out),
        PNP_TEST(filter_follows_the_device_below),
        PNP_TEST(states_are_watched),
        PNP_TEST(device_state_is_answered),
        PNP_TEST(capabilities_are_merged),
        PNP_TEST(removal_relations_are_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
