/*
 * Whether standard error is systemd's journal, which takes a line's priority from a <N> before it:
 * one place for hal and for the kernel's process.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* JOURNAL_STREAM says which file the journal is: it may have been redirected since. */
static inline int journal_is_stderr(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat status;

    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           !fstat(STDERR_FILENO, &status) && status.st_dev == device && status.st_ino == inode;
}
