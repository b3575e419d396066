/*
 * Automatic synchronization: the lock that is held while the driver is called.
 */
#include "device.h"

VOID wdf_callback_lock_initialize(struct wdf_callback_lock *lock, enum wdf_callback_lock_kind kind)
{
    lock->kind = kind;
    lock->owner = NULL;
    lock->irql = PASSIVE_LEVEL;
    KeInitializeSpinLock(&lock->spin);
    ExInitializeFastMutex(&lock->mutex);
}

VOID wdf_callback_acquire(struct wdf_callback_lock *lock, PCSTR function)
{
    KIRQL irql = PASSIVE_LEVEL;

    if (wdf_callback_is_owner(lock))
        wdf_violation(WDF_RECURSIVE_LOCK, (ULONG_PTR)lock, 0, function,
                      "this thread has the callback lock already, as a serialized callback does");
    if (lock->kind == WDF_CALLBACK_SPIN) {
        KeAcquireSpinLock(&lock->spin, &irql);
    } else {
        KeEnterCriticalRegion();
        ExAcquireFastMutexUnsafe(&lock->mutex);
    }
    lock->irql = irql;
    __atomic_store_n(&lock->owner, ke_current(), __ATOMIC_RELAXED);
}

VOID wdf_callback_release(struct wdf_callback_lock *lock, PCSTR function)
{
    KIRQL irql;

    if (!wdf_callback_is_owner(lock))
        wdf_violation(WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)lock, 1, function,
                      "this thread does not have the callback lock");
    irql = lock->irql;
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    if (lock->kind == WDF_CALLBACK_SPIN) {
        KeReleaseSpinLock(&lock->spin, irql);
    } else {
        ExReleaseFastMutexUnsafe(&lock->mutex);
        KeLeaveCriticalRegion();
    }
}

struct wdf_callback_lock *wdf_own_callback_lock(struct wdf_object *object)
{
    if (object->type == &wdf_type_queue)
        return ((struct wdf_queue *)object)->presentation;
    if (object->type == &wdf_type_device)
        return &((struct wdf_device *)object)->callback_lock;
    if (object->type == &wdf_type_file && object->device)
        return &object->device->callback_lock;
    return NULL;
}

static BOOLEAN is_serialized(const struct wdf_object *object)
{
    if (object->type == &wdf_type_queue)
        return ((const struct wdf_queue *)object)->callback_lock != NULL;
    return object->synchronization_scope != WdfSynchronizationScopeNone &&
           object->synchronization_scope != WdfSynchronizationScopeInheritFromParent;
}

NTSTATUS wdf_serialize_with(struct wdf_object *parent, BOOLEAN is_asked, BOOLEAN needs_passive,
                            struct wdf_callback_lock **lock)
{
    struct wdf_callback_lock *nearest;

    *lock = NULL;
    if (!parent->device)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!is_asked)
        return STATUS_SUCCESS;
    while (!(nearest = wdf_own_callback_lock(parent)) && parent->parent)
        parent = parent->parent;
    if (!nearest)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!is_serialized(parent))
        return STATUS_SUCCESS;
    if (needs_passive != (nearest->kind == WDF_CALLBACK_PASSIVE))
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    *lock = nearest;
    return STATUS_SUCCESS;
}
