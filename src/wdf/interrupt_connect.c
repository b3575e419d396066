/*
 * Connecting interrupts and enabling them at the device, and back.
 */
#include "driver.h"
#include "interrupt.h"

/* ---- enabling ------------------------------------------------------------------------------ */

/* What a callback under the interrupt's lock is to do, and what it said. */
struct switching {
    struct wdf_interrupt *interrupt;
    EVT_WDF_INTERRUPT_ENABLE *callback; /* EvtInterruptDisable's type is the same */
    NTSTATUS status;
};

static BOOLEAN NTAPI call_locked(PVOID context)
{
    struct switching *switching = context;
    struct wdf_interrupt *interrupt = switching->interrupt;

    wdf_enter_passive(interrupt);
    switching->status =
        switching->callback(wdf_handle_of(interrupt), wdf_handle_of(interrupt->device));
    wdf_leave_passive(interrupt);
    return TRUE;
}

static NTSTATUS call(struct wdf_interrupt *interrupt, EVT_WDF_INTERRUPT_ENABLE *callback)
{
    struct switching switching = {.interrupt = interrupt, .callback = callback};

    if (callback)
        KeSynchronizeExecution(wdf_kernel_interrupt(interrupt), call_locked, &switching);
    return switching.status;
}

/* ---- one ---------------------------------------------------------------------------------- */

/* A lock that several interrupts share is held at the highest level of theirs. */
static KIRQL synchronize_irql(struct wdf_interrupt *interrupt)
{
    LIST_ENTRY *list = &interrupt->device->pnp->interrupts;
    KIRQL irql = interrupt->info.Irql;
    PLIST_ENTRY entry;

    for (entry = list->Flink; entry != list; entry = entry->Flink) {
        struct wdf_interrupt *other = CONTAINING_RECORD(entry, struct wdf_interrupt, link);

        if (other->spin_lock && other->spin_lock == interrupt->spin_lock)
            irql = max(irql, other->info.Irql);
    }
    return irql;
}

static BOOLEAN is_shared(const struct wdf_interrupt *interrupt)
{
    if (interrupt->config.ShareVector != WdfUseDefault)
        return interrupt->config.ShareVector == WdfTrue;
    return interrupt->info.ShareDisposition == CmResourceShareShared;
}

static NTSTATUS connect(struct wdf_interrupt *interrupt)
{
    IO_CONNECT_INTERRUPT_PARAMETERS parameters = {.Version = CONNECT_FULLY_SPECIFIED};

    parameters.FullySpecified = (IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS){
        .PhysicalDeviceObject = interrupt->device->pdo,
        .InterruptObject = &interrupt->interrupt,
        .ServiceRoutine = wdf_service_interrupt,
        .ServiceContext = interrupt,
        .SpinLock = interrupt->spin_lock,
        .SynchronizeIrql = synchronize_irql(interrupt),
        .FloatingSave = interrupt->config.FloatingSave,
        .ShareVector = is_shared(interrupt),
        .Vector = interrupt->info.Vector,
        .Irql = interrupt->info.Irql,
        .InterruptMode = interrupt->info.Mode,
        .ProcessorEnableMask = interrupt->info.TargetProcessorSet,
    };
    return IoConnectInterruptEx(&parameters);
}

static VOID disconnect(struct wdf_interrupt *interrupt)
{
    PKINTERRUPT kernel = __atomic_exchange_n(&interrupt->interrupt, NULL, __ATOMIC_ACQ_REL);

    if (kernel)
        IoDisconnectInterrupt(kernel);
}

NTSTATUS wdf_connect_interrupt(struct wdf_interrupt *interrupt)
{
    NTSTATUS status;

    /* The device may have got fewer than the driver made. */
    if (!interrupt->info.Vector || interrupt->is_off || wdf_kernel_interrupt(interrupt))
        return STATUS_SUCCESS;
    status = connect(interrupt);
    if (!NT_SUCCESS(status))
        return status;
    status = call(interrupt, interrupt->config.EvtInterruptEnable);
    if (NT_SUCCESS(status))
        interrupt->is_enabled = TRUE;
    else
        disconnect(interrupt);
    return status;
}

NTSTATUS wdf_disconnect_interrupt(struct wdf_interrupt *interrupt)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!wdf_kernel_interrupt(interrupt))
        return STATUS_SUCCESS;
    /* What has been pulled out has no registers to disable it with. */
    if (interrupt->is_enabled && !interrupt->device->pnp->is_surprised)
        status = call(interrupt, interrupt->config.EvtInterruptDisable);
    interrupt->is_enabled = FALSE;
    KeFlushQueuedDpcs();
    wdf_wait_for_work(&interrupt->work);
    disconnect(interrupt);
    return status;
}

/* ---- all ---------------------------------------------------------------------------------- */

NTSTATUS wdf_disconnect_interrupts(struct wdf_device *device)
{
    LIST_ENTRY *list = &device->pnp->interrupts;
    NTSTATUS status = STATUS_SUCCESS;
    PLIST_ENTRY entry;

    for (entry = list->Blink; entry != list; entry = entry->Blink) {
        NTSTATUS one =
            wdf_disconnect_interrupt(CONTAINING_RECORD(entry, struct wdf_interrupt, link));

        if (!NT_SUCCESS(one))
            status = one;
    }
    return status;
}

NTSTATUS wdf_connect_interrupts(struct wdf_device *device)
{
    LIST_ENTRY *list = &device->pnp->interrupts;
    NTSTATUS status = STATUS_SUCCESS;
    PLIST_ENTRY entry;

    for (entry = list->Flink; entry != list && NT_SUCCESS(status); entry = entry->Flink)
        status = wdf_connect_interrupt(CONTAINING_RECORD(entry, struct wdf_interrupt, link));
    if (!NT_SUCCESS(status))
        wdf_disconnect_interrupts(device);
    return status;
}
