#include "wpp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const struct wpp_config *config;
    const struct text_list *files; /* what the source includes, where enumerations are found */
    const char *name;              /* of the header */
    FILE *out;
};

/* ---- conditions ---- */

static bool is_log(const struct wpp_condition *condition)
{
    return !strcmp(condition->name, "IFRLOG");
}

/* The names of a function's conditions with separator between them: "LEVEL_FLAGS". A new string. */
static char *join(const struct wpp_function *f, const char *separator, bool values)
{
    char *joined = text_copy("", 0);
    for (size_t i = 0; i < f->condition_count; i++) {
        const struct wpp_condition *c = &f->conditions[i];
        if (is_log(c))
            continue;
        char *longer =
            text_format("%s%s%s", joined, *joined ? separator : "", values ? c->value : c->name);
        free(joined);
        joined = longer;
    }
    return joined;
}

static const char *value_of(const struct wpp_function *f, const char *name)
{
    for (size_t i = 0; i < f->condition_count; i++)
        if (!strcmp(f->conditions[i].name, name))
            return f->conditions[i].value;
    return NULL;
}

static bool has(const struct wpp_function *f, const char *name)
{
    return value_of(f, name) != NULL;
}

/* LEVEL alone is what WPP calls a flag in DoTraceMessage; beside others it is a level. */
static const char *level_of(const struct wpp_function *f)
{
    const char *level = value_of(f, "LEVEL");
    return level && f->condition_count - has(f, "IFRLOG") > 1 ? level : "0";
}

/* The macros that a driver gives for its conditions, where it does not. */
static void write_defaults(struct writer *w, const struct wpp_function *f)
{
    char *stem = join(f, "_", false), *names = join(f, ", ", false);
    const char *dash = *stem ? "_" : "", *flag = has(f, "FLAGS") ? "FLAGS" : "FLAG";
    bool has_level = has(f, "LEVEL") && f->condition_count - has(f, "IFRLOG") > 1;
    bool has_flag = has(f, flag);

    fprintf(w->out, "#ifndef WPP_%s%sENABLED\n#define WPP_%s%sENABLED(%s) ", stem, dash, stem, dash,
            names);
    if (has_flag && has_level)
        fprintf(w->out, "(WPP_%s_ENABLED(%s) && WPP_CONTROL(WPP_BIT_##%s).Level >= LEVEL)\n", flag,
                flag, flag);
    else if (has_flag)
        fprintf(w->out, "WPP_%s_ENABLED(%s)\n", flag, flag);
    else
        fprintf(w->out, "WPP_ENABLED()\n");
    fprintf(w->out, "#endif\n#ifndef WPP_%s%sLOGGER\n#define WPP_%s%sLOGGER(%s) ", stem, dash, stem,
            dash, names);
    if (has_flag)
        fprintf(w->out, "WPP_%s_LOGGER(%s)\n#endif\n", flag, flag);
    else
        fprintf(w->out, "WPP_LOGGER()\n#endif\n");
    for (int post = 0; post < 2; post++)
        fprintf(w->out, "#ifndef WPP_%s%s%s\n#define WPP_%s%s%s(%s)\n#endif\n", stem, dash,
                post ? "POST" : "PRE", stem, dash, post ? "POST" : "PRE", names);
    free(stem);
    free(names);
}

/* ---- functions ---- */

static void write_parameters(struct writer *w, const struct wpp_function *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        fprintf(w->out, "%s%s", i > from ? ", " : "", f->parameters.items[i]);
    if (f->has_more && to == f->parameters.count)
        fprintf(w->out, "%s...", to > from ? ", " : "");
}

static void write_values(struct writer *w, const struct text_list *values)
{
    for (size_t i = 0; i < values->count; i++)
        fprintf(w->out, ", %s", values->items[i]);
}

