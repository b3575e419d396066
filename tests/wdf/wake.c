/* Pins wake signals at a bus: when its driver listens, and what ends the wait. */
#include "wdf/child_test.h"

#define LISTENS "child-listens(4) " /* PowerSystemSleeping3 */

static PDEVICE_OBJECT child;

static struct waiter {
    PIRP irp;
    KEVENT done;
    NTSTATUS status;
} waiter;

static VOID NTAPI wake_came(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                            PIO_STATUS_BLOCK result)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    UNREFERENCED_PARAMETER(context);
    waiter.status = result->Status;
    KeSetEvent(&waiter.done, IO_NO_INCREMENT, FALSE);
}

/* Asks the child's stack to wait for a wake signal. */
static VOID wait_for_wake_from(SYSTEM_POWER_STATE system)
{
    POWER_STATE state = {.SystemState = system};

    KeInitializeEvent(&waiter.done, NotificationEvent, FALSE);
    assert_int_equal(
        PoRequestPowerIrp(child, IRP_MN_WAIT_WAKE, state, wake_came, NULL, &waiter.irp),
        STATUS_PENDING);
}

static VOID wait_for_wake(VOID)
{
    wait_for_wake_from(PowerSystemSleeping3);
}

static NTSTATUS end_of_wait(VOID)
{
    KeWaitForSingleObject(&waiter.done, Executive, KernelMode, FALSE, NULL);
    return waiter.status;
}

static VOID start_child(BOOLEAN may_wake)
{
    start_bus_driver();
    hears_wake = may_wake;
    child = reported_child();
    assert_int_equal(pnp_send_minor(child, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("child-on(5) ");
}

static VOID a_bus_that_does_not_listen_refuses(VOID)
{
    start_child(FALSE);
    wait_for_wake();
    assert_int_equal(end_of_wait(), STATUS_NOT_SUPPORTED);
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_SUCCESS),
                     STATUS_INVALID_DEVICE_STATE);
}

static VOID a_bus_listens_while_somebody_waits(VOID)
{
    start_child(TRUE);
    wait_for_wake();
    wait_for_words(LISTENS);
    assert_journal(LISTENS);
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_SUCCESS), STATUS_SUCCESS);
    assert_int_equal(end_of_wait(), STATUS_SUCCESS);
    wait_for_words("child-deaf ");
    assert_journal("child-deaf ");
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_SUCCESS),
                     STATUS_INVALID_DEVICE_REQUEST);
}

static VOID the_status_is_the_bus_drivers(VOID)
{
    start_child(TRUE);
    wait_for_wake();
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_PENDING),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_CANCELLED),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_IO_DEVICE_ERROR),
                     STATUS_SUCCESS);
    assert_int_equal(end_of_wait(), STATUS_IO_DEVICE_ERROR);
}

static VOID a_wait_is_cancelled(VOID)
{
    start_child(TRUE);
    wait_for_wake();
    wait_for_words(LISTENS);
    assert_true(IoCancelIrp(waiter.irp));
    assert_int_equal(end_of_wait(), STATUS_CANCELLED);
    wait_for_words(LISTENS "child-deaf ");
    assert_journal(LISTENS "child-deaf ");
}

static VOID one_waits_at_a_time(VOID)
{
    PIRP first;
    PKEVENT turn;

    start_child(TRUE);
    /* The bus hears of the first one only after the second. */
    turn = &wdf_device_of(last_child, "test")->pnp->power.turn;
    KeWaitForSingleObject(turn, Executive, KernelMode, FALSE, NULL);
    wait_for_wake();
    first = waiter.irp;
    wait_for_wake_from(PowerSystemSleeping1);
    assert_int_equal(end_of_wait(), STATUS_DEVICE_BUSY);
    KeSetEvent(turn, IO_NO_INCREMENT, FALSE);
    wait_for_words(LISTENS);
    assert_journal(LISTENS);
    KeClearEvent(&waiter.done);
    assert_true(IoCancelIrp(first));
    assert_int_equal(end_of_wait(), STATUS_CANCELLED);
}

static VOID a_bus_that_cannot_listen_ends_the_wait(VOID)
{
    start_child(TRUE);
    failing.word = "child-listens";
    failing.status = STATUS_UNSUCCESSFUL;
    wait_for_wake();
    assert_int_equal(end_of_wait(), STATUS_UNSUCCESSFUL);
    assert_journal(LISTENS);
}

static VOID a_bus_listens_before_the_child_sleeps(VOID)
{
    POWER_STATE state = {.DeviceState = PowerDeviceD2};

    start_child(TRUE);
    wait_for_wake();
    assert_int_equal(PoRequestPowerIrp(child, IRP_MN_SET_POWER, state, NULL, NULL, NULL),
                     STATUS_PENDING);
    wait_for_words(LISTENS "child-off(3) ");
    assert_journal(LISTENS "child-off(3) ");
    assert_int_equal(WdfDeviceIndicateWakeStatus(last_child, STATUS_SUCCESS), STATUS_SUCCESS);
    assert_int_equal(end_of_wait(), STATUS_SUCCESS);
}

static VOID a_wait_ends_with_the_child(VOID)
{
    start_child(TRUE);
    wait_for_wake();
    wait_for_words(LISTENS);
    assert_int_equal(lose(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_int_equal(pnp_send_minor(child, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_int_equal(end_of_wait(), STATUS_NO_SUCH_DEVICE);
    assert_int_equal(pnp_send_minor(child, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(a_bus_that_does_not_listen_refuses),
        PNP_TEST(a_bus_listens_while_somebody_waits),
        PNP_TEST(the_status_is_the_bus_drivers),
        PNP_TEST(a_wait_is_cancelled),
        PNP_TEST(one_waits_at_a_time),
        PNP_TEST(a_bus_that_cannot_listen_ends_the_wait),
        PNP_TEST(a_bus_listens_before_the_child_sleeps),
        PNP_TEST(a_wait_ends_with_the_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
