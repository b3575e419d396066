/*
 * Between UTF-16 and the narrow code pages. ntio's ANSI and OEM code pages are
 * both UTF-8, as a Windows system's are that is set to code page 65001.
 */
#include "string_private.h"
#include "utf.h"

#include <string.h>

/* The code pages have more than one byte a character: sizes have to be computed. */
BOOLEAN NlsMbCodePageTag = TRUE;
BOOLEAN NlsMbOemCodePageTag = TRUE;

/* One direction of a conversion: whole characters only; with to NULL it measures. */
typedef SIZE_T convert(PVOID to, SIZE_T size, const VOID *from, SIZE_T bytes);

static SIZE_T to_narrow(PVOID to, SIZE_T size, const VOID *from, SIZE_T bytes)
{
    return rtl_utf8_from_utf16(to, size, from, bytes);
}

static SIZE_T to_wide(PVOID to, SIZE_T size, const VOID *from, SIZE_T bytes)
{
    return rtl_utf16_from_utf8(to, size, from, bytes);
}

static SIZE_T to_narrow_upper(PVOID to, SIZE_T size, const VOID *from, SIZE_T bytes)
{
    SIZE_T written = 0;

    for (SIZE_T at = 0; at < bytes / sizeof(WCHAR); at++) {
        WCHAR upper[2] = {RtlUpcaseUnicodeChar(((PCWSTR)from)[at]), 0};
        SIZE_T units = 1, made;

        if ((upper[0] & 0xFC00) == 0xD800 && at + 1 < bytes / sizeof(WCHAR)) {
            upper[1] = ((PCWSTR)from)[++at];
            units = 2;
        }
        made = rtl_utf8_from_utf16(NULL, 0, upper, units * sizeof(WCHAR));
        if (to && written + made > size)
            break;
        if (to)
            rtl_utf8_from_utf16((PCHAR)to + written, made, upper, units * sizeof(WCHAR));
        written += made;
    }
    return written;
}

static NTSTATUS convert_buffer(convert *convert, PVOID to, ULONG size, PULONG written,
                               const VOID *from, ULONG bytes, NTSTATUS if_cut)
{
    SIZE_T made = convert(to, size, from, bytes);

    if (written)
        *written = (ULONG)made;
    return made < convert(NULL, 0, from, bytes) ? if_cut : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
                                      PULONG BytesInUnicodeString, const CHAR *MultiByteString,
                                      ULONG BytesInMultiByteString)
{
    return convert_buffer(to_wide, UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString,
                          MultiByteString, BytesInMultiByteString, STATUS_SUCCESS);
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG BytesInUnicodeString, const CHAR *MultiByteString,
                                         ULONG BytesInMultiByteString)
{
    *BytesInUnicodeString = (ULONG)to_wide(NULL, 0, MultiByteString, BytesInMultiByteString);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
                                      PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                      ULONG BytesInUnicodeString)
{
    return convert_buffer(to_narrow, MultiByteString, MaxBytesInMultiByteString,
                          BytesInMultiByteString, UnicodeString, BytesInUnicodeString,
                          STATUS_SUCCESS);
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                         ULONG BytesInUnicodeString)
{
    *BytesInMultiByteString = (ULONG)to_narrow(NULL, 0, UnicodeString, BytesInUnicodeString);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
                                            PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                            ULONG BytesInUnicodeString)
{
    return convert_buffer(to_narrow_upper, MultiByteString, MaxBytesInMultiByteString,
                          BytesInMultiByteString, UnicodeString, BytesInUnicodeString,
                          STATUS_SUCCESS);
}

NTSTATUS NTAPI RtlOemToUnicodeN(PWSTR UnicodeString, ULONG MaxBytesInUnicodeString,
                                PULONG BytesInUnicodeString, PCCH OemString, ULONG BytesInOemString)
{
    return convert_buffer(to_wide, UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString,
                          OemString, BytesInOemString, STATUS_BUFFER_OVERFLOW);
}

NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString,
                                PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    return convert_buffer(to_narrow, OemString, MaxBytesInOemString, BytesInOemString,
                          UnicodeString, BytesInUnicodeString, STATUS_BUFFER_OVERFLOW);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString,
                                      PULONG BytesInOemString, PCWCH UnicodeString,
                                      ULONG BytesInUnicodeString)
{
    return convert_buffer(to_narrow_upper, OemString, MaxBytesInOemString, BytesInOemString,
                          UnicodeString, BytesInUnicodeString, STATUS_BUFFER_OVERFLOW);
}

static BOOLEAN is_valid_wide(PCWSTR text, SIZE_T count)
{
    int valid = 1;

    for (size_t at = 0; at < count;)
        utf16_take(text, count, &at, &valid);
    return (BOOLEAN)valid;
}

static BOOLEAN is_valid_narrow(PCSTR text, SIZE_T count)
{
    int valid = 1;

    for (size_t at = 0; at < count;)
        utf8_take(text, count, &at, &valid);
    return (BOOLEAN)valid;
}

