#include "format.h"

#include <string.h>

/*
 * A double's exact decimal digits: limbs of nine, the point after limb POINT.
 * 2^1024 has 309 digits before the point, 2^-1074 has 1074 behind it.
 */
enum { BASE = 1000000000, POINT = 36, LIMBS = POINT + 120 };

struct decimal {
    char digits[LIMBS * 9 + 1]; /* without leading zeros; digits[0] has weight 10^exponent */
    int count;                  /* 0 for zero */
    int exponent;
};

static unsigned long long bits_of(double value)
{
    unsigned long long bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static void multiply(unsigned *limbs, int shift)
{
    unsigned long long carry = 0;

    for (int at = POINT - 1; at >= 0; at--) {
        carry += (unsigned long long)limbs[at] << shift;
        limbs[at] = (unsigned)(carry % BASE);
        carry /= BASE;
    }
}

/* Halves shift times, at most nine: 10^9 has nine factors of two, so one more limb is enough. */
static int divide(unsigned *limbs, int count, int shift)
{
    unsigned long long rest = 0;

    for (int at = POINT - 2; at <= count; at++) {
        unsigned long long all = rest * BASE + limbs[at];
        limbs[at] = (unsigned)(all >> shift);
        rest = all & ((1u << shift) - 1);
    }
    return count + 1;
}

static int expand(unsigned *limbs, unsigned long long mantissa, int exponent)
{
    int count = POINT;

    limbs[POINT - 1] = (unsigned)(mantissa % BASE);
    limbs[POINT - 2] = (unsigned)(mantissa / BASE);
    for (int left = exponent; left > 0; left -= 29)
        multiply(limbs, left < 29 ? left : 29);
    for (int left = -exponent; left > 0; left -= 9)
        count = divide(limbs, count, left < 9 ? left : 9);
    return count;
}

static void decimal_from(struct decimal *decimal, double value)
{
    unsigned limbs[LIMBS + 1] = {0};
    unsigned long long bits = bits_of(value), mantissa = bits & 0xFFFFFFFFFFFFFull;
    int exponent = (int)(bits >> 52 & 0x7FF), limb_count, length = 0, first = 0;

    if (exponent)
        mantissa |= 1ull << 52;
    limb_count = expand(limbs, mantissa, (exponent ? exponent : 1) - 1075);
    for (int at = 0; at < limb_count; at++) {
        unsigned limb = limbs[at];
        for (int digit = 8; digit >= 0; digit--, limb /= 10)
            decimal->digits[at * 9 + digit] = (char)('0' + limb % 10);
    }
    length = limb_count * 9;
    while (first < length && decimal->digits[first] == '0')
        first++;
    while (length > first && decimal->digits[length - 1] == '0')
        length--;
    decimal->count = length - first;
    decimal->exponent = decimal->count ? POINT * 9 - 1 - first : 0;
    memmove(decimal->digits, decimal->digits + first, (size_t)decimal->count);
}

/* Rounds to keep digits, halves to even; keep may be 0 or less. */
static void decimal_round(struct decimal *decimal, int keep)
{
    int up, at;

    if (keep >= decimal->count)
        return;
    if (keep < 0) {
        decimal->count = 0;
        return;
    }
    up = decimal->digits[keep] > '5' ||
         (decimal->digits[keep] == '5' &&
          (decimal->count > keep + 1 || (keep > 0 && (decimal->digits[keep - 1] & 1))));
    decimal->count = keep;
    if (!up)
        return;
    for (at = keep - 1; at >= 0 && decimal->digits[at] == '9'; at--)
        decimal->digits[at] = '0';
    if (at >= 0) {
        decimal->digits[at]++;
        return;
    }
    decimal->digits[0] = '1';
    decimal->count = keep ? keep : 1;
    decimal->exponent++;
}

static void put_digit(struct format_number *number, char digit)
{
    number->digits[number->length++] = digit;
}

static char digit_at(const struct decimal *decimal, int index)
{
    return index >= 0 && index < decimal->count ? decimal->digits[index] : '0';
}

/* The point and precision digits from index on; what no double has is left to number->zeros. */
static void put_fraction(struct format_number *number, const struct decimal *decimal, int index,
                         int precision, int keep_point)
{
    if (precision > 0 || keep_point)
        put_digit(number, '.');
    for (; precision > 0 && index < decimal->count; precision--)
        put_digit(number, digit_at(decimal, index++));
    number->zeros = precision > 0 ? (size_t)precision : 0;
}

static void put_exponent(struct format_number *number, char letter, int exponent, int least_digits)
{
    char digits[6];
    int count = 0;
    unsigned rest = (unsigned)(exponent < 0 ? -exponent : exponent);
    char *to = number->exponent;

    for (; rest || count < least_digits; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    *to++ = letter;
    *to++ = exponent < 0 ? '-' : '+';
    while (count)
        *to++ = digits[--count];
    number->exponent_length = (size_t)(to - number->exponent);
}

static void put_fixed(struct format_number *number, const struct decimal *decimal, int precision,
                      int keep_point)
{
    int index = 0;

    if (decimal->count == 0 || decimal->exponent < 0) {
        put_digit(number, '0');
        index = decimal->count ? decimal->exponent + 1 : 0;
    } else {
        for (; index <= decimal->exponent; index++)
            put_digit(number, digit_at(decimal, index));
    }
    put_fraction(number, decimal, index, precision, keep_point);
}

static void put_scientific(struct format_number *number, const struct decimal *decimal,
                           int precision, int keep_point, char letter)
{
    put_digit(number, digit_at(decimal, 0));
    put_fraction(number, decimal, 1, precision, keep_point);
    put_exponent(number, letter, decimal->count ? decimal->exponent : 0, 2);
}

static void put_general(struct format_number *number, struct decimal *decimal, int precision,
                        int keep_point, char letter)
{
    int wanted = precision == 0 ? 1 : precision, exponent, fraction;

    decimal_round(decimal, wanted);
    exponent = decimal->count ? decimal->exponent : 0;
    while (decimal->count && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
    if (exponent < -4 || exponent >= wanted) {
        fraction = keep_point ? wanted - 1 : decimal->count - 1;
        put_scientific(number, decimal, fraction > 0 ? fraction : 0, keep_point, letter);
    } else {
        fraction = keep_point ? wanted - 1 - exponent : decimal->count - 1 - exponent;
        put_fixed(number, decimal, fraction > 0 ? fraction : 0, keep_point);
    }
}

static void put_hexadecimal(struct format_number *number, double value, int precision,
                            int keep_point, int is_upper)
{
    const char *figures = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned long long bits = bits_of(value), mantissa = bits & 0xFFFFFFFFFFFFFull;
    int exponent = (int)(bits >> 52 & 0x7FF);

    if (exponent)
        mantissa |= 1ull << 52;
    if (precision >= 0 && precision < 13) {
        unsigned long long unit = 1ull << (52 - 4 * precision), half = unit >> 1;
        unsigned long long rest = mantissa & (unit - 1);
        mantissa -= rest;
        if (rest > half || (rest == half && (mantissa & unit)))
            mantissa += unit;
    }
    if (precision < 0)
        precision = 13;
    number->prefix = is_upper ? "0X" : "0x";
    put_digit(number, figures[mantissa >> 52]);
    if (precision > 0 || keep_point)
        put_digit(number, '.');
    for (int digit = 0; digit < precision && digit < 13; digit++)
        put_digit(number, figures[mantissa >> (48 - 4 * digit) & 15]);
    number->zeros = precision > 13 ? (size_t)precision - 13 : 0;
    put_exponent(number, is_upper ? 'P' : 'p',
                 exponent   ? exponent - 1023
                 : mantissa ? -1022
                            : 0,
                 1);
}

/* The NaN that the processor itself makes prints as -nan(ind). */
static void put_not_finite(struct format_number *number, unsigned long long bits, int is_upper)
{
    const char *text = is_upper ? "INF" : "inf";

    if (bits & 0xFFFFFFFFFFFFFull)
        text = bits == 0xFFF8000000000000ull ? (is_upper ? "NAN(IND)" : "nan(ind)")
                                             : (is_upper ? "NAN" : "nan");
    number->length = strlen(text);
    memcpy(number->digits, text, number->length);
}

void format_float(struct format_number *number, double value, char conversion, int precision,
                  int keep_point, const char *plus)
{
    unsigned long long bits = bits_of(value);
    int is_upper = conversion >= 'A' && conversion <= 'Z';
    char kind = (char)(conversion | 0x20);
    struct decimal decimal;

    number->sign = bits >> 63 ? "-" : plus;
    number->prefix = "";
    number->length = number->zeros = number->exponent_length = 0;
    number->is_finite = (bits >> 52 & 0x7FF) != 0x7FF;
    if (!number->is_finite) {
        put_not_finite(number, bits, is_upper);
        return;
    }
    if (kind == 'a') {
        put_hexadecimal(number, value, precision, keep_point, is_upper);
        return;
    }
    if (precision < 0)
        precision = 6;
    decimal_from(&decimal, value);
    if (kind == 'g') {
        put_general(number, &decimal, precision, keep_point, is_upper ? 'E' : 'e');
    } else if (kind == 'f') {
        decimal_round(&decimal,
                      precision > LIMBS * 9 ? decimal.count : decimal.exponent + 1 + precision);
        put_fixed(number, &decimal, precision, keep_point);
    } else {
        decimal_round(&decimal, precision > LIMBS * 9 ? decimal.count : precision + 1);
        put_scientific(number, &decimal, precision, keep_point, is_upper ? 'E' : 'e');
    }
}
