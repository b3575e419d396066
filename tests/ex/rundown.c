/*
 * Pins run-down protection, plain and cache-aware: the wait ends with the last
 * release, and nobody gets in afterwards.
 */
#include "fixture.h"

enum { threads = 4 };

static EX_RUNDOWN_REF ref;
static PEX_RUNDOWN_REF_CACHE_AWARE aware;

static void refuses_after_it_is_run_down(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ExInitializeRundownProtection(&ref);
    assert_true(ExAcquireRundownProtection(&ref));
    assert_true(ExAcquireRundownProtectionEx(&ref, 3));
    ExReleaseRundownProtectionEx(&ref, 2);
    ExReleaseRundownProtection(&ref);
    ExReleaseRundownProtection(&ref);
    ExWaitForRundownProtectionRelease(&ref);
    assert_false(ExAcquireRundownProtection(&ref));
    ExWaitForRundownProtectionRelease(&ref);
    ExRundownCompleted(&ref);
    assert_false(ExAcquireRundownProtectionEx(&ref, 5));
    ExReInitializeRundownProtection(&ref);
    assert_true(ExAcquireRundownProtection(&ref));
    ExReleaseRundownProtection(&ref);
}

static VOID NTAPI run_down(PVOID context)
{
    ExWaitForRundownProtectionRelease(context);
}

static void waits_for_the_last_release(void **state)
{
    PKTHREAD waiter;

    UNREFERENCED_PARAMETER(state);
    ExInitializeRundownProtection(&ref);
    assert_true(ExAcquireRundownProtectionEx(&ref, 2));
    waiter = begin_thread(run_down, &ref);
    /* From the moment that the waiter is there nobody gets in. */
    while (ExAcquireRundownProtection(&ref)) {
        ExReleaseRundownProtection(&ref);
        hal_yield();
    }
    assert_int_equal(poll(waiter), STATUS_TIMEOUT);
    ExReleaseRundownProtection(&ref);
    assert_int_equal(poll(waiter), STATUS_TIMEOUT);
    ExReleaseRundownProtection(&ref);
    end_of_thread(waiter);
    assert_false(ExAcquireRundownProtection(&ref));
}

/* What is protected: alive while somebody is inside. */
static BOOLEAN is_alive;

static VOID NTAPI use_plain(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    while (ExAcquireRundownProtection(&ref)) {
        if (!is_alive)
            fail_msg("what was protected is gone");
        ExReleaseRundownProtection(&ref);
    }
}

static VOID NTAPI use_aware(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    while (ExAcquireRundownProtectionCacheAware(aware)) {
        if (!is_alive)
            fail_msg("what was protected is gone");
        ExReleaseRundownProtectionCacheAware(aware);
    }
}

static void nobody_is_inside_when_it_ends(void **state)
{
    PKTHREAD running[threads];

    UNREFERENCED_PARAMETER(state);
    for (ULONG round = 0; round < 50; round++) {
        ExInitializeRundownProtection(&ref);
        is_alive = TRUE;
        for (ULONG i = 0; i < threads; i++)
            running[i] = begin_thread(use_plain, NULL);
        ExWaitForRundownProtectionRelease(&ref);
        is_alive = FALSE;
        for (ULONG i = 0; i < threads; i++)
            end_of_thread(running[i]);
    }
}

static void cache_aware_is_the_same(void **state)
{
    PKTHREAD running[threads];

    UNREFERENCED_PARAMETER(state);
    aware = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, TEST_TAG);
    assert_non_null(aware);
    for (ULONG round = 0; round < 50; round++) {
        is_alive = TRUE;
        for (ULONG i = 0; i < threads; i++)
            running[i] = begin_thread(use_aware, NULL);
        ExWaitForRundownProtectionReleaseCacheAware(aware);
        is_alive = FALSE;
        for (ULONG i = 0; i < threads; i++)
            end_of_thread(running[i]);
        assert_false(ExAcquireRundownProtectionCacheAwareEx(aware, 2));
        ExWaitForRundownProtectionReleaseCacheAware(aware);
        ExReInitializeRundownProtectionCacheAware(aware);
    }
    ExFreeCacheAwareRundownProtection(aware);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static VOID NTAPI release_aware(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    ExReleaseRundownProtectionCacheAwareEx(aware, 3);
}

/* Acquired by one thread, released by another, in memory of the caller's. */
static void cache_aware_counts_together(void **state)
{
    SIZE_T size = ExSizeOfRundownProtectionCacheAware();
    PKTHREAD releaser;

    UNREFERENCED_PARAMETER(state);
    aware = ExAllocatePoolWithTag(NonPagedPoolNx, size, TEST_TAG);
    ExInitializeRundownProtectionCacheAware(aware, size);
    assert_true(ExAcquireRundownProtectionCacheAwareEx(aware, 3));
    releaser = begin_thread(release_aware, NULL);
    ExWaitForRundownProtectionReleaseCacheAware(aware);
    end_of_thread(releaser);
    ExRundownCompletedCacheAware(aware);
    assert_false(ExAcquireRundownProtectionCacheAware(aware));
    ExFreePoolWithTag(aware, TEST_TAG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_after_it_is_run_down),
        cmocka_unit_test(waits_for_the_last_release),
        cmocka_unit_test(nobody_is_inside_when_it_ends),
        cmocka_unit_test(cache_aware_is_the_same),
        cmocka_unit_test(cache_aware_counts_together),
    };
    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
