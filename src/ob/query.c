/*
 * Asking about objects and handles.
 */
#include "services.h"

#include "handle.h"

#include "../ex/ex.h"

/* As a type's query_name, for any object: an empty name if it has none. */
static NTSTATUS name_text(PVOID object, PWSTR text, ULONG *bytes)
{
    struct _OBJECT_TYPE *type = ob_type_of(object);
    UNICODE_STRING name;

    if (type->query_name)
        return type->query_name(object, text, bytes);
    ob_query_name(object, &name);
    if (*bytes && name.Length)
        memcpy(text, name.Buffer, min(*bytes, name.Length));
    *bytes = name.Length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo,
                                 ULONG Length, PULONG ReturnLength)
{
    PWSTR text = (PWSTR)(ObjectNameInfo + 1);
    ULONG room = 0, bytes, needed;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Length > sizeof(*ObjectNameInfo) + sizeof(WCHAR))
        room = Length - sizeof(*ObjectNameInfo) - sizeof(WCHAR);
    bytes = room;
    status = name_text(Object, text, &bytes);
    if (!NT_SUCCESS(status))
        return status;
    if (bytes > MAXUSHORT - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    needed = sizeof(*ObjectNameInfo) + (bytes ? bytes + sizeof(WCHAR) : 0);
    *ReturnLength = needed;
    if (Length < needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    RtlInitUnicodeString(&ObjectNameInfo->Name, NULL);
    if (!bytes)
        return STATUS_SUCCESS;
    text[bytes / sizeof(WCHAR)] = 0;
    ObjectNameInfo->Name.Buffer = text;
    ObjectNameInfo->Name.Length = (USHORT)bytes;
    ObjectNameInfo->Name.MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* Where an answer goes. */
struct answer {
    PVOID buffer;
    ULONG length;
    KPROCESSOR_MODE mode;
    ULONG needed; /* what the whole answer takes */
};

/* A structure of fixed size: all of it or nothing. */
static NTSTATUS answer_with(struct answer *answer, const VOID *data, ULONG bytes)
{
    answer->needed = bytes;
    if (answer->length < bytes)
        return STATUS_INFO_LENGTH_MISMATCH;
    return ob_copy_out(answer->buffer, data, bytes, answer->mode);
}

/* A counted string and its text behind it; as a user's pointer in a user's answer. */
static NTSTATUS answer_string(struct answer *answer, PUNICODE_STRING string, ULONG header)
{
    PWSTR text = string->Buffer;
    NTSTATUS status;

    answer->needed = header + (string->Length ? string->MaximumLength : 0);
    if (answer->length < answer->needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (string->Length)
        string->Buffer = (PWSTR)((PUCHAR)answer->buffer + header);
    status = ob_copy_out(answer->buffer, string, sizeof(*string), answer->mode);
    if (NT_SUCCESS(status) && string->Length)
        status = ob_copy_out(string->Buffer, text, string->MaximumLength, answer->mode);
    return status;
}

static NTSTATUS answer_basic(struct answer *answer, PVOID object,
                             const OBJECT_HANDLE_INFORMATION *handle)
{
    PUBLIC_OBJECT_BASIC_INFORMATION information = {
        .Attributes = handle->HandleAttributes,
        .GrantedAccess = handle->GrantedAccess,
        .HandleCount = (ULONG)ob_handle_count(object),
        /* Without the reference that this call has taken. */
        .PointerCount = (ULONG)ob_reference_count(object) - 1,
    };

    return answer_with(answer, &information, sizeof(information));
}

static NTSTATUS answer_name(struct answer *answer, PVOID object)
{
    POBJECT_NAME_INFORMATION information;
    ULONG bytes = 0;
    NTSTATUS status = ObQueryNameString(object, NULL, 0, &bytes);

    if (status != STATUS_INFO_LENGTH_MISMATCH)
        return status;
    information = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_NAME);
    if (!information)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = ObQueryNameString(object, information, bytes, &bytes);
    if (NT_SUCCESS(status))
        status = answer_string(answer, &information->Name, sizeof(*information));
    ExFreePoolWithTag(information, EX_TAG_NAME);
    return status;
}

static NTSTATUS answer_type(struct answer *answer, PVOID object)
{
    WCHAR text[32];
    UNICODE_STRING name = {0, sizeof(text), text};
    ANSI_STRING ansi;

    RtlInitAnsiString(&ansi, ob_type_of(object)->name);
    RtlAnsiStringToUnicodeString(&name, &ansi, FALSE);
    name.MaximumLength = name.Length + sizeof(WCHAR);
    return answer_string(answer, &name, sizeof(PUBLIC_OBJECT_TYPE_INFORMATION));
}

static NTSTATUS answer_flags(struct answer *answer, const OBJECT_HANDLE_INFORMATION *handle)
{
    OBJECT_HANDLE_FLAG_INFORMATION information = {
        .Inherit = (handle->HandleAttributes & OBJ_INHERIT) != 0,
        .ProtectFromClose = (handle->HandleAttributes & OBJ_PROTECT_CLOSE) != 0,
    };

    return answer_with(answer, &information, sizeof(information));
}

NTSTATUS NTAPI NtQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
                             PVOID ObjectInformation, ULONG ObjectInformationLength,
                             PULONG ReturnLength)
{
    struct answer answer = {ObjectInformation, ObjectInformationLength, ke_current()->previous_mode,
                            0};
    OBJECT_HANDLE_INFORMATION handle;
    PVOID object;
    NTSTATUS status;

    status = ob_reference_handle_information(Handle, 0, NULL, answer.mode, &object, &handle);
    if (!NT_SUCCESS(status))
        return status;
    switch (ObjectInformationClass) {
    case ObjectBasicInformation:
        status = answer_basic(&answer, object, &handle);
        break;
    case ObjectNameInformation:
        status = answer_name(&answer, object);
        break;
    case ObjectTypeInformation:
        status = answer_type(&answer, object);
        break;
    case ObjectHandleFlagInformation:
        status = answer_flags(&answer, &handle);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    ObfDereferenceObject(object);
    if (ReturnLength && answer.needed &&
        !NT_SUCCESS(ob_copy_out(ReturnLength, &answer.needed, sizeof(answer.needed), answer.mode)))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NTAPI ZwQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
                             PVOID ObjectInformation, ULONG ObjectInformationLength,
                             PULONG ReturnLength)
{
    return OB_AS_KERNEL(NtQueryObject(Handle, ObjectInformationClass, ObjectInformation,
                                      ObjectInformationLength, ReturnLength));
}

NTSTATUS NTAPI NtSetInformationObject(HANDLE Handle, ULONG ObjectInformationClass,
                                      PVOID ObjectInformation, ULONG ObjectInformationLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    OBJECT_HANDLE_FLAG_INFORMATION information;
    NTSTATUS status;

    if (ObjectInformationClass != ObjectHandleFlagInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (ObjectInformationLength != sizeof(information))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = ob_copy_in(&information, ObjectInformation, sizeof(information), mode);
    if (!NT_SUCCESS(status))
        return status;
    return ob_set_handle_attributes(Handle, mode,
                                    (information.Inherit ? OBJ_INHERIT : 0) |
                                        (information.ProtectFromClose ? OBJ_PROTECT_CLOSE : 0));
}

NTSTATUS NTAPI ZwSetInformationObject(HANDLE Handle, ULONG ObjectInformationClass,
                                      PVOID ObjectInformation, ULONG ObjectInformationLength)
{
    return OB_AS_KERNEL(NtSetInformationObject(Handle, ObjectInformationClass, ObjectInformation,
                                               ObjectInformationLength));
}

NTSTATUS NTAPI ObGetObjectSecurity(PVOID Object, PSECURITY_DESCRIPTOR *SecurityDescriptor,
                                   PBOOLEAN MemoryAllocated)
{
    *SecurityDescriptor = NULL;
    *MemoryAllocated = FALSE;
    if (!ob_security(Object))
        return STATUS_SUCCESS;
    *MemoryAllocated = TRUE;
    return ob_capture_security(ob_security(Object), KernelMode, SecurityDescriptor);
}

VOID NTAPI ObReleaseObjectSecurity(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN MemoryAllocated)
{
    if (SecurityDescriptor && MemoryAllocated)
        ExFreePoolWithTag(SecurityDescriptor, EX_TAG_SECURITY);
}
