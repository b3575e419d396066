/*
 * Symbolic links: names that stand for other names.
 */
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

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
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
    return ob_delete_symbolic_link(SymbolicLinkName);
}
