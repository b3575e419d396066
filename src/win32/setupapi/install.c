/*
 * Changing devices: new root-enumerated ones, as `devcon install` makes them; removing, disabling
 * and enabling through the class installer's functions.
 */
#include "setup.h"

/* newdev.h's. */
BOOL WINAPI UpdateDriverForPlugAndPlayDevicesW(HWND window, LPCWSTR hardware_id, LPCWSTR inf,
                                               DWORD flags, PBOOL reboot);
BOOL WINAPI UpdateDriverForPlugAndPlayDevicesA(HWND window, LPCSTR hardware_id, LPCSTR inf,
                                               DWORD flags, PBOOL reboot);

static PWSTR copy_text(PCWSTR text)
{
    PWSTR copy = malloc((win32_length(text) + 1) * sizeof(WCHAR));

    return copy ? lstrcpyW(copy, text) : NULL;
}

/* The element of a set, for work on it under the set's lock. */
static BOOL with_device(HDEVINFO handle, PSP_DEVINFO_DATA data,
                        BOOL (*work)(struct setup_set *set, struct setup_device *device,
                                     const void *context),
                        const void *context)
{
    struct setup_set *set = setup_lock(handle);
    struct setup_device *device = set ? setup_device_of(set, data) : NULL;
    BOOL good = device && work(set, device, context);

    if (set)
        setup_unlock(set);
    return good;
}

/* ---- a new device ----------------------------------------------------------------------- */

BOOL WINAPI SetupDiCreateDeviceInfoW(HDEVINFO handle, PCWSTR name, const GUID *class_guid,
                                     PCWSTR description, HWND window, DWORD flags,
                                     PSP_DEVINFO_DATA data)
{
    BOOL good = FALSE;

    (void)description; /* the INF has one */
    (void)window;
    if (!name || !*name || !class_guid)
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(DICD_GENERATE_ID | DICD_INHERIT_CLASSDRVS))
        return win32_fail(ERROR_INVALID_FLAGS);
    struct setup_set *set = setup_lock(handle);
    if (!set)
        return FALSE;
    struct setup_device *device = setup_add_device(set, 0);
    if (device) {
        device->class_guid = *class_guid;
        device->name = copy_text(name);
        good = device->name ? !data || setup_show_device(device, data)
                            : win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    setup_unlock(set);
    return good;
}

BOOL WINAPI SetupDiCreateDeviceInfoA(HDEVINFO handle, PCSTR name, const GUID *class_guid,
                                     PCSTR description, HWND window, DWORD flags,
                                     PSP_DEVINFO_DATA data)
{
    struct win32_text text;

    (void)description;
    BOOL good = win32_text_open(&text, name) &&
                SetupDiCreateDeviceInfoW(handle, text.text, class_guid, NULL, window, flags, data);
    win32_text_close(&text);
    return good;
}

struct property_value {
    DWORD property;
    const void *data;
    DWORD bytes;
};

static BOOL set_property(struct setup_set *set, struct setup_device *device, const void *context)
{
    const struct property_value *value = context;

    (void)set;
    if (device->device)
        return setup_result(cfg_set_registry_property(device->device, value->property + 1,
                                                      value->data, value->bytes));
    /* Of a device that is to be: its hardware id is what it is registered with. */
    if (value->property != SPDRP_HARDWAREID || !value->data)
        return win32_fail(ERROR_DEVINFO_NOT_REGISTERED);
    free(device->hardware_id);
    device->hardware_id = copy_text(value->data);
    return device->hardware_id ? TRUE : win32_fail(ERROR_NOT_ENOUGH_MEMORY);
}

BOOL WINAPI SetupDiSetDeviceRegistryPropertyW(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                              DWORD property, const BYTE *buffer, DWORD size)
{
    struct property_value value = {property, buffer, size};

    return with_device(handle, data, set_property, &value);
}

