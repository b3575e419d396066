/*
 * Objects: what all of the framework's objects have in common.
 *
 * An object has a parent, any number of children, contexts (zeroed memory for the driver's own
 * use, at most one of a type) and a count of references. WdfObjectDelete, or the deletion of
 * its parent, ends it in two steps. First it is disposed of: its children's cleanup callbacks
 * run, then its own. Then the reference that it was created with goes, and when the last one
 * is gone its destroy callback runs and handle and contexts become invalid.
 */
#pragma once

#include <wdfglobals.h>

WDF_EXTERN_C_START

/* The IRQL that an object's callbacks may run at. */
typedef enum _WDF_EXECUTION_LEVEL {
    WdfExecutionLevelInvalid = 0,
    WdfExecutionLevelInheritFromParent = 1,
    WdfExecutionLevelPassive = 2,  /* PASSIVE_LEVEL, always */
    WdfExecutionLevelDispatch = 3, /* anything up to DISPATCH_LEVEL */
} WDF_EXECUTION_LEVEL;

/* Which callbacks never run at the same time. */
typedef enum _WDF_SYNCHRONIZATION_SCOPE {
    WdfSynchronizationScopeInvalid = 0,
    WdfSynchronizationScopeInheritFromParent = 1,
    WdfSynchronizationScopeDevice = 2, /* those of a device's queues and files, one at a time */
    WdfSynchronizationScopeQueue = 3,  /* those of one queue, one at a time */
    WdfSynchronizationScopeNone = 4,   /* none are kept apart */
} WDF_SYNCHRONIZATION_SCOPE;

