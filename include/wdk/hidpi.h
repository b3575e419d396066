/*
 * hidpi.h of the driver kit over mingw-w64's, which takes it that hidusage.h came first.
 */
#ifndef _NTIO_HIDPI_H
#define _NTIO_HIDPI_H

#include <hidusage.h>
#include_next <hidpi.h>

#endif
