/*
 * The service manager as test programs use it: to install, start, stop and
 * remove their driver.
 */
#include "service.h"

/* The rights behind the generic ones. */
static DWORD map_access(DWORD access, BOOL is_manager)
{
    static const GENERIC_MAPPING manager = {
        STANDARD_RIGHTS_READ | SC_MANAGER_ENUMERATE_SERVICE | SC_MANAGER_QUERY_LOCK_STATUS,
        STANDARD_RIGHTS_WRITE | SC_MANAGER_CREATE_SERVICE | SC_MANAGER_MODIFY_BOOT_CONFIG,
        STANDARD_RIGHTS_EXECUTE | SC_MANAGER_CONNECT | SC_MANAGER_LOCK, SC_MANAGER_ALL_ACCESS};
    static const GENERIC_MAPPING service = {
        STANDARD_RIGHTS_READ | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_INTERROGATE |
            SERVICE_ENUMERATE_DEPENDENTS,
        STANDARD_RIGHTS_WRITE | SERVICE_CHANGE_CONFIG,
        STANDARD_RIGHTS_EXECUTE | SERVICE_START | SERVICE_STOP | SERVICE_PAUSE_CONTINUE |
            SERVICE_USER_DEFINED_CONTROL,
        SERVICE_ALL_ACCESS};
    const GENERIC_MAPPING *mapping = is_manager ? &manager : &service;
    DWORD mapped = access & ~(DWORD)(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL |
                                     MAXIMUM_ALLOWED);
    mapped |= access & GENERIC_READ ? mapping->GenericRead : 0;
    mapped |= access & GENERIC_WRITE ? mapping->GenericWrite : 0;
    mapped |= access & GENERIC_EXECUTE ? mapping->GenericExecute : 0;
    mapped |= access & (GENERIC_ALL | MAXIMUM_ALLOWED) ? mapping->GenericAll : 0;
    return mapped;
}

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR name, DWORD access)
{
    if (machine && *machine)
        return win32_fail(RPC_S_SERVER_UNAVAILABLE), NULL; /* there is this machine alone */
    if (name && !win32_same_text(name, SERVICES_ACTIVE_DATABASEW))
        return win32_fail(win32_same_text(name, SERVICES_FAILED_DATABASEW)
                              ? ERROR_DATABASE_DOES_NOT_EXIST
                              : ERROR_INVALID_NAME),
               NULL;
    service_lock();
    SC_HANDLE manager = service_make_handle(NULL, map_access(access, TRUE) | SC_MANAGER_CONNECT);
    service_unlock();
    return manager;
}

BOOL WINAPI CloseServiceHandle(SC_HANDLE handle)
{
    service_lock();
    BOOL closed = service_close_handle(handle);
    service_unlock();
    return closed;
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access)
{
    struct service *service = NULL;
    SC_HANDLE handle = NULL;

    if (!name)
        return win32_fail(ERROR_INVALID_ADDRESS), NULL;
    service_lock();
    if (service_reference(manager, TRUE, SC_MANAGER_CONNECT))
        service = service_record(name);
    if (service) {
        HANDLE key = service_open_key(name, KEY_READ, NULL);
        if (key) {
            handle = service_make_handle(service, map_access(access, FALSE));
            NtClose(key);
        }
        DWORD error = GetLastError();
        service_release(service);
        SetLastError(error);
    }
    service_unlock();
    return handle;
}

/* What CreateService is told, as the service's key keeps it. */
struct description {
    LPCWSTR display_name, binary_path, group, dependencies, account;
    DWORD type, start, error_control;
};

static NTSTATUS set_optional(HANDLE key, PCWSTR name, PCWSTR text)
{
    return text && *text ? registry_set_text(key, name, REG_SZ, text) : STATUS_SUCCESS;
}

/* A driver's full path is kept as the kernel's name for it. */
static NTSTATUS set_binary_path(HANDLE key, PCWSTR path)
{
    BOOL is_full = path[0] && path[1] == ':';
    PWSTR text = malloc((win32_length(path) + 8) * sizeof(WCHAR));
    if (!text)
        return STATUS_NO_MEMORY;
    lstrcpyW(text, is_full ? L"\\??\\" : L"");
    lstrcatW(text, path);
    NTSTATUS status = registry_set_text(key, L"ImagePath", REG_EXPAND_SZ, text);
    free(text);
    return status;
}

