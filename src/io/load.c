/*
 * Loading a driver: its shared object, its registry key, its DriverEntry.
 */
#include "iop.h"

#define USER_ENTRY "FxDriverEntryUm"
#define SERVICES_KEY L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static BOOLEAN is_host; /* of UMDF drivers; set before the first is loaded */

struct load {
    PCUNICODE_STRING name;
    PCSTR path;
    PDRIVER_OBJECT driver;
    PSTR reason;
    SIZE_T reason_size;
};

static NTSTATUS refuse(const struct load *load, NTSTATUS status, PCSTR format, ...)
{
    va_list arguments;

    if (load->reason && load->reason_size) {
        va_start(arguments, format);
        rtl_format_va(load->reason, load->reason_size, format, arguments);
        va_end(arguments);
    }
    return status;
}

static BOOLEAN starts_with(PCSTR name, PCSTR prefix)
{
    while (*prefix && *name == *prefix) {
        name++;
        prefix++;
    }
    return !*prefix;
}

/*
 * Does the kernel export name? Its functions start with a capital, libc's,
 * which a driver must not get from the process, do not. A UMDF driver may: it is
 * linked as a program is, and Windows' functions start with a capital too.
 */
static int is_exported(const char *name)
{
    static const PCSTR others[] = {"ntio_seh_",     "ntio_wdf_", "ntio_wpp_",
                                   "imp_Wdf",       "imp_Wpp",   "__C_specific_handler",
                                   "_local_unwind", "vDbgPrint"};
    BOOLEAN is_kernel = *name >= 'A' && *name <= 'Z';
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(others) && !is_kernel; i++)
        is_kernel = starts_with(name, others[i]);
    /* The framework of UMDF drivers lacks some of the kernel's. */
    if (is_host && starts_with(name, "imp_WdfInterrupt"))
        return FALSE;
    return is_kernel ? hal_image_symbol(NULL, name) != NULL : is_host;
}

static BOOLEAN file_exists(PCSTR path)
{
    SIZE_T at = strlen(path);
    CHAR folder[1024];
    struct hal_root *root;
    struct hal_file *file;
    int error, created;

    while (at && path[at - 1] != '/')
        at--;
    if (at >= sizeof(folder))
        return FALSE;
    memcpy(folder, path, at);
    folder[at] = 0;
    if (hal_root_open(&root, at ? folder : ".") != HAL_OK)
        return FALSE;
    error = hal_file_open(&file, root, path + at, HAL_OPEN_READ, &created);
    if (error == HAL_OK)
        hal_file_close(file);
    hal_root_close(root);
    return error != HAL_ENOENT;
}

/* Names as a driver writes them: WdfX is a call of imp_WdfX. */
static VOID show_as_written(PSTR names)
{
    static const CHAR prefix[] = "imp_";
    PSTR to = names, from = names;

    while (*from) {
        if ((to == names || to[-1] == ' ') && starts_with(from, prefix))
            from += sizeof(prefix) - 1;
        *to++ = *from++;
    }
    *to = 0;
}

/* missing: room for IO_REASON_BYTES. image NULL: only for later. */
static NTSTATUS load_checked(struct load *load, PSTR missing, struct hal_image **image)
{
    int error = image ? hal_image_load(image, load->path, is_exported, missing, IO_REASON_BYTES)
                      : hal_image_preload(load->path, is_exported, missing, IO_REASON_BYTES);

    if (error == HAL_OK)
        return STATUS_SUCCESS;
    if (!file_exists(load->path))
        return refuse(load, STATUS_OBJECT_NAME_NOT_FOUND,
                      "driver %wZ: there is no file %s; build the driver first", load->name,
                      load->path);
    show_as_written(missing);
    if (error == HAL_ENOENT)
        return refuse(load, STATUS_PROCEDURE_NOT_FOUND,
                      "driver %wZ (%s) calls what ntio does not have: %s", load->name, load->path,
                      missing);
    return refuse(load, STATUS_DRIVER_UNABLE_TO_LOAD,
                  "driver %wZ: %s is no driver that can be loaded: %s", load->name, load->path,
                  missing);
}

