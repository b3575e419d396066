/*
 * Map registers: how much of a transfer is mapped at a time, and who waits for them.
 *
 * An adapter whose device reaches all memory, and takes it in pieces, has registers in name
 * only. The others' registers have memory, which the device reaches; of that there is as much as
 * there is, and who asks for more than is free waits, and all who ask after him.
 */
#include "dma_private.h"

#include "../ex/ex.h"

/* The adapter's lock is held. */
static BOOLEAN take(struct dma_adapter *adapter, struct dma_grant *grant)
{
    if (adapter->owner)
        return FALSE;
    if (adapter->bounce && grant->count) {
        ULONG first = RtlFindClearBitsAndSet(&adapter->taken, grant->count, 0);
        if (first == MAXULONG)
            return FALSE;
        grant->first = first;
    }
    adapter->owner = grant;
    InsertTailList(&adapter->grants, &grant->link);
    return TRUE;
}

/* Calls the grant's routine, and does as it says. The grant may be gone then. */
static VOID run(struct dma_adapter *adapter, struct dma_grant *grant)
{
    IO_ALLOCATION_ACTION action;
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    action = grant->routine(grant->device, grant->irp, grant, grant->context);
    KeLowerIrql(irql);
    if (action == KeepObject)
        return;
    if (action == DeallocateObject)
        dma_free_registers(grant);
    mm_acquire(&adapter->lock);
    if (adapter->owner == grant)
        adapter->owner = NULL;
    mm_release(&adapter->lock);
}

/* Grants what can be granted, in order. */
static VOID grant_waiters(struct dma_adapter *adapter)
{
    for (;;) {
        struct dma_grant *grant = NULL;

        mm_acquire(&adapter->lock);
        if (!adapter->owner && !IsListEmpty(&adapter->waiters)) {
            grant = CONTAINING_RECORD(adapter->waiters.Flink, struct dma_grant, link);
            PLIST_ENTRY link = RemoveHeadList(&adapter->waiters);
            if (!take(adapter, grant)) {
                InsertHeadList(&adapter->waiters, link);
                grant = NULL;
            }
        }
        mm_release(&adapter->lock);
        if (!grant)
            return;
        run(adapter, grant);
    }
}

NTSTATUS dma_request(struct dma_grant *grant, BOOLEAN is_now)
{
    struct dma_adapter *adapter = grant->adapter;
    BOOLEAN is_taken = FALSE;

    if (grant->count > adapter->register_count)
        return STATUS_INSUFFICIENT_RESOURCES;
    mm_acquire(&adapter->lock);
    if (is_now)
        is_taken = IsListEmpty(&adapter->waiters) && take(adapter, grant);
    else
        InsertTailList(&adapter->waiters, &grant->link);
    mm_release(&adapter->lock);
    if (is_now && !is_taken)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (is_now && grant->routine)
        run(adapter, grant);
    grant_waiters(adapter);
    return STATUS_SUCCESS;
}

struct dma_grant *dma_cancel_request(struct dma_adapter *adapter, PVOID transfer_context)
{
    struct dma_grant *found = NULL;

    mm_acquire(&adapter->lock);
    for (PLIST_ENTRY link = adapter->waiters.Flink; link != &adapter->waiters && !found;
         link = link->Flink) {
        struct dma_grant *grant = CONTAINING_RECORD(link, struct dma_grant, link);
        if (grant->transfer_context == transfer_context)
            found = grant;
    }
    if (found)
        RemoveEntryList(&found->link);
    mm_release(&adapter->lock);
    if (found)
        grant_waiters(adapter); /* who waited behind it may need less */
    return found;
}

struct dma_grant *dma_free_adapter(struct dma_adapter *adapter)
{
    struct dma_grant *owner;

    mm_acquire(&adapter->lock);
    owner = adapter->owner;
    adapter->owner = NULL;
    mm_release(&adapter->lock);
    if (!owner)
        dma_misuse(0x04, 1, 0, 0, "The driver does not have the adapter's channel.");
    return owner;
}

VOID dma_free_registers(struct dma_grant *grant)
{
    struct dma_adapter *adapter = grant->adapter;

    dma_unmap(&grant->mapping);
    dma_unreserve(adapter->domain, grant->reserved);
    mm_acquire(&adapter->lock);
    RemoveEntryList(&grant->link);
    if (adapter->bounce && grant->count)
        RtlClearBits(&adapter->taken, grant->first, grant->count);
    mm_release(&adapter->lock);
    if (!grant->is_list)
        ExFreePoolWithTag(grant, DMA_TAG);
}

VOID dma_grant_next(struct dma_adapter *adapter)
{
    grant_waiters(adapter);
}
