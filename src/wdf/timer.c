/*
 * WDFTIMER. How late a timer may be (TolerableDelay) is leave that is not taken: all of them
 * have the clock's resolution.
 */
#include "callback.h"
#include "work.h"

struct timer {
    struct wdf_object object;
    WDF_TIMER_CONFIG config;
    struct wdf_callback_lock *callback_lock; /* or NULL */
    BOOLEAN is_passive;                      /* the callback runs as work */
    struct wdf_work work;
    KTIMER timer;
    KDPC dpc;
    PKTHREAD thread; /* in the callback, or NULL; atomic, as others ask whether it is them */
    KSPIN_LOCK lock; /* guards what follows */
    ULONG stoppers;  /* threads that stop it and wait: starting is put off for good */
    BOOLEAN was_start_refused; /* while there were stoppers */
    BOOLEAN is_closed;         /* never starts again */
};

static VOID call_driver(struct wdf_object *object)
{
    struct timer *timer = (struct timer *)object;

    if (!timer->config.EvtTimerFunc)
        return;
    __atomic_store_n(&timer->thread, ke_current(), __ATOMIC_RELAXED);
    if (timer->callback_lock)
        wdf_callback_acquire(timer->callback_lock, "EvtTimerFunc");
    timer->config.EvtTimerFunc(wdf_handle_of(timer));
    if (timer->callback_lock)
        wdf_callback_release(timer->callback_lock, "EvtTimerFunc");
    __atomic_store_n(&timer->thread, NULL, __ATOMIC_RELAXED);
}

static VOID NTAPI expire(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct timer *timer = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    if (timer->is_passive)
        wdf_queue_work(&timer->work);
    else
        call_driver(&timer->object);
}

static VOID dispose_timer(struct wdf_object *object)
{
    struct timer *timer = (struct timer *)object;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    timer->is_closed = TRUE;
    KeReleaseSpinLock(&timer->lock, irql);
    KeCancelTimer(&timer->timer);
    KeFlushQueuedDpcs();
    wdf_close_work(&timer->work);
}

static const struct wdf_type type_timer = {
    .name = "WDFTIMER",
    .number = WDF_TYPE_NUMBER_TIMER,
    .flags = WDF_TYPE_PASSIVE,
    .dispose = dispose_timer,
};

/* A UMDF driver's always are. */
static BOOLEAN is_passive(const struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes)
{
    return globals->is_user || attributes->ExecutionLevel == WdfExecutionLevelPassive;
}

static NTSTATUS check(const struct wdf_globals *globals, const WDF_TIMER_CONFIG *config,
                      PWDF_OBJECT_ATTRIBUTES attributes)
{
    NTSTATUS status;

    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (config->Period > MAXLONG)
        return STATUS_INVALID_PARAMETER;
    if (config->TolerableDelay && config->UseHighResolutionTimer)
        return STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(attributes,
                                  WDF_ATTRIBUTES_PARENT_REQUIRED | WDF_ATTRIBUTES_LEVEL_ALLOWED);
    if (NT_SUCCESS(status) && config->Period && !globals->is_user &&
        attributes->ExecutionLevel == WdfExecutionLevelPassive)
        return STATUS_NOT_SUPPORTED;
    return status;
}

static VOID initialize(struct timer *timer, const WDF_TIMER_CONFIG *config,
                       struct wdf_callback_lock *lock)
{
    timer->config = *config;
    timer->callback_lock = lock;
    timer->is_passive = timer->object.execution_level == WdfExecutionLevelPassive;
    wdf_initialize_work(&timer->work, &timer->object, call_driver);
    KeInitializeTimer(&timer->timer);
    KeInitializeDpc(&timer->dpc, expire, timer);
    KeInitializeSpinLock(&timer->lock);
}

NTSTATUS NTAPI imp_WdfTimerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_TIMER_CONFIG Config,
                                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFTIMER *Timer)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_callback_lock *lock;
    struct wdf_object *parent;
    PVOID object;
    NTSTATUS status;

    status = wdf_require_parent(Attributes, &parent);
    if (!NT_SUCCESS(status))
        return status;
    WDF_REQUIRE(Config);
    WDF_REQUIRE(Timer);
    status = check(globals, Config, Attributes);
    *Timer = NULL;
    if (NT_SUCCESS(status))
        status = wdf_serialize_with(parent, Config->AutomaticSerialization,
                                    is_passive(globals, Attributes), &lock);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(globals, &type_timer, sizeof(struct timer), Attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    initialize(object, Config, lock);
    return wdf_publish_object(object, parent, Timer);
}

static struct timer *timer_of(WDFTIMER handle, PCSTR function)
{
    return (struct timer *)wdf_object_of(handle, &type_timer, function);
}

BOOLEAN NTAPI imp_WdfTimerStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer, LONGLONG DueTime)
{
    struct timer *timer = timer_of(Timer, __func__);
    LARGE_INTEGER due = {.QuadPart = DueTime};
    BOOLEAN was_running = FALSE, is_closed;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    is_closed = timer->is_closed;
    if (timer->stoppers)
        timer->was_start_refused = TRUE;
    else if (!is_closed)
        was_running = KeSetTimerEx(&timer->timer, due, (LONG)timer->config.Period, &timer->dpc);
    KeReleaseSpinLock(&timer->lock, irql);
    if (is_closed)
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "0x%p is being deleted", Timer);
    return was_running;
}

/* Cancels the timer and lets a callback that is under way, or due, finish. */
static BOOLEAN stop_and_wait(struct timer *timer)
{
    BOOLEAN was_running;
    KIRQL irql;

    KeAcquireSpinLock(&timer->lock, &irql);
    timer->stoppers++;
    KeReleaseSpinLock(&timer->lock, irql);
    was_running = KeCancelTimer(&timer->timer);
    KeFlushQueuedDpcs();
    wdf_wait_for_work(&timer->work);
    KeAcquireSpinLock(&timer->lock, &irql);
    was_running |= timer->was_start_refused;
    if (!--timer->stoppers)
        timer->was_start_refused = FALSE;
    KeReleaseSpinLock(&timer->lock, irql);
    return was_running;
}

BOOLEAN NTAPI imp_WdfTimerStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer, BOOLEAN Wait)
{
    struct timer *timer = timer_of(Timer, __func__);
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    if (!Wait)
        return KeCancelTimer(&timer->timer);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return FALSE;
    if (__atomic_load_n(&timer->thread, __ATOMIC_RELAXED) == ke_current()) {
        wdf_misuse(globals, __func__, "called with Wait by the timer's own callback");
        return FALSE;
    }
    return stop_and_wait(timer);
}

WDFOBJECT NTAPI imp_WdfTimerGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_parent_handle_of(&timer_of(Timer, __func__)->object);
}
