/*
 * Requests come back from targets.
 *
 * A sent request belongs to its claims: one for the IRP, one for the timer if it has a time-out,
 * one for each who cancels it at the moment. As long as there is one the IRP may be touched, and
 * who drops the last one ends the sending: calls the driver's completion routine.
 *
 * Most requests have but the IRP's claim, which goes without a locked instruction: the IRP's
 * return says is_back, then reads watchers; who cancels counts itself in watchers, makes all
 * threads pass a fence (hal_barrier), then reads is_back. So at least one of them sees the other.
 * A return that sees no watcher is alone with the request until it is sent again; one that sees
 * some drops its claim as everybody else does.
 */
#include "device.h"
#include "request_pass.h"

/* A formatted request's IRP is back: copies the output and notes how it ended. */
static inline VOID note_completion(struct wdf_request_context *context, PIRP irp)
{
    SIZE_T information = irp->IoStatus.Information;

    /* A target may say anything; what the buffer holds is what can be copied. */
    if (context->copies_back && information)
        memcpy(irp->UserBuffer, context->double_buffer,
               information < context->copied ? information : context->copied);
    /* One by one: the two were just written so, and come from the store buffer only so. */
    context->params.IoStatus.Status = irp->IoStatus.Status;
    context->params.IoStatus.Information = information;
    if (context->transferred)
        *context->transferred = information;
}

/* Nobody but us has the request. */
static inline VOID call_completion(struct wdf_request *request, struct wdf_target *target,
                                   PWDF_REQUEST_COMPLETION_PARAMS params)
{
    PFN_WDF_REQUEST_COMPLETION_ROUTINE completion = request->completion;
    WDFCONTEXT context = request->completion_context;

    request->completion = NULL;
    request->completion_context = NULL;
    if (__builtin_expect(completion != NULL, 1))
        completion(wdf_handle_of(request), wdf_handle_of(target), params, context);
}

/* Of one that was not formatted for a target. */
static __attribute__((noinline)) VOID call_plain_completion(struct wdf_request *request,
                                                            struct wdf_target *target)
{
    WDF_REQUEST_COMPLETION_PARAMS params;

    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
    params.IoStatus = request->irp->IoStatus;
    call_completion(request, target, &params);
}

static inline __attribute__((always_inline)) VOID end_in_line(struct wdf_request *request)
{
    struct wdf_request_context *context = request->context;
    struct wdf_target *target = request->target;
    PIRP irp = request->irp;
    BOOLEAN was_sent = request->counts_as_sent, uses_pass = request->uses_pass;

    if (request->flags & WDF_REQUEST_RECEIVED)
        wdf_unlist_sent(request);
    if (request->is_timed_out && irp->IoStatus.Status == STATUS_CANCELLED)
        irp->IoStatus.Status = STATUS_IO_TIMEOUT;
    request->status = irp->IoStatus.Status;
    request->flags &= ~WDF_REQUEST_FORMATTED;
    if (__builtin_expect(context && context->is_formatted, 1)) {
        note_completion(context, irp);
        call_completion(request, target, &context->params);
    } else {
        call_plain_completion(request, target);
    }
    if (__builtin_expect(uses_pass, 1)) {
        wdf_end_pass(request, target);
        return;
    }
    wdf_target_done(target, was_sent);
    wdf_dereference(&request->object);
}

static VOID end_sending(struct wdf_request *request)
{
    end_in_line(request);
}

static VOID drop_claims(struct wdf_request *request, LONG count)
{
    /* Whatever others did with the IRP comes before its end. */
    if (__atomic_sub_fetch(&request->claims, count, __ATOMIC_ACQ_REL) == 0)
        end_sending(request);
}

VOID wdf_drop_claim(struct wdf_request *request)
{
    drop_claims(request, 1);
}

BOOLEAN wdf_claim_sent(struct wdf_request *request)
{
    LONG claims;

    /* Pairs with is_alone: if it is not back yet, its return sees that it is watched. */
    if (__atomic_load_n(&request->is_back, __ATOMIC_ACQUIRE))
        return FALSE;
    claims = __atomic_load_n(&request->claims, __ATOMIC_RELAXED);
    do {
        if (!claims)
            return FALSE;
    } while (!__atomic_compare_exchange_n(&request->claims, &claims, claims + 1, TRUE,
                                          __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return TRUE;
}

/* Says that the IRP is back. TRUE: the IRP's is the only claim and stays so. */
static BOOLEAN is_alone(struct wdf_request *request)
{
    if (request->has_timer)
        return FALSE;
    __atomic_store_n(&request->is_back, TRUE, __ATOMIC_RELEASE);
    /* The processor's part of the fence is hal_barrier's, in wdf_watch_sends. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return !wdf_are_sends_watched();
}

/* A timer that cannot be stopped gives its claim up itself. */
VOID wdf_take_back(struct wdf_request *request)
{
    drop_claims(request, request->has_timer && wdf_stop_request_timer(request) ? 2 : 1);
}

NTSTATUS NTAPI wdf_came_back(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct wdf_request *request = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    /* A received request's IRP was marked pending when it came; others are nobody's below us. */
    if (__builtin_expect(is_alone(request), 1)) {
        __atomic_store_n(&request->claims, 0, __ATOMIC_RELEASE);
        end_in_line(request);
    } else {
        wdf_take_back(request);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}
