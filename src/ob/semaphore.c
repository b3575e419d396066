/*
 * Semaphore objects.
 */
#include "services.h"

#include "ob_private.h"

NTSTATUS NTAPI NtCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                 POBJECT_ATTRIBUTES ObjectAttributes, LONG InitialCount,
                                 LONG MaximumCount)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    PVOID semaphore;
    NTSTATUS status;

    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    status = ob_begin_create(&ob_type_semaphore, sizeof(KSEMAPHORE), ObjectAttributes, mode,
                             &captured, &semaphore);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeSemaphore(semaphore, InitialCount, MaximumCount);
    return ob_finish_create(semaphore, &captured, DesiredAccess, mode, SemaphoreHandle);
}

NTSTATUS NTAPI ZwCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                 POBJECT_ATTRIBUTES ObjectAttributes, LONG InitialCount,
                                 LONG MaximumCount)
{
    return OB_AS_KERNEL(NtCreateSemaphore(SemaphoreHandle, DesiredAccess, ObjectAttributes,
                                          InitialCount, MaximumCount));
}

NTSTATUS NTAPI NtOpenSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_semaphore, DesiredAccess,
                          ke_current()->previous_mode, NULL, SemaphoreHandle);
}

NTSTATUS NTAPI ZwOpenSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenSemaphore(SemaphoreHandle, DesiredAccess, ObjectAttributes));
}

NTSTATUS NTAPI NtReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, PLONG PreviousCount)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    PVOID semaphore;
    LONG previous;
    NTSTATUS status;

    if (ReleaseCount <= 0)
        return STATUS_INVALID_PARAMETER;
    status = ob_reference_handle(SemaphoreHandle, SEMAPHORE_MODIFY_STATE, &ob_type_semaphore, mode,
                                 &semaphore, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = ke_release_semaphore(semaphore, ReleaseCount, &previous);
    ObfDereferenceObject(semaphore);
    if (NT_SUCCESS(status) && PreviousCount)
        status = ob_copy_out(PreviousCount, &previous, sizeof(previous), mode);
    return status;
}

NTSTATUS NTAPI ZwReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, PLONG PreviousCount)
{
    return OB_AS_KERNEL(NtReleaseSemaphore(SemaphoreHandle, ReleaseCount, PreviousCount));
}
