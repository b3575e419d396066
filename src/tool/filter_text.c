#include "filter.h"

void filter_text(struct token_list *list)
{
    for (size_t i = 0; i + 1 < list->count; i++) {
        struct token *prefix = &list->tokens[i], *blank = prefix + 1;
        if (!prefix->is_own || prefix->kind != TOKEN_WORD || !token_is(prefix, "L"))
            continue;
        if (blank->kind == TOKEN_SPACE && i + 2 < list->count &&
            list->tokens[i + 2].kind == TOKEN_TEXT)
            blank->is_dropped = true;
    }
}
