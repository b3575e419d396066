/*
 * Chunks of pool blocks and the bins that they belong to.
 */
#include "pool.h"

/* The largest multiples of 16 of which a page holds 128, 85, 64, ... 2, 1. */
static const USHORT pool_sizes[] = {32,  48,  64,  80,  96,   112,  128,  144, 160,
                                    192, 224, 256, 272, 304,  336,  368,  400, 448,
                                    512, 576, 672, 816, 1024, 1360, 2048, 4096};
C_ASSERT(RTL_NUMBER_OF(pool_sizes) == POOL_SMALL_BINS);

/* A thread keeps about this much of each size, and a few blocks at least. */
#define POOL_MAGAZINE_BYTES 8192u
#define POOL_MAGAZINE_LEAST 4u

static ULONG pool_bin_size(ULONG bin)
{
    return bin < POOL_SMALL_BINS ? pool_sizes[bin] : (bin - POOL_SMALL_BINS + 2) * PAGE_SIZE;
}

VOID pool_chunks_start(VOID)
{
    ULONG bin = 0;

    for (ULONG unit = 0; unit < RTL_NUMBER_OF(ex_pool.bin_of); unit++) {
        while (pool_sizes[bin] < unit * 16)
            bin++;
        ex_pool.bin_of[unit] = (UCHAR)bin;
    }
    for (bin = 0; bin < POOL_BINS; bin++) {
        struct pool_bin *it = &ex_pool.bins[bin];
        ULONG fitting = POOL_MAGAZINE_BYTES / pool_bin_size(bin);
        InitializeListHead(&it->partial);
        it->empty = 0;
        it->block_size = pool_bin_size(bin);
        it->capacity = max(POOL_MAGAZINE_LEAST, min(POOL_MAGAZINE_LARGEST, fitting));
    }
}

VOID pool_map_set(PVOID address, ULONG64 count, ULONG64 entry)
{
    ULONG64 first = ((ULONG64)address - MM_DIRECT_MAP) / POOL_CHUNK_BYTES;

    for (ULONG64 i = first; i < first + count; i++)
        __atomic_store_n(&ex_pool.map[i], entry, __ATOMIC_RELEASE);
    if (ex_pool.map_used < first + count)
        ex_pool.map_used = first + count;
}

/* How many blocks fit beside their own records. */
static ULONG pool_chunk_capacity(ULONG size, ULONG *meta_pages)
{
    ULONG count, bytes;

    *meta_pages = 0;
    do {
        ULONG pages = POOL_CHUNK_PAGES - ++*meta_pages;
        count = size <= PAGE_SIZE ? pages * (PAGE_SIZE / size) : pages * PAGE_SIZE / size;
        bytes = sizeof(struct pool_chunk) + count * sizeof(struct pool_meta);
    } while (bytes > *meta_pages * PAGE_SIZE);
    return count;
}

static struct pool_chunk *pool_chunk_create(ULONG bin)
{
    PFN_NUMBER frame = mm_allocate_frames(POOL_CHUNK_PAGES, POOL_CHUNK_PAGES, FALSE);
    struct pool_chunk *chunk;
    ULONG size = pool_bin_size(bin), meta_pages;

    if (frame == 0)
        return NULL;
    chunk = mm_frame_address(frame);
    chunk->key = (ULONG64)chunk ^ ex_pool.cookie;
    chunk->bin = bin;
    chunk->block_size = size;
    chunk->reciprocal = (ULONG)(0x100000000ull / size + 1);
    chunk->mask = size <= PAGE_SIZE ? PAGE_SIZE - 1 : POOL_CHUNK_BYTES - 1;
    chunk->per_page = size <= PAGE_SIZE ? PAGE_SIZE / size : 0;
    chunk->count = pool_chunk_capacity(size, &meta_pages);
    chunk->data = (PUCHAR)chunk + meta_pages * PAGE_SIZE;
    __atomic_store_n(&chunk->fresh, 0, __ATOMIC_RELAXED);
    chunk->first_free = POOL_NO_BLOCK;
    chunk->free_count = chunk->count;
    pool_asan_poison(chunk->data, (PUCHAR)chunk + POOL_CHUNK_BYTES - chunk->data);

    ex_acquire(&ex_pool.map_lock);
    pool_map_set(chunk, 1, POOL_MAP_CHUNK);
    ex_release(&ex_pool.map_lock);
    return chunk;
}

