#include "text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

void die(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    fputs("ntio: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(code);
}

char *text_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        die(EXIT_BUILD, "out of memory");
    return text;
}

char *text_copy(const char *text, size_t length)
{
    return text_format("%.*s", (int)length, text);
}

void text_list_add_new(struct text_list *list, char *text)
{
    char **grown = realloc(list->items, (list->count + 2) * sizeof *grown);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    grown[list->count++] = text;
    grown[list->count] = NULL;
    list->items = grown;
}

void text_list_add(struct text_list *list, const char *text)
{
    text_list_add_new(list, text_copy(text, strlen(text)));
}

void text_list_add_all(struct text_list *list, const struct text_list *more)
{
    for (size_t i = 0; i < more->count; i++)
        text_list_add(list, more->items[i]);
}

bool text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->items[i], text))
            return true;
    return false;
}

void text_list_free(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){0};
}

void text_list_add_split(struct text_list *list, const char *text, char separator)
{
    while (*text) {
        const char *end = strchrnul(text, separator), *from = text, *to = end;
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (to > from && isspace((unsigned char)to[-1]))
            to--;
        if (to > from)
            text_list_add_new(list, text_copy(from, (size_t)(to - from)));
        text = *end ? end + 1 : end;
    }
}

void text_list_add_words(struct text_list *list, const char *words)
{
    text_list_add_split(list, words, ' ');
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_folder(const char *path)
{
    size_t length = (size_t)(path_base(path) - path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length ? text_copy(path, length) : text_copy(".", 1);
}

char *path_stem(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    return text_copy(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

bool path_has_ending(const char *path, const char *ending)
{
    const char *dot = strrchr(path_base(path), '.');
    return dot && !strcasecmp(dot + 1, ending);
}

/* The name in folder that matches one component, by case first and without it then. */
static char *find_component(const char *folder, const char *name)
{
    char *exact = text_format("%s/%s", folder, name), *found = NULL;
    if (!access(exact, F_OK))
        return exact;
    free(exact);
    DIR *dir = opendir(folder);
    if (!dir)
        return NULL;
    for (struct dirent *entry; !found && (entry = readdir(dir));)
        if (!strcasecmp(entry->d_name, name))
            found = text_format("%s/%s", folder, entry->d_name);
    closedir(dir);
    return found;
}

char *path_find(const char *folder, const char *path)
{
    char *copy = text_copy(path, strlen(path)), *found, *rest = NULL;
    for (char *c = copy; *c; c++)
        if (*c == '\\')
            *c = '/';
    found = *copy == '/' ? text_copy("/", 1) : text_copy(folder, strlen(folder));
    for (char *part = strtok_r(copy, "/", &rest); part && found;
         part = strtok_r(NULL, "/", &rest)) {
        char *next = find_component(found, part);
        free(found);
        found = next;
    }
    free(copy);
    return found;
}

void path_make_folder(const char *path)
{
    char *copy = text_copy(path, strlen(path));
    size_t length = strlen(path);

    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i])
            continue;
        copy[i] = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST)
            die(EXIT_BUILD, "the folder %s cannot be made: %s", copy, strerror(errno));
        copy[i] = path[i];
    }
    free(copy);
}
