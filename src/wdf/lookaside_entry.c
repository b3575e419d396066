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

    wdf_count_lookaside_use(list);
    KeAcquireSpinLock(&list->lock, &irql);
    list->is_parent_gone = TRUE;
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

static struct wdf_lookaside_entry *entry_of(struct wdf_object *object)
{
    return CONTAINING_RECORD(object, struct wdf_lookaside_entry, memory.object);
}

static VOID put_back(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry)
{
    if (list->is_apart)
        ExFreeToLookasideListEx(&list->buffers, entry->memory.memory.buffer);
    ExFreeToLookasideListEx(&list->entries, entry);
}

static VOID recycle(struct wdf_object *object)
{
    struct wdf_lookaside_entry *entry = entry_of(object);
    struct wdf_lookaside *list = entry->memory.context;

    if (__builtin_expect(wdf_begin_lookaside_use(list), 1)) {
        entry->use = WDF_ENTRY_AT_REST;
        put_back(list, entry);
        wdf_end_lookaside_use();
    } else {
        wdf_add_lookaside_use(list, entry);
        put_back(list, entry);
        wdf_drop_lookaside_use(list);
    }
}

/* What WdfObjectDelete does: usually there is nothing below, no context and no reference. */
static VOID remove(struct wdf_object *object)
{
    if (!wdf_claim_object(object))
        return;
    /* Seq_cst pairs with wdf_commit_object: what is put below from now on sees our state. */
    if (object->contexts || object->tracks || object->is_passive ||
        __atomic_load_n(&object->counts, __ATOMIC_SEQ_CST) != 1) {
        wdf_delete_claimed(object);
        return;
    }
    __atomic_store_n(&object->state, WDF_OBJECT_DISPOSED, __ATOMIC_RELAXED);
    wdf_retire_handle(object);
    recycle(object);
}

static const struct wdf_type type_memory = {
    .name = "WDFMEMORY",
    .number = WDF_TYPE_NUMBER_MEMORY,
    .base = &wdf_type_memory,
    .remove = remove,
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

static VOID prepare(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry)
{
    wdf_renew_object(&entry->memory.object, object_size(list), &list->attributes);
    if (list->size < PAGE_SIZE)
        memset(entry->memory.memory.buffer, 0, list->size);
}

/* FALSE if the parent is going. */
static BOOLEAN commit_counted(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry)
{
    BOOLEAN is_parent_gone;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    is_parent_gone = list->is_parent_gone;
    if (!is_parent_gone) {
        entry->use = WDF_ENTRY_COUNTED;
        wdf_commit_object(&entry->memory.object, NULL);
    }
    KeReleaseSpinLock(&list->lock, irql);
    return !is_parent_gone;
}

static NTSTATUS take_counted(struct wdf_lookaside *list, WDFMEMORY *memory)
{
    struct wdf_lookaside_entry *entry;

    wdf_add_lookaside_use(list, NULL);
    entry = take(list);
    if (!entry) {
        wdf_drop_lookaside_use(list);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    prepare(list, entry);
    if (commit_counted(list, entry)) {
        *memory = wdf_handle_of(&entry->memory);
        return STATUS_SUCCESS;
    }
    wdf_discard_object(&entry->memory.object);
    /* If it is gone the handle that the driver gave is stale: WDF_VIOLATION. */
    wdf_parent_of(&list->attributes, &list->object.globals->driver->object);
    return STATUS_DELETE_PENDING;
}

NTSTATUS wdf_take_lookaside_entry(struct wdf_lookaside *list, WDFMEMORY *memory)
{
    struct wdf_lookaside_entry *entry;

    if (__builtin_expect(!wdf_begin_lookaside_use(list), 0))
        return take_counted(list, memory);
    entry = take(list);
    if (entry) {
        prepare(list, entry);
        entry->use = WDF_ENTRY_USED;
        wdf_commit_object(&entry->memory.object, NULL);
    }
    wdf_end_lookaside_use();
    if (!entry)
        return STATUS_INSUFFICIENT_RESOURCES;
    *memory = wdf_handle_of(&entry->memory);
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
