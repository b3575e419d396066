/*
 * Scatter/gather lists: a transfer's elements, all of them mapped at once.
 */
#include "dma_private.h"

#include "../ex/ex.h"

/* What comes before a list, in memory of ours or of the driver's. */
struct dma_list {
    struct dma_grant grant;
    PDRIVER_LIST_CONTROL routine; /* may be NULL: the caller takes the list */
    PVOID context;
    ULONG length;     /* bytes */
    BOOLEAN is_write; /* to the device */
    BOOLEAN is_ours;  /* the memory; freed with the list */
    SCATTER_GATHER_LIST list;
};

/* What a driver asks for. */
struct dma_list_request {
    PDEVICE_OBJECT device;
    PIRP irp;
    PVOID transfer_context;
    PMDL mdl;
    ULONG64 offset;
    ULONG length, flags;
    PDRIVER_LIST_CONTROL routine;
    PVOID context;
    BOOLEAN is_write;
    PVOID buffer; /* NULL: ours */
    ULONG buffer_length;
};

ULONG dma_list_bytes(ULONG pages)
{
    ULONG64 bytes =
        offsetof(struct dma_list, list.Elements) + (ULONG64)pages * sizeof(SCATTER_GATHER_ELEMENT);

    return bytes <= MAXULONG ? (ULONG)bytes : 0;
}

static struct dma_list *list_of(PSCATTER_GATHER_LIST list)
{
    struct dma_list *own = CONTAINING_RECORD(list, struct dma_list, list);

    /* Once it is put there is nothing in Reserved, if the memory is still there at all. */
    if (list->Reserved != (ULONG_PTR)own)
        dma_misuse(0x06, (ULONG_PTR)list, 0, 0, "It is no scatter/gather list, or was put before.");
    return own;
}

/* ---- Building ----------------------------------------------------------------------- */

static ULONG make_elements(struct dma_list *own, ULONG room)
{
    struct dma_place place = {own->grant.mdl, own->grant.offset};
    ULONG mapped;

    own->list.Reserved = (ULONG_PTR)own;
    own->list.NumberOfElements =
        dma_make_elements(&own->grant, place, 0, own->length, own->list.Elements, room, &mapped);
    return own->list.NumberOfElements;
}

static VOID map_elements(struct dma_list *own)
{
    struct dma_grant *grant = &own->grant;
    struct dma_place place = {grant->mdl, grant->offset};

    dma_copy_in(grant, place, 0, own->length);
    dma_map(grant->adapter->domain, &grant->mapping, own->list.Elements, own->list.NumberOfElements,
            own->is_write ? DMA_DEVICE_READS : DMA_DEVICE_WRITES);
}

/* A DRIVER_CONTROL: the registers are granted. */
static IO_ALLOCATION_ACTION NTAPI control(PDEVICE_OBJECT device, PIRP irp, PVOID base,
                                          PVOID context)
{
    struct dma_list *own = context;

    UNREFERENCED_PARAMETER(base);
    make_elements(own, own->grant.reserved);
    map_elements(own);
    if (own->routine)
        own->routine(device, irp, &own->list, own->context);
    return DeallocateObjectKeepRegisters;
}

/* The adapter's registers have no memory: nobody has to wait for anything. */
static NTSTATUS list_at_once(struct dma_list *own, ULONG pages)
{
    struct dma_grant *grant = &own->grant;
    NTSTATUS status;
    KIRQL irql;

    if (pages > grant->adapter->register_count)
        return STATUS_INSUFFICIENT_RESOURCES;
    make_elements(own, pages);
    status = dma_reserve(grant->adapter->domain, own->list.NumberOfElements);
    if (!NT_SUCCESS(status))
        return status;
    grant->reserved = own->list.NumberOfElements;
    __atomic_fetch_add(&grant->adapter->list_count, 1, __ATOMIC_RELAXED);
    map_elements(own);
    if (!own->routine)
        return STATUS_SUCCESS;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    own->routine(grant->device, grant->irp, &own->list, own->context);
    KeLowerIrql(irql);
    return STATUS_SUCCESS;
}

