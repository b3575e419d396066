/*
 * RTL_RUN_ONCE: what must be initialized exactly once. Ptr's low two bits are
 * the state, the rest is the caller's context once it is complete.
 */
#include "rtl.h"
#include "../ke/ke.h"

enum run_once_state {
    ONCE_NONE = 0,     /* nobody has begun */
    ONCE_PENDING = 1,  /* one caller initializes; the others wait for it */
    ONCE_COMPLETE = 2, /* initialized */
    ONCE_ASYNC = 3,    /* several callers initialize; the first to complete wins */
    ONCE_STATE = 3,
};

static ULONG_PTR state_of(PRTL_RUN_ONCE once)
{
    /* Acquire: pairs with set_state's release; who sees COMPLETE sees what was initialized. */
    return (ULONG_PTR)__atomic_load_n(&once->Ptr, __ATOMIC_ACQUIRE);
}

static BOOLEAN change_state(PRTL_RUN_ONCE once, ULONG_PTR from, ULONG_PTR to)
{
    PVOID expected = (PVOID)from;

    return __atomic_compare_exchange_n(&once->Ptr, &expected, (PVOID)to, FALSE, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE RunOnce)
{
    RunOnce->Ptr = NULL;
}

static NTSTATUS answer_complete(ULONG_PTR state, PVOID *context)
{
    if (context)
        *context = (PVOID)(state & ~(ULONG_PTR)ONCE_STATE);
    return STATUS_SUCCESS;
}

static NTSTATUS begin_async(PRTL_RUN_ONCE once, PVOID *context)
{
    for (;;) {
        ULONG_PTR state = state_of(once);

        if ((state & ONCE_STATE) == ONCE_COMPLETE)
            return answer_complete(state, context);
        if (state == ONCE_PENDING)
            return STATUS_INVALID_PARAMETER;
        if (state == ONCE_ASYNC || change_state(once, ONCE_NONE, ONCE_ASYNC))
            return STATUS_PENDING;
    }
}

static NTSTATUS begin_sync(PRTL_RUN_ONCE once, PVOID *context)
{
    for (;;) {
        ULONG_PTR state = state_of(once);

        if ((state & ONCE_STATE) == ONCE_COMPLETE)
            return answer_complete(state, context);
        if (state == ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
        if (state == ONCE_NONE && change_state(once, ONCE_NONE, ONCE_PENDING))
            return STATUS_PENDING;
        ke_sleep((hal_u32 *)&once->Ptr, ONCE_PENDING, HAL_FOREVER);
    }
}

NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID *Context)
{
    ULONG_PTR state;

    if (Flags & ~(RTL_RUN_ONCE_CHECK_ONLY | RTL_RUN_ONCE_ASYNC))
        return STATUS_INVALID_PARAMETER;
    if (Flags & RTL_RUN_ONCE_CHECK_ONLY) {
        if (Flags & RTL_RUN_ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
        state = state_of(RunOnce);
        return (state & ONCE_STATE) == ONCE_COMPLETE ? answer_complete(state, Context)
                                                     : STATUS_UNSUCCESSFUL;
    }
    return Flags & RTL_RUN_ONCE_ASYNC ? begin_async(RunOnce, Context)
                                      : begin_sync(RunOnce, Context);
}

NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID Context)
{
    ULONG_PTR from = Flags & RTL_RUN_ONCE_ASYNC ? ONCE_ASYNC : ONCE_PENDING;
    ULONG_PTR to = (ULONG_PTR)Context | ONCE_COMPLETE;

    if (Flags & ~(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_INIT_FAILED) || (ULONG_PTR)Context & ONCE_STATE)
        return STATUS_INVALID_PARAMETER;
    if (Flags & RTL_RUN_ONCE_INIT_FAILED) {
        if (Context || Flags & RTL_RUN_ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
        to = ONCE_NONE;
    }
    if (!change_state(RunOnce, from, to))
        return state_of(RunOnce) == ONCE_NONE ? STATUS_INVALID_PARAMETER : STATUS_UNSUCCESSFUL;
    hal_wake((hal_u32 *)&RunOnce->Ptr, MAXLONG);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn,
                                     PVOID Parameter, PVOID *Context)
{
    PVOID value = NULL;
    NTSTATUS status = RtlRunOnceBeginInitialize(RunOnce, 0, Context);

    if (status != STATUS_PENDING)
        return status;
    if (!InitFn(RunOnce, Parameter, &value)) {
        RtlRunOnceComplete(RunOnce, RTL_RUN_ONCE_INIT_FAILED, NULL);
        return STATUS_UNSUCCESSFUL;
    }
    status = RtlRunOnceComplete(RunOnce, 0, value);
    if (NT_SUCCESS(status) && Context)
        *Context = value;
    return status;
}