BOOL WINAPI SetupDiSetDeviceRegistryPropertyA(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                              DWORD property, const BYTE *buffer, DWORD size)
{
    static const DWORD lists = 1u << SPDRP_HARDWAREID | 1u << SPDRP_COMPATIBLEIDS |
                               1u << SPDRP_UPPERFILTERS | 1u << SPDRP_LOWERFILTERS;
    static const DWORD numbers = 1u << SPDRP_CONFIGFLAGS | 1u << SPDRP_DEVTYPE |
                                 1u << SPDRP_EXCLUSIVE | 1u << SPDRP_CHARACTERISTICS;
    SIZE_T length;

    if (property >= 32 || !buffer || (numbers >> property & 1))
        return SetupDiSetDeviceRegistryPropertyW(handle, data, property, buffer, size);
    PWSTR wide = cfg_wide((const char *)buffer, (lists >> property & 1) != 0, &length);
    if (!wide)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    BOOL good = SetupDiSetDeviceRegistryPropertyW(handle, data, property, (const BYTE *)wide,
                                                  (DWORD)(length * sizeof(WCHAR)));
    free(wide);
    return good;
}

/* The kernel makes a device and installs its driver in one; the INF has to be known to it. */
static BOOL register_device(struct setup_set *set, struct setup_device *device, const void *unused)
{
    struct pnp_control_block block = {.name = device->hardware_id};
    NTSTATUS status;

    (void)set;
    (void)unused;
    if (device->device)
        return TRUE;
    if (!device->hardware_id)
        return win32_fail(ERROR_INVALID_PARAMETER);
    PWSTR instance = cfg_answer(PNP_CONTROL_ADD, &block, &status);
    if (!instance)
        return win32_result(status);
    device->device = cfg_devinst(instance);
    free(instance);
    return device->device ? TRUE : win32_fail(ERROR_NOT_ENOUGH_MEMORY);
}

BOOL WINAPI SetupDiRegisterDeviceInfo(HDEVINFO handle, PSP_DEVINFO_DATA data, DWORD flags,
                                      PSP_DETSIG_CMPPROC compare, PVOID context,
                                      PSP_DEVINFO_DATA duplicate)
{
    (void)flags;
    (void)compare;
    (void)context;
    (void)duplicate;
    return with_device(handle, data, register_device, NULL);
}

/* ---- the class installer's functions ---------------------------------------------------- */

static BOOL set_params(struct setup_set *set, struct setup_device *device, const void *context)
{
    const SP_CLASSINSTALL_HEADER *header = context;

    (void)set;
    device->install_function = header ? header->InstallFunction : 0;
    if (header && header->InstallFunction == DIF_PROPERTYCHANGE)
        device->state_change = ((const SP_PROPCHANGE_PARAMS *)header)->StateChange;
    return TRUE;
}

BOOL WINAPI SetupDiSetClassInstallParamsW(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                          PSP_CLASSINSTALL_HEADER params, DWORD size)
{
    if (params && (params->cbSize != sizeof *params || size < sizeof *params))
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    if (params && params->InstallFunction == DIF_PROPERTYCHANGE &&
        size < sizeof(SP_PROPCHANGE_PARAMS))
        return win32_fail(ERROR_INVALID_USER_BUFFER);
    return with_device(handle, data, set_params, params);
}

BOOL WINAPI SetupDiSetClassInstallParamsA(HDEVINFO handle, PSP_DEVINFO_DATA data,
                                          PSP_CLASSINSTALL_HEADER params, DWORD size)
{
    return SetupDiSetClassInstallParamsW(handle, data, params, size);
}

static BOOL remove_device(struct setup_set *set, struct setup_device *device, const void *unused)
{
    PNP_VETO_TYPE veto;

    (void)set;
    (void)unused;
    return device->device &&
           setup_result(CM_Query_And_Remove_SubTreeW(device->device, &veto, NULL, 0, 0));
}

