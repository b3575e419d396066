#include "registry.h"

#include <stddef.h>

NTSTATUS registry_open(PCWSTR name, ACCESS_MASK access, PULONG disposition, PHANDLE key)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    if (!win32_unicode(&string, name))
        return STATUS_NAME_TOO_LONG;
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return disposition ? NtCreateKey(key, access, &attributes, 0, NULL, REG_OPTION_NON_VOLATILE,
                                     disposition)
                       : NtOpenKey(key, access, &attributes);
}

struct nt_key_value_partial_information *registry_value(HANDLE key, PCWSTR name, NTSTATUS *status)
{
    struct nt_key_value_partial_information *value = NULL;
    ULONG size = 256;
    UNICODE_STRING string;

    if (!win32_unicode(&string, name ? name : L"")) {
        *status = STATUS_NAME_TOO_LONG;
        return NULL;
    }
    /* The value may grow between two looks. */
    do {
        free(value);
        value = malloc(size);
        *status = value ? NtQueryValueKey(key, &string, NT_KEY_VALUE_PARTIAL_INFORMATION, value,
                                          size, &size)
                        : STATUS_NO_MEMORY;
    } while (*status == STATUS_BUFFER_OVERFLOW || *status == STATUS_BUFFER_TOO_SMALL);
    if (NT_SUCCESS(*status))
        return value;
    free(value);
    return NULL;
}

NTSTATUS registry_set(HANDLE key, PCWSTR name, ULONG type, const VOID *data, SIZE_T bytes)
{
    UNICODE_STRING string;
    if (!win32_unicode(&string, name ? name : L""))
        return STATUS_NAME_TOO_LONG;
    return NtSetValueKey(key, &string, 0, type, (PVOID)data, (ULONG)bytes);
}

NTSTATUS registry_set_text(HANDLE key, PCWSTR name, ULONG type, PCWSTR text)
{
    return registry_set(key, name, type, text, (win32_length(text) + 1) * sizeof(WCHAR));
}

NTSTATUS registry_set_number(HANDLE key, PCWSTR name, DWORD number)
{
    return registry_set(key, name, REG_DWORD, &number, sizeof number);
}

PWSTR registry_text(HANDLE key, PCWSTR name)
{
    NTSTATUS status;
    struct nt_key_value_partial_information *value = registry_value(key, name, &status);
    PWSTR text = NULL;
    if (value && (value->type == REG_SZ || value->type == REG_EXPAND_SZ))
        text = calloc(1, value->data_length + sizeof(WCHAR));
    if (text)
        memcpy(text, value->data, value->data_length);
    free(value);
    return text;
}

DWORD registry_number(HANDLE key, PCWSTR name, DWORD missing)
{
    NTSTATUS status;
    struct nt_key_value_partial_information *value = registry_value(key, name, &status);
    DWORD number = missing;
    if (value && value->type == REG_DWORD && value->data_length == sizeof number)
        memcpy(&number, value->data, sizeof number);
    free(value);
    return number;
}
