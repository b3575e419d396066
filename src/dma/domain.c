/*
 * Domains: what is mapped for each device, and the device's own accesses.
 *
 * A domain's runs are in an array, sorted by bus address; runs of different mappings may
 * overlap. An access holds the lock for the look-up alone: it counts itself as a user of the
 * mapping that it found, and unmapping waits until its users are gone. Room for entries is
 * reserved before it is needed, so that mapping cannot fail.
 */
#include "dma_private.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

#define PAST_ELEMENTS 16 /* power of 2 */

struct dma_domain {
    LIST_ENTRY link; /* in dma_domains.list, or in none */
    LONG references; /* changed under dma_domains.lock */
    PDEVICE_OBJECT pdo;
    struct mm_lock lock;       /* guards the rest */
    struct dma_entry *entries; /* sorted by start; in block */
    struct dma_entry *spare;   /* as long: what comes next is put together there; in block */
    struct dma_entry *block;   /* what both are in, or NULL */
    ULONG count, reserved, capacity;
    ULONG past_count; /* of all runs that were unmapped, the last are in past */
    struct dma_past past[PAST_ELEMENTS];
};

static struct dma_domains {
    struct mm_lock lock; /* guards list and references */
    LIST_ENTRY list;     /* of dma_domain.link */
} domains;

VOID dma_domains_start(VOID)
{
    InitializeListHead(&domains.list);
}

/* ---- Finding a device's domain ------------------------------------------------ */

/* The lock is held. */
static struct dma_domain *find_domain(PDEVICE_OBJECT pdo)
{
    for (PLIST_ENTRY link = domains.list.Flink; link != &domains.list; link = link->Flink) {
        struct dma_domain *domain = CONTAINING_RECORD(link, struct dma_domain, link);
        if (domain->pdo == pdo) {
            domain->references++;
            return domain;
        }
    }
    return NULL;
}

NTSTATUS dma_domain_of(PDEVICE_OBJECT pdo, struct dma_domain **domain)
{
    struct dma_domain *fresh = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*fresh), DMA_TAG);
    struct dma_domain *found;

    mm_acquire(&domains.lock);
    found = find_domain(pdo);
    if (!found && fresh) {
        fresh->pdo = pdo;
        fresh->references = 1;
        InsertTailList(&domains.list, &fresh->link);
        found = fresh;
        fresh = NULL;
    }
    mm_release(&domains.lock);
    if (fresh)
        ExFreePoolWithTag(fresh, DMA_TAG);
    *domain = found;
    return found ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

VOID dma_domain_reference(struct dma_domain *domain)
{
    mm_acquire(&domains.lock);
    domain->references++;
    mm_release(&domains.lock);
}

VOID dma_domain_orphan(struct dma_domain *domain)
{
    mm_acquire(&domains.lock);
    RemoveEntryList(&domain->link);
    InitializeListHead(&domain->link);
    mm_release(&domains.lock);
}

VOID dma_domain_release(struct dma_domain *domain)
{
    BOOLEAN is_last;

    mm_acquire(&domains.lock);
    is_last = !--domain->references;
    if (is_last)
        RemoveEntryList(&domain->link);
    mm_release(&domains.lock);
    if (!is_last)
        return;
    NT_ASSERT(!domain->count);
    if (domain->block)
        ExFreePoolWithTag(domain->block, DMA_TAG);
    ExFreePoolWithTag(domain, DMA_TAG);
}

PDEVICE_OBJECT dma_domain_device(const struct dma_domain *domain)
{
    return domain->pdo;
}

/* ---- Mapping ------------------------------------------------------------------- */

/* Moves the entries into a longer block; returns the one that is not needed any more. */
static struct dma_entry *exchange_block(struct dma_domain *domain, struct dma_entry *block,
                                        SIZE_T capacity)
{
    struct dma_entry *old = block;

    mm_acquire(&domain->lock);
    if (capacity > domain->capacity) {
        if (domain->count)
            memcpy(block, domain->entries, domain->count * sizeof(*block));
        old = domain->block;
        domain->block = domain->entries = block;
        domain->spare = block + capacity;
        domain->capacity = (ULONG)capacity;
    }
    mm_release(&domain->lock);
    return old;
}

NTSTATUS dma_reserve(struct dma_domain *domain, ULONG count)
{
    for (;;) {
        mm_acquire(&domain->lock);
        SIZE_T capacity = (SIZE_T)domain->reserved + count;
        BOOLEAN has_room = capacity <= domain->capacity;
        if (has_room)
            domain->reserved += count;
        mm_release(&domain->lock);
        if (has_room)
            return STATUS_SUCCESS;

        capacity += capacity / 2 + 8;
        struct dma_entry *block =
            ExAllocatePoolWithTag(NonPagedPoolNx, 2 * capacity * sizeof(*block), DMA_TAG);
        if (!block)
            return STATUS_INSUFFICIENT_RESOURCES;
        block = exchange_block(domain, block, capacity);
        if (block)
            ExFreePoolWithTag(block, DMA_TAG);
    }
}

