/*
 * Included ahead of every source that is written against the NT headers.
 *
 * It gives an ELF compiler the few words that MSVC has built in, so that the
 * headers of mingw-w64 and a driver's own sources parse unchanged. It declares
 * nothing.
 */
#pragma once

#ifndef _WIN32
#define _WIN32 1
#define WIN32 1
#define _WIN64 1
#endif
#undef linux
#undef __linux__
#undef unix
#undef __unix__

#define __declspec(x) __attribute__((x))
/* Several definitions, of which the linker takes one: what gcc has for ELF under another name. */
#ifndef __clang__
#define selectany weak
#endif
/* A #pragma inside a macro; what drivers say there is about MSVC's warnings. */
#define __pragma(...)
/* Text for a debugger's symbol file. */
#define __annotation(...) ((void)0)
#define __cdecl
#define _cdecl
#define __stdcall
#define _stdcall
#define __fastcall
#define _fastcall
#define __vectorcall

/* The kernel's and the C run time's functions come by ordinary ELF linking. */
#define DECLSPEC_IMPORT
#define _CRTIMP
#define __MINGW_IMPORT extern
#define __USE_CRTIMP_DEFINED 1
/* printf and its kin are the run time's own, with Windows' formats, not mingw-w64's. */
#ifndef __USE_MINGW_ANSI_STDIO
#define __USE_MINGW_ANSI_STDIO 0
#endif

/* What mingw-w64 makes the Interlocked exchanges of. Theirs is a full barrier, this alone is none. */
#define __sync_lock_test_and_set(target, value) __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST)

/* Source annotations that are not in mingw-w64's sal.h. */
#define _Dispatch_type_(x)
#define __drv_dispatchType(x)
