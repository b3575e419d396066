#include "mof.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct writer {
    const struct mof *mof;
    FILE *out;
};

/* The C type of a MOF type; NULL for a string, whose length is in the data. */
static const char *c_type(const struct writer *w, const char *type)
{
    static const char *const types[][2] = {
        {"boolean", "BOOLEAN"}, {"uint8", "UCHAR"},    {"sint8", "CHAR"},
        {"uint16", "USHORT"},   {"sint16", "SHORT"},   {"char16", "WCHAR"},
        {"uint32", "ULONG"},    {"sint32", "LONG"},    {"uint64", "ULONGLONG"},
        {"sint64", "LONGLONG"}, {"datetime", "WCHAR"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcasecmp(type, types[i][0]))
            return types[i][1];
    for (size_t i = 0; i < w->mof->class_count; i++)
        if (!strcasecmp(type, w->mof->classes[i].name))
            return w->mof->classes[i].header_name;
    return NULL;
}

/* What stands behind a member's name: "[8]", or nothing. A new string. */
static char *array_of(const struct mof_item *item)
{
    if (!strcasecmp(item->type, "datetime"))
        return item->count ? text_format("[%s][25]", item->count) : text_format("[25]");
    return item->count ? text_format("[%s]", item->count) : text_copy("", 0);
}

static void write_defines(struct writer *w, const struct mof_item *item)
{
    for (size_t i = 0; i < item->names.count; i++)
        fprintf(w->out, "#define %s %s\n", item->names.items[i], item->values.items[i]);
}

/*
 * A member and the macros of its size and id. Behind the first one of variable size no member has
 * a fixed place; the first itself is VariableData if it is a string. True while places are fixed.
 */
static bool write_member(struct writer *w, const char *structure, const struct mof_item *item,
                         bool is_fixed)
{
    const char *type = c_type(w, item->type);
    char *array = array_of(item);

    write_defines(w, item);
    fprintf(w->out, "    // %s\n", item->description ? item->description : "");
    if (!is_fixed)
        fprintf(w->out, "    // %s %s%s\n", item->type, item->name, array);
    else if (!type)
        fprintf(w->out, "    CHAR VariableData[1];\n");
    else
        fprintf(w->out, "    %s %s%s;\n", type, item->name, array);
    is_fixed = is_fixed && type && !item->is_variable;
    if (is_fixed)
        fprintf(w->out, "    #define %s_%s_SIZE sizeof(%s%s)\n", structure, item->name, type,
                array);
    fprintf(w->out, "    #define %s_%s_ID %u\n\n", structure, item->name, item->id);
    free(array);
    return is_fixed;
}

enum direction { DIRECTION_ALL, DIRECTION_IN, DIRECTION_OUT };

static bool is_part(const struct mof_item *item, enum direction direction)
{
    if (direction == DIRECTION_ALL)
        return item->id != 0;
    return direction == DIRECTION_IN ? item->is_in : item->is_out;
}

/* A structure of the items that go in a direction; nothing if there is none. */
static void write_structure(struct writer *w, const char *name, const struct mof_item *items,
                            size_t count, enum direction direction)
{
    const struct mof_item *last = NULL;
    bool is_fixed = true;

    for (size_t i = 0; i < count; i++)
        last = is_part(&items[i], direction) ? &items[i] : last;
    if (!last && direction != DIRECTION_ALL)
        return;
    fprintf(w->out, "typedef struct _%s\n{\n", name);
    for (size_t i = 0; i < count; i++)
        if (is_part(&items[i], direction))
            is_fixed = write_member(w, name, &items[i], is_fixed);
    if (!last)
        fprintf(w->out, "    CHAR VariableData[1];\n");
    fprintf(w->out, "} %s, *P%s;\n\n", name, name);
    if (last && is_fixed)
        fprintf(w->out, "#define %s_SIZE (FIELD_OFFSET(%s, %s) + %s_%s_SIZE)\n\n", name, name,
                last->name, name, last->name);
}

static void write_methods(struct writer *w, const struct mof_class *class, bool with_structures)
{
    if (class->method_count)
        fprintf(w->out, "//\n// Method id definitions for %s\n", class->name);
    for (size_t i = 0; i < class->method_count; i++) {
        const struct mof_method *m = &class->methods[i];
        fprintf(w->out, "#define %s %u\n", m->name, m->id);
        if (!with_structures)
            continue;
        char *in = text_format("%s_IN", m->name), *out = text_format("%s_OUT", m->name);
        write_structure(w, in, m->parameters, m->parameter_count, DIRECTION_IN);
        write_structure(w, out, m->parameters, m->parameter_count, DIRECTION_OUT);
        free(in);
        free(out);
    }
}

/* The macro NameGuid and the constant Name_GUID. */
static void write_guid(struct writer *w, const struct mof_class *class)
{
    const char *g = class->guid;
    char *name = class->guid_name ? text_copy(class->guid_name, strlen(class->guid_name))
                                  : text_format("%sGuid", class->name);

    fprintf(w->out, "#define %s \\\n    { 0x%.8s,0x%.4s,0x%.4s, { ", name, g, g + 9, g + 14);
    for (size_t i = 0; i < 8; i++)
        fprintf(w->out, "%s0x%.2s", i ? "," : "", g + 19 + 2 * i + (i >= 2));
    fprintf(w->out,
            " } }\n\n#if ! (defined(MIDL_PASS))\nDEFINE_GUID(%s_GUID, \\\n"
            "            0x%.8s,0x%.4s,0x%.4s",
            class->name, g, g + 9, g + 14);
    for (size_t i = 0; i < 8; i++)
        fprintf(w->out, ",0x%.2s", g + 19 + 2 * i + (i >= 2));
    fprintf(w->out, ");\n#endif\n\n");
    free(name);
}

static void write_class(struct writer *w, const struct mof_class *class, bool with_methods)
{
    fprintf(w->out, "// %s - %s\n", class->name, class->header_name);
    if (class->description)
        fprintf(w->out, "// %s\n", class->description);
    if (class->guid)
        write_guid(w, class);
    write_methods(w, class, with_methods);
    write_structure(w, class->header_name, class->items, class->item_count, DIRECTION_ALL);
}

void mof_write_header(const struct mof *mof, const char *path, bool with_methods)
{
    struct writer w = {.mof = mof, .out = fopen(path, "w")};
    char *stem = path_stem(path);

    if (!w.out)
        die(EXIT_BUILD, "%s cannot be written: %s", path, strerror(errno));
    fprintf(w.out, "#ifndef _%s_h_\n#define _%s_h_\n\n", stem, stem);
    for (size_t i = 0; i < mof->class_count; i++)
        write_class(&w, &mof->classes[i], with_methods);
    fprintf(w.out, "#endif\n");
    if (fclose(w.out))
        die(EXIT_BUILD, "%s cannot be written: %s", path, strerror(errno));
    free(stem);
}
