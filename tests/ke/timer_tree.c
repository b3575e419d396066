/* Pins the tree of timers: order, equal times, removal from anywhere, depth. */
#include "fixture.h"

#include "ke/timer_tree.h"

#define TIMERS 4096

static KTIMER timers[TIMERS];

/* The same numbers in every run. */
static ULONG next_number(ULONG64 *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (ULONG)(*seed >> 33);
}

static ULONG depth_of(PKTIMER timer)
{
    ULONG left, right;

    if (!timer)
        return 0;
    left = depth_of((PKTIMER)timer->TimerListEntry.Flink);
    right = depth_of((PKTIMER)timer->TimerListEntry.Blink);
    return 1 + (left > right ? left : right);
}

static ULONG drain(struct ke_timer_tree *tree)
{
    ULONGLONG due = 0;
    ULONG sequence = 0;
    ULONG count = 0;
    PKTIMER first;

    for (; (first = ke_timer_tree_first(tree)); count++) {
        assert_true(first->DueTime.QuadPart >= due);
        if (count && first->DueTime.QuadPart == due)
            assert_true(first->Processor > sequence);
        due = first->DueTime.QuadPart;
        sequence = first->Processor;
        ke_timer_tree_remove(tree, first);
    }
    return count;
}

static VOID test_empty(void **state)
{
    struct ke_timer_tree tree = {0};

    UNREFERENCED_PARAMETER(state);
    assert_null(ke_timer_tree_first(&tree));
    timers[0].DueTime.QuadPart = 7;
    ke_timer_tree_insert(&tree, &timers[0]);
    assert_ptr_equal(ke_timer_tree_first(&tree), &timers[0]);
    ke_timer_tree_remove(&tree, &timers[0]);
    assert_null(ke_timer_tree_first(&tree));
}

/* spread: how many different times there are; rising: they are inserted in order. */
static VOID insert_all(struct ke_timer_tree *tree, ULONG spread, BOOLEAN rising)
{
    ULONG64 seed = 42;
    ULONG i;

    for (i = 0; i < TIMERS; i++) {
        timers[i].DueTime.QuadPart = rising ? i : next_number(&seed) % spread;
        ke_timer_tree_insert(tree, &timers[i]);
    }
}

static VOID test_order(void **state)
{
    struct ke_timer_tree tree = {0};

    UNREFERENCED_PARAMETER(state);
    insert_all(&tree, 1000000, FALSE);
    assert_true(depth_of(tree.root) < 48);
    assert_int_equal(drain(&tree), TIMERS);
    insert_all(&tree, 10, FALSE);
    assert_int_equal(drain(&tree), TIMERS);
    insert_all(&tree, 0, TRUE);
    assert_true(depth_of(tree.root) < 48);
    assert_int_equal(drain(&tree), TIMERS);
}

static VOID test_removal(void **state)
{
    struct ke_timer_tree tree = {0};
    ULONG64 seed = 7;
    ULONG removed = 0;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    insert_all(&tree, 500, FALSE);
    for (i = 0; i < TIMERS; i++) {
        if (next_number(&seed) % 2)
            continue;
        ke_timer_tree_remove(&tree, &timers[i]);
        removed++;
    }
    assert_in_range(removed, TIMERS / 4, TIMERS * 3 / 4);
    assert_int_equal(drain(&tree), TIMERS - removed);
}

static VOID test_sequence_wraps(void **state)
{
    struct ke_timer_tree tree = {.sequence = MAXULONG - 1};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < 4; i++) {
        timers[i].DueTime.QuadPart = 1;
        ke_timer_tree_insert(&tree, &timers[i]);
    }
    for (i = 0; i < 4; i++) {
        assert_ptr_equal(ke_timer_tree_first(&tree), &timers[i]);
        ke_timer_tree_remove(&tree, &timers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_removal),
        cmocka_unit_test(test_sequence_wraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
