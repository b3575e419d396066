/*
 * Registers and ports as user-mode drivers reach them, through the framework. A kernel-mode driver
 * uses READ_REGISTER_X and its kin; there is nothing here for it.
 */
#pragma once

#include <wdftypes.h>
