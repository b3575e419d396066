/*
 * The owner of a stack's power policy: D0 while somebody needs the device, Dx when it
 * has been idle for long enough.
 *
 * Who needs the device holds a reference. Taking one is an addition and a look at the
 * state, without the lock; whoever powers the device down says so in the state first and
 * looks at the references then, so that one of the two sees the other.
 */
#include "driver.h"
#include "pnp.h"

#define MILLISECOND 10000LL /* in 100 ns */

static struct wdf_policy *policy_of(struct wdf_device *device)
{
    return device->pnp ? device->pnp->policy : NULL;
}

static LONG references_of(struct wdf_policy *policy)
{
    return __atomic_load_n(&policy->references, __ATOMIC_SEQ_CST);
}

static BOOLEAN is_idle_enabled(struct wdf_policy *policy)
{
    return __atomic_load_n(&policy->idle.is_enabled, __ATOMIC_RELAXED);
}

static LONGLONG now(VOID)
{
    return (LONGLONG)KeQueryInterruptTime();
}

/* ---- the states --------------------------------------------------------------------- */

static ULONG reported_state(struct wdf_policy *policy, enum wdf_policy_state state)
{
    BOOLEAN is_idle = is_idle_enabled(policy);
    BOOLEAN can_wake = policy->idle.can_wake;

    switch (state) {
    case WDF_POLICY_D0:
        if (!is_idle)
            return WdfDevStatePwrPolStarted;
        return can_wake ? WdfDevStatePwrPolStartedWakeCapable : WdfDevStatePwrPolStartedIdleCapable;
    case WDF_POLICY_GOING_DOWN:
        return can_wake ? WdfDevStatePwrPolTimerExpiredWakeCapablePowerDown
                        : WdfDevStatePwrPolTimerExpiredNoWake;
    case WDF_POLICY_IN_DX:
        return can_wake ? WdfDevStatePwrPolWaitingArmed : WdfDevStatePwrPolWaitingUnarmed;
    case WDF_POLICY_GOING_UP:
        return can_wake ? WdfDevStatePwrPolS0WakeDisarm : WdfDevStatePwrPolS0NoWakePowerUp;
    case WDF_POLICY_SLEEPING:
        return policy->wake_from == WDF_WAKE_SX ? WdfDevStatePwrPolSleepingWakePowerDown
                                                : WdfDevStatePwrPolSleepingNoWakePowerDown;
    case WDF_POLICY_ASLEEP:
        return policy->wake_from == WDF_WAKE_SX ? WdfDevStatePwrPolSystemAsleepWakeArmed
                                                : WdfDevStatePwrPolSystemAsleepNoWake;
    case WDF_POLICY_FAILED:
        return WdfDevStatePwrPolDevicePowerRequestFailed;
    default:
        return WdfDevStatePwrPolStopped;
    }
}

/* Lock held. The states that somebody may wait to leave clear in_d0. */
VOID wdf_policy_set(struct wdf_policy *policy, enum wdf_policy_state state)
{
    __atomic_store_n(&policy->state, state, __ATOMIC_SEQ_CST);
    __atomic_store_n(&policy->reported, reported_state(policy, state), __ATOMIC_RELAXED);
    switch (state) {
    case WDF_POLICY_D0:
    case WDF_POLICY_STOPPED:
    case WDF_POLICY_FAILED:
        KeSetEvent(&policy->in_d0, IO_NO_INCREMENT, FALSE);
        KeSetEvent(&policy->settled, IO_NO_INCREMENT, FALSE);
        break;
    case WDF_POLICY_IN_DX:
    case WDF_POLICY_ASLEEP:
        KeSetEvent(&policy->settled, IO_NO_INCREMENT, FALSE);
        break;
    default:
        KeClearEvent(&policy->in_d0);
        KeClearEvent(&policy->settled);
        break;
    }
}

/* Tells the driver's watchers of states what they have not heard yet. PASSIVE_LEVEL. */
static VOID tell(struct wdf_policy *policy)
{
    ULONG state = __atomic_load_n(&policy->reported, __ATOMIC_RELAXED);
    ULONG before = __atomic_exchange_n(&policy->told, state, __ATOMIC_RELAXED);

    if (before == state)
        return;
    wdf_tell_states(policy->device, before, state);
    wdf_state_processed(policy->device, state);
}

