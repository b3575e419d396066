/*
 * The string functions that are Win32's own, and the command line's words.
 */
#include "../win32.h"

#include <stdio.h>

int WINAPI lstrlenA(LPCSTR text)
{
    return text ? (int)strlen(text) : 0;
}

int WINAPI lstrlenW(LPCWSTR text)
{
    return text ? (int)win32_length(text) : 0;
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from)
{
    return to && from ? memmove(to, from, strlen(from) + 1) : NULL;
}

LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from)
{
    return to && from ? memmove(to, from, (win32_length(from) + 1) * sizeof(WCHAR)) : NULL;
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from)
{
    if (!to || !from)
        return NULL;
    lstrcpyA(to + strlen(to), from);
    return to;
}

LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from)
        return NULL;
    lstrcpyW(to + win32_length(to), from);
    return to;
}

LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int count)
{
    if (!to || !from || count < 1)
        return NULL;
    SIZE_T length = strlen(from);
    if (length >= (SIZE_T)count)
        length = (SIZE_T)count - 1;
    memmove(to, from, length);
    to[length] = '\0';
    return to;
}

LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int count)
{
    if (!to || !from || count < 1)
        return NULL;
    SIZE_T length = win32_length(from);
    if (length >= (SIZE_T)count)
        length = (SIZE_T)count - 1;
    memmove(to, from, length * sizeof(WCHAR));
    to[length] = 0;
    return to;
}

static WCHAR lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? (WCHAR)(c - 'A' + 'a') : c;
}

static WCHAR upper(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? (WCHAR)(c - 'a' + 'A') : c;
}

static WCHAR same(WCHAR c)
{
    return c;
}

static int compare(LPCWSTR a, LPCWSTR b, WCHAR (*fold)(WCHAR))
{
    if (!a || !b)
        return a ? 1 : b ? -1 : 0;
    while (*a && fold(*a) == fold(*b))
        a++, b++;
    return fold(*a) == fold(*b) ? 0 : fold(*a) < fold(*b) ? -1 : 1;
}

static int compare_narrow(LPCSTR a, LPCSTR b, WCHAR (*fold)(WCHAR))
{
    if (!a || !b)
        return a ? 1 : b ? -1 : 0;
    while (*a && fold((UCHAR)*a) == fold((UCHAR)*b))
        a++, b++;
    WCHAR first = fold((UCHAR)*a), second = fold((UCHAR)*b);
    return first == second ? 0 : first < second ? -1 : 1;
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
    return compare_narrow(a, b, same);
}

int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, same);
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return compare_narrow(a, b, lower);
}

int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, lower);
}

DWORD WINAPI CharUpperBuffW(LPWSTR text, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        text[i] = upper(text[i]);
    return count;
}

DWORD WINAPI CharLowerBuffW(LPWSTR text, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        text[i] = lower(text[i]);
    return count;
}

DWORD WINAPI CharUpperBuffA(LPSTR text, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        text[i] = (CHAR)upper((UCHAR)text[i]);
    return count;
}

DWORD WINAPI CharLowerBuffA(LPSTR text, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        text[i] = (CHAR)lower((UCHAR)text[i]);
    return count;
}

/* Narrow text is UTF-8 in both the "ANSI" and the "OEM" code page. */
BOOL WINAPI CharToOemBuffA(LPCSTR from, LPSTR to, DWORD count)
{
    memmove(to, from, count);
    return TRUE;
}

BOOL WINAPI CharToOemA(LPCSTR from, LPSTR to)
{
    return lstrcpyA(to, from) != NULL;
}

BOOL WINAPI OemToCharBuffA(LPCSTR from, LPSTR to, DWORD count)
{
    return CharToOemBuffA(from, to, count);
}

BOOL WINAPI OemToCharA(LPCSTR from, LPSTR to)
{
    return CharToOemA(from, to);
}

BOOL WINAPI CharToOemBuffW(LPCWSTR from, LPSTR to, DWORD count)
{
    return count == 0 ||
           WideCharToMultiByte(CP_OEMCP, 0, from, (int)count, to, (int)count, NULL, NULL) > 0;
}

/* wsprintf writes at most 1024 characters, its zero included. */
enum { WSPRINTF_LIMIT = 1024 };

int WINAPI wvsprintfA(LPSTR buffer, LPCSTR format, va_list arguments)
{
    int length = _vsnprintf(buffer, WSPRINTF_LIMIT, format, arguments);
    buffer[WSPRINTF_LIMIT - 1] = '\0';
    return length < 0 ? WSPRINTF_LIMIT - 1 : length;
}

int WINAPI wvsprintfW(LPWSTR buffer, LPCWSTR format, va_list arguments)
{
    int length = _vsnwprintf(buffer, WSPRINTF_LIMIT, format, arguments);
    buffer[WSPRINTF_LIMIT - 1] = 0;
    return length < 0 ? WSPRINTF_LIMIT - 1 : length;
}

int WINAPIV wsprintfA(LPSTR buffer, LPCSTR format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = wvsprintfA(buffer, format, arguments);
    va_end(arguments);
    return length;
}

int WINAPIV wsprintfW(LPWSTR buffer, LPCWSTR format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = wvsprintfW(buffer, format, arguments);
    va_end(arguments);
    return length;
}

/*
 * One word of a command line by the rules of Microsoft's C run time: quotes
 * group, backslashes before a quote count by twos. Written to word, which may
 * be NULL; returns its length and moves *at past it.
 */
static SIZE_T next_word(PCWSTR *at, PWSTR word)
{
    PCWSTR next = *at;
    SIZE_T length = 0;
    BOOL quoted = FALSE;

    for (; *next && (quoted || (*next != ' ' && *next != '\t')); next++) {
        SIZE_T slashes = 0;
        while (next[slashes] == '\\')
            slashes++;
        BOOL before_quote = next[slashes] == '"';
        SIZE_T written = before_quote ? slashes / 2 : slashes;
        for (SIZE_T i = 0; i < written; i++, length++)
            if (word)
                word[length] = '\\';
        next += slashes;
        if (before_quote && slashes % 2 == 0) {
            quoted = !quoted;
        } else if (*next && (before_quote || slashes == 0)) {
            if (word)
                word[length] = *next;
            length++;
        } else {
            next--; /* what follows the backslashes is looked at anew */
        }
    }
    if (word)
        word[length] = 0;
    *at = next;
    return length;
}

static PCWSTR skip_blanks(PCWSTR text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *count)
{
    SIZE_T characters = 0;
    int words = 0;

    if (!line || !count)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    for (PCWSTR at = skip_blanks(line); *at; at = skip_blanks(at), words++)
        characters += next_word(&at, NULL) + 1;
    LPWSTR *list =
        LocalAlloc(LMEM_FIXED, ((SIZE_T)words + 1) * sizeof *list + characters * sizeof(WCHAR));
    if (!list)
        return NULL;
    PWSTR text = (PWSTR)(list + words + 1);
    PCWSTR at = skip_blanks(line);
    for (int i = 0; i < words; i++, at = skip_blanks(at)) {
        list[i] = text;
        text += next_word(&at, text) + 1;
    }
    list[words] = NULL;
    *count = words;
    return list;
}
