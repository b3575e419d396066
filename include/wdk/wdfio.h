/*
 * Queues: where a device's requests wait for the driver.
 *
 * A request belongs to its queue until the queue hands it to the driver, by a callback or
 * because the driver asks for it. From then on the driver owns it, and completes it, forwards
 * it, requeues it, or sends it to an I/O target.
 */
#pragma once

#include <wdfrequest.h>

WDF_EXTERN_C_START

typedef enum _WDF_IO_QUEUE_DISPATCH_TYPE {
    WdfIoQueueDispatchInvalid = 0,
    WdfIoQueueDispatchSequential = 1, /* the next request when the driver is done with the last */
    WdfIoQueueDispatchParallel = 2,   /* each request as it arrives */
    WdfIoQueueDispatchManual = 3,     /* none: the driver fetches them */
    WdfIoQueueDispatchMax = 4,
} WDF_IO_QUEUE_DISPATCH_TYPE;

/* A set of these tells what a queue is doing. */
typedef enum _WDF_IO_QUEUE_STATE {
    WdfIoQueueAcceptRequests = 0x01,   /* requests may come in */
    WdfIoQueueDispatchRequests = 0x02, /* requests may go out to the driver */
    WdfIoQueueNoRequests = 0x04,       /* none waits */
    WdfIoQueueDriverNoRequests = 0x08, /* the driver has none of this queue's */
    WdfIoQueuePnpHeld = 0x10,          /* held because the device is not in its working state */
} WDF_IO_QUEUE_STATE;

/* Has nothing, and the driver has nothing of it. */
WDF_INLINE BOOLEAN WDF_IO_QUEUE_IDLE(WDF_IO_QUEUE_STATE State)
{
    const ULONG wanted = WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests;

    return ((ULONG)State & wanted) == wanted;
}

/* Requests may come in and go out. */
WDF_INLINE BOOLEAN WDF_IO_QUEUE_READY(WDF_IO_QUEUE_STATE State)
{
    const ULONG wanted = WdfIoQueueDispatchRequests | WdfIoQueueAcceptRequests;

    return ((ULONG)State & (wanted | WdfIoQueuePnpHeld)) == wanted;
}

/* Requests come in but do not go out, and the driver is done with those that have. */
WDF_INLINE BOOLEAN WDF_IO_QUEUE_STOPPED(WDF_IO_QUEUE_STATE State)
{
    const ULONG wanted = WdfIoQueueAcceptRequests | WdfIoQueueDriverNoRequests;

    return ((ULONG)State & (wanted | WdfIoQueueDispatchRequests)) == wanted;
}

/* None comes in any more, and all that had come are done with. */
WDF_INLINE BOOLEAN WDF_IO_QUEUE_DRAINED(WDF_IO_QUEUE_STATE State)
{
    const ULONG wanted =
        WdfIoQueueDispatchRequests | WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests;

    return ((ULONG)State & (wanted | WdfIoQueueAcceptRequests)) == wanted;
}

/* None comes in any more, and none is left. */
WDF_INLINE BOOLEAN WDF_IO_QUEUE_PURGED(WDF_IO_QUEUE_STATE State)
{
    const ULONG wanted = WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests;

    return ((ULONG)State & (wanted | WdfIoQueueAcceptRequests)) == wanted;
}

/*
 * Callbacks. Lengths are in bytes. Each runs at <= DISPATCH_LEVEL, or at PASSIVE_LEVEL if that
 * is the queue's execution level, and one at a time as far as the synchronization scope says.
 */

