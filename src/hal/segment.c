/*
 * Segments: physical memory as anonymous files.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "linux.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif

static int open_memory(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? -errno : fd;
}

int segment_wrap(struct hal_segment **segment, int fd, hal_u64 pages)
{
    struct hal_segment *made;
    struct stat status;

    if (fstat(fd, &status))
        return hal_error_from(-errno);
    made = hal_allocate(sizeof *made);
    if (!made)
        return HAL_ENOMEM;
    made->fd = fd;
    made->pages = pages;
    made->inode = status.st_ino;
    *segment = made;
    return HAL_OK;
}

int segment_has(const struct hal_segment *segment, hal_u64 first, hal_u64 pages)
{
    return pages && first <= segment->pages && pages <= segment->pages - first;
}

HALAPI int hal_segment_create(struct hal_segment **segment, hal_u64 pages, const char *name)
{
    int fd, error;

    if (!pages || pages > (1ull << 40) / HAL_PAGE_SIZE)
        return HAL_EINVAL;
    fd = open_memory(name);
    if (fd < 0)
        return hal_error_from(fd);
    error = ftruncate(fd, (off_t)(pages * HAL_PAGE_SIZE)) ? hal_error_from(-errno)
                                                          : segment_wrap(segment, fd, pages);
    if (error)
        close(fd);
    return error;
}

HALAPI void hal_segment_destroy(struct hal_segment *segment)
{
    if (!segment)
        return;
    adopt_forget_segment(segment);
    close(segment->fd);
    hal_free(segment);
}

HALAPI int hal_segment_discard(struct hal_segment *segment, hal_u64 first, hal_u64 pages)
{
    if (first > segment->pages || pages > segment->pages - first)
        return HAL_EINVAL;
    if (!pages)
        return HAL_OK;
    if (segment->has_adopted && segment->direct) /* adoption may have locked them */
        munlock((void *)(segment->direct + first * HAL_PAGE_SIZE), pages * HAL_PAGE_SIZE);
    if (fallocate(segment->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)(first * HAL_PAGE_SIZE), (off_t)(pages * HAL_PAGE_SIZE)))
        return hal_error_from(-errno);
    return HAL_OK;
}
