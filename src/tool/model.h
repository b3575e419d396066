/*
 * Models of simulated devices on the command line.
 */
#pragma once

#include "options.h"

/*
 * What NTIO_DEVICES is for the devices that --device names: each a shared object, or C source
 * that is compiled to one first, with options after a comma. A new string.
 */
char *models_build(const struct options *options);

/* The absolute path of a model, with its options; NULL if name is none. A new string. */
char *model_path(const char *name);
