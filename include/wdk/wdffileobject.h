/*
 * File objects: a device that somebody has opened, one for each time that it is opened. The
 * framework makes them if the driver asked for it (WdfDeviceInitSetFileObjectConfig), and they
 * go when the file is closed.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/*
 * Returns the name behind the device's that the file was opened by; NULL if no file of the I/O
 * manager's is behind the object. It is valid while EvtDeviceFileCreate runs: copy it.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfFileObjectGetFileName (wdffileobject.h).
 */
PUNICODE_STRING NTAPI imp_WdfFileObjectGetFileName(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFFILEOBJECT FileObject);

WDF_INLINE PUNICODE_STRING WdfFileObjectGetFileName(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectGetFileName(WdfDriverGlobals, FileObject);
}

#if WDF_FOR_KMDF
/*
 * Returns the FO_ flags of the file; 0 if no file of the I/O manager's is behind the object.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFileObjectGetFlags (wdffileobject.h).
 */
ULONG NTAPI imp_WdfFileObjectGetFlags(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT FileObject);

WDF_INLINE ULONG WdfFileObjectGetFlags(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectGetFlags(WdfDriverGlobals, FileObject);
}
#endif

/*
 * Returns the device that was opened. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFileObjectGetDevice (wdffileobject.h).
 */
WDFDEVICE NTAPI imp_WdfFileObjectGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFFILEOBJECT FileObject);

WDF_INLINE WDFDEVICE WdfFileObjectGetDevice(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectGetDevice(WdfDriverGlobals, FileObject);
}

/*
 * Returns the id of the process on whose behalf the file was opened, if another opened it for it;
 * otherwise the opener's own.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFileObjectGetInitiatorProcessId (wdffileobject.h).
 */
ULONG NTAPI imp_WdfFileObjectGetInitiatorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFFILEOBJECT FileObject);

WDF_INLINE ULONG WdfFileObjectGetInitiatorProcessId(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectGetInitiatorProcessId(WdfDriverGlobals, FileObject);
}

#if WDF_FOR_KMDF
/*
 * Returns the I/O manager's file object; NULL if there is none. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfFileObjectWdmGetFileObject (wdffileobject.h).
 */
PFILE_OBJECT NTAPI imp_WdfFileObjectWdmGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFFILEOBJECT FileObject);

WDF_INLINE PFILE_OBJECT WdfFileObjectWdmGetFileObject(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectWdmGetFileObject(WdfDriverGlobals, FileObject);
}
#endif

#if WDF_FOR_UMDF
/* FILE_INFORMATION_CLASS of the kernel, as user-mode drivers name it. */
typedef enum _WDF_FILE_INFORMATION_CLASS {
    WdfFileInformationDirectory = 1,
    WdfFileInformationFullDirectory = 2,
    WdfFileInformationBothDirectory = 3,
    WdfFileInformationBasic = 4,
    WdfFileInformationStandard = 5,
    WdfFileInformationInternal = 6,
    WdfFileInformationEa = 7,
    WdfFileInformationAccess = 8,
    WdfFileInformationName = 9,
    WdfFileInformationRename = 10,
    WdfFileInformationLink = 11,
    WdfFileInformationNames = 12,
    WdfFileInformationDisposition = 13,
    WdfFileInformationPosition = 14,
    WdfFileInformationFullEa = 15,
    WdfFileInformationMode = 16,
    WdfFileInformationAlignment = 17,
    WdfFileInformationAll = 18,
    WdfFileInformationAllocation = 19,
    WdfFileInformationEndOfFile = 20,
    WdfFileInformationAlternateName = 21,
    WdfFileInformationStream = 22,
    WdfFileInformationPipe = 23,
    WdfFileInformationPipeLocal = 24,
    WdfFileInformationPipeRemote = 25,
    WdfFileInformationMailslotQuery = 26,
    WdfFileInformationMailslotSet = 27,
    WdfFileInformationCompression = 28,
    WdfFileInformationObjectId = 29,
    WdfFileInformationCompletion = 30,
    WdfFileInformationMoveCluster = 31,
    WdfFileInformationQuota = 32,
    WdfFileInformationReparsePoint = 33,
    WdfFileInformationNetworkOpen = 34,
    WdfFileInformationAttributeTag = 35,
    WdfFileInformationTracking = 36,
    WdfFileInformationIdBothDirectory = 37,
    WdfFileInformationIdFullDirectory = 38,
    WdfFileInformationValidDataLength = 39,
    WdfFileInformationShortName = 40,
    WdfFileInformationIoCompletionNotification = 41,
    WdfFileInformationIoStatusBlockRange = 42,
    WdfFileInformationIoPriorityHint = 43,
    WdfFileInformationSfioReserve = 44,
    WdfFileInformationSfioVolume = 45,
    WdfFileInformationHardLink = 46,
    WdfFileInformationProcessIdsUsingFile = 47,
    WdfFileInformationNormalizedName = 48,
    WdfFileInformationNetworkPhysicalName = 49,
    WdfFileInformationIdGlobalTxDirectory = 50,
    WdfFileInformationIsRemoteDevice = 51,
    WdfFileInformationAttributeCache = 52,
    WdfFileInformationMaximum = 53,
} WDF_FILE_INFORMATION_CLASS,
    *PWDF_FILE_INFORMATION_CLASS;

/*
 * Returns the file that this one was opened relative to, or NULL. No reference is taken: it lives
 * as long as FileObject. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfFileObjectGetRelatedFileObject (wdffileobject.h).
 */
WDFFILEOBJECT NTAPI imp_WdfFileObjectGetRelatedFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFFILEOBJECT FileObject);

WDF_INLINE WDFFILEOBJECT WdfFileObjectGetRelatedFileObject(WDFFILEOBJECT FileObject)
{
    return imp_WdfFileObjectGetRelatedFileObject(WdfDriverGlobals, FileObject);
}
#endif

WDF_EXTERN_C_END