/* A list of texts that ends with an empty one. */
static NTSTATUS set_dependencies(HANDLE key, PCWSTR list)
{
    PCWSTR end = list;
    if (!list || !*list)
        return STATUS_SUCCESS;
    while (*end)
        end += win32_length(end) + 1;
    return registry_set(key, L"DependOnService", REG_MULTI_SZ, list,
                        (SIZE_T)(end + 1 - list) * sizeof(WCHAR));
}

static BOOL write_description(HANDLE key, const struct description *d)
{
    NTSTATUS status = registry_set_number(key, L"Type", d->type);
    if (NT_SUCCESS(status))
        status = registry_set_number(key, L"Start", d->start);
    if (NT_SUCCESS(status))
        status = registry_set_number(key, L"ErrorControl", d->error_control);
    if (NT_SUCCESS(status))
        status = set_binary_path(key, d->binary_path);
    if (NT_SUCCESS(status))
        status = set_optional(key, L"DisplayName", d->display_name);
    if (NT_SUCCESS(status))
        status = set_optional(key, L"Group", d->group);
    if (NT_SUCCESS(status))
        status = set_optional(key, L"ObjectName", d->account);
    if (NT_SUCCESS(status))
        status = set_dependencies(key, d->dependencies);
    return win32_result(status);
}

static BOOL is_valid(const struct description *d)
{
    /* Programs cannot be services here, drivers of both kinds can. */
    if (d->type != SERVICE_KERNEL_DRIVER && d->type != SERVICE_FILE_SYSTEM_DRIVER)
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (d->start > SERVICE_DISABLED || d->error_control > SERVICE_ERROR_CRITICAL ||
        !d->binary_path || !*d->binary_path)
        return win32_fail(ERROR_INVALID_PARAMETER);
    return TRUE;
}

/* Makes the key of a service that does not exist. */
static BOOL create(struct service *service, const struct description *description)
{
    ULONG disposition;
    HANDLE key;
    if (service->is_marked_for_delete)
        return win32_fail(ERROR_SERVICE_MARKED_FOR_DELETE);
    key = service_open_key(service->name, KEY_ALL_ACCESS, &disposition);
    if (!key)
        return FALSE;
    BOOL done = disposition == REG_CREATED_NEW_KEY ? write_description(key, description)
                                                   : win32_fail(ERROR_SERVICE_EXISTS);
    if (!done && disposition == REG_CREATED_NEW_KEY)
        NtDeleteKey(key);
    NtClose(key);
    return done;
}

SC_HANDLE WINAPI CreateServiceW(SC_HANDLE manager, LPCWSTR name, LPCWSTR display_name, DWORD access,
                                DWORD type, DWORD start, DWORD error_control, LPCWSTR binary_path,
                                LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
                                LPCWSTR password)
{
    struct description description = {display_name, binary_path, group, dependencies,
                                      account,      type,        start, error_control};
    SC_HANDLE handle = NULL;

    UNREFERENCED_PARAMETER(password);
    if (!name || tag || !is_valid(&description)) /* tags order drivers at boot, which is not here */
        return name && !tag ? NULL : (win32_fail(ERROR_INVALID_PARAMETER), NULL);
    service_lock();
    struct service *service =
        service_reference(manager, TRUE, SC_MANAGER_CREATE_SERVICE) ? service_record(name) : NULL;
    if (service) {
        if (create(service, &description))
            handle = service_make_handle(service, map_access(access, FALSE));
        DWORD error = GetLastError();
        service_release(service);
        SetLastError(error);
    }
    service_unlock();
    return handle;
}

BOOL WINAPI DeleteService(SC_HANDLE handle)
{
    BOOL done = FALSE;
    service_lock();
    struct service_handle *service = service_reference(handle, FALSE, DELETE);
    if (service && service->service->is_marked_for_delete) {
        win32_fail(ERROR_SERVICE_MARKED_FOR_DELETE);
    } else if (service) {
        service->service->is_marked_for_delete = TRUE;
        done = TRUE;
    }
    service_unlock();
    return done;
}

