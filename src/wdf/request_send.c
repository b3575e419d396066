/*
 * Sending requests: to targets, cancelled on the way, forgotten. request_back.c is their return.
 */
#include "device.h"
#include "request_pass.h"

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

/* ---- on its way ------------------------------------------------------------------ */

static inline VOID transmit(struct wdf_request *request)
{
    struct wdf_target *target = request->target;
    PIRP irp = request->irp;

    IoSetCompletionRoutine(irp, wdf_came_back, request, TRUE, TRUE, TRUE);
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
    wdf_take_back(request);
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

/* From here on others may touch the IRP. The sending has a reference. */
static inline VOID make_claims(struct wdf_request *request, struct wdf_target *target, LONG count,
                               BOOLEAN uses_pass)
{
    request->target = target;
    request->is_timed_out = FALSE;
    request->has_timer = count == 2;
    request->counts_as_sent = TRUE;
    request->uses_pass = uses_pass;
    __atomic_store_n(&request->is_back, FALSE, __ATOMIC_RELAXED);
    /* Release: who claims it sees what it is. */
    __atomic_store_n(&request->claims, count, __ATOMIC_RELEASE);
}

static inline BOOLEAN is_sendable(struct wdf_request *request, struct wdf_target *target)
{
    return !__atomic_load_n(&request->claims, __ATOMIC_RELAXED) &&
           wdf_has_locations(request, target) &&
           ((request->flags & WDF_REQUEST_FORMATTED) || !request->object.globals->is_verifier_on);
}

/* What is wrong with one that is not sendable. */
static NTSTATUS refusal(struct wdf_request *request, struct wdf_target *target, PCSTR function)
{
    if (__atomic_load_n(&request->claims, __ATOMIC_RELAXED))
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT,
                      request->object.handle, function,
                      "WDFREQUEST 0x%p was sent to WDFIOTARGET 0x%p and is not back",
                      wdf_handle_of(request), wdf_handle_of(request->target));
    if (!target->target)
        return STATUS_INVALID_DEVICE_STATE;
    if (!wdf_has_locations(request, target))
        wdf_misuse(request->object.globals, function,
                   "WDFREQUEST 0x%p has too few stack locations for WDFIOTARGET 0x%p",
                   wdf_handle_of(request), wdf_handle_of(target));
    else
        wdf_misuse(request->object.globals, function, "WDFREQUEST 0x%p is not formatted",
                   wdf_handle_of(request));
    return STATUS_REQUEST_NOT_ACCEPTED;
}

static BOOLEAN refuse(struct wdf_request *request, NTSTATUS status)
{
    request->status = status;
    if (request->irp)
        request->irp->IoStatus.Status = status;
    return FALSE;
}

/* On the request's pass, if it has one: FALSE, it has none. */
static inline __attribute__((always_inline)) BOOLEAN send_again(struct wdf_request *request,
                                                                struct wdf_target *target)
{
    if (!is_sendable(request, target) || wdf_listed_in(request) != target || !wdf_use_pass(request))
        return FALSE;
    make_claims(request, target, 1, TRUE);
    /* As in enter; the processor's part of the fence is wdf_watch_sends'. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__builtin_expect(!is_cancel_wanted(request), 1)) {
        transmit(request);
        return TRUE;
    }
    wdf_lose_pass(request);
    take_claims_back(request, 1);
    wdf_target_done(target, TRUE);
    return FALSE;
}

/* TRUE: sent, or kept in the target. due: of its time-out, or 0. */
static BOOLEAN submit(struct wdf_request *request, struct wdf_target *target, ULONG flags,
                      LONGLONG due, PCSTR function)
{
    BOOLEAN is_again = wdf_listed_in(request) == target, waits;
    NTSTATUS status = STATUS_SUCCESS;
    LONG count = due ? 2 : 1;

    if (!is_sendable(request, target))
        status = refusal(request, target, function);
    if (NT_SUCCESS(status) && due)
        status = wdf_make_request_timer(request);
    if (NT_SUCCESS(status) && !is_again)
        status = wdf_list_request(target, request);
    if (!NT_SUCCESS(status))
        return refuse(request, status);
    wdf_reference(&request->object);
    make_claims(request, target, count, FALSE);
    status = enter(target, request, flags, due, &waits);
    if (!NT_SUCCESS(status)) {
        take_claims_back(request, count);
        return refuse(request, status);
    }
    if (waits)
        return TRUE;
    if (is_again && !(flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE))
        wdf_grant_pass(request, target);
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
    *is_sent = ((!options || !(options->Flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE)) &&
                send_again(request, target)) ||
               submit(request, target, options ? options->Flags : 0, 0, __func__);
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

/* ---- and forgetting it ------------------------------------------------------------------ */

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

/* ---- what drivers call ------------------------------------------------------------------ */

/* Out of line, for what imp_WdfRequestSend does for most. */
static __attribute__((noinline)) BOOLEAN
send(struct wdf_globals *globals, struct wdf_request *request, struct wdf_target *target,
     const WDF_REQUEST_SEND_OPTIONS *options, PCSTR function)
{
    ULONG flags = options ? options->Flags : 0;
    BOOLEAN is_sent;

    if (!NT_SUCCESS(wdf_check_options(options))) {
        wdf_misuse(globals, function, "Options have Size %u, Flags 0x%x", options->Size, flags);
        return refuse(request, STATUS_INVALID_PARAMETER);
    }
    if (flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET)
        return forget(request, target, function);
    if (flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) {
        wdf_send_and_wait(request, target, options, TRUE, &is_sent);
        return is_sent;
    }
    if (!request->completion && (request->flags & WDF_REQUEST_RECEIVED)) {
        wdf_misuse(globals, function, "WDFREQUEST 0x%p, from a queue, has no completion routine",
                   wdf_handle_of(request));
        return refuse(request, STATUS_INVALID_DEVICE_REQUEST);
    }
    return submit(request, target, flags, timeout_of(options), function);
}

BOOLEAN NTAPI imp_WdfRequestSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                 WDFIOTARGET Target, PWDF_REQUEST_SEND_OPTIONS Options)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_target *target = wdf_target_of(Target, __func__);

    if (__builtin_expect(!Options, 1) && send_again(request, target))
        return TRUE;
    return send(wdf_globals_of(DriverGlobals), request, target, Options, __func__);
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
    __atomic_store_n(&request->is_cancel_wanted, TRUE, __ATOMIC_SEQ_CST);
    wdf_watch_sends();
    if (wdf_claim_sent(request)) {
        is_told = wdf_cancel_sent(request);
        wdf_drop_claim(request);
    }
    wdf_unwatch_sends();
    return is_told;
}
