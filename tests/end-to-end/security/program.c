/*
 * Says what the caller may do, a line a device: which of reading, writing and everything it is
 * opened for, with "-" for what is denied, and which control codes the handle for reading may send;
 * then whether it may change the machine's registry and its own, and load drivers.
 */
#include <windows.h>
#include <ntstatus.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdio.h>

#include "security.h"

NTSTATUS NTAPI NtLoadDriver(PUNICODE_STRING name);

static HANDLE open_device(const wchar_t *name, DWORD access)
{
    wchar_t path[64];
    HANDLE device;

    swprintf(path, 64, L"\\\\.\\%ls", name);
    device =
        CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (device == INVALID_HANDLE_VALUE && GetLastError() != ERROR_ACCESS_DENIED)
        printf("error %lu ", GetLastError());
    return device;
}

static char opens(const wchar_t *name, DWORD access, char letter)
{
    HANDLE device = open_device(name, access);

    if (device == INVALID_HANDLE_VALUE)
        return '-';
    CloseHandle(device);
    return letter;
}

static char sends(HANDLE device, DWORD code, char letter)
{
    DWORD bytes;

    if (DeviceIoControl(device, code, NULL, 0, NULL, 0, &bytes, NULL))
        return letter;
    return GetLastError() == ERROR_ACCESS_DENIED ? '-' : '?';
}

static void show(const char *what, const wchar_t *name)
{
    HANDLE device;
    DWORD is_administrator, bytes;

    printf("%s: opens %c%c%c", what, opens(name, GENERIC_READ, 'r'),
           opens(name, GENERIC_WRITE, 'w'), opens(name, GENERIC_ALL, 'a'));
    device = open_device(name, GENERIC_READ);
    if (device != INVALID_HANDLE_VALUE) {
        printf(", sends %c%c%c", sends(device, IOCTL_ANY, 'a'), sends(device, IOCTL_READ, 'r'),
               sends(device, IOCTL_WRITE, 'w'));
        if (DeviceIoControl(device, IOCTL_WHO, NULL, 0, &is_administrator, sizeof is_administrator,
                            &bytes, NULL))
            printf(", as %s", is_administrator ? "an administrator" : "a user");
        CloseHandle(device);
    }
    printf("\n");
}

static char creates(HKEY root, char letter)
{
    HKEY key;
    LONG error = RegCreateKeyExA(root, "Software\\SecurityTest", 0, NULL, REG_OPTION_VOLATILE,
                                 KEY_WRITE, NULL, &key, NULL);

    if (error == ERROR_SUCCESS)
        RegCloseKey(key);
    return error == ERROR_SUCCESS ? letter : error == ERROR_ACCESS_DENIED ? '-' : '?';
}

static char may_load(void)
{
    static WCHAR name[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\None";
    UNICODE_STRING service = {sizeof(name) - sizeof(WCHAR), sizeof(name), name};

    return NtLoadDriver(&service) == STATUS_PRIVILEGE_NOT_HELD ? '-' : 'l';
}

int main(void)
{
    show("secret", SECRET_NAME);
    show("readable", READABLE_NAME);
    show("user", OWNED_NAME);
    show("group", GROUPS_NAME);
    printf("system: %c%c%c\n", creates(HKEY_LOCAL_MACHINE, 'm'), creates(HKEY_CURRENT_USER, 'u'),
           may_load());
    return 0;
}
