/*
 * Adapter channels: an adapter for one transfer after the other, mapped piece by piece.
 */
#include "dma_private.h"

#include "../ex/ex.h"

/* ---- Asking for a channel --------------------------------------------------------- */

static NTSTATUS make_grant(struct dma_adapter *adapter, ULONG count, struct dma_grant **made)
{
    struct dma_grant *grant;
    NTSTATUS status;

    if (count > adapter->register_count)
        return STATUS_INSUFFICIENT_RESOURCES;
    grant = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*grant), DMA_TAG);
    if (!grant)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = dma_reserve(adapter->domain, max(count, 1));
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(grant, DMA_TAG);
        return status;
    }
    grant->adapter = adapter;
    grant->count = count;
    grant->reserved = max(count, 1);
    grant->mapping.kind = "map registers";
    grant->mapping.owner = (ULONG64)(ULONG_PTR)grant;
    *made = grant;
    return STATUS_SUCCESS;
}

static VOID discard_grant(struct dma_grant *grant)
{
    dma_unreserve(grant->adapter->domain, grant->reserved);
    ExFreePoolWithTag(grant, DMA_TAG);
}

NTSTATUS NTAPI dma_allocate_channel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                    ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine,
                                    PVOID Context)
{
    struct dma_grant *grant;
    NTSTATUS status;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    status = make_grant(dma_adapter_of(DmaAdapter), NumberOfMapRegisters, &grant);
    if (!NT_SUCCESS(status))
        return status;
    grant->routine = ExecutionRoutine;
    grant->context = Context;
    grant->device = DeviceObject;
    grant->irp = DeviceObject ? DeviceObject->CurrentIrp : NULL;
    status = dma_request(grant, FALSE);
    if (!NT_SUCCESS(status))
        discard_grant(grant);
    return status;
}

NTSTATUS NTAPI dma_allocate_channel_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                       PVOID DmaTransferContext, ULONG NumberOfMapRegisters,
                                       ULONG Flags, PDRIVER_CONTROL ExecutionRoutine,
                                       PVOID ExecutionContext, PVOID *MapRegisterBase)
{
    BOOLEAN is_now = (Flags & DMA_SYNCHRONOUS_CALLBACK) != 0;
    struct dma_grant *grant;
    NTSTATUS status;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!DmaTransferContext || (Flags & ~DMA_SYNCHRONOUS_CALLBACK) ||
        (!ExecutionRoutine && !(is_now && MapRegisterBase)))
        return STATUS_INVALID_PARAMETER;
    status = make_grant(dma_adapter_of(DmaAdapter), NumberOfMapRegisters, &grant);
    if (!NT_SUCCESS(status))
        return status;
    grant->routine = ExecutionRoutine;
    grant->context = ExecutionContext;
    grant->device = DeviceObject;
    grant->transfer_context = DmaTransferContext;
    /* Before the request: the routine may give the grant back. */
    if (MapRegisterBase)
        *MapRegisterBase = grant;
    status = dma_request(grant, is_now);
    if (!NT_SUCCESS(status)) {
        discard_grant(grant);
        if (MapRegisterBase)
            *MapRegisterBase = NULL;
    }
    return status;
}

BOOLEAN NTAPI dma_cancel_channel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                 PVOID DmaTransferContext)
{
    struct dma_grant *grant = dma_cancel_request(dma_adapter_of(DmaAdapter), DmaTransferContext);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (!grant)
        return FALSE;
    if (grant->is_list)
        dma_discard_list(grant);
    else
        discard_grant(grant);
    return TRUE;
}

/* ---- Giving it back ----------------------------------------------------------------- */

VOID NTAPI dma_free_adapter_object(PDMA_ADAPTER DmaAdapter, IO_ALLOCATION_ACTION AllocationAction)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);
    struct dma_grant *owner;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (AllocationAction == KeepObject)
        return;
    if (adapter->channel)
        dma_channel_check_idle(adapter->channel);
    owner = dma_free_adapter(adapter);
    if (AllocationAction == DeallocateObject)
        dma_free_registers(owner);
    dma_grant_next(adapter);
}