/* Before names are looked at: a user-mode driver is linked with others than the kernel has. */
static NTSTATUS check_kind(const struct load *load)
{
    BOOLEAN is_user = hal_image_defines(load->path, USER_ENTRY) != 0;

    if (is_user && !is_host)
        return refuse(load, STATUS_DRIVER_UNABLE_TO_LOAD,
                      "driver %wZ: %s is a UMDF driver: a host loads it, for a device whose INF "
                      "has a UmdfService for it",
                      load->name, load->path);
    if (!is_user && is_host && file_exists(load->path))
        return refuse(load, STATUS_DRIVER_UNABLE_TO_LOAD,
                      "driver %wZ: %s is no UMDF driver: the kernel loads it, not a host",
                      load->name, load->path);
    return STATUS_SUCCESS;
}

static NTSTATUS load_image(struct load *load, struct hal_image **image)
{
    PSTR missing = hal_allocate(IO_REASON_BYTES);
    NTSTATUS status;

    if (!missing)
        return refuse(load, STATUS_INSUFFICIENT_RESOURCES, "driver %wZ: no memory", load->name);
    status = check_kind(load);
    if (NT_SUCCESS(status))
        status = load_checked(load, missing, image);
    hal_free(missing);
    return status;
}

VOID io_services_key(PCUNICODE_STRING service, PUNICODE_STRING key)
{
    UNICODE_STRING prefix = RTL_STRING(SERVICES_KEY);

    RtlCopyUnicodeString(key, &prefix);
    RtlAppendUnicodeStringToString(key, service);
}

static NTSTATUS set_dword(PCUNICODE_STRING key, PCWSTR name, ULONG value)
{
    UNICODE_STRING value_name;

    RtlInitUnicodeString(&value_name, name);
    return cm_set_value(key, &value_name, REG_DWORD, &value, sizeof(value));
}

static BOOLEAN has_value(PCUNICODE_STRING key, PCWSTR name)
{
    UNICODE_STRING value_name;
    ULONG type, bytes = 0;
    NTSTATUS status;

    RtlInitUnicodeString(&value_name, name);
    status = cm_query_value(key, &value_name, &type, NULL, &bytes);
    return NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW ||
           status == STATUS_BUFFER_TOO_SMALL;
}

static NTSTATUS set_image_path(PCUNICODE_STRING key, PCSTR path)
{
    static const UNICODE_STRING value = RTL_STRING(L"ImagePath");
    SIZE_T room = (strlen(path) + 1) * sizeof(WCHAR), length;
    PWSTR text = ExAllocatePoolWithTag(NonPagedPoolNx, room, EX_TAG_DRIVER);
    NTSTATUS status;

    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    length = rtl_utf16_from_utf8(text, room, path, strlen(path));
    text[length / sizeof(WCHAR)] = 0;
    status = cm_set_value(key, &value, REG_EXPAND_SZ, text, (ULONG)length + sizeof(WCHAR));
    ExFreePoolWithTag(text, EX_TAG_DRIVER);
    return status;
}

/* A service that nobody installed gets the key that installing it would make. */
static NTSTATUS ensure_key(struct load *load, PCUNICODE_STRING key, BOOLEAN *is_new)
{
    NTSTATUS status;

    *is_new = !has_value(key, L"ImagePath");
    if (!*is_new)
        return STATUS_SUCCESS;
    status = cm_create_key(key);
    if (NT_SUCCESS(status))
        status = set_image_path(key, load->path);
    if (NT_SUCCESS(status))
        status = set_dword(key, L"Type", 1 /* SERVICE_KERNEL_DRIVER */);
    if (NT_SUCCESS(status))
        status = set_dword(key, L"Start", 3 /* SERVICE_DEMAND_START */);
    if (NT_SUCCESS(status))
        status = set_dword(key, L"ErrorControl", 1 /* SERVICE_ERROR_NORMAL */);
    if (!NT_SUCCESS(status))
        cm_delete_key(key);
    return status;
}

/*
 * A driver of the framework is entered through the framework's stub, which calls DriverEntry; a
 * UMDF driver has another one, by which it is known.
 */