VOID dma_unreserve(struct dma_domain *domain, ULONG count)
{
    mm_acquire(&domain->lock);
    domain->reserved -= count;
    mm_release(&domain->lock);
}

static VOID sift_down(struct dma_entry *heap, ULONG place, ULONG count)
{
    struct dma_entry moving = heap[place];

    for (ULONG child; (child = 2 * place + 1) < count; place = child) {
        if (child + 1 < count && heap[child + 1].start > heap[child].start)
            child++;
        if (heap[child].start <= moving.start)
            break;
        heap[place] = heap[child];
    }
    heap[place] = moving;
}

static VOID sort_heap(struct dma_entry *entries, ULONG count)
{
    for (ULONG i = count / 2; i--;)
        sift_down(entries, i, count);
    for (ULONG last = count - 1; last; last--) {
        struct dma_entry largest = entries[0];
        entries[0] = entries[last];
        entries[last] = largest;
        sift_down(entries, 0, last);
    }
}

/* Frames are seldom far from their order: an insertion is quick, as long as it stays short. */
static VOID sort_entries(struct dma_entry *entries, ULONG count)
{
    ULONG64 moves = 4 * (ULONG64)count;

    for (ULONG i = 1; i < count; i++) {
        struct dma_entry moving = entries[i];
        ULONG place = i;
        for (; place && entries[place - 1].start > moving.start && moves; place--, moves--)
            entries[place] = entries[place - 1];
        entries[place] = moving;
        if (!moves) {
            sort_heap(entries, count);
            return;
        }
    }
}

/* Fills entries sorted by bus address, as the elements of most buffers are from the start. */
static VOID fill_entries(struct dma_entry *entries, struct dma_mapping *mapping,
                         const SCATTER_GATHER_ELEMENT *elements, ULONG count, ULONG access)
{
    BOOLEAN is_sorted = TRUE;

    for (ULONG i = 0; i < count; i++) {
        ULONG64 start = (ULONG64)elements[i].Address.QuadPart;
        entries[i] = (struct dma_entry){
            .start = start,
            .end = start + elements[i].Length,
            .mapping = mapping,
            .access = access,
        };
        if (i && start < entries[i - 1].start)
            is_sorted = FALSE;
    }
    if (!is_sorted)
        sort_entries(entries, count);
}

/* Puts the entries and those at the spare's end together. The lock is held. */
static VOID merge_entries(struct dma_domain *domain, ULONG count)
{
    /* What is written at to has been read from fresh before: there was room for all of them. */
    struct dma_entry *to = domain->spare;
    const struct dma_entry *fresh = to + domain->capacity - count, *fresh_end = fresh + count;
    const struct dma_entry *old = domain->entries, *old_end = old + domain->count;
    ULONG64 reach = 0;

    while (old < old_end || fresh < fresh_end) {
        BOOLEAN is_old = fresh == fresh_end || (old < old_end && old->start <= fresh->start);
        *to = is_old ? *old++ : *fresh++;
        reach = max(reach, to->end);
        to++->reach = reach;
    }
    struct dma_entry *before = domain->entries;
    domain->entries = domain->spare;
    domain->spare = before;
    domain->count += count;
}

VOID dma_map(struct dma_domain *domain, struct dma_mapping *mapping,
             const SCATTER_GATHER_ELEMENT *elements, ULONG count, ULONG access)
{
    mm_acquire(&domain->lock);
    NT_ASSERT(domain->count + count <= domain->reserved);
    if (!mapping->count)
        mapping->users = 0;
    mapping->domain = domain;
    mapping->count += count;
    fill_entries(domain->spare + domain->capacity - count, mapping, elements, count, access);
    merge_entries(domain, count);
    mm_release(&domain->lock);
}

/* The lock is held. */
static VOID note_past(struct dma_domain *domain, const struct dma_entry *entry)
{
    domain->past[domain->past_count++ % PAST_ELEMENTS] = (struct dma_past){
        .start = entry->start,
        .end = entry->end,
        .kind = entry->mapping->kind,
        .owner = entry->mapping->owner,
    };
}

static VOID remove_entries(struct dma_domain *domain, const struct dma_mapping *mapping)
{
    struct dma_entry *to = domain->entries;
    ULONG64 reach = 0;

    for (ULONG i = 0; i < domain->count; i++) {
        const struct dma_entry *entry = &domain->entries[i];
        if (entry->mapping == mapping) {
            note_past(domain, entry);
            continue;
        }
        *to = *entry;
        reach = max(reach, to->end);
        to++->reach = reach;
    }
    domain->count = (ULONG)(to - domain->entries);
}

