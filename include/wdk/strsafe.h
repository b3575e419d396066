/*
 * strsafe.h of the Windows kit over mingw-w64's, whose functions are inline
 * without a copy to link against: here each source gets its own.
 */
#ifndef _NTIO_STRSAFE_H
#define _NTIO_STRSAFE_H

#include <stdio.h>
#include <string.h>
#include <stdarg.h>
#include <specstrings.h>

#pragma push_macro("__inline")
#pragma push_macro("__CRT__NO_INLINE")
#pragma push_macro("__CRT_INLINE")
#undef __inline
#undef __CRT__NO_INLINE /* set without optimization: declarations alone */
#undef __CRT_INLINE
#ifdef __cplusplus
#define __inline inline
#define __CRT_INLINE inline
#else
#define __inline static __inline__ __attribute__((__unused__))
#define __CRT_INLINE static __inline__ __attribute__((__unused__))
#endif
#include_next <strsafe.h>
#pragma pop_macro("__CRT_INLINE")
#pragma pop_macro("__CRT__NO_INLINE")
#pragma pop_macro("__inline")

#endif