static BOOL change_state(struct setup_set *set, struct setup_device *device, const void *unused)
{
    CONFIGRET result = CR_SUCCESS;

    (void)set;
    (void)unused;
    if (!device->device || device->install_function != DIF_PROPERTYCHANGE)
        return win32_fail(ERROR_NO_CLASSINSTALL_PARAMS);
    switch (device->state_change) {
    case DICS_ENABLE:
    case DICS_START:
        return setup_result(CM_Enable_DevNode(device->device, 0));
    case DICS_DISABLE:
    case DICS_STOP:
        return setup_result(CM_Disable_DevNode(device->device, 0));
    case DICS_PROPCHANGE:
        result = CM_Disable_DevNode(device->device, 0);
        if (result == CR_SUCCESS)
            result = CM_Enable_DevNode(device->device, 0);
        return setup_result(result);
    default:
        return win32_fail(ERROR_INVALID_PARAMETER);
    }
}

BOOL WINAPI SetupDiRemoveDevice(HDEVINFO handle, PSP_DEVINFO_DATA data)
{
    return with_device(handle, data, remove_device, NULL);
}

BOOL WINAPI SetupDiChangeState(HDEVINFO handle, PSP_DEVINFO_DATA data)
{
    return with_device(handle, data, change_state, NULL);
}

BOOL WINAPI SetupDiCallClassInstaller(DI_FUNCTION function, HDEVINFO handle, PSP_DEVINFO_DATA data)
{
    switch (function) {
    case DIF_REGISTERDEVICE:
        return SetupDiRegisterDeviceInfo(handle, data, 0, NULL, NULL, NULL);
    case DIF_REMOVE:
        return SetupDiRemoveDevice(handle, data);
    case DIF_PROPERTYCHANGE:
        return SetupDiChangeState(handle, data);
    default:
        return win32_fail(ERROR_DI_DO_DEFAULT);
    }
}

/* ---- drivers for what is there ---------------------------------------------------------- */

/*
 * The INF is installed before a program runs, and its devices with it: this tells whether there is
 * a device with the hardware id.
 */
BOOL WINAPI UpdateDriverForPlugAndPlayDevicesW(HWND window, LPCWSTR hardware_id, LPCWSTR inf,
                                               DWORD flags, PBOOL reboot)
{
    HDEVINFO set = SetupDiGetClassDevsW(NULL, NULL, NULL, DIGCF_ALLCLASSES);
    SP_DEVINFO_DATA data = {.cbSize = sizeof data};
    BOOL found = FALSE;

    (void)window;
    (void)inf;
    (void)flags;
    if (reboot)
        *reboot = FALSE;
    if (!hardware_id || !inf)
        found = win32_fail(ERROR_INVALID_PARAMETER);
    for (DWORD i = 0; hardware_id && inf && !found && SetupDiEnumDeviceInfo(set, i, &data); i++) {
        CONFIGRET result;
        ULONG type, bytes;
        PWSTR ids = cfg_registry_property(data.DevInst, CM_DRP_HARDWAREID, &type, &bytes, &result);
        for (PWSTR id = ids; id && *id && !found; id += win32_length(id) + 1)
            found = win32_same_text(id, hardware_id);
        free(ids);
    }
    if (set != INVALID_HANDLE_VALUE)
        SetupDiDestroyDeviceInfoList(set);
    return found ? TRUE : win32_fail(ERROR_NO_SUCH_DEVINST);
}

BOOL WINAPI UpdateDriverForPlugAndPlayDevicesA(HWND window, LPCSTR hardware_id, LPCSTR inf,
                                               DWORD flags, PBOOL reboot)
{
    struct win32_text id;
    BOOL good =
        win32_text_open(&id, hardware_id) &&
        UpdateDriverForPlugAndPlayDevicesW(window, id.text, inf ? L"?" : NULL, flags, reboot);
    win32_text_close(&id);
    return good;
}
