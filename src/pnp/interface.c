/*
 * Device interfaces: what a device can be found by, and their symbolic links.
 *
 * An interface of a device is \??\ROOT#SAMPLE#0000#{class}[\reference]. The part before the
 * reference is a link to the PDO as long as one interface of that class is enabled; the
 * reference is then the name of the file that is opened.
 */
#include "pnpp.h"

static struct {
    KMUTEX enabling;               /* one interface is enabled or disabled at a time */
    pnp_interface_changed changed; /* pnp_on_interface_change's, NULL: the links are here */
} interfaces;

VOID pnp_interface_start(VOID)
{
    KeInitializeMutex(&interfaces.enabling, 0);
}

/* ---- names ------------------------------------------------------------------------------ */

/* "ROOT#SAMPLE#0000#{guid}" behind what path has already. */
static VOID add_name(struct pnp_path *path, const struct pnp_node *node, const GUID *guid)
{
    USHORT at = path->name.Length / sizeof(WCHAR);

    pnp_path_add(path, &node->instance);
    for (; at < path->name.Length / sizeof(WCHAR); at++)
        if (path->text[at] == L'\\')
            path->text[at] = L'#';
    pnp_path_add_text(path, L"#");
    pnp_path_add_guid(path, guid);
}

static VOID link_name(struct pnp_path *path, const struct pnp_node *node, const GUID *guid,
                      PCUNICODE_STRING reference)
{
    pnp_path_start(path, L"\\??\\");
    add_name(path, node, guid);
    if (reference && reference->Length) {
        pnp_path_add_text(path, L"\\");
        pnp_path_add(path, reference);
    }
}

/* The key of the device's interfaces of a class. */
static VOID device_key_name(struct pnp_path *path, const struct pnp_interface *iface)
{
    pnp_path_start(path, L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\"
                         L"DeviceClasses\\");
    pnp_path_add_guid(path, &iface->class_guid);
    pnp_path_add_text(path, L"\\##?#");
    add_name(path, iface->node, &iface->class_guid);
}

static VOID key_name(struct pnp_path *path, const struct pnp_interface *iface, PCWSTR below)
{
    device_key_name(path, iface);
    pnp_path_add_text(path, L"\\#");
    pnp_path_add(path, &iface->reference);
    if (below) {
        pnp_path_add_text(path, L"\\");
        pnp_path_add_text(path, below);
    }
}

/* ---- finding ---------------------------------------------------------------------------- */

struct pnp_interface *pnp_next_interface(struct pnp_node *node, struct pnp_interface *from)
{
    PLIST_ENTRY entry = from ? from->of_node.Flink : node->interfaces.Flink;

    return entry == &node->interfaces ? NULL
                                      : CONTAINING_RECORD(entry, struct pnp_interface, of_node);
}

/* "\\?\" is how programs write "\??\". */
static BOOLEAN is_link(const struct pnp_interface *iface, PCUNICODE_STRING link)
{
    UNICODE_STRING mine = iface->link, other = *link;

    if (other.Length < 4 * sizeof(WCHAR) || other.Buffer[0] != L'\\')
        return FALSE;
    mine.Buffer += 4;
    other.Buffer += 4;
    mine.Length -= 4 * sizeof(WCHAR);
    other.Length -= 4 * sizeof(WCHAR);
    return rtl_equal_no_case(&mine, &other);
}

struct search {
    PCUNICODE_STRING link;
    struct pnp_interface *found; /* its node is referenced */
};

/* Ends with a device that is there; one that waits for its files may have a successor. */

static BOOLEAN find_in_node(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct search *search = context;
    struct pnp_interface *iface = NULL;

    UNREFERENCED_PARAMETER(depth);
    while ((iface = pnp_next_interface(node, iface))) {
        if (is_link(iface, search->link)) {
            if (search->found)
                pnp_node_dereference(search->found->node);
            pnp_node_reference(node);
            search->found = iface;
            return pnp_is_gone(node);
        }
    }
    return TRUE;
}

struct pnp_interface *pnp_find_interface(PCUNICODE_STRING link)
{
    struct search search = {.link = link};

    pnp_for_each_node(find_in_node, &search);
    return search.found;
}

NTSTATUS pnp_interface_key(struct pnp_path *path, PCUNICODE_STRING link, PCWSTR below)
{
    struct pnp_interface *iface = pnp_find_interface(link);

    if (!iface)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    key_name(path, iface, below);
    pnp_node_dereference(iface->node);
    return path->status;
}

