/*
 * UTF-16 and the narrow text of programs, which is UTF-8 here whatever code
 * page is asked for.
 */
#include "../win32.h"

enum { REPLACEMENT = 0xFFFD };

/*
 * The code point at *at, which moves on; REPLACEMENT with *valid cleared for
 * bytes that are no UTF-8 (one byte is consumed then).
 */
static ULONG decode_utf8(const UCHAR **at, const UCHAR *end, BOOL *valid)
{
    const UCHAR *next = *at;
    ULONG lead = *next++, minimum, more, code;

    *at = next;
    if (lead < 0x80)
        return lead;
    if (lead >= 0xC2 && lead < 0xE0)
        more = 1, minimum = 0x80, code = lead & 0x1F;
    else if (lead >= 0xE0 && lead < 0xF0)
        more = 2, minimum = 0x800, code = lead & 0x0F;
    else if (lead >= 0xF0 && lead < 0xF5)
        more = 3, minimum = 0x10000, code = lead & 0x07;
    else
        return *valid = FALSE, REPLACEMENT;
    while (more-- > 0) {
        if (next == end || (*next & 0xC0) != 0x80)
            return *valid = FALSE, REPLACEMENT;
        code = code << 6 | (*next++ & 0x3F);
    }
    if (code < minimum || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return *valid = FALSE, REPLACEMENT;
    *at = next;
    return code;
}

/* UTF-16 units needed, of which at most count are written; *valid as decode_utf8. */
static SIZE_T utf16_from_utf8(PWSTR to, SIZE_T count, const UCHAR *from, SIZE_T bytes, BOOL *valid)
{
    const UCHAR *end = from + bytes;
    SIZE_T needed = 0;
    while (from < end) {
        ULONG code = decode_utf8(&from, end, valid);
        WCHAR units[2] = {(WCHAR)code, 0};
        SIZE_T length = code < 0x10000 ? 1 : 2;
        if (length == 2) {
            units[0] = (WCHAR)(0xD800 + ((code - 0x10000) >> 10));
            units[1] = (WCHAR)(0xDC00 + ((code - 0x10000) & 0x3FF));
        }
        if (needed + length <= count)
            memcpy(to + needed, units, length * sizeof(WCHAR));
        needed += length;
    }
    return needed;
}

static ULONG decode_utf16(PCWSTR *at, PCWSTR end, BOOL *valid)
{
    ULONG unit = *(*at)++;
    if (unit < 0xD800 || unit >= 0xE000)
        return unit;
    if (unit < 0xDC00 && *at < end && **at >= 0xDC00 && **at < 0xE000)
        return 0x10000 + ((unit - 0xD800) << 10) + (*(*at)++ - 0xDC00u);
    return *valid = FALSE, REPLACEMENT;
}

static SIZE_T encode_utf8(ULONG code, UCHAR bytes[4])
{
    if (code < 0x80) {
        bytes[0] = (UCHAR)code;
        return 1;
    }
    if (code < 0x800) {
        bytes[0] = (UCHAR)(0xC0 | code >> 6);
        bytes[1] = (UCHAR)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        bytes[0] = (UCHAR)(0xE0 | code >> 12);
        bytes[1] = (UCHAR)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (UCHAR)(0x80 | (code & 0x3F));
        return 3;
    }
    bytes[0] = (UCHAR)(0xF0 | code >> 18);
    bytes[1] = (UCHAR)(0x80 | (code >> 12 & 0x3F));
    bytes[2] = (UCHAR)(0x80 | (code >> 6 & 0x3F));
    bytes[3] = (UCHAR)(0x80 | (code & 0x3F));
    return 4;
}

static SIZE_T utf8_from_utf16(PSTR to, SIZE_T size, PCWSTR from, SIZE_T count, BOOL *valid)
{
    PCWSTR end = from + count;
    SIZE_T needed = 0;
    while (from < end) {
        UCHAR bytes[4];
        SIZE_T length = encode_utf8(decode_utf16(&from, end, valid), bytes);
        if (needed + length <= size)
            memcpy(to + needed, bytes, length);
        needed += length;
    }
    return needed;
}

static BOOL is_code_page(UINT code_page)
{
    return code_page == CP_ACP || code_page == CP_OEMCP || code_page == CP_THREAD_ACP ||
           code_page == CP_UTF8;
}

/* The common end of both conversions: what to return for needed characters. */
static int converted(SIZE_T needed, int size, BOOL valid, BOOL strict)
{
    if (strict && !valid)
        return win32_fail(ERROR_NO_UNICODE_TRANSLATION);
    if (needed > MAXLONG)
        return win32_fail(ERROR_ARITHMETIC_OVERFLOW);
    if (size && needed > (SIZE_T)size)
        return win32_fail(ERROR_INSUFFICIENT_BUFFER);
    return (int)needed;
}

int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCCH from, int bytes, LPWSTR to,
                               int count)
{
    BOOL valid = TRUE;
    if (!from || !bytes || bytes < -1 || count < 0 || (count && (!to || (PVOID)to == (PVOID)from)))
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (!is_code_page(code_page))
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(MB_ERR_INVALID_CHARS | MB_PRECOMPOSED))
        return win32_fail(ERROR_INVALID_FLAGS);
    SIZE_T length = bytes < 0 ? strlen(from) + 1 : (SIZE_T)bytes;
    SIZE_T needed = utf16_from_utf8(to, (SIZE_T)count, (const UCHAR *)from, length, &valid);
    return converted(needed, count, valid, flags & MB_ERR_INVALID_CHARS);
}

