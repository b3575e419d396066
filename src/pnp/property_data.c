/*
 * Properties by DEVPROPKEY, of devices and of device interfaces.
 *
 * Those that drivers set lie below the device's key, in Properties\{format}\0004, each with
 * its DEVPROPTYPE as the type of the value. Those that the system has come from where it has
 * them.
 */
#include "pnpp.h"

#include <initguid.h>
#include <devpkey.h>

#define VALUE_TYPE_BASE 0xFFFF0000u /* marks a DEVPROPTYPE among registry types */

/* ---- what the system has ---------------------------------------------------------------- */

static const struct known {
    const DEVPROPKEY *key;
    DEVICE_REGISTRY_PROPERTY property;
    DEVPROPTYPE type;
} known_properties[] = {
    {&DEVPKEY_Device_PDOName, DevicePropertyPhysicalDeviceObjectName, DEVPROP_TYPE_STRING},
    {&DEVPKEY_Device_BusTypeGuid, DevicePropertyBusTypeGuid, DEVPROP_TYPE_GUID},
    {&DEVPKEY_Device_LegacyBusType, DevicePropertyLegacyBusType, DEVPROP_TYPE_UINT32},
    {&DEVPKEY_Device_BusNumber, DevicePropertyBusNumber, DEVPROP_TYPE_UINT32},
    {&DEVPKEY_Device_EnumeratorName, DevicePropertyEnumeratorName, DEVPROP_TYPE_STRING},
    {&DEVPKEY_Device_Address, DevicePropertyAddress, DEVPROP_TYPE_UINT32},
    {&DEVPKEY_Device_InstallState, DevicePropertyInstallState, DEVPROP_TYPE_UINT32},
    {&DEVPKEY_Device_RemovalPolicy, DevicePropertyRemovalPolicy, DEVPROP_TYPE_UINT32},
};

/* Those that are values of the device's key. */
static const struct key_value {
    const DEVPROPKEY *key;
    PCWSTR value;
    DEVPROPTYPE type; /* a GUID is text there */
    ULONG registry_type;
} key_values[] = {
    {&DEVPKEY_Device_DeviceDesc, L"DeviceDesc", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_HardwareIds, L"HardwareID", DEVPROP_TYPE_STRING_LIST, REG_MULTI_SZ},
    {&DEVPKEY_Device_CompatibleIds, L"CompatibleIDs", DEVPROP_TYPE_STRING_LIST, REG_MULTI_SZ},
    {&DEVPKEY_Device_Class, L"Class", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_ClassGuid, L"ClassGUID", DEVPROP_TYPE_GUID, REG_SZ},
    {&DEVPKEY_Device_Driver, L"Driver", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_Manufacturer, L"Mfg", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_FriendlyName, L"FriendlyName", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_NAME, L"FriendlyName", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_NAME, L"DeviceDesc", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_LocationInfo, L"LocationInformation", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_UINumber, L"UINumber", DEVPROP_TYPE_UINT32, REG_DWORD},
    {&DEVPKEY_Device_ContainerId, L"ContainerID", DEVPROP_TYPE_GUID, REG_SZ},
    {&DEVPKEY_Device_Service, L"Service", DEVPROP_TYPE_STRING, REG_SZ},
    {&DEVPKEY_Device_ConfigFlags, L"ConfigFlags", DEVPROP_TYPE_UINT32, REG_DWORD},
    {&DEVPKEY_Device_Capabilities, L"Capabilities", DEVPROP_TYPE_UINT32, REG_DWORD},
    {&DEVPKEY_Device_UpperFilters, L"UpperFilters", DEVPROP_TYPE_STRING_LIST, REG_MULTI_SZ},
    {&DEVPKEY_Device_LowerFilters, L"LowerFilters", DEVPROP_TYPE_STRING_LIST, REG_MULTI_SZ},
    {&DEVPKEY_Device_DevType, L"DeviceType", DEVPROP_TYPE_UINT32, REG_DWORD},
    {&DEVPKEY_Device_Exclusive, L"Exclusive", DEVPROP_TYPE_UINT32, REG_DWORD},
    {&DEVPKEY_Device_Characteristics, L"DeviceCharacteristics", DEVPROP_TYPE_UINT32, REG_DWORD},
};

static BOOLEAN is_key(const DEVPROPKEY *a, const DEVPROPKEY *b)
{
    return a->pid == b->pid && IsEqualGUID(&a->fmtid, &b->fmtid);
}

