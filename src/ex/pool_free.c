/*
 * The pools: giving blocks back. A pointer is proved before its memory is touched.
 */
#include "pool.h"

static VOID pool_check_canary(PUCHAR block, ULONG block_size, ULONG64 what, ULONG64 owner)
{
    SIZE_T bytes = pool_bytes_of(owner);
    ULONG64 canary = pool_canary(block), found = canary;

    pool_guard_read(&found, block + bytes, pool_slack(block_size, bytes, pool_flags_of(what)));
    if (found != canary)
        pool_overrun(block, bytes, found, (ULONG)what, owner);
}

/* Gives the charge back to the process that the block's tail names. */
static VOID pool_uncharge(PUCHAR block, ULONG block_size, ULONG64 what, ULONG64 owner)
{
    ULONG64 proof;
    PKPROCESS process;

    pool_guard_read(&proof, block + block_size - sizeof(proof), sizeof(proof));
    process = (PKPROCESS)(proof & 0xFFFFFFFFFFFFull);
    if (proof != pool_quota_proof(block, process))
        KeBugCheckEx(BAD_POOL_CALLER, 0x0D, (ULONG_PTR)block, (ULONG)what, (ULONG_PTR)process);
    pool_quota_return(process, pool_bytes_of(owner));
}

/* The block goes to the magazine of its bin. */
static inline VOID pool_push(struct pool_cache *cache, ULONG bin, struct pool_slot slot,
                             ULONG64 what)
{
    struct pool_magazine *magazine = &cache->magazines[bin];

    __atomic_store_n(&slot.meta->what, pool_with_state(what, POOL_CACHED), __ATOMIC_RELAXED);
    if (__builtin_expect(magazine->count == magazine->capacity, 0))
        pool_cache_empty(cache, bin);
    magazine->slots[magazine->count++] = slot;
}

/* Frees a proved block that has something out of the ordinary. */
static __attribute__((noinline)) VOID
pool_chunk_free(struct pool_chunk *chunk, struct pool_slot slot, ULONG64 what, ULONG64 owner)
{
    struct pool_cache *cache = pool_cache_current();

    pool_check_canary(slot.block, chunk->block_size, what, owner);
    if (pool_flags_of(what) & POOL_QUOTA)
        pool_uncharge(slot.block, chunk->block_size, what, owner);
    pool_uncount(pool_row_of(what), pool_bytes_of(owner));
    if (ex_pool.mode & POOL_MODE_SANITIZE)
        pool_asan_quarantine(slot);
    else if (cache)
        pool_push(cache, chunk->bin, slot, what);
    else
        pool_chunks_give(chunk->bin, &slot, 1);
}

static __attribute__((noinline)) VOID pool_free_slowly(PVOID address, ULONG tag, ULONG64 entry)
{
    if (entry >= POOL_MAP_LARGE)
        pool_large_free(address, tag);
    else if ((ULONG64)address - MM_SPECIAL_BASE < MM_SPECIAL_PAGES * PAGE_SIZE)
        pool_special_free(address, tag);
    else
        pool_bad_free(address);
}

/* The record at a chunk's block, and its *word, if the caller may free it; bug checks if not. */
static inline struct pool_meta *pool_prove(struct pool_chunk *chunk, PVOID address, ULONG tag,
                                           ULONG64 *word)
{
    struct pool_meta *meta = pool_chunk_meta(chunk, address);
    KIRQL irql = pool_irql();
    ULONG64 what;

    if (__builtin_expect(meta == NULL || chunk->key != ((ULONG64)chunk ^ ex_pool.cookie), 0))
        pool_bad_free(address);
    what = __atomic_load_n(&meta->what, __ATOMIC_RELAXED);
    *word = what;
    if (__builtin_expect(pool_state_of(what) != POOL_ALLOCATED, 0))
        pool_bad_free(address);
    if (__builtin_expect(irql > pool_irql_limit(pool_flags_of(what)), 0))
        pool_bad_irql(0x09, irql, pool_flags_of(what), (ULONG_PTR)address);
    if (__builtin_expect(!pool_tag_matches((ULONG)what, tag), 0))
        pool_bad_tag(address, (ULONG)what, tag, meta->owner);
    return meta;
}

static inline __attribute__((always_inline)) VOID pool_free(PVOID address, ULONG tag)
{
    struct pool_cache *cache = pool_thread_cache;
    struct pool_chunk *chunk = pool_chunk_of(address);
    ULONG64 entry = pool_map_entry(address), what, owner;
    struct pool_slot slot = {address, NULL};

    if (__builtin_expect(entry != POOL_MAP_CHUNK, 0)) {
        pool_free_slowly(address, tag, entry);
        return;
    }
    slot.meta = pool_prove(chunk, address, tag, &what);
    owner = __atomic_load_n(&slot.meta->owner, __ATOMIC_RELAXED);
    if (__builtin_expect(cache == NULL || __atomic_load_n(&ex_pool.mode, __ATOMIC_RELAXED) != 0 ||
                             pool_bytes_of(owner) > POOL_FAST_LARGEST ||
                             (pool_flags_of(what) & POOL_QUOTA) ||
                             ((struct pool_word *)(slot.block + pool_bytes_of(owner)))->value !=
                                 pool_canary(slot.block),
                         0)) {
        pool_chunk_free(chunk, slot, what, owner);
        return;
    }
    pool_cache_uncount(cache, pool_row_of(what), pool_bytes_of(owner));
    pool_push(cache, chunk->bin, slot, what);
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    pool_free(P, Tag);
}

VOID NTAPI ExFreePool(PVOID P)
{
    pool_free(P, 0);
}

/* Parameters are for secure pool, of which there is none: a block that needs them is none of ours.
 */
VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                       ULONG ExtendedParametersCount)
{
    for (ULONG i = 0; i < ExtendedParametersCount; i++)
        if (!ExtendedParameters[i].Optional)
            KeBugCheckEx(BAD_POOL_CALLER, 0x99, (ULONG_PTR)P, 0, 0);
    pool_free(P, Tag);
}
