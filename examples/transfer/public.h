/*
 * What the transfer driver and its programs agree on.
 *
 * Include after windows.h and winioctl.h, or after wdm.h.
 */
#pragma once

/* One device for each way in which read and write buffers can travel. */
#define TRANSFER_BUFFERED_NAME L"TransferBuffered"
#define TRANSFER_DIRECT_NAME L"TransferDirect"
#define TRANSFER_NEITHER_NAME L"TransferNeither"

#define TRANSFER_TYPE 40000
#define TRANSFER_CODE(function, method) \
    CTL_CODE(TRANSFER_TYPE, (function), (method), FILE_READ_DATA | FILE_WRITE_DATA)

/*
 * The output becomes the complement of the input, byte by byte, as far as both
 * reach. With METHOD_IN_DIRECT both buffers are input: they must hold the
 * pattern, the second going on where the first ends.
 */
#define IOCTL_TRANSFER_BUFFERED TRANSFER_CODE(0x900, METHOD_BUFFERED)
#define IOCTL_TRANSFER_IN_DIRECT TRANSFER_CODE(0x901, METHOD_IN_DIRECT)
#define IOCTL_TRANSFER_OUT_DIRECT TRANSFER_CODE(0x902, METHOD_OUT_DIRECT)
#define IOCTL_TRANSFER_NEITHER TRANSFER_CODE(0x903, METHOD_NEITHER)

/* Stays pending until it is cancelled or IOCTL_TRANSFER_RELEASE completes all that are. */
#define IOCTL_TRANSFER_HOLD TRANSFER_CODE(0x904, METHOD_BUFFERED)
#define IOCTL_TRANSFER_RELEASE TRANSFER_CODE(0x905, METHOD_BUFFERED)

/*
 * How the request before this one on the same handle travelled: output is a
 * TRANSFER_TRACE. METHOD_NEITHER, so that asking copies nothing.
 */
#define IOCTL_TRANSFER_TRACE TRANSFER_CODE(0x906, METHOD_NEITHER)

typedef struct _TRANSFER_TRACE {
    ULONGLONG ProgramAddress; /* the buffer as the program knows it */
    ULONGLONG DriverAddress;  /* the address that the driver used for it */
    ULONGLONG ProgramPage;    /* physical page behind ProgramAddress */
    ULONGLONG DriverPage;     /* physical page behind DriverAddress */
    ULONGLONG BytesCopied;    /* by the system, ever; all ones if the system does not tell */
} TRANSFER_TRACE;

/* The bytes that a read delivers and a write must bring, from a file offset on. */
static __inline unsigned char TransferPattern(unsigned __int64 offset)
{
    return (unsigned char)((offset * 31) ^ (offset >> 8));
}
