/*
 * A companion is a user-mode process that a kernel driver hands tasks to. A driver gets its
 * target from WdfDeviceRetrieveCompanionTarget.
 */
#pragma once

#include <wdfglobals.h>
#include <wdfiotarget.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

typedef enum _WDF_TASK_SEND_OPTIONS_FLAGS {
    WDF_TASK_SEND_OPTION_TIMEOUT = 0x00000001,     /* Timeout counts */
    WDF_TASK_SEND_OPTION_SYNCHRONOUS = 0x00000002, /* the sender waits */
} WDF_TASK_SEND_OPTIONS_FLAGS;

#define WDF_TRACE_ID ('TRAC')

typedef struct _WDF_TASK_SEND_OPTIONS {
    ULONG Size;
    ULONG Flags;      /* WDF_TASK_SEND_OPTIONS_FLAGS */
    LONGLONG Timeout; /* in 100 ns; negative from now on, positive a point of time */
} WDF_TASK_SEND_OPTIONS, *PWDF_TASK_SEND_OPTIONS;

WDF_INLINE VOID WDF_TASK_SEND_OPTIONS_INIT(PWDF_TASK_SEND_OPTIONS Options, ULONG Flags)
{
    RtlZeroMemory(Options, sizeof(*Options));
    Options->Size = sizeof(*Options);
    Options->Flags = Flags;
}

/*
 * Hands a task to the companion and waits for its end.
 *
 * TaskQueueIdentifier  [in]      one of the companion's task queues
 * TaskOperationCode    [in]      what the two have agreed on
 * InputBuffer          [in, opt] the task's arguments
 * OutputBuffer         [in, opt] where its results go
 * TaskOptions          [in, opt] a time-out
 * BytesReturned        [out]     bytes in OutputBuffer
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns the task's own status; STATUS_INFO_LENGTH_MISMATCH for a wrong Size in TaskOptions; a
 * failure for bad buffers; STATUS_IO_TIMEOUT; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCompanionTargetSendTaskSynchronously (wdfcompaniontarget.h).
 */
NTSTATUS NTAPI imp_WdfCompanionTargetSendTaskSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOMPANIONTARGET CompanionTarget,
    USHORT TaskQueueIdentifier, ULONG TaskOperationCode, PWDF_MEMORY_DESCRIPTOR InputBuffer,
    PWDF_MEMORY_DESCRIPTOR OutputBuffer, PWDF_TASK_SEND_OPTIONS TaskOptions,
    PULONG_PTR BytesReturned);

WDF_INLINE NTSTATUS WdfCompanionTargetSendTaskSynchronously(
    WDFCOMPANIONTARGET CompanionTarget, USHORT TaskQueueIdentifier, ULONG TaskOperationCode,
    PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
    PWDF_TASK_SEND_OPTIONS TaskOptions, PULONG_PTR BytesReturned)
{
    return imp_WdfCompanionTargetSendTaskSynchronously(
        WdfDriverGlobals, CompanionTarget, TaskQueueIdentifier, TaskOperationCode, InputBuffer,
        OutputBuffer, TaskOptions, BytesReturned);
}

/*
 * Returns the companion's process. No reference is taken.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCompanionTargetWdmGetCompanionProcess (wdfcompaniontarget.h).
 */
PEPROCESS NTAPI imp_WdfCompanionTargetWdmGetCompanionProcess(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFCOMPANIONTARGET CompanionTarget);

WDF_INLINE PEPROCESS WdfCompanionTargetWdmGetCompanionProcess(WDFCOMPANIONTARGET CompanionTarget)
{
    return imp_WdfCompanionTargetWdmGetCompanionProcess(WdfDriverGlobals, CompanionTarget);
}

#endif

WDF_EXTERN_C_END
