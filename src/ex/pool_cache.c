/*
 * The threads' caches of pool blocks, and the accounting a tag.
 */
#include "pool.h"

_Thread_local struct pool_cache *pool_thread_cache
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* What the calling thread's end means for its cache. */
enum pool_thread_state {
    POOL_THREAD_UNKNOWN = 0, /* hal does not yet tell us of its end */
    POOL_THREAD_KNOWN = 1,   /* it does */
    POOL_THREAD_ENDING = 2,  /* it has: what the thread still does goes without a cache */
};
static _Thread_local enum pool_thread_state pool_thread_state
    __attribute__((tls_model("initial-exec")));

#define POOL_CACHE_PAGES BYTES_TO_PAGES(sizeof(struct pool_cache))

/* ---- rows ---- */

static BOOLEAN pool_tag_is_bad(ULONG tag, ULONG64 *why)
{
    tag &= ~PROTECTED_POOL;
    *why = 0x9B;
    if (tag == 0)
        return TRUE;
    *why = 0x9C;
    if (tag == 'GIB' || tag == ' GIB')
        return TRUE;
    *why = 0x9D;
    for (ULONG rest = tag; rest != 0; rest >>= 8) {
        UCHAR c = (UCHAR)rest;
        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return FALSE;
    }
    return TRUE;
}

static VOID pool_check_tag(ULONG tag, ULONG flags, SIZE_T bytes, ULONG64 owner)
{
    POOL_TYPE type = flags & POOL_PAGED ? PagedPool : NonPagedPool;
    ULONG64 why;

    if (!pool_tag_is_bad(tag, &why))
        return;
    if (why == 0x9D)
        KeBugCheckEx(BAD_POOL_CALLER, why, tag, type, owner);
    KeBugCheckEx(BAD_POOL_CALLER, why, type, bytes, owner);
}

/* The tag's row if it has one; else FALSE and the slot of the index where it belongs. */
static BOOLEAN pool_row_lookup(ULONG tag, BOOLEAN is_paged, ULONG64 key, ULONG *slot, ULONG *row)
{
    ULONG at = pool_tag_hash(key) & (POOL_TAG_INDEX - 1);

    for (;; at = (at + 1) & (POOL_TAG_INDEX - 1)) {
        ULONG entry = __atomic_load_n(&ex_pool.tag_index[at], __ATOMIC_ACQUIRE);
        *slot = at;
        if (entry == 0)
            return FALSE;
        *row = entry - 1;
        if (ex_pool.rows[*row].tag == tag && ex_pool.rows[*row].is_paged == is_paged)
            return TRUE;
    }
}

ULONG pool_row_find(ULONG tag, ULONG flags, SIZE_T bytes, ULONG64 owner)
{
    ULONG64 key = pool_tag_key(tag, flags);
    BOOLEAN is_paged = (flags & POOL_PAGED) != 0;
    ULONG plain = tag & ~PROTECTED_POOL, slot, row;

    if (flags & POOL_CHECK_TAG)
        pool_check_tag(tag, flags, bytes, owner);
    if (pool_row_lookup(plain, is_paged, key, &slot, &row))
        return row;

    ex_acquire(&ex_pool.lock);
    if (!pool_row_lookup(plain, is_paged, key, &slot, &row)) {
        row = ex_pool.row_count;
        if (row < POOL_ROWS - 1) {
            ex_pool.rows[row] = (struct pool_row){.tag = plain, .is_paged = is_paged};
            __atomic_store_n(&ex_pool.tag_index[slot], (USHORT)(row + 1), __ATOMIC_RELEASE);
            ex_pool.row_count = row + 1;
        } else {
            row = POOL_ROWS - 1;
        }
    }
    ex_release(&ex_pool.lock);
    return row;
}

ULONG pool_cache_row_slowly(struct pool_cache *cache, ULONG tag, ULONG flags, SIZE_T bytes,
                            ULONG64 owner)
{
    ULONG64 key = pool_cache_key(tag, flags);
    ULONG row = pool_row_find(tag, flags, bytes, owner);

    *pool_cache_tag_slot(cache, key) = (struct pool_tag_slot){key, row};
    return row;
}

/* Sets the cache's counters up to row; later ones stay untouched memory. */
VOID pool_cache_extend(struct pool_cache *cache, ULONG row)
{
    ULONG rows = row == POOL_ROWS - 1 ? POOL_ROWS : row + 1;

    memset(&cache->counters[cache->rows], 0, (rows - cache->rows) * sizeof(cache->counters[0]));
    __atomic_store_n(&cache->rows, rows, __ATOMIC_RELEASE);
}

/* Counts into the row's total, for a thread without a cache. */
static VOID pool_count_slowly(ULONG row, LONG64 bytes, BOOLEAN is_free)
{
    struct pool_counter *total = &ex_pool.rows[row].total;

    ex_acquire(&ex_pool.lock);
    total->allocations += !is_free;
    total->frees += is_free;
    total->bytes += bytes;
    ex_release(&ex_pool.lock);
}

ULONG pool_count(ULONG tag, ULONG flags, SIZE_T bytes, ULONG64 owner)
{
    struct pool_cache *cache = pool_cache_current();
    ULONG row;

    if (cache) {
        row = pool_cache_row(cache, tag, flags, bytes, owner);
        pool_cache_count(cache, row, bytes);
    } else {
        row = pool_row_find(tag, flags, bytes, owner);
        pool_count_slowly(row, (LONG64)bytes, FALSE);
    }
    return row;
}

VOID pool_uncount(ULONG row, SIZE_T bytes)
{
    struct pool_cache *cache = pool_cache_current();

    if (cache)
        pool_cache_uncount(cache, row, bytes);
    else
        pool_count_slowly(row, -(LONG64)bytes, TRUE);
}

