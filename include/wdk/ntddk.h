/*
 * ntddk.h of the driver kit over mingw-w64's; see wdm.h.
 */
#ifndef _NTIO_NTDDK_H
#define _NTIO_NTDDK_H

#define KeGetCurrentProcessorNumber MingwKeGetCurrentProcessorNumber
#define KeGetPcr MingwKeGetPcr
#include_next <ntddk.h>
#undef KeGetCurrentProcessorNumber
#undef KeGetPcr

#endif
