/*
 * scanf from streams. Conversions end at the first character that does not fit,
 * which is put back.
 */
#include "stream.h"

#include <stdarg.h>
#include <stdint.h>

enum { NUMBER = 128 };

/* One directive of a format. */
struct directive {
    BOOL is_suppressed;
    size_t width; /* SIZE_MAX: as much as there is */
    int bytes;    /* of an integer or floating point argument */
    BOOL is_wide; /* text is stored as UTF-16 */
    char conversion;
    const char *set, *set_end; /* of %[ */
};

struct scan {
    struct stream *stream;
    BOOL is_secure;
    va_list arguments;
    long long consumed;
    int assigned;
    BOOL met_end; /* there was nothing left for a directive */
};

static int next(struct scan *scan)
{
    int c = stream_get(scan->stream);
    scan->consumed += c != EOF;
    return c;
}

static void put_back(struct scan *scan, int c)
{
    if (c != EOF) {
        stream_unget(scan->stream, c);
        scan->consumed--;
    }
}

static BOOL is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct scan *scan)
{
    int c;
    do {
        c = next(scan);
    } while (c != EOF && is_space(c));
    put_back(scan, c);
}

/* ---- formats ---- */

static const char *read_size(const char *format, struct directive *d)
{
    d->bytes = 4;
    for (;; format++) {
        if (!strncmp(format, "I64", 3))
            d->bytes = 8, format += 2;
        else if (!strncmp(format, "I32", 3))
            d->bytes = 4, format += 2;
        else if (!strncmp(format, "ll", 2))
            d->bytes = 8, format += 1;
        else if (!strncmp(format, "hh", 2))
            d->bytes = 1, format += 1;
        else if (*format == 'h')
            d->bytes = 2;
        else if (*format == 'I' || *format == 'z' || *format == 't' || *format == 'j' ||
                 *format == 'L')
            d->bytes = 8;
        else if (*format == 'l' || *format == 'w')
            d->is_wide = TRUE; /* long is 32 bits wide; for floating point it means double */
        else
            return format;
    }
}

/* What comes after a %; returns what comes after the directive. */
static const char *read_directive(const char *format, struct directive *d)
{
    *d = (struct directive){.width = SIZE_MAX};
    if (*format == '*') {
        d->is_suppressed = TRUE;
        format++;
    }
    if (*format >= '0' && *format <= '9')
        for (d->width = 0; *format >= '0' && *format <= '9'; format++)
            d->width = d->width * 10 + (size_t)(*format - '0');
    format = read_size(format, d);
    d->conversion = *format;
    if (!*format)
        return format;
    format++;
    if (d->conversion == '[') {
        d->set = format;
        format += *format == '^';
        format += *format == ']';
        while (*format && *format != ']')
            format++;
        d->set_end = format;
        format += *format != '\0';
    }
    if (d->conversion == 'S' || d->conversion == 'C') {
        d->is_wide = TRUE;
        d->conversion = d->conversion == 'S' ? 's' : 'c';
    }
    return format;
}

static BOOL in_set(const struct directive *d, int c)
{
    const char *at = d->set;
    BOOL negated = *at == '^', found = FALSE;
    for (at += negated; at < d->set_end; at++) {
        if (at + 2 < d->set_end && at[1] == '-') {
            found |= c >= (unsigned char)at[0] && c <= (unsigned char)at[2];
            at += 2;
        } else {
            found |= c == (unsigned char)*at;
        }
    }
    return found != negated;
}

/* ---- conversions: FALSE if nothing fitted ---- */

static void store_integer(struct scan *scan, const struct directive *d, unsigned long long value)
{
    void *to;
    if (d->is_suppressed)
        return;
    to = va_arg(scan->arguments, void *);
    memcpy(to, &value, (size_t)(d->conversion == 'p' ? 8 : d->bytes));
    scan->assigned++;
}

static int digit_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static int base_of(char conversion)
{
    switch (conversion) {
    case 'o':
        return 8;
    case 'x':
    case 'X':
    case 'p':
        return 16;
    case 'i':
        return 0;
    default:
        return 10;
    }
}

static BOOL scan_integer(struct scan *scan, const struct directive *d)
{
    size_t left = d->width;
    int base = base_of(d->conversion), c;
    unsigned long long value = 0;
    BOOL negative = FALSE, any = FALSE;

    c = next(scan);
    if (left && (c == '-' || c == '+')) {
        negative = c == '-';
        c = next(scan);
        left--;
    }
    if (left && c == '0' && (base == 0 || base == 16)) {
        any = TRUE;
        c = next(scan);
        left--;
        if (left && (c == 'x' || c == 'X')) {
            base = 16;
            c = next(scan);
            left--;
        } else if (!base) {
            base = 8;
        }
    }
    base = base ? base : 10;
    for (; left && digit_value(c) < base; left--, any = TRUE) {
        value = value * (unsigned)base + (unsigned)digit_value(c);
        c = next(scan);
    }
    put_back(scan, c);
    if (any)
        store_integer(scan, d, negative ? 0 - value : value);
    return any;
}

/* Collects what a number in floating point is made of. */
static size_t collect_number(struct scan *scan, char text[NUMBER], size_t width)
{
    BOOL seen_point = FALSE, seen_exponent = FALSE;
    size_t length = 0;
    int c = EOF, before = 0;

    width = width < NUMBER - 1 ? width : NUMBER - 1;
    while (length < width && (c = next(scan)) != EOF) {
        BOOL is_sign = (c == '+' || c == '-') && (!length || before == 'e' || before == 'E');
        BOOL is_point = c == '.' && !seen_point && !seen_exponent;
        BOOL is_exponent = (c == 'e' || c == 'E') && length && !seen_exponent;
        if (!is_sign && !is_point && !is_exponent && !(c >= '0' && c <= '9'))
            break;
        seen_point |= is_point;
        seen_exponent |= is_exponent;
        text[length++] = (char)(before = c);
        c = EOF;
    }
    put_back(scan, c);
    text[length] = '\0';
    return length;
}

