/* With the verifier on, references are told apart by their tags. */
#include "control_test.h"

static ULONG count_tracks(WDFOBJECT object)
{
    struct wdf_object *inside = wdf_any_object_of(object, "test");
    ULONG count = 0;
    PVOID track;

    for (track = inside->tracks; track; track = *(PVOID *)track)
        count++;
    return count;
}

static WDFOBJECT make_object(BOOLEAN is_verifier_on)
{
    WDFOBJECT object = NULL;

    load_driver();
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = is_verifier_on;
    assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
    return object;
}

static void without_the_verifier_nobody_looks(void)
{
    WDFOBJECT object = make_object(FALSE);

    WdfObjectReferenceWithTag(object, &object);
    assert_int_equal(count_tracks(object), 0);
    WdfObjectDereferenceWithTag(object, NULL);
}

static void each_reference_has_its_tag(void)
{
    WDFOBJECT object = make_object(TRUE);
    ULONG one, two;

    WdfObjectReferenceWithTag(object, &one);
    WdfObjectReferenceWithTag(object, &two);
    WdfObjectReferenceWithTag(object, &one);
    WdfObjectReference(object);
    assert_int_equal(count_tracks(object), 4);
    WdfObjectDereferenceWithTag(object, &one);
    assert_int_equal(count_tracks(object), 3);
    /* Reported, and the reference is given back all the same. */
    WdfObjectDereferenceWithTag(object, object);
    assert_int_equal(count_tracks(object), 3);
    assert_int_equal(wdf_any_object_of(object, "test")->references, 3);
    WdfObjectDereference(object);
    WdfObjectDelete(object);
    assert_int_equal(count_tracks(object), 2);
    WdfObjectDereferenceWithTag(object, &two);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectReference(object));
}

static void without_memory_nobody_is_blamed(void)
{
    WDFOBJECT object = make_object(TRUE);

    ex_pool_inject(0, TRUE);
    WdfObjectReferenceWithTag(object, &object);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(count_tracks(object), 0);
    assert_true(wdf_any_object_of(object, "test")->has_lost_tracks);
    WdfObjectDereferenceWithTag(object, &object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(without_the_verifier_nobody_looks),
        WDF_TEST(each_reference_has_its_tag),
        WDF_TEST(without_memory_nobody_is_blamed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
