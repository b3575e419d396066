/*
 * Pins the lists and sums that a caller's spin lock guards: what they return,
 * and that threads lose nothing.
 */
#include "fixture.h"

enum { threads = 4, rounds = 20000 };

static KSPIN_LOCK lock;
static LIST_ENTRY list, nodes[4];
static LARGE_INTEGER sum;
static ULONG small_sum;

static void doubly_linked_lists(void **state)
{
    UNREFERENCED_PARAMETER(state);
    KeInitializeSpinLock(&lock);
    InitializeListHead(&list);
    assert_null(ExInterlockedRemoveHeadList(&list, &lock));
    assert_null(ExInterlockedInsertHeadList(&list, &nodes[0], &lock));
    assert_ptr_equal(ExInterlockedInsertHeadList(&list, &nodes[1], &lock), &nodes[0]);
    assert_ptr_equal(ExInterlockedInsertTailList(&list, &nodes[2], &lock), &nodes[0]);
    assert_ptr_equal(ExInterlockedRemoveHeadList(&list, &lock), &nodes[1]);
    assert_ptr_equal(ExInterlockedRemoveHeadList(&list, &lock), &nodes[0]);
    assert_ptr_equal(ExInterlockedRemoveHeadList(&list, &lock), &nodes[2]);
    assert_null(ExInterlockedRemoveHeadList(&list, &lock));
    assert_null(ExInterlockedInsertTailList(&list, &nodes[3], &lock));
}

static void singly_linked_lists(void **state)
{
    SINGLE_LIST_ENTRY head = {NULL}, first, second;

    UNREFERENCED_PARAMETER(state);
    KeInitializeSpinLock(&lock);
    assert_null(ExInterlockedPopEntryList(&head, &lock));
    assert_null(ExInterlockedPushEntryList(&head, &first, &lock));
    assert_ptr_equal(ExInterlockedPushEntryList(&head, &second, &lock), &first);
    assert_ptr_equal(ExInterlockedPopEntryList(&head, &lock), &second);
    assert_ptr_equal(ExInterlockedPopEntryList(&head, &lock), &first);
    assert_null(ExInterlockedPopEntryList(&head, &lock));
}

static void sums(void **state)
{
    LARGE_INTEGER increment = {.QuadPart = -5};

    UNREFERENCED_PARAMETER(state);
    KeInitializeSpinLock(&lock);
    sum.QuadPart = 0x100000000ll;
    assert_int_equal(ExInterlockedAddLargeInteger(&sum, increment, &lock).QuadPart, 0x100000000ll);
    assert_int_equal(sum.QuadPart, 0xFFFFFFFBll);
    small_sum = MAXULONG;
    assert_int_equal(ExInterlockedAddUlong(&small_sum, 3, &lock), MAXULONG);
    assert_int_equal(small_sum, 2);
}

/* Also from above DISPATCH_LEVEL, as interrupt routines do. */
static VOID NTAPI add(PVOID context)
{
    LARGE_INTEGER increment = {.QuadPart = 3};
    KIRQL old = KfRaiseIrql((KIRQL)(ULONG_PTR)context);

    for (ULONG i = 0; i < rounds; i++) {
        ExInterlockedAddLargeInteger(&sum, increment, &lock);
        ExInterlockedAddUlong(&small_sum, 1, &lock);
        assert_int_equal(KeGetCurrentIrql(), (ULONG_PTR)context);
    }
    KeLowerIrql(old);
}

static void threads_add_up(void **state)
{
    PKTHREAD running[threads];

    UNREFERENCED_PARAMETER(state);
    KeInitializeSpinLock(&lock);
    sum.QuadPart = 0;
    small_sum = 0;
    for (ULONG i = 0; i < threads; i++)
        running[i] = begin_thread(add, (PVOID)(ULONG_PTR)(i * 3));
    for (ULONG i = 0; i < threads; i++)
        end_of_thread(running[i]);
    assert_int_equal(sum.QuadPart, 3 * threads * rounds);
    assert_int_equal(small_sum, threads * rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubly_linked_lists),
        cmocka_unit_test(singly_linked_lists),
        cmocka_unit_test(sums),
        cmocka_unit_test(threads_add_up),
    };
    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
