/*
 * Building drivers and programs: what `ntio build` and `ntio run` share.
 */
#pragma once

#include "options.h"
#include "project.h"

/* One thing that was built, or was there already. */
struct product {
    enum project_kind kind;
    char *name;            /* of the driver or program */
    char *path;            /* absolute */
    struct text_list infs; /* of a driver: the INF files of its project, absolute */
};

struct product_list {
    struct product *items;
    size_t count;
};

/*
 * Builds inputs: each a .vcxproj, a driver (.so) or program that is built
 * already, or C files, which together make one driver or program. Products are
 * added in order; a project that another one refers to comes before it. Ends
 * the command with exit code 3 if something does not build.
 */
void build_inputs(const struct options *options, const struct text_list *inputs,
                  struct product_list *products);
/* Links the program that only shows what drivers make. */
void build_show(const struct options *options, struct product_list *products);
/* Links the kernel's process with the sanitizer that drivers are built with; its path. */
char *build_kernel(const struct options *options);
void products_free(struct product_list *products);

int command_build(int argc, char **argv);
int command_run(int argc, char **argv);
/* In serve.c. */
int command_serve(int argc, char **argv);
int command_exec(int argc, char **argv);
/* ntio pool, tree, handles: argv[0] says which. */
int command_inspect(int argc, char **argv);
int command_device(int argc, char **argv);
