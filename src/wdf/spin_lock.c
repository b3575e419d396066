#include "spin_lock.h"

#include "driver.h"

const struct wdf_type wdf_type_spin_lock = {
    .name = "WDFSPINLOCK",
    .number = WDF_TYPE_NUMBER_SPIN_LOCK,
};

NTSTATUS NTAPI imp_WdfSpinLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
                                     WDFSPINLOCK *SpinLock)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(SpinLockAttributes, &globals->driver->object);
    struct wdf_spin_lock *lock;
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(SpinLock);
    status = wdf_check_attributes(SpinLockAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    *SpinLock = NULL;
    status = wdf_allocate_object(globals, &wdf_type_spin_lock, sizeof(*lock), SpinLockAttributes,
                                 &object);
    if (!NT_SUCCESS(status))
        return status;
    lock = object;
    KeInitializeSpinLock(&lock->lock);
    ExInitializeFastMutex(&lock->mutex);
    return wdf_publish_object(lock, parent, SpinLock);
}

static VOID acquire(struct wdf_spin_lock *lock)
{
    KIRQL irql = PASSIVE_LEVEL;

    if (lock->object.globals->is_user) {
        KeEnterCriticalRegion();
        ExAcquireFastMutexUnsafe(&lock->mutex);
    } else {
        KeAcquireSpinLock(&lock->lock, &irql);
    }
    lock->irql = irql;
}

static VOID release(struct wdf_spin_lock *lock)
{
    if (lock->object.globals->is_user) {
        ExReleaseFastMutexUnsafe(&lock->mutex);
        KeLeaveCriticalRegion();
    } else {
        KeReleaseSpinLock(&lock->lock, lock->irql);
    }
}

/* The lock behind a handle, or NULL (and misuse) if it is an interrupt's. */
static struct wdf_spin_lock *lock_of(WDFSPINLOCK handle, PCSTR function)
{
    struct wdf_spin_lock *lock =
        (struct wdf_spin_lock *)wdf_object_of(handle, &wdf_type_spin_lock, function);

    if (!lock->is_of_interrupt)
        return lock;
    wdf_misuse(lock->object.globals, function,
               "0x%p is an interrupt's lock: WdfInterruptAcquireLock takes it", handle);
    return NULL;
}

VOID NTAPI imp_WdfSpinLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock)
{
    struct wdf_spin_lock *lock = lock_of(SpinLock, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!lock)
        return;
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == ke_current())
        wdf_violation(WDF_RECURSIVE_LOCK, (ULONG_PTR)SpinLock, 0, __func__,
                      "this thread has the lock 0x%p already", SpinLock);
    acquire(lock);
    __atomic_store_n(&lock->owner, ke_current(), __ATOMIC_RELAXED);
}

VOID NTAPI imp_WdfSpinLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock)
{
    struct wdf_spin_lock *lock = lock_of(SpinLock, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!lock)
        return;
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != ke_current())
        wdf_violation(WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)SpinLock, 1, __func__,
                      "this thread does not have the lock 0x%p", SpinLock);
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    release(lock);
}
