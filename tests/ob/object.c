/* Objects live by their references and end once, at PASSIVE_LEVEL; one too few is a bug check. */
#include "fixture.h"

static struct {
    LONG destroyed;
    KIRQL irql;
    KEVENT event;
} seen;

static VOID destroyed(PVOID object)
{
    UNREFERENCED_PARAMETER(object);
    seen.irql = KeGetCurrentIrql();
    __atomic_add_fetch(&seen.destroyed, 1, __ATOMIC_RELEASE);
    KeSetEvent(&seen.event, IO_NO_INCREMENT, FALSE);
}

static struct _OBJECT_TYPE test_type = {
    .name = "Test",
    .mapping = {1, 2, 4, 7},
    .valid_access = 7,
    .pool = NonPagedPoolNx,
    .destroy = destroyed,
};

static void forget(void)
{
    memset(&seen, 0, sizeof(seen));
    KeInitializeEvent(&seen.event, NotificationEvent, FALSE);
}

static PVOID make_object(void)
{
    PVOID object;

    forget();
    assert_status(ob_create(&test_type, 16, &object), STATUS_SUCCESS);
    return object;
}

static void body_is_zeroed_and_aligned(void **state)
{
    UCHAR zero[100] = {0};
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    forget();
    assert_status(ob_create(&test_type, sizeof(zero), &object), STATUS_SUCCESS);
    assert_int_equal((ULONG_PTR)object % MEMORY_ALLOCATION_ALIGNMENT, 0);
    assert_memory_equal(object, zero, sizeof(zero));
    assert_ptr_equal(ob_type_of(object), &test_type);
    assert_int_equal(ob_reference_count(object), 1);
    assert_int_equal(ob_handle_count(object), 0);
    assert_int_equal(ObDereferenceObject(object), 0);
    assert_int_equal(seen.destroyed, 1);
}

