#include "mof.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reader {
    const char *path, *text, *at;
};

/* [Description("x"), WmiDataId(1), read]: one of them. */
struct qualifier {
    char *name;
    struct text_list values; /* texts without their quotes */
};

struct qualifiers {
    struct qualifier *items;
    size_t count;
};

static void __attribute__((noreturn)) fail(const struct reader *r, const char *expected)
{
    unsigned line = 1;
    for (const char *at = r->text; at < r->at; at++)
        line += *at == '\n';
    die(EXIT_BUILD, "%s:%u: the class definition is not understood: %s is expected, not '%.*s'",
        r->path, line, expected, (int)strcspn(r->at, "\r\n"), r->at);
}

static void skip_line(struct reader *r)
{
    r->at += strcspn(r->at, "\n");
}

static void skip_blanks(struct reader *r)
{
    for (;;) {
        while (isspace((unsigned char)*r->at))
            r->at++;
        if (*r->at == '#' || !strncmp(r->at, "//", 2)) {
            skip_line(r);
        } else if (!strncmp(r->at, "/*", 2)) {
            const char *end = strstr(r->at + 2, "*/");
            r->at = end ? end + 2 : r->at + strlen(r->at);
        } else {
            return;
        }
    }
}

static bool take(struct reader *r, char expected)
{
    skip_blanks(r);
    if (*r->at != expected)
        return false;
    r->at++;
    return true;
}

static void require(struct reader *r, char expected)
{
    char text[] = {'\'', expected, '\'', '\0'};
    if (!take(r, expected))
        fail(r, text);
}

/* A new string; "" if there is no word. */
static char *take_word(struct reader *r)
{
    skip_blanks(r);
    const char *start = r->at;
    while (isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '$')
        r->at++;
    return text_copy(start, (size_t)(r->at - start));
}

static char *require_word(struct reader *r, const char *expected)
{
    char *word = take_word(r);
    if (!*word)
        fail(r, expected);
    return word;
}

/* A text in quotes; several in a row are one. A new string. */
static char *take_text(struct reader *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        die(EXIT_BUILD, "out of memory");
    while (take(r, '"')) {
        while (*r->at && *r->at != '"') {
            if (*r->at == '\\' && r->at[1])
                r->at++;
            fputc(isspace((unsigned char)*r->at) ? ' ' : *r->at, out);
            r->at++;
        }
        require(r, '"');
    }
    fclose(out);
    return text;
}

/* A text, a number or a word. A new string. */
static char *take_value(struct reader *r)
{
    skip_blanks(r);
    if (*r->at == '"')
        return take_text(r);
    const char *start = r->at;
    r->at += strcspn(r->at, " \t\r\n,(){}[];:\"");
    if (r->at == start)
        fail(r, "a value");
    return text_copy(start, (size_t)(r->at - start));
}

/* ---- qualifiers ---- */

static void take_values(struct reader *r, struct qualifier *q)
{
    char close = take(r, '(') ? ')' : take(r, '{') ? '}' : '\0';
    if (!close)
        return;
    while (!take(r, close)) {
        text_list_add_new(&q->values, take_value(r));
        take(r, ',');
    }
}

/* ": amended ToSubclass" is about where a qualifier is valid. */
static void skip_flavors(struct reader *r)
{
    if (!take(r, ':'))
        return;
    for (char *word = take_word(r); *word; word = take_word(r))
        free(word);
}

static void take_qualifiers(struct reader *r, struct qualifiers *list)
{
    *list = (struct qualifiers){0};
    if (!take(r, '['))
        return;
    while (!take(r, ']')) {
        struct qualifier *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
        if (!grown)
            die(EXIT_BUILD, "out of memory");
        list->items = grown;
        struct qualifier *q = &grown[list->count++];
        *q = (struct qualifier){.name = require_word(r, "a qualifier")};
        take_values(r, q);
        skip_flavors(r);
        take(r, ',');
    }
}

static void free_qualifiers(struct qualifiers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        text_list_free(&list->items[i].values);
    }
    free(list->items);
}

