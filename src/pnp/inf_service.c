/*
 * What an INF says of services: AddService with its section, the framework's settings, filters.
 */
#include "package.h"
#include "umdf.h"

enum { ASSOCIATED = 0x00000002 /* SPSVCINST_ASSOCSERVICE */ };

PCWSTR pnp_file_of(PCWSTR binary)
{
    PCWSTR name = binary;

    for (; *binary; binary++)
        if (*binary == L'\\' || *binary == L'/')
            name = binary + 1;
    return name;
}

static const struct inf_section *section_of(const struct pnp_install *install,
                                            const struct inf_line *line, ULONG field)
{
    return inf_find_section(install->package->inf, inf_field(line, field));
}

/* ---- the service's key ------------------------------------------------------------------ */

NTSTATUS pnp_set_driver_file(const struct pnp_path *key, PCWSTR binary, PCWSTR folder)
{
    PCSTR file = pnp_driver_file(pnp_file_of(binary));
    struct pnp_path path;
    NTSTATUS status;
    SIZE_T bytes;
    PWSTR text;

    if (!file) {
        pnp_path_start(&path, folder);
        pnp_path_add_text(&path, pnp_file_of(binary));
        return NT_SUCCESS(path.status) ? pnp_set_text(key, L"ImagePath", REG_EXPAND_SZ, path.text)
                                       : path.status;
    }
    bytes = rtl_utf16_from_utf8(NULL, 0, file, strlen(file));
    text = pnp_allocate(bytes + sizeof(WCHAR));
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    rtl_utf16_from_utf8(text, bytes, file, strlen(file));
    status = pnp_set_text(key, L"ImagePath", REG_EXPAND_SZ, text);
    pnp_free(text);
    return status;
}

static NTSTATUS set_number(const struct pnp_install *install, const struct inf_section *section,
                           PCWSTR directive, const struct pnp_path *key, PCWSTR value,
                           ULONG otherwise)
{
    const struct inf_line *line = inf_find_line(section, directive, NULL);
    ULONG number = line ? inf_number(inf_field(line, 0), MAXULONG) : otherwise;

    if (number == MAXULONG && line)
        return pnp_explain_line(install->package, line, "its value is no number", install->reason);
    if (number == MAXULONG)
        return pnp_explain(install->reason, STATUS_INVALID_PARAMETER, "%s:%u: %S: it has no %S",
                           install->package->path, section->number, section->name, directive);
    return pnp_set_number(key, value, number);
}

static VOID set_text(const struct inf_section *section, PCWSTR directive,
                     const struct pnp_path *key, PCWSTR value)
{
    const struct inf_line *line = inf_find_line(section, directive, NULL);

    if (line && *inf_field(line, 0))
        pnp_set_text(key, value, REG_SZ, inf_field(line, 0));
}

static NTSTATUS write_service(const struct pnp_install *install, const struct inf_section *section,
                              const struct pnp_path *key)
{
    const struct inf_line *binary = inf_find_line(section, L"ServiceBinary", NULL);
    NTSTATUS status;

    if (!binary)
        return pnp_explain(install->reason, STATUS_INVALID_PARAMETER,
                           "%s:%u: %S: it has no ServiceBinary", install->package->path,
                           section->number, section->name);
    status = set_number(install, section, L"ServiceType", key, L"Type", MAXULONG);
    if (NT_SUCCESS(status))
        status = set_number(install, section, L"StartType", key, L"Start", MAXULONG);
    if (NT_SUCCESS(status))
        status = set_number(install, section, L"ErrorControl", key, L"ErrorControl", 1);
    if (NT_SUCCESS(status))
        status =
            pnp_set_driver_file(key, inf_field(binary, 0), L"\\SystemRoot\\System32\\drivers\\");
    set_text(section, L"DisplayName", key, L"DisplayName");
    set_text(section, L"Description", key, L"Description");
    set_text(section, L"LoadOrderGroup", key, L"Group");
    set_text(section, L"StartName", key, L"ObjectName");
    if (NT_SUCCESS(status))
        status = pnp_set_text(key, L"Owners", REG_SZ, install->package->name);
    if (NT_SUCCESS(status))
        status = pnp_apply_registry(install, section, key, NULL);
    return status;
}

