/*
 * The registry for the kernel's own rooms, by absolute names and without handles.
 */
#include "cm_private.h"

#include "../ex/ex.h"

/* "\Registry\Machine\..." to what follows "\Registry"; FALSE if it is no name of a key. */
static BOOLEAN strip_prefix(PCUNICODE_STRING name, PUNICODE_STRING path)
{
    static const UNICODE_STRING prefix = RTL_CONSTANT_STRING(L"\\Registry");

    *path = *name;
    if (!RtlPrefixUnicodeString(&prefix, name, TRUE))
        return FALSE;
    path->Buffer += prefix.Length / sizeof(WCHAR);
    path->Length = path->MaximumLength = path->Length - prefix.Length;
    return !path->Length || path->Buffer[0] == L'\\';
}

static NTSTATUS find(PCUNICODE_STRING name, struct cm_node **node)
{
    UNICODE_STRING path;

    if (!strip_prefix(name, &path))
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    return cm_walk(cm_system.root, &path, 0, NULL, node);
}

static NTSTATUS find_or_create(PCUNICODE_STRING name, struct cm_node **node)
{
    UNICODE_STRING path, component;
    NTSTATUS status = STATUS_SUCCESS;

    if (!strip_prefix(name, &path))
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    *node = cm_system.root;
    while (NT_SUCCESS(status) && cm_next_component(&path, &component)) {
        /* Below a volatile key everything is so. */
        struct cm_request request = {
            .create = TRUE,
            .options = (*node)->is_volatile ? REG_OPTION_VOLATILE : REG_OPTION_NON_VOLATILE,
            .disposition = REG_OPENED_EXISTING_KEY,
        };

        status = cm_walk(*node, &component, 0, &request, node);
    }
    return status;
}

NTSTATUS cm_create_key(PCUNICODE_STRING name)
{
    struct cm_node *node;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = find_or_create(name, &node);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS cm_set_value(PCUNICODE_STRING key, PCUNICODE_STRING value, ULONG type, const VOID *data,
                      ULONG bytes)
{
    struct cm_node *node;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = find_or_create(key, &node);
    if (NT_SUCCESS(status))
        status = cm_value_set(node, value, type, data, bytes);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

static NTSTATUS copy_value(const struct cm_value *value, PULONG type, PVOID buffer, PULONG bytes)
{
    ULONG room = *bytes;

    if (type)
        *type = value->type;
    *bytes = value->bytes;
    if (room && value->bytes)
        memcpy(buffer, value->data, min(room, value->bytes));
    return room < value->bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS cm_query_value(PCUNICODE_STRING key, PCUNICODE_STRING value, PULONG type, PVOID buffer,
                        PULONG bytes)
{
    struct cm_node *node;
    struct cm_value *found = NULL;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = find(key, &node);
    if (NT_SUCCESS(status))
        found = cm_value_find(node, value);
    if (found)
        status = copy_value(found, type, buffer, bytes);
    else if (NT_SUCCESS(status))
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS cm_delete_key(PCUNICODE_STRING name)
{
    struct cm_node *node;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = find(name, &node);
    if (NT_SUCCESS(status) && !node->parent)
        status = STATUS_CANNOT_DELETE;
    if (NT_SUCCESS(status))
        cm_node_unlink_tree(node);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}
