/* Pins: NtDeviceIoControlFile finds its device, checks its caller in NT's order and returns what
 * the driver says. */
#include "io/io_test.h"

static ULONG seen_code, calls;
static NTSTATUS answer;

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    calls++;
    seen_code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    return complete(irp, answer, 0);
}

static void empty_request(void)
{
    PDRIVER_OBJECT driver = make_test_driver(dispatch);
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    make_device(driver, DEVICE_NAME, 0);
    handle = open_device(SYNCHRONOUS);
    answer = STATUS_SUCCESS;
    memset(&iosb, POISON, sizeof(iosb));
    assert_int_equal(control(handle, CODE(METHOD_BUFFERED), NULL, 0, NULL, 0, &iosb),
                     STATUS_SUCCESS);
    assert_int_equal(calls, 1);
    assert_int_equal(seen_code, CODE(METHOD_BUFFERED));
    assert_int_equal(iosb.Status, STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 0);
    assert_int_equal(NtClose(handle), STATUS_SUCCESS);
    assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(empty_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
