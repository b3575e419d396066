/*
 * What WPP is configured with in headers and projects, and enumerations that its types name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/wpp.h"

static void header_block(void **state)
{
    struct wpp_config config = {0};
    (void)state;
    wpp_config_read(&config, "trace.h",
                    "// FUNC Outside(MSG);\n"
                    "// the \"begin_wpp config\" of a sentence, with one \" only\n"
                    "// begin_wpp config\n"
                    "// FUNC Print{LEVEL=TRACE_LEVEL_ERROR,\n"
                    "//            FLAGS=DBG}((MSG, ...)); // FUNC Comment(MSG);\n"
                    "//\n"
                    "// USEPREFIX (Print, \"a;b \");\n"
                    "// USESUFFIX (Print, \" %d\", Value);\n"
                    "// CUSTOM_TYPE(side, ItemListLong(left, right));\n"
                    "// end_wpp\n"
                    "// FUNC After(MSG);\n",
                    false);
    assert_int_equal(config.function_count, 1);
    struct wpp_function *f = &config.functions[0];
    assert_string_equal(f->name, "Print");
    assert_int_equal(f->condition_count, 2);
    assert_string_equal(f->conditions[0].name, "LEVEL");
    assert_string_equal(f->conditions[0].value, "TRACE_LEVEL_ERROR");
    assert_string_equal(f->conditions[1].value, "DBG");
    assert_true(f->is_wrapped && f->has_message && f->has_more);
    assert_string_equal(f->prefix, "a;b ");
    assert_string_equal(f->suffix, " %d");
    assert_int_equal(f->suffix_values.count, 1);
    assert_int_equal(config.type_count, 1);
    assert_string_equal(config.types[0].item, "ItemListLong");
    assert_int_equal(config.types[0].members.count, 2);
    wpp_config_free(&config);
}

static void configuration_file(void **state)
{
    struct wpp_config config = {0};
    (void)state;
    wpp_config_read(
        &config, "localwpp.ini",
        "// a comment\n"
        "DEFINE_CPLX_TYPE(HEXDUMP, WPP_LOGHEXDUMP, xstr_t, ItemHEXDump,\"s\", _HEX_, 0,2);\n"
        "// DEFINE_CPLX_TYPE(\n// name,  // the name\n// )\n",
        true);
    assert_int_equal(config.function_count, 0);
    assert_int_equal(config.type_count, 1);
    assert_string_equal(config.types[0].name, "HEXDUMP");
    assert_string_equal(config.types[0].macro, "WPP_LOGHEXDUMP");
    assert_string_equal(config.types[0].structure, "xstr_t");
    assert_string_equal(config.types[0].item, "ItemHEXDump");
    wpp_config_free(&config);
}

static void project_functions(void **state)
{
    struct wpp_config config = {0};
    (void)state;
    wpp_config_add_functions(&config, "x.vcxproj",
                             " TraceEvents(LEVEL,FLAGS,MSG,...);Hexdump((LEVEL,FLAGS,MSG,...)); "
                             "Do(LEVEL,(MSG,...)) ;");
    assert_int_equal(config.function_count, 3);
    assert_false(config.functions[0].is_wrapped);
    assert_int_equal(config.functions[0].parameters.count, 3);
    assert_true(config.functions[1].is_wrapped);
    assert_int_equal(config.functions[2].inner, 1);
    wpp_config_add_functions(&config, "x.vcxproj", "Hexdump(MSG)");
    assert_int_equal(config.function_count, 3);
    assert_false(config.functions[1].is_wrapped);
    wpp_config_free(&config);
}

static void enumerators(void **state)
{
    static const char text[] = "enum other { no };\n"
                               "/* enum wanted { comment }; */\n"
                               "typedef enum { one = 1, two, /* , */ three = (1, 2), } plain;\n"
                               "#define enum_x wanted\n"
                               "enum _tag\n{\n    first = FLAG(1, 2),\n    second\n} tag_t;\n";
    struct text_list names = {0};
    (void)state;
    assert_false(wpp_enumerators(text, "wanted", &names));
    assert_true(wpp_enumerators(text, "plain", &names));
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[2], "three");
    text_list_free(&names);
    assert_true(wpp_enumerators(text, "_tag", &names));
    assert_int_equal(names.count, 2);
    assert_string_equal(names.items[1], "second");
    text_list_free(&names);
    assert_true(wpp_enumerators(text, "tag_t", &names));
    text_list_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_block),
        cmocka_unit_test(configuration_file),
        cmocka_unit_test(project_functions),
        cmocka_unit_test(enumerators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
