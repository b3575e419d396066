/*
 * Other processes: their memory.
 */
#include <sys/prctl.h>
#include <sys/uio.h>

#include "linux.h"

/* Linux moves part of what was asked for where a page is missing, or when it is very much. */
static int copy(long call, hal_u32 process, hal_u64 here, hal_u64 there, hal_size bytes)
{
    hal_size done = 0;

    while (done < bytes) {
        struct iovec local = {(void *)(here + done), bytes - done};
        struct iovec remote = {(void *)(there + done), bytes - done};
        long moved = linux_call6(call, process, (long)&local, 1, (long)&remote, 1, 0);

        if (moved == -ESRCH)
            return HAL_ENOENT;
        if (moved < 0)
            return hal_error_from(moved);
        if (moved == 0) /* it is ending: its memory is gone */
            return HAL_ENOENT;
        done += (hal_size)moved;
    }
    return HAL_OK;
}

HALAPI int hal_process_read(hal_u32 process, void *to, hal_u64 from, hal_size bytes)
{
    return copy(SYS_process_vm_readv, process, (hal_u64)to, from, bytes);
}

HALAPI int hal_process_write(hal_u32 process, hal_u64 to, const void *from, hal_size bytes)
{
    return copy(SYS_process_vm_writev, process, (hal_u64)from, to, bytes);
}

HALAPI void hal_process_allow(hal_u32 process)
{
    /* Linux without the Yama module has no such rule, and says EINVAL. */
    prctl(PR_SET_PTRACER, (unsigned long)process, 0, 0, 0);
}
