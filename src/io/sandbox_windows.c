/*
 * The folders that every Windows has on drive C:, and \SystemRoot, which names the first. The
 * user's folder need not have them: they are made for the first who makes something in one, or
 * looks at one itself. Until then they are empty.
 */
#include "sandbox.h"

static const PCSTR folders[] = {
    "Windows", /* before those in it */
    "Windows/Temp",
    "Windows/System32",
    "Windows/System32/drivers",
};

static CHAR lower(CHAR letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
}

/* How many letters of path name folder, or 0: it is neither that nor below. */
static SIZE_T begins_with(PCSTR path, PCSTR folder)
{
    SIZE_T length;

    for (length = 0; folder[length]; length++) {
        if (lower(path[length]) != lower(folder[length]))
            return 0;
    }
    return path[length] == 0 || path[length] == '/' ? length : 0;
}

/* What is left of path behind the longest of the folders that it begins with; NULL: none. */
static PCSTR behind_folder(const struct sandbox_drive *drive, PCSTR path)
{
    SIZE_T longest = 0;
    ULONG i;

    for (i = 0; drive->has_windows && i < RTL_NUMBER_OF(folders); i++) {
        SIZE_T length = begins_with(path, folders[i]);

        if (length > longest)
            longest = length;
    }
    return longest ? path + longest : NULL;
}

BOOLEAN sandbox_is_windows_folder(const struct sandbox_drive *drive, PCSTR path)
{
    PCSTR rest = behind_folder(drive, path);

    return rest && !*rest;
}

BOOLEAN sandbox_is_in_windows_folder(const struct sandbox_drive *drive, PCSTR path)
{
    PCSTR rest = behind_folder(drive, path);

    if (!rest || !*rest)
        return FALSE;
    do
        rest++;
    while (*rest && *rest != '/');
    return !*rest;
}

VOID sandbox_make_windows_folders(struct sandbox_drive *drive, PCSTR path)
{
    struct hal_file *folder;
    int created;
    ULONG i;

    for (i = 0; drive->has_windows && i < RTL_NUMBER_OF(folders); i++) {
        if (begins_with(path, folders[i]) &&
            hal_file_open(&folder, drive->root, folders[i],
                          HAL_OPEN_READ | HAL_OPEN_CREATE | HAL_OPEN_DIRECTORY, &created) == HAL_OK)
            hal_file_close(folder);
    }
}

NTSTATUS sandbox_link_system_root(VOID)
{
    static const UNICODE_STRING name = RTL_STRING(L"\\SystemRoot"),
                                target = RTL_STRING(L"\\Device\\HarddiskVolumeC\\Windows");

    return ob_create_symbolic_link(&name, &target);
}
