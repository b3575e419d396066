/*
 * Names of keys, values of keys, and lists of texts.
 */
#include "pnpp.h"

#define CONTROL_SET L"\\Registry\\Machine\\System\\CurrentControlSet\\"

/* ---- names -------------------------------------------------------------------------------- */

VOID pnp_path_start(struct pnp_path *path, PCWSTR text)
{
    path->name.Buffer = path->text;
    path->name.Length = 0;
    path->name.MaximumLength = sizeof(path->text);
    path->status = STATUS_SUCCESS;
    pnp_path_add_text(path, text);
}

VOID pnp_path_add(struct pnp_path *path, PCUNICODE_STRING text)
{
    /* One character stays for the terminator. */
    if (path->name.Length + text->Length + sizeof(WCHAR) > path->name.MaximumLength)
        path->status = STATUS_NAME_TOO_LONG;
    if (!NT_SUCCESS(path->status))
        return;
    RtlAppendUnicodeStringToString(&path->name, text);
    path->text[path->name.Length / sizeof(WCHAR)] = 0;
}

VOID pnp_path_add_text(struct pnp_path *path, PCWSTR text)
{
    UNICODE_STRING string;

    if (!text)
        return;
    RtlInitUnicodeString(&string, text);
    pnp_path_add(path, &string);
}

VOID pnp_path_format(struct pnp_path *path, PCSTR format, ...)
{
    CHAR narrow[128];
    WCHAR wide[128];
    va_list arguments;
    UNICODE_STRING string = {.Buffer = wide, .MaximumLength = sizeof(wide)};

    va_start(arguments, format);
    rtl_format_va(narrow, sizeof(narrow), format, arguments);
    va_end(arguments);
    string.Length = (USHORT)rtl_utf16_from_utf8(wide, sizeof(wide), narrow, strlen(narrow));
    pnp_path_add(path, &string);
}

VOID pnp_path_add_guid(struct pnp_path *path, const GUID *guid)
{
    pnp_path_format(path, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", guid->Data1,
                    guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2],
                    guid->Data4[3], guid->Data4[4], guid->Data4[5], guid->Data4[6], guid->Data4[7]);
}

static VOID add_below(struct pnp_path *path, PCWSTR below)
{
    if (!below || !*below)
        return;
    pnp_path_add_text(path, L"\\");
    pnp_path_add_text(path, below);
}

VOID pnp_enum_key_of(struct pnp_path *path, PCUNICODE_STRING instance, PCWSTR below)
{
    pnp_path_start(path, CONTROL_SET L"Enum\\");
    pnp_path_add(path, instance);
    add_below(path, below);
}

VOID pnp_enum_key(struct pnp_path *path, const struct pnp_node *node, PCWSTR below)
{
    pnp_enum_key_of(path, &node->instance, below);
}

VOID pnp_class_key(struct pnp_path *path, PCUNICODE_STRING below)
{
    pnp_path_start(path, CONTROL_SET L"Control\\Class\\");
    pnp_path_add(path, below);
}

VOID pnp_service_key(struct pnp_path *path, PCUNICODE_STRING service, PCWSTR below)
{
    pnp_path_start(path, CONTROL_SET L"Services\\");
    pnp_path_add(path, service);
    add_below(path, below);
}

/* ---- values ------------------------------------------------------------------------------- */

NTSTATUS pnp_set_data(const struct pnp_path *key, PCWSTR value, ULONG type, const VOID *data,
                      ULONG bytes)
{
    UNICODE_STRING name;

    if (!NT_SUCCESS(key->status))
        return key->status;
    RtlInitUnicodeString(&name, value);
    return cm_set_value(&key->name, &name, type, data, bytes);
}

NTSTATUS pnp_set_text(const struct pnp_path *key, PCWSTR value, ULONG type, PCWSTR text)
{
    return pnp_set_data(key, value, type, text, (ULONG)((pnp_length(text) + 1) * sizeof(WCHAR)));
}

NTSTATUS pnp_set_number(const struct pnp_path *key, PCWSTR value, ULONG number)
{
    return pnp_set_data(key, value, REG_DWORD, &number, sizeof(number));
}

