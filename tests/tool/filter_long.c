/*
 * Windows' 32-bit long: what the filter makes of each spelling, and what it leaves alone.
 */
#include "filter.h"

static void check(const char *source, const char *expected)
{
    char *text = filtered_long(source);
    assert_string_equal(text, expected);
    free(text);
}

static void types(void **state)
{
    (void)state;
    check("long a;", "int a;");
    check("unsigned long a;", "unsigned int a;");
    check("long unsigned a;", "int unsigned a;");
    check("long int a;", " int a;");
    check("unsigned long int a;", "unsigned  int a;");
    check("int long a;", "int  a;");
    check("(long)(unsigned long)x", "(int)(unsigned int)x");
    check("long *p, **q;", "int *p, **q;");
    check("const long volatile a;", "const int volatile a;");
}

static void wider_types_stay(void **state)
{
    (void)state;
    check("long long a;", "long long a;");
    check("unsigned long long int a;", "unsigned long long int a;");
    check("long unsigned long a;", "long unsigned long a;");
    check("long double a;", "long double a;");
    check("double long a;", "double long a;");
}

static void constants(void **state)
{
    (void)state;
    check("10L 10l 0x80000000L", "10 10 0x80000000");
    check("10UL 10LU 10ul", "10u 10u 10u");
    check("10LL 10ULL 10LLU 10u", "10LL 10ULL 10LLU 10u");
    check("1.0L 1e5L 0x1p3L", "1.0L 1e5L 0x1p3L");
    check("0xEL", "0xE");
    check("5I64 5i64 0x5ui64 0x5UI64 5i32 5ui8", "5ll 5ll 0x5ull 0x5ull 5 5u");
}

static void text_and_names_stay(void **state)
{
    (void)state;
    check("\"long 10L\" 'l' L\"long\" longer along", "\"long 10L\" 'l' L\"long\" longer along");
    check("\"a\\\"long\" long", "\"a\\\"long\" int");
    check("#pragma long 10L\nlong a;", "#pragma long 10L\nint a;");
}

static void system_lines_stay(void **state)
{
    (void)state;
    check("# 1 \"/system/x.h\" 1\nlong a;\n# 2 \"mine.c\" 2\nlong b;",
          "# 1 \"/system/x.h\" 1\nlong a;\n# 2 \"mine.c\" 2\nint b;");
    check("# 5 \"mine.c\" 3 4\n10L", "# 5 \"mine.c\" 3 4\n10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(wider_types_stay),
        cmocka_unit_test(constants),
        cmocka_unit_test(text_and_names_stay),
        cmocka_unit_test(system_lines_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
