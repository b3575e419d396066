/*
 * Page adoption: from private pages to shared frames, with no write lost.
 *
 * A run of pages is write-protected, copied to its frames, and the frames are
 * mapped in the place of the pages; then those are woken that tried to write
 * meanwhile. Between protecting and waking, nothing here may touch the heap or
 * anything else of the program's, whose lock may be held by a thread that waits
 * for us.
 */
#include <link.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "adopt_keeper.h"
#include "page_set.h"
#include "uffd.h"

/* What hal leaves to the program of the mappings that Linux lets a process have. */
#define MAPPINGS_LEFT 8192
/* An adoption splits a mapping in three; a run of pages may lie in several. */
#define MAPPINGS_PER_ADOPTION 4
#define REFUSALS_PER_COUNT 1024
/* The caller's frames are around its stack pointer, wherever its stack may be. */
#define STACK_AROUND (64 * 1024)

static struct {
    const char *why_not; /* NULL if pages can be adopted */
    int protector;       /* the userfaultfd of pages that are being adopted; it has no events */
    int user_only;       /* see uffd_open */
    /* Adoptions before mappings are counted again; below 0, refusals since. Atomic, relaxed. */
    hal_i64 budget;
    pthread_mutex_t lock; /* held by one adopter at a time, or by fork */
} adopt_system = {.protector = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* ---- how many mappings there are --------------------------------------- */

static hal_i64 mapping_limit(void)
{
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    long long limit = 0;

    if (!file)
        return 65530;
    if (fscanf(file, "%lld", &limit) != 1)
        limit = 65530;
    fclose(file);
    return limit;
}

static hal_i64 count_mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "re");
    hal_i64 count = 0;
    int letter;

    if (!file)
        return 0;
    while ((letter = getc_unlocked(file)) != EOF)
        count += letter == '\n';
    fclose(file);
    return count;
}

/*
 * Every adopted range is a mapping, and when a process has as many as it may
 * have, its malloc fails: before that, no more pages are adopted. Counting is
 * slow, so it is done when as many adoptions have been made as could use them up.
 */
static int take_budget(void)
{
    hal_i64 left = __atomic_sub_fetch(&adopt_system.budget, 1, __ATOMIC_RELAXED);

    if (left >= 0)
        return HAL_OK;
    if (left != -1 && left > -REFUSALS_PER_COUNT)
        return HAL_EOPNOTSUPP;
    left = (mapping_limit() - MAPPINGS_LEFT - count_mappings()) / MAPPINGS_PER_ADOPTION;
    if (left < 0)
        left = 0;
    __atomic_store_n(&adopt_system.budget, left > 0 ? left - 1 : -1, __ATOMIC_RELAXED);
    return left > 0 ? HAL_OK : HAL_EOPNOTSUPP;
}

/* ---- adoption ---------------------------------------------------------- */

/* What may be adopted; of each mapping, before anything is changed. */
static int check_mapping(const struct mapping *mapping, const struct hal_segment *segment,
                         int for_write)
{
    int wanted = for_write ? PROT_READ | PROT_WRITE : PROT_READ;

    if ((mapping->protection & wanted) != wanted)
        return HAL_EFAULT;
    if (mapping->is_shared)
        return mapping->inode != segment->inode && keeper_has(mapping) ? HAL_OK : HAL_EOPNOTSUPP;
    /* userfaultfd cannot protect pages of files; pages that nobody writes need none. */
    if (mapping->inode && mapping->protection & PROT_WRITE)
        return HAL_EOPNOTSUPP;
    /* Code stays where debuggers and profilers know it. */
    if (mapping->protection & PROT_EXEC && !(mapping->protection & PROT_WRITE))
        return HAL_EOPNOTSUPP;
    return HAL_OK;
}

static int check_range(hal_u64 address, hal_u64 end, const struct hal_segment *segment,
                       int for_write)
{
    int result = HAL_OK;

    while (address < end) {
        struct mapping mapping;
        int error = space_find(address, &mapping);

        if (!error)
            error = check_mapping(&mapping, segment, for_write);
        if (error == HAL_EOPNOTSUPP)
            result = error; /* but a later page may yet be no memory at all */
        else if (error)
            return error;
        address = mapping.end;
    }
    return result;
}

