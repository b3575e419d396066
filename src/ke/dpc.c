/*
 * Deferred procedure calls. A DPC thread for each of up to two processors runs
 * the calls of its queue, one after the other, at DISPATCH_LEVEL; the first
 * keeps the timers too, since what these do when due is to queue calls.
 */
#include "dispatcher.h"

#include "../ob/ob.h"
#include "../rtl/rtl.h"

#define MAX_QUEUES 2
#define TARGETED 0x8000 /* KDPC.Number: the rest of it is a processor */

struct ke_dpc_queue {
    KSPIN_LOCK lock;  /* guards calls and, of the KDPCs in it, everything */
    LIST_ENTRY calls; /* of KDPC.DpcListEntry */
    hal_u32 sleeping; /* 1 while the thread sleeps, or is about to; atomic, slept on */
    PKTHREAD thread;
};

static struct {
    struct ke_dpc_queue queues[MAX_QUEUES];
    ULONG count;         /* of queues with a thread */
    BOOLEAN is_stopping; /* atomic */
} dpcs;

/* ---- drivers' side ------------------------------------------------------- */

static VOID initialize(PKDPC dpc, enum ke_object_type type, PKDEFERRED_ROUTINE routine,
                       PVOID context)
{
    dpc->Type = type;
    dpc->Importance = MediumImportance;
    dpc->Number = 0;
    dpc->DeferredRoutine = routine;
    dpc->DeferredContext = context;
    dpc->DpcData = NULL;
}

VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    initialize(Dpc, KE_DPC, DeferredRoutine, DeferredContext);
}

/* NT may run a threaded DPC at PASSIVE_LEVEL or at DISPATCH_LEVEL; here it is the latter. */
VOID NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine,
                                   PVOID DeferredContext)
{
    initialize(Dpc, KE_THREADED_DPC, DeferredRoutine, DeferredContext);
}

VOID NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = (UCHAR)Importance;
}

VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)
{
    Dpc->Number = (USHORT)(TARGETED | (UCHAR)Number);
}

NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber->Group != 0 || ProcNumber->Number >= KeNumberProcessors ||
        ProcNumber->Reserved != 0)
        return STATUS_INVALID_PARAMETER;
    KeSetTargetProcessorDpc(Dpc, (CCHAR)ProcNumber->Number);
    return STATUS_SUCCESS;
}

static struct ke_dpc_queue *queue_for(PKDPC dpc)
{
    ULONG processor;

    if (dpc->Number & TARGETED)
        processor = dpc->Number & ~TARGETED;
    else if (ke_current()->dpc_queue)
        return ke_current()->dpc_queue;
    else
        processor = hal_processor_current();
    return &dpcs.queues[processor % dpcs.count];
}

static VOID wake(struct ke_dpc_queue *queue)
{
    /* Pairs with sleep_until: what was queued before is seen by it, or it is woken. */
    if (__atomic_exchange_n(&queue->sleeping, 0, __ATOMIC_SEQ_CST))
        hal_wake(&queue->sleeping, 1);
}

VOID ke_dpc_wake_timekeeper(VOID)
{
    wake(&dpcs.queues[0]);
}

/* Interrupt service routines queue calls too: at their own IRQL. */
static KIRQL lock_queue(struct ke_dpc_queue *queue)
{
    PKTHREAD thread = ke_current();
    KIRQL irql = thread->irql;

    if (irql < DISPATCH_LEVEL)
        thread->irql = DISPATCH_LEVEL;
    KeAcquireSpinLockAtDpcLevel(&queue->lock);
    return irql;
}

/* Being in a queue and pointing to it go together, under that queue's lock. */
static BOOLEAN insert(struct ke_dpc_queue *queue, PKDPC dpc, PVOID argument1, PVOID argument2)
{
    PVOID free = NULL;
    KIRQL irql;
    BOOLEAN inserted;

    irql = lock_queue(queue);
    inserted = __atomic_compare_exchange_n(&dpc->DpcData, &free, queue, FALSE, __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED);
    if (inserted) {
        dpc->SystemArgument1 = argument1;
        dpc->SystemArgument2 = argument2;
        if (dpc->Importance == HighImportance)
            InsertHeadList(&queue->calls, &dpc->DpcListEntry);
        else
            InsertTailList(&queue->calls, &dpc->DpcListEntry);
    }
    KeReleaseSpinLock(&queue->lock, irql);
    if (inserted)
        wake(queue);
    return inserted;
}

BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    return insert(queue_for(Dpc), Dpc, SystemArgument1, SystemArgument2);
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc)
{
    struct ke_dpc_queue *queue;
    BOOLEAN removed = FALSE;

    while (!removed && (queue = __atomic_load_n(&Dpc->DpcData, __ATOMIC_ACQUIRE))) {
        KIRQL irql;

        irql = lock_queue(queue);
        /* It may have been run, and queued elsewhere, since. */
        removed = __atomic_load_n(&Dpc->DpcData, __ATOMIC_RELAXED) == queue;
        if (removed) {
            RemoveEntryList(&Dpc->DpcListEntry);
            __atomic_store_n(&Dpc->DpcData, NULL, __ATOMIC_RELEASE);
        }
        KeReleaseSpinLock(&queue->lock, irql);
    }
    return removed;
}

static VOID NTAPI reached(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    KeSetEvent(context, IO_NO_INCREMENT, FALSE);
}

