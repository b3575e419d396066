/*
 * Requests: what a device is asked to do, and what a driver asks of others.
 *
 * A request that a queue hands out is the driver's until it completes it, forwards it or sends
 * it and forgets it; it must end in one of these ways. A request that a driver creates is sent
 * to I/O targets, any number of times, and deleted. Both hold references to the memory objects
 * that they were last formatted with, until they are formatted again, reused, completed or
 * deleted; so before a received request is completed, no other may still be formatted with its
 * buffers.
 */
#pragma once

#include <wdfmemory.h>

WDF_EXTERN_C_START

/* Up to WdfRequestTypePnp these are NT's major function codes. */
typedef enum _WDF_REQUEST_TYPE {
    WdfRequestTypeCreate = 0x00,
    WdfRequestTypeCreateNamedPipe = 0x01,
    WdfRequestTypeClose = 0x02,
    WdfRequestTypeRead = 0x03,
    WdfRequestTypeWrite = 0x04,
    WdfRequestTypeQueryInformation = 0x05,
    WdfRequestTypeSetInformation = 0x06,
    WdfRequestTypeQueryEA = 0x07,
    WdfRequestTypeSetEA = 0x08,
    WdfRequestTypeFlushBuffers = 0x09,
    WdfRequestTypeQueryVolumeInformation = 0x0a,
    WdfRequestTypeSetVolumeInformation = 0x0b,
    WdfRequestTypeDirectoryControl = 0x0c,
    WdfRequestTypeFileSystemControl = 0x0d,
    WdfRequestTypeDeviceControl = 0x0e,
    WdfRequestTypeDeviceControlInternal = 0x0f,
    WdfRequestTypeShutdown = 0x10,
    WdfRequestTypeLockControl = 0x11,
    WdfRequestTypeCleanup = 0x12,
    WdfRequestTypeCreateMailSlot = 0x13,
    WdfRequestTypeQuerySecurity = 0x14,
    WdfRequestTypeSetSecurity = 0x15,
    WdfRequestTypePower = 0x16,
    WdfRequestTypeSystemControl = 0x17,
    WdfRequestTypeDeviceChange = 0x18,
    WdfRequestTypeQueryQuota = 0x19,
    WdfRequestTypeSetQuota = 0x1a,
    WdfRequestTypePnp = 0x1b,
    WdfRequestTypeOther = 0x1c,    /* an internal control request with arguments, not buffers */
    WdfRequestTypeUsb = 0x40,      /* formatted by a USB target */
    WdfRequestTypeNoFormat = 0xff, /* not formatted by the framework */
    WdfRequestTypeMax = 0x100,
} WDF_REQUEST_TYPE;

typedef enum _WDF_REQUEST_REUSE_FLAGS {
    WDF_REQUEST_REUSE_NO_FLAGS = 0x0,
    WDF_REQUEST_REUSE_SET_NEW_IRP = 0x1, /* use WDF_REQUEST_REUSE_PARAMS.NewIrp */
} WDF_REQUEST_REUSE_FLAGS;

/* Why EvtIoStop is called. */
typedef enum _WDF_REQUEST_STOP_ACTION_FLAGS {
    WdfRequestStopActionInvalid = 0x0,
    WdfRequestStopActionSuspend = 0x1,              /* the device will be back */
    WdfRequestStopActionPurge = 0x2,                /* the device goes */
    WdfRequestStopRequestCancelable = 0x10000000,   /* besides: it is marked cancelable */
} WDF_REQUEST_STOP_ACTION_FLAGS;

typedef enum _WDF_REQUEST_SEND_OPTIONS_FLAGS {
    WDF_REQUEST_SEND_OPTION_TIMEOUT = 0x00000001,     /* Timeout is given */
    WDF_REQUEST_SEND_OPTION_SYNCHRONOUS = 0x00000002, /* wait for it; PASSIVE_LEVEL */
    WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE = 0x00000004, /* send to a stopped target, too */
    WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET = 0x00000008, /* it does not come back; alone */
    WDF_REQUEST_SEND_OPTION_IMPERSONATE_CLIENT = 0x00010000,           /* user mode only */
    WDF_REQUEST_SEND_OPTION_IMPERSONATION_IGNORE_FAILURE = 0x00020000, /* user mode only */
} WDF_REQUEST_SEND_OPTIONS_FLAGS;

/* Somebody wants Request, which is marked cancelable, cancelled. Complete it with
 * STATUS_CANCELLED, here or soon. IRQL: <= DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_REQUEST_CANCEL(WDFREQUEST Request);
typedef EVT_WDF_REQUEST_CANCEL *PFN_WDF_REQUEST_CANCEL;

/* What a request asks for. Type tells which member of Parameters counts. */
typedef struct _WDF_REQUEST_PARAMETERS {
    USHORT Size;
    UCHAR MinorFunction;
    WDF_REQUEST_TYPE Type;
    union {
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG Options; /* disposition in the high 8 bits */
            USHORT POINTER_ALIGNMENT FileAttributes;
            USHORT ShareAccess;
            ULONG POINTER_ALIGNMENT EaLength;
        } Create;
        struct {
            size_t Length; /* bytes */
            ULONG POINTER_ALIGNMENT Key;
            LONGLONG DeviceOffset; /* bytes */
        } Read;
        struct {
            size_t Length; /* bytes */
            ULONG POINTER_ALIGNMENT Key;
            LONGLONG DeviceOffset; /* bytes */
        } Write;
        struct {
            size_t OutputBufferLength; /* bytes */
            size_t POINTER_ALIGNMENT InputBufferLength;
            ULONG POINTER_ALIGNMENT IoControlCode;
            PVOID Type3InputBuffer; /* METHOD_NEITHER: the sender's own address */
        } DeviceIoControl;
        struct {
            PVOID Arg1;
            PVOID Arg2;
            ULONG POINTER_ALIGNMENT IoControlCode;
            PVOID Arg4;
        } Others;
    } Parameters;
} WDF_REQUEST_PARAMETERS, *PWDF_REQUEST_PARAMETERS;

