/* What the UMDF driver, the kernel driver that it opens and the program agree on. */
#pragma once

#define TEST_CODE(number, method)                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0xA00 + (number), method, FILE_ANY_ACCESS)

/* ---- of the kernel driver ---- */

/* Output: the input's bytes, each with one added. */
#define IOCTL_ADD TEST_CODE(1, METHOD_BUFFERED)
#define IOCTL_ADD_DIRECT TEST_CODE(2, METHOD_OUT_DIRECT)
/* Waits to be cancelled. */
#define IOCTL_HOLD TEST_CODE(3, METHOD_BUFFERED)
/* Output: struct opener. */
#define IOCTL_OPENER TEST_CODE(4, METHOD_BUFFERED)

struct opener {
    ULONG is_program;       /* the open came from user mode */
    ULONG is_administrator; /* whoever opened it is one */
    ULONG is_impersonated;
};

/* ---- of the UMDF driver ---- */

/* Input: struct open_order. Output: the status that it got, an NTSTATUS. */
#define IOCTL_OPEN TEST_CODE(10, METHOD_BUFFERED)
/* Closes what it has open. */
#define IOCTL_CLOSE TEST_CODE(11, METHOD_BUFFERED)
/* To what it has open: sent on with the request's own buffers, synchronously. */
#define IOCTL_PASS_ADD TEST_CODE(12, METHOD_BUFFERED)
#define IOCTL_PASS_ADD_DIRECT TEST_CODE(13, METHOD_OUT_DIRECT)
#define IOCTL_PASS_OPENER TEST_CODE(14, METHOD_BUFFERED)
/* Sent on, asynchronously. */
#define IOCTL_PASS_HOLD TEST_CODE(15, METHOD_BUFFERED)
/* The same, but as a request of the driver's own, which it cancels after it was sent. Output: its
 * status. */
#define IOCTL_CANCEL_HOLD TEST_CODE(16, METHOD_BUFFERED)
/* Input: bytes for a write at offset 5; output: a read of as many from there. */
#define IOCTL_WRITE_READ TEST_CODE(17, METHOD_BUFFERED)
/* Output: what happened to the device of what it has open, a text. */
#define IOCTL_HISTORY TEST_CODE(18, METHOD_BUFFERED)
/* From now on the device may not go; may go. */
#define IOCTL_VETO TEST_CODE(19, METHOD_BUFFERED)
/* As IOCTL_PASS_ADD, by Win32's CreateFile, DeviceIoControl and CloseHandle. */
#define IOCTL_WIN32_ADD TEST_CODE(20, METHOD_BUFFERED)

/* Output: the request's activity id. */
#define IOCTL_ACTIVITY TEST_CODE(21, METHOD_BUFFERED)
/* Sent to what it has open as IOCTL_ACTIVITY, a request of the driver's own with the input as its
 * activity id. */
#define IOCTL_PASS_ACTIVITY TEST_CODE(22, METHOD_BUFFERED)

#define NOT_IMPERSONATED 99

struct open_order {
    ULONG level; /* SECURITY_IMPERSONATION_LEVEL, or NOT_IMPERSONATED */
    ULONG disposition;
    WCHAR name[100];
};
