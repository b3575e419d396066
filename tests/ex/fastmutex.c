/*
 * Pins fast mutexes, guarded mutexes and push locks: IRQL and regions, who gets
 * in, and that threads exclude each other.
 */
#include "fixture.h"

enum { threads = 4, rounds = 20000 };

static FAST_MUTEX fast;
static KGUARDED_MUTEX guarded;
static EX_PUSH_LOCK push;

static int start(void **state)
{
    start_rooms(state);
    ExInitializeFastMutex(&fast);
    KeInitializeGuardedMutex(&guarded);
    ExInitializePushLock(&push);
    return 0;
}

static void fast_mutexes_raise_irql(void **state)
{
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    ExAcquireFastMutex(&fast);
    assert_int_equal(KeGetCurrentIrql(), APC_LEVEL);
    assert_ptr_equal(fast.Owner, KeGetCurrentThread());
    ExReleaseFastMutex(&fast);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_null(fast.Owner);

    assert_true(ExTryToAcquireFastMutex(&fast));
    assert_int_equal(KeGetCurrentIrql(), APC_LEVEL);
    ExReleaseFastMutex(&fast);

    old = KfRaiseIrql(APC_LEVEL);
    ExAcquireFastMutex(&fast);
    ExReleaseFastMutex(&fast);
    assert_int_equal(KeGetCurrentIrql(), APC_LEVEL);
    KeLowerIrql(old);

    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&fast);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    ExReleaseFastMutexUnsafe(&fast);
    KeLeaveCriticalRegion();
}

static void guarded_mutexes_enter_a_region(void **state)
{
    UNREFERENCED_PARAMETER(state);
    KeAcquireGuardedMutex(&guarded);
    assert_true(KeAreAllApcsDisabled());
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_ptr_equal(guarded.Owner, KeGetCurrentThread());
    KeReleaseGuardedMutex(&guarded);
    assert_false(KeAreAllApcsDisabled());
    assert_true(KeTryToAcquireGuardedMutex(&guarded));
    assert_true(KeAreAllApcsDisabled());
    KeReleaseGuardedMutex(&guarded);
    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(&guarded);
    KeReleaseGuardedMutexUnsafe(&guarded);
    KeLeaveGuardedRegion();
    assert_false(KeAreAllApcsDisabled());
}

static VOID NTAPI try_all(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    assert_false(ExTryToAcquireFastMutex(&fast));
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_false(KeTryToAcquireGuardedMutex(&guarded));
    assert_false(KeAreAllApcsDisabled());
}

static void trying_fails_without_a_trace(void **state)
{
    UNREFERENCED_PARAMETER(state);
    KeAcquireGuardedMutex(&guarded);
    ExAcquireFastMutexUnsafe(&fast);
    run_elsewhere(try_all, NULL);
    ExReleaseFastMutexUnsafe(&fast);
    KeReleaseGuardedMutex(&guarded);
}

static void all_check_irql(void **state)
{
    UNREFERENCED_PARAMETER(state);
    KfRaiseIrql(DISPATCH_LEVEL);
    ASSERT_BUGCHECK(ExAcquireFastMutex(&fast), IRQL_NOT_LESS_OR_EQUAL, provoked.parameters[0]);
    ASSERT_BUGCHECK(ExTryToAcquireFastMutex(&fast), IRQL_NOT_LESS_OR_EQUAL, provoked.parameters[0]);
    ASSERT_BUGCHECK(KeAcquireGuardedMutex(&guarded), IRQL_NOT_LESS_OR_EQUAL,
                    provoked.parameters[0]);
    ASSERT_BUGCHECK(ExAcquirePushLockShared(&push), IRQL_NOT_LESS_OR_EQUAL, provoked.parameters[0]);
    KeLowerIrql(PASSIVE_LEVEL);
}

/* ---- exclusion ---- */

static ULONG counters[2]; /* written under the lock only, so that ThreadSanitizer sees a miss too */