WDF_INLINE VOID WDF_REQUEST_PARAMETERS_INIT(PWDF_REQUEST_PARAMETERS Parameters)
{
    RtlZeroMemory(Parameters, sizeof(*Parameters));
    Parameters->Size = (USHORT)WDF_STRUCTURE_SIZE(WDF_REQUEST_PARAMETERS);
}

typedef struct _WDF_USB_REQUEST_COMPLETION_PARAMS *PWDF_USB_REQUEST_COMPLETION_PARAMS;

/* How a sent request ended. Type is what it was formatted for and tells which member of
 * Parameters counts. */
typedef struct _WDF_REQUEST_COMPLETION_PARAMS {
    ULONG Size;
    WDF_REQUEST_TYPE Type;
    IO_STATUS_BLOCK IoStatus;
    union {
        struct {
            WDFMEMORY Buffer; /* what it was formatted with; NULL if nothing */
            size_t Length;    /* bytes transferred */
            size_t Offset;    /* where in Buffer they begin */
        } Write;
        struct {
            WDFMEMORY Buffer;
            size_t Length;
            size_t Offset;
        } Read;
        struct {
            ULONG IoControlCode;
            struct {
                WDFMEMORY Buffer;
                size_t Offset;
            } Input;
            struct {
                WDFMEMORY Buffer;
                size_t Offset;
                size_t Length;
            } Output;
        } Ioctl;
        struct {
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument1;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument2;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument3;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument4;
        } Others;
        struct {
            PWDF_USB_REQUEST_COMPLETION_PARAMS Completion;
        } Usb;
    } Parameters;
} WDF_REQUEST_COMPLETION_PARAMS, *PWDF_REQUEST_COMPLETION_PARAMS;

WDF_INLINE VOID WDF_REQUEST_COMPLETION_PARAMS_INIT(PWDF_REQUEST_COMPLETION_PARAMS Params)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_REQUEST_COMPLETION_PARAMS);
    Params->Type = WdfRequestTypeNoFormat;
}

/* A request that was sent is back: the driver has it again. Called once a sending. Params is
 * good only during the call. IRQL: the completer's, <= DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_REQUEST_COMPLETION_ROUTINE(WDFREQUEST Request, WDFIOTARGET Target,
                                                      PWDF_REQUEST_COMPLETION_PARAMS Params,
                                                      WDFCONTEXT Context);
typedef EVT_WDF_REQUEST_COMPLETION_ROUTINE *PFN_WDF_REQUEST_COMPLETION_ROUTINE;

typedef struct _WDF_REQUEST_REUSE_PARAMS {
    ULONG Size;
    ULONG Flags;     /* WDF_REQUEST_REUSE_FLAGS */
    NTSTATUS Status; /* the request's from now on */
    PIRP NewIrp;     /* for requests of WdfRequestCreateFromIrp that do not free their IRP */
} WDF_REQUEST_REUSE_PARAMS, *PWDF_REQUEST_REUSE_PARAMS;

WDF_INLINE VOID WDF_REQUEST_REUSE_PARAMS_INIT(PWDF_REQUEST_REUSE_PARAMS Params, ULONG Flags,
                                              NTSTATUS Status)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_REQUEST_REUSE_PARAMS);
    Params->Flags = Flags;
    Params->Status = Status;
}

WDF_INLINE VOID WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(PWDF_REQUEST_REUSE_PARAMS Params, PIRP NewIrp)
{
    Params->NewIrp = NewIrp;
    Params->Flags |= WDF_REQUEST_REUSE_SET_NEW_IRP;
}

typedef struct _WDF_REQUEST_SEND_OPTIONS {
    ULONG Size;
    ULONG Flags;      /* WDF_REQUEST_SEND_OPTIONS_FLAGS */
    LONGLONG Timeout; /* 100 ns; negative: from now, positive: a point in time, 0: none */
} WDF_REQUEST_SEND_OPTIONS, *PWDF_REQUEST_SEND_OPTIONS;

WDF_INLINE VOID WDF_REQUEST_SEND_OPTIONS_INIT(PWDF_REQUEST_SEND_OPTIONS Options, ULONG Flags)
{
    RtlZeroMemory(Options, sizeof(*Options));
    Options->Size = WDF_STRUCTURE_SIZE(WDF_REQUEST_SEND_OPTIONS);
    Options->Flags = Flags;
}

WDF_INLINE VOID WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(PWDF_REQUEST_SEND_OPTIONS Options,
                                                     LONGLONG Timeout)
{
    Options->Timeout = Timeout;
    Options->Flags |= WDF_REQUEST_SEND_OPTION_TIMEOUT;
}

typedef enum _WDF_REQUEST_FORWARD_OPTIONS_FLAGS {
    WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET = 0x1, /* it does not come back */
} WDF_REQUEST_FORWARD_OPTIONS_FLAGS;

typedef struct _WDF_REQUEST_FORWARD_OPTIONS {
    ULONG Size;
    ULONG Flags; /* WDF_REQUEST_FORWARD_OPTIONS_FLAGS */
} WDF_REQUEST_FORWARD_OPTIONS, *PWDF_REQUEST_FORWARD_OPTIONS;

WDF_INLINE VOID WDF_REQUEST_FORWARD_OPTIONS_INIT(PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
    RtlZeroMemory(ForwardOptions, sizeof(*ForwardOptions));
    ForwardOptions->Size = WDF_STRUCTURE_SIZE(WDF_REQUEST_FORWARD_OPTIONS);
    ForwardOptions->Flags = WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET;
}

/* Requests of the driver's own. */

