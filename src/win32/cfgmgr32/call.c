/*
 * Into the kernel and back: answers of any size, statuses as cfgmgr32's results.
 */
#include "cfgmgr.h"

#include <setupapi.h>

CONFIGRET cfg_result(NTSTATUS status)
{
    static const struct {
        NTSTATUS status;
        CONFIGRET result;
    } table[] = {
        {STATUS_BUFFER_TOO_SMALL, CR_BUFFER_SMALL},
        {STATUS_NO_SUCH_DEVICE, CR_NO_SUCH_DEVNODE},
        {STATUS_OBJECT_NAME_NOT_FOUND, CR_NO_SUCH_VALUE},
        {STATUS_NOT_FOUND, CR_NO_SUCH_VALUE},
        {STATUS_INVALID_PARAMETER, CR_INVALID_DATA},
        {STATUS_INSUFFICIENT_RESOURCES, CR_OUT_OF_MEMORY},
        {STATUS_NO_MEMORY, CR_OUT_OF_MEMORY},
        {STATUS_PLUGPLAY_QUERY_VETOED, CR_REMOVE_VETOED},
        {STATUS_ACCESS_DENIED, CR_ACCESS_DENIED},
        {STATUS_PRIVILEGE_NOT_HELD, CR_ACCESS_DENIED},
        {STATUS_ACCESS_VIOLATION, CR_INVALID_POINTER},
        {STATUS_NAME_TOO_LONG, CR_INVALID_DEVICE_ID},
    };

    if (NT_SUCCESS(status))
        return CR_SUCCESS;
    for (SIZE_T i = 0; i < WIN32_COUNT(table); i++)
        if (table[i].status == status)
            return table[i].result;
    return CR_FAILURE;
}

PVOID cfg_answer(enum pnp_control operation, struct pnp_control_block *block, NTSTATUS *status)
{
    PVOID data = NULL;

    block->bytes = 256;
    do {
        free(data);
        data = malloc(block->bytes);
        block->data = data;
        *status = data ? cfg_control(operation, block) : STATUS_NO_MEMORY;
    } while (*status == STATUS_BUFFER_TOO_SMALL);
    if (NT_SUCCESS(*status))
        return data;
    free(data);
    return NULL;
}

DWORD WINAPI CM_MapCrToWin32Err(CONFIGRET result, DWORD otherwise)
{
    static const struct {
        CONFIGRET result;
        DWORD error;
    } table[] = {
        {CR_SUCCESS, NO_ERROR},
        {CR_OUT_OF_MEMORY, ERROR_NOT_ENOUGH_MEMORY},
        {CR_INVALID_POINTER, ERROR_INVALID_USER_BUFFER},
        {CR_INVALID_FLAG, ERROR_INVALID_FLAGS},
        {CR_INVALID_DEVNODE, ERROR_INVALID_DATA},
        {CR_INVALID_DEVICE_ID, ERROR_INVALID_DATA},
        {CR_INVALID_DATA, ERROR_INVALID_DATA},
        {CR_NO_SUCH_DEVNODE, ERROR_NO_SUCH_DEVINST},
        {CR_NO_SUCH_VALUE, ERROR_NOT_FOUND},
        {CR_NO_SUCH_REGISTRY_KEY, ERROR_FILE_NOT_FOUND},
        {CR_NO_SUCH_DEVICE_INTERFACE, ERROR_FILE_NOT_FOUND},
        {CR_BUFFER_SMALL, ERROR_INSUFFICIENT_BUFFER},
        {CR_ACCESS_DENIED, ERROR_ACCESS_DENIED},
        {CR_CALL_NOT_IMPLEMENTED, ERROR_CALL_NOT_IMPLEMENTED},
        {CR_ALREADY_SUCH_DEVNODE, ERROR_ALREADY_EXISTS},
        {CR_INVALID_PROPERTY, ERROR_INVALID_PARAMETER},
        {CR_REGISTRY_ERROR, ERROR_REGISTRY_CORRUPT},
    };

    for (SIZE_T i = 0; i < WIN32_COUNT(table); i++)
        if (table[i].result == result)
            return table[i].error;
    return otherwise;
}