static NTSTATUS convert_utf8(convert *convert, PVOID to, ULONG size, PULONG written,
                             const VOID *from, ULONG bytes, BOOLEAN is_valid)
{
    NTSTATUS status;

    if (!to && !written)
        return STATUS_INVALID_PARAMETER;
    status = convert_buffer(convert, to, size, written, from, bytes, STATUS_BUFFER_TOO_SMALL);
    return NT_SUCCESS(status) && !is_valid ? STATUS_SOME_NOT_MAPPED : status;
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount,
                                 PULONG UTF8StringActualByteCount, PCWCH UnicodeStringSource,
                                 ULONG UnicodeStringByteCount)
{
    if (!UnicodeStringSource)
        return STATUS_INVALID_PARAMETER_4;
    if (UnicodeStringByteCount % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_5;
    return convert_utf8(to_narrow, UTF8StringDestination, UTF8StringMaxByteCount,
                        UTF8StringActualByteCount, UnicodeStringSource, UnicodeStringByteCount,
                        is_valid_wide(UnicodeStringSource, UnicodeStringByteCount / sizeof(WCHAR)));
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount,
                                 PULONG UnicodeStringActualByteCount, PCCH UTF8StringSource,
                                 ULONG UTF8StringByteCount)
{
    if (!UTF8StringSource)
        return STATUS_INVALID_PARAMETER_4;
    return convert_utf8(to_wide, UnicodeStringDestination, UnicodeStringMaxByteCount,
                        UnicodeStringActualByteCount, UTF8StringSource, UTF8StringByteCount,
                        is_valid_narrow(UTF8StringSource, UTF8StringByteCount));
}

/* ---- counted strings; the three kinds have one layout ---- */

enum conversion_flags {
    CONVERT_ALLOCATE = 1, /* the destination's buffer is allocated */
    CONVERT_COUNTED = 2,  /* without a terminating zero */
    CONVERT_CUT = 4,      /* what does not fit is cut off, with STATUS_BUFFER_OVERFLOW */
};

static NTSTATUS convert_string(convert *convert, PSTRING to, const STRING *from, SIZE_T unit,
                               ULONG flags)
{
    SIZE_T needed = convert(NULL, 0, from->Buffer, from->Length);
    SIZE_T end = flags & CONVERT_COUNTED ? 0 : unit;
    NTSTATUS status = STATUS_SUCCESS;

    if (needed + end > 0xFFFF)
        return STATUS_INVALID_PARAMETER_2;
    if (flags & CONVERT_ALLOCATE) {
        PCHAR buffer = rtl_allocate_string(needed + end);
        if (!buffer)
            return STATUS_NO_MEMORY;
        to->Buffer = buffer;
        to->MaximumLength = (USHORT)(needed + end);
    } else if (needed + end > to->MaximumLength) {
        status = STATUS_BUFFER_OVERFLOW;
        if (!(flags & CONVERT_CUT) || to->MaximumLength < end)
            return status;
    }
    to->Length = (USHORT)convert(to->Buffer, to->MaximumLength - end, from->Buffer, from->Length);
    memset(to->Buffer + to->Length, 0, end);
    return status;
}

static ULONG allocate_flag(BOOLEAN allocate)
{
    return allocate ? CONVERT_ALLOCATE : 0;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                                            PCANSI_STRING SourceString,
                                            BOOLEAN AllocateDestinationString)
{
    return convert_string(to_wide, (PSTRING)DestinationString, SourceString, sizeof(WCHAR),
                          allocate_flag(AllocateDestinationString));
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING DestinationString,
                                           PCOEM_STRING SourceString,
                                           BOOLEAN AllocateDestinationString)
{
    return RtlAnsiStringToUnicodeString(DestinationString, (PANSI_STRING)SourceString,
                                        AllocateDestinationString);
}

NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(PUNICODE_STRING DestinationString,
                                                  PCOEM_STRING SourceString,
                                                  BOOLEAN AllocateDestinationString)
{
    return convert_string(to_wide, (PSTRING)DestinationString, SourceString, sizeof(WCHAR),
                          allocate_flag(AllocateDestinationString) | CONVERT_COUNTED);
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                                            PCUNICODE_STRING SourceString,
                                            BOOLEAN AllocateDestinationString)
{
    return convert_string(to_narrow, DestinationString, (const STRING *)SourceString, 1,
                          allocate_flag(AllocateDestinationString) | CONVERT_CUT);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING DestinationString,
                                           PCUNICODE_STRING SourceString,
                                           BOOLEAN AllocateDestinationString)
{
    return convert_string(to_narrow, DestinationString, (const STRING *)SourceString, 1,
                          allocate_flag(AllocateDestinationString));
}

NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING DestinationString,
                                                  PCUNICODE_STRING SourceString,
                                                  BOOLEAN AllocateDestinationString)
{
    return convert_string(to_narrow, DestinationString, (const STRING *)SourceString, 1,
                          allocate_flag(AllocateDestinationString) | CONVERT_COUNTED);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING DestinationString,
                                                 PCUNICODE_STRING SourceString,
                                                 BOOLEAN AllocateDestinationString)
{
    return convert_string(to_narrow_upper, DestinationString, (const STRING *)SourceString, 1,
                          allocate_flag(AllocateDestinationString));
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(POEM_STRING DestinationString,
                                                        PCUNICODE_STRING SourceString,
                                                        BOOLEAN AllocateDestinationString)
{
    return convert_string(to_narrow_upper, DestinationString, (const STRING *)SourceString, 1,
                          allocate_flag(AllocateDestinationString) | CONVERT_COUNTED);
}

ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString)
{
    return (ULONG)(to_wide(NULL, 0, AnsiString->Buffer, AnsiString->Length) + sizeof(WCHAR));
}

ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString)
{
    return RtlxAnsiStringToUnicodeSize((PCANSI_STRING)OemString);
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
    return (ULONG)to_narrow(NULL, 0, UnicodeString->Buffer, UnicodeString->Length) + 1;
}

ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString)
{
    return RtlxUnicodeStringToAnsiSize(UnicodeString);
}
