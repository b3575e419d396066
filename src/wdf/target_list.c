/*
 * What a target knows of the requests that were sent to it: its list of them, and what is done to
 * all of them. Cancelling walks the list without holding the lock while it cancels: each request
 * that it meets goes to the list's end with the number of the walk.
 */
#include "device.h"
#include "request_pass.h"

/* Guards request->listed against the end of that target, for requests that are not sent. */
static struct wdf_target_system {
    KSPIN_LOCK lock; /* taken before any target's */
} listing;

static VOID set_listed(struct wdf_request *request, struct wdf_target *target)
{
    /* Relaxed: it is compared with a target that the reader has, and otherwise read locked. */
    __atomic_store_n(&request->listed, target, __ATOMIC_RELAXED);
}

VOID wdf_unlist_request(struct wdf_request *request)
{
    struct wdf_target *target;
    KIRQL irql;

    KeAcquireSpinLock(&listing.lock, &irql);
    target = request->listed;
    if (target) {
        KeAcquireSpinLockAtDpcLevel(&target->lock);
        RemoveEntryList(&request->target_link);
        KeReleaseSpinLockFromDpcLevel(&target->lock);
        set_listed(request, NULL);
    }
    KeReleaseSpinLock(&listing.lock, irql);
}

VOID wdf_unlist_sent(struct wdf_request *request)
{
    struct wdf_target *target = request->target;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    RemoveEntryList(&request->target_link);
    KeReleaseSpinLock(&target->lock, irql);
    set_listed(request, NULL);
}

NTSTATUS wdf_list_request(struct wdf_target *target, struct wdf_request *request)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_STATE;
    KIRQL irql;

    if (wdf_listed_in(request)) {
        wdf_drop_pass(request);
        wdf_unlist_request(request);
    }
    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state != WdfIoTargetDeleted) {
        set_listed(request, target);
        request->cancel_round = target->cancel_round;
        InsertTailList(&target->requests, &request->target_link);
        status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&target->lock, irql);
    return status;
}

VOID wdf_forget_requests(struct wdf_target *target)
{
    KIRQL irql;

    KeAcquireSpinLock(&listing.lock, &irql);
    KeAcquireSpinLockAtDpcLevel(&target->lock);
    while (!IsListEmpty(&target->requests)) {
        PLIST_ENTRY entry = RemoveHeadList(&target->requests);

        set_listed(CONTAINING_RECORD(entry, struct wdf_request, target_link), NULL);
    }
    KeReleaseSpinLockFromDpcLevel(&target->lock);
    KeReleaseSpinLock(&listing.lock, irql);
}

/* ---- cancelling what is sent ------------------------------------------------------ */

/* The first sent one that this walk has not met, with a claim. Lock held. */
static struct wdf_request *next_sent(struct wdf_target *target, ULONG round)
{
    while (!IsListEmpty(&target->requests)) {
        struct wdf_request *request =
            CONTAINING_RECORD(target->requests.Flink, struct wdf_request, target_link);

        if ((LONG)(request->cancel_round - round) >= 0)
            return NULL;
        request->cancel_round = round;
        RemoveEntryList(&request->target_link);
        InsertTailList(&target->requests, &request->target_link);
        if (wdf_claim_sent(request))
            return request;
    }
    return NULL;
}

/* The target is shut: who comes into its list after this is not let in. */
static BOOLEAN has_requests(struct wdf_target *target)
{
    BOOLEAN has_some;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    has_some = !IsListEmpty(&target->requests);
    KeReleaseSpinLock(&target->lock, irql);
    return has_some;
}

VOID wdf_cancel_listed(struct wdf_target *target, BOOLEAN with_others)
{
    struct wdf_request *request;
    BOOLEAN is_meant;
    ULONG round;
    KIRQL irql;

    if (!has_requests(target))
        return;
    wdf_watch_sends();
    KeAcquireSpinLock(&target->lock, &irql);
    round = ++target->cancel_round;
    while ((request = next_sent(target, round)) != NULL) {
        is_meant = with_others || request->counts_as_sent;
        KeReleaseSpinLock(&target->lock, irql);
        if (is_meant)
            wdf_cancel_sent(request);
        wdf_drop_claim(request);
        KeAcquireSpinLock(&target->lock, &irql);
    }
    KeReleaseSpinLock(&target->lock, irql);
    wdf_unwatch_sends();
}

/* ---- calling passes in -------------------------------------------------------------- */

/* With the target's lock, and watching. */
static VOID call_in(struct wdf_request *request, struct wdf_target *target)
{
    LONG pass = __atomic_load_n(&request->pass, __ATOMIC_RELAXED);

    do {
        if (pass != WDF_PASS_USED && pass != WDF_PASS_KEPT)
            return;
    } while (!__atomic_compare_exchange_n(&request->pass, &pass, WDF_PASS_CALLED_IN, FALSE,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    if (pass == WDF_PASS_USED)
        return;
    /* Never the last one: who deletes the request comes to wait for our lock, unless this is over.
     */
    wdf_dereference(&request->object);
    __atomic_store_n(&request->pass, WDF_PASS_NONE, __ATOMIC_RELEASE);
    wdf_target_done_locked(target, TRUE);
}

VOID wdf_call_in_passes(struct wdf_target *target)
{
    PLIST_ENTRY entry;
    KIRQL irql;

    if (!has_requests(target))
        return;
    wdf_watch_sends();
    KeAcquireSpinLock(&target->lock, &irql);
    for (entry = target->requests.Flink; entry != &target->requests; entry = entry->Flink)
        call_in(CONTAINING_RECORD(entry, struct wdf_request, target_link), target);
    KeReleaseSpinLock(&target->lock, irql);
    wdf_unwatch_sends();
}

VOID wdf_return_pass(struct wdf_request *request)
{
    struct wdf_target *target;
    KIRQL irql;

    /* Pairs with wdf_grant_pass. */
    if (__atomic_load_n(&request->pass, __ATOMIC_SEQ_CST) == WDF_PASS_NONE)
        return;
    wdf_watch_sends();
    KeAcquireSpinLock(&listing.lock, &irql);
    target = request->listed;
    if (target) {
        KeAcquireSpinLockAtDpcLevel(&target->lock);
        call_in(request, target);
        KeReleaseSpinLockFromDpcLevel(&target->lock);
    }
    KeReleaseSpinLock(&listing.lock, irql);
    wdf_unwatch_sends();
}
