/*
 * The executive's private side: pools, lookaside lists, work items.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../hal/hal.h"

/* Pools first (memory for everybody else), then the rest once threads run. */
NTSTATUS ex_pool_start(VOID);
VOID ex_pool_stop(VOID);
NTSTATUS ex_start(VOID);
/* Runs the work items that are queued, and ends the worker threads. */
VOID ex_stop(VOID);

/* The kernel's own tags, in one place so that two never collide. */
#define EX_TAG_IRP 'pIrI'
#define EX_TAG_MDL 'ldMM'
#define EX_TAG_SYSTEM_BUFFER 'fuBI'
#define EX_TAG_OBJECT 'jbOO'
#define EX_TAG_HANDLE 'eldH'
#define EX_TAG_NAME 'maNO'
#define EX_TAG_THREAD 'drhT'
#define EX_TAG_DEVICE 'veDI'
#define EX_TAG_DRIVER 'vrDI'
#define EX_TAG_FILE 'eliF'
#define EX_TAG_WORK_ITEM 'kroW'
#define EX_TAG_REGISTRY 'geRC'
#define EX_TAG_SECURITY 'ceSO'
#define EX_TAG_IO 'oI I'
#define EX_TAG_WIN32 '23nW'

/* One row of `ntio pool`. */
struct ex_tag_usage {
    ULONG tag;
    BOOLEAN is_paged;
    ULONG64 allocations, frees, bytes;
};
/* Copies up to count rows, sorted by bytes; returns how many tags there are. */
ULONG ex_query_tags(struct ex_tag_usage *rows, ULONG count);

/*
 * Who owns an allocation: pool blocks remember the driver whose code asked for
 * them (by return address), so that leaks can be named at its unload.
 * ex_pool_report_leaks prints each block still allocated from code in [base,
 * base + size) and returns how many there are.
 */
ULONG ex_pool_report_leaks(PCUNICODE_STRING driver, ULONG64 base, ULONG64 size);

/* ExAllocatePoolWithTag for a caller's caller: caller is the code that the block counts for. */
PVOID ex_pool_allocate_for(POOL_TYPE type, SIZE_T bytes, ULONG tag, PVOID caller);

/*
 * Makes the allocation fail that comes after count more (tests); from then on
 * every allocation fails if forever. ex_pool_inject(MAXULONG, FALSE) ends it.
 */
VOID ex_pool_inject(ULONG count, BOOLEAN forever);

/* Bytes that a process may be charged for its quota (tests; starts out generous). */
VOID ex_pool_quota_limit(ULONG64 bytes);

/* Special pool for all allocations with this tag, '*' for all, 0 for none. */
VOID ex_pool_special(ULONG tag);
/* TRUE if address lies in pool that is allocated now; for checks of pointers. */
BOOLEAN ex_pool_is_allocated(PVOID address);
/* If address is in special pool: tells whether it is freed memory or past an allocation. */
BOOLEAN ex_pool_special_fault(ULONG64 address, BOOLEAN *is_freed);

/* Runs the depth scan of the lookaside lists once (its timer does it every second). */
VOID ex_lookaside_scan(VOID);

/* Waits until no work item is queued or runs. PASSIVE_LEVEL, not on a worker. */
VOID ex_work_drain(VOID);
