/* Statuses: their names, hal's errors, Win32's errors as RtlNtStatusToDosError has them. */
#include <ntifs.h>
#include <winerror.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

static void test_win32_errors(void **state)
{
    static const struct {
        NTSTATUS status;
        ULONG error;
    } cases[] = {
        {STATUS_SUCCESS, ERROR_SUCCESS},
        {STATUS_PENDING, ERROR_IO_PENDING},
        {STATUS_TIMEOUT, 258},
        {STATUS_BUFFER_OVERFLOW, ERROR_MORE_DATA},
        {STATUS_UNSUCCESSFUL, ERROR_GEN_FAILURE},
        {STATUS_NOT_IMPLEMENTED, ERROR_INVALID_FUNCTION},
        {STATUS_ACCESS_VIOLATION, ERROR_NOACCESS},
        {STATUS_INVALID_HANDLE, ERROR_INVALID_HANDLE},
        {STATUS_INVALID_PARAMETER, ERROR_INVALID_PARAMETER},
        {STATUS_INVALID_PARAMETER_7, ERROR_INVALID_PARAMETER},
        {STATUS_NO_SUCH_DEVICE, ERROR_FILE_NOT_FOUND},
        {STATUS_INVALID_DEVICE_REQUEST, ERROR_INVALID_FUNCTION},
        {STATUS_END_OF_FILE, ERROR_HANDLE_EOF},
        {STATUS_NO_MEMORY, ERROR_NOT_ENOUGH_MEMORY},
        {STATUS_ACCESS_DENIED, ERROR_ACCESS_DENIED},
        {STATUS_BUFFER_TOO_SMALL, ERROR_INSUFFICIENT_BUFFER},
        {STATUS_OBJECT_NAME_NOT_FOUND, ERROR_FILE_NOT_FOUND},
        {STATUS_OBJECT_NAME_COLLISION, ERROR_ALREADY_EXISTS},
        {STATUS_OBJECT_PATH_NOT_FOUND, ERROR_PATH_NOT_FOUND},
        {STATUS_SHARING_VIOLATION, ERROR_SHARING_VIOLATION},
        {STATUS_INSUFFICIENT_RESOURCES, ERROR_NO_SYSTEM_RESOURCES},
        {STATUS_DEVICE_NOT_READY, ERROR_NOT_READY},
        {STATUS_IO_TIMEOUT, ERROR_SEM_TIMEOUT},
        {STATUS_NOT_SUPPORTED, ERROR_NOT_SUPPORTED},
        {STATUS_CANCELLED, ERROR_OPERATION_ABORTED},
        {STATUS_INVALID_DEVICE_STATE, ERROR_BAD_COMMAND},
        {STATUS_INVALID_USER_BUFFER, ERROR_INVALID_USER_BUFFER},
        {STATUS_INVALID_BUFFER_SIZE, ERROR_INVALID_USER_BUFFER},
        {STATUS_NOT_FOUND, ERROR_NOT_FOUND},
        {STATUS_DEVICE_BUSY, ERROR_BUSY},
        {STATUS_PRIVILEGE_NOT_HELD, ERROR_PRIVILEGE_NOT_HELD},
        {STATUS_DELETE_PENDING, ERROR_ACCESS_DENIED},
        {STATUS_DATA_ERROR, ERROR_CRC},
        {STATUS_IMAGE_ALREADY_LOADED, ERROR_SERVICE_ALREADY_RUNNING},
        {STATUS_PROCEDURE_NOT_FOUND, ERROR_PROC_NOT_FOUND},
    };

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(cases); at++) {
        assert_int_equal(RtlNtStatusToDosError(cases[at].status), cases[at].error);
        assert_int_equal(RtlNtStatusToDosErrorNoTeb(cases[at].status), cases[at].error);
    }
}

static void test_statuses_without_a_win32_error(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlNtStatusToDosError((NTSTATUS)0xC00F1234), ERROR_MR_MID_NOT_FOUND);
    assert_int_equal(RtlNtStatusToDosError((NTSTATUS)0xE0001234), 0xE0001234);
    assert_int_equal(RtlNtStatusToDosError((NTSTATUS)0xC0070005), 5);
    assert_int_equal(RtlNtStatusToDosError((NTSTATUS)0x80070057), 87);
}

static void test_names(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_null(rtl_status_name((NTSTATUS)0xC00F1234));
    assert_string_equal(rtl_status_name(STATUS_SUCCESS), "STATUS_SUCCESS");
    assert_string_equal(rtl_status_name(STATUS_PENDING), "STATUS_PENDING");
    assert_string_equal(rtl_status_name(STATUS_IN_PAGE_ERROR), "STATUS_IN_PAGE_ERROR");
}

/* The table is searched by halves: each row must be found, so the rows are in order. */
static void test_every_row_is_found(void **state)
{
    UNREFERENCED_PARAMETER(state);
#define ROW(status, error)                                                                         \
    assert_string_equal(rtl_status_name(status), #status);                                         \
    assert_int_equal(RtlNtStatusToDosError(status), error);
#include "rtl/status_rows.h"
#undef ROW
}

static void test_hal_errors(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(rtl_status_from_hal(HAL_OK), STATUS_SUCCESS);
    assert_int_equal(rtl_status_from_hal(HAL_ENOENT), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(rtl_status_from_hal(HAL_EFAULT), STATUS_ACCESS_VIOLATION);
    assert_int_equal(rtl_status_from_hal(HAL_ENOMEM), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(rtl_status_from_hal(HAL_EACCES), STATUS_ACCESS_DENIED);
    assert_int_equal(rtl_status_from_hal(-9999), STATUS_UNSUCCESSFUL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_win32_errors), cmocka_unit_test(test_statuses_without_a_win32_error),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_every_row_is_found),
        cmocka_unit_test(test_hal_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
