/*
 * The safe string functions for UNICODE_STRING.
 *
 * A destination is never terminated and never grows past its MaximumLength: what
 * does not fit is cut off, with STATUS_BUFFER_OVERFLOW. STATUS_INVALID_PARAMETER:
 * a string that is no valid UNICODE_STRING, or unknown flags. The Ex forms take
 * STRSAFE_ flags, and tell what is left of the buffer in RemainingString.
 */
#pragma once

typedef ULONG DWORD;

#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(wchar_t))
#ifndef STRSAFE_FILL_BEHIND
#define STRSAFE_FILL_BEHIND STRSAFE_FILL_BEHIND_NULL
#endif
#ifndef STRSAFE_ZERO_LENGTH_ON_FAILURE
#define STRSAFE_ZERO_LENGTH_ON_FAILURE STRSAFE_NULL_ON_FAILURE
#endif

#define NTIO_STRSAFE static __inline__ __attribute__((__unused__)) NTSTATUS

NTIO_STRSAFE RtlUnicodeStringValidateEx(PCUNICODE_STRING SourceString, DWORD dwFlags)
{
    if (dwFlags & ~STRSAFE_UNICODE_STRING_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    if (!SourceString)
        return dwFlags & (STRSAFE_IGNORE_NULLS | STRSAFE_IGNORE_NULL_UNICODE_STRINGS)
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER;
    if (SourceString->Length % sizeof(wchar_t) || SourceString->MaximumLength % sizeof(wchar_t) ||
        SourceString->Length > SourceString->MaximumLength ||
        (!SourceString->Buffer && SourceString->MaximumLength))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTIO_STRSAFE RtlUnicodeStringValidate(PCUNICODE_STRING SourceString)
{
    return RtlUnicodeStringValidateEx(SourceString, 0);
}

NTIO_STRSAFE RtlUnicodeStringInitEx(PUNICODE_STRING DestinationString,
                                    NTSTRSAFE_PCWSTR pszSrc, DWORD dwFlags)
{
    size_t length = 0;

    if (!DestinationString || dwFlags & ~STRSAFE_UNICODE_STRING_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    while (pszSrc && pszSrc[length]) {
        if (++length == NTSTRSAFE_UNICODE_STRING_MAX_CCH)
            return STATUS_INVALID_PARAMETER;
    }
    DestinationString->Length = (USHORT)(length * sizeof(wchar_t));
    DestinationString->MaximumLength = (USHORT)(pszSrc ? (length + 1) * sizeof(wchar_t) : 0);
    DestinationString->Buffer = (PWSTR)pszSrc;
    return STATUS_SUCCESS;
}

NTIO_STRSAFE RtlUnicodeStringInit(PUNICODE_STRING DestinationString, NTSTRSAFE_PCWSTR pszSrc)
{
    return RtlUnicodeStringInitEx(DestinationString, pszSrc, 0);
}

/*
 * What the Ex forms do once the text is in the buffer: before is how many bytes
 * the string had that are not new, 0 for a copy.
 */
NTIO_STRSAFE ntio_strsafe_finish(PUNICODE_STRING to, USHORT before, NTSTATUS status,
                                 PUNICODE_STRING remaining, DWORD flags)
{
    unsigned char pattern = (unsigned char)STRSAFE_GET_FILL_PATTERN(flags);

    if (!to)
        return status;
    if (status == STATUS_SUCCESS && flags & STRSAFE_FILL_BEHIND)
        memset((char *)to->Buffer + to->Length, pattern, to->MaximumLength - to->Length);
    if (status != STATUS_SUCCESS) {
        if (flags & STRSAFE_NO_TRUNCATION)
            to->Length = before;
        if (flags & STRSAFE_FILL_ON_FAILURE && to->Buffer) {
            memset(to->Buffer, pattern, to->MaximumLength);
            to->Length = pattern ? to->MaximumLength : 0;
        }
        if (flags & STRSAFE_ZERO_LENGTH_ON_FAILURE)
            to->Length = 0;
    }
    if (remaining && (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW)) {
        remaining->Length = 0;
        remaining->MaximumLength = (USHORT)(to->MaximumLength - to->Length);
        remaining->Buffer = to->Buffer ? to->Buffer + to->Length / sizeof(wchar_t) : NULL;
    }
    return status;
}

/*
 * Puts count characters behind those that to has, or in their place. Not inline:
 * gcc would warn of copies that the bounds checks rule out.
 */
NTIO_STRSAFE __attribute__((__noinline__)) ntio_strsafe_put(PUNICODE_STRING to, BOOLEAN append, const wchar_t *text,
                              size_t count, PUNICODE_STRING remaining, DWORD flags)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(to, flags);
    size_t room;
    USHORT before;

    if (status != STATUS_SUCCESS)
        return status;
    if (!to)
        return count ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    before = append ? to->Length : 0;
    room = (to->MaximumLength - before) / sizeof(wchar_t);
    if (count > room) {
        status = STATUS_BUFFER_OVERFLOW;
        count = flags & STRSAFE_NO_TRUNCATION ? 0 : room;
    }
    if (count)
        memmove((char *)to->Buffer + before, text, count * sizeof(wchar_t));
    to->Length = (USHORT)(before + count * sizeof(wchar_t));
    return ntio_strsafe_finish(to, before, status, remaining, flags);
}

/* The same for zero-terminated text, of which at most most characters. */
NTIO_STRSAFE ntio_strsafe_put_text(PUNICODE_STRING to, BOOLEAN append, const wchar_t *text,
                                   size_t most, PUNICODE_STRING remaining, DWORD flags)
{
    size_t count = 0;

    if (!text && !(flags & STRSAFE_IGNORE_NULLS))
        return STATUS_INVALID_PARAMETER;
    while (text && count < most && text[count])
        count++;
    return ntio_strsafe_put(to, append, text, count, remaining, flags);
}

/* The same for a counted string. */
NTIO_STRSAFE ntio_strsafe_put_string(PUNICODE_STRING to, BOOLEAN append, PCUNICODE_STRING from,
                                     size_t most, PUNICODE_STRING remaining, DWORD flags)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(from, flags);
    size_t count = from ? from->Length / sizeof(wchar_t) : 0;

    if (status != STATUS_SUCCESS)
        return status;
    return ntio_strsafe_put(to, append, from ? from->Buffer : NULL, count < most ? count : most,
                            remaining, flags);
}

/* A length that a caller gives, in characters. */
static __inline__ __attribute__((__unused__)) BOOLEAN ntio_strsafe_too_long(size_t count)
{
    return count > NTSTRSAFE_UNICODE_STRING_MAX_CCH;
}

NTIO_STRSAFE RtlUnicodeStringCopyStringEx(PUNICODE_STRING DestinationString,
                                          NTSTRSAFE_PCWSTR pszSrc, PUNICODE_STRING RemainingString,
                                          DWORD dwFlags)
{
    return ntio_strsafe_put_text(DestinationString, FALSE, pszSrc, NTSTRSAFE_MAX_CCH,
                                 RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCopyString(PUNICODE_STRING DestinationString, NTSTRSAFE_PCWSTR pszSrc)
{
    return RtlUnicodeStringCopyStringEx(DestinationString, pszSrc, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCopyEx(PUNICODE_STRING DestinationString,
                                    PCUNICODE_STRING SourceString, PUNICODE_STRING RemainingString,
                                    DWORD dwFlags)
{
    return ntio_strsafe_put_string(DestinationString, FALSE, SourceString, NTSTRSAFE_MAX_CCH,
                                   RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCopy(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    return RtlUnicodeStringCopyEx(DestinationString, SourceString, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCatStringEx(PUNICODE_STRING DestinationString,
                                         NTSTRSAFE_PCWSTR pszSrc, PUNICODE_STRING RemainingString,
                                         DWORD dwFlags)
{
    return ntio_strsafe_put_text(DestinationString, TRUE, pszSrc, NTSTRSAFE_MAX_CCH,
                                 RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCatString(PUNICODE_STRING DestinationString, NTSTRSAFE_PCWSTR pszSrc)
{
    return RtlUnicodeStringCatStringEx(DestinationString, pszSrc, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCatEx(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
                                   PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    return ntio_strsafe_put_string(DestinationString, TRUE, SourceString, NTSTRSAFE_MAX_CCH,
                                   RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCat(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    return RtlUnicodeStringCatEx(DestinationString, SourceString, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCchCopyStringNEx(PUNICODE_STRING DestinationString,
                                              NTSTRSAFE_PCWSTR pszSrc, size_t cchToCopy,
                                              PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    if (ntio_strsafe_too_long(cchToCopy))
        return STATUS_INVALID_PARAMETER;
    return ntio_strsafe_put_text(DestinationString, FALSE, pszSrc, cchToCopy, RemainingString,
                                 dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCbCopyStringNEx(PUNICODE_STRING DestinationString,
                                             NTSTRSAFE_PCWSTR pszSrc, size_t cbToCopy,
                                             PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    return RtlUnicodeStringCchCopyStringNEx(DestinationString, pszSrc, cbToCopy / sizeof(wchar_t),
                                            RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCchCopyStringN(PUNICODE_STRING DestinationString,
                                            NTSTRSAFE_PCWSTR pszSrc, size_t cchToCopy)
{
    return RtlUnicodeStringCchCopyStringNEx(DestinationString, pszSrc, cchToCopy, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCbCopyStringN(PUNICODE_STRING DestinationString,
                                           NTSTRSAFE_PCWSTR pszSrc, size_t cbToCopy)
{
    return RtlUnicodeStringCbCopyStringNEx(DestinationString, pszSrc, cbToCopy, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCchCopyNEx(PUNICODE_STRING DestinationString,
                                        PCUNICODE_STRING SourceString, size_t cchToCopy,
                                        PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    if (ntio_strsafe_too_long(cchToCopy))
        return STATUS_INVALID_PARAMETER;
    return ntio_strsafe_put_string(DestinationString, FALSE, SourceString, cchToCopy,
                                   RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCbCopyNEx(PUNICODE_STRING DestinationString,
                                       PCUNICODE_STRING SourceString, size_t cbToCopy,
                                       PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    return RtlUnicodeStringCchCopyNEx(DestinationString, SourceString, cbToCopy / sizeof(wchar_t),
                                      RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCchCopyN(PUNICODE_STRING DestinationString,
                                      PCUNICODE_STRING SourceString, size_t cchToCopy)
{
    return RtlUnicodeStringCchCopyNEx(DestinationString, SourceString, cchToCopy, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCbCopyN(PUNICODE_STRING DestinationString,
                                     PCUNICODE_STRING SourceString, size_t cbToCopy)
{
    return RtlUnicodeStringCbCopyNEx(DestinationString, SourceString, cbToCopy, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCchCatStringNEx(PUNICODE_STRING DestinationString,
                                             NTSTRSAFE_PCWSTR pszSrc, size_t cchToAppend,
                                             PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    if (ntio_strsafe_too_long(cchToAppend))
        return STATUS_INVALID_PARAMETER;
    return ntio_strsafe_put_text(DestinationString, TRUE, pszSrc, cchToAppend, RemainingString,
                                 dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCbCatStringNEx(PUNICODE_STRING DestinationString,
                                            NTSTRSAFE_PCWSTR pszSrc, size_t cbToAppend,
                                            PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    return RtlUnicodeStringCchCatStringNEx(DestinationString, pszSrc, cbToAppend / sizeof(wchar_t),
                                           RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCchCatStringN(PUNICODE_STRING DestinationString,
                                           NTSTRSAFE_PCWSTR pszSrc, size_t cchToAppend)
{
    return RtlUnicodeStringCchCatStringNEx(DestinationString, pszSrc, cchToAppend, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCbCatStringN(PUNICODE_STRING DestinationString,
                                          NTSTRSAFE_PCWSTR pszSrc, size_t cbToAppend)
{
    return RtlUnicodeStringCbCatStringNEx(DestinationString, pszSrc, cbToAppend, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCchCatNEx(PUNICODE_STRING DestinationString,
                                       PCUNICODE_STRING SourceString, size_t cchToAppend,
                                       PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    if (ntio_strsafe_too_long(cchToAppend))
        return STATUS_INVALID_PARAMETER;
    return ntio_strsafe_put_string(DestinationString, TRUE, SourceString, cchToAppend,
                                   RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCbCatNEx(PUNICODE_STRING DestinationString,
                                      PCUNICODE_STRING SourceString, size_t cbToAppend,
                                      PUNICODE_STRING RemainingString, DWORD dwFlags)
{
    return RtlUnicodeStringCchCatNEx(DestinationString, SourceString, cbToAppend / sizeof(wchar_t),
                                     RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringCchCatN(PUNICODE_STRING DestinationString,
                                     PCUNICODE_STRING SourceString, size_t cchToAppend)
{
    return RtlUnicodeStringCchCatNEx(DestinationString, SourceString, cchToAppend, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringCbCatN(PUNICODE_STRING DestinationString,
                                    PCUNICODE_STRING SourceString, size_t cbToAppend)
{
    return RtlUnicodeStringCbCatNEx(DestinationString, SourceString, cbToAppend, NULL, 0);
}

NTIO_STRSAFE RtlUnicodeStringVPrintfEx(PUNICODE_STRING DestinationString,
                                       PUNICODE_STRING RemainingString, DWORD dwFlags,
                                       NTSTRSAFE_PCWSTR pszFormat, va_list argList)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(DestinationString, dwFlags);
    size_t room;
    int length;

    if (status != STATUS_SUCCESS || !DestinationString)
        return status;
    if (!pszFormat) {
        if (!(dwFlags & STRSAFE_IGNORE_NULLS))
            return STATUS_INVALID_PARAMETER;
        pszFormat = L"";
    }
    room = DestinationString->MaximumLength / sizeof(wchar_t);
    length = _vsnwprintf(DestinationString->Buffer, room, pszFormat, argList);
    if (length < 0 || (size_t)length > room) {
        status = STATUS_BUFFER_OVERFLOW;
        length = (int)room;
    }
    DestinationString->Length = (USHORT)((size_t)length * sizeof(wchar_t));
    return ntio_strsafe_finish(DestinationString, 0, status, RemainingString, dwFlags);
}

NTIO_STRSAFE RtlUnicodeStringVPrintf(PUNICODE_STRING DestinationString, NTSTRSAFE_PCWSTR pszFormat,
                                     va_list argList)
{
    return RtlUnicodeStringVPrintfEx(DestinationString, NULL, 0, pszFormat, argList);
}

NTIO_STRSAFE RtlUnicodeStringPrintfEx(PUNICODE_STRING DestinationString,
                                      PUNICODE_STRING RemainingString, DWORD dwFlags,
                                      NTSTRSAFE_PCWSTR pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = RtlUnicodeStringVPrintfEx(DestinationString, RemainingString, dwFlags, pszFormat,
                                       arguments);
    va_end(arguments);
    return status;
}

NTIO_STRSAFE RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, NTSTRSAFE_PCWSTR pszFormat,
                                    ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = RtlUnicodeStringVPrintfEx(DestinationString, NULL, 0, pszFormat, arguments);
    va_end(arguments);
    return status;
}

/* A counted string as a zero-terminated one. */
NTIO_STRSAFE RtlStringCchCopyUnicodeStringEx(NTSTRSAFE_PWSTR pszDest, size_t cchDest,
                                             PCUNICODE_STRING SourceString,
                                             NTSTRSAFE_PWSTR *ppszDestEnd, size_t *pcchRemaining,
                                             DWORD dwFlags)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(SourceString, dwFlags);

    if (status != STATUS_SUCCESS)
        return status;
    if (!SourceString || !SourceString->Buffer)
        return RtlStringCchCopyExW(pszDest, cchDest, L"", ppszDestEnd, pcchRemaining, dwFlags);
    return RtlStringCchCopyNExW(pszDest, cchDest, SourceString->Buffer,
                                SourceString->Length / sizeof(wchar_t), ppszDestEnd, pcchRemaining,
                                dwFlags);
}

NTIO_STRSAFE RtlStringCbCopyUnicodeStringEx(NTSTRSAFE_PWSTR pszDest, size_t cbDest,
                                            PCUNICODE_STRING SourceString,
                                            NTSTRSAFE_PWSTR *ppszDestEnd, size_t *pcbRemaining,
                                            DWORD dwFlags)
{
    size_t left = 0;
    NTSTATUS status = RtlStringCchCopyUnicodeStringEx(pszDest, cbDest / sizeof(wchar_t),
                                                      SourceString, ppszDestEnd, &left, dwFlags);

    if (pcbRemaining && (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW))
        *pcbRemaining = left * sizeof(wchar_t) + cbDest % sizeof(wchar_t);
    return status;
}

NTIO_STRSAFE RtlStringCchCopyUnicodeString(NTSTRSAFE_PWSTR pszDest, size_t cchDest,
                                           PCUNICODE_STRING SourceString)
{
    return RtlStringCchCopyUnicodeStringEx(pszDest, cchDest, SourceString, NULL, NULL, 0);
}

NTIO_STRSAFE RtlStringCbCopyUnicodeString(NTSTRSAFE_PWSTR pszDest, size_t cbDest,
                                          PCUNICODE_STRING SourceString)
{
    return RtlStringCbCopyUnicodeStringEx(pszDest, cbDest, SourceString, NULL, NULL, 0);
}

#undef NTIO_STRSAFE
