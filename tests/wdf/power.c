/* Pins a device's way to Dx and back: idle, wake signals, the system's sleep, and failures on the
 * way. */
#include "wdf/pnp_test.h"

#define TO_D3 "io-suspend interrupts-off(4) d0-exit(4) "
#define FROM_D3 "d0-entry(4) interrupts-on(4) io-restart "

/* ---- the policy's callbacks ------------------------------------------------------------ */

static struct wdf_policy *policy(VOID)
{
    return inside_device()->pnp->policy;
}

/* One time is enough: when it is back the device stays. */
static NTSTATUS NTAPI on_arm_s0(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    __atomic_store_n(&policy()->idle.timeout, MAXLONG, __ATOMIC_RELAXED);
    return called("arm-s0");
}

static VOID NTAPI on_disarm_s0(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    called("disarm-s0");
}

static VOID NTAPI on_wake_s0(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    called("wake-s0");
}

static NTSTATUS NTAPI on_arm_sx(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    return called("arm-sx");
}

static VOID NTAPI on_disarm_sx(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    called("disarm-sx");
}

static VOID NTAPI on_wake_sx(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
    called("wake-sx");
}

static VOID set_policy(PWDFDEVICE_INIT init)
{
    WDF_POWER_POLICY_EVENT_CALLBACKS callbacks;

    WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceArmWakeFromS0 = on_arm_s0;
    callbacks.EvtDeviceDisarmWakeFromS0 = on_disarm_s0;
    callbacks.EvtDeviceWakeFromS0Triggered = on_wake_s0;
    callbacks.EvtDeviceArmWakeFromSx = on_arm_sx;
    callbacks.EvtDeviceDisarmWakeFromSx = on_disarm_sx;
    callbacks.EvtDeviceWakeFromSxTriggered = on_wake_sx;
    WdfDeviceInitSetPowerPolicyEventCallbacks(init, &callbacks);
}

static VOID start_with_policy(VOID)
{
    function.adjust = set_policy;
    start_device();
}

/* ---- helpers ----------------------------------------------------------------------------- */

/* Power goes its way in worker threads. */
static VOID wait_for(enum wdf_policy_state state)
{
    LARGE_INTEGER moment = {.QuadPart = -10000};

    while (__atomic_load_n(&policy()->state, __ATOMIC_SEQ_CST) != (LONG)state)
        KeDelayExecutionThread(KernelMode, FALSE, &moment);
}

static NTSTATUS set_idle(WDF_POWER_POLICY_S0_IDLE_CAPABILITIES caps, BOOLEAN is_enabled)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS settings;

    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&settings, caps);
    settings.IdleTimeout = 1;
    settings.Enabled = is_enabled ? WdfTrue : WdfFalse;
    settings.UserControlOfIdleSettings = IdleDoNotAllowUserControl;
    return WdfDeviceAssignS0IdleSettings(function.device, &settings);
}

static NTSTATUS set_wake(VOID)
{
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS settings;

    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(&settings);
    settings.Enabled = WdfTrue;
    settings.UserControlOfWakeSettings = WakeDoNotAllowUserControl;
    return WdfDeviceAssignSxWakeSettings(function.device, &settings);
}

static VOID go_idle(WDF_POWER_POLICY_S0_IDLE_CAPABILITIES caps)
{
    assert_int_equal(set_idle(caps, TRUE), STATUS_SUCCESS);
    wait_for(WDF_POLICY_IN_DX);
}

