#include "wpp.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Reads one statement. */
struct cursor {
    const char *at;
};

static void skip_blanks(struct cursor *c)
{
    while (isspace((unsigned char)*c->at))
        c->at++;
}

static bool take(struct cursor *c, char expected)
{
    skip_blanks(c);
    if (*c->at != expected)
        return false;
    c->at++;
    return true;
}

/* A new string; "" if there is no word. */
static char *take_word(struct cursor *c)
{
    skip_blanks(c);
    const char *start = c->at;
    while (isalnum((unsigned char)*c->at) || *c->at == '_')
        c->at++;
    return text_copy(start, (size_t)(c->at - start));
}

static size_t past_text(const char *at)
{
    size_t n = 1;
    while (at[n] && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n + (at[n] == '"');
}

/* Up to a comma or closing bracket of this level, blanks around it cut off. A new string. */
static char *take_value(struct cursor *c)
{
    skip_blanks(c);
    const char *start = c->at;
    int depth = 0;
    while (*c->at && (depth || !strchr(",)}", *c->at))) {
        depth += *c->at == '(' || *c->at == '{';
        depth -= *c->at == ')' || *c->at == '}';
        c->at += *c->at == '"' ? past_text(c->at) : 1;
    }
    const char *end = c->at;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return text_copy(start, (size_t)(end - start));
}

/* "(a, b, c)" into list. False if it is no such thing. */
static bool take_list(struct cursor *c, struct text_list *list)
{
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        text_list_add_new(list, take_value(c));
        if (!take(c, ',') && *c->at != ')')
            return false;
    }
    return true;
}

static void *grow(void *items, size_t count, size_t size)
{
    void *grown = realloc(items, (count + 1) * size);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    memset((char *)grown + count * size, 0, size);
    return grown;
}

static void add_condition(struct wpp_function *f, char *name, char *value)
{
    f->conditions = grow(f->conditions, f->condition_count, sizeof *f->conditions);
    f->conditions[f->condition_count++] = (struct wpp_condition){name, value};
}

/* {LEVEL=x, FLAGS=y} */
static bool take_given(struct cursor *c, struct wpp_function *f)
{
    while (!take(c, '}')) {
        char *name = take_word(c);
        bool good = *name && take(c, '=');
        if (!good) {
            free(name);
            return false;
        }
        add_condition(f, name, take_value(c));
        if (!take(c, ',') && *c->at != '}')
            return false;
    }
    return true;
}

static bool add_parameter(struct wpp_function *f, char *name)
{
    bool good = *name != '\0';
    if (!strcmp(name, "...")) {
        f->has_more = true;
        free(name);
        return true;
    }
    f->has_message |= !strcmp(name, "MSG");
    if (strcmp(name, "MSG") != 0)
        add_condition(f, text_copy(name, strlen(name)), text_copy(name, strlen(name)));
    text_list_add_new(&f->parameters, name);
    return good;
}

/* (LEVEL, FLAGS, MSG, ...), ((MSG, ...)) or (LEVEL, (MSG, ...)). */
static bool take_parameters(struct cursor *c, struct wpp_function *f)
{
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        if (take(c, '(')) {
            f->is_wrapped = f->parameters.count == 0;
            f->inner = f->parameters.count;
            while (!take(c, ')'))
                if (!add_parameter(f, take_value(c)) || (!take(c, ',') && *c->at != ')'))
                    return false;
        } else if (!add_parameter(f, take_value(c))) {
            return false;
        }
        if (!take(c, ',') && *c->at != ')')
            return false;
    }
    return true;
}

static void free_function(struct wpp_function *f)
{
    free(f->name);
    for (size_t i = 0; i < f->condition_count; i++) {
        free(f->conditions[i].name);
        free(f->conditions[i].value);
    }
    free(f->conditions);
    text_list_free(&f->parameters);
    free(f->prefix);
    free(f->suffix);
    text_list_free(&f->prefix_values);
    text_list_free(&f->suffix_values);
}

