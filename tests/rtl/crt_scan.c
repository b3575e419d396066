/* Scanning memory: conversions, widths, sets, sizes, the secure forms, narrow and wide. */
#include <ntifs.h>
#include <stdio.h>
#include <wchar.h>

#include "nt_cmocka.h"

/* The compiler checks for libc's formats. */
#pragma GCC diagnostic ignored "-Wformat"

static void test_integers(void **state)
{
    int a = 0, b = 0, c = 0, d = 0;
    LONGLONG big = 0;
    SHORT half = 0, next = 0x5A5A;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sscanf(" 12 -34,0x1F 077", "%d%i,%x %i", &a, &b, &c, &d), 4);
    assert_int_equal(a, 12);
    assert_int_equal(b, -34);
    assert_int_equal(c, 0x1F);
    assert_int_equal(d, 077);
    assert_int_equal(sscanf("123456789012345 -2", "%I64d %hd", &big, &half), 2);
    assert_int_equal(big, 123456789012345);
    assert_int_equal(half, -2);
    assert_int_equal(next, 0x5A5A);
    assert_int_equal(sscanf("12345", "%2d%*1d%d%n", &a, &b, &c), 2);
    assert_int_equal(a, 12);
    assert_int_equal(b, 45);
    assert_int_equal(c, 5);
}

static void test_what_does_not_match(void **state)
{
    int a = 7;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sscanf("", "%d", &a), -1);
    assert_int_equal(sscanf("abc", "%d", &a), 0);
    assert_int_equal(sscanf("x1", "y%d", &a), 0);
    assert_int_equal(a, 7);
    assert_int_equal(sscanf("5 x", "%d %d", &a, &a), 1);
    assert_int_equal(a, 5);
    assert_int_equal(sscanf("5%6", "%d%%%d", &a, &a), 2);
    assert_int_equal(a, 6);
}

static void test_text(void **state)
{
    CHAR word[8], set[8], rest[8], two[3] = "##";
    WCHAR wide[8];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sscanf("  hello abc-9 xyz", "%s %[a-c-]%c%c", word, set, rest, rest + 1), 4);
    assert_string_equal(word, "hello");
    assert_string_equal(set, "abc-");
    assert_memory_equal(rest, "9 ", 2);
    assert_int_equal(sscanf("key=value", "%7[^=]=%5s", word, rest), 2);
    assert_string_equal(word, "key");
    assert_string_equal(rest, "value");
    assert_int_equal(sscanf("]x", "%[]x]", word), 1);
    assert_string_equal(word, "]x");
    assert_int_equal(sscanf("abc", "%2c", two), 1);
    assert_string_equal(two, "ab");
    assert_int_equal(sscanf("wide", "%S", wide), 1);
    assert_memory_equal(wide, L"wide", 10);
}

static void test_secure_sizes(void **state)
{
    CHAR word[5], letter = 0;
    int number = 0;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sscanf_s("abcd 7", "%s %d", word, 5u, &number), 2);
    assert_string_equal(word, "abcd");
    assert_int_equal(number, 7);
    assert_int_equal(sscanf_s("abcde 7", "%s %d", word, 5u, &number), 0);
    assert_string_equal(word, "");
    assert_int_equal(sscanf_s("z", "%c", &letter, 1u), 1);
    assert_int_equal(letter, 'z');
}

static void test_floating_point(void **state)
{
    float single = 0;
    double value = 0;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(sscanf("1.5 -2.25e2x", "%f %lfx", &single, &value), 2);
    assert_true(single == 1.5f && value == -225.0);
}

static void test_wide(void **state)
{
    WCHAR word[8];
    CHAR narrow[8];
    int number;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(swscanf(L"abc def 42", L"%s %S %d", word, narrow, &number), 3);
    assert_memory_equal(word, L"abc", 8);
    assert_string_equal(narrow, "def");
    assert_int_equal(number, 42);
    assert_int_equal(swscanf_s(L"abc", L"%s", word, 3u), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),       cmocka_unit_test(test_what_does_not_match),
        cmocka_unit_test(test_text),           cmocka_unit_test(test_secure_sizes),
        cmocka_unit_test(test_floating_point), cmocka_unit_test(test_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
