/*
 * Starting and stopping the room.
 */
#pragma once

#include <ntifs.h>

/* Makes the reflector known to PnP. */
NTSTATUS umdf_start(VOID);
VOID umdf_stop(VOID);