/*
 * The object is going: give up what refers to it. Its context is intact, and so is its parent.
 * Runs once, before the parent's own. IRQL: PASSIVE_LEVEL for devices, drivers, DPCs,
 * interrupts, I/O targets, queues, strings, timers, work items and paged memory, otherwise
 * <= DISPATCH_LEVEL.
 */
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_CLEANUP(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP *PFN_WDF_OBJECT_CONTEXT_CLEANUP;

/*
 * The last reference is gone: free what the context points to. Only the context may be touched.
 * Runs once, after the cleanup callback, at the IRQL of whoever let go (PASSIVE_LEVEL for the
 * kinds named above).
 */
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_DESTROY(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY *PFN_WDF_OBJECT_CONTEXT_DESTROY;

typedef const struct _WDF_OBJECT_CONTEXT_TYPE_INFO *PCWDF_OBJECT_CONTEXT_TYPE_INFO;

/* What a driver says of an object that it creates. */
typedef struct _WDF_OBJECT_ATTRIBUTES {
    ULONG Size;
    PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanupCallback;
    PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroyCallback;
    WDF_EXECUTION_LEVEL ExecutionLevel;
    WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
    WDFOBJECT ParentObject;     /* NULL: the kind's usual parent */
    size_t ContextSizeOverride; /* bytes, at least the type's size; 0: the type's size */
    PCWDF_OBJECT_CONTEXT_TYPE_INFO ContextTypeInfo; /* NULL: no context */
} WDF_OBJECT_ATTRIBUTES, *PWDF_OBJECT_ATTRIBUTES;

WDF_INLINE VOID WDF_OBJECT_ATTRIBUTES_INIT(PWDF_OBJECT_ATTRIBUTES Attributes)
{
    RtlZeroMemory(Attributes, sizeof(*Attributes));
    Attributes->Size = WDF_STRUCTURE_SIZE(WDF_OBJECT_ATTRIBUTES);
    Attributes->ExecutionLevel = WdfExecutionLevelInheritFromParent;
    Attributes->SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
}

/* Takes the type's name. */
#define WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(_attributes, _contexttype)                          \
    (_attributes)->ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(_contexttype)->UniqueType

/* Two statements: not for an if without braces. */
#define WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(_attributes, _contexttype)                         \
    WDF_OBJECT_ATTRIBUTES_INIT(_attributes);                                                       \
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(_attributes, _contexttype)

/*
 * Context types
 *
 * A context type is known by an address: UniqueType. Each source file that sees the type's
 * declaration has its own definition of the type's information, which is weak, so that one
 * of them remains in a driver, and hidden, so that another driver's type of the same name is
 * another type. A type that drivers share takes its address from the driver that exports it:
 * its information lies in a section of its own, and the driver's stub calls
 * EvtDriverGetUniqueContextType for each entry of that section, and stores what it returns
 * in UniqueType, before DriverEntry.
 */

typedef PCWDF_OBJECT_CONTEXT_TYPE_INFO(__cdecl *PFN_GET_UNIQUE_CONTEXT_TYPE)(VOID);

typedef struct _WDF_OBJECT_CONTEXT_TYPE_INFO {
    ULONG Size;
    LPCSTR ContextName;                        /* the type's name as written */
    size_t ContextSize;                        /* bytes */
    PCWDF_OBJECT_CONTEXT_TYPE_INFO UniqueType; /* what the type is known by; this, if NULL */
    PFN_GET_UNIQUE_CONTEXT_TYPE EvtDriverGetUniqueContextType; /* NULL: not a shared type */
} WDF_OBJECT_CONTEXT_TYPE_INFO, *PWDF_OBJECT_CONTEXT_TYPE_INFO;

/* Names that are made of a type's name. */
#define WDF_TYPE_NAME_TO_TYPE_INFO(_contexttype) _WDF_##_contexttype##_TYPE_INFO
#define WDF_TYPE_NAME_TO_EXTERNAL_INIT(_contexttype) _WDF_##_contexttype##_EXTERNAL_INIT
#define WDF_TYPE_NAME_TO_EXTERNAL_INIT_FUNCTION(_contexttype) _contexttype##_EXTERNAL_INIT_FUNCTION
#define WDF_TYPE_NAME_POINTER_TYPE(_contexttype) WDF_POINTER_TYPE_##_contexttype

/* The address of a type's information. */
#define WDF_GET_CONTEXT_TYPE_INFO(_contexttype) (&WDF_TYPE_NAME_TO_TYPE_INFO(_contexttype))

/* Names of C, so that the linker marks the section's two ends: __start_X and __stop_X. */
#define WDF_TYPE_INIT_BASE_SECTION_NAME "kmdftypeinit"
#define WDF_TYPE_INIT_SECTION_NAME "kmdftypeinit"
#ifndef WDF_TYPE_DEFAULT_SECTION_NAME
#define WDF_TYPE_DEFAULT_SECTION_NAME ".data"
#endif

#define WDF_DECLARE_TYPE_AND_GLOBALS(_contexttype, _UniqueType, _GetUniqueType, _section)          \
    typedef _contexttype *WDF_TYPE_NAME_POINTER_TYPE(_contexttype);                                \
    WDF_EXTERN_C __attribute__((weak, visibility("hidden"), section(_section)))                    \
    WDF_OBJECT_CONTEXT_TYPE_INFO WDF_TYPE_NAME_TO_TYPE_INFO(_contexttype) = {                      \
        .Size = sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO),                                              \
        .ContextName = #_contexttype,                                                              \
        .ContextSize = sizeof(_contexttype),                                                       \
        .UniqueType = _UniqueType,                                                                 \
        .EvtDriverGetUniqueContextType = _GetUniqueType,                                           \
    };

#define WDF_DECLARE_CASTING_FUNCTION(_contexttype, _castingfunction)                               \
    WDF_INLINE WDF_TYPE_NAME_POINTER_TYPE(_contexttype) _castingfunction(WDFOBJECT Handle)         \
    {                                                                                              \
        return (WDF_TYPE_NAME_POINTER_TYPE(_contexttype))WdfObjectGetTypedContextWorker(           \
            Handle, WDF_GET_CONTEXT_TYPE_INFO(_contexttype)->UniqueType);                          \
    }

/*
 * Makes a type usable as a context, and defines _castingfunction, which returns an object's
 * context of the type, or NULL if it has none.
 */
#define WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(_contexttype, _castingfunction)                         \
    WDF_DECLARE_TYPE_AND_GLOBALS(_contexttype, WDF_GET_CONTEXT_TYPE_INFO(_contexttype), NULL,      \
                                 WDF_TYPE_DEFAULT_SECTION_NAME)                                    \
    WDF_DECLARE_CASTING_FUNCTION(_contexttype, _castingfunction)

/* The same; the function is called WdfObjectGet_ and the type's name. */
#define WDF_DECLARE_CONTEXT_TYPE(_contexttype)                                                     \
    WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(_contexttype, WdfObjectGet_##_contexttype)

/* The same for a type that another driver exports. The driver defines a macro, the type's name
 * and _EXTERNAL_INIT_FUNCTION, that names the function which returns the unique type. */
#define WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME(_contexttype, _castingfunction)                  \
    WDF_DECLARE_TYPE_AND_GLOBALS(_contexttype, NULL,                                               \
                                 WDF_TYPE_NAME_TO_EXTERNAL_INIT_FUNCTION(_contexttype),            \
                                 WDF_TYPE_INIT_SECTION_NAME)                                       \
    WDF_DECLARE_CASTING_FUNCTION(_contexttype, _castingfunction)

/* An object's context of a type, which is named (DEVICE_CONTEXT, not PDEVICE_CONTEXT). */
#define WdfObjectGetTypedContext(handle, type)                                                     \
    ((type *)WdfObjectGetTypedContextWorker((WDFOBJECT)(handle),                                   \
                                            WDF_GET_CONTEXT_TYPE_INFO(type)->UniqueType))

PVOID FASTCALL imp_WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFOBJECT Handle,
                                                  PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo);

/*
 * Returns an object's context of a type; NULL if it has none.
 *
 * TypeInfo  [in]  the type's UniqueType
 *
 * The context belongs to the object and lives until after its destroy callback.
 * IRQL: any. A stale handle is WDF_VIOLATION.
 * Documented as: WdfObjectGetTypedContextWorker (wdfobject.h).
 */
WDF_INLINE PVOID WdfObjectGetTypedContextWorker(WDFOBJECT Handle,
                                                PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
    return imp_WdfObjectGetTypedContextWorker(WdfDriverGlobals, Handle, TypeInfo);
}

WDFOBJECT FASTCALL imp_WdfObjectContextGetObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PVOID ContextPointer);

