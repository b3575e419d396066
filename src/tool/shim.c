#include "toolchain.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shim {
    const struct text_list *folders;
    const char *output;
    struct included *included;
};

static void read_includes(struct shim *shim, const char *path);

/* The name in an #include line as a new string, or NULL; *is_quoted for "...". */
static char *included_name(const char *line, bool *is_quoted)
{
    while (isspace((unsigned char)*line))
        line++;
    if (*line++ != '#')
        return NULL;
    while (isspace((unsigned char)*line))
        line++;
    if (strncmp(line, "include", 7))
        return NULL;
    line += 7;
    while (isspace((unsigned char)*line))
        line++;
    *is_quoted = *line == '"';
    const char *close =
        *line == '"' || *line == '<' ? strchr(line + 1, *is_quoted ? '"' : '>') : NULL;
    return close ? text_copy(line + 1, (size_t)(close - line) - 1) : NULL;
}

/*
 * Forwards the spelling to the file. A header of the kits is forwarded by its
 * right name, since it may itself ask for the next one of that name.
 */
static void forward(struct shim *shim, const char *spelling, const char *target, bool is_kit)
{
    char *path = text_format("%s/%s", shim->output, spelling);
    char *whole = realpath(target, NULL), *folder = path_folder(path);
    path_make_folder(folder);
    FILE *out = fopen(path, "w");
    if (!out)
        die(EXIT_BUILD, "%s cannot be written: %s", path, strerror(errno));
    if (is_kit)
        fprintf(out, "#include <%s>\n", path_base(target));
    else
        fprintf(out, "#include \"%s\"\n", whole ? whole : target);
    fclose(out);
    free(folder);
    free(whole);
    free(path);
}

static bool is_plain(const char *folder, const char *name)
{
    char *path = text_format("%s/%s", folder, name);
    bool there = !access(path, F_OK);
    free(path);
    return there;
}

static void resolve(struct shim *shim, const char *from, const char *name, bool is_quoted)
{
    size_t kits = shim->folders->count >= 3 ? shim->folders->count - 3 : 0;

    for (size_t i = is_quoted ? 0 : 1; i <= shim->folders->count; i++) {
        const char *folder = i ? shim->folders->items[i - 1] : from;
        bool plain = is_plain(folder, name);
        char *found = plain ? NULL : path_find(folder, name);
        bool is_kit = i > kits;
        if (plain && !is_kit) {
            char *path = text_format("%s/%s", folder, name);
            read_includes(shim, path);
            free(path);
        }
        if (found) {
            forward(shim, name, found, is_kit);
            if (!is_kit)
                read_includes(shim, found);
        }
        free(found);
        if (plain || found)
            return;
    }
    if (!text_list_has(&shim->included->missing, name))
        text_list_add(&shim->included->missing, name);
}

static void read_includes(struct shim *shim, const char *path)
{
    char *line = NULL, *folder;
    size_t size = 0;
    FILE *file;
    char *real = realpath(path, NULL);

    if (!real || text_list_has(&shim->included->files, real) || !(file = fopen(real, "r"))) {
        free(real);
        return;
    }
    text_list_add(&shim->included->files, real);
    folder = path_folder(real);
    while (getline(&line, &size, file) >= 0) {
        bool is_quoted;
        char *name = included_name(line, &is_quoted);
        if (name)
            resolve(shim, folder, name, is_quoted);
        free(name);
    }
    fclose(file);
    free(line);
    free(folder);
    free(real);
}

void shim_includes(const struct source *source, const struct text_list *folders,
                   const char *shim_folder, struct included *included)
{
    struct shim shim = {.folders = folders, .output = shim_folder, .included = included};
    *included = (struct included){0};
    read_includes(&shim, source->path);
}
