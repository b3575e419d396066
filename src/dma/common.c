/*
 * Common buffers: memory that driver and device see as long as it lives.
 */
#include "dma_private.h"

#include "../ex/ex.h"

struct dma_buffer {
    LIST_ENTRY link; /* in dma_adapter.buffers */
    PVOID memory;
    ULONG length; /* bytes */
    struct dma_mapping mapping;
};

static PVOID allocate_memory(const struct dma_adapter *adapter, ULONG length,
                             const PHYSICAL_ADDRESS *maximum)
{
    const PHYSICAL_ADDRESS lowest = {.QuadPart = 0}, boundary = {.QuadPart = 0};
    PHYSICAL_ADDRESS highest = {.QuadPart = (LONGLONG)adapter->highest};

    if (maximum && (ULONG64)maximum->QuadPart < adapter->highest)
        highest = *maximum;
    return MmAllocateContiguousMemorySpecifyCache(length, lowest, highest, boundary, MmCached);
}

static VOID map_buffer(struct dma_adapter *adapter, struct dma_buffer *buffer)
{
    const SCATTER_GATHER_ELEMENT element = {.Address = MmGetPhysicalAddress(buffer->memory),
                                            .Length = buffer->length};

    buffer->mapping.kind = "common buffer";
    buffer->mapping.owner = (ULONG64)(ULONG_PTR)buffer->memory;
    dma_map(adapter->domain, &buffer->mapping, &element, 1, DMA_DEVICE_READS | DMA_DEVICE_WRITES);
    mm_acquire(&adapter->lock);
    InsertTailList(&adapter->buffers, &buffer->link);
    mm_release(&adapter->lock);
}

PVOID NTAPI dma_allocate_common_ex(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MaximumAddress,
                                   ULONG Length, PPHYSICAL_ADDRESS LogicalAddress,
                                   BOOLEAN CacheEnabled, NODE_REQUIREMENT PreferredNode)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);
    struct dma_buffer *buffer;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    UNREFERENCED_PARAMETER(CacheEnabled);
    UNREFERENCED_PARAMETER(PreferredNode);
    LogicalAddress->QuadPart = 0;
    buffer = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*buffer), DMA_TAG);
    if (!buffer)
        return NULL;
    buffer->length = Length;
    buffer->memory = allocate_memory(adapter, Length, MaximumAddress);
    if (!buffer->memory)
        goto no_memory;
    if (!NT_SUCCESS(dma_reserve(adapter->domain, 1)))
        goto no_room;
    map_buffer(adapter, buffer);
    *LogicalAddress = MmGetPhysicalAddress(buffer->memory);
    return buffer->memory;

no_room:
    MmFreeContiguousMemory(buffer->memory);
no_memory:
    ExFreePoolWithTag(buffer, DMA_TAG);
    return NULL;
}

PVOID NTAPI dma_allocate_common(PDMA_ADAPTER DmaAdapter, ULONG Length,
                                PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled)
{
    return dma_allocate_common_ex(DmaAdapter, NULL, Length, LogicalAddress, CacheEnabled,
                                  MM_ANY_NODE_OK);
}

static struct dma_buffer *remove_buffer(struct dma_adapter *adapter, PVOID memory, ULONG length,
                                        PHYSICAL_ADDRESS address)
{
    struct dma_buffer *found = NULL;

    mm_acquire(&adapter->lock);
    for (PLIST_ENTRY link = adapter->buffers.Flink; link != &adapter->buffers && !found;
         link = link->Flink) {
        struct dma_buffer *buffer = CONTAINING_RECORD(link, struct dma_buffer, link);
        if (buffer->memory == memory && buffer->length == length &&
            MmGetPhysicalAddress(memory).QuadPart == address.QuadPart)
            found = buffer;
    }
    if (found)
        RemoveEntryList(&found->link);
    mm_release(&adapter->lock);
    return found;
}

VOID NTAPI dma_free_common(PDMA_ADAPTER DmaAdapter, ULONG Length, PHYSICAL_ADDRESS LogicalAddress,
                           PVOID VirtualAddress, BOOLEAN CacheEnabled)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);
    struct dma_buffer *buffer;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    UNREFERENCED_PARAMETER(CacheEnabled);
    buffer = remove_buffer(adapter, VirtualAddress, Length, LogicalAddress);
    if (!buffer)
        dma_misuse(0x03, 1, 0, 0, "The adapter has no common buffer with this address and length.");
    dma_unmap(&buffer->mapping);
    dma_unreserve(adapter->domain, 1);
    MmFreeContiguousMemory(buffer->memory);
    ExFreePoolWithTag(buffer, DMA_TAG);
}
