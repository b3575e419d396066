/*
 * What `ntio run`, `ntio serve` and `ntio exec` share: drivers and programs that
 * are to be started.
 */
#pragma once

#include "build.h"

/* What a command line names as drivers. */
struct launch {
    struct product_list products;
    struct text_list infs; /* those given beside the projects, absolute */
};

/* Builds the command line's inputs, of which there has to be one; INF files are taken out of them.
 */
void launch_build(struct launch *launch, struct options *options);

/*
 * Sets this process's environment for one that loads the drivers when it starts, or
 * with load false only finds them. Ends the command if there is no driver.
 */
void launch_set_environment(struct launch *launch, const struct options *options, bool load);

/* The first program, or NULL. */
const struct product *launch_program(const struct product_list *products);

/*
 * A program that starts drivers itself, through the service manager, would find
 * them running; it gets them to start instead.
 */
bool launch_starts_drivers(const char *program);

/* Sets a variable unless value is NULL. */
void launch_set(const char *name, const char *value);
