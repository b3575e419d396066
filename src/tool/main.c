/*
 * The ntio command: builds Windows driver projects for Linux and runs them.
 */
#include "build.h"
#include "config.h"

#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"build", command_build, "build a driver or program from its .vcxproj or C files"},
    {"run", command_run, "build, load drivers, run a program against them"},
    {"serve", command_serve, "load drivers into a kernel that is a process of its own"},
    {"exec", command_exec, "run a program against that kernel"},
    {"pool", command_inspect, "what a running program's drivers have allocated"},
    {"tree", command_inspect, "its devices, and the names in its object manager"},
    {"handles", command_inspect, "its open handles"},
    {"device", command_device, "add, remove, eject, put to sleep, wake its devices"},
};

static void usage(FILE *out)
{
    fputs("usage: ntio COMMAND [OPTION...] [ARGUMENT...]\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\nntio COMMAND --help tells a command's options.\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("ntio " NTIO_VERSION);
        return 0;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
        usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "ntio: there is no command '%s'\n", argv[1]);
    usage(stderr);
    return EXIT_USAGE;
}
