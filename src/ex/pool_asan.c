/*
 * Pool under AddressSanitizer: freed and slack bytes are poisoned, so that a
 * driver built with it gets an exact report, and freed blocks are not used
 * again for a while. Whether it is there is known when the process runs.
 */
#include "pool.h"

/* How many freed blocks are held back. */
#define POOL_QUARANTINE 4096u
#define POOL_QUARANTINE_PAGES BYTES_TO_PAGES(POOL_QUARANTINE * sizeof(struct pool_slot))

extern void __asan_poison_memory_region(void const volatile *, SIZE_T) __attribute__((weak));
extern void __asan_unpoison_memory_region(void const volatile *, SIZE_T) __attribute__((weak));

VOID pool_asan_start(VOID)
{
    PFN_NUMBER frame;

    if (__asan_poison_memory_region == NULL || __asan_unpoison_memory_region == NULL)
        return;
    ex_pool.guard = POOL_REDZONE_BYTES;
    ex_pool.mode |= POOL_MODE_SANITIZE;
    frame = mm_allocate_frames(POOL_QUARANTINE_PAGES, 1, TRUE);
    ex_pool.quarantine = frame ? mm_frame_address(frame) : NULL;
    ex_pool.quarantine_next = 0;
}

/* The blocks held back go with their chunks. */
VOID pool_asan_stop(VOID)
{
    if (ex_pool.quarantine)
        mm_free_frames(((ULONG64)ex_pool.quarantine - MM_DIRECT_MAP) >> PAGE_SHIFT,
                       POOL_QUARANTINE_PAGES);
    ex_pool.quarantine = NULL;
}

VOID pool_asan_poison(PVOID address, SIZE_T bytes)
{
    if (ex_pool.mode & POOL_MODE_SANITIZE)
        __asan_poison_memory_region(address, bytes);
}

VOID pool_asan_unpoison(PVOID address, SIZE_T bytes)
{
    if (ex_pool.mode & POOL_MODE_SANITIZE)
        __asan_unpoison_memory_region(address, bytes);
}

VOID pool_asan_quarantine(struct pool_slot slot)
{
    struct pool_chunk *chunk = pool_chunk_of(slot.block);
    ULONG64 what = __atomic_load_n(&slot.meta->what, __ATOMIC_RELAXED);
    struct pool_slot oldest = slot;

    pool_asan_poison(slot.block, chunk->block_size);
    if (ex_pool.quarantine) {
        __atomic_store_n(&slot.meta->what, pool_with_state(what, POOL_QUARANTINED),
                         __ATOMIC_RELAXED);
        ex_acquire(&ex_pool.quarantine_lock);
        oldest = ex_pool.quarantine[ex_pool.quarantine_next];
        ex_pool.quarantine[ex_pool.quarantine_next] = slot;
        ex_pool.quarantine_next = (ex_pool.quarantine_next + 1) % POOL_QUARANTINE;
        ex_release(&ex_pool.quarantine_lock);
    }
    if (oldest.block)
        pool_chunks_give(pool_chunk_of(oldest.block)->bin, &oldest, 1);
}
