/* Work items and DPCs: how often they run, where, under which lock, and how they end. */
#include "control_test.h"

static WDFDEVICE device;
static KEVENT entered, go_on;
static ULONG runs; /* atomic */

static VOID NTAPI run(WDFWORKITEM item)
{
    UNREFERENCED_PARAMETER(item);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    __atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED);
}

/* Tells that it runs, and waits to be let go. */
static VOID NTAPI run_in_steps(WDFWORKITEM item)
{
    run(item);
    KeSetEvent(&entered, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&go_on, Executive, KernelMode, FALSE, NULL);
}

static VOID NTAPI delete_itself(WDFWORKITEM item)
{
    WdfObjectDelete(item);
    run(item);
    note("deleted ");
}

static VOID prepare(PWDF_OBJECT_ATTRIBUTES device_attributes)
{
    device = make_device(begin_device(), device_attributes);
    KeInitializeEvent(&entered, SynchronizationEvent, FALSE);
    KeInitializeEvent(&go_on, SynchronizationEvent, FALSE);
    runs = 0;
}

static NTSTATUS create(PFN_WDF_WORKITEM routine, BOOLEAN is_serialized, WDFOBJECT parent,
                       WDFWORKITEM *item)
{
    WDF_WORKITEM_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_WORKITEM_CONFIG_INIT(&config, routine);
    config.AutomaticSerialization = is_serialized;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    return WdfWorkItemCreate(&config, &attributes, item);
}

static WDFWORKITEM make_item(PFN_WDF_WORKITEM routine)
{
    WDFWORKITEM item = NULL;

    assert_int_equal(create(routine, FALSE, device, &item), STATUS_SUCCESS);
    assert_ptr_equal(WdfWorkItemGetParentObject(item), device);
    return item;
}

static VOID wait_for(PKEVENT event)
{
    KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL);
}

static void queued_twice_it_runs_once(void)
{
    WDFWORKITEM item;

    prepare(NULL);
    item = make_item(run_in_steps);
    WdfWorkItemEnqueue(item);
    wait_for(&entered);
    /* It runs: queued now, it runs once more, however often. */
    WdfWorkItemEnqueue(item);
    WdfWorkItemEnqueue(item);
    WdfWorkItemEnqueue(item);
    KeSetEvent(&go_on, IO_NO_INCREMENT, FALSE);
    wait_for(&entered);
    KeSetEvent(&go_on, IO_NO_INCREMENT, FALSE);
    WdfWorkItemFlush(item);
    assert_int_equal(runs, 2);
    WdfWorkItemFlush(item);
}

static VOID let_it_go(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    note("let go ");
    KeSetEvent(&go_on, IO_NO_INCREMENT, FALSE);
}

static void deletion_waits_for_it(void)
{
    struct program_thread thread;
    WDFWORKITEM item;

    prepare(NULL);
    item = make_item(run_in_steps);
    WdfWorkItemEnqueue(item);
    wait_for(&entered);
    start_thread(&thread, let_it_go, NULL);
    WdfObjectDelete(item);
    assert_journal("let go ");
    join_thread(&thread);
    assert_int_equal(runs, 1);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfWorkItemEnqueue(item));
}

static void it_may_delete_itself(void)
{
    prepare(NULL);
    WdfWorkItemEnqueue(make_item(delete_itself));
    WdfObjectDelete(device);
    wdf_flush_deferred();
    assert_journal("deleted ");
    assert_int_equal(runs, 1);
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
}

