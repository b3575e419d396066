/*
 * The room's start and stop, and what it tells drivers about the address space.
 */
#include "mm_private.h"

/*
 * Drivers compare a caller's addresses with these before they probe. A program
 * may have addresses up to where Linux ends, 60 KiB past Windows: its stack lies
 * there when addresses are not randomized, as under a debugger. System space has
 * the start that Windows gives it, although it lies lower here.
 */
PVOID MmHighestUserAddress = (PVOID)0x7FFFFFFFEFFFull;
PVOID MmSystemRangeStart = (PVOID)0xFFFF800000000000ull;
ULONG64 MmUserProbeAddress = MM_USER_END;

NTSTATUS mm_start(VOID)
{
    NTSTATUS status = mm_frames_start();
    if (!NT_SUCCESS(status))
        return status;
    mm_statistics_start();
    mm_ptes_start();
    mm_special_start();
    mm_io_start();
    mm_adoption_start();
    mm_on_protection_change(mm_forget_access);
    mm_spaces_start();
    return STATUS_SUCCESS;
}

VOID mm_release_caches(VOID)
{
    mm_mdl_cache_release();
}

VOID mm_stop(VOID)
{
    mm_windows_stop();
    mm_virtual_stop();
    mm_mdl_cache_forget();
    mm_views_stop();
    mm_bounce_stop();
    mm_io_stop();
    mm_adoption_stop();
    mm_loans_stop();
    mm_frames_stop();
}

PFN_NUMBER mm_frame_of(ULONG64 address)
{
    if (!mm_is_system_address(address))
        return mm_space_at(address) ? mm_adopted_frame(mm_space_at(address), address) : 0;
    if (address >= MM_PTE_BASE)
        return mm_frame_of_pte(address);
    PFN_NUMBER frame = (address - MM_DIRECT_MAP) >> PAGE_SHIFT;
    return mm_is_frame(frame) ? frame : 0;
}
