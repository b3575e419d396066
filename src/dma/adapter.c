/*
 * Adapters: what IoGetDmaAdapter makes of a device's description, and the operations in it.
 */
#include "dma_private.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

/* A device that reaches all memory, 64 MiB at a time: lists are made ready for so many pages. */
#define REGISTERS_MOST 0x4001u
/* With memory of their own: 2 MiB, or for an ISA device 64 KiB. */
#define REGISTERS_NARROW DMA_BOUNCE_REGISTERS
#define REGISTERS_ISA 17u

C_ASSERT(sizeof(DMA_ADAPTER) == 0x10);
C_ASSERT(sizeof(DEVICE_DESCRIPTION) == 0x40);
C_ASSERT(offsetof(DEVICE_DESCRIPTION, DmaAddressWidth) == 0x28);
C_ASSERT(offsetof(DMA_OPERATIONS, GetDmaAdapterInfo) == 0x80);
C_ASSERT(sizeof(DMA_OPERATIONS) == 0xE8);
C_ASSERT(sizeof(SCATTER_GATHER_ELEMENT) == 24);
C_ASSERT(offsetof(SCATTER_GATHER_LIST, Elements) == 16);

VOID dma_misuse(ULONG rule, ULONG_PTR second, ULONG_PTR third, ULONG_PTR fourth, PCSTR note)
{
    const ULONG_PTR parameters[4] = {rule, second, third, fourth};

    ke_bugcheck(DRIVER_VERIFIER_DMA_VIOLATION, parameters, note);
}

/* ---- Questions ------------------------------------------------------------------------ */

static ULONG NTAPI get_alignment(PDMA_ADAPTER DmaAdapter)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    return 1;
}

static ULONG NTAPI read_counter(PDMA_ADAPTER DmaAdapter)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);

    return adapter->channel ? dma_channel_counter(adapter->channel) : 0;
}

static NTSTATUS NTAPI get_adapter_info(PDMA_ADAPTER DmaAdapter, PDMA_ADAPTER_INFO AdapterInfo)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);

    if (AdapterInfo->Version != DMA_ADAPTER_INFO_VERSION1)
        return STATUS_NOT_SUPPORTED;
    AdapterInfo->V1 = (DMA_ADAPTER_INFO_V1){
        .ReadDmaCounterAvailable = adapter->channel != NULL,
        .ScatterGatherLimit = adapter->is_scatter_gather ? adapter->register_count : 1,
        .DmaAddressWidth = adapter->address_bits,
        .Flags = ADAPTER_INFO_SYNCHRONOUS_CALLBACK,
        .MinimumTransferUnit = 1,
    };
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI get_transfer_info(PDMA_ADAPTER DmaAdapter, PMDL Mdl, ULONGLONG Offset,
                                        ULONG Length, BOOLEAN WriteOnly,
                                        PDMA_TRANSFER_INFO TransferInfo)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);
    struct dma_grant grant = {.adapter = adapter};
    struct dma_place place;
    ULONG pages, elements;

    UNREFERENCED_PARAMETER(WriteOnly);
    if (TransferInfo->Version != DMA_TRANSFER_INFO_VERSION1 &&
        TransferInfo->Version != DMA_TRANSFER_INFO_VERSION2)
        return STATUS_NOT_SUPPORTED;
    if (!Length || !dma_find_place(Mdl, Offset, Length, &place))
        return STATUS_INVALID_PARAMETER;
    pages = dma_span(place, Length);
    dma_place_grant(&grant, place, Length);
    elements = grant.is_copied ? 1 : dma_count_elements(&grant, place, Length);
    TransferInfo->V1 = (DMA_TRANSFER_INFO_V1){
        .MapRegisterCount = pages,
        .ScatterGatherElementCount = elements,
        .ScatterGatherListSize = dma_list_bytes(pages),
    };
    if (TransferInfo->Version == DMA_TRANSFER_INFO_VERSION2)
        TransferInfo->V2.LogicalPageCount = pages;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI initialize_context(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    if (!DmaTransferContext)
        return STATUS_INVALID_PARAMETER;
    memset(DmaTransferContext, 0, DMA_TRANSFER_CONTEXT_SIZE_V1);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI configure_channel(PDMA_ADAPTER DmaAdapter, ULONG FunctionNumber,
                                        PVOID Context)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(FunctionNumber);
    UNREFERENCED_PARAMETER(Context);
    /* The controller has no functions of its own. */
    return STATUS_NOT_IMPLEMENTED;
}

