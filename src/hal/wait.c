/*
 * The one place where a thread waits. Words that several processes map are
 * looked up by their memory rather than by their address, which costs more.
 */
#include <linux/futex.h>
#include <sched.h>
#include <time.h>

#include "linux.h"

#define NANOSECONDS 1000000000ll

/* scope is FUTEX_PRIVATE_FLAG, or 0 for a word of several processes. */
static int wait_for(hal_u32 *word, hal_u32 expected, hal_i64 deadline, int scope)
{
    struct timespec until;
    struct timespec *limit = NULL;
    long result;

    if (deadline != HAL_FOREVER) {
        if (deadline < 0)
            deadline = 0;
        until.tv_sec = deadline / NANOSECONDS;
        until.tv_nsec = deadline % NANOSECONDS;
        limit = &until;
    }
    /* WAIT_BITSET, since its time is a point on the monotonic clock, not a span. */
    result = linux_call6(SYS_futex, (long)word, FUTEX_WAIT_BITSET | scope, expected, (long)limit, 0,
                         FUTEX_BITSET_MATCH_ANY);
    return result == -ETIMEDOUT ? HAL_ETIMEDOUT : HAL_OK;
}

static int wake(hal_u32 *word, hal_u32 count, int scope)
{
    long result = linux_call3(SYS_futex, (long)word, FUTEX_WAKE | scope,
                              count > 0x7fffffff ? 0x7fffffff : (long)count);

    return result < 0 ? 0 : (int)result;
}

HALAPI int hal_wait(hal_u32 *word, hal_u32 expected, hal_i64 deadline)
{
    return wait_for(word, expected, deadline, FUTEX_PRIVATE_FLAG);
}

HALAPI int hal_wake(hal_u32 *word, hal_u32 count)
{
    return wake(word, count, FUTEX_PRIVATE_FLAG);
}

HALAPI int hal_wait_shared(hal_u32 *word, hal_u32 expected, hal_i64 deadline)
{
    return wait_for(word, expected, deadline, 0);
}

HALAPI int hal_wake_shared(hal_u32 *word, hal_u32 count)
{
    return wake(word, count, 0);
}

HALAPI void hal_yield(void)
{
    sched_yield();
}
