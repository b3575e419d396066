/*
 * Messages of WPP: values by address and size, formats, types, what is traced and what recorded.
 */
#include <ntifs.h>

#include "etw/etw.h"
#include "nt_cmocka.h"

static const struct ntio_wpp_name sides[] = {{0, "left"}, {1, "right"}};
static const struct ntio_wpp_name alias[] = {{0, "ItemNTSTATUS"}};
static const struct ntio_wpp_type types[] = {{"side", NTIO_WPP_ENUM, 2, sides},
                                             {"set", NTIO_WPP_SET, 2, sides},
                                             {"mine", NTIO_WPP_ALIAS, 1, alias},
                                             {0}};

static PCSTR formatted(PCSTR format, const struct ntio_wpp_value *values, ULONG count)
{
    static CHAR line[256];
    const struct ntio_wpp_site site = {"c:\\x\\file.c", "Function", format, types, 42};
    struct etw_text text = {.buffer = line, .size = sizeof(line)};

    line[0] = 0;
    etw_add_message(&text, &site, values, count);
    return line;
}

#define SIGNED(variable)                                                                           \
    {                                                                                              \
        &(variable), sizeof(variable), NTIO_WPP_SIGNED                                             \
    }
#define UNSIGNED(variable)                                                                         \
    {                                                                                              \
        &(variable), sizeof(variable), NTIO_WPP_UNSIGNED                                           \
    }

static void numbers(void **state)
{
    LONG minus = -1;
    UCHAR narrow = 200;
    CHAR character = 'x';
    double real = 1.5;
    const struct ntio_wpp_value values[] = {SIGNED(minus),
                                            UNSIGNED(narrow),
                                            SIGNED(minus),
                                            SIGNED(character),
                                            {&real, sizeof(real), NTIO_WPP_FLOAT}};

    (void)state;
    assert_string_equal(formatted("%d %u %I64d %c %.1f", values, 5), "-1 200 -1 x 1.5");
    assert_string_equal(formatted("%*d|%-5u|", values, 3), "200|4294967295|");
    assert_string_equal(formatted("100%% %d %d", values, 1), "100% -1 ?");
}

static void texts(void **state)
{
    PCSTR text = "text";
    PCWSTR wide = L"wide";
    PCSTR none = NULL;
    const struct ntio_wpp_value values[] = {UNSIGNED(text), UNSIGNED(wide), UNSIGNED(none)};

    (void)state;
    assert_string_equal(formatted("%s %ws %s", values, 3), "text wide (null)");
}

static void places_take_no_value(void **state)
{
    LONG one = 1;
    const struct ntio_wpp_value values[] = {SIGNED(one)};

    (void)state;
    assert_string_equal(formatted("%!STDPREFIX!%!FUNC! %!FILE!:%!LINE! %d", values, 1),
                        "Function file.c:42 1");
}

static void named_types(void **state)
{
    NTSTATUS status = STATUS_NO_MEMORY;
    ULONG one = 1, nine = 9, three = 3;
    UCHAR bytes[] = {1, 0xab};
    const struct ntio_wpp_value values[] = {SIGNED(status), UNSIGNED(one),
                                            UNSIGNED(nine), UNSIGNED(three),
                                            SIGNED(status), {bytes, sizeof(bytes), NTIO_WPP_BYTES},
                                            UNSIGNED(nine)};

    (void)state;
    assert_string_equal(
        formatted("%!STATUS! %!side! %!side! %!set! %!mine! %!HEXDUMP! %!odd!", values, 7),
        "0xC0000017(STATUS_NO_MEMORY) right(1) 9 0x3(left,right) "
        "0xC0000017(STATUS_NO_MEMORY) 01 ab 0x9(%!odd!)");
}

static void long_lines_end(void **state)
{
    static CHAR longest[4096];
    CHAR small[16];
    PCSTR text = longest;
    const struct ntio_wpp_value values[] = {UNSIGNED(text)};
    const struct ntio_wpp_site site = {"f", "f", "%s", types, 1};
    struct etw_text out = {.buffer = small, .size = sizeof(small)};

    (void)state;
    memset(longest, 'a', sizeof(longest) - 1);
    etw_add_message(&out, &site, values, 1);
    assert_int_equal(strlen(small), sizeof(small) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),        cmocka_unit_test(texts),
        cmocka_unit_test(named_types),    cmocka_unit_test(places_take_no_value),
        cmocka_unit_test(long_lines_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
