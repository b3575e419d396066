/*
 * The transfer engine, a PCI device that moves bytes between memory and a store of its own: what
 * its registers mean, to its model and to its driver. All are in BAR 0.
 */
#pragma once

#define ENGINE_VENDOR 0x1AF7
#define ENGINE_DEVICE 0x0D3A

enum {
    ENGINE_ID = 0x00,        /* read: ENGINE_MAGIC */
    ENGINE_CONTROL = 0x04,   /* enum engine_control */
    ENGINE_STATUS = 0x08,    /* enum engine_status; writing a bit as 1 clears it */
    ENGINE_COUNT = 0x0C,     /* elements in the list */
    ENGINE_LIST = 0x10,      /* 64 bits: bus address of the list of elements */
    ENGINE_POSITION = 0x18,  /* 64 bits: where in the store */
    ENGINE_MOVED = 0x20,     /* 64 bits, read: bytes that the last transfer moved */
    ENGINE_STORE = 0x28,     /* 64 bits, read: bytes of the store */
    ENGINE_REGISTERS = 0x100 /* bytes of all */
};

enum engine_control {
    ENGINE_START = 1,     /* begin a transfer; reads as 1 until it is over */
    ENGINE_TO_MEMORY = 2, /* it reads from the store, else it writes to it */
    ENGINE_INTERRUPT = 4  /* raise the line while ENGINE_STATUS is not 0 */
};

enum engine_status {
    ENGINE_DONE = 1,
    ENGINE_FAILED = 2 /* an element could not be reached, or leaves the store */
};

#define ENGINE_MAGIC 0x454E4731u

/* An element of the list: bytes that follow each other on the bus. */
struct engine_element {
    unsigned long long address;
    unsigned int length;
    unsigned int reserved;
};
