/*
 * What run-down protection and its cache-aware form share.
 *
 * A reference counts acquisitions in steps of EX_RUNDOWN_COUNT_INC until
 * somebody waits for them to end: then it points to the waiter's block, with
 * EX_RUNDOWN_ACTIVE set. A completed run-down is EX_RUNDOWN_ACTIVE alone.
 */
#pragma once

#include "../ke/ke.h"

/* Who waits, on its own stack. */
struct rundown_wait {
    LONG64 count; /* acquisitions still to be released; atomic, 0 sets ended */
    KEVENT ended;
};

BOOLEAN rundown_acquire(PEX_RUNDOWN_REF ref, ULONG count);
VOID rundown_release(PEX_RUNDOWN_REF ref, ULONG count);
