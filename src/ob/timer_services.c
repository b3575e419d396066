/*
 * The system calls on timers.
 */
#include "services.h"

#include "ob_private.h"
#include "rights.h"

NTSTATUS NTAPI NtCreateTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, TIMER_TYPE TimerType)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    struct ob_timer *timer;
    NTSTATUS status;

    if (TimerType != NotificationTimer && TimerType != SynchronizationTimer)
        return STATUS_INVALID_PARAMETER_4;
    status = ob_begin_create(&ob_type_timer, sizeof(*timer), ObjectAttributes, mode, &captured,
                             (PVOID *)&timer);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeTimerEx(&timer->timer, TimerType);
    KeInitializeDpc(&timer->dpc, ob_timer_expired, timer);
    KeInitializeSpinLock(&timer->lock);
    return ob_finish_create(timer, &captured, DesiredAccess, mode, TimerHandle);
}

NTSTATUS NTAPI ZwCreateTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, TIMER_TYPE TimerType)
{
    return OB_AS_KERNEL(NtCreateTimer(TimerHandle, DesiredAccess, ObjectAttributes, TimerType));
}

NTSTATUS NTAPI NtOpenTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_timer, DesiredAccess,
                          ke_current()->previous_mode, NULL, TimerHandle);
}

NTSTATUS NTAPI ZwOpenTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenTimer(TimerHandle, DesiredAccess, ObjectAttributes));
}

static NTSTATUS reference_timer(HANDLE handle, KPROCESSOR_MODE mode, struct ob_timer **timer)
{
    return ob_reference_handle(handle, TIMER_MODIFY_STATE, &ob_type_timer, mode, (PVOID *)timer,
                               NULL);
}

/* TRUE: it was signaled. */
static BOOLEAN stop_timer(struct ob_timer *timer)
{
    KeCancelTimer(&timer->timer);
    ob_timer_detach(timer);
    return KeReadStateTimer(&timer->timer);
}

NTSTATUS NTAPI NtSetTimer(HANDLE TimerHandle, PLARGE_INTEGER DueTime,
                          PTIMER_APC_ROUTINE TimerApcRoutine, PVOID TimerContext,
                          BOOLEAN ResumeTimer, LONG Period, PBOOLEAN PreviousState)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_timer *timer;
    LARGE_INTEGER due;
    BOOLEAN was_signaled;
    NTSTATUS status;

    if (Period < 0)
        return STATUS_INVALID_PARAMETER_6;
    status = ob_copy_in(&due, DueTime, sizeof(due), mode);
    if (NT_SUCCESS(status))
        status = reference_timer(TimerHandle, mode, &timer);
    if (!NT_SUCCESS(status))
        return status;
    was_signaled = stop_timer(timer);
    if (TimerApcRoutine)
        ob_timer_attach(timer, TimerApcRoutine, TimerContext, mode);
    KeSetTimerEx(&timer->timer, due, Period, &timer->dpc);
    ObfDereferenceObject(timer);
    if (PreviousState)
        status = ob_copy_out(PreviousState, &was_signaled, sizeof(was_signaled), mode);
    /* There is no sleeping machine that the timer could wake. */
    return NT_SUCCESS(status) && ResumeTimer ? STATUS_TIMER_RESUME_IGNORED : status;
}

NTSTATUS NTAPI ZwSetTimer(HANDLE TimerHandle, PLARGE_INTEGER DueTime,
                          PTIMER_APC_ROUTINE TimerApcRoutine, PVOID TimerContext,
                          BOOLEAN ResumeTimer, LONG Period, PBOOLEAN PreviousState)
{
    return OB_AS_KERNEL(NtSetTimer(TimerHandle, DueTime, TimerApcRoutine, TimerContext, ResumeTimer,
                                   Period, PreviousState));
}

NTSTATUS NTAPI NtCancelTimer(HANDLE TimerHandle, PBOOLEAN CurrentState)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_timer *timer;
    BOOLEAN is_signaled;
    NTSTATUS status = reference_timer(TimerHandle, mode, &timer);

    if (!NT_SUCCESS(status))
        return status;
    is_signaled = stop_timer(timer);
    ObfDereferenceObject(timer);
    if (CurrentState)
        status = ob_copy_out(CurrentState, &is_signaled, sizeof(is_signaled), mode);
    return status;
}

NTSTATUS NTAPI ZwCancelTimer(HANDLE TimerHandle, PBOOLEAN CurrentState)
{
    return OB_AS_KERNEL(NtCancelTimer(TimerHandle, CurrentState));
}
