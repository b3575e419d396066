/*
 * Duplicating handles, and handles from pointers.
 */
#include "services.h"

#include "handle.h"
#include "rights.h"

static NTSTATUS reference_process(HANDLE handle, KPROCESSOR_MODE mode, PKPROCESS *process)
{
    return ob_reference_handle(handle, PROCESS_DUP_HANDLE, &ob_type_process, mode, (PVOID *)process,
                               NULL);
}

/* A handle of process's to a referenced object; -1 and -2 mean the caller's own. */
static NTSTATUS reference_source(PKPROCESS process, HANDLE handle, KPROCESSOR_MODE mode,
                                 PVOID *object, POBJECT_HANDLE_INFORMATION information)
{
    if (handle == NtCurrentProcess() || handle == NtCurrentThread())
        return ob_reference_handle_information(handle, 0, NULL, mode, object, information);
    return ob_reference_handle_of(process, handle, 0, NULL, mode, object, information);
}

static NTSTATUS choose_access(PVOID object, const OBJECT_HANDLE_INFORMATION *source,
                              ACCESS_MASK desired, ULONG options, KPROCESSOR_MODE mode,
                              PACCESS_MASK granted)
{
    ACCESS_MASK mapped = desired;

    *granted = source->GrantedAccess;
    if (options & DUPLICATE_SAME_ACCESS)
        return STATUS_SUCCESS;
    RtlMapGenericMask(&mapped, &ob_type_of(object)->mapping);
    *granted = mapped;
    /* What the source has needs no asking; what it lacks is an open like any other. */
    if (!(mapped & ~source->GrantedAccess))
        return STATUS_SUCCESS;
    return ob_grant_access(object, desired, mode, granted);
}

static NTSTATUS duplicate(PVOID object, const OBJECT_HANDLE_INFORMATION *source, PKPROCESS target,
                          const struct ob_duplicate *request, KPROCESSOR_MODE mode, PHANDLE made)
{
    ULONG attributes = request->attributes;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (request->options & DUPLICATE_SAME_ATTRIBUTES)
        attributes = source->HandleAttributes | (attributes & OBJ_KERNEL_HANDLE);
    if (mode != KernelMode)
        attributes &= ~OBJ_KERNEL_HANDLE;
    if (attributes & OBJ_KERNEL_HANDLE)
        target = ke_system_process();
    status = choose_access(object, source, request->access, request->options, mode, &granted);
    if (!NT_SUCCESS(status))
        return status;
    return ob_make_handle_in(target, object, granted, attributes, made);
}

static NTSTATUS duplicate_to(HANDLE target_process, PVOID object,
                             const OBJECT_HANDLE_INFORMATION *source,
                             const struct ob_duplicate *request, KPROCESSOR_MODE mode,
                             PHANDLE handle)
{
    PKPROCESS target;
    HANDLE made;
    NTSTATUS status = reference_process(target_process, mode, &target);

    if (!NT_SUCCESS(status))
        return status;
    status = duplicate(object, source, target, request, mode, &made);
    if (NT_SUCCESS(status) && handle) {
        status = ob_copy_out(handle, &made, sizeof(made), mode);
        if (!NT_SUCCESS(status))
            ob_close_handle_of(target, made, mode);
    }
    ObfDereferenceObject(target);
    return status;
}

NTSTATUS NTAPI NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle,
                                 HANDLE TargetProcessHandle, PHANDLE TargetHandle,
                                 ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_duplicate request = {DesiredAccess, HandleAttributes, Options};
    OBJECT_HANDLE_INFORMATION information;
    PKPROCESS source;
    PVOID object;
    NTSTATUS status = reference_process(SourceProcessHandle, mode, &source);

    if (!NT_SUCCESS(status))
        return status;
    status = reference_source(source, SourceHandle, mode, &object, &information);
    if (!NT_SUCCESS(status))
        goto out;
    if (TargetProcessHandle)
        status =
            duplicate_to(TargetProcessHandle, object, &information, &request, mode, TargetHandle);
    /* The source goes even if there is nothing to show for it, as on NT. */
    if (Options & DUPLICATE_CLOSE_SOURCE)
        ob_close_handle_of(source, SourceHandle, mode);
    ObfDereferenceObject(object);
out:
    ObfDereferenceObject(source);
    return status;
}

NTSTATUS NTAPI ZwDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle,
                                 HANDLE TargetProcessHandle, PHANDLE TargetHandle,
                                 ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)
{
    return OB_AS_KERNEL(NtDuplicateObject(SourceProcessHandle, SourceHandle, TargetProcessHandle,
                                          TargetHandle, DesiredAccess, HandleAttributes, Options));
}

NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
                                     PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
                                     POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                     PHANDLE Handle)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *Handle = NULL;
    status = ObReferenceObjectByPointer(Object, 0, ObjectType, AccessMode);
    if (!NT_SUCCESS(status))
        return status;
    if (PassedAccessState)
        DesiredAccess |= PassedAccessState->RemainingDesiredAccess;
    status = ob_grant_access(Object, DesiredAccess, AccessMode, &granted);
    if (NT_SUCCESS(status) && PassedAccessState)
        granted |= PassedAccessState->PreviouslyGrantedAccess;
    if (NT_SUCCESS(status))
        status = ob_make_handle(Object, granted, HandleAttributes, Handle);
    ObfDereferenceObject(Object);
    return status;
}

NTSTATUS NTAPI ObOpenObjectByPointerWithTag(PVOID Object, ULONG HandleAttributes,
                                            PACCESS_STATE PassedAccessState,
                                            ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                            KPROCESSOR_MODE AccessMode, ULONG Tag, PHANDLE Handle)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObOpenObjectByPointer(Object, HandleAttributes, PassedAccessState, DesiredAccess,
                                 ObjectType, AccessMode, Handle);
}

NTSTATUS NTAPI NtClose(HANDLE Handle)
{
    return ob_close_handle(Handle, ke_current()->previous_mode);
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    return OB_AS_KERNEL(NtClose(Handle));
}
