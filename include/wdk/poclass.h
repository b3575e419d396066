/*
 * poclass.h of the driver kit. mingw-w64 has two: the driver kit's own is the older one and lacks
 * batteries, thermal devices and wake alarms; the other has it all.
 */
#ifndef _NTIO_POCLASS_H
#define _NTIO_POCLASS_H

#include <../poclass.h> /* as seen from mingw-w64's ddk folder */

#endif
