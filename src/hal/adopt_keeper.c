/*
 * Keeping adopted pages true.
 */
#include "adopt_keeper.h"

#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "page_set.h"
#include "uffd.h"

#define WATCHED                                                                                    \
    (UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP)
#define FEATURES                                                                                   \
    (UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM | UFFD_FEATURE_MINOR_SHMEM | \
     UFFD_FEATURE_MISSING_SHMEM | UFFD_FEATURE_EVENT_UNMAP | UFFD_FEATURE_EVENT_REMOVE |           \
     UFFD_FEATURE_EVENT_REMAP)

static struct {
    int events;             /* the userfaultfd of adopted ranges */
    int end;                /* eventfd: the reader is to end */
    hal_adoption_lost lost; /* atomic */
    struct hal_thread *reader, *helper;
    pthread_mutex_t lock; /* guards what follows; never held while waiting for one of the two */
    struct hal_segment *segments; /* those with adopted pages */
    /* Newest job first; pushed with release, taken whole with acquire. */
    struct keeper_job *jobs;
    hal_u32 pushed;               /* futex of the helper: counts jobs pushed */
    hal_u64 move_start, move_end; /* the range that gets other frames; atomic, end 0: none */
    hal_u32 round;                /* futex: odd while the reader handles messages; atomic */
} keeper = {.events = -1, .end = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

/* One for the reader while it handles messages, one for each job that tells a loss. */
hal_u32 hal_adopt_losing;

static void losing_begin(void)
{
    __atomic_fetch_add(&hal_adopt_losing, 1, __ATOMIC_SEQ_CST);
}

static void losing_end(void)
{
    /* Release: pairs with hal_adopt_settle's load. */
    if (__atomic_sub_fetch(&hal_adopt_losing, 1, __ATOMIC_RELEASE) == 0)
        hal_wake(&hal_adopt_losing, ~0u);
}

HALAPI void hal_adopt_wait_lost(void)
{
    hal_u32 losing;

    while ((losing = __atomic_load_n(&hal_adopt_losing, __ATOMIC_ACQUIRE)))
        hal_wait(&hal_adopt_losing, losing, HAL_FOREVER);
}

HALAPI void hal_adopt_on_lost(hal_adoption_lost lost)
{
    __atomic_store_n(&keeper.lost, lost, __ATOMIC_RELEASE);
}

static void tell_lost(hal_u64 address, hal_u64 pages)
{
    hal_adoption_lost lost = __atomic_load_n(&keeper.lost, __ATOMIC_ACQUIRE);

    if (lost)
        lost(address, pages);
}

/* ---- jobs -------------------------------------------------------------- */

/* By libc's names, for ThreadSanitizer to know that the address begins a new life. */
static struct keeper_job *job_make(void)
{
    void *got = mmap(NULL, sizeof(struct keeper_job), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return got == MAP_FAILED ? NULL : got;
}

static void job_free(struct keeper_job *job)
{
    munmap(job, sizeof *job);
}

static void job_push(struct keeper_job *job)
{
    job->next = __atomic_load_n(&keeper.jobs, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&keeper.jobs, &job->next, job, 1, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        ;
    __atomic_fetch_add(&keeper.pushed, 1, __ATOMIC_RELEASE);
    hal_wake(&keeper.pushed, 1);
}

/* Takes all jobs, oldest first. */
static struct keeper_job *job_take_all(void)
{
    struct keeper_job *job = __atomic_exchange_n(&keeper.jobs, NULL, __ATOMIC_ACQUIRE);
    struct keeper_job *oldest = NULL;

    while (job) {
        struct keeper_job *next = job->next;

        job->next = oldest;
        oldest = job;
        job = next;
    }
    return oldest;
}

static void job_do(struct keeper_job *job)
{
    job->work(job);
    if (job->is_waited_for) {
        __atomic_store_n(&job->done, 1, __ATOMIC_RELEASE);
        hal_wake(&job->done, 1);
        return; /* the job is gone */
    }
    if (job->lost)
        tell_lost(job->lost, job->pages);
    losing_end();
    job_free(job);
}

static void job_end(struct keeper_job *job)
{
    job->result = 1;
}

static void help(void *argument)
{
    (void)argument;
    for (;;) {
        hal_u32 pushed = __atomic_load_n(&keeper.pushed, __ATOMIC_ACQUIRE);
        struct keeper_job *job = job_take_all();

        if (!job)
            hal_wait(&keeper.pushed, pushed, HAL_FOREVER);
        while (job) {
            struct keeper_job *next = job->next;
            int is_end = job->work == job_end;

            job_do(job);
            if (is_end)
                return;
            job = next;
        }
    }
}

int keeper_ask(void (*work)(struct keeper_job *), const struct keeper_job *arguments)
{
    struct keeper_job *job = job_make();
    int result;

    if (!job)
        return HAL_ENOMEM;
    if (arguments)
        *job = *arguments;
    job->work = work;
    job->is_waited_for = 1;
    job_push(job);
    /* If this thread's own stack is being adopted, it may stand still anywhere in here. */
    while (!__atomic_load_n(&job->done, __ATOMIC_ACQUIRE))
        hal_wait(&job->done, 0, HAL_FOREVER);
    result = job->result;
    job_free(job);
    return result;
}

/* From the reader: nobody waits for the job. */
static void submit(void (*work)(struct keeper_job *), hal_u64 address, hal_u64 pages, hal_u64 lost)
{
    struct keeper_job *job;

    /* Until there is a page for it: to forget the job would be to corrupt the program. */
    while (!(job = job_make()))
        hal_yield();
    job->work = work;
    job->address = address;
    job->pages = pages;
    job->lost = lost;
    losing_begin();
    job_push(job);
}

/* ---- mappings ---------------------------------------------------------- */

int keeper_has(const struct mapping *mapping)
{
    int found = 0;

    if (!mapping->is_shared)
        return 0;
    pthread_mutex_lock(&keeper.lock);
    for (struct hal_segment *segment = keeper.segments; segment && !found; segment = segment->next)
        found = segment->inode == mapping->inode;
    pthread_mutex_unlock(&keeper.lock);
    return found;
}

/* Shrinks [*start, *end) around address to pages that are not of the set. */
static void cut_to_foreign(hal_u64 address, hal_u64 *start, hal_u64 *end)
{
    hal_u64 low = address, high = address;

    while (low > *start && !page_set_has(low - HAL_PAGE_SIZE))
        low -= HAL_PAGE_SIZE;
    while (high < *end && !page_set_has(high))
        high += HAL_PAGE_SIZE;
    *start = low;
    *end = high;
}

/*
 * Puts private zeroed memory wherever a mapping of ours shows pages that are not
 * of the set. A mapping that is not ours is what the program has put there.
 */
static void replace(struct keeper_job *job)
{
    hal_u64 address = job->address, end = address + job->pages * HAL_PAGE_SIZE;

    while (address < end) {
        struct mapping mapping;
        hal_u64 low, high;

        if (page_set_has(address) || space_find(address, &mapping) || !keeper_has(&mapping)) {
            address += HAL_PAGE_SIZE;
            continue;
        }
        low = mapping.start;
        high = mapping.end;
        cut_to_foreign(address, &low, &high);
        linux_map(low, (high - low) / HAL_PAGE_SIZE, mapping.protection,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        uffd_wake(keeper.events, low, (high - low) / HAL_PAGE_SIZE);
        address = high;
    }
    uffd_wake(keeper.events, job->address, job->pages);
}

/* A private copy of one mapping's pages, with their protection, at another address; 0 if none. */
static hal_u64 copy_private(hal_u64 address, hal_u64 pages, int protection)
{
    hal_u64 bytes = pages * HAL_PAGE_SIZE;
    long copy = linux_call6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (copy < 0 && copy > -4096)
        return 0;
    if (!(protection & PROT_READ)) /* nobody can be writing then */
        linux_protect(address, pages, PROT_READ);
    if (hal_copy_guarded((void *)copy, (const void *)address, bytes, NULL)) {
        linux_unmap((hal_u64)copy, pages);
        return 0;
    }
    linux_protect((hal_u64)copy, pages, protection);
    return (hal_u64)copy;
}

static void return_mapping(hal_u64 address, hal_u64 pages)
{
    hal_u64 bytes = pages * HAL_PAGE_SIZE;
    struct mapping mapping;
    hal_u64 copy = 0;

    if (uffd_protect(keeper.events, address, pages))
        return; /* unmapped meanwhile */
    while (!space_find(address, &mapping) && keeper_has(&mapping) && !copy)
        copy = copy_private(address, pages, mapping.protection);
    if (!copy)
        return;
    /* Out of the set first, so that what the next call tells the reader is no loss. */
    page_set_remove(address, pages);
    linux_call6(SYS_mremap, (long)copy, (long)bytes, (long)bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
                (long)address, 0);
    uffd_wake(keeper.events, address, pages);
}

void keeper_return(hal_u64 address, hal_u64 pages)
{
    hal_u64 end = address + pages * HAL_PAGE_SIZE;

    while (address < end) {
        struct mapping mapping;
        hal_u64 until = end;

        if (!space_find(address, &mapping)) {
            if (mapping.end < end)
                until = mapping.end;
            if (keeper_has(&mapping))
                return_mapping(address, (until - address) / HAL_PAGE_SIZE);
        } else {
            until = address + HAL_PAGE_SIZE;
        }
        address = until;
    }
    page_set_remove(end - pages * HAL_PAGE_SIZE, pages);
}

static void return_moved(struct keeper_job *job)
{
    keeper_return(job->address, job->pages);
}

/* Returns all pages of job->segment, of all segments if that is NULL. */
static void return_segment(struct keeper_job *job)
{
    hal_u64 address = 0, pages;

    while ((pages = page_set_find(&address, PAGE_SET_END))) {
        struct mapping mapping;
        hal_u64 end = address + pages * HAL_PAGE_SIZE;

        if (space_find(address, &mapping)) {
            address += HAL_PAGE_SIZE;
            continue;
        }
        if (mapping.end < end)
            end = mapping.end;
        if (!job->segment || mapping.inode == job->segment->inode)
            keeper_return(address, (end - address) / HAL_PAGE_SIZE);
        address = end;
    }
}

int keeper_watch(hal_u64 address, hal_u64 pages)
{
    int error;
    /*
     * The range is one mapping, just made for this; what can be short is memory
     * of Linux's own. Pages that nobody watches would be worse than waiting.
     */
    while ((error = uffd_register(keeper.events, address, pages, WATCHED)) == -ENOMEM)
        hal_yield();
    if (error)
        return error;
    uffd_continue(keeper.events, address, pages);
    return 0;
}

int keeper_protect(hal_u64 address, hal_u64 pages)
{
    return uffd_protect(keeper.events, address, pages) ? HAL_ENOENT : HAL_OK;
}

void keeper_release(hal_u64 address, hal_u64 pages)
{
    uffd_unprotect(keeper.events, address, pages);
    uffd_wake(keeper.events, address, pages);
}

void keeper_begin_move(hal_u64 address, hal_u64 pages)
{
    keeper.move_start = address;
    /* Release: whoever sees the end sees the start. */
    __atomic_store_n(&keeper.move_end, address + pages * HAL_PAGE_SIZE, __ATOMIC_RELEASE);
}

void keeper_end_move(void)
{
    hal_u32 round = __atomic_load_n(&keeper.round, __ATOMIC_ACQUIRE);

    /* The message has been read, or the mapping would not be there, but perhaps not handled. */
    while (round % 2 && __atomic_load_n(&keeper.round, __ATOMIC_ACQUIRE) == round)
        hal_wait(&keeper.round, round, HAL_FOREVER);
    __atomic_store_n(&keeper.move_end, 0, __ATOMIC_RELEASE);
}

/* ---- messages ---------------------------------------------------------- */

static void on_pagefault(const struct uffd_msg *message)
{
    hal_u64 address = message->arg.pagefault.address & ~(HAL_PAGE_SIZE - 1);
    int error;

    if (message->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
        return; /* who protects pages also wakes those that wait for them */
    if (!page_set_has(address)) {
        submit(replace, address, 1, 0);
        return;
    }
    error = uffd_continue_page(keeper.events, address);
    if (error == -EFAULT || error == -ENOENT) /* the file has nothing there */
        error = uffd_zero(keeper.events, address);
    if (error)
        uffd_wake(keeper.events, address, 1); /* it looks again, and comes back if need be */
}

static void on_unmap(hal_u64 start, hal_u64 end)
{
    hal_u64 pages;

    if (end == __atomic_load_n(&keeper.move_end, __ATOMIC_ACQUIRE) && start == keeper.move_start)
        return;
    while ((pages = page_set_find(&start, end))) {
        page_set_remove(start, pages);
        tell_lost(start, pages);
        start += pages * HAL_PAGE_SIZE;
    }
}

static void on_remove(hal_u64 start, hal_u64 end)
{
    hal_u64 pages;

    while ((pages = page_set_find(&start, end))) {
        page_set_remove(start, pages);
        submit(replace, start, pages, start);
        start += pages * HAL_PAGE_SIZE;
    }
}

static void on_remap(hal_u64 from, hal_u64 to, hal_u64 bytes)
{
    hal_u64 start = from, end = from + bytes, pages;

    while ((pages = page_set_find(&start, end))) {
        hal_u64 moved = to + (start - from);

        page_set_remove(start, pages);
        /* Without room for them they would be taken for grown ones, and zeroed. */
        while (page_set_reserve(moved, pages))
            hal_yield();
        page_set_add(moved, pages);
        submit(return_moved, moved, pages, start);
        start += pages * HAL_PAGE_SIZE;
    }
}

static void on_message(const struct uffd_msg *message)
{
    switch (message->event) {
    case UFFD_EVENT_PAGEFAULT:
        on_pagefault(message);
        break;
    case UFFD_EVENT_UNMAP:
        on_unmap(message->arg.remove.start, message->arg.remove.end);
        break;
    case UFFD_EVENT_REMOVE:
        on_remove(message->arg.remove.start, message->arg.remove.end);
        break;
    case UFFD_EVENT_REMAP:
        on_remap(message->arg.remap.from, message->arg.remap.to, message->arg.remap.len);
        break;
    }
}

static void read_messages(void *argument)
{
    struct pollfd wanted[2] = {{.fd = keeper.events, .events = POLLIN},
                               {.fd = keeper.end, .events = POLLIN}};

    (void)argument;
    for (;;) {
        struct uffd_msg message;

        poll(wanted, 2, -1);
        if (wanted[1].revents)
            return;
        /*
         * Reading lets the thread go on that has unmapped: before that the loss
         * must be seen to be under way.
         */
        losing_begin();
        /* Before a read lets a thread go on that waits for the end of the round. */
        __atomic_fetch_add(&keeper.round, 1, __ATOMIC_SEQ_CST);
        while (linux_call3(SYS_read, keeper.events, (long)&message, sizeof message) ==
               (long)sizeof message)
            on_message(&message);
        __atomic_fetch_add(&keeper.round, 1, __ATOMIC_RELEASE);
        hal_wake(&keeper.round, ~0u);
        losing_end();
    }
}

/* ---- start and stop ---------------------------------------------------- */

const char *keeper_open(void)
{
    int user_only, fd = uffd_open(FEATURES, &user_only);

    if (fd == -EINVAL)
        return "Linux is too old: its userfaultfd cannot watch shared memory";
    if (fd < 0)
        return "this process may not use userfaultfd";
    keeper.events = fd;
    keeper.end = eventfd(0, EFD_CLOEXEC);
    if (keeper.end < 0) {
        close(fd);
        keeper.events = -1;
        return "out of file descriptors";
    }
    return NULL;
}

static void end_reader(void)
{
    hal_u64 one = 1;

    linux_call3(SYS_write, keeper.end, (long)&one, sizeof one);
    hal_thread_join(keeper.reader);
    keeper.reader = NULL;
}

void keeper_close(void)
{
    if (keeper.helper) {
        keeper_ask(return_segment, NULL);
        hal_adopt_settle();
        while (keeper_ask(job_end, NULL) != 1)
            hal_yield();
        hal_thread_join(keeper.helper);
        keeper.helper = NULL;
        end_reader();
    }
    keeper.lost = NULL;
    keeper.segments = NULL;
    if (keeper.events >= 0) {
        close(keeper.events);
        close(keeper.end);
    }
    keeper.events = keeper.end = -1;
}

void keeper_forked(void)
{
    if (keeper.events >= 0) {
        close(keeper.events);
        close(keeper.end);
    }
    keeper.events = keeper.end = -1;
    keeper.reader = keeper.helper = NULL;
    keeper.lost = NULL;
    keeper.segments = NULL;
    keeper.jobs = NULL;
    pthread_mutex_init(&keeper.lock, NULL);
    keeper.round = 0;
    keeper.move_end = 0;
    __atomic_store_n(&hal_adopt_losing, 0, __ATOMIC_RELAXED);
}

/* Called with the lock held. */
static int start_threads(void)
{
    int error;

    if (keeper.helper)
        return HAL_OK;
    error = hal_thread_create(&keeper.reader, read_messages, NULL, "ntio-watch");
    if (error)
        return error;
    error = hal_thread_create(&keeper.helper, help, NULL, "ntio-help");
    if (error)
        end_reader();
    return error;
}

int keeper_prepare(struct hal_segment *segment)
{
    int error;

    /* Acquire: pairs with the store below, after which all is in place. */
    if (__atomic_load_n(&segment->has_adopted, __ATOMIC_ACQUIRE))
        return HAL_OK;
    pthread_mutex_lock(&keeper.lock);
    error = start_threads();
    if (!error && !segment->has_adopted) {
        segment->next = keeper.segments;
        keeper.segments = segment;
        __atomic_store_n(&segment->has_adopted, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&keeper.lock);
    return error;
}

void adopt_forget_segment(struct hal_segment *segment)
{
    struct keeper_job job = {.segment = segment};
    struct hal_segment **link;

    if (!segment->has_adopted || keeper.events < 0)
        return;
    while (keeper_ask(return_segment, &job))
        hal_yield();
    hal_adopt_settle();
    pthread_mutex_lock(&keeper.lock);
    for (link = &keeper.segments; *link; link = &(*link)->next) {
        if (*link == segment) {
            *link = segment->next;
            break;
        }
    }
    pthread_mutex_unlock(&keeper.lock);
}
