/*
 * The registry keys of devices and interfaces.
 */
#include "../advapi32/registry.h"
#include "cfgmgr.h"

CONFIGRET cfg_open_key(enum pnp_control operation, PCWSTR name, enum pnp_key which, REGSAM access,
                       REGDISPOSITION disposition, PHKEY key)
{
    struct pnp_control_block block = {.name = name, .value = which};
    ULONG made;
    HANDLE handle;
    NTSTATUS status;

    if (!key)
        return CR_INVALID_POINTER;
    PWSTR path = cfg_answer(operation, &block, &status);
    if (!path)
        return status == STATUS_OBJECT_NAME_NOT_FOUND ? CR_NO_SUCH_REGISTRY_KEY
                                                      : cfg_result(status);
    status = registry_open(path, access, disposition == RegDisposition_OpenAlways ? &made : NULL,
                           &handle);
    free(path);
    if (!NT_SUCCESS(status))
        return status == STATUS_OBJECT_NAME_NOT_FOUND ? CR_NO_SUCH_REGISTRY_KEY
                                                      : cfg_result(status);
    *key = (HKEY)handle;
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Open_DevNode_Key(DEVINST device, REGSAM access, ULONG profile,
                                     REGDISPOSITION disposition, PHKEY key, ULONG flags)
{
    PCWSTR name = cfg_instance(device);

    (void)profile; /* there is one */
    if (flags & ~(ULONG)CM_REGISTRY_BITS)
        return CR_INVALID_FLAG;
    if (!name)
        return CR_INVALID_DEVNODE;
    return cfg_open_key(PNP_CONTROL_KEY, name,
                        flags & CM_REGISTRY_SOFTWARE ? PNP_SOFTWARE_KEY : PNP_HARDWARE_KEY, access,
                        disposition, key);
}

CONFIGRET WINAPI CM_Open_Device_Interface_KeyW(LPCWSTR link, REGSAM access,
                                               REGDISPOSITION disposition, PHKEY key, ULONG flags)
{
    if (flags)
        return CR_INVALID_FLAG;
    return link ? cfg_open_key(PNP_CONTROL_INTERFACE_KEY, link, PNP_HARDWARE_KEY, access,
                               disposition, key)
                : CR_INVALID_POINTER;
}

CONFIGRET WINAPI CM_Open_Device_Interface_KeyA(LPCSTR link, REGSAM access,
                                               REGDISPOSITION disposition, PHKEY key, ULONG flags)
{
    struct win32_text text;

    if (!win32_text_open(&text, link))
        return CR_OUT_OF_MEMORY;
    CONFIGRET result = CM_Open_Device_Interface_KeyW(text.text, access, disposition, key, flags);
    win32_text_close(&text);
    return result;
}
