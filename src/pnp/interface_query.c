/*
 * Looking device interfaces up: by class, by device, by another interface of the same device.
 */
#include "pnpp.h"

struct list {
    const GUID *guid;
    PDEVICE_OBJECT pdo; /* or NULL: of all devices */
    BOOLEAN wants_disabled;
    PWSTR text;
    SIZE_T room; /* characters that text has room for */
    SIZE_T used; /* characters that the list takes, without its last terminator */
};

static BOOLEAN list_node(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct list *list = context;
    struct pnp_interface *iface = NULL;

    UNREFERENCED_PARAMETER(depth);
    if (list->pdo && node->pdo != list->pdo)
        return TRUE;
    while ((iface = pnp_next_interface(node, iface))) {
        SIZE_T length = iface->link.Length / sizeof(WCHAR) + 1;

        if (!IsEqualGUID(&iface->class_guid, list->guid) ||
            !(iface->is_enabled || list->wants_disabled))
            continue;
        if (list->used + length < list->room)
            memcpy(list->text + list->used, iface->link.Buffer, length * sizeof(WCHAR));
        list->used += length;
    }
    return TRUE;
}

NTSTATUS pnp_list_interfaces(const GUID *guid, PDEVICE_OBJECT pdo, BOOLEAN wants_disabled,
                             PWSTR *text, PSIZE_T characters)
{
    struct list list = {.guid = guid, .pdo = pdo, .wants_disabled = wants_disabled};

    *text = NULL;
    pnp_for_each_node(list_node, &list);
    /* Once more if interfaces came between counting and copying. */
    while (list.used >= list.room) {
        if (list.text)
            ExFreePool(list.text);
        list.room = list.used + 1;
        list.used = 0;
        list.text = ExAllocatePoolWithTag(PagedPool, list.room * sizeof(WCHAR), PNP_TAG);
        if (!list.text)
            return STATUS_INSUFFICIENT_RESOURCES;
        pnp_for_each_node(list_node, &list);
    }
    list.text[list.used] = 0;
    *text = list.text;
    *characters = list.used + 1;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoGetDeviceInterfaces(CONST GUID *InterfaceClassGuid,
                                     PDEVICE_OBJECT PhysicalDeviceObject, ULONG Flags,
                                     PWSTR *SymbolicLinkList)
{
    SIZE_T characters;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return pnp_list_interfaces(InterfaceClassGuid, PhysicalDeviceObject,
                               (Flags & DEVICE_INTERFACE_INCLUDE_NONACTIVE) != 0, SymbolicLinkList,
                               &characters);
}

NTSTATUS NTAPI IoGetDeviceInterfaceAlias(PUNICODE_STRING SymbolicLinkName,
                                         CONST GUID *AliasInterfaceClassGuid,
                                         PUNICODE_STRING AliasSymbolicLinkName)
{
    struct pnp_interface *iface, *other = NULL;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    memset(AliasSymbolicLinkName, 0, sizeof(*AliasSymbolicLinkName));
    iface = pnp_find_interface(SymbolicLinkName);
    if (!iface)
        return status;
    ExAcquireFastMutex(&pnp.tree_lock);
    while ((other = pnp_next_interface(iface->node, other)))
        if (IsEqualGUID(&other->class_guid, AliasInterfaceClassGuid) &&
            rtl_equal_no_case(&other->reference, &iface->reference))
            break;
    ExReleaseFastMutex(&pnp.tree_lock);
    /* It stays as long as its node. */
    if (other)
        status = pnp_give_string(AliasSymbolicLinkName, &other->link);
    pnp_node_dereference(iface->node);
    return status;
}

NTSTATUS NTAPI IoOpenDeviceInterfaceRegistryKey(PUNICODE_STRING SymbolicLinkName,
                                                ACCESS_MASK DesiredAccess,
                                                PHANDLE DeviceInterfaceKey)
{
    OBJECT_ATTRIBUTES attributes;
    struct pnp_path key;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *DeviceInterfaceKey = NULL;
    status = pnp_interface_key(&key, SymbolicLinkName, L"Device Parameters");
    if (!NT_SUCCESS(status))
        return status;
    InitializeObjectAttributes(&attributes, &key.name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL, NULL);
    return ZwCreateKey(DeviceInterfaceKey, DesiredAccess, &attributes, 0, NULL,
                       REG_OPTION_NON_VOLATILE, NULL);
}
