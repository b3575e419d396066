/*
 * Physically contiguous memory, for devices that cannot gather.
 *
 * A run's first frame remembers its length in the frame database. All of it is
 * cached: there is no bus here that would look past the processor's caches.
 */
#include "mm_private.h"
#include "../ke/ke.h"

/*
 * A run aligned to its length rounded up to a power of two crosses no multiple
 * of that or of anything larger.
 */
static PFN_NUMBER alignment_for(PFN_NUMBER pages, ULONG64 boundary)
{
    if (!boundary)
        return 1;
    PFN_NUMBER align = 1;
    while (align < pages)
        align *= 2;
    return align <= boundary >> PAGE_SHIFT ? align : 0;
}

static PVOID allocate_contiguous(SIZE_T bytes, ULONG64 low, ULONG64 high, ULONG64 boundary)
{
    PFN_NUMBER pages = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!bytes || !pages || (boundary & (boundary - 1)))
        return NULL;
    PFN_NUMBER align = alignment_for(pages, boundary);
    if (!align)
        return NULL;
    /* The run's last byte may be high, so a last frame of which a part lies above it is out. */
    PFN_NUMBER end = high == ~0ull ? MM_SYSTEM_FRAMES : (high + 1) >> PAGE_SHIFT;
    PFN_NUMBER first =
        end ? mm_allocate_frames_within(pages, align, (low + PAGE_SIZE - 1) >> PAGE_SHIFT, end - 1)
            : 0;
    if (!first)
        return NULL;
    mm_set_frame_state(first, MM_FRAME_CONTIGUOUS);
    mm_frame(first)->next = (ULONG)pages;
    return mm_frame_address(first);
}

static VOID free_contiguous(PVOID address)
{
    PFN_NUMBER first = ((ULONG64)address - MM_DIRECT_MAP) >> PAGE_SHIFT;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (BYTE_OFFSET(address) || !mm_is_frame(first) || mm_frame_state(first) != MM_FRAME_CONTIGUOUS)
        KeBugCheckEx(BAD_POOL_CALLER, 0x60, (ULONG_PTR)address, 0, 0);
    PFN_NUMBER pages = mm_frame(first)->next;
    mm_set_frame_state(first, MM_FRAME_USED);
    mm_free_frames(first, pages);
}

PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                                       PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    return allocate_contiguous(NumberOfBytes, 0, (ULONG64)HighestAcceptableAddress.QuadPart, 0);
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                                   PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                   PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                   MEMORY_CACHING_TYPE CacheType)
{
    UNREFERENCED_PARAMETER(CacheType);
    return allocate_contiguous(NumberOfBytes, (ULONG64)LowestAcceptableAddress.QuadPart,
                               (ULONG64)HighestAcceptableAddress.QuadPart,
                               (ULONG64)BoundaryAddressMultiple.QuadPart);
}

/* There is one node. */
PVOID NTAPI MmAllocateContiguousMemorySpecifyCacheNode(SIZE_T NumberOfBytes,
                                                       PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                       PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                       PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                       MEMORY_CACHING_TYPE CacheType,
                                                       NODE_REQUIREMENT PreferredNode)
{
    if (PreferredNode != MM_ANY_NODE_OK && PreferredNode != 0)
        return NULL;
    return MmAllocateContiguousMemorySpecifyCache(NumberOfBytes, LowestAcceptableAddress,
                                                  HighestAcceptableAddress, BoundaryAddressMultiple,
                                                  CacheType);
}

VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress)
{
    free_contiguous(BaseAddress);
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes,
                                              MEMORY_CACHING_TYPE CacheType)
{
    UNREFERENCED_PARAMETER(NumberOfBytes);
    UNREFERENCED_PARAMETER(CacheType);
    free_contiguous(BaseAddress);
}

PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)
{
    return allocate_contiguous(NumberOfBytes, 0, ~0ull, 0);
}

VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    UNREFERENCED_PARAMETER(NumberOfBytes);
    free_contiguous(BaseAddress);
}
