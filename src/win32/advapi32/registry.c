/*
 * The Reg functions. An opened HKEY is the kernel's handle; the predefined ones
 * are opened for each call.
 */
#include "registry.h"

#include <stddef.h>

static LSTATUS error_of(NTSTATUS status)
{
    return NT_SUCCESS(status) ? ERROR_SUCCESS : (LSTATUS)RtlNtStatusToDosError(status);
}

/* The name of a predefined key; NULL for any other. */
static PCWSTR predefined(HKEY key)
{
    switch ((ULONG)(ULONG_PTR)key) {
    case 0x80000000: /* HKEY_CLASSES_ROOT */
        return L"\\Registry\\Machine\\Software\\Classes";
    case 0x80000001: /* HKEY_CURRENT_USER */
        return L"\\Registry\\User\\.Default";
    case 0x80000002: /* HKEY_LOCAL_MACHINE */
        return L"\\Registry\\Machine";
    case 0x80000003: /* HKEY_USERS */
        return L"\\Registry\\User";
    default:
        return NULL;
    }
}

/* The kernel's handle of a key, to be given back to unuse. NULL with *status. */
static HANDLE use(HKEY key, ACCESS_MASK access, NTSTATUS *status)
{
    PCWSTR root = predefined(key);
    HANDLE handle = key;
    ULONG disposition;
    *status = STATUS_SUCCESS;
    if (!root)
        return handle;
    *status = registry_open(root, access, &disposition, &handle);
    return NT_SUCCESS(*status) ? handle : NULL;
}

static void unuse(HKEY key, HANDLE handle)
{
    if (handle && handle != (HANDLE)key)
        NtClose(handle);
}

/* Opens or makes a key below another. */
static LSTATUS open_below(HKEY parent, PCWSTR name, REGSAM access, DWORD options,
                          PULONG disposition, PHKEY result)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;
    HANDLE root, key = NULL;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    access &= ~(REGSAM)(KEY_WOW64_32KEY | KEY_WOW64_64KEY);
    root = use(parent, MAXIMUM_ALLOWED, &status);
    if (!root)
        return error_of(status);
    while (name && *name == '\\')
        name++;
    if (!name || !*name) {
        status =
            NtDuplicateObject(NT_CURRENT_PROCESS, root, NT_CURRENT_PROCESS, &key, access, 0, 0);
        if (disposition)
            *disposition = REG_OPENED_EXISTING_KEY;
    } else if (!win32_unicode(&string, name)) {
        status = STATUS_NAME_TOO_LONG;
    } else {
        InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, root, NULL);
        status = disposition ? NtCreateKey(&key, access, &attributes, 0, NULL, options, disposition)
                             : NtOpenKey(&key, access, &attributes);
    }
    unuse(parent, root);
    *result = NT_SUCCESS(status) ? (HKEY)key : NULL;
    return error_of(status);
}

/* Makes the missing parents too, which NtCreateKey does not. */
static LSTATUS create_below(HKEY parent, PCWSTR name, REGSAM access, DWORD options,
                            PULONG disposition, PHKEY result)
{
    LSTATUS error = open_below(parent, name, access, options, disposition, result);
    SIZE_T length = name ? win32_length(name) : 0;
    HKEY above = NULL;
    ULONG ignored;

    if (error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND)
        return error;
    while (length > 0 && name[length - 1] != '\\')
        length--;
    if (length < 2)
        return error;
    PWSTR folder = malloc(length * sizeof(WCHAR));
    if (!folder)
        return ERROR_NOT_ENOUGH_MEMORY;
    lstrcpynW(folder, name, (int)length);
    error = create_below(parent, folder, MAXIMUM_ALLOWED, options, &ignored, &above);
    free(folder);
    if (error)
        return error;
    error = open_below(above, name + length, access, options, disposition, result);
    RegCloseKey(above);
    return error;
}

LSTATUS WINAPI RegOpenKeyExW(HKEY parent, LPCWSTR name, DWORD options, REGSAM access, PHKEY result)
{
    return options & ~(DWORD)REG_OPTION_OPEN_LINK
               ? ERROR_INVALID_PARAMETER
               : open_below(parent, name, access, 0, NULL, result);
}

