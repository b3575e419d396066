/*
 * Asynchronous procedure calls, and alerts.
 *
 * User APCs are delivered where the thread goes back to user mode; a kernel APC
 * where its thread next waits, leaves a critical or guarded region, or goes back
 * to user mode: a thread that runs is not interrupted.
 */
#include "dispatcher.h"

VOID NTAPI KeInitializeApc(PRKAPC Apc, PRKTHREAD Thread, KAPC_ENVIRONMENT Environment,
                           PKKERNEL_ROUTINE KernelRoutine, PKRUNDOWN_ROUTINE RundownRoutine,
                           PKNORMAL_ROUTINE NormalRoutine, KPROCESSOR_MODE ApcMode,
                           PVOID NormalContext)
{
    memset(Apc, 0, sizeof(*Apc));
    Apc->Type = KE_APC;
    Apc->Size = sizeof(*Apc);
    Apc->ApcStateIndex = (CCHAR)Environment;
    Apc->Thread = Thread;
    Apc->KernelRoutine = KernelRoutine;
    Apc->RundownRoutine = RundownRoutine;
    Apc->NormalRoutine = NormalRoutine;
    /* One without a normal routine is a special kernel APC. */
    Apc->ApcMode = NormalRoutine ? ApcMode : KernelMode;
    Apc->NormalContext = NormalRoutine ? NormalContext : NULL;
}

/* Special kernel APCs go before normal ones. apc_lock is held. */
static VOID link_apc(PKTHREAD thread, PKAPC apc)
{
    PLIST_ENTRY before = &thread->kernel_apcs;

    if (apc->ApcMode != KernelMode) {
        InsertTailList(&thread->user_apcs, &apc->ApcListEntry);
        return;
    }
    if (!apc->NormalRoutine)
        for (before = before->Flink; before != &thread->kernel_apcs; before = before->Flink)
            if (CONTAINING_RECORD(before, KAPC, ApcListEntry)->NormalRoutine)
                break;
    InsertTailList(before, &apc->ApcListEntry);
    __atomic_store_n(&thread->kernel_apc_pending, TRUE, __ATOMIC_SEQ_CST);
}

/*
 * Queues first and wakes then; a waiter arms its wake word first and looks at
 * the queue then: one of them sees the other.
 */
static BOOLEAN queue_apc(PKTHREAD thread, PKAPC apc)
{
    const hal_u32 interrupts = apc->ApcMode == KernelMode ? KE_WAKE_KERNEL_APCS : KE_WAKE_USER_APCS;
    const hal_u32 status = apc->ApcMode == KernelMode ? STATUS_KERNEL_APC : STATUS_USER_APC;
    struct ke_wakeups wakeups;
    BOOLEAN queued;
    KIRQL irql;

    KeAcquireSpinLock(&thread->apc_lock, &irql);
    queued = !apc->Inserted && !thread->refuses_apcs;
    if (queued) {
        apc->Inserted = TRUE;
        link_apc(thread, apc);
    }
    KeReleaseSpinLock(&thread->apc_lock, irql);
    if (!queued)
        return FALSE;
    /* It may be delivered, and gone, by now. */
    ke_wakeups_initialize(&wakeups);
    ke_end_wait(thread, interrupts, status, &wakeups);
    ke_wake_threads(&wakeups);
    return TRUE;
}

BOOLEAN NTAPI KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2,
                               KPRIORITY Increment)
{
    UNREFERENCED_PARAMETER(Increment);
    ke_assert_irql("KeInsertQueueApc", DISPATCH_LEVEL);
    Apc->SystemArgument1 = SystemArgument1;
    Apc->SystemArgument2 = SystemArgument2;
    return queue_apc(Apc->Thread, Apc);
}

BOOLEAN ke_queue_user_apc(PKTHREAD thread, PKAPC apc)
{
    apc->Thread = thread;
    return queue_apc(thread, apc);
}

BOOLEAN NTAPI KeRemoveQueueApc(PRKAPC Apc)
{
    PKTHREAD thread = Apc->Thread;
    BOOLEAN removed;
    KIRQL irql;

    KeAcquireSpinLock(&thread->apc_lock, &irql);
    removed = Apc->Inserted;
    if (removed) {
        RemoveEntryList(&Apc->ApcListEntry);
        Apc->Inserted = FALSE;
    }
    KeReleaseSpinLock(&thread->apc_lock, irql);
    return removed;
}

BOOLEAN ke_has_user_apc(PKTHREAD thread)
{
    BOOLEAN has;
    KIRQL irql;

    KeAcquireSpinLock(&thread->apc_lock, &irql);
    has = !IsListEmpty(&thread->user_apcs);
    KeReleaseSpinLock(&thread->apc_lock, irql);
    return has;
}

/* The next APC that the thread may run now, of the list; NULL if there is none. apc_lock is held.
 */
static PKAPC next_apc(PKTHREAD thread, PLIST_ENTRY list)
{
    PKAPC apc;

    if (IsListEmpty(list))
        return NULL;
    apc = CONTAINING_RECORD(list->Flink, KAPC, ApcListEntry);
    if (list == &thread->kernel_apcs && apc->NormalRoutine && thread->critical_region)
        return NULL;
    return apc;
}

