/*
 * The name space: following names, giving them and taking them away.
 *
 * Names compare without regard to case whatever OBJ_CASE_INSENSITIVE says, as
 * on Windows with its default of obcaseinsensitive=1.
 */
#include "ob_private.h"

#include "../ex/ex.h"

/* So many symbolic links are followed in one name; more are taken for a loop. */
#define OB_REPARSE_LIMIT 32

/* Where following a name has come to. */
struct walk {
    PVOID object;        /* referenced */
    UNICODE_STRING rest; /* still to follow: empty, or from the '\' on (from a root: without one) */
    PWSTR substituted;   /* the text that rest lies in once a link was followed, in pool */
    ULONG reparses;
};

static VOID walk_to(struct walk *walk, PVOID object)
{
    PVOID previous = walk->object;

    walk->object = object;
    if (previous)
        ObfDereferenceObject(previous);
}

static NTSTATUS walk_begin(struct walk *walk, PVOID root, PCUNICODE_STRING name)
{
    BOOLEAN is_absolute = name->Length && name->Buffer[0] == L'\\';

    if (name->Length % sizeof(WCHAR))
        return STATUS_OBJECT_NAME_INVALID;
    if (root ? is_absolute : !is_absolute)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (!root)
        root = ob_system.root;
    ObfReferenceObject(root);
    walk_to(walk, root);
    walk->rest = *name;
    /* "\" alone is the root directory itself. */
    if (name->Length == sizeof(WCHAR) && is_absolute)
        walk->rest.Length = 0;
    return STATUS_SUCCESS;
}

static VOID walk_end(struct walk *walk)
{
    if (walk->object)
        ObfDereferenceObject(walk->object);
    if (walk->substituted)
        ExFreePoolWithTag(walk->substituted, EX_TAG_NAME);
}

static VOID skip(PUNICODE_STRING text, USHORT bytes)
{
    text->Buffer += bytes / sizeof(WCHAR);
    text->Length -= bytes;
    text->MaximumLength = text->Length;
}

/* Takes the first component off rest. */
static NTSTATUS next_component(PUNICODE_STRING rest, PUNICODE_STRING component)
{
    USHORT length = 0;

    if (rest->Length && rest->Buffer[0] == L'\\')
        skip(rest, sizeof(WCHAR));
    while (length < rest->Length && rest->Buffer[length / sizeof(WCHAR)] != L'\\')
        length += sizeof(WCHAR);
    *component = *rest;
    component->Length = component->MaximumLength = length;
    skip(rest, length);
    return length ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

static NTSTATUS walk_into_directory(struct walk *walk)
{
    UNICODE_STRING component;
    struct ob_name *entry;
    PVOID object = NULL;
    NTSTATUS status = next_component(&walk->rest, &component);

    if (!NT_SUCCESS(status))
        return status;
    ExAcquireFastMutex(&ob_system.names);
    entry = ob_directory_find(walk->object, &component);
    if (entry) {
        object = entry->object;
        ObfReferenceObject(object);
    }
    ExReleaseFastMutex(&ob_system.names);
    if (!object)
        return walk->rest.Length ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND;
    walk_to(walk, object);
    return STATUS_SUCCESS;
}

static NTSTATUS walk_through_link(struct walk *walk, ULONG attributes)
{
    UNICODE_STRING name;
    NTSTATUS status;

    if (attributes & OBJ_DONT_REPARSE)
        return STATUS_REPARSE_POINT_ENCOUNTERED;
    if (++walk->reparses > OB_REPARSE_LIMIT)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = ob_symbolic_link_substitute(walk->object, &walk->rest, &name);
    if (!NT_SUCCESS(status))
        return status;
    if (walk->substituted)
        ExFreePoolWithTag(walk->substituted, EX_TAG_NAME);
    walk->substituted = name.Buffer;
    return walk_begin(walk, NULL, &name);
}

static BOOLEAN has_arrived(const struct walk *walk, struct _OBJECT_TYPE *wanted, ULONG attributes)
{
    struct _OBJECT_TYPE *type = ob_type_of(walk->object);

    if (walk->rest.Length)
        return FALSE;
    if (type == &ob_type_symbolic_link)
        return wanted == type || (attributes & OBJ_OPENLINK);
    return !wanted || wanted == type;
}

/* Follows the name as far as directories and links lead. */
static NTSTATUS walk_on(struct walk *walk, struct _OBJECT_TYPE *wanted, ULONG attributes)
{
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && !has_arrived(walk, wanted, attributes)) {
        struct _OBJECT_TYPE *type = ob_type_of(walk->object);

        if (type == &ob_type_symbolic_link)
            status = walk_through_link(walk, attributes);
        else if (type == &ob_type_directory && walk->rest.Length)
            status = walk_into_directory(walk);
        else
            break;
    }
    return status;
}

