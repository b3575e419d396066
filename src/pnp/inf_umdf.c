/*
 * The Umdf directives of an INF's .Wdf section: checked, and put into the registry, where umdf.c
 * reads them. What ntio does not have is refused, by directive and line.
 */
#include "umdf_key.h"

/* A directive that is one of some words; the value is the number of the word. */
struct policy {
    PCWSTR directive;
    PCWSTR value;
    ULONG otherwise;
    PCWSTR words[4];
};

static const struct policy policies[PNP_UMDF_POLICIES] = {
    [PNP_UMDF_SHARING] = {L"UmdfHostProcessSharing",
                          L"HostProcessSharing",
                          1,
                          {L"ProcessSharingDisabled", L"ProcessSharingEnabled"}},
    [PNP_UMDF_KERNEL_CLIENTS] = {L"UmdfKernelModeClientPolicy",
                                 L"KernelModeClientPolicy",
                                 0,
                                 {L"RejectKernelModeClients", L"AllowKernelModeClients"}},
    [PNP_UMDF_FILE_OBJECTS] = {L"UmdfFileObjectPolicy",
                               L"FileObjectPolicy",
                               0,
                               {L"RejectNullAndUnknownFileObjects",
                                L"AllowNullAndUnknownFileObjects"}},
    [PNP_UMDF_FS_CONTEXTS] = {L"UmdfFsContextUsePolicy",
                              L"FsContextUsePolicy",
                              0,
                              {L"CanUseFsContext", L"CanUseFsContext2", L"CannotUseFsContexts"}},
    [PNP_UMDF_NEITHER] = {L"UmdfMethodNeitherAction",
                          L"MethodNeitherAction",
                          0,
                          {L"Reject", L"Copy"}},
    [PNP_UMDF_HARDWARE] = {L"UmdfDirectHardwareAccess",
                           L"DirectHardwareAccess",
                           0,
                           {L"RejectDirectHardwareAccess", L"AllowDirectHardwareAccess"}},
    [PNP_UMDF_REGISTERS] = {L"UmdfRegisterAccessMode",
                            L"RegisterAccessMode",
                            0,
                            {L"RegisterAccessUsingSystemCall",
                             L"RegisterAccessUsingUserModeMapping"}},
    [PNP_UMDF_IMPERSONATION] = {L"UmdfImpersonationLevel",
                                L"ImpersonationLevel",
                                SecurityIdentification,
                                {L"Anonymous", L"Identification", L"Impersonation", L"Delegation"}},
};

/* Directives that are refused whatever they say, but for the one word. */
static const struct absence {
    PCWSTR directive, word;
    PCSTR text;
} absences[] = {
    {L"UmdfDispatcher", L"FileHandle",
     "I/O targets go to the next lower driver (FileHandle); there is no USB"},
    {L"UmdfExtensions", NULL, "ntio has no class extension, this one or another"},
    {L"UmdfHostPriority", NULL, "driver hosts have one priority"},
};

struct order {
    ULONG values[PNP_UMDF_POLICIES];
    const struct inf_line *drivers; /* UmdfServiceOrder, or NULL */
    const struct inf_line *service; /* a UmdfService, or NULL */
};

VOID pnp_umdf_device_key(struct pnp_path *key, const struct pnp_node *node)
{
    pnp_enum_key(key, node, L"Device Parameters\\WUDF");
}

VOID pnp_umdf_service_key(struct pnp_path *key, PCWSTR service)
{
    pnp_path_start(key, L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion"
                        L"\\WUDF\\Services\\");
    pnp_path_add_text(key, service);
}

ULONG pnp_umdf_policy(const struct pnp_path *key, enum pnp_umdf_policy policy)
{
    return pnp_get_number(key, policies[policy].value, policies[policy].otherwise);
}

/* ---- policies ---------------------------------------------------------------------------- */

