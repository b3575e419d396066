/*
 * Devices: finding them, their place in the tree, their state.
 */
#include "cfgmgr.h"

/* ---- finding ---------------------------------------------------------------------------- */

CONFIGRET WINAPI CM_Locate_DevNodeW(PDEVINST device, DEVINSTID_W id, ULONG flags)
{
    struct pnp_control_block block = {.name = id && *id ? id : L"HTREE\\ROOT\\0"};

    if (!device)
        return CR_INVALID_POINTER;
    *device = 0;
    if (flags & ~(ULONG)CM_LOCATE_DEVNODE_BITS)
        return CR_INVALID_FLAG;
    NTSTATUS status = cfg_control(PNP_CONTROL_STATUS, &block);
    /* A device that is not there may be meant: its key is what is asked for then. */
    if (!NT_SUCCESS(status) &&
        !(flags & (CM_LOCATE_DEVNODE_PHANTOM | CM_LOCATE_DEVNODE_NOVALIDATION)))
        return cfg_result(status);
    *device = cfg_devinst(block.name);
    return *device ? CR_SUCCESS : CR_OUT_OF_MEMORY;
}

CONFIGRET WINAPI CM_Locate_DevNodeA(PDEVINST device, DEVINSTID_A id, ULONG flags)
{
    struct win32_text text;

    if (!win32_text_open(&text, id))
        return CR_OUT_OF_MEMORY;
    CONFIGRET result = CM_Locate_DevNodeW(device, text.text, flags);
    win32_text_close(&text);
    return result;
}

static CONFIGRET related(PDEVINST other, DEVINST device, ULONG flags, enum pnp_related relation)
{
    struct pnp_control_block block = {.name = cfg_instance(device), .value = relation};
    NTSTATUS status;

    if (!other)
        return CR_INVALID_POINTER;
    *other = 0;
    if (flags)
        return CR_INVALID_FLAG;
    if (!block.name)
        return CR_INVALID_DEVNODE;
    PWSTR instance = cfg_answer(PNP_CONTROL_RELATED, &block, &status);
    if (!instance)
        return cfg_result(status);
    *other = cfg_devinst(instance);
    free(instance);
    return *other ? CR_SUCCESS : CR_OUT_OF_MEMORY;
}

CONFIGRET WINAPI CM_Get_Parent(PDEVINST parent, DEVINST device, ULONG flags)
{
    return related(parent, device, flags, PNP_PARENT);
}

CONFIGRET WINAPI CM_Get_Child(PDEVINST child, DEVINST device, ULONG flags)
{
    return related(child, device, flags, PNP_CHILD);
}

CONFIGRET WINAPI CM_Get_Sibling(PDEVINST sibling, DEVINST device, ULONG flags)
{
    return related(sibling, device, flags, PNP_SIBLING);
}

CONFIGRET WINAPI CM_Get_Parent_Ex(PDEVINST parent, DEVINST device, ULONG flags, HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE : CM_Get_Parent(parent, device, flags);
}

CONFIGRET WINAPI CM_Get_Child_Ex(PDEVINST child, DEVINST device, ULONG flags, HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE : CM_Get_Child(child, device, flags);
}

CONFIGRET WINAPI CM_Get_Sibling_Ex(PDEVINST sibling, DEVINST device, ULONG flags, HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE : CM_Get_Sibling(sibling, device, flags);
}

/* ---- names ------------------------------------------------------------------------------ */

