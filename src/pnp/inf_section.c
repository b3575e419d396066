/*
 * Finding one's way among an INF's sections: decorated ones, those that others need, Models.
 */
#include "package.h"

/* Decorations of install sections, the best first. */
static const PCWSTR decorations[] = {L".NTamd64", L".NT", L""};

static const struct inf_section *find_joined(const struct inf *inf, PCWSTR first, PCWSTR second,
                                             PCWSTR third)
{
    struct pnp_path name;

    pnp_path_start(&name, first);
    pnp_path_add_text(&name, second);
    pnp_path_add_text(&name, third);
    return NT_SUCCESS(name.status) ? inf_find_section(inf, name.text) : NULL;
}

const struct inf_section *pnp_install_section(const struct pnp_install *install, PCWSTR ending)
{
    return find_joined(install->package->inf, install->base, install->decoration, ending);
}

/* One without anything but services counts too. */
BOOLEAN pnp_find_install(const struct pnp_package *package, PCWSTR base, struct pnp_reason *reason,
                         struct pnp_install *install)
{
    ULONG i;

    *install = (struct pnp_install){.package = package, .base = base, .reason = reason};
    for (i = 0; i < RTL_NUMBER_OF(decorations); i++) {
        install->decoration = decorations[i];
        if (pnp_install_section(install, L"") || pnp_install_section(install, L".Services"))
            return TRUE;
    }
    return FALSE;
}

enum { DEEPEST_NEED = 16 }; /* sections that need each other in a circle end here */

/* What is called for lines with a key. */
struct visit {
    PCWSTR key; /* NULL: any */
    NTSTATUS (*call)(const struct pnp_install *install, const struct inf_line *line, PVOID context);
    PVOID context;
    const struct inf_section *section; /* that is visited */
    ULONG depth;
};

static NTSTATUS visit_lines(const struct pnp_install *install, const struct inf_section *section,
                            const struct visit *visit);

/* The section of that name in a file that the line includes; other receives the file's package. */
static const struct inf_section *find_included(const struct inf_line *include, PCWSTR name,
                                               const struct pnp_package **other)
{
    const struct inf_section *found = NULL;
    ULONG i;

    for (i = 0; i < include->count && !found; i++) {
        *other = pnp_find_package(include->fields[i]);
        if (*other)
            found = inf_find_section((*other)->inf, name);
    }
    return found;
}

/* A section of the same file, or of one that the section includes. */
static const struct inf_section *find_needed(const struct pnp_install *install,
                                             const struct inf_section *section, PCWSTR name,
                                             struct pnp_install *of)
{
    const struct inf_section *found = inf_find_section(install->package->inf, name);
    const struct inf_line *include = NULL;

    *of = *install;
    while (!found && (include = inf_find_line(section, L"Include", include)))
        found = find_included(include, name, &of->package);
    return found;
}

static NTSTATUS visit_needed(const struct pnp_install *install, const struct inf_line *needs,
                             const struct visit *outer)
{
    BOOLEAN includes = inf_find_line(outer->section, L"Include", NULL) != NULL;
    NTSTATUS status = STATUS_SUCCESS;
    struct visit visit = *outer;
    struct pnp_install of;
    ULONG i;

    visit.depth++;
    for (i = 0; i < needs->count && NT_SUCCESS(status) && visit.depth < DEEPEST_NEED; i++) {
        const struct inf_section *needed =
            find_needed(install, outer->section, needs->fields[i], &of);

        if (needed)
            status = visit_lines(&of, needed, &visit);
        else if (!includes)
            /* With an Include it is a section of a file that Windows brings. */
            status = pnp_explain_line(install->package, needs,
                                      "the section that it needs is not there", install->reason);
    }
    return status;
}

static NTSTATUS visit_lines(const struct pnp_install *install, const struct inf_section *section,
                            const struct visit *outer)
{
    struct visit visit = *outer;
    const struct inf_line *line;
    NTSTATUS status = STATUS_SUCCESS;

    visit.section = section;
    for (line = section->lines; line && NT_SUCCESS(status); line = line->next) {
        if (!line->key)
            continue;
        if (!visit.key || inf_same(line->key, visit.key))
            status = visit.call(install, line, visit.context);
        if (NT_SUCCESS(status) && inf_same(line->key, L"Needs"))
            status = visit_needed(install, line, &visit);
    }
    return status;
}

