/*
 * FormatMessage.
 */
#include "message.h"

#include <stdio.h>

enum { INSERTS = 99, NO_LINE_BREAKS = FORMAT_MESSAGE_MAX_WIDTH_MASK };

/* The message being made, and what its inserts stand for. */
struct message {
    PWSTR text;
    SIZE_T length, capacity;
    BOOL failed;
    BOOL is_narrow; /* strings of the arguments are */
    DWORD flags;
    ULONG_PTR arguments[INSERTS];
};

static void put(struct message *m, PCWSTR text, SIZE_T count)
{
    if (m->length + count + 1 > m->capacity) {
        SIZE_T capacity = (m->capacity + count + 1) * 2;
        PWSTR grown = realloc(m->text, capacity * sizeof(WCHAR));
        if (!grown) {
            m->failed = TRUE;
            return;
        }
        m->text = grown;
        m->capacity = capacity;
    }
    memcpy(m->text + m->length, text, count * sizeof(WCHAR));
    m->length += count;
    m->text[m->length] = 0;
}

static BOOL is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

/* The number after a % sign, of one or two digits; 0 if there is none. */
static ULONG insert_number(PCWSTR text, SIZE_T *digits)
{
    ULONG number = 0;
    *digits = 0;
    while (*digits < 2 && is_digit(text[*digits]))
        number = number * 10 + (text[(*digits)++] - '0');
    return number;
}

/* The highest insert of a message definition. */
static ULONG count_inserts(PCWSTR text)
{
    ULONG highest = 0;
    for (; *text; text++) {
        SIZE_T digits;
        if (*text != '%')
            continue;
        ULONG number = insert_number(text + 1, &digits);
        highest = number > highest ? number : highest;
        if (text[1])
            text++;
    }
    return highest;
}

/*
 * A "!format!" after an insert as a format of the run time, "s" if there is
 * none; returns what comes after it, NULL if it is malformed. Strings of the
 * narrow function are narrow.
 */
static PCWSTR read_format(const struct message *m, PCWSTR text, WCHAR format[32])
{
    PCWSTR spec = L"s";
    SIZE_T length = 1, at = 0;
    if (*text == '!') {
        spec = ++text;
        for (length = 0; text[length] && text[length] != '!'; length++)
            ;
        if (!text[length] || length < 1 || length > 24)
            return NULL;
        text += length + 1;
    }
    format[at++] = '%';
    for (SIZE_T i = 0; i < length; i++) {
        BOOL is_last = i == length - 1;
        if (is_last && m->is_narrow && spec[i] == 's' && (i == 0 || spec[i - 1] != 'l'))
            format[at++] = 'h';
        if (is_last && m->is_narrow && spec[i] == 'S') {
            format[at++] = 'l';
            format[at++] = 's';
        } else {
            format[at++] = spec[i];
        }
    }
    format[at] = 0;
    return text;
}

static void put_argument(struct message *m, ULONG number, PCWSTR format)
{
    int count = 64;
    for (;;) {
        PWSTR text = malloc((SIZE_T)count * sizeof(WCHAR));
        int length = text ? _snwprintf(text, (SIZE_T)count, format, m->arguments[number - 1]) : 0;
        if (!text)
            m->failed = TRUE;
        else if (length >= 0 && length < count)
            put(m, text, (SIZE_T)length);
        free(text);
        if (!text || (length >= 0 && length < count) || count > 0x10000)
            return;
        count *= 4;
    }
}

/* Handles what follows a %; returns what is left, NULL at the end of the message. */
static PCWSTR put_escape(struct message *m, PCWSTR text)
{
    WCHAR format[32];
    SIZE_T digits;
    ULONG number = insert_number(text, &digits);

    if (digits && !number)
        return NULL; /* %0: the message ends here, without a line break */
    if (number) {
        if (m->flags & FORMAT_MESSAGE_IGNORE_INSERTS) {
            put(m, text - 1, digits + 1);
            return text + digits;
        }
        PCWSTR rest = read_format(m, text + digits, format);
        if (!rest) {
            m->failed = TRUE;
            return NULL;
        }
        put_argument(m, number, format);
        return rest;
    }
    switch (*text) {
    case 0:
        return text;
    case 'n':
        put(m, L"\r\n", 2);
        return text + 1;
    case 'r':
        put(m, L"\r", 1);
        return text + 1;
    case 't':
        put(m, L"\t", 1);
        return text + 1;
    case 'b':
        put(m, L" ", 1);
        return text + 1;
    default:
        put(m, text, 1);
        return text + 1;
    }
}