int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWCH from, int count, LPSTR to,
                               int size, LPCCH fallback, LPBOOL used_fallback)
{
    BOOL valid = TRUE;
    if (!from || !count || count < -1 || size < 0 || (size && (!to || (PVOID)to == (PVOID)from)))
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (!is_code_page(code_page) || (code_page == CP_UTF8 && (fallback || used_fallback)))
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(WC_ERR_INVALID_CHARS | WC_NO_BEST_FIT_CHARS | WC_COMPOSITECHECK))
        return win32_fail(ERROR_INVALID_FLAGS);
    SIZE_T length = count < 0 ? win32_length(from) + 1 : (SIZE_T)count;
    SIZE_T needed = utf8_from_utf16(to, (SIZE_T)size, from, length, &valid);
    if (used_fallback)
        *used_fallback = !valid;
    return converted(needed, size, valid, flags & WC_ERR_INVALID_CHARS);
}

UINT WINAPI GetACP(VOID)
{
    return CP_UTF8;
}

UINT WINAPI GetOEMCP(VOID)
{
    return CP_UTF8;
}

UINT WINAPI GetConsoleOutputCP(VOID)
{
    return CP_UTF8;
}

UINT WINAPI GetConsoleCP(VOID)
{
    return CP_UTF8;
}

BOOL WINAPI SetConsoleOutputCP(UINT code_page)
{
    return code_page == CP_UTF8 ? TRUE : win32_fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI SetConsoleCP(UINT code_page)
{
    return code_page == CP_UTF8 ? TRUE : win32_fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI IsValidCodePage(UINT code_page)
{
    return code_page == CP_UTF8;
}

SIZE_T win32_length(PCWSTR text)
{
    SIZE_T length = 0;
    while (text[length])
        length++;
    return length;
}

char *win32_utf8(PCWSTR wide, SIZE_T length)
{
    BOOL valid;
    if (length == (SIZE_T)-1)
        length = win32_length(wide);
    SIZE_T bytes = utf8_from_utf16(NULL, 0, wide, length, &valid);
    char *text = malloc(bytes + 1);
    if (!text)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    utf8_from_utf16(text, bytes, wide, length, &valid);
    text[bytes] = '\0';
    return text;
}

PWSTR win32_wide(PCSTR narrow)
{
    BOOL valid;
    SIZE_T bytes = strlen(narrow);
    SIZE_T count = utf16_from_utf8(NULL, 0, (const UCHAR *)narrow, bytes, &valid);
    PWSTR text = malloc((count + 1) * sizeof(WCHAR));
    if (!text)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    utf16_from_utf8(text, count, (const UCHAR *)narrow, bytes, &valid);
    text[count] = 0;
    return text;
}

BOOL win32_text_open(struct win32_text *text, PCSTR narrow)
{
    BOOL valid;
    text->text = NULL;
    if (!narrow)
        return TRUE;
    SIZE_T bytes = strlen(narrow) + 1;
    if (utf16_from_utf8(text->buffer, WIN32_COUNT(text->buffer), (const UCHAR *)narrow, bytes,
                        &valid) <= WIN32_COUNT(text->buffer))
        text->text = text->buffer;
    else
        text->text = win32_wide(narrow);
    return text->text != NULL;
}

void win32_text_close(struct win32_text *text)
{
    if (text->text != text->buffer)
        free(text->text);
}

DWORD win32_copy_wide(PCWSTR text, PWSTR buffer, DWORD size)
{
    SIZE_T length = win32_length(text);
    if (length >= size)
        return (DWORD)length + 1;
    memcpy(buffer, text, (length + 1) * sizeof(WCHAR));
    return (DWORD)length;
}

DWORD win32_copy_narrow(PCWSTR text, PSTR buffer, DWORD size)
{
    BOOL valid;
    SIZE_T length = win32_length(text), bytes = utf8_from_utf16(NULL, 0, text, length, &valid);
    if (bytes >= size)
        return (DWORD)bytes + 1;
    utf8_from_utf16(buffer, bytes, text, length, &valid);
    buffer[bytes] = '\0';
    return (DWORD)bytes;
}

BOOL win32_unicode(UNICODE_STRING *string, PCWSTR text)
{
    SIZE_T bytes = win32_length(text) * sizeof(WCHAR);
    if (bytes > MAXWORD - sizeof(WCHAR))
        return win32_fail(ERROR_FILENAME_EXCED_RANGE);
    string->Length = (USHORT)bytes;
    string->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
    string->Buffer = (PWSTR)text;
    return TRUE;
}

static WCHAR fold(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? (WCHAR)(c - 'a' + 'A') : c;
}

BOOL win32_same_text(PCWSTR a, PCWSTR b)
{
    while (*a && fold(*a) == fold(*b))
        a++, b++;
    return fold(*a) == fold(*b);
}