/* Under the tree's lock. */
static struct pnp_interface *find_of_node(struct pnp_node *node, const GUID *guid,
                                          PCUNICODE_STRING reference)
{
    struct pnp_interface *iface = NULL;

    while ((iface = pnp_next_interface(node, iface)))
        if (IsEqualGUID(&iface->class_guid, guid) &&
            rtl_equal_no_case(&iface->reference, reference))
            break;
    return iface;
}

/* ---- making ----------------------------------------------------------------------------- */

static VOID free_interface(struct pnp_interface *iface)
{
    pnp_free(iface->reference.Buffer);
    pnp_free(iface->link.Buffer);
    pnp_free(iface);
}

VOID pnp_free_interfaces(struct pnp_node *node)
{
    while (!IsListEmpty(&node->interfaces))
        free_interface(
            CONTAINING_RECORD(RemoveHeadList(&node->interfaces), struct pnp_interface, of_node));
}

static NTSTATUS write_keys(const struct pnp_interface *iface)
{
    struct pnp_path key;
    NTSTATUS status;

    device_key_name(&key, iface);
    status = pnp_set_data(&key, L"DeviceInstance", REG_SZ, iface->node->instance.Buffer,
                          iface->node->instance.Length + sizeof(WCHAR));
    key_name(&key, iface, NULL);
    if (NT_SUCCESS(status))
        status = pnp_set_data(&key, L"SymbolicLink", REG_SZ, iface->link.Buffer,
                              iface->link.Length + sizeof(WCHAR));
    return status;
}

static NTSTATUS make(struct pnp_node *node, const GUID *guid, PCUNICODE_STRING reference,
                     struct pnp_interface **made)
{
    struct pnp_interface *iface = pnp_allocate(sizeof(*iface));
    struct pnp_path name;
    NTSTATUS status;

    if (!iface)
        return STATUS_INSUFFICIENT_RESOURCES;
    iface->node = node;
    iface->class_guid = *guid;
    link_name(&name, node, guid, reference);
    status = name.status;
    if (NT_SUCCESS(status))
        status = pnp_copy_string(&iface->link, &name.name);
    if (NT_SUCCESS(status))
        status = pnp_copy_string(&iface->reference, reference);
    if (NT_SUCCESS(status))
        status = write_keys(iface);
    if (!NT_SUCCESS(status)) {
        free_interface(iface);
        return status;
    }
    *made = iface;
    return STATUS_SUCCESS;
}

static BOOLEAN is_reference(PCUNICODE_STRING reference)
{
    USHORT i;

    for (i = 0; i < reference->Length / sizeof(WCHAR); i++)
        if (reference->Buffer[i] == L'\\' || reference->Buffer[i] == L'/')
            return FALSE;
    return TRUE;
}

