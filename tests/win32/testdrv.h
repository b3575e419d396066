/*
 * The requests of the driver that win32's tests use (testdrv.c).
 */
#pragma once

#define TESTDRV_DEVICE L"\\Device\\NtioWin32Test"
#define TESTDRV_LINK L"\\DosDevices\\NtioWin32Test"
#define TESTDRV_PATH "\\\\.\\NtioWin32Test"

#define TESTDRV_CODE(number)                                                                       \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (number), METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Gives the input back. */
#define TESTDRV_ECHO TESTDRV_CODE(0)
/* Completes at once with the struct testdrv_answer that is the input. */
#define TESTDRV_ANSWER TESTDRV_CODE(1)
/* Stays until it is released or cancelled. */
#define TESTDRV_PEND TESTDRV_CODE(2)
/* Completes the oldest request that stays, with the answer that is the input. */
#define TESTDRV_RELEASE TESTDRV_CODE(3)

struct testdrv_answer {
    int status;
    unsigned information;
};

/* Reads give bytes that count from the offset; they end here. */
#define TESTDRV_END 1000
