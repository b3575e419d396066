/* Formatted text: Windows' conversions and sizes, bounded buffers, exact floating point. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "rtl/format.h"
#include "nt_cmocka.h"

/* libc's, as the measure for floating point. */
int libc_snprintf(char *to, SIZE_T size, const char *format, ...) __asm__("snprintf");

static CHAR text[2048];

#define assert_format(expected, ...)                                                               \
    do {                                                                                           \
        SIZE_T length = rtl_format(text, sizeof(text), __VA_ARGS__);                               \
        assert_string_equal(text, expected);                                                       \
        assert_int_equal(length, strlen(expected));                                                \
    } while (0)

static void test_plain_text(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("", "%s", "");
    assert_format("plain", "plain");
    assert_format("100%", "%d%%", 100);
    assert_format("q", "%q");
    assert_format("", "%");
}

static void test_integers(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("-1 4294967295 ffffffff FFFFFFFF 37777777777", "%d %u %x %X %o", -1, -1, -1, -1,
                  -1);
    assert_format("-2147483648", "%i", (int)0x80000000);
    assert_format("-9223372036854775808", "%I64d", MINLONGLONG);
    assert_format("18446744073709551615 ffffffffffffffff", "%I64u %I64x", ~0ull, ~0ull);
    assert_format("123456789abcdef0 4660", "%Ix %Iu", (ULONG_PTR)0x123456789ABCDEF0,
                  (ULONG_PTR)0x1234);
    assert_format("7 7 7", "%I32d %ld %lu", 7, 7, 7u);
    assert_format("-5 5 5", "%lld %llu %llx", -5ll, 5ull, 5ull);
    assert_format("-1 65535 -1 255", "%hd %hu %hhd %hhu", -1, -1, -1, -1);
    assert_format("12 34", "%zu %td", (SIZE_T)12, (LONG_PTR)34);
}

static void test_a_long_is_32_bits(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("-1 ffffffff", "%ld %lx", (int)-1, (int)-1);
}

static void test_flags_width_precision(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("[   42][42   ][00042][+42][ 42]", "[%5d][%-5d][%05d][%+d][% d]", 42, 42, 42, 42,
                  42);
    assert_format("[-0042][  -42][-0042]", "[%05d][%5d][%.4d]", -42, -42, -42);
    assert_format("[  042][]", "[%5.3d][%.0d]", 42, 0);
    assert_format("0x2a 0X2A 052 0 0", "%#x %#X %#o %#x %#o", 42, 42, 42, 0, 0);
    assert_format("0x0000002a", "%#010x", 42);
    assert_format("[   7][7   ][007]", "[%*d][%*d][%.*d]", 4, 7, -4, 7, 3, 7);
    assert_format("[7]", "[%.*d]", -1, 7);
}

static void test_pointers(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("0000000000000000 00007FFF1234ABCD", "%p %p", NULL, (PVOID)0x7FFF1234ABCD);
}

static void test_strings(void **state)
{
    UNICODE_STRING unicode = RTL_STRING(L"unicode");
    ANSI_STRING ansi = {4, 5, "ansi!"};
    UNICODE_STRING empty = {0, 0, NULL};

    UNREFERENCED_PARAMETER(state);
    assert_format("narrow wide wide wide narrow", "%s %S %ls %ws %hs", "narrow", L"wide", L"wide",
                  L"wide", "narrow");
    assert_format("unicode ansi ansi", "%wZ %Z %hZ", &unicode, &ansi, &ansi);
    assert_format("(null) (null) (null) (null)", "%s %S %wZ %wZ", NULL, NULL, NULL, &empty);
    assert_format("[  abc][abc  ][ab][(nu]", "[%5s][%-5s][%.2s][%.3s]", "abc", "abc", "abc", NULL);
    assert_format("[  un]", "[%4.2wZ]", &unicode);
    assert_format("a b c", "%c %C %lc", 'a', L'b', L'c');
}

static void test_precision_bounds_what_is_read(void **state)
{
    static const CHAR unterminated[3] = {'x', 'y', 'z'};

    UNREFERENCED_PARAMETER(state);
    assert_format("xyz", "%.3s", unterminated);
}

static void test_wide_text_becomes_utf8(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_format("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80", "%ws", L"\u00E4 \u20AC \U0001F600");
    assert_format("\xEF\xBF\xBD!", "%ws", (WCHAR[]){0xD800, '!', 0});
}

static SIZE_T format_wide_text(PWSTR to, SIZE_T count, PCWSTR format, ...)
{
    va_list arguments;
    SIZE_T length;

    va_start(arguments, format);
    length = rtl_format_wide_va(to, count, format, arguments);
    va_end(arguments);
    return length;
}

static void test_wide_formats(void **state)
{
    WCHAR wide[64];
    UNICODE_STRING unicode = RTL_STRING(L"uni");

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(format_wide_text(wide, 64, L"%s %S %hs %ls %wZ %c %C %d", L"wide", "narrow",
                                      "narrow", L"wide", &unicode, L'x', 'y', 5),
                     33);
    assert_memory_equal(wide, L"wide narrow narrow wide uni x y 5", 34 * sizeof(WCHAR));
    assert_int_equal(format_wide_text(wide, 64, L"%hs", "\xE2\x82\xAC\xF0\x9F\x98\x80"), 3);
    assert_memory_equal(wide, L"\u20AC\U0001F600", 4 * sizeof(WCHAR));
}