NTSTATUS pnp_get_data(const struct pnp_path *key, PCWSTR value, PULONG type, PVOID *data,
                      PULONG bytes)
{
    UNICODE_STRING name;
    ULONG found_type, size = 0;
    PVOID copy = NULL;
    NTSTATUS status = key->status;

    *data = NULL;
    RtlInitUnicodeString(&name, value);
    if (NT_SUCCESS(status))
        status = cm_query_value(&key->name, &name, &found_type, NULL, &size);
    while (status == STATUS_BUFFER_OVERFLOW || (NT_SUCCESS(status) && !copy)) {
        pnp_free(copy);
        copy = pnp_allocate(size + 2 * sizeof(WCHAR));
        status = copy ? cm_query_value(&key->name, &name, &found_type, copy, &size)
                      : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!NT_SUCCESS(status)) {
        pnp_free(copy);
        return status;
    }
    *data = copy;
    if (type)
        *type = found_type;
    if (bytes)
        *bytes = size;
    return STATUS_SUCCESS;
}

PWSTR pnp_get_text(const struct pnp_path *key, PCWSTR value)
{
    PVOID data;
    ULONG type;

    if (!NT_SUCCESS(pnp_get_data(key, value, &type, &data, NULL)))
        return NULL;
    if (type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ)
        return data;
    pnp_free(data);
    return NULL;
}

ULONG pnp_get_number(const struct pnp_path *key, PCWSTR value, ULONG otherwise)
{
    UNICODE_STRING name;
    ULONG type, number, bytes = sizeof(number);

    RtlInitUnicodeString(&name, value);
    if (!NT_SUCCESS(key->status) ||
        !NT_SUCCESS(cm_query_value(&key->name, &name, &type, &number, &bytes)) ||
        bytes != sizeof(number))
        return otherwise;
    return number;
}

static NTSTATUS open_key(const struct pnp_path *key, ACCESS_MASK access, PHANDLE handle)
{
    OBJECT_ATTRIBUTES attributes;

    if (!NT_SUCCESS(key->status))
        return key->status;
    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)&key->name,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwOpenKey(handle, access, &attributes);
}

BOOLEAN pnp_key_exists(const struct pnp_path *key)
{
    HANDLE handle;

    if (!NT_SUCCESS(open_key(key, KEY_READ, &handle)))
        return FALSE;
    ZwClose(handle);
    return TRUE;
}

NTSTATUS pnp_delete_value(const struct pnp_path *key, PCWSTR value)
{
    UNICODE_STRING name;
    HANDLE handle;
    NTSTATUS status = open_key(key, KEY_WRITE, &handle);

    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, value);
    status = ZwDeleteValueKey(handle, &name);
    ZwClose(handle);
    return status;
}

/* ---- texts -------------------------------------------------------------------------------- */

PVOID pnp_allocate(SIZE_T bytes)
{
    PVOID memory = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, PNP_TAG);

    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

VOID pnp_free(PVOID memory)
{
    if (memory)
        ExFreePoolWithTag(memory, PNP_TAG);
}

SIZE_T pnp_length(PCWSTR text)
{
    SIZE_T length = 0;

    while (text[length])
        length++;
    return length;
}

SIZE_T pnp_list_bytes(PCWSTR list)
{
    PCWSTR end = list;

    while (*end)
        end = pnp_list_next(end);
    /* Of an empty list too: one terminator for the text that is not there. */
    if (end == list)
        end++;
    return (SIZE_T)(end + 1 - list) * sizeof(WCHAR);
}

BOOLEAN pnp_same_text(PCWSTR a, PCWSTR b)
{
    UNICODE_STRING first, second;

    RtlInitUnicodeString(&first, a);
    RtlInitUnicodeString(&second, b);
    return rtl_equal_no_case(&first, &second);
}

BOOLEAN pnp_list_has(PCWSTR list, PCWSTR text)
{
    for (; list && *list; list = pnp_list_next(list))
        if (pnp_same_text(list, text))
            return TRUE;
    return FALSE;
}

PWSTR pnp_copy_text(PCWSTR text)
{
    SIZE_T bytes = (pnp_length(text) + 1) * sizeof(WCHAR);
    PWSTR copy = pnp_allocate(bytes);

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

NTSTATUS pnp_copy_string(PUNICODE_STRING to, PCUNICODE_STRING from)
{
    PWSTR copy = pnp_allocate(from->Length + sizeof(WCHAR));

    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (from->Length)
        memcpy(copy, from->Buffer, from->Length);
    to->Buffer = copy;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

VOID pnp_upcase(PWSTR text)
{
    for (; *text; text++)
        *text = RtlUpcaseUnicodeChar(*text);
}

NTSTATUS pnp_explain(struct pnp_reason *reason, NTSTATUS status, PCSTR format, ...)
{
    va_list arguments;

    if (reason && reason->text && reason->size) {
        va_start(arguments, format);
        rtl_format_va(reason->text, reason->size, format, arguments);
        va_end(arguments);
    }
    return status;
}