static struct wpp_function *find_function(struct wpp_config *config, const char *name)
{
    for (size_t i = 0; i < config->function_count; i++)
        if (!strcmp(config->functions[i].name, name))
            return &config->functions[i];
    return NULL;
}

/* A function that USEPREFIX or FUNC names first; both may come first. */
static struct wpp_function *make_function(struct wpp_config *config, const char *name)
{
    struct wpp_function *f = find_function(config, name);
    if (f)
        return f;
    config->functions = grow(config->functions, config->function_count, sizeof *f);
    f = &config->functions[config->function_count++];
    f->name = text_copy(name, strlen(name));
    f->prefix = text_copy("", 0);
    f->suffix = text_copy("", 0);
    return f;
}

static bool function_statement(struct wpp_config *config, struct cursor *c)
{
    struct wpp_function read = {0}, *f;
    char *name = take_word(c);
    bool good = *name && (!take(c, '{') || take_given(c, &read)) && take_parameters(c, &read);

    if (good) {
        f = make_function(config, name);
        read.name = f->name;
        read.prefix = f->prefix;
        read.suffix = f->suffix;
        read.prefix_values = f->prefix_values;
        read.suffix_values = f->suffix_values;
        f->name = f->prefix = f->suffix = NULL;
        f->prefix_values = f->suffix_values = (struct text_list){0};
        free_function(f);
        *f = read;
    } else {
        free_function(&read);
    }
    free(name);
    return good;
}

/* The text between the quotes, as it is spelled. */
static char *unquote(const char *text)
{
    size_t length = strlen(text);
    return length > 1 && *text == '"' ? text_copy(text + 1, length - 2) : text_copy("", 0);
}

/* USEPREFIX (F, "format", values...) */
static bool around_statement(struct wpp_config *config, struct cursor *c, bool is_prefix)
{
    struct text_list parts = {0};
    bool good = take_list(c, &parts) && parts.count >= 2;

    if (good) {
        struct wpp_function *f = make_function(config, parts.items[0]);
        char **format = is_prefix ? &f->prefix : &f->suffix;
        struct text_list *values = is_prefix ? &f->prefix_values : &f->suffix_values;
        free(*format);
        *format = unquote(parts.items[1]);
        text_list_free(values);
        for (size_t i = 2; i < parts.count; i++)
            text_list_add(values, parts.items[i]);
    }
    text_list_free(&parts);
    return good;
}

/* "ItemEnum(tag)" or "ItemNTSTATUS". */
static bool set_item(struct wpp_type *type, const char *text)
{
    struct cursor c = {text};
    type->item = take_word(&c);
    return *type->item && (*c.at != '(' || take_list(&c, &type->members));
}

static bool type_statement(struct wpp_config *config, struct cursor *c, size_t item_at)
{
    struct text_list parts = {0};
    bool good = take_list(c, &parts) && parts.count > item_at;

    if (good) {
        config->types = grow(config->types, config->type_count, sizeof *config->types);
        struct wpp_type *type = &config->types[config->type_count++];
        type->name = text_copy(parts.items[0], strlen(parts.items[0]));
        good = set_item(type, parts.items[item_at]);
        if (item_at == 3) {
            type->macro = text_copy(parts.items[1], strlen(parts.items[1]));
            type->structure = text_copy(parts.items[2], strlen(parts.items[2]));
        }
    }
    text_list_free(&parts);
    return good;
}