static NTSTATUS NTAPI system_power_done(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS send_power(POWER_STATE_TYPE type, ULONG state)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(bus.pdo);
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    PIO_STACK_LOCATION stack = IoGetNextIrpStackLocation(irp);
    NTSTATUS status;
    KEVENT event;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    stack->MajorFunction = IRP_MJ_POWER;
    stack->MinorFunction = IRP_MN_SET_POWER;
    stack->Parameters.Power.Type = type;
    stack->Parameters.Power.State.SystemState = (SYSTEM_POWER_STATE)state;
    stack->Parameters.Power.ShutdownType = PowerActionSleep;
    IoSetCompletionRoutine(irp, system_power_done, &event, TRUE, TRUE, TRUE);
    PoCallDriver(top, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    status = irp->IoStatus.Status;
    IoFreeIrp(irp);
    ObDereferenceObject(top);
    return status;
}

/* The device signals: the bus completes the request that waits for it. */
static VOID signal_wake(VOID)
{
    PIRP irp = bus.wait_wake;

    assert_non_null(irp);
    bus.wait_wake = NULL;
    assert_non_null(IoSetCancelRoutine(irp, NULL));
    irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

/* ---- idle ----------------------------------------------------------------------------------- */

static VOID idles_and_comes_back(VOID)
{
    start_device();
    go_idle(IdleCannotWakeFromS0);
    assert_journal(TO_D3);
    assert_int_equal(WdfDeviceGetDevicePowerState(function.device), WdfDevStatePowerDx);
    assert_int_equal(WdfDeviceGetDevicePowerPolicyState(function.device),
                     WdfDevStatePwrPolWaitingUnarmed);
    assert_int_equal(WdfDeviceStopIdle(function.device, TRUE), STATUS_SUCCESS);
    assert_journal(FROM_D3);
    assert_int_equal(WdfDeviceGetDevicePowerState(function.device), WdfDevStatePowerD0);
    WdfDeviceResumeIdle(function.device);
    wait_for(WDF_POLICY_IN_DX);
    assert_journal(TO_D3);
    assert_int_equal(bus.set_powers, 3);
}

static VOID a_reference_keeps_it_awake(VOID)
{
    LARGE_INTEGER moment = {.QuadPart = -200000}; /* 20 times the idle time */

    start_device();
    assert_int_equal(WdfDeviceStopIdle(function.device, FALSE), STATUS_SUCCESS);
    assert_int_equal(set_idle(IdleCannotWakeFromS0, TRUE), STATUS_SUCCESS);
    KeDelayExecutionThread(KernelMode, FALSE, &moment);
    assert_journal("");
    WdfDeviceResumeIdle(function.device);
    wait_for(WDF_POLICY_IN_DX);
    assert_journal(TO_D3);
}

static VOID a_reference_need_not_wait(VOID)
{
    start_device();
    go_idle(IdleCannotWakeFromS0);
    assert_int_equal(WdfDeviceStopIdle(function.device, FALSE), STATUS_PENDING);
    wait_for(WDF_POLICY_D0);
    assert_journal(TO_D3 FROM_D3);
}

static VOID disabling_brings_it_back(VOID)
{
    start_device();
    go_idle(IdleCannotWakeFromS0);
    assert_int_equal(set_idle(IdleCannotWakeFromS0, FALSE), STATUS_SUCCESS);
    wait_for(WDF_POLICY_D0);
    assert_journal(TO_D3 FROM_D3);
}

static VOID is_refused_while_not_started(VOID)
{
    load_function_driver();
    assert_int_equal(add_device(), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceStopIdle(function.device, TRUE), STATUS_POWER_STATE_INVALID);
    assert_int_equal(WdfDeviceStopIdle(function.device, FALSE), STATUS_POWER_STATE_INVALID);
    assert_int_equal(policy()->references, 0);
}

/* ---- wake from S0 ----------------------------------------------------------------------- */

#define TO_ARMED_D2 "io-suspend arm-s0 interrupts-off(3) d0-exit(3) "

static VOID wakes_by_itself(VOID)
{
    start_with_policy();
    go_idle(IdleCanWakeFromS0);
    assert_journal(TO_ARMED_D2);
    signal_wake();
    wait_for(WDF_POLICY_D0);
    assert_journal("d0-entry(3) interrupts-on(3) wake-s0 disarm-s0 io-restart ");
}

static VOID is_disarmed_when_needed(VOID)
{
    start_with_policy();
    go_idle(IdleCanWakeFromS0);
    assert_int_equal(WdfDeviceStopIdle(function.device, TRUE), STATUS_SUCCESS);
    assert_journal(TO_ARMED_D2 "d0-entry(3) interrupts-on(3) disarm-s0 io-restart ");
    assert_null(bus.wait_wake);
}

static VOID comes_back_if_arming_fails(VOID)
{
    start_with_policy();
    failing = (struct failing){"arm-s0", STATUS_UNSUCCESSFUL};
    assert_int_equal(set_idle(IdleCanWakeFromS0, TRUE), STATUS_SUCCESS);
    wait_for_words(TO_ARMED_D2 "d0-entry(3) interrupts-on(3) io-restart ");
    wait_for(WDF_POLICY_D0);
    assert_journal(TO_ARMED_D2 "d0-entry(3) interrupts-on(3) io-restart ");
    assert_null(bus.wait_wake);
}

/* ---- the system sleeps ------------------------------------------------------------------ */

static VOID sleeps_with_the_system(VOID)
{
    start_with_policy();
    assert_int_equal(send_power(SystemPowerState, PowerSystemSleeping3), STATUS_SUCCESS);
    assert_journal(TO_D3);
    assert_int_equal(WdfDeviceGetSystemPowerAction(function.device), PowerActionSleep);
    assert_int_equal(send_power(SystemPowerState, PowerSystemWorking), STATUS_SUCCESS);
    wait_for(WDF_POLICY_D0);
    assert_journal(FROM_D3);
    assert_int_equal(WdfDeviceGetSystemPowerAction(function.device), PowerActionNone);
}

static VOID wakes_the_system(VOID)
{
    start_with_policy();
    assert_int_equal(set_wake(), STATUS_SUCCESS);
    assert_int_equal(send_power(SystemPowerState, PowerSystemSleeping3), STATUS_SUCCESS);
    assert_journal("io-suspend arm-sx interrupts-off(3) d0-exit(3) ");
    signal_wake();
    assert_int_equal(send_power(SystemPowerState, PowerSystemWorking), STATUS_SUCCESS);
    wait_for(WDF_POLICY_D0);
    assert_journal("d0-entry(3) interrupts-on(3) wake-sx disarm-sx io-restart ");
}

static VOID does_not_wake_a_hibernated_system(VOID)
{
    start_with_policy();
    assert_int_equal(set_wake(), STATUS_SUCCESS);
    assert_int_equal(send_power(SystemPowerState, PowerSystemHibernate), STATUS_SUCCESS);
    assert_journal(TO_D3);
    assert_null(bus.wait_wake);
}

static VOID idle_device_stays_idle_through_sleep(VOID)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS settings;

    start_with_policy();
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&settings, IdleCannotWakeFromS0);
    settings.IdleTimeout = 1;
    settings.Enabled = WdfTrue;
    settings.PowerUpIdleDeviceOnSystemWake = WdfFalse;
    assert_int_equal(WdfDeviceAssignS0IdleSettings(function.device, &settings), STATUS_SUCCESS);
    wait_for(WDF_POLICY_IN_DX);
    assert_int_equal(send_power(SystemPowerState, PowerSystemSleeping3), STATUS_SUCCESS);
    assert_int_equal(send_power(SystemPowerState, PowerSystemWorking), STATUS_SUCCESS);
    assert_int_equal(policy()->state, WDF_POLICY_IN_DX);
    assert_journal(TO_D3);
}

