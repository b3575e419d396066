/*
 * DMA transactions: a buffer's way to or from a device, in as many transfers as it takes.
 *
 * A transaction is made once and used again and again: initialize, execute, tell the framework
 * of each transfer that the device has finished until it says that all is done, release.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the
 * text does not say [opt] is WDF_VIOLATION; so is a call out of the order above
 * (WDF_DMA_FATAL_ERROR, the transaction, its state). "Version 3" below is that of the WDM DMA
 * interface that the enabler uses; system profiles always use it.
 */
#pragma once

#include <wdfglobals.h>
#include <wdfdmaenabler.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

/*
 * Starts the device on one transfer, the memory of which SgList tells.
 *
 * Context  [in]  as given to WdfDmaTransactionExecute
 * SgList   [in]  the framework's, good until the transfer has been completed
 *
 * IRQL: DISPATCH_LEVEL. Returns whether the device was started; the framework looks at it no
 * further, a driver that could not start it completes or fails the transfer.
 */
typedef BOOLEAN NTAPI EVT_WDF_PROGRAM_DMA(WDFDMATRANSACTION Transaction, WDFDEVICE Device,
                                          WDFCONTEXT Context, WDF_DMA_DIRECTION Direction,
                                          PSCATTER_GATHER_LIST SgList);
typedef EVT_WDF_PROGRAM_DMA *PFN_WDF_PROGRAM_DMA;

/*
 * System profiles: called before each transfer, to set up the channel. FALSE ends the transaction.
 * Offset and Length, in bytes, tell the part of Mdl that is next. IRQL: DISPATCH_LEVEL.
 */
typedef BOOLEAN NTAPI EVT_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL(
    WDFDMATRANSACTION DmaTransaction, WDFDEVICE Device, PVOID Context, PMDL Mdl, size_t Offset,
    size_t Length);
typedef EVT_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL
    *PFN_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL;

