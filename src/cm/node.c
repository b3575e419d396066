/*
 * The tree of keys in memory, and their values.
 */
#include "cm_private.h"

#include "../ex/ex.h"

static VOID free_memory(PVOID memory)
{
    if (memory)
        ExFreePoolWithTag(memory, EX_TAG_REGISTRY);
}

static NTSTATUS copy_string(PCUNICODE_STRING from, PUNICODE_STRING to)
{
    RtlInitUnicodeString(to, NULL);
    if (!from->Length)
        return STATUS_SUCCESS;
    to->Buffer = ExAllocatePoolWithTag(PagedPool, from->Length, EX_TAG_REGISTRY);
    if (!to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    to->Length = to->MaximumLength = from->Length;
    memcpy(to->Buffer, from->Buffer, from->Length);
    return STATUS_SUCCESS;
}

/* Makes room for one more element of size bytes each, doubling. */
static NTSTATUS grow(PVOID *array, ULONG count, PULONG room, SIZE_T size)
{
    ULONG wanted = *room ? *room * 2 : 4;
    PVOID grown;

    if (count < *room)
        return STATUS_SUCCESS;
    grown = ExAllocatePoolWithTag(PagedPool, wanted * size, EX_TAG_REGISTRY);
    if (!grown)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (count)
        memcpy(grown, *array, count * size);
    free_memory(*array);
    *array = grown;
    *room = wanted;
    return STATUS_SUCCESS;
}

/* The index at which name is, or would be. */
static ULONG position(struct cm_node *parent, PCUNICODE_STRING name, PBOOLEAN is_there)
{
    ULONG low = 0, high = parent->child_count;

    *is_there = FALSE;
    while (low < high) {
        ULONG middle = low + (high - low) / 2;
        LONG order = RtlCompareUnicodeString(name, &parent->children[middle]->name, TRUE);

        if (!order) {
            *is_there = TRUE;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct cm_node *cm_node_find(struct cm_node *parent, PCUNICODE_STRING name)
{
    BOOLEAN is_there;
    ULONG at = position(parent, name, &is_there);

    return is_there ? parent->children[at] : NULL;
}

static NTSTATUS link(struct cm_node *parent, struct cm_node *node)
{
    BOOLEAN is_there;
    ULONG at = position(parent, &node->name, &is_there);
    NTSTATUS status = grow((PVOID *)&parent->children, parent->child_count, &parent->child_room,
                           sizeof(*parent->children));

    if (!NT_SUCCESS(status))
        return status;
    memmove(parent->children + at + 1, parent->children + at,
            (parent->child_count - at) * sizeof(*parent->children));
    parent->children[at] = node;
    parent->child_count++;
    node->parent = parent;
    KeQuerySystemTime(&parent->written);
    return STATUS_SUCCESS;
}

NTSTATUS cm_node_create(struct cm_node *parent, PCUNICODE_STRING name, struct cm_node **node)
{
    struct cm_node *made;
    NTSTATUS status;

    if (parent && parent->depth == CM_MAX_DEPTH)
        return STATUS_NAME_TOO_LONG;
    made = ExAllocatePoolWithTag(PagedPool, sizeof(*made), EX_TAG_REGISTRY);
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(made, 0, sizeof(*made));
    made->references = 1;
    made->depth = parent ? parent->depth + 1 : 0;
    KeQuerySystemTime(&made->written);
    status = copy_string(name, &made->name);
    if (NT_SUCCESS(status) && parent)
        status = link(parent, made);
    if (!NT_SUCCESS(status)) {
        cm_node_dereference(made);
        return status;
    }
    *node = made;
    return STATUS_SUCCESS;
}

VOID cm_node_reference(struct cm_node *node)
{
    node->references++;
}

VOID cm_node_dereference(struct cm_node *node)
{
    if (--node->references)
        return;
    while (node->value_count)
        cm_value_delete(node, &node->values[node->value_count - 1]);
    free_memory(node->values);
    free_memory(node->children);
    free_memory(node->class_name.Buffer);
    free_memory(node->name.Buffer);
    free_memory(node);
}

VOID cm_node_unlink(struct cm_node *node)
{
    struct cm_node *parent = node->parent;
    BOOLEAN is_there;
    ULONG at;

    node->is_deleted = TRUE;
    if (parent) {
        at = position(parent, &node->name, &is_there);
        parent->child_count--;
        memmove(parent->children + at, parent->children + at + 1,
                (parent->child_count - at) * sizeof(*parent->children));
        KeQuerySystemTime(&parent->written);
        node->parent = NULL;
    }
    cm_node_dereference(node);
}

VOID cm_node_unlink_tree(struct cm_node *node)
{
    while (node->child_count)
        cm_node_unlink_tree(node->children[node->child_count - 1]);
    cm_node_unlink(node);
}

NTSTATUS cm_node_set_class(struct cm_node *node, PCUNICODE_STRING class_name)
{
    free_memory(node->class_name.Buffer);
    return copy_string(class_name, &node->class_name);
}

NTSTATUS cm_node_path(struct cm_node *node, PWSTR text, ULONG *bytes)
{
    struct cm_node *at;
    ULONG room = *bytes, end = 0;

    if (node->is_deleted)
        return STATUS_KEY_DELETED;
    for (at = node; at; at = at->parent)
        end += sizeof(WCHAR) + at->name.Length;
    *bytes = end;
    /* From the last component back to the first; what lies past the room is left out. */
    for (at = node; at; at = at->parent) {
        ULONG start = end - at->name.Length;

        if (start < room)
            memcpy((PUCHAR)text + start, at->name.Buffer, min(at->name.Length, room - start));
        end = start - sizeof(WCHAR);
        if (end + sizeof(WCHAR) <= room)
            text[end / sizeof(WCHAR)] = L'\\';
    }
    return STATUS_SUCCESS;
}

UNICODE_STRING cm_trim_name(PCUNICODE_STRING name)
{
    UNICODE_STRING trimmed = *name;

    while (trimmed.Length && !trimmed.Buffer[trimmed.Length / sizeof(WCHAR) - 1])
        trimmed.Length -= sizeof(WCHAR);
    return trimmed;
}

struct cm_value *cm_value_find(struct cm_node *node, PCUNICODE_STRING name)
{
    ULONG i;

    for (i = 0; i < node->value_count; i++)
        if (RtlEqualUnicodeString(&node->values[i].name, name, TRUE))
            return &node->values[i];
    return NULL;
}

static NTSTATUS add_value(struct cm_node *node, PCUNICODE_STRING name, struct cm_value **value)
{
    struct cm_value *added;
    NTSTATUS status =
        grow((PVOID *)&node->values, node->value_count, &node->value_room, sizeof(*node->values));

    if (!NT_SUCCESS(status))
        return status;
    added = &node->values[node->value_count];
    memset(added, 0, sizeof(*added));
    status = copy_string(name, &added->name);
    if (!NT_SUCCESS(status))
        return status;
    node->value_count++;
    *value = added;
    return STATUS_SUCCESS;
}

NTSTATUS cm_value_set(struct cm_node *node, PCUNICODE_STRING name, ULONG type, const VOID *data,
                      ULONG bytes)
{
    struct cm_value *value = cm_value_find(node, name);
    PUCHAR copy = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (bytes) {
        copy = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_REGISTRY);
        if (!copy)
            return STATUS_INSUFFICIENT_RESOURCES;
        memcpy(copy, data, bytes);
    }
    if (!value)
        status = add_value(node, name, &value);
    if (!NT_SUCCESS(status)) {
        free_memory(copy);
        return status;
    }
    free_memory(value->data);
    value->data = copy;
    value->bytes = bytes;
    value->type = type;
    KeQuerySystemTime(&node->written);
    return STATUS_SUCCESS;
}

VOID cm_value_delete(struct cm_node *node, struct cm_value *value)
{
    struct cm_value *end = node->values + node->value_count;

    free_memory(value->name.Buffer);
    free_memory(value->data);
    memmove(value, value + 1, (PUCHAR)end - (PUCHAR)(value + 1));
    node->value_count--;
    KeQuerySystemTime(&node->written);
}
