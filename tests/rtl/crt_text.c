/* Wide strings, case, the secure copies, numbers as text: Windows' answers. */
#include <ntifs.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "nt_cmocka.h"

enum { FAILS_EINVAL = 22, FAILS_ERANGE = 34, WAS_TRUNCATED = 80 };
#define TRUNCATE ((SIZE_T)-1)

#define assert_wide(actual, expected) assert_memory_equal(actual, expected, sizeof(expected))

static void test_wide_strings(void **state)
{
    WCHAR text[16];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(wcslen(L"abc"), 3);
    assert_int_equal(wcsnlen(L"abc", 2), 2);
    assert_wide(wcscpy(text, L"abc"), L"abc");
    assert_wide(wcscat(text, L"def"), L"abcdef");
    assert_wide(wcsncat(text, L"ghi", 2), L"abcdefgh");
    memset(text, 0x5A, sizeof(text));
    wcsncpy(text, L"ab", 4);
    assert_memory_equal(text, L"ab\0", 8);
    assert_int_equal(text[4], 0x5A5A);
    assert_true(wcscmp(L"a", L"b") < 0 && wcscmp(L"b", L"a") > 0 && wcscmp(L"a", L"a") == 0);
    assert_int_equal(wcsncmp(L"abx", L"aby", 2), 0);
    assert_wide(wcschr(L"abc", 'b'), L"bc");
    assert_null(wcschr(L"abc", 'x'));
    assert_wide(wcsrchr(L"abab", 'a'), L"ab");
    assert_wide(wcsstr(L"xabab", L"abab"), L"abab");
    assert_null(wcsstr(L"abc", L"abcd"));
    assert_int_equal(wcsspn(L"aabx", L"ab"), 3);
    assert_int_equal(wcscspn(L"aabx", L"x"), 3);
    assert_wide(wcspbrk(L"abc", L"cb"), L"bc");
}

static void test_tokens(void **state)
{
    CHAR narrow[] = ",,a,bc,";
    WCHAR wide[] = L" a  b";
    CHAR *narrow_context;
    WCHAR *wide_context;

    UNREFERENCED_PARAMETER(state);
    assert_string_equal(strtok_s(narrow, ",", &narrow_context), "a");
    assert_string_equal(strtok_s(NULL, ",", &narrow_context), "bc");
    assert_null(strtok_s(NULL, ",", &narrow_context));
    assert_wide(wcstok_s(wide, L" ", &wide_context), L"a");
    assert_wide(wcstok_s(NULL, L" ", &wide_context), L"b");
    assert_null(wcstok_s(NULL, L" ", &wide_context));
}

static void test_case(void **state)
{
    CHAR narrow[] = "aBc";
    WCHAR wide[] = L"aBc";

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(_stricmp("AbC", "aBc"), 0);
    assert_true(_stricmp("a", "B") < 0 && _stricmp("_", "A") < 0);
    assert_int_equal(_strnicmp("ABx", "aby", 2), 0);
    assert_int_equal(_wcsicmp(L"AbC", L"aBc"), 0);
    assert_int_equal(_wcsnicmp(L"ABx", L"aby", 2), 0);
    assert_string_equal(_strupr(narrow), "ABC");
    assert_string_equal(_strlwr(narrow), "abc");
    assert_string_equal(_strrev(narrow), "cba");
    assert_wide(_wcsupr(wide), L"ABC");
    assert_wide(_wcslwr(wide), L"abc");
    assert_int_equal(towupper('a'), 'A');
    assert_true(iswspace('\t') && iswdigit('7') && iswalpha('q') && !iswalpha('7'));
}

