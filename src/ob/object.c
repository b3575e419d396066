/*
 * Objects: the header before the body, references, the end of an object.
 */
#include "ob_private.h"

#include "../ex/ex.h"

struct ob_system ob_system;

NTSTATUS ob_create(struct _OBJECT_TYPE *type, SIZE_T size, PVOID *object)
{
    struct ob_header *header;

    *object = NULL;
    if (size > MAXLONG)
        return STATUS_INVALID_PARAMETER;
    header = ExAllocatePoolWithTag(type->pool, sizeof(*header) + size, EX_TAG_OBJECT);
    if (!header)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(header, 0, sizeof(*header) + size);
    header->pointers = 1;
    header->type = type;
    __atomic_fetch_add(&type->objects, 1, __ATOMIC_RELAXED);
    *object = ob_body(header);
    return STATUS_SUCCESS;
}

struct _OBJECT_TYPE *ob_type_of(PVOID object)
{
    return ob_header(object)->type;
}

LONG_PTR ob_reference_count(PVOID object)
{
    return __atomic_load_n(&ob_header(object)->pointers, __ATOMIC_RELAXED);
}

LONG_PTR ob_handle_count(PVOID object)
{
    return __atomic_load_n(&ob_header(object)->handles, __ATOMIC_RELAXED);
}

VOID ob_set_security(PVOID object, PSECURITY_DESCRIPTOR descriptor)
{
    struct ob_header *header = ob_header(object);

    if (header->security)
        ExFreePoolWithTag(header->security, EX_TAG_SECURITY);
    header->security = descriptor;
}

PSECURITY_DESCRIPTOR ob_security(PVOID object)
{
    return ob_header(object)->security;
}

VOID ob_destroy(PVOID object)
{
    struct ob_header *header = ob_header(object);
    struct _OBJECT_TYPE *type = header->type;

    if (type->destroy)
        type->destroy(object);
    if (header->name)
        ob_free_name(header->name);
    if (header->security)
        ExFreePoolWithTag(header->security, EX_TAG_SECURITY);
    __atomic_fetch_sub(&type->objects, 1, __ATOMIC_RELAXED);
    ExFreePoolWithTag(header, EX_TAG_OBJECT);
}

static VOID destroy(struct ob_header *header)
{
    struct _OBJECT_TYPE *type = header->type;

    if (!type->keep || !type->keep(ob_body(header)))
        ob_destroy(ob_body(header));
}

static VOID destroy_deferred(PVOID context)
{
    struct ob_header *header, *next;
    LONG destroyed = 0;

    UNREFERENCED_PARAMETER(context);
    /* Acquire: the links of what was pushed. Release: who pushes next may queue the worker anew. */
    header = __atomic_exchange_n(&ob_system.deferred, NULL, __ATOMIC_ACQ_REL);
    for (; header; header = next, destroyed++) {
        next = header->next_deferred;
        destroy(header);
    }
    if (destroyed && !__atomic_sub_fetch(&ob_system.deferred_count, destroyed, __ATOMIC_ACQ_REL))
        KeSetEvent(&ob_system.deferred_idle, IO_NO_INCREMENT, FALSE);
}

static VOID destroy_later(struct ob_header *header)
{
    struct ob_header *top = __atomic_load_n(&ob_system.deferred, __ATOMIC_RELAXED);

    __atomic_fetch_add(&ob_system.deferred_count, 1, __ATOMIC_RELAXED);
    do {
        header->next_deferred = top;
        /* Pairs with destroy_deferred's exchange, both ways. */
    } while (!__atomic_compare_exchange_n(&ob_system.deferred, &top, header, TRUE, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    /* Who finds the stack empty is the only one to queue the worker, until it took the stack. */
    if (!top && __atomic_load_n(&ob_system.has_workers, __ATOMIC_ACQUIRE))
        ExQueueWorkItem(&ob_system.deferred_worker, DelayedWorkQueue);
}

VOID ob_deferred_start(VOID)
{
    KeInitializeEvent(&ob_system.deferred_idle, SynchronizationEvent, FALSE);
    ExInitializeWorkItem(&ob_system.deferred_worker, destroy_deferred, NULL);
    __atomic_store_n(&ob_system.has_workers, TRUE, __ATOMIC_RELEASE);
}

VOID ob_deferred_stop(VOID)
{
    __atomic_store_n(&ob_system.has_workers, FALSE, __ATOMIC_RELEASE);
}

VOID ob_deferred_drain(VOID)
{
    destroy_deferred(NULL);
    while (__atomic_load_n(&ob_system.deferred_count, __ATOMIC_ACQUIRE)) {
        KeWaitForSingleObject(&ob_system.deferred_idle, Executive, KernelMode, FALSE, NULL);
        destroy_deferred(NULL);
    }
}

static LONG_PTR dereference(PVOID object, BOOLEAN defer)
{
    struct ob_header *header = ob_header(object);
    /* Release: what this owner did to the object is seen by who destroys it (acquire). */
    LONG_PTR left = __atomic_sub_fetch(&header->pointers, 1, __ATOMIC_ACQ_REL);

    if (left > 0)
        return left;
    if (left < 0)
        KeBugCheckEx(REFERENCE_BY_POINTER, (ULONG_PTR)header->type, (ULONG_PTR)object, 2, left);
    if (ob_handle_count(object) != 0)
        KeBugCheckEx(REFERENCE_BY_POINTER, (ULONG_PTR)header->type, (ULONG_PTR)object, 1,
                     ob_handle_count(object));
    if (defer || KeGetCurrentIrql() > PASSIVE_LEVEL)
        destroy_later(header);
    else
        destroy(header);
    return 0;
}

LONG_PTR FASTCALL ObfReferenceObject(PVOID Object)
{
    return __atomic_add_fetch(&ob_header(Object)->pointers, 1, __ATOMIC_RELAXED);
}

BOOLEAN ob_try_reference(PVOID object)
{
    LONG_PTR *pointers = &ob_header(object)->pointers;
    LONG_PTR count = __atomic_load_n(pointers, __ATOMIC_RELAXED);

    do {
        if (!count)
            return FALSE;
    } while (!__atomic_compare_exchange_n(pointers, &count, count + 1, TRUE, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return TRUE;
}

LONG_PTR FASTCALL ObfReferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObfReferenceObject(Object);
}

LONG_PTR FASTCALL ObfDereferenceObject(PVOID Object)
{
    return dereference(Object, FALSE);
}

LONG_PTR FASTCALL ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return dereference(Object, FALSE);
}

VOID NTAPI ObDereferenceObjectDeferDelete(PVOID Object)
{
    dereference(Object, TRUE);
}

VOID NTAPI ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    dereference(Object, TRUE);
}

NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                                          POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
    UNREFERENCED_PARAMETER(DesiredAccess);
    /* As NT: the kernel is trusted to know what it has, unless it says that it is a link. */
    if (ob_type_of(Object) != ObjectType &&
        (AccessMode != KernelMode || ObjectType == &ob_type_symbolic_link))
        return STATUS_OBJECT_TYPE_MISMATCH;
    ObfReferenceObject(Object);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(PVOID Object, ACCESS_MASK DesiredAccess,
                                                 POBJECT_TYPE ObjectType,
                                                 KPROCESSOR_MODE AccessMode, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObReferenceObjectByPointer(Object, DesiredAccess, ObjectType, AccessMode);
}
