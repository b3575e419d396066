/*
 * Sending requests: to targets, back from them, cancelled on the way, forgotten.
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
#include "../hal/hal.h"

static struct wdf_send_system {
    LONG watchers;       /* atomic; without hal_barrier there is one more, for good */
    BOOLEAN has_barrier; /* hal_barrier works */
} sends;

VOID wdf_send_start(VOID)
{
    sends.has_barrier = hal_barrier() == HAL_OK;
    sends.watchers = sends.has_barrier ? 0 : 1;
}

VOID wdf_watch_sends(VOID)
{
    __atomic_add_fetch(&sends.watchers, 1, __ATOMIC_SEQ_CST);
    if (sends.has_barrier)
        hal_barrier();
}

VOID wdf_unwatch_sends(VOID)
{
    /* Release pairs with is_alone: what was done with claims comes before. */
    __atomic_sub_fetch(&sends.watchers, 1, __ATOMIC_RELEASE);
}

/* Puts a driver's completion routine off until the sender has been woken. */
struct send_wait {
    KEVENT event;
    NTSTATUS status;
    PFN_WDF_REQUEST_COMPLETION_ROUTINE completion; /* the driver's, or NULL */
    WDFCONTEXT context;
};

NTSTATUS wdf_check_options(const WDF_REQUEST_SEND_OPTIONS *options)
{
    const ULONG flags = WDF_REQUEST_SEND_OPTION_TIMEOUT | WDF_REQUEST_SEND_OPTION_SYNCHRONOUS |
                        WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE |
                        WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;

    if (!options)
        return STATUS_SUCCESS;
    if (options->Size != sizeof(*options))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (options->Flags & ~flags)
        return STATUS_INVALID_PARAMETER;
    if ((options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET) &&
        options->Flags != WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* ---- back ------------------------------------------------------------------------ */

/* Nobody but us has the request. */
static VOID call_completion(struct wdf_request *request, struct wdf_target *target)
{
    PFN_WDF_REQUEST_COMPLETION_ROUTINE completion = request->completion;
    WDFCONTEXT context = request->completion_context;
    WDF_REQUEST_COMPLETION_PARAMS params;

    request->completion = NULL;
    request->completion_context = NULL;
    if (!completion)
        return;
    if (request->context && request->context->is_formatted) {
        completion(wdf_handle_of(request), wdf_handle_of(target), &request->context->params,
                   context);
        return;
    }
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
    params.IoStatus = request->irp->IoStatus;
    completion(wdf_handle_of(request), wdf_handle_of(target), &params, context);
}

static VOID end_sending(struct wdf_request *request)
{
    struct wdf_target *target = request->target;
    PIRP irp = request->irp;
    BOOLEAN was_sent = request->counts_as_sent;

    if (request->flags & WDF_REQUEST_RECEIVED)
        wdf_unlist_sent(request);
    if (request->is_timed_out && irp->IoStatus.Status == STATUS_CANCELLED)
        irp->IoStatus.Status = STATUS_IO_TIMEOUT;
    request->status = irp->IoStatus.Status;
    request->flags &= ~WDF_REQUEST_FORMATTED;
    if (request->context && request->context->is_formatted)
        wdf_note_completion(request);
    call_completion(request, target);
    wdf_target_done(target, was_sent);
    wdf_dereference(&request->object);
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
    return __atomic_load_n(&sends.watchers, __ATOMIC_ACQUIRE) == 0;
}

/* The IRP is back. A timer that cannot be stopped gives its claim up itself. */
static VOID take_back(struct wdf_request *request)
{
    if (__builtin_expect(is_alone(request), 1)) {
        __atomic_store_n(&request->claims, 0, __ATOMIC_RELEASE);
        end_sending(request);
        return;
    }
    drop_claims(request, request->has_timer && wdf_stop_request_timer(request) ? 2 : 1);
}

static NTSTATUS NTAPI came_back(PDEVICE_OBJECT device, PIRP irp, PVOID request)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    /* A received request's IRP was marked pending when it came; others are nobody's below us. */
    take_back(request);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID transmit(struct wdf_request *request)
{
    struct wdf_target *target = request->target;
    PIRP irp = request->irp;

    IoSetCompletionRoutine(irp, came_back, request, TRUE, TRUE, TRUE);
    if (target->is_self)
        wdf_send_to_self(target, irp);
    else
        IoCallDriver(target->target, irp);
}

/* ---- waiting in a stopped target ------------------------------------------------------ */

VOID wdf_fail_waiting(struct wdf_request *request, NTSTATUS status)
{
    IoSkipCurrentIrpStackLocation(request->irp);
    request->irp->IoStatus.Status = status;
    request->irp->IoStatus.Information = 0;
    take_back(request);
}

VOID wdf_send_waiting(struct wdf_request *request)
{
    IoSkipCurrentIrpStackLocation(request->irp);
    transmit(request);
}

/* Who found the cancel routine gone has left the IRP in the list, or in one of its own. */
static VOID NTAPI cancel_waiting(PDEVICE_OBJECT device, PIRP irp)
{
    struct wdf_request *request = wdf_request_of_irp(irp);
    struct wdf_target *target = request->target;
    KIRQL irql;

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&target->lock, &irql);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&target->lock, irql);
    wdf_fail_waiting(request, STATUS_CANCELLED);
}

