/* Contexts: one of a type, zeroed, found both ways, called back once; what may be asked for. */
#include "control_test.h"

typedef struct _SMALL {
    ULONG value;
} SMALL;
WDF_DECLARE_CONTEXT_TYPE(SMALL)

typedef struct _LARGE {
    UCHAR bytes[1000];
} LARGE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(LARGE, large_of)

WDF_DECLARE_CUSTOM_TYPE(Marked)

static VOID NTAPI small_cleaned_up(WDFOBJECT object)
{
    note("small %u ", WdfObjectGet_SMALL(object)->value);
}

static VOID NTAPI large_cleaned_up(WDFOBJECT object)
{
    note("large %u ", large_of(object)->bytes[999]);
}

static VOID NTAPI small_destroyed(WDFOBJECT object)
{
    note("~small %u ", WdfObjectGet_SMALL(object)->value);
}

static WDFOBJECT make_small(ULONG value)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object = NULL;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, SMALL);
    attributes.EvtCleanupCallback = small_cleaned_up;
    attributes.EvtDestroyCallback = small_destroyed;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    assert_int_equal(WdfObjectGet_SMALL(object)->value, 0);
    WdfObjectGet_SMALL(object)->value = value;
    return object;
}

static void an_object_has_contexts_of_several_types(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object;
    LARGE *large = NULL, *again = NULL;

    load_driver();
    object = make_small(5);
    assert_null(large_of(object));
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, LARGE);
    attributes.EvtCleanupCallback = large_cleaned_up;
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, (PVOID *)&large),
                     STATUS_SUCCESS);
    assert_ptr_equal(large, large_of(object));
    assert_int_equal((ULONG_PTR)large % 16, 0);
    assert_int_equal(large->bytes[0] | large->bytes[999], 0);
    large->bytes[999] = 7;
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, (PVOID *)&again),
                     STATUS_OBJECT_NAME_EXISTS);
    assert_ptr_equal(again, large);
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL),
                     STATUS_OBJECT_NAME_EXISTS);
    assert_ptr_equal(WdfObjectContextGetObject(large), object);
    assert_ptr_equal(WdfObjectContextGetObject(WdfObjectGet_SMALL(object)), object);
    WdfObjectDelete(object);
    assert_journal("small 5 large 7 ~small 5 ");
}

static void a_context_may_be_larger_than_its_type(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object = NULL;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, SMALL);
    attributes.ContextSizeOverride = sizeof(SMALL) - 1;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    assert_null(object);
    attributes.ContextSizeOverride = sizeof(SMALL);
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    WdfObjectDelete(object);
    attributes.ContextSizeOverride = 100000;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    memset(WdfObjectGet_SMALL(object), 0xA5, 100000);
    WdfObjectDelete(object);
    attributes.ContextSizeOverride = MAXSIZE_T;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_INSUFFICIENT_RESOURCES);
    object = make_small(1);
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL), STATUS_INTEGER_OVERFLOW);
}

static void wrong_attributes_are_refused(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object;

    load_driver();
    object = make_small(1);
    assert_int_equal(WdfObjectAllocateContext(object, NULL, NULL), STATUS_WDF_PARENT_NOT_SPECIFIED);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL),
                     STATUS_OBJECT_NAME_INVALID);
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&attributes, LARGE);
    attributes.ParentObject = object;
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL),
                     STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
    attributes.ParentObject = NULL;
    attributes.Size--;
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL),
                     STATUS_INFO_LENGTH_MISMATCH);
    attributes.Size++;
    assert_int_equal(WdfObjectAllocateContext(object, &attributes, NULL), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectAllocateContext(NULL, &attributes, NULL));
}

static WDF_OBJECT_ATTRIBUTES late_attributes;

static VOID NTAPI add_late(WDFOBJECT object)
{
    note("%x ", WdfObjectAllocateContext(object, &late_attributes, NULL));
}

static void an_object_that_goes_gets_no_contexts(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&late_attributes, LARGE);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = add_late;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    WdfObjectDelete(object);
    assert_journal("c0000056 ");
}

static void what_is_no_context_belongs_to_nothing(void)
{
    WDFOBJECT object;
    UCHAR pretender[256] __attribute__((aligned(16)));

    load_driver();
    object = make_small(1);
    memset(pretender, 0xA5, sizeof(pretender));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectContextGetObject(pretender + 128));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfObjectContextGetObject((PUCHAR)WdfObjectGet_SMALL(object) + 1));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfObjectContextGetObject(NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfObjectGetTypedContextWorker(object, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectGet_SMALL(NULL));
}

static void custom_types_mark_objects(void)
{
    WDFOBJECT object;

    load_driver();
    object = make_small(1);
    assert_false(WdfObjectIsCustomType(object, Marked));
    assert_int_equal(WdfObjectAddCustomTypeWithData(object, Marked, 77, NULL, NULL),
                     STATUS_SUCCESS);
    assert_true(WdfObjectIsCustomType(object, Marked));
    assert_int_equal(WdfObjectGetCustomTypeData(object, Marked), 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(an_object_has_contexts_of_several_types),
        WDF_TEST(a_context_may_be_larger_than_its_type),
        WDF_TEST(wrong_attributes_are_refused),
        WDF_TEST(an_object_that_goes_gets_no_contexts),
        WDF_TEST(what_is_no_context_belongs_to_nothing),
        WDF_TEST(custom_types_mark_objects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
