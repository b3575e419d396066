/*
 * Where the built form of a driver is that a program knows as NAME.sys.
 */
#include "../host.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* 1 if the last component of path is a driver's file for name. */
static int is_driver_file(const char *path, size_t length, const char *name)
{
    size_t start = length, name_length = strlen(name);
    while (start > 0 && path[start - 1] != '/')
        start--;
    const char *base = path + start;
    size_t base_length = length - start;
    if (base_length > 3 && !strncmp(base + base_length - 3, ".so", 3))
        base_length -= 3;
    if (base_length == name_length && !strncasecmp(base, name, name_length))
        return 1;
    return base_length == name_length + 3 && !strncmp(base, "lib", 3) &&
           !strncasecmp(base + 3, name, name_length);
}

static int find_in_list(const char *list, const char *name, char *path, host_size size)
{
    while (list && *list) {
        size_t length = strcspn(list, ":");
        if (length < size && is_driver_file(list, length, name)) {
            memcpy(path, list, length);
            path[length] = '\0';
            if (!access(path, R_OK))
                return 0;
        }
        list += length + (list[length] == ':');
    }
    return -ENOENT;
}

static int find_in_folder(const char *folder, const char *name, char *path, host_size size)
{
    int result = -ENOENT;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries && result && (entry = readdir(entries))) {
        size_t length = strlen(entry->d_name);
        if (length > 3 && !strcmp(entry->d_name + length - 3, ".so") &&
            is_driver_file(entry->d_name, length, name) &&
            (host_size)snprintf(path, size, "%s/%s", folder, entry->d_name) < size)
            result = 0;
    }
    if (entries)
        closedir(entries);
    return result;
}

int ntio_host_find_driver(const char *name, char *path, host_size size)
{
    char folder[PATH_MAX];
    if (!*name)
        return -ENOENT;
    if (!find_in_list(getenv("NTIO_DRIVER_PATH"), name, path, size) ||
        (getcwd(folder, sizeof folder) && !find_in_folder(folder, name, path, size)))
        return 0;
    if (ntio_host_program_path(folder, sizeof folder))
        return -ENOENT;
    char *slash = strrchr(folder, '/');
    if (!slash)
        return -ENOENT;
    *slash = '\0';
    return find_in_folder(folder, name, path, size);
}
