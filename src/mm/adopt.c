/*
 * Adoption: making the program's pages share frames with the kernel, and
 * hearing of those that it gives up.
 */
#include "region.h"

static struct mm_adoption {
    BOOLEAN is_running;   /* guarded by mm_table.lock: hal may report losses during the stop */
    BOOLEAN is_available; /* hal can share pages at all */
} adoption;

VOID mm_publish_adopted(struct mm_region *region, ULONG index, SIZE_T count, ULONG access)
{
    mm_acquire(&mm_table.lock);
    for (SIZE_T page = 0; page < count; page++) {
        ULONG *slot = &region->entries[index + page];
        if (*slot & ENTRY_PENDING)
            __atomic_store_n(slot, (*slot & ~(ULONG)ENTRY_PENDING) | access, __ATOMIC_RELEASE);
    }
    mm_release(&mm_table.lock);
}

static int share_pages(const struct mm_space *space, ULONG64 address, SIZE_T count,
                       PFN_NUMBER first, BOOLEAN for_write)
{
    PFN_NUMBER place;
    struct hal_segment *segment = mm_segment_of(first, &place);

    if (space->program)
        return space->program->adopt(space->context, address, count, place, for_write, NULL);
    return hal_adopt(address, count, segment, place, for_write);
}

static NTSTATUS adopt_in_region(struct mm_space *space, ULONG64 address, SIZE_T count, ULONG access)
{
    struct mm_region *region = mm_make_region(space, address);
    PFN_NUMBER first = region ? mm_claim_frames(space, region, address, count) : 0;
    if (!first)
        return STATUS_INSUFFICIENT_RESOURCES;

    int error = share_pages(space, address, count, first, (access & MM_WRITE) != 0);
    if (error == HAL_OK)
        mm_publish_adopted(region, mm_index_of(address), count, access);
    for (PFN_NUMBER frame = first; frame < first + count; frame++)
        mm_release_held(&frame, 1);
    if (error != HAL_OK)
        mm_clear_range(space, address, count);
    switch (error) {
    case HAL_OK:
        mm_count(MM_PAGES_ADOPTED, count);
        return STATUS_SUCCESS;
    case HAL_EFAULT:
        return STATUS_ACCESS_VIOLATION;
    case HAL_EOPNOTSUPP:
        return STATUS_NOT_SUPPORTED;
    case HAL_ENOENT:
    case HAL_EAGAIN:
        return STATUS_RETRY;
    default:
        return STATUS_INSUFFICIENT_RESOURCES;
    }
}

/* Finds out whether an adopted page allows more than is known of it. */
static NTSTATUS verify_access(struct mm_space *space, ULONG64 address, ULONG *slot, ULONG access)
{
    BOOLEAN for_write = (access & MM_WRITE) != 0;
    int error;

    if (space->program)
        error = space->program->touch(space->context, address, for_write);
    else
        error = mm_touch(space, address, for_write);
    if (error)
        return STATUS_ACCESS_VIOLATION;
    mm_acquire(&mm_table.lock);
    if (*slot)
        __atomic_store_n(slot, *slot | access, __ATOMIC_RELEASE);
    mm_release(&mm_table.lock);
    return STATUS_SUCCESS;
}

static SIZE_T count_missing(const struct mm_space *space, ULONG64 address, SIZE_T pages)
{
    struct mm_region *region = mm_find_region(space, address);
    SIZE_T count = mm_pages_in_region(address, pages);
    if (!region)
        return count;
    const ULONG *slot = &region->entries[mm_index_of(address)];
    SIZE_T missing = 0;
    while (missing < count && !__atomic_load_n(slot + missing, __ATOMIC_ACQUIRE))
        missing++;
    return missing;
}

NTSTATUS mm_adopt(struct mm_space *space, ULONG64 address, SIZE_T pages, ULONG access)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (!space->program && !adoption.is_available)
        return STATUS_NOT_SUPPORTED;

    BOOLEAN was_in_context = mm_pause();
    mm_acquire(&space->adopting);
    while (pages && NT_SUCCESS(status)) {
        SIZE_T count = count_missing(space, address, pages);
        if (count) {
            status = adopt_in_region(space, address, count, access);
        } else {
            ULONG *slot = mm_entry_of(space, address);
            count = 1;
            if ((__atomic_load_n(slot, __ATOMIC_ACQUIRE) & access) != access)
                status = verify_access(space, address, slot, access);
        }
        address += count << PAGE_SHIFT;
        pages -= count;
    }
    mm_release(&space->adopting);
    mm_resume(was_in_context);
    return status;
}

VOID mm_forget_access(ULONG64 address, SIZE_T pages)
{
    struct mm_space *space = mm_current_space();

    if (!space)
        return;
    for (SIZE_T page = 0; page < pages; page++) {
        ULONG *slot = mm_entry_of(space, address + (page << PAGE_SHIFT));
        if (!slot)
            continue;
        mm_acquire(&mm_table.lock);
        __atomic_store_n(slot, *slot & ~(ULONG)(MM_READ | MM_WRITE), __ATOMIC_RELEASE);
        mm_release(&mm_table.lock);
    }
    mm_close_windows(space, address, pages);
}

/* ---- Views ------------------------------------------------------------- */

NTSTATUS mm_publish_view(ULONG64 address, const PFN_NUMBER *list, SIZE_T pages, ULONG access)
{
    struct mm_space *space = mm_own_space();
    NTSTATUS status = STATUS_SUCCESS;

    mm_acquire(&space->adopting);
    for (SIZE_T page = 0; page < pages; page++) {
        ULONG64 at = address + (page << PAGE_SHIFT);
        struct mm_region *region = mm_make_region(space, at);
        if (!region) {
            status = STATUS_INSUFFICIENT_RESOURCES;
            mm_clear_range(space, address, page);
            break;
        }
        /* The MDL or the pool keeps the frame alive while this counts it up. */
        __atomic_fetch_add(&mm_frame(list[page])->references, 1, __ATOMIC_SEQ_CST);
        mm_acquire(&mm_table.lock);
        __atomic_store_n(&region->entries[mm_index_of(at)],
                         (ULONG)(list[page] << ENTRY_FRAME_SHIFT) | access, __ATOMIC_RELEASE);
        mm_release(&mm_table.lock);
    }
    mm_release(&space->adopting);
    return status;
}

VOID mm_withdraw_view(ULONG64 address, SIZE_T pages)
{
    mm_clear_range(mm_own_space(), address, pages);
}

/* ---- Start and stop ---------------------------------------------------- */

/* hal's report, on hal's thread: the program gave these addresses up. */
static VOID on_lost(hal_u64 address, hal_u64 pages)
{
    mm_acquire(&mm_table.lock);
    BOOLEAN is_running = adoption.is_running;
    mm_release(&mm_table.lock);
    if (is_running)
        mm_clear_range(mm_own_space(), address, pages);
}

VOID mm_adoption_start(VOID)
{
    mm_table_start();
    adoption = (struct mm_adoption){
        .is_running = TRUE,
        .is_available = hal_adopt_available(&(const char *){NULL}) != 0,
    };
    hal_adopt_on_lost(on_lost);
}

VOID mm_adoption_stop(VOID)
{
    hal_adopt_on_lost(NULL);
    mm_acquire(&mm_table.lock);
    adoption.is_running = FALSE;
    mm_release(&mm_table.lock);
}
