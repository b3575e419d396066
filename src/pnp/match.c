/*
 * Which package is the best for a device, and installing it there.
 */
#include "package.h"

struct match {
    const struct pnp_package *package;
    struct pnp_model model;
    struct pnp_install install;
    PCWSTR id;            /* that matched */
    ULONG rank;           /* by the ids, as Windows counts: the lower the better */
    ULONG known, unknown; /* services with a driver file, and without */
    ULONG64 date, version;
};

struct search {
    const struct pnp_node *node;
    struct match best; /* best.package is NULL: none */
};

/* ---- ranks ------------------------------------------------------------------------------ */

/* A number that grows with the numbers in text, four of them with separators between. */
static ULONG64 read_numbers(PCWSTR text)
{
    ULONG64 all = 0;
    ULONG part = 0, parts = 0;

    for (; parts < 4; text++) {
        if (*text >= L'0' && *text <= L'9') {
            part = part * 10 + (ULONG)(*text - L'0');
            continue;
        }
        all = all << 16 | (part & 0xFFFF);
        part = 0;
        parts++;
        if (!*text)
            break;
    }
    for (; parts < 4; parts++)
        all <<= 16;
    return all;
}

/* DriverVer = month/day/year, version. */
static VOID read_version(struct match *match)
{
    const struct inf_section *version = inf_find_section(match->package->inf, L"Version");
    const struct inf_line *line = inf_find_line(version, L"DriverVer", NULL);
    ULONG64 date = read_numbers(inf_field(line, 0));

    /* The year first. */
    match->date = ((date >> 16) & 0xFFFF) << 32 | (date >> 48) << 16 | ((date >> 32) & 0xFFFF);
    match->version = read_numbers(inf_field(line, 1));
}

static BOOLEAN is_better(const struct match *a, const struct match *b)
{
    if (!b->package || a->rank != b->rank)
        return !b->package || a->rank < b->rank;
    /* Windows takes what is newer; here what can be loaded comes before. */
    if (a->unknown != b->unknown)
        return a->unknown < b->unknown;
    if (a->date != b->date)
        return a->date > b->date;
    if (a->version != b->version)
        return a->version > b->version;
    /* The one that adds a filter to what the other has; else the one installed last. */
    return a->known >= b->known;
}

/* 0x0000: both are hardware ids; 0x1000: the model's is a compatible one, and so on. */
static BOOLEAN rank_of(const struct pnp_node *node, const struct inf_line *model, ULONG *rank,
                       PCWSTR *matched)
{
    PCWSTR lists[] = {node->hardware_ids, node->compatible_ids}, id;
    ULONG list, position, field, found;
    BOOLEAN is_match = FALSE;

    for (list = 0; list < RTL_NUMBER_OF(lists); list++) {
        position = 0;
        for (id = lists[list]; id && *id; id = pnp_list_next(id), position++) {
            for (field = 1; field < model->count; field++) {
                if (!inf_same(inf_field(model, field), id))
                    continue;
                found = (list ? 0x2000 : 0) + (field > 1 ? 0x1000 : 0) + position;
                if (!is_match || found < *rank) {
                    *rank = found;
                    *matched = id;
                }
                is_match = TRUE;
            }
        }
    }
    return is_match;
}

static BOOLEAN consider(const struct pnp_package *package, const struct pnp_model *model,
                        PVOID context)
{
    struct search *search = context;
    struct match match = {.package = package, .model = *model};

    if (!rank_of(search->node, model->line, &match.rank, &match.id) ||
        !pnp_find_install(package, inf_field(model->line, 0), NULL, &match.install))
        return TRUE;
    pnp_count_services(&match.install, &match.known, &match.unknown);
    read_version(&match);
    if (is_better(&match, &search->best))
        search->best = match;
    return TRUE;
}

/* ---- the class and its drivers' keys ---------------------------------------------------- */

