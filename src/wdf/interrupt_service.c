/*
 * From the vector to the driver's callbacks, and the lock that they run under.
 */
#include "driver.h"
#include "interrupt.h"

/* A passive one's lock is waited for after the kernel's own, which keeps its routines apart. */
VOID wdf_enter_passive(struct wdf_interrupt *interrupt)
{
    if (interrupt->config.PassiveHandling)
        imp_WdfWaitLockAcquire(&interrupt->object.globals->seen, interrupt->wait_lock, NULL);
}

VOID wdf_leave_passive(struct wdf_interrupt *interrupt)
{
    if (interrupt->config.PassiveHandling)
        imp_WdfWaitLockRelease(&interrupt->object.globals->seen, interrupt->wait_lock);
}

BOOLEAN NTAPI wdf_service_interrupt(PKINTERRUPT kernel, PVOID context)
{
    struct wdf_interrupt *interrupt = context;
    BOOLEAN is_claimed;

    UNREFERENCED_PARAMETER(kernel);
    wdf_enter_passive(interrupt);
    is_claimed =
        interrupt->config.EvtInterruptIsr(wdf_handle_of(interrupt), interrupt->info.MessageNumber);
    wdf_leave_passive(interrupt);
    return is_claimed;
}

/* ---- later ------------------------------------------------------------------------------ */

typedef VOID(NTAPI *interrupt_callback)(WDFINTERRUPT interrupt, WDFOBJECT associated);

static VOID call_serialized(struct wdf_interrupt *interrupt, interrupt_callback callback,
                            PCSTR name)
{
    if (interrupt->callback_lock)
        wdf_callback_acquire(interrupt->callback_lock, name);
    callback(wdf_handle_of(interrupt), wdf_parent_handle_of(&interrupt->object));
    if (interrupt->callback_lock)
        wdf_callback_release(interrupt->callback_lock, name);
}

VOID NTAPI wdf_run_interrupt_dpc(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct wdf_interrupt *interrupt = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    if (interrupt->config.EvtInterruptDpc)
        call_serialized(interrupt, interrupt->config.EvtInterruptDpc, "EvtInterruptDpc");
    else
        wdf_queue_work(&interrupt->work);
}

VOID wdf_run_interrupt_work(struct wdf_object *object)
{
    struct wdf_interrupt *interrupt = (struct wdf_interrupt *)object;

    call_serialized(interrupt, interrupt->config.EvtInterruptWorkItem, "EvtInterruptWorkItem");
}

BOOLEAN NTAPI imp_WdfInterruptQueueDpcForIsr(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    if (!interrupt->config.EvtInterruptDpc) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "0x%p has no EvtInterruptDpc",
                   Interrupt);
        return FALSE;
    }
    return KeInsertQueueDpc(&interrupt->dpc, NULL, NULL);
}

/* Above DISPATCH_LEVEL a DPC queues it, and the answer is whether that was queued. */
BOOLEAN NTAPI imp_WdfInterruptQueueWorkItemForIsr(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    if (!interrupt->config.EvtInterruptWorkItem) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "0x%p has no EvtInterruptWorkItem",
                   Interrupt);
        return FALSE;
    }
    if (KeGetCurrentIrql() > DISPATCH_LEVEL)
        return KeInsertQueueDpc(&interrupt->dpc, NULL, NULL);
    return wdf_queue_work(&interrupt->work);
}

/* ---- its lock --------------------------------------------------------------------------- */

/* NULL, and misuse, if there is none: what is not connected is not to be kept away. */
static PKINTERRUPT connected(struct wdf_interrupt *interrupt, PCSTR function)
{
    PKINTERRUPT kernel = wdf_kernel_interrupt(interrupt);

    if (!kernel)
        wdf_misuse(interrupt->object.globals, function, "0x%p is not connected",
                   wdf_handle_of(interrupt));
    return kernel;
}

VOID NTAPI imp_WdfInterruptAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);
    PKINTERRUPT kernel;
    KIRQL irql;

    if (interrupt->config.PassiveHandling) {
        if (wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
            wdf_enter_passive(interrupt);
        return;
    }
    kernel = connected(interrupt, __func__);
    if (!kernel)
        return;
    irql = KeAcquireInterruptSpinLock(kernel);
    interrupt->irql = irql;
}

VOID NTAPI imp_WdfInterruptReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);
    PKINTERRUPT kernel;

    if (interrupt->config.PassiveHandling) {
        if (wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
            wdf_leave_passive(interrupt);
        return;
    }
    kernel = connected(interrupt, __func__);
    if (kernel)
        KeReleaseInterruptSpinLock(kernel, interrupt->irql);
}

BOOLEAN NTAPI imp_WdfInterruptTryToAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);
    LONGLONG now = 0;

    if (!interrupt->config.PassiveHandling ||
        !wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return FALSE;
    return imp_WdfWaitLockAcquire(DriverGlobals, interrupt->wait_lock, &now) == STATUS_SUCCESS;
}

struct synchronized {
    struct wdf_interrupt *interrupt;
    PFN_WDF_INTERRUPT_SYNCHRONIZE callback;
    WDFCONTEXT context;
};

static BOOLEAN NTAPI run_synchronized(PVOID context)
{
    struct synchronized *synchronized = context;
    BOOLEAN result;

    wdf_enter_passive(synchronized->interrupt);
    result = synchronized->callback(wdf_handle_of(synchronized->interrupt), synchronized->context);
    wdf_leave_passive(synchronized->interrupt);
    return result;
}

BOOLEAN NTAPI imp_WdfInterruptSynchronize(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                          PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
                                          WDFCONTEXT Context)
{
    struct synchronized synchronized = {
        .interrupt = wdf_interrupt_of(Interrupt, __func__),
        .callback = Callback,
        .context = Context,
    };
    BOOLEAN is_passive = synchronized.interrupt->config.PassiveHandling;
    PKINTERRUPT kernel;

    WDF_REQUIRE(Callback);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__,
                        is_passive ? PASSIVE_LEVEL : DISPATCH_LEVEL))
        return FALSE;
    kernel = connected(synchronized.interrupt, __func__);
    return kernel && KeSynchronizeExecution(kernel, run_synchronized, &synchronized);
}
