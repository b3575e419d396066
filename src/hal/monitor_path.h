/*
 * Where the monitor's sockets are: one place for hal, which listens, and for the
 * command, which asks.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Writes the folder of the calling user's sockets; false if path is too small. */
static inline int monitor_folder(char *path, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int length = runtime && *runtime ? snprintf(path, size, "%s/ntio", runtime)
                                     : snprintf(path, size, "/tmp/ntio-%u", (unsigned)getuid());
    return length > 0 && (size_t)length < size;
}

/* Writes the socket of a process. */
static inline int monitor_path(char *path, size_t size, unsigned process)
{
    char folder[96];
    int length = monitor_folder(folder, sizeof folder)
                     ? snprintf(path, size, "%s/%u", folder, process)
                     : -1;
    return length > 0 && (size_t)length < size;
}
