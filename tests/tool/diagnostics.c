/*
 * The compilers' messages: which are left out, and that the others keep what belongs to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/diagnostics.h"

#define GCC_FUNCTION "a.c: In function 'f':\n"
#define GCC_WARNING(name)                                                                          \
    "a.c:8:60: warning: passing argument 3 of '" name                                              \
    "' from incompatible pointer type [-Wincompatible-pointer-types]\n"                            \
    "    8 |   " name "(1, 2, &x);\n"
#define GCC_NOTE(expected, actual)                                                                 \
    "In file included from wdf.h:5,\n"                                                             \
    "                 from a.c:1:\n"                                                               \
    "w.h:5:58: note: expected '" expected "' but argument is of type '" actual "'\n"               \
    "    5 |   PVOID *Buffer)\n"
#define CLANG_WARNING(actual, expected)                                                            \
    "a.c:8:60: warning: incompatible pointer types passing '" actual "' to parameter of type "     \
    "'" expected "' [-Wincompatible-pointer-types]\n"                                              \
    "  g(1, 2, &x);\n"                                                                             \
    "w.h:5:58: note: passing argument to parameter 'Buffer' here\n"
#define OTHER "a.c:9:1: warning: unused variable 'y' [-Wunused-variable]\n    9 | int y;\n"

static void assert_shows(const char *input, const char *expected)
{
    char *output = NULL;
    size_t size;
    FILE *in = fmemopen((char *)input, strlen(input), "r"), *out = open_memstream(&output, &size);

    assert_non_null(in);
    assert_non_null(out);
    diagnostics_copy(in, out);
    fclose(in);
    fclose(out);
    assert_string_equal(output, expected);
    free(output);
}

static void a_pointers_address_for_any_pointers(void **state)
{
    (void)state;
    assert_shows(GCC_FUNCTION GCC_WARNING("g") GCC_NOTE("void **", "CHAR **' {aka 'char **"), "");
    assert_shows(CLANG_WARNING("CHAR **' (aka 'char **')",
                               "PVOID *' (aka 'void **')") "1 warning generated.\n",
                 "");
    assert_shows(
        "\033[01m\033[Ka.c:8:60:\033[m\033[K \033[01;35m\033[Kwarning: "
        "\033[m\033[Kpassing argument [\033[01m-Wincompatible-pointer-types\033[m]\n"
        "w.h:5:58: \033[36mnote: \033[mexpected '\033[01mvoid **\033[m' but argument is of "
        "type '\033[01mCHAR **\033[m'\n",
        "");
}

static void other_pointers_are_wrong(void **state)
{
    (void)state;
    assert_shows(GCC_FUNCTION GCC_WARNING("g") GCC_NOTE("void **", "CHAR *"),
                 GCC_FUNCTION GCC_WARNING("g") GCC_NOTE("void **", "CHAR *"));
    assert_shows(GCC_WARNING("g") GCC_NOTE("WDFREQUEST", "WDFQUEUE"),
                 GCC_WARNING("g") GCC_NOTE("WDFREQUEST", "WDFQUEUE"));
    assert_shows(CLANG_WARNING("CHAR *' (aka 'char *')", "PVOID *' (aka 'void **')"),
                 CLANG_WARNING("CHAR *' (aka 'char *')", "PVOID *' (aka 'void **')"));
    assert_shows(CLANG_WARNING("CHAR **' (aka 'char **')", "int **"),
                 CLANG_WARNING("CHAR **' (aka 'char **')", "int **"));
}

/* The function is named before its first message, which may be one that is left out. */
static void what_is_shown_is_whole(void **state)
{
    (void)state;
    assert_shows(GCC_FUNCTION GCC_WARNING("g") GCC_NOTE("void **", "CHAR **") OTHER GCC_WARNING("h")
                     GCC_NOTE("void **", "CHAR **") OTHER,
                 GCC_FUNCTION OTHER OTHER);
    assert_shows("In file included from a.c:1:\n"
                 "b.h:1:1: error: no such type\n" OTHER "ld: odd\n",
                 "In file included from a.c:1:\n"
                 "b.h:1:1: error: no such type\n" OTHER "ld: odd\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pointers_address_for_any_pointers),
        cmocka_unit_test(other_pointers_are_wrong),
        cmocka_unit_test(what_is_shown_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
