/*
 * Passing the turn, for both sides of a lane, or of anything else that has such a word:
 * enum lpc_turn and enum lpc_message in its lower half, which is slept on, and a value in
 * its upper.
 */
#pragma once

#include "wire.h"

/* Looks with a pause each: the time of a few large transfers, and that of a sleep and a wake. */
#define LPC_SPINS_MOST 8192u
#define LPC_SPINS_USUAL 1024u
/* Misses after which it is found out whether looking pays off again. */
#define LPC_TRY_AGAIN 32u
#define LPC_TRY_SELDOM 1024u

static inline void lpc_pass(hal_u64 *word, enum lpc_turn to, enum lpc_message message,
                            hal_u32 value)
{
    hal_u64 next = (hal_u64)value << 32 | (hal_u64)message << LPC_MESSAGE_SHIFT | to;
    hal_u64 seen = __atomic_load_n(word, __ATOMIC_RELAXED), over = LPC_OVER | LPC_UNSERVED;

    /* Release: the other side sees what was written before. That it is over stays. */
    while (!__atomic_compare_exchange_n(word, &seen, (seen & over) | next, 1, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
        ;
    if (seen & LPC_ASLEEP)
        hal_wake_shared((hal_u32 *)word, 1);
}

static inline int lpc_has_turn(hal_u64 seen, enum lpc_turn mine)
{
    return (seen & LPC_OVER) || (seen & LPC_KERNEL) == mine;
}

static inline hal_u32 lpc_message_of(hal_u64 seen)
{
    return (hal_u32)seen >> LPC_MESSAGE_SHIFT;
}

/* How long one side looks before it sleeps. */
struct lpc_patience {
    hal_u32 spins;
    hal_u32 misses; /* since it was last found out */
    hal_u32 retry;  /* misses until it is again */
};

#define LPC_PATIENT ((struct lpc_patience){LPC_SPINS_USUAL, 0, LPC_TRY_AGAIN})

/* A few times as long as it took, or as it took lately. */
static inline void lpc_paid_off(struct lpc_patience *patience, hal_u32 looks)
{
    hal_u32 spins = patience->spins - patience->spins / 8;

    if (spins < looks * 4)
        spins = looks * 4;
    if (spins < LPC_SPINS_USUAL)
        spins = LPC_SPINS_USUAL;
    *patience =
        (struct lpc_patience){spins < LPC_SPINS_MOST ? spins : LPC_SPINS_MOST, 0, LPC_TRY_AGAIN};
}

/* Finding out is for one wait in some, and for ever fewer as long as it fails. */
static inline void lpc_missed(struct lpc_patience *patience)
{
    if (++patience->misses < patience->retry) {
        patience->spins /= 8;
        return;
    }
    patience->spins = LPC_SPINS_MOST;
    patience->misses = 0;
    if (patience->retry < LPC_TRY_SELDOM)
        patience->retry *= 2;
}

/* Looks at the word for as long as that paid off lately: with others to run it does not. */
static inline hal_u64 lpc_spin(hal_u64 *word, enum lpc_turn mine, struct lpc_patience *patience)
{
    hal_u64 seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);

    for (hal_u32 looks = 0; looks < patience->spins; looks++) {
        if (lpc_has_turn(seen, mine)) {
            /* There at once: the other side ran instead of this one, and not beside it. */
            if (looks)
                lpc_paid_off(patience, looks);
            return seen;
        }
        __builtin_ia32_pause();
        seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    }
    lpc_missed(patience);
    return seen;
}

/* Sleeps until the turn is mine or OVER is set, but not past the deadline. Returns the word. */
static inline hal_u64 lpc_sleep(hal_u64 *word, enum lpc_turn mine, hal_i64 deadline)
{
    hal_u64 seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);

    if (lpc_has_turn(seen, mine))
        return seen;
    if (!(seen & LPC_ASLEEP) && !__atomic_compare_exchange_n(word, &seen, seen | LPC_ASLEEP, 0,
                                                             __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
        return seen;
    hal_wait_shared((hal_u32 *)word, (hal_u32)seen | LPC_ASLEEP, deadline);
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* The other side is not there any more: whoever waits for it goes on. flags: LPC_UNSERVED, or 0. */
static inline void lpc_end(hal_u64 *word, hal_u32 flags)
{
    __atomic_fetch_or(word, LPC_OVER | flags, __ATOMIC_SEQ_CST);
    hal_wake_shared((hal_u32 *)word, 1);
}
