/*
 * Pins executive resources: who gets in with whom, who waits, who is next.
 */
#include "fixture.h"

enum { threads = 4, rounds = 5000 };

static ERESOURCE resource;

static int start(void **state)
{
    start_rooms(state);
    memset(&resource, 0xEE, sizeof(resource));
    assert_int_equal(ExInitializeResourceLite(&resource), STATUS_SUCCESS);
    return 0;
}

static int stop(void **state)
{
    assert_int_equal(ExDeleteResourceLite(&resource), STATUS_SUCCESS);
    return stop_rooms(state);
}

/* ---- another thread, which does what it is told ---- */

typedef BOOLEAN NTAPI acquire_routine(PERESOURCE, BOOLEAN);

struct other {
    PKTHREAD thread;
    KEVENT order, done;
    acquire_routine *acquire; /* NULL: release; */
    BOOLEAN wait, result, is_over;
};

static VOID NTAPI obey(PVOID context)
{
    struct other *other = context;

    for (;;) {
        wait_for(&other->order);
        if (other->is_over)
            return;
        if (other->acquire)
            other->result = other->acquire(&resource, other->wait);
        else
            ExReleaseResourceLite(&resource);
        KeSetEvent(&other->done, IO_NO_INCREMENT, FALSE);
    }
}

static VOID other_begin(struct other *other)
{
    memset(other, 0, sizeof(*other));
    KeInitializeEvent(&other->order, SynchronizationEvent, FALSE);
    KeInitializeEvent(&other->done, SynchronizationEvent, FALSE);
    other->thread = begin_thread(obey, other);
}

static VOID other_end(struct other *other)
{
    other->is_over = TRUE;
    KeSetEvent(&other->order, IO_NO_INCREMENT, FALSE);
    end_of_thread(other->thread);
}

/* Orders an acquisition (or release) without waiting for it. */
static VOID other_order(struct other *other, acquire_routine *acquire, BOOLEAN wait)
{
    other->acquire = acquire;
    other->wait = wait;
    KeSetEvent(&other->order, IO_NO_INCREMENT, FALSE);
}

static BOOLEAN other_try(struct other *other, acquire_routine *acquire)
{
    other_order(other, acquire, FALSE);
    wait_for(&other->done);
    return other->result;
}

static VOID other_release(struct other *other)
{
    other_order(other, NULL, FALSE);
    wait_for(&other->done);
}

static VOID await_waiters(ULONG shared, ULONG exclusive)
{
    while (ExGetSharedWaiterCount(&resource) != shared ||
           ExGetExclusiveWaiterCount(&resource) != exclusive)
        hal_yield();
}

/* ---- tests ---- */

static acquire_routine *const shared_ways[] = {
    ExAcquireResourceSharedLite, ExAcquireSharedStarveExclusive, ExAcquireSharedWaitForExclusive};

/* Held one way by this thread, tried in all ways by another. */
static void admits_by_the_matrix(void **state)
{
    struct other other;

    UNREFERENCED_PARAMETER(state);
    other_begin(&other);
    for (ULONG i = 0; i < RTL_NUMBER_OF(shared_ways); i++) {
        assert_true(ExAcquireResourceExclusiveLite(&resource, FALSE));
        assert_false(other_try(&other, ExAcquireResourceExclusiveLite));
        assert_false(other_try(&other, shared_ways[i]));
        ExReleaseResourceLite(&resource);

        assert_true(shared_ways[i](&resource, FALSE));
        assert_false(other_try(&other, ExAcquireResourceExclusiveLite));
        for (ULONG k = 0; k < RTL_NUMBER_OF(shared_ways); k++) {
            assert_true(other_try(&other, shared_ways[k]));
            other_release(&other);
        }
        ExReleaseResourceLite(&resource);
        assert_true(other_try(&other, ExAcquireResourceExclusiveLite));
        other_release(&other);
    }
    other_end(&other);
}

static void is_recursive(void **state)
{
    struct other other;

    UNREFERENCED_PARAMETER(state);
    other_begin(&other);
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    for (ULONG i = 0; i < RTL_NUMBER_OF(shared_ways); i++)
        assert_true(shared_ways[i](&resource, TRUE));
    assert_true(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_int_equal(ExIsResourceAcquiredSharedLite(&resource), 5);
    for (ULONG i = 0; i < 4; i++)
        ExReleaseResourceLite(&resource);
    assert_false(other_try(&other, ExAcquireResourceSharedLite));
    ExReleaseResourceLite(&resource);
    assert_int_equal(ExIsResourceAcquiredSharedLite(&resource), 0);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));

    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    assert_false(ExAcquireResourceExclusiveLite(&resource, FALSE));
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_int_equal(ExIsResourceAcquiredSharedLite(&resource), 2);
    ExReleaseResourceLite(&resource);
    assert_false(other_try(&other, ExAcquireResourceExclusiveLite));
    ExReleaseResourceLite(&resource);
    assert_true(other_try(&other, ExAcquireResourceExclusiveLite));
    other_release(&other);
    other_end(&other);
}