/* Under the target's lock. A cancel routine needs a stack location to be called with. */
static NTSTATUS keep_waiting(struct wdf_request *request, struct wdf_target *target)
{
    PIRP irp = request->irp;

    IoSetNextIrpStackLocation(irp);
    IoGetCurrentIrpStackLocation(irp)->DeviceObject = target->target;
    irp->Tail.Overlay.DriverContext[3] = request;
    IoSetCancelRoutine(irp, cancel_waiting);
    if (__atomic_load_n(&irp->Cancel, __ATOMIC_SEQ_CST) && IoSetCancelRoutine(irp, NULL)) {
        IoSkipCurrentIrpStackLocation(irp);
        return STATUS_CANCELLED;
    }
    InsertTailList(&target->waiting, &irp->Tail.Overlay.ListEntry);
    return STATUS_SUCCESS;
}

/* ---- sending ----------------------------------------------------------------------------- */

static BOOLEAN is_cancel_wanted(struct wdf_request *request)
{
    return __atomic_load_n(&request->is_cancel_wanted, __ATOMIC_RELAXED);
}

/* Counts a request for which the target is not just open; under its lock. */
static NTSTATUS enter_locked(struct wdf_target *target, struct wdf_request *request, ULONG flags,
                             LONGLONG due, PBOOLEAN waits)
{
    BOOLEAN ignores = (flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE) != 0;
    NTSTATUS status = STATUS_SUCCESS;

    *waits = target->state == WdfIoTargetStopped && !ignores;
    if (target->state != WdfIoTargetStarted && target->state != WdfIoTargetStopped &&
        !(target->state == WdfIoTargetPurged && ignores))
        return STATUS_INVALID_DEVICE_STATE;
    if (is_cancel_wanted(request))
        return STATUS_CANCELLED;
    request->counts_as_sent = !ignores && !*waits;
    if (*waits)
        status = keep_waiting(request, target);
    if (!NT_SUCCESS(status))
        return status;
    __atomic_add_fetch(&target->pending,
                       request->counts_as_sent ? WDF_TARGET_ONE_SENT : WDF_TARGET_ONE_OTHER,
                       __ATOMIC_RELAXED);
    /* From the release of the lock on what waits may be sent, and be back. */
    if (*waits && due)
        wdf_set_request_timer(request, due);
    return status;
}

static NTSTATUS enter(struct wdf_target *target, struct wdf_request *request, ULONG flags,
                      LONGLONG due, PBOOLEAN waits)
{
    NTSTATUS status;
    KIRQL irql;

    *waits = FALSE;
    if (!(flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE)) {
        /* After the claim, for both: who shuts the target, and who wants to cancel, see it. */
        if (!(__atomic_fetch_add(&target->pending, WDF_TARGET_ONE_SENT, __ATOMIC_SEQ_CST) &
              WDF_TARGET_SHUT) &&
            !is_cancel_wanted(request))
            return STATUS_SUCCESS;
        wdf_target_done(target, TRUE);
    }
    KeAcquireSpinLock(&target->lock, &irql);
    status = enter_locked(target, request, flags, due, waits);
    KeReleaseSpinLock(&target->lock, irql);
    return status;
}

