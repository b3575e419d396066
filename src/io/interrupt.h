/*
 * Interrupts, from the devices' side: lines that are raised and lowered, messages that are sent,
 * vectors that drivers connect to.
 *
 *   vector.c         from a device to service routines
 *   interrupt.c      IoConnectInterrupt, and code that must not meet a service routine
 *   interrupt_ex.c   IoConnectInterruptEx
 *
 * A vector's IRQL is its upper four bits, as on x64. Messages have vectors of their own, handed
 * out one by one; a line has one for good, which devices share.
 *
 * Service routines run in the thread that raises the line, at once, unless that is at the
 * vector's IRQL already: then in a DPC thread, as another processor would take the interrupt. One
 * thread at a time serves a vector; what is raised meanwhile, that thread serves next.
 */
#pragma once

#include <ntifs.h>

#define IO_MESSAGE_ADDRESS 0xFEE00000ll /* where devices write messages to, as on a PC */
#define IO_FIRST_MESSAGE 0x30
#define IO_LAST_MESSAGE 0x8F
#define IO_FIRST_LINE_VECTOR 0x90
#define IO_LINES 32u /* 0 to 31; pins of devices get those from IO_FIRST_PIN on */
#define IO_FIRST_PIN 16u

static inline ULONG io_vector_of_line(ULONG line)
{
    return IO_FIRST_LINE_VECTOR + line % IO_LINES;
}

static inline KIRQL io_irql_of_vector(ULONG vector)
{
    return (KIRQL)(vector >> 4);
}

/* A device's end of a line that is served as long as anybody raises it. */
struct io_line {
    ULONG vector;
    BOOLEAN is_raised; /* atomic */
    PCSTR name;        /* of the device, for reports */
};

/* Any thread, any IRQL; service routines may run before the first returns. */
VOID io_raise_line(struct io_line *line);
VOID io_lower_line(struct io_line *line);
/* An edge: each makes the service routines run once, but for one that nobody is connected for. */
VOID io_send_message(ULONG vector);

/*
 * Who says which resources, translated, a physical device has; NULL if it has none. They stay as
 * long as the device is started.
 */
typedef const CM_RESOURCE_LIST *(*io_resources_of)(PDEVICE_OBJECT pdo);
VOID io_on_resources(io_resources_of resources);