/* ---- removal ---------------------------------------------------------------------------- */

static VOID is_woken_to_be_removed(VOID)
{
    start_device();
    go_idle(IdleCannotWakeFromS0);
    assert_int_equal(ask(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal(TO_D3 "query-remove " FROM_D3);
    remove_device();
    assert_journal(REMOVE_JOURNAL);
}

static VOID is_surprise_removed_in_dx(VOID)
{
    start_with_policy();
    go_idle(IdleCanWakeFromS0);
    journal.length = 0;
    assert_int_equal(ask(IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_journal("surprise release io-flush ");
    assert_null(bus.wait_wake);
}

/* ---- failures --------------------------------------------------------------------------- */

static VOID cannot_come_back(VOID)
{
    start_device();
    go_idle(IdleCannotWakeFromS0);
    failing = (struct failing){"d0-entry", STATUS_DEVICE_DATA_ERROR};
    assert_int_equal(WdfDeviceStopIdle(function.device, TRUE), STATUS_POWER_STATE_INVALID);
    assert_journal(TO_D3 "d0-entry(4) ");
    assert_true(inside_device()->pnp->has_failed);
    assert_int_equal(WdfDeviceStopIdle(function.device, FALSE), STATUS_POWER_STATE_INVALID);
}

static VOID goes_down_though_it_fails(VOID)
{
    start_device();
    failing = (struct failing){"d0-exit", STATUS_UNSUCCESSFUL};
    go_idle(IdleCannotWakeFromS0);
    assert_journal(TO_D3);
    assert_true(inside_device()->pnp->has_failed);
}

static VOID somebody_else_asks_for_power(VOID)
{
    start_device();
    ASSERT_VIOLATION(WDF_POWER_MULTIPLE_PPO, send_power(DevicePowerState, PowerDeviceD3));
    assert_ptr_equal((PVOID)bugcheck.seen[2], inside_device()->device_object);
    IoReleaseRemoveLock(&inside_device()->remove_lock, (PIRP)bugcheck.seen[3]);
}

/* ---- settings --------------------------------------------------------------------------- */

static VOID idle_settings_are_checked(VOID)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS good, settings;

    start_device();
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&good, IdleCannotWakeFromS0);
    good.Enabled = WdfFalse;
#define CHECK(change, status)                                                                      \
    settings = good;                                                                               \
    change;                                                                                        \
    assert_int_equal(WdfDeviceAssignS0IdleSettings(function.device, &settings), status)
    CHECK(settings.Size--, STATUS_INFO_LENGTH_MISMATCH);
    CHECK(settings.DxState = PowerDeviceD0, STATUS_INVALID_PARAMETER);
    CHECK(settings.DxState = PowerDeviceMaximum + 1, STATUS_INVALID_PARAMETER);
    CHECK(settings.IdleCaps = IdleCapsInvalid, STATUS_INVALID_PARAMETER);
    CHECK(settings.UserControlOfIdleSettings = 0, STATUS_INVALID_PARAMETER);
    CHECK(settings.Enabled = 3, STATUS_INVALID_PARAMETER);
    CHECK(settings.IdleTimeoutType = 3, STATUS_INVALID_PARAMETER);
    CHECK(settings.DxState = PowerDeviceD1, STATUS_SUCCESS);
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&good, IdleCanWakeFromS0);
    good.Enabled = WdfFalse;
    CHECK(settings.PowerUpIdleDeviceOnSystemWake = WdfTrue, STATUS_INVALID_PARAMETER);
    CHECK(settings.DxState = PowerDeviceD3, STATUS_POWER_STATE_INVALID); /* wakes from D2 */
    CHECK(settings.DxState = PowerDeviceD2, STATUS_SUCCESS);
#undef CHECK
}

static VOID wake_settings_are_checked(VOID)
{
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS settings;

    start_device();
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(&settings);
    settings.Size++;
    assert_int_equal(WdfDeviceAssignSxWakeSettings(function.device, &settings),
                     STATUS_INFO_LENGTH_MISMATCH);
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(&settings);
    settings.DxState = PowerDeviceD3;
    assert_int_equal(WdfDeviceAssignSxWakeSettings(function.device, &settings),
                     STATUS_POWER_STATE_INVALID);
    settings.DxState = PowerDeviceUnspecified;
    assert_int_equal(WdfDeviceAssignSxWakeSettings(function.device, &settings),
                     STATUS_INVALID_PARAMETER);
}

static VOID give_policy_away(PWDFDEVICE_INIT init)
{
    WdfDeviceInitSetPowerPolicyOwnership(init, FALSE);
}

static VOID only_the_owner_has_settings(VOID)
{
    function.adjust = give_policy_away;
    start_device();
    assert_int_equal(set_idle(IdleCannotWakeFromS0, TRUE), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(set_wake(), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceStopIdle(function.device, FALSE), STATUS_INVALID_DEVICE_STATE);
    /* Another driver's requests are its business. */
    assert_int_equal(send_power(DevicePowerState, PowerDeviceD3), STATUS_SUCCESS);
    assert_journal(TO_D3);
    assert_int_equal(send_power(DevicePowerState, PowerDeviceD0), STATUS_SUCCESS);
    assert_journal(FROM_D3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(idles_and_comes_back),
        PNP_TEST(a_reference_keeps_it_awake),
        PNP_TEST(a_reference_need_not_wait),
        PNP_TEST(disabling_brings_it_back),
        PNP_TEST(is_refused_while_not_started),
        PNP_TEST(wakes_by_itself),
        PNP_TEST(is_disarmed_when_needed),
        PNP_TEST(comes_back_if_arming_fails),
        PNP_TEST(sleeps_with_the_system),
        PNP_TEST(wakes_the_system),
        PNP_TEST(does_not_wake_a_hibernated_system),
        PNP_TEST(idle_device_stays_idle_through_sleep),
        PNP_TEST(is_woken_to_be_removed),
        PNP_TEST(is_surprise_removed_in_dx),
        PNP_TEST(cannot_come_back),
        PNP_TEST(goes_down_though_it_fails),
        PNP_TEST(somebody_else_asks_for_power),
        PNP_TEST(idle_settings_are_checked),
        PNP_TEST(wake_settings_are_checked),
        PNP_TEST(only_the_owner_has_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
