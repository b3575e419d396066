/* Handles: their values, what they are checked for, closing, duplicating, and races of all that. */
#include "fixture.h"

#define KERNEL_BITS 0xFFFFFFFF80000000ull

/* What the test type's close routine saw last. */
static struct {
    ULONG calls;
    PVOID object;
    PKPROCESS process;
    ACCESS_MASK granted;
    ULONG_PTR handles_left;
} closed;

static VOID close_object(PVOID object, PKPROCESS process, ACCESS_MASK granted,
                         ULONG_PTR handles_left)
{
    closed.calls++;
    closed.object = object;
    closed.process = process;
    closed.granted = granted;
    closed.handles_left = handles_left;
}

static struct _OBJECT_TYPE test_type = {
    .name = "Test",
    .mapping = {1, 2, 4, 7},
    .valid_access = 7,
    .pool = NonPagedPoolNx,
    .close = close_object,
};

/* Without a close routine: the other's notes are one thread's. */
static struct _OBJECT_TYPE shared_type = {
    .name = "Shared",
    .mapping = {1, 2, 4, 7},
    .valid_access = 7,
    .pool = NonPagedPoolNx,
};

static PVOID make_object(VOID)
{
    PVOID object;

    assert_status(ob_create(&test_type, 16, &object), STATUS_SUCCESS);
    return object;
}

static HANDLE make_handle(PVOID object, ACCESS_MASK granted, ULONG attributes)
{
    HANDLE handle;

    assert_status(ob_make_handle(object, granted, attributes, &handle), STATUS_SUCCESS);
    return handle;
}

static NTSTATUS look(HANDLE handle, ACCESS_MASK access, struct _OBJECT_TYPE *type,
                     KPROCESSOR_MODE mode)
{
    PVOID object;
    NTSTATUS status = ob_reference_handle(handle, access, type, mode, &object, NULL);

    if (NT_SUCCESS(status))
        ObDereferenceObject(object);
    else
        assert_null(object);
    return status;
}

static void values_are_multiples_of_four(void **state)
{
    PVOID object = make_object();
    HANDLE first = make_handle(object, 7, 0), second = make_handle(object, 7, 0);

    UNREFERENCED_PARAMETER(state);
    assert_int_equal((ULONG_PTR)first % 4, 0);
    assert_int_not_equal(first, 0);
    assert_int_not_equal(first, second);
    assert_int_equal(ob_handle_count(object), 2);
    assert_int_equal(ob_reference_count(object), 3);
    /* The low two bits are the program's to use. */
    assert_status(look((HANDLE)((ULONG_PTR)first | 3), 0, &test_type, UserMode), STATUS_SUCCESS);
    assert_status(ob_close_handle(first, UserMode), STATUS_SUCCESS);
    assert_status(ob_close_handle(second, UserMode), STATUS_SUCCESS);
    ObDereferenceObject(object);
}

static void a_closed_value_is_given_out_again(void **state)
{
    PVOID object = make_object();
    HANDLE first = make_handle(object, 7, 0), again;

    UNREFERENCED_PARAMETER(state);
    assert_status(ob_close_handle(first, UserMode), STATUS_SUCCESS);
    again = make_handle(object, 7, 0);
    assert_ptr_equal(again, first);
    assert_status(ob_close_handle(again, UserMode), STATUS_SUCCESS);
    ObDereferenceObject(object);
}

static void bad_handles_are_invalid(void **state)
{
    static const ULONG64 values[] = {0,
                                     1,
                                     0x7ffc,
                                     0x7ffffffc,
                                     0x100000004,
                                     0x7ffffffffffffffc,
                                     0x8000000000000004,
                                     KERNEL_BITS,
                                     KERNEL_BITS | 0x7ff0,
                                     (ULONG64)-3,
                                     (ULONG64)-4,
                                     (ULONG64)-5};
    PVOID object = make_object();
    HANDLE handle = make_handle(object, 7, 0);
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(values); i++) {
        assert_status(look((HANDLE)values[i], 0, NULL, UserMode), STATUS_INVALID_HANDLE);
        assert_status(look((HANDLE)values[i], 0, NULL, KernelMode), STATUS_INVALID_HANDLE);
        assert_status(ob_close_handle((HANDLE)values[i], UserMode), STATUS_INVALID_HANDLE);
        assert_status(ZwClose((HANDLE)values[i]), STATUS_INVALID_HANDLE);
    }
    assert_status(ob_close_handle(handle, UserMode), STATUS_SUCCESS);
    assert_status(look(handle, 0, NULL, UserMode), STATUS_INVALID_HANDLE);
    assert_status(ob_close_handle(handle, UserMode), STATUS_INVALID_HANDLE);
    ObDereferenceObject(object);
}

