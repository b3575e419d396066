/*
 * Strings of 16-bit characters.
 */
#include "crt.h"

size_t wcslen(const wchar_t *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

size_t wcsnlen(const wchar_t *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length])
        length++;
    return length;
}

wchar_t *wcscpy(wchar_t *to, const wchar_t *from)
{
    crt_memcpy(to, from, (wcslen(from) + 1) * sizeof(wchar_t));
    return to;
}

/* As strncpy: fills up with zeros, and does not terminate what is as long as count. */
wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t count)
{
    size_t length = wcsnlen(from, count);

    crt_memcpy(to, from, length * sizeof(wchar_t));
    crt_memset(to + length, 0, (count - length) * sizeof(wchar_t));
    return to;
}

wchar_t *wcscat(wchar_t *to, const wchar_t *from)
{
    wcscpy(to + wcslen(to), from);
    return to;
}

wchar_t *wcsncat(wchar_t *to, const wchar_t *from, size_t count)
{
    size_t before = wcslen(to), length = wcsnlen(from, count);

    crt_memcpy(to + before, from, length * sizeof(wchar_t));
    to[before + length] = 0;
    return to;
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count; a++, b++, count--) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
    return wcsncmp(a, b, (size_t)-1);
}

int wcscoll(const wchar_t *a, const wchar_t *b)
{
    return wcscmp(a, b);
}

wchar_t *wcschr(const wchar_t *text, wchar_t c)
{
    for (; *text != c; text++) {
        if (!*text)
            return NULL;
    }
    return (wchar_t *)text;
}

wchar_t *wcsrchr(const wchar_t *text, wchar_t c)
{
    for (size_t at = wcslen(text) + 1; at; at--) {
        if (text[at - 1] == c)
            return (wchar_t *)text + at - 1;
    }
    return NULL;
}

wchar_t *wcsstr(const wchar_t *text, const wchar_t *what)
{
    size_t length = wcslen(what);

    if (!length)
        return (wchar_t *)text;
    for (; (text = wcschr(text, *what)); text++) {
        if (wcsncmp(text, what, length) == 0)
            return (wchar_t *)text;
    }
    return NULL;
}

static size_t span(const wchar_t *text, const wchar_t *set, int in_set)
{
    size_t length = 0;

    while (text[length] && (wcschr(set, text[length]) != NULL) == in_set)
        length++;
    return length;
}

size_t wcsspn(const wchar_t *text, const wchar_t *set)
{
    return span(text, set, 1);
}

size_t wcscspn(const wchar_t *text, const wchar_t *set)
{
    return span(text, set, 0);
}

wchar_t *wcspbrk(const wchar_t *text, const wchar_t *set)
{
    text += wcscspn(text, set);
    return *text ? (wchar_t *)text : NULL;
}

wchar_t *wcstok_s(wchar_t *text, const wchar_t *delimiters, wchar_t **context)
{
    wchar_t *token = text ? text : *context;

    if (!token)
        return NULL;
    token += wcsspn(token, delimiters);
    *context = token + wcscspn(token, delimiters);
    if (**context)
        *(*context)++ = 0;
    return *token ? token : NULL;
}

wchar_t *wcstok(wchar_t *text, const wchar_t *delimiters)
{
    static _Thread_local wchar_t *context;

    return wcstok_s(text, delimiters, &context);
}

wchar_t *_wcsrev(wchar_t *text)
{
    for (size_t first = 0, end = wcslen(text); first + 1 < end; first++) {
        wchar_t c = text[first];
        text[first] = text[--end];
        text[end] = c;
    }
    return text;
}

wchar_t *_wcsnset(wchar_t *text, wchar_t with, size_t count)
{
    for (size_t at = 0; at < count && text[at]; at++)
        text[at] = with;
    return text;
}

wchar_t *_wcsset(wchar_t *text, wchar_t with)
{
    return _wcsnset(text, with, (size_t)-1);
}

wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count)
{
    return crt_memcpy(to, from, count * sizeof(wchar_t));
}

wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count)
{
    return crt_memmove(to, from, count * sizeof(wchar_t));
}

wchar_t *wmemset(wchar_t *to, wchar_t with, size_t count)
{
    for (size_t at = 0; at < count; at++)
        to[at] = with;
    return to;
}

wchar_t *wmemchr(const wchar_t *text, wchar_t c, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (text[at] == c)
            return (wchar_t *)text + at;
    }
    return NULL;
}

int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count; a++, b++, count--) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
    }
    return 0;
}