static NTSTATUS set_policy(const struct pnp_install *install, const struct inf_line *line,
                           const struct policy *policy, PULONG value)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(policy->words) && policy->words[i]; i++) {
        if (!inf_same(inf_field(line, 0), policy->words[i]))
            continue;
        *value = i;
        return STATUS_SUCCESS;
    }
    return pnp_explain(install->reason, STATUS_INVALID_PARAMETER,
                       "%s:%u: %S: it can be %S, %S%s%S%s%S", install->package->path, line->number,
                       line->key, policy->words[0], policy->words[1], policy->words[2] ? ", " : "",
                       policy->words[2] ? policy->words[2] : L"", policy->words[3] ? ", " : "",
                       policy->words[3] ? policy->words[3] : L"");
}

static NTSTATUS refuse(const struct pnp_install *install, const struct inf_line *line)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(absences); i++) {
        if (!inf_same(line->key, absences[i].directive))
            continue;
        if (absences[i].word && inf_same(inf_field(line, 0), absences[i].word))
            return STATUS_SUCCESS;
        return pnp_explain_line(install->package, line, absences[i].text, install->reason);
    }
    return pnp_explain_line(install->package, line, "UMDF 2 has no such directive",
                            install->reason);
}

/* ---- services ---------------------------------------------------------------------------- */

/* "2.15.0". */
static BOOLEAN read_version(PCWSTR text, PULONG major, PULONG minor)
{
    *major = *minor = 0;
    while (*text >= L'0' && *text <= L'9' && *major < 100)
        *major = *major * 10 + (ULONG)(*text++ - L'0');
    if (*text++ != L'.' || *text < L'0' || *text > L'9')
        return FALSE;
    while (*text >= L'0' && *text <= L'9' && *minor < 100)
        *minor = *minor * 10 + (ULONG)(*text++ - L'0');
    return *text == L'.' || !*text;
}

static NTSTATUS set_version(const struct pnp_install *install, const struct inf_line *line,
                            const struct pnp_path *key)
{
    ULONG major, minor;
    NTSTATUS status;

    if (!read_version(inf_field(line, 0), &major, &minor) || major != PNP_UMDF_MAJOR ||
        minor > PNP_UMDF_MINOR)
        return pnp_explain_line(install->package, line, "ntio has UMDF 2.0 to 2.33",
                                install->reason);
    status = pnp_set_number(key, L"WdfMajorVersion", major);
    return NT_SUCCESS(status) ? pnp_set_number(key, L"WdfMinorVersion", minor) : status;
}

/* UmdfService = name, section. */
static NTSTATUS add_service(const struct pnp_install *install, const struct inf_line *line)
{
    const struct inf_section *section = inf_find_section(install->package->inf, inf_field(line, 1));
    const struct inf_line *version, *binary;
    struct pnp_path key;
    NTSTATUS status;

    if (!section)
        return pnp_explain_line(install->package, line, "the service's section is not there",
                                install->reason);
    if (!*inf_field(line, 0) || pnp_length(inf_field(line, 0)) > PNP_UMDF_LONGEST_SERVICE)
        return pnp_explain_line(install->package, line, "a service's name has 1 to 31 characters",
                                install->reason);
    version = inf_find_line(section, L"UmdfLibraryVersion", NULL);
    binary = inf_find_line(section, L"ServiceBinary", NULL);
    if (!version || !binary)
        return pnp_explain(install->reason, STATUS_INVALID_PARAMETER, "%s:%u: %S: it has no %s",
                           install->package->path, section->number, section->name,
                           binary ? "UmdfLibraryVersion" : "ServiceBinary");
    if (inf_find_line(section, L"DriverCLSID", NULL))
        return pnp_explain_line(install->package, inf_find_line(section, L"DriverCLSID", NULL),
                                "it is UMDF 1's, which ntio does not have", install->reason);
    pnp_umdf_service_key(&key, inf_field(line, 0));
    status = set_version(install, version, &key);
    return NT_SUCCESS(status) ? pnp_set_driver_file(&key, inf_field(binary, 0), L"") : status;
}

