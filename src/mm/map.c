/*
 * System addresses of MDLs.
 *
 * Frames that follow each other have one already, in the direct map. Others, and
 * mappings with another protection than reading and writing, get a window.
 */
#include "mm_private.h"
#include "../ke/ke.h"

#define MAPPABLE (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL | MDL_IO_SPACE)

static PFN_NUMBER *frames_of(PMDL mdl)
{
    return MmGetMdlPfnArray(mdl);
}

static BOOLEAN do_frames_follow(const PFN_NUMBER *list, SIZE_T pages)
{
    for (SIZE_T page = 1; page < pages; page++) {
        if (list[page] != list[0] + page)
            return FALSE;
    }
    return TRUE;
}

/* Frames that were never filled in would show a driver anything, or nothing at all. */
static VOID check_mappable(PMDL mdl)
{
    if (!(mdl->MdlFlags & MAPPABLE))
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, 0x85, (ULONG_PTR)mdl,
                     (ULONG_PTR)(USHORT)mdl->MdlFlags, 0);
}

static ULONG64 map_window(PMDL mdl, int protection)
{
    SIZE_T pages = mm_mdl_pages(mdl);
    ULONG64 window = (ULONG64)mm_reserve_ptes(pages);
    if (!window)
        return 0;
    if (NT_SUCCESS(mm_map_frames(window, frames_of(mdl), pages, protection)))
        return window;
    mm_release_ptes((PVOID)window, pages);
    return 0;
}

static VOID set_mapping(PMDL mdl, ULONG64 base)
{
    mdl->MappedSystemVa = (PVOID)(base + mdl->ByteOffset);
    mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (mdl->MdlFlags & MDL_PARTIAL)
        mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
}

static PVOID map_in_system(PMDL mdl, ULONG priority)
{
    SIZE_T pages = mm_mdl_pages(mdl);
    ULONG64 base;

    if (!pages || !mm_is_frame(frames_of(mdl)[0]))
        return NULL;
    if (priority & MdlMappingNoWrite)
        base = map_window(mdl, HAL_READ);
    else if (do_frames_follow(frames_of(mdl), pages))
        base = (ULONG64)mm_frame_address(frames_of(mdl)[0]);
    else
        base = map_window(mdl, HAL_READ | HAL_WRITE);
    if (!base)
        return NULL;
    set_mapping(mdl, base);
    return mdl->MappedSystemVa;
}

/* CacheType is ignored: the pages are cached, as memory always is. */
PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDLX MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                         MEMORY_CACHING_TYPE CacheType, PVOID BaseAddress,
                                         ULONG BugCheckOnFailure, MM_PAGE_PRIORITY Priority)
{
    PMDL mdl = MemoryDescriptorList;

    UNREFERENCED_PARAMETER(CacheType);
    KE_ASSERT_IRQL(AccessMode == UserMode ? APC_LEVEL : DISPATCH_LEVEL);
    check_mappable(mdl);
    if (AccessMode == UserMode)
        return mm_map_view(mdl, (ULONG64)BaseAddress, (ULONG)Priority);
    if (mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        return mdl->MappedSystemVa;
    PVOID address = map_in_system(mdl, (ULONG)Priority);
    if (!address && BugCheckOnFailure)
        KeBugCheckEx(NO_MORE_SYSTEM_PTES, 0, mm_mdl_pages(mdl), 0, 0);
    return address;
}

PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
    return MmMapLockedPagesSpecifyCache(MemoryDescriptorList, AccessMode, MmCached, NULL, TRUE,
                                        HighPagePriority);
}

/* A partial MDL that took over its source's mapping has none of its own. */
static BOOLEAN owns_mapping(const MDL *mdl)
{
    return !(mdl->MdlFlags & MDL_PARTIAL) || (mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED);
}

VOID mm_unmap_mdl(PMDL mdl)
{
    if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        return;
    ULONG64 base = (ULONG64)mdl->MappedSystemVa & ~(PAGE_SIZE - 1ull);
    if (owns_mapping(mdl) && mm_is_window(base)) {
        SIZE_T pages = mm_mdl_pages(mdl);
        mm_unmap_frames(base, pages);
        mm_release_ptes((PVOID)base, pages);
    }
    mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
    mdl->MappedSystemVa = NULL;
}

VOID mm_trim_mapping(PMDL mdl, SIZE_T pages)
{
    ULONG64 base = (ULONG64)mdl->MappedSystemVa & ~(PAGE_SIZE - 1ull);
    if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) || !owns_mapping(mdl) || !mm_is_window(base))
        return;
    mm_unmap_frames(base, pages);
    mm_trim_ptes(base, pages);
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    PMDL mdl = MemoryDescriptorList;
    SIZE_T pages = mm_mdl_pages(mdl);

    if (!mm_is_system_address((ULONG64)BaseAddress) &&
        !(mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL && BaseAddress == mdl->MappedSystemVa)) {
        KE_ASSERT_IRQL(APC_LEVEL);
        if (!mm_unmap_view((ULONG64)BaseAddress))
            KeBugCheckEx(SYSTEM_PTE_MISUSE, 6, (ULONG_PTR)mdl, (ULONG_PTR)BaseAddress, pages);
        return;
    }
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL)
        return;
    if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        KeBugCheckEx(SYSTEM_PTE_MISUSE, 6, (ULONG_PTR)mdl, (ULONG_PTR)BaseAddress, pages);
    if (PAGE_ALIGN(BaseAddress) != PAGE_ALIGN(mdl->MappedSystemVa))
        KeBugCheckEx(SYSTEM_PTE_MISUSE, 3, (ULONG_PTR)mdl, (ULONG_PTR)mdl->MappedSystemVa,
                     (ULONG_PTR)BaseAddress);
    mm_unmap_mdl(mdl);
}

/* hal's protection for one of NT's that MmProtectMdlSystemAddress takes, or -1. */
static int protection_from(ULONG protect)
{
    switch (protect) {
    case PAGE_NOACCESS:
        return HAL_NOACCESS;
    case PAGE_READONLY:
        return HAL_READ;
    case PAGE_READWRITE:
        return HAL_READ | HAL_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        return HAL_READ | HAL_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return HAL_READ | HAL_WRITE | HAL_EXECUTE;
    default:
        return -1;
    }
}

/*
 * The direct map shows the frames to every MDL over them, so its protection
 * stays: the MDL moves to a window of its own instead, at another address.
 */
static NTSTATUS move_to_window(PMDL mdl, int protection)
{
    ULONG64 window = map_window(mdl, protection);
    if (!window)
        return STATUS_INSUFFICIENT_RESOURCES;
    set_mapping(mdl, window);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect)
{
    PMDL mdl = MemoryDescriptorList;
    int protection = protection_from(NewProtect);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (protection < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        return STATUS_NOT_MAPPED_VIEW;
    ULONG64 base = (ULONG64)mdl->MappedSystemVa & ~(PAGE_SIZE - 1ull);
    if (!mm_is_window(base))
        return protection == (HAL_READ | HAL_WRITE) ? STATUS_SUCCESS
                                                    : move_to_window(mdl, protection);
    return hal_protect(base, mm_mdl_pages(mdl), protection) == HAL_OK
               ? STATUS_SUCCESS
               : STATUS_INSUFFICIENT_RESOURCES;
}
