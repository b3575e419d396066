/*
 * What the string files share.
 */
#pragma once

#include "rtl.h"

#define RTL_TAG_STRING 'grtS'

/* Characters before the terminating zero. */
SIZE_T rtl_wide_length(PCWSTR text);

/* Paged pool for a string that RtlFree*String frees; NULL if there is none. */
PVOID rtl_allocate_string(SIZE_T bytes);
