/* What the UMDF filter, the KMDF driver below it and the program agree on. */
#pragma once

#define TEST_CODE(number)                                                                          \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900 + (number), METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Output: the sum of the input's bytes, of which the filter makes one more on its way up. */
#define IOCTL_SUM TEST_CODE(1)
/* The same as the function driver has it: the filter sends it on and forgets it. */
#define IOCTL_PLAIN_SUM TEST_CODE(2)
/* The filter asks the function driver for the sum of bytes 1, 2, 3, and answers with that. */
#define IOCTL_ASK TEST_CODE(3)
/* Waits below to be cancelled. */
#define IOCTL_WAIT TEST_CODE(4)
/* As IOCTL_ASK, with MUCH bytes of 1. */
#define IOCTL_ASK_MUCH TEST_CODE(5)
#define MUCH 100000
/* The filter sends IOCTL_WAIT, and cancels that. Output: its status. */
#define IOCTL_ASK_WAIT TEST_CODE(6)
/* Output: the request's activity id, as the function driver has it. The input is what the filter
 * gives it. */
#define IOCTL_ACTIVITY TEST_CODE(7)
