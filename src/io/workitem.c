/*
 * I/O work items: work for a device or driver, which cannot go away before it
 * has been done.
 */
#include "../ex/ex.h"
#include "io.h"

struct _IO_WORKITEM {
    WORK_QUEUE_ITEM item;
    PVOID object; /* a device or driver object; referenced while queued */
    BOOLEAN is_extended;
    union {
        PIO_WORKITEM_ROUTINE routine;
        PIO_WORKITEM_ROUTINE_EX routine_ex;
    };
    PVOID context;
    LONG is_queued; /* 1 from queueing until the routine is called, atomic */
};

/* On a worker thread. The routine may free the item or queue it again. */
static VOID NTAPI io_work(PVOID parameter)
{
    PIO_WORKITEM work = parameter;
    PVOID object = work->object, context = work->context;
    PIO_WORKITEM_ROUTINE routine = work->routine;
    PIO_WORKITEM_ROUTINE_EX routine_ex = work->routine_ex;
    BOOLEAN is_extended = work->is_extended;

    /* Release: who queues it next sees what was taken out above as taken. */
    __atomic_store_n(&work->is_queued, 0, __ATOMIC_RELEASE);
    if (is_extended)
        routine_ex(object, context, work);
    else
        routine(object, context);
    ObDereferenceObject(object);
}

ULONG NTAPI IoSizeofWorkItem(VOID)
{
    return sizeof(struct _IO_WORKITEM);
}

VOID NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    memset(IoWorkItem, 0, sizeof(*IoWorkItem));
    IoWorkItem->object = IoObject;
    ExInitializeWorkItem(&IoWorkItem->item, io_work, IoWorkItem);
}

/* Freeing an item that is queued would leave the queue pointing to freed memory. */
VOID NTAPI IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)
{
    if (__atomic_load_n(&IoWorkItem->is_queued, __ATOMIC_ACQUIRE))
        KeBugCheckEx(WORKER_INVALID, 0, (ULONG_PTR)&IoWorkItem->item, (ULONG_PTR)IoWorkItem,
                     (ULONG_PTR)(IoWorkItem + 1));
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    PIO_WORKITEM work = ex_pool_allocate_for(NonPagedPoolNx, sizeof(*work), EX_TAG_WORK_ITEM,
                                             __builtin_return_address(0));
    if (work)
        IoInitializeWorkItem(DeviceObject, work);
    return work;
}

VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    IoUninitializeWorkItem(IoWorkItem);
    ExFreePoolWithTag(IoWorkItem, EX_TAG_WORK_ITEM);
}

/* FALSE if the item is queued already. */
static BOOLEAN io_queue_work(PIO_WORKITEM work, const struct _IO_WORKITEM *what,
                             WORK_QUEUE_TYPE type)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (__atomic_exchange_n(&work->is_queued, 1, __ATOMIC_ACQUIRE))
        return FALSE;
    work->is_extended = what->is_extended;
    work->routine_ex = what->routine_ex;
    work->context = what->context;
    ObReferenceObject(work->object);
    ExQueueWorkItem(&work->item, type);
    return TRUE;
}

static VOID io_must_queue_work(PIO_WORKITEM work, const struct _IO_WORKITEM *what,
                               WORK_QUEUE_TYPE type)
{
    if (!io_queue_work(work, what, type))
        KeBugCheckEx(INVALID_WORK_QUEUE_ITEM, (ULONG_PTR)&work->item, (ULONG_PTR)work, 0, type);
}

VOID NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                           WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    const struct _IO_WORKITEM what = {.routine = WorkerRoutine, .context = Context};
    io_must_queue_work(IoWorkItem, &what, QueueType);
}

VOID NTAPI IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                             WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    const struct _IO_WORKITEM what = {
        .is_extended = TRUE, .routine_ex = WorkerRoutine, .context = Context};
    io_must_queue_work(IoWorkItem, &what, QueueType);
}

BOOLEAN NTAPI IoTryQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                                 WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    const struct _IO_WORKITEM what = {
        .is_extended = TRUE, .routine_ex = WorkerRoutine, .context = Context};
    return io_queue_work(IoWorkItem, &what, QueueType);
}
