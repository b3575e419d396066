/* Printing into memory: what each function of Windows' does when the text does not fit. */
#include <ntifs.h>
#include <stdio.h>
#include <wchar.h>

#include "nt_cmocka.h"

/* The compiler checks for libc's formats. */
#pragma GCC diagnostic ignored "-Wformat"

#define TRUNCATE ((SIZE_T)-1)

static CHAR text[8];
static WCHAR wide[8];

static VOID poison(VOID)
{
    memset(text, '#', sizeof(text));
    memset(wide, '#', sizeof(wide));
}

static void test_sprintf(void **state)
{
    UNREFERENCED_PARAMETER(state);
    poison();
    assert_int_equal(sprintf(text, "%I64x", 0xABCDull), 4);
    assert_memory_equal(text, "abcd\0###", 8);
    assert_int_equal(_scprintf("%s%d", "abc", 123456), 9);
    assert_int_equal(_scwprintf(L"%s%d", L"abc", 123456), 9);
}

/* Does not terminate what fits exactly, nor what does not fit. */
static void test_old_snprintf(void **state)
{
    UNREFERENCED_PARAMETER(state);
    poison();
    assert_int_equal(_snprintf(text, 4, "%s", "abc"), 3);
    assert_memory_equal(text, "abc\0####", 8);
    poison();
    assert_int_equal(_snprintf(text, 4, "%s", "abcd"), 4);
    assert_memory_equal(text, "abcd####", 8);
    poison();
    assert_int_equal(_snprintf(text, 4, "%s", "abcde"), -1);
    assert_memory_equal(text, "abcd####", 8);
    assert_int_equal(_snprintf(NULL, 0, "%s", "abcde"), 5);
    poison();
    assert_int_equal(_snwprintf(wide, 4, L"%s", L"abcd"), 4);
    assert_int_equal(wide[4], ('#' << 8) | '#');
    assert_int_equal(_snwprintf(wide, 4, L"%S", "abcde"), -1);
    assert_memory_equal(wide, L"abcd", 8);
}

static void test_standard_snprintf(void **state)
{
    UNREFERENCED_PARAMETER(state);
    poison();
    assert_int_equal(snprintf(text, 4, "%s", "abcde"), 5);
    assert_memory_equal(text, "abc\0####", 8);
    assert_int_equal(snprintf(text, 1, "x"), 1);
    assert_int_equal(text[0], 0);
}

static void test_secure(void **state)
{
    UNREFERENCED_PARAMETER(state);
    poison();
    assert_int_equal(sprintf_s(text, 4, "%s", "abc"), 3);
    assert_memory_equal(text, "abc\0####", 8);
    poison();
    assert_int_equal(sprintf_s(text, 4, "%s", "abcd"), -1);
    assert_int_equal(text[0], 0);
    poison();
    assert_int_equal(swprintf_s(wide, 4, L"%s", L"abcd"), -1);
    assert_int_equal(wide[0], 0);
    assert_int_equal(swprintf_s(wide, 4, L"%ws", L"abc"), 3);
    assert_memory_equal(wide, L"abc", 8);
}

static void test_counted_secure(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(_snprintf_s(text, 8, 3, "%s", "abc"), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(_snprintf_s(text, 8, 3, "%s", "abcd"), -1);
    assert_string_equal(text, "abc");
    assert_int_equal(_snprintf_s(text, 4, TRUNCATE, "%s", "abcd"), -1);
    assert_string_equal(text, "abc");
    assert_int_equal(_snprintf_s(text, 4, 10, "%s", "abcd"), -1);
    assert_string_equal(text, "");
    assert_int_equal(_snwprintf_s(wide, 4, TRUNCATE, L"%s", L"abcd"), -1);
    assert_memory_equal(wide, L"abc", 8);
}

static void test_percent_n_is_refused(void **state)
{
    int written = -7;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sprintf_s(text, sizeof(text), "ab%n", &written), -1);
    assert_int_equal(written, -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sprintf),           cmocka_unit_test(test_old_snprintf),
        cmocka_unit_test(test_standard_snprintf), cmocka_unit_test(test_secure),
        cmocka_unit_test(test_counted_secure),    cmocka_unit_test(test_percent_n_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
