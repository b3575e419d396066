/*
 * SetupDiGetClassDevs: a set of devices or interfaces; and going through it.
 */
#include "setup.h"

#define KNOWN_FLAGS                                                                                \
    (DIGCF_DEFAULT | DIGCF_PRESENT | DIGCF_ALLCLASSES | DIGCF_PROFILE | DIGCF_DEVICEINTERFACE)

static BOOL add_devices(struct setup_set *set, PCWSTR filter, ULONG flags)
{
    ULONG length;
    BOOL good = FALSE;
    CONFIGRET result = CM_Get_Device_ID_List_SizeW(&length, filter, flags);
    PWSTR list = result == CR_SUCCESS ? calloc(length + 1, sizeof(WCHAR)) : NULL;

    if (list)
        result = CM_Get_Device_ID_ListW(filter, list, length, flags);
    if (result == CR_SUCCESS && !list)
        result = CR_OUT_OF_MEMORY;
    good = setup_result(result);
    for (PWSTR name = list; good && *name; name += win32_length(name) + 1)
        good = setup_add_device(set, cfg_devinst(name)) != NULL;
    free(list);
    return good;
}

/* Devices of a setup class, of an enumerator, or all. */
static BOOL fill_devices(struct setup_set *set, const GUID *class_guid, PCWSTR enumerator,
                         DWORD flags)
{
    if (enumerator && *enumerator)
        return add_devices(set, enumerator, CM_GETIDLIST_FILTER_ENUMERATOR);
    if (flags & DIGCF_ALLCLASSES)
        return add_devices(set, NULL, CM_GETIDLIST_FILTER_NONE);
    WCHAR text[CFG_GUID_SIZE];
    cfg_guid_text(text, class_guid);
    return add_devices(set, text, CM_GETIDLIST_FILTER_CLASS);
}

static BOOL fill_interfaces(struct setup_set *set, const GUID *class_guid, PCWSTR device,
                            BOOL only_present)
{
    ULONG length, which = only_present ? CM_GET_DEVICE_INTERFACE_LIST_PRESENT
                                       : CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES;
    CONFIGRET result =
        CM_Get_Device_Interface_List_SizeW(&length, (LPGUID)class_guid, (PWSTR)device, which);
    PWSTR list = result == CR_SUCCESS ? calloc(length + 1, sizeof(WCHAR)) : NULL;

    if (list)
        result =
            CM_Get_Device_Interface_ListW((LPGUID)class_guid, (PWSTR)device, list, length, which);
    if (result == CR_SUCCESS && !list)
        result = CR_OUT_OF_MEMORY;
    BOOL good = setup_result(result);
    for (PWSTR path = list; good && *path; path += win32_length(path) + 1)
        good = setup_add_interface(set, path, class_guid) != NULL ||
               GetLastError() == ERROR_FILE_NOT_FOUND;
    free(list);
    return good;
}

static BOOL fill(HDEVINFO handle, const GUID *class_guid, PCWSTR enumerator, DWORD flags)
{
    struct setup_set *set = setup_lock(handle);
    BOOL good;

    if (!set)
        return FALSE;
    if (!(flags & DIGCF_DEVICEINTERFACE))
        good = fill_devices(set, class_guid, enumerator, flags);
    else if (class_guid)
        good = fill_interfaces(set, class_guid, enumerator, (flags & DIGCF_PRESENT) != 0);
    else
        /* Of all classes: SetupDiEnumDeviceInterfaces names the one that is wanted. */
        good = fill_devices(set, NULL, enumerator, DIGCF_ALLCLASSES);
    setup_unlock(set);
    return good;
}

