#include "token.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *at, *end;
    const char *const *system_dirs;
    bool is_own;
};

static bool is_word_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$';
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t text_length(const char *at, const char *end)
{
    char quote = *at;
    const char *p = at + 1;
    while (p < end && *p != quote && *p != '\n')
        p += (*p == '\\' && p + 1 < end) ? 2 : 1;
    return (size_t)(p - at) + (p < end && *p == quote);
}

static size_t number_length(const char *at, const char *end)
{
    const char *p = at + 1;
    while (p < end &&
           (is_word(*p) || *p == '.' || ((*p == '+' || *p == '-') && strchr("eEpP", p[-1]))))
        p++;
    return (size_t)(p - at);
}

/* An encoding prefix of a string or character constant: L, u8, u, U. */
static size_t prefix_length(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && n < 3 && strchr("LuU8", at[n]) && at[n])
        n++;
    return n && at + n < end && (at[n] == '"' || at[n] == '\'') ? n : 0;
}

/* "# 12 "file" 3": what follows comes from file. */
static void note_line_marker(struct reader *r, const char *text, size_t length)
{
    const char *open = memchr(text, '"', length);
    const char *close = open ? memchr(open + 1, '"', length - (size_t)(open + 1 - text)) : NULL;
    if (!close || !strncmp(text, "#pragma", 7))
        return;
    r->is_own = open[1] != '<';
    for (const char *const *dir = r->system_dirs; *dir; dir++)
        if (!strncmp(open + 1, *dir, strlen(*dir)))
            r->is_own = false;
}

static struct token read_token(struct reader *r, bool at_line_start)
{
    const char *at = r->at, *end = r->end;
    struct token t = {.text = at, .length = 1, .is_own = r->is_own, .kind = TOKEN_PUNCT};
    size_t prefix;

    if (*at == '\n') {
        t.kind = TOKEN_NEWLINE;
    } else if (isspace((unsigned char)*at)) {
        t.kind = TOKEN_SPACE;
        while (at + t.length < end && at[t.length] != '\n' && isspace((unsigned char)at[t.length]))
            t.length++;
    } else if (*at == '#' && at_line_start) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        t.kind = TOKEN_DIRECTIVE;
        t.length = (size_t)((line_end ? line_end : end) - at);
        note_line_marker(r, at, t.length);
    } else if (*at == '"' || *at == '\'') {
        t.kind = TOKEN_TEXT;
        t.length = text_length(at, end);
    } else if ((prefix = prefix_length(at, end))) {
        t.kind = TOKEN_TEXT;
        t.length = prefix + text_length(at + prefix, end);
    } else if (is_word_start(*at)) {
        t.kind = TOKEN_WORD;
        while (at + t.length < end && is_word(at[t.length]))
            t.length++;
    } else if (isdigit((unsigned char)*at) ||
               (*at == '.' && at + 1 < end && isdigit((unsigned char)at[1]))) {
        t.kind = TOKEN_NUMBER;
        t.length = number_length(at, end);
    }
    r->at += t.length;
    return t;
}

bool tokens_read(struct token_list *list, const char *source, size_t size,
                 const char *const *system_dirs)
{
    struct reader r = {
        .at = source, .end = source + size, .system_dirs = system_dirs, .is_own = true};
    bool at_line_start = true;

    *list = (struct token_list){0};
    while (r.at < r.end) {
        if (list->count == list->capacity) {
            size_t capacity = list->capacity ? list->capacity * 2 : 65536;
            struct token *grown = realloc(list->tokens, capacity * sizeof *grown);
            if (!grown) {
                tokens_free(list);
                return false;
            }
            list->tokens = grown;
            list->capacity = capacity;
        }
        struct token t = read_token(&r, at_line_start);
        if (t.kind != TOKEN_SPACE)
            at_line_start = t.kind == TOKEN_NEWLINE;
        list->tokens[list->count++] = t;
    }
    return true;
}

bool tokens_write(const struct token_list *list, FILE *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct token *t = &list->tokens[i];
        if (t->before)
            fputs(t->before, out);
        if (!t->is_dropped)
            fwrite(t->text, 1, t->length, out);
        if (t->after)
            fputs(t->after, out);
    }
    return !ferror(out);
}

void tokens_free(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->tokens[i].before);
        free(list->tokens[i].after);
    }
    free(list->tokens);
    *list = (struct token_list){0};
}

bool token_is(const struct token *token, const char *text)
{
    return strlen(text) == token->length && !memcmp(token->text, text, token->length);
}

bool token_is_significant(const struct token *token)
{
    return token->kind > TOKEN_DIRECTIVE;
}

size_t token_next(const struct token_list *list, size_t i)
{
    while (i < list->count && !token_is_significant(&list->tokens[i]))
        i++;
    return i;
}

size_t token_previous(const struct token_list *list, size_t i)
{
    while (i != SIZE_MAX && !token_is_significant(&list->tokens[i]))
        i--;
    return i;
}

static bool append(char **text, const char *format, va_list arguments)
{
    char *more, *joined;
    if (vasprintf(&more, format, arguments) < 0)
        return false;
    if (!*text) {
        *text = more;
        return true;
    }
    joined = realloc(*text, strlen(*text) + strlen(more) + 1);
    if (joined)
        *text = strcat(joined, more);
    free(more);
    return joined != NULL;
}

bool token_put_before(struct token *token, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool done = append(&token->before, format, arguments);
    va_end(arguments);
    return done;
}

bool token_put_after(struct token *token, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool done = append(&token->after, format, arguments);
    va_end(arguments);
    return done;
}
