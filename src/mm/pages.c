/*
 * Pages for MDLs: system frames without an address of their own.
 */
#include "mm_private.h"
#include "../ex/ex.h"
#include "../ke/ke.h"

#ifndef MM_ALLOCATE_FAST_LARGE_PAGES
#define MM_ALLOCATE_FAST_LARGE_PAGES 0x00000040
#endif
#ifndef MM_ALLOCATE_AND_HOT_REMOVE
#define MM_ALLOCATE_AND_HOT_REMOVE 0x00000100
#endif

#define KNOWN_FLAGS                                                                                \
    (MM_DONT_ZERO_ALLOCATION | MM_ALLOCATE_FROM_LOCAL_NODE_ONLY | MM_ALLOCATE_FULLY_REQUIRED |     \
     MM_ALLOCATE_NO_WAIT | MM_ALLOCATE_PREFER_CONTIGUOUS | MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS | \
     MM_ALLOCATE_FAST_LARGE_PAGES | MM_ALLOCATE_AND_HOT_REMOVE)
#define LARGEST_TOTAL (0x100000000ull - PAGE_SIZE)

/* What is asked for, in frames. */
struct request {
    PFN_NUMBER low, high; /* acceptable frames, both included */
    PFN_NUMBER skip;      /* where to look next when [low, high] is used up, 0 for nowhere */
    PFN_NUMBER chunk;     /* length and alignment of each contiguous piece, 0 for any */
    SIZE_T pages;
};

/* Fills list with up to pages frames of [low, high], in runs as long as there are. */
static SIZE_T take_runs(const struct request *request, SIZE_T pages, PFN_NUMBER *list)
{
    SIZE_T done = 0;
    SIZE_T longest = request->chunk ? request->chunk : pages;
    PFN_NUMBER align = request->chunk ? request->chunk : 1;

    while (done < pages && longest) {
        SIZE_T run = pages - done < longest ? pages - done : longest;
        PFN_NUMBER first = mm_allocate_frames_within(run, align, request->low, request->high);
        if (first) {
            for (SIZE_T page = 0; page < run; page++)
                list[done++] = first + page;
        } else {
            longest = request->chunk ? 0 : run / 2;
        }
    }
    return done;
}

static SIZE_T take_pages(struct request request, PFN_NUMBER *list)
{
    SIZE_T done = take_runs(&request, request.pages, list);
    while (done < request.pages && request.skip && request.high + request.skip < MM_SYSTEM_FRAMES) {
        request.low += request.skip;
        request.high += request.skip;
        done += take_runs(&request, request.pages - done, list + done);
    }
    return done;
}

static VOID give_pages(const PFN_NUMBER *list, SIZE_T pages)
{
    for (SIZE_T page = 0; page < pages; page++)
        mm_free_frames(list[page], 1);
}

/* Turns the caller's bytes into frames; FALSE if what it asks for does not fit together. */
static BOOLEAN decode(struct request *request, ULONG64 low, ULONG64 high, ULONG64 skip,
                      SIZE_T total, ULONG flags)
{
    if (!total || total > LARGEST_TOTAL || skip % PAGE_SIZE || (flags & ~KNOWN_FLAGS))
        return FALSE;
    if ((flags & MM_ALLOCATE_AND_HOT_REMOVE) && (flags & MM_ALLOCATE_FULLY_REQUIRED))
        return FALSE;
    *request = (struct request){
        .low = (low + PAGE_SIZE - 1) >> PAGE_SHIFT,
        .high = high >> PAGE_SHIFT,
        .skip = skip >> PAGE_SHIFT,
        .pages = (total + PAGE_SIZE - 1) >> PAGE_SHIFT,
    };
    if (flags & MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS) {
        if (skip && ((skip & (skip - 1)) || total % skip))
            return FALSE;
        request->chunk = skip ? skip >> PAGE_SHIFT : request->pages;
        request->skip = 0;
    }
    return TRUE;
}

/* A whole run that is not a power of two long is aligned to a page only. */
static PFN_NUMBER take_one_block(const struct request *request, PFN_NUMBER *list)
{
    PFN_NUMBER first = mm_allocate_frames_within(request->pages, 1, request->low, request->high);
    for (SIZE_T page = 0; first && page < request->pages; page++)
        list[page] = first + page;
    return first;
}

PMDL NTAPI MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                   PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                                   MEMORY_CACHING_TYPE CacheType, ULONG Flags)
{
    struct request request;
    SIZE_T done;

    UNREFERENCED_PARAMETER(CacheType);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!decode(&request, (ULONG64)LowAddress.QuadPart, (ULONG64)HighAddress.QuadPart,
                (ULONG64)SkipBytes.QuadPart, TotalBytes, Flags))
        return NULL;
    PMDL mdl = ExAllocatePoolWithTag(NonPagedPoolNx, MmSizeOfMdl(NULL, request.pages << PAGE_SHIFT),
                                     EX_TAG_MDL);
    if (!mdl)
        return NULL;
    MmInitializeMdl(mdl, NULL, request.pages << PAGE_SHIFT);
    mdl->Process = NULL;
    mdl->MappedSystemVa = NULL;

    PFN_NUMBER *list = MmGetMdlPfnArray(mdl);
    if (request.chunk == request.pages)
        done = take_one_block(&request, list) ? request.pages : 0;
    else
        done = take_pages(request, list);
    if (!done || (done < request.pages && (Flags & MM_ALLOCATE_FULLY_REQUIRED))) {
        give_pages(list, done);
        ExFreePoolWithTag(mdl, EX_TAG_MDL);
        return NULL;
    }
    mdl->ByteCount = (ULONG)(done << PAGE_SHIFT);
    mdl->MdlFlags = MDL_PAGES_LOCKED;
    return mdl;
}

PMDL NTAPI MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                 PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes)
{
    return MmAllocatePagesForMdlEx(LowAddress, HighAddress, SkipBytes, TotalBytes, MmCached, 0);
}

VOID NTAPI MmFreePagesFromMdl(PMDLX MemoryDescriptorList)
{
    PMDL mdl = MemoryDescriptorList;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!(mdl->MdlFlags & MDL_PAGES_LOCKED))
        KeBugCheckEx(PFN_LIST_CORRUPT, 7, MmGetMdlPfnArray(mdl)[0], 0, 0);
    mm_unmap_mdl(mdl);
    give_pages(MmGetMdlPfnArray(mdl), mm_mdl_pages(mdl));
    mdl->MdlFlags &= ~MDL_PAGES_LOCKED;
}
