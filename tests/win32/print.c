/* The printf family with Windows' formats, and the text that strsafe.h makes. */
#include "win32_test.h"

#include <strsafe.h>
#include <tchar.h>
#include <time.h>

static char text[4000];

static const char *printed(FILE *file)
{
    size_t length = 0;
    rewind(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    rewind(file);
    return text;
}

static void formats_are_windows_own(void **state)
{
    FILE *file = fopen("f.txt", "w+");
    (void)state;
    assert_int_equal(fprintf(file, "%I64d %Iu %p|", -1ll, (size_t)7, (void *)0xAB), 22);
    assert_string_equal(printed(file), "-1 7 00000000000000AB|");
    fprintf(file, "%ws %S %ls %hs %c %wc|%5.2f %-4d| %x %lu %08lX", L"w", L"S", L"l", "h", 'c',
            L'W', 3.14159, 5, 0xBEEF, 6u, 0xABCu);
    assert_string_equal(printed(file), "w S l h c W| 3.14 5   | beef 6 00000ABC");
    fclose(file);
    remove("f.txt");
}

static void long_texts_come_out_whole(void **state)
{
    FILE *file = fopen("l.txt", "w+");
    (void)state;
    assert_int_equal(fprintf(file, "%3000d!", 5), 3001);
    assert_int_equal(strlen(printed(file)), 3001);
    assert_int_equal(text[3000], '!');
    fclose(file);
    remove("l.txt");
}

static void safe_strings_stop_in_time(void **state)
{
    char small[6];
    TCHAR path[MAX_PATH];
    size_t length;
    (void)state;
    assert_int_equal(StringCbCopyA(small, sizeof small, "hello"), S_OK);
    assert_int_equal(StringCchCatA(small, sizeof small, "!"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(small, "hello");
    assert_int_equal(StringCchPrintfA(small, 6, "%d-%s", 12, "abc"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(small, "12-ab");
    assert_int_equal(StringCbLengthA(small, sizeof small, &length), S_OK);
    assert_int_equal(length, 5);
    assert_int_equal(StringCchPrintf(path, MAX_PATH, _T("%s\\%d"), _T("x"), 3), S_OK);
    assert_int_equal(_tcslen(path), 3);
    assert_true(FAILED(StringCchCopyA(small, 0, "x")));
}

static void calendars(void **state)
{
    time_t moment = 86400 * 365;
    struct tm tm;
    (void)state;
    assert_int_equal(gmtime_s(&tm, &moment), 0);
    assert_int_equal(tm.tm_year, 71);
    assert_int_equal(tm.tm_mday, 1);
    assert_int_equal(strftime(text, sizeof text, "%Y-%m-%d", &tm), 10);
    assert_string_equal(text, "1971-01-01");
    localtime_s(&tm, &moment);
    assert_int_equal(mktime(&tm), moment);
    assert_true(time(NULL) > 1700000000);
    assert_true(clock() < 600 * CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_windows_own),
        cmocka_unit_test(long_texts_come_out_whole),
        cmocka_unit_test(safe_strings_stop_in_time),
        cmocka_unit_test(calendars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
