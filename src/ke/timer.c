/*
 * Timers. Those that are set are in one tree, under one lock; the first DPC
 * thread sleeps until the first is due.
 *
 * A timer is signaled, and its DPC queued, under the tree's lock: once
 * KeCancelTimer or KeSetTimer is back, nothing touches the timer any more.
 */
#include "dispatcher.h"
#include "timer_tree.h"

#define TICKS_PER_MILLISECOND 10000 /* of 100 ns */

static struct {
    KSPIN_LOCK lock; /* guards the tree, and of the timers in it everything but the header */
    struct ke_timer_tree tree;
    ULONG64 watched; /* due time that the DPC thread sleeps for, or MAXULONGLONG */
} timers;

VOID ke_timer_start(VOID)
{
    memset(&timers, 0, sizeof(timers));
    timers.watched = MAXULONGLONG;
}

VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    ke_initialize_header(&Timer->Header,
                         Type == NotificationTimer ? KE_NOTIFICATION_TIMER
                                                   : KE_SYNCHRONIZATION_TIMER,
                         sizeof(*Timer), 0);
    Timer->DueTime.QuadPart = 0;
    Timer->TimerListEntry.Flink = NULL;
    Timer->TimerListEntry.Blink = NULL;
    Timer->Dpc = NULL;
    Timer->Processor = 0;
    Timer->Period = 0;
}

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

static BOOLEAN is_inserted(PKTIMER timer)
{
    return (__atomic_load_n(&timer->Header.Lock, __ATOMIC_RELAXED) & KE_TIMER_INSERTED) != 0;
}

/* The flag is in the word of the object's lock, which others may be taking. */
static VOID put_in(PKTIMER timer)
{
    ke_timer_tree_insert(&timers.tree, timer);
    __atomic_fetch_or(&timer->Header.Lock, KE_TIMER_INSERTED, __ATOMIC_RELAXED);
}

static BOOLEAN take_out(PKTIMER timer)
{
    if (!is_inserted(timer))
        return FALSE;
    ke_timer_tree_remove(&timers.tree, timer);
    __atomic_fetch_and(&timer->Header.Lock, ~KE_TIMER_INSERTED, __ATOMIC_RELAXED);
    return TRUE;
}

/* Signals, queues the DPC, and sets a periodic timer anew. Locked, and not in the tree. */
static VOID expire(PKTIMER timer, ULONG64 now, struct ke_wakeups *wakeups)
{
    LARGE_INTEGER time;

    ke_lock_object(&timer->Header);
    ke_set_state(&timer->Header, 1);
    ke_satisfy_waiters(&timer->Header, wakeups);
    ke_unlock_object(&timer->Header);
    if (timer->Dpc) {
        KeQuerySystemTime(&time);
        KeInsertQueueDpc(timer->Dpc, ULongToPtr(time.LowPart), ULongToPtr((ULONG)time.HighPart));
    }
    if (timer->Period) {
        ULONG64 period = (ULONG64)timer->Period * TICKS_PER_MILLISECOND;

        /* Without drift, unless whole periods were missed. */
        timer->DueTime.QuadPart += period;
        if (timer->DueTime.QuadPart <= now)
            timer->DueTime.QuadPart = now + period;
        put_in(timer);
    }
}

hal_i64 ke_expire_timers(VOID)
{
    struct ke_wakeups wakeups;
    ULONG64 now = KeQueryInterruptTime();
    ULONG64 next;
    PKTIMER timer;
    KIRQL irql;

    ke_wakeups_initialize(&wakeups);
    KeAcquireSpinLock(&timers.lock, &irql);
    while ((timer = ke_timer_tree_first(&timers.tree)) && timer->DueTime.QuadPart <= now) {
        take_out(timer);
        expire(timer, now, &wakeups);
    }
    next = timer ? timer->DueTime.QuadPart : MAXULONGLONG;
    timers.watched = next;
    KeReleaseSpinLock(&timers.lock, irql);
    ke_wake_threads(&wakeups);
    return next == MAXULONGLONG ? HAL_FOREVER : (hal_i64)next * 100;
}

/* Due times are interrupt times; an absolute one is converted when it is set. */
static ULONG64 due_time(LARGE_INTEGER due, ULONG64 now)
{
    LONG64 span = due.QuadPart;
    ULONG64 time;

    if (span >= 0) {
        LARGE_INTEGER system;

        KeQuerySystemTime(&system);
        span = span > system.QuadPart ? system.QuadPart - span : 0;
    }
    time = now - (ULONG64)span;
    /* Further away than a deadline in ns can say is never. */
    return time > MAXLONGLONG / 100 ? MAXLONGLONG / 100 : time;
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    ULONG64 now = KeQueryInterruptTime();
    ULONG64 due = due_time(DueTime, now);
    struct ke_wakeups wakeups;
    BOOLEAN was_set, is_first;
    KIRQL irql;

    ke_assert_irql("KeSetTimer", DISPATCH_LEVEL);
    ke_wakeups_initialize(&wakeups);
    KeAcquireSpinLock(&timers.lock, &irql);
    was_set = take_out(Timer);
    ke_lock_object(&Timer->Header);
    ke_set_state(&Timer->Header, 0);
    ke_unlock_object(&Timer->Header);
    Timer->DueTime.QuadPart = due;
    Timer->Period = (ULONG)Period;
    Timer->Dpc = Dpc;
    if (due <= now)
        expire(Timer, now, &wakeups);
    else
        put_in(Timer);
    is_first = is_inserted(Timer) && Timer->DueTime.QuadPart < timers.watched;
    if (is_first)
        timers.watched = Timer->DueTime.QuadPart;
    KeReleaseSpinLock(&timers.lock, irql);
    ke_wake_threads(&wakeups);
    if (is_first)
        ke_dpc_wake_timekeeper();
    return was_set;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

/* The delay that may be tolerated is not used: nothing is gained by waking fewer times here. */
BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period,
                                    ULONG TolerableDelay, PKDPC Dpc)
{
    UNREFERENCED_PARAMETER(TolerableDelay);
    return KeSetTimerEx(Timer, DueTime, (LONG)Period, Dpc);
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    BOOLEAN was_set;
    KIRQL irql;

    ke_assert_irql("KeCancelTimer", DISPATCH_LEVEL);
    KeAcquireSpinLock(&timers.lock, &irql);
    was_set = take_out(Timer);
    Timer->Period = 0;
    KeReleaseSpinLock(&timers.lock, irql);
    return was_set;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer)
{
    return __atomic_load_n(&Timer->Header.SignalState, __ATOMIC_ACQUIRE) != 0;
}
