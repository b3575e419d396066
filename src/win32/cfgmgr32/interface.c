/*
 * Device interfaces by class.
 */
#include "cfgmgr.h"

static PWSTR interfaces(LPGUID class_guid, PCWSTR device, ULONG flags, CONFIGRET *result)
{
    struct pnp_control_block block = {.name = device};
    NTSTATUS status;

    if (!class_guid) {
        *result = CR_INVALID_POINTER;
        return NULL;
    }
    if (flags & ~(ULONG)CM_GET_DEVICE_INTERFACE_LIST_BITS) {
        *result = CR_INVALID_FLAG;
        return NULL;
    }
    block.guid = *class_guid;
    if (flags & CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES)
        block.flags = PNP_ALL_INTERFACES;
    PWSTR list = cfg_answer(PNP_CONTROL_INTERFACES, &block, &status);
    *result = cfg_result(status);
    if (list)
        cfg_show_links(list);
    return list;
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeW(PULONG length, LPGUID class_guid,
                                                    DEVINSTID_W device, ULONG flags)
{
    CONFIGRET result;

    if (!length)
        return CR_INVALID_POINTER;
    *length = 0;
    PWSTR list = interfaces(class_guid, device, flags, &result);
    if (list)
        *length = (ULONG)cfg_list_length(list);
    free(list);
    return result;
}

CONFIGRET WINAPI CM_Get_Device_Interface_ListW(LPGUID class_guid, DEVINSTID_W device, PWCHAR buffer,
                                               ULONG size, ULONG flags)
{
    CONFIGRET result;

    if (!buffer || !size)
        return CR_INVALID_POINTER;
    PWSTR list = interfaces(class_guid, device, flags, &result);
    SIZE_T length = list ? cfg_list_length(list) : 0;
    if (list && length > size)
        result = CR_BUFFER_SMALL;
    else if (list)
        memcpy(buffer, list, length * sizeof(WCHAR));
    free(list);
    return result;
}

/* The list as narrow text; device may be NULL. */
static char *narrow_interfaces(LPGUID class_guid, PCSTR device, ULONG flags, SIZE_T *length,
                               CONFIGRET *result)
{
    struct win32_text name;
    char *narrow = NULL;

    if (!win32_text_open(&name, device)) {
        *result = CR_OUT_OF_MEMORY;
        return NULL;
    }
    PWSTR list = interfaces(class_guid, name.text, flags, result);
    win32_text_close(&name);
    if (list) {
        narrow = cfg_narrow(list, TRUE, length);
        *result = narrow ? CR_SUCCESS : CR_OUT_OF_MEMORY;
    }
    free(list);
    return narrow;
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeA(PULONG length, LPGUID class_guid,
                                                    DEVINSTID_A device, ULONG flags)
{
    CONFIGRET result;
    SIZE_T bytes = 0;

    if (!length)
        return CR_INVALID_POINTER;
    free(narrow_interfaces(class_guid, device, flags, &bytes, &result));
    *length = (ULONG)bytes;
    return result;
}

CONFIGRET WINAPI CM_Get_Device_Interface_ListA(LPGUID class_guid, DEVINSTID_A device, PCHAR buffer,
                                               ULONG size, ULONG flags)
{
    CONFIGRET result;
    SIZE_T bytes;

    if (!buffer || !size)
        return CR_INVALID_POINTER;
    char *list = narrow_interfaces(class_guid, device, flags, &bytes, &result);
    if (list && bytes > size)
        result = CR_BUFFER_SMALL;
    else if (list)
        memcpy(buffer, list, bytes);
    free(list);
    return result;
}

/* There is no other machine. */
CONFIGRET WINAPI CM_Get_Device_Interface_List_ExW(LPGUID class_guid, DEVINSTID_W device,
                                                  PWCHAR buffer, ULONG size, ULONG flags,
                                                  HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE
                   : CM_Get_Device_Interface_ListW(class_guid, device, buffer, size, flags);
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_ExA(LPGUID class_guid, DEVINSTID_A device,
                                                  PCHAR buffer, ULONG size, ULONG flags,
                                                  HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE
                   : CM_Get_Device_Interface_ListA(class_guid, device, buffer, size, flags);
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_Size_ExW(PULONG length, LPGUID class_guid,
                                                       DEVINSTID_W device, ULONG flags,
                                                       HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE
                   : CM_Get_Device_Interface_List_SizeW(length, class_guid, device, flags);
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_Size_ExA(PULONG length, LPGUID class_guid,
                                                       DEVINSTID_A device, ULONG flags,
                                                       HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE
                   : CM_Get_Device_Interface_List_SizeA(length, class_guid, device, flags);
}

CONFIGRET WINAPI CM_Get_Device_Interface_AliasW(LPCWSTR link, LPGUID class_guid, LPWSTR buffer,
                                                PULONG size, ULONG flags)
{
    struct pnp_control_block block = {.name = link};
    NTSTATUS status;

    if (!link || !class_guid || !buffer || !size)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    block.guid = *class_guid;
    PWSTR alias = cfg_answer(PNP_CONTROL_ALIAS, &block, &status);
    if (!alias)
        return status == STATUS_OBJECT_NAME_NOT_FOUND ? CR_NO_SUCH_DEVICE_INTERFACE
                                                      : cfg_result(status);
    ULONG length = (ULONG)win32_length(alias) + 1;
    CONFIGRET result = *size < length ? CR_BUFFER_SMALL : CR_SUCCESS;
    *size = length;
    if (result == CR_SUCCESS) {
        memcpy(buffer, alias, length * sizeof(WCHAR));
        buffer[1] = '\\';
    }
    free(alias);
    return result;
}
