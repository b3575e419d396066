/* Pins events: states, who is woken and in which order, hand-over under contention. */
#include "fixture.h"

#define WAITERS 5
#define ROUNDS 20000

struct waiter {
    PKEVENT event;
    ULONG *served; /* how many have been, so far; atomic */
    ULONG place;   /* this one's */
    NTSTATUS status;
};

static VOID NTAPI wait_in_line(PVOID context)
{
    struct waiter *waiter = context;

    waiter->status = wait_for(waiter->event);
    waiter->place = __atomic_fetch_add(waiter->served, 1, __ATOMIC_RELAXED);
}

static VOID test_states(void **state)
{
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    memset(&event, 0xcc, sizeof(event));
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    assert_int_equal(poll(&event), STATUS_TIMEOUT);
    assert_int_equal(KeSetEvent(&event, 0, FALSE), 0);
    assert_int_equal(KeSetEvent(&event, 0, FALSE), 1);
    assert_int_equal(KeReadStateEvent(&event), 1);
    assert_int_equal(poll(&event), STATUS_SUCCESS);
    assert_int_equal(poll(&event), STATUS_TIMEOUT);

    KeInitializeEvent(&event, NotificationEvent, TRUE);
    assert_int_equal(poll(&event), STATUS_SUCCESS);
    assert_int_equal(poll(&event), STATUS_SUCCESS);
    assert_int_equal(KeResetEvent(&event), 1);
    assert_int_equal(KeResetEvent(&event), 0);
    assert_int_equal(poll(&event), STATUS_TIMEOUT);
    assert_int_equal(KePulseEvent(&event, 0, FALSE), 0);
    assert_int_equal(KeReadStateEvent(&event), 0);
    KeSetEvent(&event, 0, FALSE);
    KeClearEvent(&event);
    assert_int_equal(KeReadStateEvent(&event), 0);
}

static VOID begin_line(PKEVENT event, struct waiter *waiters, PKTHREAD *threads, ULONG *served)
{
    ULONG i;

    *served = 0;
    for (i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.event = event, .served = served, .place = MAXULONG};
        threads[i] = begin_thread(wait_in_line, &waiters[i]);
        await_sleep(threads[i]);
    }
}

static VOID test_first_come_first_served(void **state)
{
    struct waiter waiters[WAITERS];
    PKTHREAD threads[WAITERS];
    KEVENT event;
    ULONG served, i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    begin_line(&event, waiters, threads, &served);
    for (i = 0; i < WAITERS; i++) {
        assert_int_equal(__atomic_load_n(&served, __ATOMIC_RELAXED), i);
        KeSetEvent(&event, 0, FALSE);
        assert_int_equal(KeReadStateEvent(&event), 0);
        end_of_thread(threads[i]);
        assert_int_equal(waiters[i].status, STATUS_SUCCESS);
        assert_int_equal(waiters[i].place, i);
    }
    assert_true(IsListEmpty(&event.Header.WaitListHead));
}

static VOID wake_all_with(LONG(NTAPI *signal)(PRKEVENT, KPRIORITY, BOOLEAN), LONG after)
{
    struct waiter waiters[WAITERS];
    PKTHREAD threads[WAITERS];
    KEVENT event;
    ULONG served, i;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    begin_line(&event, waiters, threads, &served);
    assert_int_equal(signal(&event, 0, FALSE), 0);
    for (i = 0; i < WAITERS; i++)
        end_of_thread(threads[i]);
    assert_int_equal(served, WAITERS);
    assert_int_equal(KeReadStateEvent(&event), after);
}

static VOID test_all_are_woken(void **state)
{
    UNREFERENCED_PARAMETER(state);
    wake_all_with(KeSetEvent, 1);
    wake_all_with(KePulseEvent, 0);
}

struct players {
    KEVENT ping, pong;
    ULONG64 ball; /* whose turn it is, touches it */
};

static VOID NTAPI return_balls(PVOID context)
{
    struct players *players = context;
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        wait_for(&players->ping);
        players->ball++;
        KeSetEvent(&players->pong, 0, FALSE);
    }
}

static VOID test_hand_over(void **state)
{
    struct players players = {.ball = 0};
    PKTHREAD thread;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&players.ping, SynchronizationEvent, FALSE);
    KeInitializeEvent(&players.pong, SynchronizationEvent, FALSE);
    thread = begin_thread(return_balls, &players);
    for (i = 0; i < ROUNDS; i++) {
        players.ball++;
        KeSetEvent(&players.ping, 0, FALSE);
        assert_int_equal(wait_for(&players.pong), STATUS_SUCCESS);
    }
    end_of_thread(thread);
    assert_int_equal(players.ball, 2 * ROUNDS);
}

static VOID NTAPI set_it(PVOID event)
{
    KeSetEvent(*(PKEVENT *)event, 0, FALSE);
}

/* The waiter poisons the event at once: a signaler that is inside still would trip over it. */
static VOID test_event_may_go_after_wait(void **state)
{
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < 500; i++) {
        KEVENT event;
        PKEVENT pointer = &event;
        PKTHREAD thread;

        KeInitializeEvent(&event, i % 2 ? NotificationEvent : SynchronizationEvent, FALSE);
        thread = begin_thread(set_it, &pointer);
        assert_int_equal(wait_for(&event), STATUS_SUCCESS);
        memset(&event, 0xcc, sizeof(event));
        end_of_thread(thread);
        assert_int_equal((ULONG)event.Header.Lock, 0xcccccccc);
    }
}

struct takers {
    KEVENT event;
    ULONG taken; /* atomic */
    ULONG given;
};

static VOID NTAPI take_some(PVOID context)
{
    struct takers *takers = context;

    while (__atomic_load_n(&takers->given, __ATOMIC_RELAXED) < ROUNDS) {
        LARGE_INTEGER soon = milliseconds(1);

        if (KeWaitForSingleObject(&takers->event, Executive, KernelMode, FALSE, &soon) ==
            STATUS_SUCCESS)
            __atomic_fetch_add(&takers->taken, 1, __ATOMIC_RELAXED);
    }
}

/* A signal is taken by exactly one waiter, also against time-outs. */
static VOID test_taken_once(void **state)
{
    struct takers takers = {.taken = 0};
    PKTHREAD threads[3];
    ULONG signals = 0;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&takers.event, SynchronizationEvent, FALSE);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(take_some, &takers);
    for (i = 0; i < ROUNDS; i++) {
        signals += KeSetEvent(&takers.event, 0, FALSE) == 0;
        __atomic_fetch_add(&takers.given, 1, __ATOMIC_RELAXED);
    }
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    assert_int_equal(takers.taken + (ULONG)KeReadStateEvent(&takers.event), signals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_first_come_first_served),
        cmocka_unit_test(test_all_are_woken),
        cmocka_unit_test(test_hand_over),
        cmocka_unit_test(test_event_may_go_after_wait),
        cmocka_unit_test(test_taken_once),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
