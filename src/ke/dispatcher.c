/*
 * What all dispatcher objects have in common: the lock, being signaled, being
 * taken by a waiter.
 */
#include "dispatcher.h"

#define SPINS 100

C_ASSERT(sizeof(DISPATCHER_HEADER) == 0x18);
C_ASSERT(sizeof(KEVENT) == 0x18);
C_ASSERT(sizeof(KSEMAPHORE) == 0x20);
C_ASSERT(sizeof(KMUTANT) == 0x38);
C_ASSERT(sizeof(KTIMER) == 0x40);
C_ASSERT(sizeof(KDPC) == 0x40);
C_ASSERT(sizeof(KAPC) == 0x58);
C_ASSERT(sizeof(KWAIT_BLOCK) == 0x30);

VOID ke_initialize_header(PDISPATCHER_HEADER header, enum ke_object_type type, SIZE_T size,
                          LONG state)
{
    header->Lock = type | (LONG)(size / sizeof(LONG)) << 16;
    header->SignalState = state;
    InitializeListHead(&header->WaitListHead);
}

VOID ke_lock_object_contended(PDISPATCHER_HEADER header)
{
    LONG wanted = KE_OBJECT_LOCKED;
    LONG old;
    ULONG i;

    for (i = 0; i < SPINS; i++) {
        YieldProcessor();
        if (!(__atomic_load_n(&header->Lock, __ATOMIC_RELAXED) & KE_OBJECT_LOCKED) &&
            !(__atomic_fetch_or(&header->Lock, wanted, __ATOMIC_ACQUIRE) & KE_OBJECT_LOCKED))
            return;
    }
    /* From here on it is taken as contended: others may sleep still. */
    wanted |= KE_OBJECT_CONTENDED;
    for (;;) {
        old = __atomic_fetch_or(&header->Lock, wanted, __ATOMIC_ACQUIRE);
        if (!(old & KE_OBJECT_LOCKED))
            return;
        ke_sleep((hal_u32 *)&header->Lock, (hal_u32)(old | wanted), HAL_FOREVER);
    }
}

VOID ke_wake_threads(struct ke_wakeups *wakeups)
{
    ULONG i;

    /* Only the addresses count: a thread may have gone on, and ended, already. */
    for (i = 0; i < wakeups->count; i++)
        hal_wake(wakeups->words[i], 1);
    wakeups->count = 0;
}

BOOLEAN ke_end_wait(PKTHREAD thread, hal_u32 allowed, hal_u32 status, struct ke_wakeups *wakeups)
{
    hal_u32 state = __atomic_load_n(&thread->wake, __ATOMIC_SEQ_CST);

    do {
        if (!(state & KE_WAKE_WAITING) || (allowed && !(state & allowed)))
            return FALSE;
        /* Release: what was done for the waiter before is seen by it (acquire in wait.c). */
    } while (!__atomic_compare_exchange_n(&thread->wake, &state, status, TRUE, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    if (state & KE_WAKE_SLEEPING) {
        if (wakeups->count == RTL_NUMBER_OF(wakeups->words))
            ke_wake_threads(wakeups);
        wakeups->words[wakeups->count++] = &thread->wake;
    }
    return TRUE;
}

BOOLEAN ke_is_signaled(PDISPATCHER_HEADER header, PKTHREAD thread)
{
    if (ke_state(header) > 0)
        return TRUE;
    return ke_object_type(header) == KE_MUTANT &&
           CONTAINING_RECORD(header, KMUTANT, Header)->OwnerThread == thread;
}

NTSTATUS ke_take_status(PDISPATCHER_HEADER header)
{
    if (ke_object_type(header) == KE_MUTANT &&
        CONTAINING_RECORD(header, KMUTANT, Header)->Abandoned)
        return STATUS_ABANDONED;
    return STATUS_SUCCESS;
}

/* thread is the caller, or waits and cannot go on before the mutant's lock is free. */
static VOID take_mutant(PKMUTANT mutant, PKTHREAD thread)
{
    LONG state = ke_state(&mutant->Header) - 1;

    ke_set_state(&mutant->Header, state);
    if (state != 0)
        return;
    mutant->OwnerThread = thread;
    mutant->Abandoned = FALSE;
    thread->critical_region += mutant->ApcDisable;
    InsertTailList(&thread->mutants, &mutant->MutantListEntry);
}

VOID ke_take(PDISPATCHER_HEADER header, PKTHREAD thread)
{
    switch (ke_object_type(header)) {
    case KE_SYNCHRONIZATION_EVENT:
    case KE_SYNCHRONIZATION_TIMER:
        ke_set_state(header, 0);
        break;
    case KE_SEMAPHORE:
        ke_set_state(header, ke_state(header) - 1);
        break;
    case KE_MUTANT:
        take_mutant(CONTAINING_RECORD(header, KMUTANT, Header), thread);
        break;
    default:
        break;
    }
}

/*
 * A wait for all objects is told to look for itself: only it can lock them all.
 * A wait that has just ended otherwise is passed over.
 */
VOID ke_satisfy_waiters(PDISPATCHER_HEADER header, struct ke_wakeups *wakeups)
{
    PLIST_ENTRY entry = header->WaitListHead.Flink;

    while (entry != &header->WaitListHead && ke_state(header) > 0) {
        PKWAIT_BLOCK block = CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry);
        PKTHREAD thread = block->Thread;

        entry = entry->Flink;
        if (block->WaitType == WaitAll) {
            ke_end_wait(thread, 0, KE_WAKE_LOOK_AGAIN, wakeups);
        } else if (ke_end_wait(thread, 0, block->WaitKey + ke_take_status(header), wakeups)) {
            RemoveEntryList(&block->WaitListEntry);
            block->BlockState = KE_BLOCK_FREE;
            ke_take(header, thread);
        }
    }
}
