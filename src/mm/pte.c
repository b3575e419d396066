/*
 * System PTEs: windows onto frames that do not follow each other, and the
 * addresses of special pool.
 *
 * Behind each address of the two ranges a table remembers the frame that is
 * mapped there, as the processor's page table does on NT.
 */
#include "mm_private.h"

#define FIRST_ROUND 0x10000ull /* 256 MiB: page tables below Linux grow with what was ever used */

static struct mm_addresses windows;

/* The frame behind each page from MM_PTE_BASE on, special pool's included; 0 for none. */
static ULONG *pte_of(ULONG64 address)
{
    return (ULONG *)mm_table_at(MM_PTE_TABLE_FRAME) + ((address - MM_PTE_BASE) >> PAGE_SHIFT);
}

static BOOLEAN is_reserved(const struct mm_addresses *addresses, SIZE_T page)
{
    return (addresses->bitmap[page / 64] >> (page % 64)) & 1;
}

static VOID set_reserved(struct mm_addresses *addresses, SIZE_T first, SIZE_T count, BOOLEAN value)
{
    for (SIZE_T page = first; page < first + count; page++) {
        ULONG64 bit = 1ull << (page % 64);
        if (value)
            addresses->bitmap[page / 64] |= bit;
        else
            addresses->bitmap[page / 64] &= ~bit;
    }
}

/* The first of count free pages in [from, end), or end. */
static SIZE_T find_run(const struct mm_addresses *addresses, SIZE_T from, SIZE_T end, SIZE_T count)
{
    SIZE_T run = 0;
    for (SIZE_T page = from; page < end; page++) {
        if (page % 64 == 0 && addresses->bitmap[page / 64] == ~0ull) {
            run = 0;
            page += 63;
        } else if (is_reserved(addresses, page)) {
            run = 0;
        } else if (++run == count) {
            return page + 1 - count;
        }
    }
    return end;
}

ULONG64 mm_addresses_reserve(struct mm_addresses *addresses, SIZE_T pages)
{
    ULONG64 address = 0;
    if (!pages || pages > addresses->pages)
        return 0;

    /* The page after it stays reserved with it; the one before it is the neighbour's. */
    mm_acquire(&addresses->lock);
    for (;;) {
        SIZE_T first = find_run(addresses, addresses->cursor, addresses->round, pages + 1);
        if (first == addresses->round)
            first = find_run(addresses, 1, addresses->round, pages + 1);
        if (first != addresses->round) {
            set_reserved(addresses, first, pages + 1, TRUE);
            addresses->cursor = first + pages + 1;
            address = addresses->base + (first << PAGE_SHIFT);
            break;
        }
        if (addresses->round == addresses->pages)
            break;
        addresses->round *= 2;
        if (addresses->round > addresses->pages)
            addresses->round = addresses->pages;
    }
    mm_release(&addresses->lock);
    return address;
}

VOID mm_addresses_release(struct mm_addresses *addresses, ULONG64 address, SIZE_T pages)
{
    mm_acquire(&addresses->lock);
    set_reserved(addresses, (address - addresses->base) >> PAGE_SHIFT, pages + 1, FALSE);
    mm_release(&addresses->lock);
}

VOID mm_ptes_start(VOID)
{
    windows = (struct mm_addresses){
        .base = MM_PTE_BASE,
        .bitmap = mm_table_at(MM_PTE_BITMAP_FRAME),
        .pages = MM_PTE_PAGES,
        .round = FIRST_ROUND,
        .cursor = 1,
    };
}

PVOID mm_reserve_ptes(SIZE_T pages)
{
    return (PVOID)mm_addresses_reserve(&windows, pages);
}

VOID mm_release_ptes(PVOID address, SIZE_T pages)
{
    mm_addresses_release(&windows, (ULONG64)address, pages);
}

NTSTATUS mm_map_run(ULONG64 address, PFN_NUMBER first, SIZE_T pages, int protection)
{
    PFN_NUMBER place;
    struct hal_segment *segment = mm_segment_of(first, &place);
    if (hal_map(address, segment, place, pages, protection) != HAL_OK)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (SIZE_T page = 0; mm_is_system_address(address) && page < pages; page++)
        __atomic_store_n(pte_of(address + (page << PAGE_SHIFT)), (ULONG)(first + page),
                         __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

VOID mm_trim_ptes(ULONG64 address, SIZE_T pages)
{
    mm_acquire(&windows.lock);
    set_reserved(&windows, (address - MM_PTE_BASE) >> PAGE_SHIFT, pages, FALSE);
    mm_release(&windows.lock);
}

static SIZE_T run_length(const PFN_NUMBER *list, SIZE_T pages)
{
    SIZE_T length = 1;
    while (length < pages && list[length] == list[0] + length)
        length++;
    return length;
}

NTSTATUS mm_map_frames(ULONG64 address, const PFN_NUMBER *list, SIZE_T pages, int protection)
{
    SIZE_T run;
    for (SIZE_T done = 0; done < pages; done += run) {
        run = run_length(list + done, pages - done);
        NTSTATUS status = mm_map_run(address + (done << PAGE_SHIFT), list[done], run, protection);
        if (!NT_SUCCESS(status)) {
            if (done)
                mm_unmap_frames(address, done);
            return status;
        }
    }
    mm_count(MM_WINDOWS_MAPPED, 1);
    return STATUS_SUCCESS;
}

VOID mm_unmap_frames(ULONG64 address, SIZE_T pages)
{
    for (SIZE_T page = 0; mm_is_system_address(address) && page < pages; page++)
        __atomic_store_n(pte_of(address + (page << PAGE_SHIFT)), 0, __ATOMIC_RELEASE);
    hal_unmap(address, pages);
}

PFN_NUMBER mm_frame_of_pte(ULONG64 address)
{
    return __atomic_load_n(pte_of(address), __ATOMIC_ACQUIRE);
}