/* The chunk has no block out and is in no list. */
static VOID pool_chunk_destroy(struct pool_chunk *chunk, ULONG64 entry)
{
    ex_acquire(&ex_pool.map_lock);
    pool_map_set(chunk, 1, entry);
    chunk->key = 0;
    ex_release(&ex_pool.map_lock);
    pool_asan_unpoison(chunk, POOL_CHUNK_BYTES);
    mm_free_frames(((ULONG64)chunk - MM_DIRECT_MAP) >> PAGE_SHIFT, POOL_CHUNK_PAGES);
}

/* One block of a chunk that has some. The bin's lock is held. */
static struct pool_slot pool_chunk_pop(struct pool_chunk *chunk)
{
    ULONG index = chunk->first_free;
    struct pool_meta *meta;
    ULONG64 what = 0;

    if (index == POOL_NO_BLOCK) {
        index = chunk->fresh;
        meta = &chunk->meta[index];
    } else {
        meta = &chunk->meta[index];
        chunk->first_free = (ULONG)__atomic_load_n(&meta->owner, __ATOMIC_RELAXED);
        what = __atomic_load_n(&meta->what, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&meta->what, pool_with_state(what, POOL_CACHED), __ATOMIC_RELAXED);
    if (index == chunk->fresh)
        __atomic_store_n(&chunk->fresh, index + 1, __ATOMIC_RELEASE);
    chunk->free_count--;
    return (struct pool_slot){pool_chunk_block(chunk, index), meta};
}

ULONG pool_chunks_take(ULONG bin, struct pool_slot *slots, ULONG count)
{
    struct pool_bin *it = &ex_pool.bins[bin];
    ULONG taken = 0;

    ex_acquire(&it->lock);
    while (taken < count) {
        struct pool_chunk *chunk;
        if (!IsListEmpty(&it->partial)) {
            chunk = CONTAINING_RECORD(it->partial.Flink, struct pool_chunk, link);
        } else {
            /* A few blocks are enough; another chunk only if there is none. */
            chunk = taken == 0 ? pool_chunk_create(bin) : NULL;
            if (chunk == NULL)
                break;
            InsertHeadList(&it->partial, &chunk->link);
            it->empty++;
        }
        it->empty -= chunk->free_count == chunk->count;
        while (taken < count && chunk->free_count > 0)
            slots[taken++] = pool_chunk_pop(chunk);
        if (chunk->free_count == 0)
            RemoveEntryList(&chunk->link);
    }
    ex_release(&it->lock);
    return taken;
}

/* Puts a block back; returns its chunk if that is to go: all free, and not the only such one. */
static struct pool_chunk *pool_chunk_push(struct pool_bin *it, struct pool_slot slot)
{
    struct pool_chunk *chunk = pool_chunk_of(slot.block);
    ULONG64 what = __atomic_load_n(&slot.meta->what, __ATOMIC_RELAXED);

    __atomic_store_n(&slot.meta->what, pool_with_state(what, POOL_FREE), __ATOMIC_RELAXED);
    __atomic_store_n(&slot.meta->owner, chunk->first_free, __ATOMIC_RELAXED);
    chunk->first_free = (ULONG)(slot.meta - chunk->meta);
    if (chunk->free_count++ == 0)
        InsertHeadList(&it->partial, &chunk->link);
    if (chunk->free_count < chunk->count)
        return NULL;
    RemoveEntryList(&chunk->link);
    if (it->empty != 0)
        return chunk;
    it->empty++;
    InsertTailList(&it->partial, &chunk->link);
    return NULL;
}

VOID pool_chunks_give(ULONG bin, const struct pool_slot *slots, ULONG count)
{
    struct pool_bin *it = &ex_pool.bins[bin];

    ex_acquire(&it->lock);
    for (ULONG i = 0; i < count; i++) {
        struct pool_chunk *gone = pool_chunk_push(it, slots[i]);
        if (gone)
            pool_chunk_destroy(gone, POOL_MAP_FREED);
    }
    ex_release(&it->lock);
}

/* Every chunk goes, whether or not its blocks have been freed. */
VOID pool_chunks_stop(VOID)
{
    for (ULONG64 i = 0; i < ex_pool.map_used; i++)
        if (ex_pool.map[i] == POOL_MAP_CHUNK)
            pool_chunk_destroy((PVOID)(MM_DIRECT_MAP + i * POOL_CHUNK_BYTES), POOL_MAP_NONE);
}
