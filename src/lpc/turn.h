/*
 * Passing the turn on a lane, for both sides.
 */
#pragma once

#include "wire.h"

#define LPC_SPINS_MOST 1024u /* looks with a pause each: a call's time, and that of a wake */
#define LPC_SPINS_LEAST 16u
#define LPC_TRY_AGAIN 32u /* waits after which it is found out whether looking pays off again */
#define LPC_LOOK_AGAIN                                                                             \
    500000000ll /* ns: a peer that breaks the rules must not make anyone sleep on */

static inline void lpc_pass(hal_u32 *turn, hal_u32 to)
{
    hal_u32 seen = __atomic_load_n(turn, __ATOMIC_RELAXED);

    /* Release: the other side sees what was written before. OVER stays. */
    while (!__atomic_compare_exchange_n(turn, &seen, (seen & LPC_OVER) | to, 1, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
        ;
    if (seen & LPC_ASLEEP)
        hal_wake_shared(turn, 1);
}

static inline int lpc_has_turn(hal_u32 seen, hal_u32 mine)
{
    return (seen & LPC_OVER) || (seen & 1) == mine;
}

/* How long one side looks before it sleeps. */
struct lpc_patience {
    hal_u32 spins, misses;
};

/*
 * Looks at the word for as long as that paid off lately: with more threads than
 * processors it does not, and only one wait in some is for finding out.
 */
static inline hal_u32 lpc_spin(hal_u32 *turn, hal_u32 mine, struct lpc_patience *patience)
{
    hal_u32 seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);

    for (hal_u32 i = 0; i < patience->spins; i++) {
        if (lpc_has_turn(seen, mine)) {
            patience->spins = LPC_SPINS_MOST;
            return seen;
        }
        __builtin_ia32_pause();
        seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);
    }
    if (++patience->misses % LPC_TRY_AGAIN == 0)
        patience->spins = LPC_SPINS_MOST;
    else if (patience->spins > LPC_SPINS_LEAST)
        patience->spins /= 2;
    return seen;
}

/*
 * Sleeps until the turn is mine, OVER is set, or some time has passed. Returns the
 * word.
 */
static inline hal_u32 lpc_sleep(hal_u32 *turn, hal_u32 mine)
{
    hal_u32 seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);

    if (lpc_has_turn(seen, mine))
        return seen;
    if (!(seen & LPC_ASLEEP) && !__atomic_compare_exchange_n(turn, &seen, seen | LPC_ASLEEP, 0,
                                                             __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
        return seen;
    hal_wait_shared(turn, seen | LPC_ASLEEP, hal_clock_monotonic() + LPC_LOOK_AGAIN);
    return __atomic_load_n(turn, __ATOMIC_ACQUIRE);
}

/* The other side is not there any more: whoever waits for it goes on. */
static inline void lpc_end(hal_u32 *turn)
{
    __atomic_fetch_or(turn, LPC_OVER, __ATOMIC_SEQ_CST);
    hal_wake_shared(turn, 1);
}
