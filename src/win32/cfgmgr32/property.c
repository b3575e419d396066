/*
 * Properties, by DEVPROPKEY and by their old numbers.
 */
#include <initguid.h>

#include "cfgmgr.h"

#include <devpkey.h>

/* ---- by key ----------------------------------------------------------------------------- */

static CONFIGRET get_property(enum pnp_control operation, PCWSTR name, const DEVPROPKEY *key,
                              DEVPROPTYPE *type, PBYTE buffer, PULONG size, ULONG flags)
{
    if (!key || !type || !size)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    struct pnp_control_block block = {
        .name = name, .guid = key->fmtid, .pid = key->pid, .data = buffer, .bytes = *size};
    if (!buffer && *size)
        return CR_INVALID_POINTER;
    NTSTATUS status = cfg_control(operation, &block);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL) {
        *type = block.type;
        *size = block.bytes;
    } else {
        *size = 0;
    }
    return cfg_result(status);
}

static CONFIGRET set_property(enum pnp_control operation, PCWSTR name, const DEVPROPKEY *key,
                              DEVPROPTYPE type, PBYTE buffer, ULONG size, ULONG flags)
{
    if (!key)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    struct pnp_control_block block = {.name = name,
                                      .guid = key->fmtid,
                                      .pid = key->pid,
                                      .type = type,
                                      .data = type == DEVPROP_TYPE_EMPTY ? NULL : buffer,
                                      .bytes = size};
    return cfg_result(cfg_control(operation, &block));
}

CONFIGRET WINAPI CM_Get_DevNode_PropertyW(DEVINST device, const DEVPROPKEY *key, DEVPROPTYPE *type,
                                          PBYTE buffer, PULONG size, ULONG flags)
{
    PCWSTR name = cfg_instance(device);

    return name ? get_property(PNP_CONTROL_GET_PROPERTY, name, key, type, buffer, size, flags)
                : CR_INVALID_DEVNODE;
}

CONFIGRET WINAPI CM_Set_DevNode_PropertyW(DEVINST device, const DEVPROPKEY *key, DEVPROPTYPE type,
                                          const PBYTE buffer, ULONG size, ULONG flags)
{
    PCWSTR name = cfg_instance(device);

    return name ? set_property(PNP_CONTROL_SET_PROPERTY, name, key, type, buffer, size, flags)
                : CR_INVALID_DEVNODE;
}

CONFIGRET WINAPI CM_Get_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE *type, PBYTE buffer, PULONG size,
                                                   ULONG flags)
{
    return link ? get_property(PNP_CONTROL_GET_INTERFACE, link, key, type, buffer, size, flags)
                : CR_INVALID_POINTER;
}

CONFIGRET WINAPI CM_Set_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE type, const PBYTE buffer, ULONG size,
                                                   ULONG flags)
{
    return link ? set_property(PNP_CONTROL_SET_INTERFACE, link, key, type, buffer, size, flags)
                : CR_INVALID_POINTER;
}

/* ---- by number -------------------------------------------------------------------------- */

