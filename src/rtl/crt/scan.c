/*
 * Formatted input from memory, narrow and wide. Windows' meaning: in a narrow
 * format %s is narrow and %S wide, in a wide format the other way round; the
 * secure forms take a size, in characters, behind each buffer.
 */
#include "crt.h"

/* Text that is read from the front. */
struct source {
    const void *at;
    int is_wide;
};

/* How much an argument stores. */
enum size { SIZE_DEFAULT, SIZE_BYTE, SIZE_SHORT, SIZE_LONG, SIZE_64 };

struct scan {
    struct source input, format;
    const void *start;
    int is_secure;
    int stored;
    va_list arguments;
};

struct conversion {
    int is_suppressed;
    size_t width; /* at most so many characters; (size_t)-1: no limit */
    enum size size;
    int letter;
    struct source set; /* of [, behind the bracket and the ^ */
    int is_inverted;
};

static int peek(const struct source *source)
{
    return source->is_wide ? *(const wchar_t *)source->at : *(const unsigned char *)source->at;
}

static int take(struct source *source)
{
    int c = peek(source);

    source->at = (const char *)source->at + (source->is_wide ? sizeof(wchar_t) : 1);
    return c;
}

static int skip(struct source *source, int c)
{
    if (peek(source) != c)
        return 0;
    take(source);
    return 1;
}

static void skip_space(struct source *source)
{
    while (crt_is_space(peek(source)))
        take(source);
}

/* ---- the format ---- */

static enum size read_size(struct source *format)
{
    if (skip(format, 'h'))
        return skip(format, 'h') ? SIZE_BYTE : SIZE_SHORT;
    if (skip(format, 'l'))
        return skip(format, 'l') ? SIZE_64 : SIZE_LONG;
    if (skip(format, 'w'))
        return SIZE_LONG;
    if (skip(format, 'L'))
        return SIZE_64;
    if (skip(format, 'I')) {
        struct source after = *format;
        if (skip(&after, '3') && skip(&after, '2')) {
            *format = after;
            return SIZE_DEFAULT;
        }
        after = *format;
        if (skip(&after, '6') && skip(&after, '4'))
            *format = after;
        return SIZE_64;
    }
    if (skip(format, 'z') || skip(format, 't') || skip(format, 'j'))
        return SIZE_64;
    return SIZE_DEFAULT;
}

static void read_set(struct source *format, struct conversion *conversion)
{
    conversion->is_inverted = skip(format, '^');
    conversion->set = *format;
    skip(format, ']'); /* in front it is one of the set */
    while (peek(format) && take(format) != ']')
        ;
}

static void read_conversion(struct source *format, struct conversion *conversion)
{
    size_t width = 0;

    *conversion = (struct conversion){0};
    conversion->is_suppressed = skip(format, '*');
    while (peek(format) >= '0' && peek(format) <= '9')
        width = width * 10 + (size_t)(take(format) - '0');
    conversion->width = width ? width : (size_t)-1;
    conversion->size = read_size(format);
    conversion->letter = peek(format) ? take(format) : 0;
    if (conversion->letter == '[')
        read_set(format, conversion);
}

static int is_in_set(const struct conversion *conversion, int c)
{
    struct source set = conversion->set;
    int found = 0, first = 1, before = -1;

    while (peek(&set) && (first || peek(&set) != ']')) {
        int low = take(&set);

        if (low == '-' && before >= 0 && peek(&set) != ']') {
            int high = take(&set);
            found |= c >= before && c <= high;
        }
        found |= c == low && (low != '-' || first || peek(&set) == ']');
        before = low;
        first = 0;
    }
    return found != conversion->is_inverted;
}

/* ---- text ---- */

static int text_is_wide(const struct scan *scan, const struct conversion *conversion)
{
    if (conversion->size == SIZE_LONG)
        return 1;
    if (conversion->size == SIZE_SHORT)
        return 0;
    return conversion->letter == 'S' || conversion->letter == 'C' ? !scan->format.is_wide
                                                                  : scan->format.is_wide;
}

