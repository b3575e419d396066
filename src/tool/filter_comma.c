#include "filter.h"

static bool is_punct(const struct token_list *list, size_t i, char c)
{
    return i < list->count && list->tokens[i].kind == TOKEN_PUNCT && *list->tokens[i].text == c;
}

void filter_comma(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->tokens[i].is_own && is_punct(list, i, ',') &&
            is_punct(list, token_next(list, i + 1), ')'))
            list->tokens[i].is_dropped = true;
}
