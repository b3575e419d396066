/* Waits, events, semaphores and mutants by handle: what ends a wait, and what is refused. */
#include "fixture.h"

#include "ob/rights.h"

static LARGE_INTEGER now_or_never = {.QuadPart = 0};

static HANDLE make_event(EVENT_TYPE type, BOOLEAN state)
{
    HANDLE handle;

    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, NULL, type, state), STATUS_SUCCESS);
    return handle;
}

static NTSTATUS poll(HANDLE handle)
{
    return NtWaitForSingleObject(handle, FALSE, &now_or_never);
}

static void events(void **state)
{
    HANDLE event;
    LONG previous = 9;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, 2, FALSE),
                  STATUS_INVALID_PARAMETER);
    event = make_event(NotificationEvent, FALSE);
    assert_status(poll(event), STATUS_TIMEOUT);
    assert_status(NtSetEvent(event, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 0);
    assert_status(poll(event), STATUS_SUCCESS);
    assert_status(poll(event), STATUS_SUCCESS);
    assert_status(NtResetEvent(event, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 1);
    assert_status(poll(event), STATUS_TIMEOUT);
    assert_status(NtPulseEvent(event, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 0);
    assert_status(poll(event), STATUS_TIMEOUT);
    assert_status(NtSetEvent(event, NULL), STATUS_SUCCESS);
    assert_status(NtClearEvent(event), STATUS_SUCCESS);
    assert_status(poll(event), STATUS_TIMEOUT);
    assert_status(NtClose(event), STATUS_SUCCESS);
    event = make_event(SynchronizationEvent, TRUE);
    assert_status(poll(event), STATUS_SUCCESS);
    assert_status(poll(event), STATUS_TIMEOUT);
    assert_status(NtClose(event), STATUS_SUCCESS);
    assert_status(poll(event), STATUS_INVALID_HANDLE);
}

static void querying_an_event(void **state)
{
    HANDLE event = make_event(SynchronizationEvent, TRUE);
    EVENT_BASIC_INFORMATION information;
    ULONG returned = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtQueryEvent(event, 1, &information, sizeof(information), &returned),
                  STATUS_INVALID_INFO_CLASS);
    assert_status(NtQueryEvent(event, EventBasicInformation, &information, sizeof(information) - 1,
                               &returned),
                  STATUS_INFO_LENGTH_MISMATCH);
    assert_status(
        NtQueryEvent(event, EventBasicInformation, &information, sizeof(information), &returned),
        STATUS_SUCCESS);
    assert_int_equal(returned, sizeof(information));
    assert_int_equal(information.EventType, SynchronizationEvent);
    assert_int_equal(information.EventState, 1);
    assert_status(NtClose(event), STATUS_SUCCESS);
}

static void semaphores(void **state)
{
    HANDLE semaphore;
    LONG previous = 9;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, 0, 0),
                  STATUS_INVALID_PARAMETER);
    assert_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, -1, 2),
                  STATUS_INVALID_PARAMETER);
    assert_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, 3, 2),
                  STATUS_INVALID_PARAMETER);
    assert_status(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, 1, 2), STATUS_SUCCESS);
    assert_status(NtReleaseSemaphore(semaphore, 0, &previous), STATUS_INVALID_PARAMETER);
    assert_status(NtReleaseSemaphore(semaphore, 2, &previous), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    assert_int_equal(previous, 9);
    assert_status(NtReleaseSemaphore(semaphore, 1, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 1);
    assert_status(poll(semaphore), STATUS_SUCCESS);
    assert_status(poll(semaphore), STATUS_SUCCESS);
    assert_status(poll(semaphore), STATUS_TIMEOUT);
    assert_status(NtSetEvent(semaphore, NULL), STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(NtClose(semaphore), STATUS_SUCCESS);
}

static void mutants(void **state)
{
    HANDLE mutant;
    LONG previous = 9;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateMutant(&mutant, MUTANT_ALL_ACCESS, NULL, FALSE), STATUS_SUCCESS);
    assert_status(NtReleaseMutant(mutant, &previous), STATUS_MUTANT_NOT_OWNED);
    assert_int_equal(previous, 9);
    assert_status(poll(mutant), STATUS_SUCCESS);
    assert_status(poll(mutant), STATUS_SUCCESS);
    assert_status(NtReleaseMutant(mutant, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, -1);
    assert_status(NtReleaseMutant(mutant, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 0);
    assert_status(NtReleaseMutant(mutant, &previous), STATUS_MUTANT_NOT_OWNED);
    assert_status(NtClose(mutant), STATUS_SUCCESS);
    /* Closed while it is owned: it goes all the same. */
    assert_status(NtCreateMutant(&mutant, MUTANT_ALL_ACCESS, NULL, TRUE), STATUS_SUCCESS);
    assert_status(NtClose(mutant), STATUS_SUCCESS);
    assert_int_equal(ob_type_mutant.objects, 0);
    assert_true(IsListEmpty(&ke_current()->mutants));
}

/* A thread that owns a mutant while another closes the last handle to it. */
static struct {
    HANDLE mutant;
    KEVENT owns, closed;
} owner;

static VOID NTAPI own_until_closed(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    if (ZwWaitForSingleObject(owner.mutant, FALSE, NULL) == STATUS_SUCCESS)
        KeSetEvent(&owner.owns, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&owner.closed, Executive, KernelMode, FALSE, NULL);
}

static void a_mutant_outlives_its_handles_while_it_is_owned(void **state)
{
    PKTHREAD thread;
    HANDLE other;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&owner.owns, NotificationEvent, FALSE);
    KeInitializeEvent(&owner.closed, NotificationEvent, FALSE);
    as_mode(KernelMode);
    assert_status(NtCreateMutant(&owner.mutant, MUTANT_ALL_ACCESS,
                                 &(OBJECT_ATTRIBUTES){.Length = sizeof(OBJECT_ATTRIBUTES),
                                                      .Attributes = OBJ_KERNEL_HANDLE},
                                 FALSE),
                  STATUS_SUCCESS);
    thread = begin_thread(own_until_closed, NULL);
    KeWaitForSingleObject(&owner.owns, Executive, KernelMode, FALSE, NULL);
    assert_status(NtClose(owner.mutant), STATUS_SUCCESS);
    assert_int_equal(ob_type_mutant.objects, 1);
    KeSetEvent(&owner.closed, IO_NO_INCREMENT, FALSE);
    end_of_thread(thread);
    /* The next one that is made sweeps it away. */
    assert_status(NtCreateMutant(&other, MUTANT_ALL_ACCESS, NULL, FALSE), STATUS_SUCCESS);
    assert_int_equal(ob_type_mutant.objects, 1);
    assert_status(NtClose(other), STATUS_SUCCESS);
}

static VOID NTAPI own_and_end(PVOID mutant)
{
    ZwWaitForSingleObject(mutant, FALSE, NULL);
}

static void an_owners_end_abandons(void **state)
{
    OBJECT_ATTRIBUTES attributes = attributes_of(NULL, OBJ_KERNEL_HANDLE);
    HANDLE mutant;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateMutant(&mutant, MUTANT_ALL_ACCESS, &attributes, FALSE), STATUS_SUCCESS);
    end_of_thread(begin_thread(own_and_end, mutant));
    assert_status(ZwWaitForSingleObject(mutant, FALSE, NULL), STATUS_ABANDONED);
    assert_status(ZwReleaseMutant(mutant, NULL), STATUS_SUCCESS);
    assert_status(ZwWaitForSingleObject(mutant, FALSE, NULL), STATUS_SUCCESS);
    assert_status(ZwReleaseMutant(mutant, NULL), STATUS_SUCCESS);
    assert_status(ZwClose(mutant), STATUS_SUCCESS);
}

static void many_at_once(void **state)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS + 1];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(handles); i++)
        handles[i] = make_event(SynchronizationEvent, FALSE);
    assert_status(NtWaitForMultipleObjects(0, handles, WaitAny, FALSE, &now_or_never),
                  STATUS_INVALID_PARAMETER_1);
    assert_status(
        NtWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, handles, WaitAny, FALSE, &now_or_never),
        STATUS_INVALID_PARAMETER_1);
    assert_status(NtWaitForMultipleObjects(2, handles, 2, FALSE, &now_or_never),
                  STATUS_INVALID_PARAMETER_3);
    assert_status(
        NtWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, handles, WaitAny, FALSE, &now_or_never),
        STATUS_TIMEOUT);
    assert_status(NtSetEvent(handles[MAXIMUM_WAIT_OBJECTS - 1], NULL), STATUS_SUCCESS);
    assert_status(
        NtWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, handles, WaitAny, FALSE, &now_or_never),
        STATUS_WAIT_0 + MAXIMUM_WAIT_OBJECTS - 1);
    assert_status(NtSetEvent(handles[0], NULL), STATUS_SUCCESS);
    assert_status(NtWaitForMultipleObjects(2, handles, WaitAll, FALSE, &now_or_never),
                  STATUS_TIMEOUT);
    assert_status(NtSetEvent(handles[1], NULL), STATUS_SUCCESS);
    assert_status(NtWaitForMultipleObjects(2, handles, WaitAll, FALSE, NULL), STATUS_SUCCESS);
    handles[MAXIMUM_WAIT_OBJECTS] = handles[1];
    assert_status(NtWaitForMultipleObjects(2, (HANDLE[]){handles[1], handles[1]}, WaitAll, FALSE,
                                           &now_or_never),
                  STATUS_INVALID_PARAMETER_MIX);
    assert_status(NtWaitForMultipleObjects(2, (HANDLE[]){handles[1], handles[1]}, WaitAny, FALSE,
                                           &now_or_never),
                  STATUS_TIMEOUT);
    assert_status(NtWaitForMultipleObjects(2, (HANDLE[]){handles[1], (HANDLE)0x7ffc}, WaitAny,
                                           FALSE, &now_or_never),
                  STATUS_INVALID_HANDLE);
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        assert_status(NtClose(handles[i]), STATUS_SUCCESS);
    /* Every reference that the waits took is given back. */
    assert_int_equal(ob_type_event.objects, 1);
}

