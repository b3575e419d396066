/*
 * ntstrsafe.h of the driver kit over mingw-w64's, whose functions are extern
 * inline and would clash when two sources of a driver use them: here each source
 * gets its own. mingw-w64 has the functions for zero-terminated strings; those
 * for UNICODE_STRING are in ntio_ntstrsafe.h.
 */
#ifndef _NTIO_NTSTRSAFE_H
#define _NTIO_NTSTRSAFE_H

#include <stdio.h>
#include <string.h>
#include <stdarg.h>
#include <specstrings.h>

#pragma push_macro("__inline")
#pragma push_macro("__CRT__NO_INLINE")
#pragma push_macro("extern")
#undef __inline
#undef __CRT__NO_INLINE /* set without optimization: declarations alone */
#define __inline static __inline__ __attribute__((__unused__))
#define extern
#include_next <ntstrsafe.h>
#pragma pop_macro("extern")
#pragma pop_macro("__CRT__NO_INLINE")
#pragma pop_macro("__inline")

#include <ntio_ntstrsafe.h>

#endif
