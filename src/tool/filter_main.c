#include "filter.h"

#include <stdint.h>

static bool is_punct(const struct token_list *list, size_t i, char c)
{
    return i < list->count && list->tokens[i].kind == TOKEN_PUNCT && *list->tokens[i].text == c;
}

/* The token after the parenthesis that closes the one at i; count if there is none. */
static size_t past_parentheses(const struct token_list *list, size_t i)
{
    size_t depth = 0;
    for (; i < list->count; i++) {
        depth += is_punct(list, i, '(');
        if (is_punct(list, i, ')') && --depth == 0)
            return token_next(list, i + 1);
    }
    return list->count;
}

static bool ends_declaration(const struct token_list *list, size_t i)
{
    return i >= list->count || is_punct(list, i, ';') || is_punct(list, i, '}');
}

/* The first token of the declaration that the name at i is in; *is_void: void is among its words.
 */
static size_t start_of_declaration(const struct token_list *list, size_t i, bool *is_void)
{
    size_t start = i;
    *is_void = false;
    while (start) {
        size_t before = token_previous(list, start - 1);
        if (ends_declaration(list, before))
            break;
        start = before;
        *is_void |=
            list->tokens[start].kind == TOKEN_WORD && token_is(&list->tokens[start], "void");
    }
    return start;
}

static bool is_main(const struct token *token)
{
    return token->is_own && token->kind == TOKEN_WORD &&
           (token_is(token, "main") || token_is(token, "wmain"));
}

/*
 * A first parameter of another type than int, which clang refuses, becomes one:
 * the words of the type, from i to before the name, are replaced.
 */
static bool make_count_int(struct token_list *list, size_t i)
{
    size_t first = token_next(list, i + 1), name = SIZE_MAX;
    for (i = first; !is_punct(list, i, ',') && !is_punct(list, i, ')');
         i = token_next(list, i + 1)) {
        if (i >= list->count || list->tokens[i].kind != TOKEN_WORD)
            return true;
        name = i;
    }
    if (name == SIZE_MAX || name == first)
        return true;
    for (i = first; i < name; i = token_next(list, i + 1))
        list->tokens[i].is_dropped = true;
    return token_put_before(&list->tokens[name], "int ");
}

/* At the name of a main that is defined there. */
static bool adapt_main(struct token_list *list, size_t i, bool is_cpp)
{
    bool is_void, is_wide = token_is(&list->tokens[i], "wmain");
    struct token *start = &list->tokens[start_of_declaration(list, i, &is_void)];

    if (!make_count_int(list, token_next(list, i + 1)))
        return false;
    if (is_void && !token_put_before(start, "%sconst char ntio_main_returns_void = 1; ",
                                     is_cpp ? "extern \"C\" " : ""))
        return false;
    return !is_cpp || !is_wide || token_put_before(start, "extern \"C\" ");
}

bool filter_main(struct token_list *list, bool is_cpp)
{
    size_t depth = 0;
    for (size_t i = 0; i < list->count; i++) {
        depth += is_punct(list, i, '{');
        depth -= depth && is_punct(list, i, '}');
        if (depth || !is_main(&list->tokens[i]) || !is_punct(list, token_next(list, i + 1), '('))
            continue;
        if (!is_punct(list, past_parentheses(list, token_next(list, i + 1)), '{'))
            continue;
        return adapt_main(list, i, is_cpp);
    }
    return true;
}
