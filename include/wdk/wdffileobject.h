/*
 * File objects: a device that somebody has opened, one for each time that it is opened. The
 * framework makes them if the driver asked for it (WdfDeviceInitSetFileObjectConfig), and they
 * go when the file is closed.
 */
#pragma once

#include <wdfobject.h>

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