/*
 * Returns the object that a context belongs to.
 *
 * ContextPointer  [in]  the start of a context, as the framework returned it
 *
 * IRQL: any. Takes no reference. A pointer to anything else is WDF_VIOLATION.
 * Documented as: WdfObjectContextGetObject (wdfobject.h).
 */
WDF_INLINE WDFOBJECT WdfObjectContextGetObject(PVOID ContextPointer)
{
    return imp_WdfObjectContextGetObject(WdfDriverGlobals, ContextPointer);
}

/*
 * Gives an object one more context.
 *
 * Handle             [in]   any object that is not being deleted
 * ContextAttributes  [in]   names the context's type; callbacks, if any, run with the object's own
 * Context            [opt]  receives the context, zeroed
 *
 * The context belongs to the object. Neither parent nor execution level nor scope may be given.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, which is a success, with the context that the
 * object has already, if it has one of this type; STATUS_INFO_LENGTH_MISMATCH for a wrong Size;
 * STATUS_OBJECT_NAME_INVALID if no type is named; STATUS_WDF_OBJECT_ATTRIBUTES_INVALID if
 * ContextSizeOverride is below the type's size; STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED,
 * STATUS_WDF_EXECUTION_LEVEL_INVALID, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID if one is given;
 * STATUS_OBJECT_PATH_INVALID for a memory handle that is part of a request; STATUS_DELETE_PENDING
 * if the object is being deleted; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfObjectAllocateContext (wdfobject.h).
 */
NTSTATUS NTAPI imp_WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                            PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                            PVOID *Context);

