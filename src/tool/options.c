#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum long_option { OPTION_CC = 256, OPTION_SANITIZE, OPTION_ROOT, OPTION_REGISTRY, OPTION_SPECIAL,
                   OPTION_NAME, OPTION_JSON, OPTION_TRACE };

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
    {0},
};

static const char help[] =
    "  -o, --output DIR           put what is built into DIR (default: ntio-build)\n"
    "  -c, --configuration C|P    of the project files (default: Debug|x64)\n"
    "      --cc COMPILER          gcc (default) or clang\n"
    "      --sanitize LIST        build with -fsanitize=LIST: address, undefined, thread\n"
    "      --name NAME            what plain sources build is called NAME\n"
    "      --root DIR             drivers see DIR as C:\\\n"
    "      --registry FILE        load a .reg file into the registry first\n"
    "      --special-pool TAG     guard pages around allocations with TAG, * for all\n"
    "      --trace[=LEVEL[:FLAG,...]]  show drivers' WPP messages: error, warning,\n"
    "                             information, verbose (default); with these flags only\n"
    "      --json                 results as JSON on standard output\n"
    "  -v, --verbose              show the compiler's command lines\n";

static void take(struct options *o, int option, const char *usage)
{
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
    int before = argc, option;

    *o = (struct options){
        .configuration = "Debug|x64", .compiler = "gcc", .output = "ntio-build"};
    for (int i = 1; i < argc && before == argc; i++)
        if (!strcmp(argv[i], "--"))
            before = i;
    if (before < argc && before + 1 < argc)
        o->program = argv + before + 1;
    optind = 1;
    while ((option = getopt_long(before, argv, "c:o:vh", long_options, NULL)) != -1)
        take(o, option, usage);
    for (int i = optind; i < before; i++)
        text_list_add(&o->inputs, argv[i]);
}

void options_free(struct options *o)
{
    text_list_free(&o->inputs);
}
