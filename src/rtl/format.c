#include "format.h"
#include "utf.h"

#include <limits.h>
#include <string.h>

/* Where a format is read from. */
struct cursor {
    const void *at; /* of char, or of wchar_t if is_wide */
    int is_wide;
};

/* How wide the argument is. */
enum size {
    SIZE_DEFAULT, /* int, double, text of the format's own width */
    SIZE_BYTE,    /* hh */
    SIZE_SHORT,   /* h: short, narrow text */
    SIZE_LONG,    /* l: 32 bits, wide text */
    SIZE_WIDE,    /* w: wide text */
    SIZE_64,      /* ll I64 j z t, I alone */
    SIZE_EXTENDED /* L: long double */
};

/* One conversion, from % to its letter. */
struct conversion {
    int is_left, is_zero_padded, is_alternate;
    const char *plus; /* the sign of a number that is not negative */
    int width;
    int precision; /* -1: none given */
    enum size size;
    unsigned letter;
};

struct arguments {
    va_list list;
};

static unsigned peek(const struct cursor *cursor)
{
    if (cursor->is_wide)
        return *(const wchar_t *)cursor->at;
    return *(const unsigned char *)cursor->at;
}

static void advance(struct cursor *cursor)
{
    cursor->at = (const char *)cursor->at + (cursor->is_wide ? sizeof(wchar_t) : 1);
}

static int skip(struct cursor *cursor, char letter)
{
    if (peek(cursor) != (unsigned char)letter)
        return 0;
    advance(cursor);
    return 1;
}

/* ---- the sink ---- */

static void put(struct format_sink *sink, unsigned unit)
{
    sink->total++;
    if (sink->used == sink->capacity) {
        if (!sink->flush)
            return;
        sink->flush(sink);
    }
    if (sink->is_wide)
        ((wchar_t *)sink->buffer)[sink->used++] = (wchar_t)unit;
    else
        ((char *)sink->buffer)[sink->used++] = (char)unit;
}

static void pad(struct format_sink *sink, char with, size_t count)
{
    for (; count; count--)
        put(sink, (unsigned char)with);
}

static void put_narrow(struct format_sink *sink, const char *text, size_t count)
{
    for (size_t at = 0; at < count;) {
        wchar_t units[2];
        size_t made;

        if (!sink->is_wide) {
            put(sink, (unsigned char)text[at++]);
            continue;
        }
        made = utf16_put(units, utf8_take(text, count, &at, NULL));
        for (size_t unit = 0; unit < made; unit++)
            put(sink, units[unit]);
    }
}

static void put_wide(struct format_sink *sink, const wchar_t *text, size_t count)
{
    for (size_t at = 0; at < count;) {
        char units[4];
        size_t made;

        if (sink->is_wide) {
            put(sink, text[at++]);
            continue;
        }
        made = utf8_put(units, utf16_take(text, count, &at, NULL));
        for (size_t unit = 0; unit < made; unit++)
            put(sink, (unsigned char)units[unit]);
    }
}

/* ---- text ---- */

static void put_text(struct format_sink *sink, const struct conversion *conversion,
                     const void *text, size_t count, int is_wide)
{
    size_t blanks = (size_t)conversion->width > count ? (size_t)conversion->width - count : 0;

    if (!conversion->is_left)
        pad(sink, conversion->is_zero_padded ? '0' : ' ', blanks);
    if (is_wide)
        put_wide(sink, text, count);
    else
        put_narrow(sink, text, count);
    if (conversion->is_left)
        pad(sink, ' ', blanks);
}

static int text_is_wide(const struct conversion *conversion, int format_is_wide)
{
    if (conversion->size == SIZE_LONG || conversion->size == SIZE_WIDE)
        return 1;
    if (conversion->size == SIZE_SHORT)
        return 0;
    return conversion->letter == 's' || conversion->letter == 'c' ? format_is_wide
                                                                  : !format_is_wide;
}

static size_t text_length(const void *text, int is_wide, int limit)
{
    size_t most = limit < 0 ? (size_t)-1 : (size_t)limit, length = 0;

    if (is_wide) {
        while (length < most && ((const wchar_t *)text)[length])
            length++;
    } else {
        while (length < most && ((const char *)text)[length])
            length++;
    }
    return length;
}

static void put_string(struct format_sink *sink, const struct conversion *conversion,
                       const void *text, int is_wide)
{
    if (!text) {
        text = "(null)";
        is_wide = 0;
    }
    put_text(sink, conversion, text, text_length(text, is_wide, conversion->precision), is_wide);
}

static void put_character(struct format_sink *sink, const struct conversion *conversion, int value,
                          int is_wide)
{
    char narrow = (char)value;
    wchar_t wide = (wchar_t)value;

    if (is_wide)
        put_text(sink, conversion, &wide, 1, 1);
    else
        put_text(sink, conversion, &narrow, 1, 0);
}

