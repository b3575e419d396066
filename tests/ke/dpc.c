/* Pins deferred procedure calls: level, arguments, order by importance, removal, flushing. */
#include "fixture.h"

#define CALLS 6
#define ROUNDS 5000

struct record {
    ULONG count; /* calls so far, atomic */
    ULONG order[CALLS];
    KIRQL irql;
    PVOID argument1, argument2;
    PKTHREAD thread;
};

static VOID NTAPI note_call(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct record *record = context;

    UNREFERENCED_PARAMETER(dpc);
    record->irql = KeGetCurrentIrql();
    record->argument1 = argument1;
    record->argument2 = argument2;
    record->thread = ke_current();
    record->order[__atomic_fetch_add(&record->count, 1, __ATOMIC_RELAXED) % CALLS] =
        (ULONG)(ULONG_PTR)argument1;
}

struct gate {
    BOOLEAN entered, open; /* atomic */
};

static VOID NTAPI hold_processor(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct gate *gate = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    __atomic_store_n(&gate->entered, TRUE, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&gate->open, __ATOMIC_ACQUIRE))
        hal_yield();
}

/* Processor 0's queue stands still until the gate is opened. */
static VOID close_gate(struct gate *gate, PKDPC dpc)
{
    memset(gate, 0, sizeof(*gate));
    KeInitializeDpc(dpc, hold_processor, gate);
    KeSetTargetProcessorDpc(dpc, 0);
    KeInsertQueueDpc(dpc, NULL, NULL);
    while (!__atomic_load_n(&gate->entered, __ATOMIC_ACQUIRE))
        hal_yield();
}

static VOID open_gate(struct gate *gate)
{
    __atomic_store_n(&gate->open, TRUE, __ATOMIC_RELEASE);
    KeFlushQueuedDpcs();
}

static VOID test_call(void **state)
{
    struct record record = {0};
    KDPC dpc;

    UNREFERENCED_PARAMETER(state);
    memset(&dpc, 0xcc, sizeof(dpc));
    KeInitializeDpc(&dpc, note_call, &record);
    assert_true(KeInsertQueueDpc(&dpc, (PVOID)1, (PVOID)2));
    KeFlushQueuedDpcs();
    assert_int_equal(record.count, 1);
    assert_int_equal(record.irql, DISPATCH_LEVEL);
    assert_ptr_equal(record.argument1, (PVOID)1);
    assert_ptr_equal(record.argument2, (PVOID)2);
    assert_ptr_not_equal(record.thread, ke_current());
    assert_true(record.thread->is_system);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static VOID test_queued_once(void **state)
{
    struct record record = {0};
    struct gate gate;
    KDPC holder, dpc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeDpc(&dpc, note_call, &record);
    KeSetTargetProcessorDpc(&dpc, 0);
    assert_false(KeRemoveQueueDpc(&dpc));
    close_gate(&gate, &holder);
    assert_true(KeInsertQueueDpc(&dpc, (PVOID)1, NULL));
    assert_false(KeInsertQueueDpc(&dpc, (PVOID)2, NULL));
    assert_true(KeRemoveQueueDpc(&dpc));
    assert_false(KeRemoveQueueDpc(&dpc));
    assert_true(KeInsertQueueDpc(&dpc, (PVOID)3, NULL));
    open_gate(&gate);
    assert_int_equal(record.count, 1);
    assert_int_equal(record.order[0], 3);
}

static VOID test_importance(void **state)
{
    static const KDPC_IMPORTANCE importance[CALLS] = {MediumImportance, LowImportance,
                                                      HighImportance,   MediumImportance,
                                                      HighImportance,   MediumHighImportance};
    static const ULONG expected[CALLS] = {4, 2, 0, 1, 3, 5};
    struct record record = {0};
    KDPC holder, calls[CALLS];
    struct gate gate;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    close_gate(&gate, &holder);
    for (i = 0; i < CALLS; i++) {
        KeInitializeDpc(&calls[i], note_call, &record);
        KeSetTargetProcessorDpc(&calls[i], 0);
        KeSetImportanceDpc(&calls[i], importance[i]);
        KeInsertQueueDpc(&calls[i], (PVOID)(ULONG_PTR)i, NULL);
    }
    open_gate(&gate);
    assert_int_equal(record.count, CALLS);
    assert_memory_equal(record.order, expected, sizeof(expected));
}

static VOID NTAPI free_own_memory(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    memset(dpc, 0xcc, sizeof(*dpc));
    ExFreePool(dpc);
    __atomic_fetch_add((ULONG *)context, 1, __ATOMIC_RELAXED);
}

static VOID test_dpc_may_free_itself(void **state)
{
    ULONG freed = 0;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < 200; i++) {
        PKDPC dpc = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*dpc), 'tseT');

        assert_non_null(dpc);
        KeInitializeDpc(dpc, free_own_memory, &freed);
        assert_true(KeInsertQueueDpc(dpc, NULL, NULL));
    }
    KeFlushQueuedDpcs();
    assert_int_equal(freed, 200);
}

static VOID NTAPI insert_again(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    ULONG *left = context;

    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    if (__atomic_sub_fetch(left, 1, __ATOMIC_RELAXED))
        KeInsertQueueDpc(dpc, NULL, NULL);
}

static VOID test_inserting_itself(void **state)
{
    ULONG left = 100;
    KDPC dpc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeThreadedDpc(&dpc, insert_again, &left);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    while (__atomic_load_n(&left, __ATOMIC_RELAXED))
        KeFlushQueuedDpcs();
    KeFlushQueuedDpcs(); /* the last call has returned */
    assert_false(KeRemoveQueueDpc(&dpc));
}

struct storm {
    KDPC dpc;
    ULONG inserted, removed; /* atomic */
    ULONG run;               /* atomic */
};

static VOID NTAPI count_run(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct storm *storm = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    __atomic_fetch_add(&storm->run, 1, __ATOMIC_RELAXED);
}

static VOID NTAPI insert_and_remove(PVOID context)
{
    struct storm *storm = context;
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        if (KeInsertQueueDpc(&storm->dpc, NULL, NULL))
            __atomic_fetch_add(&storm->inserted, 1, __ATOMIC_RELAXED);
        if (i % 3 == 0 && KeRemoveQueueDpc(&storm->dpc))
            __atomic_fetch_add(&storm->removed, 1, __ATOMIC_RELAXED);
    }
}

static VOID test_contention(void **state)
{
    struct storm storm = {.run = 0};
    PKTHREAD threads[3];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeDpc(&storm.dpc, count_run, &storm);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(insert_and_remove, &storm);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    KeFlushQueuedDpcs();
    assert_int_equal(storm.run + storm.removed, storm.inserted);
}

static VOID test_target(void **state)
{
    PROCESSOR_NUMBER number = {.Group = 0, .Number = 0};
    KDPC dpc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeDpc(&dpc, note_call, NULL);
    assert_int_equal(KeSetTargetProcessorDpcEx(&dpc, &number), STATUS_SUCCESS);
    number.Number = (UCHAR)KeNumberProcessors;
    assert_int_equal(KeSetTargetProcessorDpcEx(&dpc, &number), STATUS_INVALID_PARAMETER);
    number.Number = 0;
    number.Group = 1;
    assert_int_equal(KeSetTargetProcessorDpcEx(&dpc, &number), STATUS_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_queued_once),
        cmocka_unit_test(test_importance),
        cmocka_unit_test(test_dpc_may_free_itself),
        cmocka_unit_test(test_inserting_itself),
        cmocka_unit_test(test_contention),
        cmocka_unit_test(test_target),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
