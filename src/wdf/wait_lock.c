/*
 * WDFWAITLOCK: an event that is set while nobody has the lock.
 */
#include "driver.h"

struct wait_lock {
    struct wdf_object object;
    KEVENT free;
    PKTHREAD owner; /* NULL: free. Atomic, as others ask whether it is them */
};

static const struct wdf_type type_wait_lock = {
    .name = "WDFWAITLOCK",
    .number = WDF_TYPE_NUMBER_WAIT_LOCK,
};

NTSTATUS NTAPI imp_WdfWaitLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(LockAttributes, &globals->driver->object);
    struct wait_lock *lock;
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(Lock);
    status = wdf_check_attributes(LockAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    *Lock = NULL;
    status = wdf_allocate_object(globals, &type_wait_lock, sizeof(*lock), LockAttributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    lock = object;
    KeInitializeEvent(&lock->free, SynchronizationEvent, TRUE);
    return wdf_publish_object(lock, parent, Lock);
}

NTSTATUS NTAPI imp_WdfWaitLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock,
                                      PLONGLONG Timeout)
{
    struct wait_lock *lock = WDF_GET(struct wait_lock, type_wait_lock, Lock);
    LARGE_INTEGER timeout;
    NTSTATUS status;

    if ((!Timeout || *Timeout) &&
        !wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!Timeout && __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == ke_current())
        wdf_violation(WDF_RECURSIVE_LOCK, (ULONG_PTR)Lock, 0, __func__,
                      "this thread has the lock 0x%p already", Lock);
    timeout.QuadPart = Timeout ? *Timeout : 0;
    KeEnterCriticalRegion();
    status =
        KeWaitForSingleObject(&lock->free, Executive, KernelMode, FALSE, Timeout ? &timeout : NULL);
    if (status == STATUS_TIMEOUT)
        KeLeaveCriticalRegion();
    else
        __atomic_store_n(&lock->owner, ke_current(), __ATOMIC_RELAXED);
    return status;
}

VOID NTAPI imp_WdfWaitLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock)
{
    struct wait_lock *lock = WDF_GET(struct wait_lock, type_wait_lock, Lock);

    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != ke_current())
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "this thread does not have the lock 0x%p", Lock);
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    KeSetEvent(&lock->free, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}
