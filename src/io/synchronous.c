/*
 * Synchronous files: one request at a time, and the service waits for it.
 */
#include "iop.h"

/*
 * TRUE: who waits for a file makes all threads pass a fence (hal_barrier), so that
 * who unlocks it needs none. Set before the first file is opened.
 */
static BOOLEAN waiters_fence;

VOID io_synchronous_start(VOID)
{
    waiters_fence = hal_barrier() == HAL_OK;
}

static BOOLEAN is_broken_off(NTSTATUS status)
{
    return status == STATUS_ALERTED || status == STATUS_USER_APC ||
           status == STATUS_THREAD_IS_TERMINATING;
}

static NTSTATUS wait_for_lock(PFILE_OBJECT file, KPROCESSOR_MODE mode)
{
    BOOLEAN alertable = (file->Flags & FO_ALERTABLE_IO) != 0;
    NTSTATUS status = STATUS_SUCCESS;

    __atomic_add_fetch(&file->Waiters, 1, __ATOMIC_SEQ_CST);
    /* Who unlocked the file without seeing this waiter did so where the exchange below sees it. */
    if (waiters_fence)
        hal_barrier();
    while (__atomic_exchange_n(&file->Busy, 1, __ATOMIC_SEQ_CST)) {
        status = KeWaitForSingleObject(&file->Lock, Executive, mode, alertable, NULL);
        if (is_broken_off(status))
            break;
        status = STATUS_SUCCESS;
    }
    __atomic_sub_fetch(&file->Waiters, 1, __ATOMIC_SEQ_CST);
    return status;
}

NTSTATUS io_lock_file(PFILE_OBJECT file, KPROCESSOR_MODE mode)
{
    /* Acquire pairs with io_unlock_file: the file's position and event are ours. */
    if (!__atomic_exchange_n(&file->Busy, 1, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    return wait_for_lock(file, mode);
}

VOID io_unlock_file(PFILE_OBJECT file)
{
    /* Either a waiter sees the file free, or we see the waiter: see wait_for_lock. */
    if (waiters_fence) {
        __atomic_store_n(&file->Busy, 0, __ATOMIC_RELEASE);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    } else {
        __atomic_exchange_n(&file->Busy, 0, __ATOMIC_SEQ_CST);
    }
    if (__atomic_load_n(&file->Waiters, __ATOMIC_SEQ_CST))
        KeSetEvent(&file->Lock, IO_NO_INCREMENT, FALSE);
}

VOID io_wait_for_request(PFILE_OBJECT file, PKEVENT event, PIRP irp, KPROCESSOR_MODE mode)
{
    BOOLEAN alertable = file && (file->Flags & FO_ALERTABLE_IO);
    NTSTATUS status = KeWaitForSingleObject(event, Executive, mode, alertable, NULL);

    if (!is_broken_off(status))
        return;
    io_cancel_own_irp(ke_current(), irp);
    KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL);
}