/* A request that has no callback of its own. The driver owns it from here, as in the next four. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_DEFAULT(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_DEFAULT *PFN_WDF_IO_QUEUE_IO_DEFAULT;

typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_READ(WDFQUEUE Queue, WDFREQUEST Request, size_t Length);
typedef EVT_WDF_IO_QUEUE_IO_READ *PFN_WDF_IO_QUEUE_IO_READ;

typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_WRITE(WDFQUEUE Queue, WDFREQUEST Request, size_t Length);
typedef EVT_WDF_IO_QUEUE_IO_WRITE *PFN_WDF_IO_QUEUE_IO_WRITE;

typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL(WDFQUEUE Queue, WDFREQUEST Request,
                                                      size_t OutputBufferLength,
                                                      size_t InputBufferLength,
                                                      ULONG IoControlCode);
typedef EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL *PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL;

typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL(WDFQUEUE Queue, WDFREQUEST Request,
                                                               size_t OutputBufferLength,
                                                               size_t InputBufferLength,
                                                               ULONG IoControlCode);
typedef EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL *PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL;

/* The device leaves its working state, or goes, while the driver owns Request. ActionFlags are
 * WDF_REQUEST_STOP_ACTION_FLAGS. Complete it, requeue it, or call WdfRequestStopAcknowledge. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_STOP(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags);
typedef EVT_WDF_IO_QUEUE_IO_STOP *PFN_WDF_IO_QUEUE_IO_STOP;

/* The device is back in its working state: go on with Request. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_RESUME(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_RESUME *PFN_WDF_IO_QUEUE_IO_RESUME;

/* Request was cancelled while it waited, after the driver had had it once. Complete it. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE *PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE;

/* What was asked of the queue (stop, drain, purge) is done, or a manual queue is not empty any
 * more. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_STATE(WDFQUEUE Queue, WDFCONTEXT Context);
typedef EVT_WDF_IO_QUEUE_STATE *PFN_WDF_IO_QUEUE_STATE;

typedef struct _WDF_IO_QUEUE_CONFIG {
    ULONG Size;
    WDF_IO_QUEUE_DISPATCH_TYPE DispatchType;
    WDF_TRI_STATE PowerManaged;      /* default: yes, unless the device is a filter's or control */
    BOOLEAN AllowZeroLengthRequests; /* or the queue completes reads and writes of 0 bytes */
    BOOLEAN DefaultQueue;            /* takes what no other queue of the device is set up for */
    PFN_WDF_IO_QUEUE_IO_DEFAULT EvtIoDefault;
    PFN_WDF_IO_QUEUE_IO_READ EvtIoRead;
    PFN_WDF_IO_QUEUE_IO_WRITE EvtIoWrite;
    PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL EvtIoDeviceControl;
    PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL EvtIoInternalDeviceControl;
    PFN_WDF_IO_QUEUE_IO_STOP EvtIoStop;
    PFN_WDF_IO_QUEUE_IO_RESUME EvtIoResume;
    PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE EvtIoCanceledOnQueue;
    union {
        struct {
            ULONG NumberOfPresentedRequests; /* at most so many at the driver at once */
        } Parallel;
    } Settings;
    WDFDRIVER Driver; /* whose queue, if not the caller's; class extensions only */
} WDF_IO_QUEUE_CONFIG, *PWDF_IO_QUEUE_CONFIG;

WDF_INLINE VOID WDF_IO_QUEUE_CONFIG_INIT(PWDF_IO_QUEUE_CONFIG Config,
                                         WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_IO_QUEUE_CONFIG);
    Config->DispatchType = DispatchType;
    Config->PowerManaged = WdfUseDefault;
    if (DispatchType == WdfIoQueueDispatchParallel) {
        Config->Settings.Parallel.NumberOfPresentedRequests = (ULONG)-1;
    }
}

WDF_INLINE VOID WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(PWDF_IO_QUEUE_CONFIG Config,
                                                       WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
    WDF_IO_QUEUE_CONFIG_INIT(Config, DispatchType);
    Config->DefaultQueue = TRUE;
}

/*
 * Forward progress: requests that are set aside so that I/O goes on when memory is short.
 */

typedef enum _WDF_IO_FORWARD_PROGRESS_ACTION {
    WdfIoForwardProgressActionInvalid = 0,
    WdfIoForwardProgressActionFailRequest = 1,
    WdfIoForwardProgressActionUseReservedRequest = 2,
} WDF_IO_FORWARD_PROGRESS_ACTION;

