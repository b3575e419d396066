/*
 * The registry below the Reg functions and the service manager.
 */
#pragma once

#include "../win32.h"

/* Opens the key of an absolute NT name, made if there is none and disposition is given. */
NTSTATUS registry_open(PCWSTR name, ACCESS_MASK access, PULONG disposition, PHANDLE key);
/* A value as NtQueryValueKey has it, new (free); NULL with *status. */
struct nt_key_value_partial_information *registry_value(HANDLE key, PCWSTR name, NTSTATUS *status);
NTSTATUS registry_set(HANDLE key, PCWSTR name, ULONG type, const VOID *data, SIZE_T bytes);
NTSTATUS registry_set_text(HANDLE key, PCWSTR name, ULONG type, PCWSTR text);
NTSTATUS registry_set_number(HANDLE key, PCWSTR name, DWORD number);
/* A REG_SZ or REG_EXPAND_SZ as a new zero-terminated text, NULL if there is none. */
PWSTR registry_text(HANDLE key, PCWSTR name);
/* A REG_DWORD, or missing if there is none. */
DWORD registry_number(HANDLE key, PCWSTR name, DWORD missing);