static void type_and_access_are_checked(void **state)
{
    PVOID object = make_object();
    HANDLE handle = make_handle(object, 5, 0);
    OBJECT_HANDLE_INFORMATION information;
    ACCESS_MASK granted = 0;
    PVOID found;

    UNREFERENCED_PARAMETER(state);
    assert_status(look(handle, 0, &ob_type_event, UserMode), STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(look(handle, 0, &ob_type_event, KernelMode), STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(look(handle, 2, &test_type, UserMode), STATUS_ACCESS_DENIED);
    assert_status(look(handle, 7, &test_type, UserMode), STATUS_ACCESS_DENIED);
    assert_status(look(handle, 5, &test_type, UserMode), STATUS_SUCCESS);
    /* The kernel may do everything with any handle. */
    assert_status(look(handle, 7, &test_type, KernelMode), STATUS_SUCCESS);
    assert_status(ob_reference_handle(handle, 1, NULL, UserMode, &found, &granted), STATUS_SUCCESS);
    assert_int_equal(granted, 5);
    ObDereferenceObject(found);
    assert_status(ObReferenceObjectByHandle(handle, 1, &test_type, UserMode, &found, &information),
                  STATUS_SUCCESS);
    assert_int_equal(information.GrantedAccess, 5);
    assert_int_equal(information.HandleAttributes, 0);
    ObDereferenceObject(found);
    assert_status(ob_close_handle(handle, UserMode), STATUS_SUCCESS);
    ObDereferenceObject(object);
}

static void kernel_handles_are_the_kernels(void **state)
{
    PVOID object = make_object();
    HANDLE handle = make_handle(object, 7, OBJ_KERNEL_HANDLE);

    UNREFERENCED_PARAMETER(state);
    assert_int_equal((ULONG64)handle & KERNEL_BITS, KERNEL_BITS);
    assert_true(ObIsKernelHandle(handle));
    assert_false(ObIsKernelHandle(NtCurrentProcess()));
    assert_false(ObIsKernelHandle(NtCurrentThread()));
    assert_status(look(handle, 0, &test_type, UserMode), STATUS_INVALID_HANDLE);
    assert_status(look(handle, 0, &test_type, KernelMode), STATUS_SUCCESS);
    assert_status(ob_close_handle(handle, UserMode), STATUS_INVALID_HANDLE);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_ptr_equal(closed.process, ke_system_process());
    ObDereferenceObject(object);
}

static void the_two_special_handles(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ob_reference_handle(NtCurrentProcess(), 0, &ob_type_process, UserMode, &object, NULL),
        STATUS_SUCCESS);
    assert_ptr_equal(object, ke_current()->process);
    ObDereferenceObject(object);
    assert_status(
        ob_reference_handle(NtCurrentThread(), 0, &ob_type_thread, UserMode, &object, NULL),
        STATUS_SUCCESS);
    assert_ptr_equal(object, ke_current());
    ObDereferenceObject(object);
    assert_status(look(NtCurrentThread(), 0, &ob_type_process, UserMode),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ob_close_handle(NtCurrentProcess(), UserMode), STATUS_INVALID_HANDLE);
    assert_status(ZwClose(NtCurrentThread()), STATUS_INVALID_HANDLE);
}

static void every_close_is_told_and_the_last_is_known(void **state)
{
    PVOID object = make_object();
    HANDLE first = make_handle(object, 1, 0), second = make_handle(object, 3, 0);

    UNREFERENCED_PARAMETER(state);
    memset(&closed, 0, sizeof(closed));
    assert_status(ob_close_handle(first, UserMode), STATUS_SUCCESS);
    assert_int_equal(closed.calls, 1);
    assert_ptr_equal(closed.object, object);
    assert_ptr_equal(closed.process, ke_current()->process);
    assert_int_equal(closed.granted, 1);
    assert_int_equal(closed.handles_left, 1);
    assert_status(ob_close_handle(second, UserMode), STATUS_SUCCESS);
    assert_int_equal(closed.calls, 2);
    assert_int_equal(closed.granted, 3);
    assert_int_equal(closed.handles_left, 0);
    ObDereferenceObject(object);
}

static void a_protected_handle_stays(void **state)
{
    OBJECT_HANDLE_FLAG_INFORMATION flags = {.Inherit = TRUE, .ProtectFromClose = TRUE};
    PVOID object = make_object();
    HANDLE handle = make_handle(object, 7, 0);
    ULONG returned = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwSetInformationObject(handle, ObjectHandleFlagInformation, &flags, 1),
                  STATUS_INFO_LENGTH_MISMATCH);
    assert_status(ZwSetInformationObject(handle, ObjectBasicInformation, &flags, sizeof(flags)),
                  STATUS_INVALID_INFO_CLASS);
    assert_status(
        ZwSetInformationObject(handle, ObjectHandleFlagInformation, &flags, sizeof(flags)),
        STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_HANDLE_NOT_CLOSABLE);
    memset(&flags, 0, sizeof(flags));
    assert_status(
        ZwQueryObject(handle, ObjectHandleFlagInformation, &flags, sizeof(flags), &returned),
        STATUS_SUCCESS);
    assert_int_equal(returned, sizeof(flags));
    assert_true(flags.Inherit && flags.ProtectFromClose);
    flags.ProtectFromClose = FALSE;
    assert_status(
        ZwSetInformationObject(handle, ObjectHandleFlagInformation, &flags, sizeof(flags)),
        STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    ObDereferenceObject(object);
}

static HANDLE duplicate(HANDLE handle, ACCESS_MASK access, ULONG attributes, ULONG options,
                        NTSTATUS expected)
{
    HANDLE made = NULL;

    assert_status(ZwDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &made, access,
                                    attributes, options),
                  expected);
    return made;
}