BOOL WINAPI StartServiceW(SC_HANDLE handle, DWORD count, LPCWSTR *arguments)
{
    BOOL done = FALSE;
    UNREFERENCED_PARAMETER(count); /* a driver gets none */
    UNREFERENCED_PARAMETER(arguments);
    service_lock();
    struct service_handle *service = service_reference(handle, FALSE, SERVICE_START);
    if (service && service->service->is_marked_for_delete)
        win32_fail(ERROR_SERVICE_MARKED_FOR_DELETE);
    else if (service)
        done = service_start(service->service);
    service_unlock();
    return done;
}

static void fill_status(const struct service *service, LPSERVICE_STATUS status)
{
    HANDLE key = service_open_key(service->name, KEY_READ, NULL);
    memset(status, 0, sizeof *status);
    status->dwServiceType = SERVICE_KERNEL_DRIVER;
    if (key) {
        status->dwServiceType = registry_number(key, L"Type", SERVICE_KERNEL_DRIVER);
        NtClose(key);
    }
    if (service_is_running(service->name)) {
        status->dwCurrentState = SERVICE_RUNNING;
        status->dwControlsAccepted = SERVICE_ACCEPT_STOP;
    } else {
        status->dwCurrentState = SERVICE_STOPPED;
        status->dwWin32ExitCode = ERROR_SERVICE_NEVER_STARTED;
    }
}

/* A driver with open devices unloads when the last is closed: until then the stop is pending. */
static BOOL stop(struct service *service, LPSERVICE_STATUS status)
{
    BOOL stopped = service_stop(service);
    DWORD error = GetLastError();
    fill_status(service, status);
    if (stopped && status->dwCurrentState == SERVICE_RUNNING)
        status->dwCurrentState = SERVICE_STOP_PENDING;
    if (stopped)
        status->dwWin32ExitCode = ERROR_SUCCESS;
    return stopped ? TRUE : win32_fail(error);
}

BOOL WINAPI ControlService(SC_HANDLE handle, DWORD control, LPSERVICE_STATUS status)
{
    BOOL done = FALSE;
    DWORD access = control == SERVICE_CONTROL_STOP ? SERVICE_STOP : SERVICE_INTERROGATE;
    if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_INTERROGATE)
        return win32_fail(ERROR_INVALID_SERVICE_CONTROL);
    service_lock();
    struct service_handle *service = service_reference(handle, FALSE, access);
    if (service && control == SERVICE_CONTROL_STOP) {
        done = stop(service->service, status);
    } else if (service) {
        fill_status(service->service, status);
        done = status->dwCurrentState == SERVICE_RUNNING || win32_fail(ERROR_SERVICE_NOT_ACTIVE);
    }
    service_unlock();
    return done;
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE handle, LPSERVICE_STATUS status)
{
    service_lock();
    struct service_handle *service = service_reference(handle, FALSE, SERVICE_QUERY_STATUS);
    if (service)
        fill_status(service->service, status);
    service_unlock();
    return service != NULL;
}

BOOL WINAPI QueryServiceStatusEx(SC_HANDLE handle, SC_STATUS_TYPE level, LPBYTE buffer, DWORD size,
                                 LPDWORD needed)
{
    LPSERVICE_STATUS_PROCESS process = (LPSERVICE_STATUS_PROCESS)buffer;
    C_ASSERT(offsetof(SERVICE_STATUS_PROCESS, dwProcessId) == sizeof(SERVICE_STATUS));
    if (level != SC_STATUS_PROCESS_INFO)
        return win32_fail(ERROR_INVALID_LEVEL);
    *needed = sizeof *process;
    if (size < sizeof *process)
        return win32_fail(ERROR_INSUFFICIENT_BUFFER);
    memset(process, 0, sizeof *process); /* a driver runs in no process */
    return QueryServiceStatus(handle, (LPSERVICE_STATUS)buffer);
}