static NTSTATUS give(const VOID *data, ULONG bytes, ULONG room, PVOID buffer, PULONG required)
{
    *required = bytes;
    if (room < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    if (bytes)
        memcpy(buffer, data, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS give_text(PCUNICODE_STRING text, ULONG room, PVOID buffer, PULONG required)
{
    return give(text->Buffer, text->Length + sizeof(WCHAR), room, buffer, required);
}

static NTSTATUS give_of_node(struct pnp_node *node, const DEVPROPKEY *key, ULONG room, PVOID buffer,
                             PULONG required, PDEVPROPTYPE type)
{
    DEVPROP_BOOLEAN is_present = DEVPROP_TRUE;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    ExAcquireFastMutex(&pnp.tree_lock);
    if (is_key(key, &DEVPKEY_Device_InstanceId)) {
        *type = DEVPROP_TYPE_STRING;
        status = give_text(&node->instance, room, buffer, required);
    } else if (is_key(key, &DEVPKEY_Device_Parent) && node->parent && !pnp_is_root(node->parent)) {
        *type = DEVPROP_TYPE_STRING;
        status = give_text(&node->parent->instance, room, buffer, required);
    } else if (is_key(key, &DEVPKEY_Device_ProblemCode)) {
        *type = DEVPROP_TYPE_UINT32;
        status = give(&node->problem, sizeof(node->problem), room, buffer, required);
    } else if (is_key(key, &DEVPKEY_Device_IsPresent)) {
        *type = DEVPROP_TYPE_BOOLEAN;
        status = give(&is_present, sizeof(is_present), room, buffer, required);
    }
    ExReleaseFastMutex(&pnp.tree_lock);
    return status;
}

static NTSTATUS give_value(const struct pnp_path *key, PCWSTR value, ULONG room, PVOID buffer,
                           PULONG required, PULONG type)
{
    PVOID data;
    ULONG bytes;
    NTSTATUS status = pnp_get_data(key, value, type, &data, &bytes);

    if (!NT_SUCCESS(status))
        return status;
    status = give(data, bytes, room, buffer, required);
    pnp_free(data);
    return status;
}

static NTSTATUS give_key_value(struct pnp_node *node, const struct key_value *from, ULONG room,
                               PVOID buffer, PULONG required)
{
    struct pnp_path key;
    UNICODE_STRING string;
    GUID guid;
    PWSTR text;
    ULONG type;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    pnp_enum_key(&key, node, NULL);
    if (from->type != DEVPROP_TYPE_GUID)
        return give_value(&key, from->value, room, buffer, required, &type);
    text = pnp_get_text(&key, from->value);
    if (text) {
        RtlInitUnicodeString(&string, text);
        status = RtlGUIDFromString(&string, &guid);
    }
    pnp_free(text);
    return NT_SUCCESS(status) ? give(&guid, sizeof(guid), room, buffer, required) : status;
}

static NTSTATUS get_known(struct pnp_node *node, const DEVPROPKEY *key, ULONG room, PVOID buffer,
                          PULONG required, PDEVPROPTYPE type)
{
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(known_properties); i++) {
        if (!is_key(key, known_properties[i].key))
            continue;
        *type = known_properties[i].type;
        return IoGetDeviceProperty(node->pdo, known_properties[i].property, room, buffer, required);
    }
    for (i = 0; i < RTL_NUMBER_OF(key_values); i++) {
        if (!is_key(key, key_values[i].key))
            continue;
        *type = key_values[i].type;
        status = give_key_value(node, &key_values[i], room, buffer, required);
        if (status != STATUS_OBJECT_NAME_NOT_FOUND)
            return status;
    }
    return give_of_node(node, key, room, buffer, required, type);
}

/* ---- what drivers have set -------------------------------------------------------------- */

static VOID value_key(struct pnp_path *path, const DEVPROPKEY *key)
{
    pnp_path_add_text(path, L"\\");
    pnp_path_add_guid(path, &key->fmtid);
    pnp_path_format(path, "\\%04x", key->pid);
}

static NTSTATUS set_value(struct pnp_path *path, const DEVPROPKEY *key, DEVPROPTYPE type,
                          ULONG size, PVOID data)
{
    NTSTATUS status;

    value_key(path, key);
    if (data)
        return pnp_set_data(path, L"", VALUE_TYPE_BASE | type, data, size);
    status = NT_SUCCESS(path->status) ? cm_delete_key(&path->name) : path->status;
    return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_SUCCESS : status;
}

/* One that the system keeps in the device's key; FALSE: it is none. */
static BOOLEAN set_key_value(struct pnp_node *node, const DEVPROPKEY *key, DEVPROPTYPE type,
                             ULONG size, PVOID data, NTSTATUS *status)
{
    struct pnp_path path;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(key_values); i++)
        if (is_key(key, key_values[i].key))
            break;
    if (i == RTL_NUMBER_OF(key_values))
        return FALSE;
    pnp_enum_key(&path, node, NULL);
    if (type != key_values[i].type || type == DEVPROP_TYPE_GUID)
        *status = STATUS_INVALID_PARAMETER;
    else if (data)
        *status = pnp_set_data(&path, key_values[i].value, key_values[i].registry_type, data, size);
    else
        *status = pnp_delete_value(&path, key_values[i].value);
    return TRUE;
}

static NTSTATUS get_value(struct pnp_path *path, const DEVPROPKEY *key, ULONG room, PVOID buffer,
                          PULONG required, PDEVPROPTYPE type)
{
    ULONG found;
    NTSTATUS status;

    value_key(path, key);
    status = give_value(path, L"", room, buffer, required, &found);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        *type = found & ~VALUE_TYPE_BASE;
    return status;
}

NTSTATUS pnp_get_property(struct pnp_node *node, const DEVPROPKEY *key, ULONG room, PVOID buffer,
                          PULONG required, PDEVPROPTYPE type)
{
    struct pnp_path path;
    NTSTATUS status = get_known(node, key, room, buffer, required, type);

    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    pnp_enum_key(&path, node, L"Properties");
    return get_value(&path, key, room, buffer, required, type);
}

NTSTATUS NTAPI IoGetDevicePropertyData(PDEVICE_OBJECT Pdo, CONST DEVPROPKEY *PropertyKey, LCID Lcid,
                                       ULONG Flags, ULONG Size, PVOID Data, PULONG RequiredSize,
                                       PDEVPROPTYPE Type)
{
    struct pnp_node *node;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Lcid); /* texts are kept in one language */
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *RequiredSize = 0;
    *Type = DEVPROP_TYPE_EMPTY;
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    node = pnp_node_of(Pdo);
    if (!node || !node->instance.Length)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else
        status = pnp_get_property(node, PropertyKey, Size, Data, RequiredSize, Type);
    if (node)
        pnp_node_dereference(node);
    return status;
}

