/* Objects: who is told of a deletion, in which order and at which IRQL; references; wrong handles.
 */
#include "control_test.h"
#include "wdf/driver.h"

typedef struct _NAMED {
    CHAR name;
} NAMED;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NAMED, named)

static VOID NTAPI cleaned_up(WDFOBJECT object)
{
    note("%c%s ", named(object)->name, KeGetCurrentIrql() == PASSIVE_LEVEL ? "" : "!");
}

static VOID NTAPI destroyed(WDFOBJECT object)
{
    note("~%c%s ", named(object)->name, KeGetCurrentIrql() == PASSIVE_LEVEL ? "" : "!");
}

static VOID name_attributes(PWDF_OBJECT_ATTRIBUTES attributes, WDFOBJECT parent)
{
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attributes, NAMED);
    attributes->EvtCleanupCallback = cleaned_up;
    attributes->EvtDestroyCallback = destroyed;
    attributes->ParentObject = parent;
}

static WDFOBJECT make(CHAR name, WDFOBJECT parent)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object = NULL;

    name_attributes(&attributes, parent);
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    named(object)->name = name;
    return object;
}

/* One whose callbacks need PASSIVE_LEVEL. */
static WDFSTRING make_passive(CHAR name, WDFOBJECT parent)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFSTRING object = NULL;

    name_attributes(&attributes, parent);
    assert_int_equal(WdfStringCreate(NULL, &attributes, &object), STATUS_SUCCESS);
    named(object)->name = name;
    return object;
}

static struct wdf_object *within(WDFOBJECT object)
{
    return wdf_any_object_of(object, "test");
}

/* ---- deletion --------------------------------------------------------------------------- */

static void children_go_before_their_parents(void)
{
    WDFOBJECT a, b;

    load_driver();
    a = make('a', NULL);
    b = make('b', a);
    make('c', b);
    make('d', b);
    make('e', a);
    WdfObjectDelete(a);
    assert_journal("c d b e a ~c ~d ~b ~e ~a ");
}

static void a_child_goes_alone(void)
{
    WDFOBJECT a, b;

    load_driver();
    a = make('a', NULL);
    b = make('b', a);
    make('c', a);
    assert_int_equal(within(a)->child_count, 2);
    WdfObjectDelete(b);
    assert_journal("b ~b ");
    assert_int_equal(within(a)->child_count, 1);
    WdfObjectDelete(a);
    assert_journal("c a ~c ~a ");
}

static void the_driver_takes_everything_along(void)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");
    PDRIVER_OBJECT driver;

    load_driver();
    make('b', make('a', NULL));
    assert_int_equal(io_find_driver(&name, &driver), STATUS_SUCCESS);
    ObDereferenceObject(driver);
    assert_int_equal(io_unload_driver(driver), STATUS_SUCCESS);
    assert_journal("b a ~b ~a ");
}

static void a_deep_tree_goes_without_a_deep_stack(void)
{
    WDFOBJECT top, object = NULL;
    ULONG i;

    load_driver();
    assert_int_equal(WdfObjectCreate(NULL, &top), STATUS_SUCCESS);
    object = top;
    for (i = 0; i < 100000; i++) {
        WDF_OBJECT_ATTRIBUTES attributes;

        WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
        attributes.ParentObject = object;
        assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    }
    WdfObjectDelete(top);
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
}

static void references_keep_an_object(void)
{
    WDFOBJECT a;

    load_driver();
    a = make('a', NULL);
    make('b', a);
    WdfObjectReference(a);
    WdfObjectReferenceWithTag(a, (PVOID)1);
    WdfObjectDelete(a);
    assert_journal("b a ~b ");
    WdfObjectDelete(a);
    assert_int_equal(named(a)->name, 'a');
    WdfObjectDereferenceWithTag(a, (PVOID)1);
    assert_journal("");
    WdfObjectDereference(a);
    assert_journal("~a ");
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete(a));
}

static WDFOBJECT parent_of_late_child;

static VOID NTAPI make_late_child(WDFOBJECT object)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT child = object;

    UNREFERENCED_PARAMETER(object);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent_of_late_child;
    attributes.EvtCleanupCallback = cleaned_up;
    note("%s ",
         WdfObjectCreate(&attributes, &child) == STATUS_DELETE_PENDING ? "pending" : "created");
    assert_null(child);
}