/* An exclusive waiter keeps new sharers out, except those that may starve it. */
static void sharers_give_way_to_an_exclusive_waiter(void **state)
{
    struct other waiter, third;

    UNREFERENCED_PARAMETER(state);
    other_begin(&waiter);
    other_begin(&third);
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    other_order(&waiter, ExAcquireResourceExclusiveLite, TRUE);
    await_waiters(0, 1);

    assert_false(other_try(&third, ExAcquireResourceSharedLite));
    assert_false(other_try(&third, ExAcquireSharedWaitForExclusive));
    assert_true(other_try(&third, ExAcquireSharedStarveExclusive));
    other_release(&third);
    /* The owner is let in again, unless it wants to give way itself. */
    assert_true(ExAcquireResourceSharedLite(&resource, FALSE));
    ExReleaseResourceLite(&resource);
    assert_false(ExAcquireSharedWaitForExclusive(&resource, FALSE));

    assert_int_equal(poll(&waiter.done), STATUS_TIMEOUT);
    ExReleaseResourceLite(&resource);
    wait_for(&waiter.done);
    assert_true(waiter.result);
    assert_false(ExAcquireResourceSharedLite(&resource, FALSE));
    other_release(&waiter);
    assert_true(resource.ContentionCount >= 1);
    other_end(&waiter);
    other_end(&third);
}

/* When an exclusive owner leaves, those who wait to share come first, all together. */
static void sharers_come_first_after_an_exclusive_owner(void **state)
{
    struct other exclusive, shared[6];

    UNREFERENCED_PARAMETER(state);
    other_begin(&exclusive);
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    other_order(&exclusive, ExAcquireResourceExclusiveLite, TRUE);
    await_waiters(0, 1);
    for (ULONG i = 0; i < RTL_NUMBER_OF(shared); i++) {
        other_begin(&shared[i]);
        other_order(&shared[i], ExAcquireResourceSharedLite, TRUE);
        await_waiters(i + 1, 1);
    }
    ExReleaseResourceLite(&resource);
    for (ULONG i = 0; i < RTL_NUMBER_OF(shared); i++)
        wait_for(&shared[i].done);
    assert_int_equal(poll(&exclusive.done), STATUS_TIMEOUT);
    for (ULONG i = 0; i < RTL_NUMBER_OF(shared); i++) {
        assert_int_equal(poll(&exclusive.done), STATUS_TIMEOUT);
        other_release(&shared[i]);
        other_end(&shared[i]);
    }
    wait_for(&exclusive.done);
    other_release(&exclusive);
    other_end(&exclusive);
}

static void converts_to_shared(void **state)
{
    struct other other;

    UNREFERENCED_PARAMETER(state);
    other_begin(&other);
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    other_order(&other, ExAcquireResourceSharedLite, TRUE);
    await_waiters(1, 0);
    ExConvertExclusiveToSharedLite(&resource);
    wait_for(&other.done);
    assert_int_equal(ExIsResourceAcquiredSharedLite(&resource), 2);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    ExReleaseResourceLite(&resource);
    ExReleaseResourceLite(&resource);
    other_release(&other);
    other_end(&other);
}

static void another_may_release(void **state)
{
    ERESOURCE_THREAD name = ((ULONG_PTR)&resource & ~(ULONG_PTR)3) | 3;

    UNREFERENCED_PARAMETER(state);
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    ExSetResourceOwnerPointer(&resource, (PVOID)name);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    ASSERT_BUGCHECK(ExReleaseResourceLite(&resource), RESOURCE_NOT_OWNED, (ULONG_PTR)&resource);
    ExReleaseResourceForThreadLite(&resource, name);
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    ExSetResourceOwnerPointerEx(&resource, (PVOID)name, 0);
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    ExReleaseResourceLite(&resource);
    ExReleaseResourceForThreadLite(&resource, name);
    assert_true(ExAcquireResourceExclusiveLite(&resource, FALSE));
    ExReleaseResourceLite(&resource);
}

