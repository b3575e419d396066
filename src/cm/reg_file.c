/*
 * .reg files: names of keys in them, and the files themselves.
 */
#include "reg_file.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

/* In the order in which cm_save looks for a prefix: it writes with the first two alone. */
const struct cm_hive_name cm_hive_names[4] = {
    {RTL_CONSTANT_STRING(L"HKEY_LOCAL_MACHINE"), RTL_CONSTANT_STRING(L"Machine")},
    {RTL_CONSTANT_STRING(L"HKEY_USERS"), RTL_CONSTANT_STRING(L"User")},
    {RTL_CONSTANT_STRING(L"HKEY_CLASSES_ROOT"), RTL_CONSTANT_STRING(L"Machine\\Software\\Classes")},
    {RTL_CONSTANT_STRING(L"HKEY_CURRENT_USER"), RTL_CONSTANT_STRING(L"User\\.Default")},
};

NTSTATUS cm_open_file(PCSTR path, int how, struct hal_root **root, struct hal_file **file)
{
    SIZE_T length = strlen(path), at = length;
    PCHAR folder;
    int error, created;

    while (at && path[at - 1] != '/')
        at--;
    folder = ExAllocatePoolWithTag(PagedPool, at + 2, EX_TAG_REGISTRY);
    if (!folder)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(folder, at ? path : ".", at ? at : 1);
    folder[at ? at : 1] = 0;
    error = hal_root_open(root, folder);
    ExFreePoolWithTag(folder, EX_TAG_REGISTRY);
    if (error)
        return rtl_status_from_hal(error);
    error = hal_file_open(file, *root, path + at, how, &created);
    if (error) {
        hal_root_close(*root);
        return rtl_status_from_hal(error);
    }
    return STATUS_SUCCESS;
}
