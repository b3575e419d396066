/*
 * Where a user's sockets are, the monitor's and the kernel's: one place for hal, which
 * listens, and for the command, which asks.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes the folder of the calling user's sockets; false if path is too small. */
static inline int monitor_folder(char *path, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int length = runtime && *runtime ? snprintf(path, size, "%s/ntio", runtime)
                                     : snprintf(path, size, "/tmp/ntio-%u", (unsigned)getuid());
    return length > 0 && (size_t)length < size;
}

/*
 * The same, and makes the folder. 0, or an errno: EACCES if it is not the user's alone,
 * since others may have been first in /tmp.
 */
static inline int monitor_make_folder(char *path, size_t size)
{
    struct stat info;

    if (!monitor_folder(path, size))
        return ENAMETOOLONG;
    if (mkdir(path, 0700) && errno != EEXIST)
        return errno;
    if (lstat(path, &info))
        return errno;
    return S_ISDIR(info.st_mode) && info.st_uid == getuid() && !(info.st_mode & 077) ? 0 : EACCES;
}

/* Writes the socket of a process. */
static inline int monitor_path(char *path, size_t size, unsigned process)
{
    char folder[96];
    int length =
        monitor_folder(folder, sizeof folder) ? snprintf(path, size, "%s/%u", folder, process) : -1;
    return length > 0 && (size_t)length < size;
}
