/*
 * Power: which D-state a device is in, what its driver is called for on the way, and
 * who decides.
 *
 *   power.c           D0 entry and exit
 *   power_irp.c       IRP_MJ_POWER for the device
 *   power_policy.c    the owner of the power policy: idle, references
 *   power_system.c    the owner: the system sleeps and wakes
 *   power_wake.c      wake signals: wait-wake IRPs, arming and disarming
 *   power_api.c       what drivers call
 */
#pragma once

#include "device.h"

/* How far the driver's self-managed I/O is. */
enum wdf_self_managed {
    WDF_SELF_MANAGED_CREATED,     /* nothing was called */
    WDF_SELF_MANAGED_INIT_FAILED, /* init failed: flush and cleanup are still called */
    WDF_SELF_MANAGED_STARTED,
    WDF_SELF_MANAGED_STOPPED, /* suspended */
    WDF_SELF_MANAGED_FAILED,  /* restart failed */
    WDF_SELF_MANAGED_FLUSHED,
    WDF_SELF_MANAGED_CLEANED_UP,
};

struct wdf_power {
    KEVENT turn;                  /* a synchronization event: one thread powers up or down */
    WDF_DEVICE_POWER_STATE state; /* whose turn it is changes these three */
    WDF_POWER_DEVICE_STATE device_state;
    enum wdf_self_managed self_managed;
    BOOLEAN has_parent;   /* a reference on the parent's power */
    BOOLEAN is_starting;  /* not explicit, by an IRP, but since the device starts or stops */
    WORK_QUEUE_ITEM work; /* power_irp.c: for the one device set-power IRP */
    PIRP irp;
    SYSTEM_POWER_STATE system_state; /* of the last system set-power IRP */
    POWER_ACTION action;             /* while the system is about to change */
};

/* What the owner of the policy is about. */
enum wdf_policy_state {
    WDF_POLICY_STOPPED,    /* the device is not started: references are refused */
    WDF_POLICY_D0,         /* works */
    WDF_POLICY_GOING_DOWN, /* idle: a Dx IRP is under way */
    WDF_POLICY_IN_DX,      /* idle */
    WDF_POLICY_GOING_UP,   /* a D0 IRP is under way */
    WDF_POLICY_SLEEPING,   /* the system goes to sleep: a Dx IRP is under way */
    WDF_POLICY_ASLEEP,
    WDF_POLICY_FAILED, /* it could not be powered up */
};

/* From which system state the device may wake up by itself. */
enum wdf_wake { WDF_WAKE_NONE, WDF_WAKE_S0, WDF_WAKE_SX };

/* Guarded by the policy's lock, but for what is atomic. */
struct wdf_idle_settings {
    BOOLEAN is_set;     /* the driver called WdfDeviceAssignS0IdleSettings */
    BOOLEAN is_enabled; /* atomic */
    BOOLEAN can_wake;
    BOOLEAN powers_up_on_system_wake;
    DEVICE_POWER_STATE state;
    LONGLONG timeout; /* in 100 ns; atomic */
};

struct wdf_wake_settings {
    BOOLEAN is_set, is_enabled;
    BOOLEAN arms_for_children, indicates_to_children;
    DEVICE_POWER_STATE state;
};

struct wdf_policy {
    struct wdf_device *device;
    KSPIN_LOCK lock;
    LONG state;      /* enum wdf_policy_state; changed under lock, read atomically */
    ULONG reported;  /* the WDF_DEVICE_POWER_POLICY_STATE that goes with it; atomic */
    LONG references; /* why the device is to be in D0; atomic */
    ULONG told;      /* the one that watchers were told of last; atomic */
    KEVENT settled;  /* a notification event: no IRP of the policy's is under way */
    KEVENT in_d0;    /* a notification event: D0, FAILED or STOPPED; who waits looks which */
    struct wdf_idle_settings idle;
    struct wdf_wake_settings wake;
    KTIMER timer;
    KDPC timer_dpc;
    LONG is_timer_set;       /* atomic; who sets it to 1 sets the timer */
    LONGLONG idle_since;     /* interrupt time; atomic */
    WORK_QUEUE_ITEM work;    /* idle time is up, or D0 is wanted again */
    LONG is_work_queued;     /* atomic */
    BOOLEAN is_request_ours; /* the next set-power IRP for the device is the policy's; atomic */