/* Control\Class\{guid}; made by the first package of the class. */
static NTSTATUS install_class(const struct match *match, struct pnp_reason *reason)
{
    const struct pnp_package *package = match->package;
    const struct inf_section *section = NULL;
    struct pnp_install install;
    UNICODE_STRING guid;
    struct pnp_path key;
    NTSTATUS status;

    RtlInitUnicodeString(&guid, package->class_guid);
    pnp_class_key(&key, &guid);
    if (!guid.Length || pnp_key_exists(&key))
        return STATUS_SUCCESS;
    status = pnp_set_text(&key, L"Class", REG_SZ, package->class_name);
    if (pnp_find_install(package, L"ClassInstall32", reason, &install))
        section = pnp_install_section(&install, L"");
    if (NT_SUCCESS(status) && section)
        status = pnp_apply_registry(&install, section, &key, NULL);
    return status;
}

/* "{guid}\0007": the device's, or the next that is free. */
static NTSTATUS name_driver_key(const struct match *match, const struct pnp_path *enum_key,
                                struct pnp_path *name)
{
    static const WCHAR other[] = L"{4d36e97e-e325-11ce-bfc1-08002be10318}";
    PWSTR old = pnp_get_text(enum_key, L"Driver");
    struct pnp_path key;
    USHORT length;
    ULONG number = 0;

    if (old) {
        pnp_path_start(name, old);
        pnp_free(old);
        return name->status;
    }
    pnp_path_start(name, *match->package->class_guid ? match->package->class_guid : other);
    length = name->name.Length;
    do {
        name->name.Length = length;
        pnp_path_format(name, "\\%04u", number++);
        pnp_class_key(&key, &name->name);
    } while (NT_SUCCESS(key.status) && pnp_key_exists(&key));
    return NT_SUCCESS(name->status) ? key.status : name->status;
}

static NTSTATUS describe_driver(const struct match *match, const struct pnp_path *key)
{
    const struct inf_section *version = inf_find_section(match->package->inf, L"Version");
    const struct inf_line *line = inf_find_line(version, L"DriverVer", NULL);
    const struct {
        PCWSTR value, text;
    } texts[] = {
        {L"InfPath", match->package->name},
        {L"InfSection", match->install.base},
        {L"InfSectionExt", match->install.decoration},
        {L"ProviderName", inf_field(inf_find_line(version, L"Provider", NULL), 0)},
        {L"DriverDate", inf_field(line, 0)},
        {L"DriverVersion", inf_field(line, 1)},
        {L"MatchingDeviceId", match->id},
        {L"DriverDesc", match->model.line->key ? match->model.line->key : L""},
    };
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(texts) && NT_SUCCESS(status); i++)
        status = pnp_set_text(key, texts[i].value, REG_SZ, texts[i].text);
    return status;
}

static NTSTATUS describe_device(const struct match *match, const struct pnp_path *key,
                                PCWSTR driver)
{
    const struct {
        PCWSTR value, text;
    } texts[] = {
        {L"DeviceDesc", match->model.line->key},
        {L"Mfg", match->model.manufacturer->key},
        {L"Class", match->package->class_name},
        {L"ClassGUID", match->package->class_guid},
        {L"Driver", driver},
    };
    NTSTATUS status = pnp_set_number(key, L"ConfigFlags", 0);
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(texts) && NT_SUCCESS(status); i++)
        if (texts[i].text && *texts[i].text)
            status = pnp_set_text(key, texts[i].value, REG_SZ, texts[i].text);
    return status;
}

/* ---- .Interfaces ------------------------------------------------------------------------ */

struct interface_order {
    struct pnp_node *node;
};

/* AddInterface = {guid}[, reference[, section]] */
static NTSTATUS add_interface(const struct pnp_install *install, const struct inf_line *line,
                              PVOID context)
{
    struct interface_order *order = context;
    const struct inf_section *section;
    UNICODE_STRING text, link;
    struct pnp_path key;
    GUID guid;
    NTSTATUS status;

    RtlInitUnicodeString(&text, inf_field(line, 0));
    if (!NT_SUCCESS(RtlGUIDFromString(&text, &guid)))
        return pnp_explain_line(install->package, line, "its class is no GUID", install->reason);
    RtlInitUnicodeString(&text, inf_field(line, 1));
    status = pnp_make_interface(order->node, &guid, &text, &link);
    if (!NT_SUCCESS(status))
        return status;
    section = inf_find_section(install->package->inf, inf_field(line, 2));
    if (section)
        status = pnp_interface_key(&key, &link, L"Device Parameters");
    if (section && NT_SUCCESS(status))
        status = pnp_apply_registry(install, section, &key, NULL);
    RtlFreeUnicodeString(&link);
    return status;
}