/*
 * Creates a request for the driver to send.
 *
 * RequestAttributes  [opt]  the parent is the driver unless given
 * IoTarget           [opt]  the target that it will go to first: its IRP is made large enough for
 *                           it. NULL: WdfRequestChangeTarget or formatting does that
 * Request            [out]  the request; delete it, never complete it
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_REQUEST_NOT_ACCEPTED or STATUS_INVALID_DEVICE_STATE if IoTarget
 * has no device; what is wrong with RequestAttributes; STATUS_DELETE_PENDING if the parent is
 * being deleted; STATUS_INSUFFICIENT_RESOURCES. *Request is NULL on failure.
 * Documented as: WdfRequestCreate (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                    PWDF_OBJECT_ATTRIBUTES RequestAttributes, WDFIOTARGET IoTarget,
                                    WDFREQUEST *Request);

WDF_INLINE NTSTATUS WdfRequestCreate(PWDF_OBJECT_ATTRIBUTES RequestAttributes, WDFIOTARGET IoTarget,
                                     WDFREQUEST *Request)
{
    return imp_WdfRequestCreate(WdfDriverGlobals, RequestAttributes, IoTarget, Request);
}

#if WDF_FOR_KMDF
/*
 * Creates a request around an IRP that the driver has.
 *
 * Irp              [in]   not completed; the driver's
 * RequestFreesIrp  [in]   whether the request's end frees it, by IoFreeIrp
 * Request          [out]  the request; delete it, never complete it
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with RequestAttributes; STATUS_DELETE_PENDING if the
 * parent is being deleted; STATUS_INSUFFICIENT_RESOURCES. *Request is NULL on failure, and the IRP
 * is not freed.
 * Documented as: WdfRequestCreateFromIrp (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestCreateFromIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
                                           BOOLEAN RequestFreesIrp, WDFREQUEST *Request);

WDF_INLINE NTSTATUS WdfRequestCreateFromIrp(PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
                                            BOOLEAN RequestFreesIrp, WDFREQUEST *Request)
{
    return imp_WdfRequestCreateFromIrp(WdfDriverGlobals, RequestAttributes, Irp, RequestFreesIrp,
                                       Request);
}
#endif

/*
 * Makes a request ready to be formatted and sent again: forgets its completion routine and its
 * target, gives back the memory objects that it was formatted with, and sets its status.
 *
 * ReuseParams  [in]  may replace the IRP
 *
 * Not while the request is sent.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a wrong Size or unknown flags;
 * STATUS_WDF_REQUEST_INVALID_STATE for a new IRP in a request that a queue handed out.
 * Documented as: WdfRequestReuse (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestReuse(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                   PWDF_REQUEST_REUSE_PARAMS ReuseParams);

WDF_INLINE NTSTATUS WdfRequestReuse(WDFREQUEST Request, PWDF_REQUEST_REUSE_PARAMS ReuseParams)
{
    return imp_WdfRequestReuse(WdfDriverGlobals, Request, ReuseParams);
}

/*
 * Checks that a request can go to a target, and makes its IRP large enough if it was the framework
 * that allocated it.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_REQUEST_NOT_ACCEPTED if an IRP that somebody else made has too
 * few stack locations; STATUS_INVALID_DEVICE_STATE if the target has no device;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestChangeTarget (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestChangeTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                          WDFIOTARGET IoTarget);

WDF_INLINE NTSTATUS WdfRequestChangeTarget(WDFREQUEST Request, WDFIOTARGET IoTarget)
{
    return imp_WdfRequestChangeTarget(WdfDriverGlobals, Request, IoTarget);
}

/* Sending. */

/*
 * Formats a received request to be sent on as it is: copies its stack location to the next one.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * No IRP, or no stack location left, is WDF_VIOLATION (WDF_REQUEST_FATAL_ERROR).
 * Documented as: WdfRequestFormatRequestUsingCurrentType (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestFormatRequestUsingCurrentType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFREQUEST Request);

WDF_INLINE VOID WdfRequestFormatRequestUsingCurrentType(WDFREQUEST Request)
{
    imp_WdfRequestFormatRequestUsingCurrentType(WdfDriverGlobals, Request);
}

#if WDF_FOR_KMDF
/*
 * Formats a request with a stack location that the driver filled in.
 *
 * Stack  [in]  copied into the next stack location, but not its completion routine
 *
 * IRQL: <= DISPATCH_LEVEL.
 * No IRP, or no stack location left, is WDF_VIOLATION (WDF_REQUEST_FATAL_ERROR).
 * Documented as: WdfRequestWdmFormatUsingStackLocation (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestWdmFormatUsingStackLocation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFREQUEST Request, PIO_STACK_LOCATION Stack);

WDF_INLINE VOID WdfRequestWdmFormatUsingStackLocation(WDFREQUEST Request, PIO_STACK_LOCATION Stack)
{
    imp_WdfRequestWdmFormatUsingStackLocation(WdfDriverGlobals, Request, Stack);
}
#endif

/*
 * Sends a formatted request to a target.
 *
 * Options  [opt]  time-out, wait for it, ignore the target's state, or send and forget
 *
 * The target has the request until its completion routine is called, or, with the option to wait,
 * until this returns. A request that is sent and forgotten is gone.
 * IRQL: <= DISPATCH_LEVEL; PASSIVE_LEVEL with the option to wait.
 * Returns TRUE if it was sent, or a stopped target keeps it for later: the completion routine
 * will be called. FALSE if not: the driver still has it, no completion routine is called, and
 * WdfRequestGetStatus tells why: STATUS_INVALID_PARAMETER for wrong Options;
 * STATUS_INVALID_DEVICE_STATE if the target is closed, purged or going, or a request that is not
 * from a queue is to be forgotten; STATUS_INVALID_DEVICE_REQUEST for a received request without
 * completion routine, or one to be forgotten that is formatted for a target; STATUS_CANCELLED;
 * STATUS_REQUEST_NOT_ACCEPTED for too few stack locations; STATUS_INSUFFICIENT_RESOURCES. After a
 * wait that ended in time, TRUE whatever the request's status, which is STATUS_IO_TIMEOUT if time
 * was up. Sending a request that is sent is WDF_VIOLATION (WDF_REQUEST_FATAL_ERROR).
 * Documented as: WdfRequestSend (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                 WDFIOTARGET Target, PWDF_REQUEST_SEND_OPTIONS Options);

WDF_INLINE BOOLEAN WdfRequestSend(WDFREQUEST Request, WDFIOTARGET Target,
                                  PWDF_REQUEST_SEND_OPTIONS Options)
{
    return imp_WdfRequestSend(WdfDriverGlobals, Request, Target, Options);
}

/*
 * Returns a request's status: after WdfRequestSend returned FALSE why it did, and after completion
 * what the target completed it with.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetStatus (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestGetStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfRequestGetStatus(WDFREQUEST Request)
{
    return imp_WdfRequestGetStatus(WdfDriverGlobals, Request);
}

/*
 * Asks whoever has a sent request to cancel it. The driver must have a reference to it, lest it
 * is completed and deleted in the meantime.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns TRUE if they were told. The completion routine runs in any case, with whatever status.
 * Documented as: WdfRequestCancelSentRequest (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestCancelSentRequest(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestCancelSentRequest(WDFREQUEST Request)
{
    return imp_WdfRequestCancelSentRequest(WdfDriverGlobals, Request);
}

/*
 * Says what is called when a request that will be sent comes back. Valid for one sending.
 *
 * CompletionRoutine  [opt]  NULL: none
 * CompletionContext  [opt]  CompletionRoutine's
 *
 * IRQL: <= DISPATCH_LEVEL. Formatting does not change it; WdfRequestReuse removes it.
 * Documented as: WdfRequestSetCompletionRoutine (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestSetCompletionRoutine(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                                              WDFCONTEXT CompletionContext);

WDF_INLINE VOID WdfRequestSetCompletionRoutine(WDFREQUEST Request,
                                               PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                                               WDFCONTEXT CompletionContext)
{
    imp_WdfRequestSetCompletionRoutine(WdfDriverGlobals, Request, CompletionRoutine,
                                       CompletionContext);
}

/*
 * Writes down how a sent request ended; from its completion until it is reused, formatted again or
 * completed. Not for those that WdfIoTargetSendXxxSynchronously sent.
 *
 * Params  [out]  initialized by the caller; left alone if Size is wrong
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetCompletionParams (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestGetCompletionParams(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                             PWDF_REQUEST_COMPLETION_PARAMS Params);

WDF_INLINE VOID WdfRequestGetCompletionParams(WDFREQUEST Request,
                                              PWDF_REQUEST_COMPLETION_PARAMS Params)
{
    imp_WdfRequestGetCompletionParams(WdfDriverGlobals, Request, Params);
}

/*
 * Allocates what a time-out takes, so that sending with one cannot fail for lack of memory.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS, also if it has been done before; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestAllocateTimer (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestAllocateTimer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfRequestAllocateTimer(WDFREQUEST Request)
{
    return imp_WdfRequestAllocateTimer(WdfDriverGlobals, Request);
}

/* Cancelling. */

