/*
 * What the echo driver and its programs agree on.
 */
#pragma once

/* The device interface by which programs find an echo device. */
DEFINE_GUID(GUID_DEVINTERFACE_ECHO, 0x4b7a2f0e, 0x9c51, 0x4c0b, 0x8e, 0x5d, 0x21, 0x7c, 0x60, 0xa9,
            0x3e, 0x14);

#define ECHO_MAX_MESSAGE 4096

/* Output: ECHO_STATISTICS. */
#define IOCTL_ECHO_STATISTICS CTL_CODE(0x8000, 0x800, METHOD_BUFFERED, FILE_READ_DATA)

typedef struct _ECHO_STATISTICS {
    ULONG Writes;
    ULONG Reads;
    ULONG Waiting; /* reads that wait for a message */
} ECHO_STATISTICS, *PECHO_STATISTICS;
