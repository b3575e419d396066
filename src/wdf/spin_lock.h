/*
 * WDFSPINLOCK.
 */
#pragma once

#include "object.h"

struct wdf_spin_lock {
    struct wdf_object object;
    KSPIN_LOCK lock;
    FAST_MUTEX mutex;        /* in its place for UMDF drivers, which stay at PASSIVE_LEVEL */
    PKTHREAD owner;          /* NULL: free. Atomic, as others ask whether it is them */
    KIRQL irql;              /* to go back to; the owner's */
    BOOLEAN is_of_interrupt; /* given to an interrupt: not for WdfSpinLockAcquire */
};

extern const struct wdf_type wdf_type_spin_lock;
