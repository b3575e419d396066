/* Spin and wait locks: exclusion, IRQL, time-outs, and what a wrong owner is answered. */
#include "control_test.h"

#define ROUNDS 20000
#define THREADS 3

static WDFSPINLOCK spin_lock;
static WDFWAITLOCK wait_lock;
static ULONG64 shared; /* guarded by the lock under test */

static VOID make_locks(VOID)
{
    load_driver();
    assert_int_equal(WdfSpinLockCreate(NULL, &spin_lock), STATUS_SUCCESS);
    assert_int_equal(WdfWaitLockCreate(NULL, &wait_lock), STATUS_SUCCESS);
    shared = 0;
}

static VOID count_with_spin_lock(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        WdfSpinLockAcquire(spin_lock);
        shared++;
        WdfSpinLockRelease(spin_lock);
    }
}

static VOID count_with_wait_lock(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        WdfWaitLockAcquire(wait_lock, NULL);
        shared++;
        WdfWaitLockRelease(wait_lock);
    }
}

static VOID contend(VOID (*body)(PVOID))
{
    struct program_thread threads[THREADS];
    ULONG i;

    for (i = 0; i < THREADS; i++)
        start_thread(&threads[i], body, NULL);
    for (i = 0; i < THREADS; i++)
        join_thread(&threads[i]);
    assert_int_equal(shared, ROUNDS * THREADS);
}

static void a_spin_lock_keeps_others_out(void)
{
    make_locks();
    contend(count_with_spin_lock);
    WdfSpinLockAcquire(spin_lock);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    WdfSpinLockRelease(spin_lock);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void a_wait_lock_keeps_others_out(void)
{
    make_locks();
    contend(count_with_wait_lock);
    assert_int_equal(WdfWaitLockAcquire(wait_lock, NULL), STATUS_SUCCESS);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_true(KeAreApcsDisabled());
    WdfWaitLockRelease(wait_lock);
    assert_false(KeAreApcsDisabled());
}

static VOID try_wait_lock(PVOID context)
{
    LONGLONG none = 0, soon = WDF_REL_TIMEOUT_IN_MS(1);

    UNREFERENCED_PARAMETER(context);
    note("%x %x %d", WdfWaitLockAcquire(wait_lock, &none), WdfWaitLockAcquire(wait_lock, &soon),
         KeAreApcsDisabled());
}

static void a_wait_has_an_end(void)
{
    struct program_thread thread;
    LONGLONG none = 0;
    KIRQL irql;

    make_locks();
    assert_int_equal(WdfWaitLockAcquire(wait_lock, &none), STATUS_SUCCESS);
    start_thread(&thread, try_wait_lock, NULL);
    join_thread(&thread);
    assert_journal("102 102 0");
    WdfWaitLockRelease(wait_lock);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    assert_int_equal(WdfWaitLockAcquire(wait_lock, &none), STATUS_SUCCESS);
    WdfWaitLockRelease(wait_lock);
    KeLowerIrql(irql);
}

static void a_thread_takes_a_lock_once(void)
{
    make_locks();
    WdfSpinLockAcquire(spin_lock);
    ASSERT_VIOLATION(WDF_RECURSIVE_LOCK, WdfSpinLockAcquire(spin_lock));
    WdfSpinLockRelease(spin_lock);
    ASSERT_VIOLATION(WDF_INVALID_LOCK_OPERATION, WdfSpinLockRelease(spin_lock));
    WdfWaitLockAcquire(wait_lock, NULL);
    ASSERT_VIOLATION(WDF_RECURSIVE_LOCK, WdfWaitLockAcquire(wait_lock, NULL));
    WdfWaitLockRelease(wait_lock);
}

static void wrong_calls(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFSPINLOCK spin = (WDFSPINLOCK)1;
    LONGLONG soon = WDF_REL_TIMEOUT_IN_MS(1);
    KIRQL irql;

    make_locks();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    assert_int_equal(WdfSpinLockCreate(&attributes, &spin), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    assert_int_equal(WdfWaitLockCreate(&attributes, (WDFWAITLOCK *)&spin),
                     STATUS_WDF_EXECUTION_LEVEL_INVALID);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfSpinLockCreate(NULL, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfWaitLockCreate(NULL, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfSpinLockAcquire((WDFSPINLOCK)wait_lock));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfWaitLockRelease((WDFWAITLOCK)spin_lock));
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    assert_int_equal(WdfWaitLockAcquire(wait_lock, &soon), STATUS_INVALID_DEVICE_REQUEST);
    KeLowerIrql(irql);
    assert_int_equal(WdfWaitLockAcquire(wait_lock, &soon), STATUS_SUCCESS);
    WdfWaitLockRelease(wait_lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_spin_lock_keeps_others_out),
        WDF_TEST(a_wait_lock_keeps_others_out),
        WDF_TEST(a_wait_has_an_end),
        WDF_TEST(a_thread_takes_a_lock_once),
        WDF_TEST(wrong_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