static int belongs(const struct conversion *conversion, int c)
{
    switch (conversion->letter) {
    case 'c':
    case 'C':
        return 1;
    case '[':
        return is_in_set(conversion, c);
    default:
        return !crt_is_space(c);
    }
}

static void store_character(void *to, size_t at, int is_wide, int c)
{
    if (!to)
        return;
    if (is_wide)
        ((wchar_t *)to)[at] = (wchar_t)c;
    else
        ((char *)to)[at] = (char)c;
}

static int scan_text(struct scan *scan, struct conversion *conversion)
{
    int is_wide = text_is_wide(scan, conversion), is_character;
    void *to = conversion->is_suppressed ? NULL : va_arg(scan->arguments, void *);
    size_t size = to && scan->is_secure ? va_arg(scan->arguments, unsigned) : (size_t)-1;
    size_t count = 0;

    is_character = conversion->letter == 'c' || conversion->letter == 'C';
    if (is_character && conversion->width == (size_t)-1)
        conversion->width = 1;
    if (!is_character && conversion->letter != '[')
        skip_space(&scan->input);
    while (count < conversion->width && peek(&scan->input) &&
           belongs(conversion, peek(&scan->input))) {
        if (count + !is_character >= size) {
            store_character(to, 0, is_wide, 0);
            return 0;
        }
        store_character(to, count++, is_wide, take(&scan->input));
    }
    if (count == 0 || (is_character && count < conversion->width))
        return 0;
    if (!is_character)
        store_character(to, count, is_wide, 0);
    scan->stored += to != NULL;
    return 1;
}

/* ---- numbers ---- */

static void store_integer(struct scan *scan, const struct conversion *conversion,
                          unsigned long long value)
{
    void *to;

    if (conversion->is_suppressed)
        return;
    to = va_arg(scan->arguments, void *);
    if (conversion->size == SIZE_64 || conversion->letter == 'p')
        *(unsigned long long *)to = value;
    else if (conversion->size == SIZE_SHORT)
        *(unsigned short *)to = (unsigned short)value;
    else if (conversion->size == SIZE_BYTE)
        *(unsigned char *)to = (unsigned char)value;
    else
        *(unsigned *)to = (unsigned)value;
}

static int radix_of(int letter)
{
    switch (letter) {
    case 'd':
    case 'u':
        return 10;
    case 'o':
        return 8;
    case 'i':
        return 0;
    default:
        return 16;
    }
}

static int scan_integer(struct scan *scan, const struct conversion *conversion)
{
    int radix = radix_of(conversion->letter), is_negative = 0, digits = 0;
    size_t left = conversion->width;
    unsigned long long value = 0;

    skip_space(&scan->input);
    if (left && (peek(&scan->input) == '-' || peek(&scan->input) == '+')) {
        is_negative = take(&scan->input) == '-';
        left--;
    }
    if (left && (radix == 0 || radix == 16) && skip(&scan->input, '0')) {
        left--;
        digits = 1;
        if (left && crt_lower(peek(&scan->input)) == 'x') {
            take(&scan->input);
            left--;
            radix = 16;
        } else if (radix == 0) {
            radix = 8;
        }
    }
    if (radix == 0)
        radix = 10;
    for (; left && crt_digit(peek(&scan->input)) < radix; left--, digits = 1)
        value = value * (unsigned)radix + (unsigned)crt_digit(take(&scan->input));
    if (!digits)
        return 0;
    store_integer(scan, conversion, is_negative ? 0 - value : value);
    scan->stored += !conversion->is_suppressed;
    return 1;
}

