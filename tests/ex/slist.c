/*
 * Pins the interlocked singly linked list: order, depth, layout, and that
 * threads lose and double nothing.
 */
#include "fixture.h"

enum { entries = 64, threads = 4, rounds = 50000 };

struct node {
    SLIST_ENTRY link;
    ULONG owner; /* of threads, at most one at a time; atomic */
};

static DECLSPEC_ALIGN(16) SLIST_HEADER head;
static struct node nodes[entries];

static int initialize(void **state)
{
    UNREFERENCED_PARAMETER(state);
    memset(&head, 0xEE, sizeof(head));
    memset(nodes, 0, sizeof(nodes));
    InitializeSListHead(&head);
    return 0;
}

static void is_last_in_first_out(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_null(InterlockedPopEntrySList(&head));
    assert_int_equal(QueryDepthSList(&head), 0);
    assert_null(InterlockedPushEntrySList(&head, &nodes[0].link));
    for (ULONG i = 1; i < entries; i++)
        assert_ptr_equal(InterlockedPushEntrySList(&head, &nodes[i].link), &nodes[i - 1]);
    assert_int_equal(QueryDepthSList(&head), entries);
    for (ULONG i = entries; i > 0; i--)
        assert_ptr_equal(InterlockedPopEntrySList(&head), &nodes[i - 1]);
    assert_null(InterlockedPopEntrySList(&head));
    assert_int_equal(QueryDepthSList(&head), 0);
}

static void flushes_all(void **state)
{
    PSLIST_ENTRY at;
    ULONG count = 0;

    UNREFERENCED_PARAMETER(state);
    assert_null(InterlockedFlushSList(&head));
    for (ULONG i = 0; i < 3; i++)
        InterlockedPushEntrySList(&head, &nodes[i].link);
    for (at = InterlockedFlushSList(&head); at; at = at->Next)
        assert_ptr_equal(at, &nodes[2 - count++]);
    assert_int_equal(count, 3);
    assert_int_equal(QueryDepthSList(&head), 0);
    assert_null(InterlockedPopEntrySList(&head));
}

static void pushes_chains(void **state)
{
    UNREFERENCED_PARAMETER(state);
    nodes[0].link.Next = &nodes[1].link;
    nodes[1].link.Next = &nodes[2].link;
    InterlockedPushEntrySList(&head, &nodes[9].link);
    assert_ptr_equal(InterlockedPushListSList(&head, &nodes[0].link, &nodes[2].link, 3), &nodes[9]);
    assert_int_equal(QueryDepthSList(&head), 4);
    for (ULONG i = 0; i < 3; i++)
        assert_ptr_equal(InterlockedPopEntrySList(&head), &nodes[i]);
    assert_ptr_equal(InterlockedPopEntrySList(&head), &nodes[9]);
}

/* As debuggers and old macros read it: depth below, the address above, in units of 16. */
static void has_windows_layout(void **state)
{
    UNREFERENCED_PARAMETER(state);
    InterlockedPushEntrySList(&head, &nodes[5].link);
    assert_int_equal(head.HeaderX64.Depth, 1);
    assert_int_equal(head.HeaderX64.HeaderType, 1);
    assert_int_equal((ULONG64)head.HeaderX64.NextEntry << 4, (ULONG64)&nodes[5]);
    assert_int_equal(head.HeaderX64.Sequence, 1);
}

static __attribute__((noinline)) NTSTATUS raised_by_odd_head(VOID)
{
    static DECLSPEC_ALIGN(16) UCHAR memory[32];

    return RAISED_BY(InitializeSListHead((PSLIST_HEADER)(memory + 8)));
}

static void needs_alignment(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(raised_by_odd_head(), STATUS_DATATYPE_MISALIGNMENT);
}

/* Takes a node or two, makes sure that nobody else has them, puts them back. */
static VOID NTAPI hammer(PVOID context)
{
    ULONG self = (ULONG)(ULONG_PTR)context;

    for (ULONG i = 0; i < rounds; i++) {
        struct node *first = (struct node *)InterlockedPopEntrySList(&head);
        struct node *second = (struct node *)InterlockedPopEntrySList(&head);
        if (first && __atomic_exchange_n(&first->owner, self, __ATOMIC_RELAXED) != 0)
            fail_msg("a node was popped twice");
        if (second && __atomic_exchange_n(&second->owner, self, __ATOMIC_RELAXED) != 0)
            fail_msg("a node was popped twice");
        if (first) {
            __atomic_store_n(&first->owner, 0, __ATOMIC_RELAXED);
            InterlockedPushEntrySList(&head, &first->link);
        }
        if (second) {
            __atomic_store_n(&second->owner, 0, __ATOMIC_RELAXED);
            InterlockedPushEntrySList(&head, &second->link);
        }
    }
}

static void survives_a_hammer(void **state)
{
    PKTHREAD running[threads];
    ULONG count = 0;

    start_rooms(state);
    initialize(state);
    for (ULONG i = 0; i < 6; i++)
        InterlockedPushEntrySList(&head, &nodes[i].link);
    for (ULONG i = 0; i < threads; i++)
        running[i] = begin_thread(hammer, (PVOID)(ULONG_PTR)(i + 1));
    for (ULONG i = 0; i < threads; i++)
        end_of_thread(running[i]);
    assert_int_equal(QueryDepthSList(&head), 6);
    while (InterlockedPopEntrySList(&head))
        count++;
    assert_int_equal(count, 6);
    stop_rooms(state);
}

/* An entry may be freed, and its memory unmapped, between another thread's look and its exchange.
 */
static void reads_entries_that_are_gone(void **state)
{
    PSLIST_ENTRY gone;

    start_rooms(state);
    initialize(state);
    gone = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_SPECIAL_POOL, 16, TEST_TAG);
    InterlockedPushEntrySList(&head, gone);
    ExFreePool(gone);
    assert_ptr_equal(InterlockedPopEntrySList(&head), gone);
    assert_null(InterlockedPopEntrySList(&head));
    stop_rooms(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_last_in_first_out, initialize),
        cmocka_unit_test_setup(flushes_all, initialize),
        cmocka_unit_test_setup(pushes_chains, initialize),
        cmocka_unit_test_setup(has_windows_layout, initialize),
        cmocka_unit_test_setup_teardown(needs_alignment, start_rooms, stop_rooms),
        cmocka_unit_test(survives_a_hammer),
        cmocka_unit_test(reads_entries_that_are_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
