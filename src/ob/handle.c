/*
 * Handle tables: a number of a process's to a referenced object.
 *
 * Entries lie in blocks that double in size, are published once and stay where
 * they are, so that a look-up needs no lock of the table. Nor does it write to
 * the entry, whose neighbours other threads use: it says in its thread which
 * entry it reads (KTHREAD.handle_read), and who frees that entry waits for it.
 */
#include "handle.h"

#include "../ex/ex.h"

#define OB_FIRST_BLOCK 64u /* entries of block 0, a power of two; block n has that << n */
#define OB_BLOCKS 18
#define OB_MAX_HANDLES (OB_FIRST_BLOCK * ((1u << OB_BLOCKS) - 1))

/* In ob_handle_entry.object: whoever set the bit owns the entry until it stores a value without. */
#define OB_ENTRY_LOCKED 1ull

struct ob_handle_entry {
    ULONG64 object;   /* 0: free; else the object's address and OB_ENTRY_LOCKED; atomic */
    ULONG granted;    /* fixed while it is used; of a free entry: the next free index + 1 */
    ULONG attributes; /* OBJ_INHERIT, OBJ_PROTECT_CLOSE; written under the lock bit, atomic */
};

struct ob_handle_table {
    KSPIN_LOCK lock;  /* guards what follows, the blocks' publication included */
    ULONG first_free; /* index + 1 of the first entry that was used and is free; 0: none */
    ULONG used;       /* entries at and above were never used */
    struct ob_handle_entry *blocks[OB_BLOCKS]; /* atomic: read without the lock */
};

/*
 * TRUE: who frees an entry makes all threads pass a fence (hal_barrier), so that readers
 * need none between saying what they read and reading it. Set before the first handle.
 */
static BOOLEAN closers_fence;

VOID ob_handle_start(VOID)
{
    closers_fence = hal_barrier() == HAL_OK;
}

struct ob_handle_table *ob_handle_table_create(VOID)
{
    struct ob_handle_table *table;

    table = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*table), EX_TAG_HANDLE);
    if (!table)
        return NULL;
    memset(table, 0, sizeof(*table));
    KeInitializeSpinLock(&table->lock);
    return table;
}

static ULONG block_of(ULONG index)
{
    return __builtin_clz(OB_FIRST_BLOCK) - __builtin_clz(index + OB_FIRST_BLOCK);
}

static struct ob_handle_entry *entry_at(struct ob_handle_table *table, ULONG index)
{
    ULONG block;
    struct ob_handle_entry *entries;

    if (index >= OB_MAX_HANDLES)
        return NULL;
    block = block_of(index);
    /* Acquire pairs with add_block: the entries are seen zeroed. */
    entries = __atomic_load_n(&table->blocks[block], __ATOMIC_ACQUIRE);
    return entries ? entries + (index + OB_FIRST_BLOCK - (OB_FIRST_BLOCK << block)) : NULL;
}

