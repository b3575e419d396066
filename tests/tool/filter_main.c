/* Pins: what a program's main looks like after the filter: int first, void returns known. */
#include "filter.h"

static char *run(const char *source, bool is_cpp)
{
    struct token_list list;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_true(tokens_read(&list, source, strlen(source), no_system_dirs));
    assert_true(filter_main(&list, is_cpp));
    assert_true(tokens_write(&list, out));
    fclose(out);
    tokens_free(&list);
    return text;
}

static void assert_becomes(const char *source, const char *wanted)
{
    char *text = run(source, false);
    assert_string_equal(text, wanted);
    free(text);
}

static void an_ordinary_main_stays(void **state)
{
    (void)state;
    const char *const sources[] = {
        "int main(void) { return 0; }\n",
        "int main() { }\n",
        "int main(argc, argv) int argc; char **argv; { }\n",
        "int main(ULONG argc, char **argv);\n",
        "int maintain(ULONG n) { return 0; }\n",
        "void f(void) { main(3); }\n",
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        assert_becomes(sources[i], sources[i]);
}

static void a_count_of_another_type_is_an_int(void **state)
{
    (void)state;
    assert_becomes("int main(ULONG argc, PCHAR argv[]) { }\n",
                   "int main( int argc, PCHAR argv[]) { }\n");
    assert_becomes("int __cdecl wmain(\n    unsigned long argc,\n    char **argv)\n{ }\n",
                   "int __cdecl wmain(\n      int argc,\n    char **argv)\n{ }\n");
}

static void a_main_without_a_result_says_so(void **state)
{
    (void)state;
    assert_becomes("int x;\nvoid __cdecl main(void) { }\n",
                   "int x;\nconst char ntio_main_returns_void = 1; void __cdecl main(void) { }\n");
}

static void wide_main_of_cpp(void **state)
{
    (void)state;
    char *text = run("int x; int wmain(int c, wchar_t **v) { }", true);
    assert_string_equal(text, "int x; extern \"C\" int wmain( int c, wchar_t **v) { }");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_main_stays),
        cmocka_unit_test(a_count_of_another_type_is_an_int),
        cmocka_unit_test(a_main_without_a_result_says_so),
        cmocka_unit_test(wide_main_of_cpp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
