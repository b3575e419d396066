/*
 * Common buffers: memory that driver and device see at the same time, for as long as it lives.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the
 * text does not say [opt] is WDF_VIOLATION.
 */
#pragma once

#include <wdfglobals.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

typedef struct _WDF_COMMON_BUFFER_CONFIG {
    ULONG Size;
    ULONG AlignmentRequirement; /* a mask, FILE_*_ALIGNMENT: the alignment in bytes less 1 */
} WDF_COMMON_BUFFER_CONFIG, *PWDF_COMMON_BUFFER_CONFIG;

WDF_INLINE VOID WDF_COMMON_BUFFER_CONFIG_INIT(PWDF_COMMON_BUFFER_CONFIG Config,
                                              ULONG AlignmentRequirement)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->AlignmentRequirement = AlignmentRequirement;
}

/*
 * Makes a common buffer with the device's own alignment (WdfDeviceSetAlignmentRequirement). Both
 * of its addresses are aligned, and the device sees it in one run.
 *
 * Length        [in]      bytes, at least 1
 * Attributes    [in, opt] they name no parent: the enabler is it
 * CommonBuffer  [out]     deleted with the enabler, or by the caller at PASSIVE_LEVEL
 *
 * IRQL: PASSIVE_LEVEL; above it, the verifier breaks: STATUS_INVALID_DEVICE_REQUEST.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if Length is 0; a failure for bad attributes or
 * a Length past 32 bits; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCommonBufferCreate (wdfcommonbuffer.h).
 */
NTSTATUS NTAPI imp_WdfCommonBufferCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFDMAENABLER DmaEnabler, size_t Length,
                                         PWDF_OBJECT_ATTRIBUTES Attributes,
                                         WDFCOMMONBUFFER *CommonBuffer);

WDF_INLINE NTSTATUS WdfCommonBufferCreate(WDFDMAENABLER DmaEnabler, size_t Length,
                                          PWDF_OBJECT_ATTRIBUTES Attributes,
                                          WDFCOMMONBUFFER *CommonBuffer)
{
    return imp_WdfCommonBufferCreate(WdfDriverGlobals, DmaEnabler, Length, Attributes,
                                     CommonBuffer);
}

/*
 * Makes a common buffer with an alignment of its own. Else as WdfCommonBufferCreate, with
 * STATUS_INFO_LENGTH_MISMATCH for a wrong Size in Config.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfCommonBufferCreateWithConfig (wdfcommonbuffer.h).
 */
NTSTATUS NTAPI imp_WdfCommonBufferCreateWithConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDMAENABLER DmaEnabler, size_t Length,
                                                   PWDF_COMMON_BUFFER_CONFIG Config,
                                                   PWDF_OBJECT_ATTRIBUTES Attributes,
                                                   WDFCOMMONBUFFER *CommonBuffer);

WDF_INLINE NTSTATUS WdfCommonBufferCreateWithConfig(WDFDMAENABLER DmaEnabler, size_t Length,
                                                    PWDF_COMMON_BUFFER_CONFIG Config,
                                                    PWDF_OBJECT_ATTRIBUTES Attributes,
                                                    WDFCOMMONBUFFER *CommonBuffer)
{
    return imp_WdfCommonBufferCreateWithConfig(WdfDriverGlobals, DmaEnabler, Length, Config,
                                               Attributes, CommonBuffer);
}

/*
 * Returns the buffer's address for the driver. It is good as long as the buffer is.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCommonBufferGetAlignedVirtualAddress (wdfcommonbuffer.h).
 */
PVOID NTAPI imp_WdfCommonBufferGetAlignedVirtualAddress(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFCOMMONBUFFER CommonBuffer);

WDF_INLINE PVOID WdfCommonBufferGetAlignedVirtualAddress(WDFCOMMONBUFFER CommonBuffer)
{
    return imp_WdfCommonBufferGetAlignedVirtualAddress(WdfDriverGlobals, CommonBuffer);
}

/*
 * Returns the buffer's address for the device.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCommonBufferGetAlignedLogicalAddress (wdfcommonbuffer.h).
 */
PHYSICAL_ADDRESS NTAPI imp_WdfCommonBufferGetAlignedLogicalAddress(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOMMONBUFFER CommonBuffer);

WDF_INLINE PHYSICAL_ADDRESS WdfCommonBufferGetAlignedLogicalAddress(WDFCOMMONBUFFER CommonBuffer)
{
    return imp_WdfCommonBufferGetAlignedLogicalAddress(WdfDriverGlobals, CommonBuffer);
}

/*
 * Returns the Length that the buffer was made with, in bytes.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCommonBufferGetLength (wdfcommonbuffer.h).
 */
size_t NTAPI imp_WdfCommonBufferGetLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFCOMMONBUFFER CommonBuffer);

WDF_INLINE size_t WdfCommonBufferGetLength(WDFCOMMONBUFFER CommonBuffer)
{
    return imp_WdfCommonBufferGetLength(WdfDriverGlobals, CommonBuffer);
}

#endif

WDF_EXTERN_C_END
