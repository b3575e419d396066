/*
 * Message files: how a message's number is put together, and which lines reach the header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/generate.h"

static char input[] = "/tmp/ntio-message-XXXXXX";

static char *header_of(const char *text)
{
    char *output = text_format("%s.h", input), *header = NULL;
    size_t size = 0;
    FILE *file = fopen(input, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    message_write_header(input, output);
    file = fopen(output, "r");
    assert_non_null(file);
    assert_true(getdelim(&header, &size, '\0', file) > 0);
    fclose(file);
    unlink(output);
    free(output);
    return header;
}

static void assert_says(const char *header, const char *text)
{
    if (!strstr(header, text))
        fail_msg("expected: %s\nactual:\n%s", text, header);
}

static void numbers(void **state)
{
    (void)state;
    char *header = header_of("MessageIdTypedef = NTSTATUS\n"
                             "FacilityNames=(Own=0x9:FACILITY_OWN)\n"
                             "MessageId=5 Facility=Own Severity=Warning SymbolicName=FIRST\n"
                             "Language=English\nThe text.\n.\n"
                             "MessageId=\nSymbolicName=SECOND\nLanguage=English\nx\n.\n"
                             "MessageId=+0x10 Severity=Success SymbolicName=THIRD\n"
                             "Language=English\nx\n.\nLanguage=German\nanders\n.\n"
                             "MessageIdTypedef=\n"
                             "MessageId=0x20 Facility=System SymbolicName=FOURTH\n"
                             "Language=English\nx\n.\n");
    assert_says(header, "FACILITY_OWN                     0x9");
    assert_says(header, "// The text.");
    assert_says(header, "FIRST                            ((NTSTATUS)0x80090005L)");
    assert_says(header, "SECOND                           ((NTSTATUS)0x80090006L)");
    assert_says(header, "THIRD                            ((NTSTATUS)0x00090016L)");
    assert_says(header, "FOURTH                           0x00FF0020L");
    assert_null(strstr(header, "anders"));
    free(header);
}

static void lines_of_the_header(void **state)
{
    (void)state;
    char *header = header_of(";#ifndef X\n;\nLanguageNames=(English=0x409:MSG00409)\n"
                             "SeverityNames=(Success=0x0\n  Bad=0x3:SEVERITY_BAD)\n;#endif\n");
    assert_says(header, "#ifndef X\n");
    assert_says(header, "SEVERITY_BAD                     0x3");
    assert_null(strstr(header, "MSG00409"));
    free(header);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(input);
    return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(lines_of_the_header),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
