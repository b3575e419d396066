/*
 * Handles: numbers of slots. A slot outlives its objects, so that a handle can be proved
 * before anything that it stands for is touched. Slots come in chunks of pool, which stay
 * until the framework stops.
 *
 *   63                     27 26                3 2      0
 *   | number of the slot's use | index of the slot | kind |
 */
#include "object.h"

#define USE_SHIFT (WDF_HANDLE_KIND_BITS + WDF_HANDLE_INDEX_BITS)
#define CHUNKS ((1u << WDF_HANDLE_INDEX_BITS) / WDF_HANDLE_CHUNK_SLOTS)
#define NO_SLOT MAXULONG
#define TAG_SLOTS 'SfdW'

struct wdf_handle_slot *wdf_handle_chunks[CHUNKS];

static struct wdf_handle_system {
    KSPIN_LOCK lock; /* guards chunk_count and making a chunk */
    ULONG chunk_count;
    /* Index of the first free slot, and above it a count of changes, so that a slot that was
     * taken and given back meanwhile does not look like an unchanged list. Atomic. */
    ULONG64 free;
} handles;

static struct wdf_handle_slot *slot_at(ULONG index)
{
    return wdf_handle_slot_of((WDFOBJECT)((ULONG64)index << WDF_HANDLE_KIND_BITS));
}

static ULONG index_of(ULONG64 handle)
{
    return (ULONG)(handle >> WDF_HANDLE_KIND_BITS) & ((1u << WDF_HANDLE_INDEX_BITS) - 1);
}

/* A number that is looked for in other slots than that of index. */
static ULONG64 no_handle(ULONG index)
{
    return ~((ULONG64)index << WDF_HANDLE_KIND_BITS);
}

/* The free list with another first slot. */
static ULONG64 with_first(ULONG64 list, ULONG index)
{
    return ((list >> 32) + 1) << 32 | index;
}

static struct wdf_handle_slot *take_slot(ULONG *index)
{
    ULONG64 list = __atomic_load_n(&handles.free, __ATOMIC_ACQUIRE);
    struct wdf_handle_slot *slot;

    do {
        if ((ULONG)list == NO_SLOT)
            return NULL;
        slot = slot_at((ULONG)list);
        /* Pairs with give_slots' release: next is that of the list that was seen. */
    } while (!__atomic_compare_exchange_n(
        &handles.free, &list, with_first(list, __atomic_load_n(&slot->next, __ATOMIC_RELAXED)),
        FALSE, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE));
    *index = (ULONG)list;
    return slot;
}

