/* Pins how the text of INF files is read: lines, quotes, strings, tokens, encodings, and what is
 * wrong. */
#include <ntifs.h>

#include "ex/ex.h"
#include "hal/hal.h"
#include "mm/mm.h"
#include "pnp/inf.h"

#include "nt_cmocka.h"

static int start(void **state)
{
    (void)state;
    return hal_start() || !NT_SUCCESS(mm_start()) || !NT_SUCCESS(ex_pool_start());
}

static int stop(void **state)
{
    (void)state;
    ex_pool_stop();
    mm_stop();
    hal_stop();
    return 0;
}

static struct inf *parse(PCSTR text)
{
    struct inf_error error;
    struct inf *inf;

    assert_int_equal(inf_parse(text, strlen(text), &inf, &error), STATUS_SUCCESS);
    return inf;
}

/* Compares wide text with a narrow one. */
static void assert_text(PCWSTR actual, PCSTR expected)
{
    CHAR narrow[256];
    ULONG i;

    for (i = 0; actual[i] && i + 1 < sizeof(narrow); i++)
        narrow[i] = actual[i] < 0x80 ? (CHAR)actual[i] : '?';
    narrow[i] = 0;
    assert_string_equal(expected, narrow);
}

static const struct inf_line *line_of(const struct inf *inf, PCWSTR section, PCWSTR key)
{
    const struct inf_section *found = inf_find_section(inf, section);
    const struct inf_line *line;

    assert_non_null(found);
    line = inf_find_line(found, key, NULL);
    assert_non_null(line);
    return line;
}

static void splits_lines_into_fields(void **state)
{
    struct inf *inf = parse("; first\r\n[ One ]\r\nkey = a , b,,d ; comment\r\nHKR,,\"x=y\"\n\n"
                            "empty =\n[two]\nlast=1");
    const struct inf_line *line = line_of(inf, L"one", L"KEY");

    (void)state;
    assert_int_equal(line->number, 3);
    assert_int_equal(line->count, 4);
    assert_text(inf_field(line, 0), "a");
    assert_text(inf_field(line, 1), "b");
    assert_text(inf_field(line, 2), "");
    assert_text(inf_field(line, 3), "d");
    assert_text(inf_field(line, 4), "");
    line = line->next;
    assert_null(line->key);
    assert_int_equal(line->count, 3);
    assert_text(inf_field(line, 2), "x=y");
    line = line->next;
    assert_text(line->key, "empty");
    assert_int_equal(line->count, 0);
    assert_null(line->next);
    assert_text(inf_field(line_of(inf, L"Two", L"last"), 0), "1");
    assert_null(inf_find_section(inf, L"Three"));
    inf_close(inf);
}

static void joins_sections_of_one_name(void **state)
{
    struct inf *inf = parse("[A]\nx=1\n[B]\ny=2\n[a]\nx=3\n");
    const struct inf_section *section = inf_find_section(inf, L"A");
    const struct inf_line *line = inf_find_line(section, L"x", NULL);

    (void)state;
    assert_text(inf_field(line, 0), "1");
    line = inf_find_line(section, L"x", line);
    assert_text(inf_field(line, 0), "3");
    assert_null(inf_find_line(section, L"x", line));
    inf_close(inf);
}

static void reads_quotes(void **state)
{
    struct inf *inf = parse("[A]\nk = \"a, \"\"b\"\"; c\" , pre\"fix \"ed , \"  kept \"\n");
    const struct inf_line *line = line_of(inf, L"A", L"k");

    (void)state;
    assert_int_equal(line->count, 3);
    assert_text(inf_field(line, 0), "a, \"b\"; c");
    assert_text(inf_field(line, 1), "prefix ed");
    assert_text(inf_field(line, 2), "  kept ");
    inf_close(inf);
}

static void continues_lines(void **state)
{
    struct inf *inf =
        parse("[A]\nk = one, \\\n    two, \\ ; why\r\n three\nl = \"start \\\n end\"\n"
              "path = C:\\dir\\file\nm = 5\n");
    const struct inf_line *line = line_of(inf, L"A", L"k");

    (void)state;
    assert_int_equal(line->count, 3);
    assert_text(inf_field(line, 1), "two");
    assert_text(inf_field(line, 2), "three");
    assert_int_equal(line->number, 2);
    assert_text(inf_field(line_of(inf, L"A", L"l"), 0), "start end");
    assert_text(inf_field(line_of(inf, L"A", L"path"), 0), "C:\\dir\\file");
    /* Lines are counted on through continued ones. */
    assert_int_equal(line_of(inf, L"A", L"m")->number, 8);
    inf_close(inf);
}

static void replaces_strings(void **state)
{
    struct inf *inf = parse("[A]\n%Key% = \"%text% and 100%%\", %13%\\a.sys, %none%\n"
                            "[Strings]\ntext = \"a %Key% b, 5%% of\"\nKey = name\n"
                            "[Strings.0407]\nkey = schluessel\n");
    const struct inf_line *line = line_of(inf, L"A", L"name");

    (void)state;
    assert_text(inf_field(line, 0), "a %Key% b, 5% of and 100%");
    assert_text(inf_field(line, 1), "%13%\\a.sys");
    assert_text(inf_field(line, 2), "%none%");
    inf_close(inf);
    inf = parse("[A]\nk=%t%\n[Strings]\nt=other\n[Strings.0409]\nT=english\n");
    assert_text(inf_field(line_of(inf, L"A", L"k"), 0), "english");
    inf_close(inf);
}

