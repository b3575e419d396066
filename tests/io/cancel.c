/* Cancelling requests: what a driver can end it ends, what it cannot goes its way. */
#include "io_test.h"

static PIRP pending;

static VOID NTAPI cancel_pending(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irp->CancelIrql);
    complete(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS keep(PIRP irp, PDRIVER_CANCEL routine)
{
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    IoMarkIrpPending(irp);
    pending = irp;
    IoSetCancelRoutine(irp, routine);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI keep_cancelable(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return keep(irp, cancel_pending);
}

static NTSTATUS NTAPI keep_busy(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return keep(irp, NULL);
}

static void a_cancel_routine_ends_the_request(void)
{
    IO_STATUS_BLOCK iosb = {.Status = 1}, answer;
    HANDLE handle;

    make_device(make_test_driver(keep_cancelable), DEVICE_NAME, 0);
    handle = open_device(0);
    assert_int_equal(control(handle, CODE(METHOD_NEITHER), NULL, 0, NULL, 0, &iosb),
                     STATUS_PENDING);
    assert_int_equal(NtCancelIoFileEx(handle, &iosb, &answer), STATUS_SUCCESS);
    assert_int_equal(iosb.Status, STATUS_CANCELLED);
    assert_int_equal(NtCancelIoFileEx(handle, &iosb, &answer), STATUS_NOT_FOUND);
    NtClose(handle);
}

static void a_busy_request_is_completed_later_all_the_same(void)
{
    IO_STATUS_BLOCK iosb = {.Status = 1}, answer;
    HANDLE handle;

    make_device(make_test_driver(keep_busy), DEVICE_NAME, 0);
    handle = open_device(0);
    assert_int_equal(control(handle, CODE(METHOD_NEITHER), NULL, 0, NULL, 0, &iosb),
                     STATUS_PENDING);
    assert_false(pending->Cancel);
    assert_int_equal(NtCancelIoFileEx(handle, &iosb, &answer), STATUS_SUCCESS);
    assert_true(pending->Cancel);
    assert_int_equal(iosb.Status, 1);
    assert_int_equal(NtCancelIoFile(handle, &answer), STATUS_SUCCESS);
    complete(pending, STATUS_SUCCESS, 7);
    assert_int_equal(iosb.Status, STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 7);
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(a_cancel_routine_ends_the_request),
        IO_TEST(a_busy_request_is_completed_later_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
