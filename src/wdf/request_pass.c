/*
 * Passes: given, lost, called in; and who watches what is sent.
 */
#include "request_pass.h"
#include "../hal/hal.h"

struct wdf_send_system wdf_sends;

/* ---- watching ---------------------------------------------------------------------- */

VOID wdf_send_start(VOID)
{
    wdf_sends.has_barrier = hal_barrier() == HAL_OK;
    wdf_sends.watchers = wdf_sends.has_barrier ? 0 : 1;
}

VOID wdf_watch_sends(VOID)
{
    __atomic_add_fetch(&wdf_sends.watchers, 1, __ATOMIC_SEQ_CST);
    if (wdf_sends.has_barrier)
        wdf_wait_for_users(&wdf_sends);
}

VOID wdf_unwatch_sends(VOID)
{
    /* Release: what was done with claims and passes comes before. */
    __atomic_sub_fetch(&wdf_sends.watchers, 1, __ATOMIC_RELEASE);
}

/* ---- the owner's side ---------------------------------------------------------------- */

/* Somebody is about to call in the request's pass, or all of the target's. */
static BOOLEAN is_unwelcome(const struct wdf_request *request, const struct wdf_target *target)
{
    return (__atomic_load_n(&target->pending, __ATOMIC_SEQ_CST) &
            (WDF_TARGET_SHUT | WDF_TARGET_AWAITED)) ||
           __atomic_load_n(&request->object.state, __ATOMIC_SEQ_CST) > WDF_OBJECT_LIVE;
}

VOID wdf_grant_pass(struct wdf_request *request, struct wdf_target *target)
{
    LONG none = WDF_PASS_NONE;

    request->uses_pass = wdf_sends.has_barrier &&
                         __atomic_compare_exchange_n(&request->pass, &none, WDF_PASS_USED, FALSE,
                                                     __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    /* Either we see who calls passes in, or they see this one. */
    if (request->uses_pass && is_unwelcome(request, target))
        wdf_lose_pass(request);
}

VOID wdf_lose_pass(struct wdf_request *request)
{
    request->uses_pass = FALSE;
    /* It may have been called in, which is done with this. */
    __atomic_exchange_n(&request->pass, WDF_PASS_NONE, __ATOMIC_ACQ_REL);
}

static VOID give_back(struct wdf_request *request, struct wdf_target *target)
{
    wdf_target_done(target, TRUE);
    wdf_dereference(&request->object);
}

VOID wdf_give_pass_back(struct wdf_request *request, struct wdf_target *target)
{
    __atomic_exchange_n(&request->pass, WDF_PASS_NONE, __ATOMIC_ACQ_REL);
    give_back(request, target);
}

VOID wdf_drop_pass(struct wdf_request *request)
{
    struct wdf_target *target = wdf_listed_in(request);

    if (__atomic_load_n(&request->pass, __ATOMIC_RELAXED) == WDF_PASS_NONE)
        return;
    if (wdf_step_pass(request, WDF_PASS_KEPT, WDF_PASS_NONE))
        give_back(request, target);
    else
        wdf_return_pass(request);
}