/* Which IRPs get a reserved request. */
typedef enum _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY {
    WdfIoForwardProgressInvalidPolicy = 0,
    WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest = 1,
    WdfIoForwardProgressReservedPolicyUseExamine = 2, /* those that a callback picks */
    WdfIoForwardProgressReservedPolicyPagingIO = 3,   /* those of paging */
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY;

/* A reserved request was made: allocate what the driver will need for it, now. */
typedef NTSTATUS NTAPI EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST(WDFQUEUE Queue,
                                                                          WDFREQUEST Request);
typedef EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST
    *PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST;

/* A request was made for an IRP that has come: allocate what the driver will need for it. On
 * failure a reserved one is used. */
typedef NTSTATUS NTAPI EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES *PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES;

/* Memory is short: shall this IRP get a reserved request? */
typedef WDF_IO_FORWARD_PROGRESS_ACTION NTAPI EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS(WDFQUEUE Queue,
                                                                                     PIRP Irp);
typedef EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS *PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS;

typedef struct _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS {
    union {
        struct {
            PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress;
        } ExaminePolicy;
    } Policy;
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS;

typedef struct _WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY {
    ULONG Size;
    ULONG TotalForwardProgressRequests; /* requests set aside, at least 1 */
    WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY ForwardProgressReservedPolicy;
    WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS ForwardProgressReservePolicySettings;
    PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST EvtIoAllocateResourcesForReservedRequest;
    PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES EvtIoAllocateRequestResources;
} WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, *PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY;

WDF_INLINE VOID
WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy,
                                                  ULONG TotalForwardProgressRequests)
{
    RtlZeroMemory(Policy, sizeof(*Policy));
    Policy->Size = WDF_STRUCTURE_SIZE(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY);
    Policy->TotalForwardProgressRequests = TotalForwardProgressRequests;
    Policy->ForwardProgressReservedPolicy =
        WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest;
}

WDF_INLINE VOID WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(
    PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy, ULONG TotalForwardProgressRequests,
    PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(Policy, TotalForwardProgressRequests);
    Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyUseExamine;
    Policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
        .EvtIoWdmIrpForForwardProgress = EvtIoWdmIrpForForwardProgress;
}

WDF_INLINE VOID
WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy,
                                                   ULONG TotalForwardProgressRequests)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(Policy, TotalForwardProgressRequests);
    Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyPagingIO;
}

/*
 * Creates a queue of a device.
 *
 * Config           [in]   kind and callbacks; copied
 * QueueAttributes  [opt]  the parent is the device, or an object below it
 * Queue            [opt]  the queue; may be NULL only for a default queue
 *
 * The queue starts at once, a power-managed one when the device is in its working state. It goes
 * with the device; only a queue that is not a default one may be deleted.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER_4
 * if Queue is missing; STATUS_INVALID_DEVICE_STATE for a default queue after the device has
 * started; STATUS_UNSUCCESSFUL if it has a default queue; STATUS_INVALID_PARAMETER for an invalid
 * dispatch type, I/O callbacks in a manual queue, a limit in one that is not parallel, or device
 * scope with another execution level than the device's; STATUS_WDF_NO_CALLBACK if a queue that is
 * not manual has no I/O callback; what is wrong with QueueAttributes;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfIoQueueCreate (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                    PWDF_IO_QUEUE_CONFIG Config,
                                    PWDF_OBJECT_ATTRIBUTES QueueAttributes, WDFQUEUE *Queue);

WDF_INLINE NTSTATUS WdfIoQueueCreate(WDFDEVICE Device, PWDF_IO_QUEUE_CONFIG Config,
                                     PWDF_OBJECT_ATTRIBUTES QueueAttributes, WDFQUEUE *Queue)
{
    return imp_WdfIoQueueCreate(WdfDriverGlobals, Device, Config, QueueAttributes, Queue);
}

/*
 * Returns a set of WDF_IO_QUEUE_STATE: what the queue is doing at this moment.
 *
 * QueueRequests   [opt]  requests that wait in it
 * DriverRequests  [opt]  requests of it that the driver has
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoQueueGetState (wdfio.h).
 */
