/*
 * The memory objects of a lookaside list. A buffer that is pageable, or begins on a page, is
 * no part of the entry, but comes from a list of its own.
 */
#include "lookaside.h"
#include "driver.h"

/* ---- the parent goes ---------------------------------------------------------------- */

static struct wdf_lookaside *list_of(struct wdf_object *anchor)
{
    return CONTAINING_RECORD(anchor, struct wdf_lookaside, anchor);
}

static BOOLEAN claim(struct wdf_object *object)
{
    return __atomic_load_n(&object->state, __ATOMIC_ACQUIRE) == WDF_OBJECT_LIVE &&
           wdf_claim_object(object);
}

static VOID dispose_anchor(struct wdf_object *anchor)
{
    struct wdf_lookaside *list = list_of(anchor);
    struct wdf_lookaside_entry *entry;
    PLIST_ENTRY link;
    KIRQL irql;

    __atomic_or_fetch(&list->in_use, WDF_PARENT_GONE, __ATOMIC_ACQ_REL);
    KeAcquireSpinLock(&list->lock, &irql);
    for (link = list->all.Flink; link != &list->all; link = link->Flink) {
        entry = CONTAINING_RECORD(link, struct wdf_lookaside_entry, all);
        if (claim(&entry->memory.object)) {
            entry->next_doomed = list->doomed;
            list->doomed = entry;
        }
    }
    KeReleaseSpinLock(&list->lock, irql);
    for (entry = list->doomed; entry; entry = entry->next_doomed)
        wdf_dispose_claimed(&entry->memory.object);
}

static VOID destroy_anchor(struct wdf_object *anchor)
{
    struct wdf_lookaside_entry *entry, *next;

    for (entry = list_of(anchor)->doomed; entry; entry = next) {
        next = entry->next_doomed;
        wdf_release_object(&entry->memory.object);
    }
}

static VOID recycle_anchor(struct wdf_object *anchor)
{
    wdf_close_handle(anchor);
    wdf_end_lookaside(list_of(anchor));
}

const struct wdf_type wdf_type_lookaside_anchor = {
    .name = "anchor of a WDFLOOKASIDE",
    .number = WDF_TYPE_NUMBER_LOOKASIDE,
    .dispose = dispose_anchor,
    .destroy = destroy_anchor,
    .recycle = recycle_anchor,
};

/* ---- entries ------------------------------------------------------------------------ */

/* An entry's object, with the buffer if that is part of it. */
static SIZE_T object_size(const struct wdf_lookaside *list)
{
    return sizeof(struct wdf_memory_object) + (list->is_apart ? 0 : list->size);
}

static VOID recycle(struct wdf_object *object)
{
    struct wdf_lookaside_entry *entry =
        CONTAINING_RECORD(object, struct wdf_lookaside_entry, memory.object);
    struct wdf_lookaside *list = entry->memory.context;

    if (list->is_apart)
        ExFreeToLookasideListEx(&list->buffers, entry->memory.memory.buffer);
    ExFreeToLookasideListEx(&list->entries, entry);
    wdf_drop_lookaside_use(list);
}

static const struct wdf_type type_memory = {
    .name = "WDFMEMORY",
    .number = WDF_TYPE_NUMBER_MEMORY,
    .base = &wdf_type_memory,
    .recycle = recycle,
};

static NTSTATUS set_up_entry(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry)
{
    struct wdf_object *object = &entry->memory.object;
    NTSTATUS status;
    KIRQL irql;

    memset(entry, 0, sizeof(*entry));
    status = wdf_initialize_object(object, list->object.globals, &type_memory, object_size(list),
                                   &list->attributes);
    if (!NT_SUCCESS(status))
        return status;
    wdf_retire_handle(object);
    object->state = WDF_OBJECT_DISPOSED;
    object->is_passive = list->anchor.is_passive;
    object->device = list->anchor.device;
    entry->memory.context = list;
    wdf_memory_initialize(&entry->memory, &entry->memory + 1, list->size);
    KeAcquireSpinLock(&list->lock, &irql);
    InsertTailList(&list->all, &entry->all);
    KeReleaseSpinLock(&list->lock, irql);
    return status;
}