/* ---- the device
 * -----------------------------------------------------------------------------------------------
 */

static NTSTATUS install_hardware(struct pnp_node *node, const struct match *match,
                                 const struct pnp_path *enum_key)
{
    const struct inf_section *hardware = pnp_install_section(&match->install, L".HW");
    const struct inf_section *interfaces = pnp_install_section(&match->install, L".Interfaces");
    struct interface_order order = {node};
    struct pnp_path key;
    NTSTATUS status = STATUS_SUCCESS;

    pnp_enum_key(&key, node, L"Device Parameters");
    if (hardware)
        status = pnp_apply_registry(&match->install, hardware, &key, enum_key);
    if (NT_SUCCESS(status))
        status = pnp_install_filters(&match->install, enum_key);
    if (NT_SUCCESS(status) && interfaces)
        status =
            pnp_for_each_line(&match->install, interfaces, L"AddInterface", add_interface, &order);
    return status;
}

static NTSTATUS install_software(const struct match *match, const struct pnp_path *enum_key,
                                 struct pnp_path *driver)
{
    const struct inf_section *section = pnp_install_section(&match->install, L"");
    struct pnp_path key;
    NTSTATUS status = name_driver_key(match, enum_key, driver);

    if (!NT_SUCCESS(status))
        return status;
    pnp_class_key(&key, &driver->name);
    status = describe_driver(match, &key);
    if (NT_SUCCESS(status) && section)
        status = pnp_apply_registry(&match->install, section, &key, NULL);
    return status;
}

static NTSTATUS install(struct pnp_node *node, struct match *match, struct pnp_reason *reason)
{
    struct pnp_path enum_key, driver;
    PWSTR service = NULL;
    NTSTATUS status;

    match->install.reason = reason;
    pnp_enum_key(&enum_key, node, NULL);
    status = install_class(match, reason);
    if (NT_SUCCESS(status))
        status = install_software(match, &enum_key, &driver);
    if (NT_SUCCESS(status))
        status = describe_device(match, &enum_key, driver.text);
    if (NT_SUCCESS(status))
        status = install_hardware(node, match, &enum_key);
    if (NT_SUCCESS(status))
        status = pnp_install_class(match->package, node);
    if (NT_SUCCESS(status))
        status = pnp_install_services(&match->install, &service);
    if (NT_SUCCESS(status))
        status = pnp_install_umdf(&match->install, node);
    if (NT_SUCCESS(status) && service)
        status = pnp_set_text(&enum_key, L"Service", REG_SZ, service);
    pnp_free(service);
    return status;
}

NTSTATUS pnp_install_node(struct pnp_node *node, struct pnp_reason *reason)
{
    struct search search = {.node = node};
    struct pnp_package *package = NULL;
    struct pnp_path key;
    PWSTR old;
    NTSTATUS status;

    pnp_enum_key(&key, node, NULL);
    old = pnp_get_text(&key, L"Service");
    pnp_free(old);
    if (old)
        return STATUS_SUCCESS;
    while ((package = pnp_next_package(package)))
        pnp_for_each_model(package, consider, &search);
    if (!search.best.package)
        return STATUS_SUCCESS;
    status = install(node, &search.best, reason);
    if (!NT_SUCCESS(status))
        pnp_set_problem(node, CM_PROB_FAILED_INSTALL, status);
    return status;
}

/* ---- devices that nobody reports -------------------------------------------------------- */

static BOOLEAN is_root_id(PCWSTR id)
{
    static const WCHAR prefix[] = L"root\\";
    ULONG i;

    for (i = 0; prefix[i]; i++)
        if ((id[i] | (prefix[i] == L'\\' ? 0 : 0x20)) != prefix[i])
            return FALSE;
    return TRUE;
}

struct presence {
    PCWSTR id;
    BOOLEAN is_there;
};