WDF_INLINE NTSTATUS WdfObjectAllocateContext(WDFOBJECT Handle,
                                             PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                             PVOID *Context)
{
    return imp_WdfObjectAllocateContext(WdfDriverGlobals, Handle, ContextAttributes, Context);
}

/*
 * Creates an object that has nothing but its contexts and callbacks.
 *
 * Attributes  [opt]  the parent is the driver unless given; execution level and synchronization
 *                    scope have no meaning here and may not be given
 * Object      [out]  the object; its creator deletes it, or its parent's end does
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID,
 * STATUS_WDF_EXECUTION_LEVEL_INVALID, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID for what is wrong
 * with Attributes; STATUS_DELETE_PENDING if the parent is being deleted;
 * STATUS_INSUFFICIENT_RESOURCES. *Object is NULL on failure.
 * Documented as: WdfObjectCreate (wdfobject.h).
 */
NTSTATUS NTAPI imp_WdfObjectCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object);

WDF_INLINE NTSTATUS WdfObjectCreate(PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object)
{
    return imp_WdfObjectCreate(WdfDriverGlobals, Attributes, Object);
}

/*
 * Deletes an object and its children: their cleanup callbacks run, then its own, and the reference
 * that it was created with goes. With other references left, it lives on until they are gone.
 *
 * IRQL: <= DISPATCH_LEVEL. Above PASSIVE_LEVEL, an object whose callbacks need that level is
 * deleted by a work item, after the call has returned.
 * Objects whose end the framework decides are left alone, with a report of the verifier: devices
 * that PnP made, drivers, file objects, interrupts, default queues, USB pipes and interfaces, WMI
 * providers, child lists, resource lists. A stale handle is WDF_VIOLATION.
 * Documented as: WdfObjectDelete (wdfobject.h).
 */
VOID NTAPI imp_WdfObjectDelete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);

WDF_INLINE VOID WdfObjectDelete(WDFOBJECT Object)
{
    imp_WdfObjectDelete(WdfDriverGlobals, Object);
}

/*
 * Keeps an object's memory, contexts and handle valid until the matching dereference. Does not
 * keep it from being deleted. Drivers write WdfObjectReference or WdfObjectReferenceWithTag.
 *
 * Tag   [opt]  whatever tells this reference from others; shown by the verifier
 * Line  [in]   where the reference is taken
 * File  [in]   the same; must stay valid
 *
 * IRQL: <= DISPATCH_LEVEL.
 * On a memory object that is part of a request this is a reference to the request's IRP: it must
 * be gone before the request is completed.
 * Documented as: WdfObjectReferenceActual (wdfobject.h).
 */
VOID NTAPI imp_WdfObjectReferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                        PVOID Tag, LONG Line, PCCH File);

WDF_INLINE VOID WdfObjectReferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File)
{
    imp_WdfObjectReferenceActual(WdfDriverGlobals, Handle, Tag, Line, File);
}

/*
 * Gives back a reference. The last one, after the object's deletion, destroys the object: at
 * once, on this thread, unless its callbacks need PASSIVE_LEVEL and the IRQL is higher.
 * Drivers write WdfObjectDereference or WdfObjectDereferenceWithTag.
 *
 * Tag  [opt]  the tag that the reference was taken with; the verifier reports one that was not
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Giving back the last reference of an object that was not deleted is WDF_VIOLATION
 * (WDF_OBJECT_ERROR).
 * Documented as: WdfObjectDereferenceActual (wdfobject.h).
 */
VOID NTAPI imp_WdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                          PVOID Tag, LONG Line, PCCH File);

WDF_INLINE VOID WdfObjectDereferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File)
{
    imp_WdfObjectDereferenceActual(WdfDriverGlobals, Handle, Tag, Line, File);
}

/*
 * Asks an object for one of the framework's internal interfaces.
 *
 * Guid               [in]   which one
 * QueryBufferLength  [in]   bytes at QueryBuffer
 * QueryBuffer        [out]  receives it
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NOT_FOUND for a Guid that the object does not know, which is
 * any that a driver could have; STATUS_BUFFER_TOO_SMALL.
 * Documented as: WdfObjectQuery (wdfobject.h).
 */