/* AddService = name, flags, section[, event log section...] */
static NTSTATUS add_service(const struct pnp_install *install, const struct inf_line *line,
                            PVOID context)
{
    PWSTR *associated = context;
    const struct inf_section *section = section_of(install, line, 2);
    ULONG flags = inf_number(inf_field(line, 1), *inf_field(line, 1) ? MAXULONG : 0);
    UNICODE_STRING name;
    struct pnp_path key;
    NTSTATUS status;

    if (flags == MAXULONG)
        return pnp_explain_line(install->package, line, "its flags are no number", install->reason);
    /* "AddService = , 2": the device has no function driver, and needs none. */
    if (!*inf_field(line, 0))
        return STATUS_SUCCESS;
    if (!section)
        return pnp_explain_line(install->package, line, "the service's section is not there",
                                install->reason);
    RtlInitUnicodeString(&name, inf_field(line, 0));
    pnp_service_key(&key, &name, NULL);
    status = NT_SUCCESS(key.status) ? write_service(install, section, &key) : key.status;
    if (NT_SUCCESS(status) && (flags & ASSOCIATED) && associated && !*associated) {
        *associated = pnp_copy_text(inf_field(line, 0));
        status = *associated ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return status;
}

static NTSTATUS delete_service(const struct pnp_install *install, const struct inf_line *line,
                               PVOID unused)
{
    UNICODE_STRING name;
    struct pnp_path key;

    UNREFERENCED_PARAMETER(install);
    UNREFERENCED_PARAMETER(unused);
    RtlInitUnicodeString(&name, inf_field(line, 0));
    pnp_service_key(&key, &name, NULL);
    if (name.Length && NT_SUCCESS(key.status))
        cm_delete_key(&key.name);
    return STATUS_SUCCESS;
}

/* ---- .Wdf: the framework's settings of a service ---------------------------------------- */

/* KmdfService = service, section: its lines are values of the service's Parameters\Wdf. */
static NTSTATUS kmdf_service(const struct pnp_install *install, const struct inf_line *line,
                             PVOID unused)
{
    const struct inf_section *section = section_of(install, line, 1);
    const struct inf_line *setting;
    UNICODE_STRING name;
    struct pnp_path key;
    NTSTATUS status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(unused);
    if (!section)
        return pnp_explain_line(install->package, line, "the framework's section is not there",
                                install->reason);
    RtlInitUnicodeString(&name, inf_field(line, 0));
    pnp_service_key(&key, &name, L"Parameters\\Wdf");
    for (setting = section->lines; setting && NT_SUCCESS(status); setting = setting->next)
        if (setting->key)
            status = pnp_set_text(&key, setting->key, REG_SZ, inf_field(setting, 0));
    return status;
}

NTSTATUS pnp_install_services(const struct pnp_install *install, PWSTR *service)
{
    const struct inf_section *services = pnp_install_section(install, L".Services");
    const struct inf_section *framework = pnp_install_section(install, L".Wdf");
    NTSTATUS status = STATUS_SUCCESS;

    if (service)
        *service = NULL;
    if (services) {
        status = pnp_for_each_line(install, services, L"DelService", delete_service, NULL);
        if (NT_SUCCESS(status))
            status = pnp_for_each_line(install, services, L"AddService", add_service, service);
    }
    if (NT_SUCCESS(status) && framework)
        status = pnp_for_each_line(install, framework, L"KmdfService", kmdf_service, NULL);
    return status;
}

/* ---- which of them are there ------------------------------------------------------------ */

struct counts {
    struct pnp_umdf_visit visit;
    ULONG known, unknown;
};

static VOID count_file(struct counts *counts, PCWSTR binary)
{
    /* The reflector is the kernel's own. */
    if (pnp_driver_file(binary) || inf_same(binary, PNP_UMDF_REFLECTOR))
        counts->known++;
    else
        counts->unknown++;
}

PCWSTR pnp_service_binary(const struct pnp_install *install, const struct inf_line *line)
{
    const struct inf_section *section = section_of(install, line, 2);

    return section ? pnp_file_of(inf_field(inf_find_line(section, L"ServiceBinary", NULL), 0))
                   : L"";
}

static NTSTATUS count_service(const struct pnp_install *install, const struct inf_line *line,
                              PVOID context)
{
    PCWSTR binary = pnp_service_binary(install, line);

    if (*binary)
        count_file(context, binary);
    return STATUS_SUCCESS;
}

static VOID count_umdf_service(struct pnp_umdf_visit *visit, PCWSTR service, PCWSTR binary)
{
    UNREFERENCED_PARAMETER(service);
    count_file(CONTAINING_RECORD(visit, struct counts, visit), binary);
}

VOID pnp_count_services(const struct pnp_install *install, ULONG *known, ULONG *unknown)
{
    const struct inf_section *services = pnp_install_section(install, L".Services");
    struct counts counts = {.visit.call = count_umdf_service};

    if (services)
        pnp_for_each_line(install, services, L"AddService", count_service, &counts);
    pnp_for_each_umdf_service(install, &counts.visit);
    *known = counts.known;
    *unknown = counts.unknown;
}

/* ---- .Filters --------------------------------------------------------------------------- */

static NTSTATUS put_into(const struct pnp_path *key, PCWSTR value, PCWSTR name)
{
    PWSTR old = pnp_get_text(key, value), list;
    SIZE_T bytes = old && *old ? pnp_list_bytes(old) - sizeof(WCHAR) : 0;
    SIZE_T added = (pnp_length(name) + 1) * sizeof(WCHAR);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (pnp_list_has(old, name)) {
        pnp_free(old);
        return STATUS_SUCCESS;
    }
    list = pnp_allocate(bytes + added + sizeof(WCHAR));
    if (list) {
        if (bytes)
            memcpy(list, old, bytes);
        memcpy((PCHAR)list + bytes, name, added);
        status =
            pnp_set_data(key, value, REG_MULTI_SZ, list, (ULONG)(bytes + added + sizeof(WCHAR)));
    }
    pnp_free(list);
    pnp_free(old);
    return status;
}

/* AddFilter = service, flags, section; FilterPosition = Upper or Lower, or FilterLevel. */
static NTSTATUS add_filter(const struct pnp_install *install, const struct inf_line *line,
                           PVOID enum_key)
{
    const struct inf_section *section = section_of(install, line, 2);
    PCWSTR position = L"";

    if (section)
        position = inf_field(inf_find_line(section, L"FilterPosition", NULL), 0);
    if (!inf_same(position, L"Lower") && !inf_same(position, L"Upper"))
        return pnp_explain_line(install->package, line,
                                "its section says no FilterPosition = Upper or Lower",
                                install->reason);
    return put_into(enum_key, inf_same(position, L"Lower") ? L"LowerFilters" : L"UpperFilters",
                    inf_field(line, 0));
}

NTSTATUS pnp_install_filters(const struct pnp_install *install, const struct pnp_path *enum_key)
{
    const struct inf_section *filters = pnp_install_section(install, L".Filters");

    return filters ? pnp_for_each_line(install, filters, L"AddFilter", add_filter, (PVOID)enum_key)
                   : STATUS_SUCCESS;
}