HDEVINFO WINAPI SetupDiGetClassDevsExW(const GUID *class_guid, PCWSTR enumerator, HWND window,
                                       DWORD flags, HDEVINFO into, PCWSTR machine, PVOID reserved)
{
    HDEVINFO handle = into;

    (void)window;
    (void)reserved;
    if ((machine && *machine) || (!class_guid && !(flags & DIGCF_ALLCLASSES))) {
        win32_fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (flags & ~(DWORD)KNOWN_FLAGS) {
        win32_fail(ERROR_INVALID_FLAGS);
        return INVALID_HANDLE_VALUE;
    }
    if (!handle)
        handle = setup_create(flags & DIGCF_DEVICEINTERFACE ? NULL : class_guid);
    if (handle == INVALID_HANDLE_VALUE || fill(handle, class_guid, enumerator, flags))
        return handle;
    DWORD error = GetLastError();
    if (!into)
        SetupDiDestroyDeviceInfoList(handle);
    SetLastError(error);
    return INVALID_HANDLE_VALUE;
}

HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *class_guid, PCWSTR enumerator, HWND window,
                                     DWORD flags)
{
    return SetupDiGetClassDevsExW(class_guid, enumerator, window, flags, NULL, NULL, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsExA(const GUID *class_guid, PCSTR enumerator, HWND window,
                                       DWORD flags, HDEVINFO into, PCSTR machine, PVOID reserved)
{
    struct win32_text text;

    if (!win32_text_open(&text, enumerator))
        return INVALID_HANDLE_VALUE;
    HDEVINFO handle = SetupDiGetClassDevsExW(class_guid, text.text, window, flags, into,
                                             machine && *machine ? L"?" : NULL, reserved);
    win32_text_close(&text);
    return handle;
}

HDEVINFO WINAPI SetupDiGetClassDevsA(const GUID *class_guid, PCSTR enumerator, HWND window,
                                     DWORD flags)
{
    return SetupDiGetClassDevsExA(class_guid, enumerator, window, flags, NULL, NULL, NULL);
}

/* ---- going through it ------------------------------------------------------------------- */

BOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO handle, DWORD index, PSP_DEVINFO_DATA data)
{
    struct setup_set *set;
    BOOL good;

    if (!data)
        return win32_fail(ERROR_INVALID_PARAMETER);
    set = setup_lock(handle);
    if (!set)
        return FALSE;
    struct setup_device *device = set->devices;
    while (device && (device->is_deleted || index--))
        device = device->next;
    good = device ? setup_show_device(device, data) : win32_fail(ERROR_NO_MORE_ITEMS);
    setup_unlock(set);
    return good;
}

/* A set of all classes gets a class's interfaces when they are asked for. */
static void load_class(struct setup_set *set, const GUID *class_guid)
{
    for (struct setup_interface *own = set->interfaces; own; own = own->next)
        if (IsEqualGUID(&own->class_guid, class_guid))
            return;
    if (set->devices && !set->has_class)
        fill_interfaces(set, class_guid, NULL, TRUE);
}

BOOL WINAPI SetupDiEnumDeviceInterfaces(HDEVINFO handle, PSP_DEVINFO_DATA of,
                                        const GUID *class_guid, DWORD index,
                                        PSP_DEVICE_INTERFACE_DATA data)
{
    struct setup_device *owner = NULL;
    struct setup_interface *found;
    BOOL good = FALSE;

    if (!class_guid || !data)
        return win32_fail(ERROR_INVALID_PARAMETER);
    struct setup_set *set = setup_lock(handle);
    if (!set)
        return FALSE;
    if (of)
        owner = setup_device_of(set, of);
    if (!of || owner) {
        load_class(set, class_guid);
        for (found = set->interfaces; found; found = found->next)
            if (!found->is_deleted && IsEqualGUID(&found->class_guid, class_guid) &&
                (!owner || found->owner == owner) && !index--)
                break;
        good = found ? setup_show_interface(found, data) : win32_fail(ERROR_NO_MORE_ITEMS);
    }
    setup_unlock(set);
    return good;
}

BOOL WINAPI SetupDiDeleteDeviceInfo(HDEVINFO handle, PSP_DEVINFO_DATA data)
{
    struct setup_set *set = setup_lock(handle);
    struct setup_device *device = set ? setup_device_of(set, data) : NULL;

    if (device)
        device->is_deleted = TRUE;
    if (set)
        setup_unlock(set);
    return device != NULL;
}

BOOL WINAPI SetupDiDeleteDeviceInterfaceData(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA data)
{
    struct setup_set *set = setup_lock(handle);
    struct setup_interface *found = set ? setup_interface_of(set, data) : NULL;

    if (found)
        found->is_deleted = TRUE;
    if (set)
        setup_unlock(set);
    return found != NULL;
}

/* ---- adding one by name ----------------------------------------------------------------- */

BOOL WINAPI SetupDiOpenDeviceInfoW(HDEVINFO handle, PCWSTR instance, HWND window, DWORD flags,
                                   PSP_DEVINFO_DATA data)
{
    DEVINST number;
    BOOL good = FALSE;

    (void)window;
    (void)flags;
    struct setup_set *set = setup_lock(handle);
    if (!set)
        return FALSE;
    if (!instance || !*instance)
        win32_fail(ERROR_INVALID_PARAMETER);
    else if (setup_result(CM_Locate_DevNodeW(&number, (PWSTR)instance, CM_LOCATE_DEVNODE_NORMAL))) {
        struct setup_device *device = setup_add_device(set, number);
        good = device && (!data || setup_show_device(device, data));
    }
    setup_unlock(set);
    return good;
}

BOOL WINAPI SetupDiOpenDeviceInfoA(HDEVINFO handle, PCSTR instance, HWND window, DWORD flags,
                                   PSP_DEVINFO_DATA data)
{
    struct win32_text text;
    BOOL good = win32_text_open(&text, instance) &&
                SetupDiOpenDeviceInfoW(handle, text.text, window, flags, data);
    win32_text_close(&text);
    return good;
}

BOOL WINAPI SetupDiOpenDeviceInterfaceW(HDEVINFO handle, PCWSTR path, DWORD flags,
                                        PSP_DEVICE_INTERFACE_DATA data)
{
    BOOL good = FALSE;

    (void)flags;
    struct setup_set *set = setup_lock(handle);
    if (!set)
        return FALSE;
    if (!path || !*path) {
        win32_fail(ERROR_INVALID_PARAMETER);
    } else {
        struct setup_interface *found = setup_add_interface(set, path, NULL);
        if (!found && GetLastError() == ERROR_FILE_NOT_FOUND)
            win32_fail(ERROR_NO_SUCH_DEVICE_INTERFACE);
        good = found && (!data || setup_show_interface(found, data));
    }
    setup_unlock(set);
    return good;
}

BOOL WINAPI SetupDiOpenDeviceInterfaceA(HDEVINFO handle, PCSTR path, DWORD flags,
                                        PSP_DEVICE_INTERFACE_DATA data)
{
    struct win32_text text;
    BOOL good =
        win32_text_open(&text, path) && SetupDiOpenDeviceInterfaceW(handle, text.text, flags, data);
    win32_text_close(&text);
    return good;
}
