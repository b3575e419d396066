/*
 * Special pool: a block alone on its pages, with unmapped pages around it. An
 * access past it faults at once, and so does one after it was freed.
 */
#include "pool.h"

#define POOL_SPECIAL_BUCKETS 256u
#define POOL_SPECIAL_PATTERN 0xA5 /* the bytes of its pages that the block does not use */

struct pool_special_block {
    LIST_ENTRY link; /* of its bucket; lock */
    PUCHAR base;     /* first page */
    SIZE_T pages;
    PUCHAR address;
    struct pool_request asked;
    ULONG row;
};

static struct pool_special_system {
    struct ex_lock lock;                      /* guards buckets */
    LIST_ENTRY buckets[POOL_SPECIAL_BUCKETS]; /* by base; all zero until the first block */
} pool_special;

static PLIST_ENTRY pool_special_bucket(ULONG64 address)
{
    PLIST_ENTRY bucket = &pool_special.buckets[(address >> PAGE_SHIFT) % POOL_SPECIAL_BUCKETS];
    if (bucket->Flink == NULL)
        InitializeListHead(bucket);
    return bucket;
}

/* The block whose pages begin at the page of address. The lock is held. */
static struct pool_special_block *pool_special_find(ULONG64 address)
{
    PLIST_ENTRY bucket = pool_special_bucket(address), at;

    for (at = bucket->Flink; at != bucket; at = at->Flink) {
        struct pool_special_block *block = CONTAINING_RECORD(at, struct pool_special_block, link);
        if (((ULONG64)block->base ^ address) < PAGE_SIZE)
            return block;
    }
    return NULL;
}

BOOLEAN pool_special_wanted(const struct pool_request *request)
{
    ULONG tag = __atomic_load_n(&ex_pool.special_tag, __ATOMIC_RELAXED);

    if (request->bytes > PAGE_SIZE)
        return FALSE;
    if (request->flags & (POOL_GUARDED | POOL_UNDERRUN))
        return TRUE;
    return tag == '*' || (tag != 0 && tag == (request->tag & ~PROTECTED_POOL));
}

PVOID pool_special_allocate(const struct pool_request *request)
{
    struct pool_special_block *block = hal_allocate(sizeof(*block));
    SIZE_T room = max(16, (request->bytes + 15) & ~15ull);

    if (block == NULL)
        return NULL;
    *block = (struct pool_special_block){.pages = 1, .asked = *request};
    block->base = mm_special_allocate(block->pages);
    if (block->base == NULL) {
        hal_free(block);
        return NULL;
    }
    block->address = block->base;
    if (!(request->flags & POOL_UNDERRUN))
        block->address += PAGE_SIZE - room;
    memset(block->base, POOL_SPECIAL_PATTERN, PAGE_SIZE);
    if (request->flags & POOL_ZERO)
        memset(block->address, 0, request->bytes);
    block->row = pool_count(request->tag, request->flags, request->bytes, request->owner);

    ex_acquire(&pool_special.lock);
    InsertHeadList(pool_special_bucket((ULONG64)block->base), &block->link);
    ex_release(&pool_special.lock);
    return block->address;
}

/* The first byte of [from, to) that is not as it was left, or NULL. */
static PUCHAR pool_special_damage(PUCHAR from, PUCHAR to)
{
    while (from < to && *from == POOL_SPECIAL_PATTERN)
        from++;
    return from < to ? from : NULL;
}

static VOID pool_special_check(const struct pool_special_block *block, PVOID address, ULONG tag)
{
    const struct pool_request *asked = &block->asked;
    PUCHAR end = block->base + block->pages * PAGE_SIZE, damage;
    KIRQL irql = pool_irql();

    if (irql > pool_irql_limit(asked->flags))
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, irql, pool_type_of(asked->flags),
                     (ULONG_PTR)address, 0x31);
    if (address != block->address)
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)address, asked->bytes,
                     (ULONG_PTR)(end - (PUCHAR)address), 0x22);
    if (!pool_tag_matches(asked->tag, tag))
        pool_bad_tag(address, asked->tag, tag, asked->owner);
    damage = pool_special_damage(block->base, block->address);
    if (damage)
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)address, (ULONG_PTR)damage,
                     0, 0x23);
    damage = pool_special_damage(block->address + asked->bytes, end);
    if (damage)
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)address, (ULONG_PTR)damage,
                     0, 0x24);
}

VOID pool_special_free(PVOID address, ULONG tag)
{
    struct pool_special_block *block, copy;

    ex_acquire(&pool_special.lock);
    block = pool_special_find((ULONG64)address);
    if (block)
        copy = *block;
    ex_release(&pool_special.lock);
    if (block)
        pool_special_check(&copy, address, tag);

    ex_acquire(&pool_special.lock);
    block = pool_special_find((ULONG64)address);
    if (block)
        RemoveEntryList(&block->link);
    ex_release(&pool_special.lock);
    if (block == NULL)
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)address, 0, 0, 0x20);

    if (block->asked.process)
        pool_quota_return(block->asked.process, block->asked.bytes);
    pool_uncount(block->row, block->asked.bytes);
    mm_special_free(block->base, block->pages);
    hal_free(block);
}

BOOLEAN ex_pool_special_fault(ULONG64 address, BOOLEAN *is_freed)
{
    struct pool_special_block *block;

    if (address - MM_SPECIAL_BASE >= MM_SPECIAL_PAGES * PAGE_SIZE)
        return FALSE;
    /* A page beside a live block is its guard; any other has been freed, or never was. */
    ex_acquire(&pool_special.lock);
    block = pool_special_find(address - PAGE_SIZE);
    if (block == NULL)
        block = pool_special_find(address + PAGE_SIZE);
    *is_freed = block == NULL;
    ex_release(&pool_special.lock);
    return TRUE;
}

BOOLEAN pool_special_find_request(PVOID address, struct pool_request *asked)
{
    struct pool_special_block *block;
    BOOLEAN is_in;

    ex_acquire(&pool_special.lock);
    block = pool_special_find((ULONG64)address);
    is_in = block && (ULONG64)((PUCHAR)address - block->address) < max(1, block->asked.bytes);
    if (is_in)
        *asked = block->asked;
    ex_release(&pool_special.lock);
    return is_in;
}

ULONG pool_special_leaks(const struct pool_leak_search *search)
{
    ULONG found = 0;

    ex_acquire(&pool_special.lock);
    for (ULONG i = 0; i < POOL_SPECIAL_BUCKETS; i++) {
        PLIST_ENTRY bucket = &pool_special.buckets[i], at;
        for (at = bucket->Flink; at && at != bucket; at = at->Flink) {
            struct pool_request *asked =
                &CONTAINING_RECORD(at, struct pool_special_block, link)->asked;
            found += pool_report_leak(search, asked->owner, asked->tag, asked->bytes);
        }
    }
    ex_release(&pool_special.lock);
    return found;
}

VOID pool_special_stop(VOID)
{
    for (ULONG i = 0; i < POOL_SPECIAL_BUCKETS; i++) {
        PLIST_ENTRY bucket = &pool_special.buckets[i];
        while (bucket->Flink && !IsListEmpty(bucket)) {
            struct pool_special_block *block =
                CONTAINING_RECORD(RemoveHeadList(bucket), struct pool_special_block, link);
            mm_special_free(block->base, block->pages);
            hal_free(block);
        }
    }
}
