/*
 * Event tracing: messages of drivers and programs to the system's log, and the logs in memory of
 * the recorder. It keeps nothing of a driver's own memory beyond a call.
 */
#pragma once

#include <ntifs.h>
#include <ntio_wpp.h>

#include "../rtl/rtl.h"

#define ETW_TAG 'RwtE'

/* A text that ends where its buffer does. */
struct etw_text {
    PSTR buffer;
    SIZE_T size, length;
};

VOID etw_add(struct etw_text *text, PCSTR format, ...);

/* A level's name ("ERROR"); NULL if it has none. */
PCSTR etw_level_name(ULONG level);

/*
 * Adds values as the site's format has them. WPP's %!NAME! that is neither a type of WPP nor of
 * the driver is shown as a number with its name.
 */
VOID etw_add_message(struct etw_text *text, const struct ntio_wpp_site *site,
                     const struct ntio_wpp_value *values, ULONG count);

/*
 * Adds the value of %!name!. FALSE if there is no such type.  */
BOOLEAN etw_add_typed(struct etw_text *text, PCSTR name, SIZE_T length,
                      const struct ntio_wpp_type *types, const struct ntio_wpp_value *value);

/* A value as a number of 64 bits, signed ones extended. */
LONG64 etw_number(const struct ntio_wpp_value *value);

/* ---- the recorder ---- */

NTSTATUS etw_start(VOID);
/* Frees the logs of drivers that could not be unloaded. */
VOID etw_stop(VOID);

/* A driver's default log, named after its first control. NULL if there is no memory. */
struct etw_log *etw_default_log(PCSTR name);
VOID etw_delete_log(struct etw_log *log);

/* Adds a line to a log, in which it displaces the oldest ones. IRQL: any. */
VOID etw_record(struct etw_log *log, PCSTR line, SIZE_T length);

/* For a bug check's report: the logs' last lines. Empty if there are none. */
VOID etw_describe(PSTR buffer, SIZE_T size);