VOID NTAPI dma_free_channel(PDMA_ADAPTER DmaAdapter)
{
    dma_free_adapter_object(DmaAdapter, DeallocateObject);
}

/* The driver's map register base is a grant, if it is one of the adapter's. */
static struct dma_grant *find_grant(struct dma_adapter *adapter, PVOID base)
{
    struct dma_grant *found = NULL;

    mm_acquire(&adapter->lock);
    for (PLIST_ENTRY link = adapter->grants.Flink; link != &adapter->grants && !found;
         link = link->Flink) {
        if (CONTAINING_RECORD(link, struct dma_grant, link) == base)
            found = base;
    }
    mm_release(&adapter->lock);
    return found;
}

VOID NTAPI dma_free_map_registers(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase,
                                  ULONG NumberOfMapRegisters)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);
    struct dma_grant *grant = find_grant(adapter, MapRegisterBase);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!grant || grant->count != NumberOfMapRegisters)
        dma_misuse(0x05, NumberOfMapRegisters - (grant ? grant->count : 0), 0, 0,
                   "The map registers are not the driver's, or not so many.");
    dma_free_registers(grant);
    dma_grant_next(adapter);
}

/* ---- Mapping -------------------------------------------------------------------------- */

/* How many bytes there is room for in the registers from position on. */
static ULONG64 room_in_registers(const struct dma_grant *grant, ULONG64 position)
{
    ULONG64 in_page = (grant->mdl->ByteOffset + grant->offset) & (PAGE_SIZE - 1);
    ULONG64 room = ((ULONG64)grant->count << PAGE_SHIFT) - in_page;

    if (!grant->adapter->bounce)
        return MAXULONG;
    return room > position ? room - position : 0;
}

static ULONG map_piece(struct dma_grant *grant, struct dma_place place, PULONG length,
                       BOOLEAN is_write, SCATTER_GATHER_ELEMENT *elements, ULONG room)
{
    ULONG64 position = 0;
    ULONG count;

    if (!grant->mapped)
        dma_place_grant(grant, place, *length);
    else if (!dma_position(grant, place, &position))
        dma_misuse(0x1F, 1, place.offset, (ULONG_PTR)place.mdl,
                   "What is mapped next lies before what is mapped.");
    room = min(room, grant->reserved - grant->mapping.count);
    *length = (ULONG)min(*length, room_in_registers(grant, position));
    count = dma_make_elements(grant, place, position, *length, elements, room, length);
    if (!count)
        dma_misuse(0x0C, (ULONG_PTR)grant->mapping.count + 1, grant->count, 0,
                   "More is mapped than there are map registers for.");
    /* For reading, too: of what the device does not write the driver sees what was there. */
    dma_copy_in(grant, place, position, *length);
    dma_map(grant->adapter->domain, &grant->mapping, elements, count,
            is_write ? DMA_DEVICE_READS : DMA_DEVICE_WRITES);
    grant->mapped = max(grant->mapped, (ULONG)position + *length);
    return count;
}

static struct dma_grant *check_grant(PDMA_ADAPTER adapter, PVOID base)
{
    struct dma_grant *grant = find_grant(dma_adapter_of(adapter), base);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!grant)
        dma_misuse(0x20, (ULONG_PTR)base, 0, 0, "The driver does not have these map registers.");
    return grant;
}

PHYSICAL_ADDRESS NTAPI dma_map_transfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                                        PVOID CurrentVa, PULONG Length, BOOLEAN WriteToDevice)
{
    struct dma_grant *grant = check_grant(DmaAdapter, MapRegisterBase);
    struct dma_place place = dma_check_place(Mdl, dma_offset_of(Mdl, CurrentVa), *Length);
    SCATTER_GATHER_ELEMENT element;

    map_piece(grant, place, Length, WriteToDevice, &element, 1);
    if (grant->adapter->channel)
        dma_channel_start(grant, &(struct dma_program){
                                     .elements = &element, .count = 1, .is_write = WriteToDevice});
    return element.Address;
}

