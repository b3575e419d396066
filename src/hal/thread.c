/*
 * Threads: hal's own, and what hal knows of those that the program made.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

struct hal_thread {
    pthread_t id;
    void (*entry)(void *);
    void *argument;
    char name[16];
    /* The thread itself and its owner; the one that leaves last frees. */
    hal_u32 references;
};

/* A call to make when the thread ends. */
struct exit_call {
    struct exit_call *next; /* the one asked for before this one */
    void (*ended)(void *);
    void *argument;
};

static struct {
    pthread_once_t once;
    pthread_key_t
        key; /* its value is the thread's newest exit_call; lives as long as the process */
    int key_error;
} thread_system = {.once = PTHREAD_ONCE_INIT};

static _Thread_local struct {
    hal_u64 low, high; /* 0 until asked for */
} own_stack __attribute__((tls_model("initial-exec")));

static void release(struct hal_thread *thread)
{
    if (__atomic_sub_fetch(&thread->references, 1, __ATOMIC_ACQ_REL) == 0)
        hal_free(thread);
}

static void *run(void *context)
{
    struct hal_thread *thread = context;
    void (*entry)(void *) = thread->entry;
    void *argument = thread->argument;

    pthread_setname_np(pthread_self(), thread->name);
    release(thread);
    entry(argument);
    return NULL;
}

/*
 * Starts the thread with asynchronous signals blocked: those are the program's
 * and its threads', which alone expect to be interrupted.
 */
static int start(struct hal_thread *thread)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t blocked, before;
    int error;

    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    error = pthread_create(&thread->id, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return hal_error_from(-error);
}

HALAPI int hal_thread_create(struct hal_thread **thread, void (*entry)(void *), void *argument,
                             const char *name)
{
    struct hal_thread *made = hal_allocate(sizeof *made);
    int error;

    if (!made)
        return HAL_ENOMEM;
    made->entry = entry;
    made->argument = argument;
    made->references = 2;
    strncpy(made->name, name ? name : "ntio", sizeof made->name - 1);
    /* Before the thread runs, since it may want to find itself there. */
    *thread = made;
    error = start(made);
    if (error) {
        *thread = NULL;
        hal_free(made);
    }
    return error;
}

HALAPI void hal_thread_join(struct hal_thread *thread)
{
    pthread_join(thread->id, NULL);
    release(thread);
}

HALAPI void hal_thread_detach(struct hal_thread *thread)
{
    pthread_detach(thread->id);
    release(thread);
}

HALAPI hal_u32 hal_thread_id(void)
{
    return (hal_u32)gettid();
}

HALAPI hal_u32 hal_process_id(void)
{
    return (hal_u32)getpid();
}

HALAPI hal_u32 hal_user_id(void)
{
    return (hal_u32)geteuid();
}

HALAPI void hal_process_name(char *name, hal_size size)
{
    snprintf(name, size, "%s", program_invocation_short_name);
}

HALAPI void hal_thread_stack(hal_u64 *low, hal_u64 *high)
{
    pthread_attr_t attributes;
    void *base;
    size_t size;

    if (!own_stack.high && !pthread_getattr_np(pthread_self(), &attributes)) {
        pthread_attr_getstack(&attributes, &base, &size);
        pthread_attr_destroy(&attributes);
        own_stack.low = (hal_u64)base;
        own_stack.high = (hal_u64)base + size;
    }
    *low = own_stack.low;
    *high = own_stack.high;
}

static void call_ended(void *newest)
{
    struct exit_call *call = newest;

    while (call) {
        struct exit_call *next = call->next;

        call->ended(call->argument);
        free(call);
        call = next;
    }
}

static void make_key(void)
{
    thread_system.key_error = pthread_key_create(&thread_system.key, call_ended);
}

HALAPI int hal_thread_at_exit(void (*ended)(void *), void *argument)
{
    struct exit_call *call;
    int error;

    pthread_once(&thread_system.once, make_key);
    if (thread_system.key_error)
        return hal_error_from(-thread_system.key_error);
    call = malloc(sizeof *call);
    if (!call)
        return HAL_ENOMEM;
    call->ended = ended;
    call->argument = argument;
    call->next = pthread_getspecific(thread_system.key);
    error = pthread_setspecific(thread_system.key, call);
    if (error)
        free(call);
    return hal_error_from(-error);
}

HALAPI hal_u32 hal_processor_count(void)
{
    cpu_set_t allowed;
    int count;

    if (sched_getaffinity(0, sizeof allowed, &allowed))
        return 1;
    count = CPU_COUNT(&allowed);
    return count > 0 ? (hal_u32)count : 1;
}

HALAPI hal_u32 hal_processor_current(void)
{
    int processor = sched_getcpu();

    return processor < 0 ? 0 : (hal_u32)processor;
}
