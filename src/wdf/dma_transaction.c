/*
 * WDFDMATRANSACTION: its states, what it is initialized with, and its release.
 */
#include "dma.h"

#include "driver.h"

VOID wdf_dma_wrong_state(struct wdf_dma_transaction *transaction, PCSTR function)
{
    static const PCSTR names[] = {
        [WDF_DMA_CREATED] = "created",         [WDF_DMA_RESERVED] = "reserved",
        [WDF_DMA_INITIALIZED] = "initialized", [WDF_DMA_TRANSFER] = "transferring",
        [WDF_DMA_COMPLETED] = "completed",     [WDF_DMA_FAILED] = "failed",
        [WDF_DMA_RELEASED] = "released",       [WDF_DMA_DELETED] = "deleted",
    };
    enum wdf_dma_state state = wdf_dma_state(transaction);

    wdf_violation(WDF_DMA_FATAL_ERROR, transaction->object.handle, state, function,
                  "WDFDMATRANSACTION 0x%p is %s", wdf_handle_of(transaction), names[state]);
}

/* ---- The buffer ------------------------------------------------------------------------ */

BOOLEAN wdf_dma_find(PMDL *mdl, PSIZE_T offset)
{
    while (*mdl && *offset >= MmGetMdlByteCount(*mdl)) {
        *offset -= MmGetMdlByteCount(*mdl);
        *mdl = (*mdl)->Next;
    }
    return *mdl != NULL;
}

BOOLEAN wdf_dma_span(PMDL mdl, SIZE_T offset, SIZE_T length, PULONG pages)
{
    *pages = 0;
    while (length) {
        SIZE_T bytes;

        if (!wdf_dma_find(&mdl, &offset))
            return FALSE;
        bytes = min(MmGetMdlByteCount(mdl) - offset, length);
        *pages += (ULONG)ADDRESS_AND_SIZE_TO_SPAN_PAGES(
            (PUCHAR)MmGetMdlVirtualAddress(mdl) + offset, bytes);
        length -= bytes;
        offset += bytes;
    }
    return TRUE;
}

/* Does each transfer take no more elements than the device does? */
static NTSTATUS check_transfers(struct wdf_dma_transaction *transaction)
{
    SIZE_T done = 0, bytes;
    ULONG pages;

    for (; done < transaction->length; done += bytes) {
        bytes = min(transaction->length - done, transaction->maximum);
        if (!wdf_dma_span(transaction->mdl, transaction->offset + done, bytes, &pages))
            return STATUS_BUFFER_TOO_SMALL;
        if (transaction->enabler->is_scatter_gather &&
            pages > transaction->enabler->maximum_elements)
            return STATUS_WDF_TOO_FRAGMENTED;
    }
    return STATUS_SUCCESS;
}

/* Gets a longer buffer for the list, if it takes one. */
static NTSTATUS make_room(struct wdf_dma_transaction *transaction, ULONG bytes)
{
    PVOID buffer;

    if (!transaction->list_buffer || bytes <= transaction->list_bytes)
        return STATUS_SUCCESS;
    buffer =
        ExAllocatePoolWithTag(NonPagedPoolNx, bytes, transaction->object.globals->seen.DriverTag);
    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    ExFreePool(transaction->list_buffer);
    transaction->list_buffer = buffer;
    transaction->list_bytes = bytes;
    return STATUS_SUCCESS;
}

/* Can all of it be one transfer? */
static NTSTATUS check_single(struct wdf_dma_transaction *transaction)
{
    struct wdf_dma_enabler *enabler = transaction->enabler;
    ULONG reserved =
        transaction->reserved ? transaction->reserved : transaction->adapter->registers;
    DMA_TRANSFER_INFO info = {.Version = DMA_TRANSFER_INFO_VERSION1};
    NTSTATUS status;

    transaction->maximum = max(transaction->maximum, enabler->config.MaximumLength);
    if (transaction->length > transaction->maximum)
        return STATUS_WDF_TOO_MANY_TRANSFERS;
    status =
        wdf_dma_operations(transaction)
            ->GetDmaTransferInfo(transaction->adapter->adapter, transaction->mdl,
                                 transaction->offset, (ULONG)transaction->length,
                                 transaction->direction == WdfDmaDirectionWriteToDevice, &info);
    if (!NT_SUCCESS(status))
        return status;
    if (info.V1.MapRegisterCount > reserved)
        return STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS;
    if (info.V1.ScatterGatherElementCount > enabler->maximum_elements ||
        (info.V1.ScatterGatherElementCount > 1 && !enabler->is_scatter_gather &&
         !enabler->is_system))
        return STATUS_WDF_TOO_FRAGMENTED;
    return make_room(transaction, info.V1.ScatterGatherListSize);
}

