/*
 * The parser of INF files: lines to sections, fields and strings.
 */
#include "inf.h"

#include <string.h>

#define MOST_FIELDS 4096u
#define LONGEST_NAME 255u /* of a section */

struct inf_block {
    struct inf_block *next;
    SIZE_T used, room;
    __attribute__((aligned(16))) UCHAR data[];
};

/* ---- memory and characters -------------------------------------------------------------- */

PVOID inf_block_allocate(struct inf *inf, SIZE_T bytes)
{
    struct inf_block *block = inf->blocks;

    bytes = (bytes + 15) & ~(SIZE_T)15;
    if (!block || block->room - block->used < bytes) {
        SIZE_T room = bytes > 16 * 1024 ? bytes : 16 * 1024;

        block = inf_allocate(sizeof(*block) + room);
        if (!block)
            return NULL;
        block->room = room;
        block->next = inf->blocks;
        inf->blocks = block;
    }
    block->used += bytes;
    return block->data + block->used - bytes;
}

static BOOLEAN is_blank(WCHAR c)
{
    return c == L' ' || c == L'\t' || c == 0xFEFF || c == 0xA0;
}

static BOOLEAN is_line_end(WCHAR c)
{
    return !c || c == L'\n' || c == L'\r';
}

static WCHAR lower(WCHAR c)
{
    return c >= L'A' && c <= L'Z' ? (WCHAR)(c + L'a' - L'A') : c;
}

