/*
 * I/O targets: where a driver sends requests.
 *
 * A device has a local target from the start: the next driver down its stack. Others are
 * created, and opened onto any device. A target that is started passes requests on, one that is
 * stopped keeps them, one that is purged or closed refuses them.
 *
 * The functions that format or send a read, a write or a control request turn the buffers that
 * they are given into what the target's device expects (a system buffer, an MDL, or an
 * address), whatever the kind of descriptor.
 */
#pragma once

#include <wdfrequest.h>

WDF_EXTERN_C_START

typedef enum _WDF_IO_TARGET_STATE {
    WdfIoTargetStateUndefined = 0,
    WdfIoTargetStarted = 1,
    WdfIoTargetStopped = 2,
    WdfIoTargetClosedForQueryRemove = 3, /* closed until it is known whether the device goes */
    WdfIoTargetClosed = 4,
    WdfIoTargetDeleted = 5, /* the device, or this driver's, is gone */
    WdfIoTargetPurged = 6,
} WDF_IO_TARGET_STATE, *PWDF_IO_TARGET_STATE;

typedef enum _WDF_IO_TARGET_OPEN_TYPE {
    WdfIoTargetOpenUndefined = 0,
    WdfIoTargetOpenUseExistingDevice = 1, /* a device object that the driver has */
    WdfIoTargetOpenByName = 2,
    WdfIoTargetOpenReopen = 3,            /* by the name that it was opened by before */
    WdfIoTargetOpenLocalTargetByFile = 4, /* user mode only */
} WDF_IO_TARGET_OPEN_TYPE;

/* What becomes of requests that a target has sent when it is stopped. */
typedef enum _WDF_IO_TARGET_SENT_IO_ACTION {
    WdfIoTargetSentIoUndefined = 0,
    WdfIoTargetCancelSentIo = 1, /* and wait for them */
    WdfIoTargetWaitForSentIoToComplete = 2,
    WdfIoTargetLeaveSentIoPending = 3,
} WDF_IO_TARGET_SENT_IO_ACTION;

typedef enum _WDF_IO_TARGET_PURGE_IO_ACTION {
    WdfIoTargetPurgeIoUndefined = 0,
    WdfIoTargetPurgeIoAndWait = 1,
    WdfIoTargetPurgeIo = 2,
} WDF_IO_TARGET_PURGE_IO_ACTION;

/* Callbacks of targets that were opened. IRQL: PASSIVE_LEVEL. */

/* May the target's device be removed? If so, call WdfIoTargetCloseForQueryRemove and return
 * STATUS_SUCCESS. */
typedef NTSTATUS NTAPI EVT_WDF_IO_TARGET_QUERY_REMOVE(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_QUERY_REMOVE *PFN_WDF_IO_TARGET_QUERY_REMOVE;

/* It stays after all: reopen it. */
typedef VOID NTAPI EVT_WDF_IO_TARGET_REMOVE_CANCELED(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_REMOVE_CANCELED *PFN_WDF_IO_TARGET_REMOVE_CANCELED;

/* It is gone: close the target. */
typedef VOID NTAPI EVT_WDF_IO_TARGET_REMOVE_COMPLETE(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_REMOVE_COMPLETE *PFN_WDF_IO_TARGET_REMOVE_COMPLETE;

typedef struct _WDF_IO_TARGET_OPEN_PARAMS {
    ULONG Size;
    WDF_IO_TARGET_OPEN_TYPE Type;
    PFN_WDF_IO_TARGET_QUERY_REMOVE EvtIoTargetQueryRemove;
    PFN_WDF_IO_TARGET_REMOVE_CANCELED EvtIoTargetRemoveCanceled;
    PFN_WDF_IO_TARGET_REMOVE_COMPLETE EvtIoTargetRemoveComplete;

    /* WdfIoTargetOpenUseExistingDevice; referenced while the target is open. */
    PDEVICE_OBJECT TargetDeviceObject;
    PFILE_OBJECT TargetFileObject; /* goes into each request; needed for the callbacks */

    /* WdfIoTargetOpenByName: what ZwCreateFile takes. */
    UNICODE_STRING TargetDeviceName;
    ACCESS_MASK DesiredAccess;
    ULONG ShareAccess; /* 0: nobody else may open it */
    ULONG FileAttributes;
    ULONG CreateDisposition;
    ULONG CreateOptions;
    PVOID EaBuffer;
    ULONG EaBufferLength;
    PLONGLONG AllocationSize;
    ULONG FileInformation; /* receives FILE_OPENED, FILE_CREATED, ... */

    /* WdfIoTargetOpenLocalTargetByFile. */
    UNICODE_STRING FileName;
} WDF_IO_TARGET_OPEN_PARAMS, *PWDF_IO_TARGET_OPEN_PARAMS;

#if WDF_FOR_KMDF
WDF_INLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(PWDF_IO_TARGET_OPEN_PARAMS Params,
                                                               PDEVICE_OBJECT DeviceObject)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_IO_TARGET_OPEN_PARAMS);
    Params->Type = WdfIoTargetOpenUseExistingDevice;
    Params->TargetDeviceObject = DeviceObject;
}
#endif

/* The caller sets the disposition. */
WDF_INLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(PWDF_IO_TARGET_OPEN_PARAMS Params,
                                                              PCUNICODE_STRING TargetDeviceName,
                                                              ACCESS_MASK DesiredAccess)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_IO_TARGET_OPEN_PARAMS);
    Params->Type = WdfIoTargetOpenByName;
    Params->TargetDeviceName = *TargetDeviceName;
    Params->DesiredAccess = DesiredAccess;
