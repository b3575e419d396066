/*
 * Environment variables; they are the process's own on Linux.
 */
#include "../win32.h"

DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size)
{
    const char *value = ntio_host_environment(name);
    if (!value)
        return (DWORD)win32_fail(ERROR_ENVVAR_NOT_FOUND);
    SIZE_T length = strlen(value);
    SetLastError(ERROR_SUCCESS);
    if (length >= size)
        return (DWORD)length + 1;
    memcpy(buffer, value, length + 1);
    return (DWORD)length;
}

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    char *narrow = win32_utf8(name, (SIZE_T)-1);
    const char *value = narrow ? ntio_host_environment(narrow) : NULL;
    PWSTR wide = value ? win32_wide(value) : NULL;
    free(narrow);
    if (!value)
        return (DWORD)win32_fail(ERROR_ENVVAR_NOT_FOUND);
    if (!wide)
        return 0;
    DWORD length = win32_copy_wide(wide, buffer, size);
    free(wide);
    SetLastError(ERROR_SUCCESS);
    return length;
}

BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    if (!name || ntio_host_set_environment(name, value) < 0)
        return win32_fail(ERROR_INVALID_PARAMETER);
    return TRUE;
}

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    char *narrow = win32_utf8(name, (SIZE_T)-1);
    char *narrow_value = value ? win32_utf8(value, (SIZE_T)-1) : NULL;
    BOOL done = narrow && (!value || narrow_value) && SetEnvironmentVariableA(narrow, narrow_value);
    free(narrow);
    free(narrow_value);
    return done;
}

/* Zero-terminated entries, one after the other, then one more zero. */
LPCH WINAPI GetEnvironmentStringsA(VOID)
{
    char **list = ntio_host_environment_list();
    SIZE_T size = 1;
    for (char **entry = list; *entry; entry++)
        size += strlen(*entry) + 1;
    char *block = calloc(1, size), *at = block;
    if (!block)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    for (char **entry = list; *entry; entry++) {
        SIZE_T length = strlen(*entry) + 1;
        memcpy(at, *entry, length);
        at += length;
    }
    return block;
}

LPWCH WINAPI GetEnvironmentStringsW(VOID)
{
    char *narrow = GetEnvironmentStringsA();
    SIZE_T size = 0;
    if (!narrow)
        return NULL;
    while (narrow[size] || (size && narrow[size - 1]))
        size++;
    int count = MultiByteToWideChar(CP_UTF8, 0, narrow, (int)size + 1, NULL, 0);
    PWSTR block = malloc((SIZE_T)count * sizeof(WCHAR));
    if (block)
        MultiByteToWideChar(CP_UTF8, 0, narrow, (int)size + 1, block, count);
    free(narrow);
    return block;
}

BOOL WINAPI FreeEnvironmentStringsA(LPCH block)
{
    free(block);
    return TRUE;
}

BOOL WINAPI FreeEnvironmentStringsW(LPWCH block)
{
    free(block);
    return TRUE;
}

/* The value of the variable whose name is the length bytes at name; NULL if there is none. */
static const char *value_of(const char *name, SIZE_T length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, name, length);
    copy[length] = '\0';
    const char *value = ntio_host_environment(copy);
    free(copy);
    return value;
}

/* Expands %NAME% into buffer as far as it fits; the size needed, zero included. */
static SIZE_T expand(const char *text, char *buffer, SIZE_T size)
{
    SIZE_T needed = 0;
    while (*text) {
        const char *end = *text == '%' ? strchr(text + 1, '%') : NULL, *value = NULL;
        if (end && end > text + 1)
            value = value_of(text + 1, (SIZE_T)(end - text - 1));
        SIZE_T length = value ? strlen(value) : 1;
        if (needed + length < size)
            memcpy(buffer + needed, value ? value : text, length);
        needed += length;
        text = value ? end + 1 : text + 1;
    }
    if (needed < size)
        buffer[needed] = '\0';
    return needed + 1;
}

DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR source, LPSTR target, DWORD size)
{
    return (DWORD)expand(source, target, size);
}

DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR source, LPWSTR target, DWORD size)
{
    char *narrow = win32_utf8(source, (SIZE_T)-1);
    SIZE_T needed = narrow ? expand(narrow, NULL, 0) : 0;
    char *expanded = narrow ? malloc(needed) : NULL;
    PWSTR wide = NULL;
    DWORD result = 0;
    if (expanded) {
        expand(narrow, expanded, needed);
        wide = win32_wide(expanded);
    }
    if (wide) {
        result = win32_copy_wide(wide, target, size);
        result += result < size; /* the zero counts */
    }
    free(wide);
    free(expanded);
    free(narrow);
    return result;
}
