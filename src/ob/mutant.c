/*
 * Mutant objects: mutexes of programs.
 *
 * A mutant whose last handle is closed while a thread owns it is still in that
 * thread's list of mutants, which only the thread itself may change. Its memory
 * is kept until the owner has ended or given it up.
 */
#include "ob_private.h"

/* TRUE if nobody owns it any more; what the caller owns he has abandoned then. */
static BOOLEAN is_free(struct ob_mutant *mutant)
{
    CLIENT_ID owner;
    LONG previous;

    ke_release_mutant(&mutant->mutant, TRUE, &previous);
    KeQueryOwnerMutant(&mutant->mutant, &owner);
    return !owner.UniqueThread;
}

VOID ob_mutant_sweep(VOID)
{
    LIST_ENTRY gone;
    PLIST_ENTRY link, next;
    KIRQL irql;

    InitializeListHead(&gone);
    KeAcquireSpinLock(&ob_system.kept_lock, &irql);
    for (link = ob_system.kept_mutants.Flink; link != &ob_system.kept_mutants; link = next) {
        next = link->Flink;
        if (!is_free(CONTAINING_RECORD(link, struct ob_mutant, kept)))
            continue;
        RemoveEntryList(link);
        InsertTailList(&gone, link);
    }
    KeReleaseSpinLock(&ob_system.kept_lock, irql);
    while (!IsListEmpty(&gone))
        ob_destroy(CONTAINING_RECORD(RemoveHeadList(&gone), struct ob_mutant, kept));
}

BOOLEAN ob_mutant_keep(PVOID object)
{
    struct ob_mutant *mutant = object;
    KIRQL irql;

    if (is_free(mutant))
        return FALSE;
    KeAcquireSpinLock(&ob_system.kept_lock, &irql);
    InsertTailList(&ob_system.kept_mutants, &mutant->kept);
    KeReleaseSpinLock(&ob_system.kept_lock, irql);
    return TRUE;
}

VOID ob_mutant_start(VOID)
{
    KeInitializeSpinLock(&ob_system.kept_lock);
    InitializeListHead(&ob_system.kept_mutants);
}

VOID ob_mutant_stop(VOID)
{
    ob_mutant_sweep();
}