static PVOID NTAPI allocate_entry(POOL_TYPE type, SIZE_T bytes, ULONG tag,
                                  PLOOKASIDE_LIST_EX entries)
{
    struct wdf_lookaside *list = CONTAINING_RECORD(entries, struct wdf_lookaside, entries);
    struct wdf_lookaside_entry *entry = ExAllocatePoolWithTag(type, bytes, tag);

    if (!entry || NT_SUCCESS(set_up_entry(list, entry)))
        return entry;
    ExFreePool(entry);
    return NULL;
}

static VOID NTAPI free_entry(PVOID memory, PLOOKASIDE_LIST_EX entries)
{
    struct wdf_lookaside *list = CONTAINING_RECORD(entries, struct wdf_lookaside, entries);
    struct wdf_lookaside_entry *entry = memory;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    RemoveEntryList(&entry->all);
    KeReleaseSpinLock(&list->lock, irql);
    wdf_close_handle(&entry->memory.object);
    ExFreePool(entry);
}

static struct wdf_lookaside_entry *take(struct wdf_lookaside *list)
{
    struct wdf_lookaside_entry *entry = ExAllocateFromLookasideListEx(&list->entries);

    if (!entry || !list->is_apart)
        return entry;
    entry->memory.memory.buffer = ExAllocateFromLookasideListEx(&list->buffers);
    if (entry->memory.memory.buffer)
        return entry;
    ExFreeToLookasideListEx(&list->entries, entry);
    return NULL;
}

/* The parent is going, or is gone and the handle that the driver gave is stale. */
static NTSTATUS refuse(struct wdf_lookaside *list, struct wdf_object *object)
{
    /* Unless the anchor's disposal deletes it. */
    if (wdf_claim_object(object)) {
        object->is_silent = TRUE;
        wdf_dispose_claimed(object);
        wdf_release_object(object);
    }
    wdf_parent_of(&list->attributes, &list->object.globals->driver->object);
    return STATUS_DELETE_PENDING;
}

NTSTATUS wdf_take_lookaside_entry(struct wdf_lookaside *list, WDFMEMORY *memory)
{
    struct wdf_lookaside_entry *entry = take(list);
    struct wdf_object *object;

    if (!entry)
        return STATUS_INSUFFICIENT_RESOURCES;
    object = &entry->memory.object;
    wdf_renew_object(object, object_size(list), &list->attributes);
    if (list->size < PAGE_SIZE)
        memset(entry->memory.memory.buffer, 0, list->size);
    wdf_commit_object(object, NULL);
    if (__atomic_fetch_add(&list->in_use, WDF_ONE_IN_USE, __ATOMIC_ACQ_REL) & WDF_PARENT_GONE)
        return refuse(list, object);
    *memory = wdf_handle_of(object);
    return STATUS_SUCCESS;
}

/* ---- lists ------------------------------------------------------------------------------ */

static SIZE_T entry_size(struct wdf_lookaside *list)
{
    SIZE_T bytes = wdf_object_bytes(object_size(list), &list->attributes);

    return bytes > MAXULONG ? MAXSIZE_T : FIELD_OFFSET(struct wdf_lookaside_entry, memory) + bytes;
}

NTSTATUS wdf_make_lookaside_lists(struct wdf_lookaside *list, POOL_TYPE type, ULONG tag)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (list->size > MAXULONG || entry_size(list) > MAXULONG)
        return STATUS_INTEGER_OVERFLOW;
    if (list->is_apart)
        status =
            ExInitializeLookasideListEx(&list->buffers, NULL, NULL, type, 0, list->size, tag, 0);
    if (!NT_SUCCESS(status))
        return status;
    status = ExInitializeLookasideListEx(&list->entries, allocate_entry, free_entry, NonPagedPoolNx,
                                         0, entry_size(list), tag, 0);
    list->is_ready = NT_SUCCESS(status);
    if (!list->is_ready && list->is_apart)
        ExDeleteLookasideListEx(&list->buffers);
    return status;
}
