/* UTF-16 and UTF-8, the command line's words, wsprintf, time. */
#include "win32_test.h"

#include <shellapi.h>

static void conversions_know_their_lengths(void **state)
{
    WCHAR wide[8];
    char narrow[8];
    (void)state;
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a\xC3\xA4\xF0\x9F\x98\x80", -1, NULL, 0), 5);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a\xC3\xA4\xF0\x9F\x98\x80", -1, wide, 8), 5);
    assert_int_equal(wide[1], 0xE4);
    assert_int_equal(wide[2], 0xD83D);
    assert_int_equal(wide[3], 0xDE00);
    assert_int_equal(WideCharToMultiByte(CP_ACP, 0, wide, 4, narrow, 8, NULL, NULL), 7);
    assert_memory_equal(narrow, "a\xC3\xA4\xF0\x9F\x98\x80", 7);
    assert_fails(MultiByteToWideChar(CP_UTF8, 0, "abc", -1, wide, 3), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, wide, 3), 3);
    assert_fails(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xFF", 1, wide, 8),
                 ERROR_NO_UNICODE_TRANSLATION);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "\xFF", 1, wide, 8), 1);
    assert_int_equal(wide[0], 0xFFFD);
    assert_fails(MultiByteToWideChar(932, 0, "a", 1, wide, 8), ERROR_INVALID_PARAMETER);
    assert_fails(WideCharToMultiByte(CP_UTF8, 0, L"a", 0, narrow, 8, NULL, NULL),
                 ERROR_INVALID_PARAMETER);
}

static void the_command_line_is_words(void **state)
{
    static const struct {
        LPCWSTR line;
        int count;
        LPCWSTR last;
    } rows[] = {
        {L"a b c", 3, L"c"},
        {L"  a  ", 1, L"a"},
        {L"\"a b\" c\\d", 2, L"c\\d"},
        {L"a \"b\\\"c\"", 2, L"b\"c"},
        {L"a b\\\\\"c d\"", 2, L"b\\c d"},
        {L"a \"\"", 2, L""},
        {L"a\tb", 2, L"b"},
        {L"a c:\\dir\\", 2, L"c:\\dir\\"},
    };
    int count;
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        LPWSTR *words = CommandLineToArgvW(rows[i].line, &count);
        assert_int_equal(count, rows[i].count);
        assert_int_equal(lstrcmpW(words[count - 1], rows[i].last), 0);
        assert_null(words[count]);
        LocalFree(words);
    }
    LPWSTR *own = CommandLineToArgvW(GetCommandLineW(), &count);
    assert_int_equal(count, 1);
    LocalFree(own);
}

static void small_string_functions(void **state)
{
    char text[64];
    WCHAR wide[64];
    (void)state;
    assert_int_equal(lstrcmpiA("ABC", "abd"), -1);
    assert_int_equal(lstrcmpiW(L"ABC", L"abc"), 0);
    assert_int_equal(lstrlenA(NULL), 0);
    assert_string_equal(lstrcpynA(text, "hello", 3), "he");
    assert_int_equal(wsprintfA(text, "%d %s %ls %04X", 7, "x", L"y", 0xAB), 10);
    assert_string_equal(text, "7 x y 00AB");
    wsprintfW(wide, L"%s-%u", L"w", 8);
    assert_int_equal(lstrcmpW(wide, L"w-8"), 0);
    assert_true(CharToOemA("\xC3\xA4", text));
    assert_string_equal(text, "\xC3\xA4");
}

static void times_are_dates(void **state)
{
    SYSTEMTIME system = {.wYear = 2024,
                         .wMonth = 2,
                         .wDay = 29,
                         .wHour = 23,
                         .wMinute = 59,
                         .wSecond = 58,
                         .wMilliseconds = 7},
               back;
    FILETIME file;
    (void)state;
    assert_true(SystemTimeToFileTime(&system, &file));
    assert_int_equal((ULONGLONG)file.dwHighDateTime << 32 | file.dwLowDateTime,
                     133537247980070000ull);
    assert_true(FileTimeToSystemTime(&file, &back));
    assert_int_equal(back.wDayOfWeek, 4);
    back.wDayOfWeek = 0;
    assert_memory_equal(&system, &back, sizeof system);
    system.wYear = 2023;
    assert_fails(SystemTimeToFileTime(&system, &file), ERROR_INVALID_PARAMETER);
    file = (FILETIME){0, 0};
    assert_true(FileTimeToSystemTime(&file, &back));
    assert_int_equal(back.wYear, 1601);
    assert_int_equal(back.wDayOfWeek, 1);
}

static void environment_variables(void **state)
{
    char text[32];
    (void)state;
    assert_fails(GetEnvironmentVariableA("NTIO_NOT_THERE", text, sizeof text),
                 ERROR_ENVVAR_NOT_FOUND);
    assert_true(SetEnvironmentVariableA("NTIO_TEST", "value"));
    assert_int_equal(GetEnvironmentVariableA("NTIO_TEST", text, 5), 6);
    assert_int_equal(GetEnvironmentVariableA("NTIO_TEST", text, 6), 5);
    assert_int_equal(ExpandEnvironmentStringsA("<%NTIO_TEST%> 5% %x", text, sizeof text), 14);
    assert_string_equal(text, "<value> 5% %x");
    assert_true(SetEnvironmentVariableW(L"NTIO_TEST", NULL));
    assert_fails(GetEnvironmentVariableA("NTIO_TEST", text, 6), ERROR_ENVVAR_NOT_FOUND);
}

static void modules_and_their_functions(void **state)
{
    char name[MAX_PATH];
    (void)state;
    assert_non_null(GetModuleHandleA(NULL));
    HMODULE kernel = LoadLibraryA("KERNEL32.dll");
    assert_ptr_equal((void *)GetProcAddress(kernel, "CreateFileW"), (void *)CreateFileW);
    assert_fails(GetProcAddress(kernel, "NoSuchFunction"), ERROR_PROC_NOT_FOUND);
    assert_fails(GetProcAddress(kernel, "printf"), ERROR_PROC_NOT_FOUND);
    assert_fails(LoadLibraryA("user32.dll"), ERROR_MOD_NOT_FOUND);
    DWORD length = GetModuleFileNameA(NULL, name, sizeof name);
    assert_string_equal(name + length - strlen("test_win32_string"), "test_win32_string");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversions_know_their_lengths),
        cmocka_unit_test(the_command_line_is_words),
        cmocka_unit_test(small_string_functions),
        cmocka_unit_test(times_are_dates),
        cmocka_unit_test(environment_variables),
        cmocka_unit_test(modules_and_their_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
