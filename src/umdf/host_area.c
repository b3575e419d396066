/*
 * The host's part of the data area: room for what does not fit into a call.
 */
#include "host.h"

#define KEPT_PAGES 1024u /* that keep their memory */

static struct {
    struct mm_lock lock; /* guards pages */
    RTL_BITMAP pages;
    ULONG bits[UMDF_HOST_PAGES / 32];
} area;

VOID host_area_start(VOID)
{
    RtlInitializeBitMap(&area.pages, area.bits, UMDF_HOST_PAGES);
}

hal_u64 host_area_take(ULONG pages)
{
    ULONG first;

    mm_acquire(&area.lock);
    first = RtlFindClearBitsAndSet(&area.pages, pages, 0);
    mm_release(&area.lock);
    return first == MAXULONG ? 0 : (hal_u64)(UMDF_DATA_PAGES + first) << PAGE_SHIFT;
}

VOID host_area_give(hal_u64 place, ULONG pages)
{
    ULONG first = (ULONG)(place >> PAGE_SHIFT) - UMDF_DATA_PAGES;

    if (first + pages > KEPT_PAGES)
        hal_segment_discard(host.data_pages, UMDF_DATA_PAGES + first, pages);
    mm_acquire(&area.lock);
    RtlClearBits(&area.pages, first, pages);
    mm_release(&area.lock);
}