static const struct numbered {
    ULONG number; /* CM_DRP_* */
    const DEVPROPKEY *key;
    ULONG type; /* REG_* */
    BOOL is_settable;
} numbered_properties[] = {
    {CM_DRP_DEVICEDESC, &DEVPKEY_Device_DeviceDesc, REG_SZ, TRUE},
    {CM_DRP_HARDWAREID, &DEVPKEY_Device_HardwareIds, REG_MULTI_SZ, TRUE},
    {CM_DRP_COMPATIBLEIDS, &DEVPKEY_Device_CompatibleIds, REG_MULTI_SZ, TRUE},
    {CM_DRP_SERVICE, &DEVPKEY_Device_Service, REG_SZ, TRUE},
    {CM_DRP_CLASS, &DEVPKEY_Device_Class, REG_SZ, TRUE},
    {CM_DRP_CLASSGUID, &DEVPKEY_Device_ClassGuid, REG_SZ, FALSE},
    {CM_DRP_DRIVER, &DEVPKEY_Device_Driver, REG_SZ, TRUE},
    {CM_DRP_CONFIGFLAGS, &DEVPKEY_Device_ConfigFlags, REG_DWORD, TRUE},
    {CM_DRP_MFG, &DEVPKEY_Device_Manufacturer, REG_SZ, TRUE},
    {CM_DRP_FRIENDLYNAME, &DEVPKEY_Device_FriendlyName, REG_SZ, TRUE},
    {CM_DRP_LOCATION_INFORMATION, &DEVPKEY_Device_LocationInfo, REG_SZ, TRUE},
    {CM_DRP_PHYSICAL_DEVICE_OBJECT_NAME, &DEVPKEY_Device_PDOName, REG_SZ, FALSE},
    {CM_DRP_CAPABILITIES, &DEVPKEY_Device_Capabilities, REG_DWORD, FALSE},
    {CM_DRP_UI_NUMBER, &DEVPKEY_Device_UINumber, REG_DWORD, FALSE},
    {CM_DRP_UPPERFILTERS, &DEVPKEY_Device_UpperFilters, REG_MULTI_SZ, TRUE},
    {CM_DRP_LOWERFILTERS, &DEVPKEY_Device_LowerFilters, REG_MULTI_SZ, TRUE},
    {CM_DRP_BUSTYPEGUID, &DEVPKEY_Device_BusTypeGuid, REG_BINARY, FALSE},
    {CM_DRP_LEGACYBUSTYPE, &DEVPKEY_Device_LegacyBusType, REG_DWORD, FALSE},
    {CM_DRP_BUSNUMBER, &DEVPKEY_Device_BusNumber, REG_DWORD, FALSE},
    {CM_DRP_ENUMERATOR_NAME, &DEVPKEY_Device_EnumeratorName, REG_SZ, FALSE},
    {CM_DRP_DEVTYPE, &DEVPKEY_Device_DevType, REG_DWORD, TRUE},
    {CM_DRP_EXCLUSIVE, &DEVPKEY_Device_Exclusive, REG_DWORD, TRUE},
    {CM_DRP_CHARACTERISTICS, &DEVPKEY_Device_Characteristics, REG_DWORD, TRUE},
    {CM_DRP_ADDRESS, &DEVPKEY_Device_Address, REG_DWORD, FALSE},
    {CM_DRP_REMOVAL_POLICY, &DEVPKEY_Device_RemovalPolicy, REG_DWORD, FALSE},
    {CM_DRP_INSTALL_STATE, &DEVPKEY_Device_InstallState, REG_DWORD, FALSE},
    {CM_DRP_BASE_CONTAINERID, &DEVPKEY_Device_ContainerId, REG_SZ, FALSE},
};

static const struct numbered *find_numbered(ULONG number)
{
    for (SIZE_T i = 0; i < WIN32_COUNT(numbered_properties); i++)
        if (numbered_properties[i].number == number)
            return &numbered_properties[i];
    return NULL;
}

static PWSTR guid_text(const GUID *guid)
{
    PWSTR text = malloc(CFG_GUID_SIZE * sizeof(WCHAR));

    if (text)
        cfg_guid_text(text, guid);
    return text;
}

PVOID cfg_registry_property(DEVINST device, ULONG property, PULONG type, PULONG bytes,
                            CONFIGRET *result)
{
    const struct numbered *found = find_numbered(property);
    struct pnp_control_block block = {.name = cfg_instance(device)};
    NTSTATUS status;

    if (!found || !block.name) {
        *result = found ? CR_INVALID_DEVNODE : CR_INVALID_PROPERTY;
        return NULL;
    }
    block.guid = found->key->fmtid;
    block.pid = found->key->pid;
    PVOID data = cfg_answer(PNP_CONTROL_GET_PROPERTY, &block, &status);
    *result = cfg_result(status);
    *type = found->type;
    *bytes = block.bytes;
    /* What is a GUID by key is a text by number. */
    if (data && found->type == REG_SZ && block.type == DEVPROP_TYPE_GUID) {
        PWSTR text = guid_text(data);
        free(data);
        data = text;
        *bytes = text ? (ULONG)((win32_length(text) + 1) * sizeof(WCHAR)) : 0;
        *result = text ? CR_SUCCESS : CR_OUT_OF_MEMORY;
    }
    return data;
}

