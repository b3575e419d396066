/*
 * Between the driver and the program that measures it.
 */
#pragma once

#define WINE_BUFFERED L"WineBuffered"
#define WINE_DIRECT L"WineDirect"

#define IOCTL_WINE_EMPTY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_BUFFERED, FILE_ANY_ACCESS)
