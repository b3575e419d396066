/*
 * Time-outs of sent requests. A timer that fires cancels its request; it has a claim on the
 * sending, so that the request stays while it does.
 */
#include "target.h"

#define TAG_TIMER 'TfdW'

struct wdf_request_timer {
    KTIMER timer;
    KDPC dpc;
};

static VOID NTAPI time_is_up(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct wdf_request *request = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    request->is_timed_out = TRUE;
    wdf_cancel_sent(request);
    wdf_drop_claim(request);
}

NTSTATUS wdf_make_request_timer(struct wdf_request *request)
{
    struct wdf_request_timer *made, *other = NULL;

    if (__atomic_load_n(&request->timer, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    made = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*made), TAG_TIMER);
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeTimer(&made->timer);
    KeInitializeDpc(&made->dpc, time_is_up, request);
    if (!__atomic_compare_exchange_n(&request->timer, &other, made, FALSE, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        ExFreePoolWithTag(made, TAG_TIMER);
    return STATUS_SUCCESS;
}

VOID wdf_set_request_timer(struct wdf_request *request, LONGLONG due)
{
    LARGE_INTEGER time = {.QuadPart = due};

    KeSetTimer(&request->timer->timer, time, &request->timer->dpc);
}

BOOLEAN wdf_stop_request_timer(struct wdf_request *request)
{
    return KeCancelTimer(&request->timer->timer);
}

VOID wdf_free_request_timer(struct wdf_request *request)
{
    struct wdf_request_timer *timer = request->timer;

    request->timer = NULL;
    if (timer)
        ExFreePoolWithTag(timer, TAG_TIMER);
}

NTSTATUS NTAPI imp_WdfRequestAllocateTimer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_make_request_timer(request);
}
