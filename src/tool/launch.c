/*
 * Drivers and programs, from what the command line names to what the environment
 * of a started process says.
 */
#include "launch.h"
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void launch_set(const char *name, const char *value)
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

bool launch_starts_drivers(const char *program)
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

const struct product *launch_program(const struct product_list *products)
{
    for (size_t i = 0; i < products->count; i++)
        if (products->items[i].kind == PROJECT_PROGRAM)
            return &products->items[i];
    return NULL;
}

void launch_build(struct launch *launch, struct options *options)
{
    *launch = (struct launch){0};
    if (!options->inputs.count)
        die(EXIT_USAGE, "%s: name a driver; ntio %s --help tells more", options->command,
            options->command);
    take_infs(&options->inputs, &launch->infs);
    build_inputs(options, &options->inputs, &launch->products);
}

void launch_set_environment(struct launch *launch, const struct options *options, bool load)
{
    char *drivers = join_drivers(&launch->products), *infs, *devices;

    if (!*drivers)
        die(EXIT_USAGE, "%s: %s is no driver: name the driver first, then -- and the program",
            options->command,
            options->inputs.count ? options->inputs.items[0] : launch->infs.items[0]);
    infs = join_infs(&launch->infs, &launch->products);
    devices = models_build(options);
    launch_set("NTIO_INFS", infs);
    launch_set("NTIO_DEVICES", devices);
    launch_set("NTIO_DRIVER_PATH", drivers);
    launch_set("NTIO_DRIVERS", load ? drivers : "");
    launch_set("NTIO_ROOT", options->root);
    launch_set("NTIO_REGISTRY", options->registry);
    launch_set("NTIO_SPECIAL_POOL", options->special_pool);
    launch_set("NTIO_TRACE", options->trace);
    free(devices);
    free(infs);
    free(drivers);
}
