/*
 * Physical addresses and ports that are no memory: who answers there is a device.
 *
 *   iorange.c    what is where: ranges of memory addresses and of ports
 *   iospace.c    MmMapIoSpace: addresses in system space for them
 *   register.c   READ_REGISTER_X, READ_PORT_X and their kin
 */
#pragma once

#include "mm.h"

enum mm_io_kind { MM_IO_MEMORY, MM_IO_PORT };

/* What a device is at. The callbacks run on whatever thread reads or writes, at its IRQL. */
struct mm_io_device {
    enum mm_io_kind kind;
    ULONG64 base, length; /* memory begins with a page, ports with a multiple of 4 */
    /* Plain memory behind the range; NULL: the callbacks, for 1, 2, 4 or 8 bytes in the range. */
    struct hal_segment *memory;
    ULONG64 (*read)(PVOID context, ULONG64 offset, ULONG bytes);
    VOID (*write)(PVOID context, ULONG64 offset, ULONG bytes, ULONG64 value);
    PVOID context;
    CHAR name[48]; /* for reports: "tutor (PCI 00:01.0), BAR 0" */
};

struct mm_io_range;

/*
 * From now on accesses reach the device; device is copied.
 * STATUS_CONFLICTING_ADDRESSES: another one is there; STATUS_INVALID_PARAMETER: base or length;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS mm_io_publish(const struct mm_io_device *device, struct mm_io_range **range);
/*
 * The device is not there any more: no callback runs when this returns, nor will. What is mapped
 * of it reads as ones, as a bus without a device does; what is plain memory stays until it is
 * unmapped. Not from a callback. NULL: nothing.
 */
VOID mm_io_withdraw(struct mm_io_range *range);

/*
 * A device that reaches another's register: 1, 2, 4 or 8 bytes at a physical address. FALSE:
 * nothing is there, or plain memory. Any IRQL, no lock that the device wants.
 */
BOOLEAN mm_io_reach(ULONG64 address, PVOID bytes, ULONG count, BOOLEAN is_write);

/*
 * Tells what a mapped device register is, for a report: its name and the offset in its range;
 * FALSE if address is none. Of use on any thread, in a signal handler too.
 */
BOOLEAN mm_io_describe(ULONG64 address, PCSTR *name, ULONG64 *offset);
