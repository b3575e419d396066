/*
 * The parts of the executive that are started and stopped.
 */
#pragma once

#include <ntifs.h>

/* workitem.c: the queues and the first worker. The stop runs what is queued and waits for it. */
NTSTATUS ex_work_start(VOID);
VOID ex_work_stop(VOID);

/* lookaside_scan.c: the timer, which runs while there are lists. */
VOID ex_lookaside_start(VOID);
VOID ex_lookaside_stop(VOID);
