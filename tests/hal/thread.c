/* Pins: threads start, end, and tell of their end; a wait ends by a wake, a change or its time. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hal_cmocka.h"

static void count(void *argument)
{
    __atomic_fetch_add((hal_u32 *)argument, 1, __ATOMIC_RELAXED);
}

static void test_join(void **state)
{
    struct hal_thread *threads[8];
    hal_u32 ran = 0;

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(hal_thread_create(&threads[i], count, &ran, "a name too long to keep"),
                         HAL_OK);
    for (int i = 0; i < 8; i++)
        hal_thread_join(threads[i]);
    assert_int_equal(ran, 8);
}

static void count_and_wake(void *argument)
{
    hal_u32 *word = argument;

    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
    hal_wake(word, 1);
}

static void test_detach(void **state)
{
    static hal_u32 word;
    struct hal_thread *thread;

    (void)state;
    assert_int_equal(hal_thread_create(&thread, count_and_wake, &word, "detached"), HAL_OK);
    hal_thread_detach(thread);
    while (!__atomic_load_n(&word, __ATOMIC_ACQUIRE))
        assert_int_equal(hal_wait(&word, 0, HAL_FOREVER), HAL_OK);
}

struct exits {
    char order[4];
    int count;
};

static void first_hook(void *argument)
{
    struct exits *exits = argument;

    exits->order[exits->count++] = '1';
}

static void second_hook(void *argument)
{
    struct exits *exits = argument;

    exits->order[exits->count++] = '2';
}

static void *ask_for_hooks(void *argument)
{
    hal_thread_at_exit(first_hook, argument);
    hal_thread_at_exit(second_hook, argument);
    return NULL;
}

static void test_exit_hooks_of_any_thread(void **state)
{
    struct exits exits = {0};
    struct hal_thread *own;
    pthread_t other;

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, ask_for_hooks, &exits), 0);
    pthread_join(other, NULL);
    assert_string_equal(exits.order, "21"); /* the newest first */
    memset(&exits, 0, sizeof exits);
    assert_int_equal(
        hal_thread_create(&own, (void (*)(void *))(void *)ask_for_hooks, &exits, "hooks"), HAL_OK);
    hal_thread_join(own);
    assert_string_equal(exits.order, "21");
}

static void check_stack(void *argument)
{
    hal_u64 low, high, here = (hal_u64)__builtin_frame_address(0);

    hal_thread_stack(&low, &high);
    *(int *)argument = low < here && here < high;
}

static void test_stack_and_numbers(void **state)
{
    struct hal_thread *thread;
    int inside = 0;

    (void)state;
    check_stack(&inside);
    assert_true(inside);
    inside = 0;
    assert_int_equal(hal_thread_create(&thread, check_stack, &inside, "stack"), HAL_OK);
    hal_thread_join(thread);
    assert_true(inside);
    assert_int_equal(hal_thread_id(), hal_process_id());
    assert_true(hal_processor_count() >= 1);
    assert_true(hal_processor_current() < 8192);
}

static void test_wait_that_is_late(void **state)
{
    hal_u32 word = 5;

    (void)state;
    assert_int_equal(hal_wait(&word, 5, 0), HAL_ETIMEDOUT);
    assert_int_equal(hal_wait(&word, 5, -2), HAL_ETIMEDOUT);
    assert_int_equal(hal_wait(&word, 5, hal_clock_monotonic()), HAL_ETIMEDOUT);
    assert_int_equal(hal_wait(&word, 4, HAL_FOREVER), HAL_OK); /* it is another already */
    assert_int_equal(hal_wake(&word, 1), 0);
}

static void test_deadline(void **state)
{
    hal_i64 deadline = hal_clock_monotonic() + 2000000;
    hal_u32 word = 5;

    (void)state;
    while (hal_wait(&word, 5, deadline) != HAL_ETIMEDOUT)
        ;
    assert_true(hal_clock_monotonic() >= deadline);
}

static void test_clocks(void **state)
{
    hal_i64 before = hal_clock_monotonic(), now = hal_clock_system();

    (void)state;
    assert_true(hal_clock_monotonic() >= before);
    assert_true(now > 130000000000000000ll); /* in 2012 */
    assert_true(hal_clock_local_offset() > -24 * 60 && hal_clock_local_offset() < 24 * 60);
}

static void test_random_and_memory(void **state)
{
    unsigned char first[32] = {0}, second[32] = {0};
    unsigned char *memory = hal_allocate(1000);

    (void)state;
    hal_random(first, sizeof first);
    hal_random(second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(memory[i], 0);
    assert_int_equal((hal_u64)memory % 16, 0);
    hal_free(memory);
    hal_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_join),
        HAL_TEST(test_detach),
        HAL_TEST(test_exit_hooks_of_any_thread),
        HAL_TEST(test_stack_and_numbers),
        HAL_TEST(test_wait_that_is_late),
        HAL_TEST(test_deadline),
        HAL_TEST(test_clocks),
        HAL_TEST(test_random_and_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
