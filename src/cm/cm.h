/*
 * The configuration manager's private side: the registry in memory.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

NTSTATUS cm_start(VOID);
VOID cm_stop(VOID);

/* Reads a .reg file (REGEDIT text, version 5) into the registry; writes the whole of it out. */
NTSTATUS cm_load(PCSTR path, PSTR reason, SIZE_T reason_size);
NTSTATUS cm_save(PCSTR path);

/* Kernel-side conveniences on absolute names; make missing parents. */
NTSTATUS cm_create_key(PCUNICODE_STRING name);
NTSTATUS cm_set_value(PCUNICODE_STRING key, PCUNICODE_STRING value, ULONG type, const VOID *data,
                      ULONG bytes);
/*
 * Data is copied to buffer; *bytes is its size on entry and the data's on
 * return. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_BUFFER_OVERFLOW if only a part
 * was copied.
 */
NTSTATUS cm_query_value(PCUNICODE_STRING key, PCUNICODE_STRING value, PULONG type, PVOID buffer,
                        PULONG bytes);
/* The key and everything below it. */
NTSTATUS cm_delete_key(PCUNICODE_STRING name);
