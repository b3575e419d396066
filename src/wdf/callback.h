/*
 * The lock that automatic synchronization holds around a driver's callbacks, and
 * that WdfObjectAcquireLock takes. A device has one, and so has a queue with queue
 * scope; children use their parent's.
 */
#pragma once

#include "object.h"

enum wdf_callback_lock_kind {
    WDF_CALLBACK_SPIN,    /* callbacks at DISPATCH_LEVEL */
    WDF_CALLBACK_PASSIVE, /* execution level WdfExecutionLevelPassive: callbacks at PASSIVE_LEVEL */
};

struct wdf_callback_lock {
    enum wdf_callback_lock_kind kind;
    PKTHREAD owner; /* NULL: free. Atomic, as others ask whether it is them */
    KIRQL irql;     /* to go back to; the owner's */
    KSPIN_LOCK spin;
    FAST_MUTEX mutex; /* at the caller's IRQL, with normal kernel APCs off */
};

VOID wdf_callback_lock_initialize(struct wdf_callback_lock *lock, enum wdf_callback_lock_kind kind);
/*
 * Waits for the lock; not recursive: owning it already is WDF_RECURSIVE_LOCK. A passive
 * one needs PASSIVE_LEVEL (APC_LEVEL at most), a spin one raises to DISPATCH_LEVEL.
 */
VOID wdf_callback_acquire(struct wdf_callback_lock *lock, PCSTR function);
VOID wdf_callback_release(struct wdf_callback_lock *lock, PCSTR function);

static inline BOOLEAN wdf_callback_is_owner(struct wdf_callback_lock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == ke_current();
}

/* The lock that WdfObjectAcquireLock takes: of devices, queues and file objects, else NULL. */
struct wdf_callback_lock *wdf_own_callback_lock(struct wdf_object *object);
/*
 * The lock for the callbacks of a timer, DPC, work item or interrupt below parent: that of
 * parent, or the nearest above that has one. NULL if the driver does not ask for it, or the
 * callbacks there are not kept apart.
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL: they run at another level than needs_passive says;
 * STATUS_INVALID_DEVICE_REQUEST: there is no device above.
 */
NTSTATUS wdf_serialize_with(struct wdf_object *parent, BOOLEAN is_asked, BOOLEAN needs_passive,
                            struct wdf_callback_lock **lock);