static NTSTATUS list_in_turn(struct dma_list *own, ULONG pages, BOOLEAN is_now)
{
    struct dma_grant *grant = &own->grant;
    struct dma_adapter *adapter = grant->adapter;
    NTSTATUS status = dma_reserve(adapter->domain, pages);

    if (!NT_SUCCESS(status))
        return status;
    grant->reserved = pages;
    __atomic_fetch_add(&adapter->list_count, 1, __ATOMIC_RELAXED);
    status = dma_request(grant, is_now);
    if (!NT_SUCCESS(status)) {
        __atomic_fetch_sub(&adapter->list_count, 1, __ATOMIC_RELAXED);
        dma_unreserve(adapter->domain, pages);
    }
    return status;
}

static VOID fill(struct dma_list *own, struct dma_adapter *adapter, struct dma_place place,
                 const struct dma_list_request *request, ULONG pages)
{
    *own = (struct dma_list){
        .grant = {.adapter = adapter,
                  .routine = control,
                  .context = own,
                  .device = request->device,
                  .irp = request->irp,
                  .transfer_context = request->transfer_context,
                  .count = pages,
                  .is_list = TRUE,
                  .mapping = {.kind = "scatter/gather list",
                              .owner = (ULONG64)(ULONG_PTR)&own->list}},
        .routine = request->routine,
        .context = request->context,
        .length = request->length,
        .is_write = request->is_write,
        .is_ours = !request->buffer,
    };
    dma_place_grant(&own->grant, place, request->length);
}

static NTSTATUS make_list(PDMA_ADAPTER seen, const struct dma_list_request *request,
                          PSCATTER_GATHER_LIST *list)
{
    struct dma_adapter *adapter = dma_adapter_of(seen);
    struct dma_place place;
    struct dma_list *own = request->buffer;
    NTSTATUS status;
    ULONG pages, bytes;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!request->length || !dma_find_place(request->mdl, request->offset, request->length, &place))
        return STATUS_BUFFER_TOO_SMALL;
    dma_check_place(request->mdl, request->offset, request->length);
    pages = dma_span(place, request->length);
    bytes = dma_list_bytes(pages);
    if (own && (!bytes || request->buffer_length < bytes))
        return STATUS_BUFFER_TOO_SMALL;
    if (!own && bytes)
        own = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, DMA_TAG);
    if (!own)
        return STATUS_INSUFFICIENT_RESOURCES;
    fill(own, adapter, place, request, pages);
    /* Before the routine, which may put it. */
    if (list)
        *list = &own->list;
    status = adapter->bounce
                 ? list_in_turn(own, pages, (request->flags & DMA_SYNCHRONOUS_CALLBACK) != 0)
                 : list_at_once(own, pages);
    if (!NT_SUCCESS(status)) {
        if (list)
            *list = NULL;
        if (!request->buffer)
            ExFreePoolWithTag(own, DMA_TAG);
    }
    return status;
}

/* ---- Putting --------------------------------------------------------------------------- */

static VOID free_list(struct dma_list *own)
{
    struct dma_adapter *adapter = own->grant.adapter;

    own->list.Reserved = 0;
    if (own->is_ours)
        ExFreePoolWithTag(own, DMA_TAG);
    __atomic_fetch_sub(&adapter->list_count, 1, __ATOMIC_RELAXED);
}

VOID dma_discard_list(struct dma_grant *grant)
{
    dma_unreserve(grant->adapter->domain, grant->reserved);
    free_list(CONTAINING_RECORD(grant, struct dma_list, grant));
}

VOID NTAPI dma_put_list(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                        BOOLEAN WriteToDevice)
{
    struct dma_list *own = list_of(ScatterGather);
    struct dma_grant *grant = &own->grant;
    struct dma_adapter *adapter = grant->adapter;
    struct dma_place place = {grant->mdl, grant->offset};

    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(WriteToDevice);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    dma_unmap(&grant->mapping);
    if (!own->is_write)
        dma_copy_out(grant, place, 0, own->length);
    if (adapter->bounce)
        dma_free_registers(grant);
    else
        dma_unreserve(adapter->domain, grant->reserved);
    free_list(own);
    if (adapter->bounce)
        dma_grant_next(adapter);
}

VOID dma_name_list(PSCATTER_GATHER_LIST list, PCSTR kind, ULONG64 owner)
{
    struct dma_list *own = list_of(list);

    own->grant.mapping.kind = kind;
    own->grant.mapping.owner = owner;
}