#ifdef UMDF_VERSION_MAJOR
    Params->FileAttributes = FILE_ATTRIBUTE_NORMAL;
#else
    Params->CreateOptions = FILE_NON_DIRECTORY_FILE;
#endif
}

/* It has to exist. */
WDF_INLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(PWDF_IO_TARGET_OPEN_PARAMS Params,
                                                            PCUNICODE_STRING TargetDeviceName,
                                                            ACCESS_MASK DesiredAccess)
{
    WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(Params, TargetDeviceName, DesiredAccess);
#ifdef UMDF_VERSION_MAJOR
    Params->CreateDisposition = OPEN_EXISTING;
#else
    Params->CreateDisposition = FILE_OPEN;
#endif
}

WDF_INLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(PWDF_IO_TARGET_OPEN_PARAMS Params)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_IO_TARGET_OPEN_PARAMS);
    Params->Type = WdfIoTargetOpenReopen;
}

/* Creating, opening, closing. */

/*
 * Creates a target, which is not open.
 *
 * IoTargetAttributes  [opt]  the parent is the device, or an object below it
 * IoTarget            [out]  the target; deleting it closes it
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with IoTargetAttributes; STATUS_DELETE_PENDING if the
 * parent is being deleted; STATUS_INSUFFICIENT_RESOURCES. *IoTarget is NULL on failure.
 * Documented as: WdfIoTargetCreate (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
                                     WDFIOTARGET *IoTarget);

WDF_INLINE NTSTATUS WdfIoTargetCreate(WDFDEVICE Device, PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
                                      WDFIOTARGET *IoTarget)
{
    return imp_WdfIoTargetCreate(WdfDriverGlobals, Device, IoTargetAttributes, IoTarget);
}

/*
 * Opens a target onto a device and starts it.
 *
 * OpenParams  [in]  copied, strings included
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for an unknown type, one of user mode, a missing device or name, or callbacks without a file
 * object; STATUS_INVALID_DEVICE_STATE if the target is open or its device going;
 * STATUS_INVALID_DEVICE_REQUEST for a target that cannot be reopened, because it was not opened by
 * name; STATUS_NO_SUCH_DEVICE if what was opened has no device; STATUS_INSUFFICIENT_RESOURCES;
 * what opening the name returned.
 * Documented as: WdfIoTargetOpen (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetOpen(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                                   PWDF_IO_TARGET_OPEN_PARAMS OpenParams);

WDF_INLINE NTSTATUS WdfIoTargetOpen(WDFIOTARGET IoTarget, PWDF_IO_TARGET_OPEN_PARAMS OpenParams)
{
    return imp_WdfIoTargetOpen(WdfDriverGlobals, IoTarget, OpenParams);
}

/*
 * Closes a target for as long as it is not known whether its device will be removed; called from
 * EvtIoTargetQueryRemove. Sent requests are cancelled and waited for.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetCloseForQueryRemove (wdfiotarget.h).
 */
