#include "service.h"

#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

enum { NAME_CHARACTERS = 256 };

static struct {
    SRWLOCK lock; /* guards the lists and all in them */
    struct service *services;
    struct service_handle *handles;
} database;

void service_lock(void)
{
    AcquireSRWLockExclusive(&database.lock);
}

void service_unlock(void)
{
    ReleaseSRWLockExclusive(&database.lock);
}

/* ---- handles ---- */

SC_HANDLE service_make_handle(struct service *service, DWORD access)
{
    struct service_handle *handle = malloc(sizeof *handle);
    if (!handle)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    *handle = (struct service_handle){database.handles, service, access};
    database.handles = handle;
    if (service)
        service->handles++;
    return (SC_HANDLE)handle;
}

static struct service_handle **find_handle(SC_HANDLE handle)
{
    struct service_handle **link = &database.handles;
    while (*link && *link != (struct service_handle *)handle)
        link = &(*link)->next;
    return link;
}

struct service_handle *service_reference(SC_HANDLE handle, BOOL is_manager, DWORD access)
{
    struct service_handle *found = *find_handle(handle);
    if (!found || (found->service == NULL) != (is_manager != 0))
        return win32_fail(ERROR_INVALID_HANDLE), NULL;
    if (access & ~found->access)
        return win32_fail(ERROR_ACCESS_DENIED), NULL;
    return found;
}

BOOL service_close_handle(SC_HANDLE handle)
{
    struct service_handle **link = find_handle(handle), *found = *link;
    if (!found)
        return win32_fail(ERROR_INVALID_HANDLE);
    *link = found->next;
    if (found->service) {
        found->service->handles--;
        service_release(found->service);
    }
    free(found);
    return TRUE;
}

/* ---- records ---- */

static void delete_key(PCWSTR name)
{
    HANDLE key = service_open_key(name, DELETE, NULL);
    if (key) {
        NtDeleteKey(key);
        NtClose(key);
    }
}

/* A service that was deleted while it ran is gone once it has stopped. */
static void settle(struct service *service)
{
    if (service->is_marked_for_delete && !service->handles && !service_is_running(service->name)) {
        delete_key(service->name);
        service->is_marked_for_delete = FALSE;
    }
}

struct service *service_record(PCWSTR name)
{
    for (struct service *at = database.services; at; at = at->next) {
        if (win32_same_text(at->name, name)) {
            settle(at);
            return at;
        }
    }
    SIZE_T bytes = (win32_length(name) + 1) * sizeof(WCHAR);
    struct service *service = calloc(1, sizeof *service + bytes);
    if (!service)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    service->name = memcpy(service + 1, name, bytes);
    service->next = database.services;
    database.services = service;
    return service;
}

/* A deleted service that still runs keeps its record, and its key, until it has stopped. */
void service_release(struct service *service)
{
    struct service **link = &database.services;
    settle(service);
    if (service->handles || service->is_marked_for_delete)
        return;
    while (*link != service)
        link = &(*link)->next;
    *link = service->next;
    free(service);
}

/* ---- the kernel's side ---- */

static BOOL key_name(PCWSTR service, WCHAR name[NAME_CHARACTERS + 80])
{
    if (!*service || win32_length(service) > NAME_CHARACTERS)
        return win32_fail(ERROR_INVALID_NAME);
    for (PCWSTR at = service; *at; at++)
        if (*at == '\\' || *at == '/')
            return win32_fail(ERROR_INVALID_NAME);
    lstrcpyW(name, SERVICES);
    lstrcatW(name, service);
    return TRUE;
}

HANDLE service_open_key(PCWSTR service, ACCESS_MASK access, PULONG disposition)
{
    WCHAR name[NAME_CHARACTERS + 80];
    HANDLE key;
    NTSTATUS status;

    if (!key_name(service, name))
        return NULL;
    status = registry_open(name, access, disposition, &key);
    if (NT_SUCCESS(status))
        return key;
    SetLastError(status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND
                     ? ERROR_SERVICE_DOES_NOT_EXIST
                     : RtlNtStatusToDosError(status));
    return NULL;
}

/* A driver's object is no file, but opening it as one tells whether it is there. */
BOOL service_is_running(PCWSTR service)
{
    WCHAR name[NAME_CHARACTERS + 16] = L"\\Driver\\";
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    HANDLE handle;

    lstrcpynW(name + 8, service, NAME_CHARACTERS);
    win32_unicode(&string, name);
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status = NtOpenFile(&handle, SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ, 0);
    if (NT_SUCCESS(status))
        NtClose(handle);
    return status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_OBJECT_PATH_NOT_FOUND;
}

/* The Linux path of the built driver that a service's ImagePath means, new; NULL with the last
 * error. */
static PWSTR built_image(PCWSTR image_path)
{
    char *image = win32_driver_image(image_path);
    PWSTR wide = image ? win32_wide(image) : NULL;
    if (!image)
        SetLastError(ERROR_FILE_NOT_FOUND);
    free(image);
    return wide;
}

/* The kernel loads what ImagePath names; for that moment it is the built form's path. */
static NTSTATUS load_as(HANDLE key, UNICODE_STRING *name, PCWSTR image_path, PCWSTR built)
{
    NTSTATUS status = registry_set_text(key, L"ImagePath", REG_EXPAND_SZ, built);
    if (NT_SUCCESS(status))
        status = NtLoadDriver(name);
    registry_set_text(key, L"ImagePath", REG_EXPAND_SZ, image_path);
    return status;
}

static BOOL start_failed(NTSTATUS status)
{
    if (status == STATUS_IMAGE_ALREADY_LOADED)
        return win32_fail(ERROR_SERVICE_ALREADY_RUNNING);
    return win32_result(status);
}

BOOL service_start(struct service *service)
{
    WCHAR name[NAME_CHARACTERS + 80];
    UNICODE_STRING string;
    BOOL started = FALSE;
    HANDLE key = service_open_key(service->name, KEY_READ | KEY_SET_VALUE, NULL);
    PWSTR image_path = key ? registry_text(key, L"ImagePath") : NULL, built = NULL;

    if (!key)
        return FALSE;
    if (service_is_running(service->name))
        win32_fail(ERROR_SERVICE_ALREADY_RUNNING);
    else if (registry_number(key, L"Start", SERVICE_DEMAND_START) == SERVICE_DISABLED)
        win32_fail(ERROR_SERVICE_DISABLED);
    else if (!image_path)
        win32_fail(ERROR_FILE_NOT_FOUND);
    else if ((built = built_image(image_path)) && key_name(service->name, name) &&
             win32_unicode(&string, name))
        started = start_failed(load_as(key, &string, image_path, built));
    free(built);
    free(image_path);
    NtClose(key);
    return started;
}

BOOL service_stop(struct service *service)
{
    WCHAR name[NAME_CHARACTERS + 80];
    UNICODE_STRING string;

    if (!service_is_running(service->name))
        return win32_fail(ERROR_SERVICE_NOT_ACTIVE);
    if (!key_name(service->name, name) || !win32_unicode(&string, name))
        return FALSE;
    NTSTATUS status = NtUnloadDriver(&string);
    if (status == STATUS_INVALID_DEVICE_REQUEST) /* it has no DriverUnload */
        return win32_fail(ERROR_INVALID_SERVICE_CONTROL);
    return win32_result(status);
}
