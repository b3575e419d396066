/* Pins semaphores: counting, the limit, waking as many as were released. */
#include "fixture.h"

#define WAITERS 4
#define ROUNDS 5000

struct release {
    PKSEMAPHORE semaphore;
    LONG count;
};

static VOID release(PVOID context)
{
    struct release *order = context;

    KeReleaseSemaphore(order->semaphore, 0, order->count, FALSE);
}

static VOID test_counts(void **state)
{
    KSEMAPHORE semaphore;

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 1, 3);
    assert_int_equal(poll(&semaphore), STATUS_SUCCESS);
    assert_int_equal(poll(&semaphore), STATUS_TIMEOUT);
    assert_int_equal(KeReleaseSemaphore(&semaphore, 0, 2, FALSE), 0);
    assert_int_equal(KeReleaseSemaphore(&semaphore, 0, 1, FALSE), 2);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 3);
}

static VOID test_limit(void **state)
{
    KSEMAPHORE semaphore;
    struct release order = {&semaphore, 1};

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 2, 3);
    assert_int_equal(provoke(release, &order), 0);
    /* The exception that nobody handles. */
    assert_int_equal(provoke(release, &order), KMODE_EXCEPTION_NOT_HANDLED);
    assert_int_equal((ULONG)provoked.parameters[0], (ULONG)STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 3);
    order.count = MAXLONG;
    assert_int_equal(provoke(release, &order), KMODE_EXCEPTION_NOT_HANDLED);
    order.count = -1;
    assert_int_equal(provoke(release, &order), KMODE_EXCEPTION_NOT_HANDLED);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 3);
}

static VOID NTAPI wait_once(PVOID semaphore)
{
    wait_for(semaphore);
}

static VOID test_wakes_as_many(void **state)
{
    PKTHREAD threads[WAITERS];
    KSEMAPHORE semaphore;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 0, 100);
    for (i = 0; i < WAITERS; i++) {
        threads[i] = begin_thread(wait_once, &semaphore);
        await_sleep(threads[i]);
    }
    KeReleaseSemaphore(&semaphore, 0, 2, FALSE);
    end_of_thread(threads[0]);
    end_of_thread(threads[1]);
    assert_int_equal(poll(threads[2]), STATUS_TIMEOUT);
    assert_int_equal(poll(threads[3]), STATUS_TIMEOUT);
    KeReleaseSemaphore(&semaphore, 0, 5, FALSE);
    end_of_thread(threads[2]);
    end_of_thread(threads[3]);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 3);
}

static VOID NTAPI consume(PVOID semaphore)
{
    ULONG i;

    for (i = 0; i < ROUNDS; i++)
        wait_for(semaphore);
}

static VOID test_none_is_lost(void **state)
{
    PKTHREAD threads[WAITERS];
    KSEMAPHORE semaphore;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeSemaphore(&semaphore, 0, MAXLONG);
    for (i = 0; i < WAITERS; i++)
        threads[i] = begin_thread(consume, &semaphore);
    for (i = 0; i < ROUNDS * WAITERS / 2; i++)
        KeReleaseSemaphore(&semaphore, 0, 2, FALSE);
    for (i = 0; i < WAITERS; i++)
        end_of_thread(threads[i]);
    assert_int_equal(KeReadStateSemaphore(&semaphore), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_wakes_as_many),
        cmocka_unit_test(test_none_is_lost),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
