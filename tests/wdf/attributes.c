/* Attributes: each thing that may be wrong with them, and which of several is told. */
#include "control_test.h"

static const WDF_OBJECT_CONTEXT_TYPE_INFO good_type = {
    .Size = sizeof(good_type),
    .ContextName = "good",
    .ContextSize = 8,
};

static void each_fault_has_its_status(void)
{
    WDF_OBJECT_CONTEXT_TYPE_INFO type = good_type;
    WDF_OBJECT_ATTRIBUTES attributes;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    assert_int_equal(wdf_check_attributes(NULL, 0), STATUS_SUCCESS);
    assert_int_equal(wdf_check_attributes(NULL, WDF_ATTRIBUTES_PARENT_REQUIRED),
                     STATUS_WDF_PARENT_NOT_SPECIFIED);
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_SUCCESS);
    attributes.Size++;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_INFO_LENGTH_MISMATCH);
    attributes.Size--;

    attributes.ContextTypeInfo = &type;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_SUCCESS);
    type.Size--;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_INFO_LENGTH_MISMATCH);
    type.Size++;
    type.ContextName = NULL;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    type.ContextSize = 0;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_SUCCESS);
    attributes.ContextTypeInfo = NULL;
    attributes.ContextSizeOverride = 1;
    assert_int_equal(wdf_check_attributes(&attributes, 0), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    attributes.ContextSizeOverride = 0;

    assert_int_equal(wdf_check_attributes(&attributes, WDF_ATTRIBUTES_PARENT_REQUIRED),
                     STATUS_WDF_PARENT_NOT_SPECIFIED);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(wdf_check_attributes(&attributes, WDF_ATTRIBUTES_PARENT_REQUIRED),
                     STATUS_SUCCESS);
    assert_int_equal(wdf_check_attributes(&attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED),
                     STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
}

static void levels_and_scopes(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    ULONG level, scope;

    load_driver();
    for (level = 0; level <= WdfExecutionLevelDispatch + 1; level++) {
        BOOLEAN is_known = level >= 1 && level <= WdfExecutionLevelDispatch;

        WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
        attributes.ExecutionLevel = level;
        assert_int_equal(wdf_check_attributes(&attributes, WDF_ATTRIBUTES_LEVEL_ALLOWED),
                         is_known ? STATUS_SUCCESS : STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
        if (is_known)
            assert_int_equal(wdf_check_attributes(&attributes, 0),
                             level == WdfExecutionLevelInheritFromParent
                                 ? STATUS_SUCCESS
                                 : STATUS_WDF_EXECUTION_LEVEL_INVALID);
    }
    for (scope = 0; scope <= WdfSynchronizationScopeNone + 1; scope++) {
        BOOLEAN is_known = scope >= 1 && scope <= WdfSynchronizationScopeNone;
        BOOLEAN is_plain = scope == WdfSynchronizationScopeInheritFromParent ||
                           scope == WdfSynchronizationScopeNone;

        WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
        attributes.SynchronizationScope = scope;
        assert_int_equal(wdf_check_attributes(&attributes, WDF_ATTRIBUTES_SCOPE_ALLOWED),
                         is_known ? STATUS_SUCCESS : STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
        if (is_known)
            assert_int_equal(wdf_check_attributes(&attributes, 0),
                             is_plain ? STATUS_SUCCESS : STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    }
}

/* Of several faults the one that is checked first is told. */
static void the_order_of_checks(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    const ULONG rules = WDF_ATTRIBUTES_PARENT_NOT_ALLOWED;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    assert_int_equal(wdf_check_attributes(&attributes, rules), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    attributes.SynchronizationScope = WdfSynchronizationScopeQueue;
    assert_int_equal(wdf_check_attributes(&attributes, rules),
                     STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    attributes.SynchronizationScope = WdfSynchronizationScopeNone + 1;
    assert_int_equal(wdf_check_attributes(&attributes, rules),
                     STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(wdf_check_attributes(&attributes, rules),
                     STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
    attributes.ContextSizeOverride = 1;
    assert_int_equal(wdf_check_attributes(&attributes, rules),
                     STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    attributes.Size = 0;
    assert_int_equal(wdf_check_attributes(&attributes, rules), STATUS_INFO_LENGTH_MISMATCH);
}

static void a_stale_parent_is_a_violation(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object;

    load_driver();
    assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
    WdfObjectDelete(object);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = object;
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectCreate(&attributes, &object));
    assert_int_equal(bugcheck.seen[2], attributes.ParentObject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(each_fault_has_its_status),
        WDF_TEST(levels_and_scopes),
        WDF_TEST(the_order_of_checks),
        WDF_TEST(a_stale_parent_is_a_violation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
