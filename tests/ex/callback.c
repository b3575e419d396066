/*
 * Pins callback objects: names, the order of calls, and that unregistering
 * waits for a call under way.
 */
#include "fixture.h"

#include "rtl/rtl.h"

static UNICODE_STRING name = RTL_STRING(L"\\Callback\\Test");

static struct {
    ULONG count, order[8];
    PVOID argument1, argument2;
} calls;

static OBJECT_ATTRIBUTES attributes_of(PUNICODE_STRING text, ULONG flags)
{
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, text, flags, NULL, NULL);
    return attributes;
}

static PCALLBACK_OBJECT create(PUNICODE_STRING text, ULONG flags, BOOLEAN create, BOOLEAN many)
{
    OBJECT_ATTRIBUTES attributes = attributes_of(text, OBJ_CASE_INSENSITIVE | flags);
    PCALLBACK_OBJECT object = NULL;
    NTSTATUS status = ExCreateCallback(&object, &attributes, create, many);

    assert_int_equal(status, object ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND);
    return object;
}

static VOID NTAPI note(PVOID context, PVOID argument1, PVOID argument2)
{
    calls.order[calls.count++] = (ULONG)(ULONG_PTR)context;
    calls.argument1 = argument1;
    calls.argument2 = argument2;
}

static void calls_in_order(void **state)
{
    PCALLBACK_OBJECT object = create(NULL, 0, TRUE, TRUE);
    PVOID first, second, third;

    UNREFERENCED_PARAMETER(state);
    memset(&calls, 0, sizeof(calls));
    ExNotifyCallback(object, NULL, NULL);
    assert_int_equal(calls.count, 0);
    first = ExRegisterCallback(object, note, (PVOID)1);
    second = ExRegisterCallback(object, note, (PVOID)2);
    third = ExRegisterCallback(object, note, (PVOID)3);
    ExNotifyCallback(object, &calls, &name);
    assert_int_equal(calls.count, 3);
    for (ULONG i = 0; i < 3; i++)
        assert_int_equal(calls.order[i], i + 1);
    assert_ptr_equal(calls.argument1, &calls);
    assert_ptr_equal(calls.argument2, &name);
    ExUnregisterCallback(second);
    ExNotifyCallback(object, NULL, NULL);
    assert_int_equal(calls.count, 5);
    assert_int_equal(calls.order[4], 3);
    ExUnregisterCallback(first);
    ExUnregisterCallback(third);
    ExNotifyCallback(object, NULL, NULL);
    assert_int_equal(calls.count, 5);
    ObDereferenceObject(object);
}

static void may_be_for_one_only(void **state)
{
    PCALLBACK_OBJECT object = create(NULL, 0, TRUE, FALSE);
    PVOID registration = ExRegisterCallback(object, note, NULL);

    UNREFERENCED_PARAMETER(state);
    assert_non_null(registration);
    assert_null(ExRegisterCallback(object, note, NULL));
    ExUnregisterCallback(registration);
    registration = ExRegisterCallback(object, note, NULL);
    assert_non_null(registration);
    ExUnregisterCallback(registration);
    ObDereferenceObject(object);
}

static void is_found_by_name(void **state)
{
    UNICODE_STRING power = RTL_STRING(L"\\Callback\\PowerState");
    PCALLBACK_OBJECT made, found;

    UNREFERENCED_PARAMETER(state);
    assert_null(create(&name, 0, FALSE, TRUE));
    /* A name without OBJ_PERMANENT goes with the last handle, and there is none. */
    made = create(&name, 0, TRUE, TRUE);
    assert_null(create(&name, 0, FALSE, TRUE));
    ObDereferenceObject(made);

    made = create(&name, OBJ_PERMANENT, TRUE, TRUE);
    found = create(&name, 0, FALSE, TRUE);
    assert_ptr_equal(made, found);
    ObDereferenceObject(found);
    ObMakeTemporaryObject(made);
    ObDereferenceObject(made);
    assert_null(create(&name, 0, FALSE, TRUE));

    made = create(&power, 0, FALSE, FALSE);
    assert_non_null(made);
    found = create(&power, 0, FALSE, FALSE);
    assert_ptr_equal(made, found);
    ObDereferenceObject(made);
    ObDereferenceObject(found);
}

static struct {
    KEVENT inside, go_on;
    BOOLEAN has_returned;
} slow;

static VOID NTAPI be_slow(PVOID context, PVOID argument1, PVOID argument2)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    KeSetEvent(&slow.inside, IO_NO_INCREMENT, FALSE);
    wait_for(&slow.go_on);
    __atomic_store_n(&slow.has_returned, TRUE, __ATOMIC_RELEASE);
}

static VOID NTAPI notify(PVOID context)
{
    ExNotifyCallback(context, NULL, NULL);
}

static VOID NTAPI unregister(PVOID context)
{
    ExUnregisterCallback(context);
    assert_true(__atomic_load_n(&slow.has_returned, __ATOMIC_ACQUIRE));
}

static void unregistering_waits_for_calls(void **state)
{
    PCALLBACK_OBJECT object = create(NULL, 0, TRUE, TRUE);
    PVOID registration = ExRegisterCallback(object, be_slow, NULL);
    PKTHREAD notifier, unregisterer;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&slow.inside, NotificationEvent, FALSE);
    KeInitializeEvent(&slow.go_on, NotificationEvent, FALSE);
    notifier = begin_thread(notify, object);
    wait_for(&slow.inside);
    unregisterer = begin_thread(unregister, registration);
    assert_int_equal(poll(unregisterer), STATUS_TIMEOUT);
    KeSetEvent(&slow.go_on, IO_NO_INCREMENT, FALSE);
    end_of_thread(unregisterer);
    end_of_thread(notifier);
    ObDereferenceObject(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_in_order),
        cmocka_unit_test(may_be_for_one_only),
        cmocka_unit_test(is_found_by_name),
        cmocka_unit_test(unregistering_waits_for_calls),
    };
    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
