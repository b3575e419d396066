/*
 * DMA enablers: what a device can do in DMA, how far it can address and how much it moves at a
 * time. Transactions and common buffers are made from one.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the
 * text does not say [opt] is WDF_VIOLATION.
 */
#pragma once

#include <wdfglobals.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

typedef enum _WDF_DMA_PROFILE {
    WdfDmaProfileInvalid = 0,
    WdfDmaProfilePacket,        /* bus master, one run of memory at a time, 32 bits */
    WdfDmaProfileScatterGather, /* bus master, a list of runs, 32 bits */
    WdfDmaProfilePacket64,      /* the same two with 64-bit addresses */
    WdfDmaProfileScatterGather64,
    WdfDmaProfileScatterGatherDuplex, /* reads and writes at the same time */
    WdfDmaProfileScatterGather64Duplex,
    WdfDmaProfileSystem, /* the system's DMA controller moves the data */
    WdfDmaProfileSystemDuplex,
} WDF_DMA_PROFILE;

typedef enum _WDF_DMA_DIRECTION {
    WdfDmaDirectionReadFromDevice = FALSE,
    WdfDmaDirectionWriteToDevice = TRUE,
} WDF_DMA_DIRECTION;

/*
 * Power callbacks, all at PASSIVE_LEVEL. On the way into D0: Fill (the device gets its first
 * buffers), Enable (its DMA engine starts), SelfManagedIoStart. On the way out: SelfManagedIoStop,
 * Disable, Flush. A duplex enabler gets each of them once.
 */
typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_FILL(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_FILL *PFN_WDF_DMA_ENABLER_FILL;

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_FLUSH(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_FLUSH *PFN_WDF_DMA_ENABLER_FLUSH;

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_ENABLE(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_ENABLE *PFN_WDF_DMA_ENABLER_ENABLE;

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_DISABLE(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_DISABLE *PFN_WDF_DMA_ENABLER_DISABLE;

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START;

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP;

/* As many elements in a scatter-gather list as it takes: what an enabler starts with. */
#define WDF_DMA_ENABLER_UNLIMITED_FRAGMENTS ((ULONG)-1)

typedef enum _WDF_DMA_ENABLER_CONFIG_FLAGS {
    /* Scatter-gather profiles: have no list ready for each transaction, allocate when it runs. */
    WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION = 0x00000001,
    /* A transaction is one transfer, or it fails: the device takes no data in parts. */
    WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER = 0x00000002,
} WDF_DMA_ENABLER_CONFIG_FLAGS;

typedef struct _WDF_DMA_ENABLER_CONFIG {
    ULONG Size;
    WDF_DMA_PROFILE Profile;
    size_t MaximumLength; /* bytes that the device moves in one transfer */
    PFN_WDF_DMA_ENABLER_FILL EvtDmaEnablerFill;
    PFN_WDF_DMA_ENABLER_FLUSH EvtDmaEnablerFlush;
    PFN_WDF_DMA_ENABLER_DISABLE EvtDmaEnablerDisable;
    PFN_WDF_DMA_ENABLER_ENABLE EvtDmaEnablerEnable;
    PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START EvtDmaEnablerSelfManagedIoStart;
    PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP EvtDmaEnablerSelfManagedIoStop;
    ULONG AddressWidthOverride;  /* bits of an address; 0: as Profile says */
    ULONG WdmDmaVersionOverride; /* version of the WDM DMA interface; 0: as Profile says */
    ULONG Flags;                 /* WDF_DMA_ENABLER_CONFIG_FLAGS */
} WDF_DMA_ENABLER_CONFIG, *PWDF_DMA_ENABLER_CONFIG;

WDF_INLINE VOID WDF_DMA_ENABLER_CONFIG_INIT(PWDF_DMA_ENABLER_CONFIG Config, WDF_DMA_PROFILE Profile,
                                            size_t MaximumLength)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->Profile = Profile;
    Config->MaximumLength = MaximumLength;
}

typedef struct _WDF_DMA_SYSTEM_PROFILE_CONFIG {
    ULONG Size;
    BOOLEAN DemandMode;     /* the device's request line paces the transfer */
    BOOLEAN LoopedTransfer; /* at the buffer's end the controller starts over */
    DMA_WIDTH DmaWidth;     /* of the device's register */
    PHYSICAL_ADDRESS DeviceAddress;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR DmaDescriptor; /* the channel, from EvtDevicePrepareHardware */
} WDF_DMA_SYSTEM_PROFILE_CONFIG, *PWDF_DMA_SYSTEM_PROFILE_CONFIG;

WDF_INLINE VOID WDF_DMA_SYSTEM_PROFILE_CONFIG_INIT(PWDF_DMA_SYSTEM_PROFILE_CONFIG DmaConfig,
                                                   PHYSICAL_ADDRESS Address, DMA_WIDTH DmaWidth,
                                                   PCM_PARTIAL_RESOURCE_DESCRIPTOR DmaDescriptor)
{
    RtlZeroMemory(DmaConfig, sizeof(*DmaConfig));
    DmaConfig->Size = sizeof(*DmaConfig);
    DmaConfig->DeviceAddress = Address;
    DmaConfig->DmaWidth = DmaWidth;
    DmaConfig->DmaDescriptor = DmaDescriptor;
}

/*
 * Makes an enabler, usually from EvtDriverDeviceAdd or EvtDevicePrepareHardware.
 *
 * Config            [in]      copied
 * Attributes        [in, opt] a parent that they name descends from Device; else Device is it
 * DmaEnablerHandle  [out]     the caller's to delete, or left to its parent
 *
 * IRQL: PASSIVE_LEVEL; above it, the verifier breaks: STATUS_INVALID_DEVICE_REQUEST.
 * Returns STATUS_SUCCESS; STATUS_WDF_OBJECT_ATTRIBUTES_INVALID if the parent is no descendant of
 * Device; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER for an unknown
 * Profile, a MaximumLength of 0, an AddressWidthOverride that Profile cannot have, or a single
 * transfer without version 3 of the WDM interface; STATUS_UNSUCCESSFUL if the bus gives no adapter;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDmaEnablerCreate (wdfdmaenabler.h).
 */
NTSTATUS NTAPI imp_WdfDmaEnablerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DMA_ENABLER_CONFIG Config,
                                       PWDF_OBJECT_ATTRIBUTES Attributes,
                                       WDFDMAENABLER *DmaEnablerHandle);

WDF_INLINE NTSTATUS WdfDmaEnablerCreate(WDFDEVICE Device, PWDF_DMA_ENABLER_CONFIG Config,
                                        PWDF_OBJECT_ATTRIBUTES Attributes,
                                        WDFDMAENABLER *DmaEnablerHandle)
{
    return imp_WdfDmaEnablerCreate(WdfDriverGlobals, Device, Config, Attributes, DmaEnablerHandle);
}

/*
 * Completes an enabler of a system profile once the DMA channel is known. A duplex one needs it
 * for each direction.
 *
 * ProfileConfig  [in]  copied
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if ProfileConfig or its DmaDescriptor is NULL or
 * for a wrong direction; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; whatever the bus says.
 * Documented as: WdfDmaEnablerConfigureSystemProfile (wdfdmaenabler.h).
 */
NTSTATUS NTAPI imp_WdfDmaEnablerConfigureSystemProfile(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMAENABLER DmaEnabler,
                                                       PWDF_DMA_SYSTEM_PROFILE_CONFIG ProfileConfig,
                                                       WDF_DMA_DIRECTION ConfigDirection);

WDF_INLINE NTSTATUS WdfDmaEnablerConfigureSystemProfile(
    WDFDMAENABLER DmaEnabler, PWDF_DMA_SYSTEM_PROFILE_CONFIG ProfileConfig,
    WDF_DMA_DIRECTION ConfigDirection)
{
    return imp_WdfDmaEnablerConfigureSystemProfile(WdfDriverGlobals, DmaEnabler, ProfileConfig,
                                                   ConfigDirection);
}

/*
 * Returns the MaximumLength that the enabler was made with, in bytes.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaEnablerGetMaximumLength (wdfdmaenabler.h).
 */
size_t NTAPI imp_WdfDmaEnablerGetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMAENABLER DmaEnabler);

WDF_INLINE size_t WdfDmaEnablerGetMaximumLength(WDFDMAENABLER DmaEnabler)
{
    return imp_WdfDmaEnablerGetMaximumLength(WdfDriverGlobals, DmaEnabler);
}

/*
 * Returns how many elements a scatter-gather list may have.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaEnablerGetMaximumScatterGatherElements (wdfdmaenabler.h).
 */
size_t NTAPI imp_WdfDmaEnablerGetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDMAENABLER DmaEnabler);

