/*
 * fork(), as a program calls it: the child has all of its parent's memory.
 *
 * Adopted pages are shared, and a child must not write to its parent's, so Linux
 * leaves them out of it; among them may be the very stack that fork returns on. So
 * they are copied first, and libc's fork is called on another stack, where the
 * child puts the copies in their place. What a driver is doing to the parent's
 * pages at that moment happens there alone.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include "adopt_keeper.h"
#include "page_set.h"

#define STACK_PAGES 64u

/* Adopted pages in one mapping. */
struct run {
    hal_u64 address, pages;
    void *copy; /* NULL: nobody may read them */
    int protection;
};

/* One fork, in memory of its own, with the copies and the stack that it happens on. */
struct forking {
    ucontext_t caller, here;
    hal_u64 bytes; /* of that memory */
    hal_u64 count; /* of runs */
    pid_t child;
    int error;
    struct run runs[];
};

static struct {
    void (*forked)(void);
    struct forking *current; /* while adoption is held up */
} forks;

/* ---- copies ------------------------------------------------------------------- */

/* Writes the runs there are, if runs is not NULL; returns how many, *pages in all. */
static hal_u64 find_runs(struct run *runs, hal_u64 *pages)
{
    hal_u64 address = 0, count = 0, length;

    *pages = 0;
    while ((length = page_set_find(&address, PAGE_SET_END))) {
        hal_u64 end = address + length * HAL_PAGE_SIZE;
        struct mapping mapping;

        if (space_find(address, &mapping)) {
            address += HAL_PAGE_SIZE;
            continue;
        }
        if (mapping.end < end)
            end = mapping.end;
        length = (end - address) / HAL_PAGE_SIZE;
        if (runs)
            runs[count] = (struct run){address, length, NULL, mapping.protection};
        count++;
        *pages += length;
        address = end;
    }
    return count;
}

static struct forking *make_forking(void)
{
    hal_u64 pages, count = find_runs(NULL, &pages);
    hal_u64 head = (sizeof(struct forking) + count * sizeof(struct run) + HAL_PAGE_SIZE - 1) &
                   ~(HAL_PAGE_SIZE - 1);
    hal_u64 bytes = head + (STACK_PAGES + pages) * HAL_PAGE_SIZE;
    unsigned char *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct forking *forking = (struct forking *)memory;

    if (memory == MAP_FAILED)
        return NULL;
    forking->bytes = bytes;
    getcontext(&forking->here);
    forking->here.uc_link = &forking->caller;
    forking->here.uc_stack.ss_sp = memory + head;
    forking->here.uc_stack.ss_size = STACK_PAGES * HAL_PAGE_SIZE;
    /* Nothing is adopted any more, but pages may have been given up since. */
    forking->count = find_runs(forking->runs, &pages);
    return forking;
}

static void copy_runs(struct forking *forking)
{
    unsigned char *next =
        (unsigned char *)forking->here.uc_stack.ss_sp + forking->here.uc_stack.ss_size;

    for (struct run *run = forking->runs; run < forking->runs + forking->count; run++) {
        hal_u64 bytes = run->pages * HAL_PAGE_SIZE;

        if (!hal_copy_guarded(next, (const void *)run->address, bytes, NULL))
            run->copy = next;
        next += bytes;
    }
}

static void place_copies(const struct forking *forking)
{
    const struct run *run;

    for (run = forking->runs; run < forking->runs + forking->count; run++) {
        hal_u64 bytes = run->pages * HAL_PAGE_SIZE;

        if (!run->copy)
            continue;
        linux_protect((hal_u64)run->copy, run->pages, run->protection);
        linux_call6(SYS_mremap, (long)run->copy, (long)bytes, (long)bytes,
                    MREMAP_MAYMOVE | MREMAP_FIXED, (long)run->address, 0);
    }
}

/* ---- fork ---------------------------------------------------------------------- */

static pid_t libc_fork(void)
{
    pid_t (*next)(void);

    *(void **)&next = dlsym(RTLD_NEXT, "fork");
    return next();
}

/* On its own stack: from here on nobody writes to the caller's. */
static void fork_apart(void)
{
    struct forking *forking = forks.current;

    copy_runs(forking);
    forking->child = libc_fork();
    forking->error = errno;
    if (!forking->child)
        place_copies(forking);
}

/* Linux and libc write to a thread's block in the child before anything can be put in its place. */
static int shares_thread_block(void)
{
    hal_u64 block = (hal_u64)__builtin_thread_pointer() & ~(HAL_PAGE_SIZE - 1);

    return page_set_has(block) || page_set_has(block - HAL_PAGE_SIZE) ||
           page_set_has(block + HAL_PAGE_SIZE);
}

static pid_t refuse(void)
{
    static const char why[] =
        "ntio: fork: this thread's own block is in a page that drivers share: it is refused\n";

    hal_print(why, sizeof why - 1);
    errno = EAGAIN;
    return -1;
}

/* Signals wait, since their handlers would find the wrong stack. Adoption is held up. */
static pid_t fork_with_copies(void)
{
    struct forking *forking = make_forking();
    sigset_t all, before;
    pid_t child;
    int error;

    if (!forking) {
        errno = ENOMEM;
        return -1;
    }
    forks.current = forking;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    makecontext(&forking->here, fork_apart, 0);
    swapcontext(&forking->caller, &forking->here);
    sigprocmask(SIG_SETMASK, &before, NULL);
    child = forking->child;
    error = forking->error;
    munmap(forking, forking->bytes);
    errno = error;
    return child;
}

pid_t fork(void)
{
    hal_u64 address = 0;
    pid_t child;

    adopt_hold();
    if (!page_set_find(&address, PAGE_SET_END))
        child = libc_fork();
    else
        child = shares_thread_block() ? refuse() : fork_with_copies();
    if (child)
        adopt_go_on();
    else
        adopt_forked();
    return child;
}

static void forked(void)
{
    space_forked();
    if (forks.forked)
        forks.forked();
}

HALAPI int hal_on_fork(void (*callback)(void))
{
    forks.forked = callback;
    return hal_error_from(-pthread_atfork(NULL, NULL, forked));
}
