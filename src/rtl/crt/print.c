/*
 * Formatted output into memory. format.c makes the text; here is what each
 * function of Windows' does when it does not fit:
 *
 *   sprintf                    writes it all
 *   _snprintf, _snwprintf      writes what fits, not terminated; -1. As long as
 *                              the buffer: not terminated; the length
 *   snprintf                   writes what fits, terminated; the whole length
 *   swprintf                   writes what fits, terminated; -1
 *   sprintf_s                  empties the buffer; -1
 *   _snprintf_s                as count says: truncates, terminated, or as sprintf_s; -1
 *   _scprintf                  writes nothing; the length
 */
#include "crt.h"
#include "../format.h"

#include <limits.h>

/* The text in buffer, not terminated. Returns its whole length, or -1. */
static int make_narrow(char *buffer, size_t size, const char *format, va_list arguments,
                       size_t *used)
{
    struct format_sink sink = {.buffer = buffer, .capacity = size};
    int answer = format_narrow(&sink, format, arguments);

    *used = sink.used;
    return answer || sink.total > INT_MAX ? -1 : (int)sink.total;
}

static int make_wide(wchar_t *buffer, size_t size, const wchar_t *format, va_list arguments,
                     size_t *used)
{
    struct format_sink sink = {.buffer = buffer, .capacity = size, .is_wide = 1};
    int answer = format_wide(&sink, format, arguments);

    *used = sink.used;
    return answer || sink.total > INT_MAX ? -1 : (int)sink.total;
}

/* What is left between text and the highest address, for the functions that know no size. */
static size_t boundless(const void *text, size_t unit)
{
    return ((size_t)-1 / 2 - ((size_t)text & ((size_t)-1 / 2))) / unit;
}

int vsprintf(char *to, const char *format, va_list arguments)
{
    size_t used;
    int length = make_narrow(to, boundless(to, 1), format, arguments, &used);

    to[used] = 0;
    return length;
}

int _vswprintf(wchar_t *to, const wchar_t *format, va_list arguments)
{
    size_t used;
    int length = make_wide(to, boundless(to, sizeof(*to)), format, arguments, &used);

    to[used] = 0;
    return length;
}

int _vsnprintf(char *to, size_t size, const char *format, va_list arguments)
{
    size_t used;
    int length = make_narrow(to, size, format, arguments, &used);

    if (length < 0 || !to)
        return length;
    if (used < size)
        to[used] = 0;
    return (size_t)length > size ? -1 : length;
}

int _vsnwprintf(wchar_t *to, size_t size, const wchar_t *format, va_list arguments)
{
    size_t used;
    int length = make_wide(to, size, format, arguments, &used);

    if (length < 0 || !to)
        return length;
    if (used < size)
        to[used] = 0;
    return (size_t)length > size ? -1 : length;
}

int vsnprintf(char *to, size_t size, const char *format, va_list arguments)
{
    size_t used;
    int length = make_narrow(to, size ? size - 1 : 0, format, arguments, &used);

    if (size)
        to[used] = 0;
    return length;
}

/* mingw-w64's headers call vsnprintf by this name. */
int __ms_vsnprintf(char *to, size_t size, const char *format, va_list arguments)
{
    return vsnprintf(to, size, format, arguments);
}

int vswprintf(wchar_t *to, size_t size, const wchar_t *format, va_list arguments)
{
    size_t used;
    int length = make_wide(to, size ? size - 1 : 0, format, arguments, &used);

    if (size)
        to[used] = 0;
    return length < 0 || (size_t)length >= size ? -1 : length;
}

/* count: at most so many characters of the text, CRT_TRUNCATE for what fits. */
int _vsnprintf_s(char *to, size_t size, size_t count, const char *format, va_list arguments)
{
    size_t room = count < size ? count : size - 1, used;
    int length;

    if (!to || !size)
        return -1;
    length = make_narrow(to, room, format, arguments, &used);
    to[used] = 0;
    if (length >= 0 && (size_t)length <= room)
        return length;
    if (length < 0 || (count >= size && count != CRT_TRUNCATE))
        to[0] = 0;
    return -1;
}

int _vsnwprintf_s(wchar_t *to, size_t size, size_t count, const wchar_t *format, va_list arguments)
{
    size_t room = count < size ? count : size - 1, used;
    int length;

    if (!to || !size)
        return -1;
    length = make_wide(to, room, format, arguments, &used);
    to[used] = 0;
    if (length >= 0 && (size_t)length <= room)
        return length;
    if (length < 0 || (count >= size && count != CRT_TRUNCATE))
        to[0] = 0;
    return -1;
}

int vsnprintf_s(char *to, size_t size, size_t count, const char *format, va_list arguments)
{
    return _vsnprintf_s(to, size, count, format, arguments);
}

/* No count that is as long as the buffer is a truncation: what does not fit is an error. */
int vsprintf_s(char *to, size_t size, const char *format, va_list arguments)
{
    return _vsnprintf_s(to, size, CRT_TRUNCATE - 1, format, arguments);
}

int vswprintf_s(wchar_t *to, size_t size, const wchar_t *format, va_list arguments)
{
    return _vsnwprintf_s(to, size, CRT_TRUNCATE - 1, format, arguments);
}

int _vscprintf(const char *format, va_list arguments)
{
    size_t used;

    return make_narrow(NULL, 0, format, arguments, &used);
}

int _vscwprintf(const wchar_t *format, va_list arguments)
{
    size_t used;

    return make_wide(NULL, 0, format, arguments, &used);
}

/* ---- with their arguments behind the format ---- */

int sprintf(char *to, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsprintf(to, format, arguments);
    va_end(arguments);
    return length;
}

int _swprintf(wchar_t *to, const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vswprintf(to, format, arguments);
    va_end(arguments);
    return length;
}

int _snprintf(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int _snwprintf(wchar_t *to, size_t size, const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vsnwprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int snprintf(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int swprintf(wchar_t *to, size_t size, const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vswprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int sprintf_s(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsprintf_s(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int swprintf_s(wchar_t *to, size_t size, const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vswprintf_s(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int _snprintf_s(char *to, size_t size, size_t count, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vsnprintf_s(to, size, count, format, arguments);
    va_end(arguments);
    return length;
}

int _snwprintf_s(wchar_t *to, size_t size, size_t count, const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vsnwprintf_s(to, size, count, format, arguments);
    va_end(arguments);
    return length;
}

int _scprintf(const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vscprintf(format, arguments);
    va_end(arguments);
    return length;
}

int _scwprintf(const wchar_t *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vscwprintf(format, arguments);
    va_end(arguments);
    return length;
}