LSTATUS WINAPI RegOpenKeyW(HKEY parent, LPCWSTR name, PHKEY result)
{
    return RegOpenKeyExW(parent, name, 0, MAXIMUM_ALLOWED, result);
}

LSTATUS WINAPI RegCreateKeyExW(HKEY parent, LPCWSTR name, DWORD reserved, LPWSTR class_name,
                               DWORD options, REGSAM access, const LPSECURITY_ATTRIBUTES security,
                               PHKEY result, LPDWORD disposition)
{
    ULONG made = 0;
    UNREFERENCED_PARAMETER(class_name);
    (void)security; /* keys have their parents' */
    if (reserved)
        return ERROR_INVALID_PARAMETER;
    LSTATUS error = create_below(parent, name, access, options, &made, result);
    if (!error && disposition)
        *disposition = made;
    return error;
}

LSTATUS WINAPI RegCreateKeyW(HKEY parent, LPCWSTR name, PHKEY result)
{
    return RegCreateKeyExW(parent, name, 0, NULL, REG_OPTION_NON_VOLATILE, MAXIMUM_ALLOWED, NULL,
                           result, NULL);
}

LSTATUS WINAPI RegCloseKey(HKEY key)
{
    return predefined(key) ? ERROR_SUCCESS : error_of(NtClose(key));
}

LSTATUS WINAPI RegFlushKey(HKEY key)
{
    return predefined(key) ? ERROR_SUCCESS : error_of(NtFlushKey(key));
}

LSTATUS WINAPI RegDeleteKeyW(HKEY parent, LPCWSTR name)
{
    HKEY key;
    if (!name)
        return ERROR_INVALID_PARAMETER;
    LSTATUS error = open_below(parent, name, DELETE, 0, NULL, &key);
    if (error)
        return error;
    error = error_of(NtDeleteKey(key));
    NtClose(key);
    /* Win32 says so of a key with others below it. */
    return error == ERROR_KEY_HAS_CHILDREN ? ERROR_ACCESS_DENIED : error;
}

LSTATUS WINAPI RegDeleteValueW(HKEY parent, LPCWSTR name)
{
    UNICODE_STRING string;
    NTSTATUS status;
    if (!win32_unicode(&string, name ? name : L""))
        return ERROR_INVALID_PARAMETER;
    HANDLE key = use(parent, KEY_SET_VALUE, &status);
    if (key)
        status = NtDeleteValueKey(key, &string);
    unuse(parent, key);
    return error_of(status);
}

LSTATUS WINAPI RegSetValueExW(HKEY parent, LPCWSTR name, DWORD reserved, DWORD type,
                              const BYTE *data, DWORD bytes)
{
    NTSTATUS status;
    if (reserved)
        return ERROR_INVALID_PARAMETER;
    HANDLE key = use(parent, KEY_SET_VALUE, &status);
    if (key)
        status = registry_set(key, name, type, data, bytes);
    unuse(parent, key);
    return error_of(status);
}

