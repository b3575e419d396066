/*
 * Numbers to text and back. A long is 32 bits wide, whatever the type says.
 */
#include "crt.h"

#include <limits.h>

enum { LONGEST = 66 }; /* 64 binary digits, a sign, the zero */

/* Writes value's digits to the end of text; returns where they start. */
static char *digits_of(char text[LONGEST], unsigned long long value, int is_negative, int radix)
{
    char *at = text + LONGEST - 1;

    *at = 0;
    do {
        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[value % (unsigned)radix];
        value /= (unsigned)radix;
    } while (value);
    if (is_negative)
        *--at = '-';
    return at;
}

/* Returns 0, or why the text was not written; then to is empty. */
static int write_number(void *to, size_t size, int is_wide, unsigned long long value,
                        int is_negative, int radix)
{
    char text[LONGEST], *from;
    size_t length;

    if (!to || !size)
        return CRT_EINVAL;
    if (is_wide)
        *(wchar_t *)to = 0;
    else
        *(char *)to = 0;
    if (radix < 2 || radix > 36)
        return CRT_EINVAL;
    from = digits_of(text, is_negative ? 0 - value : value, is_negative, radix);
    length = (size_t)(text + LONGEST - from);
    if (length > size)
        return CRT_ERANGE;
    for (size_t at = 0; at < length; at++) {
        if (is_wide)
            ((wchar_t *)to)[at] = (unsigned char)from[at];
        else
            ((char *)to)[at] = from[at];
    }
    return CRT_OK;
}

/* Signed numbers have a sign in base ten alone; in others they are the bits. */
static int write_int(void *to, size_t size, int is_wide, int value, int radix)
{
    int is_negative = radix == 10 && value < 0;

    return write_number(to, size, is_wide,
                        is_negative ? (unsigned long long)value : (unsigned)value, is_negative,
                        radix);
}

static int write_int64(void *to, size_t size, int is_wide, long long value, int radix)
{
    return write_number(to, size, is_wide, (unsigned long long)value, radix == 10 && value < 0,
                        radix);
}

#define ANY_SIZE ((size_t)LONGEST)

char *_itoa(int value, char *to, int radix)
{
    write_int(to, ANY_SIZE, 0, value, radix);
    return to;
}

char *_ltoa(long value, char *to, int radix)
{
    return _itoa((int)value, to, radix);
}

char *_ultoa(unsigned long value, char *to, int radix)
{
    write_number(to, ANY_SIZE, 0, (unsigned)value, 0, radix);
    return to;
}

char *_i64toa(long long value, char *to, int radix)
{
    write_int64(to, ANY_SIZE, 0, value, radix);
    return to;
}

char *_ui64toa(unsigned long long value, char *to, int radix)
{
    write_number(to, ANY_SIZE, 0, value, 0, radix);
    return to;
}

char *itoa(int value, char *to, int radix)
{
    return _itoa(value, to, radix);
}

char *ltoa(long value, char *to, int radix)
{
    return _ltoa(value, to, radix);
}

char *ultoa(unsigned long value, char *to, int radix)
{
    return _ultoa(value, to, radix);
}

wchar_t *_itow(int value, wchar_t *to, int radix)
{
    write_int(to, ANY_SIZE, 1, value, radix);
    return to;
}

wchar_t *_ltow(long value, wchar_t *to, int radix)
{
    return _itow((int)value, to, radix);
}

wchar_t *_ultow(unsigned long value, wchar_t *to, int radix)
{
    write_number(to, ANY_SIZE, 1, (unsigned)value, 0, radix);
    return to;
}

wchar_t *_i64tow(long long value, wchar_t *to, int radix)
{
    write_int64(to, ANY_SIZE, 1, value, radix);
    return to;
}

wchar_t *_ui64tow(unsigned long long value, wchar_t *to, int radix)
{
    write_number(to, ANY_SIZE, 1, value, 0, radix);
    return to;
}

int _itoa_s(int value, char *to, size_t size, int radix)
{
    return write_int(to, size, 0, value, radix);
}

int _ltoa_s(long value, char *to, size_t size, int radix)
{
    return write_int(to, size, 0, (int)value, radix);
}

int _ultoa_s(unsigned long value, char *to, size_t size, int radix)
{
    return write_number(to, size, 0, (unsigned)value, 0, radix);
}

int _i64toa_s(long long value, char *to, size_t size, int radix)
{
    return write_int64(to, size, 0, value, radix);
}

int _ui64toa_s(unsigned long long value, char *to, size_t size, int radix)
{
    return write_number(to, size, 0, value, 0, radix);
}

int _itow_s(int value, wchar_t *to, size_t size, int radix)
{
    return write_int(to, size, 1, value, radix);
}

int _ltow_s(long value, wchar_t *to, size_t size, int radix)
{
    return write_int(to, size, 1, (int)value, radix);
}

int _ultow_s(unsigned long value, wchar_t *to, size_t size, int radix)
{
    return write_number(to, size, 1, (unsigned)value, 0, radix);
}

int _i64tow_s(long long value, wchar_t *to, size_t size, int radix)
{
    return write_int64(to, size, 1, value, radix);
}

