/*
 * printf and its kin: the run time's formats, written to streams.
 */
#include "stream.h"
#include "../../rtl/format.h"

#include <stdarg.h>

static void write_out(struct format_sink *sink)
{
    stream_write(sink->context, sink->buffer, sink->used);
    sink->used = 0;
}

int vfprintf(FILE *file, const char *format, va_list arguments)
{
    struct stream *stream = stream_of(file);
    char text[512];
    struct format_sink sink = {
        .buffer = text, .capacity = sizeof text, .flush = write_out, .context = stream};

    stream_lock(stream);
    unsigned failed_before = stream->flags & STREAM_FAILED;
    stream->flags &= ~(unsigned)STREAM_FAILED;
    int refused = format_narrow(&sink, format, arguments);
    write_out(&sink);
    BOOL failed = (stream->flags & STREAM_FAILED) != 0;
    stream->flags |= failed_before;
    stream_unlock(stream);
    return refused || failed ? -1 : (int)sink.total;
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
