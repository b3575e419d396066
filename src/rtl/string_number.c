/*
 * Numbers and GUIDs as text.
 */
#include "string_private.h"

#include <string.h>

/* Narrow or wide text that is read from the front. */
struct reader {
    PCSTR narrow; /* NULL: wide is read */
    PCWSTR wide;
    SIZE_T left;
};

static ULONG reader_peek(const struct reader *reader)
{
    if (reader->left == 0)
        return 0;
    return reader->narrow ? (UCHAR)*reader->narrow : *reader->wide;
}

static void reader_advance(struct reader *reader)
{
    if (reader->narrow)
        reader->narrow++;
    else
        reader->wide++;
    reader->left--;
}

static ULONG read_base(struct reader *reader)
{
    struct reader after = *reader;
    ULONG base;

    if (reader_peek(&after) != '0')
        return 10;
    reader_advance(&after);
    switch (reader_peek(&after)) {
    case 'x':
        base = 16;
        break;
    case 'o':
        base = 8;
        break;
    case 'b':
        base = 2;
        break;
    default:
        return 10;
    }
    reader_advance(&after);
    *reader = after;
    return base;
}

static ULONG digit_of(ULONG character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return MAXULONG;
}

static BOOLEAN is_base(ULONG base)
{
    return base == 2 || base == 8 || base == 10 || base == 16;
}

static NTSTATUS read_integer(struct reader reader, ULONG base, PULONG value)
{
    BOOLEAN is_negative = FALSE;
    ULONG result = 0;

    while (reader.left && reader_peek(&reader) && reader_peek(&reader) <= ' ')
        reader_advance(&reader);
    if (reader_peek(&reader) == '-' || reader_peek(&reader) == '+') {
        is_negative = reader_peek(&reader) == '-';
        reader_advance(&reader);
    }
    if (base == 0)
        base = read_base(&reader);
    if (!is_base(base))
        return STATUS_INVALID_PARAMETER;
    for (; reader.left && digit_of(reader_peek(&reader)) < base; reader_advance(&reader))
        result = result * base + digit_of(reader_peek(&reader));
    *value = is_negative ? 0 - result : result;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    struct reader reader = {NULL, String->Buffer, String->Length / sizeof(WCHAR)};

    if (String->Length == 0)
        return STATUS_INVALID_PARAMETER;
    return read_integer(reader, Base, Value);
}

NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value)
{
    struct reader reader = {String, NULL, strlen(String)};

    return read_integer(reader, Base, Value);
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
    WCHAR digits[64];
    SIZE_T first = RTL_NUMBER_OF(digits), bytes;

    if (Base == 0)
        Base = 10;
    if (!is_base(Base))
        return STATUS_INVALID_PARAMETER;
    do {
        digits[--first] = L"0123456789ABCDEF"[Value % Base];
        Value /= Base;
    } while (Value);
    bytes = sizeof(digits) - first * sizeof(WCHAR);
    if (bytes > String->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    memcpy(String->Buffer, digits + first, bytes);
    String->Length = (USHORT)bytes;
    if (bytes + sizeof(WCHAR) <= String->MaximumLength)
        String->Buffer[bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    return RtlInt64ToUnicodeString(Value, Base, String);
}

/* Which byte of a GUID each pair of digits is; -1 for a '-'. */
static const CHAR guid_order[] = {3,  2, 1, 0,  -1, 5,  4,  -1, 7,  6,
                                  -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
enum { GUID_CHARACTERS = 38 };

NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)
{
    PWSTR to = rtl_allocate_string((GUID_CHARACTERS + 1) * sizeof(WCHAR));

    if (!to)
        return STATUS_NO_MEMORY;
    GuidString->Buffer = to;
    GuidString->Length = GUID_CHARACTERS * sizeof(WCHAR);
    GuidString->MaximumLength = (GUID_CHARACTERS + 1) * sizeof(WCHAR);
    *to++ = '{';
    for (ULONG at = 0; at < sizeof(guid_order); at++) {
        UCHAR byte;
        if (guid_order[at] < 0) {
            *to++ = '-';
            continue;
        }
        byte = ((const UCHAR *)Guid)[(ULONG)guid_order[at]];
        *to++ = L"0123456789abcdef"[byte >> 4];
        *to++ = L"0123456789abcdef"[byte & 15];
    }
    *to++ = '}';
    *to = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING GuidString, GUID *Guid)
{
    PCWSTR from = GuidString->Buffer;
    GUID guid;

    if (GuidString->Length != GUID_CHARACTERS * sizeof(WCHAR) || *from++ != '{')
        return STATUS_INVALID_PARAMETER;
    for (ULONG at = 0; at < sizeof(guid_order); at++) {
        ULONG high, low;
        if (guid_order[at] < 0) {
            if (*from++ != '-')
                return STATUS_INVALID_PARAMETER;
            continue;
        }
        high = digit_of(*from++);
        low = digit_of(*from++);
        if (high > 15 || low > 15)
            return STATUS_INVALID_PARAMETER;
        ((PUCHAR)&guid)[(ULONG)guid_order[at]] = (UCHAR)(high << 4 | low);
    }
    if (*from != '}')
        return STATUS_INVALID_PARAMETER;
    *Guid = guid;
    return STATUS_SUCCESS;
}
