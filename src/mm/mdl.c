/*
 * Memory descriptor lists: making them, deriving them, and giving them up.
 *
 * MDLs of up to 23 pages have one size and are kept for reuse in slots that
 * threads seldom share, so that allocating and freeing one is an exchange each.
 */
#include "mm_private.h"
#include "../ex/ex.h"
#include "../ke/ke.h"

#define FIXED_PAGES 23u
#define FIXED_SIZE (sizeof(MDL) + FIXED_PAGES * sizeof(PFN_NUMBER))
#define LARGEST_LENGTH (0u - (ULONG)PAGE_SIZE) /* 4 GiB - PAGE_SIZE */
#define LARGEST_SIZE 0x7FF8 /* what Size says of any MDL that is larger; it has 16 bits */
#define SLOTS 8u            /* a cache line of them */

_Static_assert(sizeof(MDL) == 0x30, "MDL has Windows' size");
_Static_assert(offsetof(MDL, MappedSystemVa) == 0x18, "MDL has Windows' layout");
_Static_assert(offsetof(MDL, ByteOffset) == 0x2C, "MDL has Windows' layout");

static struct mm_mdls {
    struct {
        _Alignas(64) PMDL slots[SLOTS]; /* atomic: a free MDL or NULL, taken by exchange */
    } shards[MM_SHARDS];
} mdls;

/* ---- Memory ------------------------------------------------------------ */

static PMDL allocate_fixed(VOID)
{
    PMDL *slots = mdls.shards[mm_shard()].slots;
    for (ULONG slot = 0; slot < SLOTS; slot++) {
        if (!__atomic_load_n(&slots[slot], __ATOMIC_RELAXED))
            continue;
        /* Acquire pairs with the release in free_fixed: its last writes come first. */
        PMDL mdl = __atomic_exchange_n(&slots[slot], NULL, __ATOMIC_ACQUIRE);
        if (mdl)
            return mdl;
    }
    return ExAllocatePoolWithTag(NonPagedPoolNx, FIXED_SIZE, EX_TAG_MDL);
}

static VOID free_fixed(PMDL mdl)
{
    PMDL *slots = mdls.shards[mm_shard()].slots;
    for (ULONG slot = 0; slot < SLOTS; slot++) {
        PMDL expected = NULL;
        if (!__atomic_load_n(&slots[slot], __ATOMIC_RELAXED) &&
            __atomic_compare_exchange_n(&slots[slot], &expected, mdl, 0, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return;
    }
    ExFreePoolWithTag(mdl, EX_TAG_MDL);
}

VOID mm_mdl_cache_release(VOID)
{
    for (ULONG shard = 0; shard < MM_SHARDS; shard++) {
        for (ULONG slot = 0; slot < SLOTS; slot++) {
            PMDL *place = &mdls.shards[shard].slots[slot];
            PMDL mdl = __atomic_exchange_n(place, NULL, __ATOMIC_ACQUIRE);
            if (mdl)
                ExFreePoolWithTag(mdl, EX_TAG_MDL);
        }
    }
}

/* The pools are gone, and these blocks with them. */
VOID mm_mdl_cache_forget(VOID)
{
    mdls = (struct mm_mdls){0};
}

static VOID append_mdl(PIRP irp, PMDL mdl)
{
    PMDL *link = &irp->MdlAddress;
    while (*link)
        link = &(*link)->Next;
    *link = mdl;
}

/* ChargeQuota charges nothing: the I/O manager charges the request's buffer. */
PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                         BOOLEAN ChargeQuota, PIRP Irp)
{
    UNREFERENCED_PARAMETER(ChargeQuota);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (Length > LARGEST_LENGTH)
        return NULL;
    SIZE_T size = MmSizeOfMdl(VirtualAddress, Length);
    BOOLEAN is_fixed = size <= FIXED_SIZE;
    PMDL mdl =
        is_fixed ? allocate_fixed() : ExAllocatePoolWithTag(NonPagedPoolNx, size, EX_TAG_MDL);
    if (!mdl)
        return NULL;
    *mdl = (MDL){
        .Size = (CSHORT)(size < LARGEST_SIZE ? size : LARGEST_SIZE),
        .MdlFlags = is_fixed ? MDL_ALLOCATED_FIXED_SIZE : 0,
        .StartVa = PAGE_ALIGN(VirtualAddress),
        .ByteCount = Length,
        .ByteOffset = BYTE_OFFSET(VirtualAddress),
    };
    if (Irp && SecondaryBuffer)
        append_mdl(Irp, mdl);
    else if (Irp)
        Irp->MdlAddress = mdl;
    return mdl;
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (Mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED)
        mm_unmap_mdl(Mdl);
    if (Mdl->MdlFlags & MDL_ALLOCATED_FIXED_SIZE)
        free_fixed(Mdl);
    else
        ExFreePoolWithTag(Mdl, EX_TAG_MDL);
}

SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length)
{
    SIZE_T pages = (BYTE_OFFSET(Base) + Length + PAGE_SIZE - 1) >> PAGE_SHIFT;
    return sizeof(MDL) + pages * sizeof(PFN_NUMBER);
}