/* System profiles: the controller has ended a transfer, or was stopped. IRQL: DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE(WDFDMATRANSACTION Transaction,
                                                                 WDFDEVICE Device,
                                                                 WDFCONTEXT Context,
                                                                 WDF_DMA_DIRECTION Direction,
                                                                 DMA_COMPLETION_STATUS Status);
typedef EVT_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE
    *PFN_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE;

/* WdfDmaTransactionAllocateResources has got what it was asked for. IRQL: DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_RESERVE_DMA(WDFDMATRANSACTION DmaTransaction, PVOID Context);
typedef EVT_WDF_RESERVE_DMA *PFN_WDF_RESERVE_DMA;

/*
 * Makes a transaction.
 *
 * Attributes      [in, opt] they name no parent: the enabler is it
 * DmaTransaction  [out]     deleted with the enabler, or by the caller while nothing is transferred
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED or another failure for bad
 * attributes; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDmaTransactionCreate (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFDMAENABLER DmaEnabler,
                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                           WDFDMATRANSACTION *DmaTransaction);

WDF_INLINE NTSTATUS WdfDmaTransactionCreate(WDFDMAENABLER DmaEnabler,
                                            PWDF_OBJECT_ATTRIBUTES Attributes,
                                            WDFDMATRANSACTION *DmaTransaction)
{
    return imp_WdfDmaTransactionCreate(WdfDriverGlobals, DmaEnabler, Attributes, DmaTransaction);
}

/*
 * Says what a transaction is to move: a range of an MDL, or of a chain of them.
 *
 * Mdl             [in]  locked pages; the caller's, kept until the transaction is released
 * VirtualAddress  [in]  where to start: MmGetMdlVirtualAddress(Mdl), or some bytes on
 * Length          [in]  bytes, at least 1
 *
 * The transaction is new, released or reserved.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a Length of 0, a wrong direction, an address
 * outside Mdl, or a range that needs the next MDL on a packet enabler below version 3;
 * STATUS_BUFFER_TOO_SMALL if the chain is shorter than Length; STATUS_WDF_TOO_FRAGMENTED if a
 * transfer needs more elements than the device takes. With a single transfer required, also
 * STATUS_WDF_TOO_MANY_TRANSFERS and STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS. On failure the transaction
 * counts as released.
 * Documented as: WdfDmaTransactionInitialize (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionInitialize(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMATRANSACTION DmaTransaction,
                                               PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
                                               WDF_DMA_DIRECTION DmaDirection, PMDL Mdl,
                                               PVOID VirtualAddress, size_t Length);

WDF_INLINE NTSTATUS WdfDmaTransactionInitialize(WDFDMATRANSACTION DmaTransaction,
                                                PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
                                                WDF_DMA_DIRECTION DmaDirection, PMDL Mdl,
                                                PVOID VirtualAddress, size_t Length)
{
    return imp_WdfDmaTransactionInitialize(WdfDriverGlobals, DmaTransaction, EvtProgramDmaFunction,
                                           DmaDirection, Mdl, VirtualAddress, Length);
}

/*
 * As WdfDmaTransactionInitialize, with the start given as a number of bytes from the MDL's start.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionInitializeUsingOffset (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionInitializeUsingOffset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDMATRANSACTION DmaTransaction,
                                                          PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
                                                          WDF_DMA_DIRECTION DmaDirection, PMDL Mdl,
                                                          size_t Offset, size_t Length);

WDF_INLINE NTSTATUS WdfDmaTransactionInitializeUsingOffset(
    WDFDMATRANSACTION DmaTransaction, PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
    WDF_DMA_DIRECTION DmaDirection, PMDL Mdl, size_t Offset, size_t Length)
{
    return imp_WdfDmaTransactionInitializeUsingOffset(
        WdfDriverGlobals, DmaTransaction, EvtProgramDmaFunction, DmaDirection, Mdl, Offset, Length);
}

/*
 * Says that a transaction is to move all of a request's data. The transaction remembers the
 * request; from WdfDmaTransactionExecute to the end of the transaction, completing the request is
 * WDF_VIOLATION.
 *
 * Request       [in]  a read or write, or a device control of a direct or buffered kind
 * DmaDirection  [in]  ReadFromDevice for a read and METHOD_OUT_DIRECT, WriteToDevice for a write
 * and METHOD_IN_DIRECT, either for METHOD_BUFFERED
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a wrong direction value;
 * STATUS_INVALID_DEVICE_REQUEST if the direction does not suit the request, the request is of
 * another kind or it has no data; what WdfRequestRetrieveInputWdmMdl or
 * WdfRequestRetrieveOutputWdmMdl and WdfDmaTransactionInitialize fail with.
 * Documented as: WdfDmaTransactionInitializeUsingRequest (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionInitializeUsingRequest(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction, WDFREQUEST Request,
    PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction, WDF_DMA_DIRECTION DmaDirection);

WDF_INLINE NTSTATUS WdfDmaTransactionInitializeUsingRequest(
    WDFDMATRANSACTION DmaTransaction, WDFREQUEST Request, PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
    WDF_DMA_DIRECTION DmaDirection)
{
    return imp_WdfDmaTransactionInitializeUsingRequest(WdfDriverGlobals, DmaTransaction, Request,
                                                       EvtProgramDmaFunction, DmaDirection);
}

/*
 * Starts a transaction. EvtProgramDma runs for the first transfer as soon as the bus has map
 * registers for it, maybe before this returns.
 *
 * Context  [in, opt] handed to EvtProgramDma
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_WDF_TOO_FRAGMENTED. After a failure
 * the transaction has ended: the driver releases, deletes or initializes it again.
 * Documented as: WdfDmaTransactionExecute (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionExecute(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDMATRANSACTION DmaTransaction, WDFCONTEXT Context);

WDF_INLINE NTSTATUS WdfDmaTransactionExecute(WDFDMATRANSACTION DmaTransaction, WDFCONTEXT Context)
{
    return imp_WdfDmaTransactionExecute(WdfDriverGlobals, DmaTransaction, Context);
}

/*
 * Ends a transaction and lets go of what it used, so that it can be initialized again. Nothing
 * happens if it is released already. With the verifier on, WDF_VIOLATION while a transfer runs.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS.
 * Documented as: WdfDmaTransactionRelease (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionRelease(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDMATRANSACTION DmaTransaction);

WDF_INLINE NTSTATUS WdfDmaTransactionRelease(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionRelease(WdfDriverGlobals, DmaTransaction);
}

/*
 * Tells that the device has finished a transfer, all of it. The next one, if there is any, is
 * started, and EvtProgramDma may run for it before this returns.
 *
 * Status  [out] STATUS_MORE_PROCESSING_REQUIRED while transfers are left, else how it ended
 *
 * IRQL: <= DISPATCH_LEVEL, usually in EvtInterruptDpc.
 * Returns TRUE if the transaction has ended, well or not; FALSE if another transfer runs.
 * Documented as: WdfDmaTransactionDmaCompleted (wdfdmatransaction.h).
 */
BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompleted(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMATRANSACTION DmaTransaction, NTSTATUS *Status);

WDF_INLINE BOOLEAN WdfDmaTransactionDmaCompleted(WDFDMATRANSACTION DmaTransaction, NTSTATUS *Status)
{
    return imp_WdfDmaTransactionDmaCompleted(WdfDriverGlobals, DmaTransaction, Status);
}

/*
 * As WdfDmaTransactionDmaCompleted for a device that moved a part of the transfer. The next one
 * goes on behind that part.
 *
 * TransferredLength  [in]  bytes, at most those of the transfer; more ends the transaction with
 *                          STATUS_INVALID_PARAMETER
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionDmaCompletedWithLength (wdfdmatransaction.h).
 */
BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompletedWithLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDMATRANSACTION DmaTransaction,
                                                          size_t TransferredLength,
                                                          NTSTATUS *Status);

WDF_INLINE BOOLEAN WdfDmaTransactionDmaCompletedWithLength(WDFDMATRANSACTION DmaTransaction,
                                                           size_t TransferredLength,
                                                           NTSTATUS *Status)
{
    return imp_WdfDmaTransactionDmaCompletedWithLength(WdfDriverGlobals, DmaTransaction,
                                                       TransferredLength, Status);
}

/*
 * As WdfDmaTransactionDmaCompletedWithLength for a device that has no more to move: the
 * transaction ends here, however much of its buffer is left.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns TRUE.
 * Documented as: WdfDmaTransactionDmaCompletedFinal (wdfdmatransaction.h).
 */
BOOLEAN NTAPI imp_WdfDmaTransactionDmaCompletedFinal(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDMATRANSACTION DmaTransaction,
                                                     size_t FinalTransferredLength,
                                                     NTSTATUS *Status);

WDF_INLINE BOOLEAN WdfDmaTransactionDmaCompletedFinal(WDFDMATRANSACTION DmaTransaction,
                                                      size_t FinalTransferredLength,
                                                      NTSTATUS *Status)
{
    return imp_WdfDmaTransactionDmaCompletedFinal(WdfDriverGlobals, DmaTransaction,
                                                  FinalTransferredLength, Status);
}

/*
 * Returns the bytes moved in all transfers so far that have been completed.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionGetBytesTransferred (wdfdmatransaction.h).
 */
size_t NTAPI imp_WdfDmaTransactionGetBytesTransferred(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction);

WDF_INLINE size_t WdfDmaTransactionGetBytesTransferred(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionGetBytesTransferred(WdfDriverGlobals, DmaTransaction);
}

/*
 * Makes a transaction's transfers shorter than the enabler's are.
 *
 * MaximumLength  [in]  bytes; no effect unless less than WdfDmaEnablerGetFragmentLength says
 *
 * Between initializing and executing.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetMaximumLength (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDMATRANSACTION DmaTransaction,
                                                 size_t MaximumLength);

WDF_INLINE VOID WdfDmaTransactionSetMaximumLength(WDFDMATRANSACTION DmaTransaction,
                                                  size_t MaximumLength)
{
    imp_WdfDmaTransactionSetMaximumLength(WdfDriverGlobals, DmaTransaction, MaximumLength);
}

/*
 * Says whether a transaction must be one transfer, whatever the enabler was made with.
 *
 * Before initializing; version 3. Else nothing changes and the verifier breaks.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetSingleTransferRequirement (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetSingleTransferRequirement(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFDMATRANSACTION DmaTransaction,
                                                             BOOLEAN RequireSingleTransfer);

WDF_INLINE VOID WdfDmaTransactionSetSingleTransferRequirement(WDFDMATRANSACTION DmaTransaction,
                                                              BOOLEAN RequireSingleTransfer)
{
    imp_WdfDmaTransactionSetSingleTransferRequirement(WdfDriverGlobals, DmaTransaction,
                                                      RequireSingleTransfer);
}

/*
 * Returns the request that a transaction was initialized with, NULL if with none. No reference is
 * taken.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionGetRequest (wdfdmatransaction.h).
 */
