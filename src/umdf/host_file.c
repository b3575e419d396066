/*
 * Files that programs have opened through a stack: the host's own file objects for them, by the
 * kernel's numbers.
 */
#include "host.h"
#include "../io/io.h"

struct host_file {
    LIST_ENTRY link;
    ULONG number;
    PFILE_OBJECT object;
};

/* The lock is held. */
static struct host_file *find(struct host_stack *stack, ULONG number)
{
    PLIST_ENTRY list = &stack->files[number % HOST_FILE_LISTS], entry;

    for (entry = list->Flink; entry != list; entry = entry->Flink) {
        struct host_file *file = CONTAINING_RECORD(entry, struct host_file, link);

        if (file->number == number)
            return file;
    }
    return NULL;
}

PFILE_OBJECT host_find_file(struct host_stack *stack, ULONG number)
{
    struct host_file *file;
    PFILE_OBJECT object;
    KIRQL irql;

    KeAcquireSpinLock(&stack->file_lock, &irql);
    file = number ? find(stack, number) : NULL;
    object = file ? file->object : NULL;
    if (object)
        ObReferenceObject(object);
    KeReleaseSpinLock(&stack->file_lock, irql);
    return object;
}

NTSTATUS host_make_file(struct host_stack *stack, ULONG number, PCUNICODE_STRING name, ULONG flags,
                        ULONG related, PFILE_OBJECT *object)
{
    struct host_file *file = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*file), HOST_TAG);
    NTSTATUS status;
    KIRQL irql;

    if (!file)
        return STATUS_INSUFFICIENT_RESOURCES;
    file->number = number;
    status = io_make_mute_file(stack->pdo, name, flags, &file->object);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(file, HOST_TAG);
        return status;
    }
    file->object->RelatedFileObject = host_find_file(stack, related); /* or NULL */
    ObReferenceObject(file->object);
    *object = file->object;
    KeAcquireSpinLock(&stack->file_lock, &irql);
    InsertHeadList(&stack->files[number % HOST_FILE_LISTS], &file->link);
    KeReleaseSpinLock(&stack->file_lock, irql);
    return STATUS_SUCCESS;
}

static VOID free_file(struct host_file *file)
{
    ObDereferenceObject(file->object);
    ExFreePoolWithTag(file, HOST_TAG);
}

VOID host_drop_file(struct host_stack *stack, ULONG number)
{
    struct host_file *file;
    KIRQL irql;

    KeAcquireSpinLock(&stack->file_lock, &irql);
    file = find(stack, number);
    if (file)
        RemoveEntryList(&file->link);
    KeReleaseSpinLock(&stack->file_lock, irql);
    if (file)
        free_file(file);
}

VOID host_drop_all_files(struct host_stack *stack)
{
    ULONG i;

    for (i = 0; i < HOST_FILE_LISTS; i++) {
        while (!IsListEmpty(&stack->files[i]))
            free_file(CONTAINING_RECORD(RemoveHeadList(&stack->files[i]), struct host_file, link));
    }
}
