/*
 * userfaultfd, as adoption uses it. All take whole pages and answer 0 or a
 * negative error number of Linux.
 */
#pragma once

#include "hal.h"

/*
 * Opens a descriptor with exactly these UFFD_FEATURE_ bits. *user_only tells
 * that Linux lets this process hold up its own accesses but not those that a
 * system call makes for it: such a call fails instead of waiting.
 */
int uffd_open(hal_u64 features, int *user_only);

int uffd_register(int fd, hal_u64 address, hal_u64 pages, hal_u64 mode);
int uffd_unregister(int fd, hal_u64 address, hal_u64 pages);

/* Makes writers of present pages wait. */
int uffd_protect(int fd, hal_u64 address, hal_u64 pages);
/* Lets them go on, once they are woken. */
int uffd_unprotect(int fd, hal_u64 address, hal_u64 pages);

/* Lets everybody who waits for these pages look again. */
void uffd_wake(int fd, hal_u64 address, hal_u64 pages);

/* Maps what the file has at these pages, which are registered with MODE_MINOR. */
int uffd_continue(int fd, hal_u64 address, hal_u64 pages);
/* The same for one page, without waiting: -EAGAIN while an event is unread. */
int uffd_continue_page(int fd, hal_u64 address);

/* Maps a zeroed page. */
int uffd_zero(int fd, hal_u64 address);
