/*
 * The executive's own lock, when it is held by another.
 */
#include "lock.h"

#include "../hal/hal.h"

#define LOCK_SPINS 64u /* with a pause each, before the processor is given away */

VOID ex_lock_contended(struct ex_lock *lock)
{
    ULONG spins = 0;

    do {
        while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0) {
            YieldProcessor();
            if (++spins % LOCK_SPINS == 0)
                hal_yield();
        }
    } while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) != 0);
}
