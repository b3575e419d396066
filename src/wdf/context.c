/*
 * Contexts: zeroed memory of the driver's with an object, at most one of a type. Callbacks
 * without a type have a context of no bytes.
 */
#include "object.h"

#define TAG_CONTEXT 'CfdW'

/* What a type is known by. */
static const WDF_OBJECT_CONTEXT_TYPE_INFO *unique(const WDF_OBJECT_CONTEXT_TYPE_INFO *type)
{
    return type && type->UniqueType ? type->UniqueType : type;
}

BOOLEAN wdf_has_context(const WDF_OBJECT_ATTRIBUTES *attributes)
{
    return attributes && (attributes->ContextTypeInfo || attributes->EvtCleanupCallback ||
                          attributes->EvtDestroyCallback);
}

SIZE_T wdf_context_bytes(const WDF_OBJECT_ATTRIBUTES *attributes)
{
    SIZE_T bytes = 0;

    if (!wdf_has_context(attributes))
        return 0;
    if (attributes->ContextSizeOverride)
        bytes = attributes->ContextSizeOverride;
    else if (attributes->ContextTypeInfo)
        bytes = attributes->ContextTypeInfo->ContextSize;
    return bytes > MAXSIZE_T / 2 ? MAXSIZE_T : sizeof(struct wdf_context) + bytes;
}

VOID wdf_initialize_context(struct wdf_context *context, struct wdf_object *object,
                            const WDF_OBJECT_ATTRIBUTES *attributes)
{
    context->handle = object->handle;
    context->type = unique(attributes->ContextTypeInfo);
    context->cleanup = attributes->EvtCleanupCallback;
    context->destroy = attributes->EvtDestroyCallback;
}

VOID wdf_clean_up_contexts(struct wdf_object *object)
{
    struct wdf_context *context;
    PFN_WDF_OBJECT_CONTEXT_CLEANUP cleanup;

    for (context = object->contexts; context; context = context->next) {
        cleanup = context->cleanup;
        context->cleanup = NULL;
        if (cleanup && !object->is_silent)
            cleanup(wdf_handle_of(object));
    }
}

VOID wdf_destroy_contexts(struct wdf_object *object)
{
    struct wdf_context *context, *next;

    for (context = object->contexts; context; context = context->next) {
        if (context->destroy && !object->is_silent)
            context->destroy(wdf_handle_of(object));
    }
    context = object->contexts;
    if (object->has_own_context)
        context = context->next;
    for (; context; context = next) {
        next = context->next;
        ExFreePoolWithTag(context, TAG_CONTEXT);
    }
    object->contexts = NULL;
}

static struct wdf_context *find(struct wdf_object *object, const WDF_OBJECT_CONTEXT_TYPE_INFO *type)
{
    /* Contexts are only ever added, at the end: pairs with add's release. */
    struct wdf_context *context = __atomic_load_n(&object->contexts, __ATOMIC_ACQUIRE);

    while (context && context->type != type)
        context = __atomic_load_n(&context->next, __ATOMIC_ACQUIRE);
    return context;
}

/* *found is the context that the object has of the type now, the new one on success. */
static NTSTATUS add(struct wdf_object *object, struct wdf_context *context,
                    struct wdf_context **found)
{
    struct wdf_context **last = &object->contexts;
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&object->lock, &irql);
    *found = find(object, context->type);
    if (!wdf_is_live(object)) {
        status = STATUS_DELETE_PENDING;
    } else if (*found) {
        status = STATUS_OBJECT_NAME_EXISTS;
    } else {
        while (*last)
            last = &(*last)->next;
        __atomic_store_n(last, context, __ATOMIC_RELEASE);
        *found = context;
        status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&object->lock, irql);
    return status;
}

static NTSTATUS check(PWDF_OBJECT_ATTRIBUTES attributes)
{
    NTSTATUS status;

    if (!attributes)
        return STATUS_WDF_PARENT_NOT_SPECIFIED;
    status = wdf_check_attributes(attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status) && !attributes->ContextTypeInfo)
        return STATUS_OBJECT_NAME_INVALID;
    if (NT_SUCCESS(status) && wdf_context_bytes(attributes) == MAXSIZE_T)
        return STATUS_INTEGER_OVERFLOW;
    return status;
}

NTSTATUS NTAPI imp_WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                            PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                            PVOID *Context)
{
    WDFOBJECT whole = (WDFOBJECT)((ULONG64)Handle & ~(ULONG64)WDF_HANDLE_KIND);
    struct wdf_object *object = WDF_ANY_OBJECT(whole);
    struct wdf_context *context, *found;
    SIZE_T bytes;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (whole != Handle)
        return STATUS_OBJECT_PATH_INVALID;
    status = check(ContextAttributes);
    if (!NT_SUCCESS(status))
        return status;
    bytes = wdf_context_bytes(ContextAttributes);
    context = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, TAG_CONTEXT);
    if (!context)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(context, 0, bytes);
    wdf_initialize_context(context, object, ContextAttributes);
    status = add(object, context, &found);
    if (status != STATUS_SUCCESS)
        ExFreePoolWithTag(context, TAG_CONTEXT);
    if (Context && NT_SUCCESS(status))
        *Context = found->data;
    return status;
}

PVOID FASTCALL imp_WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFOBJECT Handle,
                                                  PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
    struct wdf_context *context;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(TypeInfo);
    /* Memories that are part of a request have no contexts. */
    if (Handle && ((ULONG64)Handle & WDF_HANDLE_KIND) && wdf_lookup_handle(Handle))
        return NULL;
    context = find(WDF_ANY_OBJECT(Handle), unique(TypeInfo));
    return context ? context->data : NULL;
}

WDFOBJECT FASTCALL imp_WdfObjectContextGetObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PVOID ContextPointer)
{
    struct wdf_context *context;
    struct wdf_object *object;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ContextPointer);
    context = CONTAINING_RECORD(ContextPointer, struct wdf_context, data);
    if ((ULONG_PTR)ContextPointer % 16 == 0 && MmIsAddressValid(context)) {
        object = wdf_lookup_handle((WDFOBJECT)context->handle);
        if (object && find(object, context->type) == context)
            return wdf_handle_of(object);
    }
    wdf_violation(WDF_INVALID_HANDLE, (ULONG_PTR)ContextPointer, 0, __func__,
                  "0x%p is no object's context", ContextPointer);
}
