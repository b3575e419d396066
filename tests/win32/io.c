/* Read, write and control: overlapped and not, what is under way, completion routines, cancelling.
 */
#include "win32_test.h"

static void control_gives_the_bytes_back(void **state)
{
    HANDLE device = open_testdrv(0);
    char output[8] = "";
    DWORD bytes = 99;
    (void)state;
    assert_true(DeviceIoControl(device, TESTDRV_ECHO, "hello", 6, output, 8, &bytes, NULL));
    assert_int_equal(bytes, 6);
    assert_string_equal(output, "hello");
    assert_true(DeviceIoControl(device, TESTDRV_ECHO, NULL, 0, NULL, 0, &bytes, NULL));
    assert_int_equal(bytes, 0);
    assert_fails(DeviceIoControl(device, TESTDRV_CODE(99), NULL, 0, NULL, 0, &bytes, NULL),
                 ERROR_INVALID_FUNCTION);
    assert_fails(DeviceIoControl((HANDLE)0x7778, TESTDRV_ECHO, NULL, 0, NULL, 0, &bytes, NULL),
                 ERROR_INVALID_HANDLE);
    CloseHandle(device);
    assert_fails(DeviceIoControl(device, TESTDRV_ECHO, NULL, 0, NULL, 0, &bytes, NULL),
                 ERROR_INVALID_HANDLE);
}

static void a_synchronous_read_moves_on_and_ends_quietly(void **state)
{
    HANDLE device = open_testdrv(0);
    unsigned char buffer[600];
    DWORD bytes;
    OVERLAPPED at = {.Offset = 2000};
    (void)state;
    assert_true(ReadFile(device, buffer, 600, &bytes, NULL));
    assert_int_equal(bytes, 600);
    assert_true(ReadFile(device, buffer, 600, &bytes, NULL));
    assert_int_equal(bytes, 400);
    assert_int_equal(buffer[0], (unsigned char)600);
    assert_true(ReadFile(device, buffer, 600, &bytes, NULL));
    assert_int_equal(bytes, 0);
    /* With an OVERLAPPED the end is an error, on a synchronous handle too. */
    assert_fails(ReadFile(device, buffer, 600, &bytes, &at), ERROR_HANDLE_EOF);
    assert_int_equal(bytes, 0);
    assert_true(WriteFile(device, buffer, 17, &bytes, NULL));
    assert_int_equal(bytes, 17);
    CloseHandle(device);
}

static void an_overlapped_request_is_pending_until_it_completes(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, TRUE, NULL)};
    char output[8];
    DWORD bytes = 99;
    (void)state;
    assert_fails(DeviceIoControl(device, TESTDRV_PEND, NULL, 0, output, 8, NULL, &overlapped),
                 ERROR_IO_PENDING);
    assert_false(HasOverlappedIoCompleted(&overlapped));
    assert_int_equal(WaitForSingleObject(overlapped.hEvent, 0), WAIT_TIMEOUT);
    assert_fails(GetOverlappedResult(device, &overlapped, &bytes, FALSE), ERROR_IO_INCOMPLETE);
    assert_fails(GetOverlappedResultEx(device, &overlapped, &bytes, 1, FALSE), WAIT_TIMEOUT);
    assert_true(release_oldest(device, 0, 5));
    assert_true(GetOverlappedResult(device, &overlapped, &bytes, TRUE));
    assert_int_equal(bytes, 5);
    assert_int_equal(WaitForSingleObject(overlapped.hEvent, 0), WAIT_OBJECT_0);
    CloseHandle(overlapped.hEvent);
    CloseHandle(device);
}

static void an_overlapped_request_that_fails_later_says_so(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD bytes;
    (void)state;
    assert_fails(DeviceIoControl(device, TESTDRV_PEND, NULL, 0, NULL, 0, NULL, &overlapped),
                 ERROR_IO_PENDING);
    assert_true(release_oldest(device, (int)0xC0000185, 0));
    assert_fails(GetOverlappedResult(device, &overlapped, &bytes, TRUE), ERROR_IO_DEVICE);
    CloseHandle(overlapped.hEvent);
    CloseHandle(device);
}

