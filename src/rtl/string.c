/*
 * Counted strings: making, copying, appending. Text conversions are in
 * string_convert.c, comparisons in string_compare.c, numbers in string_number.c.
 */
#include "rtl.h"
#include "string_private.h"

#include <string.h>

enum {
    WIDE_MOST = 0xFFFC, /* the most bytes of text that a UNICODE_STRING holds with its end */
    NARROW_MOST = 0xFFFE,
};

SIZE_T rtl_wide_length(PCWSTR text)
{
    SIZE_T length = 0;

    while (text[length])
        length++;
    return length;
}

PVOID rtl_allocate_string(SIZE_T bytes)
{
    return ExAllocatePoolWithTag(PagedPool, bytes ? bytes : 1, RTL_TAG_STRING);
}

static void init_wide(PUNICODE_STRING string, PCWSTR text, SIZE_T bytes)
{
    string->Length = (USHORT)bytes;
    string->MaximumLength = (USHORT)(text ? bytes + sizeof(WCHAR) : 0);
    string->Buffer = (PWSTR)text;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    SIZE_T bytes = SourceString ? rtl_wide_length(SourceString) * sizeof(WCHAR) : 0;

    init_wide(DestinationString, SourceString, bytes > WIDE_MOST ? WIDE_MOST : bytes);
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    SIZE_T bytes = SourceString ? rtl_wide_length(SourceString) * sizeof(WCHAR) : 0;

    if (bytes > WIDE_MOST)
        return STATUS_NAME_TOO_LONG;
    init_wide(DestinationString, SourceString, bytes);
    return STATUS_SUCCESS;
}

static void init_narrow(PSTRING string, PCSZ text, SIZE_T bytes)
{
    string->Length = (USHORT)bytes;
    string->MaximumLength = (USHORT)(text ? bytes + 1 : 0);
    string->Buffer = (PCHAR)text;
}

VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString)
{
    SIZE_T bytes = SourceString ? strlen(SourceString) : 0;

    init_narrow(DestinationString, SourceString, bytes > NARROW_MOST ? NARROW_MOST : bytes);
}

VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString)
{
    RtlInitString(DestinationString, SourceString);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING DestinationString, PCSZ SourceString)
{
    SIZE_T bytes = SourceString ? strlen(SourceString) : 0;

    if (bytes > NARROW_MOST)
        return STATUS_NAME_TOO_LONG;
    init_narrow(DestinationString, SourceString, bytes);
    return STATUS_SUCCESS;
}

static void terminate(PUNICODE_STRING string)
{
    if ((SIZE_T)string->Length + sizeof(WCHAR) <= string->MaximumLength)
        string->Buffer[string->Length / sizeof(WCHAR)] = 0;
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    USHORT bytes = SourceString ? SourceString->Length : 0;

    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memmove(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
    if (SourceString)
        terminate(DestinationString);
}

VOID NTAPI RtlCopyString(PSTRING DestinationString, const PSTRING SourceString)
{
    USHORT bytes = SourceString ? SourceString->Length : 0;

    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memmove(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
}

static NTSTATUS append_wide(PUNICODE_STRING to, const VOID *from, SIZE_T bytes)
{
    if (to->Length + bytes > to->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove((PCHAR)to->Buffer + to->Length, from, bytes);
    to->Length += (USHORT)bytes;
    terminate(to);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    return Source->Length ? append_wide(Destination, Source->Buffer, Source->Length)
                          : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return Source ? append_wide(Destination, Source, rtl_wide_length(Source) * sizeof(WCHAR))
                  : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING Destination, const STRING *Source)
{
    if (Destination->Length + Source->Length > Destination->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    if (Source->Length)
        memmove(Destination->Buffer + Destination->Length, Source->Buffer, Source->Length);
    Destination->Length += Source->Length;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    SIZE_T bytes = rtl_wide_length(SourceString) * sizeof(WCHAR);
    PVOID buffer;

    if (bytes > WIDE_MOST)
        return FALSE;
    buffer = rtl_allocate_string(bytes + sizeof(WCHAR));
    if (!buffer)
        return FALSE;
    memcpy(buffer, SourceString, bytes + sizeof(WCHAR));
    init_wide(DestinationString, buffer, bytes);
    return TRUE;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String)
{
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    if (!String)
        return STATUS_SUCCESS;
    if (String->Length % sizeof(WCHAR) || String->MaximumLength % sizeof(WCHAR) ||
        String->Length > String->MaximumLength || (!String->Buffer && String->MaximumLength))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING SourceString,
                                         PUNICODE_STRING DestinationString)
{
    USHORT bytes = SourceString ? SourceString->Length : 0;
    SIZE_T end = Flags & RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE ? sizeof(WCHAR) : 0;
    PWSTR buffer;

    if (!DestinationString || Flags & ~3u ||
        Flags == RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING ||
        !NT_SUCCESS(RtlValidateUnicodeString(0, SourceString)) || bytes + end > 0xFFFE)
        return STATUS_INVALID_PARAMETER;
    memset(DestinationString, 0, sizeof(*DestinationString));
    if (bytes == 0 && !(Flags & RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING))
        return STATUS_SUCCESS;
    buffer = rtl_allocate_string(bytes + end);
    if (!buffer)
        return STATUS_NO_MEMORY;
    if (bytes)
        memcpy(buffer, SourceString->Buffer, bytes);
    if (end)
        buffer[bytes / sizeof(WCHAR)] = 0;
    DestinationString->Buffer = buffer;
    DestinationString->Length = bytes;
    DestinationString->MaximumLength = (USHORT)(bytes + end);
    return STATUS_SUCCESS;
}

/* The three kinds of counted string have one layout. */
static void free_string(PUNICODE_STRING string)
{
    if (string->Buffer)
        ExFreePoolWithTag(string->Buffer, 0);
    memset(string, 0, sizeof(*string));
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
    free_string(UnicodeString);
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString)
{
    free_string((PUNICODE_STRING)AnsiString);
}

VOID NTAPI RtlFreeOemString(POEM_STRING OemString)
{
    free_string((PUNICODE_STRING)OemString);
}
