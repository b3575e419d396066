/*
 * The depths of lookaside lists follow their use: once a second each list is
 * looked at, and may keep more entries if it had to allocate, fewer if not.
 */
#include "lookaside.h"
#include "start.h"

#define LOOKASIDE_PERIOD_MS 1000
#define LOOKASIDE_LEAST_DEPTH 4u
#define LOOKASIDE_IDLE_ALLOCATES 25u /* fewer in a period: the list is idle */
#define LOOKASIDE_IDLE_STEP 10u
#define LOOKASIDE_GOOD_MISSES 5u /* in a thousand: the list is deep enough */

static ULONG lookaside_lower(ULONG depth, ULONG step)
{
    return depth > LOOKASIDE_LEAST_DEPTH + step ? depth - step : LOOKASIDE_LEAST_DEPTH;
}

/* The depth for the next period, from what happened in the last one. */
static ULONG lookaside_next_depth(ULONG depth, ULONG maximum, ULONG allocates, ULONG misses)
{
    ULONG ratio;

    if (allocates < LOOKASIDE_IDLE_ALLOCATES)
        return lookaside_lower(depth, LOOKASIDE_IDLE_STEP);
    ratio = (ULONG)((ULONG64)misses * 1000 / allocates);
    if (ratio < LOOKASIDE_GOOD_MISSES)
        return lookaside_lower(depth, 1);
    depth += ratio * (maximum - min(depth, maximum)) / 2000 + 5;
    return min(depth, maximum);
}

static VOID lookaside_tune(lookaside_list *list)
{
    ULONG allocates = __atomic_load_n(&list->TotalAllocates, __ATOMIC_RELAXED);
    ULONG misses = __atomic_load_n(&list->AllocateMisses, __ATOMIC_RELAXED);
    ULONG depth = list->Depth;

    depth = lookaside_next_depth(depth, list->MaximumDepth, allocates - list->LastTotalAllocates,
                                 misses - list->LastAllocateMisses);
    list->LastTotalAllocates = allocates;
    list->LastAllocateMisses = misses;
    __atomic_store_n(&list->Depth, (USHORT)depth, __ATOMIC_RELAXED);
}

VOID ex_lookaside_scan(VOID)
{
    ex_acquire(&lookaside.lock);
    for (PLIST_ENTRY at = lookaside.lists.Flink; at != &lookaside.lists; at = at->Flink)
        lookaside_tune(CONTAINING_RECORD(at, lookaside_list, ListEntry));
    ex_release(&lookaside.lock);
}

static VOID NTAPI lookaside_timer_expired(PKDPC dpc, PVOID context, PVOID argument1,
                                          PVOID argument2)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    ex_lookaside_scan();
}

VOID lookaside_update_timer(VOID)
{
    BOOLEAN is_wanted = lookaside.is_running && !IsListEmpty(&lookaside.lists);
    LARGE_INTEGER due = {.QuadPart = -10000ll * LOOKASIDE_PERIOD_MS};

    if (is_wanted == lookaside.is_scanning)
        return;
    lookaside.is_scanning = is_wanted;
    if (is_wanted)
        KeSetTimerEx(&lookaside.timer, due, LOOKASIDE_PERIOD_MS, &lookaside.dpc);
    else
        KeCancelTimer(&lookaside.timer);
}

VOID ex_lookaside_start(VOID)
{
    KeInitializeTimerEx(&lookaside.timer, NotificationTimer);
    KeInitializeDpc(&lookaside.dpc, lookaside_timer_expired, NULL);
    ex_acquire(&lookaside.lock);
    lookaside.has_fronts = hal_barrier() == HAL_OK;
    lookaside.is_running = TRUE;
    lookaside_update_timer();
    ex_release(&lookaside.lock);
}

VOID ex_lookaside_stop(VOID)
{
    ex_acquire(&lookaside.lock);
    lookaside.is_running = FALSE;
    lookaside_update_timer();
    ex_release(&lookaside.lock);
}