/* The macro whose parameters are in one pair of parentheses. */
static void write_flat(struct writer *w, const struct wpp_function *f, const char *prefix)
{
    char *stem = join(f, "_", false), *values = join(f, ", ", true);
    const char *dash = *stem ? "_" : "";

    fprintf(w->out, "#define %s%s(", prefix, f->name);
    write_parameters(w, f, 0, f->parameters.count);
    fprintf(w->out,
            ") \\\n    WPP_%s%sPRE(%s) NTIO_WPP_MESSAGE(WPP_%s%sENABLED(%s), "
            "WPP_%s%sLOGGER(%s) %s, %s, \\\n        \"%s\" %s \"%s\"",
            stem, dash, values, stem, dash, values, stem, dash, values, level_of(f),
            has(f, "IFRLOG") ? "IFRLOG" : "0", f->prefix, f->has_message ? "MSG" : "", f->suffix);
    write_values(w, &f->prefix_values);
    if (f->has_more)
        fprintf(w->out, " __VA_OPT__(,) __VA_ARGS__");
    write_values(w, &f->suffix_values);
    fprintf(w->out, ") WPP_%s%sPOST(%s)\n", stem, dash, values);
    free(stem);
    free(values);
}

static void write_function(struct writer *w, const struct wpp_function *f)
{
    if (!f->parameters.count && !f->has_more && !f->condition_count)
        return;
    write_defaults(w, f);
    fprintf(w->out, "#undef %s\n", f->name);
    if (f->is_wrapped) {
        fprintf(w->out, "#define %s(arguments) NTIO_WPP_F_%s arguments\n", f->name, f->name);
        write_flat(w, f, "NTIO_WPP_F_");
    } else if (f->inner) {
        fprintf(w->out, "#define %s(", f->name);
        for (size_t i = 0; i < f->inner; i++)
            fprintf(w->out, "%s, ", f->parameters.items[i]);
        fprintf(w->out, "arguments) NTIO_WPP_CALL(NTIO_WPP_F_%s, (", f->name);
        for (size_t i = 0; i < f->inner; i++)
            fprintf(w->out, "%s, ", f->parameters.items[i]);
        fprintf(w->out, "NTIO_WPP_UNWRAP arguments))\n");
        write_flat(w, f, "NTIO_WPP_F_");
    } else {
        write_flat(w, f, "");
    }
}

/* ---- types ---- */

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        die(EXIT_BUILD, "%s cannot be read: %s", path, strerror(errno));
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = text_copy("", 0);
    }
    fclose(file);
    return text;
}

static bool find_enumerators(struct writer *w, const char *tag, struct text_list *names)
{
    bool found = false;
    for (size_t i = 0; i < w->files->count && !found; i++) {
        char *text = read_file(w->files->items[i]);
        found = wpp_enumerators(text, tag, names);
        free(text);
    }
    return found;
}

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* The table of a type's names; what is left is shown as another type is. */
static const char *write_names(struct writer *w, const struct wpp_type *type, size_t number)
{
    struct text_list names = {0};
    const char *kind = "NTIO_WPP_ENUM";

    fprintf(w->out, "static const struct ntio_wpp_name ntio_wpp_names_%zu[] = {", number);
    if (!strcmp(type->item, "ItemEnum") && type->members.count &&
        find_enumerators(w, type->members.items[0], &names)) {
        for (size_t i = 0; i < names.count; i++)
            fprintf(w->out, "{(INT64)%s, \"%s\"}, ", names.items[i], names.items[i]);
    } else if (starts_with(type->item, "ItemList") || starts_with(type->item, "ItemSet")) {
        for (size_t i = 0; i < type->members.count; i++)
            fprintf(w->out, "{%zu, \"%s\"}, ", i, type->members.items[i]);
        kind = starts_with(type->item, "ItemSet") ? "NTIO_WPP_SET" : kind;
    } else {
        fprintf(w->out, "{0, \"%s\"}", strcmp(type->item, "ItemEnum") ? type->item : "ItemLong");
        kind = "NTIO_WPP_ALIAS";
    }
    fprintf(w->out, "};\n");
    text_list_free(&names);
    return kind;
}

static void write_types(struct writer *w)
{
    const struct wpp_config *config = w->config;
    char *table = text_copy("", 0);

    for (size_t i = 0; i < config->type_count; i++) {
        const char *kind = write_names(w, &config->types[i], i);
        char *longer = text_format("%s    {\"%s\", %s, sizeof(ntio_wpp_names_%zu) / "
                                   "sizeof(*ntio_wpp_names_%zu), ntio_wpp_names_%zu},\n",
                                   table, config->types[i].name, kind, i, i, i);
        free(table);
        table = longer;
    }
    fprintf(w->out, "static const struct ntio_wpp_type ntio_wpp_types[] = {\n%s    {0}};\n", table);
    free(table);
}

