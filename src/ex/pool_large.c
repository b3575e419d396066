/*
 * Pool blocks with page frames of their own. They begin where a chunk could, so
 * that the map that tells chunks also tells them.
 */
#include "pool.h"

static ULONG64 pool_large_chunks(const struct pool_large *large)
{
    return (large->pages + POOL_CHUNK_PAGES - 1) / POOL_CHUNK_PAGES;
}

/* Bytes of the slack after the block that hold its canary. */
static SIZE_T pool_large_slack(const struct pool_large *large)
{
    SIZE_T slack = large->pages * PAGE_SIZE - large->asked.bytes;
    return min(slack, POOL_CANARY_BYTES);
}

PVOID pool_large_allocate(const struct pool_request *request)
{
    SIZE_T bytes = request->bytes;
    SIZE_T guard = ex_pool.mode & POOL_MODE_SANITIZE ? POOL_REDZONE_BYTES : 0;
    struct pool_large *large;
    PFN_NUMBER frame, pages;
    ULONG64 canary;

    if (bytes >= POOL_CHUNKS * POOL_CHUNK_BYTES)
        return NULL;
    large = hal_allocate(sizeof(*large));
    if (large == NULL)
        return NULL;
    pages = (bytes + guard + PAGE_SIZE - 1) >> PAGE_SHIFT;
    frame = mm_allocate_frames(pages, POOL_CHUNK_PAGES, (request->flags & POOL_ZERO) != 0);
    if (frame == 0) {
        hal_free(large);
        return NULL;
    }
    *large = (struct pool_large){mm_frame_address(frame), pages, *request, 0};
    large->row = pool_count(request->tag, request->flags, bytes, request->owner);
    canary = pool_canary(large->address);
    pool_guard_write(large->address + bytes, &canary, pool_large_slack(large));
    pool_asan_poison(large->address + bytes, pages * PAGE_SIZE - bytes);

    pool_lock(&ex_pool.map_lock);
    pool_map_set(large->address, pool_large_chunks(large), (ULONG64)large);
    pool_unlock(&ex_pool.map_lock);
    return large->address;
}

static VOID pool_large_check(const struct pool_large *large, PVOID address, ULONG tag)
{
    const struct pool_request *asked = &large->asked;
    KIRQL irql = pool_irql();
    ULONG64 canary = pool_canary(large->address), found = canary;

    if (address != large->address)
        pool_bad_free(address);
    if (irql > pool_irql_limit(asked->flags))
        pool_bad_irql(0x09, irql, asked->flags, (ULONG_PTR)address);
    if (!pool_tag_matches(asked->tag, tag))
        pool_bad_tag(address, asked->tag, tag, asked->owner);
    pool_guard_read(&found, large->address + asked->bytes, pool_large_slack(large));
    if (found != canary)
        pool_overrun(large->address, asked->bytes, found, asked->tag, asked->owner);
}

/* The record of address's block, copied: another thread that frees it too could take it away. */
static struct pool_large *pool_large_read(PVOID address, struct pool_large *copy)
{
    ULONG64 entry;

    pool_lock(&ex_pool.map_lock);
    entry = pool_map_entry(address);
    if (entry >= POOL_MAP_LARGE)
        *copy = *(struct pool_large *)entry;
    pool_unlock(&ex_pool.map_lock);
    return entry >= POOL_MAP_LARGE ? (struct pool_large *)entry : NULL;
}

/* Takes the block out of the map; FALSE if another thread was faster. */
static BOOLEAN pool_large_remove(struct pool_large *large, const struct pool_large *copy)
{
    BOOLEAN is_there;

    pool_lock(&ex_pool.map_lock);
    is_there = pool_map_entry(copy->address) == (ULONG64)large;
    if (is_there)
        pool_map_set(copy->address, pool_large_chunks(copy), POOL_MAP_FREED);
    pool_unlock(&ex_pool.map_lock);
    return is_there;
}

VOID pool_large_free(PVOID address, ULONG tag)
{
    struct pool_large copy, *large = pool_large_read(address, &copy);

    if (large == NULL)
        pool_bad_free(address);
    pool_large_check(&copy, address, tag);
    if (!pool_large_remove(large, &copy))
        pool_bad_free(address);

    if (copy.asked.process)
        pool_quota_return(copy.asked.process, copy.asked.bytes);
    pool_uncount(copy.row, copy.asked.bytes);
    pool_asan_unpoison(copy.address, copy.pages * PAGE_SIZE);
    mm_free_frames(((ULONG64)copy.address - MM_DIRECT_MAP) >> PAGE_SHIFT, copy.pages);
    hal_free(large);
}

/* Every large block goes, whether or not it has been freed. */
VOID pool_large_stop(VOID)
{
    for (ULONG64 i = 0; i < ex_pool.map_used; i++) {
        struct pool_large *large = (struct pool_large *)ex_pool.map[i];
        if ((ULONG64)large < POOL_MAP_LARGE)
            continue;
        pool_asan_unpoison(large->address, large->pages * PAGE_SIZE);
        mm_free_frames(((ULONG64)large->address - MM_DIRECT_MAP) >> PAGE_SHIFT, large->pages);
        pool_map_set(large->address, pool_large_chunks(large), POOL_MAP_NONE);
        hal_free(large);
    }
}
