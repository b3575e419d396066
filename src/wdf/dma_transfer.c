/*
 * A transaction's transfers, one after the other.
 */
#include "dma.h"

/* A DRIVER_LIST_CONTROL: the transfer's list is mapped. */
static VOID NTAPI on_list(PDEVICE_OBJECT device, PIRP irp, PSCATTER_GATHER_LIST list, PVOID context)
{
    struct wdf_dma_transaction *transaction = context;
    WDFDMATRANSACTION handle = wdf_handle_of(transaction);

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    transaction->list = list;
    dma_name_list(list, "WDFDMATRANSACTION", transaction->object.handle);
    /* The driver may complete the transfer, and delete the transaction. */
    transaction->program(handle, wdf_handle_of(transaction->enabler->object.device),
                         transaction->context, transaction->direction, list);
}

/* How much of the buffer the map registers, and the device's elements, allow at a time. */
static NTSTATUS next_length(struct wdf_dma_transaction *transaction)
{
    ULONG pages;

    transaction->current = min(transaction->remaining, transaction->maximum);
    if (transaction->is_single)
        return STATUS_SUCCESS;
    wdf_dma_span(transaction->mdl, transaction->offset + transaction->transferred,
                 transaction->current, &pages);
    while (pages > transaction->adapter->registers) {
        /* Each MDL of a chain may begin and end within a page. */
        transaction->current -=
            min(transaction->current - 1, (SIZE_T)(pages - transaction->adapter->registers)
                                              << PAGE_SHIFT);
        wdf_dma_span(transaction->mdl, transaction->offset + transaction->transferred,
                     transaction->current, &pages);
    }
    return pages > transaction->enabler->maximum_elements ? STATUS_WDF_TOO_FRAGMENTED
                                                          : STATUS_SUCCESS;
}

static NTSTATUS stage_list(struct wdf_dma_transaction *transaction)
{
    PDMA_ADAPTER adapter = transaction->adapter->adapter;
    PDEVICE_OBJECT device = transaction->enabler->object.device->device_object;
    BOOLEAN is_write = transaction->direction == WdfDmaDirectionWriteToDevice;
    ULONG flags = transaction->is_immediate ? DMA_SYNCHRONOUS_CALLBACK : 0;
    SIZE_T offset = transaction->offset + transaction->transferred;
    NTSTATUS status = next_length(transaction);
    SIZE_T length = transaction->current;
    PMDL mdl = transaction->mdl;

    if (!NT_SUCCESS(status)) {
        transaction->current = 0;
        return status;
    }
    wdf_dma_find(&mdl, &offset);
    transaction->remaining -= length;
    /* If it succeeds the driver has been called, maybe, and the transaction may be gone. */
    status = adapter->DmaOperations->BuildScatterGatherListEx(
        adapter, device, transaction->transfer_context, mdl, offset, (ULONG)length, flags, on_list,
        transaction, is_write, transaction->list_buffer, transaction->list_bytes, NULL, NULL, NULL);
    if (!NT_SUCCESS(status)) {
        transaction->remaining += length;
        transaction->current = 0;
    }
    return status;
}

static NTSTATUS stage(struct wdf_dma_transaction *transaction)
{
    return transaction->enabler->is_scatter_gather ? stage_list(transaction)
                                                   : wdf_dma_stage_packet(transaction);
}

NTSTATUS NTAPI imp_WdfDmaTransactionExecute(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDMATRANSACTION DmaTransaction, WDFCONTEXT Context)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (wdf_dma_state(transaction) != WDF_DMA_INITIALIZED)
        wdf_dma_wrong_state(transaction, __func__);
    if (transaction->request) {
        /* It may have been completed meanwhile: then the handle is stale. */
        wdf_request_of(transaction->request_handle, __func__);
        wdf_reference(&transaction->request->object);
        __atomic_fetch_add(&transaction->request->memory_uses, 1, __ATOMIC_RELAXED);
        transaction->holds_request = TRUE;
    }
    /* Before it starts: it may have ended when that returns. */
    wdf_dma_set_state(transaction, WDF_DMA_TRANSFER);
    transaction->context = Context;
    status = transaction->enabler->is_scatter_gather ? stage_list(transaction)
                                                     : wdf_dma_start_packet(transaction);
    if (!NT_SUCCESS(status)) {
        wdf_dma_set_state(transaction, WDF_DMA_FAILED);
        transaction->context = NULL;
        wdf_dma_let_request_go(transaction);
    }
    return status;
}

/* ---- Completion -------------------------------------------------------------------------- */

/* Books what the transfer moved. FALSE: it cannot have moved that much. */
static BOOLEAN book(struct wdf_dma_transaction *transaction, enum wdf_dma_completion how,
                    SIZE_T length)
{
    if (how == WDF_DMA_FULL)
        length = transaction->current;
    if (length > transaction->current)
        return FALSE;
    transaction->transferred += length;
    transaction->remaining += transaction->current - length;
    transaction->current = length;
    return TRUE;
}

static VOID unmap(struct wdf_dma_transaction *transaction)
{
    if (transaction->enabler->is_scatter_gather)
        wdf_dma_put_list(transaction);
    else
        wdf_dma_flush_packet(transaction);
}

/* STATUS_MORE_PROCESSING_REQUIRED: another transfer runs, and the transaction may be gone. */
static NTSTATUS advance(struct wdf_dma_transaction *transaction, enum wdf_dma_completion how,
                        SIZE_T length)
{
    BOOLEAN is_right = book(transaction, how, length);
    NTSTATUS status;

    unmap(transaction);
    if (!is_right)
        return STATUS_INVALID_PARAMETER;
    if (transaction->is_single && transaction->remaining && how != WDF_DMA_FINAL)
        return STATUS_WDF_TOO_MANY_TRANSFERS;
    if (!transaction->remaining || how == WDF_DMA_FINAL)
        return STATUS_SUCCESS;
    status = stage(transaction);
    return NT_SUCCESS(status) ? STATUS_MORE_PROCESSING_REQUIRED : status;
}

static BOOLEAN complete(WDFDMATRANSACTION handle, enum wdf_dma_completion how, SIZE_T length,
                        NTSTATUS *status, PCSTR function)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(handle, function);
    NTSTATUS result;

    if (!status)
        wdf_null_parameter(function, "Status", __builtin_return_address(0));
    if (wdf_dma_state(transaction) != WDF_DMA_TRANSFER)
        wdf_dma_wrong_state(transaction, function);
    result = advance(transaction, how, length);
    *status = result;
    if (result == STATUS_MORE_PROCESSING_REQUIRED)
        return FALSE;
    wdf_dma_set_state(transaction, NT_SUCCESS(result) ? WDF_DMA_COMPLETED : WDF_DMA_FAILED);
    wdf_dma_release_resources(transaction, FALSE);
    wdf_dma_let_request_go(transaction);
    transaction->current = 0;
    return TRUE;
}

BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompleted(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMATRANSACTION DmaTransaction, NTSTATUS *Status)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return complete(DmaTransaction, WDF_DMA_FULL, 0, Status, __func__);
}

BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompletedWithLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDMATRANSACTION DmaTransaction,
                                                          size_t TransferredLength,
                                                          NTSTATUS *Status)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return complete(DmaTransaction, WDF_DMA_PARTIAL, TransferredLength, Status, __func__);
}

BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompletedFinal(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDMATRANSACTION DmaTransaction,
                                                     size_t FinalTransferredLength,
                                                     NTSTATUS *Status)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return complete(DmaTransaction, WDF_DMA_FINAL, FinalTransferredLength, Status, __func__);
}
