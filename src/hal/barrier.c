/*
 * A memory barrier on all threads of the process at once.
 */
#include <linux/membarrier.h>

#include "linux.h"

/* ThreadSanitizer does not know of it, and would call all that relies on it a race. */
#if defined(__SANITIZE_THREAD__)
#define IS_WATCHED 1
#elif defined(__has_feature)
#define IS_WATCHED __has_feature(thread_sanitizer)
#else
#define IS_WATCHED 0
#endif

static int command(int number)
{
    return (int)linux_call3(SYS_membarrier, number, 0, 0);
}

HALAPI int hal_barrier(void)
{
    int result;

    if (IS_WATCHED)
        return HAL_ENOSYS;
    result = command(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    /* A process announces itself once; the first call finds that it has not. */
    if (result == -EPERM) {
        command(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
        result = command(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    }
    return result < 0 ? HAL_ENOSYS : HAL_OK;
}