WDFREQUEST NTAPI imp_WdfDmaTransactionGetRequest(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDMATRANSACTION DmaTransaction);

WDF_INLINE WDFREQUEST WdfDmaTransactionGetRequest(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionGetRequest(WdfDriverGlobals, DmaTransaction);
}

/*
 * Returns the bytes of the transfer that runs, 0 when the transaction has ended.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionGetCurrentDmaTransferLength (wdfdmatransaction.h).
 */
size_t NTAPI imp_WdfDmaTransactionGetCurrentDmaTransferLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDMATRANSACTION DmaTransaction);

WDF_INLINE size_t WdfDmaTransactionGetCurrentDmaTransferLength(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionGetCurrentDmaTransferLength(WdfDriverGlobals, DmaTransaction);
}

/*
 * Returns the device of a transaction's enabler.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionGetDevice (wdfdmatransaction.h).
 */
WDFDEVICE NTAPI imp_WdfDmaTransactionGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMATRANSACTION DmaTransaction);

WDF_INLINE WDFDEVICE WdfDmaTransactionGetDevice(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionGetDevice(WdfDriverGlobals, DmaTransaction);
}

/*
 * Tells what the largest transfer of an initialized transaction needs.
 *
 * MapRegisterCount           [out, opt]
 * ScatterGatherElementCount  [out, opt]
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionGetTransferInfo (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionGetTransferInfo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMATRANSACTION DmaTransaction,
                                                ULONG *MapRegisterCount,
                                                ULONG *ScatterGatherElementCount);

WDF_INLINE VOID WdfDmaTransactionGetTransferInfo(WDFDMATRANSACTION DmaTransaction,
                                                 ULONG *MapRegisterCount,
                                                 ULONG *ScatterGatherElementCount)
{
    imp_WdfDmaTransactionGetTransferInfo(WdfDriverGlobals, DmaTransaction, MapRegisterCount,
                                         ScatterGatherElementCount);
}

/*
 * Names the function that sets up the DMA channel before each transfer. For system profiles; with
 * another the verifier breaks. Forgotten when the transaction is released.
 *
 * ConfigureRoutine  [in, opt] NULL: none
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetChannelConfigurationCallback (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetChannelConfigurationCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL ConfigureRoutine, PVOID ConfigureContext);

WDF_INLINE VOID WdfDmaTransactionSetChannelConfigurationCallback(
    WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL ConfigureRoutine, PVOID ConfigureContext)
{
    imp_WdfDmaTransactionSetChannelConfigurationCallback(WdfDriverGlobals, DmaTransaction,
                                                         ConfigureRoutine, ConfigureContext);
}

/*
 * Names the function that hears of each transfer's end from the DMA controller. For system
 * profiles; with another the verifier breaks. Forgotten when the transaction is released.
 *
 * DmaCompletionRoutine  [in, opt] NULL: the framework completes the transfer by itself
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetTransferCompleteCallback (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetTransferCompleteCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE DmaCompletionRoutine, PVOID DmaCompletionContext);

WDF_INLINE VOID WdfDmaTransactionSetTransferCompleteCallback(
    WDFDMATRANSACTION DmaTransaction,
    PFN_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE DmaCompletionRoutine, PVOID DmaCompletionContext)
{
    imp_WdfDmaTransactionSetTransferCompleteCallback(WdfDriverGlobals, DmaTransaction,
                                                     DmaCompletionRoutine, DmaCompletionContext);
}

/*
 * Says that WdfDmaTransactionExecute is to fail with STATUS_INSUFFICIENT_RESOURCES rather than
 * wait for map registers. Version 3. Forgotten when the transaction is released.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetImmediateExecution (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetImmediateExecution(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction,
                                                      BOOLEAN UseImmediateExecution);

WDF_INLINE VOID WdfDmaTransactionSetImmediateExecution(WDFDMATRANSACTION DmaTransaction,
                                                       BOOLEAN UseImmediateExecution)
{
    imp_WdfDmaTransactionSetImmediateExecution(WdfDriverGlobals, DmaTransaction,
                                               UseImmediateExecution);
}

/*
 * Reserves map registers, and a channel of a system profile, for transactions to come. They stay
 * until WdfDmaTransactionFreeResources.
 *
 * RequiredMapRegisters   [in]      a number for a transaction that is not in use; 0 for an
 *                                  initialized one means what it needs
 * EvtReserveDmaFunction  [in]      called once they are there, maybe before this returns
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST below version 3 or for a scatter-gather
 * profile; STATUS_INVALID_PARAMETER for a wrong direction; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDmaTransactionAllocateResources (wdfdmatransaction.h).
 */
