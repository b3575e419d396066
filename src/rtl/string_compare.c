#include "string_private.h"

#include <string.h>

static BOOLEAN equal_no_case(PCWCH a, PCWCH b, SIZE_T count)
{
    for (; count; a++, b++, count--) {
        if (*a != *b && RtlUpcaseUnicodeChar(*a) != RtlUpcaseUnicodeChar(*b))
            return FALSE;
    }
    return TRUE;
}

static BOOLEAN equal(PCWCH a, PCWCH b, SIZE_T bytes, BOOLEAN no_case)
{
    if (no_case)
        return equal_no_case(a, b, bytes / sizeof(WCHAR));
    return bytes == 0 || memcmp(a, b, bytes) == 0;
}

BOOLEAN rtl_equal_no_case(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    return a->Length == b->Length && equal(a->Buffer, b->Buffer, a->Length, TRUE);
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                    BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           equal(String1->Buffer, String2->Buffer, String1->Length, CaseInSensitive);
}

BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                     BOOLEAN CaseInSensitive)
{
    return String1->Length <= String2->Length &&
           equal(String1->Buffer, String2->Buffer, String1->Length, CaseInSensitive);
}

LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
                                    SIZE_T String2Length, BOOLEAN CaseInSensitive)
{
    SIZE_T common = String1Length < String2Length ? String1Length : String2Length;

    for (SIZE_T at = 0; at < common; at++) {
        LONG a = String1[at], b = String2[at];
        if (a != b && CaseInSensitive) {
            a = RtlUpcaseUnicodeChar((WCHAR)a);
            b = RtlUpcaseUnicodeChar((WCHAR)b);
        }
        if (a != b)
            return a - b;
    }
    return (LONG)String1Length - (LONG)String2Length;
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                   BOOLEAN CaseInSensitive)
{
    return RtlCompareUnicodeStrings(String1->Buffer, String1->Length / sizeof(WCHAR),
                                    String2->Buffer, String2->Length / sizeof(WCHAR),
                                    CaseInSensitive);
}

LONG NTAPI RtlCompareString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    USHORT common = String1->Length < String2->Length ? String1->Length : String2->Length;

    for (USHORT at = 0; at < common; at++) {
        CHAR a = String1->Buffer[at], b = String2->Buffer[at];
        if (CaseInSensitive) {
            a = RtlUpperChar(a);
            b = RtlUpperChar(b);
        }
        if (a != b)
            return (LONG)(UCHAR)a - (LONG)(UCHAR)b;
    }
    return (LONG)String1->Length - (LONG)String2->Length;
}

BOOLEAN NTAPI RtlEqualString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           RtlCompareString(String1, String2, CaseInSensitive) == 0;
}

VOID NTAPI RtlUpperString(PSTRING DestinationString, const PSTRING SourceString)
{
    USHORT bytes = SourceString->Length;

    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    for (USHORT at = 0; at < bytes; at++)
        DestinationString->Buffer[at] = RtlUpperChar(SourceString->Buffer[at]);
    DestinationString->Length = bytes;
}

static NTSTATUS change_case(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate,
                            WCHAR(NTAPI *change)(WCHAR))
{
    if (allocate) {
        to->Buffer = rtl_allocate_string(from->Length);
        if (!to->Buffer)
            return STATUS_NO_MEMORY;
        to->MaximumLength = from->Length;
    } else if (from->Length > to->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (SIZE_T at = 0; at < from->Length / sizeof(WCHAR); at++)
        to->Buffer[at] = change(from->Buffer[at]);
    to->Length = from->Length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString,
                                      PCUNICODE_STRING SourceString,
                                      BOOLEAN AllocateDestinationString)
{
    return change_case(DestinationString, SourceString, AllocateDestinationString,
                       RtlUpcaseUnicodeChar);
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING UniDest, PCUNICODE_STRING UniSource,
                                        BOOLEAN AllocateDestinationString)
{
    return change_case(UniDest, UniSource, AllocateDestinationString, RtlDowncaseUnicodeChar);
}

NTSTATUS NTAPI RtlHashUnicodeString(const UNICODE_STRING *String, BOOLEAN CaseInSensitive,
                                    ULONG HashAlgorithm, PULONG HashValue)
{
    ULONG hash = 0;

    if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T at = 0; at < String->Length / sizeof(WCHAR); at++) {
        WCHAR character = String->Buffer[at];
        hash = hash * 65599 + (CaseInSensitive ? RtlUpcaseUnicodeChar(character) : character);
    }
    *HashValue = hash;
    return STATUS_SUCCESS;
}
