/*
 * The framework's part of a system's life. It starts before the I/O manager and stops after
 * it, when no driver is left.
 */
#pragma once

#include <ntifs.h>

NTSTATUS wdf_start(VOID);
VOID wdf_stop(VOID);
