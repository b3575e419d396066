/*
 * The kernel as a process of its own, and programs that join it.
 */
#pragma once

#include "options.h"

/*
 * `ntio run --served`: starts a kernel for this one program (the environment says
 * with which drivers), runs the program, ends the kernel. Its exit code, or the
 * kernel's if that failed. arguments[0] is the program's path.
 */
int serve_program(const struct options *options, char **arguments);
