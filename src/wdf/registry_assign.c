/*
 * Writing values of the registry.
 */
#include "collection.h"
#include "device.h"
#include "memory.h"
#include "registry.h"
#include "text.h"

#define TAG_VALUE 'VfdW'

static NTSTATUS check(PWDF_DRIVER_GLOBALS globals, PCSTR function, PCUNICODE_STRING name)
{
    if (!wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_check_string(name);
}

static NTSTATUS set_value(struct wdf_key *key, PCUNICODE_STRING name, ULONG type, PVOID data,
                          ULONG bytes)
{
    return ZwSetValueKey(key->key, (PUNICODE_STRING)name, 0, type, data, bytes);
}

NTSTATUS NTAPI imp_WdfRegistryRemoveValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    status = check(DriverGlobals, __func__, ValueName);
    return NT_SUCCESS(status) ? ZwDeleteValueKey(key->key, (PUNICODE_STRING)ValueName) : status;
}

NTSTATUS NTAPI imp_WdfRegistryAssignValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, ULONG ValueType,
                                          ULONG ValueLength, PVOID Value)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Value);
    status = check(DriverGlobals, __func__, ValueName);
    return NT_SUCCESS(status) ? set_value(key, ValueName, ValueType, Value, ValueLength) : status;
}

NTSTATUS NTAPI imp_WdfRegistryAssignMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                           PCUNICODE_STRING ValueName, ULONG ValueType,
                                           WDFMEMORY Memory, PWDFMEMORY_OFFSET MemoryOffsets)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    struct wdf_memory *memory;
    SIZE_T offset, length;
    PUCHAR buffer;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Memory);
    status = check(DriverGlobals, __func__, ValueName);
    if (!NT_SUCCESS(status))
        return status;
    memory = wdf_memory_of(Memory, __func__);
    status = wdf_memory_range(memory, MemoryOffsets, &offset, &length);
    if (!NT_SUCCESS(status))
        return status;
    if (length > MAXULONG)
        return STATUS_INTEGER_OVERFLOW;
    buffer = wdf_memory_buffer(memory);
    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    return set_value(key, ValueName, ValueType, buffer + offset, (ULONG)length);
}

/* Bytes that the strings take as one value; 0 if something else is among them, or too much. */
static ULONG multi_string_bytes(struct wdf_collection *collection)
{
    ULONG64 bytes = sizeof(WCHAR);
    ULONG i;

    for (i = 0; i < collection->count; i++) {
        struct wdf_object *object = wdf_lookup_handle(collection->items[i]);

        if (object->type != &wdf_type_string)
            return 0;
        bytes += ((struct wdf_string *)object)->text.Length + sizeof(WCHAR);
    }
    if (!collection->count)
        bytes += sizeof(WCHAR);
    return bytes > MAXULONG ? 0 : (ULONG)bytes;
}

NTSTATUS NTAPI imp_WdfRegistryAssignMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                PCUNICODE_STRING ValueName,
                                                WDFCOLLECTION StringsCollection)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    struct wdf_collection *collection;
    PUCHAR data, to;
    ULONG bytes, i;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(StringsCollection);
    status = check(DriverGlobals, __func__, ValueName);
    if (!NT_SUCCESS(status))
        return status;
    collection = WDF_GET(struct wdf_collection, wdf_type_collection, StringsCollection);
    bytes = multi_string_bytes(collection);
    if (!bytes)
        return STATUS_INVALID_PARAMETER;
    data = ExAllocatePoolWithTag(PagedPool, bytes, TAG_VALUE);
    if (!data)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(data, 0, bytes);
    for (i = 0, to = data; i < collection->count; i++) {
        const UNICODE_STRING *text =
            &((struct wdf_string *)wdf_lookup_handle(collection->items[i]))->text;

        if (text->Length)
            memcpy(to, text->Buffer, text->Length);
        to += text->Length + sizeof(WCHAR);
    }
    status = set_value(key, ValueName, REG_MULTI_SZ, data, bytes);
    ExFreePoolWithTag(data, TAG_VALUE);
    return status;
}

static NTSTATUS assign_text(struct wdf_key *key, PCUNICODE_STRING name, PCUNICODE_STRING text)
{
    ULONG bytes = text->Length + sizeof(WCHAR);
    PWSTR data = ExAllocatePoolWithTag(PagedPool, bytes, TAG_VALUE);
    NTSTATUS status;

    if (!data)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (text->Length)
        memcpy(data, text->Buffer, text->Length);
    data[text->Length / sizeof(WCHAR)] = 0;
    status = set_value(key, name, REG_SZ, data, bytes);
    ExFreePoolWithTag(data, TAG_VALUE);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryAssignUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                  PCUNICODE_STRING ValueName,
                                                  PCUNICODE_STRING Value)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Value);
    status = check(DriverGlobals, __func__, ValueName);
    if (NT_SUCCESS(status))
        status = wdf_check_string(Value);
    return NT_SUCCESS(status) ? assign_text(key, ValueName, Value) : status;
}

NTSTATUS NTAPI imp_WdfRegistryAssignString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                           PCUNICODE_STRING ValueName, WDFSTRING String)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(String);
    status = check(DriverGlobals, __func__, ValueName);
    if (!NT_SUCCESS(status))
        return status;
    return assign_text(key, ValueName, &WDF_GET(struct wdf_string, wdf_type_string, String)->text);
}

NTSTATUS NTAPI imp_WdfRegistryAssignULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, ULONG Value)
{
    return imp_WdfRegistryAssignValue(DriverGlobals, Key, ValueName, REG_DWORD, sizeof(Value),
                                      &Value);
}
