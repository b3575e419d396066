/*
 * The simple ones of the Rtl registry calls: write, delete, create, check.
 */
#include "rtl_path.h"

#include "../ex/ex.h"

static PCWSTR const prefixes[RTL_REGISTRY_MAXIMUM] = {
    [RTL_REGISTRY_ABSOLUTE] = L"",
    [RTL_REGISTRY_SERVICES] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\",
    [RTL_REGISTRY_CONTROL] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\",
    [RTL_REGISTRY_WINDOWS_NT] =
        L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
    [RTL_REGISTRY_DEVICEMAP] = L"\\Registry\\Machine\\Hardware\\DeviceMap\\",
    [RTL_REGISTRY_USER] = L"\\Registry\\User\\.Default\\",
};

static NTSTATUS join(PCWSTR prefix, PCWSTR path, PUNICODE_STRING name)
{
    UNICODE_STRING first, second;

    RtlInitUnicodeString(&first, prefix);
    RtlInitUnicodeString(&second, path);
    if (first.Length + second.Length > MAXUSHORT - (ULONG)sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    name->Length = 0;
    name->MaximumLength = first.Length + second.Length + sizeof(WCHAR);
    name->Buffer = ExAllocatePoolWithTag(PagedPool, name->MaximumLength, EX_TAG_REGISTRY);
    if (!name->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlAppendUnicodeStringToString(name, &first);
    return RtlAppendUnicodeStringToString(name, &second);
}

NTSTATUS cm_rtl_open(ULONG relative_to, PCWSTR path, BOOLEAN create, PHANDLE key)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    NTSTATUS status;

    if (relative_to & RTL_REGISTRY_HANDLE) {
        *key = (HANDLE)path;
        return STATUS_SUCCESS;
    }
    /* As NT: that a key is optional makes no difference to whether it is there. */
    relative_to &= ~RTL_REGISTRY_OPTIONAL;
    if (relative_to >= RTL_REGISTRY_MAXIMUM)
        return STATUS_INVALID_PARAMETER;
    status = join(prefixes[relative_to], path, &name);
    if (!NT_SUCCESS(status))
        return status;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    if (create)
        status = ZwCreateKey(key, KEY_ALL_ACCESS, &attributes, 0, NULL, 0, NULL);
    else
        status = ZwOpenKey(key, KEY_ALL_ACCESS, &attributes);
    ExFreePoolWithTag(name.Buffer, EX_TAG_REGISTRY);
    return status;
}

VOID cm_rtl_close(ULONG relative_to, HANDLE key)
{
    if (!(relative_to & RTL_REGISTRY_HANDLE))
        ZwClose(key);
}

NTSTATUS NTAPI RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName,
                                     ULONG ValueType, PVOID ValueData, ULONG ValueLength)
{
    UNICODE_STRING name;
    HANDLE key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_rtl_open(RelativeTo, Path, TRUE, &key);
    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, ValueName);
    status = ZwSetValueKey(key, &name, 0, ValueType, ValueData, ValueLength);
    cm_rtl_close(RelativeTo, key);
    return status;
}

NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
    UNICODE_STRING name;
    HANDLE key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_rtl_open(RelativeTo, Path, FALSE, &key);
    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, ValueName);
    status = ZwDeleteValueKey(key, &name);
    cm_rtl_close(RelativeTo, key);
    return status;
}

NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HANDLE key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_rtl_open(RelativeTo, Path, TRUE, &key);
    if (NT_SUCCESS(status))
        cm_rtl_close(RelativeTo, key);
    return status;
}

NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HANDLE key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_rtl_open(RelativeTo, Path, FALSE, &key);
    if (NT_SUCCESS(status))
        cm_rtl_close(RelativeTo, key);
    return status;
}