static void wrong_releases(void **state)
{
    struct other other;

    UNREFERENCED_PARAMETER(state);
    other_begin(&other);
    ASSERT_BUGCHECK(ExReleaseResourceLite(&resource), RESOURCE_NOT_OWNED, (ULONG_PTR)&resource);
    assert_int_equal(provoked.parameters[1], (ULONG_PTR)KeGetCurrentThread());
    assert_true(other_try(&other, ExAcquireResourceExclusiveLite));
    ASSERT_BUGCHECK(ExReleaseResourceLite(&resource), RESOURCE_NOT_OWNED, (ULONG_PTR)&resource);
    ASSERT_BUGCHECK(ExConvertExclusiveToSharedLite(&resource), RESOURCE_NOT_OWNED,
                    (ULONG_PTR)&resource);
    other_release(&other);
    other_end(&other);
    KfRaiseIrql(DISPATCH_LEVEL);
    ASSERT_BUGCHECK(ExAcquireResourceSharedLite(&resource, FALSE), IRQL_NOT_LESS_OR_EQUAL,
                    provoked.parameters[0]);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void enters_critical_regions(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_false(KeAreApcsDisabled());
    ExEnterCriticalRegionAndAcquireResourceExclusive(&resource);
    assert_true(KeAreApcsDisabled());
    ExEnterCriticalRegionAndAcquireResourceShared(&resource);
    ExReleaseResourceAndLeaveCriticalRegion(&resource);
    assert_true(KeAreApcsDisabled());
    ExReleaseResourceAndLeaveCriticalRegion(&resource);
    assert_false(KeAreApcsDisabled());
    assert_int_equal(ExReinitializeResourceLite(&resource), STATUS_SUCCESS);
}

static void without_memory_it_waits_or_fails(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(0, TRUE);
    assert_false(ExAcquireResourceSharedLite(&resource, FALSE));
    ex_pool_inject(0, FALSE);
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    ExReleaseResourceLite(&resource);
}

static struct {
    LONG writers, readers; /* inside; atomic */
    ULONG64 value;         /* written by writers only */
} inside;

static VOID NTAPI hammer(PVOID context)
{
    ULONG seed = (ULONG)(ULONG_PTR)context;

    for (ULONG i = 0; i < rounds; i++) {
        seed = seed * 1664525 + 1013904223;
        if (seed >> 30 == 0) {
            ExAcquireResourceExclusiveLite(&resource, TRUE);
            if (__atomic_add_fetch(&inside.writers, 1, __ATOMIC_RELAXED) != 1 ||
                __atomic_load_n(&inside.readers, __ATOMIC_RELAXED) != 0)
                fail_msg("an exclusive owner is not alone");
            inside.value++;
            __atomic_sub_fetch(&inside.writers, 1, __ATOMIC_RELAXED);
        } else {
            shared_ways[seed >> 28 & 1](&resource, TRUE);
            __atomic_add_fetch(&inside.readers, 1, __ATOMIC_RELAXED);
            if (__atomic_load_n(&inside.writers, __ATOMIC_RELAXED) != 0 ||
                inside.value > rounds * threads)
                fail_msg("a sharer met an exclusive owner");
            __atomic_sub_fetch(&inside.readers, 1, __ATOMIC_RELAXED);
        }
        ExReleaseResourceLite(&resource);
    }
}

static void survives_a_hammer(void **state)
{
    PKTHREAD running[threads];

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < threads; i++)
        running[i] = begin_thread(hammer, (PVOID)(ULONG_PTR)(i + 1));
    for (ULONG i = 0; i < threads; i++)
        end_of_thread(running[i]);
    assert_true(ExAcquireResourceExclusiveLite(&resource, FALSE));
    ExReleaseResourceLite(&resource);
    assert_int_equal(ExGetSharedWaiterCount(&resource), 0);
    assert_int_equal(ExGetExclusiveWaiterCount(&resource), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(admits_by_the_matrix, start, stop),
        cmocka_unit_test_setup_teardown(is_recursive, start, stop),
        cmocka_unit_test_setup_teardown(sharers_give_way_to_an_exclusive_waiter, start, stop),
        cmocka_unit_test_setup_teardown(sharers_come_first_after_an_exclusive_owner, start, stop),
        cmocka_unit_test_setup_teardown(converts_to_shared, start, stop),
        cmocka_unit_test_setup_teardown(another_may_release, start, stop),
        cmocka_unit_test_setup_teardown(wrong_releases, start, stop),
        cmocka_unit_test_setup_teardown(enters_critical_regions, start, stop),
        cmocka_unit_test_setup_teardown(without_memory_it_waits_or_fails, start, stop),
        cmocka_unit_test_setup_teardown(survives_a_hammer, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
