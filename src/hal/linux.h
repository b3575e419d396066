/*
 * hal's private side: bare system calls, and what its files share.
 *
 * Calls that work on memory which may be write-protected at that moment, or
 * that run in a signal handler, are made without libc: they touch no errno and
 * no sanitizer looks at them. All answer Linux's result, a negative error
 * number if they failed.
 */
#pragma once

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hal.h"

static inline long linux_call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long linux_call3(long number, long a, long b, long c)
{
    return linux_call6(number, a, b, c, 0, 0, 0);
}

static inline int linux_map(hal_u64 address, hal_u64 pages, int protection, int flags, int fd,
                            hal_u64 first)
{
    long result = linux_call6(SYS_mmap, (long)address, (long)(pages * HAL_PAGE_SIZE), protection,
                              flags, fd, (long)(first * HAL_PAGE_SIZE));

    return result < 0 && result > -4096 ? (int)result : 0;
}

static inline int linux_unmap(hal_u64 address, hal_u64 pages)
{
    return (int)linux_call3(SYS_munmap, (long)address, (long)(pages * HAL_PAGE_SIZE), 0);
}

static inline int linux_protect(hal_u64 address, hal_u64 pages, int protection)
{
    return (int)linux_call3(SYS_mprotect, (long)address, (long)(pages * HAL_PAGE_SIZE), protection);
}

static inline int linux_advise(hal_u64 address, hal_u64 pages, int advice)
{
    return (int)linux_call3(SYS_madvise, (long)address, (long)(pages * HAL_PAGE_SIZE), advice);
}

static inline int linux_control(int fd, unsigned long request, void *argument)
{
    return (int)linux_call3(SYS_ioctl, fd, (long)request, (long)argument);
}

/* One of enum hal_error for a negative error number of Linux. */
int hal_error_from(long result);

/* enum hal_protection to PROT_ bits. */
int hal_protection_bits(int protection);

/* ---- segment.c --------------------------------------------------------- */

struct hal_segment {
    int fd;
    hal_u64 pages;
    hal_u64 inode;            /* tells its mappings from others */
    hal_u64 direct;           /* where all of it is mapped, 0 if nowhere */
    int has_adopted;          /* it is in adopt_keeper.c's list */
    struct hal_segment *next; /* there */
};

/* Makes a segment of memory that fd is; fd stays the caller's if it fails. */
int segment_wrap(struct hal_segment **segment, int fd, hal_u64 pages);
/* Whether frames [first, first + pages) are in the segment, and some. */
int segment_has(const struct hal_segment *segment, hal_u64 first, hal_u64 pages);

/* ---- space.c ----------------------------------------------------------- */

/* A mapping of this process. */
struct mapping {
    hal_u64 start, end;
    int protection; /* PROT_ bits */
    int is_shared;
    hal_u64 inode; /* of the file behind it, 0 for anonymous memory */
};

int space_start(void);
void space_stop(void);
/* In the child of a fork. */
void space_forked(void);

/* Finds the mapping that holds address; HAL_EFAULT if there is none. Uses no heap. */
int space_find(hal_u64 address, struct mapping *mapping);

/* ---- the others -------------------------------------------------------- */

int fault_start(void);
void fault_stop(void);
void adopt_start(void);
void adopt_stop(void);
/* Nothing is adopted between the two. */
void adopt_hold(void);
void adopt_go_on(void);
/* In the child of a fork, instead of adopt_go_on: nothing here is adopted, or will be. */
void adopt_forked(void);
/* Gives the program private copies of the pages that it shares with segment. */
void adopt_forget_segment(struct hal_segment *segment);
void describe_stop(void);
/*
 * Where the return address of the function at pc is, if that function has not
 * set its frame pointer up there, as small ones never do; 0 otherwise. Slow.
 */
hal_u64 describe_return_slot(hal_u64 pc, hal_u64 sp);
void allocate_stop(void);
