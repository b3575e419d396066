/*
 * PoRegisterDeviceForIdleDetection: a device whose driver has not called it busy for so many
 * seconds is sent to a lower power state.
 */
#include "power.h"

static struct {
    KSPIN_LOCK lock;
    LIST_ENTRY devices; /* of pnp_power.idle_link */
    BOOLEAN is_ticking;
    KTIMER timer;
    KDPC dpc;
} idle;

static VOID NTAPI tick(PKDPC dpc, PVOID context, PVOID first, PVOID second);

VOID pnp_idle_start(VOID)
{
    KeInitializeSpinLock(&idle.lock);
    InitializeListHead(&idle.devices);
    idle.is_ticking = FALSE;
    KeInitializeTimer(&idle.timer);
    KeInitializeDpc(&idle.dpc, tick, NULL);
}

VOID pnp_idle_stop(VOID)
{
    KeCancelTimer(&idle.timer);
    KeFlushQueuedDpcs();
}

static VOID start_ticking(VOID)
{
    LARGE_INTEGER due = {.QuadPart = -10 * 1000 * 1000};

    if (idle.is_ticking)
        return;
    idle.is_ticking = TRUE;
    KeSetTimerEx(&idle.timer, due, 1000, &idle.dpc);
}

static VOID request_state(PDEVICE_OBJECT device, DEVICE_POWER_STATE state)
{
    POWER_STATE wanted = {.DeviceState = state};

    PoRequestPowerIrp(device, IRP_MN_SET_POWER, wanted, NULL, NULL, NULL);
}

/* Has the device been idle for long enough just now? It then has to be busy again first. */
static BOOLEAN is_due(struct pnp_power *power)
{
    if (__atomic_load_n(&power->busy, __ATOMIC_RELAXED)) {
        power->idle_seconds = 0;
        return FALSE;
    }
    /* The driver writes 0 without a lock. */
    return __atomic_add_fetch(&power->idle_seconds, 1, __ATOMIC_RELAXED) == power->idle_limit;
}

/* The first device that is due, its own device object referenced. */
static PDEVICE_OBJECT next_due(PLIST_ENTRY *at, DEVICE_POWER_STATE *state)
{
    for (; *at != &idle.devices; *at = (*at)->Flink) {
        struct pnp_power *power = CONTAINING_RECORD(*at, struct pnp_power, idle_link);

        if (!is_due(power))
            continue;
        *at = (*at)->Flink;
        *state = power->idle_state;
        ObReferenceObject(power->idle_device);
        return power->idle_device;
    }
    return NULL;
}

enum { MOST_AT_ONCE = 32 };

static VOID NTAPI tick(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    PDEVICE_OBJECT due[MOST_AT_ONCE];
    DEVICE_POWER_STATE states[MOST_AT_ONCE];
    PLIST_ENTRY at;
    ULONG count = 0, i;
    KIRQL irql;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    KeAcquireSpinLock(&idle.lock, &irql);
    at = idle.devices.Flink;
    while (count < MOST_AT_ONCE && (due[count] = next_due(&at, &states[count])))
        count++;
    KeReleaseSpinLock(&idle.lock, irql);
    for (i = 0; i < count; i++) {
        request_state(due[i], states[i]);
        ObDereferenceObject(due[i]);
    }
}

VOID pnp_idle_forget(struct pnp_node *node)
{
    KIRQL irql;

    KeAcquireSpinLock(&idle.lock, &irql);
    RemoveEntryList(&node->power->idle_link);
    InitializeListHead(&node->power->idle_link);
    KeReleaseSpinLock(&idle.lock, irql);
}

PULONG NTAPI PoRegisterDeviceForIdleDetection(PDEVICE_OBJECT DeviceObject,
                                              ULONG ConservationIdleTime, ULONG PerformanceIdleTime,
                                              DEVICE_POWER_STATE State)
{
    struct pnp_node *node = pnp_node_of_stack(DeviceObject);
    struct pnp_power *power;
    KIRQL irql;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!node)
        return NULL;
    power = node->power;
    pnp_idle_forget(node);
    if (ConservationIdleTime || PerformanceIdleTime) {
        KeAcquireSpinLock(&idle.lock, &irql);
        power->idle_device = DeviceObject;
        power->idle_state = State;
        /* The system is on mains, and set up for performance unless that has no time. */
        power->idle_limit = PerformanceIdleTime ? PerformanceIdleTime : ConservationIdleTime;
        power->idle_seconds = 0;
        InsertTailList(&idle.devices, &power->idle_link);
        start_ticking();
        KeReleaseSpinLock(&idle.lock, irql);
    }
    /* What is returned lives as long as the node, which the stack keeps. */
    pnp_node_dereference(node);
    return ConservationIdleTime || PerformanceIdleTime ? &power->idle_seconds : NULL;
}

static struct pnp_power *power_of_counter(PULONG counter)
{
    return CONTAINING_RECORD(counter, struct pnp_power, idle_seconds);
}

VOID NTAPI PoSetDeviceBusyEx(PULONG IdlePointer)
{
    __atomic_store_n(IdlePointer, 0, __ATOMIC_RELAXED);
}

VOID NTAPI PoStartDeviceBusy(PULONG IdlePointer)
{
    __atomic_add_fetch(&power_of_counter(IdlePointer)->busy, 1, __ATOMIC_RELAXED);
}

VOID NTAPI PoEndDeviceBusy(PULONG IdlePointer)
{
    __atomic_sub_fetch(&power_of_counter(IdlePointer)->busy, 1, __ATOMIC_RELAXED);
}

struct idle_order {
    PCUNICODE_STRING name;
    struct pnp_reason *reason;
};

static NTSTATUS idle_device(PVOID context)
{
    struct idle_order *order = context;
    struct pnp_node *node;
    DEVICE_POWER_STATE state = PowerDeviceUnspecified;
    PDEVICE_OBJECT device = NULL;
    KIRQL irql;
    NTSTATUS status = pnp_find_node(order->name, &node, order->reason);

    if (!NT_SUCCESS(status))
        return status;
    KeAcquireSpinLock(&idle.lock, &irql);
    if (!IsListEmpty(&node->power->idle_link)) {
        device = node->power->idle_device;
        state = node->power->idle_state;
        node->power->idle_seconds = node->power->idle_limit;
        ObReferenceObject(device);
    }
    KeReleaseSpinLock(&idle.lock, irql);
    if (device) {
        request_state(device, state);
        ObDereferenceObject(device);
    } else {
        status = pnp_explain(order->reason, STATUS_INVALID_DEVICE_STATE,
                             "device %wZ does not let the power manager watch whether it is idle "
                             "(PoRegisterDeviceForIdleDetection)",
                             &node->instance);
    }
    pnp_node_dereference(node);
    return status;
}

NTSTATUS pnp_idle_device(PCUNICODE_STRING name, struct pnp_reason *reason)
{
    struct idle_order order = {name, reason};

    return pnp_call(idle_device, &order);
}