static VOID set_state(struct wdf_policy *policy, enum wdf_policy_state state)
{
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    wdf_policy_set(policy, state);
    KeReleaseSpinLock(&policy->lock, irql);
}

/* ---- requests for power -------------------------------------------------------------- */

NTSTATUS wdf_policy_request(struct wdf_policy *policy, DEVICE_POWER_STATE state,
                            PREQUEST_POWER_COMPLETE done)
{
    POWER_STATE power = {.DeviceState = state};
    NTSTATUS status = IoAcquireRemoveLock(&policy->device->remove_lock, policy);

    if (!NT_SUCCESS(status))
        return status;
    __atomic_store_n(&policy->is_request_ours, TRUE, __ATOMIC_RELEASE);
    status = PoRequestPowerIrp(policy->device->pdo, IRP_MN_SET_POWER, power, done, policy, NULL);
    if (!NT_SUCCESS(status)) {
        __atomic_store_n(&policy->is_request_ours, FALSE, __ATOMIC_RELEASE);
        wdf_policy_requested(policy);
    }
    return status;
}

VOID wdf_policy_requested(struct wdf_policy *policy)
{
    IoReleaseRemoveLock(&policy->device->remove_lock, policy);
}

/* The idle clock starts, and with it the timer if it does not run yet. */
static VOID start_idling(struct wdf_policy *policy)
{
    LARGE_INTEGER due;

    if (!is_idle_enabled(policy) ||
        __atomic_load_n(&policy->state, __ATOMIC_SEQ_CST) != WDF_POLICY_D0)
        return;
    __atomic_store_n(&policy->idle_since, now(), __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&policy->is_timer_set, TRUE, __ATOMIC_SEQ_CST))
        return;
    due.QuadPart = -__atomic_load_n(&policy->idle.timeout, __ATOMIC_RELAXED);
    KeSetTimer(&policy->timer, due, &policy->timer_dpc);
}

static VOID up_done(struct wdf_policy *policy, NTSTATUS status)
{
    set_state(policy, NT_SUCCESS(status) ? WDF_POLICY_D0 : WDF_POLICY_FAILED);
    if (!references_of(policy))
        start_idling(policy);
    wdf_policy_kick(policy);
}

static VOID NTAPI d0_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                          PIO_STATUS_BLOCK result)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    up_done(context, result->Status);
    wdf_policy_requested(context);
}

VOID wdf_policy_wake_up(struct wdf_policy *policy)
{
    NTSTATUS status = wdf_policy_request(policy, PowerDeviceD0, d0_done);

    if (!NT_SUCCESS(status)) {
        wdf_device_failed(policy->device);
        up_done(policy, status);
    }
}

static VOID NTAPI dx_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                          PIO_STATUS_BLOCK result)
{
    struct wdf_policy *policy = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    set_state(policy, NT_SUCCESS(result->Status) ? WDF_POLICY_IN_DX : WDF_POLICY_D0);
    wdf_policy_kick(policy);
    wdf_policy_requested(policy);
}

/* The state is GOING_DOWN. Without the wake signal that it was promised the device stays up. */
static VOID idle_down(struct wdf_policy *policy)
{
    NTSTATUS status = STATUS_SUCCESS;
    DEVICE_POWER_STATE state;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    policy->wake_from = policy->idle.can_wake ? WDF_WAKE_S0 : WDF_WAKE_NONE;
    state = policy->idle.state;
    KeReleaseSpinLock(&policy->lock, irql);
    if (policy->wake_from == WDF_WAKE_S0)
        status = wdf_request_wait_wake(policy, PowerSystemWorking);
    if (NT_SUCCESS(status))
        status = wdf_policy_request(policy, state, dx_done);
    if (NT_SUCCESS(status))
        return;
    wdf_cancel_wait_wake(policy);
    policy->wake_from = WDF_WAKE_NONE;
    up_done(policy, STATUS_SUCCESS);
}

/* ---- what is due --------------------------------------------------------------------------- */