/*
 * Lets a request that the driver owns be cancelled. If it has been already, the callback runs
 * before this returns: so not with a lock held that the callback takes.
 *
 * EvtRequestCancel  [in]  called, once, if it is cancelled
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestMarkCancelable (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestMarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                        PFN_WDF_REQUEST_CANCEL EvtRequestCancel);

WDF_INLINE VOID WdfRequestMarkCancelable(WDFREQUEST Request,
                                         PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    imp_WdfRequestMarkCancelable(WdfDriverGlobals, Request, EvtRequestCancel);
}

/*
 * Lets a request that the driver owns be cancelled, unless it has been already.
 *
 * EvtRequestCancel  [in]  called, once, if it is cancelled from now on
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_CANCELLED if it has been: it is not marked, the callback is not
 * called, and the driver completes it; STATUS_INVALID_DEVICE_REQUEST if it is of no queue.
 * Documented as: WdfRequestMarkCancelableEx (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestMarkCancelableEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              PFN_WDF_REQUEST_CANCEL EvtRequestCancel);

WDF_INLINE NTSTATUS WdfRequestMarkCancelableEx(WDFREQUEST Request,
                                               PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    return imp_WdfRequestMarkCancelableEx(WdfDriverGlobals, Request, EvtRequestCancel);
}

/*
 * Keeps a request from being cancelled any more. To be called before a request that is marked is
 * completed, forwarded or sent, except from its cancel callback.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_CANCELLED if it has been cancelled: its callback runs, or will,
 * and completes it, and the caller leaves it alone; STATUS_INVALID_DEVICE_REQUEST if it is of no
 * queue, or, under the verifier, was not marked.
 * Documented as: WdfRequestUnmarkCancelable (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestUnmarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfRequestUnmarkCancelable(WDFREQUEST Request)
{
    return imp_WdfRequestUnmarkCancelable(WdfDriverGlobals, Request);
}

/*
 * Tells whether somebody wants a request cancelled that the driver owns and has not marked.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestIsCanceled (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestIsCanceled(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestIsCanceled(WDFREQUEST Request)
{
    return imp_WdfRequestIsCanceled(WdfDriverGlobals, Request);
}

/* Completing. The request, its buffers and its IRP are not the driver's any more from the
 * moment of the call. */

