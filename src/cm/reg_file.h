/*
 * What reading and writing .reg files have in common.
 */
#pragma once

#include "cm_private.h"

/* A key that a .reg file knows by another name than the registry. */
struct cm_hive_name {
    UNICODE_STRING file, registry; /* registry: without the leading "\Registry\" */
};
extern const struct cm_hive_name cm_hive_names[4];

/* A file by its path, in whatever folder. The root is to be closed after the file. */
NTSTATUS cm_open_file(PCSTR path, int how, struct hal_root **root, struct hal_file **file);
