/*
 * Map registers and channels that a transaction asks for beforehand, and keeps; taking requests
 * for them back, and stopping the controller.
 */
#include "dma.h"

/* Does a transaction of the enabler have resources that can be asked for by themselves? */
static BOOLEAN has_resources(const struct wdf_dma_transaction *transaction, PCSTR function)
{
    const struct wdf_dma_enabler *enabler = transaction->enabler;

    if (enabler->version >= 3 && !enabler->is_scatter_gather)
        return TRUE;
    wdf_misuse(transaction->object.globals, function,
               "WDFDMAENABLER 0x%p has profile %u, and version %u of the WDM DMA interface",
               wdf_handle_of((PVOID)enabler), enabler->config.Profile, enabler->version);
    return FALSE;
}

/* The registers for a number that the driver gives, or for what it initialized. */
static NTSTATUS count_registers(struct wdf_dma_transaction *transaction, ULONG asked)
{
    if (asked)
        transaction->reserved = asked;
    else if (transaction->enabler->is_system)
        transaction->reserved = transaction->adapter->registers;
    else if (!wdf_dma_span(transaction->mdl, transaction->offset, transaction->length,
                           &transaction->reserved))
        return STATUS_BUFFER_TOO_SMALL;
    return STATUS_SUCCESS;
}

static VOID check_state(struct wdf_dma_transaction *transaction, ULONG asked, PCSTR function)
{
    enum wdf_dma_state state = wdf_dma_state(transaction);
    BOOLEAN is_right = state == WDF_DMA_INITIALIZED ||
                       (asked && (state == WDF_DMA_CREATED || state == WDF_DMA_RELEASED));

    if (!is_right || transaction->reserved)
        wdf_dma_wrong_state(transaction, function);
}

NTSTATUS NTAPI imp_WdfDmaTransactionAllocateResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction,
                                                      WDF_DMA_DIRECTION DmaDirection,
                                                      ULONG RequiredMapRegisters,
                                                      PFN_WDF_RESERVE_DMA EvtReserveDmaFunction,
                                                      PVOID EvtReserveDmaContext)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    struct wdf_dma_adapter *adapter;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!has_resources(transaction, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!wdf_is_dma_direction(DmaDirection))
        return STATUS_INVALID_PARAMETER;
    WDF_REQUIRE(EvtReserveDmaFunction);
    check_state(transaction, RequiredMapRegisters, __func__);
    adapter = wdf_dma_adapter_for(transaction->enabler, DmaDirection);
    if (!adapter->adapter)
        return STATUS_INVALID_DEVICE_REQUEST;
    transaction->adapter = adapter;
    transaction->direction = DmaDirection;
    status = count_registers(transaction, RequiredMapRegisters);
    if (NT_SUCCESS(status)) {
        transaction->reserve = EvtReserveDmaFunction;
        transaction->reserve_context = EvtReserveDmaContext;
        adapter->adapter->DmaOperations->InitializeDmaTransferContext(
            adapter->adapter, transaction->transfer_context);
        wdf_dma_set_state(transaction, WDF_DMA_RESERVED);
        status = wdf_dma_start_packet(transaction);
    }
    if (!NT_SUCCESS(status)) {
        transaction->reserved = 0;
        wdf_dma_set_state(transaction, WDF_DMA_FAILED);
        wdf_dma_let_request_go(transaction);
    }
    return status;
}

VOID NTAPI imp_WdfDmaTransactionFreeResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFDMATRANSACTION DmaTransaction)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!has_resources(transaction, __func__))
        return;
    if (state == WDF_DMA_CREATED || state == WDF_DMA_TRANSFER || state == WDF_DMA_DELETED)
        wdf_dma_wrong_state(transaction, __func__);
    wdf_dma_reset(transaction, TRUE);
}

BOOLEAN NTAPI imp_WdfDmaTransactionCancel(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFDMATRANSACTION DmaTransaction)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);
    PDMA_ADAPTER adapter;

    if (transaction->enabler->version < 3) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "its enabler has version %u of the WDM DMA interface",
                   transaction->enabler->version);
        return FALSE;
    }
    if (state == WDF_DMA_CREATED || state == WDF_DMA_RELEASED || state == WDF_DMA_DELETED)
        wdf_dma_wrong_state(transaction, __func__);
    /* One that has ended waits for nothing. */
    if (!transaction->adapter)
        return FALSE;
    adapter = transaction->adapter->adapter;
    if (!adapter->DmaOperations->CancelAdapterChannel(
            adapter, transaction->enabler->object.device->device_object,
            transaction->transfer_context))
        return FALSE;
    transaction->reserved = 0;
    transaction->current = 0;
    wdf_dma_set_state(transaction, WDF_DMA_FAILED);
    wdf_dma_let_request_go(transaction);
    return TRUE;
}

VOID NTAPI imp_WdfDmaTransactionStopSystemTransfer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDMATRANSACTION DmaTransaction)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    PDMA_ADAPTER adapter;
    NTSTATUS status = STATUS_UNSUCCESSFUL;

    if (!transaction->enabler->is_system) {
        wdf_misuse(globals, __func__, "its enabler has profile %u",
                   transaction->enabler->config.Profile);
        return;
    }
    transaction->is_stopped = TRUE;
    if (transaction->adapter) {
        adapter = transaction->adapter->adapter;
        status =
            adapter->DmaOperations->CancelMappedTransfer(adapter, transaction->transfer_context);
    }
    if (!NT_SUCCESS(status) && globals->is_verifier_on)
        wdf_dma_wrong_state(transaction, __func__);
}