/* UNICODE_STRING and ANSI_STRING. */
struct counted_string {
    unsigned short length, maximum_length; /* in bytes */
    const void *buffer;
};

static void put_counted(struct format_sink *sink, const struct conversion *conversion,
                        const struct counted_string *string)
{
    int is_wide = conversion->size == SIZE_LONG || conversion->size == SIZE_WIDE;
    size_t count;

    if (!string || !string->buffer) {
        put_string(sink, conversion, NULL, 0);
        return;
    }
    count = is_wide ? string->length / sizeof(wchar_t) : string->length;
    if (conversion->precision >= 0 && count > (size_t)conversion->precision)
        count = (size_t)conversion->precision;
    put_text(sink, conversion, string->buffer, count, is_wide);
}

/* ---- numbers ---- */

static void put_number(struct format_sink *sink, const struct conversion *conversion,
                       const struct format_number *number, size_t leading_zeros, int zero_pads)
{
    size_t length = strlen(number->sign) + strlen(number->prefix) + leading_zeros + number->length +
                    number->zeros + number->exponent_length;
    size_t blanks = (size_t)conversion->width > length ? (size_t)conversion->width - length : 0;

    if (zero_pads && conversion->is_zero_padded && !conversion->is_left) {
        leading_zeros += blanks;
        blanks = 0;
    }
    if (!conversion->is_left)
        pad(sink, ' ', blanks);
    put_narrow(sink, number->sign, strlen(number->sign));
    put_narrow(sink, number->prefix, strlen(number->prefix));
    pad(sink, '0', leading_zeros);
    put_narrow(sink, number->digits, number->length);
    pad(sink, '0', number->zeros);
    put_narrow(sink, number->exponent, number->exponent_length);
    if (conversion->is_left)
        pad(sink, ' ', blanks);
}

static unsigned long long take_integer(const struct conversion *conversion,
                                       struct arguments *arguments, int is_signed)
{
    int value;

    if (conversion->size == SIZE_64)
        return va_arg(arguments->list, unsigned long long);
    value = va_arg(arguments->list, int);
    if (conversion->size == SIZE_BYTE)
        return is_signed ? (unsigned long long)(signed char)value : (unsigned char)value;
    if (conversion->size == SIZE_SHORT)
        return is_signed ? (unsigned long long)(short)value : (unsigned short)value;
    return is_signed ? (unsigned long long)value : (unsigned)value;
}

static void set_digits(struct format_number *number, unsigned long long value, unsigned base,
                       int is_upper)
{
    const char *figures = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char reversed[64];
    size_t count = 0;

    for (; value; value /= base)
        reversed[count++] = figures[value % base];
    number->length = count;
    while (count) {
        count--;
        number->digits[number->length - 1 - count] = reversed[count];
    }
}

static void put_integer(struct format_sink *sink, const struct conversion *conversion,
                        unsigned long long value, unsigned base, int is_signed)
{
    struct format_number number;
    int is_upper = conversion->letter == 'X' || conversion->letter == 'p';
    size_t least = conversion->precision < 0 ? 1 : (size_t)conversion->precision, zeros;

    number.sign = is_signed ? conversion->plus : "";
    number.prefix = "";
    number.zeros = number.exponent_length = 0;
    if (is_signed && (long long)value < 0) {
        number.sign = "-";
        value = 0 - value;
    }
    if (conversion->is_alternate && base == 16 && value)
        number.prefix = is_upper ? "0X" : "0x";
    set_digits(&number, value, base, is_upper);
    if (conversion->is_alternate && base == 8 && least <= number.length)
        least = number.length + 1;
    zeros = least > number.length ? least - number.length : 0;
    put_number(sink, conversion, &number, zeros, conversion->precision < 0);
}

static void put_float(struct format_sink *sink, const struct conversion *conversion, double value)
{
    struct format_number number;

    format_float(&number, value, (char)conversion->letter, conversion->precision,
                 conversion->is_alternate, conversion->plus);
    put_number(sink, conversion, &number, 0, number.is_finite);
}

/* ---- reading a conversion ---- */

static void read_flags(struct cursor *cursor, struct conversion *conversion)
{
    for (;;) {
        if (skip(cursor, '-'))
            conversion->is_left = 1;
        else if (skip(cursor, '+'))
            conversion->plus = "+";
        else if (skip(cursor, '0'))
            conversion->is_zero_padded = 1;
        else if (skip(cursor, '#'))
            conversion->is_alternate = 1;
        else if (skip(cursor, ' '))
            conversion->plus = *conversion->plus ? conversion->plus : " ";
        else
            return;
    }
}

static int read_count(struct cursor *cursor, struct arguments *arguments)
{
    int value = 0;

    if (skip(cursor, '*'))
        return va_arg(arguments->list, int);
    for (; peek(cursor) >= '0' && peek(cursor) <= '9'; advance(cursor)) {
        int digit = (int)(peek(cursor) - '0');
        value = value > (INT_MAX - digit) / 10 ? INT_MAX : value * 10 + digit;
    }
    return value;
}

