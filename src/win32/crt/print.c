/*
 * printf and its kin. The formats are the run time's: this makes the text, once
 * to learn its length if it does not fit, and writes it in one piece.
 */
#include "stream.h"

#include <stdarg.h>

enum { SMALL = 512 };

/* Writes text that has been made, or nothing if it could not be. */
static int put_text(FILE *file, const char *text, int length)
{
    struct stream *stream = stream_of(file);
    size_t count = length > 0 ? (size_t)length : 0;
    if (length < 0)
        return -1;
    stream_lock(stream);
    BOOL done = stream_write(stream, text, count) == count;
    stream_unlock(stream);
    return done ? length : -1;
}

int vfprintf(FILE *file, const char *format, va_list arguments)
{
    char small[SMALL], *text = small;
    va_list again;

    va_copy(again, arguments);
    int length = _vsnprintf(small, sizeof small, format, arguments);
    if (length < 0 || length >= (int)sizeof small) {
        va_list counting;
        va_copy(counting, again);
        length = _vscprintf(format, counting);
        va_end(counting);
        text = length >= 0 ? malloc((size_t)length + 1) : NULL;
        if (text)
            _vsnprintf(text, (size_t)length + 1, format, again);
        else
            length = -1;
    }
    va_end(again);
    int result = put_text(file, text, length);
    if (text != small)
        free(text);
    return result;
}

int vfwprintf(FILE *file, const wchar_t *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = _vscwprintf(format, arguments);
    wchar_t *text = length >= 0 ? malloc(((size_t)length + 1) * sizeof *text) : NULL;
    if (text) {
        _vsnwprintf(text, (size_t)length + 1, format, again);
        text[length] = 0;
    }
    va_end(again);
    int result = text && fputws(text, file) != EOF ? length : -1;
    free(text);
    return result;
}

int vprintf(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

int vwprintf(const wchar_t *format, va_list arguments)
{
    return vfwprintf(stdout, format, arguments);
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfprintf(file, format, arguments);
    va_end(arguments);
    return result;
}

int printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return result;
}

int fwprintf(FILE *file, const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfwprintf(file, format, arguments);
    va_end(arguments);
    return result;
}

int wprintf(const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfwprintf(stdout, format, arguments);
    va_end(arguments);
    return result;
}

/* The secure forms check their format; these formats have nothing dangerous (no %n). */

int vfprintf_s(FILE *file, const char *format, va_list arguments)
{
    return vfprintf(file, format, arguments);
}

int vprintf_s(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

int fprintf_s(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfprintf(file, format, arguments);
    va_end(arguments);
    return result;
}

int printf_s(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return result;
}

int fwprintf_s(FILE *file, const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfwprintf(file, format, arguments);
    va_end(arguments);
    return result;
}

int wprintf_s(const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vfwprintf(stdout, format, arguments);
    va_end(arguments);
    return result;
}