/*
 * Completes a request with a status, and with the information that it has: what
 * WdfRequestSetInformation said, or 0.
 *
 * Only requests that a queue handed out, and that are not marked cancelable. Its contexts' cleanup
 * callbacks run before the sender is told.
 * IRQL: <= DISPATCH_LEVEL.
 * References left to its buffers (memory objects that are referenced, formatted into other
 * requests, or probed and locked) are WDF_VIOLATION (WDF_VERIFIER_FATAL_ERROR).
 * Documented as: WdfRequestComplete (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestComplete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                  NTSTATUS Status);

WDF_INLINE VOID WdfRequestComplete(WDFREQUEST Request, NTSTATUS Status)
{
    imp_WdfRequestComplete(WdfDriverGlobals, Request, Status);
}

#if WDF_FOR_KMDF
/*
 * Completes a request, like WdfRequestComplete, and raises the waiting thread's priority for a
 * while.
 *
 * PriorityBoost  [in]  IO_NO_INCREMENT, IO_DISK_INCREMENT, ...
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestCompleteWithPriorityBoost (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestCompleteWithPriorityBoost(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFREQUEST Request, NTSTATUS Status,
                                                   CCHAR PriorityBoost);

WDF_INLINE VOID WdfRequestCompleteWithPriorityBoost(WDFREQUEST Request, NTSTATUS Status,
                                                    CCHAR PriorityBoost)
{
    imp_WdfRequestCompleteWithPriorityBoost(WdfDriverGlobals, Request, Status, PriorityBoost);
}
#endif

/*
 * Completes a request, like WdfRequestComplete, with the information given.
 *
 * Information  [in]  for reads, writes and control requests the bytes transferred; never more than
 *                    the buffer holds (the verifier bug checks then)
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestCompleteWithInformation (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, NTSTATUS Status,
                                                 ULONG_PTR Information);

WDF_INLINE VOID WdfRequestCompleteWithInformation(WDFREQUEST Request, NTSTATUS Status,
                                                  ULONG_PTR Information)
{
    imp_WdfRequestCompleteWithInformation(WdfDriverGlobals, Request, Status, Information);
}

/*
 * Sets what a request will be completed with besides its status: usually bytes transferred.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestSetInformation (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestSetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                        ULONG_PTR Information);

WDF_INLINE VOID WdfRequestSetInformation(WDFREQUEST Request, ULONG_PTR Information)
{
    imp_WdfRequestSetInformation(WdfDriverGlobals, Request, Information);
}

/*
 * Returns what WdfRequestSetInformation said, or what a target completed the request with.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetInformation (wdfrequest.h).
 */
ULONG_PTR NTAPI imp_WdfRequestGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE ULONG_PTR WdfRequestGetInformation(WDFREQUEST Request)
{
    return imp_WdfRequestGetInformation(WdfDriverGlobals, Request);
}

/* What a request asks for, and who sent it. */

/*
 * Writes down what a received request asks for.
 *
 * Parameters  [out]  initialized by the caller; left alone if Size is wrong
 *
 * IRQL: <= DISPATCH_LEVEL. Not after completion.
 * Documented as: WdfRequestGetParameters (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestGetParameters(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                       PWDF_REQUEST_PARAMETERS Parameters);

WDF_INLINE VOID WdfRequestGetParameters(WDFREQUEST Request, PWDF_REQUEST_PARAMETERS Parameters)
{
    imp_WdfRequestGetParameters(WdfDriverGlobals, Request, Parameters);
}

/*
 * Returns the file object that a request came through, or NULL if it has none, or the driver told
 * the framework not to keep file objects. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetFileObject (wdfrequest.h).
 */
WDFFILEOBJECT NTAPI imp_WdfRequestGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request);

WDF_INLINE WDFFILEOBJECT WdfRequestGetFileObject(WDFREQUEST Request)
{
    return imp_WdfRequestGetFileObject(WdfDriverGlobals, Request);
}

/*
 * Returns KernelMode if a kernel component sent the request, otherwise UserMode.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetRequestorMode (wdfrequest.h).
 */
KPROCESSOR_MODE NTAPI imp_WdfRequestGetRequestorMode(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFREQUEST Request);

WDF_INLINE KPROCESSOR_MODE WdfRequestGetRequestorMode(WDFREQUEST Request)
{
    return imp_WdfRequestGetRequestorMode(WdfDriverGlobals, Request);
}

/*
 * Returns the id of the process that sent the request.
 *
 * IRQL: <= DISPATCH_LEVEL. Not after completion.
 * Documented as: WdfRequestGetRequestorProcessId (wdfrequest.h).
 */
ULONG NTAPI imp_WdfRequestGetRequestorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request);

WDF_INLINE ULONG WdfRequestGetRequestorProcessId(WDFREQUEST Request)
{
    return imp_WdfRequestGetRequestorProcessId(WdfDriverGlobals, Request);
}

/*
 * Tells whether a request's sender is a 32-bit program, whose structures have 32-bit pointers.
 *
 * IRQL: <= APC_LEVEL.
 * Documented as: WdfRequestIsFrom32BitProcess (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestIsFrom32BitProcess(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestIsFrom32BitProcess(WDFREQUEST Request)
{
    return imp_WdfRequestIsFrom32BitProcess(WdfDriverGlobals, Request);
}

#if WDF_FOR_KMDF
/*
 * Tells whether a request is one of those set aside for when memory is short.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestIsReserved (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestIsReserved(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestIsReserved(WDFREQUEST Request)
{
    return imp_WdfRequestIsReserved(WdfDriverGlobals, Request);
}

/*
 * Returns a request's IRP; NULL after completion. The framework goes on using the IRP: a driver
 * looks at it, or changes it where the documentation says so.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestWdmGetIrp (wdfrequest.h).
 */
PIRP NTAPI imp_WdfRequestWdmGetIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE PIRP WdfRequestWdmGetIrp(WDFREQUEST Request)
{
    return imp_WdfRequestWdmGetIrp(WdfDriverGlobals, Request);
}
#endif

/*
 * A request's buffers. Input is what the sender gives, output what it wants: input of a write
 * or a control request, output of a read or a control request. All are the sender's, or the
 * I/O manager's, and good until the request is completed. A control request by METHOD_NEITHER
 * from a user program, and a read or write to a device that does neither, has no such buffers:
 * see the functions for user buffers below.
 */

