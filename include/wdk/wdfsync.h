/*
 * Locks: a device's or queue's own callback lock, wait locks for PASSIVE_LEVEL, and spin locks.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/*
 * Acquires the lock that keeps the callbacks of a device or a queue apart, so that code which is
 * not such a callback may run alone. Returns with the lock held.
 *
 * Object  [in]  a device or a queue with synchronization scope device or queue
 *
 * IRQL: <= DISPATCH_LEVEL, and afterwards DISPATCH_LEVEL; PASSIVE_LEVEL, before and after, if that
 * is the object's execution level.
 * An object without such a lock is WDF_VIOLATION (WDF_INVALID_LOCK_OPERATION); acquiring one that
 * the thread has is a deadlock, or WDF_VIOLATION (WDF_RECURSIVE_LOCK) under the verifier.
 * Documented as: WdfObjectAcquireLock (wdfsync.h).
 */
VOID NTAPI imp_WdfObjectAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);

WDF_INLINE VOID WdfObjectAcquireLock(WDFOBJECT Object)
{
    imp_WdfObjectAcquireLock(WdfDriverGlobals, Object);
}

/*
 * Releases, on the thread that acquired it, the lock of WdfObjectAcquireLock, which is held at
 * entry; the IRQL becomes what it was before.
 *
 * IRQL: what WdfObjectAcquireLock left.
 * Documented as: WdfObjectReleaseLock (wdfsync.h).
 */
VOID NTAPI imp_WdfObjectReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);

WDF_INLINE VOID WdfObjectReleaseLock(WDFOBJECT Object)
{
    imp_WdfObjectReleaseLock(WdfDriverGlobals, Object);
}

/*
 * Creates a lock that threads wait for.
 *
 * LockAttributes  [opt]  the parent is the driver unless given; neither execution level nor scope
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with LockAttributes; STATUS_DELETE_PENDING if the parent
 * is being deleted; STATUS_INSUFFICIENT_RESOURCES. *Lock is NULL on failure.
 * Documented as: WdfWaitLockCreate (wdfsync.h).
 */
NTSTATUS NTAPI imp_WdfWaitLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock);

WDF_INLINE NTSTATUS WdfWaitLockCreate(PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock)
{
    return imp_WdfWaitLockCreate(WdfDriverGlobals, LockAttributes, Lock);
}

/*
 * Acquires a wait lock. On success the thread has it, and is in a critical region: normal APCs are
 * kept off until it releases it.
 *
 * Timeout  [opt]  100 ns; negative: from now, positive: a point in time; pointer to 0: only if it
 *                 is free; NULL: as long as it takes
 *
 * IRQL: PASSIVE_LEVEL; <= DISPATCH_LEVEL with a Timeout of 0. Never twice by one thread.
 * Returns STATUS_SUCCESS; STATUS_TIMEOUT, a success too, if time was up and the thread does not
 * have the lock.
 * Documented as: WdfWaitLockAcquire (wdfsync.h).
 */
NTSTATUS NTAPI imp_WdfWaitLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock,
                                      PLONGLONG Timeout);

WDF_INLINE NTSTATUS WdfWaitLockAcquire(WDFWAITLOCK Lock, PLONGLONG Timeout)
{
    return imp_WdfWaitLockAcquire(WdfDriverGlobals, Lock, Timeout);
}

/*
 * Releases a wait lock, which the thread holds at entry.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWaitLockRelease (wdfsync.h).
 */
VOID NTAPI imp_WdfWaitLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock);

WDF_INLINE VOID WdfWaitLockRelease(WDFWAITLOCK Lock)
{
    imp_WdfWaitLockRelease(WdfDriverGlobals, Lock);
}

/*
 * Creates a spin lock.
 *
 * SpinLockAttributes  [opt]  the parent is the driver unless given; neither execution level nor
 *                            scope
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with SpinLockAttributes; STATUS_DELETE_PENDING if the
 * parent is being deleted; STATUS_INSUFFICIENT_RESOURCES. *SpinLock is NULL on failure.
 * Documented as: WdfSpinLockCreate (wdfsync.h).
 */
NTSTATUS NTAPI imp_WdfSpinLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
                                     WDFSPINLOCK *SpinLock);

WDF_INLINE NTSTATUS WdfSpinLockCreate(PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
                                      WDFSPINLOCK *SpinLock)
{
    return imp_WdfSpinLockCreate(WdfDriverGlobals, SpinLockAttributes, SpinLock);
}

/*
 * Acquires a spin lock; the thread has it, at DISPATCH_LEVEL. Never twice by one thread. Not for a
 * spin lock that was given to an interrupt object.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfSpinLockAcquire (wdfsync.h).
 */
VOID NTAPI imp_WdfSpinLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock);

WDF_INLINE VOID WdfSpinLockAcquire(WDFSPINLOCK SpinLock)
{
    imp_WdfSpinLockAcquire(WdfDriverGlobals, SpinLock);
}

/*
 * Releases a spin lock, which the thread holds at entry; the IRQL becomes what it was before.
 *
 * IRQL: DISPATCH_LEVEL.
 * Another thread's lock is WDF_VIOLATION (WDF_INVALID_LOCK_OPERATION) under the verifier.
 * Documented as: WdfSpinLockRelease (wdfsync.h).
 */
VOID NTAPI imp_WdfSpinLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock);

WDF_INLINE VOID WdfSpinLockRelease(WDFSPINLOCK SpinLock)
{
    imp_WdfSpinLockRelease(WdfDriverGlobals, SpinLock);
}

WDF_EXTERN_C_END
