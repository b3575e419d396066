/*
 * What an INF's .Wdf section says of a device's UMDF drivers. Installing the device puts it into
 * the registry where Windows has it too: the device's policies and the order of its drivers into
 * Device Parameters\WUDF of its key, each driver's file and version into a key of its own below
 * Software\Microsoft\Windows NT\CurrentVersion\WUDF\Services. The reflector reads it there when
 * the device's stack is built.
 *
 *   inf_umdf.c  the section's directives into the registry
 *   umdf.c      the registry into struct pnp_umdf_settings
 */
#pragma once

#include "pnp.h"

/* Where the framework may keep what it knows of a file in a FILE_OBJECT. UmdfFsContextUsePolicy. */
enum pnp_umdf_fs_context {
    PNP_UMDF_FS_CONTEXT,
    PNP_UMDF_FS_CONTEXT2,
    PNP_UMDF_NO_FS_CONTEXTS,
};

struct pnp_umdf_driver {
    UNICODE_STRING service; /* "Echo" */
    PCSTR path;             /* of its file, UTF-8; "echo.dll" if no such file is known */
    ULONG major, minor;     /* of the framework that it was built for: 2.0 to 2.33 */
};

struct pnp_umdf_settings {
    BOOLEAN is_shared;             /* UmdfHostProcessSharing: the host may have other devices too */
    BOOLEAN allows_kernel_clients; /* UmdfKernelModeClientPolicy */
    BOOLEAN allows_unknown_files;  /* UmdfFileObjectPolicy: requests without a file that was
                                      opened through this stack */
    BOOLEAN copies_neither;        /* UmdfMethodNeitherAction: Copy; else such codes fail */
    BOOLEAN allows_hardware;       /* UmdfDirectHardwareAccess */
    BOOLEAN maps_registers;        /* UmdfRegisterAccessMode */
    enum pnp_umdf_fs_context fs_context;        /* UmdfFsContextUsePolicy */
    SECURITY_IMPERSONATION_LEVEL impersonation; /* UmdfImpersonationLevel: at most that */
    ULONG count;
    struct pnp_umdf_driver drivers[]; /* count of them, the lowest of the stack first */
};

/* A service with this ServiceBinary is the reflector, whatever the INF calls the service. */
#define PNP_UMDF_REFLECTOR L"WUDFRd.sys"

/*
 * The settings of the device with this PDO, in pool; pnp_free_umdf_settings. PASSIVE_LEVEL.
 * STATUS_OBJECT_NAME_NOT_FOUND: its INF has no UmdfServiceOrder; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS pnp_query_umdf_settings(PDEVICE_OBJECT pdo, struct pnp_umdf_settings **settings);
VOID pnp_free_umdf_settings(struct pnp_umdf_settings *settings); /* NULL is fine */

/*
 * Removes every device that has this UMDF driver in its stack. STATUS_OBJECT_NAME_NOT_FOUND: there
 * is none; STATUS_PLUGPLAY_QUERY_VETOED.
 */
NTSTATUS pnp_remove_umdf_driver(PCUNICODE_STRING service, struct pnp_reason *reason);