/*
 * Returns a request's input as a memory object.
 *
 * Memory  [out]  the same object each time; it belongs to the request and is never deleted
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no input, or
 * it is the sender's own address; STATUS_BUFFER_TOO_SMALL if it is empty;
 * STATUS_INSUFFICIENT_RESOURCES if it cannot be mapped. *Memory is left alone on failure.
 * Documented as: WdfRequestRetrieveInputMemory (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveInputMemory(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, WDFMEMORY *Memory);

WDF_INLINE NTSTATUS WdfRequestRetrieveInputMemory(WDFREQUEST Request, WDFMEMORY *Memory)
{
    return imp_WdfRequestRetrieveInputMemory(WdfDriverGlobals, Request, Memory);
}

/*
 * Returns a request's output as a memory object.
 *
 * Memory  [out]  the same object each time; it belongs to the request and is never deleted
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no output,
 * or it is the sender's own address; STATUS_BUFFER_TOO_SMALL if it is empty;
 * STATUS_INSUFFICIENT_RESOURCES if it cannot be mapped. *Memory is left alone on failure.
 * Documented as: WdfRequestRetrieveOutputMemory (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveOutputMemory(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, WDFMEMORY *Memory);

WDF_INLINE NTSTATUS WdfRequestRetrieveOutputMemory(WDFREQUEST Request, WDFMEMORY *Memory)
{
    return imp_WdfRequestRetrieveOutputMemory(WdfDriverGlobals, Request, Memory);
}

/*
 * Returns a request's input. With METHOD_BUFFERED it is the same memory as the output.
 *
 * MinimumRequiredLength  [in]   bytes; 0: any, but not none
 * Buffer                 [out]  NULL on failure
 * Length                 [opt]  bytes in the buffer; 0 on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no input, or
 * it is the sender's own address; STATUS_BUFFER_TOO_SMALL if it is empty or shorter than required;
 * STATUS_INSUFFICIENT_RESOURCES if it cannot be mapped.
 * Documented as: WdfRequestRetrieveInputBuffer (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, size_t MinimumRequiredLength,
                                                 PVOID *Buffer, size_t *Length);

WDF_INLINE NTSTATUS WdfRequestRetrieveInputBuffer(WDFREQUEST Request, size_t MinimumRequiredLength,
                                                  PVOID *Buffer, size_t *Length)
{
    return imp_WdfRequestRetrieveInputBuffer(WdfDriverGlobals, Request, MinimumRequiredLength,
                                             Buffer, Length);
}

/*
 * Returns a request's output. With METHOD_BUFFERED it is the same memory as the input: read all
 * input first.
 *
 * MinimumRequiredSize  [in]   bytes; 0: any, but not none
 * Buffer               [out]  NULL on failure
 * Length               [opt]  bytes in the buffer; 0 on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no output,
 * or it is the sender's own address; STATUS_BUFFER_TOO_SMALL if it is empty or shorter than
 * required; STATUS_INSUFFICIENT_RESOURCES if it cannot be mapped.
 * Documented as: WdfRequestRetrieveOutputBuffer (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, size_t MinimumRequiredSize,
                                                  PVOID *Buffer, size_t *Length);

WDF_INLINE NTSTATUS WdfRequestRetrieveOutputBuffer(WDFREQUEST Request, size_t MinimumRequiredSize,
                                                   PVOID *Buffer, size_t *Length)
{
    return imp_WdfRequestRetrieveOutputBuffer(WdfDriverGlobals, Request, MinimumRequiredSize,
                                              Buffer, Length);
}

#if WDF_FOR_KMDF
/*
 * Returns an MDL of a request's input: the request's own, or one that the framework builds over
 * the system buffer. A request has one MDL of the latter kind, for input or output.
 *
 * Mdl  [out]  belongs to the request; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no input, or
 * it is not described by a buffer of the system's; STATUS_BUFFER_TOO_SMALL if it is empty;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestRetrieveInputWdmMdl (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveInputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, PMDL *Mdl);

WDF_INLINE NTSTATUS WdfRequestRetrieveInputWdmMdl(WDFREQUEST Request, PMDL *Mdl)
{
    return imp_WdfRequestRetrieveInputWdmMdl(WdfDriverGlobals, Request, Mdl);
}

/*
 * Returns an MDL of a request's output: the request's own, or one that the framework builds over
 * the system buffer. A request has one MDL of the latter kind, for input or output.
 *
 * Mdl  [out]  belongs to the request; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a request of this type has no output,
 * or it is not described by a buffer of the system's; STATUS_BUFFER_TOO_SMALL if it is empty;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestRetrieveOutputWdmMdl (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveOutputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFREQUEST Request, PMDL *Mdl);

WDF_INLINE NTSTATUS WdfRequestRetrieveOutputWdmMdl(WDFREQUEST Request, PMDL *Mdl)
{
    return imp_WdfRequestRetrieveOutputWdmMdl(WdfDriverGlobals, Request, Mdl);
}
#endif

/* User buffers: the sender's own addresses, of METHOD_NEITHER. Only from EvtIoInCallerContext,
 * which runs in the sender's thread. */