static BOOLEAN look(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct presence *presence = context;

    UNREFERENCED_PARAMETER(depth);
    presence->is_there = pnp_list_has(node->hardware_ids, presence->id) ||
                         pnp_list_has(node->compatible_ids, presence->id);
    return !presence->is_there;
}

static BOOLEAN find_root_id(const struct pnp_package *package, const struct pnp_model *model,
                            PVOID found)
{
    UNREFERENCED_PARAMETER(package);
    *(BOOLEAN *)found |= is_root_id(inf_field(model->line, 1));
    return !*(BOOLEAN *)found;
}

static BOOLEAN has_root_id(const struct pnp_package *package)
{
    BOOLEAN found = FALSE;

    pnp_for_each_model(package, find_root_id, &found);
    return found;
}

static BOOLEAN find_present(const struct pnp_package *package, const struct pnp_model *model,
                            PVOID found)
{
    struct presence presence = {.id = inf_field(model->line, 1)};

    UNREFERENCED_PARAMETER(package);
    pnp_for_each_node(look, &presence);
    *(BOOLEAN *)found |= presence.is_there;
    return !*(BOOLEAN *)found;
}

/* Is one of the package's devices there? */
static BOOLEAN has_present(const struct pnp_package *package)
{
    BOOLEAN found = FALSE;

    pnp_for_each_model(package, find_present, &found);
    return found;
}

struct enumeration {
    BOOLEAN wants_root; /* ROOT\ ids in this round, the others in the next */
    struct pnp_reason *reason;
    NTSTATUS status; /* the first failure */
};

static BOOLEAN enumerate_model(const struct pnp_package *package, const struct pnp_model *model,
                               PVOID context)
{
    struct enumeration *round = context;
    PCWSTR id = inf_field(model->line, 1);
    struct presence presence = {.id = id};
    NTSTATUS status;

    if (!*id || is_root_id(id) != round->wants_root)
        return TRUE;
    /* Beside a ROOT\ id the others are for a bus to report. */
    if (!round->wants_root && has_root_id(package))
        return TRUE;
    pnp_for_each_node(look, &presence);
    if (presence.is_there)
        return TRUE;
    status = pnp_add_root_node(*package->class_name ? package->class_name : L"UNKNOWN", id, NULL,
                               NULL, NT_SUCCESS(round->status) ? round->reason : NULL);
    if (NT_SUCCESS(round->status))
        round->status = status;
    return TRUE;
}

static NTSTATUS enumerate_round(PVOID context)
{
    struct enumeration *round = context;
    struct pnp_package *package = NULL;

    while ((package = pnp_next_package(package))) {
        if (!package->is_new)
            continue;
        /* Of the other ids one that a bus has reported is enough. */
        if (round->wants_root || !has_present(package))
            pnp_for_each_model(package, enumerate_model, round);
        if (!round->wants_root)
            package->is_new = FALSE;
    }
    return STATUS_SUCCESS;
}

NTSTATUS pnp_enumerate_installed(struct pnp_reason *reason)
{
    struct enumeration round = {TRUE, reason, STATUS_SUCCESS};
    NTSTATUS status = pnp_call(enumerate_round, &round);

    /* What is on the buses that came. */
    pnp_settle();
    round.wants_root = FALSE;
    if (NT_SUCCESS(status))
        status = pnp_call(enumerate_round, &round);
    pnp_settle();
    return NT_SUCCESS(status) ? round.status : status;
}

/* The class that an INF gives to devices with this hardware id. */
static BOOLEAN find_class(const struct pnp_package *package, const struct pnp_model *model,
                          PVOID context)
{
    PCWSTR *found = context;
    ULONG i;

    for (i = 1; i < model->line->count; i++) {
        if (!inf_same(inf_field(model->line, i), found[0]))
            continue;
        found[1] = *package->class_name ? package->class_name : L"UNKNOWN";
        return FALSE;
    }
    return TRUE;
}

PCWSTR pnp_class_of_id(PCWSTR hardware_id)
{
    PCWSTR found[2] = {hardware_id, NULL};
    struct pnp_package *package = NULL;

    while (!found[1] && (package = pnp_next_package(package)))
        pnp_for_each_model(package, find_class, found);
    return found[1];
}
