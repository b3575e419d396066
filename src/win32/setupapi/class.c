/*
 * Setup classes: their names and keys.
 */
#include "../advapi32/registry.h"
#include "setup.h"

static const WCHAR class_root[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Class";

/* Opens the key of a class, or with NULL that of all; INVALID_HANDLE_VALUE with the last error. */
static HANDLE open_class(const GUID *class_guid, ACCESS_MASK access)
{
    WCHAR name[WIN32_COUNT(class_root) + CFG_GUID_SIZE];
    HANDLE key;

    lstrcpyW(name, class_root);
    if (class_guid) {
        PWSTR end = name + win32_length(name);
        *end++ = '\\';
        cfg_guid_text(end, class_guid);
    }
    NTSTATUS status = registry_open(name, access, NULL, &key);
    if (NT_SUCCESS(status))
        return key;
    win32_fail(class_guid && status == STATUS_OBJECT_NAME_NOT_FOUND
                   ? ERROR_INVALID_CLASS
                   : RtlNtStatusToDosError(status));
    return INVALID_HANDLE_VALUE;
}

HKEY WINAPI SetupDiOpenClassRegKey(const GUID *class_guid, REGSAM access)
{
    return (HKEY)open_class(class_guid, access);
}

/* A value of the class's key, new (free). */
static PWSTR class_text(const GUID *class_guid, PCWSTR value)
{
    HANDLE key = open_class(class_guid, KEY_READ);
    PWSTR text = NULL;

    if (key == INVALID_HANDLE_VALUE)
        return NULL;
    text = registry_text(key, value);
    NtClose(key);
    if (!text)
        win32_fail(ERROR_INVALID_CLASS);
    return text;
}

BOOL WINAPI SetupDiClassNameFromGuidW(const GUID *class_guid, PWSTR buffer, DWORD size,
                                      PDWORD required)
{
    PWSTR name = class_guid ? class_text(class_guid, L"Class") : NULL;
    BOOL good = name && setup_copy_text(name, buffer, size, required);

    free(name);
    return good;
}

BOOL WINAPI SetupDiClassNameFromGuidA(const GUID *class_guid, PSTR buffer, DWORD size,
                                      PDWORD required)
{
    PWSTR name = class_guid ? class_text(class_guid, L"Class") : NULL;
    BOOL good = name && setup_copy_narrow(name, buffer, size, required);

    free(name);
    return good;
}

/* The key's own value is the description; without one the name is. */
static PWSTR description(const GUID *class_guid)
{
    PWSTR text = class_text(class_guid, L"");

    return text ? text : class_text(class_guid, L"Class");
}

BOOL WINAPI SetupDiGetClassDescriptionW(const GUID *class_guid, PWSTR buffer, DWORD size,
                                        PDWORD required)
{
    PWSTR text = class_guid ? description(class_guid) : NULL;
    BOOL good = text && setup_copy_text(text, buffer, size, required);

    free(text);
    return good;
}

BOOL WINAPI SetupDiGetClassDescriptionA(const GUID *class_guid, PSTR buffer, DWORD size,
                                        PDWORD required)
{
    PWSTR text = class_guid ? description(class_guid) : NULL;
    BOOL good = text && setup_copy_narrow(text, buffer, size, required);

    free(text);
    return good;
}

/* The name of the class's key at index is its GUID. */
static BOOL class_at(HANDLE all, ULONG index, GUID *class_guid)
{
    union {
        struct nt_key_basic_information information;
        UCHAR room[512];
    } key;
    UNICODE_STRING name;
    ULONG length;

    if (!NT_SUCCESS(
            NtEnumerateKey(all, index, NT_KEY_BASIC_INFORMATION, &key, sizeof key, &length)))
        return FALSE;
    name.Buffer = key.information.name;
    name.Length = name.MaximumLength = (USHORT)key.information.name_length;
    if (!NT_SUCCESS(RtlGUIDFromString(&name, class_guid)))
        *class_guid = (GUID){0};
    return TRUE;
}

BOOL WINAPI SetupDiClassGuidsFromNameW(PCWSTR wanted, LPGUID list, DWORD size, PDWORD required)
{
    DWORD found = 0;
    GUID class_guid;

    if (!wanted || !required || (!list && size))
        return win32_fail(ERROR_INVALID_PARAMETER);
    HANDLE all = open_class(NULL, KEY_READ);
    if (all == INVALID_HANDLE_VALUE)
        return FALSE;
    for (ULONG i = 0; class_at(all, i, &class_guid); i++) {
        PWSTR name = class_text(&class_guid, L"Class");
        if (name && win32_same_text(name, wanted)) {
            if (found < size)
                list[found] = class_guid;
            found++;
        }
        free(name);
    }
    NtClose(all);
    *required = found;
    return found <= size ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI SetupDiClassGuidsFromNameA(PCSTR wanted, LPGUID list, DWORD size, PDWORD required)
{
    struct win32_text text;
    BOOL good = win32_text_open(&text, wanted) &&
                SetupDiClassGuidsFromNameW(text.text, list, size, required);
    win32_text_close(&text);
    return good;
}
