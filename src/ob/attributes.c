/*
 * Capturing a caller's OBJECT_ATTRIBUTES.
 */
#include "ob_private.h"
#include "handle.h"

#include "../ex/ex.h"
#include "../mm/mm.h"

NTSTATUS ob_copy_in(PVOID to, const VOID *from, SIZE_T bytes, KPROCESSOR_MODE mode)
{
    if (mode != KernelMode)
        return mm_copy_from_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

NTSTATUS ob_copy_out(PVOID to, const VOID *from, SIZE_T bytes, KPROCESSOR_MODE mode)
{
    if (mode != KernelMode)
        return mm_copy_to_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

NTSTATUS ob_capture_string(PCUNICODE_STRING string, KPROCESSOR_MODE mode, PUNICODE_STRING captured)
{
    UNICODE_STRING header;
    NTSTATUS status;
    PWSTR text;

    RtlInitUnicodeString(captured, NULL);
    status = ob_copy_in(&header, string, sizeof(header), mode);
    if (!NT_SUCCESS(status) || !header.Length)
        return status;
    text = ExAllocatePoolWithTag(NonPagedPoolNx, header.Length + sizeof(WCHAR), EX_TAG_NAME);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = ob_copy_in(text, header.Buffer, header.Length, mode);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(text, EX_TAG_NAME);
        return status;
    }
    captured->Buffer = text;
    captured->Length = header.Length;
    captured->MaximumLength = header.Length + sizeof(WCHAR);
    text[header.Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

VOID ob_free_string(PUNICODE_STRING captured)
{
    if (captured->Buffer)
        ExFreePoolWithTag(captured->Buffer, EX_TAG_NAME);
    RtlInitUnicodeString(captured, NULL);
}

static NTSTATUS capture_name(PUNICODE_STRING name, KPROCESSOR_MODE mode,
                             struct ob_attributes *captured)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (mode != KernelMode) {
        status = ob_capture_string(name, mode, &captured->name);
        captured->text = captured->name.Buffer;
    } else {
        captured->name = *name;
    }
    if (NT_SUCCESS(status) && captured->name.Length % sizeof(WCHAR))
        status = STATUS_OBJECT_NAME_INVALID;
    return status;
}

NTSTATUS ob_capture_attributes(POBJECT_ATTRIBUTES attributes, KPROCESSOR_MODE mode,
                               struct ob_attributes *captured)
{
    OBJECT_ATTRIBUTES copy;
    NTSTATUS status;

    memset(captured, 0, sizeof(*captured));
    if (!attributes)
        return STATUS_SUCCESS;
    status = ob_copy_in(&copy, attributes, sizeof(copy), mode);
    if (!NT_SUCCESS(status))
        return status;
    if (copy.Length != sizeof(copy) || (copy.Attributes & ~OBJ_VALID_ATTRIBUTES))
        return STATUS_INVALID_PARAMETER;
    captured->attributes = copy.Attributes;
    if (mode != KernelMode)
        captured->attributes &= ~OBJ_KERNEL_HANDLE;
    if (copy.ObjectName)
        status = capture_name(copy.ObjectName, mode, captured);
    if (NT_SUCCESS(status) && copy.SecurityDescriptor)
        status = ob_capture_security(copy.SecurityDescriptor, mode, &captured->security);
    if (NT_SUCCESS(status) && copy.RootDirectory)
        status = ob_reference_handle(copy.RootDirectory, 0, NULL, mode, &captured->root, NULL);
    if (!NT_SUCCESS(status))
        ob_release_attributes(captured);
    return status;
}

VOID ob_release_attributes(struct ob_attributes *captured)
{
    if (captured->root)
        ObfDereferenceObject(captured->root);
    if (captured->text)
        ExFreePoolWithTag(captured->text, EX_TAG_NAME);
    if (captured->security)
        ExFreePoolWithTag(captured->security, EX_TAG_SECURITY);
    memset(captured, 0, sizeof(*captured));
}