BOOLEAN ke_has_kernel_apc(PKTHREAD thread)
{
    BOOLEAN has;
    KIRQL irql;

    if (!__atomic_load_n(&thread->kernel_apc_pending, __ATOMIC_SEQ_CST))
        return FALSE;
    KeAcquireSpinLock(&thread->apc_lock, &irql);
    has = next_apc(thread, &thread->kernel_apcs) != NULL;
    KeReleaseSpinLock(&thread->apc_lock, irql);
    return has;
}

static PKAPC dequeue_apc(PKTHREAD thread, PLIST_ENTRY list)
{
    PKAPC apc;
    KIRQL irql;

    KeAcquireSpinLock(&thread->apc_lock, &irql);
    apc = next_apc(thread, list);
    if (apc) {
        RemoveEntryList(&apc->ApcListEntry);
        apc->Inserted = FALSE;
    }
    if (IsListEmpty(&thread->kernel_apcs))
        __atomic_store_n(&thread->kernel_apc_pending, FALSE, __ATOMIC_RELAXED);
    KeReleaseSpinLock(&thread->apc_lock, irql);
    return apc;
}

/* The kernel routine may free the APC, and may change or take back the normal one. */
static VOID run_apc(PKTHREAD thread, PKAPC apc)
{
    PKNORMAL_ROUTINE routine = apc->NormalRoutine;
    PVOID context = apc->NormalContext;
    PVOID argument1 = apc->SystemArgument1;
    PVOID argument2 = apc->SystemArgument2;
    KPROCESSOR_MODE mode = apc->ApcMode;

    if (apc->KernelRoutine) {
        KIRQL irql = KfRaiseIrql(APC_LEVEL);

        apc->KernelRoutine(apc, &routine, &context, &argument1, &argument2);
        KeLowerIrql(irql);
    }
    if (!routine)
        return;
    if (mode == UserMode && thread->process->call_user) {
        thread->process->call_user((PVOID)routine, context, argument1, argument2);
        return;
    }
    /* A normal kernel APC is not interrupted by another. */
    thread->critical_region += mode == KernelMode;
    routine(context, argument1, argument2);
    thread->critical_region -= mode == KernelMode;
}

VOID ke_deliver_kernel_apcs(PKTHREAD thread)
{
    PKAPC apc;

    while (ke_kernel_apcs_allowed(thread) && (apc = dequeue_apc(thread, &thread->kernel_apcs)))
        run_apc(thread, apc);
}

BOOLEAN ke_deliver_user_apcs(VOID)
{
    PKTHREAD thread = ke_current();
    BOOLEAN delivered = FALSE;
    PKAPC apc;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (__atomic_load_n(&thread->kernel_apc_pending, __ATOMIC_RELAXED))
        ke_deliver_kernel_apcs(thread);
    while ((apc = dequeue_apc(thread, &thread->user_apcs))) {
        delivered = TRUE;
        run_apc(thread, apc);
    }
    return delivered;
}

VOID ke_run_down_apcs(PKTHREAD thread)
{
    PKAPC apc;
    KIRQL irql;

    KeAcquireSpinLock(&thread->apc_lock, &irql);
    thread->refuses_apcs = TRUE;
    KeReleaseSpinLock(&thread->apc_lock, irql);
    ke_deliver_kernel_apcs(thread);
    while ((apc = dequeue_apc(thread, &thread->user_apcs))) {
        if (apc->RundownRoutine)
            apc->RundownRoutine(apc);
        else
            ExFreePool(apc);
    }
}

/* Under apc_lock, so that an alert either ends the wait or is seen when it begins. */
VOID ke_alert_thread(PKTHREAD thread)
{
    struct ke_wakeups wakeups;
    KIRQL irql;

    ke_wakeups_initialize(&wakeups);
    KeAcquireSpinLock(&thread->apc_lock, &irql);
    if (!ke_end_wait(thread, KE_WAKE_ALERTABLE, STATUS_ALERTED, &wakeups))
        thread->is_alerted = TRUE;
    KeReleaseSpinLock(&thread->apc_lock, irql);
    ke_wake_threads(&wakeups);
}

VOID ke_terminate_thread(PKTHREAD thread)
{
    struct ke_wakeups wakeups;

    /* The flag first and the wait then; a waiter arms its wake word first and looks at it then. */
    __atomic_store_n(&thread->must_end, TRUE, __ATOMIC_SEQ_CST);
    ke_wakeups_initialize(&wakeups);
    ke_end_wait(thread, KE_WAKE_TERMINATION, (hal_u32)STATUS_THREAD_IS_TERMINATING, &wakeups);
    ke_wake_threads(&wakeups);
}

BOOLEAN NTAPI KeTestAlertThread(KPROCESSOR_MODE AlertMode)
{
    PKTHREAD thread = ke_current();
    BOOLEAN alerted;
    KIRQL irql;

    UNREFERENCED_PARAMETER(AlertMode);
    KeAcquireSpinLock(&thread->apc_lock, &irql);
    alerted = thread->is_alerted;
    thread->is_alerted = FALSE;
    KeReleaseSpinLock(&thread->apc_lock, irql);
    return alerted;
}