/* ---- The request -------------------------------------------------------------------------- */

VOID wdf_dma_let_request_go(struct wdf_dma_transaction *transaction)
{
    if (!transaction->holds_request)
        return;
    transaction->holds_request = FALSE;
    /* Release: pairs with the acquire at the request's completion. */
    __atomic_fetch_sub(&transaction->request->memory_uses, 1, __ATOMIC_RELEASE);
    wdf_dereference(&transaction->request->object);
}

WDFDMATRANSACTION wdf_dma_user_of(struct wdf_request *request)
{
    PLIST_ENTRY enablers = &request->device->dma_enablers, list, link;

    /* For a report, after which nothing goes on: nobody is kept from changing the lists. */
    for (list = enablers->Flink; list != enablers; list = list->Flink) {
        struct wdf_object *enabler = &CONTAINING_RECORD(list, struct wdf_dma_enabler, link)->object;

        for (link = enabler->children.Flink; link != &enabler->children; link = link->Flink) {
            struct wdf_object *child = CONTAINING_RECORD(link, struct wdf_object, link);
            struct wdf_dma_transaction *transaction = (struct wdf_dma_transaction *)child;

            if (child->type == &wdf_type_dma_transaction && transaction->holds_request &&
                transaction->request == request)
                return wdf_handle_of(child);
        }
    }
    return NULL;
}

/* ---- Release --------------------------------------------------------------------------------- */

VOID wdf_dma_put_list(struct wdf_dma_transaction *transaction)
{
    PSCATTER_GATHER_LIST list = transaction->list;

    transaction->list = NULL;
    if (list)
        wdf_dma_operations(transaction)
            ->PutScatterGatherList(transaction->adapter->adapter, list,
                                   transaction->direction == WdfDmaDirectionWriteToDevice);
}

VOID wdf_dma_release_resources(struct wdf_dma_transaction *transaction, BOOLEAN is_all)
{
    wdf_dma_put_list(transaction);
    /* What it still waits for must not come any more. */
    if (transaction->adapter && !transaction->base)
        wdf_dma_operations(transaction)
            ->CancelAdapterChannel(transaction->adapter->adapter, NULL,
                                   transaction->transfer_context);
    if (transaction->base && (is_all || !transaction->reserved))
        wdf_dma_free_packet(transaction);
    if (!transaction->base) {
        transaction->adapter = NULL;
        transaction->reserved = 0;
    }
}

VOID wdf_dma_reset(struct wdf_dma_transaction *transaction, BOOLEAN is_all)
{
    wdf_dma_set_state(transaction, WDF_DMA_RELEASED);
    wdf_dma_release_resources(transaction, is_all);
    wdf_dma_let_request_go(transaction);
    transaction->request = NULL;
    transaction->request_handle = NULL;
    transaction->is_single = transaction->enabler->requires_single;
    transaction->is_immediate = FALSE;
    transaction->program = NULL;
    transaction->context = NULL;
    transaction->mdl = NULL;
    transaction->offset = transaction->length = transaction->remaining = 0;
    transaction->transferred = transaction->maximum = transaction->current = 0;
    transaction->configure = NULL;
    transaction->complete = NULL;
    transaction->device_offset = 0;
}

NTSTATUS NTAPI imp_WdfDmaTransactionRelease(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDMATRANSACTION DmaTransaction)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);

    if (state == WDF_DMA_RELEASED)
        return STATUS_SUCCESS;
    if (state == WDF_DMA_TRANSFER && wdf_globals_of(DriverGlobals)->is_verifier_on)
        wdf_dma_wrong_state(transaction, __func__);
    wdf_dma_reset(transaction, FALSE);
    return STATUS_SUCCESS;
}

/* ---- The object ------------------------------------------------------------------------- */

static VOID dispose_transaction(struct wdf_object *object)
{
    struct wdf_dma_transaction *transaction = (struct wdf_dma_transaction *)object;

    if (wdf_dma_state(transaction) == WDF_DMA_TRANSFER && object->globals->is_verifier_on)
        wdf_dma_wrong_state(transaction, "WdfObjectDelete");
    wdf_dma_set_state(transaction, WDF_DMA_DELETED);
    wdf_dma_release_resources(transaction, TRUE);
    wdf_dma_let_request_go(transaction);
}

