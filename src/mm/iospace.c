/*
 * MmMapIoSpace: devices' addresses, and those of memory, at addresses in system space.
 *
 * Memory, a device's or the system's, is mapped. A device's registers are not: the pages stay
 * without access, a table says whose they are, and READ_REGISTER_X asks it.
 */
#include "mm_private.h"
#include "../ke/ke.h"
#include "../rtl/rtl.h"

static struct mm_addresses addresses;

VOID mm_io_start(VOID)
{
    addresses = (struct mm_addresses){
        .base = MM_IO_BASE,
        .bitmap = mm_table_at(MM_IO_BITMAP_FRAME),
        .pages = MM_IO_PAGES,
        .round = MM_IO_PAGES,
        .cursor = 1,
    };
    mm_io_ranges_start();
}

VOID mm_io_stop(VOID)
{
    mm_io_ranges_stop();
}

ULONG64 mm_io_physical(ULONG64 address)
{
    ULONG64 page = mm_is_io_address(address) ? mm_io_page_of(address)->physical : 0;

    return page ? page + address % PAGE_SIZE : 0;
}

/* ---- pages ------------------------------------------------------------------------------ */

static BOOLEAN is_memory(ULONG64 physical)
{
    PFN_NUMBER frame = physical >> PAGE_SHIFT;

    return mm_is_frame(frame) && physical - MM_DEVICE_BASE >= MM_DEVICE_END - MM_DEVICE_BASE;
}

static NTSTATUS map_page(ULONG64 address, ULONG64 physical, int protection)
{
    struct mm_io_page *page = mm_io_page_of(address);
    struct mm_io_range *range = is_memory(physical) ? NULL : mm_io_find(physical);
    struct hal_segment *memory = NULL;
    ULONG64 offset;
    NTSTATUS status = STATUS_SUCCESS;

    if (is_memory(physical))
        status = mm_map_run(address, physical >> PAGE_SHIFT, 1, protection);
    else if (range)
        memory = mm_io_memory(range, physical, &offset);
    if (memory && hal_map(address, memory, offset >> PAGE_SHIFT, 1, protection) != HAL_OK)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (memory || !NT_SUCCESS(status)) {
        if (range)
            mm_io_release(range);
        range = NULL;
    } else if (!range && !is_memory(physical)) {
        range = mm_io_nobody();
    }
    if (!NT_SUCCESS(status))
        return status;
    page->physical = physical;
    __atomic_store_n(&page->range, range, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

static VOID unmap(ULONG64 address, SIZE_T pages)
{
    SIZE_T i;

    for (i = 0; i < pages; i++) {
        struct mm_io_page *page = mm_io_page_of(address + (i << PAGE_SHIFT));
        struct mm_io_range *range = __atomic_exchange_n(&page->range, NULL, __ATOMIC_ACQ_REL);

        page->physical = 0;
        if (range)
            mm_io_release(range);
    }
    mm_unmap_frames(address, pages);
    mm_addresses_release(&addresses, address, pages);
}

static PVOID map(ULONG64 physical, SIZE_T bytes, int protection)
{
    SIZE_T pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(physical, bytes), i;
    ULONG64 address = mm_addresses_reserve(&addresses, pages);

    if (!address)
        return NULL;
    for (i = 0; i < pages; i++)
        if (!NT_SUCCESS(map_page(address + (i << PAGE_SHIFT),
                                 (physical & ~(PAGE_SIZE - 1ull)) + (i << PAGE_SHIFT),
                                 protection))) {
            unmap(address, pages);
            return NULL;
        }
    return (PVOID)(address + physical % PAGE_SIZE);
}

/* ---- what drivers call ------------------------------------------------------------------ */

/* Processors' caches are coherent with simulated devices: only the access counts. */
static int protection_of(ULONG protect)
{
    switch (protect & ~(PAGE_NOCACHE | PAGE_WRITECOMBINE)) {
    case PAGE_READONLY:
    case PAGE_EXECUTE_READ:
        return HAL_READ;
    case PAGE_READWRITE:
    case PAGE_EXECUTE_READWRITE:
        return HAL_READ | HAL_WRITE;
    default:
        return HAL_NOACCESS;
    }
}

PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect)
{
    int protection = protection_of(Protect);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!NumberOfBytes || !protection)
        return NULL;
    return map((ULONG64)PhysicalAddress.QuadPart, NumberOfBytes, protection);
}

PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                         MEMORY_CACHING_TYPE CacheType)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!NumberOfBytes || (ULONG)CacheType >= MmMaximumCacheType)
        return NULL;
    return map((ULONG64)PhysicalAddress.QuadPart, NumberOfBytes, HAL_READ | HAL_WRITE);
}

VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    ULONG64 address = (ULONG64)BaseAddress;
    SIZE_T pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(BaseAddress, NumberOfBytes);
    const ULONG_PTR parameters[4] = {0x51, address, NumberOfBytes, 0};

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!mm_io_physical(address) || !mm_io_physical(address + NumberOfBytes - 1))
        ke_bugcheck(SYSTEM_PTE_MISUSE, parameters,
                    "MmUnmapIoSpace was called for an address (parameter 2) that MmMapIoSpace "
                    "did not return, or for more bytes (parameter 3) than it mapped.");
    unmap(address & ~(PAGE_SIZE - 1ull), pages);
}
