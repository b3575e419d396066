/*
 * Pins: inline functions of MSVC's become weak ones where they are defined; text behind L# is one.
 */
#include "filter.h"

static void assert_becomes(const char *source, const char *wanted)
{
    struct token_list list;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_true(tokens_read(&list, source, strlen(source), no_system_dirs));
    filter_text(&list);
    assert_true(filter_inline(&list));
    assert_true(tokens_write(&list, out));
    fclose(out);
    tokens_free(&list);
    assert_string_equal(text, wanted);
    free(text);
}

#define WEAK "__attribute__((weak, visibility(\"hidden\")))"

static void definitions(void **state)
{
    (void)state;
    assert_becomes("__inline int f(int (*g)(void)) { return 1; }",
                   WEAK " int f(int (*g)(void)) { return 1; }");
    assert_becomes("int x; _inline int f(void)\n{ }", "int x; " WEAK " int f(void)\n{ }");
    assert_becomes("__inline int f(void); inline int f(void) { }",
                   " int f(void); " WEAK " int f(void) { }");
}

static void others_stay(void **state)
{
    (void)state;
    assert_becomes("static __inline int f(void) { }", "static __inline int f(void) { }");
    assert_becomes("__inline static int f(void) { }", "__inline static int f(void) { }");
    assert_becomes("extern __inline__ int f(void) { }", "extern __inline__ int f(void) { }");
    assert_becomes("# 1 \"/system/h\"\n__inline int f(void) { }",
                   "# 1 \"/system/h\"\n__inline int f(void) { }");
}

static void wide_text(void **state)
{
    (void)state;
    assert_becomes("f(L \"a b\", L);", "f(L\"a b\", L);");
    assert_becomes("XL \"a\"", "XL \"a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions),
        cmocka_unit_test(others_stay),
        cmocka_unit_test(wide_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
