/*
 * userfaultfd.
 */
#include "uffd.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include "linux.h"

#ifndef USERFAULTFD_IOC_NEW
#define USERFAULTFD_IOC_NEW _IO(0xAA, 0x00)
#endif
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

/* The device first, since its access rights are what an administrator sets. */
static int open_descriptor(int *user_only)
{
    int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
    int fd = -1;

    *user_only = 0;
    if (device >= 0) {
        fd = linux_control(device, USERFAULTFD_IOC_NEW, (void *)(long)(O_CLOEXEC | O_NONBLOCK));
        close(device);
    }
    if (fd < 0)
        fd = (int)linux_call3(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK, 0, 0);
    if (fd < 0) {
        *user_only = 1;
        fd = (int)linux_call3(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY, 0, 0);
    }
    return fd;
}

int uffd_open(hal_u64 features, int *user_only)
{
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    int fd = open_descriptor(user_only);
    int error;

    if (fd < 0)
        return fd;
    error = linux_control(fd, UFFDIO_API, &api);
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

static struct uffdio_range range(hal_u64 address, hal_u64 pages)
{
    return (struct uffdio_range){.start = address, .len = pages * HAL_PAGE_SIZE};
}

int uffd_register(int fd, hal_u64 address, hal_u64 pages, hal_u64 mode)
{
    struct uffdio_register request = {.range = range(address, pages), .mode = mode};

    return linux_control(fd, UFFDIO_REGISTER, &request);
}

int uffd_unregister(int fd, hal_u64 address, hal_u64 pages)
{
    struct uffdio_range request = range(address, pages);

    return linux_control(fd, UFFDIO_UNREGISTER, &request);
}

static int write_protect(int fd, hal_u64 address, hal_u64 pages, hal_u64 mode)
{
    struct uffdio_writeprotect request = {.range = range(address, pages), .mode = mode};
    int error;

    /* Linux refuses while an event of the descriptor is unread. */
    while ((error = linux_control(fd, UFFDIO_WRITEPROTECT, &request)) == -EAGAIN)
        hal_yield();
    return error;
}

int uffd_protect(int fd, hal_u64 address, hal_u64 pages)
{
    return write_protect(fd, address, pages, UFFDIO_WRITEPROTECT_MODE_WP);
}

int uffd_unprotect(int fd, hal_u64 address, hal_u64 pages)
{
    return write_protect(fd, address, pages, 0);
}

void uffd_wake(int fd, hal_u64 address, hal_u64 pages)
{
    struct uffdio_range request = range(address, pages);

    linux_control(fd, UFFDIO_WAKE, &request);
}

int uffd_continue(int fd, hal_u64 address, hal_u64 pages)
{
    hal_u64 end = address + pages * HAL_PAGE_SIZE;

    while (address < end) {
        struct uffdio_continue request = {.range = {address, end - address}};
        int error = linux_control(fd, UFFDIO_CONTINUE, &request);

        if (!error)
            break;
        if (request.mapped > 0) {
            address += (hal_u64)request.mapped;
        } else if (error == -EEXIST) { /* its first user was faster */
            uffd_wake(fd, address, 1);
            address += HAL_PAGE_SIZE;
        } else if (error == -EAGAIN) { /* an event is unread */
            hal_yield();
        } else {
            return error;
        }
    }
    return 0;
}

int uffd_continue_page(int fd, hal_u64 address)
{
    struct uffdio_continue request = {.range = {address, HAL_PAGE_SIZE}};

    return linux_control(fd, UFFDIO_CONTINUE, &request);
}

int uffd_zero(int fd, hal_u64 address)
{
    struct uffdio_zeropage request = {.range = range(address, 1)};

    return linux_control(fd, UFFDIO_ZEROPAGE, &request);
}
