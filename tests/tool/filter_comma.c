/* Pins: the comma that a macro leaves whose variable arguments are none. */
#include "filter.h"

static void assert_becomes(const char *source, const char *wanted)
{
    struct token_list list;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_true(tokens_read(&list, source, strlen(source), no_system_dirs));
    filter_comma(&list);
    assert_true(tokens_write(&list, out));
    fclose(out);
    tokens_free(&list);
    assert_string_equal(text, wanted);
    free(text);
}

static void a_comma_before_the_end_of_arguments_goes(void **state)
{
    (void)state;
    assert_becomes("print(1, \"x\" \"\\n\", );\n", "print(1, \"x\" \"\\n\" );\n");
    assert_becomes("print(\"x\",\n    )\n", "print(\"x\"\n    )\n");
}

static void others_stay(void **state)
{
    const char *const sources[] = {
        "f(a, b);\n",
        "int list[] = {f(1), 2,};\n",
        "char c = ','; f(\",)\");\n",
        "# 1 \"/system/a.h\"\nf(a,);\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        assert_becomes(sources[i], sources[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comma_before_the_end_of_arguments_goes),
        cmocka_unit_test(others_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