/* Takes back what make_claims did. Who cancels at the moment has a claim, but not for long. */
static VOID take_claims_back(struct wdf_request *request, LONG count)
{
    LONG own = count;

    while (!__atomic_compare_exchange_n(&request->claims, &own, 0, FALSE, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
        own = count;
        YieldProcessor();
    }
    if (request->flags & WDF_REQUEST_RECEIVED)
        wdf_unlist_request(request);
    wdf_dereference(&request->object);
}

/* From here on others may touch the IRP. */
static VOID make_claims(struct wdf_request *request, struct wdf_target *target, LONG count)
{
    request->target = target;
    request->counts_as_sent = TRUE;
    request->is_timed_out = FALSE;
    request->has_timer = count == 2;
    wdf_reference(&request->object);
    __atomic_store_n(&request->is_back, FALSE, __ATOMIC_RELAXED);
    /* Release: who claims it sees what it is. */
    __atomic_store_n(&request->claims, count, __ATOMIC_RELEASE);
}

static NTSTATUS may_send(struct wdf_request *request, struct wdf_target *target, PCSTR function)
{
    if (__atomic_load_n(&request->claims, __ATOMIC_RELAXED))
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT,
                      request->object.handle, function,
                      "WDFREQUEST 0x%p was sent to WDFIOTARGET 0x%p and is not back",
                      wdf_handle_of(request), wdf_handle_of(request->target));
    if (!target->target)
        return STATUS_INVALID_DEVICE_STATE;
    if (!wdf_has_locations(request, target)) {
        wdf_misuse(request->object.globals, function,
                   "WDFREQUEST 0x%p has too few stack locations for WDFIOTARGET 0x%p",
                   wdf_handle_of(request), wdf_handle_of(target));
        return STATUS_REQUEST_NOT_ACCEPTED;
    }
    if (!(request->flags & WDF_REQUEST_FORMATTED) && request->object.globals->is_verifier_on) {
        wdf_misuse(request->object.globals, function, "WDFREQUEST 0x%p is not formatted",
                   wdf_handle_of(request));
        return STATUS_REQUEST_NOT_ACCEPTED;
    }
    return STATUS_SUCCESS;
}

static BOOLEAN refuse(struct wdf_request *request, NTSTATUS status)
{
    request->status = status;
    if (request->irp)
        request->irp->IoStatus.Status = status;
    return FALSE;
}

/* TRUE: sent, or kept in the target. due: of its time-out, or 0. */
static BOOLEAN submit(struct wdf_request *request, struct wdf_target *target, ULONG flags,
                      LONGLONG due, PCSTR function)
{
    NTSTATUS status = may_send(request, target, function);
    LONG count = due ? 2 : 1;
    BOOLEAN waits;

    if (NT_SUCCESS(status) && due)
        status = wdf_make_request_timer(request);
    if (NT_SUCCESS(status) && wdf_listed_in(request) != target)
        status = wdf_list_request(target, request);
    if (!NT_SUCCESS(status))
        return refuse(request, status);
    make_claims(request, target, count);
    status = enter(target, request, flags, due, &waits);
    if (!NT_SUCCESS(status)) {
        take_claims_back(request, count);
        return refuse(request, status);
    }
    if (waits)
        return TRUE;
    if (due)
        wdf_set_request_timer(request, due);
    transmit(request);
    return TRUE;
}

static LONGLONG timeout_of(const WDF_REQUEST_SEND_OPTIONS *options)
{
    return options && (options->Flags & WDF_REQUEST_SEND_OPTION_TIMEOUT) ? options->Timeout : 0;
}

/* ---- and waiting for it -------------------------------------------------------------------- */

static VOID NTAPI wake_sender(WDFREQUEST request, WDFIOTARGET target,
                              PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    struct send_wait *wait = context;

    wait->status = params->IoStatus.Status;
    if (wait->completion)
        wait->completion(request, target, params, wait->context);
    KeSetEvent(&wait->event, IO_NO_INCREMENT, FALSE);
}

static VOID wait_for(struct wdf_request *request, struct send_wait *wait, LONGLONG timeout)
{
    LARGE_INTEGER due = {.QuadPart = timeout};
    NTSTATUS status;

    KeEnterCriticalRegion();
    status =
        KeWaitForSingleObject(&wait->event, Executive, KernelMode, FALSE, timeout ? &due : NULL);
    if (status == STATUS_TIMEOUT) {
        wdf_watch_sends();
        if (wdf_claim_sent(request)) {
            request->is_timed_out = TRUE;
            wdf_cancel_sent(request);
            wdf_drop_claim(request);
        }
        wdf_unwatch_sends();
        KeWaitForSingleObject(&wait->event, Executive, KernelMode, FALSE, NULL);
    }
    KeLeaveCriticalRegion();
}

