/* RTL_GENERIC_TABLE: ordered, splayed, and right after every insertion and deletion. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

enum { KEYS = 200, ROUNDS = 6000 };

struct element {
    LONG key;
    LONG value;
};

static RTL_GENERIC_TABLE table;
static BOOLEAN model[KEYS];
static LONG allocations;
static BOOLEAN out_of_memory;

static RTL_GENERIC_COMPARE_RESULTS NTAPI compare(PRTL_GENERIC_TABLE Table, PVOID First,
                                                 PVOID Second)
{
    LONG a = ((struct element *)First)->key, b = ((struct element *)Second)->key;

    assert_ptr_equal(Table, &table);
    return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}

static PVOID NTAPI allocate(PRTL_GENERIC_TABLE Table, CLONG bytes)
{
    UNREFERENCED_PARAMETER(Table);
    assert_int_equal(bytes, sizeof(RTL_SPLAY_LINKS) + sizeof(LIST_ENTRY) + sizeof(struct element));
    if (out_of_memory)
        return NULL;
    allocations++;
    return hal_allocate(bytes);
}

static VOID NTAPI release(PRTL_GENERIC_TABLE Table, PVOID memory)
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
    RtlInitializeGenericTable(&table, compare, allocate, release, (PVOID)77);
    assert_ptr_equal(table.TableContext, (PVOID)77);
    assert_true(RtlIsGenericTableEmpty(&table));
    return 0;
}

static BOOLEAN insert(LONG key)
{
    struct element element = {key, key * 3};
    BOOLEAN is_new = 2;
    struct element *made = RtlInsertElementGenericTable(&table, &element, sizeof(element), &is_new);

    assert_non_null(made);
    assert_int_equal(made->value, key * 3);
    return is_new;
}

static BOOLEAN remove_key(LONG key)
{
    struct element element = {key, 0};

    return RtlDeleteElementGenericTable(&table, &element);
}

static int end(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (LONG key = 0; key < KEYS; key++)
        remove_key(key);
    assert_int_equal(allocations, 0);
    return 0;
}

/* How many elements a subtree has whose links agree. */
static ULONG check(PRTL_SPLAY_LINKS links, PRTL_SPLAY_LINKS parent)
{
    if (!links)
        return 0;
    assert_ptr_equal(RtlParent(links), parent);
    return check(links->LeftChild, links) + check(links->RightChild, links) + 1;
}

static VOID check_table(VOID)
{
    ULONG count = 0;
    struct element *element = RtlEnumerateGenericTable(&table, TRUE);

    for (LONG key = 0; key < KEYS; key++) {
        if (!model[key])
            continue;
        count++;
        assert_non_null(element);
        assert_int_equal(element->key, key);
        element = RtlEnumerateGenericTable(&table, FALSE);
    }
    assert_null(element);
    assert_int_equal(RtlNumberGenericTableElements(&table), count);
    assert_int_equal(check(table.TableRoot, table.TableRoot), count);
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
        assert_int_equal(inserts,
                         RtlLookupElementGenericTable(&table, &(struct element){key, 0}) != NULL);
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
    old = RtlInsertElementGenericTable(&table, &again, sizeof(again), &is_new);
    assert_false(is_new);
    assert_int_equal(old->value, 15);
}

static void test_no_memory(void **state)
{
    struct element element = {5, 1};
    BOOLEAN is_new = TRUE;

    UNREFERENCED_PARAMETER(state);
    out_of_memory = TRUE;
    assert_null(RtlInsertElementGenericTable(&table, &element, sizeof(element), &is_new));
    assert_false(is_new);
    assert_true(RtlIsGenericTableEmpty(&table));
}

static void test_full_forms(void **state)
{
    struct element element = {5, 15};
    TABLE_SEARCH_RESULT result;
    PVOID node;
    BOOLEAN is_new;

    UNREFERENCED_PARAMETER(state);
    assert_null(RtlLookupElementGenericTableFull(&table, &element, &node, &result));
    assert_int_equal(result, TableEmptyTree);
    assert_non_null(
        RtlInsertElementGenericTableFull(&table, &element, sizeof(element), &is_new, node, result));
    assert_true(is_new);
    element.key = 6;
    assert_null(RtlLookupElementGenericTableFull(&table, &element, &node, &result));
    assert_int_equal(result, TableInsertAsRight);
    element.key = 4;
    assert_null(RtlLookupElementGenericTableFull(&table, &element, &node, &result));
    assert_int_equal(result, TableInsertAsLeft);
    element.key = 5;
    assert_non_null(RtlLookupElementGenericTableFull(&table, &element, &node, &result));
    assert_int_equal(result, TableFoundNode);
}

static LONG key_at(ULONG index)
{
    return ((struct element *)RtlGetElementGenericTable(&table, index))->key;
}

static void test_index_is_the_order_of_insertion(void **state)
{
    static const LONG keys[] = {50, 10, 90, 30, 70};

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(keys); at++)
        insert(keys[at]);
    for (ULONG at = 0; at < RTL_NUMBER_OF(keys); at++)
        assert_int_equal(key_at(at), keys[at]);
    for (ULONG at = RTL_NUMBER_OF(keys); at-- > 0;)
        assert_int_equal(key_at(at), keys[at]);
    assert_null(RtlGetElementGenericTable(&table, RTL_NUMBER_OF(keys)));
    remove_key(10);
    assert_int_equal(key_at(1), 90);
    insert(20);
    assert_int_equal(key_at(4), 20);
}

static void test_what_is_used_is_at_the_root(void **state)
{
    struct element *element;

    UNREFERENCED_PARAMETER(state);
    for (LONG key = 0; key < 50; key++)
        insert(key);
    element = RtlLookupElementGenericTable(&table, &(struct element){17, 0});
    assert_ptr_equal((PCHAR)element - sizeof(RTL_SPLAY_LINKS) - sizeof(LIST_ENTRY),
                     table.TableRoot);
}

static void test_enumeration_without_splaying(void **state)
{
    PVOID key = NULL;
    LONG expected = 0;
    struct element *element;
    PRTL_SPLAY_LINKS root;

    UNREFERENCED_PARAMETER(state);
    for (LONG at = 9; at >= 0; at--)
        insert(at);
    root = table.TableRoot;
    while ((element = RtlEnumerateGenericTableWithoutSplaying(&table, &key)))
        assert_int_equal(element->key, expected++);
    assert_int_equal(expected, 10);
    assert_ptr_equal(table.TableRoot, root);
}

static void test_predecessors(void **state)
{
    PRTL_SPLAY_LINKS links;
    ULONG count = 1;

    UNREFERENCED_PARAMETER(state);
    for (LONG at = 0; at < 30; at++)
        insert(at * 7 % 30);
    RtlLookupElementGenericTable(&table, &(struct element){29, 0});
    for (links = table.TableRoot; (links = RtlRealPredecessor(links));)
        count++;
    assert_int_equal(count, 30);
}

#define table_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        table_test(test_random_changes),
        table_test(test_ascending_and_descending),
        table_test(test_insert_of_a_known_key_gives_the_old_element),
        table_test(test_no_memory),
        table_test(test_full_forms),
        table_test(test_index_is_the_order_of_insertion),
        table_test(test_what_is_used_is_at_the_root),
        table_test(test_enumeration_without_splaying),
        table_test(test_predecessors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