static const struct qualifier *find(const struct qualifiers *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcasecmp(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

/* Its first value as a new string; NULL if there is none. */
static char *value_of(const struct qualifiers *list, const char *name)
{
    const struct qualifier *q = find(list, name);
    return q && q->values.count ? text_copy(q->values.items[0], strlen(q->values.items[0])) : NULL;
}

static unsigned number_of(const struct qualifiers *list, const char *name)
{
    const struct qualifier *q = find(list, name);
    return q && q->values.count ? (unsigned)strtoul(q->values.items[0], NULL, 0) : 0;
}

/* ---- classes ---- */

static void *grow(void *items, size_t count, size_t size)
{
    void *grown = realloc(items, (count + 1) * size);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    memset((char *)grown + count * size, 0, size);
    return grown;
}

/* Values or ValueMap give numbers, DefineValues their names. */
static void set_defines(struct mof_item *item, const struct qualifiers *list)
{
    const struct qualifier *names = find(list, "DefineValues"), *numbers = find(list, "ValueMap");
    for (size_t i = 0; names && i < names->values.count; i++) {
        text_list_add(&item->names, names->values.items[i]);
        if (numbers && i < numbers->values.count)
            text_list_add(&item->values, numbers->values.items[i]);
        else
            text_list_add_new(&item->values, text_format("%zu", i));
    }
}

/* [] behind a name: its elements are counted by max(n), or by another item. */
static void take_array(struct reader *r, struct mof_item *item, const struct qualifiers *list)
{
    if (!take(r, '['))
        return;
    item->is_variable = find(list, "WmiSizeIs") != NULL;
    if (!take(r, ']')) {
        item->count = take_value(r);
        require(r, ']');
    } else {
        item->count = item->is_variable ? NULL : value_of(list, "max");
    }
    if (!item->count) {
        item->is_variable = true;
        item->count = text_copy("1", 1);
    }
}

static void set_item(struct reader *r, struct mof_item *item, const struct qualifiers *list)
{
    item->id = number_of(list, "WmiDataId");
    if (!item->id)
        item->id = number_of(list, "id");
    item->description = value_of(list, "Description");
    item->is_in = find(list, "in") != NULL;
    item->is_out = find(list, "out") != NULL;
    set_defines(item, list);
    take_array(r, item, list);
}

static int by_id(const void *a, const void *b)
{
    const struct mof_item *left = a, *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

static void take_parameters(struct reader *r, struct mof_method *method)
{
    while (!take(r, ')')) {
        struct qualifiers list;
        take_qualifiers(r, &list);
        method->parameters =
            grow(method->parameters, method->parameter_count, sizeof *method->parameters);
        struct mof_item *item = &method->parameters[method->parameter_count++];
        item->type = require_word(r, "a type");
        item->name = require_word(r, "a parameter's name");
        set_item(r, item, &list);
        if (!item->id)
            item->id = (unsigned)method->parameter_count;
        free_qualifiers(&list);
        take(r, ',');
    }
}

static void skip_default(struct reader *r)
{
    if (take(r, '='))
        r->at += strcspn(r->at, ";");
}

static void take_member(struct reader *r, struct mof_class *class)
{
    struct qualifiers list;
    take_qualifiers(r, &list);
    char *type = require_word(r, "a type");
    char *name = require_word(r, "a name");
    if (take(r, '(')) {
        class->methods = grow(class->methods, class->method_count, sizeof *class->methods);
        struct mof_method *method = &class->methods[class->method_count++];
        method->name = name;
        method->id = number_of(&list, "WmiMethodId");
        take_parameters(r, method);
        free(type);
    } else {
        class->items = grow(class->items, class->item_count, sizeof *class->items);
        struct mof_item *item = &class->items[class->item_count++];
        item->type = type;
        item->name = name;
        set_item(r, item, &list);
        skip_default(r);
    }
    require(r, ';');
    free_qualifiers(&list);
}

static void set_class(struct mof_class *class, const struct qualifiers *list)
{
    char *guid = value_of(list, "guid");
    class->header_name = value_of(list, "HeaderName");
    if (!class->header_name)
        class->header_name = text_copy(class->name, strlen(class->name));
    class->guid_name = value_of(list, "guidname1");
    class->description = value_of(list, "Description");
    if (guid && strlen(guid) >= 36)
        class->guid = text_copy(guid + (*guid == '{'), 36);
    free(guid);
}

static void take_class(struct reader *r, struct mof *mof, const struct qualifiers *list)
{
    mof->classes = grow(mof->classes, mof->class_count, sizeof *mof->classes);
    struct mof_class *class = &mof->classes[mof->class_count++];
    class->name = require_word(r, "the class's name");
    set_class(class, list);
    if (take(r, ':'))
        free(require_word(r, "the base class"));
    if (take(r, '{'))
        while (!take(r, '}'))
            take_member(r, class);
    require(r, ';');
    if (class->item_count)
        qsort(class->items, class->item_count, sizeof *class->items, by_id);
}

/* "instance of X { ... };" is data, and of no use in a header. */
static void skip_instance(struct reader *r)
{
    const char *end = strstr(r->at, "};");
    r->at = end ? end + 2 : r->at + strlen(r->at);
}

static char *read_text(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (!file || getdelim(&text, &size, '\0', file) < 0)
        die(EXIT_BUILD, "%s cannot be read: %s", path, strerror(errno));
    fclose(file);
    return text;
}

void mof_read(struct mof *mof, const char *path)
{
    char *text = read_text(path);
    struct reader r = {.path = path, .text = text, .at = text};

    *mof = (struct mof){0};
    for (skip_blanks(&r); *r.at; skip_blanks(&r)) {
        struct qualifiers list;
        take_qualifiers(&r, &list);
        char *word = take_word(&r);
        if (!strcasecmp(word, "class"))
            take_class(&r, mof, &list);
        else if (!strcasecmp(word, "instance"))
            skip_instance(&r);
        else
            fail(&r, "class");
        free(word);
        free_qualifiers(&list);
    }
    free(text);
}

static void free_items(struct mof_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(items[i].name);
        free(items[i].type);
        free(items[i].count);
        free(items[i].description);
        text_list_free(&items[i].values);
        text_list_free(&items[i].names);
    }
    free(items);
}

void mof_free(struct mof *mof)
{
    for (size_t i = 0; i < mof->class_count; i++) {
        struct mof_class *class = &mof->classes[i];
        free(class->name);
        free(class->header_name);
        free(class->guid_name);
        free(class->guid);
        free(class->description);
        free_items(class->items, class->item_count);
        for (size_t m = 0; m < class->method_count; m++) {
            free(class->methods[m].name);
            free_items(class->methods[m].parameters, class->methods[m].parameter_count);
        }
        free(class->methods);
    }
    free(mof->classes);
    *mof = (struct mof){0};
}
