/*
 * Starting and stopping the room.
 */
#pragma once

#include <ntifs.h>

/* Makes the reflector known to PnP. */
NTSTATUS umdf_start(VOID);
/* Waits until the hosts, whose stacks are gone, have ended. */
VOID umdf_stop(VOID);
