/*
 * The system's sleep: every device is asked and told, children before parents; it wakes the
 * other way round.
 */
#include "power.h"

/* The PnP thread's, read by others without a lock: a state is one word. */
static struct {
    SYSTEM_POWER_STATE state;
    POWER_ACTION action;
} system_power;

POWER_ACTION pnp_power_action(VOID)
{
    return __atomic_load_n(&system_power.action, __ATOMIC_RELAXED);
}

VOID pnp_power_start(VOID)
{
    system_power.state = PowerSystemWorking;
    system_power.action = PowerActionNone;
    pnp_idle_start();
    pnp_settings_start();
}

VOID pnp_power_stop(VOID)
{
    pnp_settings_stop();
    pnp_idle_stop();
}

VOID pnp_power_started(struct pnp_node *node)
{
    KIRQL irql;

    KeAcquireSpinLock(&node->power->lock, &irql);
    if (node->power->device_state == PowerDeviceUnspecified)
        node->power->device_state = PowerDeviceD0;
    KeReleaseSpinLock(&node->power->lock, irql);
}

VOID pnp_power_removed(struct pnp_node *node)
{
    KIRQL irql;

    pnp_idle_forget(node);
    KeAcquireSpinLock(&node->power->lock, &irql);
    node->power->device_state = PowerDeviceUnspecified;
    KeReleaseSpinLock(&node->power->lock, irql);
}

/* ---- one device ------------------------------------------------------------------------- */

static NTSTATUS NTAPI caught(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID describe(PIRP irp, UCHAR minor, SYSTEM_POWER_STATE state)
{
    PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);

    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
    location->MajorFunction = IRP_MJ_POWER;
    location->MinorFunction = minor;
    location->Parameters.Power.Type = SystemPowerState;
    location->Parameters.Power.State.SystemState = state;
    location->Parameters.Power.ShutdownType = system_power.action;
}

static NTSTATUS send(struct pnp_node *node, UCHAR minor, SYSTEM_POWER_STATE state)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(node->pdo);
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    KEVENT event;

    if (irp) {
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        describe(irp, minor, state);
        IoSetCompletionRoutine(irp, caught, &event, TRUE, TRUE, TRUE);
        IoCallDriver(top, irp);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        status = irp->IoStatus.Status;
        IoFreeIrp(irp);
    }
    ObDereferenceObject(top);
    return status;
}

/* ---- all of them ------------------------------------------------------------------------ */

/* Started devices, parents before their children; each referenced. */
struct devices {
    struct pnp_node **nodes;
    ULONG count, room;
};

static BOOLEAN count_device(struct pnp_node *node, ULONG depth, PVOID context)
{
    UNREFERENCED_PARAMETER(node);
    UNREFERENCED_PARAMETER(depth);
    ++*(ULONG *)context;
    return TRUE;
}

static BOOLEAN collect_device(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct devices *devices = context;

    UNREFERENCED_PARAMETER(depth);
    if (node->state == PNP_STARTED && devices->count < devices->room) {
        pnp_node_reference(node);
        devices->nodes[devices->count++] = node;
    }
    return TRUE;
}

/* On the PnP thread, so that the tree stays as it is. */
static NTSTATUS collect(struct devices *devices)
{
    *devices = (struct devices){0};
    pnp_for_each_node(count_device, &devices->room);
    devices->nodes = pnp_allocate((devices->room + 1) * sizeof(*devices->nodes));
    if (!devices->nodes)
        return STATUS_INSUFFICIENT_RESOURCES;
    pnp_for_each_node(collect_device, devices);
    return STATUS_SUCCESS;
}

static VOID release(struct devices *devices)
{
    while (devices->count)
        pnp_node_dereference(devices->nodes[--devices->count]);
    pnp_free(devices->nodes);
}

static VOID wake_from(struct devices *devices, ULONG first)
{
    ULONG i;

    for (i = first; i < devices->count; i++)
        send(devices->nodes[i], IRP_MN_SET_POWER, PowerSystemWorking);
    __atomic_store_n(&system_power.action, PowerActionNone, __ATOMIC_RELAXED);
}

