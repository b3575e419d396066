/*
 * Version 3 of the DMA interface, which mingw-w64's wdm.h does not have: macros that wdm.h puts
 * behind names of mingw-w64's, so that its structures go on where Windows' do.
 */
#pragma once

#define DEVICE_DESCRIPTION_VERSION3 0x0003
#define DMA_ADAPTER_INFO_VERSION1 1
#define DMA_TRANSFER_INFO_VERSION1 1
#define DMA_TRANSFER_INFO_VERSION2 2
#define DMA_TRANSFER_CONTEXT_VERSION1 1
#define DMA_TRANSFER_CONTEXT_SIZE_V1 128
/* AllocateAdapterChannelEx and the lists' functions: at once, or not at all. */
#define DMA_SYNCHRONOUS_CALLBACK 0x01
/* DMA_ADAPTER_INFO_V1.Flags */
#define ADAPTER_INFO_SYNCHRONOUS_CALLBACK 0x0001
#define ADAPTER_INFO_API_BYPASS 0x0002

#define DRIVER_VERIFIER_DMA_VIOLATION ((ULONG)0x000000E6)

/* The rest of DEVICE_DESCRIPTION. */
#define NTIO_DMA_DESCRIPTION                                                                       \
    ULONG DmaAddressWidth; /* bits of an address */                                                \
    ULONG DmaControllerInstance;                                                                   \
    ULONG DmaRequestLine;                                                                          \
    PHYSICAL_ADDRESS DeviceAddress

