#include "generate.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A name for a number: of a severity or facility; symbol is "" if the header does not define it. */
struct name {
    char *name, *symbol;
    unsigned value;
};

struct names {
    struct name *items;
    size_t count;
};

/* A message file as it is read, line by line. */
struct reader {
    FILE *in, *out;
    const char *path;
    unsigned line;
    char *text;
    size_t size;
    struct names severities, facilities;
    char *type, *symbol;
    unsigned severity, facility, id; /* of the message at hand, and the defaults of the next */
    bool is_told;                    /* the message is in the header; further languages are not */
};

static void __attribute__((noreturn)) fail(const struct reader *r, const char *why)
{
    die(EXIT_BUILD, "%s:%u: %s: %s", r->path, r->line, why, r->text);
}

/* The next line without its end; false at the end of the file. */
static bool next_line(struct reader *r)
{
    ssize_t length = getline(&r->text, &r->size, r->in);
    if (length < 0)
        return false;
    while (length && isspace((unsigned char)r->text[length - 1]))
        r->text[--length] = '\0';
    r->line++;
    return true;
}

static void add_name(struct names *list, const char *name, const char *symbol, unsigned value)
{
    struct name *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    list->items = grown;
    grown[list->count++] =
        (struct name){text_copy(name, strlen(name)), text_copy(symbol, strlen(symbol)), value};
}

static const struct name *find_name(const struct names *list, const char *name)
{
    for (size_t i = list->count; i--;)
        if (!strcasecmp(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

/* "(A=0x1:SYMBOL B=0x2)", over several lines if need be. */
static void read_names(struct reader *r, struct names *list, const char *text)
{
    char name[64], number[32], symbol[64];
    for (;;) {
        text += strspn(text, " \t(");
        int used = 0;
        *symbol = '\0';
        if (sscanf(text, "%63[^= \t)] = %31[^: \t)]%n", name, number, &used) == 2 && used) {
            text += used;
            if (*text == ':' && sscanf(text, ":%63[^ \t)]%n", symbol, &used) == 1)
                text += used;
            add_name(list, name, symbol, (unsigned)strtoul(number, NULL, 0));
        } else if (*text == ')') {
            return;
        } else if (*text) {
            fail(r, "NAME=NUMBER is expected");
        } else if (next_line(r)) {
            text = r->text;
        } else {
            return;
        }
    }
}

static void write_names(struct reader *r, const struct names *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (*list->items[i].symbol)
            fprintf(r->out, "#define %-32s 0x%X\n", list->items[i].symbol, list->items[i].value);
}

static unsigned value_of(struct reader *r, const struct names *list, const char *name)
{
    const struct name *found = find_name(list, name);
    if (!found)
        fail(r, "a name that was not defined");
    return found->value;
}

/* "MessageId=0x1 Severity=Error ..." */
static void read_head(struct reader *r, char *text)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = '\0';
        if (!strcasecmp(word, "MessageId") && *value)
            r->id = (unsigned)strtoul(value + (*value == '+'), NULL, 0) +
                    (*value == '+' ? r->id - 1 : 0);
        else if (!strcasecmp(word, "Severity"))
            r->severity = value_of(r, &r->severities, value);
        else if (!strcasecmp(word, "Facility"))
            r->facility = value_of(r, &r->facilities, value);
        else if (!strcasecmp(word, "SymbolicName")) {
            free(r->symbol);
            r->symbol = text_copy(value, strlen(value));
        }
    }
}

static void write_message(struct reader *r)
{
    unsigned value = r->severity << 30 | r->facility << 16 | r->id;
    if (*r->symbol && *r->type)
        fprintf(r->out, "#define %-32s ((%s)0x%08XL)\n\n", r->symbol, r->type, value);
    else if (*r->symbol)
        fprintf(r->out, "#define %-32s 0x%08XL\n\n", r->symbol, value);
}

/* The text in one language, up to a line with a dot; the first one is told in the header. */
static void read_text(struct reader *r, bool is_first)
{
    if (is_first && *r->symbol)
        fprintf(r->out, "//\n// MessageId: %s\n//\n// MessageText:\n//\n", r->symbol);
    while (next_line(r) && strcmp(r->text, ".") != 0)
        if (is_first && *r->symbol)
            fprintf(r->out, "// %s\n", r->text);
    if (is_first)
        write_message(r);
}

static void set_type(struct reader *r, const char *value)
{
    free(r->type);
    r->type = text_copy(value, strlen(value));
}

static bool is_keyword(const char *text, const char *word)
{
    size_t length = strlen(word);
    return !strncasecmp(text, word, length) && strchr(" \t=", text[length]);
}

/* A line whose '=' is before value. */
static void read_keyword(struct reader *r, const char *value)
{
    if (is_keyword(r->text, "MessageIdTypedef")) {
        set_type(r, value + strspn(value, " \t"));
    } else if (is_keyword(r->text, "SeverityNames")) {
        read_names(r, &r->severities, value);
        write_names(r, &r->severities);
    } else if (is_keyword(r->text, "FacilityNames")) {
        read_names(r, &r->facilities, value);
        write_names(r, &r->facilities);
    } else if (is_keyword(r->text, "Language")) {
        read_text(r, !r->is_told);
        r->is_told = true;
    } else if (is_keyword(r->text, "MessageId")) {
        free(r->symbol);
        r->symbol = text_copy("", 0);
        r->is_told = false;
        r->id++;
        read_head(r, r->text);
    } else if (!is_keyword(r->text, "LanguageNames") && !is_keyword(r->text, "OutputBase") &&
               !is_keyword(r->text, "MessageIdTypedefMacro")) {
        read_head(r, r->text);
    }
}

static void read_all(struct reader *r)
{
    while (next_line(r)) {
        char *value = strchr(r->text, '=');
        if (*r->text == ';')
            fprintf(r->out, "%s\n", r->text + 1);
        else if (value)
            read_keyword(r, value + 1);
        else if (*r->text)
            fail(r, "KEYWORD=VALUE is expected");
    }
}

static void free_names(struct names *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].symbol);
    }
    free(list->items);
}

void message_write_header(const char *input, const char *output)
{
    struct reader r = {.path = input,
                       .in = fopen(input, "r"),
                       .out = fopen(output, "w"),
                       .type = text_copy("", 0),
                       .symbol = text_copy("", 0)};

    if (!r.in || !r.out)
        die(EXIT_BUILD, "%s cannot be %s: %s", r.in ? output : input, r.in ? "written" : "read",
            strerror(errno));
    add_name(&r.severities, "Success", "", 0);
    add_name(&r.severities, "Informational", "", 1);
    add_name(&r.severities, "Warning", "", 2);
    add_name(&r.severities, "Error", "", 3);
    add_name(&r.facilities, "System", "", 0xFF);
    add_name(&r.facilities, "Application", "", 0xFFF);
    read_all(&r);
    fclose(r.in);
    if (fclose(r.out))
        die(EXIT_BUILD, "%s cannot be written: %s", output, strerror(errno));
    free_names(&r.severities);
    free_names(&r.facilities);
    free(r.type);
    free(r.symbol);
    free(r.text);
}
