/*
 * Threads, errors and the end of a program as the run time has them.
 */
#include "stream.h"

#include <assert.h>
#include <malloc.h>
#include <process.h>

int *__errno_location(void);
int posix_memalign(void **memory, size_t alignment, size_t size);
size_t malloc_usable_size(void *memory);

int *_errno(void)
{
    return __errno_location();
}

errno_t _get_errno(int *value)
{
    *value = errno;
    return 0;
}

errno_t _set_errno(int value)
{
    errno = value;
    return 0;
}

char *strerror(int error)
{
    return (char *)ntio_host_error_text(error);
}

errno_t strerror_s(char *buffer, size_t size, int error)
{
    if (!buffer || !size)
        return EINVAL;
    _snprintf(buffer, size, "%s", ntio_host_error_text(error));
    buffer[size - 1] = '\0';
    return 0;
}

void perror(const char *text)
{
    int error = errno;
    if (text && *text)
        fprintf(stderr, "%s: ", text);
    fprintf(stderr, "%s\n", ntio_host_error_text(error));
}

/* ---- the end ---- */

void _assert(const char *expression, const char *file, unsigned line)
{
    fflush(stdout);
    fprintf(stderr, "Assertion failed: %s, file %s, line %u\n", expression, file, line);
    abort();
}

void _wassert(const wchar_t *expression, const wchar_t *file, unsigned line)
{
    fflush(stdout);
    fprintf(stderr, "Assertion failed: %ls, file %ls, line %u\n", expression, file, line);
    abort();
}

/* There is no command interpreter: that would be Linux', which is not what the program means. */
int system(const char *command)
{
    if (!command)
        return 0;
    fflush(stdout);
    fprintf(stderr, "ntio: system(\"%s\") is not run\n", command);
    errno = ENOENT;
    return -1;
}

/* ---- threads ---- */

uintptr_t _beginthreadex(void *security, unsigned stack_size, unsigned (*routine)(void *),
                         void *argument, unsigned flags, unsigned *id)
{
    DWORD thread_id;
    HANDLE thread = CreateThread(security, stack_size, (LPTHREAD_START_ROUTINE)routine, argument,
                                 flags, &thread_id);
    if (!thread) {
        errno = EAGAIN;
        return 0;
    }
    if (id)
        *id = thread_id;
    return (uintptr_t)thread;
}

void _endthreadex(unsigned code)
{
    ExitThread(code);
}

struct begin {
    void (*routine)(void *);
    void *argument;
    HANDLE thread;
};

/* The handle that _beginthread gave out belongs to the thread, which closes it at its end. */
static _Thread_local HANDLE own_handle;

void _endthread(void)
{
    if (own_handle)
        CloseHandle(own_handle);
    ExitThread(0);
}

static DWORD WINAPI run(LPVOID parameter)
{
    struct begin begin = *(struct begin *)parameter;
    free(parameter);
    own_handle = begin.thread;
    begin.routine(begin.argument);
    _endthread();
    return 0;
}

uintptr_t _beginthread(void (*routine)(void *), unsigned stack_size, void *argument)
{
    struct begin *begin = malloc(sizeof *begin);
    HANDLE thread = NULL;
    if (begin) {
        *begin = (struct begin){routine, argument, NULL};
        thread = CreateThread(NULL, stack_size, run, begin, CREATE_SUSPENDED, NULL);
    }
    if (!thread) {
        free(begin);
        errno = EAGAIN;
        return (uintptr_t)-1;
    }
    begin->thread = thread;
    ResumeThread(thread);
    return (uintptr_t)thread;
}

/* ---- memory that libc knows by other names ---- */

void *_aligned_malloc(size_t size, size_t alignment)
{
    void *memory = NULL;
    if (alignment < sizeof memory)
        alignment = sizeof memory;
    return posix_memalign(&memory, alignment, size) ? NULL : memory;
}

void _aligned_free(void *memory)
{
    free(memory);
}

size_t _msize(void *memory)
{
    return malloc_usable_size(memory);
}