VOID NTAPI imp_WdfIoTargetCloseForQueryRemove(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFIOTARGET IoTarget);

WDF_INLINE VOID WdfIoTargetCloseForQueryRemove(WDFIOTARGET IoTarget)
{
    imp_WdfIoTargetCloseForQueryRemove(WdfDriverGlobals, IoTarget);
}

/*
 * Closes a target that was opened. Sent requests are cancelled and waited for, and those that it
 * keeps are completed with STATUS_WDF_DEVICE_REMOVED_NOT_SENT. It may be opened again.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetClose (wdfiotarget.h).
 */
VOID NTAPI imp_WdfIoTargetClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);

WDF_INLINE VOID WdfIoTargetClose(WDFIOTARGET IoTarget)
{
    imp_WdfIoTargetClose(WdfDriverGlobals, IoTarget);
}

/* State. Local targets are started and stopped with their device. Start, stop and purge are
 * not to be called for one target at the same time. */

/*
 * Lets a stopped or purged target send requests again, beginning with those that it keeps.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE if its device is gone.
 * Documented as: WdfIoTargetStart (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);

WDF_INLINE NTSTATUS WdfIoTargetStart(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetStart(WdfDriverGlobals, IoTarget);
}

/*
 * Has a target keep the requests that it is given from now on.
 *
 * Action  [in]  what becomes of those that it has sent
 *
 * IRQL: PASSIVE_LEVEL; <= DISPATCH_LEVEL if sent requests are left pending. Never from a
 * completion routine, if it waits.
 * Documented as: WdfIoTargetStop (wdfiotarget.h).
 */
VOID NTAPI imp_WdfIoTargetStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                               WDF_IO_TARGET_SENT_IO_ACTION Action);

WDF_INLINE VOID WdfIoTargetStop(WDFIOTARGET IoTarget, WDF_IO_TARGET_SENT_IO_ACTION Action)
{
    imp_WdfIoTargetStop(WdfDriverGlobals, IoTarget, Action);
}

/*
 * Cancels the requests that a target keeps and has sent, and has it refuse those that it is given
 * from now on.
 *
 * Action  [in]  whether to wait for those that it has sent
 *
 * IRQL: PASSIVE_LEVEL if it waits, otherwise <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetPurge (wdfiotarget.h).
 */
VOID NTAPI imp_WdfIoTargetPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                                WDF_IO_TARGET_PURGE_IO_ACTION Action);

WDF_INLINE VOID WdfIoTargetPurge(WDFIOTARGET IoTarget, WDF_IO_TARGET_PURGE_IO_ACTION Action)
{
    imp_WdfIoTargetPurge(WdfDriverGlobals, IoTarget, Action);
}

/*
 * Returns a target's state at this moment.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetGetState (wdfiotarget.h).
 */
WDF_IO_TARGET_STATE NTAPI imp_WdfIoTargetGetState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFIOTARGET IoTarget);

WDF_INLINE WDF_IO_TARGET_STATE WdfIoTargetGetState(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetGetState(WdfDriverGlobals, IoTarget);
}

/* What is behind a target. */

/*
 * Returns the driver's device that a target belongs to; for a target that was opened, too, this is
 * not the device that it is open onto. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetGetDevice (wdfiotarget.h).
 */
WDFDEVICE NTAPI imp_WdfIoTargetGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);

WDF_INLINE WDFDEVICE WdfIoTargetGetDevice(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetGetDevice(WdfDriverGlobals, IoTarget);
}