NTSTATUS ob_lookup(PVOID root, PCUNICODE_STRING name, ULONG attributes, struct _OBJECT_TYPE *type,
                   ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context, PVOID *object)
{
    struct walk walk = {0};
    struct _OBJECT_TYPE *reached;
    NTSTATUS status;

    *object = NULL;
    status = walk_begin(&walk, root, name);
    if (NT_SUCCESS(status))
        status = walk_on(&walk, type, attributes);
    if (!NT_SUCCESS(status))
        goto out;
    reached = ob_type_of(walk.object);
    if (has_arrived(&walk, type, attributes)) {
        *object = walk.object;
        walk.object = NULL;
    } else if (reached->parse && (!type || !reached->parses_to || type == reached->parses_to)) {
        status = reached->parse(walk.object, &walk.rest, access, attributes, mode, parse_context,
                                object);
    } else {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
out:
    walk_end(&walk);
    return status;
}

static struct ob_name *allocate_name(PVOID object, PCUNICODE_STRING directory,
                                     PCUNICODE_STRING leaf)
{
    /* The root's path ends with the separator, others' do not. */
    BOOLEAN is_root = directory->Length == sizeof(WCHAR);
    SIZE_T bytes = directory->Length + (is_root ? 0 : sizeof(WCHAR)) + leaf->Length;
    struct ob_name *name;
    PWSTR text;

    if (bytes > MAXUSHORT - sizeof(WCHAR))
        return NULL;
    name = ExAllocatePoolWithTag(NonPagedPool, sizeof(*name) + bytes + sizeof(WCHAR), EX_TAG_NAME);
    if (!name)
        return NULL;
    memset(name, 0, sizeof(*name));
    name->object = object;
    text = (PWSTR)(name + 1);
    name->path = (UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), text};
    memcpy(text, directory->Buffer, directory->Length);
    text += directory->Length / sizeof(WCHAR);
    if (!is_root)
        *text++ = L'\\';
    memcpy(text, leaf->Buffer, leaf->Length);
    text[leaf->Length / sizeof(WCHAR)] = 0;
    name->name = (UNICODE_STRING){leaf->Length, leaf->Length + sizeof(WCHAR), text};
    return name;
}