static PDRIVER_INITIALIZE entry_of(struct hal_image *image)
{
    PVOID entry = hal_image_symbol(image, is_host ? USER_ENTRY : "FxDriverEntry");

    return (PDRIVER_INITIALIZE)(entry ? entry : hal_image_symbol(image, "DriverEntry"));
}

/* Owns image from here on. */
static NTSTATUS make_object(struct load *load, struct hal_image *image, PUNICODE_STRING key)
{
    WCHAR text[260];
    UNICODE_STRING prefix = RTL_STRING(L"\\Driver\\");
    UNICODE_STRING name = {.Buffer = text, .MaximumLength = sizeof(text)};
    struct io_driver *own;
    ULONG64 base, size;
    NTSTATUS status;

    RtlCopyUnicodeString(&name, &prefix);
    RtlAppendUnicodeStringToString(&name, load->name);
    status = io_make_driver(&name, &load->driver);
    if (!NT_SUCCESS(status)) {
        hal_image_unload(image);
        return status;
    }
    own = io_driver_of(load->driver);
    own->image = image;
    hal_image_range(image, &base, &size);
    load->driver->DriverStart = (PVOID)base;
    load->driver->DriverSize = (ULONG)size;
    load->driver->DriverSection = image;
    load->driver->DriverInit = entry_of(image);
    status = io_publish_code(load->driver);
    if (NT_SUCCESS(status))
        status = ensure_key(load, key, &own->owns_key);
    if (!NT_SUCCESS(status)) {
        own->owns_key = FALSE;
        ob_remove_name(load->driver);
        ObDereferenceObject(load->driver);
    }
    return status;
}

static NTSTATUS load_and_initialize(struct load *load)
{
    WCHAR text[260];
    UNICODE_STRING key = {.Buffer = text, .MaximumLength = sizeof(text)};
    struct hal_image *image;
    NTSTATUS status;

    io_services_key(load->name, &key);
    status = load_image(load, &image);
    if (!NT_SUCCESS(status))
        return status;
    if (!hal_image_symbol(image, "DriverEntry")) {
        hal_image_unload(image);
        return refuse(load, STATUS_DRIVER_UNABLE_TO_LOAD, "driver %wZ: %s has no DriverEntry",
                      load->name, load->path);
    }
    status = make_object(load, image, &key);
    if (!NT_SUCCESS(status))
        return refuse(load, status, "driver %wZ could not be set up: %s", load->name,
                      rtl_status_name(status));
    status = io_initialize_driver(load->driver, &key);
    if (!NT_SUCCESS(status))
        return refuse(load, status, "driver %wZ: its DriverEntry returned 0x%08X (%s)", load->name,
                      status, rtl_status_name(status) ? rtl_status_name(status) : "no known name");
    return status;
}

static NTSTATUS load_in_system(PVOID context)
{
    struct load *load = context;
    PDRIVER_OBJECT loaded;

    if (NT_SUCCESS(io_find_driver(load->name, &loaded))) {
        ObDereferenceObject(loaded);
        return refuse(load, STATUS_IMAGE_ALREADY_LOADED, "driver %wZ is loaded already",
                      load->name);
    }
    return load_and_initialize(load);
}

VOID io_be_host(VOID)
{
    is_host = TRUE;
}

NTSTATUS io_load_driver(PCUNICODE_STRING name, PCSTR path, PDRIVER_OBJECT *driver, PSTR reason,
                        SIZE_T reason_size)
{
    struct load load = {name, path, NULL, reason, reason_size};
    NTSTATUS status;

    if (reason && reason_size)
        *reason = 0;
    if (!name->Length || name->Length > 128 * sizeof(WCHAR))
        return refuse(&load, STATUS_OBJECT_NAME_INVALID, "a driver's name has 1 to 128 characters");
    status = io_run_in_system(load_in_system, &load);
    if (NT_SUCCESS(status) && driver)
        *driver = load.driver;
    return status;
}

NTSTATUS io_preload_driver(PCUNICODE_STRING name, PCSTR path, PSTR reason, SIZE_T reason_size)
{
    struct load load = {name, path, NULL, reason, reason_size};

    return load_image(&load, NULL);
}
