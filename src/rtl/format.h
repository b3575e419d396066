/*
 * Formatted output as Windows' C run time has it. One engine for narrow and wide
 * formats and for narrow and wide output; built both into the kernel and into
 * the run time that drivers and programs link, so it knows no NT types.
 *
 * Conversions: d i u o x X c C s S Z p e E f F g G a A %. Sizes: hh h l (32 bits)
 * ll I64 (64) I32 I j t z (pointer sized) w L. %p is 16 upper-case digits. In a narrow
 * format %s and %c are narrow and %S and %C wide, in a wide format the other way
 * round; h means narrow and l or w wide in both. %Z takes a counted string by
 * pointer, %wZ a UNICODE_STRING. A NULL string prints as (null). %n is refused.
 * Text that changes width on the way goes through UTF-8.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Where the text goes. */
struct format_sink {
    void *buffer;    /* of char, or of wchar_t if is_wide */
    size_t capacity; /* units that buffer holds */
    size_t used;     /* units that are in it */
    size_t total;    /* units that the whole text has so far */
    int is_wide;
    /*
     * Empties a full buffer: consumes used units and sets used to 0. Called only
     * while formatting; what is left at the end is the caller's. NULL: text that
     * does not fit is counted and dropped.
     */
    void (*flush)(struct format_sink *sink);
    void *context; /* the caller's, for flush */
};

/* Returns 0, or -1 at a conversion that is refused (%n); the text before it is in the sink. */
int format_narrow(struct format_sink *sink, const char *format, va_list arguments);
int format_wide(struct format_sink *sink, const wchar_t *format, va_list arguments);

/* A floating point number as text; format_float.c. Its parts follow each other. */
struct format_number {
    const char *sign;   /* "", "-", "+" or " " */
    const char *prefix; /* "0x" of %a */
    char digits[1424];
    size_t length;
    size_t zeros;     /* to print after digits: precision beyond every digit that a double has */
    char exponent[8]; /* "e+05", "p-3" */
    size_t exponent_length;
    int is_finite; /* 0: inf or nan, which is never padded with zeros */
};

/*
 * value as conversion (one of eEfFgGaA) has it. precision -1: the default.
 * keep_point: the '#' flag. plus: the sign of a positive number.
 */
void format_float(struct format_number *number, double value, char conversion, int precision,
                  int keep_point, const char *plus);