int _ui64tow_s(unsigned long long value, wchar_t *to, size_t size, int radix)
{
    return write_number(to, size, 1, value, 0, radix);
}

/* ---- text to numbers ---- */

struct number {
    unsigned long long value; /* ULLONG_MAX if it did not fit */
    int is_negative;
    size_t length; /* characters that belong to it, 0 if there is no number */
};

static int character(const void *text, size_t at, int is_wide)
{
    return is_wide ? ((const wchar_t *)text)[at] : ((const unsigned char *)text)[at];
}

static struct number read_number(const void *text, int is_wide, int radix)
{
    struct number number = {0, 0, 0};
    size_t at = 0;
    int digit;

    while (crt_is_space(character(text, at, is_wide)))
        at++;
    if (character(text, at, is_wide) == '-' || character(text, at, is_wide) == '+')
        number.is_negative = character(text, at++, is_wide) == '-';
    if ((radix == 0 || radix == 16) && character(text, at, is_wide) == '0' &&
        crt_lower(character(text, at + 1, is_wide)) == 'x' &&
        crt_digit(character(text, at + 2, is_wide)) < 16) {
        at += 2;
        radix = 16;
    }
    if (radix == 0)
        radix = character(text, at, is_wide) == '0' ? 8 : 10;
    for (; (digit = crt_digit(character(text, at, is_wide))) < radix; number.length = ++at) {
        unsigned long long most = (ULLONG_MAX - (unsigned)digit) / (unsigned)radix;
        number.value =
            number.value > most ? ULLONG_MAX : number.value * (unsigned)radix + (unsigned)digit;
    }
    return number;
}

static long long signed_value(struct number number, unsigned long long most)
{
    if (number.is_negative)
        return number.value > most ? -(long long)most - 1 : -(long long)number.value;
    return (long long)(number.value > most ? most : number.value);
}

static unsigned long long unsigned_value(struct number number, unsigned long long most)
{
    unsigned long long value = number.value > most ? most : number.value;

    return number.is_negative && number.value <= most ? (0 - value) & most : value;
}

static struct number read_wide(const wchar_t *text, wchar_t **end, int radix)
{
    struct number number = read_number(text, 1, radix);

    if (end)
        *end = (wchar_t *)text + number.length;
    return number;
}

static struct number read_narrow(const char *text, char **end, int radix)
{
    struct number number = read_number(text, 0, radix);

    if (end)
        *end = (char *)text + number.length;
    return number;
}

long wcstol(const wchar_t *text, wchar_t **end, int radix)
{
    return signed_value(read_wide(text, end, radix), INT_MAX);
}

unsigned long wcstoul(const wchar_t *text, wchar_t **end, int radix)
{
    return unsigned_value(read_wide(text, end, radix), UINT_MAX);
}

long long _wcstoi64(const wchar_t *text, wchar_t **end, int radix)
{
    return signed_value(read_wide(text, end, radix), LLONG_MAX);
}

unsigned long long _wcstoui64(const wchar_t *text, wchar_t **end, int radix)
{
    return unsigned_value(read_wide(text, end, radix), ULLONG_MAX);
}

long long wcstoll(const wchar_t *text, wchar_t **end, int radix)
{
    return _wcstoi64(text, end, radix);
}

unsigned long long wcstoull(const wchar_t *text, wchar_t **end, int radix)
{
    return _wcstoui64(text, end, radix);
}

long strtol(const char *text, char **end, int radix)
{
    return signed_value(read_narrow(text, end, radix), INT_MAX);
}

unsigned long strtoul(const char *text, char **end, int radix)
{
    return unsigned_value(read_narrow(text, end, radix), UINT_MAX);
}

long long _strtoi64(const char *text, char **end, int radix)
{
    return signed_value(read_narrow(text, end, radix), LLONG_MAX);
}

unsigned long long _strtoui64(const char *text, char **end, int radix)
{
    return unsigned_value(read_narrow(text, end, radix), ULLONG_MAX);
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

long long _atoi64(const char *text)
{
    return _strtoi64(text, NULL, 10);
}

int _wtoi(const wchar_t *text)
{
    return (int)wcstol(text, NULL, 10);
}

long _wtol(const wchar_t *text)
{
    return wcstol(text, NULL, 10);
}

long long _wtoi64(const wchar_t *text)
{
    return _wcstoi64(text, NULL, 10);
}

/* mingw-w64's headers call strtod by this name. */
double __strtod(const char *text, char **end)
{
    return crt_strtod(text, end);
}

double wcstod(const wchar_t *text, wchar_t **end)
{
    char narrow[512];
    size_t length = 0;
    char *stop;
    double value;

    /* Only ASCII belongs to a number, so the lengths agree. */
    for (; text[length] && text[length] < 0x80 && length < sizeof(narrow) - 1; length++)
        narrow[length] = (char)text[length];
    narrow[length] = 0;
    value = crt_strtod(narrow, &stop);
    if (end)
        *end = (wchar_t *)text + (stop - narrow);
    return value;
}

double _wtof(const wchar_t *text)
{
    return wcstod(text, NULL);
}
