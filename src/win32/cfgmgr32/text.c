/*
 * Lists of texts, wide and narrow.
 */
#include "cfgmgr.h"

#include <stdio.h>

SIZE_T cfg_list_length(PCWSTR list)
{
    PCWSTR at = list;

    while (*at)
        at += win32_length(at) + 1;
    return (SIZE_T)(at + 1 - list);
}

char *cfg_narrow(PCWSTR text, BOOL is_list, SIZE_T *length)
{
    int count = (int)(is_list ? cfg_list_length(text) : win32_length(text) + 1);
    int bytes = WideCharToMultiByte(CP_ACP, 0, text, count, NULL, 0, NULL, NULL);
    char *narrow = malloc((SIZE_T)bytes + 1);

    if (!narrow)
        return NULL;
    WideCharToMultiByte(CP_ACP, 0, text, count, narrow, bytes, NULL, NULL);
    *length = (SIZE_T)bytes;
    return narrow;
}

PWSTR cfg_wide(const char *text, BOOL is_list, SIZE_T *length)
{
    const char *end = text;
    do
        end += strlen(end) + 1;
    while (is_list && *end);
    int bytes = (int)(end - text) + (is_list ? 1 : 0);
    int count = MultiByteToWideChar(CP_ACP, 0, text, bytes, NULL, 0);
    PWSTR wide = malloc(((SIZE_T)count + 1) * sizeof(WCHAR));

    if (!wide)
        return NULL;
    MultiByteToWideChar(CP_ACP, 0, text, bytes, wide, count);
    *length = (SIZE_T)count;
    return wide;
}

void cfg_show_links(PWSTR list)
{
    for (; *list; list += win32_length(list) + 1)
        if (list[0] == '\\' && list[1] == '?')
            list[1] = '\\';
}

void cfg_guid_text(PWSTR text, const GUID *guid)
{
    const unsigned char *d = guid->Data4;

    _snwprintf(text, CFG_GUID_SIZE, L"{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
               guid->Data1, guid->Data2, guid->Data3, d[0], d[1], d[2], d[3], d[4], d[5], d[6],
               d[7]);
}
