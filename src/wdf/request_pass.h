/*
 * Passes: what a request of the driver's keeps between one sending and the next.
 *
 * A sent request is counted in its target and referenced, which takes two locked instructions on
 * the way and two on the way back. A request that is sent to the same target again and again
 * keeps both, as its pass, and only says whether it is sent on it. A target that is
 * not open has none: it calls them in when it is shut, and when it waits for what was sent. The
 * request gives its own back when it is deleted or sent elsewhere.
 *
 *            send again           back
 *     NONE ------------> USED <----------> KEPT
 *       ^                 | called in       |
 *       |                 v                 |
 *       +---- back ---- CALLED_IN <---------+ called in
 *
 * Who has the request makes the steps between KEPT and USED, by plain stores. Whoever else changes
 * a pass does it watching (wdf_watch_sends), which makes the owners' steps interlocked ones too,
 * and under the lock of the target, which stays as long as it counts the pass.
 */
#pragma once

#include "target.h"
#include "thread_use.h"

extern struct wdf_send_system {
    LONG watchers;       /* atomic; without hal_barrier there is one more, for good */
    BOOLEAN has_barrier; /* hal_barrier works: else there are no passes */
} wdf_sends;

static inline BOOLEAN wdf_are_sends_watched(VOID)
{
    /* Acquire pairs with wdf_unwatch_sends: what was done while they were comes before. */
    return __atomic_load_n(&wdf_sends.watchers, __ATOMIC_ACQUIRE) != 0;
}

/* A step of the owner's. FALSE: somebody else made one first. */
static inline BOOLEAN wdf_step_pass(struct wdf_request *request, LONG from, LONG to)
{
    PKTHREAD thread = ke_current();
    BOOLEAN is_made;

    wdf_begin_use(thread, &wdf_sends);
    if (__builtin_expect(wdf_are_sends_watched(), 0)) {
        wdf_end_use(thread);
        return __atomic_compare_exchange_n(&request->pass, &from, to, FALSE, __ATOMIC_SEQ_CST,
                                           __ATOMIC_RELAXED);
    }
    is_made = __atomic_load_n(&request->pass, __ATOMIC_RELAXED) == from;
    if (is_made)
        __atomic_store_n(&request->pass, to, __ATOMIC_RELEASE);
    wdf_end_use(thread);
    return is_made;
}

/* The request, which target lists, is sent again: TRUE if that is on its pass. */
static inline BOOLEAN wdf_use_pass(struct wdf_request *request)
{
    return __atomic_load_n(&request->pass, __ATOMIC_RELAXED) == WDF_PASS_KEPT &&
           wdf_step_pass(request, WDF_PASS_KEPT, WDF_PASS_USED);
}

/* The end of one that was called in. */
VOID wdf_give_pass_back(struct wdf_request *request, struct wdf_target *target);
/* It was sent to its target more than once, and counts: from here on it has a pass. */
VOID wdf_grant_pass(struct wdf_request *request, struct wdf_target *target);
/* It is sent on its pass, whose count and reference are that sending's from here on. */
VOID wdf_lose_pass(struct wdf_request *request);
/*
 * It is through its completion routine, and was sent on its pass. Request and target may be gone
 * when this returns.
 */
static inline VOID wdf_end_pass(struct wdf_request *request, struct wdf_target *target)
{
    if (__builtin_expect(!wdf_step_pass(request, WDF_PASS_USED, WDF_PASS_KEPT), 0))
        wdf_give_pass_back(request, target);
}

/* Its owner sends it elsewhere: what it keeps goes back. */
VOID wdf_drop_pass(struct wdf_request *request);
