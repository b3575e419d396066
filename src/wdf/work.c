#include "work.h"

/* Calls the routine; TRUE if it is to be queued once more. Afterwards work may be gone if not. */
static BOOLEAN run_once(struct wdf_work *work, BOOLEAN *is_orphaned)
{
    BOOLEAN is_again;
    KIRQL irql;

    KeAcquireSpinLock(&work->lock, &irql);
    work->is_queued = FALSE;
    __atomic_store_n(&work->thread, ke_current(), __ATOMIC_RELAXED);
    KeReleaseSpinLock(&work->lock, irql);
    work->routine(work->owner);
    KeAcquireSpinLock(&work->lock, &irql);
    __atomic_store_n(&work->thread, NULL, __ATOMIC_RELAXED);
    is_again = work->is_queued;
    *is_orphaned = work->is_orphaned;
    if (!is_again)
        KeSetEvent(&work->idle, IO_NO_INCREMENT, FALSE);
    KeReleaseSpinLock(&work->lock, irql);
    return is_again;
}

static VOID NTAPI run(PVOID context)
{
    struct wdf_work *work = context;
    struct wdf_object *owner = work->owner;
    BOOLEAN is_orphaned;

    if (run_once(work, &is_orphaned))
        ExQueueWorkItem(&work->item, DelayedWorkQueue);
    else if (is_orphaned) {
        wdf_dereference(owner);
        wdf_finished();
    }
}

VOID wdf_initialize_work(struct wdf_work *work, struct wdf_object *owner,
                         VOID (*routine)(struct wdf_object *owner))
{
    memset(work, 0, sizeof(*work));
    work->owner = owner;
    work->routine = routine;
    ExInitializeWorkItem(&work->item, run, work);
    KeInitializeSpinLock(&work->lock);
    KeInitializeEvent(&work->idle, NotificationEvent, TRUE);
}

BOOLEAN wdf_queue_work(struct wdf_work *work)
{
    BOOLEAN is_new, is_idle;
    KIRQL irql;

    KeAcquireSpinLock(&work->lock, &irql);
    is_new = !work->is_queued && !work->is_closed;
    is_idle = is_new && !work->thread;
    work->is_queued |= is_new;
    if (is_idle)
        KeClearEvent(&work->idle);
    KeReleaseSpinLock(&work->lock, irql);
    if (is_idle)
        ExQueueWorkItem(&work->item, DelayedWorkQueue);
    return is_new;
}

static BOOLEAN is_own_thread(struct wdf_work *work)
{
    return __atomic_load_n(&work->thread, __ATOMIC_RELAXED) == ke_current();
}

BOOLEAN wdf_wait_for_work(struct wdf_work *work)
{
    KIRQL irql;

    if (is_own_thread(work))
        return FALSE;
    KeWaitForSingleObject(&work->idle, Executive, KernelMode, FALSE, NULL);
    /* Whoever set the event has let go of the lock then, too. */
    KeAcquireSpinLock(&work->lock, &irql);
    KeReleaseSpinLock(&work->lock, irql);
    return TRUE;
}

VOID wdf_close_work(struct wdf_work *work)
{
    KIRQL irql;

    KeAcquireSpinLock(&work->lock, &irql);
    work->is_closed = TRUE;
    if (is_own_thread(work)) {
        work->is_queued = FALSE;
        work->is_orphaned = TRUE;
        wdf_reference(work->owner);
        wdf_unfinished();
    }
    KeReleaseSpinLock(&work->lock, irql);
    wdf_wait_for_work(work);
}
