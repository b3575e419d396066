/*
 * A device for tests: its registers, as the model and the driver know them.
 */
#pragma once

/* BAR 0: registers, of 32 bits. */
enum {
    TESTER_ID = 0x00,       /* TESTER_MAGIC */
    TESTER_SCRATCH = 0x04,  /* what was written last */
    TESTER_RAISE = 0x08,    /* write: raises the line, in the writer's thread */
    TESTER_LOWER = 0x0C,    /* write: lowers it */
    TESTER_ISR = 0x10,      /* read: 1 while the line is up */
    TESTER_SEND = 0x14,     /* write: sends the message of that number */
    TESTER_LATER = 0x18,    /* write: raises the line in so many microseconds, from its thread */
    TESTER_MESSAGES = 0x1C, /* read: messages that it has */
    TESTER_STICK = 0x20,    /* write 1: lowering the line does nothing */
    TESTER_WIDTH = 0x24,    /* read: the bytes of the last write to TESTER_SCRATCH */
    TESTER_LENGTH = 0x100
};

/* BAR 1: 16 ports. BAR 2: memory. */
enum {
    TESTER_PORT_LAST = 0,  /* what was written last */
    TESTER_PORT_COUNT = 4, /* read: counts up */
    TESTER_PORTS = 16,
    TESTER_MEMORY = 0x4000
};

#define TESTER_MAGIC 0x54535431u
