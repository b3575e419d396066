/*
 * The run-time library's functions for the other kernel rooms. What drivers may
 * call is declared in the driver kit's headers.
 */
#pragma once

#include <ntifs.h>
#include <stdarg.h>
#include <stddef.h>

#include "../hal/hal.h"

/* The one table from hal's errors to NTSTATUS. */
NTSTATUS rtl_status_from_hal(int error);

/* The status's name ("STATUS_PENDING"), or NULL if it has none here. */
PCSTR rtl_status_name(NTSTATUS status);

/*
 * Formats as Windows' C run time does (%wZ %ws %S %I64x %Iu %p ...). Writes at
 * most size bytes including the terminating zero, always terminated if size is
 * not 0. Returns the length that the whole text has, without the zero.
 */
SIZE_T rtl_format(PSTR buffer, SIZE_T size, PCSTR format, ...);
SIZE_T rtl_format_va(PSTR buffer, SIZE_T size, PCSTR format, va_list arguments);
SIZE_T rtl_format_wide_va(PWSTR buffer, SIZE_T count, PCWSTR format, va_list arguments);

/* Formats and writes to standard error, prefixed "ntio: ", with a line end. */
VOID rtl_log(PCSTR format, ...);

/* Formats and writes prefix, the text and end (both shorter than 256 bytes) to standard error. */
VOID rtl_print_va(PCSTR prefix, PCSTR format, va_list arguments, PCSTR end);

/* UTF-16 to UTF-8 and back. Sizes in bytes; returns bytes written, or needed if to is NULL. */
SIZE_T rtl_utf8_from_utf16(PSTR to, SIZE_T size, PCWSTR from, SIZE_T bytes);
SIZE_T rtl_utf16_from_utf8(PWSTR to, SIZE_T size, PCSTR from, SIZE_T bytes);

/* Compares without regard to case, as the object manager does. */
BOOLEAN rtl_equal_no_case(PCUNICODE_STRING a, PCUNICODE_STRING b);

/* A UNICODE_STRING over a wide literal. */
#define RTL_STRING(literal)                                                                        \
    {                                                                                              \
        sizeof(literal) - sizeof(WCHAR), sizeof(literal), (PWSTR)(literal)                         \
    }