static void replaces_tokens(void **state)
{
    struct inf *inf = parse("[M.NT$ARCH$.10.0]\nv=$KMDFVERSION$,$UMDFVERSION$,$OTHER$\n");
    const struct inf_line *line = line_of(inf, L"M.NTamd64.10.0", L"v");

    (void)state;
    assert_text(inf_field(line, 0), "1.33");
    assert_text(inf_field(line, 1), "2.33.0");
    assert_text(inf_field(line, 2), "$OTHER$");
    inf_close(inf);
}

static void reads_encodings(void **state)
{
    static const UCHAR utf8[] = "\xEF\xBB\xBF[A]\nk=\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\n";
    static const UCHAR utf16[] = "\xFF\xFE[\0A\0]\0\n\0k\0=\0\xFC\0\xAC\x20\x3D\xD8\x00\xDE";
    static const UCHAR ansi[] = "[A]\nk=\xFC\x80\n";
    static const struct {
        const UCHAR *data;
        SIZE_T bytes;
    } files[] = {{utf8, sizeof(utf8) - 1}, {utf16, sizeof(utf16) - 1}};
    struct inf_error error;
    struct inf *inf;
    PCWSTR text;
    ULONG i;

    (void)state;
    for (i = 0; i < RTL_NUMBER_OF(files); i++) {
        assert_int_equal(inf_parse(files[i].data, files[i].bytes, &inf, &error), STATUS_SUCCESS);
        text = inf_field(line_of(inf, L"A", L"k"), 0);
        assert_int_equal(text[0], 0xFC);
        assert_int_equal(text[1], 0x20AC);
        assert_int_equal(text[2], 0xD83D);
        assert_int_equal(text[3], 0xDE00);
        assert_int_equal(text[4], 0);
        inf_close(inf);
    }
    assert_int_equal(inf_parse(ansi, sizeof(ansi) - 1, &inf, &error), STATUS_SUCCESS);
    text = inf_field(line_of(inf, L"A", L"k"), 0);
    assert_int_equal(text[0], 0xFC);
    assert_int_equal(text[1], 0x80);
    inf_close(inf);
    assert_int_equal(inf_parse("", 0, &inf, &error), STATUS_SUCCESS);
    assert_null(inf->sections);
    inf_close(inf);
}

static void names_what_is_wrong(void **state)
{
    static const struct {
        PCSTR text;
        ULONG line;
        PCSTR directive;
    } files[] = {
        {"; comment\nkey = 1\n[A]\n", 2, "key = 1"},
        {"[A]\n\n[B\nx=1\n", 3, "[B"},
        {"[A]\nx = 1\n[]\n", 3, "[]"},
        {"[A]\n= \n", 2, "= "},
    };
    struct inf_error error;
    struct inf *inf;
    ULONG i;

    (void)state;
    for (i = 0; i < RTL_NUMBER_OF(files); i++) {
        assert_int_equal(inf_parse(files[i].text, strlen(files[i].text), &inf, &error),
                         STATUS_INVALID_PARAMETER);
        assert_null(inf);
        assert_int_equal(error.line, files[i].line);
        assert_text(error.directive, files[i].directive);
        assert_non_null(error.text);
    }
}

/* The limit of a section's name, and one more. */
static void limits_names(void **state)
{
    CHAR text[300];
    struct inf_error error;
    struct inf *inf;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[0] = '[';
    text[256] = ']';
    assert_int_equal(inf_parse(text, 257, &inf, &error), STATUS_SUCCESS);
    inf_close(inf);
    text[256] = 'a';
    text[257] = ']';
    assert_int_equal(inf_parse(text, 258, &inf, &error), STATUS_INVALID_PARAMETER);
    assert_int_equal(error.line, 1);
}

static void reads_numbers(void **state)
{
    (void)state;
    assert_int_equal(inf_number(L"42", 7), 42);
    assert_int_equal(inf_number(L"0x2a", 7), 42);
    assert_int_equal(inf_number(L"0X2A", 7), 42);
    assert_int_equal(inf_number(L"-1", 7), 0xFFFFFFFF);
    assert_int_equal(inf_number(L"", 7), 7);
    assert_int_equal(inf_number(L"4x", 7), 7);
    assert_int_equal(inf_number(L"0x", 7), 7);
}

/* Every allocation in turn fails, and nothing is left of the file. */
static void gives_up_without_memory(void **state)
{
    static const CHAR text[] = "[A]\nk=%s%,\"b\"\n[Strings]\ns=text\n";
    struct inf_error error;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    struct inf *inf;
    ULONG i;

    (void)state;
    for (i = 0; status == STATUS_INSUFFICIENT_RESOURCES; i++) {
        assert_true(i < 1000);
        ex_pool_inject(i, FALSE);
        status = inf_parse(text, sizeof(text) - 1, &inf, &error);
        ex_pool_inject(MAXULONG, FALSE);
        if (status == STATUS_INSUFFICIENT_RESOURCES)
            assert_null(inf);
    }
    assert_int_equal(status, STATUS_SUCCESS);
    assert_true(i > 3);
    inf_close(inf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_lines_into_fields),
        cmocka_unit_test(joins_sections_of_one_name),
        cmocka_unit_test(reads_quotes),
        cmocka_unit_test(continues_lines),
        cmocka_unit_test(replaces_strings),
        cmocka_unit_test(replaces_tokens),
        cmocka_unit_test(reads_encodings),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(limits_names),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(gives_up_without_memory),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