NTSTATUS NTAPI dma_map_transfer_ex(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                                   ULONGLONG Offset, ULONG DeviceOffset, PULONG Length,
                                   BOOLEAN WriteToDevice, PSCATTER_GATHER_LIST ScatterGatherBuffer,
                                   ULONG ScatterGatherBufferLength,
                                   PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                                   PVOID CompletionContext)
{
    struct dma_grant *grant = check_grant(DmaAdapter, MapRegisterBase);
    struct dma_place place = dma_check_place(Mdl, Offset, *Length);
    SCATTER_GATHER_ELEMENT own[8];
    struct dma_program program = {.elements = own,
                                  .device_offset = DeviceOffset,
                                  .is_write = WriteToDevice,
                                  .completion = DmaCompletionRoutine,
                                  .context = CompletionContext};
    ULONG room = RTL_NUMBER_OF(own);

    if (!ScatterGatherBuffer && !grant->adapter->channel)
        return STATUS_INVALID_PARAMETER;
    if (ScatterGatherBuffer) {
        SIZE_T head = offsetof(SCATTER_GATHER_LIST, Elements);
        if (ScatterGatherBufferLength < head + sizeof(own[0]))
            return STATUS_BUFFER_TOO_SMALL;
        room = (ULONG)((ScatterGatherBufferLength - head) / sizeof(own[0]));
        program.elements = ScatterGatherBuffer->Elements;
    }
    if (!grant->adapter->is_scatter_gather)
        room = 1;
    if (grant->adapter->channel)
        room = min(room, dma_channel_room(grant->adapter->channel));
    if (dma_is_cancelled(grant->transfer_context))
        return STATUS_CANCELLED;
    program.count = map_piece(grant, place, Length, WriteToDevice, program.elements, room);
    if (ScatterGatherBuffer) {
        ScatterGatherBuffer->NumberOfElements = program.count;
        ScatterGatherBuffer->Reserved = 0;
    }
    if (grant->adapter->channel)
        dma_channel_start(grant, &program);
    return STATUS_SUCCESS;
}

/* ---- Flushing --------------------------------------------------------------------------- */

static VOID flush(struct dma_grant *grant, PMDL mdl, ULONG64 offset, ULONG length, BOOLEAN is_write)
{
    struct dma_place place = {mdl, 0};
    ULONG64 position = 0;

    if (length)
        place = dma_check_place(mdl, offset, length);
    if (!grant->mapped || (length && !dma_position(grant, place, &position)) ||
        position + length > grant->mapped)
        dma_misuse(0x20, (ULONG_PTR)grant, (ULONG_PTR)offset, (ULONG_PTR)mdl,
                   "What is flushed is not mapped.");
    dma_unmap(&grant->mapping);
    if (!is_write)
        dma_copy_out(grant, place, position, length);
    grant->mapped = 0;
}

NTSTATUS NTAPI dma_flush_ex(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                            ULONGLONG Offset, ULONG Length, BOOLEAN WriteToDevice)
{
    struct dma_grant *grant = check_grant(DmaAdapter, MapRegisterBase);

    if (grant->adapter->channel)
        dma_channel_check_idle(grant->adapter->channel);
    flush(grant, Mdl, Offset, Length, WriteToDevice);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI dma_flush(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa,
                        ULONG Length, BOOLEAN WriteToDevice)
{
    return NT_SUCCESS(dma_flush_ex(DmaAdapter, Mdl, MapRegisterBase, dma_offset_of(Mdl, CurrentVa),
                                   Length, WriteToDevice));
}

VOID dma_name_registers(PVOID map_register_base, PCSTR kind, ULONG64 owner)
{
    struct dma_grant *grant = map_register_base;

    grant->mapping.kind = kind;
    grant->mapping.owner = owner;
}
