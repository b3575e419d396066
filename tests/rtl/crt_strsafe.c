/* ntstrsafe.h: bounds, statuses, the Ex forms' flags, for both kinds of string. */
#include <ntifs.h>
#include <ntstrsafe.h>

#include "nt_cmocka.h"

static CHAR narrow[8];
static WCHAR wide[8];
static UNICODE_STRING string;

static PUNICODE_STRING make(USHORT bytes)
{
    memset(wide, 0x5A, sizeof(wide));
    string.Length = 0;
    string.MaximumLength = bytes;
    string.Buffer = wide;
    return &string;
}

#define assert_wide(expected)                                                                      \
    do {                                                                                           \
        assert_int_equal(string.Length, sizeof(expected) - sizeof(WCHAR));                         \
        assert_memory_equal(string.Buffer, expected, sizeof(expected) - sizeof(WCHAR));            \
    } while (0)

static void test_terminated_strings(void **state)
{
    size_t length = 0;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlStringCbCopyA(narrow, 4, "abc"), STATUS_SUCCESS);
    assert_int_equal(RtlStringCbCopyA(narrow, 4, "abcd"), STATUS_BUFFER_OVERFLOW);
    assert_string_equal(narrow, "abc");
    assert_int_equal(RtlStringCchCatA(narrow, 8, "def"), STATUS_SUCCESS);
    assert_string_equal(narrow, "abcdef");
    assert_int_equal(RtlStringCbCopyW(wide, 8, L"abc"), STATUS_SUCCESS);
    assert_int_equal(RtlStringCbCatW(wide, 8, L"d"), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(RtlStringCbLengthW(wide, 16, &length), STATUS_SUCCESS);
    assert_int_equal(length, 6);
    assert_int_equal(RtlStringCchCopyNA(narrow, 8, "abcdef", 2), STATUS_SUCCESS);
    assert_string_equal(narrow, "ab");
}

static void test_terminated_printf(void **state)
{
    UNICODE_STRING unicode = {4, 6, (PWSTR)L"uni"};

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlStringCbPrintfA(narrow, 8, "%wZ-%d", &unicode, 7), STATUS_SUCCESS);
    assert_string_equal(narrow, "un-7");
    assert_int_equal(RtlStringCbPrintfA(narrow, 4, "%d", 12345), STATUS_BUFFER_OVERFLOW);
    assert_string_equal(narrow, "123");
    assert_int_equal(RtlStringCchPrintfW(wide, 8, L"%s", L"abcdefg"), STATUS_SUCCESS);
    assert_int_equal(RtlStringCchPrintfW(wide, 8, L"%s", L"abcdefgh"), STATUS_BUFFER_OVERFLOW);
    assert_memory_equal(wide, L"abcdefg", 16);
}

static void test_counted_strings(void **state)
{
    UNICODE_STRING source = {6, 6, (PWSTR)L"abc"}, odd = {3, 6, (PWSTR)L"abc"};

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUnicodeStringCopy(make(6), &source), STATUS_SUCCESS);
    assert_wide(L"abc");
    assert_int_equal(RtlUnicodeStringCopy(make(4), &source), STATUS_BUFFER_OVERFLOW);
    assert_wide(L"ab");
    assert_int_equal(RtlUnicodeStringCopyString(make(10), L"abc"), STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringCat(&string, &source), STATUS_BUFFER_OVERFLOW);
    assert_wide(L"abcab");
    assert_int_equal(RtlUnicodeStringCopyString(make(16), L"x"), STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringCatString(&string, L"yz"), STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringCchCatStringN(&string, L"1234", 2), STATUS_SUCCESS);
    assert_wide(L"xyz12");
    assert_int_equal(RtlUnicodeStringCbCopyN(make(16), &source, 4), STATUS_SUCCESS);
    assert_wide(L"ab");
    assert_int_equal(RtlUnicodeStringCopy(make(16), &odd), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlUnicodeStringCopy(NULL, &source), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlUnicodeStringCopyString(make(16), NULL), STATUS_INVALID_PARAMETER);
}

static void test_counted_printf(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUnicodeStringPrintf(make(8), L"%d-%s", 1, L"ab"), STATUS_SUCCESS);
    assert_wide(L"1-ab");
    assert_int_equal(wide[4], 0x5A5A);
    assert_int_equal(RtlUnicodeStringPrintf(make(6), L"%d-%s", 1, L"ab"), STATUS_BUFFER_OVERFLOW);
    assert_wide(L"1-a");
}

static void test_flags(void **state)
{
    UNICODE_STRING rest;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUnicodeStringCopyStringEx(make(10), L"ab", &rest, STRSAFE_FILL_BEHIND | 7),
                     STATUS_SUCCESS);
    assert_ptr_equal(rest.Buffer, wide + 2);
    assert_int_equal(rest.Length, 0);
    assert_int_equal(rest.MaximumLength, 6);
    assert_int_equal(wide[2], 0x0707);
    assert_int_equal(wide[5], 0x5A5A);
    make(6);
    assert_int_equal(RtlUnicodeStringCopyString(&string, L"ab"), STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringCatStringEx(&string, L"cd", NULL, STRSAFE_NO_TRUNCATION),
                     STATUS_BUFFER_OVERFLOW);
    assert_wide(L"ab");
    assert_int_equal(
        RtlUnicodeStringCopyStringEx(&string, L"abcd", NULL, STRSAFE_ZERO_LENGTH_ON_FAILURE),
        STATUS_BUFFER_OVERFLOW);
    assert_int_equal(string.Length, 0);
    assert_int_equal(RtlUnicodeStringCopyStringEx(&string, NULL, NULL, STRSAFE_IGNORE_NULLS),
                     STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringCopyStringEx(&string, L"a", NULL, 0x80000000),
                     STATUS_INVALID_PARAMETER);
}

static void test_counted_to_terminated(void **state)
{
    UNICODE_STRING source = {6, 6, (PWSTR)L"abcdef"};

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlStringCchCopyUnicodeString(wide, 4, &source), STATUS_SUCCESS);
    assert_memory_equal(wide, L"abc", 8);
    assert_int_equal(RtlStringCbCopyUnicodeString(wide, 6, &source), STATUS_BUFFER_OVERFLOW);
    assert_memory_equal(wide, L"ab", 6);
}

static void test_init(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUnicodeStringInit(&string, L"abc"), STATUS_SUCCESS);
    assert_wide(L"abc");
    assert_int_equal(string.MaximumLength, 8);
    assert_int_equal(RtlUnicodeStringInit(&string, NULL), STATUS_SUCCESS);
    assert_int_equal(string.MaximumLength, 0);
    assert_int_equal(RtlUnicodeStringValidate(&string), STATUS_SUCCESS);
    assert_int_equal(RtlUnicodeStringValidate(NULL), STATUS_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminated_strings),
        cmocka_unit_test(test_terminated_printf),
        cmocka_unit_test(test_counted_strings),
        cmocka_unit_test(test_counted_printf),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_counted_to_terminated),
        cmocka_unit_test(test_init),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
