/*
 * Text out, the environment, the end, random bytes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "journal.h"
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

/* Asked once: the answer is a process's. */
static int is_journal(void)
{
    static int known; /* 1: it is, -1: it is not; atomic */
    int is = __atomic_load_n(&known, __ATOMIC_RELAXED);

    if (!is) {
        is = journal_is_stderr() ? 1 : -1;
        __atomic_store_n(&known, is, __ATOMIC_RELAXED);
    }
    return is > 0;
}

HALAPI const char *hal_priority(enum hal_priority priority)
{
    static const char *const marks[] = {
        [HAL_CRITICAL] = "<2>", [HAL_ERROR] = "<3>", [HAL_WARNING] = "<4>"};

    return is_journal() ? marks[priority] : "";
}

HALAPI void hal_print_lines(enum hal_priority priority, const char *text, hal_size bytes)
{
    const char *mark = hal_priority(priority);

    if (!*mark) {
        hal_print(text, bytes); /* in one piece */
        return;
    }
    while (bytes) {
        const char *end = memchr(text, '\n', bytes);
        hal_size line = end ? (hal_size)(end - text) + 1 : bytes;

        hal_print(mark, strlen(mark));
        hal_print(text, line);
        text += line;
        bytes -= line;
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