WDF_IO_QUEUE_STATE NTAPI imp_WdfIoQueueGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                PULONG QueueRequests, PULONG DriverRequests);

WDF_INLINE WDF_IO_QUEUE_STATE WdfIoQueueGetState(WDFQUEUE Queue, PULONG QueueRequests,
                                                 PULONG DriverRequests)
{
    return imp_WdfIoQueueGetState(WdfDriverGlobals, Queue, QueueRequests, DriverRequests);
}

/*
 * Lets a queue accept requests and hand them out, again. Callbacks may run before this returns.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoQueueStart (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);

WDF_INLINE VOID WdfIoQueueStart(WDFQUEUE Queue)
{
    imp_WdfIoQueueStart(WdfDriverGlobals, Queue);
}

/*
 * Stops a queue from handing out requests; it goes on accepting them.
 *
 * StopComplete  [opt]  called, once, when the driver has none of the queue's requests left
 * Context       [opt]  StopComplete's
 *
 * IRQL: <= DISPATCH_LEVEL. StopComplete may run before this returns.
 * Documented as: WdfIoQueueStop (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                              PFN_WDF_IO_QUEUE_STATE StopComplete, WDFCONTEXT Context);

WDF_INLINE VOID WdfIoQueueStop(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE StopComplete,
                               WDFCONTEXT Context)
{
    imp_WdfIoQueueStop(WdfDriverGlobals, Queue, StopComplete, Context);
}

/*
 * Stops a queue, and waits until the driver has none of its requests left. Never from a callback
 * of that queue, which would wait for itself.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoQueueStopSynchronously (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueStopSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);

WDF_INLINE VOID WdfIoQueueStopSynchronously(WDFQUEUE Queue)
{
    imp_WdfIoQueueStopSynchronously(WdfDriverGlobals, Queue);
}

/*
 * Returns the device that a queue belongs to. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoQueueGetDevice (wdfio.h).
 */
WDFDEVICE NTAPI imp_WdfIoQueueGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);

WDF_INLINE WDFDEVICE WdfIoQueueGetDevice(WDFQUEUE Queue)
{
    return imp_WdfIoQueueGetDevice(WdfDriverGlobals, Queue);
}

