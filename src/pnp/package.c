/*
 * The driver store: INF files that were installed, and the drivers that they name.
 */
#include "package.h"

struct driver_file {
    LIST_ENTRY link;
    PWSTR name; /* "echo", without an ending */
    PSTR path;
    PCWSTR service;     /* that an installed INF makes of it, in that; or NULL */
    BOOLEAN has_device; /* the INF has devices for it: they load it */
};

static LIST_ENTRY packages = {&packages, &packages};
static LIST_ENTRY files = {&files, &files};

static VOID free_package(struct pnp_package *package)
{
    inf_close(package->inf);
    pnp_free(package->path);
    pnp_free(package->name);
    pnp_free(package);
}

VOID pnp_packages_start(VOID)
{
    InitializeListHead(&packages);
    InitializeListHead(&files);
}

VOID pnp_packages_stop(VOID)
{
    pnp_free_system_packages();
    while (!IsListEmpty(&packages))
        free_package(CONTAINING_RECORD(RemoveHeadList(&packages), struct pnp_package, link));
    while (!IsListEmpty(&files)) {
        struct driver_file *file =
            CONTAINING_RECORD(RemoveHeadList(&files), struct driver_file, link);

        pnp_free(file->name);
        pnp_free(file->path);
        pnp_free(file);
    }
}

/* ---- drivers' files --------------------------------------------------------------------- */

