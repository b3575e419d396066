/* RTL_AVL_TABLE: ordered, balanced, and right after every insertion and deletion. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

enum { KEYS = 200, ROUNDS = 6000 };

struct element {
    LONG key;
    LONG value;
};

static RTL_AVL_TABLE table;
static BOOLEAN model[KEYS];
static LONG allocations;
static BOOLEAN out_of_memory;

static RTL_GENERIC_COMPARE_RESULTS NTAPI compare(PRTL_AVL_TABLE Table, PVOID First, PVOID Second)
{
    LONG a = ((struct element *)First)->key, b = ((struct element *)Second)->key;

    assert_ptr_equal(Table, &table);
    return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}

static PVOID NTAPI allocate(PRTL_AVL_TABLE Table, CLONG bytes)
{
    UNREFERENCED_PARAMETER(Table);
    assert_int_equal(bytes, sizeof(RTL_BALANCED_LINKS) + sizeof(struct element));
    if (out_of_memory)
        return NULL;
    allocations++;
    return hal_allocate(bytes);
}

static VOID NTAPI release(PRTL_AVL_TABLE Table, PVOID memory)
{
    UNREFERENCED_PARAMETER(Table);
    allocations--;
    hal_free(memory);
}

static int begin(void **state)
{
    UNREFERENCED_PARAMETER(state);
    memset(model, 0, sizeof(model));
    memset(&table, 0x5A, sizeof(table));
    out_of_memory = FALSE;
    RtlInitializeGenericTableAvl(&table, compare, allocate, release, (PVOID)77);
    assert_ptr_equal(table.TableContext, (PVOID)77);
    assert_true(RtlIsGenericTableEmptyAvl(&table));
    return 0;
}

static BOOLEAN insert(LONG key)
{
    struct element element = {key, key * 3};
    BOOLEAN is_new = 2;
    struct element *made =
        RtlInsertElementGenericTableAvl(&table, &element, sizeof(element), &is_new);

    assert_non_null(made);
    assert_int_equal(made->value, key * 3);
    return is_new;
}

static BOOLEAN remove_key(LONG key)
{
    struct element element = {key, 0};

    return RtlDeleteElementGenericTableAvl(&table, &element);
}

static int end(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (LONG key = 0; key < KEYS; key++)
        remove_key(key);
    assert_int_equal(allocations, 0);
    return 0;
}

/* The height of a subtree whose order, balance and parents are right. */
static LONG check(PRTL_BALANCED_LINKS links, PRTL_BALANCED_LINKS parent)
{
    LONG left, right;

    if (!links)
        return 0;
    assert_ptr_equal(links->Parent, parent);
    left = check(links->LeftChild, links);
    right = check(links->RightChild, links);
    assert_int_equal(links->Balance, right - left);
    assert_in_range(right - left + 1, 0, 2);
    return max(left, right) + 1;
}

static VOID check_table(VOID)
{
    ULONG count = 0;
    struct element *element = RtlEnumerateGenericTableAvl(&table, TRUE);

    assert_int_equal(check(table.BalancedRoot.RightChild, &table.BalancedRoot), table.DepthOfTree);
    for (LONG key = 0; key < KEYS; key++) {
        if (!model[key])
            continue;
        count++;
        assert_non_null(element);
        assert_int_equal(element->key, key);
        element = RtlEnumerateGenericTableAvl(&table, FALSE);
    }
    assert_null(element);
    assert_int_equal(RtlNumberGenericTableElementsAvl(&table), count);
}

static void test_random_changes(void **state)
{
    ULONG seed = 7;

    UNREFERENCED_PARAMETER(state);
    for (ULONG round = 0; round < ROUNDS; round++) {
        LONG key = (LONG)(RtlRandomEx(&seed) % KEYS);

        BOOLEAN inserts = RtlRandomEx(&seed) % 2;

        if (inserts)
            assert_int_equal(insert(key), !model[key]);
        else
            assert_int_equal(remove_key(key), model[key]);
        model[key] = inserts;
        assert_int_equal(
            inserts, RtlLookupElementGenericTableAvl(&table, &(struct element){key, 0}) != NULL);
        if (round % 16 == 0)
            check_table();
    }
}