#if WDF_FOR_KMDF
/*
 * Returns a request's input as the sender named it. Nothing has looked at it: probe and lock it
 * before touching it.
 *
 * MinimumRequiredLength  [in]   bytes; 0: any, or none
 * InputBuffer            [out]  the sender's address; NULL on failure
 * Length                 [opt]  bytes
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the request is not by METHOD_NEITHER,
 * has no input, or this is not the sender's thread; STATUS_BUFFER_TOO_SMALL.
 * Documented as: WdfRequestRetrieveUnsafeUserInputBuffer (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveUnsafeUserInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFREQUEST Request,
                                                           size_t MinimumRequiredLength,
                                                           PVOID *InputBuffer, size_t *Length);

WDF_INLINE NTSTATUS WdfRequestRetrieveUnsafeUserInputBuffer(WDFREQUEST Request,
                                                            size_t MinimumRequiredLength,
                                                            PVOID *InputBuffer, size_t *Length)
{
    return imp_WdfRequestRetrieveUnsafeUserInputBuffer(WdfDriverGlobals, Request,
                                                       MinimumRequiredLength, InputBuffer, Length);
}

/*
 * Returns a request's output as the sender named it. Nothing has looked at it: probe and lock it
 * before touching it.
 *
 * MinimumRequiredLength  [in]   bytes; 0: any, or none
 * OutputBuffer           [out]  the sender's address; NULL on failure
 * Length                 [opt]  bytes
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the request is not by METHOD_NEITHER,
 * has no output, or this is not the sender's thread; STATUS_BUFFER_TOO_SMALL.
 * Documented as: WdfRequestRetrieveUnsafeUserOutputBuffer (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveUnsafeUserOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFREQUEST Request,
                                                            size_t MinimumRequiredLength,
                                                            PVOID *OutputBuffer, size_t *Length);

WDF_INLINE NTSTATUS WdfRequestRetrieveUnsafeUserOutputBuffer(WDFREQUEST Request,
                                                             size_t MinimumRequiredLength,
                                                             PVOID *OutputBuffer, size_t *Length)
{
    return imp_WdfRequestRetrieveUnsafeUserOutputBuffer(WdfDriverGlobals, Request,
                                                        MinimumRequiredLength, OutputBuffer,
                                                        Length);
}

/*
 * Checks that the sender may read a buffer, locks its pages and maps them for the driver, who may
 * then use it in any thread, to read.
 *
 * Buffer        [in]   an address of the sender's: the request's own or one found in its input
 * Length        [in]   bytes, at least 1
 * MemoryObject  [out]  the buffer; a child of the request, to be deleted before it is completed, or
 *                      by its completion, which unlocks the pages
 *
 * IRQL: PASSIVE_LEVEL, in the sender's thread.
 * Returns STATUS_SUCCESS; STATUS_INVALID_USER_BUFFER if Length is 0; STATUS_ACCESS_VIOLATION if
 * the sender may not read all of it, or this is another thread; STATUS_INVALID_DEVICE_REQUEST if
 * the request has been completed; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestProbeAndLockUserBufferForRead (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestProbeAndLockUserBufferForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFREQUEST Request, PVOID Buffer,
                                                           size_t Length, WDFMEMORY *MemoryObject);

WDF_INLINE NTSTATUS WdfRequestProbeAndLockUserBufferForRead(WDFREQUEST Request, PVOID Buffer,
                                                            size_t Length, WDFMEMORY *MemoryObject)
{
    return imp_WdfRequestProbeAndLockUserBufferForRead(WdfDriverGlobals, Request, Buffer, Length,
                                                       MemoryObject);
}

/*
 * Does the same for a buffer that the driver reads and writes.
 *
 * Buffer        [in]   an address of the sender's: the request's own or one found in its input
 * Length        [in]   bytes, at least 1
 * MemoryObject  [out]  as above
 *
 * IRQL: PASSIVE_LEVEL, in the sender's thread.
 * Returns STATUS_SUCCESS; STATUS_INVALID_USER_BUFFER if Length is 0; STATUS_ACCESS_VIOLATION if
 * the sender may not write all of it, or this is another thread; STATUS_INVALID_DEVICE_REQUEST if
 * the request has been completed; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRequestProbeAndLockUserBufferForWrite (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestProbeAndLockUserBufferForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFREQUEST Request, PVOID Buffer,
                                                            size_t Length, WDFMEMORY *MemoryObject);

WDF_INLINE NTSTATUS WdfRequestProbeAndLockUserBufferForWrite(WDFREQUEST Request, PVOID Buffer,
                                                             size_t Length, WDFMEMORY *MemoryObject)
{
    return imp_WdfRequestProbeAndLockUserBufferForWrite(WdfDriverGlobals, Request, Buffer, Length,
                                                        MemoryObject);
}
#endif

/* Requests and queues. */

/*
 * Moves a request that the driver owns to another queue of the same device. On success the driver
 * does not own it any more; the queue may have handed it out, and the driver completed it, before
 * this returns.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_WDF_BUSY if the queue does not accept requests;
 * STATUS_INVALID_DEVICE_REQUEST if it is the queue that the request is from, or another device's,
 * or the request is of no queue, or marked cancelable. On failure the driver still owns it.
 * Documented as: WdfRequestForwardToIoQueue (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestForwardToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              WDFQUEUE DestinationQueue);

WDF_INLINE NTSTATUS WdfRequestForwardToIoQueue(WDFREQUEST Request, WDFQUEUE DestinationQueue)
{
    return imp_WdfRequestForwardToIoQueue(WdfDriverGlobals, Request, DestinationQueue);
}

#if WDF_FOR_KMDF
/*
 * Moves a request of a child device to a queue of the bus device, in the same driver.
 *
 * ParentDeviceQueue  [in]  a queue of the parent's
 * ForwardOptions     [in]  send and forget: the request does not come back to the child
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for unknown flags; STATUS_WDF_BUSY if the queue does not accept requests;
 * STATUS_INVALID_DEVICE_REQUEST if the device has no parent, or another one, or the child did not
 * call WdfPdoInitAllowForwardingRequestToParent, or the request is reserved or marked cancelable.
 * On failure the driver still owns it.
 * Documented as: WdfRequestForwardToParentDeviceIoQueue (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestForwardToParentDeviceIoQueue(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, WDFQUEUE ParentDeviceQueue,
    PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions);

WDF_INLINE NTSTATUS WdfRequestForwardToParentDeviceIoQueue(
    WDFREQUEST Request, WDFQUEUE ParentDeviceQueue, PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
    return imp_WdfRequestForwardToParentDeviceIoQueue(WdfDriverGlobals, Request, ParentDeviceQueue,
                                                      ForwardOptions);
}
#endif

/*
 * Returns the queue that handed a request out; NULL for a request of the driver's own, or one that
 * no queue of the driver's handed out. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfRequestGetIoQueue (wdfrequest.h).
 */
WDFQUEUE NTAPI imp_WdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE WDFQUEUE WdfRequestGetIoQueue(WDFREQUEST Request)
{
    return imp_WdfRequestGetIoQueue(WdfDriverGlobals, Request);
}