NTSTATUS NTAPI imp_WdfObjectQuery(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object,
                                  const GUID *Guid, ULONG QueryBufferLength, PVOID QueryBuffer);

WDF_INLINE NTSTATUS WdfObjectQuery(WDFOBJECT Object, const GUID *Guid, ULONG QueryBufferLength,
                                   PVOID QueryBuffer)
{
    return imp_WdfObjectQuery(WdfDriverGlobals, Object, Guid, QueryBufferLength, QueryBuffer);
}

#define WdfObjectReferenceWithTag(Handle, Tag)                                                     \
    WdfObjectReferenceActual(Handle, Tag, __LINE__, __FILE__)
#define WdfObjectReference(Handle) WdfObjectReferenceWithTag(Handle, NULL)
#define WdfObjectDereferenceWithTag(Handle, Tag)                                                   \
    WdfObjectDereferenceActual(Handle, Tag, __LINE__, __FILE__)
#define WdfObjectDereference(Handle) WdfObjectDereferenceWithTag(Handle, NULL)

/*
 * Custom types
 *
 * A custom type marks objects: an object either has it or not, and if it has, there is one
 * value of the driver's with it. It is a context of a type of its own.
 */

typedef struct _WDF_CUSTOM_TYPE_CONTEXT {
    ULONG Size;
    ULONG_PTR Data; /* the driver's value */
} WDF_CUSTOM_TYPE_CONTEXT, *PWDF_CUSTOM_TYPE_CONTEXT;

/* Names that are made of a custom type's name. */
#define WDF_CUSTOM_TYPE_CONTEXT_NAME(_type) WdfCustomType_##_type
#define WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(_type) WdfObjectGetCustomType_##_type
#define WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(_type) WdfObjectAddCustomType_##_type

#define WDF_DECLARE_CUSTOM_TYPE(_type)                                                             \
    typedef WDF_CUSTOM_TYPE_CONTEXT WDF_CUSTOM_TYPE_CONTEXT_NAME(_type);                           \
    WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(WDF_CUSTOM_TYPE_CONTEXT_NAME(_type),                        \
                                       WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(_type))                   \
    WDF_INLINE NTSTATUS WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(_type)(                                  \
        WDFOBJECT Handle, ULONG_PTR Data, PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanupCallback,       \
        PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroyCallback)                                         \
    {                                                                                              \
        WDF_OBJECT_ATTRIBUTES of_context;                                                          \
        WDF_CUSTOM_TYPE_CONTEXT *context = NULL;                                                   \
        NTSTATUS status;                                                                           \
        WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&of_context, WDF_CUSTOM_TYPE_CONTEXT_NAME(_type)); \
        of_context.EvtCleanupCallback = EvtCleanupCallback;                                        \
        of_context.EvtDestroyCallback = EvtDestroyCallback;                                        \
        status = WdfObjectAllocateContext(Handle, &of_context, (PVOID *)&context);                 \
        if (NT_SUCCESS(status)) {                                                                  \
            context->Size = sizeof(*context);                                                      \
            context->Data = Data;                                                                  \
        }                                                                                          \
        return status;                                                                             \
    }

#define WdfObjectAddCustomTypeWithData(_handle, _type, _data, _cleanup, _destroy)                  \
    WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(_type)(_handle, _data, _cleanup, _destroy)

#define WdfObjectAddCustomType(_handle, _type)                                                     \
    WdfObjectAddCustomTypeWithData(_handle, _type, 0, NULL, NULL)

#define WdfObjectIsCustomType(_handle, _type)                                                      \
    (WdfObjectGetTypedContext(_handle, WDF_CUSTOM_TYPE_CONTEXT_NAME(_type)) != NULL ? TRUE : FALSE)

/* For an object that has the type. */
#define WdfObjectGetCustomTypeData(_handle, _type)                                                 \
    (WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(_type)(_handle)->Data)

WDF_EXTERN_C_END
