#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void set(const char *name, const char *value)
{
    if (value && setenv(name, value, 1))
        die(EXIT_BUILD, "out of memory");
}

/* The drivers' paths with colons between them. */
static char *join_drivers(const struct product_list *products)
{
    char *joined = text_copy("", 0);
    for (size_t i = 0; i < products->count; i++) {
        if (products->items[i].kind != PROJECT_DRIVER)
            continue;
        char *longer = text_format("%s%s%s", joined, *joined ? ":" : "", products->items[i].path);
        free(joined);
        joined = longer;
    }
    return joined;
}

static bool is_inf(const char *path)
{
    return path_has_ending(path, "inf") || path_has_ending(path, "inx");
}

/* Moves the INF files among the inputs to infs. */
static void take_infs(struct text_list *inputs, struct text_list *infs)
{
    size_t kept = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        char *real = is_inf(inputs->items[i]) ? realpath(inputs->items[i], NULL) : NULL;
        if (is_inf(inputs->items[i]) && !real)
            die(EXIT_BUILD, "%s: there is no such file", inputs->items[i]);
        if (!real) {
            inputs->items[kept++] = inputs->items[i];
            continue;
        }
        text_list_add_new(infs, real);
        free(inputs->items[i]);
    }
    inputs->count = kept;
}

/* The INF files that were given and those of the drivers' projects, each once, likewise joined. */
static char *join_infs(struct text_list *infs, const struct product_list *products)
{
    char *joined = text_copy("", 0);
    for (size_t i = 0; i < products->count; i++)
        for (size_t j = 0; j < products->items[i].infs.count; j++)
            if (!text_list_has(infs, products->items[i].infs.items[j]))
                text_list_add(infs, products->items[i].infs.items[j]);
    for (size_t i = 0; i < infs->count; i++) {
        char *longer = text_format("%s%s%s", joined, *joined ? ":" : "", infs->items[i]);
        free(joined);
        joined = longer;
    }
    return joined;
}

/*
 * A program that starts drivers itself, through the service manager, would find
 * them running; it gets them to start instead.
 */
static bool starts_drivers_itself(const char *program)
{
    char *command = text_format("nm -D --undefined-only '%s' 2>/dev/null", program), line[512];
    bool found = false;
    FILE *names = popen(command, "r");
    while (names && fgets(line, sizeof line, names))
        found |= strstr(line, " StartServiceA") || strstr(line, " StartServiceW");
    if (names)
        pclose(names);
    free(command);
    return found;
}

static const struct product *find_program(const struct product_list *products)
{
    for (size_t i = 0; i < products->count; i++)
        if (products->items[i].kind == PROJECT_PROGRAM)
            return &products->items[i];
    return NULL;
}

static void set_environment(const struct options *options, const char *drivers, bool load)
{
    set("NTIO_DRIVER_PATH", drivers);
    set("NTIO_DRIVERS", load ? drivers : "");
    set("NTIO_ROOT", options->root);
    set("NTIO_REGISTRY", options->registry);
    set("NTIO_SPECIAL_POOL", options->special_pool);
    set("NTIO_TRACE", options->trace);
}

int command_run(int argc, char **argv)
{
    struct options options;
    struct product_list drivers = {0}, programs = {0};
    struct text_list program_inputs = {0}, infs = {0};

    options_read(&options, argc, argv, "run [OPTION...] DRIVER... [-- PROGRAM ARG...]");
    if (!options.inputs.count)
        die(EXIT_USAGE, "run: name a driver; ntio run --help tells more");
    take_infs(&options.inputs, &infs);
    build_inputs(&options, &options.inputs, &drivers);
    if (options.program) {
        text_list_add(&program_inputs, options.program[0]);
        build_inputs(&options, &program_inputs, &programs);
    }
    const struct product *program = find_program(options.program ? &programs : &drivers);
    if (!program && options.program)
        die(EXIT_USAGE, "run: %s is no program, but a driver: name it before --",
            options.program[0]);
    if (!program) {
        build_show(&options, &programs);
        program = find_program(&programs);
    }
    char *joined = join_drivers(&drivers);
    if (!*joined) {
        free(joined);
        die(EXIT_USAGE, "run: %s is no driver: name the driver first, then -- and the program",
            options.inputs.count ? options.inputs.items[0] : infs.items[0]);
    }
    set("NTIO_INFS", join_infs(&infs, &drivers));
    set_environment(&options, joined, !starts_drivers_itself(program->path));
    fflush(NULL);
    char *path = program->path;
    char *only[] = {path, NULL};
    char **arguments = options.program ? options.program : only;
    arguments[0] = path;
    execv(path, arguments);
    die(EXIT_BUILD, "%s cannot be run: %s", path, strerror(errno));
}