static int write_frames(struct hal_segment *segment, hal_u64 first, hal_u64 address, hal_u64 pages)
{
    hal_u64 done = 0, bytes = pages * HAL_PAGE_SIZE;

    while (done < bytes) {
        long written =
            linux_call6(SYS_pwrite64, segment->fd, (long)(address + done), (long)(bytes - done),
                        (long)(first * HAL_PAGE_SIZE + done), 0, 0);

        if (written == -EINTR)
            continue;
        if (written == -EFBIG) /* a new limit of this process: it can still do with copies */
            return HAL_EOPNOTSUPP;
        if (written <= 0)
            return written == -ENOSPC || !written ? HAL_ENOMEM : hal_error_from(written);
        done += (hal_u64)written;
    }
    return HAL_OK;
}

static int protect(hal_u64 address, hal_u64 pages)
{
    int error = linux_advise(address, pages, MADV_POPULATE_WRITE);

    if (error == -EINVAL)
        return HAL_EOPNOTSUPP; /* memory of a device */
    if (error)
        return error == -ENOMEM ? HAL_EFAULT : hal_error_from(error);
    if (uffd_register(adopt_system.protector, address, pages, UFFDIO_REGISTER_MODE_WP))
        return HAL_EOPNOTSUPP;
    error = uffd_protect(adopt_system.protector, address, pages);
    if (error)
        uffd_unregister(adopt_system.protector, address, pages);
    return hal_error_from(error);
}

/*
 * Where system calls cannot be held up, an adopted page must not be swapped out:
 * read() into it would fail. It is locked by its other address, since the
 * program could not discard a page that is locked by its own.
 */
static int lock_frames(struct hal_segment *segment, hal_u64 first, hal_u64 pages)
{
    if (!adopt_system.user_only)
        return HAL_OK;
    if (!segment->direct || linux_call3(SYS_mlock, (long)(segment->direct + first * HAL_PAGE_SIZE),
                                        (long)(pages * HAL_PAGE_SIZE), 0))
        return HAL_EOPNOTSUPP;
    return HAL_OK;
}

/* Maps the frames where the pages are, or other frames. */
static int show_frames(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                       int protection)
{
    int error = lock_frames(segment, first, pages), is_move;

    if (error)
        return error;
    is_move = page_set_has(address);
    if (is_move)
        keeper_begin_move(address, pages);
    page_set_add(address, pages);
    error = linux_map(address, pages, protection, MAP_SHARED | MAP_FIXED, segment->fd, first);
    if (is_move)
        keeper_end_move();
    if (error) {
        if (!is_move)
            page_set_remove(address, pages);
        return error == -ENOMEM ? HAL_EOPNOTSUPP : hal_error_from(error);
    }
    linux_advise(address, pages, MADV_DONTFORK);
    if (keeper_watch(address, pages)) {
        page_set_remove(address, pages);
        return HAL_ENOENT;
    }
    return HAL_OK;
}

/* Adopts pages of one mapping. */
static int adopt_run(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                     int protection)
{
    int is_writable = !!(protection & PROT_WRITE);
    int error = is_writable ? protect(address, pages) : HAL_OK;

    if (error)
        return error;
    error = write_frames(segment, first, address, pages);
    if (!error)
        error = show_frames(address, pages, segment, first, protection);
    if (error && is_writable)
        uffd_unregister(adopt_system.protector, address, pages);
    if (is_writable)
        uffd_wake(adopt_system.protector, address, pages);
    return error;
}

/* Pages of one mapping that show other frames, which they keep if it fails. */
static int move_run(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                    int protection)
{
    int error = keeper_protect(address, pages);

    if (error)
        return error;
    error = write_frames(segment, first, address, pages);
    if (!error)
        error = show_frames(address, pages, segment, first, protection);
    keeper_release(address, pages);
    return error;
}

/*
 * The main thread's stack grows below its lowest page as long as that is part
 * of the stack's own mapping: if it is to be adopted, have the stack grow first.
 */
static void keep_stack_growing(hal_u64 address)
{
    hal_u64 low, high;

    if (hal_thread_id() != hal_process_id())
        return;
    hal_thread_stack(&low, &high);
    if (address > low && address < high)
        hal_touch_read(address - HAL_PAGE_SIZE);
}

