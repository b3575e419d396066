/*
 * Sets of devices.
 */
#include <initguid.h>

#include "setup.h"

#include <devpkey.h>

#define SET_MAGIC 0x53455444u

BOOL setup_result(CONFIGRET result)
{
    return result == CR_SUCCESS ? TRUE : win32_fail(CM_MapCrToWin32Err(result, ERROR_INVALID_DATA));
}

BOOL setup_copy_text(PCWSTR text, PWSTR buffer, DWORD size, PDWORD required)
{
    DWORD length = (DWORD)win32_length(text) + 1;

    if (required)
        *required = length;
    if (!buffer || size < length)
        return win32_fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, text, length * sizeof(WCHAR));
    return TRUE;
}

BOOL setup_copy_narrow(PCWSTR text, PSTR buffer, DWORD size, PDWORD required)
{
    SIZE_T length;
    char *narrow = cfg_narrow(text, FALSE, &length);
    BOOL fits = narrow && buffer && size >= length;

    if (!narrow)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    if (required)
        *required = (DWORD)length;
    if (fits)
        memcpy(buffer, narrow, length);
    free(narrow);
    return fits ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

/* ---- the set ---------------------------------------------------------------------------- */

struct setup_set *setup_lock(HDEVINFO handle)
{
    struct setup_set *set = handle;

    if (!set || handle == INVALID_HANDLE_VALUE || set->magic != SET_MAGIC) {
        win32_fail(ERROR_INVALID_HANDLE);
        return NULL;
    }
    AcquireSRWLockExclusive(&set->lock);
    return set;
}

void setup_unlock(struct setup_set *set)
{
    ReleaseSRWLockExclusive(&set->lock);
}

HDEVINFO setup_create(const GUID *class_guid)
{
    struct setup_set *set = calloc(1, sizeof *set);

    if (!set) {
        win32_fail(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    set->magic = SET_MAGIC;
    set->has_class = class_guid != NULL;
    if (class_guid)
        set->class_guid = *class_guid;
    return set;
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoList(const GUID *class_guid, HWND window)
{
    (void)window;
    return setup_create(class_guid);
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoListExW(const GUID *class_guid, HWND window, PCWSTR machine,
                                               PVOID reserved)
{
    (void)window;
    (void)reserved;
    if (machine && *machine) {
        win32_fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    return setup_create(class_guid);
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoListExA(const GUID *class_guid, HWND window, PCSTR machine,
                                               PVOID reserved)
{
    return SetupDiCreateDeviceInfoListExW(class_guid, window, machine && *machine ? L"?" : NULL,
                                          reserved);
}

BOOL WINAPI SetupDiDestroyDeviceInfoList(HDEVINFO handle)
{
    struct setup_set *set = setup_lock(handle);

    if (!set)
        return FALSE;
    set->magic = 0;
    while (set->interfaces) {
        struct setup_interface *gone = set->interfaces;
        set->interfaces = gone->next;
        free(gone->path);
        free(gone);
    }
    while (set->devices) {
        struct setup_device *gone = set->devices;
        set->devices = gone->next;
        free(gone->name);
        free(gone->hardware_id);
        free(gone);
    }
    setup_unlock(set);
    free(set);
    return TRUE;
}

/* ---- elements --------------------------------------------------------------------------- */

struct setup_device *setup_device_of(struct setup_set *set, PSP_DEVINFO_DATA data)
{
    struct setup_device *device = set->devices;

    if (!data || data->cbSize != sizeof *data) {
        win32_fail(data ? ERROR_INVALID_USER_BUFFER : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    while (device && ((ULONG_PTR)device != data->Reserved || device->is_deleted))
        device = device->next;
    if (!device)
        win32_fail(ERROR_INVALID_PARAMETER);
    return device;
}

struct setup_interface *setup_interface_of(struct setup_set *set, PSP_DEVICE_INTERFACE_DATA data)
{
    struct setup_interface *found = set->interfaces;

    if (!data || data->cbSize != sizeof *data) {
        win32_fail(data ? ERROR_INVALID_USER_BUFFER : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    while (found && ((ULONG_PTR)found != data->Reserved || found->is_deleted))
        found = found->next;
    if (!found)
        win32_fail(ERROR_INVALID_PARAMETER);
    return found;
}

BOOL setup_show_device(const struct setup_device *device, PSP_DEVINFO_DATA data)
{
    if (data->cbSize != sizeof *data)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    data->ClassGuid = device->class_guid;
    data->DevInst = device->device;
    data->Reserved = (ULONG_PTR)device;
    return TRUE;
}

BOOL setup_show_interface(const struct setup_interface *shown, PSP_DEVICE_INTERFACE_DATA data)
{
    if (data->cbSize != sizeof *data)
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    data->InterfaceClassGuid = shown->class_guid;
    data->Flags = shown->flags;
    data->Reserved = (ULONG_PTR)shown;
    return TRUE;
}

static void read_class(struct setup_device *device)
{
    ULONG size = sizeof device->class_guid;
    DEVPROPTYPE type;

    if (CM_Get_DevNode_PropertyW(device->device, &DEVPKEY_Device_ClassGuid, &type,
                                 (PBYTE)&device->class_guid, &size, 0) != CR_SUCCESS)
        device->class_guid = (GUID){0};
}

/* At the end: programs count from the first that was added. */
struct setup_device *setup_add_device(struct setup_set *set, DEVINST number)
{
    struct setup_device **link = &set->devices, *device;

    while ((device = *link) && (device->device != number || !number || device->is_deleted))
        link = &device->next;
    if (device)
        return device;
    device = calloc(1, sizeof *device);
    if (!device) {
        win32_fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    device->device = number;
    if (number)
        read_class(device);
    *link = device;
    return device;
}

/* The device that an interface belongs to. */
static DEVINST owner_of(PCWSTR path)
{
    WCHAR instance[MAX_DEVICE_ID_LEN];
    ULONG size = sizeof instance;
    DEVPROPTYPE type;

    if (CM_Get_Device_Interface_PropertyW(path, &DEVPKEY_Device_InstanceId, &type, (PBYTE)instance,
                                          &size, 0) != CR_SUCCESS)
        return 0;
    return cfg_devinst(instance);
}

static BOOL is_enabled(PCWSTR path)
{
    DEVPROP_BOOLEAN enabled = DEVPROP_FALSE;
    ULONG size = sizeof enabled;
    DEVPROPTYPE type;

    return CM_Get_Device_Interface_PropertyW(path, &DEVPKEY_DeviceInterface_Enabled, &type,
                                             (PBYTE)&enabled, &size, 0) == CR_SUCCESS &&
           enabled;
}

static GUID class_of(PCWSTR path)
{
    GUID class_guid = {0};
    ULONG size = sizeof class_guid;
    DEVPROPTYPE type;

    CM_Get_Device_Interface_PropertyW(path, &DEVPKEY_DeviceInterface_ClassGuid, &type,
                                      (PBYTE)&class_guid, &size, 0);
    return class_guid;
}

struct setup_interface *setup_add_interface(struct setup_set *set, PCWSTR path,
                                            const GUID *class_guid)
{
    struct setup_interface **link = &set->interfaces, *made;
    DEVINST number = owner_of(path);

    while (*link && ((*link)->is_deleted || !win32_same_text((*link)->path, path)))
        link = &(*link)->next;
    if (*link)
        return *link;
    if (!number) {
        win32_fail(ERROR_FILE_NOT_FOUND);
        return NULL;
    }
    struct setup_device *owner = setup_add_device(set, number);
    made = owner ? calloc(1, sizeof *made) : NULL;
    PWSTR copy = made ? malloc((win32_length(path) + 1) * sizeof(WCHAR)) : NULL;
    if (!copy) {
        free(made);
        win32_fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    made->owner = owner;
    made->class_guid = class_guid ? *class_guid : class_of(path);
    made->flags = is_enabled(path) ? SPINT_ACTIVE : 0;
    made->path = lstrcpyW(copy, path);
    *link = made;
    return made;
}
