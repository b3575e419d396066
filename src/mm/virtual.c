/*
 * A program's own memory: NtAllocateVirtualMemory and its kin.
 *
 * An area is what one reservation made, with one byte a page that tells whether
 * it is committed and how it is protected. Memory that came another way (stacks,
 * the C run time's heap, globals) has no area: Linux is asked about it.
 */
#include "mm_private.h"

#include "../ke/ke.h"

#define GRANULARITY 0x10000ull /* areas begin at multiples of it */

#ifndef MEM_FREE
#define MEM_FREE 0x10000
#endif
#ifndef MEM_PRIVATE
#define MEM_PRIVATE 0x20000
#endif

/* What NtQueryVirtualMemory tells, with Windows' layout. */
typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress, AllocationBase;
    ULONG AllocationProtect;
    USHORT PartitionId;
    SIZE_T RegionSize;
    ULONG State, Protect, Type;
} MEMORY_BASIC_INFORMATION;

C_ASSERT(sizeof(MEMORY_BASIC_INFORMATION) == 48);

struct area {
    struct area *next;
    ULONG64 base;
    SIZE_T pages;
    ULONG protection; /* asked for when it was reserved */
    PUCHAR page;      /* PAGE_ value of each committed page, 0: reserved only */
};

static struct {
    struct mm_lock lock;                            /* guards areas and all in them */
    struct area *areas;                             /* ascending */
    VOID (*changed)(ULONG64 address, SIZE_T pages); /* set while starting */
} virtual_memory;

VOID mm_on_protection_change(VOID (*changed)(ULONG64 address, SIZE_T pages))
{
    virtual_memory.changed = changed;
}

/* ---- words of NT as hal's ------------------------------------------------ */

