/*
 * Copies on the heap of the run time, for programs: a driver has no such heap, and what it links
 * must not need one.
 */
#include "crt.h"

char *_strdup(const char *text)
{
    size_t bytes = crt_strlen(text) + 1;
    char *copy = crt_malloc(bytes);

    return copy ? crt_memcpy(copy, text, bytes) : NULL;
}

wchar_t *_wcsdup(const wchar_t *text)
{
    size_t bytes = (wcslen(text) + 1) * sizeof(wchar_t);
    wchar_t *copy = crt_malloc(bytes);

    return copy ? crt_memcpy(copy, text, bytes) : NULL;
}