static void a_parent_that_goes_takes_no_children(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = make_late_child;
    assert_int_equal(WdfObjectCreate(&attributes, &parent_of_late_child), STATUS_SUCCESS);
    WdfObjectDelete(parent_of_late_child);
    assert_journal("pending ");
}

/* ---- levels ------------------------------------------------------------------------------ */

static void above_passive_level_some_are_deleted_later(void)
{
    WDFOBJECT a;
    KIRQL irql;

    load_driver();
    a = make('a', NULL);
    make('b', a);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDelete(a);
    KeLowerIrql(irql);
    assert_journal("b! a! ~b! ~a! ");

    a = make('a', NULL);
    make_passive('b', make('c', a));
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDelete(a);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    assert_journal("b c a ~b ~c ~a ");
}

static void the_last_reference_above_passive_level(void)
{
    WDFSTRING a;
    KIRQL irql;

    load_driver();
    a = make_passive('a', NULL);
    WdfObjectReference(a);
    WdfObjectDelete(a);
    assert_journal("a ");
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDereference(a);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    assert_journal("~a ");
}

/* ---- both halves apart --------------------------------------------------------------------- */

static void an_object_may_be_disposed_of_first(void)
{
    WDFOBJECT a;
    struct wdf_object *object;

    load_driver();
    a = make('a', NULL);
    make('b', a);
    object = within(a);
    assert_true(wdf_dispose_object(object));
    assert_journal("b a ~b ");
    assert_false(wdf_dispose_object(object));
    WdfObjectDelete(a);
    assert_journal("");
    wdf_release_object(object);
    assert_journal("~a ");
}

static void what_was_never_committed_is_gone_silently(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    PVOID object;

    load_driver();
    name_attributes(&attributes, NULL);
    assert_int_equal(wdf_allocate_object(wdf_globals_of(WdfDriverGlobals), &wdf_type_driver,
                                         sizeof(struct wdf_driver), &attributes, &object),
                     STATUS_SUCCESS);
    wdf_discard_object(object);
    assert_journal("");
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
}

static void nothing_is_left_when_memory_is_short(void)
{
    WDFOBJECT object = NULL;
    NTSTATUS status;
    ULONG i = 0;

    load_driver();
    do {
        ex_pool_inject(i++, FALSE);
        status = WdfObjectCreate(NULL, &object);
        ex_pool_inject(MAXULONG, FALSE);
        if (!NT_SUCCESS(status)) {
            assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
            assert_null(object);
        }
    } while (!NT_SUCCESS(status));
    assert_true(i > 1);
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 2);
}

/* ---- wrong drivers ------------------------------------------------------------------------- */

static void a_driver_may_not_take_the_creations_reference(void)
{
    WDFOBJECT a;

    load_driver();
    a = make('a', NULL);
    make('b', a);
    ASSERT_VIOLATION(WDF_OBJECT_ERROR, WdfObjectDereference(a));
    assert_int_equal(bugcheck.seen[2], a);
    assert_non_null(strstr(ke_bugcheck_report(), "took the last reference of the WDFOBJECT"));
    /* Given back, so that the driver's deletion finds what it should. */
    WdfObjectReference(a);
}

static void some_objects_are_not_the_drivers_to_delete(void)
{
    load_driver();
    WdfObjectDelete(WdfGetDriver());
    assert_true(wdf_is_live(within(WdfGetDriver())));
}

static void a_wrong_handle_is_called_by_name(void)
{
    WDFOBJECT a;
    WDFSTRING b;

    load_driver();
    a = make('a', NULL);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfDriverWdmGetDriverObject((WDFDRIVER)a));
    assert_int_equal(bugcheck.seen[2], a);
    assert_int_equal(bugcheck.seen[3], WDF_TYPE_NUMBER_DRIVER);
    assert_non_null(strstr(ke_bugcheck_report(), "WdfDriverWdmGetDriverObject: needs a WDFDRIVER"));
    assert_non_null(strstr(ke_bugcheck_report(), "is a WDFOBJECT"));
    b = make_passive('b', NULL);
    WdfObjectDelete(b);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete(b));
    assert_non_null(strstr(ke_bugcheck_report(), "is a WDFSTRING until it was deleted"));
    make('c', NULL);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectReference(b));
    assert_non_null(strstr(ke_bugcheck_report(), "until it was deleted"));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete(NULL));
    assert_non_null(strstr(ke_bugcheck_report(), "is NULL"));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete((WDFOBJECT)0x123456789ABC));
    assert_non_null(strstr(ke_bugcheck_report(), "is not a handle"));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete((WDFOBJECT)-8));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete(&a));
}