static VOID destroy_transaction(struct wdf_object *object)
{
    struct wdf_dma_transaction *transaction = (struct wdf_dma_transaction *)object;

    if (transaction->list_buffer)
        ExFreePool(transaction->list_buffer);
}

const struct wdf_type wdf_type_dma_transaction = {
    .name = "WDFDMATRANSACTION",
    .number = WDF_TYPE_NUMBER_DMA_TRANSACTION,
    .dispose = dispose_transaction,
    .destroy = destroy_transaction,
};

/* The list's memory, so that no transfer has to ask for it. */
static NTSTATUS allocate_list(struct wdf_dma_transaction *transaction)
{
    struct wdf_dma_enabler *enabler = transaction->enabler;

    if (!enabler->is_scatter_gather && !enabler->is_system)
        return STATUS_SUCCESS;
    if (enabler->is_scatter_gather &&
        (enabler->config.Flags & WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION))
        return STATUS_SUCCESS;
    transaction->list_bytes = max(enabler->adapters[0].list_bytes, enabler->adapters[1].list_bytes);
    transaction->list_buffer =
        ExAllocatePoolWithTag(NonPagedPoolNx, max(transaction->list_bytes, 1),
                              transaction->object.globals->seen.DriverTag);
    return transaction->list_buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI imp_WdfDmaTransactionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFDMAENABLER DmaEnabler,
                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                           WDFDMATRANSACTION *DmaTransaction)
{
    struct wdf_dma_enabler *enabler = wdf_dma_enabler_of(DmaEnabler, __func__);
    struct wdf_dma_transaction *transaction;
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(DmaTransaction);
    *DmaTransaction = NULL;
    status = wdf_check_attributes(Attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(wdf_globals_of(DriverGlobals), &wdf_type_dma_transaction,
                                 sizeof(*transaction), Attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    transaction = object;
    transaction->enabler = enabler;
    transaction->is_single = enabler->requires_single;
    transaction->state = WDF_DMA_CREATED;
    KeInitializeSpinLock(&transaction->lock);
    status = allocate_list(transaction);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&transaction->object);
        return status;
    }
    return wdf_publish_object(transaction, &enabler->object, DmaTransaction);
}

/* ---- Initializing ----------------------------------------------------------------------- */

/* Where a packet device's transfers are the WDM interface's version 2, chains are not for it. */
static BOOLEAN takes_chains(const struct wdf_dma_enabler *enabler)
{
    return enabler->is_scatter_gather || enabler->is_system || enabler->version >= 3;
}

static NTSTATUS initialize(struct wdf_dma_transaction *transaction, PFN_WDF_PROGRAM_DMA program,
                           WDF_DMA_DIRECTION direction, PMDL mdl, SIZE_T offset, SIZE_T length,
                           PCSTR function)
{
    struct wdf_dma_adapter *adapter = wdf_dma_adapter_for(transaction->enabler, direction);
    enum wdf_dma_state state = wdf_dma_state(transaction);
    NTSTATUS status;

    if (state != WDF_DMA_CREATED && state != WDF_DMA_RESERVED && state != WDF_DMA_RELEASED)
        wdf_dma_wrong_state(transaction, function);
    if (!adapter->adapter)
        return STATUS_INVALID_DEVICE_REQUEST;
    transaction->adapter = adapter;
    transaction->direction = direction;
    transaction->program = program;
    transaction->mdl = mdl;
    transaction->offset = offset;
    transaction->length = transaction->remaining = (ULONG)length;
    transaction->transferred = transaction->current = 0;
    transaction->maximum = adapter->fragment;
    transaction->is_stopped = FALSE;
    /* One with map registers is known by the context that it got them with. */
    if (!transaction->base)
        adapter->adapter->DmaOperations->InitializeDmaTransferContext(
            adapter->adapter, transaction->transfer_context);
    status = transaction->is_single ? check_single(transaction) : check_transfers(transaction);
    if (NT_SUCCESS(status))
        wdf_dma_set_state(transaction, WDF_DMA_INITIALIZED);
    else
        wdf_dma_reset(transaction, FALSE);
    return status;
}