/* ---- Nonpaged and partial MDLs ----------------------------------------- */

/* Frames of pool by arithmetic; a driver's globals and stacks are adopted like any memory. */
static PFN_NUMBER frame_of_nonpaged(ULONG64 address)
{
    PFN_NUMBER frame = mm_frame_of(address);
    struct mm_space *space = mm_space_at(address);
    if (!frame && space && !mm_is_system_address(address) &&
        NT_SUCCESS(mm_adopt(space, address & ~(PAGE_SIZE - 1ull), 1, MM_READ)))
        frame = mm_frame_of(address);
    return frame;
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDLX MemoryDescriptorList)
{
    PMDL mdl = MemoryDescriptorList;
    SIZE_T pages = mm_mdl_pages(mdl);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    for (SIZE_T page = 0; page < pages; page++)
        MmGetMdlPfnArray(mdl)[page] =
            frame_of_nonpaged((ULONG64)mdl->StartVa + (page << PAGE_SHIFT));
    mdl->Process = NULL;
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
    mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

/* Whether mdl's memory has room for this many frames; an MDL too large for Size has. */
static BOOLEAN has_room(const MDL *mdl, SIZE_T pages)
{
    SIZE_T size = (USHORT)mdl->Size;
    return size >= LARGEST_SIZE || size >= sizeof(MDL) + pages * sizeof(PFN_NUMBER);
}

VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    ULONG64 skipped = (ULONG64)VirtualAddress - (ULONG64)MmGetMdlVirtualAddress(SourceMdl);
    SIZE_T first =
        ((ULONG64)VirtualAddress >> PAGE_SHIFT) - ((ULONG64)SourceMdl->StartVa >> PAGE_SHIFT);
    CSHORT inherited =
        SourceMdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!Length)
        Length = SourceMdl->ByteCount - (ULONG)skipped;
    SIZE_T pages = (BYTE_OFFSET(VirtualAddress) + (SIZE_T)Length + PAGE_SIZE - 1) >> PAGE_SHIFT;
    if (!has_room(TargetMdl, pages))
        KeBugCheckEx(TARGET_MDL_TOO_SMALL, 0, 0, 0, 0);

    TargetMdl->Process = SourceMdl->Process;
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Length;
    TargetMdl->MappedSystemVa = inherited ? (PUCHAR)SourceMdl->MappedSystemVa + skipped : NULL;
    TargetMdl->MdlFlags =
        (TargetMdl->MdlFlags & MDL_ALLOCATED_FIXED_SIZE) | inherited | MDL_PARTIAL;
    memcpy(MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + first,
           pages * sizeof(PFN_NUMBER));
}

NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes)
{
    SIZE_T pages = mm_mdl_pages(Mdl);
    SIZE_T passed = ((SIZE_T)Mdl->ByteOffset + NumberOfBytes) >> PAGE_SHIFT;
    PFN_NUMBER *list = MmGetMdlPfnArray(Mdl);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (NumberOfBytes >= Mdl->ByteCount)
        return STATUS_INVALID_PARAMETER_2;
    /* Pages that MmUnlockPages is not to release could be passed, but never be given back. */
    if ((Mdl->MdlFlags & MDL_PAGES_LOCKED) && !Mdl->StartVa)
        return STATUS_INVALID_PARAMETER_1;

    if (passed)
        mm_drop_front(Mdl, passed);
    memmove(list, list + passed, (pages - passed) * sizeof(*list));
    Mdl->StartVa = (PUCHAR)Mdl->StartVa + (passed << PAGE_SHIFT);
    Mdl->ByteOffset = (Mdl->ByteOffset + NumberOfBytes) & (PAGE_SIZE - 1);
    Mdl->ByteCount -= NumberOfBytes;
    if (Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        Mdl->MappedSystemVa = (PUCHAR)Mdl->MappedSystemVa + NumberOfBytes;
    return STATUS_SUCCESS;
}
