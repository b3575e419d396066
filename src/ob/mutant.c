/*
 * Mutant objects: mutexes of programs.
 *
 * A mutant whose last handle is closed while a thread owns it is still in that
 * thread's list of mutants, which only the thread itself may change. Its memory
 * is kept until the owner has ended or given it up.
 */
#include "services.h"

#include "ob_private.h"

struct ob_mutant {
    KMUTANT mutant;
    LIST_ENTRY kept; /* in ob_system.kept_mutants, once the last reference went */
};

/* TRUE if nobody owns it any more; what the caller owns he has abandoned then. */
static BOOLEAN is_free(struct ob_mutant *mutant)
{
    CLIENT_ID owner;
    LONG previous;

    ke_release_mutant(&mutant->mutant, TRUE, &previous);
    KeQueryOwnerMutant(&mutant->mutant, &owner);
    return !owner.UniqueThread;
}

/* Ends the kept mutants that nobody owns any more. */
static VOID sweep(VOID)
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
    sweep();
}

NTSTATUS NTAPI NtCreateMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN InitialOwner)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    PVOID mutant;
    NTSTATUS status;

    sweep();
    status = ob_begin_create(&ob_type_mutant, sizeof(struct ob_mutant), ObjectAttributes, mode,
                             &captured, &mutant);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeMutant(mutant, InitialOwner);
    return ob_finish_create(mutant, &captured, DesiredAccess, mode, MutantHandle);
}

NTSTATUS NTAPI ZwCreateMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN InitialOwner)
{
    return OB_AS_KERNEL(
        NtCreateMutant(MutantHandle, DesiredAccess, ObjectAttributes, InitialOwner));
}

NTSTATUS NTAPI NtOpenMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_mutant, DesiredAccess,
                          ke_current()->previous_mode, NULL, MutantHandle);
}

NTSTATUS NTAPI ZwOpenMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenMutant(MutantHandle, DesiredAccess, ObjectAttributes));
}

NTSTATUS NTAPI NtReleaseMutant(HANDLE MutantHandle, PLONG PreviousCount)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    PVOID mutant;
    LONG previous;
    NTSTATUS status;

    status = ob_reference_handle(MutantHandle, 0, &ob_type_mutant, mode, &mutant, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = ke_release_mutant(mutant, FALSE, &previous);
    ObfDereferenceObject(mutant);
    if (status == STATUS_SUCCESS && PreviousCount)
        status = ob_copy_out(PreviousCount, &previous, sizeof(previous), mode);
    return status;
}

NTSTATUS NTAPI ZwReleaseMutant(HANDLE MutantHandle, PLONG PreviousCount)
{
    return OB_AS_KERNEL(NtReleaseMutant(MutantHandle, PreviousCount));
}