static void adopt_range(struct keeper_job *job)
{
    hal_u64 address = job->address, end = address + job->pages * HAL_PAGE_SIZE;

    while (address < end) {
        struct mapping mapping;
        hal_u64 until = end;
        int error = space_find(address, &mapping);

        if (!error && mapping.end < end)
            until = mapping.end;
        if (!error)
            error = (mapping.is_shared ? move_run : adopt_run)(
                address, (until - address) / HAL_PAGE_SIZE, job->segment,
                job->first + (address - job->address) / HAL_PAGE_SIZE, mapping.protection);
        if (error) {
            keeper_return(job->address, job->pages);
            job->result = error;
            return;
        }
        address = until;
    }
    job->result = HAL_OK;
}

static int is_own_stack(hal_u64 address, hal_u64 end)
{
    hal_u64 here = (hal_u64)__builtin_frame_address(0), low, high;

    if (address < here + STACK_AROUND && end > here - STACK_AROUND)
        return 1;
    hal_thread_stack(&low, &high);
    return address < high && end > low;
}

/* Where system calls cannot be held up, a page that Linux itself writes at any time must stay. */
static int holds_thread_block(hal_u64 address, hal_u64 end)
{
    hal_u64 block = (hal_u64)__builtin_thread_pointer();

    return address < block + HAL_PAGE_SIZE && end > block - HAL_PAGE_SIZE;
}

/*
 * A thread that protected its own stack would wait for itself: the helper does
 * it. Signals wait meanwhile, since Linux would put them on the protected stack.
 */
static int adopt_own_stack(const struct keeper_job *job)
{
    sigset_t all, before;
    int error;

    if (adopt_system.user_only &&
        holds_thread_block(job->address, job->address + job->pages * HAL_PAGE_SIZE))
        return HAL_EOPNOTSUPP;
    keep_stack_growing(job->address);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    error = keeper_ask(adopt_range, job);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void return_range(struct keeper_job *job)
{
    keeper_return(job->address, job->pages);
}

/* Nothing of the range is to be shared, what was before neither. */
static int give_up(const struct keeper_job *job, int error)
{
    hal_u64 address = job->address, end = address + job->pages * HAL_PAGE_SIZE;
    struct keeper_job back = *job;

    if (!page_set_find(&address, end))
        return error;
    if (!is_own_stack(job->address, end))
        return_range(&back);
    else
        while (keeper_ask(return_range, job) == HAL_ENOMEM)
            hal_yield();
    return error;
}

static int adopt(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                 int for_write)
{
    struct keeper_job job = {
        .address = address, .pages = pages, .segment = segment, .first = first};
    hal_u64 end = address + pages * HAL_PAGE_SIZE;
    int error;

    if (!pages || address % HAL_PAGE_SIZE || first > segment->pages ||
        pages > segment->pages - first)
        return HAL_EINVAL;
    if (end <= address || end > PAGE_SET_END)
        return HAL_EFAULT;
    error = check_range(address, end, segment, for_write);
    if (!error && adopt_system.why_not)
        error = HAL_EOPNOTSUPP;
    if (!error)
        error = take_budget();
    if (!error)
        error = keeper_prepare(segment);
    if (!error)
        error = page_set_reserve(address, pages);
    if (error)
        return give_up(&job, error);
    if (is_own_stack(address, end))
        return adopt_own_stack(&job);
    adopt_range(&job);
    return job.result;
}

HALAPI int hal_adopt(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                     int for_write)
{
    int error;

    adopt_hold();
    error = adopt(address, pages, segment, first, for_write);
    adopt_go_on();
    return error;
}

void adopt_hold(void)
{
    pthread_mutex_lock(&adopt_system.lock);
}

void adopt_go_on(void)
{
    pthread_mutex_unlock(&adopt_system.lock);
}

void adopt_forked(void)
{
    keeper_forked();
    if (adopt_system.protector >= 0)
        close(adopt_system.protector);
    adopt_system.protector = -1;
    adopt_system.why_not = "this process is a fork of one that shares pages";
    page_set_stop();
    pthread_mutex_init(&adopt_system.lock, NULL);
}

HALAPI int hal_adopt_available(const char **why)
{
    if (adopt_system.why_not && why)
        *why = adopt_system.why_not;
    return !adopt_system.why_not;
}

/* ---- images ------------------------------------------------------------ */

struct image_search {
    hal_u64 address; /* in the object that is looked for */
    int result;
};

/* Makes the writable file mapping at address anonymous; the addresses never stop being mapped. */
static int relay_mapping(hal_u64 address, hal_u64 end, int protection)
{
    hal_u64 bytes = end - address;
    long copy = linux_call6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long moved;

    if (copy < 0 && copy > -4096)
        return HAL_ENOMEM;
    hal_copy_guarded((void *)copy, (const void *)address, bytes, NULL);
    linux_protect((hal_u64)copy, bytes / HAL_PAGE_SIZE, protection);
    moved = linux_call6(SYS_mremap, copy, (long)bytes, (long)bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
                        (long)address, 0);
    if (moved < 0 && moved > -4096) {
        linux_unmap((hal_u64)copy, bytes / HAL_PAGE_SIZE);
        return HAL_ENOMEM;
    }
    return HAL_OK;
}

static int relay_segment(hal_u64 address, hal_u64 end)
{
    while (address < end) {
        struct mapping mapping;
        int error = space_find(address, &mapping);
        hal_u64 until = mapping.end < end ? mapping.end : end;

        if (error)
            return error;
        /* What RELRO has made read-only stays: nobody writes there. */
        if (mapping.inode && !mapping.is_shared && mapping.protection & PROT_WRITE)
            error = relay_mapping(address, until, mapping.protection);
        if (error)
            return error;
        address = until;
    }
    return HAL_OK;
}

static int holds(const struct dl_phdr_info *info, hal_u64 address)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_LOAD &&
            address - (info->dlpi_addr + header->p_vaddr) < header->p_memsz)
            return 1;
    }
    return 0;
}

