/*
 * Strings and lists of strings for the command. Running out of memory ends it
 * with a message: a build tool has nothing better to do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text_list {
    char **items;
    size_t count;
};

/* A new string, printf-like. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_copy(const char *text, size_t length);

/* Adds a copy of text; text_list_add_new takes text over. */
void text_list_add(struct text_list *list, const char *text);
void text_list_add_new(struct text_list *list, char *text);
void text_list_add_all(struct text_list *list, const struct text_list *more);
bool text_list_has(const struct text_list *list, const char *text);
void text_list_free(struct text_list *list);

/* Adds the parts of text between separators, blanks around them cut off, empty ones left out. */
void text_list_add_split(struct text_list *list, const char *text, char separator);

/* Adds the words between blanks. */
void text_list_add_words(struct text_list *list, const char *words);

/* The last part of a path; the path without it ("." if there is nothing before it). */
const char *path_base(const char *path);
char *path_folder(const char *path);
/* The base without its ending. */
char *path_stem(const char *path);
bool path_has_ending(const char *path, const char *ending);
/* Makes the folder, and those above it, where they are not there; ends the command if it cannot. */
void path_make_folder(const char *path);

/*
 * Finds the file that a Windows source means by path, relative to folder:
 * backslashes separate, and case does not matter when nothing matches exactly.
 * A new string, or NULL if there is no such file.
 */
char *path_find(const char *folder, const char *path);

/* Ends the command with a message and an exit code of docs/ntio.1.md. */
enum exit_code { EXIT_USAGE = 2, EXIT_BUILD = 3, EXIT_LOAD = 4, EXIT_BUGCHECK = 16 };
void die(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
