/*
 * Conditions and expansions as driver projects write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tool/msbuild.h"

static void conditions(void **state)
{
    static const struct {
        const char *text;
        int holds; /* -1: of a form that is not understood */
    } cases[] = {
        {NULL, 1},
        {"'$(Configuration)|$(Platform)'=='Debug|x64'", 1},
        {"'$(Configuration)|$(Platform)'=='Release|x64'", 0},
        {"'$(configuration)' == 'debug'", 1},
        {"'$(Nothing)'==''", 1},
        {"'$(Nothing)'!=''", 0},
        {"'$(Platform)'=='x64' and '$(Configuration)'=='Debug'", 1},
        {"'$(Platform)'=='ARM64' or '$(Configuration)'=='Debug'", 1},
        {"!('$(Platform)'=='x64')", 0},
        {"exists('/proc/self/exe')", 1},
        {"Exists('$(Nothing)\\no.props')", 0},
        {"$(Platform)==x64", 1},
        {"true", 1},
        {"'a'=='a", -1},
        {"'a' < 'b'", -1},
        {"$([System.String]::Copy('x').Length) > 3", -1},
    };
    struct msbuild build = {.folder = "/"};
    (void)state;
    msbuild_set(&build, "Configuration", "Debug");
    msbuild_set(&build, "Platform", "x64");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool understood, holds = msbuild_condition(&build, cases[i].text, &understood);
        int answer = understood ? holds : -1;
        if (answer != cases[i].holds)
            fail_msg("%s: expected %d, got %d", cases[i].text, cases[i].holds, answer);
    }
    msbuild_free(&build);
}

static void expansion(void **state)
{
    struct msbuild build = {0};
    (void)state;
    msbuild_set(&build, "DDK", "C:\\ddk");
    msbuild_set(&build, "ddk", "D:\\ddk");
    char *text = msbuild_expand(&build, "%(Dirs);$(DDK)\\wdm;$(None);$(open", "a;b");
    assert_string_equal(text, "a;b;D:\\ddk\\wdm;;$(open");
    free(text);
    msbuild_free(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions),
        cmocka_unit_test(expansion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