static void duplicates(void **state)
{
    PVOID object = make_object(), found;
    HANDLE handle = make_handle(object, 3, 0), copy;
    ACCESS_MASK granted;

    UNREFERENCED_PARAMETER(state);
    copy = duplicate(handle, 0, 0, DUPLICATE_SAME_ACCESS, STATUS_SUCCESS);
    assert_status(ob_reference_handle(copy, 0, NULL, UserMode, &found, &granted), STATUS_SUCCESS);
    assert_ptr_equal(found, object);
    assert_int_equal(granted, 3);
    ObDereferenceObject(found);
    assert_status(ZwClose(copy), STATUS_SUCCESS);
    copy = duplicate(handle, 1, 0, 0, STATUS_SUCCESS);
    assert_status(look(copy, 2, NULL, UserMode), STATUS_ACCESS_DENIED);
    /* The source goes with the call. */
    handle = duplicate(handle, GENERIC_READ, 0, DUPLICATE_CLOSE_SOURCE, STATUS_SUCCESS);
    assert_int_equal(ob_handle_count(object), 2);
    assert_status(look(handle, 1, NULL, UserMode), STATUS_SUCCESS);
    assert_status(look(handle, 2, NULL, UserMode), STATUS_ACCESS_DENIED);
    assert_status(ZwClose(copy), STATUS_SUCCESS);
    copy = duplicate(handle, 0, OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS, STATUS_SUCCESS);
    assert_true(ObIsKernelHandle(copy));
    assert_status(ZwClose(copy), STATUS_SUCCESS);
    duplicate((HANDLE)0x7ffc, 0, 0, DUPLICATE_SAME_ACCESS, STATUS_INVALID_HANDLE);
    assert_status(ZwDuplicateObject(handle, handle, NtCurrentProcess(), &copy, 0, 0, 0),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(
        ZwDuplicateObject(NtCurrentProcess(), handle, NULL, NULL, 0, 0, DUPLICATE_CLOSE_SOURCE),
        STATUS_SUCCESS);
    assert_int_equal(ob_handle_count(object), 0);
    ObDereferenceObject(object);
}

static void a_special_handle_becomes_a_real_one(void **state)
{
    HANDLE thread = duplicate(NtCurrentThread(), 0, 0, DUPLICATE_SAME_ACCESS, STATUS_SUCCESS);
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ob_reference_handle(thread, THREAD_ALL_ACCESS, &ob_type_thread, UserMode, &object, NULL),
        STATUS_SUCCESS);
    assert_ptr_equal(object, ke_current());
    ObDereferenceObject(object);
    assert_status(ZwClose(thread), STATUS_SUCCESS);
}

static void handles_from_pointers(void **state)
{
    PVOID object = make_object();
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ObOpenObjectByPointer(object, 0, NULL, GENERIC_ALL, &ob_type_event, UserMode, &handle),
        STATUS_OBJECT_TYPE_MISMATCH);
    assert_null(handle);
    assert_status(ObOpenObjectByPointer(object, OBJ_KERNEL_HANDLE, NULL, GENERIC_ALL, &test_type,
                                        KernelMode, &handle),
                  STATUS_SUCCESS);
    assert_status(look(handle, 7, &test_type, KernelMode), STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_int_equal(ob_reference_count(object), 1);
    ObDereferenceObject(object);
}

