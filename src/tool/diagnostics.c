/*
 * gcc's and clang's messages, one after the other: a warning or an error, with the lines that show
 * the source and the notes behind it, and the lines before it that tell where it is.
 */
#include "diagnostics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Lines that are not written yet; an empty string or NULL if there are none. */
struct text {
    char *bytes;
    size_t length;
};

struct copy {
    FILE *out;
    struct text function; /* "In function ...", which holds for all messages until the next one */
    struct text place;    /* "In file included from ..." before the next message */
    struct text message;
    bool is_pointer; /* the message is about an incompatible pointer */
    bool is_hidden;
};

static void add(struct text *text, const char *line)
{
    size_t length = strlen(line);
    char *bytes = realloc(text->bytes, text->length + length + 1);

    if (!bytes)
        abort();
    memcpy(bytes + text->length, line, length + 1);
    text->bytes = bytes;
    text->length += length;
}

static void clear(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

static void move(struct text *from, struct text *to)
{
    if (from->length)
        add(to, from->bytes);
    clear(from);
}

static void write_out(struct text *text, FILE *out)
{
    if (text->length)
        fputs(text->bytes, out);
    clear(text);
}

static void end_message(struct copy *copy)
{
    if (copy->is_hidden) {
        clear(&copy->message);
    } else if (copy->message.length) {
        write_out(&copy->function, copy->out);
        write_out(&copy->message, copy->out);
    }
    copy->is_pointer = copy->is_hidden = false;
}

/* A line without the sequences that colour it, to look at. */
static void strip(const char *line, char *plain)
{
    while (*line) {
        if (line[0] == '\033' && line[1] == '[')
            line += 2 + strcspn(line + 2, "mK") + 1;
        else
            *plain++ = *line++;
    }
    *plain = 0;
}

/* gcc: note: expected 'void **' but argument is of type 'char **' */
static bool note_hides(const char *line)
{
    const char *expected = strstr(line, "note: expected "),
               *argument = strstr(line, "but argument is of type ");

    return expected && argument && strstr(expected, "void **") &&
           strstr(expected, "void **") < argument && strstr(argument, "**");
}

/* clang: passing 'char **' to parameter of type 'PVOID *' (aka 'void **') */
static bool message_hides(const char *line)
{
    const char *argument = strstr(line, "pointer types passing "),
               *parameter = strstr(line, " to parameter of type "), *stars;

    if (!argument || !parameter || !strstr(parameter, "'void **'"))
        return false;
    stars = strstr(argument, "**'");
    return stars && stars < parameter;
}

static bool is_function(const char *line)
{
    return strstr(line, ": In function ") || strstr(line, ": At top level:");
}

static bool is_place(const char *line)
{
    return !strncmp(line, "In file included from ", 22) ||
           (!strncmp(line, "                 from ", 22));
}

static void take(struct copy *copy, const char *line, const char *plain)
{
    if (is_function(plain)) {
        end_message(copy);
        clear(&copy->function);
        add(&copy->function, line);
    } else if (is_place(plain)) {
        add(&copy->place, line);
    } else if (strstr(plain, ": note: ")) {
        move(&copy->place, &copy->message);
        add(&copy->message, line);
        copy->is_hidden |= copy->is_pointer && note_hides(plain);
    } else if (strstr(plain, ": warning: ") || strstr(plain, ": error: ") ||
               strstr(plain, ": fatal error: ")) {
        end_message(copy);
        move(&copy->place, &copy->message);
        add(&copy->message, line);
        copy->is_pointer = strstr(plain, "[-Wincompatible-pointer-types]");
        copy->is_hidden = copy->is_pointer && message_hides(plain);
    } else if (!strstr(plain, " generated.")) { /* clang counts what is hidden, too */
        add(&copy->message, line);
    }
}

void diagnostics_copy(FILE *in, FILE *out)
{
    struct copy copy = {.out = out};
    char *line = NULL, *plain;
    size_t size = 0;

    while (getline(&line, &size, in) >= 0) {
        plain = malloc(strlen(line) + 1);
        if (!plain)
            abort();
        strip(line, plain);
        take(&copy, line, plain);
        free(plain);
    }
    end_message(&copy);
    write_out(&copy.place, out);
    clear(&copy.function);
    free(line);
}
