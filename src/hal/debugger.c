/*
 * Does somebody look on?
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

HALAPI int hal_is_traced(void)
{
    static const char field[] = "TracerPid:";
    char text[2048];
    const char *found;
    ssize_t length = -1;
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    if (file >= 0) {
        length = read(file, text, sizeof text - 1);
        close(file);
    }
    if (length < 0)
        return 0;
    text[length] = '\0';
    found = strstr(text, field);
    return found && strtoul(found + sizeof field - 1, NULL, 10) != 0;
}
