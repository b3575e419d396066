/*
 * Looking inside a running system, from another process.
 */
#pragma once

#include "io.h"

/* A hal_monitor_handler. */
VOID io_inspect(const char *request, void *connection);

/*
 * Has answer called for requests whose first word is this (a constant), with what follows it;
 * a request that has an answer here too gets both. The monitor's thread, one at a time. Kept
 * until io_stop.
 */
VOID io_on_inspect(PCSTR word, VOID (*answer)(PVOID connection, PCSTR rest));
/* Forgets them. */
VOID io_inspect_stop(VOID);
