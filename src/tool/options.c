#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum long_option {
    OPTION_CC = 256,
    OPTION_SANITIZE,
    OPTION_ROOT,
    OPTION_REGISTRY,
    OPTION_SPECIAL,
    OPTION_NAME,
    OPTION_JSON,
    OPTION_TRACE,
    OPTION_SOCKET,
    OPTION_MODE,
    OPTION_PROGRAMS,
    OPTION_SERVED,
    OPTION_LOAD,
    OPTION_UMDF,
    OPTION_DEVICE
};

static const struct option long_options[] = {
    {"configuration", required_argument, NULL, 'c'},
    {"output", required_argument, NULL, 'o'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"cc", required_argument, NULL, OPTION_CC},
    {"sanitize", required_argument, NULL, OPTION_SANITIZE},
    {"root", required_argument, NULL, OPTION_ROOT},
    {"registry", required_argument, NULL, OPTION_REGISTRY},
    {"special-pool", required_argument, NULL, OPTION_SPECIAL},
    {"name", required_argument, NULL, OPTION_NAME},
    {"json", no_argument, NULL, OPTION_JSON},
    {"trace", optional_argument, NULL, OPTION_TRACE},
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"programs", required_argument, NULL, OPTION_PROGRAMS},
    {"served", no_argument, NULL, OPTION_SERVED},
    {"load", no_argument, NULL, OPTION_LOAD},
    {"umdf", no_argument, NULL, OPTION_UMDF},
    {"device", required_argument, NULL, OPTION_DEVICE},
    {0},
};

/* The commands that take one of the options that not all do. */
struct restriction {
    int option;
    const char *name, *commands;
};
static const struct restriction restrictions[] = {
    {OPTION_SOCKET, "--socket", "serve exec"},
    {OPTION_MODE, "--mode", "serve"},
    {OPTION_PROGRAMS, "--programs", "serve"},
    {OPTION_SERVED, "--served", "run"},
    {OPTION_UMDF, "--umdf", "build run serve"},
    {OPTION_DEVICE, "--device", "run serve"},
    {OPTION_LOAD, "--load", "run"},
};

static const char help[] =
    "  -o, --output DIR           put what is built into DIR (default: ntio-build)\n"
    "  -c, --configuration C|P    of the project files (default: Debug|x64)\n"
    "      --cc COMPILER          gcc (default) or clang\n"
    "      --sanitize LIST        build with -fsanitize=LIST: address, undefined, thread\n"
    "      --name NAME            what plain sources build is called NAME\n"
    "      --umdf                 plain sources of a driver are a UMDF driver's\n"
    "      --device MODEL[,OPTS]  plug a simulated device in: a .so, or C source of one\n"
    "      --root DIR             drivers see DIR as C:\\\n"
    "      --registry FILE        load a .reg file into the registry first\n"
    "      --special-pool TAG     guard pages around allocations with TAG, * for all\n"
    "      --trace[=LEVEL[:FLAG,...]]  show drivers' WPP messages: error, warning,\n"
    "                             information, verbose (default); with these flags only\n"
    "      --served               run: the kernel and the program are two processes\n"
    "      --load                 run: load the drivers even for a program that would start\n"
    "                             them itself\n"
    "      --socket PATH          serve, exec: where the kernel listens (default: NTIO_SERVER,\n"
    "                             or the user's own)\n"
    "      --mode MODE            serve: who may connect, as permission bits (default: 0600)\n"
    "      --programs N           serve: how many at the same time, at most (default: 10000)\n"
    "      --json                 results as JSON on standard output\n"
    "  -v, --verbose              show the compiler's command lines\n";

static void check_command(int option, const char *command)
{
    for (size_t i = 0; i < sizeof restrictions / sizeof *restrictions; i++)
        if (restrictions[i].option == option && !strstr(restrictions[i].commands, command))
            die(EXIT_USAGE, "%s: %s is an option of: %s", command, restrictions[i].name,
                restrictions[i].commands);
}

static void take(struct options *o, int option, const char *usage)
{
    check_command(option, o->command);
    switch (option) {
    case 'c':
        o->configuration = optarg;
        break;
    case 'o':
        o->output = optarg;
        break;
    case 'v':
        o->is_verbose = true;
        break;
    case OPTION_CC:
        o->compiler = optarg;
        break;
    case OPTION_SANITIZE:
        o->sanitize = optarg;
        break;
    case OPTION_ROOT:
        o->root = optarg;
        break;
    case OPTION_REGISTRY:
        o->registry = optarg;
        break;
    case OPTION_SPECIAL:
        o->special_pool = optarg;
        break;
    case OPTION_NAME:
        o->target = optarg;
        break;
    case OPTION_TRACE:
        o->trace = optarg ? optarg : "verbose";
        break;
    case OPTION_SOCKET:
        o->socket = optarg;
        break;
    case OPTION_MODE:
        o->mode = optarg;
        break;
    case OPTION_PROGRAMS:
        o->programs = optarg;
        break;
    case OPTION_SERVED:
        o->is_served = true;
        break;
    case OPTION_LOAD:
        o->loads = true;
        break;
    case OPTION_UMDF:
        o->is_umdf = true;
        break;
    case OPTION_DEVICE:
        text_list_add(&o->devices, optarg);
        break;
    case OPTION_JSON:
        o->is_json = true;
        break;
    case 'h':
        printf("usage: ntio %s\n\n%s", usage, help);
        exit(0);
    default:
        fprintf(stderr, "usage: ntio %s\n", usage);
        exit(EXIT_USAGE);
    }
}

void options_read(struct options *o, int argc, char **argv, const char *usage)
{
    bool is_exec = !strcmp(argv[0], "exec");
    int before = argc, option;

    *o = (struct options){.command = argv[0],
                          .configuration = "Debug|x64",
                          .compiler = "gcc",
                          .output = "ntio-build"};
    for (int i = 1; i < argc && before == argc && !is_exec; i++)
        if (!strcmp(argv[i], "--"))
            before = i;
    if (before < argc && before + 1 < argc)
        o->program = argv + before + 1;
    optind = 1;
    while ((option = getopt_long(before, argv, is_exec ? "+c:o:vh" : "c:o:vh", long_options,
                                 NULL)) != -1)
        take(o, option, usage);
    if (is_exec && optind < argc) {
        o->program = argv + optind;
        text_list_add(&o->inputs, argv[optind]);
        return;
    }
    for (int i = optind; i < before; i++)
        text_list_add(&o->inputs, argv[i]);
}

void options_free(struct options *o)
{
    text_list_free(&o->inputs);
    text_list_free(&o->devices);
}