CONFIGRET WINAPI CM_Get_Device_ID_Size(PULONG length, DEVINST device, ULONG flags)
{
    PCWSTR instance = cfg_instance(device);

    if (!length)
        return CR_INVALID_POINTER;
    *length = 0;
    if (flags)
        return CR_INVALID_FLAG;
    if (!instance)
        return CR_INVALID_DEVNODE;
    *length = (ULONG)win32_length(instance); /* without the terminator */
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_IDW(DEVINST device, PWCHAR buffer, ULONG size, ULONG flags)
{
    PCWSTR instance = cfg_instance(device);
    SIZE_T length = instance ? win32_length(instance) : 0;

    if (!buffer)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    if (!instance)
        return CR_INVALID_DEVNODE;
    if (size < length)
        return CR_BUFFER_SMALL;
    /* The terminator only where there is room for it. */
    memcpy(buffer, instance, min(size, length + 1) * sizeof(WCHAR));
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_IDA(DEVINST device, PCHAR buffer, ULONG size, ULONG flags)
{
    PCWSTR instance = cfg_instance(device);
    SIZE_T bytes;

    if (!buffer)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    if (!instance)
        return CR_INVALID_DEVNODE;
    char *narrow = cfg_narrow(instance, FALSE, &bytes);
    CONFIGRET result = !narrow ? CR_OUT_OF_MEMORY : size < bytes - 1 ? CR_BUFFER_SMALL : CR_SUCCESS;
    if (result == CR_SUCCESS)
        memcpy(buffer, narrow, min(size, bytes));
    free(narrow);
    return result;
}

static PWSTR devices(PCWSTR filter, ULONG flags, CONFIGRET *result)
{
    static const struct {
        ULONG flag, control;
    } filters[] = {
        {CM_GETIDLIST_FILTER_ENUMERATOR, PNP_OF_ENUMERATOR},
        {CM_GETIDLIST_FILTER_SERVICE, PNP_OF_SERVICE},
        {CM_GETIDLIST_FILTER_CLASS, PNP_OF_CLASS},
    };
    ULONG known = CM_GETIDLIST_DONOTGENERATE | CM_GETIDLIST_FILTER_PRESENT;
    struct pnp_control_block block = {.name = filter};
    NTSTATUS status;

    for (SIZE_T i = 0; i < WIN32_COUNT(filters); i++) {
        known |= filters[i].flag;
        if (flags & filters[i].flag)
            block.flags = filters[i].control;
    }
    *result = flags & ~known               ? CR_INVALID_FLAG
              : block.flags && !block.name ? CR_INVALID_POINTER
                                           : CR_SUCCESS;
    if (*result != CR_SUCCESS)
        return NULL;
    PWSTR list = cfg_answer(PNP_CONTROL_DEVICES, &block, &status);
    *result = cfg_result(status);
    return list;
}

CONFIGRET WINAPI CM_Get_Device_ID_List_SizeW(PULONG length, PCWSTR filter, ULONG flags)
{
    CONFIGRET result;

    if (!length)
        return CR_INVALID_POINTER;
    PWSTR list = devices(filter, flags, &result);
    *length = list ? (ULONG)cfg_list_length(list) : 0;
    free(list);
    return result;
}

CONFIGRET WINAPI CM_Get_Device_ID_ListW(PCWSTR filter, PWCHAR buffer, ULONG size, ULONG flags)
{
    CONFIGRET result;

    if (!buffer || !size)
        return CR_INVALID_POINTER;
    PWSTR list = devices(filter, flags, &result);
    SIZE_T length = list ? cfg_list_length(list) : 0;
    if (list && length > size)
        result = CR_BUFFER_SMALL;
    else if (list)
        memcpy(buffer, list, length * sizeof(WCHAR));
    free(list);
    return result;
}

static char *narrow_devices(PCSTR filter, ULONG flags, SIZE_T *bytes, CONFIGRET *result)
{
    struct win32_text text;
    char *narrow = NULL;

    if (!win32_text_open(&text, filter)) {
        *result = CR_OUT_OF_MEMORY;
        return NULL;
    }
    PWSTR list = devices(text.text, flags, result);
    win32_text_close(&text);
    if (list) {
        narrow = cfg_narrow(list, TRUE, bytes);
        *result = narrow ? CR_SUCCESS : CR_OUT_OF_MEMORY;
    }
    free(list);
    return narrow;
}

CONFIGRET WINAPI CM_Get_Device_ID_List_SizeA(PULONG length, PCSTR filter, ULONG flags)
{
    CONFIGRET result;
    SIZE_T bytes = 0;

    if (!length)
        return CR_INVALID_POINTER;
    free(narrow_devices(filter, flags, &bytes, &result));
    *length = (ULONG)bytes;
    return result;
}

CONFIGRET WINAPI CM_Get_Device_ID_ListA(PCSTR filter, PCHAR buffer, ULONG size, ULONG flags)
{
    CONFIGRET result;
    SIZE_T bytes;

    if (!buffer || !size)
        return CR_INVALID_POINTER;
    char *list = narrow_devices(filter, flags, &bytes, &result);
    if (list && bytes > size)
        result = CR_BUFFER_SMALL;
    else if (list)
        memcpy(buffer, list, bytes);
    free(list);
    return result;
}

/* ---- state and changes ------------------------------------------------------------------ */

CONFIGRET WINAPI CM_Get_DevNode_Status(PULONG status, PULONG problem, DEVINST device, ULONG flags)
{
    struct pnp_control_block block = {.name = cfg_instance(device)};

    if (!status || !problem)
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    if (!block.name)
        return CR_INVALID_DEVNODE;
    NTSTATUS answer = cfg_control(PNP_CONTROL_STATUS, &block);
    if (NT_SUCCESS(answer)) {
        *status = block.value;
        *problem = block.problem;
    }
    return cfg_result(answer);
}

CONFIGRET WINAPI CM_Get_DevNode_Status_Ex(PULONG status, PULONG problem, DEVINST device,
                                          ULONG flags, HMACHINE machine)
{
    return machine ? CR_MACHINE_UNAVAILABLE : CM_Get_DevNode_Status(status, problem, device, flags);
}

static CONFIGRET change(DEVINST device, enum pnp_control operation, ULONG value)
{
    struct pnp_control_block block = {.name = cfg_instance(device), .value = value};

    return block.name ? cfg_result(cfg_control(operation, &block)) : CR_INVALID_DEVNODE;
}

CONFIGRET WINAPI CM_Reenumerate_DevNode(DEVINST device, ULONG flags)
{
    if (flags & ~(ULONG)CM_REENUMERATE_BITS)
        return CR_INVALID_FLAG;
    return change(device, PNP_CONTROL_ENUMERATE, 0);
}

CONFIGRET WINAPI CM_Setup_DevNode(DEVINST device, ULONG flags)
{
    if (flags & ~(ULONG)CM_SETUP_BITS)
        return CR_INVALID_FLAG;
    return change(device, PNP_CONTROL_ENABLE, 0);
}

CONFIGRET WINAPI CM_Enable_DevNode(DEVINST device, ULONG flags)
{
    return flags ? CR_INVALID_FLAG : change(device, PNP_CONTROL_ENABLE, 0);
}

CONFIGRET WINAPI CM_Disable_DevNode(DEVINST device, ULONG flags)
{
    if (flags & ~(ULONG)(CM_DISABLE_BITS | CM_DISABLE_PERSIST))
        return CR_INVALID_FLAG;
    CONFIGRET result = change(device, PNP_CONTROL_REMOVE, 3 /* PNP_DISABLE */);
    return result == CR_REMOVE_VETOED ? CR_NOT_DISABLEABLE : result;
}

/* With a place for the veto the result is a success of the call, and tells of the veto there. */
static CONFIGRET remove_device(DEVINST device, ULONG how, PPNP_VETO_TYPE type, LPWSTR name,
                               ULONG size)
{
    WCHAR reason[512];
    struct pnp_control_block block = {
        .name = cfg_instance(device), .value = how, .data = reason, .bytes = sizeof reason};

    if (!block.name)
        return CR_INVALID_DEVNODE;
    NTSTATUS status = cfg_control(PNP_CONTROL_REMOVE, &block);
    BOOL is_vetoed = status == STATUS_PLUGPLAY_QUERY_VETOED;
    if (type)
        *type = is_vetoed ? PNP_VetoDevice : PNP_VetoTypeUnknown;
    if (name && size)
        lstrcpynW(name, is_vetoed ? block.name : L"", (int)size);
    return cfg_result(status);
}

CONFIGRET WINAPI CM_Query_And_Remove_SubTreeW(DEVINST device, PPNP_VETO_TYPE type, LPWSTR name,
                                              ULONG size, ULONG flags)
{
    if (flags & ~(ULONG)CM_REMOVE_BITS)
        return CR_INVALID_FLAG;
    return remove_device(device, 0 /* PNP_REMOVE */, type, name, size);
}

CONFIGRET WINAPI CM_Request_Device_EjectW(DEVINST device, PPNP_VETO_TYPE type, LPWSTR name,
                                          ULONG size, ULONG flags)
{
    return flags ? CR_INVALID_FLAG : remove_device(device, 2 /* PNP_EJECT */, type, name, size);
}

static CONFIGRET remove_narrow(DEVINST device, ULONG how, PPNP_VETO_TYPE type, LPSTR name,
                               ULONG size)
{
    WCHAR wide[MAX_DEVICE_ID_LEN] = {0};
    CONFIGRET result = remove_device(device, how, type, wide, WIN32_COUNT(wide));

    if (name && size)
        WideCharToMultiByte(CP_ACP, 0, wide, -1, name, (int)size, NULL, NULL);
    return result;
}

CONFIGRET WINAPI CM_Query_And_Remove_SubTreeA(DEVINST device, PPNP_VETO_TYPE type, LPSTR name,
                                              ULONG size, ULONG flags)
{
    return flags & ~(ULONG)CM_REMOVE_BITS ? CR_INVALID_FLAG
                                          : remove_narrow(device, 0, type, name, size);
}

CONFIGRET WINAPI CM_Request_Device_EjectA(DEVINST device, PPNP_VETO_TYPE type, LPSTR name,
                                          ULONG size, ULONG flags)
{
    return flags ? CR_INVALID_FLAG : remove_narrow(device, 2, type, name, size);
}
