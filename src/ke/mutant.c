/*
 * Mutants: mutexes as NT's system calls know them, and as drivers do (KMUTEX),
 * which are the same with kernel APCs disabled for their owner.
 *
 * SignalState is 1 when free and goes down by one with each acquisition of the
 * owner. A thread's list of mutants is changed by the thread itself, or for it
 * while it waits and the mutant is locked.
 */
#include "dispatcher.h"

static VOID initialize(PKMUTANT mutant, UCHAR apc_disable)
{
    ke_initialize_header(&mutant->Header, KE_MUTANT, sizeof(*mutant), 1);
    mutant->OwnerThread = NULL;
    mutant->Abandoned = FALSE;
    mutant->ApcDisable = apc_disable;
}

VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    UNREFERENCED_PARAMETER(Level);
    initialize(Mutex, 1);
}

VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner)
{
    initialize(Mutant, 0);
    if (InitialOwner) {
        ke_lock_object(&Mutant->Header);
        ke_take(&Mutant->Header, ke_current());
        ke_unlock_object(&Mutant->Header);
    }
}

/* The owner has given it up. Locked. */
static VOID disown(PKMUTANT mutant, PKTHREAD owner, struct ke_wakeups *wakeups)
{
    mutant->OwnerThread = NULL;
    RemoveEntryList(&mutant->MutantListEntry);
    owner->critical_region -= mutant->ApcDisable;
    if (!IsListEmpty(&mutant->Header.WaitListHead))
        ke_satisfy_waiters(&mutant->Header, wakeups);
}

NTSTATUS ke_release_mutant(PRKMUTANT mutant, BOOLEAN abandoned, PLONG previous)
{
    PKTHREAD thread = ke_current();
    struct ke_wakeups wakeups;

    ke_wakeups_initialize(&wakeups);
    ke_lock_object(&mutant->Header);
    if (mutant->OwnerThread != thread) {
        abandoned = mutant->Abandoned;
        ke_unlock_object(&mutant->Header);
        return abandoned ? STATUS_ABANDONED : STATUS_MUTANT_NOT_OWNED;
    }
    *previous = ke_state(&mutant->Header);
    mutant->Abandoned = abandoned;
    ke_set_state(&mutant->Header, abandoned ? 1 : *previous + 1);
    if (ke_state(&mutant->Header) == 1)
        disown(mutant, thread, &wakeups);
    ke_unlock_object(&mutant->Header);
    ke_wake_threads(&wakeups);
    if (__atomic_load_n(&thread->kernel_apc_pending, __ATOMIC_RELAXED))
        ke_deliver_kernel_apcs(thread);
    return STATUS_SUCCESS;
}

LONG NTAPI KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned, BOOLEAN Wait)
{
    LONG previous;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Increment);
    ke_assert_irql("KeReleaseMutex", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    status = ke_release_mutant(Mutant, Abandoned, &previous);
    /* STATUS_ABANDONED is no error by its value. */
    if (status != STATUS_SUCCESS)
        ExRaiseStatus(status);
    return previous;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    return KeReleaseMutant(Mutex, 1, FALSE, Wait);
}

LONG NTAPI KeReadStateMutant(PRKMUTANT Mutant)
{
    return ke_state(&Mutant->Header);
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex)
{
    return ke_state(&Mutex->Header);
}

VOID KeQueryOwnerMutant(PKMUTANT Mutant, PCLIENT_ID ClientId)
{
    PKTHREAD owner;

    ke_lock_object(&Mutant->Header);
    owner = Mutant->OwnerThread;
    ClientId->UniqueProcess = owner ? owner->process->id : NULL;
    ClientId->UniqueThread = owner ? owner->id : NULL;
    ke_unlock_object(&Mutant->Header);
}

VOID ke_abandon_mutants(PKTHREAD thread)
{
    while (!IsListEmpty(&thread->mutants)) {
        PKMUTANT mutant = CONTAINING_RECORD(thread->mutants.Flink, KMUTANT, MutantListEntry);
        const ULONG_PTR parameters[4] = {(ULONG_PTR)thread, (ULONG_PTR)mutant, 0, 0};

        if (mutant->ApcDisable)
            ke_bugcheck(THREAD_TERMINATE_HELD_MUTEX, parameters, NULL);
        KeReleaseMutant(mutant, 1, TRUE, FALSE);
    }
}
