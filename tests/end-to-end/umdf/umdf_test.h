/* What the UMDF driver and its program agree on. */
#pragma once

#define TEST_CODE(number, method)                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (number), method, FILE_ANY_ACCESS)

/* Output: the sum of the input's bytes. The driver overwrites the input, then the output. */
#define IOCTL_SUM TEST_CODE(1, METHOD_BUFFERED)
/* Waits to be cancelled. */
#define IOCTL_WAIT TEST_CODE(2, METHOD_BUFFERED)
/* The driver writes to an address where nothing is. */
#define IOCTL_CRASH TEST_CODE(3, METHOD_BUFFERED)
/* Output: a bit for each of enum escape that the host could do. Input: a program's memory. */
#define IOCTL_ESCAPE TEST_CODE(4, METHOD_BUFFERED)
/* The driver fills the output with the bytes of PATTERN; or sums them up. */
#define IOCTL_FILL TEST_CODE(5, METHOD_OUT_DIRECT)
#define IOCTL_CHECK TEST_CODE(6, METHOD_IN_DIRECT)
#define IOCTL_NEITHER TEST_CODE(7, METHOD_NEITHER)
/* Completed with one byte more than there is room for. */
#define IOCTL_TOO_MUCH TEST_CODE(8, METHOD_BUFFERED)
/* Output: the process that the driver runs in. */
#define IOCTL_PROCESS TEST_CODE(9, METHOD_BUFFERED)

/* Tells whoever listens of this event, with the input. */
#define IOCTL_POST TEST_CODE(10, METHOD_BUFFERED)
#define TEST_EVENT                                                                                 \
    {                                                                                              \
        0x8f3c1d20, 0x1111, 0x4b6e,                                                                \
        {                                                                                          \
            0x9a, 0x01, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77                                         \
        }                                                                                          \
    }

/* Output: the name of the file that this one was opened relative to. */
#define IOCTL_RELATED TEST_CODE(11, METHOD_BUFFERED)

#define PATTERN(index) ((UCHAR)((index)*7 + 3))

struct target {
    ULONG process;
    ULONG64 address;
};

enum escape {
    ESCAPE_OPEN,
    ESCAPE_CREATE,
    ESCAPE_SOCKET,
    ESCAPE_TRACE,
    ESCAPE_READ_MEMORY,
    ESCAPE_WRITE_MEMORY,
    ESCAPE_MEMORY_FILE, /* /proc/PID/mem */
    ESCAPE_DESCRIPTOR,  /* of another process */
    ESCAPE_CONNECT,
    ESCAPE_MAP_RIGHTS, /* a descriptor of its own again, with more rights */
    ESCAPE_FAULTS,     /* userfaultfd */
    ESCAPE_RING,       /* io_uring, which makes calls that no filter sees */
    ESCAPE_MOUNT,
    ESCAPE_SIGNAL,
    ESCAPE_FORK,
    ESCAPE_EXECUTE,
    ESCAPE_PRIVILEGE,
    ESCAPES
};