NTSTATUS NTAPI imp_WdfDmaTransactionAllocateResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDMATRANSACTION DmaTransaction,
                                                      WDF_DMA_DIRECTION DmaDirection,
                                                      ULONG RequiredMapRegisters,
                                                      PFN_WDF_RESERVE_DMA EvtReserveDmaFunction,
                                                      PVOID EvtReserveDmaContext);

WDF_INLINE NTSTATUS WdfDmaTransactionAllocateResources(WDFDMATRANSACTION DmaTransaction,
                                                       WDF_DMA_DIRECTION DmaDirection,
                                                       ULONG RequiredMapRegisters,
                                                       PFN_WDF_RESERVE_DMA EvtReserveDmaFunction,
                                                       PVOID EvtReserveDmaContext)
{
    return imp_WdfDmaTransactionAllocateResources(WdfDriverGlobals, DmaTransaction, DmaDirection,
                                                  RequiredMapRegisters, EvtReserveDmaFunction,
                                                  EvtReserveDmaContext);
}

/*
 * Says how many bytes behind the configured device address a system profile's transaction reads
 * or writes.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionSetDeviceAddressOffset (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionSetDeviceAddressOffset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMATRANSACTION DmaTransaction,
                                                       ULONG Offset);

WDF_INLINE VOID WdfDmaTransactionSetDeviceAddressOffset(WDFDMATRANSACTION DmaTransaction,
                                                        ULONG Offset)
{
    imp_WdfDmaTransactionSetDeviceAddressOffset(WdfDriverGlobals, DmaTransaction, Offset);
}

/*
 * Gives back what WdfDmaTransactionAllocateResources reserved. The transaction is reserved, or
 * released or ended since.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionFreeResources (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionFreeResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFDMATRANSACTION DmaTransaction);

WDF_INLINE VOID WdfDmaTransactionFreeResources(WDFDMATRANSACTION DmaTransaction)
{
    imp_WdfDmaTransactionFreeResources(WdfDriverGlobals, DmaTransaction);
}

/*
 * Takes back a transaction that waits for map registers or a channel. Version 3.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns TRUE if it no longer waits, and EvtProgramDma will not run; FALSE if it was too late.
 * Documented as: WdfDmaTransactionCancel (wdfdmatransaction.h).
 */
BOOLEAN NTAPI imp_WdfDmaTransactionCancel(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFDMATRANSACTION DmaTransaction);

WDF_INLINE BOOLEAN WdfDmaTransactionCancel(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionCancel(WdfDriverGlobals, DmaTransaction);
}

/*
 * Returns the DMA_TRANSFER_CONTEXT of a transaction, for the WDM functions. Version 3; the
 * transaction is initialized or reserved, else the verifier breaks and the result is NULL.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionWdmGetTransferContext (wdfdmatransaction.h).
 */
PVOID NTAPI imp_WdfDmaTransactionWdmGetTransferContext(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMATRANSACTION DmaTransaction);

WDF_INLINE PVOID WdfDmaTransactionWdmGetTransferContext(WDFDMATRANSACTION DmaTransaction)
{
    return imp_WdfDmaTransactionWdmGetTransferContext(WdfDriverGlobals, DmaTransaction);
}

/*
 * Stops the transfer that a system profile's transaction runs. Its completion callback hears of it
 * with DmaCancelled.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaTransactionStopSystemTransfer (wdfdmatransaction.h).
 */
VOID NTAPI imp_WdfDmaTransactionStopSystemTransfer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDMATRANSACTION DmaTransaction);

WDF_INLINE VOID WdfDmaTransactionStopSystemTransfer(WDFDMATRANSACTION DmaTransaction)
{
    imp_WdfDmaTransactionStopSystemTransfer(WdfDriverGlobals, DmaTransaction);
}

#endif

WDF_EXTERN_C_END
