/*
 * The program's side of the channel: what takes the kernel's place in a program
 * that is served. libntio's client library is this over hal and the parts of the
 * kernel that a program has for itself: exceptions, memory, strings.
 */
#pragma once

#include <ntifs.h>

#include "../../hal/hal.h"
#include "../../mm/mm.h"
#include "../services.h"
#include "../wire.h"

/* ---- connect.c --------------------------------------------------------------------- */

/*
 * Connects to the kernel at the socket path. The reason for a failure is on standard
 * error. Once only.
 */
NTSTATUS client_connect(PCSTR path);
/* Ends the connection; the kernel gives up what the program has left. */
VOID client_disconnect(VOID);

/* ---- call.c ---------------------------------------------------------------------------- */

/*
 * Makes a system call and waits for its answer; user APCs run inside.
 * STATUS_CONNECTION_DISCONNECTED: the kernel is gone, or has given this program up.
 * STATUS_CONNECTION_INVALID: this process is a fork of the program that it serves.
 */
NTSTATUS client_call(enum lpc_service number, const hal_u64 *arguments, ULONG count);

/* What connect.c has made: the lanes' pages, and a socket to ask for one. */
VOID client_use_lanes(PUCHAR lanes, struct hal_peer *peer);
/* In the child of a fork, which has no lanes. */
VOID client_forget_lanes(VOID);
/* The kernel is gone: whoever waits for it goes on. */
VOID client_end_lanes(VOID);
/* hal's report, on its own threads. */
VOID client_tell_lost(hal_u64 address, hal_u64 pages);
