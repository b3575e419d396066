/*
 * What the drivers and the program of these tests share.
 */
#pragma once

#include <initguid.h>

/* {6f0c0f0e-8d52-4c2a-9d0b-5b0f6f1c7a11}: devices of function.c */
DEFINE_GUID(GUID_PNP_TEST, 0x6f0c0f0e, 0x8d52, 0x4c2a, 0x9d, 0x0b, 0x5b, 0x0f, 0x6f, 0x1c, 0x7a,
            0x11);
/* {6f0c0f0e-8d52-4c2a-9d0b-5b0f6f1c7a12}: the bus of bus.c */
DEFINE_GUID(GUID_PNP_TEST_BUS, 0x6f0c0f0e, 0x8d52, 0x4c2a, 0x9d, 0x0b, 0x5b, 0x0f, 0x6f, 0x1c, 0x7a,
            0x12);

/* The text of what happened to the device so far, a word an event. */
#define IOCTL_TEST_HISTORY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* The input is a ULONG that query-remove answers with from now on. */
#define IOCTL_TEST_VETO CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* The device reports that it failed. */
#define IOCTL_TEST_FAIL CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* The bus plugs a device in, or pulls it out; the input is its serial number, a ULONG. */
#define IOCTL_BUS_PLUG CTL_CODE(FILE_DEVICE_UNKNOWN, 0x810, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_BUS_UNPLUG CTL_CODE(FILE_DEVICE_UNKNOWN, 0x811, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_BUS_EJECT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x812, METHOD_BUFFERED, FILE_ANY_ACCESS)
