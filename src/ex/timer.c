/*
 * The executive's timers for drivers: a kernel timer with a routine, which the
 * system allocates. A thread can wait for one as for a kernel timer.
 */
#include "../ke/ke.h"
#include "ex.h"

#define TIMER_TAG 'mTxE'
#define TIMER_UNITS_PER_MS 10000ll

struct _EX_TIMER {
    KTIMER timer; /* first: drivers wait for the whole */
    KDPC dpc;
    PEXT_CALLBACK callback; /* or NULL */
    PVOID context;
    KSPIN_LOCK lock; /* guards the next four */
    BOOLEAN is_set;  /* its routine is still to be called */
    BOOLEAN is_periodic;
    BOOLEAN is_dying;     /* to be deleted when it expires */
    BOOLEAN is_reaped;    /* the deletion is under way */
    WORK_QUEUE_ITEM reap; /* deletes it once its routine has returned */
    PEXT_DELETE_CALLBACK deleted;
    PVOID deleted_context;
};

/* The timer is not set any more. Its routine may still run: waits for it. */
static VOID NTAPI timer_reap(PVOID parameter)
{
    PEX_TIMER timer = parameter;
    PEXT_DELETE_CALLBACK deleted = timer->deleted;
    PVOID context = timer->deleted_context;

    KeFlushQueuedDpcs();
    ExFreePoolWithTag(timer, TIMER_TAG);
    if (deleted)
        deleted(context);
}

/* TRUE for the one caller that shall delete a dying timer whose time has come. Holds the lock. */
static BOOLEAN timer_begin_reap(PEX_TIMER timer)
{
    if (!timer->is_dying || timer->is_reaped)
        return FALSE;
    timer->is_reaped = TRUE;
    return TRUE;
}

static VOID NTAPI timer_expired(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    PEX_TIMER timer = context;
    BOOLEAN is_last;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    if (timer->callback)
        timer->callback(timer, timer->context);
    KeAcquireSpinLockAtDpcLevel(&timer->lock);
    timer->is_set = timer->is_periodic;
    is_last = timer_begin_reap(timer);
    KeReleaseSpinLockFromDpcLevel(&timer->lock);
    if (is_last) {
        KeCancelTimer(&timer->timer);
        ExQueueWorkItem(&timer->reap, DelayedWorkQueue);
    }
}

PEX_TIMER NTAPI ExAllocateTimer(PEXT_CALLBACK Callback, PVOID CallbackContext, ULONG Attributes)
{
    const ULONG known = EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE | (ULONG)EX_TIMER_NOTIFICATION;
    PEX_TIMER timer;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (Attributes & ~known)
        return NULL;
    timer = ex_pool_allocate_for(NonPagedPoolNx, sizeof(*timer), TIMER_TAG,
                                 __builtin_return_address(0));
    if (timer == NULL)
        return NULL;
    memset(timer, 0, sizeof(*timer));
    KeInitializeTimerEx(&timer->timer, Attributes & (ULONG)EX_TIMER_NOTIFICATION
                                           ? NotificationTimer
                                           : SynchronizationTimer);
    KeInitializeDpc(&timer->dpc, timer_expired, timer);
    KeInitializeSpinLock(&timer->lock);
    ExInitializeWorkItem(&timer->reap, timer_reap, timer);
    timer->callback = Callback;
    timer->context = CallbackContext;
    return timer;
}

BOOLEAN NTAPI ExSetTimer(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period,
                         PEXT_SET_PARAMETERS Parameters)
{
    LARGE_INTEGER due = {.QuadPart = DueTime};
    LONGLONG period_ms = (Period + TIMER_UNITS_PER_MS - 1) / TIMER_UNITS_PER_MS;
    BOOLEAN was_set;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Parameters); /* tolerances: it expires when it is due */
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Timer->lock, &irql);
    Timer->is_set = TRUE;
    Timer->is_periodic = period_ms != 0;
    was_set = KeSetTimerEx(&Timer->timer, due, (LONG)min(period_ms, MAXLONG), &Timer->dpc);
    KeReleaseSpinLock(&Timer->lock, irql);
    return was_set;
}

static BOOLEAN timer_cancel(PEX_TIMER timer)
{
    BOOLEAN was_set;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    was_set = KeCancelTimer(&timer->timer);
    if (was_set)
        timer->is_set = FALSE;
    KeReleaseSpinLock(&timer->lock, irql);
    return was_set;
}

BOOLEAN NTAPI ExCancelTimer(PEX_TIMER Timer, PEXT_CANCEL_PARAMETERS Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    return timer_cancel(Timer);
}

/*
 * Cancel: the timer is cancelled first; without it, one that is set is deleted
 * when it expires. Wait: returns when the timer's routine has, with the timer
 * deleted; PASSIVE_LEVEL or APC_LEVEL then.
 */
BOOLEAN NTAPI ExDeleteTimer(PEX_TIMER Timer, BOOLEAN Cancel, BOOLEAN Wait,
                            PEXT_DELETE_PARAMETERS Parameters)
{
    BOOLEAN was_set = FALSE, is_last;
    KIRQL irql;

    ke_assert_irql(__func__, Wait ? APC_LEVEL : DISPATCH_LEVEL);
    if (Parameters) {
        Timer->deleted = Parameters->DeleteCallback;
        Timer->deleted_context = Parameters->DeleteContext;
    }
    if (Cancel)
        was_set = timer_cancel(Timer);
    if (Cancel && Wait) {
        timer_reap(Timer);
        return was_set;
    }
    KeAcquireSpinLock(&Timer->lock, &irql);
    Timer->is_dying = TRUE;
    /* One that is set, or whose routine is about to run, is deleted by its routine. */
    is_last = !Timer->is_set && timer_begin_reap(Timer);
    KeReleaseSpinLock(&Timer->lock, irql);
    if (is_last)
        ExQueueWorkItem(&Timer->reap, DelayedWorkQueue);
    return was_set;
}