static void a_programs_bad_pointer_leaves_no_handle(void **state)
{
    KPROCESSOR_MODE mode = as_mode(UserMode);
    HANDLE good = NULL;
    ULONG before = ob_type_event.handles, events = ob_type_event.objects;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateEvent((PHANDLE)8, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
                  STATUS_ACCESS_VIOLATION);
    assert_status(
        NtCreateEvent((PHANDLE)MM_DIRECT_MAP, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
        STATUS_ACCESS_VIOLATION);
    assert_status(
        NtCreateEvent(&good, EVENT_ALL_ACCESS, (POBJECT_ATTRIBUTES)8, NotificationEvent, FALSE),
        STATUS_ACCESS_VIOLATION);
    assert_int_equal(ob_type_event.handles, before);
    assert_int_equal(ob_type_event.objects, events);
    assert_status(NtCreateEvent(&good, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(NtClose(good), STATUS_SUCCESS);
    as_mode(mode);
}

static void a_program_gets_no_kernel_handle(void **state)
{
    KPROCESSOR_MODE mode = as_mode(UserMode);
    OBJECT_ATTRIBUTES attributes = attributes_of(NULL, OBJ_KERNEL_HANDLE);
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_false(ObIsKernelHandle(handle));
    assert_status(NtClose(handle), STATUS_SUCCESS);
    as_mode(mode);
}

static void bad_attributes_are_refused(void **state)
{
    UNICODE_STRING name = name_of(L"\\Device\\Odd");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, 0);
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    attributes.Length--;
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_INVALID_PARAMETER);
    attributes.Length++;
    attributes.Attributes = 1;
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_INVALID_PARAMETER);
    attributes.Attributes = 0;
    name.Length--;
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_OBJECT_NAME_INVALID);
}

static VOID count_handles(HANDLE handle, PVOID object, ACCESS_MASK granted, PVOID context)
{
    UNREFERENCED_PARAMETER(granted);
    assert_status(look(handle, 0, NULL, KernelMode), STATUS_SUCCESS);
    if (ob_type_of(object) == &test_type || ob_type_of(object) == &shared_type)
        ++*(PULONG)context;
}

/* Past the first blocks of the table, which double in size. */
static void a_table_grows(void **state)
{
    static HANDLE handles[5000];
    PVOID object = make_object();
    ULONG i, count = 0;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(handles); i++)
        handles[i] = make_handle(object, 7, 0);
    assert_int_equal(ob_handle_count(object), RTL_NUMBER_OF(handles));
    ob_for_each_handle(ke_current()->process, count_handles, &count);
    assert_int_equal(count, RTL_NUMBER_OF(handles));
    for (i = 0; i < RTL_NUMBER_OF(handles); i++)
        assert_status(ob_close_handle(handles[i], UserMode), STATUS_SUCCESS);
    assert_int_equal(ob_reference_count(object), 1);
    ObDereferenceObject(object);
}

static void no_memory_for_the_table_is_a_status(void **state)
{
    PVOID object = make_object();
    HANDLE handles[256];
    NTSTATUS status = STATUS_SUCCESS;
    ULONG count;

    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(0, TRUE);
    for (count = 0; count < RTL_NUMBER_OF(handles); count++) {
        status = ob_make_handle(object, 7, OBJ_KERNEL_HANDLE, &handles[count]);
        if (!NT_SUCCESS(status))
            break;
    }
    ex_pool_inject(MAXULONG, FALSE);
    assert_status(status, STATUS_INSUFFICIENT_RESOURCES);
    assert_null(handles[count]);
    while (count--)
        assert_status(ZwClose(handles[count]), STATUS_SUCCESS);
    assert_int_equal(ob_reference_count(object), 1);
    ObDereferenceObject(object);
}

static void a_tables_end_closes_what_is_open(void **state)
{
    struct ob_handle_table *own = ke_current()->process->handles;
    PVOID object = make_object();
    OBJECT_HANDLE_FLAG_INFORMATION flags = {.ProtectFromClose = TRUE};
    HANDLE handle;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    ke_current()->process->handles = ob_handle_table_create();
    for (i = 0; i < 100; i++)
        handle = make_handle(object, 7, 0);
    assert_status(
        ZwSetInformationObject(handle, ObjectHandleFlagInformation, &flags, sizeof(flags)),
        STATUS_SUCCESS);
    closed.calls = 0;
    ob_handle_table_destroy(ke_current()->process);
    assert_int_equal(closed.calls, 100);
    assert_int_equal(ob_reference_count(object), 1);
    assert_status(ob_make_handle(object, 7, 0, &handle), STATUS_PROCESS_IS_TERMINATING);
    assert_status(look((HANDLE)4, 0, NULL, UserMode), STATUS_INVALID_HANDLE);
    ke_current()->process->handles = own;
    ObDereferenceObject(object);
}

