/*
 * A source through the filters, as text, for the tests.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/filter.h"

static const char *const no_system_dirs[] = {"/system/", NULL};

static inline char *filtered_long(const char *source)
{
    struct token_list list;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_true(tokens_read(&list, source, strlen(source), no_system_dirs));
    filter_long(&list);
    assert_true(tokens_write(&list, out));
    fclose(out);
    tokens_free(&list);
    return text;
}