/* D0: may the device go down now? If it is just too early, the timer comes again. */
static BOOLEAN is_idle_over(struct wdf_policy *policy)
{
    LONGLONG left;
    LARGE_INTEGER due;

    if (!is_idle_enabled(policy) || references_of(policy))
        return FALSE;
    left = __atomic_load_n(&policy->idle_since, __ATOMIC_RELAXED) +
           __atomic_load_n(&policy->idle.timeout, __ATOMIC_RELAXED) - now();
    if (left <= 0)
        return TRUE;
    if (!__atomic_exchange_n(&policy->is_timer_set, TRUE, __ATOMIC_SEQ_CST)) {
        due.QuadPart = -left;
        KeSetTimer(&policy->timer, due, &policy->timer_dpc);
    }
    return FALSE;
}

static BOOLEAN is_wanted(struct wdf_policy *policy)
{
    return references_of(policy) || !is_idle_enabled(policy) || policy->is_triggered ||
           (policy->wake_from == WDF_WAKE_S0 && policy->armed != WDF_WAKE_S0);
}

static VOID work_policy(struct wdf_policy *policy)
{
    enum wdf_policy_state next = WDF_POLICY_STOPPED;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    if (policy->state == WDF_POLICY_D0 && is_idle_over(policy)) {
        wdf_policy_set(policy, next = WDF_POLICY_GOING_DOWN);
        if (references_of(policy))
            wdf_policy_set(policy, next = WDF_POLICY_D0);
    } else if (policy->state == WDF_POLICY_IN_DX && is_wanted(policy)) {
        wdf_policy_set(policy, next = WDF_POLICY_GOING_UP);
    }
    KeReleaseSpinLock(&policy->lock, irql);
    tell(policy);
    if (next == WDF_POLICY_GOING_DOWN)
        idle_down(policy);
    else if (next == WDF_POLICY_GOING_UP)
        wdf_policy_wake_up(policy);
}

static VOID NTAPI work(PVOID context)
{
    struct wdf_policy *policy = context;
    struct wdf_device *device = policy->device;

    __atomic_store_n(&policy->is_work_queued, FALSE, __ATOMIC_SEQ_CST);
    work_policy(policy);
    IoReleaseRemoveLock(&device->remove_lock, &policy->work);
}

VOID wdf_policy_kick(struct wdf_policy *policy)
{
    /* The remove lock keeps the policy until the item has run. */
    if (!NT_SUCCESS(IoAcquireRemoveLock(&policy->device->remove_lock, &policy->work)))
        return;
    if (__atomic_exchange_n(&policy->is_work_queued, TRUE, __ATOMIC_SEQ_CST)) {
        IoReleaseRemoveLock(&policy->device->remove_lock, &policy->work);
        return;
    }
    ExInitializeWorkItem(&policy->work, work, policy);
    ExQueueWorkItem(&policy->work, DelayedWorkQueue);
}

static VOID NTAPI timer_expired(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct wdf_policy *policy = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    __atomic_store_n(&policy->is_timer_set, FALSE, __ATOMIC_SEQ_CST);
    if (!references_of(policy))
        wdf_policy_kick(policy);
}

/* ---- references ------------------------------------------------------------------------------ */

/* Counted already. The device is not in D0, or was not a moment ago. */
static NTSTATUS reference_sleeping(struct wdf_policy *policy)
{
    NTSTATUS status = STATUS_PENDING;
    BOOLEAN is_in_dx = FALSE;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    switch (policy->state) {
    case WDF_POLICY_D0:
        status = STATUS_SUCCESS;
        break;
    case WDF_POLICY_STOPPED:
    case WDF_POLICY_FAILED:
        __atomic_sub_fetch(&policy->references, 1, __ATOMIC_SEQ_CST);
        status = STATUS_POWER_STATE_INVALID;
        break;
    case WDF_POLICY_IN_DX:
        is_in_dx = TRUE;
        break;
    default: /* whoever is at work looks at the references afterwards */
        break;
    }
    KeReleaseSpinLock(&policy->lock, irql);
    if (is_in_dx)
        wdf_policy_kick(policy);
    return status;
}

NTSTATUS wdf_power_reference(struct wdf_device *device, BOOLEAN waits)
{
    struct wdf_policy *policy = policy_of(device);
    NTSTATUS status;

    if (!policy)
        return STATUS_SUCCESS;
    __atomic_add_fetch(&policy->references, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&policy->state, __ATOMIC_SEQ_CST) == WDF_POLICY_D0)
        return STATUS_SUCCESS;
    status = reference_sleeping(policy);
    while (waits && status == STATUS_PENDING) {
        KeWaitForSingleObject(&policy->in_d0, Executive, KernelMode, FALSE, NULL);
        status = reference_sleeping(policy);
    }
    return status;
}

