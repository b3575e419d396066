/*
 * The kernel's own text: formatting into buffers, the log, UTF conversions.
 */
#include "rtl.h"
#include "format.h"
#include "utf.h"

#include <string.h>

SIZE_T rtl_format_va(PSTR buffer, SIZE_T size, PCSTR format, va_list arguments)
{
    struct format_sink sink = {.buffer = buffer, .capacity = size ? size - 1 : 0};

    format_narrow(&sink, format, arguments);
    if (size)
        buffer[sink.used] = 0;
    return sink.total;
}

SIZE_T rtl_format_wide_va(PWSTR buffer, SIZE_T count, PCWSTR format, va_list arguments)
{
    struct format_sink sink = {.buffer = buffer, .capacity = count ? count - 1 : 0, .is_wide = 1};

    format_wide(&sink, format, arguments);
    if (count)
        buffer[sink.used] = 0;
    return sink.total;
}

SIZE_T rtl_format(PSTR buffer, SIZE_T size, PCSTR format, ...)
{
    va_list arguments;
    SIZE_T length;

    va_start(arguments, format);
    length = rtl_format_va(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

/* A long line goes out in pieces. */
static void print_buffer(struct format_sink *sink)
{
    hal_print(sink->buffer, sink->used);
    sink->used = 0;
}

VOID rtl_print_va(PCSTR prefix, PCSTR format, va_list arguments, PCSTR end)
{
    CHAR line[1024];
    SIZE_T before = strlen(prefix), after = strlen(end);
    struct format_sink sink = {
        .buffer = line, .capacity = sizeof(line), .used = before, .flush = print_buffer};

    memcpy(line, prefix, before);
    format_narrow(&sink, format, arguments);
    if (sink.used + after > sizeof(line))
        print_buffer(&sink);
    memcpy(line + sink.used, end, after);
    hal_print(line, sink.used + after);
}

VOID rtl_log(PCSTR format, ...)
{
    CHAR prefix[16];
    va_list arguments;

    va_start(arguments, format);
    rtl_format(prefix, sizeof(prefix), "%sntio: ", hal_priority(HAL_WARNING));
    rtl_print_va(prefix, format, arguments, "\n");
    va_end(arguments);
}

SIZE_T rtl_utf8_from_utf16(PSTR to, SIZE_T size, PCWSTR from, SIZE_T bytes)
{
    SIZE_T written = 0;

    for (size_t at = 0, count = bytes / sizeof(WCHAR); at < count;) {
        char units[4];
        SIZE_T made = utf8_put(units, utf16_take(from, count, &at, NULL));

        if (to && written + made > size)
            break;
        if (to)
            memcpy(to + written, units, made);
        written += made;
    }
    return written;
}

SIZE_T rtl_utf16_from_utf8(PWSTR to, SIZE_T size, PCSTR from, SIZE_T bytes)
{
    SIZE_T written = 0;

    for (size_t at = 0; at < bytes;) {
        WCHAR units[2];
        SIZE_T made = utf16_put(units, utf8_take(from, bytes, &at, NULL)) * sizeof(WCHAR);

        if (to && written + made > size)
            break;
        if (to)
            memcpy((PCHAR)to + written, units, made);
        written += made;
    }
    return written;
}
