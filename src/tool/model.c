#include "model.h"
#include "toolchain.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The file's name, a new string; *rest is what follows it: a comma and options, or nothing. */
static char *split(const char *name, const char **rest)
{
    const char *comma = strchr(name, ',');

    *rest = comma ? comma : "";
    return text_copy(name, comma ? (size_t)(comma - name) : strlen(name));
}

char *model_path(const char *name)
{
    const char *rest;
    char *file = split(name, &rest), *path = NULL, *whole = NULL;

    if (path_has_ending(file, "so"))
        path = realpath(file, NULL);
    if (path)
        whole = text_format("%s%s", path, rest);
    free(path);
    free(file);
    return whole;
}

/* A model is ordinary Linux C: no filter, and none of the driver kit's headers. */
static char *compile(const struct options *options, const char *source)
{
    struct toolchain toolchain;
    struct text_list command = {0};
    char *stem = path_stem(source);
    /* A driver may be called the same. */
    char *output = text_format("%s/%s.device.so", options->output, stem);

    path_make_folder(options->output);
    toolchain_open(&toolchain, options->compiler, options->sanitize);
    text_list_add(&command, toolchain.compiler);
    text_list_add_words(&command, "-shared -fPIC -g -O2 -Wall -pthread");
    /* Beside the driver kit's headers, or installed, one up. */
    text_list_add_new(&command, text_format("-I%s/..", toolchain.headers));
    text_list_add_new(&command, text_format("-I%s/../..", toolchain.headers));
    toolchain_add_instrumentation(&toolchain, &command);
    text_list_add(&command, "-o");
    text_list_add(&command, output);
    text_list_add(&command, source);
    if (process_run(&command, options->is_verbose))
        die(EXIT_BUILD, "the device model %s does not compile", source);
    text_list_free(&command);
    toolchain_close(&toolchain);
    free(stem);
    return output;
}

static char *build(const struct options *options, const char *name)
{
    const char *rest;
    char *file = split(name, &rest), *built, *whole;

    if (path_has_ending(file, "c")) {
        built = compile(options, file);
        whole = text_format("%s%s", built, rest);
        free(built);
        built = model_path(whole);
        free(whole);
    } else {
        built = model_path(name);
    }
    if (!built)
        die(EXIT_BUILD, "--device %s: there is no such model; it is a .so, or C source", name);
    if (strchr(built, ':'))
        die(EXIT_USAGE, "--device %s: a colon in its path or options cannot be passed on", name);
    free(file);
    return built;
}

char *models_build(const struct options *options)
{
    char *joined = text_copy("", 0);

    for (size_t i = 0; i < options->devices.count; i++) {
        char *one = build(options, options->devices.items[i]);
        char *longer = text_format("%s%s%s", joined, *joined ? ":" : "", one);

        free(one);
        free(joined);
        joined = longer;
    }
    return joined;
}