static VOID pool_counter_add(struct pool_counter *total, const struct pool_counter *part)
{
    total->allocations += __atomic_load_n(&part->allocations, __ATOMIC_RELAXED);
    total->frees += __atomic_load_n(&part->frees, __ATOMIC_RELAXED);
    total->bytes += __atomic_load_n(&part->bytes, __ATOMIC_RELAXED);
}

/* ---- caches ---- */

/* Takes a cache out of the system: its counts are kept, its blocks go back. */
static VOID pool_cache_retire(struct pool_cache *cache)
{
    ex_acquire(&ex_pool.lock);
    RemoveEntryList(&cache->link);
    for (ULONG row = 0; row < cache->rows; row++)
        pool_counter_add(&ex_pool.rows[row].total, &cache->counters[row]);
    *cache->home = NULL;
    ex_release(&ex_pool.lock);

    for (ULONG bin = 0; bin < POOL_BINS; bin++) {
        struct pool_magazine *magazine = &cache->magazines[bin];
        pool_chunks_give(bin, magazine->slots, magazine->count);
    }
    mm_free_frames(((ULONG64)cache - MM_DIRECT_MAP) >> PAGE_SHIFT, POOL_CACHE_PAGES);
}

static HALAPI void pool_thread_ended(void *unused)
{
    UNREFERENCED_PARAMETER(unused);
    pool_thread_state = POOL_THREAD_ENDING;
    if (pool_thread_cache)
        pool_cache_retire(pool_thread_cache);
}

struct pool_cache *pool_cache_make(VOID)
{
    struct pool_cache *cache;
    PFN_NUMBER frame;

    if (pool_thread_state == POOL_THREAD_ENDING || ex_pool.cookie == 0)
        return NULL;
    if (pool_thread_state == POOL_THREAD_UNKNOWN) {
        if (hal_thread_at_exit(pool_thread_ended, NULL) != HAL_OK)
            return NULL;
        pool_thread_state = POOL_THREAD_KNOWN;
    }
    frame = mm_allocate_frames(POOL_CACHE_PAGES, 1, FALSE);
    if (frame == 0)
        return NULL;

    cache = mm_frame_address(frame);
    memset(cache, 0, FIELD_OFFSET(struct pool_cache, slots));
    for (ULONG bin = 0; bin < POOL_BINS; bin++) {
        cache->magazines[bin].slots = &cache->slots[bin * POOL_MAGAZINE_LARGEST];
        cache->magazines[bin].capacity = ex_pool.bins[bin].capacity;
        cache->magazines[bin].refill = 1;
    }
    cache->home = &pool_thread_cache;
    pool_thread_cache = cache;
    ex_acquire(&ex_pool.lock);
    InsertTailList(&ex_pool.caches, &cache->link);
    ex_release(&ex_pool.lock);
    return cache;
}

VOID pool_caches_stop(VOID)
{
    while (!IsListEmpty(&ex_pool.caches))
        pool_cache_retire(CONTAINING_RECORD(ex_pool.caches.Flink, struct pool_cache, link));
}

/* Each time more, up to half: most threads want few blocks of a size in all their life. */
BOOLEAN pool_cache_fill(struct pool_cache *cache, ULONG bin)
{
    struct pool_magazine *magazine = &cache->magazines[bin];
    magazine->count = pool_chunks_take(bin, magazine->slots, magazine->refill);
    magazine->refill = min(magazine->refill * 2, magazine->capacity / 2);
    return magazine->count != 0;
}

/* The older half goes, so that the next allocation gets what was freed last. */
VOID pool_cache_empty(struct pool_cache *cache, ULONG bin)
{
    struct pool_magazine *magazine = &cache->magazines[bin];
    ULONG half = magazine->count / 2;

    pool_chunks_give(bin, magazine->slots, half);
    magazine->count -= half;
    memmove(magazine->slots, magazine->slots + half, magazine->count * sizeof(magazine->slots[0]));
}

/* ---- queries ---- */

static VOID pool_row_usage(ULONG row, struct ex_tag_usage *usage)
{
    struct pool_counter sum = ex_pool.rows[row].total;
    PLIST_ENTRY at;

    for (at = ex_pool.caches.Flink; at != &ex_pool.caches; at = at->Flink) {
        struct pool_cache *cache = CONTAINING_RECORD(at, struct pool_cache, link);
        if (row < __atomic_load_n(&cache->rows, __ATOMIC_ACQUIRE))
            pool_counter_add(&sum, &cache->counters[row]);
    }
    *usage = (struct ex_tag_usage){ex_pool.rows[row].tag, ex_pool.rows[row].is_paged,
                                   sum.allocations, sum.frees, (ULONG64)sum.bytes};
}

/* Keeps rows sorted by bytes, of which used are there and at most count fit. */
static VOID pool_usage_insert(struct ex_tag_usage *rows, ULONG used, ULONG count,
                              const struct ex_tag_usage *usage)
{
    ULONG at = used;

    while (at > 0 && rows[at - 1].bytes < usage->bytes) {
        if (at < count)
            rows[at] = rows[at - 1];
        at--;
    }
    if (at < count)
        rows[at] = *usage;
}

ULONG ex_query_tags(struct ex_tag_usage *rows, ULONG count)
{
    ULONG found = 0;

    ex_acquire(&ex_pool.lock);
    for (ULONG row = 0; row < POOL_ROWS; row++) {
        struct ex_tag_usage usage;
        if (row >= ex_pool.row_count && row != POOL_ROWS - 1)
            continue;
        pool_row_usage(row, &usage);
        if (usage.allocations == 0)
            continue;
        pool_usage_insert(rows, min(found, count), count, &usage);
        found++;
    }
    ex_release(&ex_pool.lock);
    return found;
}
