/* Collections: order, places, references; strings: their text and when it is refused. */
#include "control_test.h"
#include "wdf/collection.h"

static WDFCOLLECTION make_collection(VOID)
{
    WDFCOLLECTION collection = NULL;

    load_driver();
    assert_int_equal(WdfCollectionCreate(NULL, &collection), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionGetCount(collection), 0);
    return collection;
}

static WDFOBJECT make_item(VOID)
{
    WDFOBJECT object = NULL;

    assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
    return object;
}

static LONG references(WDFOBJECT object)
{
    return wdf_any_object_of(object, "test")->references;
}

static void items_are_in_the_order_of_adding(void)
{
    WDFCOLLECTION collection = make_collection();
    WDFOBJECT items[20];
    ULONG i;

    assert_null(WdfCollectionGetFirstItem(collection));
    assert_null(WdfCollectionGetLastItem(collection));
    assert_null(WdfCollectionGetItem(collection, 0));
    for (i = 0; i < 20; i++) {
        items[i] = make_item();
        assert_int_equal(WdfCollectionAdd(collection, items[i]), STATUS_SUCCESS);
        assert_ptr_equal(WdfCollectionGetLastItem(collection), items[i]);
    }
    assert_int_equal(WdfCollectionGetCount(collection), 20);
    for (i = 0; i < 20; i++)
        assert_ptr_equal(WdfCollectionGetItem(collection, i), items[i]);
    assert_null(WdfCollectionGetItem(collection, 20));
    WdfCollectionRemoveItem(collection, 0);
    WdfCollectionRemove(collection, items[10]);
    assert_ptr_equal(WdfCollectionGetFirstItem(collection), items[1]);
    assert_ptr_equal(WdfCollectionGetItem(collection, 9), items[11]);
    assert_int_equal(WdfCollectionGetCount(collection), 18);
}

static void a_collection_has_references(void)
{
    WDFCOLLECTION collection = make_collection();
    WDFOBJECT item = make_item();

    assert_int_equal(WdfCollectionAdd(collection, item), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionAdd(collection, item), STATUS_SUCCESS);
    assert_int_equal(references(item), 3);
    WdfObjectDelete(item);
    assert_int_equal(references(item), 2);
    WdfCollectionRemove(collection, item);
    assert_int_equal(references(item), 1);
    WdfObjectDelete(collection);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectReference(item));
}

static void what_is_not_there_is_not_removed(void)
{
    WDFCOLLECTION collection = make_collection();
    WDFOBJECT item = make_item();

    WdfCollectionRemove(collection, item);
    WdfCollectionRemoveItem(collection, 0);
    WdfCollectionRemoveItem(collection, MAXULONG);
    assert_int_equal(WdfCollectionGetCount(collection), 0);
    assert_int_equal(references(item), 1);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfCollectionAdd(collection, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfCollectionAdd((WDFCOLLECTION)item, item));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfCollectionCreate(NULL, NULL));
}

static void nothing_is_added_when_memory_is_short(void)
{
    WDFCOLLECTION collection = make_collection();
    WDFOBJECT item = make_item();
    ULONG i;

    ex_pool_inject(0, TRUE);
    assert_int_equal(WdfCollectionAdd(collection, item), STATUS_UNSUCCESSFUL);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(references(item), 1);
    assert_int_equal(WdfCollectionGetCount(collection), 0);
    for (i = 0; i < 8; i++)
        assert_int_equal(WdfCollectionAdd(collection, item), STATUS_SUCCESS);
    ex_pool_inject(0, TRUE);
    assert_int_equal(WdfCollectionAdd(collection, item), STATUS_UNSUCCESSFUL);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(WdfCollectionGetCount(collection), 8);
}

/* ---- strings -------------------------------------------------------------------------------- */

static void a_string_has_a_copy_of_its_text(void)
{
    WCHAR text[] = L"a text";
    UNICODE_STRING counted = RTL_STRING(L"a text"), got = {0};
    WDFSTRING string = NULL;

    load_driver();
    counted.Buffer = text;
    assert_int_equal(WdfStringCreate(&counted, NULL, &string), STATUS_SUCCESS);
    memset(text, 0, sizeof(text));
    WdfStringGetUnicodeString(string, &got);
    assert_int_equal(got.Length, 6 * sizeof(WCHAR));
    assert_memory_equal(got.Buffer, L"a text", 7 * sizeof(WCHAR));
    WdfObjectDelete(string);

    assert_int_equal(WdfStringCreate(NULL, NULL, &string), STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &got);
    assert_int_equal(got.Length, 0);
}

static void malformed_texts_are_refused(void)
{
    UNICODE_STRING text = RTL_STRING(L"text");
    WDFSTRING string;
    ULONG i;
    static const struct {
        USHORT length, room;
        BOOLEAN has_buffer, is_good;
    } cases[] = {
        {8, 8, TRUE, TRUE},  {7, 8, TRUE, FALSE},  {8, 9, TRUE, FALSE}, {8, 6, TRUE, FALSE},
        {0, 0, FALSE, TRUE}, {2, 8, FALSE, FALSE}, {0, 8, FALSE, TRUE},
    };

    load_driver();
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        UNICODE_STRING given = {cases[i].length, cases[i].room,
                                cases[i].has_buffer ? text.Buffer : NULL};

        string = (WDFSTRING)1;
        assert_int_equal(WdfStringCreate(&given, NULL, &string),
                         cases[i].is_good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
        if (!cases[i].is_good)
            assert_null(string);
    }
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfStringCreate(&text, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(items_are_in_the_order_of_adding), WDF_TEST(a_collection_has_references),
        WDF_TEST(what_is_not_there_is_not_removed), WDF_TEST(nothing_is_added_when_memory_is_short),
        WDF_TEST(a_string_has_a_copy_of_its_text),  WDF_TEST(malformed_texts_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
