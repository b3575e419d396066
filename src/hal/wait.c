/*
 * The one place where a thread waits.
 */
#include <linux/futex.h>
#include <sched.h>
#include <time.h>

#include "linux.h"

#define NANOSECONDS 1000000000ll

HALAPI int hal_wait(hal_u32 *word, hal_u32 expected, hal_i64 deadline)
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
    result = linux_call6(SYS_futex, (long)word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
                         (long)limit, 0, FUTEX_BITSET_MATCH_ANY);
    return result == -ETIMEDOUT ? HAL_ETIMEDOUT : HAL_OK;
}

HALAPI int hal_wake(hal_u32 *word, hal_u32 count)
{
    long result = linux_call3(SYS_futex, (long)word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
                              count > 0x7fffffff ? 0x7fffffff : (long)count);

    return result < 0 ? 0 : (int)result;
}

HALAPI void hal_yield(void)
{
    sched_yield();
}
