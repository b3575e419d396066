#include "../host.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct start {
    void (*entry)(void *);
    void *argument;
};

static void *run(void *parameter)
{
    struct start start = *(struct start *)parameter;
    free(parameter);
    start.entry(start.argument);
    return NULL;
}

/* Linux' default is enough for any program that asks for less. */
static int set_stack(pthread_attr_t *attributes, host_size bytes)
{
    size_t usual;
    pthread_attr_getstacksize(attributes, &usual);
    bytes = (bytes + 0xffff) & ~(host_size)0xffff;
    return bytes > usual ? pthread_attr_setstacksize(attributes, bytes) : 0;
}

int ntio_host_thread_start(void (*entry)(void *), void *argument, host_size stack_bytes)
{
    pthread_attr_t attributes;
    pthread_t thread;
    struct start *start = malloc(sizeof *start);
    int error;

    if (!start)
        return -ENOMEM;
    *start = (struct start){entry, argument};
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error = set_stack(&attributes, stack_bytes);
    if (!error)
        error = pthread_create(&thread, &attributes, run, start);
    pthread_attr_destroy(&attributes);
    if (error)
        free(start);
    return -error;
}

void ntio_host_thread_exit(void)
{
    pthread_exit(NULL);
}

int ntio_host_is_exiting;

static _Thread_local int is_last; /* this thread exits the process */

void ntio_host_stay(void)
{
    while (!is_last)
        pause();
}

void ntio_host_begin_exit(void)
{
    /* Only who is first counts: nothing is published with it. */
    if (!is_last && !__atomic_exchange_n(&ntio_host_is_exiting, 1, __ATOMIC_RELAXED))
        is_last = 1;
    ntio_host_stay();
}