static NTSTATUS set_drivers(const struct pnp_install *install, const struct inf_line *line,
                            const struct pnp_path *device)
{
    SIZE_T bytes = sizeof(WCHAR), used = 0;
    NTSTATUS status;
    PCHAR list;
    ULONG i;

    for (i = 0; i < line->count; i++)
        bytes += (pnp_length(inf_field(line, i)) + 1) * sizeof(WCHAR);
    list = pnp_allocate(bytes);
    if (!list)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < line->count; i++) {
        SIZE_T size = (pnp_length(inf_field(line, i)) + 1) * sizeof(WCHAR);
        struct pnp_path key;

        pnp_umdf_service_key(&key, inf_field(line, i));
        if (size == sizeof(WCHAR) || !NT_SUCCESS(key.status) || !pnp_key_exists(&key))
            break;
        memcpy(list + used, inf_field(line, i), size);
        used += size;
    }
    if (i && i == line->count)
        status = pnp_set_data(device, L"DriverList", REG_MULTI_SZ, list, (ULONG)bytes);
    else
        status = pnp_explain(install->reason, STATUS_INVALID_PARAMETER,
                             "%s:%u: %S: no UmdfService names the service \"%S\"",
                             install->package->path, line->number, line->key, inf_field(line, i));
    pnp_free(list);
    return status;
}

/* ---- the section --------------------------------------------------------------------------- */

static BOOLEAN is_umdf(PCWSTR directive)
{
    static const WCHAR prefix[] = L"umdf";
    ULONG i = 0;

    while (prefix[i] && (directive[i] | 0x20) == prefix[i])
        i++;
    return !prefix[i];
}

static NTSTATUS take_line(const struct pnp_install *install, const struct inf_line *line,
                          PVOID context)
{
    struct order *order = context;
    ULONG i;

    if (!is_umdf(line->key))
        return STATUS_SUCCESS;
    for (i = 0; i < PNP_UMDF_POLICIES; i++)
        if (inf_same(line->key, policies[i].directive))
            return set_policy(install, line, &policies[i], &order->values[i]);
    if (inf_same(line->key, L"UmdfService")) {
        order->service = line;
        return add_service(install, line);
    }
    if (!inf_same(line->key, L"UmdfServiceOrder"))
        return refuse(install, line);
    if (order->drivers)
        return pnp_explain_line(install->package, line, "it is there already", install->reason);
    order->drivers = line;
    return STATUS_SUCCESS;
}

NTSTATUS pnp_install_umdf(const struct pnp_install *install, const struct pnp_node *node)
{
    const struct inf_section *section = pnp_install_section(install, L".Wdf");
    struct order order = {0};
    struct pnp_path key;
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < PNP_UMDF_POLICIES; i++)
        order.values[i] = policies[i].otherwise;
    status =
        section ? pnp_for_each_line(install, section, NULL, take_line, &order) : STATUS_SUCCESS;
    if (!NT_SUCCESS(status) || (!order.drivers && !order.service))
        return status;
    if (!order.drivers)
        return pnp_explain_line(install->package, order.service,
                                "beside it there is no UmdfServiceOrder", install->reason);
    pnp_umdf_device_key(&key, node);
    for (i = 0; i < PNP_UMDF_POLICIES && NT_SUCCESS(status); i++)
        status = pnp_set_number(&key, policies[i].value, order.values[i]);
    return NT_SUCCESS(status) ? set_drivers(install, order.drivers, &key) : status;
}

/* ---- which of them are there ------------------------------------------------------------ */

static NTSTATUS visit_binary(const struct pnp_install *install, const struct inf_line *line,
                             PVOID context)
{
    const struct inf_section *section = inf_find_section(install->package->inf, inf_field(line, 1));
    struct pnp_umdf_visit *visit = context;

    if (section)
        visit->call(visit, inf_field(line, 0),
                    pnp_file_of(inf_field(inf_find_line(section, L"ServiceBinary", NULL), 0)));
    return STATUS_SUCCESS;
}

VOID pnp_for_each_umdf_service(const struct pnp_install *install, struct pnp_umdf_visit *visit)
{
    const struct inf_section *section = pnp_install_section(install, L".Wdf");

    if (section)
        pnp_for_each_line(install, section, L"UmdfService", visit_binary, visit);
}
