/*
 * A preprocessed C source as tokens, and a writer that gives it back.
 *
 * The filters between preprocessing and compiling change tokens in place: a
 * token's text is replaced or taken away, text is put before or after it. White
 * space and line ends stay as they were, so that the compiler's messages name
 * the lines of the driver's own source.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum token_kind {
    TOKEN_SPACE,     /* white space without a line end */
    TOKEN_NEWLINE,   /* one line end */
    TOKEN_DIRECTIVE, /* a line marker or pragma, without its line end */
    TOKEN_WORD,      /* identifier or keyword */
    TOKEN_NUMBER,    /* preprocessing number */
    TOKEN_TEXT,      /* string or character constant, prefix included */
    TOKEN_PUNCT,     /* one character of punctuation */
};

struct token {
    enum token_kind kind;
    const char *text; /* in the source, or replaced */
    size_t length;
    char *before;    /* put before the token, NULL: nothing; owned */
    char *after;     /* put after it; owned */
    bool is_own;     /* on a line of the user's own files */
    bool is_dropped; /* not written */
};

struct token_list {
    struct token *tokens;
    size_t count, capacity;
};

/*
 * Splits size bytes of preprocessed source, which must outlive the list. A line
 * belongs to the user if its file is below none of the folders in system_dirs
 * (NULL-terminated).
 */
bool tokens_read(struct token_list *list, const char *source, size_t size,
                 const char *const *system_dirs);
bool tokens_write(const struct token_list *list, FILE *out);
void tokens_free(struct token_list *list);

bool token_is(const struct token *token, const char *text);
bool token_is_significant(const struct token *token);

/* The next or previous significant token from index i on (i itself included); count or SIZE_MAX if
 * none. */
size_t token_next(const struct token_list *list, size_t i);
size_t token_previous(const struct token_list *list, size_t i);

/* Adds text before or after a token, after what was added already. False: out of memory. */
bool token_put_before(struct token *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool token_put_after(struct token *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
