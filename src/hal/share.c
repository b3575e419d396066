/*
 * Memory that another process maps too: segments that come and go through a
 * channel, and windows to them.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "linux.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define SEALS_AGAINST_WRITING (F_SEAL_WRITE | 0x10 /* F_SEAL_FUTURE_WRITE */)

HALAPI int hal_segment_seal(struct hal_segment *segment)
{
    return fcntl(segment->fd, F_ADD_SEALS, SEALS) ? hal_error_from(-errno) : HAL_OK;
}

HALAPI int hal_segment_descriptor(const struct hal_segment *segment)
{
    return segment->fd;
}

/*
 * The seals come first: Linux answers for them itself, where a foreign file
 * system could make us wait for the other calls. Huge pages are memory too, but
 * a mapping of them covers more than was asked for.
 */
static int is_sealed_memory(int descriptor, hal_u64 pages)
{
    struct statfs system;
    struct stat status;
    int seals = fcntl(descriptor, F_GET_SEALS);

    return seals >= 0 && (seals & SEALS) == SEALS && !(seals & SEALS_AGAINST_WRITING) &&
           (fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDWR && !fstatfs(descriptor, &system) &&
           system.f_type == TMPFS_MAGIC && !fstat(descriptor, &status) &&
           (hal_u64)status.st_size % HAL_PAGE_SIZE == 0 &&
           (hal_u64)status.st_size / HAL_PAGE_SIZE == pages;
}

HALAPI int hal_segment_import(struct hal_segment **segment, int descriptor, hal_u64 pages)
{
    if (!pages || !is_sealed_memory(descriptor, pages))
        return HAL_EINVAL;
    return segment_wrap(segment, descriptor, pages);
}

/* By libc's names, for a sanitizer to know that the addresses begin a new life. */
static int share(void **address, int descriptor, hal_u64 first, hal_u64 pages, int protection)
{
    void *got = mmap(NULL, pages * HAL_PAGE_SIZE, protection, MAP_SHARED, descriptor,
                     (off_t)(first * HAL_PAGE_SIZE));

    if (got == MAP_FAILED)
        return hal_error_from(-errno);
    madvise(got, pages * HAL_PAGE_SIZE, MADV_DONTFORK);
    *address = got;
    return HAL_OK;
}

HALAPI int hal_share(void **address, struct hal_segment *segment, hal_u64 first, hal_u64 pages)
{
    if (!segment_has(segment, first, pages))
        return HAL_EINVAL;
    return share(address, segment->fd, first, pages, PROT_READ | PROT_WRITE);
}

HALAPI int hal_share_descriptor(void **address, int descriptor, hal_u64 pages, int is_writable)
{
    return share(address, descriptor, 0, pages, is_writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

HALAPI int hal_segment_read_only(const struct hal_segment *segment, int *descriptor)
{
    char path[32];
    int got;

    snprintf(path, sizeof path, "/proc/self/fd/%d", segment->fd);
    got = open(path, O_RDONLY | O_CLOEXEC);
    if (got < 0)
        return hal_error_from(-errno);
    *descriptor = got;
    return HAL_OK;
}

HALAPI void hal_unshare(void *address, hal_u64 pages)
{
    munmap(address, pages * HAL_PAGE_SIZE);
}

HALAPI int hal_window_open(hal_u64 address, struct hal_segment *segment, hal_u64 first,
                           hal_u64 pages, int protection)
{
    if (!segment_has(segment, first, pages))
        return HAL_EINVAL;
    return hal_error_from(linux_map(address, pages, hal_protection_bits(protection),
                                    MAP_SHARED | MAP_FIXED_NOREPLACE, segment->fd, first));
}

HALAPI int hal_window_close(hal_u64 address, hal_u64 pages)
{
    hal_u64 bytes = pages * HAL_PAGE_SIZE;

    if (address < HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE && address + bytes > HAL_SYSTEM_BASE)
        return HAL_EINVAL;
    return hal_error_from(linux_unmap(address, pages));
}