static void what_cannot_be_waited_for(void **state)
{
    UNICODE_STRING name = name_of(L"\\Device");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwOpenDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, &attributes),
                  STATUS_SUCCESS);
    assert_status(ZwWaitForSingleObject(handle, FALSE, &now_or_never), STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_status(NtCreateEvent(&handle, EVENT_MODIFY_STATE, NULL, NotificationEvent, TRUE),
                  STATUS_SUCCESS);
    as_mode(UserMode);
    assert_status(poll(handle), STATUS_ACCESS_DENIED);
    assert_status(NtClose(handle), STATUS_SUCCESS);
}

static void a_programs_bad_pointers(void **state)
{
    HANDLE event = make_event(NotificationEvent, TRUE);
    KPROCESSOR_MODE mode = as_mode(UserMode);

    UNREFERENCED_PARAMETER(state);
    assert_status(NtWaitForSingleObject(event, FALSE, (PLARGE_INTEGER)8), STATUS_ACCESS_VIOLATION);
    assert_status(NtWaitForMultipleObjects(1, (PHANDLE)8, WaitAny, FALSE, NULL),
                  STATUS_ACCESS_VIOLATION);
    assert_status(NtSetEvent(event, (PLONG)8), STATUS_ACCESS_VIOLATION);
    assert_status(
        NtQueryEvent(event, EventBasicInformation, (PVOID)8, sizeof(EVENT_BASIC_INFORMATION), NULL),
        STATUS_ACCESS_VIOLATION);
    assert_status(NtClose(event), STATUS_SUCCESS);
    as_mode(mode);
}