#if WDF_FOR_KMDF
/*
 * Copies a property of the target's physical device.
 *
 * BufferLength    [in]   bytes at PropertyBuffer; may be 0
 * PropertyBuffer  [opt]  receives it
 * ResultLength    [out]  bytes of the property
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the target has no physical device;
 * STATUS_BUFFER_TOO_SMALL; what else IoGetDeviceProperty returned. A length without a buffer is
 * WDF_VIOLATION.
 * Documented as: WdfIoTargetQueryTargetProperty (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFIOTARGET IoTarget,
                                                  DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                  ULONG BufferLength, PVOID PropertyBuffer,
                                                  PULONG ResultLength);

WDF_INLINE NTSTATUS WdfIoTargetQueryTargetProperty(WDFIOTARGET IoTarget,
                                                   DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                   ULONG BufferLength, PVOID PropertyBuffer,
                                                   PULONG ResultLength)
{
    return imp_WdfIoTargetQueryTargetProperty(WdfDriverGlobals, IoTarget, DeviceProperty,
                                              BufferLength, PropertyBuffer, ResultLength);
}

/*
 * Returns a property of the target's physical device in a new memory object.
 *
 * PropertyMemoryAttributes  [opt]  the parent is the driver unless given
 * PropertyMemory            [out]  the object; its length is the property's
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the target has no physical device; what
 * is wrong with PropertyMemoryAttributes; what IoGetDeviceProperty returned;
 * STATUS_INSUFFICIENT_RESOURCES. *PropertyMemory is NULL on failure.
 * Documented as: WdfIoTargetAllocAndQueryTargetProperty (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetAllocAndQueryTargetProperty(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
    DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory);

WDF_INLINE NTSTATUS WdfIoTargetAllocAndQueryTargetProperty(
    WDFIOTARGET IoTarget, DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory)
{
    return imp_WdfIoTargetAllocAndQueryTargetProperty(WdfDriverGlobals, IoTarget, DeviceProperty,
                                                      PoolType, PropertyMemoryAttributes,
                                                      PropertyMemory);
}

/*
 * Asks the drivers of the target's stack for an interface (IRP_MN_QUERY_INTERFACE).
 *
 * Interface              [out]  Size bytes; holds a reference, which InterfaceDereference gives up
 * InterfaceSpecificData  [opt]  what the interface defines
 *
 * IRQL: PASSIVE_LEVEL. The target has to be open.
 * Returns STATUS_SUCCESS; STATUS_NOT_SUPPORTED if nobody has it; STATUS_INSUFFICIENT_RESOURCES;
 * the IRP's status.
 * Documented as: WdfIoTargetQueryForInterface (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFIOTARGET IoTarget, LPCGUID InterfaceType,
                                                PINTERFACE Interface, USHORT Size, USHORT Version,
                                                PVOID InterfaceSpecificData);

WDF_INLINE NTSTATUS WdfIoTargetQueryForInterface(WDFIOTARGET IoTarget, LPCGUID InterfaceType,
                                                 PINTERFACE Interface, USHORT Size, USHORT Version,
                                                 PVOID InterfaceSpecificData)
{
    return imp_WdfIoTargetQueryForInterface(WdfDriverGlobals, IoTarget, InterfaceType, Interface,
                                            Size, Version, InterfaceSpecificData);
}

/*
 * Returns the device object that a target sends to; NULL if it is closed. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetWdmGetTargetDeviceObject (wdfiotarget.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFIOTARGET IoTarget);

WDF_INLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetDeviceObject(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetWdmGetTargetDeviceObject(WdfDriverGlobals, IoTarget);
}

/*
 * Returns the physical device at the bottom of the target's stack; NULL if there is none. Takes no
 * reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetWdmGetTargetPhysicalDevice (wdfiotarget.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                               WDFIOTARGET IoTarget);

WDF_INLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetPhysicalDevice(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetWdmGetTargetPhysicalDevice(WdfDriverGlobals, IoTarget);
}

/*
 * Returns the file object that a target's requests carry; NULL if there is none. Takes no
 * reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetWdmGetTargetFileObject (wdfiotarget.h).
 */
PFILE_OBJECT NTAPI imp_WdfIoTargetWdmGetTargetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFIOTARGET IoTarget);

WDF_INLINE PFILE_OBJECT WdfIoTargetWdmGetTargetFileObject(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetWdmGetTargetFileObject(WdfDriverGlobals, IoTarget);
}
#endif

/*
 * Returns the kernel handle of a target that was opened by name; otherwise NULL. The target closes
 * it.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetWdmGetTargetFileHandle (wdfiotarget.h).
 */