static BOOL scan_float(struct scan *scan, const struct directive *d)
{
    char text[NUMBER], *end;
    if (!collect_number(scan, text, d->width))
        return FALSE;
    double value = strtod(text, &end);
    if (end == text)
        return FALSE;
    if (d->is_suppressed)
        return TRUE;
    if (d->is_wide || d->bytes == 8)
        *va_arg(scan->arguments, double *) = value;
    else
        *va_arg(scan->arguments, float *) = (float)value;
    scan->assigned++;
    return TRUE;
}

/* Where a conversion of text puts its characters. */
struct target {
    char *narrow;
    wchar_t *wide;
    size_t room, length;
    BOOL overflowed;
};

static struct target open_target(struct scan *scan, const struct directive *d)
{
    struct target target = {.room = SIZE_MAX};
    if (d->is_suppressed)
        return target;
    if (d->is_wide)
        target.wide = va_arg(scan->arguments, wchar_t *);
    else
        target.narrow = va_arg(scan->arguments, char *);
    if (scan->is_secure)
        target.room = va_arg(scan->arguments, unsigned);
    return target;
}

static void put_character(struct target *target, int c)
{
    if (target->length >= target->room) {
        target->overflowed = TRUE;
        return;
    }
    if (target->narrow)
        target->narrow[target->length] = (char)c;
    if (target->wide)
        target->wide[target->length] = (wchar_t)c;
    target->length++;
}

static BOOL fits(const struct directive *d, int c)
{
    return d->conversion == 'c' || (d->conversion == '[' ? in_set(d, c) : !is_space(c));
}

static BOOL scan_text(struct scan *scan, const struct directive *d)
{
    struct target target = open_target(scan, d);
    size_t width = d->conversion == 'c' && d->width == SIZE_MAX ? 1 : d->width, length = 0;
    int c = EOF;

    for (; length < width && (c = next(scan)) != EOF && fits(d, c); length++, c = EOF)
        put_character(&target, c);
    put_back(scan, c);
    if (!length || (d->conversion == 'c' && length < width))
        return FALSE;
    if (d->conversion != 'c')
        put_character(&target, 0);
    if (target.overflowed) {
        if (target.narrow && target.room)
            target.narrow[0] = '\0';
        if (target.wide && target.room)
            target.wide[0] = 0;
        return FALSE;
    }
    scan->assigned += !d->is_suppressed;
    return TRUE;
}

/* Before a conversion that wants input: is there any? */
static BOOL has_input(struct scan *scan, const struct directive *d)
{
    if (d->conversion == 'n')
        return TRUE;
    if (d->conversion != 'c' && d->conversion != '[')
        skip_space(scan);
    int c = next(scan);
    put_back(scan, c);
    scan->met_end = c == EOF;
    return c != EOF;
}

static BOOL convert(struct scan *scan, const struct directive *d)
{
    int c;
    if (!has_input(scan, d))
        return FALSE;
    switch (d->conversion) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'p':
        return scan_integer(scan, d);
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
        return scan_float(scan, d);
    case 's':
    case 'c':
    case '[':
        return scan_text(scan, d);
    case 'n':
        store_integer(scan, d, (unsigned long long)scan->consumed);
        scan->assigned -= !d->is_suppressed; /* it does not count */
        return TRUE;
    case '%':
        c = next(scan);
        if (c != '%')
            put_back(scan, c);
        return c == '%';
    default:
        return FALSE;
    }
}

static BOOL match(struct scan *scan, char literal)
{
    if (is_space((unsigned char)literal)) {
        skip_space(scan);
        return TRUE;
    }
    int c = next(scan);
    if (c == (unsigned char)literal)
        return TRUE;
    put_back(scan, c);
    scan->met_end = c == EOF;
    return FALSE;
}

static int run(struct stream *stream, const char *format, BOOL is_secure, va_list arguments)
{
    struct scan scan = {.stream = stream, .is_secure = is_secure};
    BOOL matched = TRUE;

    va_copy(scan.arguments, arguments);
    stream_lock(stream);
    while (matched && *format) {
        struct directive directive;
        if (*format == '%') {
            format = read_directive(format + 1, &directive);
            matched = convert(&scan, &directive);
        } else {
            matched = match(&scan, *format++);
        }
    }
    stream_unlock(stream);
    va_end(scan.arguments);
    return scan.met_end && !scan.assigned ? EOF : scan.assigned;
}

/* vscanf and vfscanf: mingw-w64's headers call them so. */
int __ms_vfscanf(FILE *file, const char *format, va_list arguments)
{
    return run(stream_of(file), format, FALSE, arguments);
}

int __ms_vscanf(const char *format, va_list arguments)
{
    return run(stream_of(stdin), format, FALSE, arguments);
}

int fscanf(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = run(stream_of(file), format, FALSE, arguments);
    va_end(arguments);
    return result;
}

int scanf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = run(stream_of(stdin), format, FALSE, arguments);
    va_end(arguments);
    return result;
}

int fscanf_s(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = run(stream_of(file), format, TRUE, arguments);
    va_end(arguments);
    return result;
}

int scanf_s(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = run(stream_of(stdin), format, TRUE, arguments);
    va_end(arguments);
    return result;
}