NTSTATUS NTAPI IoSetDevicePropertyData(PDEVICE_OBJECT Pdo, CONST DEVPROPKEY *PropertyKey, LCID Lcid,
                                       ULONG Flags, DEVPROPTYPE Type, ULONG Size, PVOID Data)
{
    struct pnp_node *node;
    struct pnp_path path;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    UNREFERENCED_PARAMETER(Lcid);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Flags & ~PLUGPLAY_PROPERTY_PERSISTENT)
        return STATUS_INVALID_PARAMETER;
    node = pnp_node_of(Pdo);
    if (!node)
        return status;
    if (node->instance.Length && !set_key_value(node, PropertyKey, Type, Size, Data, &status)) {
        pnp_enum_key(&path, node, L"Properties");
        status = set_value(&path, PropertyKey, Type, Size, Data);
    }
    pnp_node_dereference(node);
    return status;
}

/* ---- interfaces ------------------------------------------------------------------------- */

static NTSTATUS get_of_interface(PUNICODE_STRING link, const DEVPROPKEY *key, ULONG room,
                                 PVOID buffer, PULONG required, PDEVPROPTYPE type)
{
    struct pnp_interface *own = pnp_find_interface(link);
    DEVPROP_BOOLEAN is_enabled;
    struct pnp_path path;
    NTSTATUS status;

    if (!own)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    is_enabled = own->is_enabled ? DEVPROP_TRUE : DEVPROP_FALSE;
    if (is_key(key, &DEVPKEY_DeviceInterface_Enabled)) {
        *type = DEVPROP_TYPE_BOOLEAN;
        status = give(&is_enabled, sizeof(is_enabled), room, buffer, required);
    } else if (is_key(key, &DEVPKEY_DeviceInterface_ClassGuid)) {
        *type = DEVPROP_TYPE_GUID;
        status = give(&own->class_guid, sizeof(GUID), room, buffer, required);
    } else if (is_key(key, &DEVPKEY_Device_InstanceId)) {
        *type = DEVPROP_TYPE_STRING;
        status = give_text(&own->node->instance, room, buffer, required);
    } else {
        status = pnp_interface_key(&path, link, L"Properties");
        if (NT_SUCCESS(status))
            status = get_value(&path, key, room, buffer, required, type);
    }
    pnp_node_dereference(own->node);
    return status;
}

NTSTATUS NTAPI IoGetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                CONST DEVPROPKEY *PropertyKey, LCID Lcid,
                                                ULONG Flags, ULONG Size, PVOID Data,
                                                PULONG RequiredSize, PDEVPROPTYPE Type)
{
    UNREFERENCED_PARAMETER(Lcid);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *RequiredSize = 0;
    *Type = DEVPROP_TYPE_EMPTY;
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    return get_of_interface(SymbolicLinkName, PropertyKey, Size, Data, RequiredSize, Type);
}

NTSTATUS NTAPI IoSetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                CONST DEVPROPKEY *PropertyKey, LCID Lcid,
                                                ULONG Flags, DEVPROPTYPE Type, ULONG Size,
                                                PVOID Data)
{
    struct pnp_path path;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Lcid);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Flags & ~PLUGPLAY_PROPERTY_PERSISTENT)
        return STATUS_INVALID_PARAMETER;
    status = pnp_interface_key(&path, SymbolicLinkName, L"Properties");
    if (NT_SUCCESS(status))
        status = set_value(&path, PropertyKey, Type, Size, Data);
    return status;
}
