/* What the driver that borrows pages and its program agree on. */
#pragma once

#define LENT_CODE(number, method)                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (number), method, FILE_ANY_ACCESS)

/* Output: struct lent_state. */
#define IOCTL_STATE LENT_CODE(1, METHOD_BUFFERED)
/* The driver fills the output with PATTERN and keeps the request, until IOCTL_RELEASE. */
#define IOCTL_KEEP LENT_CODE(2, METHOD_OUT_DIRECT)
#define IOCTL_RELEASE LENT_CODE(3, METHOD_BUFFERED)
/* Checks that the output of the request that is kept has the input's byte everywhere. */
#define IOCTL_LOOK LENT_CODE(4, METHOD_BUFFERED)
/* Tries to write to what it is to read alone. Fails if it could. */
#define IOCTL_SCRIBBLE LENT_CODE(5, METHOD_IN_DIRECT)
/* Output: a ULONG, how often the complement of the input's ULONG64 is around the last buffer. */
#define IOCTL_SEARCH LENT_CODE(6, METHOD_BUFFERED)
/* The process ends. */
#define IOCTL_CRASH LENT_CODE(7, METHOD_BUFFERED)

#define LENT_THRESHOLD 12288u
#define PATTERN(index) ((UCHAR)((index)*7 + 3))

struct lent_state {
    ULONG transfer_type, control_type; /* WdfDeviceGetDeviceStackIoType */
    ULONG last_type;                   /* of the last request with pages: its effective type */
};
