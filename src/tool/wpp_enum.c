#include "wpp.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void blank(char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != '\n')
            *from = ' ';
}

/* A copy of C text with blanks for comments, texts and preprocessor lines. */
static char *plain_code(const char *text)
{
    char *copy = text_copy(text, strlen(text));
    for (char *at = copy; *at;) {
        char *end = at + 1;
        if (!strncmp(at, "/*", 2)) {
            end = strstr(at + 2, "*/");
            end = end ? end + 2 : at + strlen(at);
        } else if (!strncmp(at, "//", 2) || *at == '#') {
            end = at + strcspn(at, "\n");
        } else if (*at == '"') {
            while (*end && *end != '"' && *end != '\n')
                end += *end == '\\' && end[1] ? 2 : 1;
            end += *end == '"';
        } else {
            at = end;
            continue;
        }
        blank(at, end);
        at = end;
    }
    return copy;
}

static char *skip_blanks(char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* The word at *at, which moves behind it; "" if there is none. */
static char *take_word(char **at)
{
    char *start = *at = skip_blanks(*at);
    while (is_word(**at))
        (*at)++;
    return text_copy(start, (size_t)(*at - start));
}

/* The first word between each two commas of the body. */
static void collect(const char *body, const char *end, struct text_list *names)
{
    int depth = 0;
    bool is_first = true;
    while (body < end) {
        if (is_first && is_word(*body)) {
            size_t length = 0;
            while (is_word(body[length]))
                length++;
            text_list_add_new(names, text_copy(body, length));
            is_first = false;
            body += length;
            continue;
        }
        depth += *body == '(';
        depth -= *body == ')';
        is_first |= *body == ',' && !depth;
        body++;
    }
}

/* At what follows the word enum: the body if the tag or a name of the typedef is tag. */
static bool match(char *at, const char *tag, struct text_list *names)
{
    char *own = take_word(&at);
    bool found = !strcmp(own, tag);
    free(own);
    at = skip_blanks(at);
    char *end = *at == '{' ? strchr(at, '}') : NULL;
    if (!end)
        return false;
    for (char *rest = end + 1; !found && *rest && *rest != ';';) {
        char *name = take_word(&rest);
        found = !strcmp(name, tag);
        rest += !*name && *rest && *rest != ';';
        free(name);
    }
    if (found)
        collect(at + 1, end, names);
    return found;
}

bool wpp_enumerators(const char *text, const char *tag, struct text_list *names)
{
    char *code = plain_code(text);
    bool found = false;
    for (char *at = code; !found && (at = strstr(at, "enum")); at += 4)
        if ((at == code || !is_word(at[-1])) && !is_word(at[4]))
            found = match(at + 4, tag, names);
    free(code);
    return found;
}
