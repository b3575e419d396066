/*
 * IoGetDeviceProperty and the registry keys of a device.
 */
#include "pnpp.h"

/* Where a property that lies in the device's key is. */
static const struct key_property {
    DEVICE_REGISTRY_PROPERTY property;
    PCWSTR value;
    ULONG type;
} key_properties[] = {
    {DevicePropertyDeviceDescription, L"DeviceDesc", REG_SZ},
    {DevicePropertyHardwareID, L"HardwareID", REG_MULTI_SZ},
    {DevicePropertyCompatibleIDs, L"CompatibleIDs", REG_MULTI_SZ},
    {DevicePropertyClassName, L"Class", REG_SZ},
    {DevicePropertyClassGuid, L"ClassGUID", REG_SZ},
    {DevicePropertyDriverKeyName, L"Driver", REG_SZ},
    {DevicePropertyManufacturer, L"Mfg", REG_SZ},
    {DevicePropertyFriendlyName, L"FriendlyName", REG_SZ},
    {DevicePropertyLocationInformation, L"LocationInformation", REG_SZ},
    {DevicePropertyUINumber, L"UINumber", REG_DWORD},
    {DevicePropertyContainerID, L"ContainerID", REG_SZ},
};

static NTSTATUS give(const VOID *data, ULONG bytes, ULONG room, PVOID buffer, PULONG result)
{
    *result = bytes;
    if (room < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    if (bytes)
        memcpy(buffer, data, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS give_from_key(struct pnp_node *node, const struct key_property *from, ULONG room,
                              PVOID buffer, PULONG result)
{
    struct pnp_path key;
    PVOID data;
    ULONG type, bytes;
    NTSTATUS status;

    pnp_enum_key(&key, node, NULL);
    status = pnp_get_data(&key, from->value, &type, &data, &bytes);
    if (!NT_SUCCESS(status))
        return status;
    status =
        type == from->type ? give(data, bytes, room, buffer, result) : STATUS_INVALID_PARAMETER_2;
    pnp_free(data);
    return status;
}

static NTSTATUS give_name(struct pnp_node *node, ULONG room, PVOID buffer, PULONG result)
{
    UNICODE_STRING name;
    NTSTATUS status = ob_query_name(node->pdo, &name);

    if (!NT_SUCCESS(status))
        return status;
    status = give(name.Buffer, name.Length + sizeof(WCHAR), room, buffer, result);
    if (NT_SUCCESS(status))
        ((PWSTR)buffer)[name.Length / sizeof(WCHAR)] = 0;
    return status;
}

/* The first component of the instance path. */
static NTSTATUS give_enumerator(struct pnp_node *node, ULONG room, PVOID buffer, PULONG result)
{
    ULONG length = 0;
    NTSTATUS status;

    while (length < node->instance.Length / sizeof(WCHAR) && node->instance.Buffer[length] != L'\\')
        length++;
    status = give(node->instance.Buffer, (length + 1) * sizeof(WCHAR), room, buffer, result);
    if (NT_SUCCESS(status))
        ((PWSTR)buffer)[length] = 0;
    return status;
}

static ULONG removal_policy(const DEVICE_CAPABILITIES *capabilities)
{
    if (!capabilities->Removable && !capabilities->EjectSupported)
        return RemovalPolicyExpectNoRemoval;
    return capabilities->SurpriseRemovalOK ? RemovalPolicyExpectSurpriseRemoval
                                           : RemovalPolicyExpectOrderlyRemoval;
}

static NTSTATUS give_number(ULONG number, ULONG room, PVOID buffer, PULONG result)
{
    return give(&number, sizeof(number), room, buffer, result);
}

/* Under the tree's lock: what the node itself has. */
static NTSTATUS give_from_node(struct pnp_node *node, DEVICE_REGISTRY_PROPERTY property, ULONG room,
                               PVOID buffer, PULONG result)
{
    switch (property) {
    case DevicePropertyBusTypeGuid:
        return node->has_bus ? give(&node->bus.BusTypeGuid, sizeof(GUID), room, buffer, result)
                             : STATUS_OBJECT_NAME_NOT_FOUND;
    case DevicePropertyLegacyBusType:
        return node->has_bus ? give_number(node->bus.LegacyBusType, room, buffer, result)
                             : STATUS_OBJECT_NAME_NOT_FOUND;
    case DevicePropertyBusNumber:
        return node->has_bus ? give_number(node->bus.BusNumber, room, buffer, result)
                             : STATUS_OBJECT_NAME_NOT_FOUND;
    case DevicePropertyEnumeratorName:
        return give_enumerator(node, room, buffer, result);
    case DevicePropertyAddress:
        return node->capabilities.Address != MAXULONG
                   ? give_number(node->capabilities.Address, room, buffer, result)
                   : STATUS_OBJECT_NAME_NOT_FOUND;
    case DevicePropertyInstallState:
        return give_number(node->problem == CM_PROB_FAILED_INSTALL
                               ? 2 /* InstallStateFailedInstall */
                               : 0 /* InstallStateInstalled */,
                           room, buffer, result);
    case DevicePropertyRemovalPolicy:
        return give_number(removal_policy(&node->capabilities), room, buffer, result);
    case DevicePropertyResourceRequirements:
        return give(node->requirements, node->requirements ? node->requirements->ListSize : 0, room,
                    buffer, result);
    case DevicePropertyBootConfiguration:
    case DevicePropertyBootConfigurationTranslated:
        return give(node->boot_resources,
                    node->boot_resources ? pnp_resources_size(node->boot_resources) : 0, room,
                    buffer, result);
    case DevicePropertyAllocatedResources:
        return give(node->resources, node->resources ? pnp_resources_size(node->resources) : 0,
                    room, buffer, result);
    default:
        return STATUS_INVALID_PARAMETER_2;
    }
}

static NTSTATUS get_property(struct pnp_node *node, DEVICE_REGISTRY_PROPERTY property, ULONG room,
                             PVOID buffer, PULONG result)
{
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(key_properties); i++)
        if (key_properties[i].property == property)
            return give_from_key(node, &key_properties[i], room, buffer, result);
    if (property == DevicePropertyPhysicalDeviceObjectName)
        return give_name(node, room, buffer, result);
    ExAcquireFastMutex(&pnp.tree_lock);
    status = give_from_node(node, property, room, buffer, result);
    ExReleaseFastMutex(&pnp.tree_lock);
    return status;
}

NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject,
                                   DEVICE_REGISTRY_PROPERTY DeviceProperty, ULONG BufferLength,
                                   PVOID PropertyBuffer, PULONG ResultLength)
{
    struct pnp_node *node;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *ResultLength = 0;
    node = pnp_node_of(DeviceObject);
    if (!node)
        return status;
    if (node->instance.Length)
        status = get_property(node, DeviceProperty, BufferLength, PropertyBuffer, ResultLength);
    pnp_node_dereference(node);
    return status;
}

/* ---- keys ------------------------------------------------------------------------------- */

NTSTATUS pnp_key_of_node(struct pnp_node *node, ULONG type, struct pnp_path *key)
{
    struct pnp_path enum_key;
    UNICODE_STRING driver;
    PWSTR text;

    switch (type & (PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_DRIVER)) {
    case PLUGPLAY_REGKEY_DEVICE:
        pnp_enum_key(key, node, L"Device Parameters");
        break;
    case PLUGPLAY_REGKEY_DRIVER:
        pnp_enum_key(&enum_key, node, NULL);
        text = pnp_get_text(&enum_key, L"Driver");
        if (!text)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        RtlInitUnicodeString(&driver, text);
        pnp_class_key(key, &driver);
        pnp_free(text);
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    /* There is one hardware profile, and it is the current one. */
    return key->status;
}

NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType,
                                       ACCESS_MASK DesiredAccess, PHANDLE DevInstRegKey)
{
    OBJECT_ATTRIBUTES attributes;
    struct pnp_node *node;
    struct pnp_path key;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *DevInstRegKey = NULL;
    node = pnp_node_of(DeviceObject);
    if (!node)
        return status;
    if (node->instance.Length)
        status = pnp_key_of_node(node, DevInstKeyType, &key);
    pnp_node_dereference(node);
    if (!NT_SUCCESS(status))
        return status;
    InitializeObjectAttributes(&attributes, &key.name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL, NULL);
    return ZwCreateKey(DevInstRegKey, DesiredAccess, &attributes, 0, NULL, REG_OPTION_NON_VOLATILE,
                       NULL);
}