static VOID use_exclusively(VOID)
{
    ULONG first = counters[0];

    if (counters[1] != first)
        fail_msg("two threads are inside");
    counters[0] = first + 1;
    counters[1] = first + 1;
}

static VOID NTAPI use_fast(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (ULONG i = 0; i < rounds; i++) {
        if (i % 3 != 0 || !ExTryToAcquireFastMutex(&fast))
            ExAcquireFastMutex(&fast);
        use_exclusively();
        ExReleaseFastMutex(&fast);
    }
}

static VOID NTAPI use_guarded(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (ULONG i = 0; i < rounds; i++) {
        if (i % 3 != 0 || !KeTryToAcquireGuardedMutex(&guarded))
            KeAcquireGuardedMutex(&guarded);
        use_exclusively();
        KeReleaseGuardedMutex(&guarded);
    }
}

static VOID NTAPI use_push(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (ULONG i = 0; i < rounds; i++) {
        KeEnterCriticalRegion();
        ExAcquirePushLockExclusive(&push);
        use_exclusively();
        if (i % 2)
            ExReleasePushLockExclusive(&push);
        else
            ExReleasePushLock(&push);
        ExAcquirePushLockShared(&push);
        if (counters[0] != counters[1])
            fail_msg("a sharer met an exclusive owner");
        if (i % 2)
            ExReleasePushLockShared(&push);
        else
            ExReleasePushLock(&push);
        KeLeaveCriticalRegion();
    }
}

static VOID contend(PKSTART_ROUTINE use)
{
    PKTHREAD running[threads];

    counters[0] = counters[1] = 0;
    for (ULONG i = 0; i < threads; i++)
        running[i] = begin_thread(use, NULL);
    for (ULONG i = 0; i < threads; i++)
        end_of_thread(running[i]);
    assert_int_equal(counters[0], threads * rounds);
}

static void fast_mutexes_exclude(void **state)
{
    UNREFERENCED_PARAMETER(state);
    contend(use_fast);
    assert_int_equal(fast.Count, 1);
}

static void guarded_mutexes_exclude(void **state)
{
    UNREFERENCED_PARAMETER(state);
    contend(use_guarded);
    assert_int_equal(guarded.Count, 1);
}

static void push_locks_exclude(void **state)
{
    UNREFERENCED_PARAMETER(state);
    contend(use_push);
    assert_int_equal(push, 0);
}

static VOID NTAPI share_push(PVOID context)
{
    ExAcquirePushLockShared(&push);
    KeSetEvent(context, IO_NO_INCREMENT, FALSE);
    ExReleasePushLockShared(&push);
}

static void push_locks_are_shared(void **state)
{
    KEVENT inside;
    PKTHREAD sharer;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&inside, NotificationEvent, FALSE);
    ExAcquirePushLockShared(&push);
    run_elsewhere(share_push, &inside);
    ExReleasePushLockShared(&push);

    KeClearEvent(&inside);
    ExAcquirePushLockExclusive(&push);
    sharer = begin_thread(share_push, &inside);
    assert_int_equal(poll(&inside), STATUS_TIMEOUT);
    ExReleasePushLockExclusive(&push);
    wait_for(&inside);
    end_of_thread(sharer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fast_mutexes_raise_irql, start, stop_rooms),
        cmocka_unit_test_setup_teardown(guarded_mutexes_enter_a_region, start, stop_rooms),
        cmocka_unit_test_setup_teardown(trying_fails_without_a_trace, start, stop_rooms),
        cmocka_unit_test_setup_teardown(all_check_irql, start, stop_rooms),
        cmocka_unit_test_setup_teardown(fast_mutexes_exclude, start, stop_rooms),
        cmocka_unit_test_setup_teardown(guarded_mutexes_exclude, start, stop_rooms),
        cmocka_unit_test_setup_teardown(push_locks_exclude, start, stop_rooms),
        cmocka_unit_test_setup_teardown(push_locks_are_shared, start, stop_rooms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
