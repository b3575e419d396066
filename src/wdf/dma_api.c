/*
 * What a driver asks and sets of a transaction.
 */
#include "dma.h"

size_t NTAPI imp_WdfDmaTransactionGetBytesTransferred(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_transaction_of(DmaTransaction, __func__)->transferred;
}

size_t NTAPI imp_WdfDmaTransactionGetCurrentDmaTransferLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDMATRANSACTION DmaTransaction)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_transaction_of(DmaTransaction, __func__)->current;
}

WDFREQUEST NTAPI imp_WdfDmaTransactionGetRequest(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDMATRANSACTION DmaTransaction)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_transaction_of(DmaTransaction, __func__)->request_handle;
}

WDFDEVICE NTAPI imp_WdfDmaTransactionGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMATRANSACTION DmaTransaction)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_dma_transaction_of(DmaTransaction, __func__)->enabler->object.device);
}

VOID NTAPI imp_WdfDmaTransactionGetTransferInfo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMATRANSACTION DmaTransaction,
                                                ULONG *MapRegisterCount,
                                                ULONG *ScatterGatherElementCount)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    DMA_TRANSFER_INFO info = {.Version = DMA_TRANSFER_INFO_VERSION1};

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (wdf_dma_state(transaction) != WDF_DMA_INITIALIZED)
        wdf_dma_wrong_state(transaction, __func__);
    wdf_dma_operations(transaction)
        ->GetDmaTransferInfo(transaction->adapter->adapter, transaction->mdl, transaction->offset,
                             (ULONG)transaction->length,
                             transaction->direction == WdfDmaDirectionWriteToDevice, &info);
    /* The older interfaces tell the most that it can be: a page, an element. */
    if (transaction->enabler->version < 3)
        info.V1.ScatterGatherElementCount = info.V1.MapRegisterCount;
    if (MapRegisterCount)
        *MapRegisterCount = info.V1.MapRegisterCount;
    if (ScatterGatherElementCount)
        *ScatterGatherElementCount = info.V1.ScatterGatherElementCount;
}

VOID NTAPI imp_WdfDmaTransactionSetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDMATRANSACTION DmaTransaction,
                                                 size_t MaximumLength)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    /* Of none nothing would ever be moved. */
    if (MaximumLength && MaximumLength < transaction->maximum)
        transaction->maximum = MaximumLength;
}

/* FALSE (and misuse): the enabler does not have version 3 of the WDM interface. */
static BOOLEAN has_version_3(struct wdf_dma_transaction *transaction, PCSTR function)
{
    if (transaction->enabler->version >= 3)
        return TRUE;
    wdf_misuse(transaction->object.globals, function,
               "the enabler of WDFDMATRANSACTION 0x%p has version %u of the WDM DMA interface",
               wdf_handle_of(transaction), transaction->enabler->version);
    return FALSE;
}

/* FALSE (and misuse): it is another profile. */
static BOOLEAN is_system(struct wdf_dma_transaction *transaction, PCSTR function)
{
    if (transaction->enabler->is_system)
        return TRUE;
    wdf_misuse(transaction->object.globals, function,
               "the enabler of WDFDMATRANSACTION 0x%p has profile %u, and no channel",
               wdf_handle_of(transaction), transaction->enabler->config.Profile);
    return FALSE;
}

VOID NTAPI imp_WdfDmaTransactionSetSingleTransferRequirement(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFDMATRANSACTION DmaTransaction,
                                                             BOOLEAN RequireSingleTransfer)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, DISPATCH_LEVEL) ||
        !has_version_3(transaction, __func__))
        return;
    if (state != WDF_DMA_CREATED && state != WDF_DMA_RELEASED && state != WDF_DMA_RESERVED) {
        wdf_misuse(transaction->object.globals, __func__, "WDFDMATRANSACTION 0x%p is in state %u",
                   DmaTransaction, state);
        return;
    }
    transaction->is_single = RequireSingleTransfer;
}

VOID NTAPI imp_WdfDmaTransactionSetImmediateExecution(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction,
                                                      BOOLEAN UseImmediateExecution)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!has_version_3(transaction, __func__))
        return;
    if (state != WDF_DMA_CREATED && state != WDF_DMA_INITIALIZED && state != WDF_DMA_RELEASED)
        wdf_misuse(transaction->object.globals, __func__, "WDFDMATRANSACTION 0x%p is in state %u",
                   DmaTransaction, state);
    transaction->is_immediate = UseImmediateExecution;
}

VOID NTAPI imp_WdfDmaTransactionSetChannelConfigurationCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL ConfigureRoutine, PVOID ConfigureContext)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!is_system(transaction, __func__))
        return;
    transaction->configure = ConfigureRoutine;
    transaction->configure_context = ConfigureContext;
}

VOID NTAPI imp_WdfDmaTransactionSetTransferCompleteCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE DmaCompletionRoutine, PVOID DmaCompletionContext)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!is_system(transaction, __func__))
        return;
    transaction->complete = DmaCompletionRoutine;
    transaction->complete_context = DmaCompletionContext;
}

VOID NTAPI imp_WdfDmaTransactionSetDeviceAddressOffset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMATRANSACTION DmaTransaction,
                                                       ULONG Offset)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (is_system(transaction, __func__))
        transaction->device_offset = Offset;
}

PVOID NTAPI imp_WdfDmaTransactionWdmGetTransferContext(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMATRANSACTION DmaTransaction)
{
    struct wdf_dma_transaction *transaction = wdf_dma_transaction_of(DmaTransaction, __func__);
    enum wdf_dma_state state = wdf_dma_state(transaction);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!has_version_3(transaction, __func__))
        return NULL;
    if (state == WDF_DMA_CREATED || state == WDF_DMA_RELEASED || state == WDF_DMA_DELETED) {
        wdf_misuse(transaction->object.globals, __func__, "WDFDMATRANSACTION 0x%p is in state %u",
                   DmaTransaction, state);
        return NULL;
    }
    return transaction->transfer_context;
}
