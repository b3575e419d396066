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

static VOID pool_frames_free(PUCHAR address, PFN_NUMBER pages)
{
    if (pages == 0)
        return;
    pool_asan_unpoison(address, pages * PAGE_SIZE);
    mm_free_frames(((ULONG64)address - MM_DIRECT_MAP) >> PAGE_SHIFT, pages);
}

/* ---- spares: frames that have their memory already spare Linux a fault each ---- */

/* Takes a spare that wastes at most a quarter; pages is 0 if there is none. */
static struct pool_spare pool_spare_take(PFN_NUMBER pages)
{
    struct pool_spare found = {NULL, 0};

    /* AddressSanitizer wants freed blocks to stay away as long as possible. */
    if (ex_pool.mode & POOL_MODE_SANITIZE)
        return found;
    ex_acquire(&ex_pool.spare_lock);
    for (ULONG i = 0; i < POOL_SPARES && found.pages == 0; i++) {
        struct pool_spare *spare = &ex_pool.spares[i];
        if (spare->pages < pages || spare->pages > pages + pages / 4)
            continue;
        found = *spare;
        ex_pool.spare_pages -= spare->pages;
        spare->pages = 0;
    }
    ex_release(&ex_pool.spare_lock);
    return found;
}

/* Gives the oldest spare back: it is in the slot used next, or after it. */
static VOID pool_spare_drop(VOID)
{
    struct pool_spare old;

    ex_acquire(&ex_pool.spare_lock);
    old = ex_pool.spares[ex_pool.spare_next];
    ex_pool.spares[ex_pool.spare_next].pages = 0;
    ex_pool.spare_pages -= old.pages;
    if (old.pages == 0)
        ex_pool.spare_next = (ex_pool.spare_next + 1) % POOL_SPARES;
    ex_release(&ex_pool.spare_lock);
    pool_frames_free(old.address, old.pages);
}

static VOID pool_spare_put(PUCHAR address, PFN_NUMBER pages)
{
    struct pool_spare *slot;
    BOOLEAN is_kept = FALSE;

    if (pages > POOL_SPARE_PAGES) {
        pool_frames_free(address, pages);
        return;
    }
    pool_asan_poison(address, pages * PAGE_SIZE);
    while (!is_kept) {
        ex_acquire(&ex_pool.spare_lock);
        slot = &ex_pool.spares[ex_pool.spare_next];
        is_kept = slot->pages == 0 && ex_pool.spare_pages + pages <= POOL_SPARE_PAGES;
        if (is_kept) {
            *slot = (struct pool_spare){address, pages};
            ex_pool.spare_next = (ex_pool.spare_next + 1) % POOL_SPARES;
            ex_pool.spare_pages += pages;
        }
        ex_release(&ex_pool.spare_lock);
        if (!is_kept)
            pool_spare_drop();
    }
}

/* ---- blocks ---- */

/* Frames for a block; *pages may become more. NULL if there are none. */
static PUCHAR pool_large_frames(const struct pool_request *request, PFN_NUMBER *pages)
{
    struct pool_spare spare = pool_spare_take(*pages);
    PFN_NUMBER frame;

    if (spare.pages == 0) {
        frame = mm_allocate_frames(*pages, POOL_CHUNK_PAGES, (request->flags & POOL_ZERO) != 0);
        return frame ? mm_frame_address(frame) : NULL;
    }
    *pages = spare.pages;
    if (request->flags & POOL_ZERO)
        memset(spare.address, 0, request->bytes);
    return spare.address;
}

PVOID pool_large_allocate(const struct pool_request *request)
{
    SIZE_T bytes = request->bytes;
    SIZE_T guard = ex_pool.mode & POOL_MODE_SANITIZE ? POOL_REDZONE_BYTES : 0;
    struct pool_large *large;
    PFN_NUMBER pages;
    PUCHAR address;
    ULONG64 canary;

    if (bytes >= POOL_CHUNKS * POOL_CHUNK_BYTES)
        return NULL;
    large = hal_allocate(sizeof(*large));
    if (large == NULL)
        return NULL;
    pages = (bytes + guard + PAGE_SIZE - 1) >> PAGE_SHIFT;
    address = pool_large_frames(request, &pages);
    if (address == NULL) {
        hal_free(large);
        return NULL;
    }
    *large = (struct pool_large){address, pages, *request, 0};
    large->row = pool_count(request->tag, request->flags, bytes, request->owner);
    canary = pool_canary(large->address);
    pool_guard_write(large->address + bytes, &canary, pool_large_slack(large));
    pool_asan_poison(large->address + bytes, pages * PAGE_SIZE - bytes);

    ex_acquire(&ex_pool.map_lock);
    pool_map_set(large->address, pool_large_chunks(large), (ULONG64)large);
    ex_release(&ex_pool.map_lock);
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

    ex_acquire(&ex_pool.map_lock);
    entry = pool_map_entry(address);
    if (entry >= POOL_MAP_LARGE)
        *copy = *(struct pool_large *)entry;
    ex_release(&ex_pool.map_lock);
    return entry >= POOL_MAP_LARGE ? (struct pool_large *)entry : NULL;
}

/* Takes the block out of the map; FALSE if another thread was faster. */
static BOOLEAN pool_large_remove(struct pool_large *large, const struct pool_large *copy)
{
    BOOLEAN is_there;

    ex_acquire(&ex_pool.map_lock);
    is_there = pool_map_entry(copy->address) == (ULONG64)large;
    if (is_there)
        pool_map_set(copy->address, pool_large_chunks(copy), POOL_MAP_FREED);
    ex_release(&ex_pool.map_lock);
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
    pool_spare_put(copy.address, copy.pages);
    hal_free(large);
}

/* Every large block goes, whether or not it has been freed. */
VOID pool_large_stop(VOID)
{
    for (ULONG64 i = 0; i < ex_pool.map_used; i++) {
        struct pool_large *large = (struct pool_large *)ex_pool.map[i];
        if ((ULONG64)large < POOL_MAP_LARGE)
            continue;
        pool_frames_free(large->address, large->pages);
        pool_map_set(large->address, pool_large_chunks(large), POOL_MAP_NONE);
        hal_free(large);
    }
    while (ex_pool.spare_pages != 0)
        pool_spare_drop();
}
