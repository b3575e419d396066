/*
 * Pins lookaside lists: order, limits, statistics, the depth's curve, and that
 * nothing is lost in threads' fronts.
 */
#include "fixture.h"

enum { entry_bytes = 96 };

static struct {
    ULONG allocations, frees; /* by the routines below, atomic */
    POOL_TYPE type;
    SIZE_T bytes;
    ULONG tag;
    PLOOKASIDE_LIST_EX list;
} called;

static PVOID NTAPI counted_allocate(POOL_TYPE type, SIZE_T bytes, ULONG tag)
{
    __atomic_fetch_add(&called.allocations, 1, __ATOMIC_RELAXED);
    called.type = type;
    called.bytes = bytes;
    called.tag = tag;
    return ExAllocatePoolWithTag(type, bytes, tag);
}

static VOID NTAPI counted_free(PVOID buffer)
{
    __atomic_fetch_add(&called.frees, 1, __ATOMIC_RELAXED);
    ExFreePool(buffer);
}

static PVOID NTAPI counted_allocate_ex(POOL_TYPE type, SIZE_T bytes, ULONG tag,
                                       PLOOKASIDE_LIST_EX list)
{
    called.list = list;
    return counted_allocate(type, bytes, tag);
}

static VOID NTAPI counted_free_ex(PVOID buffer, PLOOKASIDE_LIST_EX list)
{
    called.list = list;
    counted_free(buffer);
}

static int start(void **state)
{
    start_rooms(state);
    memset(&called, 0, sizeof(called));
    return 0;
}

static void starts_empty(void **state)
{
    NPAGED_LOOKASIDE_LIST list;

    UNREFERENCED_PARAMETER(state);
    memset(&list, 0xEE, sizeof(list));
    ExInitializeNPagedLookasideList(&list, NULL, NULL, POOL_NX_ALLOCATION, entry_bytes, TEST_TAG,
                                    0);
    assert_int_equal(outstanding(TEST_TAG), 0);
    assert_int_equal(list.L.Depth, 4);
    assert_int_equal(list.L.MaximumDepth, 256);
    assert_int_equal(list.L.Type, NonPagedPoolNx);
    assert_int_equal(list.L.Tag, TEST_TAG);
    assert_int_equal(list.L.Size, entry_bytes);
    assert_int_equal(list.L.TotalAllocates + list.L.TotalFrees, 0);
    assert_int_equal(list.L.AllocateMisses + list.L.FreeMisses, 0);
    ExDeleteNPagedLookasideList(&list);
}

static void returns_the_newest_entry(void **state)
{
    NPAGED_LOOKASIDE_LIST list;
    PVOID entries[4];

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&list, NULL, NULL, 0, entry_bytes, TEST_TAG, 0);
    for (ULONG i = 0; i < 4; i++)
        entries[i] = ExAllocateFromNPagedLookasideList(&list);
    for (ULONG round = 0; round < 3; round++) {
        for (ULONG i = 0; i < 4; i++)
            ExFreeToNPagedLookasideList(&list, entries[i]);
        for (ULONG i = 4; i > 0; i--)
            assert_ptr_equal(ExAllocateFromNPagedLookasideList(&list), entries[i - 1]);
    }
    for (ULONG i = 0; i < 4; i++)
        ExFreeToNPagedLookasideList(&list, entries[i]);
    assert_int_equal(outstanding(TEST_TAG), 4);
    ExDeleteNPagedLookasideList(&list);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void keeps_no_more_than_its_depth(void **state)
{
    NPAGED_LOOKASIDE_LIST list;
    PVOID entries[10];

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&list, counted_allocate, counted_free, 0, entry_bytes, TEST_TAG,
                                    0);
    for (ULONG i = 0; i < 10; i++)
        entries[i] = ExAllocateFromNPagedLookasideList(&list);
    for (ULONG i = 0; i < 10; i++)
        ExFreeToNPagedLookasideList(&list, entries[i]);
    assert_int_equal(called.allocations, 10);
    assert_int_equal(called.frees, 10 - list.L.Depth);
    assert_int_equal(outstanding(TEST_TAG), list.L.Depth);
    assert_int_equal(list.L.TotalAllocates, 10);
    assert_int_equal(list.L.AllocateMisses, 10);
    assert_int_equal(list.L.TotalFrees, 10);
    assert_int_equal(list.L.FreeMisses, 10 - list.L.Depth);
    for (ULONG i = 0; i < 4; i++)
        entries[i] = ExAllocateFromNPagedLookasideList(&list);
    assert_int_equal(list.L.AllocateMisses, 10);
    assert_int_equal(list.L.TotalAllocates, 14);
    for (ULONG i = 0; i < 4; i++)
        ExFreeToNPagedLookasideList(&list, entries[i]);
    ExDeleteNPagedLookasideList(&list);
    assert_int_equal(called.frees, 10);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