/*
 * Takes the next request out of a manual or sequential queue. The driver owns it from here.
 *
 * OutRequest  [out]  the request; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES if none waits; STATUS_WDF_PAUSED if the queue is
 * stopped or the device not in its working state; STATUS_INVALID_DEVICE_STATE for a parallel
 * queue.
 * Documented as: WdfIoQueueRetrieveNextRequest (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueRetrieveNextRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                 WDFREQUEST *OutRequest);

WDF_INLINE NTSTATUS WdfIoQueueRetrieveNextRequest(WDFQUEUE Queue, WDFREQUEST *OutRequest)
{
    return imp_WdfIoQueueRetrieveNextRequest(WdfDriverGlobals, Queue, OutRequest);
}

/*
 * Takes the next request that came through one file object out of a manual or sequential queue.
 *
 * OutRequest  [out]  the request; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES if no such request waits; STATUS_WDF_PAUSED,
 * STATUS_INVALID_DEVICE_STATE as WdfIoQueueRetrieveNextRequest does.
 * Documented as: WdfIoQueueRetrieveRequestByFileObject (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueRetrieveRequestByFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFQUEUE Queue, WDFFILEOBJECT FileObject,
                                                         WDFREQUEST *OutRequest);

WDF_INLINE NTSTATUS WdfIoQueueRetrieveRequestByFileObject(WDFQUEUE Queue, WDFFILEOBJECT FileObject,
                                                          WDFREQUEST *OutRequest)
{
    return imp_WdfIoQueueRetrieveRequestByFileObject(WdfDriverGlobals, Queue, FileObject,
                                                     OutRequest);
}

/*
 * Looks at a manual queue's requests without taking them out.
 *
 * FoundRequest  [opt]  look behind this one, which an earlier call returned; NULL: from the front
 * FileObject    [opt]  only requests that came through this one
 * Parameters    [opt]  receives the request's; initialized by the caller
 * OutRequest    [out]  a request, with a reference that the caller gives back
 *
 * The queue keeps the request. It may be cancelled at any moment: only take it out, with
 * WdfIoQueueRetrieveFoundRequest, or let go of it.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES if there is none; STATUS_NOT_FOUND if
 * FoundRequest is not in the queue any more, and the search has to begin anew;
 * STATUS_INVALID_DEVICE_REQUEST if the queue is not manual; STATUS_INFO_LENGTH_MISMATCH for a
 * wrong Size in Parameters.
 * Documented as: WdfIoQueueFindRequest (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueFindRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                         WDFREQUEST FoundRequest, WDFFILEOBJECT FileObject,
                                         PWDF_REQUEST_PARAMETERS Parameters,
                                         WDFREQUEST *OutRequest);

WDF_INLINE NTSTATUS WdfIoQueueFindRequest(WDFQUEUE Queue, WDFREQUEST FoundRequest,
                                          WDFFILEOBJECT FileObject,
                                          PWDF_REQUEST_PARAMETERS Parameters,
                                          WDFREQUEST *OutRequest)
{
    return imp_WdfIoQueueFindRequest(WdfDriverGlobals, Queue, FoundRequest, FileObject, Parameters,
                                     OutRequest);
}

/*
 * Takes a request out of a manual queue that WdfIoQueueFindRequest has returned. The driver owns
 * it from here, and still gives back the reference that WdfIoQueueFindRequest took.
 *
 * OutRequest  [out]  FoundRequest; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NOT_FOUND if it is not in the queue any more; STATUS_WDF_PAUSED
 * if the queue is stopped or the device not in its working state; STATUS_INVALID_DEVICE_STATE for
 * a parallel queue.
 * Documented as: WdfIoQueueRetrieveFoundRequest (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueRetrieveFoundRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                                  WDFREQUEST FoundRequest, WDFREQUEST *OutRequest);

WDF_INLINE NTSTATUS WdfIoQueueRetrieveFoundRequest(WDFQUEUE Queue, WDFREQUEST FoundRequest,
                                                   WDFREQUEST *OutRequest)
{
    return imp_WdfIoQueueRetrieveFoundRequest(WdfDriverGlobals, Queue, FoundRequest, OutRequest);
}

/*
 * Stops a queue from accepting requests; those that wait still go to the driver. New ones are
 * completed with STATUS_INVALID_DEVICE_STATE.
 *
 * DrainComplete  [opt]  called, once, when none is left in the queue or at the driver
 * Context        [opt]  DrainComplete's
 *
 * IRQL: <= DISPATCH_LEVEL. DrainComplete may run before this returns.
 * Documented as: WdfIoQueueDrain (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueDrain(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                               PFN_WDF_IO_QUEUE_STATE DrainComplete, WDFCONTEXT Context);

WDF_INLINE VOID WdfIoQueueDrain(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE DrainComplete,
                                WDFCONTEXT Context)
{
    imp_WdfIoQueueDrain(WdfDriverGlobals, Queue, DrainComplete, Context);
}

/*
 * Drains a queue, and waits until none is left. Never from a callback of that queue.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoQueueDrainSynchronously (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueDrainSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);

WDF_INLINE VOID WdfIoQueueDrainSynchronously(WDFQUEUE Queue)
{
    imp_WdfIoQueueDrainSynchronously(WdfDriverGlobals, Queue);
}

/*
 * Stops a queue from accepting requests, completes those that wait with STATUS_CANCELLED, and
 * cancels those at the driver that are marked cancelable.
 *
 * PurgeComplete  [opt]  called, once, when none is left in the queue or at the driver
 * Context        [opt]  PurgeComplete's
 *
 * IRQL: <= DISPATCH_LEVEL. PurgeComplete may run before this returns.
 * Documented as: WdfIoQueuePurge (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueuePurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                               PFN_WDF_IO_QUEUE_STATE PurgeComplete, WDFCONTEXT Context);

WDF_INLINE VOID WdfIoQueuePurge(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE PurgeComplete,
                                WDFCONTEXT Context)
{
    imp_WdfIoQueuePurge(WdfDriverGlobals, Queue, PurgeComplete, Context);
}

/*
 * Purges a queue, and waits until none is left. Never from a callback of that queue.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoQueuePurgeSynchronously (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueuePurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);

WDF_INLINE VOID WdfIoQueuePurgeSynchronously(WDFQUEUE Queue)
{
    imp_WdfIoQueuePurgeSynchronously(WdfDriverGlobals, Queue);
}

/*
 * Has a manual queue tell when it is no longer empty.
 *
 * QueueReady  [opt]  called whenever a request comes into the queue while it is empty; NULL: no
 *                    more
 * Context     [opt]  QueueReady's
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the queue is not manual, has a callback
 * already, has none to give up, or is not stopped when it is to give it up; STATUS_DELETE_PENDING.
 * Documented as: WdfIoQueueReadyNotify (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueReadyNotify(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                         PFN_WDF_IO_QUEUE_STATE QueueReady, WDFCONTEXT Context);

WDF_INLINE NTSTATUS WdfIoQueueReadyNotify(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE QueueReady,
                                          WDFCONTEXT Context)
{
    return imp_WdfIoQueueReadyNotify(WdfDriverGlobals, Queue, QueueReady, Context);
}

#if WDF_FOR_KMDF
/*
 * Sets requests aside for a queue, for when memory is short. Once a queue; before the device
 * starts, the queue being a default or a dispatch queue.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if the queue has a policy, or this one has no
 * requests or lacks its callback; STATUS_INFO_LENGTH_MISMATCH for a wrong Size;
 * STATUS_INSUFFICIENT_RESOURCES; what EvtIoAllocateResourcesForReservedRequest returned.
 * Documented as: WdfIoQueueAssignForwardProgressPolicy (wdfio.h).
 */
