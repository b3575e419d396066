/*
 * The options that the commands share, and what is left of the command line.
 */
#pragma once

#include "text.h"

struct options {
    const char *command;       /* "run" */
    const char *configuration; /* "Debug|x64" */
    const char *compiler;
    const char *sanitize;     /* NULL: none */
    const char *output;       /* folder for what is built */
    const char *root;         /* sandbox folder for \??\C:, or NULL */
    const char *registry;     /* .reg file to load, or NULL */
    const char *special_pool; /* pool tag, or NULL */
    const char *trace;        /* what WPP messages to show, as NTIO_TRACE has it, or NULL */
    const char *target;       /* name for what plain sources build, or NULL */
    const char *socket;       /* of the kernel's process, or NULL */
    const char *mode;         /* octal, who may connect to it, or NULL */
    const char *programs;     /* that are served at the same time, at most, or NULL */
    bool is_umdf;             /* plain sources of a driver are a UMDF driver's */
    bool is_served;           /* run: the kernel and the program are two processes */
    bool loads;               /* run: the drivers, though the program starts drivers itself */
    bool is_verbose, is_json;
    struct text_list devices; /* models of devices to plug in, as they were named */
    struct text_list inputs;  /* before -- */
    char **program;           /* after --, NULL-terminated, or NULL */
};

/*
 * Reads argv[1...]; argv[0] is the command. For `exec` the options end at the first input, and
 * that and what follows is the program. Ends the command with exit code 2 and a usage line on an
 * error. */
void options_read(struct options *options, int argc, char **argv, const char *usage);
void options_free(struct options *options);
