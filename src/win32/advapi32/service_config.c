/*
 * A service's configuration, and the narrow forms of the service calls.
 */
#include "service.h"

/* The texts of a configuration, in the order of its structure. */
enum { PATH, GROUP, DEPENDENCIES, ACCOUNT, DISPLAY_NAME, TEXTS };

struct config {
    QUERY_SERVICE_CONFIGW fixed;
    PWSTR texts[TEXTS]; /* owned; NULL: empty */
};

static BOOL read_config(SC_HANDLE handle, struct config *config)
{
    static const PCWSTR names[TEXTS] = {L"ImagePath", L"Group", L"DependOnService", L"ObjectName",
                                        L"DisplayName"};
    HANDLE key = NULL;
    memset(config, 0, sizeof *config);
    service_lock();
    struct service_handle *service = service_reference(handle, FALSE, SERVICE_QUERY_CONFIG);
    if (service)
        key = service_open_key(service->service->name, KEY_READ, NULL);
    service_unlock();
    if (!key)
        return FALSE;
    config->fixed.dwServiceType = registry_number(key, L"Type", SERVICE_KERNEL_DRIVER);
    config->fixed.dwStartType = registry_number(key, L"Start", SERVICE_DEMAND_START);
    config->fixed.dwErrorControl = registry_number(key, L"ErrorControl", SERVICE_ERROR_NORMAL);
    for (int i = 0; i < TEXTS; i++)
        config->texts[i] = registry_text(key, names[i]);
    NtClose(key);
    return TRUE;
}

static void free_config(struct config *config)
{
    for (int i = 0; i < TEXTS; i++)
        free(config->texts[i]);
}

static void point_to(LPQUERY_SERVICE_CONFIGW fixed, LPWSTR texts[TEXTS])
{
    fixed->lpBinaryPathName = texts[PATH];
    fixed->lpLoadOrderGroup = texts[GROUP];
    fixed->lpDependencies = texts[DEPENDENCIES];
    fixed->lpServiceStartName = texts[ACCOUNT];
    fixed->lpDisplayName = texts[DISPLAY_NAME];
}

BOOL WINAPI QueryServiceConfigW(SC_HANDLE handle, LPQUERY_SERVICE_CONFIGW result, DWORD size,
                                LPDWORD needed)
{
    struct config config;
    LPWSTR texts[TEXTS];
    SIZE_T total = sizeof *result;

    if (!read_config(handle, &config))
        return FALSE;
    for (int i = 0; i < TEXTS; i++)
        total += ((config.texts[i] ? win32_length(config.texts[i]) : 0) + 1) * sizeof(WCHAR);
    *needed = (DWORD)total;
    if (size >= total) {
        PWSTR at = (PWSTR)(result + 1);
        for (int i = 0; i < TEXTS; i++) {
            texts[i] = lstrcpyW(at, config.texts[i] ? config.texts[i] : L"");
            at += win32_length(at) + 1;
        }
        *result = config.fixed;
        point_to(result, texts);
    }
    free_config(&config);
    return size >= total ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI QueryServiceConfigA(SC_HANDLE handle, LPQUERY_SERVICE_CONFIGA result, DWORD size,
                                LPDWORD needed)
{
    struct config config;
    LPWSTR texts[TEXTS];
    SIZE_T total = sizeof *result;
    C_ASSERT(sizeof(QUERY_SERVICE_CONFIGA) == sizeof(QUERY_SERVICE_CONFIGW));

    if (!read_config(handle, &config))
        return FALSE;
    for (int i = 0; i < TEXTS; i++)
        total += config.texts[i] ? win32_copy_narrow(config.texts[i], NULL, 0) : 1;
    *needed = (DWORD)total;
    if (size >= total) {
        LPSTR at = (LPSTR)(result + 1);
        for (int i = 0; i < TEXTS; i++) {
            texts[i] = (LPWSTR)at;
            at += win32_copy_narrow(config.texts[i] ? config.texts[i] : L"", at, MAXDWORD) + 1;
        }
        *(LPQUERY_SERVICE_CONFIGW)result = config.fixed;
        point_to((LPQUERY_SERVICE_CONFIGW)result, texts);
    }
    free_config(&config);
    return size >= total ? TRUE : win32_fail(ERROR_INSUFFICIENT_BUFFER);
}

SC_HANDLE WINAPI OpenSCManagerA(LPCSTR machine, LPCSTR name, DWORD access)
{
    struct win32_text wide_machine, wide_name;
    SC_HANDLE manager = NULL;
    if (win32_text_open(&wide_machine, machine)) {
        if (win32_text_open(&wide_name, name))
            manager = OpenSCManagerW(wide_machine.text, wide_name.text, access);
        win32_text_close(&wide_name);
    }
    win32_text_close(&wide_machine);
    return manager;
}

SC_HANDLE WINAPI OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access)
{
    struct win32_text text;
    SC_HANDLE service = NULL;
    if (win32_text_open(&text, name))
        service = OpenServiceW(manager, text.text, access);
    win32_text_close(&text);
    return service;
}

/* A list of narrow texts that ends with an empty one, as a new wide one. */
static PWSTR wide_list(LPCSTR list)
{
    LPCSTR end = list;
    while (*end)
        end += strlen(end) + 1;
    int bytes = (int)(end + 1 - list);
    int count = MultiByteToWideChar(CP_UTF8, 0, list, bytes, NULL, 0);
    PWSTR wide = malloc((SIZE_T)count * sizeof(WCHAR));
    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, list, bytes, wide, count);
    return wide;
}

SC_HANDLE WINAPI CreateServiceA(SC_HANDLE manager, LPCSTR name, LPCSTR display_name, DWORD access,
                                DWORD type, DWORD start, DWORD error_control, LPCSTR binary_path,
                                LPCSTR group, LPDWORD tag, LPCSTR dependencies, LPCSTR account,
                                LPCSTR password)
{
    LPCSTR narrow[] = {name, display_name, binary_path, group, account, password};
    PWSTR wide[WIN32_COUNT(narrow)] = {0}, list = dependencies ? wide_list(dependencies) : NULL;
    BOOL converted = !dependencies || list;
    SC_HANDLE service = NULL;

    for (SIZE_T i = 0; i < WIN32_COUNT(narrow); i++)
        if (narrow[i] && !(wide[i] = win32_wide(narrow[i])))
            converted = FALSE;
    if (converted)
        service = CreateServiceW(manager, wide[0], wide[1], access, type, start, error_control,
                                 wide[2], wide[3], tag, list, wide[4], wide[5]);
    else
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    for (SIZE_T i = 0; i < WIN32_COUNT(wide); i++)
        free(wide[i]);
    free(list);
    return service;
}

BOOL WINAPI StartServiceA(SC_HANDLE handle, DWORD count, LPCSTR *arguments)
{
    UNREFERENCED_PARAMETER(count);
    UNREFERENCED_PARAMETER(arguments);
    return StartServiceW(handle, 0, NULL);
}
