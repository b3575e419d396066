/* What the mailbox driver and its program say to each other. */
#pragma once

/* Waits for a letter; the output is its number. */
#define IOCTL_MAILBOX_WAIT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x810, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Delivers a letter, the ULONG of the input, to whoever waits longest; the output is how many
 * waited. */
#define IOCTL_MAILBOX_POST CTL_CODE(FILE_DEVICE_UNKNOWN, 0x811, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Takes this many letters' time, and can be cancelled meanwhile. */
#define IOCTL_MAILBOX_WORK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x812, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* The output is a MAILBOX_COUNTS. */
#define IOCTL_MAILBOX_COUNT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x813, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Closes the box: who waits is sent away, and who comes after. */
#define IOCTL_MAILBOX_CLOSE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x814, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _MAILBOX_COUNTS {
    ULONG Opened;    /* handles, ever */
    ULONG Open;      /* now */
    ULONG Waiting;   /* requests that wait for a letter */
    ULONG Working;   /* in the driver's hands */
    ULONG Cancelled; /* that the driver was told of */
    ULONG Delivered;
} MAILBOX_COUNTS;