    /* Wake; power_wake.c. */
    enum wdf_wake wake_from;   /* for which the next power-down arms */
    enum wdf_wake armed;       /* the driver's arm callback succeeded */
    BOOLEAN is_wake_requested; /* the next wait-wake IRP is the policy's */
    PIRP wait_wake;            /* that was requested; guarded by lock */
    BOOLEAN is_cancelling;     /* somebody cancels it; guarded by lock */
    BOOLEAN is_triggered;      /* it was completed with success; guarded by lock */
    KEVENT no_wait_wake;       /* a notification event: none is under way */

    BOOLEAN was_idle; /* in Dx when the system went to sleep */
    PIRP system_irp;  /* power_system.c: waits for the device's power */
    WORK_QUEUE_ITEM system_work;
    BOOLEAN has_capabilities;
    DEVICE_CAPABILITIES capabilities; /* the stack's, once it is started */
};

/* ---- power.c ------------------------------------------------------------------- */

VOID wdf_power_initialize(struct wdf_device *device);
/* D0 because the device is started; down because it is stopped or removed. PASSIVE_LEVEL. */
NTSTATUS wdf_power_start(struct wdf_device *device);
NTSTATUS wdf_power_stop(struct wdf_device *device);
/* For an IRP. The caller has no turn. */
NTSTATUS wdf_power_up(struct wdf_device *device);
NTSTATUS wdf_power_down(struct wdf_device *device, WDF_POWER_DEVICE_STATE target);
/* Self-managed I/O on removal. */
VOID wdf_flush_self_managed(struct wdf_device *device);
VOID wdf_clean_up_self_managed(struct wdf_device *device);

/* ---- power_irp.c ------------------------------------------------------------------ */

/* To the device below, from the power manager's point of view done here. */
NTSTATUS wdf_forget_power_irp(struct wdf_device *device, PIRP irp);

/* ---- power_policy.c ------------------------------------------------------------------ */

NTSTATUS wdf_make_policy(struct wdf_device *device);
VOID wdf_free_policy(struct wdf_device *device);
/*
 * The device starts, and has or has not come to D0; it is about to be powered down by
 * wdf_power_stop. A surprise removal leaves it in the Dx that it is in. PASSIVE_LEVEL.
 */
VOID wdf_policy_starting(struct wdf_device *device);
VOID wdf_policy_started(struct wdf_device *device, NTSTATUS status);
VOID wdf_policy_stop(struct wdf_device *device, BOOLEAN is_surprise);
/*
 * Requests a device power IRP; done is called when it is complete and ends with
 * wdf_policy_requested, until when the device is not removed. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS wdf_policy_request(struct wdf_policy *policy, DEVICE_POWER_STATE state,
                            PREQUEST_POWER_COMPLETE done);
VOID wdf_policy_requested(struct wdf_policy *policy);
/* An IRP is done, or something else changed: does what is due. IRQL <= DISPATCH_LEVEL. */
VOID wdf_policy_kick(struct wdf_policy *policy);
VOID wdf_set_idle_enabled(struct wdf_policy *policy, BOOLEAN is_enabled);
/* Under the lock. */
VOID wdf_policy_set(struct wdf_policy *policy, enum wdf_policy_state state);
/* The state is GOING_UP: asks for D0. */
VOID wdf_policy_wake_up(struct wdf_policy *policy);
NTSTATUS wdf_query_capabilities(struct wdf_device *device);

/* ---- power_system.c --------------------------------------------------------------------- */

NTSTATUS wdf_system_power(struct wdf_device *device, PIRP irp);

/* ---- power_wake.c ------------------------------------------------------------------------- */

/* Before a power-down that is to be armed: sends the wait-wake IRP. */
NTSTATUS wdf_request_wait_wake(struct wdf_policy *policy, SYSTEM_POWER_STATE state);
/* Within a power-down, when I/O has stopped: calls the driver's arm callback. */
VOID wdf_arm(struct wdf_device *device);
/* Within a power-up, before I/O starts: tells the driver of the wake signal, and disarms. */
VOID wdf_disarm(struct wdf_device *device);
VOID wdf_cancel_wait_wake(struct wdf_policy *policy);
NTSTATUS wdf_dispatch_wait_wake(struct wdf_device *device, PIRP irp);
/* A PDO's: tells the bus driver to listen for wake signals, or no more. */
VOID wdf_follow_wait_wake(struct wdf_device *device);
/* A PDO's: completes the wait-wake IRP that is pending, if there is one. */
BOOLEAN wdf_indicate_wake(struct wdf_device *device, NTSTATUS status);
