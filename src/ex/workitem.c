/*
 * Work items: routines that system worker threads run at PASSIVE_LEVEL.
 *
 * The queues are one a priority, as in newer kernels, and a worker takes the
 * most urgent item. There is always one worker; others are added while items
 * wait that no idle worker will take.
 */
#include "ex.h"

#include "../ke/ke.h"
#include "start.h"

#define WORK_PRIORITIES 32u
#define WORK_SPARE_WORKERS 4u /* more than processors, since items wait too */
#define WORK_MOST_WORKERS 512u
#define WORK_PATIENCE_MS 20 /* how long a queue may stand still before it gets another worker */

static struct ex_work_system {
    KSPIN_LOCK lock;                    /* guards what follows up to is_watched */
    LIST_ENTRY queues[WORK_PRIORITIES]; /* of WORK_QUEUE_ITEM.List */
    ULONG waiting;                      /* bit n: queues[n] is not empty */
    ULONG queued;                       /* items in all queues */
    ULONG started;                      /* items taken by workers so far */
    ULONG workers, idle;
    BOOLEAN is_stopping;  /* workers end when there is nothing left to do */
    BOOLEAN is_watched;   /* the timer runs */
    ULONG started_before; /* started, when the timer was set; its routine's */

    KSEMAPHORE work; /* an item or the stop: wakes an idle worker */
    KEVENT ended;    /* the last worker has ended */
    KTIMER timer;
    KDPC dpc;
} work;

static ULONG work_priority(WORK_QUEUE_TYPE type, BOOLEAN *is_valid)
{
    static const UCHAR priorities[MaximumWorkQueue] = {
        [CriticalWorkQueue] = 13,      [DelayedWorkQueue] = 12,   [HyperCriticalWorkQueue] = 15,
        [NormalWorkQueue] = 8,         [BackgroundWorkQueue] = 7, [RealTimeWorkQueue] = 18,
        [SuperCriticalWorkQueue] = 14,
    };

    *is_valid = TRUE;
    if ((ULONG)type < MaximumWorkQueue)
        return priorities[type];
    if ((ULONG)type - CustomPriorityWorkQueue < WORK_PRIORITIES)
        return (ULONG)type - CustomPriorityWorkQueue;
    *is_valid = FALSE;
    return 0;
}

/* Takes the most urgent item; NULL if there is none. The lock is held. */
static PWORK_QUEUE_ITEM work_take(VOID)
{
    PLIST_ENTRY queue, entry;
    ULONG priority;

    if (work.waiting == 0)
        return NULL;
    priority = 31 - (ULONG)__builtin_clz(work.waiting);
    queue = &work.queues[priority];
    entry = RemoveHeadList(queue);
    if (IsListEmpty(queue))
        work.waiting &= ~(1u << priority);
    work.queued--;
    work.started++;
    /* From here on the item may be queued again, or its memory freed. */
    entry->Flink = NULL;
    return CONTAINING_RECORD(entry, WORK_QUEUE_ITEM, List);
}

static VOID work_run(PWORK_QUEUE_ITEM item)
{
    PWORKER_THREAD_ROUTINE routine = item->WorkerRoutine;
    PVOID parameter = item->Parameter;
    KIRQL irql;

    routine(parameter);
    irql = KeGetCurrentIrql();
    if (irql != PASSIVE_LEVEL)
        KeBugCheckEx(WORKER_THREAD_RETURNED_AT_BAD_IRQL, (ULONG_PTR)routine, irql,
                     (ULONG_PTR)parameter, (ULONG_PTR)item);
}

/* The next item to run; NULL if the worker shall end. */
static PWORK_QUEUE_ITEM work_next(VOID)
{
    PWORK_QUEUE_ITEM item;
    BOOLEAN is_stopping;
    KIRQL irql;

    do {
        KeWaitForSingleObject(&work.work, WrQueue, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&work.lock, &irql);
        item = work_take();
        is_stopping = work.is_stopping;
        if (item || is_stopping)
            work.idle--;
        KeReleaseSpinLock(&work.lock, irql);
    } while (item == NULL && !is_stopping);
    return item;
}

/* The stop wakes one worker, and each that ends wakes the next; the last one says so. */
static VOID work_remove_worker(BOOLEAN is_idle)
{
    BOOLEAN is_stopping, is_last;
    KIRQL irql;

    KeAcquireSpinLock(&work.lock, &irql);
    work.idle -= is_idle;
    is_last = --work.workers == 0;
    is_stopping = work.is_stopping;
    KeReleaseSpinLock(&work.lock, irql);
    if (is_stopping && is_last)
        KeSetEvent(&work.ended, IO_NO_INCREMENT, FALSE);
    else if (is_stopping)
        KeReleaseSemaphore(&work.work, IO_NO_INCREMENT, 1, FALSE);
}

