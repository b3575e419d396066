/*
 * Semaphores.
 */
#include "dispatcher.h"

VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    ke_initialize_header(&Semaphore->Header, KE_SEMAPHORE, sizeof(*Semaphore), Count);
    Semaphore->Limit = Limit;
}

NTSTATUS ke_release_semaphore(PRKSEMAPHORE semaphore, LONG adjustment, PLONG previous)
{
    PDISPATCHER_HEADER header = &semaphore->Header;
    struct ke_wakeups wakeups;
    LONG old, new;

    ke_wakeups_initialize(&wakeups);
    ke_lock_object(header);
    old = ke_state(header);
    if (__builtin_add_overflow(old, adjustment, &new) || new < old || new > semaphore->Limit) {
        ke_unlock_object(header);
        return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    }
    ke_set_state(header, new);
    if (!old && !IsListEmpty(&header->WaitListHead))
        ke_satisfy_waiters(header, &wakeups);
    ke_unlock_object(header);
    ke_wake_threads(&wakeups);
    *previous = old;
    return STATUS_SUCCESS;
}

LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
                              BOOLEAN Wait)
{
    LONG previous;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Increment);
    ke_assert_irql("KeReleaseSemaphore", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    status = ke_release_semaphore(Semaphore, Adjustment, &previous);
    if (!NT_SUCCESS(status))
        ExRaiseStatus(status);
    return previous;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    return __atomic_load_n(&Semaphore->Header.SignalState, __ATOMIC_ACQUIRE);
}
