/*
 * A device's own thread: it runs the model's work, one after the other, some of it later.
 *
 * Work is queued by whoever accesses the device, at any IRQL: the lock is mm_lock, and the thread
 * sleeps on a word.
 */
#include "device.h"

/* What struct ntio_work's reserved members are. */
struct queued_work {
    void (*run)(struct ntio_work *work);
    LIST_ENTRY link; /* in ready or later, if is_queued */
    hal_i64 due;
    ULONG64 is_queued;
};
_Static_assert(sizeof(struct queued_work) == sizeof(struct ntio_work), "fits what models have");

struct device_thread {
    struct mm_lock lock; /* guards the lists, and work that is in them */
    LIST_ENTRY ready;
    LIST_ENTRY later;    /* by due */
    BOOLEAN is_ending;   /* guarded by lock */
    hal_u32 is_sleeping; /* atomic, slept on */
    PKTHREAD thread;
};

static struct queued_work *own(struct ntio_work *work)
{
    return (struct queued_work *)work;
}

/* ---- the thread ------------------------------------------------------------------------- */

/* The lock is held. The next work that is due, out of its list, or NULL and until when not. */
static struct queued_work *take(struct device_thread *thread, hal_i64 *deadline)
{
    struct queued_work *work = NULL;

    *deadline = HAL_FOREVER;
    if (!IsListEmpty(&thread->later)) {
        work = CONTAINING_RECORD(thread->later.Flink, struct queued_work, link);
        if (work->due > hal_clock_monotonic()) {
            *deadline = work->due;
            work = NULL;
        }
    }
    if (!work && !IsListEmpty(&thread->ready))
        work = CONTAINING_RECORD(thread->ready.Flink, struct queued_work, link);
    if (work) {
        RemoveEntryList(&work->link);
        work->is_queued = FALSE;
    }
    return work;
}

static VOID NTAPI run(PVOID context)
{
    struct device_thread *thread = context;
    struct queued_work *work;
    hal_i64 deadline;
    BOOLEAN is_ending;

    do {
        /* Sequentially consistent: pairs with wake, after what was queued. */
        __atomic_store_n(&thread->is_sleeping, 1, __ATOMIC_SEQ_CST);
        mm_acquire(&thread->lock);
        is_ending = thread->is_ending;
        work = is_ending ? NULL : take(thread, &deadline);
        mm_release(&thread->lock);
        if (work)
            work->run((struct ntio_work *)work);
        else if (!is_ending)
            ke_sleep(&thread->is_sleeping, 1, deadline);
    } while (!is_ending);
}

static VOID wake(struct device_thread *thread)
{
    if (__atomic_exchange_n(&thread->is_sleeping, 0, __ATOMIC_SEQ_CST))
        hal_wake(&thread->is_sleeping, 1);
}

NTSTATUS device_thread_start(struct ntio_device *device)
{
    struct device_thread *thread = hal_allocate(sizeof(*thread));
    NTSTATUS status;

    if (!thread)
        return STATUS_INSUFFICIENT_RESOURCES;
    InitializeListHead(&thread->ready);
    InitializeListHead(&thread->later);
    device->thread = thread;
    status = ke_create_thread(ke_system_process(), run, thread, "ntio-device", &thread->thread);
    if (!NT_SUCCESS(status)) {
        device->thread = NULL;
        hal_free(thread);
    }
    return status;
}

VOID device_thread_stop(struct ntio_device *device)
{
    struct device_thread *thread = device->thread;

    if (!thread)
        return;
    mm_acquire(&thread->lock);
    thread->is_ending = TRUE;
    mm_release(&thread->lock);
    wake(thread);
    KeWaitForSingleObject(thread->thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(thread->thread);
    device->thread = NULL;
    hal_free(thread);
}

/* ---- what models call ------------------------------------------------------------------- */

static VOID insert_by_due(LIST_ENTRY *list, struct queued_work *work)
{
    PLIST_ENTRY before = list->Blink;

    while (before != list && CONTAINING_RECORD(before, struct queued_work, link)->due > work->due)
        before = before->Blink;
    InsertHeadList(before, &work->link);
}

static int queue(struct ntio_device *device, struct queued_work *work, hal_i64 due)
{
    struct device_thread *thread = device->thread;
    BOOLEAN is_new;

    mm_acquire(&thread->lock);
    is_new = !work->is_queued && !thread->is_ending;
    if (is_new) {
        work->is_queued = TRUE;
        work->due = due;
        if (due)
            insert_by_due(&thread->later, work);
        else
            InsertTailList(&thread->ready, &work->link);
    }
    mm_release(&thread->lock);
    if (is_new)
        wake(thread);
    return is_new;
}

int ntio_device_queue(struct ntio_device *device, struct ntio_work *work)
{
    return queue(device, own(work), 0);
}

int ntio_device_queue_after(struct ntio_device *device, struct ntio_work *work,
                            unsigned long long nanoseconds)
{
    hal_i64 now = hal_clock_monotonic();
    hal_i64 most = MAXLONGLONG - now;

    return queue(device, own(work), now + (hal_i64)min(nanoseconds, (ULONG64)most));
}

int ntio_device_cancel(struct ntio_device *device, struct ntio_work *work)
{
    struct device_thread *thread = device->thread;
    BOOLEAN was_queued;

    mm_acquire(&thread->lock);
    was_queued = own(work)->is_queued != 0;
    if (was_queued) {
        RemoveEntryList(&own(work)->link);
        own(work)->is_queued = FALSE;
    }
    mm_release(&thread->lock);
    return was_queued;
}

unsigned long long ntio_device_time(void)
{
    return (unsigned long long)hal_clock_monotonic();
}