static void wrong_work_items(void)
{
    WDFWORKITEM item = (WDFWORKITEM)1;
    WDF_WORKITEM_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object;

    prepare(NULL);
    WDF_WORKITEM_CONFIG_INIT(&config, run);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    assert_int_equal(WdfWorkItemCreate(&config, NULL, &item), STATUS_WDF_PARENT_NOT_SPECIFIED);
    assert_int_equal(WdfWorkItemCreate(&config, &attributes, &item),
                     STATUS_WDF_PARENT_NOT_SPECIFIED);
    attributes.ParentObject = device;
    config.Size--;
    assert_int_equal(WdfWorkItemCreate(&config, &attributes, &item), STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(create(NULL, FALSE, device, &item), STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
    assert_int_equal(create(run, FALSE, object, &item), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(create(run, FALSE, WdfGetDriver(), &item), STATUS_INVALID_DEVICE_REQUEST);
    assert_null(item);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfWorkItemCreate(NULL, &attributes, &item));
}

/* ---- serialization ---------------------------------------------------------------------- */

static void callbacks_at_another_level_are_not_kept_apart(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWORKITEM item;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    prepare(&attributes);
    assert_int_equal(create(run, TRUE, device, &item), STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
    assert_int_equal(create(run, FALSE, device, &item), STATUS_SUCCESS);
}

static void callbacks_at_the_same_level_are(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWORKITEM item;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    prepare(&attributes);
    assert_int_equal(create(run, TRUE, device, &item), STATUS_SUCCESS);
    WdfObjectAcquireLock(device);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    ASSERT_VIOLATION(WDF_RECURSIVE_LOCK, WdfObjectAcquireLock(device));
    WdfWorkItemEnqueue(item);
    assert_int_equal(__atomic_load_n(&runs, __ATOMIC_RELAXED), 0);
    WdfObjectReleaseLock(device);
    ASSERT_VIOLATION(WDF_INVALID_LOCK_OPERATION, WdfObjectReleaseLock(device));
    WdfWorkItemFlush(item);
    assert_int_equal(runs, 1);
}

/* ---- DPCs ------------------------------------------------------------------------------- */

static VOID NTAPI run_dpc(WDFDPC dpc)
{
    UNREFERENCED_PARAMETER(dpc);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    __atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED);
    KeSetEvent(&entered, IO_NO_INCREMENT, FALSE);
}

static WDFDPC make_dpc(BOOLEAN is_serialized, NTSTATUS expected)
{
    WDF_DPC_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDPC dpc = NULL;

    WDF_DPC_CONFIG_INIT(&config, run_dpc);
    config.AutomaticSerialization = is_serialized;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = device;
    assert_int_equal(WdfDpcCreate(&config, &attributes, &dpc), expected);
    return dpc;
}

static void a_dpc_runs_at_dispatch_level(void)
{
    WDFDPC dpc;
    KIRQL irql;

    prepare(NULL);
    dpc = make_dpc(FALSE, STATUS_SUCCESS);
    assert_ptr_equal(WdfDpcGetParentObject(dpc), device);
    assert_non_null(WdfDpcWdmGetDpc(dpc));
    assert_false(WdfDpcCancel(dpc, TRUE));
    assert_true(WdfDpcEnqueue(dpc));
    wait_for(&entered);
    assert_false(WdfDpcCancel(dpc, TRUE));
    assert_int_equal(runs, 1);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    assert_true(WdfDpcEnqueue(dpc));
    WdfObjectDelete(dpc);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfDpcEnqueue(dpc));
}

static void a_dpc_keeps_away_from_other_callbacks(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDPC dpc;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    prepare(&attributes);
    dpc = make_dpc(TRUE, STATUS_SUCCESS);
    WdfObjectAcquireLock(device);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    WdfDpcEnqueue(dpc);
    assert_int_equal(__atomic_load_n(&runs, __ATOMIC_RELAXED), 0);
    WdfObjectReleaseLock(device);
    wait_for(&entered);
    WdfDpcCancel(dpc, TRUE);
    assert_int_equal(runs, 1);
}

static void a_dpc_does_not_suit_passive_callbacks(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    prepare(&attributes);
    assert_null(make_dpc(TRUE, STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL));
    assert_non_null(make_dpc(FALSE, STATUS_SUCCESS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(queued_twice_it_runs_once),
        WDF_TEST(deletion_waits_for_it),
        WDF_TEST(it_may_delete_itself),
        WDF_TEST(wrong_work_items),
        WDF_TEST(callbacks_at_another_level_are_not_kept_apart),
        WDF_TEST(callbacks_at_the_same_level_are),
        WDF_TEST(a_dpc_runs_at_dispatch_level),
        WDF_TEST(a_dpc_keeps_away_from_other_callbacks),
        WDF_TEST(a_dpc_does_not_suit_passive_callbacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
