/*
 * Starting and stopping what of the executive needs threads. The pools start
 * before, and stop after.
 */
#include "ex.h"
#include "start.h"

NTSTATUS ex_start(VOID)
{
    NTSTATUS status = ex_work_start();

    if (NT_SUCCESS(status))
        ex_lookaside_start();
    return status;
}

VOID ex_stop(VOID)
{
    ex_work_stop();
    ex_lookaside_stop();
}