HANDLE NTAPI imp_WdfIoTargetWdmGetTargetFileHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIOTARGET IoTarget);

WDF_INLINE HANDLE WdfIoTargetWdmGetTargetFileHandle(WDFIOTARGET IoTarget)
{
    return imp_WdfIoTargetWdmGetTargetFileHandle(WdfDriverGlobals, IoTarget);
}

/*
 * Sending and waiting. Each formats a request, sends it and waits until it is completed; the
 * memory objects that it used are released before it returns. IRQL: PASSIVE_LEVEL.
 *
 * All have in common:
 *
 * Request         [opt]  the request to use; NULL: one that the framework makes, which the
 *                        driver cannot cancel
 * RequestOptions  [opt]  a time-out, or to ignore the target's state
 *
 * They return the request's status, or, if it was not sent: STATUS_INFO_LENGTH_MISMATCH for a
 * wrong Size in RequestOptions; STATUS_INVALID_PARAMETER for unknown options or a malformed
 * descriptor; STATUS_INTEGER_OVERFLOW for offsets that leave a memory object's buffer;
 * STATUS_INVALID_DEVICE_STATE if the target is closed, purged or going;
 * STATUS_INSUFFICIENT_RESOURCES; STATUS_REQUEST_NOT_ACCEPTED if Request's IRP has too few stack
 * locations. STATUS_IO_TIMEOUT tells that time was up.
 */

/*
 * Sends a read and waits for it.
 *
 * OutputBuffer  [opt]  receives the data
 * DeviceOffset  [opt]  where to read, in bytes; NULL: 0
 * BytesRead     [opt]  receives the bytes read, if the request was sent
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetSendReadSynchronously (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetSendReadSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                    PLONGLONG DeviceOffset,
                                                    PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                    PULONG_PTR BytesRead);

WDF_INLINE NTSTATUS WdfIoTargetSendReadSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                     PLONGLONG DeviceOffset,
                                                     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                     PULONG_PTR BytesRead)
{
    return imp_WdfIoTargetSendReadSynchronously(WdfDriverGlobals, IoTarget, Request, OutputBuffer,
                                                DeviceOffset, RequestOptions, BytesRead);
}

/*
 * Sends a write and waits for it.
 *
 * InputBuffer   [opt]  the data
 * DeviceOffset  [opt]  where to write, in bytes; NULL: 0
 * BytesWritten  [opt]  receives the bytes written, if the request was sent
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetSendWriteSynchronously (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetSendWriteSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                     PLONGLONG DeviceOffset,
                                                     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                     PULONG_PTR BytesWritten);

WDF_INLINE NTSTATUS WdfIoTargetSendWriteSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                      PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                      PLONGLONG DeviceOffset,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                      PULONG_PTR BytesWritten)
{
    return imp_WdfIoTargetSendWriteSynchronously(WdfDriverGlobals, IoTarget, Request, InputBuffer,
                                                 DeviceOffset, RequestOptions, BytesWritten);
}

/*
 * Sends a control request and waits for it. The code's method says how the buffers travel.
 *
 * InputBuffer    [opt]  what the target is given
 * OutputBuffer   [opt]  receives what it returns
 * BytesReturned  [opt]  receives the request's information, if it was sent
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetSendIoctlSynchronously (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetSendIoctlSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     ULONG IoctlCode,
                                                     PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                     PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                     PULONG_PTR BytesReturned);

WDF_INLINE NTSTATUS WdfIoTargetSendIoctlSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                      ULONG IoctlCode,
                                                      PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                      PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                      PULONG_PTR BytesReturned)
{
    return imp_WdfIoTargetSendIoctlSynchronously(WdfDriverGlobals, IoTarget, Request, IoctlCode,
                                                 InputBuffer, OutputBuffer, RequestOptions,
                                                 BytesReturned);
}

#if WDF_FOR_KMDF
/*
 * Sends an internal control request and waits for it; in all else like
 * WdfIoTargetSendIoctlSynchronously.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetSendInternalIoctlSynchronously (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetSendInternalIoctlSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned);

WDF_INLINE NTSTATUS WdfIoTargetSendInternalIoctlSynchronously(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer,
    PWDF_MEMORY_DESCRIPTOR OutputBuffer, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PULONG_PTR BytesReturned)
{
    return imp_WdfIoTargetSendInternalIoctlSynchronously(WdfDriverGlobals, IoTarget, Request,
                                                         IoctlCode, InputBuffer, OutputBuffer,
                                                         RequestOptions, BytesReturned);
}

/*
 * Sends an internal control request whose parameters are up to three pointers, and waits for it.
 *
 * OtherArg1, OtherArg2, OtherArg4  [opt]  what the stack location's arguments of that number point
 *                                         to
 * BytesReturned                    [opt]  receives the request's information, if it was sent
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoTargetSendInternalIoctlOthersSynchronously (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetSendInternalIoctlOthersSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
    PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PULONG_PTR BytesReturned);

WDF_INLINE NTSTATUS WdfIoTargetSendInternalIoctlOthersSynchronously(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1,
    PWDF_MEMORY_DESCRIPTOR OtherArg2, PWDF_MEMORY_DESCRIPTOR OtherArg4,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
    return imp_WdfIoTargetSendInternalIoctlOthersSynchronously(WdfDriverGlobals, IoTarget, Request,
                                                               IoctlCode, OtherArg1, OtherArg2,
                                                               OtherArg4, RequestOptions,
                                                               BytesReturned);
}
#endif

/*
 * Formatting. Each makes a request ready for WdfRequestSend. The request takes a reference to
 * each memory object until it is formatted again, reused, completed or deleted; offsets are
 * read before the call returns. IRQL: <= DISPATCH_LEVEL.
 *
 * They return STATUS_SUCCESS; STATUS_INTEGER_OVERFLOW for offsets that leave a memory object's
 * buffer; STATUS_INVALID_DEVICE_STATE if the target has no device; STATUS_REQUEST_NOT_ACCEPTED
 * if the IRP has too few stack locations and is not the framework's;
 * STATUS_INSUFFICIENT_RESOURCES; what locking a buffer's pages raised. On failure the request
 * is not formatted and holds no references.
 */

