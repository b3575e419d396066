/*
 * Views: the frames of an MDL mapped a second time at addresses of the program
 * (MmMapLockedPagesSpecifyCache in UserMode).
 *
 * A view's pages are in the adoption table, so a request whose buffer is a view
 * locks the same frames.
 */
#include "mm_private.h"
#include "../rtl/rtl.h"

struct view {
    struct view *next;
    ULONG64 address;
    SIZE_T pages;
};

static struct mm_views {
    struct mm_lock lock; /* guards list */
    struct view *list;
} views;

static NTSTATUS reserve_view(struct view *view, ULONG64 wanted)
{
    hal_u64 address = wanted & ~(PAGE_SIZE - 1ull);
    if (wanted && !mm_is_user_range(address, view->pages << PAGE_SHIFT))
        return STATUS_INVALID_ADDRESS;
    int error = hal_reserve(&address, view->pages);
    if (error)
        return wanted ? STATUS_CONFLICTING_ADDRESSES : rtl_status_from_hal(error);
    view->address = address;
    return STATUS_SUCCESS;
}

static NTSTATUS map_view(struct view *view, PMDL mdl, ULONG64 wanted, ULONG priority)
{
    int protection = priority & MdlMappingNoWrite ? HAL_READ : HAL_READ | HAL_WRITE;
    ULONG access = priority & MdlMappingNoWrite ? MM_READ : MM_READ | MM_WRITE;
    const PFN_NUMBER *list = MmGetMdlPfnArray(mdl);

    NTSTATUS status = reserve_view(view, wanted);
    if (!NT_SUCCESS(status))
        return status;
    status = mm_map_frames(view->address, list, view->pages, protection);
    if (NT_SUCCESS(status))
        status = mm_publish_view(view->address, list, view->pages, access);
    if (!NT_SUCCESS(status))
        hal_release(view->address, view->pages);
    return status;
}

static VOID check_frames(PMDL mdl, SIZE_T pages)
{
    for (SIZE_T page = 0; page < pages; page++) {
        if (!mm_is_frame(MmGetMdlPfnArray(mdl)[page]))
            ExRaiseStatus(STATUS_INVALID_ADDRESS);
    }
}

PVOID mm_map_view(PMDL mdl, ULONG64 wanted, ULONG priority)
{
    SIZE_T pages = mm_mdl_pages(mdl);
    if (!pages)
        ExRaiseStatus(STATUS_INVALID_PARAMETER);
    /* A program in another process gets no pages but its own. */
    if (mm_is_apart())
        ExRaiseStatus(STATUS_NOT_SUPPORTED);
    check_frames(mdl, pages);
    struct view *view = hal_allocate(sizeof(*view));
    if (!view)
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    *view = (struct view){.pages = pages};
    NTSTATUS status = map_view(view, mdl, wanted, priority);
    if (!NT_SUCCESS(status)) {
        hal_free(view);
        ExRaiseStatus(status);
    }
    PVOID address = (PVOID)(view->address + mdl->ByteOffset);
    mm_acquire(&views.lock);
    view->next = views.list;
    views.list = view;
    mm_release(&views.lock);
    return address;
}

static struct view *take_view(ULONG64 address)
{
    mm_acquire(&views.lock);
    struct view **link = &views.list;
    while (*link && (*link)->address != (address & ~(PAGE_SIZE - 1ull)))
        link = &(*link)->next;
    struct view *view = *link;
    if (view)
        *link = view->next;
    mm_release(&views.lock);
    return view;
}

BOOLEAN mm_unmap_view(ULONG64 address)
{
    struct view *view = take_view(address);
    if (!view)
        return FALSE;
    mm_withdraw_view(view->address, view->pages);
    hal_release(view->address, view->pages);
    hal_free(view);
    return TRUE;
}

VOID mm_views_stop(VOID)
{
    while (views.list)
        mm_unmap_view(views.list->address);
}
