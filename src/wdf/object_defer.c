/*
 * What has to be done at PASSIVE_LEVEL and was asked for above: a worker thread finishes it.
 */
#include "object.h"

static struct wdf_defer_system {
    KSPIN_LOCK lock;          /* guards what follows */
    struct wdf_object *first; /* by wdf_object.deferred, in the order of asking */
    struct wdf_object **last; /* where the next one goes */
    ULONG unfinished;         /* in the list, being finished, or of wdf_unfinished */
    BOOLEAN is_queued;        /* the work item is, and has not taken the list yet */
    KEVENT done;              /* set while unfinished is 0 */
    WORK_QUEUE_ITEM item;
} deferred;

/* With the lock held. */
static VOID count(LONG change)
{
    deferred.unfinished += change;
    if (!deferred.unfinished)
        KeSetEvent(&deferred.done, IO_NO_INCREMENT, FALSE);
    else if (deferred.unfinished == (ULONG)change)
        KeClearEvent(&deferred.done);
}

static VOID finish_all(struct wdf_object *object)
{
    struct wdf_object *next;
    LONG finished = 0;
    KIRQL irql;

    for (; object; object = next) {
        next = object->deferred; /* before the object is gone, or deferred again */
        wdf_finish_deferred(object);
        finished++;
    }
    KeAcquireSpinLock(&deferred.lock, &irql);
    count(-finished);
    KeReleaseSpinLock(&deferred.lock, irql);
}

static VOID NTAPI run(PVOID context)
{
    struct wdf_object *first;
    KIRQL irql;

    UNREFERENCED_PARAMETER(context);
    KeAcquireSpinLock(&deferred.lock, &irql);
    first = deferred.first;
    deferred.first = NULL;
    deferred.last = &deferred.first;
    deferred.is_queued = FALSE;
    KeReleaseSpinLock(&deferred.lock, irql);
    finish_all(first);
}

VOID wdf_defer_start(VOID)
{
    KeInitializeSpinLock(&deferred.lock);
    deferred.first = NULL;
    deferred.last = &deferred.first;
    deferred.unfinished = 0;
    deferred.is_queued = FALSE;
    KeInitializeEvent(&deferred.done, NotificationEvent, TRUE);
    ExInitializeWorkItem(&deferred.item, run, NULL);
}

VOID wdf_defer_object(struct wdf_object *object)
{
    BOOLEAN is_first;
    KIRQL irql;

    object->deferred = NULL;
    KeAcquireSpinLock(&deferred.lock, &irql);
    *deferred.last = object;
    deferred.last = &object->deferred;
    count(1);
    is_first = !deferred.is_queued;
    deferred.is_queued = TRUE;
    KeReleaseSpinLock(&deferred.lock, irql);
    if (is_first)
        ExQueueWorkItem(&deferred.item, DelayedWorkQueue);
}

VOID wdf_unfinished(VOID)
{
    KIRQL irql;

    KeAcquireSpinLock(&deferred.lock, &irql);
    count(1);
    KeReleaseSpinLock(&deferred.lock, irql);
}

VOID wdf_finished(VOID)
{
    KIRQL irql;

    KeAcquireSpinLock(&deferred.lock, &irql);
    count(-1);
    KeReleaseSpinLock(&deferred.lock, irql);
}

VOID wdf_flush_deferred(VOID)
{
    KeWaitForSingleObject(&deferred.done, Executive, KernelMode, FALSE, NULL);
}
