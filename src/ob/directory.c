/*
 * Directory objects: names hashed into buckets, and going through them.
 */
#include "ob_private.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

VOID ob_directory_initialize(PVOID directory)
{
    struct ob_directory *body = directory;
    ULONG i;

    for (i = 0; i < OB_DIRECTORY_BUCKETS; i++)
        InitializeListHead(&body->buckets[i]);
}

static ULONG hash_name(PCUNICODE_STRING name)
{
    ULONG hash = 2166136261u;
    USHORT i;

    for (i = 0; i < name->Length / sizeof(WCHAR); i++)
        hash = (hash ^ RtlUpcaseUnicodeChar(name->Buffer[i])) * 16777619u;
    return hash;
}

struct ob_name *ob_directory_find(PVOID directory, PCUNICODE_STRING name)
{
    struct ob_directory *body = directory;
    ULONG hash = hash_name(name);
    PLIST_ENTRY bucket = &body->buckets[hash % OB_DIRECTORY_BUCKETS];
    PLIST_ENTRY link;

    for (link = bucket->Flink; link != bucket; link = link->Flink) {
        struct ob_name *entry = CONTAINING_RECORD(link, struct ob_name, link);

        if (entry->hash == hash && rtl_equal_no_case(&entry->name, name))
            return entry;
    }
    return NULL;
}

VOID ob_directory_link(PVOID directory, struct ob_name *name)
{
    struct ob_directory *body = directory;

    name->directory = directory;
    name->hash = hash_name(&name->name);
    name->is_linked = TRUE;
    ObfReferenceObject(directory);
    ObfReferenceObject(name->object);
    InsertTailList(&body->buckets[name->hash % OB_DIRECTORY_BUCKETS], &name->link);
}

VOID ob_directory_unlink(struct ob_name *name)
{
    name->is_linked = FALSE;
    RemoveEntryList(&name->link);
}

struct ob_name *ob_directory_next(PVOID directory, struct ob_name *previous)
{
    struct ob_directory *body = directory;
    ULONG bucket = previous ? previous->hash % OB_DIRECTORY_BUCKETS : 0;
    PLIST_ENTRY link = previous ? previous->link.Flink : body->buckets[0].Flink;

    while (link == &body->buckets[bucket]) {
        if (++bucket == OB_DIRECTORY_BUCKETS)
            return NULL;
        link = body->buckets[bucket].Flink;
    }
    return CONTAINING_RECORD(link, struct ob_name, link);
}

static NTSTATUS open_existing_directory(PCUNICODE_STRING name)
{
    PVOID directory;
    NTSTATUS status = ob_lookup(NULL, name, OBJ_CASE_INSENSITIVE, &ob_type_directory, 0, KernelMode,
                                NULL, &directory);

    if (NT_SUCCESS(status))
        ObfDereferenceObject(directory);
    return status;
}

NTSTATUS ob_create_directory(PCUNICODE_STRING name)
{
    PVOID directory;
    NTSTATUS status = ob_create(&ob_type_directory, sizeof(struct ob_directory), &directory);

    if (!NT_SUCCESS(status))
        return status;
    ob_directory_initialize(directory);
    status = ob_insert_name(directory, name);
    ObfDereferenceObject(directory);
    return status == STATUS_OBJECT_NAME_COLLISION ? open_existing_directory(name) : status;
}

static PVOID reference_first(PVOID directory)
{
    struct ob_name *name;
    PVOID object = NULL;

    ExAcquireFastMutex(&ob_system.names);
    name = ob_directory_next(directory, NULL);
    if (name) {
        object = name->object;
        ObfReferenceObject(object);
    }
    ExReleaseFastMutex(&ob_system.names);
    return object;
}

VOID ob_remove_all_names(PVOID directory)
{
    PVOID object;

    while ((object = reference_first(directory))) {
        if (ob_type_of(object) == &ob_type_directory)
            ob_remove_all_names(object);
        ob_remove_name(object);
        ObfDereferenceObject(object);
    }
}

struct visitor {
    VOID(*visit)
    (PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type, ULONG depth, PVOID context);
    PVOID context;
};

/* The directory's objects, each referenced, in pool; NULL if there are none (or no memory). */
static PVOID *snapshot(PVOID directory, ULONG *count)
{
    struct ob_name *name;
    PVOID *objects = NULL;
    ULONG found = 0;

    *count = 0;
    ExAcquireFastMutex(&ob_system.names);
    for (name = ob_directory_next(directory, NULL); name; name = ob_directory_next(directory, name))
        found++;
    if (found)
        objects = ExAllocatePoolWithTag(NonPagedPoolNx, found * sizeof(*objects), EX_TAG_NAME);
    for (name = ob_directory_next(directory, NULL); objects && name;
         name = ob_directory_next(directory, name)) {
        objects[(*count)++] = name->object;
        ObfReferenceObject(name->object);
    }
    ExReleaseFastMutex(&ob_system.names);
    return objects;
}

static VOID sort_by_name(PVOID *objects, ULONG count)
{
    ULONG i, j;

    for (i = 1; i < count; i++) {
        PVOID moving = objects[i];
        PCUNICODE_STRING name = &ob_header(moving)->name->name;

        for (j = i;
             j && RtlCompareUnicodeString(&ob_header(objects[j - 1])->name->name, name, TRUE) > 0;
             j--)
            objects[j] = objects[j - 1];
        objects[j] = moving;
    }
}

static VOID enumerate(PVOID directory, ULONG depth, const struct visitor *visitor)
{
    ULONG count, i;
    PVOID *objects = snapshot(directory, &count);

    if (!objects)
        return;
    sort_by_name(objects, count);
    for (i = 0; i < count; i++) {
        struct _OBJECT_TYPE *type = ob_type_of(objects[i]);

        visitor->visit(&ob_header(objects[i])->name->name, objects[i], type, depth,
                       visitor->context);
        if (type == &ob_type_directory)
            enumerate(objects[i], depth + 1, visitor);
        ObfDereferenceObject(objects[i]);
    }
    ExFreePoolWithTag(objects, EX_TAG_NAME);
}

VOID ob_enumerate(VOID (*visit)(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type,
                                ULONG depth, PVOID context),
                  PVOID context)
{
    struct visitor visitor = {visit, context};

    enumerate(ob_system.root, 0, &visitor);
}