static int scan_float(struct scan *scan, const struct conversion *conversion)
{
    char text[128], *end;
    size_t count = 0, used;
    struct source ahead;
    double value;

    skip_space(&scan->input);
    ahead = scan->input;
    while (count < sizeof(text) - 1 && count < conversion->width && peek(&ahead) > ' ' &&
           peek(&ahead) < 0x7F)
        text[count++] = (char)take(&ahead);
    text[count] = 0;
    value = crt_strtod(text, &end);
    used = (size_t)(end - text);
    if (!used)
        return 0;
    while (used--)
        take(&scan->input);
    if (conversion->is_suppressed)
        return 1;
    if (conversion->size == SIZE_64)
        *va_arg(scan->arguments, long double *) = value;
    else if (conversion->size == SIZE_LONG)
        *va_arg(scan->arguments, double *) = value;
    else
        *va_arg(scan->arguments, float *) = (float)value;
    scan->stored++;
    return 1;
}

static void store_position(struct scan *scan, const struct conversion *conversion)
{
    size_t bytes = (size_t)((const char *)scan->input.at - (const char *)scan->start);

    store_integer(scan, conversion, bytes / (scan->input.is_wide ? sizeof(wchar_t) : 1));
}

static int scan_conversion(struct scan *scan, struct conversion *conversion)
{
    switch (conversion->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'p':
        return scan_integer(scan, conversion);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        return scan_float(scan, conversion);
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case '[':
        return scan_text(scan, conversion);
    case 'n':
        store_position(scan, conversion);
        return 1;
    case '%':
        skip_space(&scan->input);
        return skip(&scan->input, '%');
    default:
        return 0;
    }
}

static int scan_input(struct scan *scan)
{
    struct conversion conversion;
    int matched = 1;

    scan->start = scan->input.at;
    while (matched && peek(&scan->format)) {
        if (crt_is_space(peek(&scan->format))) {
            skip_space(&scan->format);
            skip_space(&scan->input);
        } else if (!skip(&scan->format, '%')) {
            matched = skip(&scan->input, take(&scan->format));
        } else {
            read_conversion(&scan->format, &conversion);
            matched = scan_conversion(scan, &conversion);
        }
    }
    /* The input's end before the first conversion is an error. */
    return !matched && scan->stored == 0 && !peek(&scan->input) ? -1 : scan->stored;
}

static int scan_any(const void *input, const void *format, int is_wide, int is_secure,
                    va_list arguments)
{
    struct scan scan = {
        .input = {input, is_wide}, .format = {format, is_wide}, .is_secure = is_secure};
    int stored;

    va_copy(scan.arguments, arguments);
    stored = scan_input(&scan);
    va_end(scan.arguments);
    return stored;
}

int vsscanf(const char *input, const char *format, va_list arguments)
{
    return scan_any(input, format, 0, 0, arguments);
}

int vswscanf(const wchar_t *input, const wchar_t *format, va_list arguments)
{
    return scan_any(input, format, 1, 0, arguments);
}

/* mingw-w64's headers call the two by these names. */
int __ms_vsscanf(const char *input, const char *format, va_list arguments)
{
    return scan_any(input, format, 0, 0, arguments);
}

int __ms_vswscanf(const wchar_t *input, const wchar_t *format, va_list arguments)
{
    return scan_any(input, format, 1, 0, arguments);
}

int sscanf(const char *input, const char *format, ...)
{
    va_list arguments;
    int stored;

    va_start(arguments, format);
    stored = scan_any(input, format, 0, 0, arguments);
    va_end(arguments);
    return stored;
}

int sscanf_s(const char *input, const char *format, ...)
{
    va_list arguments;
    int stored;

    va_start(arguments, format);
    stored = scan_any(input, format, 0, 1, arguments);
    va_end(arguments);
    return stored;
}

int swscanf(const wchar_t *input, const wchar_t *format, ...)
{
    va_list arguments;
    int stored;

    va_start(arguments, format);
    stored = scan_any(input, format, 1, 0, arguments);
    va_end(arguments);
    return stored;
}

int swscanf_s(const wchar_t *input, const wchar_t *format, ...)
{
    va_list arguments;
    int stored;

    va_start(arguments, format);
    stored = scan_any(input, format, 1, 1, arguments);
    va_end(arguments);
    return stored;
}
