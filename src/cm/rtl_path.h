/*
 * The keys that the Rtl registry calls name by RelativeTo and Path.
 */
#pragma once

#include "cm_private.h"

/*
 * Opens (create: makes, if only the last key is missing) the key. Give the
 * handle to cm_rtl_close in the end: it is the caller's own with
 * RTL_REGISTRY_HANDLE.
 */
NTSTATUS cm_rtl_open(ULONG relative_to, PCWSTR path, BOOLEAN create, PHANDLE key);
VOID cm_rtl_close(ULONG relative_to, HANDLE key);