/* Puts the chain of slots from first to last on the free list. */
static VOID give_slots(ULONG first, struct wdf_handle_slot *last)
{
    ULONG64 list = __atomic_load_n(&handles.free, __ATOMIC_RELAXED);

    do {
        __atomic_store_n(&last->next, (ULONG)list, __ATOMIC_RELAXED);
    } while (!__atomic_compare_exchange_n(&handles.free, &list, with_first(list, first), FALSE,
                                          __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

static NTSTATUS make_slots(VOID)
{
    struct wdf_handle_slot *chunk =
        ExAllocatePoolWithTag(NonPagedPoolNx, WDF_HANDLE_CHUNK_SLOTS * sizeof(*chunk), TAG_SLOTS);
    ULONG number, i;
    KIRQL irql;

    if (!chunk)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(chunk, 0, WDF_HANDLE_CHUNK_SLOTS * sizeof(*chunk));
    KeAcquireSpinLock(&handles.lock, &irql);
    number = handles.chunk_count;
    if (number < CHUNKS) {
        handles.chunk_count++;
        for (i = 0; i < WDF_HANDLE_CHUNK_SLOTS; i++) {
            chunk[i].handle = no_handle(number * WDF_HANDLE_CHUNK_SLOTS + i);
            chunk[i].use = 1;
            chunk[i].next = number * WDF_HANDLE_CHUNK_SLOTS + i + 1;
        }
        __atomic_store_n(&wdf_handle_chunks[number], chunk, __ATOMIC_RELEASE);
    }
    KeReleaseSpinLock(&handles.lock, irql);
    if (number == CHUNKS) {
        ExFreePoolWithTag(chunk, TAG_SLOTS);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    give_slots(number * WDF_HANDLE_CHUNK_SLOTS, &chunk[WDF_HANDLE_CHUNK_SLOTS - 1]);
    return STATUS_SUCCESS;
}

VOID wdf_handle_start(VOID)
{
    KeInitializeSpinLock(&handles.lock);
    handles.chunk_count = 0;
    handles.free = NO_SLOT;
}

VOID wdf_handle_stop(VOID)
{
    while (handles.chunk_count) {
        handles.chunk_count--;
        ExFreePoolWithTag(wdf_handle_chunks[handles.chunk_count], TAG_SLOTS);
        wdf_handle_chunks[handles.chunk_count] = NULL;
    }
    handles.free = NO_SLOT;
}

static VOID fill_slot(struct wdf_handle_slot *slot, ULONG index, struct wdf_object *object)
{
    object->handle = (ULONG64)slot->use << USE_SHIFT | (ULONG64)index << WDF_HANDLE_KIND_BITS;
    slot->family = object->type->base ? object->type->base : object->type;
    slot->object = object;
    __atomic_store_n(&slot->handle, object->handle, __ATOMIC_RELAXED);
}

NTSTATUS wdf_open_handle(struct wdf_object *object)
{
    struct wdf_handle_slot *slot;
    ULONG index;
    NTSTATUS status;

    while (!(slot = take_slot(&index))) {
        status = make_slots();
        if (!NT_SUCCESS(status))
            return status;
    }
    fill_slot(slot, index, object);
    return STATUS_SUCCESS;
}

VOID wdf_retire_handle(struct wdf_object *object)
{
    ULONG index = index_of(object->handle);
    struct wdf_handle_slot *slot = slot_at(index);
    ULONG use = slot->use + 1;

    slot->object = NULL;
    slot->type_before = object->type;
    /* Relaxed: who still uses the handle races with the deletion whatever the order. 0 would
     * make a handle of NULL. */
    __atomic_store_n(&slot->handle, no_handle(index), __ATOMIC_RELAXED);
    __atomic_store_n(&slot->use, use ? use : 1, __ATOMIC_RELAXED);
}

VOID wdf_renew_handle(struct wdf_object *object)
{
    ULONG index = index_of(object->handle);

    fill_slot(slot_at(index), index, object);
}

VOID wdf_close_handle(struct wdf_object *object)
{
    ULONG index = index_of(object->handle);
    struct wdf_handle_slot *slot = slot_at(index);

    if (slot->object)
        wdf_retire_handle(object);
    give_slots(index, slot);
}

VOID wdf_for_each_handle(struct wdf_globals *globals,
                         VOID (*work)(struct wdf_object *object, PVOID context), PVOID context)
{
    ULONG i;

    for (i = 0; i < handles.chunk_count * WDF_HANDLE_CHUNK_SLOTS; i++) {
        struct wdf_object *object = slot_at(i)->object;

        if (object && object->globals == globals)
            work(object, context);
    }
}

static ULONG use_of(WDFOBJECT handle)
{
    return (ULONG)((ULONG64)handle >> USE_SHIFT);
}

/* The slot whose use the handle is of, or NULL. A number that no use has is no slot's either. */
static struct wdf_handle_slot *slot_in_use(WDFOBJECT handle)
{
    struct wdf_handle_slot *slot = wdf_handle_slot_of(handle);

    if (!slot || __atomic_load_n(&slot->use, __ATOMIC_RELAXED) != (ULONG64)handle >> USE_SHIFT)
        return NULL;
    return slot;
}

struct wdf_object *wdf_lookup_handle(WDFOBJECT handle)
{
    struct wdf_handle_slot *slot = slot_in_use(handle);

    return slot ? slot->object : NULL;
}

static BOOLEAN is_of_type(const struct wdf_object *object, const struct wdf_type *type)
{
    const struct wdf_type *own = object->type;

    while (own && own != type)
        own = own->base;
    return own || !type;
}

/* What is wrong with a handle, in words. */
static VOID describe_handle(WDFOBJECT handle, PSTR text, SIZE_T size)
{
    struct wdf_object *object = wdf_lookup_handle(handle);
    struct wdf_handle_slot *slot = wdf_handle_slot_of(handle);

    if (!handle)
        rtl_format(text, size, "NULL");
    else if (object)
        rtl_format(text, size, "a %s", object->type->name);
    else if (slot && slot->type_before && use_of(handle) == slot->use - 1)
        rtl_format(text, size, "a %s until it was deleted", slot->type_before->name);
    else if (slot && use_of(handle) && use_of(handle) < slot->use)
        rtl_format(text, size, "an object until that was deleted, long ago");
    else
        rtl_format(text, size, "not a handle");
}

#define ANY_TYPE_NUMBER 0x1000

static VOID refuse_handle(WDFOBJECT handle, const struct wdf_type *type, PCSTR function)
{
    CHAR is[96];

    describe_handle(handle, is, sizeof(is));
    wdf_violation(WDF_INVALID_HANDLE, (ULONG_PTR)handle, type ? type->number : ANY_TYPE_NUMBER,
                  function, "needs a %s, but 0x%I64X is %s", type ? type->name : "WDFOBJECT",
                  (ULONG64)handle, is);
}

struct wdf_object *wdf_examine_handle(WDFOBJECT handle, const struct wdf_type *type, PCSTR function)
{
    struct wdf_object *object = wdf_lookup_handle(handle);

    if (!object || ((ULONG64)handle & WDF_HANDLE_KIND) || !is_of_type(object, type))
        refuse_handle(handle, type, function);
    return object;
}

struct wdf_object *wdf_object_of(WDFOBJECT handle, const struct wdf_type *type, PCSTR function)
{
    return wdf_object_in_line(handle, type, function);
}

struct wdf_object *wdf_any_object_of(WDFOBJECT handle, PCSTR function)
{
    struct wdf_handle_slot *slot = wdf_handle_slot_of(handle);

    if (__builtin_expect(wdf_is_handle_of(slot, handle), 1))
        return slot->object;
    return wdf_examine_handle(handle, NULL, function);
}
