/*
 * Reading values of the registry.
 */
#include "collection.h"
#include "device.h"
#include "driver.h"
#include "registry.h"
#include "text.h"

#define TAG_VALUE 'VfdW'

/* What every function here checks after its handles and pointers. */
static NTSTATUS check(PWDF_DRIVER_GLOBALS globals, PCSTR function, PCUNICODE_STRING name)
{
    if (!wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_check_string(name);
}

/*
 * Reads the value into a block of pool that has room for bytes of data; for all of it, if
 * bytes is MAXULONG. STATUS_BUFFER_OVERFLOW: there was less room, type and length are set.
 */
static NTSTATUS read_value(struct wdf_key *key, PCUNICODE_STRING name, ULONG bytes,
                           PKEY_VALUE_PARTIAL_INFORMATION *value)
{
    const ULONG head = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);
    BOOLEAN is_all = bytes == MAXULONG;
    ULONG needed;
    NTSTATUS status;

    if (is_all)
        bytes = 64;
    for (;;) {
        ULONG room = head + bytes;

        if (room < bytes)
            return STATUS_INVALID_PARAMETER;
        /* Even a value of no bytes comes in a whole structure. */
        room = max(room, (ULONG)sizeof(KEY_VALUE_PARTIAL_INFORMATION));
        *value = ExAllocatePoolWithTag(PagedPool, room, TAG_VALUE);
        if (!*value)
            return STATUS_INSUFFICIENT_RESOURCES;
        status = ZwQueryValueKey(key->key, (PUNICODE_STRING)name, KeyValuePartialInformation,
                                 *value, room, &needed);
        if (NT_SUCCESS(status) && (*value)->DataLength > bytes)
            status = STATUS_BUFFER_OVERFLOW;
        if (NT_SUCCESS(status) || (status == STATUS_BUFFER_OVERFLOW && !is_all))
            return status;
        bytes = (*value)->DataLength;
        ExFreePoolWithTag(*value, TAG_VALUE);
        *value = NULL;
        if (status != STATUS_BUFFER_OVERFLOW)
            return status;
    }
}

static VOID free_value(PKEY_VALUE_PARTIAL_INFORMATION value)
{
    if (value)
        ExFreePoolWithTag(value, TAG_VALUE);
}

static BOOLEAN is_text(PKEY_VALUE_PARTIAL_INFORMATION value)
{
    return value->Type == REG_SZ || value->Type == REG_EXPAND_SZ || value->Type == REG_MULTI_SZ;
}

/* The same for all of a value that has to have data, and to be a text if asked. */
static NTSTATUS read_data(struct wdf_key *key, PCUNICODE_STRING name, BOOLEAN wants_text,
                          PKEY_VALUE_PARTIAL_INFORMATION *value)
{
    NTSTATUS status = read_value(key, name, MAXULONG, value);

    if (!NT_SUCCESS(status))
        return status;
    if (wants_text && !is_text(*value))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (!(*value)->DataLength)
        status = STATUS_RESOURCE_DATA_NOT_FOUND;
    if (!NT_SUCCESS(status)) {
        free_value(*value);
        *value = NULL;
    }
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                         PCUNICODE_STRING ValueName, ULONG ValueLength, PVOID Value,
                                         PULONG ValueLengthQueried, PULONG ValueType)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    PKEY_VALUE_PARTIAL_INFORMATION value = NULL;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    status = check(DriverGlobals, __func__, ValueName);
    if (NT_SUCCESS(status))
        status = read_value(key, ValueName, ValueLength == MAXULONG ? MAXULONG - 1 : ValueLength,
                            &value);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
        if (ValueLengthQueried)
            *ValueLengthQueried = value->DataLength;
        if (ValueType)
            *ValueType = value->Type;
    }
    if (NT_SUCCESS(status) && Value)
        memcpy(Value, value->Data, value->DataLength);
    free_value(value);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
                                          WDFMEMORY *Memory, PULONG ValueType)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    PKEY_VALUE_PARTIAL_INFORMATION value;
    PVOID buffer;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Memory);
    *Memory = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(MemoryAttributes, 0);
    if (NT_SUCCESS(status))
        status = wdf_check_string(ValueName);
    if (NT_SUCCESS(status))
        status = read_data(key, ValueName, FALSE, &value);
    if (!NT_SUCCESS(status))
        return status;
    status = imp_WdfMemoryCreate(DriverGlobals, MemoryAttributes, PoolType, 0, value->DataLength,
                                 Memory, &buffer);
    if (NT_SUCCESS(status)) {
        memcpy(buffer, value->Data, value->DataLength);
        if (ValueType)
            *ValueType = value->Type;
    }
    free_value(value);
    return status;
}

/* Adds text to the collection as a new string. */
static NTSTATUS collect_text(struct wdf_collection *collection, PCWSTR text,
                             PWDF_OBJECT_ATTRIBUTES attributes)
{
    struct wdf_globals *globals = collection->object.globals;
    UNICODE_STRING counted;
    SIZE_T length = 0;
    WDFSTRING string;
    NTSTATUS status;

    while (text[length])
        length++;
    if (length > UNICODE_STRING_MAX_CHARS - 1)
        return STATUS_INVALID_BUFFER_SIZE;
    RtlInitUnicodeString(&counted, text);
    status = wdf_make_string(globals, wdf_parent_of(attributes, &globals->driver->object), &counted,
                             attributes, &string);
    if (!NT_SUCCESS(status))
        return status;
    if (NT_SUCCESS(wdf_collect(collection, string)))
        return STATUS_SUCCESS;
    wdf_delete_object(wdf_lookup_handle(string));
    return STATUS_INSUFFICIENT_RESOURCES;
}

