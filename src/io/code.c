/*
 * Which driver has the code at an address: asked by faults and bug checks, in
 * whatever state the system is. So asking takes no lock and touches nothing
 * that goes away: ranges are slots in blocks that stay until io_stop.
 */
#include "iop.h"

#define SLOTS 64

struct range {
    ULONG64 start;         /* 0: the slot is free; atomic, stored last and read first and last */
    ULONG64 size;          /* atomic */
    PDRIVER_OBJECT driver; /* atomic */
};

struct block {
    struct range ranges[SLOTS];
    struct block *next; /* atomic */
};

static struct block first; /* written under the database lock */

static BOOLEAN publish(struct block *block, PDRIVER_OBJECT driver)
{
    ULONG i;

    for (i = 0; i < SLOTS; i++) {
        struct range *range = &block->ranges[i];

        if (range->start)
            continue;
        /* Release pairs with io_driver_of_code: whoever sees the size or driver sees 0 before. */
        __atomic_store_n(&range->size, driver->DriverSize, __ATOMIC_RELEASE);
        __atomic_store_n(&range->driver, driver, __ATOMIC_RELEASE);
        __atomic_store_n(&range->start, (ULONG64)driver->DriverStart, __ATOMIC_RELEASE);
        return TRUE;
    }
    return FALSE;
}

static BOOLEAN try_publish(PDRIVER_OBJECT driver)
{
    struct block *block;
    BOOLEAN is_done = FALSE;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    for (block = &first; block && !is_done; block = block->next)
        is_done = publish(block, driver);
    KeReleaseSpinLock(&io_database_lock, irql);
    return is_done;
}

static NTSTATUS add_block(VOID)
{
    struct block *block = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*block), EX_TAG_IO);
    KIRQL irql;

    if (!block)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(block, 0, sizeof(*block));
    KeAcquireSpinLock(&io_database_lock, &irql);
    block->next = first.next;
    __atomic_store_n(&first.next, block, __ATOMIC_RELEASE);
    KeReleaseSpinLock(&io_database_lock, irql);
    return STATUS_SUCCESS;
}

NTSTATUS io_publish_code(PDRIVER_OBJECT driver)
{
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && !try_publish(driver))
        status = add_block();
    return status;
}

VOID io_withdraw_code(PDRIVER_OBJECT driver)
{
    struct block *block;
    KIRQL irql;
    ULONG i;

    KeAcquireSpinLock(&io_database_lock, &irql);
    for (block = &first; block; block = block->next) {
        for (i = 0; i < SLOTS; i++) {
            if (block->ranges[i].driver == driver)
                __atomic_store_n(&block->ranges[i].start, 0, __ATOMIC_RELAXED);
        }
    }
    KeReleaseSpinLock(&io_database_lock, irql);
}

static PDRIVER_OBJECT driver_of(struct range *range, ULONG64 pc)
{
    ULONG64 start = __atomic_load_n(&range->start, __ATOMIC_ACQUIRE);
    ULONG64 size = __atomic_load_n(&range->size, __ATOMIC_ACQUIRE);
    PDRIVER_OBJECT driver = __atomic_load_n(&range->driver, __ATOMIC_ACQUIRE);

    /* Read once more: the slot may have become another driver's meanwhile. */
    if (!start || pc - start >= size || __atomic_load_n(&range->start, __ATOMIC_RELAXED) != start)
        return NULL;
    return driver;
}

PDRIVER_OBJECT io_driver_of_code(ULONG64 pc)
{
    struct block *block = &first;
    PDRIVER_OBJECT driver = NULL;
    ULONG i;

    for (; block && !driver; block = __atomic_load_n(&block->next, __ATOMIC_ACQUIRE)) {
        for (i = 0; i < SLOTS && !driver; i++)
            driver = driver_of(&block->ranges[i], pc);
    }
    return driver;
}

VOID io_code_stop(VOID)
{
    struct block *block, *next;

    for (block = first.next; block; block = next) {
        next = block->next;
        ExFreePoolWithTag(block, EX_TAG_IO);
    }
    memset(&first, 0, sizeof(first));
}
