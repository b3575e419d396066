/*
 * Symbolic links: names that stand for other names.
 */
#include "services.h"

#include "ob_private.h"

#include "../ex/ex.h"

NTSTATUS ob_symbolic_link_substitute(PVOID link, PCUNICODE_STRING rest, PUNICODE_STRING name)
{
    struct ob_symbolic_link *body = link;
    USHORT target = body->target.Length;
    ULONG bytes;

    /* "\Target\" + "\rest" has one separator in the middle. */
    if (rest->Length && target && body->target.Buffer[target / sizeof(WCHAR) - 1] == L'\\')
        target -= sizeof(WCHAR);
    bytes = (ULONG)target + rest->Length;
    if (bytes > MAXUSHORT)
        return STATUS_NAME_TOO_LONG;
    name->Buffer = ExAllocatePoolWithTag(NonPagedPool, bytes + sizeof(WCHAR), EX_TAG_NAME);
    if (!name->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    name->Length = name->MaximumLength = (USHORT)bytes;
    memcpy(name->Buffer, body->target.Buffer, target);
    memcpy((PCHAR)name->Buffer + target, rest->Buffer, rest->Length);
    return STATUS_SUCCESS;
}

PCUNICODE_STRING ob_symbolic_link_target(PVOID link)
{
    return &((struct ob_symbolic_link *)link)->target;
}

VOID ob_symbolic_link_destroy(PVOID link)
{
    struct ob_symbolic_link *body = link;

    if (body->target.Buffer)
        ExFreePoolWithTag(body->target.Buffer, EX_TAG_NAME);
}

NTSTATUS ob_symbolic_link_make(PCUNICODE_STRING target, PVOID *link)
{
    struct ob_symbolic_link *body;
    NTSTATUS status;

    if (!target->Length || target->Length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    status = ob_create(&ob_type_symbolic_link, sizeof(*body), link);
    if (!NT_SUCCESS(status))
        return status;
    body = *link;
    KeQuerySystemTime(&body->created);
    body->target.Buffer = ExAllocatePoolWithTag(NonPagedPool, target->Length, EX_TAG_NAME);
    if (!body->target.Buffer) {
        ObfDereferenceObject(*link);
        *link = NULL;
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    body->target.Length = body->target.MaximumLength = target->Length;
    memcpy(body->target.Buffer, target->Buffer, target->Length);
    return STATUS_SUCCESS;
}

NTSTATUS ob_create_symbolic_link(PCUNICODE_STRING name, PCUNICODE_STRING target)
{
    PVOID link;
    NTSTATUS status = ob_symbolic_link_make(target, &link);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_insert_name(link, name);
    ObfDereferenceObject(link);
    return status;
}

NTSTATUS ob_delete_symbolic_link(PCUNICODE_STRING name)
{
    PVOID link;
    NTSTATUS status = ob_lookup(NULL, name, OBJ_CASE_INSENSITIVE, &ob_type_symbolic_link, DELETE,
                                KernelMode, NULL, &link);

    if (!NT_SUCCESS(status))
        return status;
    ob_remove_name(link);
    ObfDereferenceObject(link);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtCreateSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                          POBJECT_ATTRIBUTES ObjectAttributes,
                                          PUNICODE_STRING TargetName)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    UNICODE_STRING target;
    PVOID link;
    NTSTATUS status = ob_capture_string(TargetName, mode, &target);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_symbolic_link_make(&target, &link);
    ob_free_string(&target);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_capture_attributes(ObjectAttributes, mode, &captured);
    if (!NT_SUCCESS(status)) {
        ObfDereferenceObject(link);
        return status;
    }
    return ob_finish_create(link, &captured, DesiredAccess, mode, LinkHandle);
}

NTSTATUS NTAPI ZwCreateSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                          POBJECT_ATTRIBUTES ObjectAttributes,
                                          PUNICODE_STRING TargetName)
{
    return OB_AS_KERNEL(
        NtCreateSymbolicLinkObject(LinkHandle, DesiredAccess, ObjectAttributes, TargetName));
}

NTSTATUS NTAPI NtOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_symbolic_link, DesiredAccess,
                          ke_current()->previous_mode, NULL, LinkHandle);
}

NTSTATUS NTAPI ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenSymbolicLinkObject(LinkHandle, DesiredAccess, ObjectAttributes));
}

/* A terminator follows the target in the caller's string, and in the count, if there is room. */
static NTSTATUS return_target(const UNICODE_STRING *target, PUNICODE_STRING string, PULONG returned,
                              KPROCESSOR_MODE mode)
{
    static const WCHAR terminator;
    UNICODE_STRING room;
    ULONG bytes = target->Length;
    NTSTATUS status = ob_copy_in(&room, string, sizeof(room), mode);

    if (!NT_SUCCESS(status))
        return status;
    if (returned) {
        bytes += sizeof(WCHAR);
        status = ob_copy_out(returned, &bytes, sizeof(bytes), mode);
    }
    if (NT_SUCCESS(status) && bytes > room.MaximumLength)
        status = STATUS_BUFFER_TOO_SMALL;
    if (NT_SUCCESS(status))
        status = ob_copy_out(room.Buffer, target->Buffer, target->Length, mode);
    if (NT_SUCCESS(status) && target->Length + sizeof(WCHAR) <= room.MaximumLength)
        status =
            ob_copy_out((PUCHAR)room.Buffer + target->Length, &terminator, sizeof(WCHAR), mode);
    room.Length = target->Length;
    return NT_SUCCESS(status) ? ob_copy_out(string, &room, sizeof(room), mode) : status;
}

NTSTATUS NTAPI NtQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                         PULONG ReturnedLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_symbolic_link *link;
    NTSTATUS status;

    status = ob_reference_handle(LinkHandle, SYMBOLIC_LINK_QUERY, &ob_type_symbolic_link, mode,
                                 (PVOID *)&link, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = return_target(&link->target, LinkTarget, ReturnedLength, mode);
    ObfDereferenceObject(link);
    return status;
}

NTSTATUS NTAPI ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                         PULONG ReturnedLength)
{
    return OB_AS_KERNEL(NtQuerySymbolicLinkObject(LinkHandle, LinkTarget, ReturnedLength));
}

static ob_link_changed link_changed; /* ob_on_link_change's */

VOID ob_on_link_change(ob_link_changed changed)
{
    link_changed = changed;
}

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (link_changed)
        return link_changed(SymbolicLinkName, DeviceName);
    return ob_create_symbolic_link(SymbolicLinkName, DeviceName);
}

/* What protects a link on NT is its security descriptor; no link has one here. */
NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                               PUNICODE_STRING DeviceName)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return ob_create_symbolic_link(SymbolicLinkName, DeviceName);
}

NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (link_changed)
        return link_changed(SymbolicLinkName, NULL);
    return ob_delete_symbolic_link(SymbolicLinkName);
}