/* The driver verifier sets this depth, so that every allocation reaches the pool. */
static void keeps_nothing_at_depth_zero(void **state)
{
    NPAGED_LOOKASIDE_LIST list;

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&list, counted_allocate, counted_free, 0, entry_bytes, TEST_TAG,
                                    0);
    ExFreeToNPagedLookasideList(&list, ExAllocateFromNPagedLookasideList(&list));
    list.L.Depth = 0;
    ExDeleteNPagedLookasideList(&list);
    assert_int_equal(outstanding(TEST_TAG), 0);

    ExInitializeNPagedLookasideList(&list, counted_allocate, counted_free, 0, entry_bytes, TEST_TAG,
                                    0);
    list.L.Depth = 0;
    for (ULONG i = 0; i < 5; i++) {
        ExFreeToNPagedLookasideList(&list, ExAllocateFromNPagedLookasideList(&list));
        assert_int_equal(outstanding(TEST_TAG), 0);
    }
    ExDeleteNPagedLookasideList(&list);
}

static void calls_the_users_routines(void **state)
{
    PAGED_LOOKASIDE_LIST paged;
    LOOKASIDE_LIST_EX list;

    UNREFERENCED_PARAMETER(state);
    ExInitializePagedLookasideList(&paged, counted_allocate, counted_free, 0, entry_bytes, TEST_TAG,
                                   0);
    ExFreeToPagedLookasideList(&paged, ExAllocateFromPagedLookasideList(&paged));
    assert_int_equal(called.type, PagedPool);
    assert_int_equal(called.bytes, entry_bytes);
    assert_int_equal(called.tag, TEST_TAG);
    assert_int_equal(usage_of(TEST_TAG, TRUE).bytes, entry_bytes);
    ExDeletePagedLookasideList(&paged);
    assert_int_equal(called.frees, 1);

    assert_int_equal(ExInitializeLookasideListEx(&list, counted_allocate_ex, counted_free_ex,
                                                 NonPagedPoolNx, 0, entry_bytes, TEST_TAG, 0),
                     STATUS_SUCCESS);
    ExFreeToLookasideListEx(&list, ExAllocateFromLookasideListEx(&list));
    assert_ptr_equal(called.list, &list);
    assert_int_equal(called.type, NonPagedPoolNx);
    called.list = NULL;
    ExFlushLookasideListEx(&list);
    assert_ptr_equal(called.list, &list);
    assert_int_equal(outstanding(TEST_TAG), 0);
    ExFreeToLookasideListEx(&list, ExAllocateFromLookasideListEx(&list));
    ExDeleteLookasideListEx(&list);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static NTSTATUS initialize_ex(LOOKASIDE_LIST_EX *list, POOL_TYPE type, ULONG flags)
{
    return ExInitializeLookasideListEx(list, NULL, NULL, type, flags, entry_bytes, TEST_TAG, 0);
}

static __attribute__((noinline)) NTSTATUS raised_by(LOOKASIDE_LIST_EX *list)
{
    return RAISED_BY(ExAllocateFromLookasideListEx(list));
}

static void ex_checks_types_and_flags(void **state)
{
    LOOKASIDE_LIST_EX list;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(initialize_ex(&list, NonPagedPoolMustSucceed, 0), STATUS_INVALID_PARAMETER_4);
    assert_int_equal(initialize_ex(&list, PagedPoolSession, 0), STATUS_INVALID_PARAMETER_4);
    assert_int_equal(initialize_ex(&list, PagedPool, 4), STATUS_INVALID_PARAMETER_5);
    assert_int_equal(initialize_ex(&list, PagedPool, 3), STATUS_INVALID_PARAMETER_5);

    assert_int_equal(initialize_ex(&list, PagedPool, 0), STATUS_SUCCESS);
    ex_pool_inject(0, TRUE);
    assert_null(ExAllocateFromLookasideListEx(&list));
    ex_pool_inject(MAXULONG, FALSE);
    ExDeleteLookasideListEx(&list);

    assert_int_equal(initialize_ex(&list, PagedPool, EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL),
                     STATUS_SUCCESS);
    ex_pool_inject(0, TRUE);
    assert_int_equal(raised_by(&list), STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    ExDeleteLookasideListEx(&list);
}

static void checks_irql(void **state)
{
    PAGED_LOOKASIDE_LIST list;
    KIRQL old;

    UNREFERENCED_PARAMETER(state);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    ASSERT_BUGCHECK(ExInitializePagedLookasideList(&list, NULL, NULL, 0, entry_bytes, TEST_TAG, 0),
                    IRQL_NOT_LESS_OR_EQUAL, provoked.parameters[0]);
    KeLowerIrql(old);
}

/* Allocates count entries, of which hits come from the list, and frees them again. */
static VOID use(PNPAGED_LOOKASIDE_LIST list, ULONG count)
{
    static PVOID entries[2000];

    for (ULONG i = 0; i < count; i++)
        entries[i] = ExAllocateFromNPagedLookasideList(list);
    for (ULONG i = 0; i < count; i++)
        ExFreeToNPagedLookasideList(list, entries[i]);
}

static void grows_under_misses(void **state)
{
    /* All allocations miss at first; the curve flattens towards the maximum. */
    ULONG depth = 4, grown = 0;
    NPAGED_LOOKASIDE_LIST list;

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&list, NULL, NULL, 0, entry_bytes, TEST_TAG, 0);
    use(&list, 100);
    ex_lookaside_scan();
    assert_int_equal(list.L.Depth, 4 + 1000 * (256 - 4) / 2000 + 5);
    assert_int_equal(list.L.LastTotalAllocates, 100);
    assert_int_equal(list.L.LastAllocateMisses, 100);
    for (ULONG round = 0; round < 20; round++) {
        depth = list.L.Depth;
        use(&list, 1000);
        ex_lookaside_scan();
        assert_true(list.L.Depth >= depth || depth == 256);
        grown += list.L.Depth - depth;
    }
    assert_int_equal(list.L.Depth, 256);
    assert_true(grown > 0);
    ExDeleteNPagedLookasideList(&list);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static void shrinks_when_it_hits_and_when_idle(void **state)
{
    NPAGED_LOOKASIDE_LIST list;

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&list, NULL, NULL, 0, entry_bytes, TEST_TAG, 0);
    use(&list, 100);
    ex_lookaside_scan();
    assert_int_equal(list.L.Depth, 135);
    use(&list, 100); /* fills it */
    ex_lookaside_scan();
    for (ULONG i = 0; i < 5; i++) {
        ULONG depth = list.L.Depth;
        use(&list, 100); /* all hits */
        ex_lookaside_scan();
        assert_int_equal(list.L.Depth, depth - 1);
    }
    for (ULONG depth = list.L.Depth; depth > 14; depth -= 10) {
        use(&list, 24); /* one below what counts as use */
        ex_lookaside_scan();
        assert_int_equal(list.L.Depth, depth - 10);
    }
    ex_lookaside_scan();
    ex_lookaside_scan();
    assert_int_equal(list.L.Depth, 4);
    /* What is kept goes as frees find the list too full. */
    use(&list, 1);
    assert_true(outstanding(TEST_TAG) > 4);
    use(&list, 200);
    assert_int_equal(outstanding(TEST_TAG), 4);
    ExDeleteNPagedLookasideList(&list);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

/* ---- threads ---- */

static NPAGED_LOOKASIDE_LIST shared;

static VOID NTAPI use_once(PVOID context)
{
    PKEVENT *steps = context;

    ExFreeToNPagedLookasideList(&shared, ExAllocateFromNPagedLookasideList(&shared));
    ExFreeToNPagedLookasideList(&shared, ExAllocateFromNPagedLookasideList(&shared));
    if (steps) {
        KeSetEvent(steps[0], IO_NO_INCREMENT, FALSE);
        wait_for(steps[1]);
    }
}

/* Another thread lives on with an entry in its front; deleting the list gets at it. */
static void delete_empties_other_threads_fronts(void **state)
{
    KEVENT used, go_on;
    PKEVENT steps[] = {&used, &go_on};
    PKTHREAD thread;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&used, NotificationEvent, FALSE);
    KeInitializeEvent(&go_on, NotificationEvent, FALSE);
    ExInitializeNPagedLookasideList(&shared, counted_allocate, counted_free, 0, entry_bytes,
                                    TEST_TAG, 0);
    thread = begin_thread(use_once, steps);
    wait_for(&used);
    assert_int_equal(outstanding(TEST_TAG), 1);
    ExDeleteNPagedLookasideList(&shared);
    assert_int_equal(called.frees, 1);
    assert_int_equal(outstanding(TEST_TAG), 0);
    /* The thread has forgotten the list, whose memory is another's now. */
    memset(&shared, 0xEE, sizeof(shared));
    KeSetEvent(&go_on, IO_NO_INCREMENT, FALSE);
    end_of_thread(thread);
}

static void an_ended_threads_entry_stays_in_the_list(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&shared, counted_allocate, counted_free, 0, entry_bytes,
                                    TEST_TAG, 0);
    run_until_gone(use_once, NULL);
    use(&shared, 1);
    assert_int_equal(called.allocations, 1);
    ExDeleteNPagedLookasideList(&shared);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static VOID NTAPI hammer(PVOID context)
{
    ULONG *entries[3];

    UNREFERENCED_PARAMETER(context);
    for (ULONG i = 0; i < 20000; i++) {
        ULONG count = i % 3 + 1;
        for (ULONG k = 0; k < count; k++) {
            entries[k] = ExAllocateFromNPagedLookasideList(&shared);
            entries[k][20] = i + k;
        }
        for (ULONG k = 0; k < count; k++) {
            if (entries[k][20] != i + k)
                fail_msg("two threads have one entry");
            ExFreeToNPagedLookasideList(&shared, entries[k]);
        }
    }
}

static void threads_share_it(void **state)
{
    PKTHREAD running[4];

    UNREFERENCED_PARAMETER(state);
    ExInitializeNPagedLookasideList(&shared, NULL, NULL, 0, entry_bytes, TEST_TAG, 0);
    for (ULONG i = 0; i < 4; i++)
        running[i] = begin_thread(hammer, NULL);
    for (ULONG i = 0; i < 50; i++)
        ex_lookaside_scan();
    for (ULONG i = 0; i < 4; i++)
        end_of_thread(running[i]);
    ExDeleteNPagedLookasideList(&shared);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static LOOKASIDE_LIST_EX flushed;

static VOID NTAPI hammer_flushed(PVOID context)
{
    while (!__atomic_load_n((BOOLEAN *)context, __ATOMIC_RELAXED))
        ExFreeToLookasideListEx(&flushed, ExAllocateFromLookasideListEx(&flushed));
}

/* A list is flushed while others use it: every entry is freed once. */
static void flush_races_with_use(void **state)
{
    BOOLEAN is_over = FALSE;
    PKTHREAD running[2];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(initialize_ex(&flushed, NonPagedPoolNx, 0), STATUS_SUCCESS);
    for (ULONG i = 0; i < 2; i++)
        running[i] = begin_thread(hammer_flushed, &is_over);
    for (ULONG i = 0; i < 2000; i++)
        ExFlushLookasideListEx(&flushed);
    __atomic_store_n(&is_over, TRUE, __ATOMIC_RELAXED);
    for (ULONG i = 0; i < 2; i++)
        end_of_thread(running[i]);
    ExDeleteLookasideListEx(&flushed);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

/* More lists than a thread has fronts: each still keeps its own entries. */
static void many_lists_do_not_mix(void **state)
{
    enum { count = 100 };
    static NPAGED_LOOKASIDE_LIST lists[count];
    static PVOID entries[count];

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < count; i++)
        ExInitializeNPagedLookasideList(&lists[i], NULL, NULL, 0, entry_bytes + i, TEST_TAG, 0);
    for (ULONG round = 0; round < 200; round++) {
        for (ULONG i = 0; i < count; i++) {
            PVOID entry = ExAllocateFromNPagedLookasideList(&lists[i]);
            if (round != 0)
                assert_ptr_equal(entry, entries[i]);
            entries[i] = entry;
        }
        for (ULONG i = 0; i < count; i++)
            ExFreeToNPagedLookasideList(&lists[i], entries[i]);
    }
    for (ULONG i = 0; i < count; i++) {
        assert_int_equal(lists[i].L.AllocateMisses, 1);
        ExDeleteNPagedLookasideList(&lists[i]);
    }
    assert_int_equal(outstanding(TEST_TAG), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(starts_empty, start, stop_rooms),
        cmocka_unit_test_setup_teardown(returns_the_newest_entry, start, stop_rooms),
        cmocka_unit_test_setup_teardown(keeps_no_more_than_its_depth, start, stop_rooms),
        cmocka_unit_test_setup_teardown(keeps_nothing_at_depth_zero, start, stop_rooms),
        cmocka_unit_test_setup_teardown(calls_the_users_routines, start, stop_rooms),
        cmocka_unit_test_setup_teardown(ex_checks_types_and_flags, start, stop_rooms),
        cmocka_unit_test_setup_teardown(checks_irql, start, stop_rooms),
        cmocka_unit_test_setup_teardown(grows_under_misses, start, stop_rooms),
        cmocka_unit_test_setup_teardown(shrinks_when_it_hits_and_when_idle, start, stop_rooms),
        cmocka_unit_test_setup_teardown(delete_empties_other_threads_fronts, start, stop_rooms),
        cmocka_unit_test_setup_teardown(an_ended_threads_entry_stays_in_the_list, start,
                                        stop_rooms),
        cmocka_unit_test_setup_teardown(threads_share_it, start, stop_rooms),
        cmocka_unit_test_setup_teardown(flush_races_with_use, start, stop_rooms),
        cmocka_unit_test_setup_teardown(many_lists_do_not_mix, start, stop_rooms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
