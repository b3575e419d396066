/*
 * What a running system tells about itself: the answers to `ntio pool`, `ntio
 * tree` and `ntio handles`.
 */
#include "inspect.h"
#include "../ex/ex.h"
#include "../rtl/rtl.h"
#include "../../include/ntio/ntio.h"

struct inspection {
    PVOID connection;
};

static VOID say(struct inspection *inspection, PCSTR format, ...)
{
    CHAR line[512];
    va_list arguments;
    SIZE_T length;

    va_start(arguments, format);
    length = rtl_format_va(line, sizeof line, format, arguments);
    va_end(arguments);
    hal_monitor_write(inspection->connection, line, min(length, sizeof line - 1));
}

/* A tag as its four characters, those that cannot be shown as dots. */
static VOID tag_text(ULONG tag, CHAR text[5])
{
    for (ULONG i = 0; i < 4; i++) {
        UCHAR c = (UCHAR)(tag >> (8 * i));
        text[i] = c >= ' ' && c <= '~' ? (CHAR)c : '.';
    }
    text[4] = '\0';
}

static VOID pages_of_programs(struct inspection *inspection)
{
    struct mm_statistics memory;

    mm_query_statistics(&memory);
    say(inspection, "\npages of programs that are shared or locked: %I64u\n",
        memory.program_frames);
}

static VOID pool(struct inspection *inspection)
{
    struct ex_tag_usage *rows;
    ULONG count = ex_query_tags(NULL, 0) + 16;

    rows = hal_allocate(count * sizeof *rows);
    if (!rows) {
        say(inspection, "out of memory\n");
        return;
    }
    count = min(ex_query_tags(rows, count), count);
    say(inspection, "%-4s %-8s %12s %12s %10s %14s\n", "tag", "pool", "allocations", "frees",
        "in use", "bytes");
    for (ULONG i = 0; i < count; i++) {
        CHAR tag[5];
        tag_text(rows[i].tag, tag);
        say(inspection, "%-4s %-8s %12I64u %12I64u %10I64u %14I64u\n", tag,
            rows[i].is_paged ? "paged" : "nonpaged", rows[i].allocations, rows[i].frees,
            rows[i].allocations - rows[i].frees, rows[i].bytes);
    }
    hal_free(rows);
    pages_of_programs(inspection);
}

static VOID tree_row(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type, ULONG depth,
                     PVOID context)
{
    say(context, "%*s%wZ  (%s, %Id references, %Id handles)\n", (int)(2 * depth), "", name,
        type->name, ob_reference_count(object), ob_handle_count(object));
}

static VOID handle_row(HANDLE handle, PVOID object, ACCESS_MASK granted, PVOID context)
{
    UNICODE_STRING name = {0};

    if (!NT_SUCCESS(ob_query_name(object, &name)))
        name.Length = 0;
    say(context, "%6Ix  %-16s %08x  %wZ\n", (ULONG_PTR)handle, ob_type_of(object)->name, granted,
        &name);
}

static VOID handles(struct inspection *inspection)
{
    PKPROCESS process = NULL;

    say(inspection, "%6s  %-16s %8s  %s\n", "handle", "type", "access", "name");
    ob_for_each_handle(ke_program_process(), handle_row, inspection);
    while ((process = ke_next_process(process))) {
        if (process->is_system || process == ke_program_process())
            continue;
        say(inspection, "of %s, process %Iu:\n", process->name, (ULONG_PTR)process->id);
        ob_for_each_handle(process, handle_row, inspection);
    }
    say(inspection, "the system's:\n");
    ob_for_each_handle(ke_system_process(), handle_row, inspection);
}

/* What other rooms answer. Written while there is no monitor. */
static struct other {
    PCSTR word;
    VOID (*answer)(PVOID connection, PCSTR rest);
} others[4];

VOID io_on_inspect(PCSTR word, VOID (*answer)(PVOID connection, PCSTR rest))
{
    ULONG i = 0;

    while (i < RTL_NUMBER_OF(others) && others[i].word)
        i++;
    if (i < RTL_NUMBER_OF(others))
        others[i] = (struct other){word, answer};
}

VOID io_inspect_stop(VOID)
{
    memset(others, 0, sizeof(others));
}

static VOID tree(struct inspection *inspection)
{
    ob_enumerate(tree_row, inspection);
}

/* Does the request begin with word? *rest is what follows it. */
static BOOLEAN begins_with(PCSTR request, PCSTR word, PCSTR *rest)
{
    SIZE_T length = strlen(word);

    if (strlen(request) < length || memcmp(request, word, length) ||
        (request[length] && request[length] != ' '))
        return FALSE;
    *rest = request + length + (request[length] == ' ');
    return TRUE;
}

VOID io_inspect(const char *request, void *connection)
{
    static const struct {
        PCSTR name;
        VOID (*answer)(struct inspection *inspection);
    } answers[] = {{"pool", pool}, {"handles", handles}, {"tree", tree}};
    struct inspection inspection = {.connection = connection};
    BOOLEAN is_answered = FALSE;
    PCSTR rest;
    ULONG i;

    /* Else what threads leave until the next one ends would be told of as in use. */
    ke_release_ended_threads();
    for (i = 0; i < RTL_NUMBER_OF(others) && others[i].word; i++) {
        if (!begins_with(request, others[i].word, &rest))
            continue;
        others[i].answer(connection, rest);
        is_answered = TRUE;
    }
    for (i = 0; i < RTL_NUMBER_OF(answers); i++) {
        if (!begins_with(request, answers[i].name, &rest))
            continue;
        answers[i].answer(&inspection);
        is_answered = TRUE;
    }
    if (!is_answered)
        say(&inspection, "there is no '%s' to look at\n", request);
}

unsigned long long ntio_bytes_copied(void)
{
    struct mm_statistics statistics;

    mm_query_statistics(&statistics);
    return statistics.bytes_copied_in + statistics.bytes_copied_out;
}