static void an_overlapped_request_may_complete_at_once(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    OVERLAPPED overlapped = {.Offset = 10};
    unsigned char buffer[4];
    DWORD bytes;
    (void)state;
    assert_true(ReadFile(device, buffer, 4, &bytes, &overlapped));
    assert_int_equal(bytes, 4);
    assert_int_equal(buffer[0], 10);
    assert_int_equal(overlapped.InternalHigh, 4);
    assert_true(GetOverlappedResult(device, &overlapped, &bytes, FALSE));
    overlapped.Offset = TESTDRV_END;
    assert_fails(ReadFile(device, buffer, 4, NULL, &overlapped), ERROR_HANDLE_EOF);
    CloseHandle(device);
}

static DWORD routine_error, routine_bytes;
static LPOVERLAPPED routine_overlapped;

static VOID CALLBACK note_completion(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    routine_error = error;
    routine_bytes = bytes;
    routine_overlapped = overlapped;
}

static void completion_routines_run_in_alertable_waits(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    OVERLAPPED overlapped = {.Offset = 990};
    unsigned char buffer[20];
    (void)state;
    routine_overlapped = NULL;
    assert_true(ReadFileEx(device, buffer, 20, &overlapped, note_completion));
    assert_null(routine_overlapped);
    assert_int_equal(SleepEx(0, FALSE), 0);
    assert_null(routine_overlapped);
    assert_int_equal(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    assert_ptr_equal(routine_overlapped, &overlapped);
    assert_int_equal(routine_error, 0);
    assert_int_equal(routine_bytes, 10);
    overlapped.Offset = TESTDRV_END;
    assert_fails(ReadFileEx(device, buffer, 20, &overlapped, note_completion), ERROR_HANDLE_EOF);
    routine_overlapped = NULL;
    overlapped.Offset = 0;
    assert_true(WriteFileEx(device, buffer, 20, &overlapped, note_completion));
    assert_int_equal(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    assert_int_equal(routine_bytes, 20);
    CloseHandle(device);
}

static void cancelling_ends_what_is_pending(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    OVERLAPPED first = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    OVERLAPPED second = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD bytes;
    (void)state;
    assert_fails(CancelIoEx(device, NULL), ERROR_NOT_FOUND);
    DeviceIoControl(device, TESTDRV_PEND, NULL, 0, NULL, 0, NULL, &first);
    DeviceIoControl(device, TESTDRV_PEND, NULL, 0, NULL, 0, NULL, &second);
    assert_true(CancelIoEx(device, &second));
    assert_fails(GetOverlappedResult(device, &second, &bytes, TRUE), ERROR_OPERATION_ABORTED);
    assert_false(HasOverlappedIoCompleted(&first));
    assert_true(CancelIo(device));
    assert_fails(GetOverlappedResult(device, &first, &bytes, TRUE), ERROR_OPERATION_ABORTED);
    CloseHandle(first.hEvent);
    CloseHandle(second.hEvent);
    CloseHandle(device);
}

static DWORD WINAPI wait_in_driver(LPVOID device)
{
    DWORD bytes;
    return DeviceIoControl(device, TESTDRV_PEND, NULL, 0, NULL, 0, &bytes, NULL) ? 0
                                                                                 : GetLastError();
}

static void a_synchronous_request_is_cancelled_from_another_thread(void **state)
{
    HANDLE device = open_testdrv(0);
    HANDLE thread = CreateThread(NULL, 0, wait_in_driver, device, 0, NULL);
    DWORD code = 0;
    (void)state;
    while (!CancelSynchronousIo(thread))
        assert_int_equal(GetLastError(), ERROR_NOT_FOUND); /* it is not in the driver yet */
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, ERROR_OPERATION_ABORTED);
    CloseHandle(thread);
    CloseHandle(device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_gives_the_bytes_back),
        cmocka_unit_test(a_synchronous_read_moves_on_and_ends_quietly),
        cmocka_unit_test(an_overlapped_request_is_pending_until_it_completes),
        cmocka_unit_test(an_overlapped_request_that_fails_later_says_so),
        cmocka_unit_test(an_overlapped_request_may_complete_at_once),
        cmocka_unit_test(completion_routines_run_in_alertable_waits),
        cmocka_unit_test(cancelling_ends_what_is_pending),
        cmocka_unit_test(a_synchronous_request_is_cancelled_from_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