/*
 * Puts a request that the driver owns back at the head of the manual queue that it is from.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS: the queue owns it; STATUS_INVALID_DEVICE_REQUEST if it is of no queue,
 * of one that is not manual, or marked cancelable. On failure the driver still owns it.
 * Documented as: WdfRequestRequeue (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRequeue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfRequestRequeue(WDFREQUEST Request)
{
    return imp_WdfRequestRequeue(WdfDriverGlobals, Request);
}

/*
 * Tells from EvtIoStop, or later, that the driver has stopped working on a request.
 *
 * Requeue  [in]  TRUE: it goes back to its queue, which hands it out again when the device is back;
 *                FALSE: the driver keeps it, and EvtIoResume follows
 *
 * IRQL: <= DISPATCH_LEVEL. A marked request is unmarked first, if it is to go back.
 * Documented as: WdfRequestStopAcknowledge (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                         BOOLEAN Requeue);

WDF_INLINE VOID WdfRequestStopAcknowledge(WDFREQUEST Request, BOOLEAN Requeue)
{
    imp_WdfRequestStopAcknowledge(WdfDriverGlobals, Request, Requeue);
}

#if WDF_FOR_UMDF
/*
 * Runs as the program that sent the request; see WdfRequestImpersonate. IRQL: PASSIVE_LEVEL.
 */
typedef VOID NTAPI EVT_WDF_REQUEST_IMPERSONATE(WDFREQUEST Request, PVOID Context);
typedef EVT_WDF_REQUEST_IMPERSONATE *PFN_WDF_REQUEST_IMPERSONATE;

/*
 * Calls EvtRequestImpersonate at once, with the rights of the program that sent the request, up to
 * ImpersonationLevel. UMDF only.
 *
 * ImpersonationLevel     [in]   at most what the INF's UmdfImpersonationLevel grants
 * EvtRequestImpersonate  [in]   does what needs the rights, and nothing else
 * Context                [opt]  handed to it
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another level or no callback;
 * STATUS_INVALID_DEVICE_REQUEST if the request is completed; STATUS_BAD_IMPERSONATION_LEVEL if
 * the INF or the program allows less. On failure the callback was not called.
 * Documented as: WdfRequestImpersonate (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestImpersonate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                         SECURITY_IMPERSONATION_LEVEL ImpersonationLevel,
                                         PFN_WDF_REQUEST_IMPERSONATE EvtRequestImpersonate,
                                         PVOID Context);

WDF_INLINE NTSTATUS WdfRequestImpersonate(WDFREQUEST Request,
                                          SECURITY_IMPERSONATION_LEVEL ImpersonationLevel,
                                          PFN_WDF_REQUEST_IMPERSONATE EvtRequestImpersonate,
                                          PVOID Context)
{
    return imp_WdfRequestImpersonate(WdfDriverGlobals, Request, ImpersonationLevel,
                                     EvtRequestImpersonate, Context);
}

/*
 * Tells whether a UMDF driver made the request, rather than a program or a kernel driver. FALSE for
 * one that is completed. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRequestIsFromUserModeDriver (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestIsFromUserModeDriver(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestIsFromUserModeDriver(WDFREQUEST Request)
{
    return imp_WdfRequestIsFromUserModeDriver(WdfDriverGlobals, Request);
}

/*
 * Notes in a request whether a UMDF driver started the operation that it is part of; drivers below
 * see it. Nothing happens to one that is completed. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRequestSetUserModeDriverInitiatedIo (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestSetUserModeDriverInitiatedIo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFREQUEST Request,
                                                      BOOLEAN IsUserModeDriverInitiated);

WDF_INLINE VOID WdfRequestSetUserModeDriverInitiatedIo(WDFREQUEST Request,
                                                       BOOLEAN IsUserModeDriverInitiated)
{
    imp_WdfRequestSetUserModeDriverInitiatedIo(WdfDriverGlobals, Request,
                                               IsUserModeDriverInitiated);
}

/*
 * Returns what WdfRequestSetUserModeDriverInitiatedIo noted; FALSE unless somebody did, and for a
 * request that is completed. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRequestGetUserModeDriverInitiatedIo (wdfrequest.h).
 */
BOOLEAN NTAPI imp_WdfRequestGetUserModeDriverInitiatedIo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFREQUEST Request);

WDF_INLINE BOOLEAN WdfRequestGetUserModeDriverInitiatedIo(WDFREQUEST Request)
{
    return imp_WdfRequestGetUserModeDriverInitiatedIo(WdfDriverGlobals, Request);
}

/*
 * Gives the request an activity id, by which traces of several drivers are put together. Nothing
 * happens to one that is completed. UMDF only; a kernel driver has IoSetActivityIdIrp.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRequestSetActivityId (wdfrequest.h).
 */
VOID NTAPI imp_WdfRequestSetActivityId(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                       LPGUID ActivityId);

WDF_INLINE VOID WdfRequestSetActivityId(WDFREQUEST Request, LPGUID ActivityId)
{
    imp_WdfRequestSetActivityId(WdfDriverGlobals, Request, ActivityId);
}

/*
 * Returns the request's activity id. UMDF only; a kernel driver has IoGetActivityIdIrp.
 *
 * ActivityId  [out]  written on success alone
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if it has none, or is completed.
 * Documented as: WdfRequestRetrieveActivityId (wdfrequest.h).
 */
NTSTATUS NTAPI imp_WdfRequestRetrieveActivityId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request, LPGUID ActivityId);

WDF_INLINE NTSTATUS WdfRequestRetrieveActivityId(WDFREQUEST Request, LPGUID ActivityId)
{
    return imp_WdfRequestRetrieveActivityId(WdfDriverGlobals, Request, ActivityId);
}

/*
 * Tells how this request's data reaches the driver, which may differ from what the stack agreed on
 * (WdfDeviceGetDeviceStackIoType): short transfers are buffered whatever the drivers prefer.
 * UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns WdfDeviceIoBuffered: the data is copied; WdfDeviceIoDirect: whole pages of the sender's
 * buffer are mapped into the host, and only its ragged ends copied; WdfDeviceIoUndefined for a
 * request that is completed.
 * Documented as: WdfRequestGetEffectiveIoType (wdfrequest.h).
 */
WDF_DEVICE_IO_TYPE NTAPI imp_WdfRequestGetEffectiveIoType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFREQUEST Request);

WDF_INLINE WDF_DEVICE_IO_TYPE WdfRequestGetEffectiveIoType(WDFREQUEST Request)
{
    return imp_WdfRequestGetEffectiveIoType(WdfDriverGlobals, Request);
}
#endif

WDF_EXTERN_C_END
