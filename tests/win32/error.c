/* Last errors: a status as Win32 has it, one error a thread, texts of FormatMessage. */
#include "win32_test.h"

static BOOL answer(HANDLE device, int status, unsigned information, DWORD *bytes)
{
    struct testdrv_answer wanted = {status, information};
    char output[16] = "";
    *bytes = 0xDEAD;
    return DeviceIoControl(device, TESTDRV_ANSWER, &wanted, sizeof wanted, output, sizeof output,
                           bytes, NULL);
}

static void a_drivers_status_is_the_last_error(void **state)
{
    static const struct {
        unsigned status;
        DWORD error;
    } rows[] = {
        {0xC0000001, ERROR_GEN_FAILURE},         {0xC0000002, ERROR_INVALID_FUNCTION},
        {0xC000000D, ERROR_INVALID_PARAMETER},   {0xC0000010, ERROR_INVALID_FUNCTION},
        {0xC0000022, ERROR_ACCESS_DENIED},       {0xC0000023, ERROR_INSUFFICIENT_BUFFER},
        {0xC000009A, ERROR_NO_SYSTEM_RESOURCES}, {0xC00000BB, ERROR_NOT_SUPPORTED},
        {0xC0000120, ERROR_OPERATION_ABORTED},   {0xC0000184, ERROR_BAD_COMMAND},
        {0xC0000185, ERROR_IO_DEVICE},           {0xC0000206, ERROR_INVALID_USER_BUFFER},
        {0xC0000011, ERROR_HANDLE_EOF},          {0xC0000225, ERROR_NOT_FOUND},
        {0xC0070005, ERROR_ACCESS_DENIED},       {0xE0001234, 0xE0001234},
        {0xC0FF1234, ERROR_MR_MID_NOT_FOUND},
    };
    HANDLE device = open_testdrv(0);
    DWORD bytes;
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
        assert_fails(answer(device, (int)rows[i].status, 0, &bytes), rows[i].error);
    CloseHandle(device);
}

static void a_warning_fails_but_tells_its_bytes(void **state)
{
    HANDLE device = open_testdrv(0);
    DWORD bytes;
    (void)state;
    assert_fails(answer(device, (int)0x80000005, 7, &bytes), ERROR_MORE_DATA);
    assert_int_equal(bytes, 7);
    assert_fails(answer(device, (int)0xC0000001, 7, &bytes), ERROR_GEN_FAILURE);
    assert_int_equal(bytes, 0);
    assert_true(answer(device, 0, 8, &bytes));
    assert_int_equal(bytes, 8);
    CloseHandle(device);
}

static DWORD WINAPI set_another(LPVOID unused)
{
    (void)unused;
    SetLastError(1);
    return GetLastError();
}

static void each_thread_has_its_own(void **state)
{
    DWORD code;
    (void)state;
    SetLastError(2);
    HANDLE thread = CreateThread(NULL, 0, set_another, NULL, 0, NULL);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SetLastError(2);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 1);
    assert_int_equal(GetLastError(), 2);
    CloseHandle(thread);
}

static void format_message_has_a_text_for_system_errors(void **state)
{
    char text[128], *allocated;
    (void)state;
    DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                                  ERROR_ACCESS_DENIED, 0, text, sizeof text, NULL);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text + length - 2, "\r\n");
    assert_int_equal(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER,
                                    NULL, ERROR_ACCESS_DENIED, 0, (LPSTR)&allocated, 0, NULL),
                     length);
    assert_string_equal(allocated, text);
    assert_null(LocalFree(allocated));
    assert_fails(
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0xE0001234, 0, text, sizeof text, NULL),
        ERROR_MR_MID_NOT_FOUND);
    assert_fails(
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, text, 5, NULL),
        ERROR_INSUFFICIENT_BUFFER);
}

static void format_message_fills_inserts_in(void **state)
{
    char text[128];
    DWORD_PTR arguments[] = {(DWORD_PTR) "one", 2};
    (void)state;
    FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                   "%2!03d! and %1%% and %1!5s!%n", 0, 0, text, sizeof text, (va_list *)arguments);
    assert_string_equal(text, "002 and one% and   one\r\n");
    FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, "a %1 b\nc%0d", 0, 0,
                   text, sizeof text, NULL);
    assert_string_equal(text, "a %1 b\r\nc");
    assert_fails(FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "%1", 0, 0, text, sizeof text, NULL),
                 ERROR_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drivers_status_is_the_last_error),
        cmocka_unit_test(a_warning_fails_but_tells_its_bytes),
        cmocka_unit_test(each_thread_has_its_own),
        cmocka_unit_test(format_message_has_a_text_for_system_errors),
        cmocka_unit_test(format_message_fills_inserts_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