NTSTATUS NTAPI imp_WdfDmaTransactionInitialize(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMATRANSACTION DmaTransaction,
                                               PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
                                               WDF_DMA_DIRECTION DmaDirection, PMDL Mdl,
                                               PVOID VirtualAddress, size_t Length)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    SIZE_T offset;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(EvtProgramDmaFunction);
    WDF_REQUIRE(Mdl);
    offset = (SIZE_T)((ULONG_PTR)VirtualAddress - (ULONG_PTR)MmGetMdlVirtualAddress(Mdl));
    if (!Length || !wdf_is_dma_direction(DmaDirection) || offset >= MmGetMdlByteCount(Mdl))
        return STATUS_INVALID_PARAMETER;
    if (!takes_chains(transaction->enabler) && Length > MmGetMdlByteCount(Mdl) - offset)
        return STATUS_INVALID_PARAMETER;
    return initialize(transaction, EvtProgramDmaFunction, DmaDirection, Mdl, offset, Length,
                      __func__);
}

NTSTATUS NTAPI imp_WdfDmaTransactionInitializeUsingOffset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDMATRANSACTION DmaTransaction,
                                                          PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
                                                          WDF_DMA_DIRECTION DmaDirection, PMDL Mdl,
                                                          size_t Offset, size_t Length)
{
    PVOID address = Mdl ? (PUCHAR)MmGetMdlVirtualAddress(Mdl) + Offset : NULL;

    return imp_WdfDmaTransactionInitialize(DriverGlobals, DmaTransaction, EvtProgramDmaFunction,
                                           DmaDirection, Mdl, address, Length);
}

/* The data of a request in a direction. STATUS_INVALID_DEVICE_REQUEST: it has none like that. */
static NTSTATUS data_of(struct wdf_request *request, PWDF_DRIVER_GLOBALS globals,
                        WDF_DMA_DIRECTION direction, PCSTR function, PMDL *mdl, PULONG length)
{
    BOOLEAN is_write = direction == WdfDmaDirectionWriteToDevice;
    PIRP irp = wdf_request_irp(request, function);
    WDFREQUEST handle = wdf_handle_of(request);
    PIO_STACK_LOCATION location;
    ULONG method;

    if (!irp)
        return STATUS_INTERNAL_ERROR;
    location = IoGetCurrentIrpStackLocation(irp);
    *length = location->Parameters.Read.Length;
    if (location->MajorFunction == IRP_MJ_READ && !is_write)
        return imp_WdfRequestRetrieveOutputWdmMdl(globals, handle, mdl);
    if (location->MajorFunction == IRP_MJ_WRITE && is_write)
        return imp_WdfRequestRetrieveInputWdmMdl(globals, handle, mdl);
    if (location->MajorFunction != IRP_MJ_DEVICE_CONTROL &&
        location->MajorFunction != IRP_MJ_INTERNAL_DEVICE_CONTROL)
        return STATUS_INVALID_DEVICE_REQUEST;
    method = location->Parameters.DeviceIoControl.IoControlCode & 3;
    *length = location->Parameters.DeviceIoControl.OutputBufferLength;
    if (method == METHOD_BUFFERED) {
        if (is_write)
            *length = location->Parameters.DeviceIoControl.InputBufferLength;
        return imp_WdfRequestRetrieveInputWdmMdl(globals, handle, mdl);
    }
    if (method == (is_write ? METHOD_IN_DIRECT : METHOD_OUT_DIRECT))
        return imp_WdfRequestRetrieveOutputWdmMdl(globals, handle, mdl);
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI imp_WdfDmaTransactionInitializeUsingRequest(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction, WDFREQUEST Request,
    PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction, WDF_DMA_DIRECTION DmaDirection)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    struct wdf_request *request;
    NTSTATUS status;
    ULONG length;
    PMDL mdl;

    WDF_REQUIRE(EvtProgramDmaFunction);
    if (!wdf_is_dma_direction(DmaDirection))
        return STATUS_INVALID_PARAMETER;
    request = wdf_request_of(Request, __func__);
    status = data_of(request, DriverGlobals, DmaDirection, __func__, &mdl, &length);
    if (!NT_SUCCESS(status))
        return status;
    if (!length)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!takes_chains(transaction->enabler) && length > MmGetMdlByteCount(mdl))
        return STATUS_INVALID_PARAMETER;
    status = initialize(transaction, EvtProgramDmaFunction, DmaDirection, mdl, 0, length, __func__);
    if (!NT_SUCCESS(status))
        return status;
    transaction->request = request;
    transaction->request_handle = Request;
    return STATUS_SUCCESS;
}