static void no_memory_is_a_status(void **state)
{
    PVOID object = &object;
    ULONG before = test_type.objects;

    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(0, FALSE);
    assert_status(ob_create(&test_type, 16, &object), STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_null(object);
    assert_int_equal(test_type.objects, before);
}

static void the_last_reference_ends_it(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    assert_int_equal(ObReferenceObject(object), 2);
    assert_int_equal(ObDereferenceObject(object), 1);
    assert_int_equal(seen.destroyed, 0);
    assert_int_equal(ObDereferenceObject(object), 0);
    assert_int_equal(seen.destroyed, 1);
    assert_int_equal(seen.irql, PASSIVE_LEVEL);
    assert_int_equal(test_type.objects, 0);
}

static void ends_later_when_let_go_at_dispatch_level(void **state)
{
    PVOID object;
    KIRQL irql;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    ObDereferenceObject(object);
    KeLowerIrql(irql);
    KeWaitForSingleObject(&seen.event, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(seen.destroyed, 1);
    assert_int_equal(seen.irql, PASSIVE_LEVEL);
}

static void ends_later_when_asked_to(void **state)
{
    PVOID objects[8];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    forget();
    for (i = 0; i < RTL_NUMBER_OF(objects); i++)
        assert_status(ob_create(&test_type, 16, &objects[i]), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(objects); i++)
        ObDereferenceObjectDeferDelete(objects[i]);
    while (__atomic_load_n(&seen.destroyed, __ATOMIC_ACQUIRE) != RTL_NUMBER_OF(objects))
        hal_yield();
}

static void one_dereference_too_many_is_bug_check_18(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(ob_create(&ob_type_event, sizeof(KEVENT), &object), STATUS_SUCCESS);
    /* The object has to be there still, or the bug check would be the pool's. */
    ((LONG_PTR *)object)[-6] = 0;
    EXPECT_STOP(REFERENCE_BY_POINTER, ObDereferenceObject(object));
    assert_int_equal(stop.parameters[0], (ULONG_PTR)&ob_type_event);
    assert_int_equal(stop.parameters[1], (ULONG_PTR)object);
    assert_int_equal(stop.parameters[2], 2);
    assert_int_equal(stop.parameters[3], -1);
    ((LONG_PTR *)object)[-6] = 1;
    ObDereferenceObject(object);
}

static void the_reference_of_an_open_handle_cannot_be_given_away(void **state)
{
    PVOID object;
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    assert_status(ob_make_handle(object, 7, 0, &handle), STATUS_SUCCESS);
    ObDereferenceObject(object);
    EXPECT_STOP(REFERENCE_BY_POINTER, ObDereferenceObject(object));
    assert_int_equal(stop.parameters[2], 1);
    assert_int_equal(stop.parameters[3], 1);
    ObReferenceObject(object);
    assert_status(ob_close_handle(handle, KernelMode), STATUS_SUCCESS);
    assert_int_equal(seen.destroyed, 1);
}

static void by_pointer_checks_the_type(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    assert_status(ObReferenceObjectByPointer(object, 0, &ob_type_event, UserMode),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ObReferenceObjectByPointer(object, 0, NULL, UserMode),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ObReferenceObjectByPointer(object, 0, &test_type, UserMode), STATUS_SUCCESS);
    /* A caller in the kernel is believed, but for symbolic links. */
    assert_status(ObReferenceObjectByPointer(object, 0, &ob_type_symbolic_link, KernelMode),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ObReferenceObjectByPointer(object, 0, &ob_type_event, KernelMode),
                  STATUS_SUCCESS);
    assert_int_equal(ob_reference_count(object), 3);
    ObDereferenceObject(object);
    ObDereferenceObject(object);
    ObDereferenceObject(object);
}

static void no_reference_once_the_last_is_gone(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    assert_true(ob_try_reference(object));
    assert_int_equal(ob_reference_count(object), 2);
    ObDereferenceObject(object);
    ((LONG_PTR *)object)[-6] = 0;
    assert_false(ob_try_reference(object));
    ((LONG_PTR *)object)[-6] = 1;
    ObDereferenceObject(object);
}

#define ROUNDS 20000

static VOID NTAPI reference_and_let_go(PVOID object)
{
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        ObReferenceObject(object);
        ObDereferenceObject(object);
    }
    ObDereferenceObject(object);
}

static void references_of_many_threads_add_up(void **state)
{
    PKTHREAD threads[4];
    PVOID object;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    object = make_object();
    for (i = 0; i < RTL_NUMBER_OF(threads); i++) {
        ObReferenceObject(object);
        threads[i] = begin_thread(reference_and_let_go, object);
    }
    ObDereferenceObject(object);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    assert_int_equal(seen.destroyed, 1);
}

static void works_before_start_and_after_stop(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    start_rooms();
    ex_stop();
    ob_stop();
    object = make_object();
    ObDereferenceObject(object);
    assert_int_equal(seen.destroyed, 1);
    assert_status(ob_start(), STATUS_SUCCESS);
    assert_status(ex_start(), STATUS_SUCCESS);
    stop_rooms();
}

static void starts_and_stops_many_times(void **state)
{
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    start_rooms();
    for (i = 0; i < 200; i++) {
        ob_stop();
        assert_status(ob_start(), STATUS_SUCCESS);
    }
    stop_rooms();
}

/* With no memory at any of its allocations, starting fails and leaves nothing. */
static void start_survives_every_failing_allocation(void **state)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG at;

    UNREFERENCED_PARAMETER(state);
    start_rooms();
    ob_stop();
    for (at = 0; !NT_SUCCESS(status); at++) {
        ex_pool_inject(at, FALSE);
        status = ob_start();
        ex_pool_inject(MAXULONG, FALSE);
        if (!NT_SUCCESS(status)) {
            assert_status(status, STATUS_INSUFFICIENT_RESOURCES);
            assert_int_equal(live_allocations(EX_TAG_NAME), 0);
            assert_int_equal(live_allocations(EX_TAG_HANDLE), 0);
        }
        assert_true(at < 1000);
    }
    assert_true(at > 10);
    stop_rooms();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(body_is_zeroed_and_aligned),
        room_test(no_memory_is_a_status),
        room_test(the_last_reference_ends_it),
        room_test(ends_later_when_let_go_at_dispatch_level),
        room_test(ends_later_when_asked_to),
        room_test(one_dereference_too_many_is_bug_check_18),
        room_test(the_reference_of_an_open_handle_cannot_be_given_away),
        room_test(by_pointer_checks_the_type),
        room_test(no_reference_once_the_last_is_gone),
        room_test(references_of_many_threads_add_up),
        cmocka_unit_test(works_before_start_and_after_stop),
        cmocka_unit_test(starts_and_stops_many_times),
        cmocka_unit_test(start_survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