BOOLEAN inf_same(PCWSTR a, PCWSTR b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

/* ---- reading lines ---------------------------------------------------------------------- */

struct parser {
    struct inf *inf;
    struct inf_error *error;
    PCWSTR at;
    ULONG number; /* of the line that at is in */
    struct inf_section *section;
    struct inf_line **tail; /* where the section's next line goes */

    PWSTR scratch; /* the line being read: its fields, each with a zero */
    SIZE_T used;
    PCWSTR *fields; /* into scratch; fields[0] is the key if has_key */
    ULONG count;
    BOOLEAN has_key;
};

static NTSTATUS fail(struct parser *p, ULONG line, PCSTR text, PCWSTR directive)
{
    SIZE_T i;

    p->error->line = line;
    p->error->text = text;
    for (i = 0; directive && directive[i] && !is_line_end(directive[i]) &&
                i + 1 < sizeof(p->error->directive) / sizeof(WCHAR);
         i++)
        p->error->directive[i] = directive[i];
    p->error->directive[i] = 0;
    return STATUS_INVALID_PARAMETER;
}

static VOID skip_blanks(struct parser *p)
{
    while (is_blank(*p->at))
        p->at++;
}

static VOID skip_to_line_end(struct parser *p)
{
    while (!is_line_end(*p->at))
        p->at++;
}

static VOID next_line(struct parser *p)
{
    if (p->at[0] == L'\r' && p->at[1] == L'\n')
        p->at++;
    if (*p->at) {
        p->at++;
        p->number++;
    }
}

/* A backslash with nothing behind it but blanks and a comment: the line goes on below. */
static BOOLEAN is_continuation(PCWSTR at)
{
    if (*at != L'\\')
        return FALSE;
    for (at++; is_blank(*at); at++)
        ;
    if (*at == L';' && is_blank(at[-1]))
        return TRUE;
    return is_line_end(*at) && *at;
}

static VOID continue_line(struct parser *p)
{
    skip_to_line_end(p);
    next_line(p);
    skip_blanks(p);
}

static VOID put(struct parser *p, WCHAR c)
{
    p->scratch[p->used++] = c;
}

/* The quoted part of a field; "" in it is one quote. An open one ends with its line. */
static VOID read_quoted(struct parser *p)
{
    for (p->at++; !is_line_end(*p->at); p->at++) {
        if (*p->at == L'"' && *++p->at != L'"')
            return;
        if (is_continuation(p->at)) {
            continue_line(p);
            p->at--;
            continue;
        }
        put(p, *p->at);
    }
}

/* One field up to a comma, a comment, the line's end, or a '=' if it may be a key. */
static VOID read_field(struct parser *p, BOOLEAN may_be_key)
{
    SIZE_T start = p->used, kept = p->used;

    skip_blanks(p);
    while (!is_line_end(*p->at) && *p->at != L',' && *p->at != L';' &&
           !(*p->at == L'=' && may_be_key)) {
        if (*p->at == L'"') {
            read_quoted(p);
            kept = p->used;
        } else if (is_continuation(p->at)) {
            continue_line(p);
        } else {
            put(p, *p->at);
            if (!is_blank(*p->at++))
                kept = p->used;
        }
    }
    p->used = kept;
    put(p, 0);
    p->fields[p->count++] = p->scratch + start;
}

/* key = field, field...; or field, field... */
static NTSTATUS read_fields(struct parser *p)
{
    p->used = p->count = 0;
    p->has_key = FALSE;
    read_field(p, TRUE);
    if (*p->at == L'=') {
        p->has_key = TRUE;
        p->at++;
        read_field(p, FALSE);
    }
    while (*p->at == L',') {
        p->at++;
        if (p->count == MOST_FIELDS)
            return fail(p, p->number, "the line has too many fields", p->fields[0]);
        read_field(p, FALSE);
    }
    skip_to_line_end(p);
    return STATUS_SUCCESS;
}

/* ---- keeping them ----------------------------------------------------------------------- */

static PCWSTR keep_text(struct inf *inf, PCWSTR text)
{
    SIZE_T length = 0;
    PWSTR copy;

    while (text[length])
        length++;
    copy = inf_block_allocate(inf, (length + 1) * sizeof(WCHAR));
    if (copy)
        memcpy(copy, text, (length + 1) * sizeof(WCHAR));
    return copy;
}

static NTSTATUS keep_line(struct parser *p, ULONG number)
{
    struct inf_line *line = inf_block_allocate(p->inf, sizeof(*line));
    ULONG first = p->has_key, i;

    if (!line)
        return STATUS_INSUFFICIENT_RESOURCES;
    line->number = number;
    line->count = p->count - first;
    line->fields = inf_block_allocate(p->inf, (line->count + 1) * sizeof(PCWSTR));
    if (!line->fields)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (p->has_key && !(line->key = keep_text(p->inf, p->fields[0])))
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < line->count; i++) {
        line->fields[i] = keep_text(p->inf, p->fields[first + i]);
        if (!line->fields[i])
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    /* "key =" has no fields. */
    if (line->count == 1 && p->has_key && !*line->fields[0])
        line->count = 0;
    *p->tail = line;
    p->tail = &line->next;
    return STATUS_SUCCESS;
}

static NTSTATUS enter_section(struct parser *p, PCWSTR name)
{
    struct inf_section **link = &p->inf->sections, *section;

    /* A second header of the same name goes on with the section. */
    while (*link && !inf_same((*link)->name, name))
        link = &(*link)->next;
    section = *link;
    if (!section) {
        section = inf_block_allocate(p->inf, sizeof(*section));
        if (!section || !(section->name = keep_text(p->inf, name)))
            return STATUS_INSUFFICIENT_RESOURCES;
        section->number = p->number;
        *link = section;
    }
    p->section = section;
    for (p->tail = &section->lines; *p->tail; p->tail = &(*p->tail)->next)
        ;
    return STATUS_SUCCESS;
}

static NTSTATUS read_header(struct parser *p)
{
    PCWSTR start = p->at;
    SIZE_T length;

    p->at++;
    skip_blanks(p);
    p->used = 0;
    while (!is_line_end(*p->at) && *p->at != L']' && p->used <= LONGEST_NAME) {
        if (*p->at != L'"')
            put(p, *p->at);
        p->at++;
    }
    if (p->used > LONGEST_NAME)
        return fail(p, p->number, "the section's name is longer than 255 characters", start);
    if (*p->at != L']')
        return fail(p, p->number, "the section's name has no ']' behind it", start);
    for (length = p->used; length && is_blank(p->scratch[length - 1]); length--)
        ;
    p->scratch[length] = 0;
    if (!length)
        return fail(p, p->number, "the section has no name", start);
    skip_to_line_end(p);
    return enter_section(p, p->scratch);
}

static NTSTATUS read_line(struct parser *p)
{
    ULONG number = p->number;
    PCWSTR start;
    NTSTATUS status = STATUS_SUCCESS;

    skip_blanks(p);
    start = p->at;
    if (*p->at == L'[') {
        status = read_header(p);
    } else if (*p->at == L';') {
        skip_to_line_end(p);
    } else if (!is_line_end(*p->at)) {
        if (!p->section)
            return fail(p, number, "a line before the first section", start);
        status = read_fields(p);
        if (NT_SUCCESS(status) && p->has_key && !*p->fields[0])
            return fail(p, number, "nothing stands before the '='", start);
        if (NT_SUCCESS(status) && (p->has_key || p->count > 1 || *p->fields[0]))
            status = keep_line(p, number);
    }
    next_line(p);
    return status;
}

/* ---- strings ---------------------------------------------------------------------------- */

/* English first: messages are for whoever reads the rest of ntio's. */
static const struct inf_section *strings_of(const struct inf *inf, ULONG index)
{
    static const PCWSTR names[] = {L"Strings.0409", L"Strings"};

    return index < sizeof(names) / sizeof(names[0]) ? inf_find_section(inf, names[index]) : NULL;
}

/* The text of the string named by the length characters at name, or NULL. */
static PCWSTR string_of(const struct inf *inf, PCWSTR name, SIZE_T length)
{
    WCHAR key[256];
    ULONG i;

    if (length >= sizeof(key) / sizeof(WCHAR))
        return NULL;
    memcpy(key, name, length * sizeof(WCHAR));
    key[length] = 0;
    for (i = 0; i < 2; i++) {
        const struct inf_section *section = strings_of(inf, i);
        const struct inf_line *line = section ? inf_find_line(section, key, NULL) : NULL;

        if (line)
            return inf_field(line, 0);
    }
    return NULL;
}

/*
 * Copies from to to (NULL: counts) with %names% replaced; %% is one percent sign, and what names
 * no string (%13%, the number of a folder) stays as it is. What a string itself has in it is not
 * replaced, but for its %%.
 */
static SIZE_T expand(const struct inf *inf, PCWSTR from, PWSTR to)
{
    SIZE_T count = 0;

    while (*from) {
        PCWSTR with = NULL, end = NULL;

        if (*from == L'%')
            for (end = from + 1; *end && *end != L'%'; end++)
                ;
        if (end && *end == L'%')
            with = end == from + 1 ? L"%" : string_of(inf, from + 1, (SIZE_T)(end - from - 1));
        if (!with) {
            if (to)
                to[count] = *from;
            count++;
            from++;
            continue;
        }
        for (; *with; with++, count++) {
            if (with[0] == L'%' && with[1] == L'%')
                with++;
            if (to)
                to[count] = *with;
        }
        from = end + 1;
    }
    if (to)
        to[count] = 0;
    return count;
}

static NTSTATUS expand_text(struct inf *inf, PCWSTR *text)
{
    PCWSTR at = *text;
    PWSTR expanded;

    while (at && *at && *at != L'%')
        at++;
    if (!at || !*at)
        return STATUS_SUCCESS;
    expanded = inf_block_allocate(inf, (expand(inf, *text, NULL) + 1) * sizeof(WCHAR));
    if (!expanded)
        return STATUS_INSUFFICIENT_RESOURCES;
    expand(inf, *text, expanded);
    *text = expanded;
    return STATUS_SUCCESS;
}

static BOOLEAN is_strings(const struct inf_section *section)
{
    static const WCHAR name[] = L"strings";
    ULONG i;

    for (i = 0; name[i]; i++)
        if (lower(section->name[i]) != name[i])
            return FALSE;
    return !section->name[i] || section->name[i] == L'.';
}

static NTSTATUS expand_all(struct inf *inf)
{
    struct inf_section *section;
    struct inf_line *line;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (section = inf->sections; section; section = section->next) {
        if (is_strings(section))
            continue;
        for (line = section->lines; line && NT_SUCCESS(status); line = line->next) {
            status = expand_text(inf, &line->key);
            for (i = 0; i < line->count && NT_SUCCESS(status); i++)
                status = expand_text(inf, &line->fields[i]);
        }
    }
    return status;
}

/* ---- the file
 * ------------------------------------------------------------------------------------------------
 */

static NTSTATUS parse(struct parser *p, PCWSTR text)
{
    NTSTATUS status = STATUS_SUCCESS;
    SIZE_T length = 0;

    while (text[length])
        length++;
    /* No line gets longer than the file; a field may end with a zero where there was nothing. */
    p->scratch = inf_allocate((length + MOST_FIELDS + 2) * sizeof(WCHAR));
    p->fields = inf_allocate((MOST_FIELDS + 2) * sizeof(PCWSTR));
    if (!p->scratch || !p->fields)
        status = STATUS_INSUFFICIENT_RESOURCES;
    p->at = text;
    p->number = 1;
    while (NT_SUCCESS(status) && *p->at)
        status = read_line(p);
    if (NT_SUCCESS(status))
        status = expand_all(p->inf);
    inf_free(p->scratch);
    inf_free(p->fields);
    return status;
}

NTSTATUS inf_parse(const VOID *data, SIZE_T bytes, struct inf **inf, struct inf_error *error)
{
    struct parser p = {.error = error};
    PWSTR text;
    NTSTATUS status;

    *inf = NULL;
    memset(error, 0, sizeof(*error));
    status = inf_decode(data, bytes, &text);
    if (!NT_SUCCESS(status))
        return status;
    p.inf = inf_allocate(sizeof(*p.inf));
    status = p.inf ? parse(&p, text) : STATUS_INSUFFICIENT_RESOURCES;
    inf_free(text);
    if (!NT_SUCCESS(status)) {
        inf_close(p.inf);
        return status;
    }
    *inf = p.inf;
    return STATUS_SUCCESS;
}

VOID inf_close(struct inf *inf)
{
    struct inf_block *block, *next;

    if (!inf)
        return;
    for (block = inf->blocks; block; block = next) {
        next = block->next;
        inf_free(block);
    }
    inf_free(inf);
}

const struct inf_section *inf_find_section(const struct inf *inf, PCWSTR name)
{
    const struct inf_section *section = inf->sections;

    while (section && !inf_same(section->name, name))
        section = section->next;
    return section;
}

const struct inf_line *inf_find_line(const struct inf_section *section, PCWSTR key,
                                     const struct inf_line *after)
{
    const struct inf_line *line = after ? after->next : section->lines;

    while (line && !(line->key && inf_same(line->key, key)))
        line = line->next;
    return line;
}

PCWSTR inf_field(const struct inf_line *line, ULONG index)
{
    return line && index < line->count ? line->fields[index] : L"";
}

ULONG inf_number(PCWSTR text, ULONG otherwise)
{
    BOOLEAN is_negative = *text == L'-', is_hex;
    ULONG number = 0;

    text += is_negative;
    is_hex = text[0] == L'0' && lower(text[1]) == L'x';
    text += is_hex ? 2 : 0;
    if (!*text)
        return otherwise;
    for (; *text; text++) {
        WCHAR c = lower(*text);

        if (c >= L'0' && c <= L'9')
            number = number * (is_hex ? 16 : 10) + (ULONG)(c - L'0');
        else if (is_hex && c >= L'a' && c <= L'f')
            number = number * 16 + (ULONG)(c - L'a') + 10;
        else
            return otherwise;
    }
    return is_negative ? 0 - number : number;
}
