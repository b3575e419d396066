/*
 * RtlQueryRegistryValues: many values by one table.
 */
#include "rtl_path.h"

#include "../ex/ex.h"

/* What drivers free what they are given with: ExFreePool, or RtlFreeUnicodeString. */
#define TAG_GIVEN 'vrqR'

/* One value, wherever it comes from. */
struct found {
    PWSTR name;
    ULONG type;
    PVOID data;
    ULONG bytes;
};

/* Where the table is being worked through. */
struct query {
    HANDLE top, key;    /* what Path names; what the entries are for at the moment */
    PVOID context;      /* the caller's */
    PCWSTR environment; /* "NAME=value" strings, ended by an empty one; may be NULL */
};

static BOOLEAN is_string(ULONG type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

static SIZE_T length_of(PCWSTR text)
{
    SIZE_T length = 0;

    while (text[length])
        length++;
    return length;
}

/* ---- what becomes of a value ---------------------------------------------- */

/* A string to the UNICODE_STRING of the caller, who gets room if he has none. */
static NTSTATUS store_string(PUNICODE_STRING target, const struct found *found)
{
    PWSTR text = found->data;
    ULONG bytes = found->bytes & ~1u, room;

    if (found->type != REG_MULTI_SZ && bytes && !text[bytes / sizeof(WCHAR) - 1])
        bytes -= sizeof(WCHAR);
    room = bytes + sizeof(WCHAR);
    if (room > MAXUSHORT)
        return STATUS_BUFFER_TOO_SMALL;
    if (!target->Buffer) {
        target->Buffer = ExAllocatePoolWithTag(PagedPool, room, TAG_GIVEN);
        if (!target->Buffer)
            return STATUS_INSUFFICIENT_RESOURCES;
        target->MaximumLength = (USHORT)room;
    } else if (target->MaximumLength < room) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(target->Buffer, text, bytes);
    target->Buffer[bytes / sizeof(WCHAR)] = 0;
    target->Length = (USHORT)bytes;
    return STATUS_SUCCESS;
}

/*
 * The buffer tells its size in its first LONG: negative, the data alone is
 * wanted; positive, length and type before it.
 */
static NTSTATUS store_large(PLONG target, const struct found *found)
{
    LONG size = *target;

    if (size < 0) {
        if ((ULONG) - (LONG64)size < found->bytes)
            return STATUS_BUFFER_TOO_SMALL;
        memcpy(target, found->data, found->bytes);
        return STATUS_SUCCESS;
    }
    if ((ULONG64)size < (ULONG64)found->bytes + 2 * sizeof(ULONG))
        return STATUS_BUFFER_TOO_SMALL;
    target[0] = (LONG)found->bytes;
    target[1] = (LONG)found->type;
    memcpy(target + 2, found->data, found->bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS store(const RTL_QUERY_REGISTRY_TABLE *entry, const struct found *found)
{
    if (is_string(found->type))
        return store_string(entry->EntryContext, found);
    if (found->bytes > sizeof(ULONG))
        return store_large(entry->EntryContext, found);
    memcpy(entry->EntryContext, found->data, found->bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS call(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry,
                     const struct found *found)
{
    return entry->QueryRoutine(found->name, found->type, found->data, found->bytes, query->context,
                               entry->EntryContext);
}

/* Each of the strings by itself. */
static NTSTATUS call_for_each(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry,
                              const struct found *found)
{
    PWSTR text = found->data, end = text + found->bytes / sizeof(WCHAR);
    struct found one = {.name = found->name, .type = REG_SZ};
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && text < end && *text) {
        PWSTR start = text;

        while (text < end && *text)
            text++;
        /* The terminator is counted, where there is one. */
        if (text < end)
            text++;
        one.data = start;
        one.bytes = (ULONG)((text - start) * sizeof(WCHAR));
        status = call(query, entry, &one);
    }
    return status;
}

/* The value of the variable whose name is [name, name + length), or NULL. */
static PCWSTR variable(PCWSTR environment, PCWSTR name, SIZE_T length)
{
    UNICODE_STRING wanted = {(USHORT)(length * sizeof(WCHAR)), (USHORT)(length * sizeof(WCHAR)),
                             (PWSTR)name};

    for (; environment && *environment; environment += length_of(environment) + 1) {
        UNICODE_STRING at = wanted;

        at.Buffer = (PWSTR)environment;
        if (length_of(environment) > length && environment[length] == L'=' &&
            RtlEqualUnicodeString(&at, &wanted, TRUE))
            return environment + length + 1;
    }
    return NULL;
}

/* Writes text with its variables replaced to expanded (NULL: nowhere). Returns its length. */
static SIZE_T expand(PCWSTR environment, PCWSTR text, SIZE_T length, PWSTR expanded)
{
    SIZE_T at = 0, written = 0;

    while (at < length) {
        SIZE_T end = at + 1, size = 1;
        PCWSTR piece = text + at, value = NULL;

        if (text[at] == L'%') {
            while (end < length && text[end] != L'%')
                end++;
            if (end < length)
                value = variable(environment, text + at + 1, end - at - 1);
        }
        if (value) {
            piece = value;
            size = length_of(value);
        }
        if (expanded)
            memcpy(expanded + written, piece, size * sizeof(WCHAR));
        written += size;
        at = value ? end + 1 : at + 1;
    }
    return written;
}

static NTSTATUS deliver(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry,
                        const struct found *found)
{
    if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT)
        return store(entry, found);
    if (found->type == REG_MULTI_SZ && !(entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND))
        return call_for_each(query, entry, found);
    return call(query, entry, found);
}

static NTSTATUS deliver_expanded(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry,
                                 const struct found *found)
{
    SIZE_T length = found->bytes / sizeof(WCHAR), expanded;
    struct found result = *found;
    PWSTR text;
    NTSTATUS status;

    expanded = expand(query->environment, found->data, length, NULL);
    if (expanded * sizeof(WCHAR) > MAXLONG)
        return STATUS_BUFFER_TOO_SMALL;
    text = ExAllocatePoolWithTag(PagedPool, (expanded + 1) * sizeof(WCHAR), EX_TAG_REGISTRY);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    expand(query->environment, found->data, length, text);
    result.type = REG_SZ;
    result.data = text;
    result.bytes = (ULONG)(expanded * sizeof(WCHAR));
    status = deliver(query, entry, &result);
    ExFreePoolWithTag(text, EX_TAG_REGISTRY);
    return status;
}

static NTSTATUS hand_over(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry,
                          const struct found *found)
{
    if (found->type == REG_EXPAND_SZ && !(entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND))
        return deliver_expanded(query, entry, found);
    return deliver(query, entry, found);
}

static NTSTATUS use_default(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    struct found found = {
        .name = (PWSTR)entry->Name,
        .type = entry->DefaultType & ~RTL_QUERY_REGISTRY_TYPECHECK_MASK,
        .data = entry->DefaultData,
        .bytes = entry->DefaultLength,
    };
    PWSTR text = found.data;

    if (entry->Flags & RTL_QUERY_REGISTRY_REQUIRED)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (found.type == REG_NONE)
        return STATUS_SUCCESS;
    if (is_string(found.type) && !found.bytes && text) {
        if (found.type == REG_MULTI_SZ)
            while (*text)
                text += length_of(text) + 1;
        else
            text += length_of(text);
        found.bytes = (ULONG)((PUCHAR)(text + 1) - (PUCHAR)found.data);
    }
    return hand_over(query, entry, &found);
}

/* ---- where values come from ------------------------------------------------ */

/* The answer of ask, in pool whatever its size; NULL and a status. */
static NTSTATUS ask_until_it_fits(NTSTATUS (*ask)(HANDLE key, const VOID *what, PVOID buffer,
                                                  ULONG length, PULONG needed),
                                  HANDLE key, const VOID *what, PKEY_VALUE_FULL_INFORMATION *answer)
{
    ULONG length = 256, needed;
    NTSTATUS status;

    for (;;) {
        /* A terminator's worth of room behind what is asked for. */
        *answer = ExAllocatePoolWithTag(PagedPool, length + sizeof(WCHAR), EX_TAG_REGISTRY);
        if (!*answer)
            return STATUS_INSUFFICIENT_RESOURCES;
        status = ask(key, what, *answer, length, &needed);
        if (NT_SUCCESS(status))
            return status;
        ExFreePoolWithTag(*answer, EX_TAG_REGISTRY);
        *answer = NULL;
        if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL)
            return status;
        length = needed;
    }
}

static NTSTATUS ask_by_name(HANDLE key, const VOID *what, PVOID buffer, ULONG length, PULONG needed)
{
    return ZwQueryValueKey(key, (PUNICODE_STRING)what, KeyValueFullInformation, buffer, length,
                           needed);
}

static NTSTATUS ask_by_index(HANDLE key, const VOID *what, PVOID buffer, ULONG length,
                             PULONG needed)
{
    return ZwEnumerateValueKey(key, *(const ULONG *)what, KeyValueFullInformation, buffer, length,
                               needed);
}

static VOID unpack(PKEY_VALUE_FULL_INFORMATION answer, struct found *found)
{
    found->type = answer->Type;
    found->bytes = answer->DataLength;
    found->data = (PUCHAR)answer + answer->DataOffset;
    if (!answer->DataLength)
        found->data = (PUCHAR)answer;
}

static BOOLEAN has_expected_type(const RTL_QUERY_REGISTRY_TABLE *entry, ULONG type)
{
    return !(entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK) ||
           type == entry->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;
}

static NTSTATUS query_named(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    PKEY_VALUE_FULL_INFORMATION answer;
    struct found found = {.name = (PWSTR)entry->Name};
    UNICODE_STRING name;
    NTSTATUS status;

    RtlInitUnicodeString(&name, entry->Name);
    status = ask_until_it_fits(ask_by_name, query->key, &name, &answer);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return use_default(query, entry);
    if (!NT_SUCCESS(status))
        return status;
    unpack(answer, &found);
    if (!has_expected_type(entry, found.type))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else
        status = hand_over(query, entry, &found);
    if (NT_SUCCESS(status) && (entry->Flags & RTL_QUERY_REGISTRY_DELETE))
        ZwDeleteValueKey(query->key, &name);
    ExFreePoolWithTag(answer, EX_TAG_REGISTRY);
    return status;
}

/* The value's name with a terminator, which the answer that it is in has no room for. */
static NTSTATUS hand_over_enumerated(const struct query *query,
                                     const RTL_QUERY_REGISTRY_TABLE *entry,
                                     PKEY_VALUE_FULL_INFORMATION answer)
{
    struct found found;
    NTSTATUS status;

    unpack(answer, &found);
    found.name =
        ExAllocatePoolWithTag(PagedPool, answer->NameLength + sizeof(WCHAR), EX_TAG_REGISTRY);
    if (!found.name)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(found.name, answer->Name, answer->NameLength);
    found.name[answer->NameLength / sizeof(WCHAR)] = 0;
    status = hand_over(query, entry, &found);
    ExFreePoolWithTag(found.name, EX_TAG_REGISTRY);
    return status;
}

static NTSTATUS query_all(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    PKEY_VALUE_FULL_INFORMATION answer;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG index;

    for (index = 0; NT_SUCCESS(status); index++) {
        status = ask_until_it_fits(ask_by_index, query->key, &index, &answer);
        if (!NT_SUCCESS(status))
            break;
        status = hand_over_enumerated(query, entry, answer);
        ExFreePoolWithTag(answer, EX_TAG_REGISTRY);
    }
    if (status != STATUS_NO_MORE_ENTRIES)
        return status;
    return !index && (entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) ? STATUS_OBJECT_NAME_NOT_FOUND
                                                                  : STATUS_SUCCESS;
}

/* ---- the table ------------------------------------------------------------- */

static VOID back_to_top(struct query *query)
{
    if (query->key != query->top)
        ZwClose(query->key);
    query->key = query->top;
}

static NTSTATUS enter_subkey(struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    HANDLE key;
    NTSTATUS status;

    back_to_top(query);
    RtlInitUnicodeString(&name, entry->Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               query->top, NULL);
    status = ZwOpenKey(&key, MAXIMUM_ALLOWED, &attributes);
    if (NT_SUCCESS(status))
        query->key = key;
    return status;
}

static BOOLEAN is_valid(const RTL_QUERY_REGISTRY_TABLE *entry)
{
    BOOLEAN is_subkey = (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0;

    if (is_subkey && !entry->Name)
        return FALSE;
    if ((entry->Flags & RTL_QUERY_REGISTRY_DELETE) && (!entry->Name || is_subkey))
        return FALSE;
    if (!(entry->Flags & RTL_QUERY_REGISTRY_DIRECT))
        return !(entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK);
    return entry->Name && !is_subkey && !entry->QueryRoutine && entry->EntryContext;
}

static NTSTATUS process(struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    static const struct found nothing = {.type = REG_NONE};
    NTSTATUS status = STATUS_SUCCESS;

    if (!is_valid(entry))
        return STATUS_INVALID_PARAMETER;
    if (entry->Flags & RTL_QUERY_REGISTRY_TOPKEY)
        back_to_top(query);
    if (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) {
        status = enter_subkey(query, entry);
        if (NT_SUCCESS(status) && entry->QueryRoutine)
            status = query_all(query, entry);
        return status;
    }
    if (!entry->QueryRoutine && !(entry->Flags & RTL_QUERY_REGISTRY_DIRECT))
        return STATUS_SUCCESS;
    if (entry->Flags & RTL_QUERY_REGISTRY_NOVALUE)
        return call(query, entry, &nothing);
    return entry->Name ? query_named(query, entry) : query_all(query, entry);
}

static BOOLEAN is_end(const RTL_QUERY_REGISTRY_TABLE *entry)
{
    return !entry->QueryRoutine &&
           !(entry->Flags &
             (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TOPKEY));
}

NTSTATUS NTAPI RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                                      PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
                                      PVOID Environment)
{
    struct query query = {.context = Context, .environment = Environment};
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = cm_rtl_open(RelativeTo, Path, FALSE, &query.top);
    if (!NT_SUCCESS(status))
        return status;
    query.key = query.top;
    for (; NT_SUCCESS(status) && !is_end(QueryTable); QueryTable++)
        status = process(&query, QueryTable);
    back_to_top(&query);
    cm_rtl_close(RelativeTo, query.top);
    return status;
}
