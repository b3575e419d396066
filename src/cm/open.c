/*
 * From names to keys.
 */
#include "cm_private.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

#define REPARSE_LIMIT 32

static const UNICODE_STRING link_value = RTL_CONSTANT_STRING(L"SymbolicLinkValue");
static const UNICODE_STRING registry_prefix = RTL_CONSTANT_STRING(L"\\Registry\\");

BOOLEAN cm_next_component(PUNICODE_STRING rest, PUNICODE_STRING component)
{
    USHORT start = 0, end, count = rest->Length / sizeof(WCHAR);

    /* As NT, the registry takes any number of separators for one. */
    while (start < count && rest->Buffer[start] == L'\\')
        start++;
    for (end = start; end < count && rest->Buffer[end] != L'\\';)
        end++;
    component->Buffer = rest->Buffer + start;
    component->Length = component->MaximumLength = (USHORT)((end - start) * sizeof(WCHAR));
    while (end < count && rest->Buffer[end] == L'\\')
        end++;
    rest->Buffer += end;
    rest->Length = rest->MaximumLength = rest->Length - end * sizeof(WCHAR);
    return component->Length != 0;
}

/* Where following a path has come to. */
struct walk {
    struct cm_node *node;
    UNICODE_STRING rest;
    PWSTR substituted; /* the text that rest lies in once a link was followed, in pool */
    ULONG reparses;
};

/* Goes on from the root with the link's target before the rest. */
static NTSTATUS follow_link(struct walk *walk)
{
    struct cm_value *value = cm_value_find(walk->node, &link_value);
    UNICODE_STRING target, path = {0};
    ULONG bytes;

    if (!value || value->type != REG_LINK || ++walk->reparses > REPARSE_LIMIT)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    bytes = value->bytes + sizeof(WCHAR) + walk->rest.Length;
    if (bytes > MAXUSHORT)
        return STATUS_NAME_TOO_LONG;
    target.Buffer = (PWSTR)value->data;
    target.Length = target.MaximumLength = (USHORT)(value->bytes & ~1u);
    if (!RtlPrefixUnicodeString(&registry_prefix, &target, TRUE))
        return STATUS_OBJECT_NAME_INVALID;
    path.Buffer = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_REGISTRY);
    if (!path.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    path.MaximumLength = (USHORT)bytes;
    target.Buffer += registry_prefix.Length / sizeof(WCHAR);
    target.Length -= registry_prefix.Length;
    RtlAppendUnicodeStringToString(&path, &target);
    RtlAppendUnicodeToString(&path, L"\\");
    RtlAppendUnicodeStringToString(&path, &walk->rest);
    if (walk->substituted)
        ExFreePoolWithTag(walk->substituted, EX_TAG_REGISTRY);
    walk->substituted = path.Buffer;
    walk->rest = path;
    walk->node = cm_system.root;
    return STATUS_SUCCESS;
}

/* Below \Registry\User, which is everybody's. */
static BOOLEAN is_users(const struct cm_node *node)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(L"USER");

    while (node->parent && node->parent != cm_system.root)
        node = node->parent;
    return node->parent && RtlEqualUnicodeString(&node->name, &name, TRUE);
}

NTSTATUS cm_grant_access(const struct cm_node *node, ACCESS_MASK access, KPROCESSOR_MODE mode,
                         ACCESS_MASK *granted)
{
    PSECURITY_DESCRIPTOR security =
        mode == KernelMode || is_users(node) ? NULL : cm_system.security;

    return ob_access_check(security, ke_current()->process->token, access, &ob_type_key.mapping,
                           granted);
}

static NTSTATUS create_child(struct walk *walk, PCUNICODE_STRING name, struct cm_request *request)
{
    BOOLEAN is_volatile = (request->options & REG_OPTION_VOLATILE) != 0;
    struct cm_node *child;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (walk->node->is_volatile && !is_volatile)
        return STATUS_CHILD_MUST_BE_VOLATILE;
    status = cm_grant_access(walk->node, KEY_CREATE_SUB_KEY, request->mode, &granted);
    if (NT_SUCCESS(status))
        status = cm_node_create(walk->node, name, &child);
    if (!NT_SUCCESS(status))
        return status;
    status = cm_node_set_class(child, &request->class_name);
    if (!NT_SUCCESS(status)) {
        cm_node_unlink(child);
        return status;
    }
    child->is_volatile = is_volatile;
    child->is_link = (request->options & REG_OPTION_CREATE_LINK) != 0;
    request->disposition = REG_CREATED_NEW_KEY;
    walk->node = child;
    return STATUS_SUCCESS;
}

static NTSTATUS step(struct walk *walk, PCUNICODE_STRING name, struct cm_request *request)
{
    struct cm_node *child;

    if (name->Length > CM_MAX_KEY_NAME * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    child = cm_node_find(walk->node, name);
    if (child) {
        walk->node = child;
        return STATUS_SUCCESS;
    }
    if (!request || !request->create || walk->rest.Length)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return create_child(walk, name, request);
}

NTSTATUS cm_walk(struct cm_node *start, PCUNICODE_STRING path, ULONG attributes,
                 struct cm_request *request, struct cm_node **node)
{
    struct walk walk = {.node = start, .rest = *path};
    NTSTATUS status = start->is_deleted ? STATUS_KEY_DELETED : STATUS_SUCCESS;
    UNICODE_STRING component;

    if (path->Length % sizeof(WCHAR))
        status = STATUS_OBJECT_NAME_INVALID;
    while (NT_SUCCESS(status)) {
        /* A new link is not followed: its maker has to give it its value. */
        BOOLEAN is_new = request && request->disposition == REG_CREATED_NEW_KEY;

        if (walk.node->is_link && !is_new && (walk.rest.Length || !(attributes & OBJ_OPENLINK)))
            status = follow_link(&walk);
        else if (cm_next_component(&walk.rest, &component))
            status = step(&walk, &component, request);
        else
            break;
    }
    if (walk.substituted)
        ExFreePoolWithTag(walk.substituted, EX_TAG_REGISTRY);
    *node = walk.node;
    return status;
}

NTSTATUS cm_make_key(struct cm_node *node, PVOID *key)
{
    struct cm_key *body;
    NTSTATUS status = ob_create(&ob_type_key, sizeof(*body), key);

    if (!NT_SUCCESS(status))
        return status;
    body = *key;
    body->node = node;
    InitializeListHead(&body->contexts);
    cm_node_reference(node);
    return STATUS_SUCCESS;
}

NTSTATUS cm_parse(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access, ULONG attributes,
                  KPROCESSOR_MODE mode, PVOID parse_context, PVOID *found)
{
    struct cm_node *node;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(access);
    UNREFERENCED_PARAMETER(mode);
    ExAcquireFastMutex(&cm_system.lock);
    status = cm_walk(((struct cm_key *)object)->node, rest, attributes, parse_context, &node);
    if (NT_SUCCESS(status))
        status = cm_make_key(node, found);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS cm_reference_key(HANDLE handle, ACCESS_MASK access, struct cm_key **key)
{
    return ob_reference_handle(handle, access, &ob_type_key, ke_current()->previous_mode,
                               (PVOID *)key, NULL);
}
