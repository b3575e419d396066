/*
 * The part of the C run time whose meaning differs between Windows and Linux:
 * 16-bit wchar_t, 32-bit long, Windows' formats and its secure functions. Linked
 * statically into each driver and program, hidden, so that libc keeps its own.
 *
 * Its files include none of the NT headers' C run time: those define some of
 * these functions inline, over others of them.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* What the secure functions answer; Windows' numbers. */
enum crt_error { CRT_OK = 0, CRT_EINVAL = 22, CRT_ERANGE = 34, CRT_STRUNCATE = 80 };

/* A count that asks for truncation instead of failure. */
#define CRT_TRUNCATE ((size_t)-1)

/* Character classes of the "C" locale, which is ASCII's. */
static inline int crt_upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

static inline int crt_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static inline int crt_is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The value of a digit of any base, or 99. */
static inline int crt_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = crt_lower(c);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

size_t wcslen(const wchar_t *text);
size_t wcsnlen(const wchar_t *text, size_t most);
size_t wcsspn(const wchar_t *text, const wchar_t *set);
size_t wcscspn(const wchar_t *text, const wchar_t *set);
wchar_t *wcschr(const wchar_t *text, wchar_t c);

/* libc's, by names that mingw-w64's headers do not touch. */
void *crt_malloc(size_t bytes) __asm__("malloc");
size_t crt_strlen(const char *text) __asm__("strlen");
void *crt_memcpy(void *to, const void *from, size_t bytes) __asm__("memcpy");
void *crt_memmove(void *to, const void *from, size_t bytes) __asm__("memmove");
void *crt_memset(void *to, int with, size_t bytes) __asm__("memset");
double crt_strtod(const char *text, char **end) __asm__("strtod");