static void signal_and_wait(void **state)
{
    HANDLE first = make_event(SynchronizationEvent, FALSE),
           second = make_event(SynchronizationEvent, TRUE);

    UNREFERENCED_PARAMETER(state);
    assert_status(NtSignalAndWaitForSingleObject(first, second, FALSE, &now_or_never),
                  STATUS_SUCCESS);
    assert_status(poll(first), STATUS_SUCCESS);
    assert_status(poll(second), STATUS_TIMEOUT);
    assert_status(NtSignalAndWaitForSingleObject(NtCurrentProcess(), second, FALSE, &now_or_never),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(NtClose(first), STATUS_SUCCESS);
    assert_status(NtClose(second), STATUS_SUCCESS);
}

static VOID NTAPI set_it(PVOID event)
{
    ZwSetEvent(event, NULL);
}

static void another_thread_ends_a_wait(void **state)
{
    OBJECT_ATTRIBUTES attributes = attributes_of(NULL, OBJ_KERNEL_HANDLE);
    PKTHREAD thread;
    HANDLE event;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, SynchronizationEvent, FALSE),
                  STATUS_SUCCESS);
    thread = begin_thread(set_it, event);
    assert_status(ZwWaitForSingleObject(event, FALSE, NULL), STATUS_SUCCESS);
    end_of_thread(thread);
    assert_status(ZwClose(event), STATUS_SUCCESS);
}

static void drivers_named_events(void **state)
{
    UNICODE_STRING name = name_of(L"\\BaseNamedObjects\\DriverEvent");
    HANDLE first, second;
    PKEVENT event;

    UNREFERENCED_PARAMETER(state);
    event = IoCreateSynchronizationEvent(&name, &first);
    assert_non_null(event);
    assert_int_equal(KeReadStateEvent(event), 1);
    assert_ptr_equal(IoCreateNotificationEvent(&name, &second), event);
    assert_true(ObIsKernelHandle(first));
    assert_status(ZwClose(first), STATUS_SUCCESS);
    assert_status(ZwClose(second), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(events),
        room_test(querying_an_event),
        room_test(semaphores),
        room_test(mutants),
        room_test(a_mutant_outlives_its_handles_while_it_is_owned),
        room_test(an_owners_end_abandons),
        room_test(many_at_once),
        room_test(what_cannot_be_waited_for),
        room_test(a_programs_bad_pointers),
        room_test(signal_and_wait),
        room_test(another_thread_ends_a_wait),
        room_test(drivers_named_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
