/*
 * Lookaside lists of memory objects.
 *
 * An entry of the list is a memory object with what belongs to it, at rest: its handle's slot
 * is still its. A buffer that is pageable, or begins on a page, comes from a list of its own.
 */
#include "memory.h"
#include "driver.h"

struct lookaside {
    struct wdf_object object;
    WDF_OBJECT_ATTRIBUTES attributes; /* of the memory objects */
    SIZE_T buffer_size;
    BOOLEAN is_apart; /* buffers come from the list of that name */
    BOOLEAN is_ready; /* there are lists */
    LOOKASIDE_LIST_EX entries;
    LOOKASIDE_LIST_EX buffers;
};

struct entry {
    SLIST_ENTRY link; /* the list's, while it has the entry */
    struct wdf_memory_object memory;
};

/* ---- entries ---------------------------------------------------------------------- */

/* An entry's object, with the buffer if that is part of it. */
static SIZE_T object_size(const struct lookaside *list)
{
    return sizeof(struct wdf_memory_object) + (list->is_apart ? 0 : list->buffer_size);
}

static VOID give_back(struct wdf_object *object)
{
    struct entry *entry = CONTAINING_RECORD(object, struct entry, memory.object);
    struct lookaside *list = entry->memory.context;

    if (list->is_apart)
        ExFreeToLookasideListEx(&list->buffers, entry->memory.memory.buffer);
    ExFreeToLookasideListEx(&list->entries, entry);
    wdf_dereference(&list->object);
}

static const struct wdf_type type_memory_lookaside = {
    .name = "WDFMEMORY",
    .number = WDF_TYPE_NUMBER_MEMORY,
    .base = &wdf_type_memory,
    .recycle = give_back,
};

static PVOID NTAPI allocate_entry(POOL_TYPE type, SIZE_T bytes, ULONG tag,
                                  PLOOKASIDE_LIST_EX entries)
{
    struct lookaside *list = CONTAINING_RECORD(entries, struct lookaside, entries);
    struct entry *entry = ExAllocatePoolWithTag(type, bytes, tag);

    if (!entry)
        return NULL;
    memset(entry, 0, sizeof(*entry));
    if (!NT_SUCCESS(wdf_initialize_object(&entry->memory, list->object.globals,
                                          &type_memory_lookaside, object_size(list),
                                          &list->attributes))) {
        ExFreePool(entry);
        return NULL;
    }
    wdf_retire_handle(&entry->memory.object);
    wdf_memory_initialize(&entry->memory, &entry->memory + 1, list->buffer_size);
    entry->memory.object.is_passive = list->object.is_passive;
    entry->memory.context = list;
    return entry;
}

static VOID NTAPI free_entry(PVOID memory, PLOOKASIDE_LIST_EX entries)
{
    struct entry *entry = memory;

    UNREFERENCED_PARAMETER(entries);
    wdf_close_handle(&entry->memory.object);
    ExFreePool(entry);
}

static struct entry *take_entry(struct lookaside *list)
{
    struct entry *entry = ExAllocateFromLookasideListEx(&list->entries);

    if (!entry || !list->is_apart)
        return entry;
    entry->memory.memory.buffer = ExAllocateFromLookasideListEx(&list->buffers);
    if (entry->memory.memory.buffer)
        return entry;
    ExFreeToLookasideListEx(&list->entries, entry);
    return NULL;
}

NTSTATUS NTAPI imp_WdfMemoryCreateFromLookaside(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFLOOKASIDE Lookaside, WDFMEMORY *Memory)
{
    struct lookaside *list = WDF_GET(struct lookaside, wdf_type_lookaside, Lookaside);
    struct wdf_object *parent;
    struct entry *entry;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Memory);
    *Memory = NULL;
    parent = wdf_parent_of(&list->attributes, &list->object.globals->driver->object);
    entry = take_entry(list);
    if (!entry)
        return STATUS_INSUFFICIENT_RESOURCES;
    wdf_renew_object(&entry->memory.object, object_size(list), &list->attributes);
    if (list->buffer_size < PAGE_SIZE)
        memset(entry->memory.memory.buffer, 0, list->buffer_size);
    wdf_reference(&list->object);
    return wdf_publish_object(&entry->memory, parent, Memory);
}

