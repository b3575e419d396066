/* Timers: once or again and again, at either level, stopped with and without waiting, deleted. */
#include "control_test.h"

static WDFDEVICE device;
static KEVENT entered, go_on;
static ULONG runs; /* atomic */

#define NOW WDF_REL_TIMEOUT_IN_US(1)
#define NEVER WDF_REL_TIMEOUT_IN_SEC(1000)

static VOID NTAPI expire(WDFTIMER timer)
{
    UNREFERENCED_PARAMETER(timer);
    note("%u ", KeGetCurrentIrql());
    __atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED);
    KeSetEvent(&entered, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI count(WDFTIMER timer)
{
    UNREFERENCED_PARAMETER(timer);
    if (__atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED) == 3)
        KeSetEvent(&entered, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI expire_in_steps(WDFTIMER timer)
{
    expire(timer);
    KeWaitForSingleObject(&go_on, Executive, KernelMode, FALSE, NULL);
}

static VOID NTAPI start_again(WDFTIMER timer)
{
    expire(timer);
    WdfTimerStart(timer, NOW);
}

static VOID NTAPI stop_itself(WDFTIMER timer)
{
    note("%u ", WdfTimerStop(timer, TRUE));
    KeSetEvent(&entered, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI delete_itself(WDFTIMER timer)
{
    WdfObjectDelete(timer);
    expire(timer);
}

static VOID prepare(VOID)
{
    device = plain_device();
    KeInitializeEvent(&entered, SynchronizationEvent, FALSE);
    KeInitializeEvent(&go_on, SynchronizationEvent, FALSE);
    runs = 0;
}

static NTSTATUS create(PFN_WDF_TIMER routine, LONG period, WDF_EXECUTION_LEVEL level,
                       WDFTIMER *timer)
{
    WDF_TIMER_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_TIMER_CONFIG_INIT_PERIODIC(&config, routine, period);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = device;
    attributes.ExecutionLevel = level;
    return WdfTimerCreate(&config, &attributes, timer);
}

static WDFTIMER make_timer(PFN_WDF_TIMER routine, LONG period, WDF_EXECUTION_LEVEL level)
{
    WDFTIMER timer = NULL;

    prepare();
    assert_int_equal(create(routine, period, level, &timer), STATUS_SUCCESS);
    assert_ptr_equal(WdfTimerGetParentObject(timer), device);
    return timer;
}

static VOID wait_for(PKEVENT event)
{
    KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL);
}

static void it_expires_once_at_its_level(void)
{
    WDFTIMER timer = make_timer(expire, 0, WdfExecutionLevelDispatch);

    assert_false(WdfTimerStart(timer, NOW));
    wait_for(&entered);
    assert_false(WdfTimerStop(timer, TRUE));
    assert_journal("2 ");
    assert_int_equal(runs, 1);
}

static void a_passive_one_expires_at_passive_level(void)
{
    WDFTIMER timer = make_timer(expire, 0, WdfExecutionLevelPassive);

    assert_false(WdfTimerStart(timer, NOW));
    wait_for(&entered);
    assert_false(WdfTimerStop(timer, TRUE));
    assert_journal("0 ");
}

static void it_expires_again_and_again(void)
{
    WDFTIMER timer = make_timer(count, 1, WdfExecutionLevelInheritFromParent);

    WdfTimerStart(timer, NOW);
    wait_for(&entered);
    assert_true(WdfTimerStop(timer, TRUE));
    runs = 0;
    assert_false(WdfTimerStop(timer, TRUE));
    assert_int_equal(runs, 0);
}

static void a_running_one_starts_anew(void)
{
    WDFTIMER timer = make_timer(expire, 0, WdfExecutionLevelDispatch);

    assert_false(WdfTimerStart(timer, NEVER));
    assert_true(WdfTimerStart(timer, NEVER));
    assert_true(WdfTimerStop(timer, FALSE));
    assert_false(WdfTimerStop(timer, FALSE));
    assert_false(WdfTimerStart(timer, NEVER));
    assert_true(WdfTimerStart(timer, NOW));
    wait_for(&entered);
    assert_int_equal(runs, 1);
}

static void its_callback_may_start_it(void)
{
    WDFTIMER timer = make_timer(start_again, 0, WdfExecutionLevelPassive);
    ULONG i, before;

    WdfTimerStart(timer, NOW);
    for (i = 0; i < 3; i++)
        wait_for(&entered);
    WdfTimerStop(timer, TRUE);
    before = runs;
    WdfTimerStop(timer, TRUE);
    assert_int_equal(runs, before);
    journal.length = 0;
}

static VOID let_it_go(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    note("let go ");
    KeSetEvent(&go_on, IO_NO_INCREMENT, FALSE);
}

static void stopping_waits_for_the_callback(void)
{
    WDFTIMER timer = make_timer(expire_in_steps, 0, WdfExecutionLevelPassive);
    struct program_thread thread;

    WdfTimerStart(timer, NOW);
    wait_for(&entered);
    start_thread(&thread, let_it_go, NULL);
    assert_false(WdfTimerStop(timer, TRUE));
    assert_journal("0 let go ");
    join_thread(&thread);
}

static void its_callback_does_not_wait_for_itself(void)
{
    WDFTIMER timer = make_timer(stop_itself, 0, WdfExecutionLevelPassive);

    WdfTimerStart(timer, NOW);
    wait_for(&entered);
    assert_journal("0 ");
}

static void deletion_ends_it(void)
{
    WDFTIMER timer = make_timer(count, 1, WdfExecutionLevelDispatch);
    ULONG before;
    KIRQL irql;

    WdfTimerStart(timer, NOW);
    wait_for(&entered);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDelete(timer);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    before = runs;
    KeFlushQueuedDpcs();
    assert_int_equal(runs, before);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfTimerStart(timer, NOW));
}

static void its_callback_may_delete_it(void)
{
    WDFTIMER timer = make_timer(delete_itself, 0, WdfExecutionLevelPassive);

    WdfTimerStart(timer, NOW);
    wait_for(&entered);
    WdfObjectDelete(device);
    wdf_flush_deferred();
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
    assert_journal("0 ");
}

static void wrong_timers(void)
{
    WDF_TIMER_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFTIMER timer = NULL;

    prepare();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    WDF_TIMER_CONFIG_INIT(&config, expire);
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_WDF_PARENT_NOT_SPECIFIED);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_INVALID_DEVICE_REQUEST);
    attributes.ParentObject = device;
    config.Size++;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_INFO_LENGTH_MISMATCH);
    config.Size--;
    config.Period = (ULONG)MAXLONG + 1;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_INVALID_PARAMETER);
    config.Period = MAXLONG;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_SUCCESS);
    config.UseHighResolutionTimer = TRUE;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_SUCCESS);
    config.TolerableDelay = 1;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_INVALID_PARAMETER);
    assert_int_equal(create(expire, 1, WdfExecutionLevelPassive, &timer), STATUS_NOT_SUPPORTED);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfTimerCreate(NULL, &attributes, &timer));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfTimerCreate(&config, &attributes, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(it_expires_once_at_its_level),
        WDF_TEST(a_passive_one_expires_at_passive_level),
        WDF_TEST(it_expires_again_and_again),
        WDF_TEST(a_running_one_starts_anew),
        WDF_TEST(its_callback_may_start_it),
        WDF_TEST(stopping_waits_for_the_callback),
        WDF_TEST(its_callback_does_not_wait_for_itself),
        WDF_TEST(deletion_ends_it),
        WDF_TEST(its_callback_may_delete_it),
        WDF_TEST(wrong_timers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
