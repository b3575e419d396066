/*
 * The texts of system errors.
 */
#pragma once

#include "../win32.h"

/* The text of a Win32 error code, or NULL. */
PCWSTR win32_message(DWORD error);