static BOOLEAN is_multi_string(PKEY_VALUE_PARTIAL_INFORMATION value)
{
    PCWSTR text = (PCWSTR)value->Data;
    ULONG count = value->DataLength / sizeof(WCHAR);

    return value->Type == REG_MULTI_SZ && value->DataLength % sizeof(WCHAR) == 0 && count >= 2 &&
           !text[count - 1] && !text[count - 2];
}

static NTSTATUS collect_texts(struct wdf_collection *collection, PCWSTR texts,
                              PWDF_OBJECT_ATTRIBUTES attributes)
{
    ULONG before = collection->count;
    NTSTATUS status = STATUS_SUCCESS;

    while (*texts && NT_SUCCESS(status)) {
        status = collect_text(collection, texts, attributes);
        while (*texts++)
            ;
    }
    if (!NT_SUCCESS(status))
        wdf_uncollect_from(collection, before);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                               PCUNICODE_STRING ValueName,
                                               PWDF_OBJECT_ATTRIBUTES StringsAttributes,
                                               WDFCOLLECTION Collection)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    struct wdf_collection *collection;
    PKEY_VALUE_PARTIAL_INFORMATION value;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Collection);
    status = wdf_check_attributes(StringsAttributes, 0);
    if (NT_SUCCESS(status))
        status = check(DriverGlobals, __func__, ValueName);
    if (!NT_SUCCESS(status))
        return status;
    collection = WDF_GET(struct wdf_collection, wdf_type_collection, Collection);
    status = read_data(key, ValueName, TRUE, &value);
    if (!NT_SUCCESS(status))
        return status;
    status = is_multi_string(value)
                 ? collect_texts(collection, (PCWSTR)value->Data, StringsAttributes)
                 : STATUS_OBJECT_TYPE_MISMATCH;
    free_value(value);
    return status;
}

/* Bytes of a text without the NUL that it may end in. */
static USHORT text_length(PKEY_VALUE_PARTIAL_INFORMATION value)
{
    ULONG count = value->DataLength / sizeof(WCHAR);

    if (count && !((PCWSTR)value->Data)[count - 1])
        count--;
    return (USHORT)(count * sizeof(WCHAR));
}

static NTSTATUS check_target(PCUNICODE_STRING target)
{
    NTSTATUS status = target ? wdf_check_string(target) : STATUS_SUCCESS;

    if (NT_SUCCESS(status) && target && !target->MaximumLength)
        status = STATUS_INVALID_PARAMETER;
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                 PCUNICODE_STRING ValueName,
                                                 PUSHORT ValueByteLength, PUNICODE_STRING Value)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    PKEY_VALUE_PARTIAL_INFORMATION value = NULL;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    status = check(DriverGlobals, __func__, ValueName);
    if (NT_SUCCESS(status))
        status = check_target(Value);
    if (NT_SUCCESS(status))
        status = read_value(key, ValueName, Value ? Value->MaximumLength : 0, &value);
    if (NT_SUCCESS(status) && !is_text(value))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if ((NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) && ValueByteLength)
        *ValueByteLength = (USHORT)value->DataLength;
    if (NT_SUCCESS(status) && Value) {
        memcpy(Value->Buffer, value->Data, value->DataLength);
        Value->Length = text_length(value);
    }
    free_value(value);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, WDFSTRING String)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    PKEY_VALUE_PARTIAL_INFORMATION value;
    UNICODE_STRING text;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(String);
    status = check(DriverGlobals, __func__, ValueName);
    if (!NT_SUCCESS(status))
        return status;
    WDF_GET(struct wdf_string, wdf_type_string, String);
    status = read_data(key, ValueName, TRUE, &value);
    if (!NT_SUCCESS(status))
        return status;
    if (value->DataLength <= MAXUSHORT) {
        text.Buffer = (PWSTR)value->Data;
        text.Length = text.MaximumLength = text_length(value);
        status = wdf_assign_string(WDF_GET(struct wdf_string, wdf_type_string, String), &text);
    } else {
        status = STATUS_INVALID_BUFFER_SIZE;
    }
    free_value(value);
    return status;
}

NTSTATUS NTAPI imp_WdfRegistryQueryULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                         PCUNICODE_STRING ValueName, PULONG Value)
{
    struct wdf_key *key = wdf_key_of(Key, __func__);
    PKEY_VALUE_PARTIAL_INFORMATION value = NULL;
    NTSTATUS status;

    WDF_REQUIRE(ValueName);
    WDF_REQUIRE(Value);
    status = check(DriverGlobals, __func__, ValueName);
    if (NT_SUCCESS(status))
        status = read_value(key, ValueName, sizeof(*Value), &value);
    if (status == STATUS_BUFFER_OVERFLOW || (NT_SUCCESS(status) && value->Type != REG_DWORD))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if (NT_SUCCESS(status) && value->DataLength != sizeof(*Value))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if (NT_SUCCESS(status))
        memcpy(Value, value->Data, sizeof(*Value));
    free_value(value);
    return status;
}