static void test_buffers_that_are_too_small(void **state)
{
    CHAR small[5];

    UNREFERENCED_PARAMETER(state);
    memset(small, '#', sizeof(small));
    assert_int_equal(rtl_format(small, 4, "%d", 123456), 6);
    assert_memory_equal(small, "123\0#", 5);
    assert_int_equal(rtl_format(small, 1, "x"), 1);
    assert_int_equal(small[0], 0);
    assert_int_equal(rtl_format(NULL, 0, "%s", "abc"), 3);
    assert_int_equal(rtl_format(small, 4, "abc"), 3);
    assert_string_equal(small, "abc");
    assert_int_equal(rtl_format(small, 4, "abcd"), 4);
    assert_string_equal(small, "abc");
}

static void test_percent_n_is_refused(void **state)
{
    int written = -7;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(rtl_format(text, sizeof(text), "ab%ncd", &written), 2);
    assert_string_equal(text, "ab");
    assert_int_equal(written, -7);
}

static VOID compare_float(double value)
{
    static const PCSTR formats[] = {
        "%f",  "%e",    "%g",     "%.0f",     "%.0e",  "%.1f",  "%.3g", "%.17g", "%.20f", "%G",
        "%+f", "% .2e", "%12.4f", "%-12.4e|", "%012f", "%#.0f", "%.9G", "%.40e", "%#.0e", "%.0g"};
    CHAR expected[2048];

    for (ULONG at = 0; at < RTL_NUMBER_OF(formats); at++) {
        libc_snprintf(expected, sizeof(expected), formats[at], value);
        rtl_format(text, sizeof(text), formats[at], value);
        assert_string_equal(text, expected);
    }
}

static void test_floating_point_is_exact(void **state)
{
    static const double values[] = {0.0,
                                    -0.0,
                                    1.0,
                                    0.5,
                                    1.5,
                                    2.5,
                                    0.1,
                                    9.5,
                                    99.5,
                                    999999.5,
                                    1e15,
                                    1e16,
                                    1e22,
                                    1e23,
                                    1e100,
                                    1e300,
                                    5e-324,
                                    1.7976931348623157e308,
                                    2.2250738585072014e-308,
                                    123456,
                                    0.0001,
                                    0.00001,
                                    123456789.123456789,
                                    3.141592653589793};
    ULONG seed = 12345;

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(values); at++) {
        compare_float(values[at]);
        compare_float(-values[at]);
    }
    for (ULONG round = 0; round < 2000; round++) {
        ULONG64 bits = ((ULONG64)RtlRandomEx(&seed) << 33) ^ ((ULONG64)RtlRandomEx(&seed) << 11) ^
                       RtlRandomEx(&seed);
        double value;

        memcpy(&value, &bits, sizeof(value));
        if ((bits >> 52 & 0x7FF) != 0x7FF)
            compare_float(value);
    }
}

static void test_floating_point_as_windows_has_it(void **state)
{
    double zero = 0.0;

    UNREFERENCED_PARAMETER(state);
    assert_format("inf -inf   INF", "%f %f %05F", 1 / zero, -1 / zero, 1 / zero);
    assert_format("nan", "%g", __builtin_nan("1"));
    assert_format("-nan(ind)", "%g", -__builtin_nan(""));
    assert_format("1.000000e+05 1e+100", "%e %g", 1e5, 1e100);
    assert_format("0x1.8000000000000p+1 0X1.8P-3", "%a %.1A", 3.0, 0.1875);
    assert_format("2.500000", "%Lf", 2.5L);
    assert_format("1.00000e+06 1.50000 0.00000", "%#g %#g %#g", 999999.5, 1.5, 0.0);
}

static void test_a_long_precision(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(rtl_format(text, sizeof(text), "%.1500f", 0.1), 1502);
    assert_int_equal(text[1501], '0');
    assert_int_equal(rtl_format(text, 8, "%.100000d", 1), 100000);
    assert_string_equal(text, "0000000");
}

static struct {
    CHAR text[64];
    SIZE_T length, flushes;
} collected;

static void collect(struct format_sink *sink)
{
    memcpy(collected.text + collected.length, sink->buffer, sink->used);
    collected.length += sink->used;
    collected.flushes++;
    sink->used = 0;
}

static VOID format_to_sink(struct format_sink *sink, PCSTR format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    assert_int_equal(format_narrow(sink, format, arguments), 0);
    va_end(arguments);
}

static void test_a_sink_is_flushed_when_full(void **state)
{
    CHAR small[4];
    struct format_sink sink = {.buffer = small, .capacity = sizeof(small), .flush = collect};

    UNREFERENCED_PARAMETER(state);
    format_to_sink(&sink, "%s-%d", "abcdef", 12345);
    assert_int_equal(collected.flushes, 2);
    assert_int_equal(sink.used, 4);
    collect(&sink);
    assert_memory_equal(collected.text, "abcdef-12345", 12);
    assert_int_equal(sink.total, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_a_long_is_32_bits),
        cmocka_unit_test(test_flags_width_precision),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_precision_bounds_what_is_read),
        cmocka_unit_test(test_wide_text_becomes_utf8),
        cmocka_unit_test(test_wide_formats),
        cmocka_unit_test(test_buffers_that_are_too_small),
        cmocka_unit_test(test_percent_n_is_refused),
        cmocka_unit_test(test_floating_point_is_exact),
        cmocka_unit_test(test_floating_point_as_windows_has_it),
        cmocka_unit_test(test_a_long_precision),
        cmocka_unit_test(test_a_sink_is_flushed_when_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