static PSTR copy_narrow(PCSTR text)
{
    SIZE_T bytes = strlen(text) + 1;
    PSTR copy = pnp_allocate(bytes);

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

/* The last component of a path, without the ending if that is to go. */
static PWSTR base_name(PCSTR path, BOOLEAN drops_ending)
{
    PCSTR start = path + strlen(path), end = start;
    PWSTR name;
    SIZE_T bytes;

    while (start > path && start[-1] != '/')
        start--;
    if (drops_ending) {
        while (end > start && *end != '.')
            end--;
        if (end == start)
            end = start + strlen(start);
    }
    bytes = rtl_utf16_from_utf8(NULL, 0, start, (SIZE_T)(end - start));
    name = pnp_allocate(bytes + sizeof(WCHAR));
    if (name)
        rtl_utf16_from_utf8(name, bytes, start, (SIZE_T)(end - start));
    return name;
}

static NTSTATUS add_driver_file(PVOID context)
{
    struct driver_file *file = pnp_allocate(sizeof(*file));

    if (!file)
        return STATUS_INSUFFICIENT_RESOURCES;
    file->path = copy_narrow(context);
    file->name = base_name(context, TRUE);
    if (!file->path || !file->name) {
        pnp_free(file->path);
        pnp_free(file->name);
        pnp_free(file);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InsertHeadList(&files, &file->link);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_add_driver_file(PCSTR path)
{
    return pnp_call(add_driver_file, (PVOID)path);
}

static struct driver_file *find_file(PCWSTR name)
{
    SIZE_T length = pnp_length(name);
    UNICODE_STRING wanted = {.Buffer = (PWSTR)name}, other;
    PLIST_ENTRY entry;

    while (length && name[length - 1] != L'.')
        length--;
    wanted.Length = wanted.MaximumLength =
        (USHORT)((length ? length - 1 : pnp_length(name)) * sizeof(WCHAR));
    for (entry = files.Flink; entry != &files; entry = entry->Flink) {
        struct driver_file *file = CONTAINING_RECORD(entry, struct driver_file, link);

        RtlInitUnicodeString(&other, file->name);
        if (rtl_equal_no_case(&wanted, &other))
            return file;
    }
    return NULL;
}

PCSTR pnp_driver_file(PCWSTR name)
{
    struct driver_file *file = find_file(name);

    return file ? file->path : NULL;
}

struct use {
    PCSTR path;
    PUNICODE_STRING service;
    BOOLEAN has_device;
};

static NTSTATUS find_use(PVOID context)
{
    struct use *use = context;
    PWSTR name = base_name(use->path, TRUE);
    struct driver_file *file = name ? find_file(name) : NULL;
    UNICODE_STRING service;

    pnp_free(name);
    if (!file || !file->service)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    RtlInitUnicodeString(&service, file->service);
    RtlCopyUnicodeString(use->service, &service);
    use->has_device = file->has_device;
    return STATUS_SUCCESS;
}

NTSTATUS pnp_find_driver_use(PCSTR path, PUNICODE_STRING service, BOOLEAN *has_device)
{
    struct use use = {.path = path, .service = service};
    /* Without files there is nobody to ask, and no thread to be made. */
    NTSTATUS status = IsListEmpty(&files) ? STATUS_OBJECT_NAME_NOT_FOUND : pnp_call(find_use, &use);

    *has_device = use.has_device;
    return status;
}

/* ---- which service a file is for -------------------------------------------------------- */

static NTSTATUS note_service(const struct pnp_install *install, const struct inf_line *line,
                             PVOID has_device)
{
    struct driver_file *file = find_file(pnp_service_binary(install, line));

    if (file) {
        file->service = inf_field(line, 0);
        file->has_device |= has_device != NULL;
    }
    return STATUS_SUCCESS;
}

/* A host loads it, for a device. */
static VOID note_umdf_service(struct pnp_umdf_visit *visit, PCWSTR service, PCWSTR binary)
{
    struct driver_file *file = find_file(binary);

    UNREFERENCED_PARAMETER(visit);
    if (file) {
        file->service = service;
        file->has_device = TRUE;
    }
}

static VOID note_services(const struct pnp_package *package, PCWSTR base, BOOLEAN has_device)
{
    struct pnp_umdf_visit visit = {note_umdf_service};
    const struct inf_section *services;
    struct pnp_install install;

    if (!pnp_find_install(package, base, NULL, &install))
        return;
    services = pnp_install_section(&install, L".Services");
    if (services)
        pnp_for_each_line(&install, services, L"AddService", note_service,
                          has_device ? &install : NULL);
    pnp_for_each_umdf_service(&install, &visit);
}

static BOOLEAN note_model(const struct pnp_package *package, const struct pnp_model *model,
                          PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    note_services(package, inf_field(model->line, 0), TRUE);
    return TRUE;
}

/* ---- reading an INF --------------------------------------------------------------------- */

static NTSTATUS read_all(struct hal_file *file, PVOID *data, SIZE_T *bytes)
{
    struct hal_file_info info;
    hal_i64 moved = 0;
    int error = hal_file_info(file, &info);

    if (error != HAL_OK)
        return rtl_status_from_hal(error);
    *data = pnp_allocate((SIZE_T)info.size + 1);
    if (!*data)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (*bytes = 0; *bytes < info.size; *bytes += (SIZE_T)moved) {
        moved = hal_file_read(file, (PCHAR)*data + *bytes, (SIZE_T)info.size - *bytes, *bytes);
        if (moved <= 0)
            break;
    }
    return moved < 0 ? rtl_status_from_hal((int)moved) : STATUS_SUCCESS;
}

static NTSTATUS read_file(PCSTR path, PVOID *data, SIZE_T *bytes)
{
    SIZE_T at = strlen(path);
    CHAR folder[1024];
    struct hal_root *root;
    struct hal_file *file;
    int error, created;
    NTSTATUS status;

    *data = NULL;
    while (at && path[at - 1] != '/')
        at--;
    if (at >= sizeof(folder))
        return STATUS_NAME_TOO_LONG;
    memcpy(folder, path, at);
    folder[at] = 0;
    error = hal_root_open(&root, at ? folder : ".");
    if (error != HAL_OK)
        return rtl_status_from_hal(error);
    error = hal_file_open(&file, root, path + at, HAL_OPEN_READ, &created);
    status = rtl_status_from_hal(error);
    if (error == HAL_OK) {
        status = read_all(file, data, bytes);
        hal_file_close(file);
    }
    hal_root_close(root);
    return status;
}

NTSTATUS pnp_explain_line(const struct pnp_package *package, const struct inf_line *line,
                          PCSTR text, struct pnp_reason *reason)
{
    return pnp_explain(reason, STATUS_INVALID_PARAMETER, "%s:%u: %S: %s", package->path,
                       line->number, line->key ? line->key : inf_field(line, 0), text);
}

static NTSTATUS check_version(struct pnp_package *package, struct pnp_reason *reason)
{
    static const PCWSTR signatures[] = {L"$Windows NT$", L"$Chicago$", L"$Windows 95$"};
    const struct inf_section *version = inf_find_section(package->inf, L"Version");
    const struct inf_line *signature = version ? inf_find_line(version, L"Signature", NULL) : NULL;
    ULONG i;

    if (!version)
        return pnp_explain(reason, STATUS_INVALID_PARAMETER,
                           "%s: it has no [Version] section, so it installs no driver",
                           package->path);
    if (!signature)
        return pnp_explain(reason, STATUS_INVALID_PARAMETER, "%s:%u: Version: it has no Signature",
                           package->path, version->number);
    for (i = 0; i < RTL_NUMBER_OF(signatures); i++)
        if (inf_same(inf_field(signature, 0), signatures[i]))
            break;
    if (i == RTL_NUMBER_OF(signatures))
        return pnp_explain_line(package, signature, "it has to be \"$Windows NT$\"", reason);
    package->class_name = inf_field(inf_find_line(version, L"Class", NULL), 0);
    package->class_guid = inf_field(inf_find_line(version, L"ClassGuid", NULL), 0);
    return STATUS_SUCCESS;
}

static NTSTATUS parse(struct pnp_package *package, struct pnp_reason *reason)
{
    struct inf_error error;
    PVOID data;
    SIZE_T bytes = 0;
    NTSTATUS status = read_file(package->path, &data, &bytes);

    if (!NT_SUCCESS(status)) {
        pnp_free(data);
        return pnp_explain(reason, status, "%s cannot be read: %s", package->path,
                           rtl_status_name(status));
    }
    status = inf_parse(data, bytes, &package->inf, &error);
    pnp_free(data);
    if (status == STATUS_INVALID_PARAMETER)
        return pnp_explain(reason, status, "%s:%u: %S: %s", package->path, error.line,
                           error.directive, error.text);
    return NT_SUCCESS(status) ? check_version(package, reason) : status;
}

/* ---- installing it ---------------------------------------------------------------------- */

struct order {
    PCSTR path;
    struct pnp_reason *reason;
};

/* A package of drivers without devices: there is nothing to wait for. */
static NTSTATUS install_default(const struct pnp_package *package, struct pnp_reason *reason)
{
    struct pnp_install install;
    struct pnp_path none = {.status = STATUS_INVALID_PARAMETER};
    const struct inf_section *section;
    NTSTATUS status;

    if (!pnp_find_install(package, L"DefaultInstall", reason, &install))
        return STATUS_SUCCESS;
    section = pnp_install_section(&install, L"");
    status = section ? pnp_apply_registry(&install, section, &none, NULL) : STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        status = pnp_install_services(&install, NULL);
    return status;
}

static NTSTATUS install_inf(PVOID context)
{
    struct order *order = context;
    struct pnp_package *package = pnp_allocate(sizeof(*package));
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (!package)
        return status;
    package->path = copy_narrow(order->path);
    package->name = base_name(order->path, FALSE);
    package->is_new = TRUE;
    if (package->path && package->name)
        status = parse(package, order->reason);
    if (NT_SUCCESS(status))
        status = install_default(package, order->reason);
    if (!NT_SUCCESS(status)) {
        free_package(package);
        return status;
    }
    InsertTailList(&packages, &package->link);
    pnp_for_each_model(package, note_model, NULL);
    note_services(package, L"DefaultInstall", FALSE);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_install_inf(PCSTR path, struct pnp_reason *reason)
{
    struct order order = {path, reason};

    return pnp_call(install_inf, &order);
}

const struct pnp_package *pnp_find_package(PCWSTR name)
{
    PLIST_ENTRY entry;

    for (entry = packages.Flink; entry != &packages; entry = entry->Flink) {
        struct pnp_package *package = CONTAINING_RECORD(entry, struct pnp_package, link);

        if (inf_same(package->name, name))
            return package;
    }
    return pnp_find_system_package(name);
}

/* ---- the packages, for match.c ---------------------------------------------------------- */

struct pnp_package *pnp_next_package(struct pnp_package *package)
{
    PLIST_ENTRY entry = package ? package->link.Flink : packages.Flink;

    return entry == &packages ? NULL : CONTAINING_RECORD(entry, struct pnp_package, link);
}
