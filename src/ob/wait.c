/*
 * Waiting for objects by handle.
 */
#include "services.h"

#include "ob_private.h"

static NTSTATUS fetch_timeout(PLARGE_INTEGER timeout, KPROCESSOR_MODE mode, PLARGE_INTEGER copy)
{
    return timeout ? ob_copy_in(copy, timeout, sizeof(*copy), mode) : STATUS_SUCCESS;
}

/* What a wait on the object waits on; NULL if nobody can wait on it. */
static PVOID waitable_of(PVOID object)
{
    struct _OBJECT_TYPE *type = ob_type_of(object);

    return type->waitable ? type->waitable(object) : object;
}

static NTSTATUS reference_waitable(HANDLE handle, KPROCESSOR_MODE mode, PVOID *object,
                                   PVOID *waitable)
{
    NTSTATUS status = ob_reference_handle(handle, SYNCHRONIZE, NULL, mode, object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *waitable = waitable_of(*object);
    if (*waitable)
        return STATUS_SUCCESS;
    ObfDereferenceObject(*object);
    return STATUS_OBJECT_TYPE_MISMATCH;
}

/* On the way back to the program: what woke it is called. */
static NTSTATUS leave(NTSTATUS status, KPROCESSOR_MODE mode)
{
    if (status == STATUS_USER_APC && mode != KernelMode)
        ke_deliver_user_apcs();
    return status;
}

NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    LARGE_INTEGER timeout;
    PVOID object, waitable;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = fetch_timeout(Timeout, mode, &timeout);
    if (NT_SUCCESS(status))
        status = reference_waitable(Handle, mode, &object, &waitable);
    if (!NT_SUCCESS(status))
        return status;
    status =
        KeWaitForSingleObject(waitable, UserRequest, mode, Alertable, Timeout ? &timeout : NULL);
    ObfDereferenceObject(object);
    return leave(status, mode);
}

NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    return OB_AS_KERNEL(NtWaitForSingleObject(Handle, Alertable, Timeout));
}

static VOID dereference_all(PVOID *objects, ULONG count)
{
    while (count--)
        ObfDereferenceObject(objects[count]);
}

static NTSTATUS reference_all(const HANDLE *handles, ULONG count, KPROCESSOR_MODE mode,
                              PVOID *objects, PVOID *waitables)
{
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < count; i++) {
        status = reference_waitable(handles[i], mode, &objects[i], &waitables[i]);
        if (!NT_SUCCESS(status)) {
            dereference_all(objects, i);
            return status;
        }
    }
    return STATUS_SUCCESS;
}

static BOOLEAN has_duplicates(PVOID *waitables, ULONG count)
{
    ULONG i, j;

    for (i = 1; i < count; i++)
        for (j = 0; j < i; j++)
            if (waitables[i] == waitables[j])
                return TRUE;
    return FALSE;
}

NTSTATUS NTAPI NtWaitForMultipleObjects(ULONG HandleCount, PHANDLE Handles, WAIT_TYPE WaitType,
                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    PVOID objects[MAXIMUM_WAIT_OBJECTS], waitables[MAXIMUM_WAIT_OBJECTS];
    KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS];
    LARGE_INTEGER timeout;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (HandleCount == 0 || HandleCount > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (WaitType != WaitAny && WaitType != WaitAll)
        return STATUS_INVALID_PARAMETER_3;
    status = fetch_timeout(Timeout, mode, &timeout);
    if (NT_SUCCESS(status))
        status = ob_copy_in(handles, Handles, HandleCount * sizeof(HANDLE), mode);
    if (NT_SUCCESS(status))
        status = reference_all(handles, HandleCount, mode, objects, waitables);
    if (!NT_SUCCESS(status))
        return status;
    if (WaitType == WaitAll && has_duplicates(waitables, HandleCount))
        status = STATUS_INVALID_PARAMETER_MIX;
    else
        status = KeWaitForMultipleObjects(HandleCount, waitables, WaitType, UserRequest, mode,
                                          Alertable, Timeout ? &timeout : NULL, blocks);
    dereference_all(objects, HandleCount);
    return leave(status, mode);
}

NTSTATUS NTAPI ZwWaitForMultipleObjects(ULONG HandleCount, PHANDLE Handles, WAIT_TYPE WaitType,
                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    return OB_AS_KERNEL(
        NtWaitForMultipleObjects(HandleCount, Handles, WaitType, Alertable, Timeout));
}

static NTSTATUS signal(HANDLE handle, KPROCESSOR_MODE mode)
{
    PVOID object;
    struct _OBJECT_TYPE *type;
    NTSTATUS status = ob_reference_handle(handle, 0, NULL, mode, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    type = ob_type_of(object);
    ObfDereferenceObject(object);
    if (type == &ob_type_event)
        return NtSetEvent(handle, NULL);
    if (type == &ob_type_mutant)
        return NtReleaseMutant(handle, NULL);
    if (type == &ob_type_semaphore)
        return NtReleaseSemaphore(handle, 1, NULL);
    return STATUS_OBJECT_TYPE_MISMATCH;
}

NTSTATUS NTAPI NtSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle,
                                              BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    NTSTATUS status = signal(SignalHandle, ke_current()->previous_mode);

    if (status != STATUS_SUCCESS)
        return status;
    return NtWaitForSingleObject(WaitHandle, Alertable, Timeout);
}

NTSTATUS NTAPI ZwSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle,
                                              BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    return OB_AS_KERNEL(
        NtSignalAndWaitForSingleObject(SignalHandle, WaitHandle, Alertable, Timeout));
}
