/*
 * The system calls on mutants.
 */
#include "services.h"

#include "ob_private.h"

NTSTATUS NTAPI NtCreateMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN InitialOwner)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    PVOID mutant;
    NTSTATUS status;

    ob_mutant_sweep();
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
