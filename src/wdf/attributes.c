/*
 * WDF_OBJECT_ATTRIBUTES: what a driver may ask for, checked in the documented order.
 */
#include "object.h"

static NTSTATUS check_context(const WDF_OBJECT_ATTRIBUTES *attributes)
{
    const WDF_OBJECT_CONTEXT_TYPE_INFO *type = attributes->ContextTypeInfo;

    if (type && type->Size != sizeof(*type))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (type && type->ContextSize && !type->ContextName)
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    if (attributes->ContextSizeOverride &&
        (!type || attributes->ContextSizeOverride < type->ContextSize))
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    return STATUS_SUCCESS;
}

static NTSTATUS check_parent(const WDF_OBJECT_ATTRIBUTES *attributes, ULONG rules)
{
    if ((rules & WDF_ATTRIBUTES_PARENT_NOT_ALLOWED) && attributes->ParentObject)
        return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
    if ((rules & WDF_ATTRIBUTES_PARENT_REQUIRED) && !attributes->ParentObject)
        return STATUS_WDF_PARENT_NOT_SPECIFIED;
    return STATUS_SUCCESS;
}

static NTSTATUS check_callbacks(const WDF_OBJECT_ATTRIBUTES *attributes, ULONG rules)
{
    WDF_EXECUTION_LEVEL level = attributes->ExecutionLevel;
    WDF_SYNCHRONIZATION_SCOPE scope = attributes->SynchronizationScope;

    if (level == WdfExecutionLevelInvalid || (ULONG)level > WdfExecutionLevelDispatch)
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    if (scope == WdfSynchronizationScopeInvalid || (ULONG)scope > WdfSynchronizationScopeNone)
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    if (!(rules & WDF_ATTRIBUTES_SCOPE_ALLOWED) &&
        scope != WdfSynchronizationScopeInheritFromParent && scope != WdfSynchronizationScopeNone)
        return STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID;
    if (!(rules & WDF_ATTRIBUTES_LEVEL_ALLOWED) && level != WdfExecutionLevelInheritFromParent)
        return STATUS_WDF_EXECUTION_LEVEL_INVALID;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_check_attributes(PWDF_OBJECT_ATTRIBUTES attributes, ULONG rules)
{
    NTSTATUS status;

    if (!attributes)
        return rules & WDF_ATTRIBUTES_PARENT_REQUIRED ? STATUS_WDF_PARENT_NOT_SPECIFIED
                                                      : STATUS_SUCCESS;
    if (attributes->Size != sizeof(*attributes))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = check_context(attributes);
    if (NT_SUCCESS(status))
        status = check_parent(attributes, rules);
    if (NT_SUCCESS(status))
        status = check_callbacks(attributes, rules);
    return status;
}

struct wdf_object *wdf_parent_of(PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_object *otherwise)
{
    WDFOBJECT parent = attributes ? attributes->ParentObject : NULL;

    /* A request's own memories live and die with it: as a parent either means the request. */
    if (parent)
        return wdf_any_object_of((WDFOBJECT)((ULONG64)parent & ~(ULONG64)WDF_HANDLE_KIND),
                                 "WDF_OBJECT_ATTRIBUTES.ParentObject");
    return otherwise;
}

NTSTATUS wdf_require_parent(PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_object **parent)
{
    if (!attributes)
        return STATUS_WDF_PARENT_NOT_SPECIFIED;
    if (attributes->Size != sizeof(*attributes))
        return STATUS_INFO_LENGTH_MISMATCH;
    *parent = wdf_parent_of(attributes, NULL);
    return *parent ? STATUS_SUCCESS : STATUS_WDF_PARENT_NOT_SPECIFIED;
}
