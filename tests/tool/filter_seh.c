/*
 * Guarded bodies: which functions are rewritten, and what a malformed one is told.
 * What the rewritten code does when it runs is the seh driver's test, end to end.
 */
#include "filter.h"

static bool run(const char *source, char **text, const struct token **problem)
{
    struct token_list list;
    size_t size;
    FILE *out = open_memstream(text, &size);
    assert_true(tokens_read(&list, source, strlen(source), no_system_dirs));
    bool done = filter_seh(&list, false, problem);
    assert_true(tokens_write(&list, out));
    fclose(out);
    tokens_free(&list);
    return done;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in '%s'", part, text);
}

static void plain_functions_stay(void **state)
{
    const struct token *problem;
    const char *source = "int f(int a) { return a; }\nstruct s { int try; } x = { 1 };\n";
    char *text;
    (void)state;
    assert_true(run(source, &text, &problem));
    assert_string_equal(text, source);
    free(text);
}

static void only_the_guarded_function_is_unoptimized(void **state)
{
    const struct token *problem;
    char *text;
    (void)state;
    assert_true(run("int f(void) { return 1; }\n"
                    "static NTSTATUS g(int *p)\n{ __try { *p = 1; } __except (1) { return 2; } "
                    "return 0; }\n",
                    &text, &problem));
    assert_int_equal(strncmp(text, "int f(void)", 11), 0);
    assert_has(text, "noinline)) static NTSTATUS g");
    assert_has(text, "ntio_seh_enter(&_seh_0, 0)");
    free(text);
}

static void lines_stay_where_they_are(void **state)
{
    const struct token *problem;
    const char *source = "void f(void)\n{\n  try {\n    g();\n  }\n  finally {\n    h();\n  }\n}\n";
    char *text;
    size_t before = 0, after = 0;
    (void)state;
    assert_true(run(source, &text, &problem));
    for (const char *c = source; *c; c++)
        before += *c == '\n';
    for (const char *c = text; *c; c++)
        after += *c == '\n';
    assert_int_equal(before, after);
    free(text);
}

static void leaving_goes_through_the_termination_handler(void **state)
{
    const struct token *problem;
    char *text;
    (void)state;
    assert_true(
        run("int f(int n) { while (n) { __try { if (n == 1) return 7; if (n == 2) break; "
            "if (n == 3) continue; if (n == 4) goto out; for (;;) break; } __finally { g(); } "
            "} out: return 0; }",
            &text, &problem));
    assert_has(text, "_seh_return = ( 7)");
    assert_has(text, "if (_seh_exit_0 == 1) return _seh_return;");
    assert_has(text, "if (_seh_exit_0 == 2) break;");
    assert_has(text, "if (_seh_exit_0 == 3) continue;");
    assert_has(text, "if (_seh_exit_0 == 4) goto out;");
    assert_has(text, "for (;;) break;");
    free(text);
}

static void malformed(void **state)
{
    static const struct {
        const char *source, *at;
    } cases[] = {
        {"void f(void) { __try { g(); } h(); }", "h"},
        {"void f(void) { __try { g(); } __except { h(); } }", "{"},
        {"void f(void) { __try { g(); } __finally h(); }", "h"},
        {"void f(void) { __try { g() } __except (1) { } }", "}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_list list;
        const struct token *problem = NULL;
        assert_true(tokens_read(&list, cases[i].source, strlen(cases[i].source), no_system_dirs));
        assert_false(filter_seh(&list, false, &problem));
        assert_non_null(problem);
        if (!token_is(problem, cases[i].at))
            fail_msg("case %zu: expected the problem at '%s', it is at '%.*s'", i, cases[i].at,
                     (int)problem->length, problem->text);
        tokens_free(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_functions_stay),
        cmocka_unit_test(only_the_guarded_function_is_unoptimized),
        cmocka_unit_test(lines_stay_where_they_are),
        cmocka_unit_test(leaving_goes_through_the_termination_handler),
        cmocka_unit_test(malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