/* Returns the object's address, or 0 if the entry is free. */
static ULONG64 lock_entry(struct ob_handle_entry *entry)
{
    ULONG64 object = __atomic_load_n(&entry->object, __ATOMIC_RELAXED);
    ULONG spins = 0;

    while (object) {
        /* Acquire pairs with unlock_entry: granted and attributes are the last owner's. */
        if (!(object & OB_ENTRY_LOCKED)) {
            if (__atomic_compare_exchange_n(&entry->object, &object, object | OB_ENTRY_LOCKED, TRUE,
                                            __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return object;
            continue;
        }
        if (++spins % 64 == 0)
            hal_yield();
        else
            YieldProcessor();
        object = __atomic_load_n(&entry->object, __ATOMIC_RELAXED);
    }
    return 0;
}

/* object 0 frees the entry. */
static VOID unlock_entry(struct ob_handle_entry *entry, ULONG64 object)
{
    __atomic_store_n(&entry->object, object, __ATOMIC_RELEASE);
}

/* A reader's look at an entry. FALSE: it needs the lock, somebody else has it or will free it. */
static BOOLEAN begin_reading(PKTHREAD thread, struct ob_handle_entry *entry, ULONG64 *object)
{
    __atomic_store_n(&thread->handle_read, entry, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    /* Acquire pairs with unlock_entry: granted and attributes are this handle's. */
    *object = __atomic_load_n(&entry->object, __ATOMIC_ACQUIRE);
    return !(*object & OB_ENTRY_LOCKED);
}

static VOID end_reading(PKTHREAD thread)
{
    /* Release pairs with find_reader: the reading is done. */
    __atomic_store_n(&thread->handle_read, NULL, __ATOMIC_RELEASE);
}

struct reader_search {
    struct ob_handle_entry *entry;
    BOOLEAN is_found;
};

static VOID find_reader(PKTHREAD thread, PVOID context)
{
    struct reader_search *search = context;

    search->is_found |= __atomic_load_n(&thread->handle_read, __ATOMIC_ACQUIRE) == search->entry;
}

/*
 * The entry is locked: waits for those who began to read it before it was. A reader whose
 * handle_read the fence did not make visible reads the entry after the fence, and finds it
 * locked.
 */
static VOID wait_for_readers(PKPROCESS process, struct ob_handle_entry *entry)
{
    struct reader_search search = {.entry = entry, .is_found = closers_fence};

    if (closers_fence)
        hal_barrier();
    while (search.is_found) {
        search.is_found = FALSE;
        ke_for_each_thread(process, find_reader, &search);
        if (search.is_found)
            hal_yield();
    }
}

static ULONG take_index(struct ob_handle_table *table)
{
    ULONG index = table->first_free;

    if (index) {
        table->first_free = entry_at(table, index - 1)->granted;
        return index - 1;
    }
    if (table->used < OB_MAX_HANDLES && table->blocks[block_of(table->used)])
        return table->used++;
    return MAXULONG;
}

/* Makes the block that the next entry would lie in; the table is not locked. */
static NTSTATUS add_block(struct ob_handle_table *table)
{
    ULONG block;
    SIZE_T bytes;
    struct ob_handle_entry *entries;
    KIRQL irql;

    block = block_of(__atomic_load_n(&table->used, __ATOMIC_RELAXED));
    if (block >= OB_BLOCKS)
        return STATUS_INSUFFICIENT_RESOURCES;
    bytes = sizeof(*entries) * (OB_FIRST_BLOCK << block);
    entries = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, EX_TAG_HANDLE);
    if (!entries)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(entries, 0, bytes);
    KeAcquireSpinLock(&table->lock, &irql);
    if (!table->blocks[block]) {
        __atomic_store_n(&table->blocks[block], entries, __ATOMIC_RELEASE);
        entries = NULL;
    }
    KeReleaseSpinLock(&table->lock, irql);
    if (entries)
        ExFreePoolWithTag(entries, EX_TAG_HANDLE);
    return STATUS_SUCCESS;
}

static NTSTATUS allocate_entry(struct ob_handle_table *table, ULONG *index)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    for (;;) {
        KeAcquireSpinLock(&table->lock, &irql);
        *index = take_index(table);
        KeReleaseSpinLock(&table->lock, irql);
        if (*index != MAXULONG || !NT_SUCCESS(status))
            return status;
        status = add_block(table);
    }
}

static VOID free_entry(struct ob_handle_table *table, ULONG index)
{
    KIRQL irql;

    KeAcquireSpinLock(&table->lock, &irql);
    entry_at(table, index)->granted = table->first_free;
    table->first_free = index + 1;
    KeReleaseSpinLock(&table->lock, irql);
}

static HANDLE handle_of(ULONG index, BOOLEAN is_kernel)
{
    ULONG64 value = ((ULONG64)index + 1) * OB_HANDLE_STEP;

    return (HANDLE)(is_kernel ? value | OB_KERNEL_HANDLE : value);
}

NTSTATUS ob_handle_place(HANDLE handle, PKPROCESS process, KPROCESSOR_MODE mode,
                         struct ob_handle_place *place)
{
    ULONG64 value = (ULONG64)handle;

    if ((LONG64)value < 0) {
        if (mode != KernelMode || (value & OB_KERNEL_HANDLE) != OB_KERNEL_HANDLE)
            return STATUS_INVALID_HANDLE;
        value &= ~OB_KERNEL_HANDLE;
        process = ke_system_process();
    }
    /* Handle 0 wraps to an index that is out of range. */
    value = value / OB_HANDLE_STEP - 1;
    if (value >= OB_MAX_HANDLES || !process || !process->handles)
        return STATUS_INVALID_HANDLE;
    place->process = process;
    place->index = (ULONG)value;
    return STATUS_SUCCESS;
}

static NTSTATUS reference_special(HANDLE handle, PVOID *object)
{
    PKTHREAD thread = ke_current();

    *object = handle == NtCurrentProcess() ? (PVOID)thread->process : (PVOID)thread;
    ObfReferenceObject(*object);
    return STATUS_SUCCESS;
}

static NTSTATUS check(PVOID object, ACCESS_MASK granted, ACCESS_MASK access,
                      struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode)
{
    if (type && ob_type_of(object) != type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (mode != KernelMode && (access & ~granted))
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

/* The entry is locked or being read. */
static NTSTATUS reference_at(struct ob_handle_entry *entry, ULONG64 found, ACCESS_MASK access,
                             struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode, PVOID *object,
                             POBJECT_HANDLE_INFORMATION information)
{
    NTSTATUS status;

    if (!found)
        return STATUS_INVALID_HANDLE;
    status = check((PVOID)found, entry->granted, access, type, mode);
    if (!NT_SUCCESS(status))
        return status;
    *object = (PVOID)found;
    ObfReferenceObject(*object);
    information->GrantedAccess = entry->granted;
    information->HandleAttributes = __atomic_load_n(&entry->attributes, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS ob_reference_handle_of(PKPROCESS process, HANDLE handle, ACCESS_MASK access,
                                struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode, PVOID *object,
                                POBJECT_HANDLE_INFORMATION information)
{
    struct ob_handle_place place;
    struct ob_handle_entry *entry;
    PKTHREAD thread;
    BOOLEAN is_read;
    NTSTATUS status;
    ULONG64 found;

    *object = NULL;
    status = ob_handle_place(handle, process, mode, &place);
    if (!NT_SUCCESS(status))
        return status;
    entry = entry_at(place.process->handles, place.index);
    if (!entry)
        return STATUS_INVALID_HANDLE;
    thread = ke_current();
    if (closers_fence && place.process == thread->process) {
        is_read = begin_reading(thread, entry, &found);
        if (is_read)
            status = reference_at(entry, found, access, type, mode, object, information);
        end_reading(thread);
        if (is_read)
            return status;
    }
    found = lock_entry(entry);
    status = reference_at(entry, found, access, type, mode, object, information);
    if (found)
        unlock_entry(entry, found);
    return status;
}

NTSTATUS ob_reference_handle_information(HANDLE handle, ACCESS_MASK access,
                                         struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode,
                                         PVOID *object, POBJECT_HANDLE_INFORMATION information)
{
    NTSTATUS status;

    if (handle != NtCurrentProcess() && handle != NtCurrentThread())
        return ob_reference_handle_of(ke_current()->process, handle, access, type, mode, object,
                                      information);
    status = reference_special(handle, object);
    information->GrantedAccess = ob_type_of(*object)->valid_access;
    information->HandleAttributes = 0;
    status = check(*object, information->GrantedAccess, access, type, mode);
    if (!NT_SUCCESS(status)) {
        ObfDereferenceObject(*object);
        *object = NULL;
    }
    return status;
}

NTSTATUS ob_reference_handle(HANDLE handle, ACCESS_MASK access, struct _OBJECT_TYPE *type,
                             KPROCESSOR_MODE mode, PVOID *object, ACCESS_MASK *granted)
{
    OBJECT_HANDLE_INFORMATION information;
    NTSTATUS status;

    status = ob_reference_handle_information(handle, access, type, mode, object, &information);
    if (NT_SUCCESS(status) && granted)
        *granted = information.GrantedAccess;
    return status;
}

NTSTATUS ob_make_handle_in(PKPROCESS process, PVOID object, ACCESS_MASK granted, ULONG attributes,
                           PHANDLE handle)
{
    struct ob_handle_entry *entry;
    NTSTATUS status;
    ULONG index;

    *handle = NULL;
    if (!process->handles)
        return STATUS_PROCESS_IS_TERMINATING;
    status = allocate_entry(process->handles, &index);
    if (!NT_SUCCESS(status))
        return status;
    ObfReferenceObject(object);
    __atomic_fetch_add(&ob_header(object)->handles, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&ob_type_of(object)->handles, 1, __ATOMIC_RELAXED);
    entry = entry_at(process->handles, index);
    entry->granted = granted;
    entry->attributes = attributes & (OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    unlock_entry(entry, (ULONG64)object);
    *handle = handle_of(index, (attributes & OBJ_KERNEL_HANDLE) != 0);
    return STATUS_SUCCESS;
}

NTSTATUS ob_make_handle(PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle)
{
    PKPROCESS process =
        attributes & OBJ_KERNEL_HANDLE ? ke_system_process() : ke_current()->process;

    return ob_make_handle_in(process, object, granted, attributes, handle);
}

static VOID handle_closed(PVOID object, PKPROCESS process, ACCESS_MASK granted)
{
    struct ob_header *header = ob_header(object);
    LONG_PTR left = __atomic_sub_fetch(&header->handles, 1, __ATOMIC_ACQ_REL);

    __atomic_fetch_sub(&header->type->handles, 1, __ATOMIC_RELAXED);
    if (header->type->close)
        header->type->close(object, process, granted, left);
    if (!left)
        ob_handles_gone(object);
    ObfDereferenceObject(object);
}

/* by_force: protection from closing does not count. */
static NTSTATUS close_at(const struct ob_handle_place *place, BOOLEAN by_force)
{
    struct ob_handle_table *table = place->process->handles;
    struct ob_handle_entry *entry = entry_at(table, place->index);
    ULONG64 object = entry ? lock_entry(entry) : 0;
    ACCESS_MASK granted;

    if (!object)
        return STATUS_INVALID_HANDLE;
    if ((entry->attributes & OBJ_PROTECT_CLOSE) && !by_force) {
        unlock_entry(entry, object);
        return STATUS_HANDLE_NOT_CLOSABLE;
    }
    granted = entry->granted;
    wait_for_readers(place->process, entry);
    unlock_entry(entry, 0);
    free_entry(table, place->index);
    handle_closed((PVOID)object, place->process, granted);
    return STATUS_SUCCESS;
}

NTSTATUS ob_close_handle_of(PKPROCESS process, HANDLE handle, KPROCESSOR_MODE mode)
{
    struct ob_handle_place place;
    NTSTATUS status = ob_handle_place(handle, process, mode, &place);

    return NT_SUCCESS(status) ? close_at(&place, FALSE) : status;
}

NTSTATUS ob_close_handle(HANDLE handle, KPROCESSOR_MODE mode)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return ob_close_handle_of(ke_current()->process, handle, mode);
}

NTSTATUS ob_set_handle_attributes(HANDLE handle, KPROCESSOR_MODE mode, ULONG attributes)
{
    struct ob_handle_place place;
    struct ob_handle_entry *entry;
    ULONG64 object;
    NTSTATUS status = ob_handle_place(handle, ke_current()->process, mode, &place);

    if (!NT_SUCCESS(status))
        return status;
    entry = entry_at(place.process->handles, place.index);
    object = entry ? lock_entry(entry) : 0;
    if (!object)
        return STATUS_INVALID_HANDLE;
    __atomic_store_n(&entry->attributes, attributes, __ATOMIC_RELAXED);
    unlock_entry(entry, object);
    return STATUS_SUCCESS;
}

VOID ob_for_each_handle(PKPROCESS process,
                        VOID (*visit)(HANDLE handle, PVOID object, ACCESS_MASK granted,
                                      PVOID context),
                        PVOID context)
{
    struct ob_handle_table *table = process->handles;
    ULONG index, used;

    used = table ? __atomic_load_n(&table->used, __ATOMIC_RELAXED) : 0;
    for (index = 0; index < used; index++) {
        struct ob_handle_entry *entry = entry_at(table, index);
        ULONG64 object = lock_entry(entry);
        ACCESS_MASK granted = object ? entry->granted : 0;

        if (!object)
            continue;
        ObfReferenceObject((PVOID)object);
        unlock_entry(entry, object);
        visit(handle_of(index, process == ke_system_process()), (PVOID)object, granted, context);
        ObfDereferenceObject((PVOID)object);
    }
}

VOID ob_handle_table_destroy(PKPROCESS process)
{
    struct ob_handle_table *table = process->handles;
    struct ob_handle_place place = {.process = process};
    ULONG block;

    if (!table)
        return;
    /* Closing may use handles (a driver's cleanup routine), so the table stands until the end. */
    for (; place.index < table->used; place.index++)
        close_at(&place, TRUE);
    process->handles = NULL;
    for (block = 0; block < OB_BLOCKS; block++)
        if (table->blocks[block])
            ExFreePoolWithTag(table->blocks[block], EX_TAG_HANDLE);
    ExFreePoolWithTag(table, EX_TAG_HANDLE);
}

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                         POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                         PVOID *Object,
                                         POBJECT_HANDLE_INFORMATION HandleInformation)
{
    OBJECT_HANDLE_INFORMATION information;
    NTSTATUS status;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    status = ob_reference_handle_information(Handle, DesiredAccess, ObjectType, AccessMode, Object,
                                             &information);
    if (NT_SUCCESS(status) && HandleInformation)
        *HandleInformation = information;
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                                POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                                ULONG Tag, PVOID *Object,
                                                POBJECT_HANDLE_INFORMATION HandleInformation)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObReferenceObjectByHandle(Handle, DesiredAccess, ObjectType, AccessMode, Object,
                                     HandleInformation);
}

BOOLEAN NTAPI ObIsKernelHandle(HANDLE Handle)
{
    return (LONG64)Handle < 0 && Handle != NtCurrentProcess() && Handle != NtCurrentThread();
}
