/*
 * Text out, the environment, the end, random bytes.
 */
#include <stdlib.h>
#include <sys/random.h>

#include "linux.h"

HALAPI void hal_print(const char *text, hal_size bytes)
{
    while (bytes) {
        long written = linux_call3(SYS_write, STDERR_FILENO, (long)text, (long)bytes);

        if (written == -EINTR || written == -EAGAIN)
            continue;
        if (written <= 0)
            return;
        text += written;
        bytes -= (hal_size)written;
    }
}

HALAPI const char *hal_environment(const char *name)
{
    return getenv(name);
}

HALAPI void hal_exit(int code)
{
    _exit(code);
}

HALAPI void hal_random(void *buffer, hal_size bytes)
{
    unsigned char *next = buffer;

    while (bytes) {
        ssize_t got = getrandom(next, bytes, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort(); /* bytes that are not random would be worse than none */
        next += got;
        bytes -= (hal_size)got;
    }
}