static void test_ascending_and_descending(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (LONG key = 0; key < KEYS; key++) {
        model[key] = TRUE;
        assert_true(insert(key));
        check_table();
    }
    assert_in_range(table.DepthOfTree, 8, 10);
    for (LONG key = 0; key < KEYS; key += 2) {
        model[key] = FALSE;
        assert_true(remove_key(key));
        check_table();
    }
}

static void test_insert_of_a_known_key_gives_the_old_element(void **state)
{
    struct element again = {5, 999};
    BOOLEAN is_new = TRUE;
    struct element *old;

    UNREFERENCED_PARAMETER(state);
    insert(5);
    old = RtlInsertElementGenericTableAvl(&table, &again, sizeof(again), &is_new);
    assert_false(is_new);
    assert_int_equal(old->value, 15);
}

static void test_no_memory(void **state)
{
    struct element element = {5, 1};
    BOOLEAN is_new = TRUE;

    UNREFERENCED_PARAMETER(state);
    out_of_memory = TRUE;
    assert_null(RtlInsertElementGenericTableAvl(&table, &element, sizeof(element), &is_new));
    assert_false(is_new);
    assert_true(RtlIsGenericTableEmptyAvl(&table));
}

static void test_full_forms(void **state)
{
    struct element element = {5, 15};
    TABLE_SEARCH_RESULT result;
    PVOID node;
    BOOLEAN is_new;

    UNREFERENCED_PARAMETER(state);
    assert_null(RtlLookupElementGenericTableFullAvl(&table, &element, &node, &result));
    assert_int_equal(result, TableEmptyTree);
    assert_non_null(RtlInsertElementGenericTableFullAvl(&table, &element, sizeof(element), &is_new,
                                                        node, result));
    assert_true(is_new);
    element.key = 6;
    assert_null(RtlLookupElementGenericTableFullAvl(&table, &element, &node, &result));
    assert_int_equal(result, TableInsertAsRight);
    element.key = 4;
    assert_null(RtlLookupElementGenericTableFullAvl(&table, &element, &node, &result));
    assert_int_equal(result, TableInsertAsLeft);
    element.key = 5;
    assert_non_null(RtlLookupElementGenericTableFullAvl(&table, &element, &node, &result));
    assert_int_equal(result, TableFoundNode);
}

static void test_order_by_index(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (LONG key = 90; key >= 0; key -= 10)
        insert(key);
    for (ULONG at = 0; at < 10; at++)
        assert_int_equal(((struct element *)RtlGetElementGenericTableAvl(&table, at))->key,
                         at * 10);
    for (ULONG at = 10; at-- > 0;)
        assert_int_equal(((struct element *)RtlGetElementGenericTableAvl(&table, at))->key,
                         at * 10);
    assert_null(RtlGetElementGenericTableAvl(&table, 10));
    insert(45);
    assert_int_equal(((struct element *)RtlGetElementGenericTableAvl(&table, 5))->key, 45);
}

static void test_deletion_during_enumeration(void **state)
{
    struct element *element;
    LONG expected = 0;

    UNREFERENCED_PARAMETER(state);
    for (LONG key = 0; key < 20; key++)
        insert(key);
    for (element = RtlEnumerateGenericTableAvl(&table, TRUE); element;
         element = RtlEnumerateGenericTableAvl(&table, FALSE)) {
        assert_int_equal(element->key, expected++);
        assert_true(remove_key(element->key));
    }
    assert_int_equal(expected, 20);
    assert_int_equal(table.DeleteCount, 20);
}

static void test_enumeration_with_a_key(void **state)
{
    PVOID key = NULL;
    LONG expected = 0;
    struct element *element;

    UNREFERENCED_PARAMETER(state);
    for (LONG at = 9; at >= 0; at--)
        insert(at);
    while ((element = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key)))
        assert_int_equal(element->key, expected++);
    assert_int_equal(expected, 10);
    element = RtlLookupFirstMatchingElementGenericTableAvl(&table, &(struct element){4, 0}, &key);
    assert_int_equal(element->key, 4);
    element = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key);
    assert_int_equal(element->key, 5);
}

#define avl_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        avl_test(test_random_changes),
        avl_test(test_ascending_and_descending),
        avl_test(test_insert_of_a_known_key_gives_the_old_element),
        avl_test(test_no_memory),
        avl_test(test_full_forms),
        avl_test(test_order_by_index),
        avl_test(test_deletion_during_enumeration),
        avl_test(test_enumeration_with_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