VOID dma_unmap(struct dma_mapping *mapping)
{
    struct dma_domain *domain = mapping->domain;

    if (!mapping->count)
        return;
    mm_acquire(&domain->lock);
    remove_entries(domain, mapping);
    mapping->count = 0;
    mm_release(&domain->lock);

    /* Acquire: pairs with end_use's release; what the device has read and written is done. */
    hal_u32 users = __atomic_or_fetch(&mapping->users, DMA_UNMAPPING, __ATOMIC_ACQUIRE);
    while (users != DMA_UNMAPPING) {
        hal_wait(&mapping->users, users, HAL_FOREVER);
        users = __atomic_load_n(&mapping->users, __ATOMIC_ACQUIRE);
    }
}

/* ---- Accesses -------------------------------------------------------------------- */

/* The entry that holds the address and allows the access. The lock is held. */
static const struct dma_entry *find_entry(const struct dma_domain *domain, ULONG64 address,
                                          ULONG access)
{
    ULONG low = 0, high = domain->count;

    while (low < high) {
        ULONG middle = low + (high - low) / 2;
        if (domain->entries[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- && domain->entries[low].reach > address) {
        const struct dma_entry *entry = &domain->entries[low];
        if (entry->end > address && (entry->access & access))
            return entry;
    }
    return NULL;
}

/* Makes the caller a user of the mapping behind address. 0: it may not have it. */
static SIZE_T begin_use(struct dma_domain *domain, ULONG64 address, SIZE_T bytes, ULONG access,
                        struct dma_mapping **mapping, PUCHAR *memory)
{
    SIZE_T found = 0;

    mm_acquire(&domain->lock);
    const struct dma_entry *entry = find_entry(domain, address, access);
    if (entry) {
        found = min(bytes, entry->end - address);
        *memory = (PUCHAR)MM_DIRECT_MAP + address;
        *mapping = entry->mapping;
        /* Relaxed: who waits for 0 has had the lock after us. */
        __atomic_fetch_add(&entry->mapping->users, 1, __ATOMIC_RELAXED);
    }
    mm_release(&domain->lock);
    return found;
}

static VOID end_use(struct dma_mapping *mapping)
{
    hal_u32 *users = &mapping->users;

    /* The mapping may be gone once we are no user of it: its address is all that is left. */
    if (__atomic_sub_fetch(users, 1, __ATOMIC_RELEASE) == DMA_UNMAPPING)
        hal_wake(users, 1);
}

BOOLEAN dma_domain_read(struct dma_domain *domain, ULONG64 address, PVOID to, SIZE_T bytes)
{
    PUCHAR place = to, memory;
    struct dma_mapping *mapping;
    SIZE_T piece;

    for (; bytes; bytes -= piece, address += piece, place += piece) {
        piece = begin_use(domain, address, bytes, DMA_DEVICE_READS, &mapping, &memory);
        if (!piece) {
            dma_violation(domain, address, bytes, DMA_DEVICE_READS);
            memset(place, 0xFF, bytes);
            return FALSE;
        }
        memcpy(place, memory, piece);
        end_use(mapping);
    }
    return TRUE;
}

BOOLEAN dma_domain_write(struct dma_domain *domain, ULONG64 address, const VOID *from, SIZE_T bytes)
{
    const UCHAR *place = from;
    struct dma_mapping *mapping;
    PUCHAR memory;
    SIZE_T piece;

    for (; bytes; bytes -= piece, address += piece, place += piece) {
        piece = begin_use(domain, address, bytes, DMA_DEVICE_WRITES, &mapping, &memory);
        if (!piece) {
            dma_violation(domain, address, bytes, DMA_DEVICE_WRITES);
            return FALSE;
        }
        memcpy(memory, place, piece);
        end_use(mapping);
    }
    return TRUE;
}

/* ---- For reports ------------------------------------------------------------------- */

BOOLEAN dma_find_run(struct dma_domain *domain, ULONG64 address, struct dma_past *run)
{
    const struct dma_entry *entry;

    mm_acquire(&domain->lock);
    entry = find_entry(domain, address, DMA_DEVICE_READS | DMA_DEVICE_WRITES);
    if (entry)
        *run = (struct dma_past){entry->start, entry->end, entry->mapping->kind,
                                 entry->mapping->owner};
    mm_release(&domain->lock);
    return entry != NULL;
}

BOOLEAN dma_find_past(struct dma_domain *domain, ULONG64 address, struct dma_past *run)
{
    BOOLEAN is_found = FALSE;

    mm_acquire(&domain->lock);
    for (ULONG i = 0; i < PAST_ELEMENTS && i < domain->past_count && !is_found; i++) {
        const struct dma_past *past = &domain->past[(domain->past_count - 1 - i) % PAST_ELEMENTS];
        is_found = address - past->start < past->end - past->start;
        if (is_found)
            *run = *past;
    }
    mm_release(&domain->lock);
    return is_found;
}

VOID dma_describe_use(struct dma_domain *domain, PSTR text, SIZE_T size)
{
    *text = 0;
    mm_acquire(&domain->lock);
    if (domain->count)
        rtl_format(text, size, "The device still has memory of %s 0x%I64X.",
                   domain->entries[0].mapping->kind, domain->entries[0].mapping->owner);
    mm_release(&domain->lock);
}