VOID wdf_power_dereference(struct wdf_device *device)
{
    struct wdf_policy *policy = policy_of(device);

    if (policy && !__atomic_sub_fetch(&policy->references, 1, __ATOMIC_SEQ_CST))
        start_idling(policy);
}

VOID wdf_set_idle_enabled(struct wdf_policy *policy, BOOLEAN is_enabled)
{
    __atomic_store_n(&policy->idle.is_enabled, is_enabled, __ATOMIC_SEQ_CST);
    if (!references_of(policy))
        start_idling(policy);
    wdf_policy_kick(policy);
}

/* ---- start and stop --------------------------------------------------------------------- */

VOID wdf_policy_starting(struct wdf_device *device)
{
    struct wdf_policy *policy = policy_of(device);

    if (policy)
        set_state(policy, WDF_POLICY_GOING_UP);
}

VOID wdf_policy_started(struct wdf_device *device, NTSTATUS status)
{
    struct wdf_policy *policy = policy_of(device);

    if (!policy)
        return;
    set_state(policy, NT_SUCCESS(status) ? WDF_POLICY_D0 : WDF_POLICY_STOPPED);
    tell(policy);
    if (!references_of(policy))
        start_idling(policy);
}

/* TRUE: the state is STOPPED now. */
static BOOLEAN try_stop(struct wdf_policy *policy, BOOLEAN is_surprise)
{
    enum wdf_policy_state state;
    BOOLEAN wakes = FALSE, is_stopped = FALSE;
    KIRQL irql;

    KeAcquireSpinLock(&policy->lock, &irql);
    state = policy->state;
    if (state == WDF_POLICY_IN_DX && !is_surprise) {
        wdf_policy_set(policy, WDF_POLICY_GOING_UP);
        wakes = TRUE;
    } else if (state != WDF_POLICY_GOING_UP && state != WDF_POLICY_GOING_DOWN &&
               state != WDF_POLICY_SLEEPING) {
        wdf_policy_set(policy, WDF_POLICY_STOPPED);
        is_stopped = TRUE;
    }
    KeReleaseSpinLock(&policy->lock, irql);
    if (wakes)
        wdf_policy_wake_up(policy);
    return is_stopped;
}

VOID wdf_policy_stop(struct wdf_device *device, BOOLEAN is_surprise)
{
    struct wdf_policy *policy = policy_of(device);

    if (!policy)
        return;
    while (!try_stop(policy, is_surprise))
        KeWaitForSingleObject(&policy->settled, Executive, KernelMode, FALSE, NULL);
    if (KeCancelTimer(&policy->timer))
        __atomic_store_n(&policy->is_timer_set, FALSE, __ATOMIC_SEQ_CST);
    wdf_cancel_wait_wake(policy);
    KeWaitForSingleObject(&policy->no_wait_wake, Executive, KernelMode, FALSE, NULL);
    tell(policy);
}

NTSTATUS wdf_make_policy(struct wdf_device *device)
{
    struct wdf_policy *policy = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*policy),
                                                device->object.globals->seen.DriverTag);

    if (!policy)
        return STATUS_INSUFFICIENT_RESOURCES;
    policy->device = device;
    policy->reported = policy->told = WdfDevStatePwrPolObjectCreated;
    policy->idle.timeout = 5000 * MILLISECOND;
    policy->idle.state = PowerDeviceD3;
    policy->wake.state = PowerDeviceD3;
    KeInitializeSpinLock(&policy->lock);
    KeInitializeEvent(&policy->settled, NotificationEvent, TRUE);
    KeInitializeEvent(&policy->in_d0, NotificationEvent, TRUE);
    KeInitializeEvent(&policy->no_wait_wake, NotificationEvent, TRUE);
    KeInitializeTimer(&policy->timer);
    KeInitializeDpc(&policy->timer_dpc, timer_expired, policy);
    device->pnp->policy = policy;
    return STATUS_SUCCESS;
}

VOID wdf_free_policy(struct wdf_device *device)
{
    struct wdf_policy *policy = device->pnp->policy;

    if (!policy)
        return;
    KeCancelTimer(&policy->timer);
    KeFlushQueuedDpcs();
    device->pnp->policy = NULL;
    ExFreePool(policy);
}
