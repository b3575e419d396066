/*
 * What vector.c, interrupt.c and interrupt_ex.c share.
 */
#pragma once

#include "interrupt.h"
#include "iop.h"

#define IO_FIRST_VECTOR 0x30 /* below: the processor's own */
#define IO_LAST_VECTOR 0xFF

/* What drivers know as KINTERRUPT, without looking inside. */
struct _KINTERRUPT {
    LIST_ENTRY link;           /* in its vector's chain */
    PKSPIN_LOCK lock;          /* own_lock or the driver's; of no use to a passive one */
    KSPIN_LOCK own_lock;       /* held around the routine, by KeSynchronizeExecution and the like */
    KEVENT turn;               /* a passive one's lock; a synchronization event */
    PKSERVICE_ROUTINE routine; /* one of the two */
    PKMESSAGE_SERVICE_ROUTINE message_routine;
    PVOID context;
    ULONG message; /* for message_routine: its number */
    ULONG vector;
    KIRQL irql;             /* of the vector */
    KIRQL synchronize_irql; /* at which the lock is held; PASSIVE_LEVEL: a passive one */
    KINTERRUPT_MODE mode;
    BOOLEAN is_shared;
    BOOLEAN is_inactive; /* IoReportInterruptInactive; atomic */
};

static inline BOOLEAN io_is_passive(const struct _KINTERRUPT *interrupt)
{
    return interrupt->synchronize_irql == PASSIVE_LEVEL;
}

/* FALSE: others are connected to the vector that will not share it. PASSIVE_LEVEL. */
BOOLEAN io_connect_vector(struct _KINTERRUPT *interrupt);
/* Its routine does not run any more on return. PASSIVE_LEVEL. */
VOID io_disconnect_vector(struct _KINTERRUPT *interrupt);
/* Serves what is raised now and was not wanted before. */
VOID io_serve_raised(ULONG vector);

/* Takes and gives back the interrupt's lock, whichever it is. */
KIRQL io_lock_interrupt(struct _KINTERRUPT *interrupt);
VOID io_unlock_interrupt(struct _KINTERRUPT *interrupt, KIRQL irql);
/* Calls its routine, under its lock. */
BOOLEAN io_call_service(struct _KINTERRUPT *interrupt);

/*
 * Makes and connects one as the template says, which has routine or message_routine, context,
 * message, vector, irql, synchronize_irql, mode, is_shared and lock (or NULL).
 * STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS io_make_interrupt(const struct _KINTERRUPT *template, PKINTERRUPT *made);

/* vector.c: the room's start and stop. */
VOID io_vectors_start(VOID);