/* A call at the end of each queue: when it runs, those before it have run. */
VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    ULONG i;

    ke_assert_irql("KeFlushQueuedDpcs", APC_LEVEL);
    for (i = 0; i < dpcs.count; i++) {
        KEVENT event;
        KDPC marker;

        KeInitializeEvent(&event, NotificationEvent, FALSE);
        KeInitializeDpc(&marker, reached, &event);
        insert(&dpcs.queues[i], &marker, NULL, NULL);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    }
}

/* ---- the DPC thread ------------------------------------------------------ */

/* Takes the next call out of the queue; from then on the driver may queue it again, or free it. */
static BOOLEAN take(struct ke_dpc_queue *queue, PKDPC *dpc, KDPC *call)
{
    BOOLEAN taken;
    KIRQL irql;

    KeAcquireSpinLock(&queue->lock, &irql);
    taken = !IsListEmpty(&queue->calls);
    if (taken) {
        *dpc = CONTAINING_RECORD(RemoveHeadList(&queue->calls), KDPC, DpcListEntry);
        call->DeferredRoutine = (*dpc)->DeferredRoutine;
        call->DeferredContext = (*dpc)->DeferredContext;
        call->SystemArgument1 = (*dpc)->SystemArgument1;
        call->SystemArgument2 = (*dpc)->SystemArgument2;
        __atomic_store_n(&(*dpc)->DpcData, NULL, __ATOMIC_RELEASE);
    }
    KeReleaseSpinLock(&queue->lock, irql);
    return taken;
}

static VOID check_level(PKTHREAD thread, PKDPC dpc, const KDPC *call)
{
    const ULONG_PTR parameters[4] = {(ULONG_PTR)thread->irql << 16 | DISPATCH_LEVEL << 8,
                                     (ULONG_PTR)call->DeferredRoutine, (ULONG_PTR)dpc,
                                     (ULONG_PTR)call->DeferredContext};

    if (thread->irql != DISPATCH_LEVEL)
        ke_bugcheck(IRQL_UNEXPECTED_VALUE, parameters,
                    "A deferred procedure call returned at another IRQL than it was called at.");
}

static VOID run_calls(struct ke_dpc_queue *queue, PKTHREAD thread)
{
    PKDPC dpc;
    KDPC call;

    while (take(queue, &dpc, &call)) {
        thread->irql = DISPATCH_LEVEL;
        thread->in_dpc = TRUE;
        call.DeferredRoutine(dpc, call.DeferredContext, call.SystemArgument1, call.SystemArgument2);
        check_level(thread, dpc, &call);
        thread->in_dpc = FALSE;
        thread->irql = PASSIVE_LEVEL;
    }
}

/* Announces the sleep first and looks then: who queues looks for the announcement after queueing.
 */
static VOID sleep_until_needed(struct ke_dpc_queue *queue, BOOLEAN keeps_time)
{
    hal_i64 deadline;
    BOOLEAN idle;
    KIRQL irql;

    __atomic_store_n(&queue->sleeping, 1, __ATOMIC_SEQ_CST);
    deadline = keeps_time ? ke_expire_timers() : HAL_FOREVER;
    KeAcquireSpinLock(&queue->lock, &irql);
    idle = IsListEmpty(&queue->calls);
    KeReleaseSpinLock(&queue->lock, irql);
    if (idle && !__atomic_load_n(&dpcs.is_stopping, __ATOMIC_SEQ_CST))
        ke_sleep(&queue->sleeping, 1, deadline);
    __atomic_store_n(&queue->sleeping, 0, __ATOMIC_SEQ_CST);
}

static VOID NTAPI run_queue(PVOID context)
{
    struct ke_dpc_queue *queue = context;
    BOOLEAN keeps_time = queue == &dpcs.queues[0];
    PKTHREAD thread = ke_current();

    thread->dpc_queue = queue;
    while (!__atomic_load_n(&dpcs.is_stopping, __ATOMIC_SEQ_CST)) {
        if (keeps_time)
            ke_expire_timers();
        run_calls(queue, thread);
        sleep_until_needed(queue, keeps_time);
    }
}

/* ---- the room ------------------------------------------------------------ */

NTSTATUS ke_dpc_start(VOID)
{
    ULONG count = KeNumberProcessors < MAX_QUEUES ? KeNumberProcessors : MAX_QUEUES;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    memset(&dpcs, 0, sizeof(dpcs));
    for (i = 0; i < count; i++)
        InitializeListHead(&dpcs.queues[i].calls);
    dpcs.count = count;
    for (i = 0; i < count && NT_SUCCESS(status); i++) {
        CHAR name[16];

        rtl_format(name, sizeof(name), "ntio dpc %u", i);
        status = ke_create_thread(ke_system_process(), run_queue, &dpcs.queues[i], name,
                                  &dpcs.queues[i].thread);
    }
    return status;
}

VOID ke_dpc_stop(VOID)
{
    ULONG i;

    __atomic_store_n(&dpcs.is_stopping, TRUE, __ATOMIC_SEQ_CST);
    for (i = 0; i < dpcs.count; i++) {
        PKTHREAD thread = dpcs.queues[i].thread;

        if (!thread)
            continue;
        wake(&dpcs.queues[i]);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(thread);
    }
    dpcs.count = 0;
}
