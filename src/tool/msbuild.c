#include "msbuild.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct msbuild_property *find(const struct msbuild *build, const char *name)
{
    for (size_t i = 0; i < build->count; i++)
        if (!strcasecmp(build->properties[i].name, name))
            return &build->properties[i];
    return NULL;
}

void msbuild_set(struct msbuild *build, const char *name, const char *value)
{
    struct msbuild_property *property = find(build, name);
    if (!property) {
        struct msbuild_property *grown =
            realloc(build->properties, (build->count + 1) * sizeof *grown);
        if (!grown)
            die(EXIT_BUILD, "out of memory");
        build->properties = grown;
        property = &grown[build->count++];
        property->name = text_copy(name, strlen(name));
    } else {
        free(property->value);
    }
    property->value = text_copy(value, strlen(value));
}

const char *msbuild_get(const struct msbuild *build, const char *name)
{
    const struct msbuild_property *property = find(build, name);
    return property ? property->value : "";
}

void msbuild_free(struct msbuild *build)
{
    for (size_t i = 0; i < build->count; i++) {
        free(build->properties[i].name);
        free(build->properties[i].value);
    }
    free(build->properties);
    *build = (struct msbuild){0};
}

char *msbuild_expand(const struct msbuild *build, const char *text, const char *inherited)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    if (!out)
        die(EXIT_BUILD, "out of memory");
    while (*text) {
        const char *close =
            (*text == '$' || *text == '%') && text[1] == '(' ? strchr(text, ')') : NULL;
        if (!close) {
            fputc(*text++, out);
            continue;
        }
        char *name = text_copy(text + 2, (size_t)(close - text) - 2);
        fputs(*text == '$' ? msbuild_get(build, name) : inherited ? inherited : "", out);
        free(name);
        text = close + 1;
    }
    fclose(out);
    return result;
}

struct condition {
    const struct msbuild *build;
    const char *at;
    bool understood;
};

static bool or_expression(struct condition *c);

static void skip_blanks(struct condition *c)
{
    while (isspace((unsigned char)*c->at))
        c->at++;
}

static bool take(struct condition *c, const char *word)
{
    skip_blanks(c);
    if (strncasecmp(c->at, word, strlen(word)))
        return false;
    c->at += strlen(word);
    return true;
}

/* A quoted text or a bare word, expanded. A new string. */
static char *operand(struct condition *c)
{
    const char *start, *end;
    skip_blanks(c);
    if (*c->at == '\'') {
        start = c->at + 1;
        end = strchr(start, '\'');
        if (!end) {
            c->understood = false;
            end = start + strlen(start);
        }
        c->at = *end ? end + 1 : end;
    } else {
        start = end = c->at;
        while (*end && !isspace((unsigned char)*end) && !strchr("=!<>", *end) &&
               (*end != ')' || memchr(start, '(', (size_t)(end - start))))
            end++;
        c->at = end;
        c->understood &= end > start;
    }
    char *raw = text_copy(start, (size_t)(end - start));
    char *value = msbuild_expand(c->build, raw, NULL);
    free(raw);
    return value;
}

static bool comparison(struct condition *c)
{
    char *left = operand(c), *right = NULL;
    bool holds;
    if (take(c, "==")) {
        right = operand(c);
        holds = !strcasecmp(left, right);
    } else if (take(c, "!=")) {
        right = operand(c);
        holds = strcasecmp(left, right) != 0;
    } else {
        holds = !strcasecmp(left, "true");
        c->understood &= holds || !strcasecmp(left, "false") || !*left;
    }
    free(left);
    free(right);
    return holds;
}

static bool exists_call(struct condition *c)
{
    c->understood &= take(c, "(");
    char *path = operand(c);
    c->understood &= take(c, ")");
    char *found = *path ? path_find(c->build->folder, path) : NULL;
    bool holds = found != NULL;
    free(path);
    free(found);
    return holds;
}

static bool primary(struct condition *c)
{
    skip_blanks(c);
    if (*c->at == '!' && c->at[1] != '=') {
        c->at++;
        return !primary(c);
    }
    if (take(c, "exists"))
        return exists_call(c);
    if (take(c, "(")) {
        bool holds = or_expression(c);
        c->understood &= take(c, ")");
        return holds;
    }
    return comparison(c);
}

static bool and_expression(struct condition *c)
{
    bool holds = primary(c);
    while (c->understood && take(c, "and"))
        holds &= primary(c);
    return holds;
}

static bool or_expression(struct condition *c)
{
    bool holds = and_expression(c);
    while (c->understood && take(c, "or"))
        holds |= and_expression(c);
    return holds;
}

bool msbuild_condition(const struct msbuild *build, const char *condition, bool *understood)
{
    struct condition c = {.build = build, .at = condition, .understood = true};
    *understood = true;
    if (!condition)
        return true;
    bool holds = or_expression(&c);
    skip_blanks(&c);
    *understood = c.understood && !*c.at;
    return holds && *understood;
}
