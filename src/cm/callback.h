/*
 * Telling registry callbacks of an operation, before and after it.
 */
#pragma once

#include "cm_private.h"

struct cm_told;

/*
 * One operation. A service fills the first six fields in, then
 *     if (cm_notice_before(&notice))
 *         notice.status = the operation;
 *     status = cm_notice_after(&notice);
 */
struct cm_notice {
    REG_NOTIFY_CLASS before, after;
    PVOID object;          /* the key it is done to; of a create or open: where it starts */
    PVOID information;     /* before's own structure */
    PVOID *call_context;   /* its CallContext */
    PVOID *object_context; /* its ObjectContext */
    NTSTATUS status;
    struct cm_told *told; /* who was told before it, in pool */
    ULONG told_count;
};

/* FALSE: a callback has done or refused it, and status says how that ended. */
BOOLEAN cm_notice_before(struct cm_notice *notice);
/* Tells those that were told before, in reverse. Returns what the caller gets. */
NTSTATUS cm_notice_after(struct cm_notice *notice);
/* TRUE if anybody is registered: without, a notice need not be filled in. */
BOOLEAN cm_notice_wanted(VOID);
