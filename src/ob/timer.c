/*
 * Timer objects: a kernel timer that can also queue an APC to the thread that
 * set it.
 */
#include "ob_private.h"

static struct ob_timer *timer_of_apc(PKAPC apc)
{
    return CONTAINING_RECORD(apc, struct ob_timer, apc);
}

static VOID NTAPI apc_begins(PKAPC apc, PKNORMAL_ROUTINE *routine, PVOID *context, PVOID *first,
                             PVOID *second)
{
    UNREFERENCED_PARAMETER(routine);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    ObfDereferenceObject(timer_of_apc(apc));
}

static VOID NTAPI apc_is_lost(PKAPC apc)
{
    ObfDereferenceObject(timer_of_apc(apc));
}

VOID NTAPI ob_timer_expired(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct ob_timer *timer = context;
    LARGE_INTEGER now;
    BOOLEAN has_queued = FALSE;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    /* It may be on its way out: destroy waits for this routine. */
    if (!ob_try_reference(timer))
        return;
    KeQuerySystemTime(&now);
    KeAcquireSpinLockAtDpcLevel(&timer->lock);
    if (timer->thread)
        has_queued = KeInsertQueueApc(&timer->apc, UlongToPtr(now.LowPart), LongToPtr(now.HighPart),
                                      IO_NO_INCREMENT);
    KeReleaseSpinLockFromDpcLevel(&timer->lock);
    if (!has_queued)
        ObfDereferenceObject(timer);
}

VOID ob_timer_detach(struct ob_timer *timer)
{
    PKTHREAD thread;
    BOOLEAN was_queued;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    thread = timer->thread;
    timer->thread = NULL;
    was_queued = thread && KeRemoveQueueApc(&timer->apc);
    KeReleaseSpinLock(&timer->lock, irql);
    if (was_queued)
        ObfDereferenceObject(timer);
    if (thread)
        ObfDereferenceObject(thread);
}

VOID ob_timer_attach(struct ob_timer *timer, PTIMER_APC_ROUTINE routine, PVOID context,
                     KPROCESSOR_MODE mode)
{
    PKTHREAD thread = ke_current();
    KIRQL irql;

    /* The expiry of an earlier setting must not queue this one's APC. */
    KeRemoveQueueDpc(&timer->dpc);
    KeFlushQueuedDpcs();
    ObfReferenceObject(thread);
    KeAcquireSpinLock(&timer->lock, &irql);
    /* The routine takes the time of expiry in two halves where others take two pointers. */
    KeInitializeApc(&timer->apc, thread, CurrentApcEnvironment, apc_begins, apc_is_lost,
                    (PKNORMAL_ROUTINE)(PVOID)routine, mode, context);
    timer->thread = thread;
    KeReleaseSpinLock(&timer->lock, irql);
}

VOID ob_timer_destroy(PVOID object)
{
    struct ob_timer *timer = object;

    KeCancelTimer(&timer->timer);
    KeRemoveQueueDpc(&timer->dpc);
    KeFlushQueuedDpcs();
    /* A queued APC would hold a reference, so none is. */
    if (timer->thread)
        ObfDereferenceObject(timer->thread);
}