/* What the functions of version 3 take. */
#define NTIO_DMA_TYPES                                                                             \
    typedef struct _DMA_ADAPTER_INFO_V1 {                                                          \
        ULONG ReadDmaCounterAvailable;                                                             \
        ULONG ScatterGatherLimit;                                                                  \
        ULONG DmaAddressWidth;                                                                     \
        ULONG Flags;                                                                               \
        ULONG MinimumTransferUnit;                                                                 \
    } DMA_ADAPTER_INFO_V1, *PDMA_ADAPTER_INFO_V1;                                                  \
    typedef struct _DMA_ADAPTER_INFO {                                                             \
        ULONG Version;                                                                             \
        union {                                                                                    \
            DMA_ADAPTER_INFO_V1 V1;                                                                \
        };                                                                                         \
    } DMA_ADAPTER_INFO, *PDMA_ADAPTER_INFO;                                                        \
    typedef struct _DMA_TRANSFER_INFO_V1 {                                                         \
        ULONG MapRegisterCount;                                                                    \
        ULONG ScatterGatherElementCount;                                                           \
        ULONG ScatterGatherListSize;                                                               \
    } DMA_TRANSFER_INFO_V1, *PDMA_TRANSFER_INFO_V1;                                                \
    typedef struct _DMA_TRANSFER_INFO_V2 {                                                         \
        ULONG MapRegisterCount;                                                                    \
        ULONG ScatterGatherElementCount;                                                           \
        ULONG ScatterGatherListSize;                                                               \
        ULONG LogicalPageCount;                                                                    \
    } DMA_TRANSFER_INFO_V2, *PDMA_TRANSFER_INFO_V2;                                                \
    typedef struct _DMA_TRANSFER_INFO {                                                            \
        ULONG Version;                                                                             \
        union {                                                                                    \
            DMA_TRANSFER_INFO_V1 V1;                                                               \
            DMA_TRANSFER_INFO_V2 V2;                                                               \
        };                                                                                         \
    } DMA_TRANSFER_INFO, *PDMA_TRANSFER_INFO;                                                      \
    typedef VOID(NTAPI DMA_COMPLETION_ROUTINE)(                                                    \
        struct _DMA_ADAPTER * DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID CompletionContext,    \
        DMA_COMPLETION_STATUS Status);                                                             \
    typedef DMA_COMPLETION_ROUTINE *PDMA_COMPLETION_ROUTINE;                                       \
    typedef VOID(NTAPI *NTIO_DMA_LIST_CONTROL)(PDEVICE_OBJECT DeviceObject, struct _IRP * Irp,     \
                                               PSCATTER_GATHER_LIST ScatterGather, PVOID Context); \
    typedef NTSTATUS(NTAPI *PGET_DMA_ADAPTER_INFO)(struct _DMA_ADAPTER * DmaAdapter,               \
                                                   PDMA_ADAPTER_INFO AdapterInfo);                 \
    typedef NTSTATUS(NTAPI *PGET_DMA_TRANSFER_INFO)(                                               \
        struct _DMA_ADAPTER * DmaAdapter, PMDL Mdl, ULONGLONG Offset, ULONG Length,                \
        BOOLEAN WriteOnly, PDMA_TRANSFER_INFO TransferInfo);                                       \
    typedef NTSTATUS(NTAPI *PINITIALIZE_DMA_TRANSFER_CONTEXT)(struct _DMA_ADAPTER * DmaAdapter,    \
                                                              PVOID DmaTransferContext);           \
    typedef PVOID(NTAPI *PALLOCATE_COMMON_BUFFER_EX)(                                              \
        struct _DMA_ADAPTER * DmaAdapter, PPHYSICAL_ADDRESS MaximumAddress, ULONG Length,          \
        PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled, NODE_REQUIREMENT PreferredNode);   \
    typedef NTSTATUS(NTAPI *PALLOCATE_ADAPTER_CHANNEL_EX)(                                         \
        struct _DMA_ADAPTER * DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext,   \
        ULONG NumberOfMapRegisters, ULONG Flags, PDRIVER_CONTROL ExecutionRoutine,                 \
        PVOID ExecutionContext, PVOID * MapRegisterBase);                                          \
    typedef NTSTATUS(NTAPI *PCONFIGURE_ADAPTER_CHANNEL)(struct _DMA_ADAPTER * DmaAdapter,          \
                                                        ULONG FunctionNumber, PVOID Context);      \
    typedef BOOLEAN(NTAPI *PCANCEL_ADAPTER_CHANNEL)(                                               \
        struct _DMA_ADAPTER * DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext);  \
    typedef NTSTATUS(NTAPI *PMAP_TRANSFER_EX)(                                                     \
        struct _DMA_ADAPTER * DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, ULONGLONG Offset,       \
        ULONG DeviceOffset, PULONG Length, BOOLEAN WriteToDevice,                                  \
        PSCATTER_GATHER_LIST ScatterGatherBuffer, ULONG ScatterGatherBufferLength,                 \
        PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext);                    \
    typedef NTSTATUS(NTAPI *PGET_SCATTER_GATHER_LIST_EX)(                                          \
        struct _DMA_ADAPTER * DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext,   \
        PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags,                                     \
        NTIO_DMA_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice,              \
        PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext,                     \
        PSCATTER_GATHER_LIST * ScatterGatherList);                                                 \
    typedef NTSTATUS(NTAPI *PBUILD_SCATTER_GATHER_LIST_EX)(                                        \
        struct _DMA_ADAPTER * DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext,   \
        PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags,                                     \
        NTIO_DMA_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice,              \
        PVOID ScatterGatherBuffer, ULONG ScatterGatherLength,                                      \
        PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext,                     \
        PVOID ScatterGatherList);                                                                  \
    typedef NTSTATUS(NTAPI *PFLUSH_ADAPTER_BUFFERS_EX)(struct _DMA_ADAPTER * DmaAdapter, PMDL Mdl, \
                                                       PVOID MapRegisterBase, ULONGLONG Offset,    \
                                                       ULONG Length, BOOLEAN WriteToDevice);       \
    typedef VOID(NTAPI *PFREE_ADAPTER_OBJECT)(struct _DMA_ADAPTER * DmaAdapter,                    \
                                              IO_ALLOCATION_ACTION AllocationAction);              \
    typedef NTSTATUS(NTAPI *PCANCEL_MAPPED_TRANSFER)(struct _DMA_ADAPTER * DmaAdapter,             \
                                                     PVOID DmaTransferContext)

/* The rest of DMA_OPERATIONS; what Windows has after these is not there. */
#define NTIO_DMA_OPERATIONS                                                                        \
    PGET_DMA_ADAPTER_INFO GetDmaAdapterInfo;                                                       \
    PGET_DMA_TRANSFER_INFO GetDmaTransferInfo;                                                     \
    PINITIALIZE_DMA_TRANSFER_CONTEXT InitializeDmaTransferContext;                                 \
    PALLOCATE_COMMON_BUFFER_EX AllocateCommonBufferEx;                                             \
    PALLOCATE_ADAPTER_CHANNEL_EX AllocateAdapterChannelEx;                                         \
    PCONFIGURE_ADAPTER_CHANNEL ConfigureAdapterChannel;                                            \
    PCANCEL_ADAPTER_CHANNEL CancelAdapterChannel;                                                  \
    PMAP_TRANSFER_EX MapTransferEx;                                                                \
    PGET_SCATTER_GATHER_LIST_EX GetScatterGatherListEx;                                            \
    PBUILD_SCATTER_GATHER_LIST_EX BuildScatterGatherListEx;                                        \
    PFLUSH_ADAPTER_BUFFERS_EX FlushAdapterBuffersEx;                                               \
    PFREE_ADAPTER_OBJECT FreeAdapterObject;                                                        \
    PCANCEL_MAPPED_TRANSFER CancelMappedTransfer