WDF_INLINE size_t WdfDmaEnablerGetMaximumScatterGatherElements(WDFDMAENABLER DmaEnabler)
{
    return imp_WdfDmaEnablerGetMaximumScatterGatherElements(WdfDriverGlobals, DmaEnabler);
}

/*
 * Says how many elements the device takes in a scatter-gather list; longer transfers are split.
 *
 * MaximumFragments  [in]  at least 1; 0 changes nothing
 *
 * Before the first transaction is made from the enabler.
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDmaEnablerSetMaximumScatterGatherElements (wdfdmaenabler.h).
 */
VOID NTAPI imp_WdfDmaEnablerSetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFDMAENABLER DmaEnabler,
                                                            size_t MaximumFragments);

WDF_INLINE VOID WdfDmaEnablerSetMaximumScatterGatherElements(WDFDMAENABLER DmaEnabler,
                                                             size_t MaximumFragments)
{
    imp_WdfDmaEnablerSetMaximumScatterGatherElements(WdfDriverGlobals, DmaEnabler,
                                                     MaximumFragments);
}

/*
 * Returns the most bytes that one transfer moves in a direction: MaximumLength, or less if the
 * bus has too few map registers for that.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaEnablerGetFragmentLength (wdfdmaenabler.h).
 */
size_t NTAPI imp_WdfDmaEnablerGetFragmentLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMAENABLER DmaEnabler,
                                                WDF_DMA_DIRECTION DmaDirection);

WDF_INLINE size_t WdfDmaEnablerGetFragmentLength(WDFDMAENABLER DmaEnabler,
                                                 WDF_DMA_DIRECTION DmaDirection)
{
    return imp_WdfDmaEnablerGetFragmentLength(WdfDriverGlobals, DmaEnabler, DmaDirection);
}

/*
 * Returns the WDM adapter behind an enabler, for the functions in its DmaOperations. It belongs to
 * the enabler; the caller does not put it.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDmaEnablerWdmGetDmaAdapter (wdfdmaenabler.h).
 */
PDMA_ADAPTER NTAPI imp_WdfDmaEnablerWdmGetDmaAdapter(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDMAENABLER DmaEnabler,
                                                     WDF_DMA_DIRECTION DmaDirection);

WDF_INLINE PDMA_ADAPTER WdfDmaEnablerWdmGetDmaAdapter(WDFDMAENABLER DmaEnabler,
                                                      WDF_DMA_DIRECTION DmaDirection)
{
    return imp_WdfDmaEnablerWdmGetDmaAdapter(WdfDriverGlobals, DmaEnabler, DmaDirection);
}

#endif

WDF_EXTERN_C_END
