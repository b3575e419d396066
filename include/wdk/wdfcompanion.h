/*
 * Companions: a UMDF driver that helps a kernel driver of the same stack, which sends it tasks.
 */
#pragma once

#include <wdfdevice.h>

WDF_EXTERN_C_START

#if WDF_FOR_UMDF
/* Whether a task queue hands over one task after the other, or each as it comes. */
typedef enum _WDF_TASK_QUEUE_DISPATCH_TYPE {
    WdfTaskQueueDispatchInvalid = 0,
    WdfTaskQueueDispatchSequential = 1,
    WdfTaskQueueDispatchParallel = 2,
    WdfTaskQueueDispatchMax = 3,
} WDF_TASK_QUEUE_DISPATCH_TYPE;

#ifndef WDF_TRACE_ID
#define WDF_TRACE_ID ('TRAC')
#endif

/* The kernel driver's device changes its state; called before or after it. PASSIVE_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDF_COMPANION_PRE_PREPARE_HARDWARE(WDFCOMPANION Companion,
                                                              WDFCMRESLIST ResourcesRaw,
                                                              WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_COMPANION_PRE_PREPARE_HARDWARE *PFN_WDF_COMPANION_PRE_PREPARE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDF_COMPANION_POST_RELEASE_HARDWARE(WDFCOMPANION Companion,
                                                               WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_COMPANION_POST_RELEASE_HARDWARE *PFN_WDF_COMPANION_POST_RELEASE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDF_COMPANION_PRE_D0_ENTRY(WDFCOMPANION Companion,
                                                      WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_COMPANION_PRE_D0_ENTRY *PFN_WDF_COMPANION_PRE_D0_ENTRY;
typedef NTSTATUS NTAPI EVT_WDF_COMPANION_POST_D0_EXIT(WDFCOMPANION Companion,
                                                      WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_COMPANION_POST_D0_EXIT *PFN_WDF_COMPANION_POST_D0_EXIT;

typedef struct _WDF_COMPANION_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_COMPANION_PRE_D0_ENTRY EvtCompanionPreD0Entry;
    PFN_WDF_COMPANION_POST_D0_EXIT EvtCompanionPostD0Exit;
    PFN_WDF_COMPANION_PRE_PREPARE_HARDWARE EvtCompanionPrePrepareHardware;
    PFN_WDF_COMPANION_POST_RELEASE_HARDWARE EvtCompanionPostReleaseHardware;
} WDF_COMPANION_EVENT_CALLBACKS, *PWDF_COMPANION_EVENT_CALLBACKS;

WDF_INLINE VOID WDF_COMPANION_EVENT_CALLBACKS_INIT(PWDF_COMPANION_EVENT_CALLBACKS Callbacks)
{
    RtlZeroMemory(Callbacks, sizeof(*Callbacks));
    Callbacks->Size = WDF_STRUCTURE_SIZE(WDF_COMPANION_EVENT_CALLBACKS);
}

/* Does a task, and says how many bytes of OutputBuffer are its result. PASSIVE_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDF_TASK_QUEUE_TASK_EXECUTE_SYNC(
    WDFTASKQUEUE Queue, PVOID InputBuffer, PVOID OutputBuffer, size_t InputBufferLength,
    size_t OutputBufferLength, size_t *BytesWritten, ULONG TaskOperationCode);
typedef EVT_WDF_TASK_QUEUE_TASK_EXECUTE_SYNC *PFN_WDF_TASK_QUEUE_TASK_EXECUTE_SYNC;

typedef struct _WDF_TASK_QUEUE_CONFIG {
    ULONG Size;
    USHORT TaskQueueId; /* by which the kernel driver names the queue */
    WDF_TASK_QUEUE_DISPATCH_TYPE DispatchType;
    PFN_WDF_TASK_QUEUE_TASK_EXECUTE_SYNC EvtTaskExecuteSync;
} WDF_TASK_QUEUE_CONFIG, *PWDF_TASK_QUEUE_CONFIG;

