/*
 * Between the program, the driver and the model.
 */
#pragma once

enum {
    WRONG_NOTHING,       /* the driver keeps to the rules */
    WRONG_STALE,         /* the device writes after its transaction has ended */
    WRONG_TOO_FAR,       /* it writes a byte more than its element has */
    WRONG_DIRECTION,     /* it writes to memory that it may read */
    WRONG_TWICE,         /* the driver completes a transfer twice */
    WRONG_REQUEST_FIRST, /* it completes the request before its transaction */
};

#define IOCTL_WRONG CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)

/* The device: writing the last register has it write so many bytes of 0xA5 to the address. */
#define REGISTER_LOW 0
#define REGISTER_HIGH 4
#define REGISTER_LENGTH 8
