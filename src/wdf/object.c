/*
 * Objects: made, put below a parent, referenced, destroyed. Deletion is object_delete.c's.
 */
#include "object.h"

C_ASSERT(FIELD_OFFSET(struct wdf_object, child_count) ==
         FIELD_OFFSET(struct wdf_object, references) + sizeof(LONG));

#define ONE_CHILD ((LONG64)1 << 32) /* in wdf_object.counts */

static SIZE_T align(SIZE_T bytes)
{
    return (bytes + MEMORY_ALLOCATION_ALIGNMENT - 1) & ~((SIZE_T)MEMORY_ALLOCATION_ALIGNMENT - 1);
}

SIZE_T wdf_object_bytes(SIZE_T size, PWDF_OBJECT_ATTRIBUTES attributes)
{
    SIZE_T context = wdf_context_bytes(attributes);

    return context > MAXSIZE_T - align(size) ? MAXSIZE_T : align(size) + context;
}

static VOID take_attributes(struct wdf_object *object, SIZE_T size,
                            PWDF_OBJECT_ATTRIBUTES attributes)
{
    object->execution_level = WdfExecutionLevelInheritFromParent;
    object->synchronization_scope = WdfSynchronizationScopeInheritFromParent;
    if (object->globals->is_user)
        object->execution_level = WdfExecutionLevelPassive;
    if (!attributes)
        return;
    if (!object->globals->is_user)
        object->execution_level = attributes->ExecutionLevel;
    object->synchronization_scope = attributes->SynchronizationScope;
    if (wdf_has_context(attributes)) {
        object->contexts = (struct wdf_context *)((PUCHAR)object + align(size));
        object->has_own_context = TRUE;
        memset(object->contexts, 0, wdf_context_bytes(attributes));
        wdf_initialize_context(object->contexts, object, attributes);
    }
}

NTSTATUS wdf_initialize_object(PVOID memory, struct wdf_globals *globals,
                               const struct wdf_type *type, SIZE_T size,
                               PWDF_OBJECT_ATTRIBUTES attributes)
{
    struct wdf_object *object = memory;
    NTSTATUS status;

    memset(object, 0, sizeof(*object));
    object->type = type;
    object->globals = globals;
    object->references = 1;
    object->state = WDF_OBJECT_MADE;
    object->is_passive = (type->flags & WDF_TYPE_PASSIVE) != 0;
    KeInitializeSpinLock(&object->lock);
    InitializeListHead(&object->link);
    InitializeListHead(&object->children);
    InitializeListHead(&object->doomed);
    status = wdf_open_handle(object);
    if (NT_SUCCESS(status))
        take_attributes(object, size, attributes);
    return status;
}

VOID wdf_renew_object(struct wdf_object *object, SIZE_T size, PWDF_OBJECT_ATTRIBUTES attributes)
{
    wdf_renew_handle(object);
    object->references = 1;
    /* Relaxed: who meets it meanwhile only looks for what is LIVE (lookaside_entry.c). */
    __atomic_store_n(&object->state, WDF_OBJECT_MADE, __ATOMIC_RELAXED);
    object->has_passive = FALSE;
    object->is_silent = FALSE;
    object->has_own_context = FALSE;
    object->has_lost_tracks = FALSE;
    take_attributes(object, size, attributes);
}

NTSTATUS wdf_allocate_tagged(struct wdf_globals *globals, const struct wdf_type *type, SIZE_T size,
                             ULONG tag, PWDF_OBJECT_ATTRIBUTES attributes, PVOID *object)
{
    SIZE_T bytes = wdf_object_bytes(size, attributes);
    PVOID memory;
    NTSTATUS status;

    *object = NULL;
    memory = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, tag);
    if (!memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(memory, 0, size);
    status = wdf_initialize_object(memory, globals, type, size, attributes);
    if (!NT_SUCCESS(status)) {
        ExFreePool(memory);
        return status;
    }
    __atomic_add_fetch(&globals->objects, 1, __ATOMIC_RELAXED);
    *object = memory;
    return status;
}