WDF_INLINE VOID WDF_TASK_QUEUE_CONFIG_INIT(PWDF_TASK_QUEUE_CONFIG Config, USHORT TaskQueueId,
                                           WDF_TASK_QUEUE_DISPATCH_TYPE DispatchType)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_TASK_QUEUE_CONFIG);
    Config->TaskQueueId = TaskQueueId;
    Config->DispatchType = DispatchType;
}

/*
 * Makes the companion, in place of a device, from what EvtDriverDeviceAdd got. UMDF only.
 *
 * DeviceInit        [in, out]  NULL afterwards
 * DeviceAttributes  [opt]      of the companion
 * Companion         [out]      lives as long as the kernel driver's device
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with the attributes; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCompanionCreate (wdfcompanion.h).
 */
NTSTATUS NTAPI imp_WdfCompanionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                      PWDFDEVICE_INIT *DeviceInit,
                                      PWDF_OBJECT_ATTRIBUTES DeviceAttributes,
                                      WDFCOMPANION *Companion);

WDF_INLINE NTSTATUS WdfCompanionCreate(PWDFDEVICE_INIT *DeviceInit,
                                       PWDF_OBJECT_ATTRIBUTES DeviceAttributes,
                                       WDFCOMPANION *Companion)
{
    return imp_WdfCompanionCreate(WdfDriverGlobals, DeviceInit, DeviceAttributes, Companion);
}

/*
 * Returns the handle by which secure functions of the system know the device. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfCompanionWdmGetSecureDeviceHandle (wdfcompanion.h).
 */
HANDLE NTAPI imp_WdfCompanionWdmGetSecureDeviceHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFCOMPANION Companion);

WDF_INLINE HANDLE WdfCompanionWdmGetSecureDeviceHandle(WDFCOMPANION Companion)
{
    return imp_WdfCompanionWdmGetSecureDeviceHandle(WdfDriverGlobals, Companion);
}

/*
 * Makes a queue for tasks. UMDF only.
 *
 * Config           [in]   copied
 * QueueAttributes  [opt]  of the queue
 * Queue            [opt]  receives its handle
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER;
 * what is wrong with the attributes; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCompanionCreateTaskQueue (wdfcompanion.h).
 */
NTSTATUS NTAPI imp_WdfCompanionCreateTaskQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFCOMPANION Companion,
                                               PWDF_TASK_QUEUE_CONFIG Config,
                                               PWDF_OBJECT_ATTRIBUTES QueueAttributes,
                                               WDFTASKQUEUE *Queue);

WDF_INLINE NTSTATUS WdfCompanionCreateTaskQueue(WDFCOMPANION Companion,
                                                PWDF_TASK_QUEUE_CONFIG Config,
                                                PWDF_OBJECT_ATTRIBUTES QueueAttributes,
                                                WDFTASKQUEUE *Queue)
{
    return imp_WdfCompanionCreateTaskQueue(WdfDriverGlobals, Companion, Config, QueueAttributes,
                                           Queue);
}

/*
 * Says what of the companion's is called when the kernel driver's device changes its state. UMDF
 * only.
 *
 * CompanionEventCallbacks  [in]  copied
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDeviceInitSetCompanionEventCallbacks (wdfcompanion.h).
 */
VOID NTAPI imp_WdfDeviceInitSetCompanionEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_COMPANION_EVENT_CALLBACKS CompanionEventCallbacks);

WDF_INLINE VOID WdfDeviceInitSetCompanionEventCallbacks(
    PWDFDEVICE_INIT DeviceInit, PWDF_COMPANION_EVENT_CALLBACKS CompanionEventCallbacks)
{
    imp_WdfDeviceInitSetCompanionEventCallbacks(WdfDriverGlobals, DeviceInit,
                                                CompanionEventCallbacks);
}
#endif

WDF_EXTERN_C_END
