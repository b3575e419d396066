/*
 * Where what an INF says of UMDF drivers lies in the registry: inf_umdf.c writes it, umdf.c reads
 * it.
 */
#pragma once

#include "package.h"
#include "umdf.h"

enum { PNP_UMDF_MAJOR = 2, PNP_UMDF_MINOR = 33, PNP_UMDF_LONGEST_SERVICE = 31 };

enum pnp_umdf_policy {
    PNP_UMDF_SHARING,
    PNP_UMDF_KERNEL_CLIENTS,
    PNP_UMDF_FILE_OBJECTS,
    PNP_UMDF_FS_CONTEXTS, /* enum pnp_umdf_fs_context */
    PNP_UMDF_NEITHER,
    PNP_UMDF_HARDWARE,
    PNP_UMDF_REGISTERS,
    PNP_UMDF_IMPERSONATION, /* SECURITY_IMPERSONATION_LEVEL */
    PNP_UMDF_POLICIES,
};

VOID pnp_umdf_device_key(struct pnp_path *key, const struct pnp_node *node);
VOID pnp_umdf_service_key(struct pnp_path *key, PCWSTR service);
/* Of a device's key; what holds without a directive if it is not there. */
ULONG pnp_umdf_policy(const struct pnp_path *key, enum pnp_umdf_policy policy);