NTSTATUS wdf_allocate_object(struct wdf_globals *globals, const struct wdf_type *type, SIZE_T size,
                             PWDF_OBJECT_ATTRIBUTES attributes, PVOID *object)
{
    return wdf_allocate_tagged(globals, type, size, globals->seen.DriverTag, attributes, object);
}

VOID wdf_free_object(struct wdf_object *object)
{
    struct wdf_globals *globals = object->globals;

    wdf_close_handle(object);
    ExFreePool(object);
    __atomic_sub_fetch(&globals->objects, 1, __ATOMIC_RELEASE);
}

/* The last reference is gone. PASSIVE_LEVEL if the object needs it. */
static VOID destroy(struct wdf_object *object)
{
    wdf_destroy_contexts(object);
    if (object->tracks)
        wdf_forget_tracks(object);
    if (object->type->destroy)
        object->type->destroy(object);
    if (object->type->recycle) {
        wdf_retire_handle(object);
        object->type->recycle(object);
    } else {
        wdf_free_object(object);
    }
}

VOID wdf_destroy_object(struct wdf_object *object)
{
    if (object->is_passive && KeGetCurrentIrql() != PASSIVE_LEVEL)
        wdf_defer_object(object);
    else
        destroy(object);
}

/* With the parent's lock held, which keeps whatever is above it from being released. */
static VOID mark_passive(struct wdf_object *parent)
{
    while (parent && !__atomic_load_n(&parent->has_passive, __ATOMIC_RELAXED)) {
        __atomic_store_n(&parent->has_passive, TRUE, __ATOMIC_RELAXED);
        parent = parent->parent;
    }
}

NTSTATUS wdf_commit_object(struct wdf_object *object, struct wdf_object *parent)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    object->has_passive |= object->is_passive;
    if (!parent) {
        __atomic_store_n(&object->state, WDF_OBJECT_LIVE, __ATOMIC_RELEASE);
        return status;
    }
    KeAcquireSpinLock(&parent->lock, &irql);
    /* Either disposal sees this count and waits for the lock, or we see its state here. */
    __atomic_add_fetch(&parent->counts, ONE_CHILD, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&parent->state, __ATOMIC_SEQ_CST) <= WDF_OBJECT_LIVE) {
        object->parent = parent;
        if (!object->device)
            object->device = parent->device;
        InsertTailList(&parent->children, &object->link);
        if (object->has_passive)
            mark_passive(parent);
        __atomic_store_n(&object->state, WDF_OBJECT_LIVE, __ATOMIC_RELEASE);
    } else {
        status = STATUS_DELETE_PENDING;
    }
    KeReleaseSpinLock(&parent->lock, irql);
    if (!NT_SUCCESS(status))
        wdf_drop_child(parent);
    return status;
}

NTSTATUS wdf_publish_object(PVOID object, struct wdf_object *parent, PVOID handle)
{
    NTSTATUS status = wdf_commit_object(object, parent);

    if (NT_SUCCESS(status))
        *(PVOID *)handle = wdf_handle_of(object);
    else
        wdf_discard_object(object);
    return status;
}

VOID wdf_drop_child(struct wdf_object *parent)
{
    if (__atomic_sub_fetch(&parent->counts, ONE_CHILD, __ATOMIC_ACQ_REL) == 0)
        wdf_destroy_object(parent);
}

VOID wdf_dereference(struct wdf_object *object)
{
    LONG64 left;

    /* The only reference: nobody else can count, so it need not be atomic. */
    if (__atomic_load_n(&object->counts, __ATOMIC_ACQUIRE) == 1)
        left = object->counts = 0;
    else
        left = __atomic_sub_fetch(&object->counts, 1, __ATOMIC_ACQ_REL);
    if ((LONG)left == 0 && __atomic_load_n(&object->state, __ATOMIC_RELAXED) < WDF_OBJECT_DISPOSING)
        wdf_violation(WDF_OBJECT_ERROR, object->handle, (ULONG_PTR)object, "WdfObjectDereference",
                      "took the last reference of the %s 0x%I64X, which nobody has deleted",
                      object->type->name, object->handle);
    if (left == 0)
        wdf_destroy_object(object);
}