static int relay_object(struct dl_phdr_info *info, size_t size, void *context)
{
    struct image_search *search = context;

    (void)size;
    if (!holds(info, search->address))
        return 0;
    search->result = HAL_OK;
    for (int i = 0; i < info->dlpi_phnum && !search->result; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        hal_u64 start = info->dlpi_addr + header->p_vaddr;
        hal_u64 end = start + header->p_memsz;

        if (header->p_type == PT_LOAD && header->p_flags & PF_W)
            search->result = relay_segment(start & ~(HAL_PAGE_SIZE - 1),
                                           (end + HAL_PAGE_SIZE - 1) & ~(HAL_PAGE_SIZE - 1));
    }
    return 1;
}

HALAPI int hal_adopt_prepare_image(const void *address)
{
    struct image_search search = {.address = (hal_u64)address, .result = HAL_ENOENT};

    if (adopt_system.why_not)
        return HAL_OK; /* its pages will never be adopted */
    dl_iterate_phdr(relay_object, &search);
    return search.result;
}

/* ---- start and stop ---------------------------------------------------- */

/* Frames are written by their file: false if that may not be as large. */
static int may_write_frames(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 1;
    limit.rlim_cur = limit.rlim_max;
    return !setrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_max == RLIM_INFINITY;
}

void adopt_start(void)
{
    const char *forbidden = getenv("NTIO_NO_ADOPTION");

    adopt_system.budget = 0;
    if (forbidden && *forbidden && *forbidden != '0') {
        adopt_system.why_not = "NTIO_NO_ADOPTION is set";
        return;
    }
    adopt_system.why_not = may_write_frames()
                               ? keeper_open()
                               : "the limit of file sizes is too low (ulimit -f unlimited)";
    if (adopt_system.why_not)
        return;
    adopt_system.protector = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP, &adopt_system.user_only);
    if (adopt_system.protector < 0) {
        keeper_close();
        adopt_system.why_not = "out of file descriptors";
    }
}

void adopt_stop(void)
{
    keeper_close();
    if (adopt_system.protector >= 0)
        close(adopt_system.protector);
    adopt_system.protector = -1;
    adopt_system.why_not = "hal does not run";
    page_set_stop();
}
