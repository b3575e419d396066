/*
 * What the tests' program asks the driver of the tester.
 */
#pragma once

#define TESTER_DEVICE "\\\\.\\Tester"

/* Output: a TESTER_RESULT. */
#define IOCTL_TESTER_CHECK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Output: a ULONG, what TESTER_ID reads as. */
#define IOCTL_TESTER_ID CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _TESTER_RESULT {
    ULONG Checks;
    ULONG Wrong;
    ULONG FirstWrong; /* the line in the driver's source */
    ULONG Messages;
} TESTER_RESULT;
