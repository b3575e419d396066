/*
 * Looking inside a running system, from another process.
 */
#pragma once

#include "io.h"

/* A hal_monitor_handler. */
VOID io_inspect(const char *request, void *connection);