static void locks_belong_to_some_objects_only(void)
{
    WDFOBJECT a;

    load_driver();
    a = make('a', NULL);
    ASSERT_VIOLATION(WDF_INVALID_LOCK_OPERATION, WdfObjectAcquireLock(a));
    assert_int_equal(bugcheck.seen[2], a);
}

/* ---- at the same time ------------------------------------------------------------------------ */

#define ROUNDS 2000
#define FAMILY 8

static struct {
    WDFOBJECT parent, children[FAMILY];
    KEVENT go, done;
    LONG gone; /* atomic: children and parent whose destroy callback ran */
    BOOLEAN is_over;
} race;

static VOID NTAPI count_gone(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    __atomic_add_fetch(&race.gone, 1, __ATOMIC_RELAXED);
}

static VOID delete_children(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (;;) {
        KeWaitForSingleObject(&race.go, Executive, KernelMode, FALSE, NULL);
        if (race.is_over)
            return;
        for (i = 0; i < FAMILY; i++) {
            WdfObjectDelete(race.children[i]);
            WdfObjectDereference(race.children[i]);
        }
        KeSetEvent(&race.done, IO_NO_INCREMENT, FALSE);
    }
}

static WDFOBJECT make_counted(WDFOBJECT parent)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT object = NULL;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    attributes.EvtDestroyCallback = count_gone;
    assert_int_equal(WdfObjectCreate(&attributes, &object), STATUS_SUCCESS);
    return object;
}

static void children_and_parent_are_deleted_at_once(void)
{
    struct program_thread thread;
    ULONG i, round;

    load_driver();
    KeInitializeEvent(&race.go, SynchronizationEvent, FALSE);
    KeInitializeEvent(&race.done, SynchronizationEvent, FALSE);
    race.is_over = FALSE;
    start_thread(&thread, delete_children, NULL);
    for (round = 0; round < ROUNDS; round++) {
        race.gone = 0;
        race.parent = make_counted(NULL);
        for (i = 0; i < FAMILY; i++) {
            race.children[i] = make_counted(race.parent);
            WdfObjectReference(race.children[i]);
        }
        KeSetEvent(&race.go, IO_NO_INCREMENT, FALSE);
        WdfObjectDelete(race.parent);
        KeWaitForSingleObject(&race.done, Executive, KernelMode, FALSE, NULL);
        assert_int_equal(__atomic_load_n(&race.gone, __ATOMIC_RELAXED), FAMILY + 1);
    }
    race.is_over = TRUE;
    KeSetEvent(&race.go, IO_NO_INCREMENT, FALSE);
    join_thread(&thread);
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(children_go_before_their_parents),
        WDF_TEST(a_child_goes_alone),
        WDF_TEST(the_driver_takes_everything_along),
        WDF_TEST(a_deep_tree_goes_without_a_deep_stack),
        WDF_TEST(references_keep_an_object),
        WDF_TEST(a_parent_that_goes_takes_no_children),
        WDF_TEST(above_passive_level_some_are_deleted_later),
        WDF_TEST(the_last_reference_above_passive_level),
        WDF_TEST(an_object_may_be_disposed_of_first),
        WDF_TEST(what_was_never_committed_is_gone_silently),
        WDF_TEST(nothing_is_left_when_memory_is_short),
        WDF_TEST(a_driver_may_not_take_the_creations_reference),
        WDF_TEST(some_objects_are_not_the_drivers_to_delete),
        WDF_TEST(a_wrong_handle_is_called_by_name),
        WDF_TEST(locks_belong_to_some_objects_only),
        WDF_TEST(children_and_parent_are_deleted_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
