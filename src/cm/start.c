/*
 * Starting and stopping the registry, and the kernel's own way in.
 */
#include "callback.h"

#include "../ex/ex.h"

struct cm_system cm_system;

static VOID key_destroyed(PVOID object)
{
    struct cm_key *key = object;

    cm_callback_key_destroyed(key);
    ExAcquireFastMutex(&cm_system.lock);
    cm_node_dereference(key->node);
    ExReleaseFastMutex(&cm_system.lock);
}

static VOID key_closed(PVOID object, PKPROCESS process, ACCESS_MASK granted, ULONG_PTR handles_left)
{
    REG_KEY_HANDLE_CLOSE_INFORMATION information = {.Object = object};
    struct cm_notice notice = {
        .before = RegNtPreKeyHandleClose,
        .after = RegNtPostKeyHandleClose,
        .object = object,
        .information = &information,
        .call_context = &information.CallContext,
        .object_context = &information.ObjectContext,
    };

    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(granted);
    if (handles_left)
        return;
    /* A close cannot be refused. */
    cm_notice_before(&notice);
    cm_notice_after(&notice);
}

static NTSTATUS key_name(PVOID object, PWSTR text, ULONG *bytes)
{
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = cm_node_path(((struct cm_key *)object)->node, text, bytes);
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

static NTSTATUS make_keys(VOID)
{
    static const UNICODE_STRING names[] = {
        RTL_CONSTANT_STRING(L"\\Registry\\MACHINE\\HARDWARE\\DEVICEMAP"),
        RTL_CONSTANT_STRING(L"\\Registry\\MACHINE\\SOFTWARE\\Classes"),
        RTL_CONSTANT_STRING(
            L"\\Registry\\MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"),
        RTL_CONSTANT_STRING(L"\\Registry\\MACHINE\\SYSTEM\\ControlSet001\\Control\\Class"),
        RTL_CONSTANT_STRING(L"\\Registry\\MACHINE\\SYSTEM\\ControlSet001\\Enum"),
        RTL_CONSTANT_STRING(L"\\Registry\\MACHINE\\SYSTEM\\ControlSet001\\Services"),
        RTL_CONSTANT_STRING(L"\\Registry\\USER\\.DEFAULT"),
    };
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(names) && NT_SUCCESS(status); i++)
        status = cm_create_key(&names[i]);
    return status;
}

/* CurrentControlSet is the first control set, under another name. */
static NTSTATUS make_current_control_set(VOID)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(L"MACHINE\\SYSTEM\\CurrentControlSet");
    static const UNICODE_STRING value = RTL_CONSTANT_STRING(L"SymbolicLinkValue");
    static const WCHAR target[] = L"\\Registry\\Machine\\System\\ControlSet001";
    struct cm_request request = {.create = TRUE,
                                 .options = REG_OPTION_CREATE_LINK | REG_OPTION_VOLATILE};
    struct cm_node *node;
    NTSTATUS status;

    ExAcquireFastMutex(&cm_system.lock);
    status = cm_walk(cm_system.root, &name, 0, &request, &node);
    if (NT_SUCCESS(status))
        status = cm_value_set(node, &value, REG_LINK, target, sizeof(target) - sizeof(WCHAR));
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

static NTSTATUS make_security(VOID)
{
    static const UNICODE_STRING text =
        RTL_CONSTANT_STRING(L"O:BAD:P(A;;KA;;;SY)(A;;KA;;;BA)(A;;KR;;;WD)");

    return ob_security_from_sddl(&text, &cm_system.security);
}

static NTSTATUS make_root(VOID)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(L"REGISTRY");
    static const UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\REGISTRY");
    NTSTATUS status = cm_node_create(NULL, &name, &cm_system.root);

    if (NT_SUCCESS(status))
        status = cm_make_key(cm_system.root, &cm_system.root_key);
    if (NT_SUCCESS(status))
        status = ob_insert_name(cm_system.root_key, &path);
    return status;
}

NTSTATUS cm_start(VOID)
{
    NTSTATUS status;

    ExInitializeFastMutex(&cm_system.lock);
    cm_callback_start();
    ob_type_key.parse = cm_parse;
    ob_type_key.destroy = key_destroyed;
    ob_type_key.close = key_closed;
    ob_type_key.query_name = key_name;
    status = make_security();
    if (NT_SUCCESS(status))
        status = make_root();
    if (NT_SUCCESS(status))
        status = make_keys();
    if (NT_SUCCESS(status))
        status = make_current_control_set();
    if (!NT_SUCCESS(status))
        cm_stop();
    return status;
}

VOID cm_stop(VOID)
{
    cm_callback_stop();
    if (cm_system.root_key) {
        ob_remove_name(cm_system.root_key);
        ObfDereferenceObject(cm_system.root_key);
        cm_system.root_key = NULL;
    }
    ExAcquireFastMutex(&cm_system.lock);
    if (cm_system.root)
        cm_node_unlink_tree(cm_system.root);
    cm_system.root = NULL;
    ExReleaseFastMutex(&cm_system.lock);
    if (cm_system.security)
        ExFreePoolWithTag(cm_system.security, EX_TAG_SECURITY);
    cm_system.security = NULL;
}
