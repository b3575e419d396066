/*
 * What fast and guarded mutexes share: a count and an event.
 */
#pragma once

#include "../ke/ke.h"

/*
 * The count is 1 while the mutex is free, and each thread that owns it or wants
 * it takes 1 away. A release that leaves less than 1 hands the mutex to one
 * waiter through the event.
 */
static inline VOID ex_mutex_acquire(volatile LONG *count, PRKEVENT event, ULONG *contention)
{
    if (__atomic_sub_fetch(count, 1, __ATOMIC_ACQUIRE) == 0)
        return;
    __atomic_fetch_add(contention, 1, __ATOMIC_RELAXED);
    KeWaitForSingleObject(event, WrFastMutex, KernelMode, FALSE, NULL);
}

static inline BOOLEAN ex_mutex_try(volatile LONG *count)
{
    LONG expected = 1;
    return __atomic_compare_exchange_n(count, &expected, 0, FALSE, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline VOID ex_mutex_release(volatile LONG *count, PRKEVENT event)
{
    if (__atomic_add_fetch(count, 1, __ATOMIC_RELEASE) < 1)
        KeSetEvent(event, IO_NO_INCREMENT, FALSE);
}
