/*
 * Special pool's pages: each run has an unmapped page on both sides, and its
 * addresses stay unmapped after the free until all others have been used.
 */
#include "mm_private.h"

static struct mm_addresses special;

VOID mm_special_start(VOID)
{
    special = (struct mm_addresses){
        .base = MM_SPECIAL_BASE,
        .bitmap = mm_table_at(MM_SPECIAL_BITMAP_FRAME),
        .pages = MM_SPECIAL_PAGES,
        .round = MM_SPECIAL_PAGES,
        .cursor = 1,
    };
}

PVOID mm_special_allocate(SIZE_T pages)
{
    ULONG64 address = mm_addresses_reserve(&special, pages);
    if (!address)
        return NULL;
    PFN_NUMBER first = mm_allocate_frames(pages, 1, FALSE);
    if (!first)
        goto no_frames;
    if (!NT_SUCCESS(mm_map_run(address, first, pages, HAL_READ | HAL_WRITE)))
        goto no_map;
    return (PVOID)address;

no_map:
    mm_free_frames(first, pages);
no_frames:
    mm_addresses_release(&special, address, pages);
    return NULL;
}

VOID mm_special_free(PVOID address, SIZE_T pages)
{
    PFN_NUMBER first = mm_frame_of_pte((ULONG64)address);
    mm_unmap_frames((ULONG64)address, pages);
    mm_free_frames(first, pages);
    mm_addresses_release(&special, (ULONG64)address, pages);
}
