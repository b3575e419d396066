/*
 * The room itself: what is set up once, in which order.
 */
#include "linux.h"

/* Whether hal runs; changed by hal_start and hal_stop, of which only one runs at a time. */
static int started;

HALAPI int hal_start(void)
{
    int error;

    if (started)
        return HAL_EBUSY;
    error = space_start();
    if (error)
        return error;
    error = fault_start();
    if (error) {
        space_stop();
        return error;
    }
    adopt_start();
    started = 1;
    return HAL_OK;
}

HALAPI void hal_stop(void)
{
    if (!started)
        return;
    adopt_stop();
    fault_stop();
    describe_stop();
    space_stop();
    allocate_stop();
    started = 0;
}

int hal_error_from(long result)
{
    if (result >= 0)
        return HAL_OK;
    switch (-result) {
    case EPERM:
    case ENOENT:
    case EINTR:
    case EIO:
    case EBADF:
    case EAGAIN:
    case ENOMEM:
    case EACCES:
    case EFAULT:
    case EBUSY:
    case EEXIST:
    case EXDEV:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case EMFILE:
    case ENOSPC:
    case EROFS:
    case EPIPE:
    case ENOSYS:
    case ENOTEMPTY:
    case ELOOP:
    case EOPNOTSUPP:
    case ETIMEDOUT:
    case ECONNREFUSED:
        return (int)result;
    case ENFILE:
        return HAL_EMFILE;
    case EFBIG:
    case EDQUOT:
        return HAL_ENOSPC;
    case ETXTBSY:
        return HAL_EBUSY;
    case ENAMETOOLONG:
    case EOVERFLOW:
        return HAL_EINVAL;
    default:
        return HAL_EIO;
    }
}
