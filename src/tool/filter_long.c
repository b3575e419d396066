#include "filter.h"

#include <stdint.h>
#include <string.h>

static bool is_word(const struct token_list *list, size_t i, const char *word)
{
    return i < list->count && list->tokens[i].kind == TOKEN_WORD &&
           token_is(&list->tokens[i], word);
}

static size_t after(const struct token_list *list, size_t i)
{
    return token_next(list, i + 1);
}

static size_t before(const struct token_list *list, size_t i)
{
    return i ? token_previous(list, i - 1) : SIZE_MAX;
}

/* The words that may stand in one list of specifiers beside long. */
static bool is_specifier(const struct token_list *list, size_t i)
{
    static const char *const words[] = {"long",  "int",      "unsigned", "signed",
                                        "const", "volatile", "double",   "__signed__"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (is_word(list, i, words[w]))
            return true;
    return false;
}

/* Looks for word among the specifiers around the long at i, itself not counted. */
static bool beside(const struct token_list *list, size_t i, const char *word)
{
    for (size_t n = after(list, i); is_specifier(list, n); n = after(list, n))
        if (is_word(list, n, word))
            return true;
    for (size_t p = before(list, i); is_specifier(list, p); p = before(list, p))
        if (is_word(list, p, word))
            return true;
    return false;
}

static void narrow_type(struct token_list *list, size_t i)
{
    struct token *t = &list->tokens[i];
    if (beside(list, i, "long") || beside(list, i, "double"))
        return;
    if (beside(list, i, "int")) {
        t->is_dropped = true;
    } else {
        t->text = "int";
        t->length = 3;
    }
}

static bool is_floating(const struct token *t)
{
    bool is_hex = t->length > 1 && (t->text[1] == 'x' || t->text[1] == 'X');
    return memchr(t->text, '.', t->length) ||
           (is_hex ? memchr(t->text, 'p', t->length) || memchr(t->text, 'P', t->length)
                   : memchr(t->text, 'e', t->length) || memchr(t->text, 'E', t->length));
}

/* MSVC's 10i64 and 10ui64 are 10ll and 10ull; i8, i16 and i32 go. */
static bool rewrite_sized_constant(struct token *t)
{
    size_t at = t->length;
    while (at && t->text[at - 1] >= '0' && t->text[at - 1] <= '9')
        at--;
    if (at < 2 || at == t->length || (t->text[at - 1] | 32) != 'i')
        return false;
    bool is_wide = t->length - at == 2 && !memcmp(t->text + at, "64", 2);
    bool is_unsigned = (t->text[at - 2] | 32) == 'u';
    t->length = at - 1 - is_unsigned;
    token_put_after(t, "%s%s", is_unsigned ? "u" : "", is_wide ? "ll" : "");
    return true;
}

/* 10L, 10UL, 10LU: the one L goes. The token is in the source's text, so the U moves by rewriting.
 */
static void narrow_constant(struct token *t)
{
    size_t digits = t->length;
    int longs = 0;
    bool is_unsigned = false;

    while (digits && strchr("lLuU", t->text[digits - 1])) {
        if (strchr("lL", t->text[digits - 1]))
            longs++;
        else
            is_unsigned = true;
        digits--;
    }
    if (longs != 1 || is_floating(t))
        return;
    t->length = digits;
    if (is_unsigned)
        token_put_after(t, "u");
}

void filter_long(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct token *t = &list->tokens[i];
        if (!t->is_own)
            continue;
        if (t->kind == TOKEN_WORD && token_is(t, "long"))
            narrow_type(list, i);
        else if (t->kind == TOKEN_NUMBER && !rewrite_sized_constant(t))
            narrow_constant(t);
    }
}
