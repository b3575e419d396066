/*
 * Keys by handle: creating, opening, deleting.
 */
#include "services.h"

#include "callback.h"

#include "../ex/ex.h"

#define OPTIONS                                                                                    \
    (REG_OPTION_VOLATILE | REG_OPTION_CREATE_LINK | REG_OPTION_BACKUP_RESTORE |                    \
     REG_OPTION_OPEN_LINK)

/* A create or an open: the two are one but for what happens when the key is not there. */
struct opening {
    struct ob_attributes captured;
    struct cm_request request;
    ACCESS_MASK access;
    KPROCESSOR_MODE mode;
    PVOID key; /* what came of it */
};

/* What callbacks are told of it. Their ResultObject takes the place of an opening's key. */
static VOID describe(struct opening *opening, REG_CREATE_KEY_INFORMATION_V1 *information)
{
    PVOID root = opening->captured.root ? opening->captured.root : cm_system.root_key;

    *information = (REG_CREATE_KEY_INFORMATION_V1){
        .CompleteName = &opening->captured.name,
        .RootObject = root,
        .ObjectType = &ob_type_key,
        .Options = opening->request.options,
        .Class = &opening->request.class_name,
        .SecurityDescriptor = opening->captured.security,
        .DesiredAccess = opening->access,
        .GrantedAccess = opening->access,
        .Disposition = &opening->request.disposition,
        .ResultObject = &opening->key,
        .Version = 1,
        .RemainingName = &opening->captured.name,
        .Attributes = opening->captured.attributes,
        .CheckAccessMode = opening->mode,
    };
}

/* Opens or creates the key, which is referenced once in opening->key on success. */
static NTSTATUS find_key(struct opening *opening)
{
    REG_CREATE_KEY_INFORMATION_V1 information;
    struct cm_notice notice = {
        .before = opening->request.create ? RegNtPreCreateKeyEx : RegNtPreOpenKeyEx,
        .after = opening->request.create ? RegNtPostCreateKeyEx : RegNtPostOpenKeyEx,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.RootObjectContext,
    };
    NTSTATUS status;

    describe(opening, &information);
    notice.object = information.RootObject;
    if (cm_notice_before(&notice))
        notice.status = ob_open_captured(&opening->captured, &ob_type_key, opening->access,
                                         opening->mode, &opening->request, &opening->key);
    /* After it, the object that callbacks see is the key itself. */
    notice.object = opening->key;
    status = cm_notice_after(&notice);
    return NT_SUCCESS(status) && !opening->key ? STATUS_UNSUCCESSFUL : status;
}

static NTSTATUS grant_access(struct opening *opening, ACCESS_MASK *granted)
{
    struct cm_key *key = opening->key;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = cm_grant_access(key->node, opening->access, opening->mode, granted);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

static NTSTATUS open_key(struct opening *opening, PHANDLE handle, PULONG disposition)
{
    ACCESS_MASK granted;
    NTSTATUS status;

    opening->request.disposition = REG_OPENED_EXISTING_KEY;
    if (opening->request.options & REG_OPTION_OPEN_LINK)
        opening->captured.attributes |= OBJ_OPENLINK;
    status = find_key(opening);
    if (NT_SUCCESS(status))
        status = grant_access(opening, &granted);
    if (NT_SUCCESS(status))
        status = ob_return_handle(opening->key, granted, opening->captured.attributes,
                                  opening->mode, handle);
    if (NT_SUCCESS(status) && disposition)
        status = ob_copy_out(disposition, &opening->request.disposition, sizeof(*disposition),
                             opening->mode);
    if (opening->key)
        ObfDereferenceObject(opening->key);
    return status;
}

NTSTATUS NTAPI NtCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                           PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)
{
    struct opening opening = {
        .request = {.create = TRUE, .options = CreateOptions, .mode = ke_current()->previous_mode},
        .access = DesiredAccess,
        .mode = ke_current()->previous_mode,
    };
    NTSTATUS status;

    UNREFERENCED_PARAMETER(TitleIndex);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!ObjectAttributes || (CreateOptions & ~OPTIONS))
        return STATUS_INVALID_PARAMETER;
    status = ob_capture_attributes(ObjectAttributes, opening.mode, &opening.captured);
    if (!NT_SUCCESS(status))
        return status;
    if (Class)
        status = ob_capture_string(Class, opening.mode, &opening.request.class_name);
    if (NT_SUCCESS(status))
        status = open_key(&opening, KeyHandle, Disposition);
    ob_free_string(&opening.request.class_name);
    ob_release_attributes(&opening.captured);
    return status;
}

NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                           PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)
{
    return OB_AS_KERNEL(NtCreateKey(KeyHandle, DesiredAccess, ObjectAttributes, TitleIndex, Class,
                                    CreateOptions, Disposition));
}

NTSTATUS NTAPI NtOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions)
{
    struct opening opening = {
        .request = {.options = OpenOptions},
        .access = DesiredAccess,
        .mode = ke_current()->previous_mode,
    };
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!ObjectAttributes || (OpenOptions & ~(REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK)))
        return STATUS_INVALID_PARAMETER;
    status = ob_capture_attributes(ObjectAttributes, opening.mode, &opening.captured);
    if (!NT_SUCCESS(status))
        return status;
    status = open_key(&opening, KeyHandle, NULL);
    ob_release_attributes(&opening.captured);
    return status;
}

NTSTATUS NTAPI ZwOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions)
{
    return OB_AS_KERNEL(NtOpenKeyEx(KeyHandle, DesiredAccess, ObjectAttributes, OpenOptions));
}

NTSTATUS NTAPI NtOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    return NtOpenKeyEx(KeyHandle, DesiredAccess, ObjectAttributes, 0);
}

NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenKeyEx(KeyHandle, DesiredAccess, ObjectAttributes, 0));
}

static NTSTATUS delete_node(struct cm_node *node)
{
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireFastMutex(&cm_system.lock);
    if (node->is_deleted)
        status = STATUS_KEY_DELETED;
    else if (node->child_count || !node->parent)
        status = STATUS_CANNOT_DELETE;
    else
        cm_node_unlink(node);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

NTSTATUS NTAPI NtDeleteKey(HANDLE KeyHandle)
{
    REG_DELETE_KEY_INFORMATION information = {0};
    struct cm_notice notice = {
        .before = RegNtPreDeleteKey,
        .after = RegNtPostDeleteKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status = cm_reference_key(KeyHandle, DELETE, &key);

    if (!NT_SUCCESS(status))
        return status;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status = delete_node(key->node);
    status = cm_notice_after(&notice);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle)
{
    return OB_AS_KERNEL(NtDeleteKey(KeyHandle));
}

/* The registry is memory: what is written is where it belongs already. */
NTSTATUS NTAPI NtFlushKey(HANDLE KeyHandle)
{
    REG_FLUSH_KEY_INFORMATION information = {0};
    struct cm_notice notice = {
        .before = RegNtPreFlushKey,
        .after = RegNtPostFlushKey,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };
    struct cm_key *key;
    NTSTATUS status = cm_reference_key(KeyHandle, 0, &key);

    if (!NT_SUCCESS(status))
        return status;
    notice.object = information.Object = key;
    if (cm_notice_before(&notice))
        notice.status = STATUS_SUCCESS;
    status = cm_notice_after(&notice);
    ObfDereferenceObject(key);
    return status;
}

NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle)
{
    return OB_AS_KERNEL(NtFlushKey(KeyHandle));
}