static void what_is_known_of_an_object(void **state)
{
    UNICODE_STRING name = name_of(L"\\Device\\Known");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    struct {
        UNICODE_STRING string;
        WCHAR text[100];
    } answer;
    HANDLE handle;
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(
        ZwQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic) - 1, &returned),
        STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(returned, sizeof(basic));
    assert_status(ZwQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), NULL),
                  STATUS_SUCCESS);
    assert_int_equal(basic.GrantedAccess, EVENT_ALL_ACCESS);
    assert_int_equal(basic.HandleCount, 1);
    assert_int_equal(basic.PointerCount, 2);
    assert_status(ZwQueryObject(handle, ObjectNameInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_string_is(answer.string, L"\\Device\\Known");
    assert_int_equal(returned, sizeof(UNICODE_STRING) + sizeof(L"\\Device\\Known"));
    assert_status(ZwQueryObject(handle, ObjectNameInformation, &answer, returned - 1, &returned),
                  STATUS_INFO_LENGTH_MISMATCH);
    assert_status(ZwQueryObject(handle, ObjectTypeInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_string_is(answer.string, L"Event");
    assert_status(ZwQueryObject(handle, 99, &answer, sizeof(answer), &returned),
                  STATUS_INVALID_INFO_CLASS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
}

#define ROUNDS 5000

static struct {
    HANDLE handle; /* atomic: what all threads close, use and duplicate */
    PVOID object;
    LONG closes, strangers; /* atomic: closes that succeeded, objects that were not the one */
} shared;

/* A value that one thread still has may be another's by now: its handles go as they come. */
static VOID NTAPI use_and_close(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        HANDLE handle = __atomic_load_n(&shared.handle, __ATOMIC_RELAXED), copy;
        PVOID object;

        if (NT_SUCCESS(ob_reference_handle(handle, 1, &shared_type, KernelMode, &object, NULL))) {
            if (object != shared.object)
                __atomic_add_fetch(&shared.strangers, 1, __ATOMIC_RELAXED);
            ObDereferenceObject(object);
        }
        if (NT_SUCCESS(ZwDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &copy, 0,
                                         OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS)))
            ZwClose(copy);
        if (NT_SUCCESS(ZwClose(handle))) {
            __atomic_add_fetch(&shared.closes, 1, __ATOMIC_RELAXED);
            if (NT_SUCCESS(ob_make_handle(shared.object, 7, OBJ_KERNEL_HANDLE, &handle)))
                __atomic_store_n(&shared.handle, handle, __ATOMIC_RELAXED);
        }
    }
}

/* However they went, each handle was one reference, and none is left or gone too far. */
static void many_threads_close_one_handle(void **state)
{
    PKTHREAD threads[4];
    ULONG i, left = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(ob_create(&shared_type, 16, &shared.object), STATUS_SUCCESS);
    shared.handle = make_handle(shared.object, 7, OBJ_KERNEL_HANDLE);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(use_and_close, NULL);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    assert_true(shared.closes > 0);
    assert_int_equal(shared.strangers, 0);
    ob_for_each_handle(ke_system_process(), count_handles, &left);
    assert_int_equal(ob_handle_count(shared.object), left);
    assert_int_equal(ob_reference_count(shared.object), left + 1);
    ObDereferenceObject(shared.object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(values_are_multiples_of_four),
        room_test(a_closed_value_is_given_out_again),
        room_test(bad_handles_are_invalid),
        room_test(type_and_access_are_checked),
        room_test(kernel_handles_are_the_kernels),
        room_test(the_two_special_handles),
        room_test(every_close_is_told_and_the_last_is_known),
        room_test(a_protected_handle_stays),
        room_test(duplicates),
        room_test(a_special_handle_becomes_a_real_one),
        room_test(handles_from_pointers),
        room_test(a_programs_bad_pointer_leaves_no_handle),
        room_test(a_program_gets_no_kernel_handle),
        room_test(bad_attributes_are_refused),
        room_test(a_table_grows),
        room_test(no_memory_for_the_table_is_a_status),
        room_test(a_tables_end_closes_what_is_open),
        room_test(what_is_known_of_an_object),
        room_test(many_threads_close_one_handle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