NTSTATUS pnp_give_string(PUNICODE_STRING to, PCUNICODE_STRING from)
{
    PWSTR copy = ExAllocatePoolWithTag(PagedPool, from->Length + sizeof(WCHAR), PNP_TAG);

    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(copy, from->Buffer, from->Length);
    copy[from->Length / sizeof(WCHAR)] = 0;
    to->Buffer = copy;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_make_interface(struct pnp_node *node, const GUID *guid, PCUNICODE_STRING reference,
                            PUNICODE_STRING link)
{
    static const UNICODE_STRING nothing = {0};
    struct pnp_interface *iface, *made = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (!reference)
        reference = &nothing;
    if (!is_reference(reference))
        return STATUS_INVALID_DEVICE_REQUEST;
    ExAcquireFastMutex(&pnp.tree_lock);
    iface = find_of_node(node, guid, reference);
    ExReleaseFastMutex(&pnp.tree_lock);
    if (!iface) {
        status = make(node, guid, reference, &made);
        if (!NT_SUCCESS(status))
            return status;
        ExAcquireFastMutex(&pnp.tree_lock);
        iface = find_of_node(node, guid, reference);
        if (!iface) {
            InsertTailList(&node->interfaces, &made->of_node);
            iface = made;
            made = NULL;
        }
        ExReleaseFastMutex(&pnp.tree_lock);
        if (made)
            free_interface(made);
    }
    return link ? pnp_give_string(link, &iface->link) : STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                                         CONST GUID *InterfaceClassGuid,
                                         PUNICODE_STRING ReferenceString,
                                         PUNICODE_STRING SymbolicLinkName)
{
    struct pnp_node *node;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    memset(SymbolicLinkName, 0, sizeof(*SymbolicLinkName));
    node = pnp_node_of(PhysicalDeviceObject);
    if (!node)
        return status;
    if (node->instance.Length)
        status = pnp_make_interface(node, InterfaceClassGuid, ReferenceString, SymbolicLinkName);
    pnp_node_dereference(node);
    return status;
}

/* ---- enabling --------------------------------------------------------------------------- */

/* Is another interface of the same class and device enabled, which keeps the link? */
static BOOLEAN is_link_shared(const struct pnp_interface *iface)
{
    struct pnp_interface *other = NULL;
    BOOLEAN is_shared = FALSE;

    ExAcquireFastMutex(&pnp.tree_lock);
    while ((other = pnp_next_interface(iface->node, other)))
        is_shared |= other != iface && other->is_enabled &&
                     IsEqualGUID(&other->class_guid, &iface->class_guid);
    ExReleaseFastMutex(&pnp.tree_lock);
    return is_shared;
}

VOID pnp_on_interface_change(pnp_interface_changed changed)
{
    interfaces.changed = changed;
}

static VOID set_enabled(struct pnp_interface *iface, BOOLEAN is_enabled)
{
    struct pnp_path key;

    ExAcquireFastMutex(&pnp.tree_lock);
    iface->is_enabled = is_enabled;
    ExReleaseFastMutex(&pnp.tree_lock);
    key_name(&key, iface, L"Control");
    pnp_set_number(&key, L"Linked", is_enabled);
}

static NTSTATUS make_link(struct pnp_interface *iface, PCUNICODE_STRING link)
{
    UNICODE_STRING target;
    NTSTATUS status;

    if (interfaces.changed)
        return interfaces.changed(iface->node->pdo, &iface->class_guid, &iface->reference, TRUE);
    if (is_link_shared(iface))
        return STATUS_SUCCESS;
    status = ob_query_name(iface->node->pdo, &target);
    /* The bus driver made the PDO without FILE_AUTOGENERATED_DEVICE_NAME. */
    if (!NT_SUCCESS(status))
        return STATUS_INVALID_DEVICE_REQUEST;
    return ob_create_symbolic_link(link, &target);
}

static NTSTATUS change(struct pnp_interface *iface, BOOLEAN is_enabled)
{
    struct pnp_path link;
    NTSTATUS status = STATUS_SUCCESS;

    if (iface->is_enabled == is_enabled)
        return is_enabled ? STATUS_OBJECT_NAME_EXISTS : STATUS_OBJECT_NAME_NOT_FOUND;
    link_name(&link, iface->node, &iface->class_guid, NULL);
    if (is_enabled)
        status = make_link(iface, &link.name);
    if (!NT_SUCCESS(status))
        return status;
    set_enabled(iface, is_enabled);
    if (!is_enabled && interfaces.changed)
        interfaces.changed(iface->node->pdo, &iface->class_guid, &iface->reference, FALSE);
    else if (!is_enabled && !is_link_shared(iface))
        ob_delete_symbolic_link(&link.name);
    pnp_notify_interface(&iface->class_guid, &iface->link, is_enabled);
    return STATUS_SUCCESS;
}

static NTSTATUS change_alone(struct pnp_interface *iface, BOOLEAN is_enabled)
{
    NTSTATUS status;

    KeWaitForSingleObject(&interfaces.enabling, Executive, KernelMode, FALSE, NULL);
    status = change(iface, is_enabled);
    KeReleaseMutex(&interfaces.enabling, FALSE);
    return status;
}

NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable)
{
    struct pnp_interface *iface;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!SymbolicLinkName || !SymbolicLinkName->Length)
        return STATUS_INVALID_PARAMETER;
    iface = pnp_find_interface(SymbolicLinkName);
    if (!iface)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    /* A device that goes gets no interface enabled any more. */
    if (!Enable || iface->node->state < PNP_SURPRISED)
        status = change_alone(iface, Enable);
    pnp_node_dereference(iface->node);
    return status;
}

static struct pnp_interface *first_enabled(struct pnp_node *node)
{
    struct pnp_interface *iface = NULL;

    ExAcquireFastMutex(&pnp.tree_lock);
    while ((iface = pnp_next_interface(node, iface)))
        if (iface->is_enabled)
            break;
    ExReleaseFastMutex(&pnp.tree_lock);
    return iface;
}

VOID pnp_disable_interfaces(struct pnp_node *node)
{
    struct pnp_interface *iface;

    while ((iface = first_enabled(node)))
        change_alone(iface, FALSE);
}