/* HAL_ bits of a PAGE_ value, or -1 for one that private memory cannot have here. */
static int hal_bits(ULONG protection)
{
    switch (protection) {
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

static ULONG nt_protection(int bits)
{
    if (bits & HAL_EXECUTE)
        return bits & HAL_WRITE ? PAGE_EXECUTE_READWRITE : PAGE_EXECUTE_READ;
    if (bits & HAL_WRITE)
        return PAGE_READWRITE;
    return bits & HAL_READ ? PAGE_READONLY : PAGE_NOACCESS;
}

/* ---- areas --------------------------------------------------------------- */

static ULONG64 end_of(const struct area *area)
{
    return area->base + area->pages * PAGE_SIZE;
}

/* The area that holds address, or NULL. Locked. */
static struct area *find_area(ULONG64 address)
{
    struct area *area = virtual_memory.areas;

    while (area && end_of(area) <= address)
        area = area->next;
    return area && area->base <= address ? area : NULL;
}

static SIZE_T table_pages(SIZE_T pages)
{
    return (pages + PAGE_SIZE - 1) / PAGE_SIZE;
}

static VOID free_area(struct area *area)
{
    hal_release((ULONG64)area->page, table_pages(area->pages));
    hal_free(area);
}

static struct area *make_area(SIZE_T pages, ULONG protection)
{
    struct area *area = hal_allocate(sizeof(*area));
    hal_u64 table = 0;

    if (!area)
        return NULL;
    if (hal_reserve(&table, table_pages(pages)) != HAL_OK) {
        hal_free(area);
        return NULL;
    }
    *area = (struct area){.pages = pages, .protection = protection, .page = (PUCHAR)table};
    if (hal_commit(table, table_pages(pages), HAL_READ | HAL_WRITE) == HAL_OK)
        return area;
    free_area(area);
    return NULL;
}

static VOID insert_area(struct area *area)
{
    struct area **link = &virtual_memory.areas;

    while (*link && (*link)->base < area->base)
        link = &(*link)->next;
    area->next = *link;
    *link = area;
}

/* Addresses that begin at a multiple of GRANULARITY, where Linux likes. */
static int reserve_anywhere(hal_u64 *address, SIZE_T pages)
{
    const SIZE_T slack = GRANULARITY / PAGE_SIZE - 1;
    hal_u64 base = 0, aligned;
    int error = hal_reserve(&base, pages + slack);

    if (error != HAL_OK)
        return error;
    aligned = (base + GRANULARITY - 1) & ~(GRANULARITY - 1);
    if (aligned > base)
        hal_release(base, (aligned - base) / PAGE_SIZE);
    if (aligned - base < slack * PAGE_SIZE)
        hal_release(aligned + pages * PAGE_SIZE, slack - (aligned - base) / PAGE_SIZE);
    *address = aligned;
    return HAL_OK;
}

/* Locked. */
static NTSTATUS reserve(ULONG64 address, SIZE_T pages, ULONG protection, struct area **result)
{
    struct area *area = make_area(pages, protection);
    int error;

    if (!area)
        return STATUS_NO_MEMORY;
    area->base = address;
    error = address ? hal_reserve(&area->base, pages) : reserve_anywhere(&area->base, pages);
    if (error != HAL_OK) {
        free_area(area);
        return error == HAL_EEXIST ? STATUS_CONFLICTING_ADDRESSES : STATUS_NO_MEMORY;
    }
    insert_area(area);
    *result = area;
    return STATUS_SUCCESS;
}

/* ---- committing ---------------------------------------------------------- */

/* Pages from index on that are committed, or not, as the first one. */
static SIZE_T run_length(const struct area *area, SIZE_T index, SIZE_T end)
{
    SIZE_T at = index;

    while (at < end && (area->page[at] != 0) == (area->page[index] != 0))
        at++;
    return at - index;
}

/* What locks know of adopted pages' protection holds no longer. */
static int protect_pages(ULONG64 address, SIZE_T pages, ULONG protection)
{
    int error = hal_protect(address, pages, hal_bits(protection));

    if (virtual_memory.changed)
        virtual_memory.changed(address, pages);
    return error;
}

/* A page that was committed before keeps its contents and gets the new protection. Locked. */
static NTSTATUS commit(struct area *area, SIZE_T first, SIZE_T end, ULONG protection)
{
    while (first < end) {
        SIZE_T count = run_length(area, first, end);
        ULONG64 address = area->base + first * PAGE_SIZE;
        int error = area->page[first] ? protect_pages(address, count, protection)
                                      : hal_commit(address, count, hal_bits(protection));

        if (error != HAL_OK)
            return STATUS_COMMITMENT_LIMIT;
        memset(area->page + first, (int)protection, count);
        first += count;
    }
    return STATUS_SUCCESS;
}

/* ---- what the calls have in common --------------------------------------- */

static NTSTATUS fetch(PVOID to, const VOID *from, SIZE_T bytes)
{
    if (ke_current()->previous_mode == UserMode)
        return mm_copy_from_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS store(PVOID to, const VOID *from, SIZE_T bytes)
{
    if (ke_current()->previous_mode == UserMode)
        return mm_copy_to_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

/* An address range as whole pages. */
struct range {
    ULONG64 base;
    SIZE_T pages;
};

static NTSTATUS fetch_range(HANDLE process, PVOID *base, PSIZE_T size, struct range *range)
{
    ULONG64 address;
    SIZE_T bytes;
    NTSTATUS status = fetch(&address, base, sizeof(address));

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (NT_SUCCESS(status))
        status = fetch(&bytes, size, sizeof(bytes));
    if (!NT_SUCCESS(status))
        return status;
    if (mm_is_apart())
        return STATUS_NOT_SUPPORTED; /* a program's memory is made in its own process */
    if (process != NtCurrentProcess())
        return STATUS_INVALID_HANDLE; /* the program is the only process with such memory */
    if (!mm_is_user_range(address, bytes))
        return STATUS_INVALID_PARAMETER_2;
    range->base = address & ~(ULONG64)(PAGE_SIZE - 1);
    range->pages = (address + bytes + PAGE_SIZE - 1 - range->base) / PAGE_SIZE;
    return STATUS_SUCCESS;
}

static NTSTATUS return_range(PVOID *base, PSIZE_T size, const struct range *range)
{
    SIZE_T bytes = range->pages * PAGE_SIZE;
    NTSTATUS status = store(base, &range->base, sizeof(range->base));

    return NT_SUCCESS(status) ? store(size, &bytes, sizeof(bytes)) : status;
}

static BOOLEAN lies_in(const struct area *area, const struct range *range)
{
    return area && range->base >= area->base &&
           range->base + range->pages * PAGE_SIZE <= end_of(area);
}

static SIZE_T index_in(const struct area *area, ULONG64 address)
{
    return (address - area->base) / PAGE_SIZE;
}

/* ---- the calls ----------------------------------------------------------- */

static VOID release_area(struct area *area)
{
    struct area **link = &virtual_memory.areas;

    while (*link != area)
        link = &(*link)->next;
    *link = area->next;
    hal_release(area->base, area->pages);
    free_area(area);
}

/* Locked. */
static NTSTATUS allocate(struct range *range, ULONG type, ULONG protection)
{
    BOOLEAN reserves = (type & MEM_RESERVE) != 0 || !range->base;
    struct area *area = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG64 start = range->base & ~(GRANULARITY - 1);

    if (reserves) {
        range->pages += (range->base - start) / PAGE_SIZE;
        status = reserve(start, range->pages, protection, &area);
        if (NT_SUCCESS(status))
            range->base = area->base;
    } else {
        area = find_area(range->base);
        if (!lies_in(area, range))
            status = STATUS_CONFLICTING_ADDRESSES;
    }
    if (!NT_SUCCESS(status) || !(type & MEM_COMMIT))
        return status;
    SIZE_T first = index_in(area, range->base);
    status = commit(area, first, first + range->pages, protection);
    if (!NT_SUCCESS(status) && reserves)
        release_area(area);
    return status;
}

NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                       PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect)
{
    struct range range;
    NTSTATUS status = fetch_range(ProcessHandle, BaseAddress, RegionSize, &range);

    if (!NT_SUCCESS(status))
        return status;
    if (ZeroBits)
        return STATUS_INVALID_PARAMETER_3;
    if (!range.pages)
        return STATUS_INVALID_PARAMETER_4;
    if (!(AllocationType & (MEM_COMMIT | MEM_RESERVE)) ||
        AllocationType & ~(ULONG)(MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN))
        return STATUS_INVALID_PARAMETER_5;
    if (hal_bits(Protect) < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    mm_acquire(&virtual_memory.lock);
    status = allocate(&range, AllocationType, Protect);
    mm_release(&virtual_memory.lock);
    return NT_SUCCESS(status) ? return_range(BaseAddress, RegionSize, &range) : status;
}

/* Locked. A size of 0 means the whole area, whose base it has to be. */
static NTSTATUS free_range(struct range *range, ULONG type)
{
    struct area *area = find_area(range->base);
    SIZE_T first;

    if (!area)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (!range->pages) {
        if (range->base != area->base)
            return STATUS_FREE_VM_NOT_AT_BASE;
        range->pages = area->pages;
    }
    if (!lies_in(area, range))
        return STATUS_UNABLE_TO_FREE_VM;
    if (type == MEM_RELEASE) {
        /* An area cannot be released in parts. */
        if (range->base != area->base || range->pages != area->pages)
            return STATUS_UNABLE_TO_FREE_VM;
        release_area(area);
        return STATUS_SUCCESS;
    }
    first = index_in(area, range->base);
    if (hal_decommit(range->base, range->pages) != HAL_OK)
        return STATUS_UNABLE_TO_DECOMMIT_VM;
    memset(area->page + first, 0, range->pages);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                   ULONG FreeType)
{
    struct range range;
    NTSTATUS status = fetch_range(ProcessHandle, BaseAddress, RegionSize, &range);

    if (!NT_SUCCESS(status))
        return status;
    if (FreeType != MEM_RELEASE && FreeType != MEM_DECOMMIT)
        return STATUS_INVALID_PARAMETER_4;
    mm_acquire(&virtual_memory.lock);
    status = free_range(&range, FreeType);
    mm_release(&virtual_memory.lock);
    return NT_SUCCESS(status) ? return_range(BaseAddress, RegionSize, &range) : status;
}

/* Locked. */
static NTSTATUS protect(const struct range *range, ULONG protection, PULONG previous)
{
    struct area *area = find_area(range->base);
    hal_u64 end = range->base;
    SIZE_T first, i;
    int bits;

    if (!area) {
        if (hal_query(range->base, &bits, &end) != HAL_OK)
            return STATUS_CONFLICTING_ADDRESSES;
        *previous = nt_protection(bits);
        return protect_pages(range->base, range->pages, protection) == HAL_OK
                   ? STATUS_SUCCESS
                   : STATUS_CONFLICTING_ADDRESSES;
    }
    if (!lies_in(area, range))
        return STATUS_CONFLICTING_ADDRESSES;
    first = index_in(area, range->base);
    for (i = first; i < first + range->pages; i++)
        if (!area->page[i])
            return STATUS_NOT_COMMITTED;
    *previous = area->page[first];
    return commit(area, first, first + range->pages, protection);
}

NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                      ULONG NewProtect, PULONG OldProtect)
{
    struct range range;
    ULONG previous = 0;
    NTSTATUS status = fetch_range(ProcessHandle, BaseAddress, RegionSize, &range);

    if (!NT_SUCCESS(status))
        return status;
    if (!range.pages)
        return STATUS_INVALID_PARAMETER_3;
    if (hal_bits(NewProtect) < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    mm_acquire(&virtual_memory.lock);
    status = protect(&range, NewProtect, &previous);
    mm_release(&virtual_memory.lock);
    if (NT_SUCCESS(status))
        status = store(OldProtect, &previous, sizeof(previous));
    return NT_SUCCESS(status) ? return_range(BaseAddress, RegionSize, &range) : status;
}

/* ---- asking -------------------------------------------------------------- */

/* Locked. */
static VOID describe_area(const struct area *area, ULONG64 address, MEMORY_BASIC_INFORMATION *info)
{
    SIZE_T first = index_in(area, address), at = first;

    while (at < area->pages && area->page[at] == area->page[first])
        at++;
    info->AllocationBase = (PVOID)area->base;
    info->AllocationProtect = area->protection;
    info->RegionSize = (at - first) * PAGE_SIZE;
    info->State = area->page[first] ? MEM_COMMIT : MEM_RESERVE;
    info->Protect = area->page[first];
    info->Type = MEM_PRIVATE;
}

/* Memory that Linux knows of; the extent of what nothing is mapped at is not known. */
static VOID describe_other(ULONG64 address, MEMORY_BASIC_INFORMATION *info)
{
    hal_u64 end;
    int bits;

    info->RegionSize = PAGE_SIZE;
    if (hal_query(address, &bits, &end) != HAL_OK) {
        info->State = MEM_FREE;
        info->Protect = PAGE_NOACCESS;
        return;
    }
    info->AllocationBase = (PVOID)address;
    info->Protect = info->AllocationProtect = nt_protection(bits);
    info->RegionSize = end - address;
    info->State = MEM_COMMIT;
    info->Type = MEM_PRIVATE;
}

NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress,
                                    ULONG MemoryInformationClass, PVOID MemoryInformation,
                                    SIZE_T MemoryInformationLength, PSIZE_T ReturnLength)
{
    ULONG64 address = (ULONG64)BaseAddress & ~(ULONG64)(PAGE_SIZE - 1);
    MEMORY_BASIC_INFORMATION info = {.BaseAddress = (PVOID)address};
    SIZE_T length = sizeof(info);
    NTSTATUS status;

    if (ProcessHandle != NtCurrentProcess())
        return STATUS_INVALID_HANDLE;
    if (MemoryInformationClass != 0) /* MemoryBasicInformation */
        return STATUS_INVALID_INFO_CLASS;
    if (MemoryInformationLength < length)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!mm_is_user_range(address, PAGE_SIZE))
        return STATUS_INVALID_PARAMETER;
    mm_acquire(&virtual_memory.lock);
    struct area *area = find_area(address);
    if (area)
        describe_area(area, address, &info);
    else
        describe_other(address, &info);
    mm_release(&virtual_memory.lock);
    status = store(MemoryInformation, &info, length);
    if (NT_SUCCESS(status) && ReturnLength)
        status = store(ReturnLength, &length, sizeof(length));
    return status;
}

VOID mm_virtual_stop(VOID)
{
    while (virtual_memory.areas)
        release_area(virtual_memory.areas);
}