static BOOL is_text(DWORD type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* What both forms of a query share: data as it is, or text as UTF-8. */
static LSTATUS give_value(const struct nt_key_value_partial_information *value, BOOL narrow,
                          LPDWORD type, LPBYTE data, LPDWORD bytes)
{
    const VOID *from = value->data;
    DWORD length = value->data_length;
    char *text = NULL;
    LSTATUS error = ERROR_SUCCESS;

    if (narrow && is_text(value->type)) {
        text = win32_utf8((PCWSTR)value->data, length / sizeof(WCHAR));
        if (!text)
            return ERROR_NOT_ENOUGH_MEMORY;
        /* A MULTI_SZ has zeros inside. */
        length =
            length ? (DWORD)WideCharToMultiByte(CP_UTF8, 0, (PCWSTR)value->data,
                                                (int)(length / sizeof(WCHAR)), NULL, 0, NULL, NULL)
                   : 0;
        from = text;
    }
    if (data && *bytes < length)
        error = ERROR_MORE_DATA;
    else if (data)
        memcpy(data, from, length);
    if (bytes)
        *bytes = length;
    if (type)
        *type = value->type;
    free(text);
    return error;
}

static LSTATUS query_value(HKEY parent, PCWSTR name, BOOL narrow, LPDWORD type, LPBYTE data,
                           LPDWORD bytes)
{
    struct nt_key_value_partial_information *value = NULL;
    NTSTATUS status;
    LSTATUS error;

    if (data && !bytes)
        return ERROR_INVALID_PARAMETER;
    HANDLE key = use(parent, KEY_QUERY_VALUE, &status);
    if (key)
        value = registry_value(key, name, &status);
    error = value ? give_value(value, narrow, type, data, bytes) : error_of(status);
    free(value);
    unuse(parent, key);
    return error;
}

LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
                                LPDWORD bytes)
{
    return reserved ? ERROR_INVALID_PARAMETER : query_value(key, name, FALSE, type, data, bytes);
}

/* The name of the index-th subkey as a new text; NULL with *error. written may be NULL. */
static PWSTR subkey(HKEY parent, DWORD index, PFILETIME written, LSTATUS *error)
{
    enum { SIZE = sizeof(struct nt_key_basic_information) + 512 * sizeof(WCHAR) };
    struct nt_key_basic_information *info = malloc(SIZE);
    PWSTR name = NULL;
    NTSTATUS status;
    ULONG returned;

    HANDLE key = use(parent, KEY_ENUMERATE_SUB_KEYS, &status);
    if (key && info)
        status = NtEnumerateKey(key, index, NT_KEY_BASIC_INFORMATION, info, SIZE, &returned);
    unuse(parent, key);
    if (info && NT_SUCCESS(status)) {
        name = calloc(1, info->name_length + sizeof(WCHAR));
        if (name)
            memcpy(name, info->name, info->name_length);
        if (written)
            *written = (FILETIME){info->written.LowPart, (DWORD)info->written.HighPart};
    }
    *error = NT_SUCCESS(status) && !name ? ERROR_NOT_ENOUGH_MEMORY : error_of(status);
    free(info);
    return name;
}

/* Text into a caller's buffer whose size is in characters, before and after. */
static LSTATUS give_name(PCWSTR name, BOOL narrow, PVOID buffer, LPDWORD size)
{
    DWORD length =
        narrow ? win32_copy_narrow(name, buffer, *size) : win32_copy_wide(name, buffer, *size);
    if (length >= *size)
        return ERROR_MORE_DATA;
    *size = length;
    return ERROR_SUCCESS;
}

static LSTATUS enum_key(HKEY parent, DWORD index, BOOL narrow, PVOID buffer, LPDWORD size,
                        PFILETIME written)
{
    LSTATUS error;
    PWSTR name = subkey(parent, index, written, &error);
    if (name)
        error = give_name(name, narrow, buffer, size);
    free(name);
    return error;
}

LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD size, LPDWORD reserved,
                             LPWSTR class_name, LPDWORD class_size, PFILETIME written)
{
    UNREFERENCED_PARAMETER(class_name);
    if (reserved)
        return ERROR_INVALID_PARAMETER;
    if (class_size)
        *class_size = 0;
    return enum_key(key, index, FALSE, name, size, written);
}

static LSTATUS enum_value(HKEY parent, DWORD index, BOOL narrow, PVOID buffer, LPDWORD size,
                          LPDWORD type, LPBYTE data, LPDWORD bytes)
{
    struct nt_key_value_full_information *full = NULL;
    ULONG room = 1024;
    NTSTATUS status;
    HANDLE key = use(parent, KEY_QUERY_VALUE, &status);
    PWSTR name = NULL;

    if (!key)
        return error_of(status);
    do {
        free(full);
        full = malloc(room);
        status =
            full ? NtEnumerateValueKey(key, index, NT_KEY_VALUE_FULL_INFORMATION, full, room, &room)
                 : STATUS_NO_MEMORY;
    } while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL);
    unuse(parent, key);
    LSTATUS error = error_of(status);
    if (!error && (name = calloc(1, full->name_length + sizeof(WCHAR)))) {
        memcpy(name, full->name, full->name_length);
        error = give_name(name, narrow, buffer, size);
        if (!error && (data || bytes || type))
            error = query_value(parent, name, narrow, type, data, bytes);
    }
    free(name);
    free(full);
    return error;
}

LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD size, LPDWORD reserved,
                             LPDWORD type, LPBYTE data, LPDWORD bytes)
{
    return reserved ? ERROR_INVALID_PARAMETER
                    : enum_value(key, index, FALSE, name, size, type, data, bytes);
}

/* ---- the narrow forms ---- */

LSTATUS WINAPI RegOpenKeyExA(HKEY parent, LPCSTR name, DWORD options, REGSAM access, PHKEY result)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    if (win32_text_open(&text, name))
        error = RegOpenKeyExW(parent, text.text, options, access, result);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegOpenKeyA(HKEY parent, LPCSTR name, PHKEY result)
{
    return RegOpenKeyExA(parent, name, 0, MAXIMUM_ALLOWED, result);
}

LSTATUS WINAPI RegCreateKeyExA(HKEY parent, LPCSTR name, DWORD reserved, LPSTR class_name,
                               DWORD options, REGSAM access, const LPSECURITY_ATTRIBUTES security,
                               PHKEY result, LPDWORD disposition)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    UNREFERENCED_PARAMETER(class_name);
    if (win32_text_open(&text, name))
        error = RegCreateKeyExW(parent, text.text, reserved, NULL, options, access, security,
                                result, disposition);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegCreateKeyA(HKEY parent, LPCSTR name, PHKEY result)
{
    return RegCreateKeyExA(parent, name, 0, NULL, REG_OPTION_NON_VOLATILE, MAXIMUM_ALLOWED, NULL,
                           result, NULL);
}

LSTATUS WINAPI RegDeleteKeyA(HKEY parent, LPCSTR name)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    if (win32_text_open(&text, name))
        error = RegDeleteKeyW(parent, text.text);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR name)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    if (win32_text_open(&text, name))
        error = RegDeleteValueW(key, text.text);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD bytes)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    PWSTR wide = NULL;
    if (!win32_text_open(&text, name))
        return error;
    if (!is_text(type) || !bytes) {
        error = RegSetValueExW(key, text.text, reserved, type, data, bytes);
    } else {
        int count = MultiByteToWideChar(CP_UTF8, 0, (LPCSTR)data, (int)bytes, NULL, 0);
        wide = malloc((SIZE_T)count * sizeof(WCHAR));
        if (wide) {
            MultiByteToWideChar(CP_UTF8, 0, (LPCSTR)data, (int)bytes, wide, count);
            error = RegSetValueExW(key, text.text, reserved, type, (const BYTE *)wide,
                                   (DWORD)count * sizeof(WCHAR));
        }
    }
    free(wide);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
                                LPDWORD bytes)
{
    struct win32_text text;
    LSTATUS error = ERROR_NOT_ENOUGH_MEMORY;
    if (win32_text_open(&text, name))
        error = reserved ? ERROR_INVALID_PARAMETER
                         : query_value(key, text.text, TRUE, type, data, bytes);
    win32_text_close(&text);
    return error;
}

LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD size, LPDWORD reserved,
                             LPSTR class_name, LPDWORD class_size, PFILETIME written)
{
    UNREFERENCED_PARAMETER(class_name);
    if (reserved)
        return ERROR_INVALID_PARAMETER;
    if (class_size)
        *class_size = 0;
    return enum_key(key, index, TRUE, name, size, written);
}

LSTATUS WINAPI RegEnumValueA(HKEY key, DWORD index, LPSTR name, LPDWORD size, LPDWORD reserved,
                             LPDWORD type, LPBYTE data, LPDWORD bytes)
{
    return reserved ? ERROR_INVALID_PARAMETER
                    : enum_value(key, index, TRUE, name, size, type, data, bytes);
}