CONFIGRET cfg_set_registry_property(DEVINST device, ULONG property, const void *data, ULONG bytes)
{
    const struct numbered *found = find_numbered(property);
    PCWSTR name = cfg_instance(device);

    if (!found || !found->is_settable)
        return CR_INVALID_PROPERTY;
    if (!name)
        return CR_INVALID_DEVNODE;
    DEVPROPTYPE type = found->type == REG_SZ         ? DEVPROP_TYPE_STRING
                       : found->type == REG_MULTI_SZ ? DEVPROP_TYPE_STRING_LIST
                                                     : DEVPROP_TYPE_UINT32;
    return set_property(PNP_CONTROL_SET_PROPERTY, name, found->key, type, (PBYTE)data, bytes, 0);
}

/* size is in and out; type and buffer may be NULL. */
static CONFIGRET hand_out(const void *data, ULONG bytes, ULONG type, PULONG type_out, PVOID buffer,
                          PULONG size)
{
    ULONG room = *size;

    *size = bytes;
    if (type_out)
        *type_out = type;
    if (room < bytes || !buffer)
        return CR_BUFFER_SMALL;
    memcpy(buffer, data, bytes);
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_DevNode_Registry_PropertyW(DEVINST device, ULONG property, PULONG type,
                                                   PVOID buffer, PULONG size, ULONG flags)
{
    CONFIGRET result;
    ULONG found_type, bytes;

    if (!size)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    PVOID data = cfg_registry_property(device, property, &found_type, &bytes, &result);
    if (data)
        result = hand_out(data, bytes, found_type, type, buffer, size);
    free(data);
    return result;
}

CONFIGRET WINAPI CM_Get_DevNode_Registry_PropertyA(DEVINST device, ULONG property, PULONG type,
                                                   PVOID buffer, PULONG size, ULONG flags)
{
    CONFIGRET result;
    ULONG found_type, bytes;
    SIZE_T length;

    if (!size)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    PVOID data = cfg_registry_property(device, property, &found_type, &bytes, &result);
    if (data && (found_type == REG_SZ || found_type == REG_MULTI_SZ)) {
        char *narrow = cfg_narrow(data, found_type == REG_MULTI_SZ, &length);
        result = narrow ? hand_out(narrow, (ULONG)length, found_type, type, buffer, size)
                        : CR_OUT_OF_MEMORY;
        free(narrow);
    } else if (data) {
        result = hand_out(data, bytes, found_type, type, buffer, size);
    }
    free(data);
    return result;
}

CONFIGRET WINAPI CM_Set_DevNode_Registry_PropertyW(DEVINST device, ULONG property, PCVOID buffer,
                                                   ULONG size, ULONG flags)
{
    return flags ? CR_INVALID_FLAG : cfg_set_registry_property(device, property, buffer, size);
}

CONFIGRET WINAPI CM_Set_DevNode_Registry_PropertyA(DEVINST device, ULONG property, PCVOID buffer,
                                                   ULONG size, ULONG flags)
{
    const struct numbered *found = find_numbered(property);
    SIZE_T length;

    if (flags)
        return CR_INVALID_FLAG;
    if (!found || found->type == REG_DWORD || !buffer)
        return cfg_set_registry_property(device, property, buffer, size);
    PWSTR wide = cfg_wide(buffer, found->type == REG_MULTI_SZ, &length);
    if (!wide)
        return CR_OUT_OF_MEMORY;
    CONFIGRET result =
        cfg_set_registry_property(device, property, wide, (ULONG)(length * sizeof(WCHAR)));
    free(wide);
    return result;
}
