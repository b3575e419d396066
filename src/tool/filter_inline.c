#include "filter.h"

static bool is_word(const struct token_list *list, size_t i, const char *word)
{
    return list->tokens[i].kind == TOKEN_WORD && token_is(&list->tokens[i], word);
}

static bool is_punct(const struct token_list *list, size_t i, char c)
{
    return list->tokens[i].kind == TOKEN_PUNCT && *list->tokens[i].text == c;
}

static bool is_inline(const struct token_list *list, size_t i)
{
    return is_word(list, i, "inline") || is_word(list, i, "__inline") ||
           is_word(list, i, "__inline__") || is_word(list, i, "_inline");
}

static bool has_linkage(const struct token_list *list, size_t i)
{
    return is_word(list, i, "static") || is_word(list, i, "extern");
}

/* Whether static or extern stands in the declaration around the token at i. */
static bool is_linkage_given(const struct token_list *list, size_t i)
{
    for (size_t at = i; at--;) {
        if (!token_is_significant(&list->tokens[at]))
            continue;
        if (is_punct(list, at, ';') || is_punct(list, at, '}') || is_punct(list, at, '{'))
            break;
        if (has_linkage(list, at))
            return true;
    }
    for (; i < list->count && !is_punct(list, i, '(') && !is_punct(list, i, ';'); i++)
        if (has_linkage(list, i))
            return true;
    return false;
}

/* Whether a body follows the declaration that the token at i is in. */
static bool is_definition(const struct token_list *list, size_t i)
{
    size_t depth = 0;
    for (; i < list->count; i++) {
        depth += is_punct(list, i, '(');
        depth -= depth && is_punct(list, i, ')');
        if (!depth && is_punct(list, i, '{'))
            return true;
        if (!depth && is_punct(list, i, ';'))
            return false;
    }
    return false;
}

bool filter_inline(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct token *token = &list->tokens[i];
        if (!token->is_own || token->kind != TOKEN_WORD || !is_inline(list, i) ||
            is_linkage_given(list, i))
            continue;
        token->is_dropped = true;
        if (is_definition(list, i) &&
            !token_put_before(token, "__attribute__((weak, visibility(\"hidden\")))"))
            return false;
    }
    return true;
}
