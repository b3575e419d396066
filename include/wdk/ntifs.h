/*
 * ntifs.h of the driver kit over mingw-w64's; see wdm.h.
 */
#ifndef _NTIO_NTIFS_H
#define _NTIO_NTIFS_H

#include <ntddk.h>
#include_next <ntifs.h>

#endif
