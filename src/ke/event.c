/*
 * Events.
 */
#include "dispatcher.h"

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    ke_initialize_header(&Event->Header,
                         Type == NotificationEvent ? KE_NOTIFICATION_EVENT
                                                   : KE_SYNCHRONIZATION_EVENT,
                         sizeof(*Event), State != FALSE);
}

/* Sets the state and serves the waiters; then sets it to rest. Returns what it was. */
static LONG signal_event(PKEVENT event, BOOLEAN pulse)
{
    PDISPATCHER_HEADER header = &event->Header;
    struct ke_wakeups wakeups;
    LONG old;

    ke_wakeups_initialize(&wakeups);
    ke_lock_object(header);
    old = ke_state(header);
    ke_set_state(header, 1);
    if (!old && !IsListEmpty(&header->WaitListHead))
        ke_satisfy_waiters(header, &wakeups);
    if (pulse)
        ke_set_state(header, 0);
    ke_unlock_object(header);
    ke_wake_threads(&wakeups);
    return old;
}

/* Wait promises that a wait follows at once; nothing has to be kept for it here. */
LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    ke_assert_irql("KeSetEvent", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    return signal_event(Event, FALSE);
}

LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    ke_assert_irql("KePulseEvent", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    return signal_event(Event, TRUE);
}

LONG NTAPI KeResetEvent(PRKEVENT Event)
{
    LONG old;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    ke_lock_object(&Event->Header);
    old = ke_state(&Event->Header);
    ke_set_state(&Event->Header, 0);
    ke_unlock_object(&Event->Header);
    return old;
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    KeResetEvent(Event);
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event)
{
    /* Acquire: who sees it set sees what was done before KeSetEvent. */
    return __atomic_load_n(&Event->Header.SignalState, __ATOMIC_ACQUIRE);
}