static void test_secure_copies(void **state)
{
    CHAR narrow[4] = "###";
    WCHAR wide[4];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(strcpy_s(narrow, 4, "abcd"), FAILS_ERANGE);
    assert_int_equal(narrow[0], 0);
    assert_int_equal(strcpy_s(narrow, 4, "abc"), 0);
    assert_string_equal(narrow, "abc");
    assert_int_equal(strcpy_s(narrow, 4, NULL), FAILS_EINVAL);
    assert_int_equal(strcpy_s(NULL, 4, "x"), FAILS_EINVAL);
    assert_int_equal(strncpy_s(narrow, 4, "abcdef", 2), 0);
    assert_string_equal(narrow, "ab");
    assert_int_equal(strncpy_s(narrow, 4, "abcdef", TRUNCATE), WAS_TRUNCATED);
    assert_string_equal(narrow, "abc");
    assert_int_equal(strncpy_s(narrow, 4, "abcdef", 5), FAILS_ERANGE);
    assert_int_equal(wcscpy_s(wide, 4, L"ab"), 0);
    assert_int_equal(wcscat_s(wide, 4, L"c"), 0);
    assert_wide(wide, L"abc");
    assert_int_equal(wcscat_s(wide, 4, L"d"), FAILS_ERANGE);
    assert_int_equal(wide[0], 0);
    assert_int_equal(strcpy_s(narrow, 4, "a"), 0);
    assert_int_equal(strncat_s(narrow, 4, "bcdef", 2), 0);
    assert_string_equal(narrow, "abc");
    memset(narrow, '#', 4);
    assert_int_equal(strcat_s(narrow, 4, "x"), FAILS_EINVAL);
    assert_int_equal(memcpy_s(narrow, 4, "abcde", 5), FAILS_ERANGE);
    assert_memory_equal(narrow, "\0\0\0\0", 4);
    assert_int_equal(memcpy_s(narrow, 4, "abcd", 4), 0);
    assert_memory_equal(narrow, "abcd", 4);
    assert_int_equal(memmove_s(narrow + 1, 3, narrow, 3), 0);
    assert_memory_equal(narrow, "aabc", 4);
}

static void test_numbers_as_text(void **state)
{
    CHAR narrow[70];
    WCHAR wide[70];

    UNREFERENCED_PARAMETER(state);
    assert_string_equal(_itoa(-255, narrow, 10), "-255");
    assert_string_equal(_itoa(-1, narrow, 16), "ffffffff");
    assert_string_equal(_i64toa(-1, narrow, 16), "ffffffffffffffff");
    assert_string_equal(_i64toa((LONGLONG)0x8000000000000000ull, narrow, 10),
                        "-9223372036854775808");
    assert_string_equal(_ui64toa(35, narrow, 36), "z");
    assert_wide(_itow(1234, wide, 10), L"1234");
    assert_int_equal(_itoa_s(1234, narrow, 4, 10), FAILS_ERANGE);
    assert_int_equal(narrow[0], 0);
    assert_int_equal(_itoa_s(1234, narrow, 5, 10), 0);
    assert_string_equal(narrow, "1234");
}

static void test_text_as_numbers(void **state)
{
    WCHAR *end;
    static const WCHAR text[] = L"  -0x1Fz";

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(wcstol(text, &end, 0), -31);
    assert_ptr_equal(end, text + 7);
    assert_int_equal(wcstol(L"9999999999", NULL, 10), MAXLONG);
    assert_int_equal(wcstol(L"-9999999999", NULL, 10), (LONG)MINLONG);
    assert_int_equal(wcstoul(L"4294967295", NULL, 10), MAXULONG);
    assert_int_equal(wcstoul(L"99999999999", NULL, 10), MAXULONG);
    assert_int_equal(wcstoul(L"-1", NULL, 10), MAXULONG);
    assert_int_equal(_wtoi(L"12x"), 12);
    assert_int_equal(_wtoi64(L"-123456789012"), -123456789012);
    assert_int_equal(_atoi64("123456789012"), 123456789012);
    assert_int_equal(wcstol(text + 8, &end, 10), 0);
    assert_ptr_equal(end, text + 8);
}

static void test_rand(void **state)
{
    UNREFERENCED_PARAMETER(state);
    srand(1);
    assert_int_equal(rand(), 41);
    assert_int_equal(rand(), 18467);
    assert_int_equal(rand(), 6334);
}

static void test_bytes(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(_byteswap_ushort(0x1234), 0x3412);
    assert_int_equal(_byteswap_uint64(0x0102030405060708), 0x0807060504030201);
    assert_int_equal(_rotl(0x80000001, 4), 0x18);
    assert_int_equal(_rotr(0x18, 4), 0x80000001);
}

static void test_multi_byte(void **state)
{
    WCHAR wide[8];
    CHAR narrow[8];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(mbstowcs(wide, "a\xE2\x82\xAC", 8), 2);
    assert_wide(wide, L"a\u20AC");
    assert_int_equal(wcstombs(narrow, L"a\u20AC", 8), 4);
    assert_string_equal(narrow, "a\xE2\x82\xAC");
    assert_int_equal(wcstombs(narrow, L"a\u20AC", 3), 1);
    assert_int_equal(mbstowcs(wide, "\xFF", 8), (SIZE_T)-1);
    assert_int_equal(mbstowcs(NULL, "abc", 0), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_strings),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_secure_copies),
        cmocka_unit_test(test_numbers_as_text),
        cmocka_unit_test(test_text_as_numbers),
        cmocka_unit_test(test_rand),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_multi_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