static void expand(struct message *m, PCWSTR text)
{
    BOOL keep_breaks = (m->flags & FORMAT_MESSAGE_MAX_WIDTH_MASK) != NO_LINE_BREAKS;
    while (text && *text && !m->failed) {
        if (*text == '%') {
            text = put_escape(m, text + 1);
        } else if (*text == '\n' || *text == '\r') {
            text += *text == '\r' && text[1] == '\n' ? 2 : 1;
            put(m, keep_breaks ? L"\r\n" : L" ", keep_breaks ? 2 : 1);
        } else {
            put(m, text++, 1);
        }
    }
}

static void read_arguments(struct message *m, ULONG count, va_list *arguments)
{
    for (ULONG i = 0; i < count; i++)
        m->arguments[i] = m->flags & FORMAT_MESSAGE_ARGUMENT_ARRAY ? ((ULONG_PTR *)arguments)[i]
                                                                   : va_arg(*arguments, ULONG_PTR);
}

/* The finished message in m->text, from the definition. FALSE with the last error. */
static BOOL make(struct message *m, PCWSTR definition, BOOL is_system, va_list *arguments)
{
    const DWORD width = m->flags & FORMAT_MESSAGE_MAX_WIDTH_MASK;
    ULONG inserts = count_inserts(definition);
    if (width && width != NO_LINE_BREAKS)
        return win32_fail(ERROR_NOT_SUPPORTED);
    if (!(m->flags & FORMAT_MESSAGE_IGNORE_INSERTS) && inserts) {
        if (!arguments)
            return win32_fail(ERROR_INVALID_PARAMETER);
        read_arguments(m, inserts, arguments);
    }
    put(m, L"", 0);
    expand(m, definition);
    if (is_system)
        put(m, width ? L" " : L"\r\n", width ? 1 : 2);
    return m->failed ? win32_fail(ERROR_INVALID_PARAMETER) : TRUE;
}

/* The definition that the flags ask for, other than the caller's string; NULL with the last error.
 */
static PCWSTR find_definition(DWORD flags, DWORD id)
{
    PCWSTR text = flags & FORMAT_MESSAGE_FROM_SYSTEM ? win32_message(id) : NULL;
    /* Modules have no message tables here. */
    if (!text)
        SetLastError(flags & FORMAT_MESSAGE_FROM_SYSTEM    ? ERROR_MR_MID_NOT_FOUND
                     : flags & FORMAT_MESSAGE_FROM_HMODULE ? ERROR_RESOURCE_TYPE_NOT_FOUND
                                                           : ERROR_INVALID_PARAMETER);
    return text;
}

DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPWSTR buffer,
                            DWORD size, va_list *arguments)
{
    struct message m = {.flags = flags};
    BOOL from_string = (flags & FORMAT_MESSAGE_FROM_STRING) != 0;
    DWORD result = 0;
    UNREFERENCED_PARAMETER(language); /* there is one */

    PCWSTR definition = from_string ? source : find_definition(flags, id);
    if (!definition || !buffer || !make(&m, definition, !from_string, arguments)) {
        free(m.text);
        return definition && !buffer ? (DWORD)win32_fail(ERROR_INVALID_PARAMETER) : 0;
    }
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        SIZE_T count = m.length + 1 > size ? m.length + 1 : size;
        LPWSTR copy = LocalAlloc(LMEM_FIXED, count * sizeof(WCHAR));
        *(LPWSTR *)buffer = copy;
        if (copy)
            result = win32_copy_wide(m.text, copy, (DWORD)count);
    } else if (m.length < size) {
        result = win32_copy_wide(m.text, buffer, size);
    } else {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    }
    free(m.text);
    return result;
}

static DWORD narrow_result(const struct message *m, LPSTR buffer, DWORD size)
{
    char *text = win32_utf8(m->text, m->length);
    DWORD result = 0;
    if (!text)
        return 0;
    SIZE_T length = strlen(text);
    if (m->flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        LPSTR copy = LocalAlloc(LMEM_FIXED, length + 1 > size ? length + 1 : size);
        *(LPSTR *)buffer = copy;
        buffer = copy;
        size = copy ? (DWORD)length + 1 : 0;
    }
    if (length < size) {
        memcpy(buffer, text, length + 1);
        result = (DWORD)length;
    } else {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    }
    free(text);
    return result;
}

DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPSTR buffer,
                            DWORD size, va_list *arguments)
{
    struct message m = {.flags = flags, .is_narrow = TRUE};
    BOOL from_string = (flags & FORMAT_MESSAGE_FROM_STRING) != 0;
    PWSTR own = NULL;
    PCWSTR definition = NULL;
    DWORD result = 0;
    UNREFERENCED_PARAMETER(language);

    if (!buffer || (from_string && !source))
        return (DWORD)win32_fail(ERROR_INVALID_PARAMETER);
    if (from_string)
        definition = own = win32_wide(source);
    else
        definition = find_definition(flags, id);
    if (definition && make(&m, definition, !from_string, arguments))
        result = narrow_result(&m, buffer, size);
    free(m.text);
    free(own);
    return result;
}