/* ---- What drivers call -------------------------------------------------------------------- */

NTSTATUS NTAPI dma_build_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                              PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine,
                              PVOID Context, BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                              ULONG ScatterGatherLength)
{
    const struct dma_list_request request = {
        .device = DeviceObject,
        .irp = DeviceObject ? DeviceObject->CurrentIrp : NULL,
        .mdl = Mdl,
        .offset = dma_offset_of(Mdl, CurrentVa),
        .length = Length,
        .routine = ExecutionRoutine,
        .context = Context,
        .is_write = WriteToDevice,
        .buffer = ScatterGatherBuffer,
        .buffer_length = ScatterGatherLength,
    };

    return make_list(DmaAdapter, &request, NULL);
}

NTSTATUS NTAPI dma_get_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                            PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine,
                            PVOID Context, BOOLEAN WriteToDevice)
{
    return dma_build_list(DmaAdapter, DeviceObject, Mdl, CurrentVa, Length, ExecutionRoutine,
                          Context, WriteToDevice, NULL, 0);
}

NTSTATUS NTAPI dma_build_list_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                 PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
                                 ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                                 BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                                 ULONG ScatterGatherLength,
                                 PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                                 PVOID CompletionContext, PVOID ScatterGatherList)
{
    const struct dma_list_request request = {
        .device = DeviceObject,
        .transfer_context = DmaTransferContext,
        .mdl = Mdl,
        .offset = Offset,
        .length = Length,
        .flags = Flags,
        .routine = ExecutionRoutine,
        .context = Context,
        .is_write = WriteToDevice,
        .buffer = ScatterGatherBuffer,
        .buffer_length = ScatterGatherLength,
    };
    BOOLEAN is_now = (Flags & DMA_SYNCHRONOUS_CALLBACK) != 0;

    /* Only a system channel completes transfers, and lists are not for those. */
    UNREFERENCED_PARAMETER(DmaCompletionRoutine);
    UNREFERENCED_PARAMETER(CompletionContext);
    if (!DmaTransferContext || (Flags & ~DMA_SYNCHRONOUS_CALLBACK) ||
        dma_adapter_of(DmaAdapter)->channel ||
        (!ExecutionRoutine && !(is_now && ScatterGatherList)))
        return STATUS_INVALID_PARAMETER;
    return make_list(DmaAdapter, &request, ScatterGatherList);
}

NTSTATUS NTAPI dma_get_list_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                               PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
                               ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                               BOOLEAN WriteToDevice, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                               PVOID CompletionContext, PSCATTER_GATHER_LIST *ScatterGatherList)
{
    return dma_build_list_ex(DmaAdapter, DeviceObject, DmaTransferContext, Mdl, Offset, Length,
                             Flags, ExecutionRoutine, Context, WriteToDevice, NULL, 0,
                             DmaCompletionRoutine, CompletionContext, ScatterGatherList);
}

NTSTATUS NTAPI dma_calculate_list(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa, ULONG Length,
                                  PULONG ScatterGatherListSize, PULONG NumberOfMapRegisters)
{
    ULONG pages = (ULONG)ADDRESS_AND_SIZE_TO_SPAN_PAGES(CurrentVa, Length);
    struct dma_place place;

    UNREFERENCED_PARAMETER(DmaAdapter);
    if (Mdl) {
        if (!dma_find_place(Mdl, dma_offset_of(Mdl, CurrentVa), Length, &place))
            return STATUS_BUFFER_TOO_SMALL;
        pages = dma_span(place, Length);
    }
    *ScatterGatherListSize = dma_list_bytes(pages);
    if (NumberOfMapRegisters)
        *NumberOfMapRegisters = pages;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI dma_mdl_of_list(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                               PMDL OriginalMdl, PMDL *TargetMdl)
{
    list_of(ScatterGather);
    *TargetMdl = NULL;
    /* The original tells the frames on the bus, unless these are the registers'. */
    if (dma_adapter_of(DmaAdapter)->bounce)
        return STATUS_NOT_SUPPORTED;
    *TargetMdl = OriginalMdl;
    return STATUS_SUCCESS;
}
