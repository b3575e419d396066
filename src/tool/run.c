#include "launch.h"
#include "serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The one after --, or among the drivers, or the one that shows what drivers make. */
static const struct product *choose_program(const struct options *options, struct launch *launch,
                                            struct product_list *programs)
{
    struct text_list inputs = {0};
    const struct product *program;

    if (options->program) {
        text_list_add(&inputs, options->program[0]);
        build_inputs(options, &inputs, programs);
        text_list_free(&inputs);
    }
    program = launch_program(options->program ? programs : &launch->products);
    if (!program && options->program)
        die(EXIT_USAGE, "run: %s is no program, but a driver: name it before --",
            options->program[0]);
    if (!program && options->is_served)
        die(EXIT_USAGE, "run --served: name a program after --");
    if (!program) {
        build_show(options, programs);
        program = launch_program(programs);
    }
    return program;
}

int command_run(int argc, char **argv)
{
    struct options options;
    struct launch launch;
    struct product_list programs = {0};

    options_read(&options, argc, argv, "run [OPTION...] DRIVER... [-- PROGRAM ARG...]");
    launch_build(&launch, &options);
    const struct product *program = choose_program(&options, &launch, &programs);
    launch_set_environment(&launch, &options,
                           options.loads || !launch_starts_drivers(program->path));
    fflush(NULL);
    char *path = program->path;
    char *only[] = {path, NULL};
    char **arguments = options.program ? options.program : only;
    arguments[0] = path;
    /* Like the other way, this one ends without giving back what it has. */
    if (options.is_served)
        _exit(serve_program(&options, arguments));
    execv(path, arguments);
    die(EXIT_BUILD, "%s cannot be run: %s", path, strerror(errno));
}