static void statement(struct wpp_config *config, const char *file, const char *text)
{
    struct cursor c = {text};
    char *word = take_word(&c);
    bool good;

    if (!strcmp(word, "NOPREFIX")) {
        free(word);
        word = take_word(&c);
    }
    if (!strcmp(word, "FUNC"))
        good = function_statement(config, &c);
    else if (!strcmp(word, "USEPREFIX") || !strcmp(word, "USESUFFIX"))
        good = around_statement(config, &c, !strcmp(word, "USEPREFIX"));
    else if (!strcmp(word, "CUSTOM_TYPE"))
        good = type_statement(config, &c, 1);
    else if (!strcmp(word, "DEFINE_SIMPLE_TYPE"))
        good = type_statement(config, &c, 2);
    else if (!strcmp(word, "DEFINE_CPLX_TYPE"))
        good = type_statement(config, &c, 3);
    else /* What goes into symbol files. */
        good = !strcmp(word, "WPP_FLAGS") || !strcmp(word, "DEFINE_FLAVOR") ||
               !strcmp(word, "PREFIX") || !strcmp(word, "SUFFIX") || !*word;
    if (!good)
        fprintf(stderr, "ntio: %s: WPP's configuration \"%s\" is not understood and left out\n",
                file, text);
    free(word);
}

/* Statements end with semicolons that are in no brackets or quotes. */
static void statements(struct wpp_config *config, const char *file, const char *text)
{
    while (*text) {
        const char *end = text;
        int depth = 0;
        while (*end && (depth || *end != ';')) {
            depth += *end == '(' || *end == '{';
            depth -= *end == ')' || *end == '}';
            end += *end == '"' ? past_text(end) : 1;
        }
        char *one = text_copy(text, (size_t)(end - text));
        statement(config, file, one);
        free(one);
        text = *end ? end + 1 : end;
    }
}

/* What a line of a configuration says, without the marks of the comment that it is in. */
static const char *line_content(const char *line, size_t *length, bool is_configuration)
{
    const char *end = line + *length;
    while (line < end && isspace((unsigned char)*line))
        line++;
    if (!is_configuration && end - line >= 2 && !strncmp(line, "//", 2))
        line += 2;
    else if (!is_configuration && line < end && *line == '*' && (end - line < 2 || line[1] != '/'))
        line++;
    while (line < end && isspace((unsigned char)*line))
        line++;
    const char *comment = memmem(line, (size_t)(end - line), "//", 2);
    if (comment)
        end = comment;
    if (line < end && (*line == '#' || !strncmp(line, "*/", 2)))
        end = line;
    *length = (size_t)(end - line);
    return line;
}

static bool starts_with(const char *line, size_t length, const char *word)
{
    return length >= strlen(word) && !memcmp(line, word, strlen(word));
}

void wpp_config_read(struct wpp_config *config, const char *file, const char *text,
                     bool is_configuration)
{
    bool is_inside = is_configuration;
    char *joined = NULL;
    size_t size;
    FILE *out = open_memstream(&joined, &size);

    if (!out)
        die(EXIT_BUILD, "out of memory");
    while (*text) {
        size_t length = strcspn(text, "\n"), kept = length;
        const char *line = line_content(text, &kept, is_configuration);
        if (starts_with(line, kept, "begin_wpp"))
            is_inside = true;
        else if (starts_with(line, kept, "end_wpp"))
            is_inside = is_configuration;
        else if (is_inside)
            fprintf(out, "%.*s ", (int)kept, line);
        text += length + (text[length] == '\n');
    }
    fclose(out);
    statements(config, file, joined);
    free(joined);
}

void wpp_config_add_functions(struct wpp_config *config, const char *file, const char *text)
{
    while (*text) {
        const char *end = strchrnul(text, ';');
        char *one = text_format("FUNC %.*s", (int)(end - text), text);
        if (strspn(text, " \t\r\n") < (size_t)(end - text))
            statement(config, file, one);
        free(one);
        text = *end ? end + 1 : end;
    }
}

void wpp_config_free(struct wpp_config *config)
{
    for (size_t i = 0; i < config->function_count; i++)
        free_function(&config->functions[i]);
    free(config->functions);
    for (size_t i = 0; i < config->type_count; i++) {
        struct wpp_type *type = &config->types[i];
        free(type->name);
        free(type->item);
        free(type->macro);
        free(type->structure);
        text_list_free(&type->members);
    }
    free(config->types);
    *config = (struct wpp_config){0};
}