static VOID NTAPI work_thread(PVOID context)
{
    PWORK_QUEUE_ITEM item;
    KIRQL irql;

    UNREFERENCED_PARAMETER(context);
    while ((item = work_next()) != NULL) {
        work_run(item);
        KeAcquireSpinLock(&work.lock, &irql);
        work.idle++;
        KeReleaseSpinLock(&work.lock, irql);
    }
    work_remove_worker(FALSE);
}

/*
 * Adds a worker, unless the last one has ended already. It counts as idle from
 * the start, so that a burst does not add too many.
 */
static NTSTATUS work_add_worker(VOID)
{
    PKTHREAD thread;
    BOOLEAN is_late;
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&work.lock, &irql);
    is_late = work.is_stopping && work.workers == 0;
    work.workers += !is_late;
    work.idle += !is_late;
    KeReleaseSpinLock(&work.lock, irql);
    if (is_late)
        return STATUS_DELETE_PENDING;
    status = ke_create_thread(ke_system_process(), work_thread, NULL, "ntio worker", &thread);
    if (NT_SUCCESS(status)) {
        ObDereferenceObject(thread);
        return status;
    }
    work_remove_worker(TRUE);
    return status;
}

static ULONG work_usual_workers(VOID)
{
    return hal_processor_count() + WORK_SPARE_WORKERS;
}

static VOID work_watch(VOID)
{
    LARGE_INTEGER due = {.QuadPart = -10000ll * WORK_PATIENCE_MS};

    work.started_before = work.started;
    KeSetTimer(&work.timer, due, &work.dpc);
}

/*
 * All the usual workers are at work and items wait. If none of them has come
 * back for another since the timer was set, they may well wait for one of those
 * items: one more worker.
 */
static VOID NTAPI work_timer_expired(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    BOOLEAN is_stuck;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    KeAcquireSpinLockAtDpcLevel(&work.lock);
    is_stuck = work.started == work.started_before && work.queued > work.idle &&
               work.workers < WORK_MOST_WORKERS;
    work.is_watched = work.queued > work.idle;
    if (work.is_watched)
        work_watch();
    KeReleaseSpinLockFromDpcLevel(&work.lock);
    /* Without memory for it the next expiry tries again. */
    if (is_stuck)
        work_add_worker();
}

VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    BOOLEAN is_valid, is_short, is_more;
    ULONG priority = work_priority(QueueType, &is_valid);
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&work.lock, &irql);
    /* An item that is queued has links, and ExInitializeWorkItem clears them. */
    if (!is_valid || WorkItem->List.Flink != NULL || WorkItem->WorkerRoutine == NULL) {
        KeReleaseSpinLock(&work.lock, irql);
        KeBugCheckEx(INVALID_WORK_QUEUE_ITEM, (ULONG_PTR)WorkItem,
                     (ULONG_PTR)&work.queues[priority], (ULONG_PTR)work.queues, QueueType);
    }
    InsertTailList(&work.queues[priority], &WorkItem->List);
    work.waiting |= 1u << priority;
    work.queued++;
    is_short = work.queued > work.idle;
    is_more = is_short && work.workers < work_usual_workers();
    if (is_short && !is_more && !work.is_watched) {
        work.is_watched = TRUE;
        work_watch();
    }
    KeReleaseSpinLock(&work.lock, irql);
    KeReleaseSemaphore(&work.work, IO_NO_INCREMENT, 1, FALSE);
    /* The item is queued; that no worker could be added means only that it waits for another. */
    if (is_more)
        work_add_worker();
}

NTSTATUS ex_work_start(VOID)
{
    memset(&work, 0, sizeof(work));
    KeInitializeSpinLock(&work.lock);
    for (ULONG i = 0; i < WORK_PRIORITIES; i++)
        InitializeListHead(&work.queues[i]);
    KeInitializeSemaphore(&work.work, 0, MAXLONG);
    KeInitializeEvent(&work.ended, NotificationEvent, FALSE);
    KeInitializeTimer(&work.timer);
    KeInitializeDpc(&work.dpc, work_timer_expired, NULL);
    return work_add_worker();
}

static BOOLEAN work_is_busy(VOID)
{
    BOOLEAN is_busy;
    KIRQL irql;

    KeAcquireSpinLock(&work.lock, &irql);
    is_busy = work.queued || work.idle < work.workers;
    KeReleaseSpinLock(&work.lock, irql);
    return is_busy;
}

VOID ex_work_drain(VOID)
{
    while (work_is_busy())
        hal_yield();
}

VOID ex_work_stop(VOID)
{
    KIRQL irql;

    KeAcquireSpinLock(&work.lock, &irql);
    work.is_stopping = TRUE;
    KeReleaseSpinLock(&work.lock, irql);
    KeReleaseSemaphore(&work.work, IO_NO_INCREMENT, 1, FALSE);
    KeWaitForSingleObject(&work.ended, Executive, KernelMode, FALSE, NULL);
    KeCancelTimer(&work.timer);
    KeFlushQueuedDpcs();
}