/*
 * Formats a request as a read.
 *
 * OutputBuffer        [opt]  receives the data
 * OutputBufferOffset  [opt]  the part of it that does; NULL: all
 * DeviceOffset        [opt]  where to read, in bytes; NULL: 0
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetFormatRequestForRead (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                   WDFMEMORY OutputBuffer,
                                                   PWDFMEMORY_OFFSET OutputBufferOffset,
                                                   PLONGLONG DeviceOffset);

WDF_INLINE NTSTATUS WdfIoTargetFormatRequestForRead(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    WDFMEMORY OutputBuffer,
                                                    PWDFMEMORY_OFFSET OutputBufferOffset,
                                                    PLONGLONG DeviceOffset)
{
    return imp_WdfIoTargetFormatRequestForRead(WdfDriverGlobals, IoTarget, Request, OutputBuffer,
                                               OutputBufferOffset, DeviceOffset);
}

/*
 * Formats a request as a write.
 *
 * InputBuffer        [opt]  the data
 * InputBufferOffset  [opt]  the part of it that is written; NULL: all
 * DeviceOffset       [opt]  where to write, in bytes; NULL: 0
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetFormatRequestForWrite (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    WDFMEMORY InputBuffer,
                                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                                    PLONGLONG DeviceOffset);

WDF_INLINE NTSTATUS WdfIoTargetFormatRequestForWrite(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     WDFMEMORY InputBuffer,
                                                     PWDFMEMORY_OFFSET InputBufferOffset,
                                                     PLONGLONG DeviceOffset)
{
    return imp_WdfIoTargetFormatRequestForWrite(WdfDriverGlobals, IoTarget, Request, InputBuffer,
                                                InputBufferOffset, DeviceOffset);
}

/*
 * Formats a request as a control request. The code's method says how the buffers travel.
 *
 * InputBuffer, InputBufferOffset    [opt]  what the target is given
 * OutputBuffer, OutputBufferOffset  [opt]  receives what it returns
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetFormatRequestForIoctl (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    ULONG IoctlCode, WDFMEMORY InputBuffer,
                                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                                    WDFMEMORY OutputBuffer,
                                                    PWDFMEMORY_OFFSET OutputBufferOffset);

WDF_INLINE NTSTATUS WdfIoTargetFormatRequestForIoctl(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     ULONG IoctlCode, WDFMEMORY InputBuffer,
                                                     PWDFMEMORY_OFFSET InputBufferOffset,
                                                     WDFMEMORY OutputBuffer,
                                                     PWDFMEMORY_OFFSET OutputBufferOffset)
{
    return imp_WdfIoTargetFormatRequestForIoctl(WdfDriverGlobals, IoTarget, Request, IoctlCode,
                                                InputBuffer, InputBufferOffset, OutputBuffer,
                                                OutputBufferOffset);
}

#if WDF_FOR_KMDF
/*
 * Formats a request as an internal control request; in all else like
 * WdfIoTargetFormatRequestForIoctl.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetFormatRequestForInternalIoctl (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForInternalIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFIOTARGET IoTarget,
                                                            WDFREQUEST Request, ULONG IoctlCode,
                                                            WDFMEMORY InputBuffer,
                                                            PWDFMEMORY_OFFSET InputBufferOffset,
                                                            WDFMEMORY OutputBuffer,
                                                            PWDFMEMORY_OFFSET OutputBufferOffset);

WDF_INLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctl(WDFIOTARGET IoTarget,
                                                             WDFREQUEST Request, ULONG IoctlCode,
                                                             WDFMEMORY InputBuffer,
                                                             PWDFMEMORY_OFFSET InputBufferOffset,
                                                             WDFMEMORY OutputBuffer,
                                                             PWDFMEMORY_OFFSET OutputBufferOffset)
{
    return imp_WdfIoTargetFormatRequestForInternalIoctl(WdfDriverGlobals, IoTarget, Request,
                                                        IoctlCode, InputBuffer, InputBufferOffset,
                                                        OutputBuffer, OutputBufferOffset);
}

/*
 * Formats a request as an internal control request whose parameters are up to three pointers.
 *
 * OtherArg1, OtherArg2, OtherArg4  [opt]  what the stack location's arguments of that number point
 *                                         to
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoTargetFormatRequestForInternalIoctlOthers (wdfiotarget.h).
 */
NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForInternalIoctlOthers(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    WDFMEMORY OtherArg1, PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2,
    PWDFMEMORY_OFFSET OtherArg2Offset, WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset);

WDF_INLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctlOthers(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, WDFMEMORY OtherArg1,
    PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset,
    WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset)
{
    return imp_WdfIoTargetFormatRequestForInternalIoctlOthers(WdfDriverGlobals, IoTarget, Request,
                                                              IoctlCode, OtherArg1, OtherArg1Offset,
                                                              OtherArg2, OtherArg2Offset, OtherArg4,
                                                              OtherArg4Offset);
}
#endif

NTSTATUS NTAPI imp_WdfIoTargetSelfAssignDefaultIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFIOTARGET IoTarget, WDFQUEUE Queue);

/*
 * Says which queue of a device gets the requests that the device's driver sends to itself.
 *
 * IoTarget  [in]  what WdfDeviceGetSelfIoTarget returned
 * Queue     [in]  a queue of the same device; without one the default queues get them
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for another device's queue;
 * STATUS_INVALID_DEVICE_STATE after the device has started.
 * Documented as: WdfIoTargetSelfAssignDefaultIoQueue (wdfiotarget.h).
 */
WDF_INLINE NTSTATUS WdfIoTargetSelfAssignDefaultIoQueue(WDFIOTARGET IoTarget, WDFQUEUE Queue)
{
    return imp_WdfIoTargetSelfAssignDefaultIoQueue(WdfDriverGlobals, IoTarget, Queue);
}

#if WDF_FOR_UMDF
/* The device's own default target, through a file of that name (NULL: none) opened for it. */
WDF_INLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_FILE(PWDF_IO_TARGET_OPEN_PARAMS Params,
                                                            PCUNICODE_STRING FileName)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_IO_TARGET_OPEN_PARAMS);
    Params->Type = WdfIoTargetOpenLocalTargetByFile;
    if (FileName != NULL)
        Params->FileName = *FileName;
}
#endif

WDF_EXTERN_C_END