/* ---- The end of an adapter ------------------------------------------------------------ */

static ULONG list_length(const LIST_ENTRY *list)
{
    ULONG count = 0;

    for (const LIST_ENTRY *link = list->Flink; link != list; link = link->Flink)
        count++;
    return count;
}

/* Nothing may be left that uses it. */
static VOID check_unused(struct dma_adapter *adapter)
{
    ULONG grants = list_length(&adapter->grants);
    ULONG buffers = list_length(&adapter->buffers);
    ULONG_PTR seen = (ULONG_PTR)&adapter->seen;
    CHAR note[128];

    dma_describe_use(adapter->domain, note, sizeof(note));
    if (adapter->list_count)
        dma_misuse(0x0A, seen, adapter->list_count, (ULONG_PTR)adapter, note);
    if (buffers)
        dma_misuse(0x07, seen, buffers, (ULONG_PTR)adapter, note);
    if (adapter->owner || !IsListEmpty(&adapter->waiters))
        dma_misuse(0x08, seen, list_length(&adapter->waiters) + (adapter->owner ? 1 : 0),
                   (ULONG_PTR)adapter, note);
    if (grants)
        dma_misuse(0x09, seen, grants, (ULONG_PTR)adapter, note);
}

static VOID NTAPI put_adapter(PDMA_ADAPTER DmaAdapter)
{
    struct dma_adapter *adapter = dma_adapter_of(DmaAdapter);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    check_unused(adapter);
    if (adapter->channel)
        dma_channel_close(adapter->channel);
    if (adapter->bounce)
        MmFreeContiguousMemory((PVOID)(MM_DIRECT_MAP + (adapter->bounce << PAGE_SHIFT)));
    dma_domain_release(adapter->domain);
    ExFreePoolWithTag(adapter, DMA_TAG);
}

/* ---- The operations, as each version has them ------------------------------------------ */

#define OPERATIONS_1                                                                               \
    .PutDmaAdapter = put_adapter, .AllocateCommonBuffer = dma_allocate_common,                     \
    .FreeCommonBuffer = dma_free_common, .AllocateAdapterChannel = dma_allocate_channel,           \
    .FlushAdapterBuffers = dma_flush, .FreeAdapterChannel = dma_free_channel,                      \
    .FreeMapRegisters = dma_free_map_registers, .MapTransfer = dma_map_transfer,                   \
    .GetDmaAlignment = get_alignment, .ReadDmaCounter = read_counter,                              \
    .GetScatterGatherList = dma_get_list, .PutScatterGatherList = dma_put_list

#define OPERATIONS_2                                                                               \
    OPERATIONS_1, .CalculateScatterGatherList = dma_calculate_list,                                \
                  .BuildScatterGatherList = dma_build_list,                                        \
                  .BuildMdlFromScatterGatherList = dma_mdl_of_list

static DMA_OPERATIONS operations[] = {
    {.Size = offsetof(DMA_OPERATIONS, CalculateScatterGatherList), OPERATIONS_1},
    {.Size = offsetof(DMA_OPERATIONS, GetDmaAdapterInfo), OPERATIONS_2},
    {.Size = sizeof(DMA_OPERATIONS),
     OPERATIONS_2,
     .GetDmaAdapterInfo = get_adapter_info,
     .GetDmaTransferInfo = get_transfer_info,
     .InitializeDmaTransferContext = initialize_context,
     .AllocateCommonBufferEx = dma_allocate_common_ex,
     .AllocateAdapterChannelEx = dma_allocate_channel_ex,
     .ConfigureAdapterChannel = configure_channel,
     .CancelAdapterChannel = dma_cancel_channel,
     .MapTransferEx = dma_map_transfer_ex,
     .GetScatterGatherListEx = dma_get_list_ex,
     .BuildScatterGatherListEx = dma_build_list_ex,
     .FlushAdapterBuffersEx = dma_flush_ex,
     .FreeAdapterObject = dma_free_adapter_object,
     .CancelMappedTransfer = dma_cancel_transfer},
};

