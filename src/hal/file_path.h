/*
 * Paths below a root: from what a driver asked for to what is on disk.
 */
#pragma once

#include <limits.h>

#include "hal.h"

/* A place below a root: a path in the spelling that is on disk, as far as it exists. */
struct file_path {
    char text[PATH_MAX]; /* "." for the root itself */
};

/*
 * Opens a path below the folder root with open()'s flags; no link leads out of
 * it. Returns the descriptor or a negative error number of Linux.
 */
int file_open_beneath(int root, const char *path, int flags, unsigned mode);

/*
 * Finds wanted below root. Without an exact match, names are compared without
 * regard to case, one folder after the other. HAL_ENOENT if the last name is
 * not there (path then says where it would be), HAL_ENOTDIR if a folder on the
 * way is not; HAL_EXDEV if ".." leads out; HAL_EINVAL if it is no relative path.
 */
int file_find(int root, const char *wanted, struct file_path *path);

/* Splits path in place at its last name: returns the name, *folder is the rest. */
const char *file_split(struct file_path *path, const char **folder);