NTSTATUS NTAPI imp_WdfIoQueueAssignForwardProgressPolicy(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
    PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy);

WDF_INLINE NTSTATUS WdfIoQueueAssignForwardProgressPolicy(
    WDFQUEUE Queue, PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy)
{
    return imp_WdfIoQueueAssignForwardProgressPolicy(WdfDriverGlobals, Queue,
                                                     ForwardProgressPolicy);
}
#endif

/*
 * Cancels what waits in a queue and what at the driver is marked cancelable, and stops the queue
 * from handing out requests. It goes on accepting them.
 *
 * StopAndPurgeComplete  [opt]  called, once, when the requests that it had are done with
 * Context               [opt]  StopAndPurgeComplete's
 *
 * IRQL: <= DISPATCH_LEVEL. StopAndPurgeComplete may run before this returns.
 * Documented as: WdfIoQueueStopAndPurge (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueStopAndPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
                                      PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
                                      WDFCONTEXT Context);

WDF_INLINE VOID WdfIoQueueStopAndPurge(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
                                       WDFCONTEXT Context)
{
    imp_WdfIoQueueStopAndPurge(WdfDriverGlobals, Queue, StopAndPurgeComplete, Context);
}

/*
 * Does the same, and waits until the driver has none of the queue's requests left. Never from a
 * callback of that queue.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfIoQueueStopAndPurgeSynchronously (wdfio.h).
 */
VOID NTAPI imp_WdfIoQueueStopAndPurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFQUEUE Queue);

WDF_INLINE VOID WdfIoQueueStopAndPurgeSynchronously(WDFQUEUE Queue)
{
    imp_WdfIoQueueStopAndPurgeSynchronously(WdfDriverGlobals, Queue);
}

WDF_EXTERN_C_END