NTSTATUS wdf_send_and_wait(struct wdf_request *request, struct wdf_target *target,
                           const WDF_REQUEST_SEND_OPTIONS *options, BOOLEAN calls_driver,
                           PBOOLEAN is_sent)
{
    struct send_wait wait = {.completion = calls_driver ? request->completion : NULL,
                             .context = request->completion_context};

    KeInitializeEvent(&wait.event, NotificationEvent, FALSE);
    request->completion = wake_sender;
    request->completion_context = &wait;
    wdf_reference(&request->object);
    *is_sent = submit(request, target, options ? options->Flags : 0, 0, __func__);
    if (*is_sent) {
        wait_for(request, &wait, timeout_of(options));
    } else {
        request->completion = wait.completion;
        request->completion_context = wait.context;
        wait.status = request->status;
    }
    wdf_dereference(&request->object);
    return wait.status;
}

/* ---- and forgetting it ------------------------------------------------------------------------
 */

/* The framework has to know whether a file was opened. */
static NTSTATUS NTAPI opened_below(PDEVICE_OBJECT device_object, PIRP irp, PVOID device)
{
    UNREFERENCED_PARAMETER(device_object);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    wdf_create_completed(device, irp);
    return STATUS_CONTINUE_COMPLETION;
}

static VOID prepare_to_forget(struct wdf_request *request, PIRP irp)
{
    BOOLEAN is_open = IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_CREATE;

    if (request->flags & WDF_REQUEST_FORMATTED)
        IoGetNextIrpStackLocation(irp)->CompletionRoutine = NULL;
    else if (is_open)
        IoCopyCurrentIrpStackLocationToNext(irp);
    else
        IoSkipCurrentIrpStackLocation(irp);
    if (is_open)
        IoSetCompletionRoutine(irp, opened_below, request->device, TRUE, TRUE, TRUE);
}

static BOOLEAN forget(struct wdf_request *request, struct wdf_target *target, PCSTR function)
{
    PIRP irp = request->irp;

    if (!(request->flags & WDF_REQUEST_RECEIVED))
        return refuse(request, STATUS_INVALID_DEVICE_STATE);
    if (request->context && request->context->is_formatted)
        return refuse(request, STATUS_INVALID_DEVICE_REQUEST);
    if (!irp || !target->target)
        return refuse(request, STATUS_INVALID_DEVICE_STATE);
    prepare_to_forget(request, irp);
    wdf_forget_request(request, target->target, function);
    return TRUE;
}

/* ---- what drivers call --------------------------------------------------------------------------
 */

BOOLEAN NTAPI imp_WdfRequestSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                 WDFIOTARGET Target, PWDF_REQUEST_SEND_OPTIONS Options)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_target *target;
    ULONG flags;
    BOOLEAN is_sent;

    if (!NT_SUCCESS(wdf_check_options(Options))) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "Options have Size %u, Flags 0x%x",
                   Options->Size, Options->Flags);
        return refuse(request, STATUS_INVALID_PARAMETER);
    }
    target = wdf_target_of(Target, __func__);
    flags = Options ? Options->Flags : 0;
    if (flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET)
        return forget(request, target, __func__);
    if (flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) {
        wdf_send_and_wait(request, target, Options, TRUE, &is_sent);
        return is_sent;
    }
    if (!request->completion && (request->flags & WDF_REQUEST_RECEIVED)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDFREQUEST 0x%p, from a queue, has no completion routine", Request);
        return refuse(request, STATUS_INVALID_DEVICE_REQUEST);
    }
    return submit(request, target, flags, timeout_of(Options), __func__);
}

BOOLEAN wdf_cancel_sent(struct wdf_request *request)
{
    __atomic_store_n(&request->is_cancel_wanted, TRUE, __ATOMIC_RELAXED);
    return IoCancelIrp(request->irp);
}

BOOLEAN NTAPI imp_WdfRequestCancelSentRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    BOOLEAN is_told = FALSE;

    UNREFERENCED_PARAMETER(DriverGlobals);
    /* Either it is seen by a sender who has just made its claim, or the claim is seen here. */
    __atomic_exchange_n(&request->is_cancel_wanted, TRUE, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&request->claims, __ATOMIC_SEQ_CST))
        return FALSE;
    wdf_watch_sends();
    if (wdf_claim_sent(request)) {
        is_told = wdf_cancel_sent(request);
        wdf_drop_claim(request);
    }
    wdf_unwatch_sends();
    return is_told;
}
