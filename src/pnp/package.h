/*
 * Driver packages: INF files that were installed, and what they say of devices.
 */
#pragma once

#include "inf.h"
#include "pnpp.h"

/* Everything here is the PnP thread's. */
struct pnp_package {
    LIST_ENTRY link; /* in the list of packages, in the order of installation */
    struct inf *inf;
    PSTR path;         /* of the file, for messages */
    PWSTR name;        /* its last component */
    PCWSTR class_name; /* [Version] Class; in inf */
    PCWSTR class_guid; /* [Version] ClassGuid; in inf */
    BOOLEAN is_new;    /* its devices have not been enumerated yet */
};

/* A line of a Models section: a device that the package can drive. */
struct pnp_model {
    const struct inf_line *line;         /* description = install section, id, id... */
    const struct inf_line *manufacturer; /* the line of [Manufacturer] */
};

/* Calls visit for each model for this architecture and version; FALSE ends it. */
VOID pnp_for_each_model(const struct pnp_package *package,
                        BOOLEAN (*visit)(const struct pnp_package *package,
                                         const struct pnp_model *model, PVOID context),
                        PVOID context);

/* The first package (from NULL) or the next; NULL at the end. */
struct pnp_package *pnp_next_package(struct pnp_package *package);
/* The package whose INF file is called name, or one that the system brings; or NULL. */
const struct pnp_package *pnp_find_package(PCWSTR name);
/* The path of the driver that INF files call name (echo.sys), or NULL. */
PCSTR pnp_driver_file(PCWSTR name);

/* Explains what is wrong in a line: "file:line: directive: text". */
NTSTATUS pnp_explain_line(const struct pnp_package *package, const struct inf_line *line,
                          PCSTR text, struct pnp_reason *reason);

/* ---- inf_section.c: sections that install ----------------------------------------------- */

/* An install section of the package: its name and the decoration of the one that was found. */
struct pnp_install {
    const struct pnp_package *package;
    PCWSTR base;       /* "Echo_Device" */
    PCWSTR decoration; /* ".NTamd64", ".NT" or "" */
    struct pnp_reason *reason;
};
/* FALSE if there is no such section, decorated or not. */
BOOLEAN pnp_find_install(const struct pnp_package *package, PCWSTR base, struct pnp_reason *reason,
                         struct pnp_install *install);
/* The section of the install section with something behind it (".Services", ""), or NULL. */
const struct inf_section *pnp_install_section(const struct pnp_install *install, PCWSTR ending);
/*
 * Calls visit for each line of the section with this key (NULL: any), those of the sections that
 * it Needs included; install is then of the package that the line is in.
 */
NTSTATUS pnp_for_each_line(const struct pnp_install *install, const struct inf_section *section,
                           PCWSTR key,
                           NTSTATUS (*visit)(const struct pnp_install *install,
                                             const struct inf_line *line, PVOID context),
                           PVOID context);

/* ---- inf_registry.c: AddReg and DelReg -------------------------------------------------- */

/*
 * Does what the AddReg and DelReg directives of a section say. relative is what HKR means;
 * is_device: it is a device's hardware key, whose properties lie elsewhere.
 */
NTSTATUS pnp_apply_registry(const struct pnp_install *install, const struct inf_section *section,
                            const struct pnp_path *relative, const struct pnp_path *properties);

/* ---- inf_service.c: .Services, .Wdf and .Filters ---------------------------------------- */

/*
 * Installs the services of an install section. service (may be NULL) receives the one that is the
 * device's function driver, in pool, or NULL.
 */
NTSTATUS pnp_install_services(const struct pnp_install *install, PWSTR *service);
/* The last component of "%13%\echo.sys". */
PCWSTR pnp_file_of(PCWSTR binary);
/*
 * Sets ImagePath to the shared object that stands for the service's binary; or, if none is known,
 * to its path on Windows, below folder.
 */
NTSTATUS pnp_set_driver_file(const struct pnp_path *key, PCWSTR binary, PCWSTR folder);
/* The last component of the ServiceBinary of an AddService line; an empty text if it has none. */
PCWSTR pnp_service_binary(const struct pnp_install *install, const struct inf_line *line);
/* How many of the section's services have a driver file that is known, and how many have none. */
VOID pnp_count_services(const struct pnp_install *install, ULONG *known, ULONG *unknown);
/* AddFilter: puts the service into the device's list of filters. */
NTSTATUS pnp_install_filters(const struct pnp_install *install, const struct pnp_path *enum_key);

/* ---- inf_umdf.c: UMDF drivers ----------------------------------------------------------- */

/* Puts what the .Wdf section says of the device's UMDF drivers into the registry; see umdf.h. */
NTSTATUS pnp_install_umdf(const struct pnp_install *install, const struct pnp_node *node);

/* Something that is to be called for each UmdfService; it contains this. */
struct pnp_umdf_visit {
    VOID (*call)(struct pnp_umdf_visit *visit, PCWSTR service, PCWSTR binary);
};
VOID pnp_for_each_umdf_service(const struct pnp_install *install, struct pnp_umdf_visit *visit);

/* ---- inf_system.c ----------------------------------------------------------------------- */

/* One that Windows brings, or NULL. */
const struct pnp_package *pnp_find_system_package(PCWSTR name);
VOID pnp_free_system_packages(VOID);

/* ---- inf_class.c ------------------------------------------------------------------------ */

/* What the class installer of the package's class does: a port gets the name COMn. */
NTSTATUS pnp_install_class(const struct pnp_package *package, const struct pnp_node *node);
