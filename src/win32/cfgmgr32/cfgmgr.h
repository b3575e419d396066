/*
 * What the files of cfgmgr32 and setupapi share: devices by instance path, and the way into the
 * kernel.
 */
#pragma once

#include "../win32.h"

#include <cfgmgr32.h>

#include "../../pnp/control.h"

/* ---- devinst.c ------------------------------------------------------------------------------- */

/*
 * A DEVINST is a number that this process gives to an instance path, the same one each time,
 * and for good; so the text that cfg_instance returns stays. NULL if there is no such number.
 */
DEVINST cfg_devinst(PCWSTR instance);
PCWSTR cfg_instance(DEVINST device);

/* ---- call.c ----------------------------------------------------------------------------- */

static inline NTSTATUS cfg_control(enum pnp_control operation, struct pnp_control_block *block)
{
    return NtPlugPlayControl(operation, block, sizeof *block);
}

/* What a status is to cfgmgr32. */
CONFIGRET cfg_result(NTSTATUS status);
/*
 * An answer of any size, new (free), with its size in block->bytes; NULL with *status. The block
 * is as it was given but for what the answer sets.
 */
PVOID cfg_answer(enum pnp_control operation, struct pnp_control_block *block, NTSTATUS *status);

/* ---- text.c ----------------------------------------------------------------------------- */

/* Characters of a list of texts, its last terminator included. */
SIZE_T cfg_list_length(PCWSTR list);
/* A list, or text (is_list FALSE), as narrow text; new (free). *length in bytes, all included. */
char *cfg_narrow(PCWSTR text, BOOL is_list, SIZE_T *length);
/* Narrow to wide likewise; *length in characters. */
PWSTR cfg_wide(const char *text, BOOL is_list, SIZE_T *length);
/* A GUID in braces; text has CFG_GUID_SIZE characters, its terminator included. */
enum { CFG_GUID_SIZE = 39 };
void cfg_guid_text(PWSTR text, const GUID *guid);
/* Symbolic links start with "\??\" in the kernel, with "\\?\" in programs. In place, a list. */
void cfg_show_links(PWSTR list);

/* ---- property.c ------------------------------------------------------------------------- */

/* A property by CM_DRP_* number, as a registry type: new (free); NULL with *result. */
PVOID cfg_registry_property(DEVINST device, ULONG property, PULONG type, PULONG bytes,
                            CONFIGRET *result);
CONFIGRET cfg_set_registry_property(DEVINST device, ULONG property, const void *data, ULONG bytes);

/* ---- key.c ------------------------------------------------------------------------------ */

CONFIGRET cfg_open_key(enum pnp_control operation, PCWSTR name, enum pnp_key which, REGSAM access,
                       REGDISPOSITION disposition, PHKEY key);
