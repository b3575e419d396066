/*
 * INF files as text: sections of lines of fields. This part knows nothing of what the sections
 * mean, nor where it runs: it reads a buffer, and takes memory from inf_allocate, which the
 * kernel and the programs' library each define.
 */
#pragma once

#ifdef _NTOSKRNL_
#include <ntifs.h>
#else
#include "../win32/nt.h"
#endif
#include <stddef.h>

/* A line: [key =] field, field, ... with %strings% replaced, quotes taken away. */
struct inf_line {
    struct inf_line *next;
    ULONG number; /* in the file, from 1 */
    PCWSTR key;   /* NULL if there is no '=' */
    ULONG count;
    PCWSTR *fields; /* count of them; an empty field is an empty text */
};

struct inf_section {
    struct inf_section *next;
    PCWSTR name;
    ULONG number; /* line of its first header */
    struct inf_line *lines;
};

struct inf {
    struct inf_section *sections;
    struct inf_block *blocks; /* the memory that everything lies in */
};

/* What is wrong and where. text is a constant. */
struct inf_error {
    ULONG line;
    PCSTR text;
    WCHAR directive[64]; /* the word that it is about; may be empty */
};

/*
 * Parses a file: UTF-16 or UTF-8, with or without a mark at its start. The tokens of .inx files
 * ($ARCH$, $KMDFVERSION$, ...) are replaced. STATUS_INVALID_PARAMETER with *error;
 * STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS inf_parse(const VOID *data, SIZE_T bytes, struct inf **inf, struct inf_error *error);
VOID inf_close(struct inf *inf);

/* NULL if there is none. */
const struct inf_section *inf_find_section(const struct inf *inf, PCWSTR name);
/* The first line with this key after the line after (or the section's first, with NULL). */
const struct inf_line *inf_find_line(const struct inf_section *section, PCWSTR key,
                                     const struct inf_line *after);
/* A field, from 0; an empty text if the line has not so many, or line is NULL. */
PCWSTR inf_field(const struct inf_line *line, ULONG index);
/* A number in a field: decimal, 0x..., negative; otherwise if it is none. */
ULONG inf_number(PCWSTR text, ULONG otherwise);
BOOLEAN inf_same(PCWSTR a, PCWSTR b);

/* Memory of the file's lifetime, zeroed. */
PVOID inf_block_allocate(struct inf *inf, SIZE_T bytes);

/* The seam: zeroed memory, or NULL. */
PVOID inf_allocate(SIZE_T bytes);
VOID inf_free(PVOID memory);

/* inf_text.c: a file's characters and lines. */

/* A zero-terminated UTF-16 copy with the tokens of .inx files replaced; inf_free. */
NTSTATUS inf_decode(const VOID *data, SIZE_T bytes, PWSTR *text);
