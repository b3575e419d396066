/*
 * Directories and permanence of names, by handle.
 */
#include "services.h"

#include "ob_private.h"

#include "../ex/ex.h"

NTSTATUS NTAPI NtCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    PVOID directory;
    NTSTATUS status;

    status = ob_begin_create(&ob_type_directory, sizeof(struct ob_directory), ObjectAttributes,
                             mode, &captured, &directory);
    if (!NT_SUCCESS(status))
        return status;
    ob_directory_initialize(directory);
    return ob_finish_create(directory, &captured, DesiredAccess, mode, DirectoryHandle);
}

NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtCreateDirectoryObject(DirectoryHandle, DesiredAccess, ObjectAttributes));
}

NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_directory, DesiredAccess,
                          ke_current()->previous_mode, NULL, DirectoryHandle);
}

NTSTATUS NTAPI ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenDirectoryObject(DirectoryHandle, DesiredAccess, ObjectAttributes));
}

/*
 * A listing under construction. The entries are an array that a zeroed one ends;
 * the texts lie behind it.
 */
struct listing {
    POBJECT_DIRECTORY_INFORMATION entries; /* in pool */
    PUCHAR target;                         /* where the caller will have it, for the pointers */
    ULONG length;                          /* of the caller's buffer */
    ULONG count;                           /* entries that fit */
    ULONG texts;                           /* bytes of their texts */
    ULONG next_size; /* what the first entry that does not fit would take; 0: all fit */
};

static ULONG text_bytes(struct ob_name *name)
{
    SIZE_T type = strlen(ob_type_of(name->object)->name);

    return name->name.Length + sizeof(WCHAR) + (ULONG)(type + 1) * sizeof(WCHAR);
}

/* Counts what fits, from the entry with number first. */
static VOID plan(PVOID directory, ULONG first, BOOLEAN single, struct listing *listing)
{
    struct ob_name *name = ob_directory_next(directory, NULL);

    while (name && first--)
        name = ob_directory_next(directory, name);
    for (; name; name = ob_directory_next(directory, name)) {
        ULONG bytes =
            (listing->count + 2) * sizeof(*listing->entries) + listing->texts + text_bytes(name);

        if (bytes > listing->length || (single && listing->count)) {
            listing->next_size = bytes;
            return;
        }
        listing->count++;
        listing->texts += text_bytes(name);
    }
}

static VOID put_text(struct listing *listing, ULONG *at, PUNICODE_STRING string)
{
    string->MaximumLength = string->Length + sizeof(WCHAR);
    string->Buffer = (PWSTR)(listing->target + *at);
    *at += string->MaximumLength;
}

static VOID fill(PVOID directory, ULONG first, struct listing *listing)
{
    struct ob_name *name = ob_directory_next(directory, NULL);
    ULONG at = (listing->count + 1) * sizeof(*listing->entries), i;

    while (first--)
        name = ob_directory_next(directory, name);
    for (i = 0; i < listing->count; i++, name = ob_directory_next(directory, name)) {
        POBJECT_DIRECTORY_INFORMATION entry = &listing->entries[i];
        PCSTR type = ob_type_of(name->object)->name;
        PWSTR text = (PWSTR)((PUCHAR)listing->entries + at);

        memcpy(text, name->name.Buffer, name->name.Length);
        entry->Name.Length = name->name.Length;
        put_text(listing, &at, &entry->Name);
        text = (PWSTR)((PUCHAR)listing->entries + at);
        entry->TypeName.Length = (USHORT)(strlen(type) * sizeof(WCHAR));
        while (*type)
            *text++ = *type++;
        put_text(listing, &at, &entry->TypeName);
    }
}

/* Fills listing from the entry with number first on. */
static NTSTATUS list(PVOID directory, ULONG first, BOOLEAN single, struct listing *listing)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG bytes;

    ExAcquireFastMutex(&ob_system.names);
    plan(directory, first, single, listing);
    bytes = (listing->count + 1) * sizeof(*listing->entries) + listing->texts;
    if (!listing->count) {
        status = listing->next_size ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;
    } else if (!(listing->entries = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_NAME))) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        memset(listing->entries, 0, bytes);
        fill(directory, first, listing);
        if (listing->next_size && !single)
            status = STATUS_MORE_ENTRIES;
    }
    ExReleaseFastMutex(&ob_system.names);
    return status;
}

NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length,
                                      BOOLEAN ReturnSingleEntry, BOOLEAN RestartScan,
                                      PULONG Context, PULONG ReturnLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct listing listing = {.target = Buffer, .length = Length};
    ULONG first = 0, bytes;
    PVOID directory;
    NTSTATUS status = ob_copy_in(&first, Context, sizeof(first), mode), copied = STATUS_SUCCESS;

    if (NT_SUCCESS(status))
        status = ob_reference_handle(DirectoryHandle, DIRECTORY_QUERY, &ob_type_directory, mode,
                                     &directory, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (RestartScan)
        first = 0;
    status = list(directory, first, ReturnSingleEntry, &listing);
    bytes = (listing.count + 1) * sizeof(*listing.entries) + listing.texts;
    if (NT_SUCCESS(status)) {
        first += listing.count;
        copied = ob_copy_out(Buffer, listing.entries, bytes, mode);
        if (NT_SUCCESS(copied))
            copied = ob_copy_out(Context, &first, sizeof(first), mode);
    } else if (status == STATUS_BUFFER_TOO_SMALL) {
        bytes = listing.next_size;
    }
    if (NT_SUCCESS(copied) && ReturnLength)
        copied = ob_copy_out(ReturnLength, &bytes, sizeof(bytes), mode);
    if (listing.entries)
        ExFreePoolWithTag(listing.entries, EX_TAG_NAME);
    ObfDereferenceObject(directory);
    return NT_SUCCESS(copied) ? status : copied;
}

NTSTATUS NTAPI ZwQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length,
                                      BOOLEAN ReturnSingleEntry, BOOLEAN RestartScan,
                                      PULONG Context, PULONG ReturnLength)
{
    return OB_AS_KERNEL(NtQueryDirectoryObject(DirectoryHandle, Buffer, Length, ReturnSingleEntry,
                                               RestartScan, Context, ReturnLength));
}

/* Names of handles' objects, from now on permanent or not. */
static NTSTATUS set_permanence(HANDLE handle, BOOLEAN is_permanent)
{
    PVOID object;
    NTSTATUS status = ob_reference_handle(handle, is_permanent ? 0 : DELETE, NULL,
                                          ke_current()->previous_mode, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    ob_set_permanence(object, is_permanent);
    ObfDereferenceObject(object);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtMakeTemporaryObject(HANDLE Handle)
{
    return set_permanence(Handle, FALSE);
}

NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle)
{
    return OB_AS_KERNEL(NtMakeTemporaryObject(Handle));
}

NTSTATUS NTAPI NtMakePermanentObject(HANDLE Handle)
{
    LUID privilege = {SE_CREATE_PERMANENT_PRIVILEGE, 0};

    if (!SeSinglePrivilegeCheck(privilege, ke_current()->previous_mode))
        return STATUS_PRIVILEGE_NOT_HELD;
    return set_permanence(Handle, TRUE);
}

NTSTATUS NTAPI ZwMakePermanentObject(HANDLE Handle)
{
    return OB_AS_KERNEL(NtMakePermanentObject(Handle));
}