/* ---- lists -------------------------------------------------------------------------- */

static VOID destroy(struct wdf_object *object)
{
    struct lookaside *list = (struct lookaside *)object;

    if (!list->is_ready)
        return;
    ExDeleteLookasideListEx(&list->entries);
    if (list->is_apart)
        ExDeleteLookasideListEx(&list->buffers);
}

const struct wdf_type wdf_type_lookaside = {
    .name = "WDFLOOKASIDE",
    .number = WDF_TYPE_NUMBER_LOOKASIDE,
    .destroy = destroy,
};

static SIZE_T entry_size(struct lookaside *list)
{
    SIZE_T bytes = wdf_object_bytes(object_size(list), &list->attributes);

    return bytes > MAXULONG ? MAXSIZE_T : FIELD_OFFSET(struct entry, memory) + bytes;
}

static NTSTATUS make_lists(struct lookaside *list, POOL_TYPE type, ULONG tag)
{
    NTSTATUS status;

    if (list->buffer_size > MAXULONG || entry_size(list) > MAXULONG)
        return STATUS_INTEGER_OVERFLOW;
    if (list->is_apart) {
        status = ExInitializeLookasideListEx(&list->buffers, NULL, NULL, type, 0, list->buffer_size,
                                             tag, 0);
        if (!NT_SUCCESS(status))
            return status;
    }
    status = ExInitializeLookasideListEx(&list->entries, allocate_entry, free_entry, NonPagedPoolNx,
                                         0, entry_size(list), tag, 0);
    list->is_ready = NT_SUCCESS(status);
    if (!list->is_ready && list->is_apart)
        ExDeleteLookasideListEx(&list->buffers);
    return status;
}

/* Pageable memory of one device cannot be of another's list: they may go in any order. */
static NTSTATUS check_devices(PWDF_OBJECT_ATTRIBUTES list, PWDF_OBJECT_ATTRIBUTES memory,
                              struct wdf_globals *globals)
{
    struct wdf_device *of_list = wdf_parent_of(list, &globals->driver->object)->device;
    struct wdf_device *of_memory = wdf_parent_of(memory, &globals->driver->object)->device;

    return of_list && of_memory && of_list != of_memory ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS check(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES list, SIZE_T size,
                      BOOLEAN is_paged, PWDF_OBJECT_ATTRIBUTES memory)
{
    NTSTATUS status;

    if (!size)
        return STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(list, 0);
    if (NT_SUCCESS(status))
        status = wdf_check_attributes(memory, 0);
    if (NT_SUCCESS(status) && is_paged)
        status = check_devices(list, memory, globals);
    return status;
}

static VOID set_up(struct lookaside *list, PWDF_OBJECT_ATTRIBUTES attributes, SIZE_T size,
                   BOOLEAN is_paged)
{
    if (attributes)
        list->attributes = *attributes;
    list->buffer_size = size;
    list->is_apart = is_paged || size >= PAGE_SIZE;
    list->object.is_passive = is_paged;
}

NTSTATUS NTAPI imp_WdfLookasideListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
                                          size_t BufferSize, POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES MemoryAttributes, ULONG PoolTag,
                                          WDFLOOKASIDE *Lookaside)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(LookasideAttributes, &globals->driver->object);
    BOOLEAN is_paged = (PoolType & 1) == PagedPool;
    PVOID list;
    NTSTATUS status;

    WDF_REQUIRE(Lookaside);
    *Lookaside = NULL;
    if (!wdf_check_irql(globals, __func__, is_paged ? PASSIVE_LEVEL : DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = check(globals, LookasideAttributes, BufferSize, is_paged, MemoryAttributes);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(globals, &wdf_type_lookaside, sizeof(struct lookaside),
                                 LookasideAttributes, &list);
    if (!NT_SUCCESS(status))
        return status;
    set_up(list, MemoryAttributes, BufferSize, is_paged);
    status = make_lists(list, PoolType, PoolTag ? PoolTag : globals->seen.DriverTag);
    if (NT_SUCCESS(status))
        status = wdf_publish_object(list, parent, Lookaside);
    else
        wdf_discard_object(list);
    return status;
}
