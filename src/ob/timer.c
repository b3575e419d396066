/*
 * Timer objects: a kernel timer that can also queue an APC to the thread that
 * set it.
 */
#include "services.h"

#include "ob_private.h"
#include "rights.h"

struct ob_timer {
    KTIMER timer;
    KDPC dpc;
    KSPIN_LOCK lock; /* guards apc and thread */
    KAPC apc;        /* while queued it holds a reference to the object */
    PKTHREAD thread; /* that gets the APC at expiry, referenced; NULL: nobody */
};

static struct ob_timer *timer_of_apc(PKAPC apc)
{
    return CONTAINING_RECORD(apc, struct ob_timer, apc);
}

static VOID NTAPI apc_begins(PKAPC apc, PKNORMAL_ROUTINE *routine, PVOID *context, PVOID *first,
                             PVOID *second)
{
    UNREFERENCED_PARAMETER(routine);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    ObfDereferenceObject(timer_of_apc(apc));
}

static VOID NTAPI apc_is_lost(PKAPC apc)
{
    ObfDereferenceObject(timer_of_apc(apc));
}

static VOID NTAPI expired(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct ob_timer *timer = context;
    LARGE_INTEGER now;
    BOOLEAN has_queued = FALSE;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    /* It may be on its way out: destroy waits for this routine. */
    if (!ob_try_reference(timer))
        return;
    KeQuerySystemTime(&now);
    KeAcquireSpinLockAtDpcLevel(&timer->lock);
    if (timer->thread)
        has_queued = KeInsertQueueApc(&timer->apc, UlongToPtr(now.LowPart), LongToPtr(now.HighPart),
                                      IO_NO_INCREMENT);
    KeReleaseSpinLockFromDpcLevel(&timer->lock);
    if (!has_queued)
        ObfDereferenceObject(timer);
}

/* No expiry that was due before queues an APC after this. */
static VOID detach(struct ob_timer *timer)
{
    PKTHREAD thread;
    BOOLEAN was_queued;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    thread = timer->thread;
    timer->thread = NULL;
    was_queued = thread && KeRemoveQueueApc(&timer->apc);
    KeReleaseSpinLock(&timer->lock, irql);
    if (was_queued)
        ObfDereferenceObject(timer);
    if (thread)
        ObfDereferenceObject(thread);
}

static VOID attach(struct ob_timer *timer, PTIMER_APC_ROUTINE routine, PVOID context,
                   KPROCESSOR_MODE mode)
{
    PKTHREAD thread = ke_current();
    KIRQL irql;

    ObfReferenceObject(thread);
    KeAcquireSpinLock(&timer->lock, &irql);
    /* The routine takes the time of expiry in two halves where others take two pointers. */
    KeInitializeApc(&timer->apc, thread, CurrentApcEnvironment, apc_begins, apc_is_lost,
                    (PKNORMAL_ROUTINE)(PVOID)routine, mode, context);
    timer->thread = thread;
    KeReleaseSpinLock(&timer->lock, irql);
}

VOID ob_timer_destroy(PVOID object)
{
    struct ob_timer *timer = object;

    KeCancelTimer(&timer->timer);
    KeRemoveQueueDpc(&timer->dpc);
    KeFlushQueuedDpcs();
    /* A queued APC would hold a reference, so none is. */
    if (timer->thread)
        ObfDereferenceObject(timer->thread);
}

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
    KeInitializeDpc(&timer->dpc, expired, timer);
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
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(TimerHandle, TIMER_MODIFY_STATE, &ob_type_timer, mode,
                                 (PVOID *)&timer, NULL);
    if (!NT_SUCCESS(status))
        return status;
    KeCancelTimer(&timer->timer);
    detach(timer);
    was_signaled = KeReadStateTimer(&timer->timer);
    if (TimerApcRoutine)
        attach(timer, TimerApcRoutine, TimerContext, mode);
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
    NTSTATUS status;

    status = ob_reference_handle(TimerHandle, TIMER_MODIFY_STATE, &ob_type_timer, mode,
                                 (PVOID *)&timer, NULL);
    if (!NT_SUCCESS(status))
        return status;
    KeCancelTimer(&timer->timer);
    detach(timer);
    is_signaled = KeReadStateTimer(&timer->timer);
    ObfDereferenceObject(timer);
    if (CurrentState)
        status = ob_copy_out(CurrentState, &is_signaled, sizeof(is_signaled), mode);
    return status;
}

NTSTATUS NTAPI ZwCancelTimer(HANDLE TimerHandle, PBOOLEAN CurrentState)
{
    return OB_AS_KERNEL(NtCancelTimer(TimerHandle, CurrentState));
}
