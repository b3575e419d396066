/*
 * What a device or interface of a set is: paths, names, properties, keys.
 */
#include "setup.h"

/* ---- interfaces ------------------------------------------------------------------------- */

/* The path of an interface, copied (free), and its device for of (may be NULL). */
static PWSTR path_of(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data, PSP_DEVINFO_DATA of)
{
    PWSTR path = NULL;
    struct setup_set *set = setup_lock(handle);
    struct setup_interface *found = set ? setup_interface_of(set, data) : NULL;

    if (found && (!of || setup_show_device(found->owner, of))) {
        path = malloc((win32_length(found->path) + 1) * sizeof(WCHAR));
        if (path)
            lstrcpyW(path, found->path);
        else
            win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    if (set)
        setup_unlock(set);
    return path;
}

BOOL WINAPI SetupDiGetDeviceInterfaceDetailW(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data,
                                             PSP_DEVICE_INTERFACE_DETAIL_DATA_W detail, DWORD size,
                                             PDWORD required, PSP_DEVINFO_DATA of)
{
    if (detail && detail->cbSize != sizeof *detail)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    if (!detail && size)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    PWSTR path = path_of(handle, data, of);
    if (!path)
        return FALSE;
    DWORD bytes = (DWORD)((win32_length(path) + 1) * sizeof(WCHAR));
    DWORD needed = (DWORD)offsetof(SP_DEVICE_INTERFACE_DETAIL_DATA_W, DevicePath) + bytes;
    /* The structure's own size is the least. */
    needed = max(needed, (DWORD)sizeof *detail);
    if (required)
        *required = needed;
    if (size >= needed)
        memcpy(detail->DevicePath, path, bytes);
    free(path);
    return size >= needed ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI SetupDiGetDeviceInterfaceDetailA(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data,
                                             PSP_DEVICE_INTERFACE_DETAIL_DATA_A detail, DWORD size,
                                             PDWORD required, PSP_DEVINFO_DATA of)
{
    SIZE_T bytes = 0;

    if (detail && detail->cbSize != sizeof *detail)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    if (!detail && size)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    PWSTR path = path_of(handle, data, of);
    if (!path)
        return FALSE;
    char *narrow = cfg_narrow(path, FALSE, &bytes);
    free(path);
    if (!narrow)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    DWORD needed = (DWORD)(offsetof(SP_DEVICE_INTERFACE_DETAIL_DATA_A, DevicePath) + bytes);
    needed = max(needed, (DWORD)sizeof *detail);
    if (required)
        *required = needed;
    if (size >= needed)
        memcpy(detail->DevicePath, narrow, bytes);
    free(narrow);
    return size >= needed ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

HKEY WINAPI SetupDiOpenDeviceInterfaceRegKey(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data,
                                             DWORD reserved, REGSAM access)
{
    HKEY key = INVALID_HANDLE_VALUE;
    PWSTR path = path_of(handle, data, NULL);

    (void)reserved;
    if (path && !setup_result(CM_Open_Device_Interface_KeyW(path, access,
                                                            RegDisposition_OpenExisting, &key, 0)))
        key = INVALID_HANDLE_VALUE;
    free(path);
    return key;
}

/* ---- devices ---------------------------------------------------------------------------- */

/* The device's number; 0 with the last error. */
static DEVINST number_of(HDEVINFO handle, PSP_DEVINFO_DATA data)
{
    DEVINST number = 0;
    struct setup_set *set = setup_lock(handle);
    struct setup_device *device = set ? setup_device_of(set, data) : NULL;

    if (device) {
        number = device->device;
        if (!number)
            win32_fail(ERROR_DEVINFO_NOT_REGISTERED);
    }
    if (set)
        setup_unlock(set);
    return number;
}

BOOL WINAPI SetupDiGetDeviceInstanceIdW(HDEVINFO handle, PSP_DEVINFO_DATA data, PWSTR buffer,
                                        DWORD size, PDWORD required)
{
    DEVINST number = number_of(handle, data);

    return number && setup_copy_text(cfg_instance(number), buffer, size, required);
}

BOOL WINAPI SetupDiGetDeviceInstanceIdA(HDEVINFO handle, PSP_DEVINFO_DATA data, PSTR buffer,
                                        DWORD size, PDWORD required)
{
    DEVINST number = number_of(handle, data);

    return number && setup_copy_narrow(cfg_instance(number), buffer, size, required);
}

/* What CM_* answered about a property, as SetupDi* tells it. */
static BOOL property_result(CONFIGRET result, DWORD missing)
{
    if (result == CR_NO_SUCH_VALUE)
        return win32_fail(missing);
    if (result == CR_INVALID_PROPERTY)
        return win32_fail(ERROR_INVALID_REG_PROPERTY);
    if (result == CR_NO_SUCH_DEVNODE)
        return win32_fail(ERROR_NO_SUCH_DEVINST);
    return setup_result(result);
}

typedef CONFIGRET(WINAPI *registry_getter)(DEVINST device, ULONG property, PULONG type,
                                           PVOID buffer, PULONG size, ULONG flags);

static BOOL get_registry_property(HDEVINFO handle, PSP_DEVINFO_DATA data, DWORD property,
                                  PDWORD type, PBYTE buffer, DWORD size, PDWORD required,
                                  registry_getter get)
{
    DEVINST number = number_of(handle, data);
    ULONG found_type = REG_NONE, bytes = buffer ? size : 0;

    if (!number)
        return FALSE;
    if (property >= SPDRP_MAXIMUM_PROPERTY)
        return win32_fail(ERROR_INVALID_REG_PROPERTY);
    CONFIGRET result = get(number, property + 1, &found_type, buffer, &bytes, 0);
    if (result == CR_SUCCESS || result == CR_BUFFER_SMALL) {
        if (type)
            *type = found_type;
        if (required)
            *required = bytes;
    }
    return property_result(result, ERROR_INVALID_DATA);
}

BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                              DWORD property, PDWORD type, PBYTE buffer, DWORD size,
                                              PDWORD required)
{
    return get_registry_property(handle, data, property, type, buffer, size, required,
                                 CM_Get_DevNode_Registry_PropertyW);
}

BOOL WINAPI SetupDiGetDeviceRegistryPropertyA(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                              DWORD property, PDWORD type, PBYTE buffer, DWORD size,
                                              PDWORD required)
{
    return get_registry_property(handle, data, property, type, buffer, size, required,
                                 CM_Get_DevNode_Registry_PropertyA);
}

BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO handle, PSP_DEVINFO_DATA data, const DEVPROPKEY *key,
                                      DEVPROPTYPE *type, PBYTE buffer, DWORD size, PDWORD required,
                                      DWORD flags)
{
    DEVINST number = number_of(handle, data);
    ULONG bytes = size;

    if (!number)
        return FALSE;
    if (flags)
        return win32_fail(ERROR_INVALID_FLAGS);
    CONFIGRET result = CM_Get_DevNode_PropertyW(number, key, type, buffer, &bytes, 0);
    if (required)
        *required = bytes;
    return property_result(result, ERROR_NOT_FOUND);
}

BOOL WINAPI SetupDiSetDevicePropertyW(HDEVINFO handle, PSP_DEVINFO_DATA data, const DEVPROPKEY *key,
                                      DEVPROPTYPE type, const PBYTE buffer, DWORD size, DWORD flags)
{
    DEVINST number = number_of(handle, data);

    return number &&
           property_result(CM_Set_DevNode_PropertyW(number, key, type, buffer, size, flags),
                           ERROR_NOT_FOUND);
}

BOOL WINAPI SetupDiGetDeviceInterfacePropertyW(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data,
                                               const DEVPROPKEY *key, DEVPROPTYPE *type,
                                               PBYTE buffer, DWORD size, PDWORD required,
                                               DWORD flags)
{
    PWSTR path = path_of(handle, data, NULL);
    ULONG bytes = size;

    if (!path)
        return FALSE;
    CONFIGRET result = CM_Get_Device_Interface_PropertyW(path, key, type, buffer, &bytes, flags);
    free(path);
    if (required)
        *required = bytes;
    return property_result(result, ERROR_NOT_FOUND);
}

HKEY WINAPI SetupDiOpenDevRegKey(HDEVINFO handle, PSP_DEVINFO_DATA data, DWORD scope, DWORD profile,
                                 DWORD type, REGSAM access)
{
    HKEY key = INVALID_HANDLE_VALUE;
    DEVINST number = number_of(handle, data);

    (void)profile;
    if (!number)
        return key;
    if (scope != DICS_FLAG_GLOBAL && scope != DICS_FLAG_CONFIGSPECIFIC)
        win32_fail(ERROR_INVALID_FLAGS);
    else if (type != DIREG_DEV && type != DIREG_DRV)
        win32_fail(ERROR_INVALID_PARAMETER);
    else {
        CONFIGRET result =
            CM_Open_DevNode_Key(number, access, 0, RegDisposition_OpenExisting, &key,
                                type == DIREG_DRV ? CM_REGISTRY_SOFTWARE : CM_REGISTRY_HARDWARE);
        if (result == CR_NO_SUCH_REGISTRY_KEY)
            win32_fail(ERROR_KEY_DOES_NOT_EXIST);
        else
            setup_result(result);
        if (result != CR_SUCCESS)
            key = INVALID_HANDLE_VALUE;
    }
    return key;
}

HKEY WINAPI SetupDiCreateDevRegKeyW(HDEVINFO handle, PSP_DEVINFO_DATA data, DWORD scope,
                                    DWORD profile, DWORD type, HINF inf, PCWSTR section)
{
    HKEY key = INVALID_HANDLE_VALUE;
    DEVINST number = number_of(handle, data);

    (void)scope;
    (void)profile;
    if (!number)
        return key;
    /* INF files are installed by the kernel alone. */
    if (inf || section || (type != DIREG_DEV && type != DIREG_DRV)) {
        win32_fail(ERROR_INVALID_PARAMETER);
        return key;
    }
    if (!setup_result(
            CM_Open_DevNode_Key(number, KEY_ALL_ACCESS, 0, RegDisposition_OpenAlways, &key,
                                type == DIREG_DRV ? CM_REGISTRY_SOFTWARE : CM_REGISTRY_HARDWARE)))
        key = INVALID_HANDLE_VALUE;
    return key;
}

HKEY WINAPI SetupDiCreateDevRegKeyA(HDEVINFO handle, PSP_DEVINFO_DATA data, DWORD scope,
                                    DWORD profile, DWORD type, HINF inf, PCSTR section)
{
    return SetupDiCreateDevRegKeyW(handle, data, scope, profile, type, inf, section ? L"?" : NULL);
}
