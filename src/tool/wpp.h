/*
 * WPP tracing: what a project and its sources say of trace functions and types, and the headers
 * (.tmh) that are made of it.
 */
#pragma once

#include "project.h"

/* Macro parameters of a trace function that decide whether it traces, with their values. */
struct wpp_condition {
    char *name;  /* LEVEL, FLAGS, ... */
    char *value; /* given in the function's definition, or the parameter's own name */
};

struct wpp_function {
    char *name;
    struct wpp_condition *conditions;
    size_t condition_count;
    struct text_list parameters; /* all but "...", in order */
    bool has_message, has_more;  /* MSG and "..." are among them */
    bool is_wrapped;             /* called with two pairs of parentheses: f((...)) */
    size_t inner; /* parameters from here on are in parentheses of their own; 0: none are */
    char *prefix, *suffix;                         /* put around the format; may be "" */
    struct text_list prefix_values, suffix_values; /* what their conversions show */
};

/* A type for %!name!. */
struct wpp_type {
    char *name;
    char *item;               /* ItemEnum, ItemListLong, ItemHEXDump, ... */
    struct text_list members; /* in the item's parentheses */
    char *macro, *structure;  /* of DEFINE_CPLX_TYPE, else NULL */
};

struct wpp_config {
    struct wpp_function *functions;
    size_t function_count;
    struct wpp_type *types;
    size_t type_count;
};

/*
 * Adds what the text of a file configures: all of it if is_configuration (a .ini file), else the
 * parts between "begin_wpp config" and "end_wpp". A statement that is not understood is told on
 * standard error with the file's name and left out.
 */
void wpp_config_read(struct wpp_config *config, const char *file, const char *text,
                     bool is_configuration);
/* Adds functions as a project's WppTraceFunction names them: "F(LEVEL,MSG,...);G((MSG,...))". */
void wpp_config_add_functions(struct wpp_config *config, const char *file, const char *text);
void wpp_config_free(struct wpp_config *config);

/*
 * The names of the enumerators of "enum tag { ... }" or "typedef enum { ... } tag" in the text of
 * a C file. False if it is not there.
 */
bool wpp_enumerators(const char *text, const char *tag, struct text_list *names);

/*
 * Writes the header that name (a .tmh) stands for into folder. files are what the source includes,
 * itself among them.
 */
void wpp_write_header(const struct project *project, const struct source *source,
                      const struct text_list *files, const char *name, const char *folder);
