/*
 * The word that two sides pass a turn with: what it carries, that its end stays, who is woken, and
 * how long a side looks before it sleeps.
 */
#include <ntifs.h>

#include "nt_cmocka.h"

#include "lpc/turn.h"

#define TURNS 2000u

static void test_what_a_pass_carries(void **state)
{
    hal_u64 word = LPC_PROGRAM;

    (void)state;
    lpc_pass(&word, LPC_KERNEL, LPC_CALL, 0xFEDCBA98);
    assert_true(lpc_has_turn(word, LPC_KERNEL));
    assert_false(lpc_has_turn(word, LPC_PROGRAM));
    assert_int_equal(lpc_message_of(word), LPC_CALL);
    assert_int_equal(word >> 32, 0xFEDCBA98);
    lpc_pass(&word, LPC_PROGRAM, LPC_ANSWER, 7);
    assert_true(lpc_has_turn(word, LPC_PROGRAM));
    assert_int_equal(lpc_message_of(word), LPC_ANSWER);
    assert_int_equal(word >> 32, 7);
}

static void test_the_end_stays(void **state)
{
    static const hal_u32 flags[] = {0, LPC_UNSERVED};

    (void)state;
    for (ULONG i = 0; i < RTL_NUMBER_OF(flags); i++) {
        hal_u64 word = LPC_PROGRAM;

        lpc_end(&word, flags[i]);
        lpc_pass(&word, LPC_KERNEL, LPC_CALL, 1);
        assert_int_equal(word & (LPC_OVER | LPC_UNSERVED), LPC_OVER | flags[i]);
        assert_true(lpc_has_turn(word, LPC_KERNEL));
        assert_true(lpc_has_turn(word, LPC_PROGRAM));
        /* And so nobody sleeps on it. */
        assert_int_equal(lpc_sleep(&word, LPC_PROGRAM, HAL_FOREVER), word);
    }
}

static void test_a_sleep_that_nobody_ends(void **state)
{
    hal_u64 word = LPC_PROGRAM, seen;

    (void)state;
    seen = lpc_sleep(&word, LPC_KERNEL, hal_clock_monotonic() + 1000000);
    assert_int_equal(seen, LPC_PROGRAM | LPC_ASLEEP);
    /* Whoever passes the turn sees that it is slept on, and the next sees nothing of it. */
    lpc_pass(&word, LPC_KERNEL, LPC_CALL, 0);
    assert_false(word & LPC_ASLEEP);
}

/* ---- patience --------------------------------------------------------------------------- */

static void test_an_answer_that_is_there_teaches_nothing(void **state)
{
    struct lpc_patience patience = {16, 3, 64};
    hal_u64 word = LPC_KERNEL;

    (void)state;
    lpc_spin(&word, LPC_KERNEL, &patience);
    assert_int_equal(patience.spins, 16);
    assert_int_equal(patience.misses, 3);
    assert_int_equal(patience.retry, 64);
}

static void test_misses_shorten_the_look(void **state)
{
    struct lpc_patience patience = LPC_PATIENT;
    hal_u64 word = LPC_PROGRAM;
    ULONG misses = 0;

    (void)state;
    while (patience.spins) {
        hal_u32 before = patience.spins;

        lpc_spin(&word, LPC_KERNEL, &patience);
        assert_int_equal(patience.spins, before / 8);
        misses++;
    }
    while (!patience.spins) {
        lpc_spin(&word, LPC_KERNEL, &patience);
        misses++;
    }
    assert_int_equal(misses, LPC_TRY_AGAIN);
    assert_int_equal(patience.spins, LPC_SPINS_MOST);
}

static void test_finding_out_becomes_rare(void **state)
{
    struct lpc_patience patience = LPC_PATIENT;

    (void)state;
    for (hal_u32 retry = LPC_TRY_AGAIN; retry < LPC_TRY_SELDOM; retry *= 2) {
        assert_int_equal(patience.retry, retry);
        for (hal_u32 misses = 0; misses < retry; misses++)
            lpc_missed(&patience);
        assert_int_equal(patience.misses, 0);
    }
    assert_int_equal(patience.retry, LPC_TRY_SELDOM);
    lpc_paid_off(&patience, 100);
    assert_int_equal(patience.retry, LPC_TRY_AGAIN);
}

static void test_a_look_that_paid_off_is_repeated(void **state)
{
    struct lpc_patience patience = {0, 5, LPC_TRY_SELDOM};

    (void)state;
    lpc_paid_off(&patience, 1);
    assert_int_equal(patience.spins, LPC_SPINS_USUAL);
    lpc_paid_off(&patience, 1000);
    assert_int_equal(patience.spins, 4000);
    lpc_paid_off(&patience, 100000);
    assert_int_equal(patience.spins, LPC_SPINS_MOST);
    lpc_paid_off(&patience, 1);
    assert_int_equal(patience.spins, LPC_SPINS_MOST - LPC_SPINS_MOST / 8);
}

/* ---- two sides -------------------------------------------------------------------------- */

struct exchange {
    hal_u64 word;
    hal_u32 spins; /* 0: both sides sleep each time */
    ULONG wrong;
};

static hal_u64 await(struct exchange *exchange, enum lpc_turn mine)
{
    struct lpc_patience patience = {exchange->spins, 0, LPC_TRY_SELDOM};
    hal_u64 seen = lpc_spin(&exchange->word, mine, &patience);

    while (!lpc_has_turn(seen, mine))
        seen = lpc_sleep(&exchange->word, mine, HAL_FOREVER);
    return seen;
}

static void answer_main(void *argument)
{
    struct exchange *exchange = argument;

    for (hal_u32 turn = 0; turn < TURNS; turn++) {
        hal_u64 seen = await(exchange, LPC_KERNEL);

        if (seen >> 32 != turn || lpc_message_of(seen) != LPC_CALL)
            exchange->wrong++;
        lpc_pass(&exchange->word, LPC_PROGRAM, LPC_ANSWER, ~turn);
    }
}

static void test_no_turn_is_lost(void **state)
{
    static const hal_u32 spins[] = {0, 20, LPC_SPINS_MOST};

    (void)state;
    for (ULONG i = 0; i < RTL_NUMBER_OF(spins); i++) {
        struct exchange exchange = {.word = LPC_PROGRAM, .spins = spins[i]};
        struct hal_thread *thread;
        ULONG wrong = 0;

        assert_int_equal(hal_thread_create(&thread, answer_main, &exchange, "answers"), HAL_OK);
        for (hal_u32 turn = 0; turn < TURNS; turn++) {
            lpc_pass(&exchange.word, LPC_KERNEL, LPC_CALL, turn);
            wrong += await(&exchange, LPC_PROGRAM) >> 32 != (hal_u32)~turn;
        }
        hal_thread_join(thread);
        assert_int_equal(wrong, 0);
        assert_int_equal(exchange.wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_pass_carries),
        cmocka_unit_test(test_the_end_stays),
        cmocka_unit_test(test_a_sleep_that_nobody_ends),
        cmocka_unit_test(test_an_answer_that_is_there_teaches_nothing),
        cmocka_unit_test(test_misses_shorten_the_look),
        cmocka_unit_test(test_finding_out_becomes_rare),
        cmocka_unit_test(test_a_look_that_paid_off_is_repeated),
        cmocka_unit_test(test_no_turn_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
