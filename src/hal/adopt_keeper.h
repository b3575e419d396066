/*
 * Keeping adopted pages true: what happens to them after their adoption.
 *
 * Two threads, made with the first adoption. The reader reads userfaultfd's
 * messages and never waits for anything else: a thread that unmaps adopted
 * memory stands still until its message is read. What itself changes mappings,
 * and so waits for the reader, is done by the helper.
 *
 * Adopted ranges are registered so that every access to a page without a page
 * table entry stops there:
 * - A page of the set whose frame was swapped out is mapped again.
 * - Any other is no page of ours any more. That happens after madvise
 *   (MADV_DONTNEED), which tells the reader before it takes the entries away;
 *   and in the pages by which mremap has made an adopted mapping larger, which
 *   would show the frames that follow in the segment. Nobody gets to see either:
 *   the helper puts private zeroed memory there before the thread goes on.
 */
#pragma once

#include "linux.h"

/* One piece of work for the helper. It lives in a page of its own: heap and stacks may stand still.
 */
struct keeper_job {
    struct keeper_job *next;
    void (*work)(struct keeper_job *job);
    hal_u64 address, pages;
    hal_u64 lost; /* tell that the pages have left this address; 0: nothing to tell */
    /* For an adoption: */
    struct hal_segment *segment;
    hal_u64 first;
    int result;
    int is_waited_for; /* else the helper frees the job */
    hal_u32 done;      /* futex: 1 when result is there; release, for the thread that waits */
};

/* Opens the descriptor for events. Returns 0 or why it cannot be (a constant text). */
const char *keeper_open(void);
void keeper_close(void);
/* In the child of a fork, where the threads are not. */
void keeper_forked(void);

/* Starts the two threads if they do not run, and makes segment known. */
int keeper_prepare(struct hal_segment *segment);

/* Registers freshly mapped pages of the set, and maps all of them. */
int keeper_watch(hal_u64 address, hal_u64 pages);

/* Whether the mapping shows frames of a segment that is known. */
int keeper_has(const struct mapping *mapping);

/*
 * Nobody writes to adopted pages, of one mapping, until keeper_release, or they are unmapped.
 * HAL_ENOENT: they are already.
 */
int keeper_protect(hal_u64 address, hal_u64 pages);
void keeper_release(hal_u64 address, hal_u64 pages);

/*
 * Between the two a new mapping over all of this range, and no more, is no loss of what was
 * there. One range at a time, and not on the reader.
 */
void keeper_begin_move(hal_u64 address, hal_u64 pages);
void keeper_end_move(void);

/* Puts a private copy in the place of adopted pages; no write gets lost. */
void keeper_return(hal_u64 address, hal_u64 pages);

/* Has the helper do work and waits for it. Returns the result or HAL_ENOMEM. */
int keeper_ask(void (*work)(struct keeper_job *), const struct keeper_job *arguments);
