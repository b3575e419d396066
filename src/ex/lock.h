/*
 * A lock of the executive's own, for moments in which a spin lock of ke cannot
 * be taken: the pools run before ke knows threads and their IRQL. It does not
 * touch IRQL; who holds it calls nothing that waits.
 */
#pragma once

#include <ntifs.h>

struct ex_lock {
    ULONG held; /* 1 while held; acquire and release pair with each other */
};

/* lock.c: waits for a lock that was found held. */
VOID ex_lock_contended(struct ex_lock *lock);

static inline VOID ex_acquire(struct ex_lock *lock)
{
    if (__builtin_expect(__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) != 0, 0))
        ex_lock_contended(lock);
}

static inline VOID ex_release(struct ex_lock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}