/* Splits "\a\b" into "\a" and "b", "b" into "" and "b". */
static NTSTATUS split(PCUNICODE_STRING name, PUNICODE_STRING parent, PUNICODE_STRING leaf)
{
    USHORT at = name->Length / sizeof(WCHAR);

    if (name->Length % sizeof(WCHAR))
        return STATUS_OBJECT_NAME_INVALID;
    while (at && name->Buffer[at - 1] != L'\\')
        at--;
    *parent = *leaf = *name;
    skip(leaf, at * sizeof(WCHAR));
    if (!leaf->Length)
        return STATUS_OBJECT_NAME_INVALID;
    parent->Length = at > 1 ? (at - 1) * sizeof(WCHAR) : at * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

static NTSTATUS open_parent(PVOID root, PCUNICODE_STRING parent, PVOID *directory)
{
    struct walk walk = {0};
    NTSTATUS status = walk_begin(&walk, root, parent);

    if (NT_SUCCESS(status))
        status = walk_on(&walk, &ob_type_directory, 0);
    if (NT_SUCCESS(status) && !has_arrived(&walk, &ob_type_directory, 0))
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = STATUS_OBJECT_PATH_NOT_FOUND;
    if (NT_SUCCESS(status)) {
        *directory = walk.object;
        walk.object = NULL;
    }
    walk_end(&walk);
    return status;
}

static PCUNICODE_STRING directory_path(PVOID directory)
{
    static const UNICODE_STRING root = RTL_CONSTANT_STRING(L"\\");
    struct ob_name *name = ob_header(directory)->name;

    return name ? &name->path : &root;
}

/* Links a name that was allocated; the memory stays the caller's on failure. */
static NTSTATUS publish(PVOID object, PVOID directory, struct ob_name *name,
                        struct ob_name **previous)
{
    struct ob_header *header = ob_header(object);
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireFastMutex(&ob_system.names);
    if (header->name && header->name->is_linked) {
        status = STATUS_INVALID_PARAMETER;
    } else if (ob_directory_find(directory, &name->name)) {
        status = STATUS_OBJECT_NAME_COLLISION;
    } else {
        *previous = header->name;
        header->name = name;
        ob_directory_link(directory, name);
    }
    ExReleaseFastMutex(&ob_system.names);
    return status;
}

NTSTATUS ob_insert_below(PVOID object, PVOID root, PCUNICODE_STRING path, BOOLEAN is_permanent)
{
    UNICODE_STRING parent, leaf;
    PVOID directory;
    struct ob_name *name, *previous = NULL;
    NTSTATUS status = split(path, &parent, &leaf);

    if (!NT_SUCCESS(status))
        return status;
    status = open_parent(root, &parent, &directory);
    if (!NT_SUCCESS(status))
        return status;
    name = allocate_name(object, directory_path(directory), &leaf);
    if (!name) {
        ObfDereferenceObject(directory);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    name->is_permanent = is_permanent;
    status = publish(object, directory, name, &previous);
    if (!NT_SUCCESS(status))
        ob_free_name(name);
    if (previous)
        ob_free_name(previous);
    ObfDereferenceObject(directory);
    return status;
}

NTSTATUS ob_insert_name(PVOID object, PCUNICODE_STRING name)
{
    return ob_insert_below(object, NULL, name, TRUE);
}

/* Unlinks and gives the name's references back, after the lock. */
static VOID remove_name(PVOID object, BOOLEAN only_if_unused)
{
    struct ob_header *header = ob_header(object);
    PVOID directory = NULL;

    ExAcquireFastMutex(&ob_system.names);
    if (header->name && header->name->is_linked &&
        !(only_if_unused && (header->name->is_permanent || ob_handle_count(object)))) {
        directory = header->name->directory;
        ob_directory_unlink(header->name);
    }
    ExReleaseFastMutex(&ob_system.names);
    if (directory) {
        ObfDereferenceObject(directory);
        ObfDereferenceObject(object);
    }
}

VOID ob_remove_name(PVOID object)
{
    if (ob_header(object)->name)
        remove_name(object, FALSE);
}

VOID ob_handles_gone(PVOID object)
{
    if (ob_header(object)->name)
        remove_name(object, TRUE);
}

VOID ob_set_permanence(PVOID object, BOOLEAN is_permanent)
{
    struct ob_header *header = ob_header(object);

    if (!header->name)
        return;
    ExAcquireFastMutex(&ob_system.names);
    header->name->is_permanent = is_permanent;
    ExReleaseFastMutex(&ob_system.names);
    remove_name(object, TRUE);
}

VOID NTAPI ObMakeTemporaryObject(PVOID Object)
{
    ob_set_permanence(Object, FALSE);
}

VOID ob_free_name(struct ob_name *name)
{
    ExFreePoolWithTag(name, EX_TAG_NAME);
}

NTSTATUS ob_query_name(PVOID object, PUNICODE_STRING name)
{
    struct ob_header *header = ob_header(object);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    RtlInitUnicodeString(name, NULL);
    if (object == ob_system.root) {
        *name = *directory_path(object);
        return STATUS_SUCCESS;
    }
    if (!header->name)
        return status;
    ExAcquireFastMutex(&ob_system.names);
    if (header->name->is_linked) {
        *name = header->name->path;
        status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&ob_system.names);
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG Attributes,
                                       PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
                                       POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                       PVOID ParseContext, PVOID *Object)
{
    if (PassedAccessState)
        DesiredAccess |= PassedAccessState->RemainingDesiredAccess;
    return ob_open_by_name(ObjectName, Attributes, ObjectType, DesiredAccess, AccessMode,
                           ParseContext, Object);
}
