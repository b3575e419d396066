/*
 * The program of `ntio run DRIVER...` without one: the environment's drivers
 * are loaded when it starts; it shows what they made, and unloads them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../include/ntio/ntio.h"

static void print(void *context, const char *line)
{
    (void)context;
    puts(line);
}

/* The driver's name is its file's without ".so", as when it was loaded. */
static int unload(char *path)
{
    char *slash = strrchr(path, '/');
    char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > 3 && !strcmp(name + length - 3, ".so"))
        name[length - 3] = '\0';
    int status = ntio_unload_driver(name);
    if (status >= 0)
        printf("%s is unloaded\n", name);
    else
        printf("%s cannot be unloaded (0x%08X): does it have a DriverUnload?\n", name,
               (unsigned)status);
    return status < 0;
}

int main(void)
{
    const char *list = getenv("NTIO_DRIVERS");
    char *paths = _strdup(list ? list : ""), *rest = NULL;
    int failed = 0;
    if (!paths)
        return EXIT_FAILURE;
    ntio_list_drivers(print, NULL);
    for (char *path = strtok_s(paths, ":", &rest); path; path = strtok_s(NULL, ":", &rest))
        failed |= unload(path);
    free(paths);
    return failed;
}