static bool is_first_of_structure(const struct wpp_config *config, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (config->types[i].structure &&
            !strcmp(config->types[i].structure, config->types[index].structure))
            return false;
    return true;
}

/* Values of a driver's own structures are taken apart by the driver's own macro. */
static void write_structures(struct writer *w)
{
    for (size_t i = 0; i < w->config->type_count; i++) {
        const struct wpp_type *type = &w->config->types[i];
        fprintf(w->out, "#define NTIO_WPP_COMPLEX_%zu\n", i);
        if (!type->structure || !is_first_of_structure(w->config, i))
            continue;
        fprintf(w->out,
                "#ifdef %s\n#undef NTIO_WPP_COMPLEX_%zu\n"
                "#define NTIO_WPP_COMPLEX_%zu %s: ntio_wpp_take_%zu,\n"
                "static __inline struct ntio_wpp_value ntio_wpp_take_%zu(const void *at, "
                "UINT32 size, enum ntio_wpp_kind kind)\n"
                "{\n    const %s *value = (const %s *)at;\n"
                "    const struct ntio_wpp_value parts[] = {%s(*value)};\n"
                "    (void)size;\n    (void)kind;\n"
                "    return parts[sizeof(parts) / sizeof(*parts) - 1];\n}\n#endif\n",
                type->macro, i, i, type->structure, i, i, type->structure, type->structure,
                type->macro);
    }
    fprintf(w->out, "#define NTIO_WPP_COMPLEX");
    for (size_t i = 0; i < w->config->type_count; i++)
        fprintf(w->out, " NTIO_WPP_COMPLEX_%zu", i);
    fprintf(w->out, "\n");
}

/* ---- the header ---- */

static void read_config(struct wpp_config *config, const struct project *project,
                        const struct source *source, const struct text_list *files)
{
    struct text_list extra = {0};

    wpp_config_add_functions(config, "WPP", "DoTraceMessage(LEVEL, MSG, ...)");
    wpp_config_add_functions(config, project->path, source->wpp_functions);
    text_list_add_split(&extra, source->wpp_files, ';');
    text_list_add(&extra, "localwpp.ini");
    for (size_t i = 0; i < extra.count; i++) {
        char *path = path_find(project->folder, extra.items[i]);
        if (path && !text_list_has(files, path)) {
            char *text = read_file(path);
            wpp_config_read(config, path, text, path_has_ending(path, "ini"));
            free(text);
        }
        free(path);
    }
    text_list_free(&extra);
    for (size_t i = 0; i < files->count; i++) {
        char *text = read_file(files->items[i]);
        wpp_config_read(config, files->items[i], text, false);
        free(text);
    }
}

static void write_all(struct writer *w, const struct project *project, const struct source *source)
{
    bool has_recorder = source->has_recorder && project->kind != PROJECT_PROGRAM;

    fprintf(w->out,
            "/* Made by ntio build for %s. */\n#ifndef NTIO_WPP_TMH\n#define NTIO_WPP_TMH\n"
            "#ifndef WPP_CONTROL_GUIDS\n#error \"WPP_CONTROL_GUIDS has to be defined before %s is "
            "included\"\n#endif\n#define NTIO_WPP_HAS_RECORDER %d\n#include <ntio_wpp.h>\n",
            path_base(source->path), w->name, has_recorder);
    write_types(w);
    write_structures(w);
    for (size_t i = 0; i < w->config->function_count; i++)
        write_function(w, &w->config->functions[i]);
    fprintf(w->out, "#endif\n");
}

void wpp_write_header(const struct project *project, const struct source *source,
                      const struct text_list *files, const char *name, const char *folder)
{
    struct wpp_config config = {0};
    char *path = text_format("%s/%s", folder, name);
    struct writer w = {.config = &config, .files = files, .name = name, .out = fopen(path, "w")};

    if (!w.out)
        die(EXIT_BUILD, "%s cannot be written: %s", path, strerror(errno));
    read_config(&config, project, source, files);
    write_all(&w, project, source);
    if (fclose(w.out))
        die(EXIT_BUILD, "%s cannot be written: %s", path, strerror(errno));
    wpp_config_free(&config);
    free(path);
}