NTSTATUS pnp_for_each_line(const struct pnp_install *install, const struct inf_section *section,
                           PCWSTR key,
                           NTSTATUS (*call)(const struct pnp_install *install,
                                            const struct inf_line *line, PVOID context),
                           PVOID context)
{
    struct visit visit = {.key = key, .call = call, .context = context};

    return visit_lines(install, section, &visit);
}

/* ---- Models ----------------------------------------------------------------------------- */

/* What a decoration asks for: NT[architecture][.major[.minor[.type[.suite[.build]]]]]. */
struct target {
    BOOLEAN has_architecture;
    ULONG major, minor, build;
};

/* The next number of a decoration: what is between dots, 0 if nothing. */
static ULONG next_number(PCWSTR *at)
{
    WCHAR text[16];
    ULONG length = 0;

    if (**at != L'.')
        return 0;
    for (++*at; **at && **at != L'.'; ++*at)
        if (length + 1 < RTL_NUMBER_OF(text))
            text[length++] = **at;
    text[length] = 0;
    return inf_number(text, 0);
}

/* FALSE if the decoration is for another architecture or a newer system. */
static BOOLEAN read_target(PCWSTR decoration, struct target *target)
{
    static const WCHAR architecture[] = L"amd64";
    RTL_OSVERSIONINFOW own = {.dwOSVersionInfoSize = sizeof(own)};
    ULONG length = 0;
    WCHAR name[16] = {0};

    *target = (struct target){0};
    if ((decoration[0] | 0x20) != L'n' || (decoration[1] | 0x20) != L't')
        return FALSE;
    for (decoration += 2; *decoration && *decoration != L'.'; decoration++)
        if (length + 1 < RTL_NUMBER_OF(name))
            name[length++] = *decoration;
    target->has_architecture = length != 0;
    if (length && !inf_same(name, architecture))
        return FALSE;
    target->major = next_number(&decoration);
    target->minor = next_number(&decoration);
    next_number(&decoration); /* product type and suite: ntio is any of them */
    next_number(&decoration);
    target->build = next_number(&decoration);
    RtlGetVersion(&own);
    if (target->major != own.dwMajorVersion)
        return target->major < own.dwMajorVersion;
    if (target->minor != own.dwMinorVersion)
        return target->minor < own.dwMinorVersion;
    return target->build <= own.dwBuildNumber;
}

static BOOLEAN is_better(const struct target *a, const struct target *b)
{
    if (a->has_architecture != b->has_architecture)
        return a->has_architecture;
    if (a->major != b->major)
        return a->major > b->major;
    if (a->minor != b->minor)
        return a->minor > b->minor;
    return a->build >= b->build;
}

/* manufacturer = models section, decoration, decoration... */
static const struct inf_section *models_of(const struct inf *inf, const struct inf_line *line)
{
    struct target best = {0}, target;
    PCWSTR decoration = NULL;
    /* Without a section's name the manufacturer's is meant. */
    PCWSTR base = line->count && *inf_field(line, 0) ? inf_field(line, 0) : line->key;
    ULONG i;

    for (i = 1; i < line->count; i++) {
        if (!read_target(inf_field(line, i), &target))
            continue;
        if (decoration && !is_better(&target, &best))
            continue;
        best = target;
        decoration = inf_field(line, i);
    }
    if (!decoration)
        return inf_find_section(inf, base);
    return find_joined(inf, base, L".", decoration);
}

VOID pnp_for_each_model(const struct pnp_package *package,
                        BOOLEAN (*visit)(const struct pnp_package *package,
                                         const struct pnp_model *model, PVOID context),
                        PVOID context)
{
    const struct inf_section *manufacturers = inf_find_section(package->inf, L"Manufacturer");
    struct pnp_model model;

    model.manufacturer = manufacturers ? manufacturers->lines : NULL;
    for (; model.manufacturer; model.manufacturer = model.manufacturer->next) {
        const struct inf_section *models;

        models = model.manufacturer->key || model.manufacturer->count
                     ? models_of(package->inf, model.manufacturer)
                     : NULL;
        for (model.line = models ? models->lines : NULL; model.line; model.line = model.line->next)
            if (model.line->count >= 2 && !visit(package, &model, context))
                return;
    }
}