static enum size read_size_after_i(struct cursor *cursor)
{
    struct cursor after = *cursor;

    if (skip(&after, '6') && skip(&after, '4')) {
        *cursor = after;
        return SIZE_64;
    }
    after = *cursor;
    if (skip(&after, '3') && skip(&after, '2')) {
        *cursor = after;
        return SIZE_DEFAULT;
    }
    return SIZE_64;
}

static enum size read_size(struct cursor *cursor)
{
    if (skip(cursor, 'h'))
        return skip(cursor, 'h') ? SIZE_BYTE : SIZE_SHORT;
    if (skip(cursor, 'l'))
        return skip(cursor, 'l') ? SIZE_64 : SIZE_LONG;
    if (skip(cursor, 'w'))
        return SIZE_WIDE;
    if (skip(cursor, 'I'))
        return read_size_after_i(cursor);
    if (skip(cursor, 'j') || skip(cursor, 'z') || skip(cursor, 't'))
        return SIZE_64;
    if (skip(cursor, 'L'))
        return SIZE_EXTENDED;
    return SIZE_DEFAULT;
}

static void read_conversion(struct cursor *cursor, struct conversion *conversion,
                            struct arguments *arguments)
{
    memset(conversion, 0, sizeof(*conversion));
    conversion->plus = "";
    conversion->precision = -1;
    read_flags(cursor, conversion);
    conversion->width = read_count(cursor, arguments);
    if (conversion->width < 0) {
        conversion->is_left = 1;
        conversion->width = conversion->width == INT_MIN ? INT_MAX : -conversion->width;
    }
    if (skip(cursor, '.')) {
        conversion->precision = read_count(cursor, arguments);
        if (conversion->precision < 0)
            conversion->precision = -1;
    }
    conversion->size = read_size(cursor);
    conversion->letter = peek(cursor);
    if (conversion->letter)
        advance(cursor);
}

static int put_conversion(struct format_sink *sink, struct conversion *conversion,
                          struct arguments *arguments, int format_is_wide)
{
    switch (conversion->letter) {
    case 'd':
    case 'i':
        put_integer(sink, conversion, take_integer(conversion, arguments, 1), 10, 1);
        return 0;
    case 'u':
        put_integer(sink, conversion, take_integer(conversion, arguments, 0), 10, 0);
        return 0;
    case 'o':
        put_integer(sink, conversion, take_integer(conversion, arguments, 0), 8, 0);
        return 0;
    case 'x':
    case 'X':
        put_integer(sink, conversion, take_integer(conversion, arguments, 0), 16, 0);
        return 0;
    case 'p':
        conversion->precision = 16;
        put_integer(sink, conversion, (size_t)va_arg(arguments->list, void *), 16, 0);
        return 0;
    case 'c':
    case 'C':
        put_character(sink, conversion, va_arg(arguments->list, int),
                      text_is_wide(conversion, format_is_wide));
        return 0;
    case 's':
    case 'S':
        put_string(sink, conversion, va_arg(arguments->list, const void *),
                   text_is_wide(conversion, format_is_wide));
        return 0;
    case 'Z':
        put_counted(sink, conversion, va_arg(arguments->list, const struct counted_string *));
        return 0;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_float(sink, conversion,
                  conversion->size == SIZE_EXTENDED ? (double)va_arg(arguments->list, long double)
                                                    : va_arg(arguments->list, double));
        return 0;
    case 'n':
        return -1;
    case 0:
        return 0;
    default: /* %% and what is no conversion: the letter itself */
        put(sink, conversion->letter);
        return 0;
    }
}

static int format(struct format_sink *sink, struct cursor cursor, va_list list)
{
    struct conversion conversion;
    struct arguments arguments;
    int answer = 0;

    va_copy(arguments.list, list);
    while (answer == 0 && peek(&cursor)) {
        if (skip(&cursor, '%')) {
            read_conversion(&cursor, &conversion, &arguments);
            answer = put_conversion(sink, &conversion, &arguments, cursor.is_wide);
        } else if (cursor.is_wide == sink->is_wide) {
            put(sink, peek(&cursor));
            advance(&cursor);
        } else {
            struct cursor start = cursor;
            size_t count = 0;
            for (; peek(&cursor) && peek(&cursor) != '%'; advance(&cursor))
                count++;
            if (cursor.is_wide)
                put_wide(sink, start.at, count);
            else
                put_narrow(sink, start.at, count);
        }
    }
    va_end(arguments.list);
    return answer;
}

int format_narrow(struct format_sink *sink, const char *text, va_list arguments)
{
    return format(sink, (struct cursor){text, 0}, arguments);
}

int format_wide(struct format_sink *sink, const wchar_t *text, va_list arguments)
{
    return format(sink, (struct cursor){text, 1}, arguments);
}
