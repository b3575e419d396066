/*
 * An INF file's bytes as UTF-16, and the tokens that stampinf replaces in an .inx.
 */
#include "inf.h"

#include <string.h>

/* What the build of a driver would put in; ntio has one architecture and one framework of each. */
static const struct token {
    PCWSTR name, text;
} tokens[] = {
    {L"$ARCH$", L"amd64"},
    {L"$KMDFVERSION$", L"1.33"},
    {L"$KMDFCOINSTALLERVERSION$", L"01033"},
    {L"$UMDFVERSION$", L"2.33.0"},
    {L"$UMDFCOINSTALLERVERSION$", L"02033"},
};

/* The character at *at, which is moved past it; what is no UTF-8 stands for itself, as ANSI. */
static ULONG next_utf8(const UCHAR **at, const UCHAR *end)
{
    const UCHAR *from = *at;
    ULONG length = *from < 0x80 ? 1 : *from >> 5 == 6 ? 2 : *from >> 4 == 14 ? 3 : 4, i;
    ULONG c = *from & (0xFFu >> (length > 1 ? length + 1 : 1));

    if (*from >= 0x80 && (*from < 0xC2 || *from > 0xF4 || (SIZE_T)(end - from) < length))
        length = 1;
    for (i = 1; i < length; i++) {
        if (from[i] >> 6 != 2) {
            length = 1;
            break;
        }
        c = c << 6 | (from[i] & 0x3F);
    }
    if (length == 1)
        c = *from;
    *at += length;
    return c;
}

/* UTF-16 characters of the file; counts them if to is NULL. */
static SIZE_T from_utf8(const UCHAR *from, const UCHAR *end, PWSTR to)
{
    SIZE_T count = 0;

    while (from < end) {
        ULONG c = next_utf8(&from, end);

        if (c >= 0x10000) {
            if (to)
                to[count] = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
            count++;
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        if (to)
            to[count] = (WCHAR)c;
        count++;
    }
    return count;
}

static SIZE_T from_utf16(const UCHAR *from, const UCHAR *end, BOOLEAN is_big, PWSTR to)
{
    SIZE_T count = (SIZE_T)(end - from) / 2, i;

    for (i = 0; to && i < count; i++)
        to[i] = is_big ? (WCHAR)(from[2 * i] << 8 | from[2 * i + 1])
                       : (WCHAR)(from[2 * i] | from[2 * i + 1] << 8);
    return count;
}

static SIZE_T characters(const UCHAR *from, const UCHAR *end, PWSTR to)
{
    SIZE_T bytes = (SIZE_T)(end - from);

    if (bytes >= 2 && from[0] == 0xFF && from[1] == 0xFE)
        return from_utf16(from + 2, end, FALSE, to);
    if (bytes >= 2 && from[0] == 0xFE && from[1] == 0xFF)
        return from_utf16(from + 2, end, TRUE, to);
    if (bytes >= 3 && from[0] == 0xEF && from[1] == 0xBB && from[2] == 0xBF)
        from += 3;
    else if (bytes >= 2 && from[0] && !from[1])
        return from_utf16(from, end, FALSE, to);
    return from_utf8(from, end, to);
}

static const struct token *token_at(PCWSTR at, SIZE_T *length)
{
    SIZE_T i, j;

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        for (j = 0; tokens[i].name[j] && tokens[i].name[j] == at[j]; j++)
            ;
        if (!tokens[i].name[j]) {
            *length = j;
            return &tokens[i];
        }
    }
    return NULL;
}

/* The text with its tokens replaced, none of which grows. A zero in the file is a blank. */
static VOID replace_tokens(PWSTR text, SIZE_T count)
{
    PWSTR to = text, from = text, end = text + count;
    const struct token *token;
    SIZE_T length;
    PCWSTR with;

    while (from < end) {
        token = *from == L'$' ? token_at(from, &length) : NULL;
        if (!token) {
            *to++ = *from ? *from : L' ';
            from++;
            continue;
        }
        for (with = token->text; *with; with++)
            *to++ = *with;
        from += length;
    }
    *to = 0;
}

NTSTATUS inf_decode(const VOID *data, SIZE_T bytes, PWSTR *text)
{
    const UCHAR *from = data, *end = from + bytes;
    SIZE_T count = characters(from, end, NULL);

    *text = inf_allocate((count + 1) * sizeof(WCHAR));
    if (!*text)
        return STATUS_INSUFFICIENT_RESOURCES;
    characters(from, end, *text);
    replace_tokens(*text, count);
    return STATUS_SUCCESS;
}