/* ---- The beginning ------------------------------------------------------------------------ */

static ULONG bits_of(const DEVICE_DESCRIPTION *description)
{
    if (description->Version >= DEVICE_DESCRIPTION_VERSION3 && description->DmaAddressWidth)
        return min(description->DmaAddressWidth, 64);
    /* Version 3 leaves a channel's width to the controller, which reaches all memory. */
    if (description->Dma64BitAddresses ||
        (description->Version >= DEVICE_DESCRIPTION_VERSION3 && !description->Master))
        return 64;
    return description->Dma32BitAddresses ? 32 : 24;
}

static BOOLEAN needs_memory(const struct dma_adapter *adapter)
{
    const ULONG64 last = ((MM_PROGRAM_BASE + MM_PROGRAM_FRAMES) << PAGE_SHIFT) - 1;

    return adapter->highest < last || !adapter->is_scatter_gather;
}

/* Gives the adapter its registers; FALSE if there is no memory for them. */
static BOOLEAN make_registers(struct dma_adapter *adapter, ULONG maximum_length)
{
    const PHYSICAL_ADDRESS lowest = {.QuadPart = 0}, boundary = {.QuadPart = 0};
    const PHYSICAL_ADDRESS highest = {.QuadPart = (LONGLONG)adapter->highest};
    ULONG wanted = (ULONG)min(BYTES_TO_PAGES((ULONG64)maximum_length) + 1, REGISTERS_MOST);
    PVOID memory;

    adapter->register_count = max(wanted, 2);
    if (!needs_memory(adapter))
        return TRUE;
    adapter->register_count =
        min(adapter->register_count, adapter->address_bits > 24 ? REGISTERS_NARROW : REGISTERS_ISA);
    RtlInitializeBitMap(&adapter->taken, adapter->taken_bits, adapter->register_count);
    RtlClearAllBits(&adapter->taken);
    memory = MmAllocateContiguousMemorySpecifyCache((SIZE_T)adapter->register_count << PAGE_SHIFT,
                                                    lowest, highest, boundary, MmCached);
    if (!memory)
        return FALSE;
    adapter->bounce = (PFN_NUMBER)MmGetPhysicalAddress(memory).QuadPart >> PAGE_SHIFT;
    return TRUE;
}

static NTSTATUS set_up(struct dma_adapter *adapter, PDEVICE_OBJECT device,
                       const DEVICE_DESCRIPTION *description)
{
    ULONG version = min(max(description->Version, 1), RTL_NUMBER_OF(operations));

    adapter->seen = (DMA_ADAPTER){.Version = (USHORT)version,
                                  .Size = sizeof(*adapter),
                                  .DmaOperations = &operations[version - 1]};
    adapter->address_bits = bits_of(description);
    adapter->highest =
        adapter->address_bits == 64 ? MAXULONG64 : ((ULONG64)1 << adapter->address_bits) - 1;
    adapter->is_scatter_gather = description->ScatterGather || !description->Master;
    InitializeListHead(&adapter->waiters);
    InitializeListHead(&adapter->grants);
    InitializeListHead(&adapter->buffers);
    if (!description->Master) {
        adapter->channel = dma_channel_open(adapter, description);
        if (!adapter->channel)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    return dma_domain_of(device, &adapter->domain);
}

PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject,
                                   PDEVICE_DESCRIPTION DeviceDescription,
                                   PULONG NumberOfMapRegisters)
{
    struct dma_adapter *adapter;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (DeviceDescription->Version > DEVICE_DESCRIPTION_VERSION3)
        return NULL;
    adapter = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*adapter), DMA_TAG);
    if (!adapter)
        return NULL;
    if (!NT_SUCCESS(set_up(adapter, PhysicalDeviceObject, DeviceDescription)))
        goto no_adapter;
    if (!make_registers(adapter, DeviceDescription->MaximumLength))
        goto no_registers;
    *NumberOfMapRegisters = adapter->register_count;
    return &adapter->seen;

no_registers:
    dma_domain_release(adapter->domain);
no_adapter:
    if (adapter->channel)
        dma_channel_close(adapter->channel);
    ExFreePoolWithTag(adapter, DMA_TAG);
    return NULL;
}
