/*
 * Opening: from a name to an object, from an object to a handle.
 */
#include "ob_private.h"
#include "handle.h"

/* Generic rights become the type's; MAXIMUM_ALLOWED becomes all of them. */
static ACCESS_MASK map_access(struct _OBJECT_TYPE *type, ACCESS_MASK access)
{
    RtlMapGenericMask(&access, &type->mapping);
    if (access & MAXIMUM_ALLOWED)
        access = (access & ~MAXIMUM_ALLOWED) | type->mapping.GenericAll;
    return access;
}

NTSTATUS ob_grant_access(PVOID object, ACCESS_MASK access, KPROCESSOR_MODE mode,
                         ACCESS_MASK *granted)
{
    struct _OBJECT_TYPE *type = ob_type_of(object);
    PSECURITY_DESCRIPTOR descriptor = ob_security(object);

    if (mode == KernelMode || !descriptor) {
        *granted = map_access(type, access);
        return STATUS_SUCCESS;
    }
    return ob_access_check(descriptor, ob_acting_token(), access, &type->mapping, granted);
}

static NTSTATUS open_from(PVOID root, PCUNICODE_STRING name, ULONG attributes,
                          struct _OBJECT_TYPE *type, ACCESS_MASK access, KPROCESSOR_MODE mode,
                          PVOID parse_context, PVOID *object)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = ob_lookup(root, name, attributes, type, access, mode, parse_context, object);
    if (!NT_SUCCESS(status))
        return status;
    if (type && ob_type_of(*object) != type)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (mode != KernelMode && !ob_type_of(*object)->parse)
        status = ob_grant_access(*object, access, mode, &granted);
    if (!NT_SUCCESS(status)) {
        ObfDereferenceObject(*object);
        *object = NULL;
    }
    return status;
}

NTSTATUS ob_open_by_name(PCUNICODE_STRING name, ULONG attributes, struct _OBJECT_TYPE *type,
                         ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                         PVOID *object)
{
    return open_from(NULL, name, attributes, type, access, mode, parse_context, object);
}

NTSTATUS ob_open_captured(const struct ob_attributes *captured, struct _OBJECT_TYPE *type,
                          ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                          PVOID *object)
{
    return open_from(captured->root, &captured->name, captured->attributes, type, access, mode,
                     parse_context, object);
}

NTSTATUS ob_open(POBJECT_ATTRIBUTES attributes, struct _OBJECT_TYPE *type, ACCESS_MASK access,
                 KPROCESSOR_MODE mode, PVOID parse_context, PVOID *object)
{
    struct ob_attributes captured;
    NTSTATUS status;

    *object = NULL;
    status = ob_capture_attributes(attributes, mode, &captured);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_open_captured(&captured, type, access, mode, parse_context, object);
    ob_release_attributes(&captured);
    return status;
}

NTSTATUS ob_return_handle(PVOID object, ACCESS_MASK granted, ULONG attributes, KPROCESSOR_MODE mode,
                          PHANDLE handle)
{
    HANDLE made;
    NTSTATUS status = ob_make_handle(object, granted, attributes, &made);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_copy_out(handle, &made, sizeof(made), mode);
    if (!NT_SUCCESS(status))
        ob_close_handle(made, mode);
    return status;
}

NTSTATUS ob_open_handle(POBJECT_ATTRIBUTES attributes, struct _OBJECT_TYPE *type,
                        ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                        PHANDLE handle)
{
    struct ob_attributes captured;
    ACCESS_MASK granted;
    PVOID object;
    NTSTATUS status = ob_capture_attributes(attributes, mode, &captured);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_open_captured(&captured, type, access, mode, parse_context, &object);
    if (!NT_SUCCESS(status))
        goto out;
    status = ob_grant_access(object, access, mode, &granted);
    if (NT_SUCCESS(status))
        status = ob_return_handle(object, granted, captured.attributes, mode, handle);
    ObfDereferenceObject(object);
out:
    ob_release_attributes(&captured);
    return status;
}

NTSTATUS ob_insert_captured(PVOID object, const struct ob_attributes *captured)
{
    if (!captured->name.Length)
        return STATUS_SUCCESS;
    return ob_insert_below(object, captured->root, &captured->name,
                           (captured->attributes & OBJ_PERMANENT) != 0);
}

NTSTATUS ob_insert(PVOID object, POBJECT_ATTRIBUTES attributes, KPROCESSOR_MODE mode)
{
    struct ob_attributes captured;
    NTSTATUS status = ob_capture_attributes(attributes, mode, &captured);

    if (!NT_SUCCESS(status))
        return status;
    status = ob_insert_captured(object, &captured);
    ob_release_attributes(&captured);
    return status;
}

/*
 * A named object that exists already and may be opened instead: the create
 * call's own object is given up for it.
 */
static NTSTATUS open_existing(const struct ob_attributes *captured, ACCESS_MASK access,
                              KPROCESSOR_MODE mode, PVOID *object)
{
    PVOID existing;
    NTSTATUS status =
        ob_open_captured(captured, ob_type_of(*object), access, mode, NULL, &existing);

    if (!NT_SUCCESS(status))
        return status;
    ObfDereferenceObject(*object);
    *object = existing;
    return STATUS_OBJECT_NAME_EXISTS;
}

NTSTATUS ob_begin_create(struct _OBJECT_TYPE *type, SIZE_T size, POBJECT_ATTRIBUTES attributes,
                         KPROCESSOR_MODE mode, struct ob_attributes *captured, PVOID *object)
{
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = ob_capture_attributes(attributes, mode, captured);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_create(type, size, object);
    if (!NT_SUCCESS(status))
        ob_release_attributes(captured);
    return status;
}

NTSTATUS ob_finish_create(PVOID object, struct ob_attributes *captured, ACCESS_MASK access,
                          KPROCESSOR_MODE mode, PHANDLE handle)
{
    ACCESS_MASK granted;
    NTSTATUS status, made;

    ob_set_security(object, captured->security);
    captured->security = NULL;
    status = ob_insert_captured(object, captured);
    if (status == STATUS_OBJECT_NAME_COLLISION && (captured->attributes & OBJ_OPENIF))
        status = open_existing(captured, access, mode, &object);
    if (!NT_SUCCESS(status))
        goto out;
    /* Who makes an object may do to it what he asks for, whatever its descriptor says. */
    made = status == STATUS_OBJECT_NAME_EXISTS
               ? ob_grant_access(object, access, mode, &granted)
               : ob_grant_access(object, access, KernelMode, &granted);
    if (NT_SUCCESS(made))
        made = ob_return_handle(object, granted, captured->attributes, mode, handle);
    if (!NT_SUCCESS(made)) {
        if (status != STATUS_OBJECT_NAME_EXISTS)
            ob_remove_name(object);
        status = made;
    }
out:
    ObfDereferenceObject(object);
    ob_release_attributes(captured);
    return status;
}