struct change {
    SYSTEM_POWER_STATE state;
    struct pnp_reason *reason;
};

static NTSTATUS ask(struct devices *devices, const struct change *change)
{
    ULONG i;

    for (i = devices->count; i; i--) {
        struct pnp_node *node = devices->nodes[i - 1];
        NTSTATUS status = send(node, IRP_MN_QUERY_POWER, change->state);

        if (NT_SUCCESS(status))
            continue;
        /* Whoever was asked is told that it stays as it is. */
        wake_from(devices, i - 1);
        return pnp_explain(change->reason, status,
                           "the system stays awake: device %wZ answered IRP_MN_QUERY_POWER with "
                           "0x%08X (%s)",
                           &node->instance, status,
                           rtl_status_name(status) ? rtl_status_name(status) : "no known name");
    }
    return STATUS_SUCCESS;
}

static NTSTATUS sleep(PVOID context)
{
    struct change *change = context;
    struct devices devices;
    NTSTATUS status;
    ULONG i;

    if (system_power.state != PowerSystemWorking)
        return pnp_explain(change->reason, STATUS_POWER_STATE_INVALID, "the system sleeps already");
    status = collect(&devices);
    if (!NT_SUCCESS(status))
        return status;
    __atomic_store_n(&system_power.action,
                     change->state == PowerSystemHibernate ? PowerActionHibernate
                                                           : PowerActionSleep,
                     __ATOMIC_RELAXED);
    status = ask(&devices, change);
    if (NT_SUCCESS(status)) {
        pnp_settings_display(FALSE);
        for (i = devices.count; i; i--)
            send(devices.nodes[i - 1], IRP_MN_SET_POWER, change->state);
        system_power.state = change->state;
    }
    release(&devices);
    return status;
}

static NTSTATUS wake(PVOID context)
{
    struct change *change = context;
    struct devices devices;
    NTSTATUS status;

    if (system_power.state == PowerSystemWorking)
        return pnp_explain(change->reason, STATUS_POWER_STATE_INVALID, "the system is awake");
    status = collect(&devices);
    if (!NT_SUCCESS(status))
        return status;
    system_power.state = PowerSystemWorking;
    wake_from(&devices, 0);
    pnp_settings_display(TRUE);
    release(&devices);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_sleep(SYSTEM_POWER_STATE state, struct pnp_reason *reason)
{
    struct change change = {state, reason};

    if (state < PowerSystemSleeping1 || state > PowerSystemHibernate)
        return pnp_explain(reason, STATUS_POWER_STATE_INVALID, "that is no state of sleep");
    return pnp_call(sleep, &change);
}

NTSTATUS pnp_wake(struct pnp_reason *reason)
{
    struct change change = {PowerSystemWorking, reason};

    return pnp_call(wake, &change);
}

/* ---- woken by a device ------------------------------------------------------------------ */

/* The nearest device of the root bus: whoever wakes through a bus has armed that. */
static struct pnp_node *armed_ancestor(struct pnp_node *node)
{
    while (node && !pnp_is_root_device(node->pdo))
        node = node->parent;
    return node;
}

struct device_wake {
    PCUNICODE_STRING name;
    struct pnp_reason *reason;
};

static NTSTATUS wake_device(PVOID context)
{
    struct device_wake *order = context;
    struct change change = {PowerSystemWorking, order->reason};
    struct pnp_node *node, *armed;
    NTSTATUS status = pnp_find_node(order->name, &node, order->reason);

    if (!NT_SUCCESS(status))
        return status;
    armed = armed_ancestor(node);
    if (!armed || !pnp_root_signal_wake(armed->pdo))
        status = pnp_explain(order->reason, STATUS_INVALID_DEVICE_STATE,
                             "device %wZ is not armed for wake: no IRP_MN_WAIT_WAKE waits",
                             &node->instance);
    else if (system_power.state != PowerSystemWorking)
        status = wake(&change);
    pnp_node_dereference(node);
    return status;
}

NTSTATUS pnp_wake_device(PCUNICODE_STRING name, struct pnp_reason *reason)
{
    struct device_wake order = {name, reason};

    return pnp_call(wake_device, &order);
}
