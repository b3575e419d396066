/* Names lead to objects without regard to case, through links, and go when they are taken away. */
#include "fixture.h"

static PVOID make_event(VOID)
{
    PVOID event;

    assert_status(ob_create(&ob_type_event, sizeof(KEVENT), &event), STATUS_SUCCESS);
    KeInitializeEvent(event, NotificationEvent, FALSE);
    return event;
}

static NTSTATUS open_name(PCWSTR text, struct _OBJECT_TYPE *type, PVOID *object)
{
    UNICODE_STRING name = name_of(text);

    return ob_open_by_name(&name, 0, type, 0, KernelMode, NULL, object);
}

/* Opens the name and says whether it led to expected. */
static void assert_leads_to(PCWSTR text, PVOID expected)
{
    PVOID object;

    assert_status(open_name(text, NULL, &object), STATUS_SUCCESS);
    assert_ptr_equal(object, expected);
    ObDereferenceObject(object);
}

static NTSTATUS insert(PVOID object, PCWSTR text)
{
    UNICODE_STRING name = name_of(text);

    return ob_insert_name(object, &name);
}

static NTSTATUS link_names(PCWSTR from, PCWSTR to)
{
    UNICODE_STRING name = name_of(from), target = name_of(to);

    return IoCreateSymbolicLink(&name, &target);
}

static void unlink_name(PCWSTR text)
{
    UNICODE_STRING name = name_of(text);

    assert_status(IoDeleteSymbolicLink(&name), STATUS_SUCCESS);
}

static void the_usual_directories_are_there(void **state)
{
    static const PCWSTR names[] = {L"\\",           L"\\Device",        L"\\Driver",
                                   L"\\FileSystem", L"\\GLOBAL??",      L"\\BaseNamedObjects",
                                   L"\\Callback",   L"\\KernelObjects", L"\\??",
                                   L"\\DosDevices", L"\\??\\Global"};
    PVOID object;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(names); i++) {
        assert_status(open_name(names[i], &ob_type_directory, &object), STATUS_SUCCESS);
        ObDereferenceObject(object);
    }
}

static void bad_names_are_told_apart(void **state)
{
    static const struct {
        PCWSTR name;
        NTSTATUS status;
    } cases[] = {
        {L"", STATUS_OBJECT_PATH_SYNTAX_BAD},
        {L"Device", STATUS_OBJECT_PATH_SYNTAX_BAD},
        {L"\\Missing", STATUS_OBJECT_NAME_NOT_FOUND},
        {L"\\Device\\Missing", STATUS_OBJECT_NAME_NOT_FOUND},
        {L"\\Missing\\Event", STATUS_OBJECT_PATH_NOT_FOUND},
        {L"\\Device\\", STATUS_OBJECT_NAME_INVALID},
        {L"\\Device\\\\Event", STATUS_OBJECT_NAME_INVALID},
        {L"\\\\Device", STATUS_OBJECT_NAME_INVALID},
        {L"\\Device\\Event\\More", STATUS_OBJECT_TYPE_MISMATCH},
    };
    UNICODE_STRING odd = name_of(L"\\Device");
    PVOID event = make_event(), object;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(event, L"\\Device\\Event"), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        object = &object;
        assert_status(open_name(cases[i].name, NULL, &object), cases[i].status);
        assert_null(object);
    }
    odd.Length--;
    assert_status(ob_open_by_name(&odd, 0, NULL, 0, KernelMode, NULL, &object),
                  STATUS_OBJECT_NAME_INVALID);
    ob_remove_name(event);
    ObDereferenceObject(event);
}

static void case_makes_no_difference(void **state)
{
    PVOID event = make_event(), other = make_event();

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(event, L"\\Device\\MixedCase"), STATUS_SUCCESS);
    assert_leads_to(L"\\DEVICE\\mixedcase", event);
    assert_leads_to(L"\\device\\MIXEDCASE", event);
    assert_status(insert(other, L"\\Device\\MIXEDcase"), STATUS_OBJECT_NAME_COLLISION);
    ob_remove_name(event);
    ObDereferenceObject(event);
    ObDereferenceObject(other);
}

static void a_name_is_given_once_and_taken_away(void **state)
{
    PVOID event = make_event(), other = make_event(), object;
    UNICODE_STRING name;

    UNREFERENCED_PARAMETER(state);
    assert_status(ob_query_name(event, &name), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(name.Length, 0);
    assert_status(insert(event, L"\\Missing\\Event"), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(insert(event, L"\\Device\\"), STATUS_OBJECT_NAME_INVALID);
    assert_status(insert(event, L"Event"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    assert_status(insert(event, L"\\Device\\Event"), STATUS_SUCCESS);
    assert_int_equal(ob_reference_count(event), 2);
    assert_status(ob_query_name(event, &name), STATUS_SUCCESS);
    assert_string_is(name, L"\\Device\\Event");
    assert_status(insert(other, L"\\Device\\Event"), STATUS_OBJECT_NAME_COLLISION);
    assert_status(insert(event, L"\\Device\\Second"), STATUS_INVALID_PARAMETER);
    ob_remove_name(event);
    ob_remove_name(event);
    assert_int_equal(ob_reference_count(event), 1);
    assert_status(open_name(L"\\Device\\Event", NULL, &object), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(ob_query_name(event, &name), STATUS_OBJECT_NAME_NOT_FOUND);
    /* The name is free again, and so is the object for another. */
    assert_status(insert(other, L"\\Device\\Event"), STATUS_SUCCESS);
    assert_status(insert(event, L"\\Other"), STATUS_SUCCESS);
    assert_status(ob_query_name(event, &name), STATUS_SUCCESS);
    assert_string_is(name, L"\\Other");
    ob_remove_name(other);
    ob_remove_name(event);
    ObDereferenceObject(other);
    ObDereferenceObject(event);
}

static void an_object_below_another_is_a_mismatch(void **state)
{
    PVOID event = make_event(), other = make_event();

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(event, L"\\Device\\Event"), STATUS_SUCCESS);
    assert_status(insert(other, L"\\Device\\Event\\Below"), STATUS_OBJECT_TYPE_MISMATCH);
    ob_remove_name(event);
    ObDereferenceObject(event);
    ObDereferenceObject(other);
}

static void the_wrong_type_is_a_mismatch(void **state)
{
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(open_name(L"\\Device", &ob_type_event, &object), STATUS_OBJECT_TYPE_MISMATCH);
    assert_null(object);
}

static void links_lead_on(void **state)
{
    PVOID event = make_event(), link;

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(event, L"\\Device\\Target"), STATUS_SUCCESS);
    assert_status(link_names(L"\\DosDevices\\First", L"\\Device\\Target"), STATUS_SUCCESS);
    assert_status(link_names(L"\\??\\Second", L"\\??\\First"), STATUS_SUCCESS);
    assert_leads_to(L"\\GLOBAL??\\First", event);
    assert_leads_to(L"\\??\\Second", event);
    assert_leads_to(L"\\DosDevices\\second", event);
    assert_leads_to(L"\\??\\GLOBALROOT\\Device\\Target", event);
    /* To the link itself, if that is what is asked for. */
    assert_status(open_name(L"\\??\\Second", &ob_type_symbolic_link, &link), STATUS_SUCCESS);
    assert_ptr_equal(ob_type_of(link), &ob_type_symbolic_link);
    ObDereferenceObject(link);
    unlink_name(L"\\??\\Second");
    unlink_name(L"\\DosDevices\\First");
    ob_remove_name(event);
    ObDereferenceObject(event);
}

static void a_link_to_a_directory_takes_the_rest_along(void **state)
{
    PVOID event = make_event();

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(event, L"\\Device\\Target"), STATUS_SUCCESS);
    assert_status(link_names(L"\\??\\Dir", L"\\Device"), STATUS_SUCCESS);
    assert_status(link_names(L"\\??\\DirWithSeparator", L"\\Device\\"), STATUS_SUCCESS);
    assert_leads_to(L"\\??\\Dir\\Target", event);
    assert_leads_to(L"\\??\\DirWithSeparator\\Target", event);
    unlink_name(L"\\??\\Dir");
    unlink_name(L"\\??\\DirWithSeparator");
    ob_remove_name(event);
    ObDereferenceObject(event);
}

static void links_that_lead_nowhere(void **state)
{
    UNICODE_STRING name = name_of(L"\\??\\Loop"), empty = {0};
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(IoCreateSymbolicLink(&name, &empty), STATUS_INVALID_PARAMETER);
    assert_status(link_names(L"\\??\\Loop", L"\\??\\Pool"), STATUS_SUCCESS);
    assert_status(open_name(L"\\??\\Loop", NULL, &object), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(link_names(L"\\??\\Pool", L"\\??\\Loop"), STATUS_SUCCESS);
    assert_status(open_name(L"\\??\\Loop", NULL, &object), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(object);
    assert_status(link_names(L"\\??\\Loop", L"\\Device"), STATUS_OBJECT_NAME_COLLISION);
    assert_status(link_names(L"\\??\\Relative", L"Device"), STATUS_SUCCESS);
    assert_status(open_name(L"\\??\\Relative", NULL, &object), STATUS_OBJECT_PATH_SYNTAX_BAD);
    unlink_name(L"\\??\\Relative");
    unlink_name(L"\\??\\Loop");
    unlink_name(L"\\??\\Pool");
    assert_status(IoDeleteSymbolicLink(&name), STATUS_OBJECT_NAME_NOT_FOUND);
}

/* A chain one longer than what is followed, and one that is just as long. */
static void a_chain_of_links_has_a_limit(void **state)
{
    WCHAR from[16] = L"\\??\\L00", to[16] = L"\\??\\L00";
    PVOID event = make_event(), object;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    /* \?? is a link itself, which counts once for each name that is in it. */
    assert_status(insert(event, L"\\GLOBAL??\\L00"), STATUS_SUCCESS);
    for (i = 1; i < 20; i++) {
        from[5] = (WCHAR)(L'0' + i / 10);
        from[6] = (WCHAR)(L'0' + i % 10);
        to[5] = (WCHAR)(L'0' + (i - 1) / 10);
        to[6] = (WCHAR)(L'0' + (i - 1) % 10);
        assert_status(link_names(from, to), STATUS_SUCCESS);
    }
    assert_leads_to(L"\\GLOBAL??\\L16", event);
    assert_status(open_name(L"\\??\\L16", NULL, &object), STATUS_OBJECT_NAME_NOT_FOUND);
    for (i = 1; i < 20; i++) {
        from[5] = (WCHAR)(L'0' + i / 10);
        from[6] = (WCHAR)(L'0' + i % 10);
        unlink_name(from);
    }
    ob_remove_name(event);
    ObDereferenceObject(event);
}

static void a_link_is_not_followed_if_the_caller_says_so(void **state)
{
    UNICODE_STRING name = name_of(L"\\??");
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ob_open_by_name(&name, OBJ_DONT_REPARSE, &ob_type_directory, 0, KernelMode, NULL, &object),
        STATUS_REPARSE_POINT_ENCOUNTERED);
    assert_status(ob_open_by_name(&name, OBJ_OPENLINK, NULL, 0, KernelMode, NULL, &object),
                  STATUS_SUCCESS);
    assert_ptr_equal(ob_type_of(object), &ob_type_symbolic_link);
    ObDereferenceObject(object);
}

/* What the parse routine of the type below was given. */
static struct {
    WCHAR rest[32];
    PVOID context;
    ULONG calls;
} parsed;

static NTSTATUS parse(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access, ULONG attributes,
                      KPROCESSOR_MODE mode, PVOID parse_context, PVOID *found)
{
    UNREFERENCED_PARAMETER(object);
    UNREFERENCED_PARAMETER(access);
    UNREFERENCED_PARAMETER(attributes);
    UNREFERENCED_PARAMETER(mode);
    memcpy(parsed.rest, rest->Buffer, rest->Length);
    parsed.rest[rest->Length / sizeof(WCHAR)] = 0;
    parsed.context = parse_context;
    parsed.calls++;
    return ob_create(&ob_type_event, sizeof(KEVENT), found);
}

static struct _OBJECT_TYPE parsing_type = {
    .name = "Parsing",
    .mapping = {1, 2, 4, 7},
    .valid_access = 7,
    .pool = NonPagedPoolNx,
    .parse = parse,
    .parses_to = &ob_type_event,
};

static void assert_parsed(PCWSTR name, PCWSTR rest)
{
    UNICODE_STRING full = name_of(name), got;
    PVOID object;

    assert_status(ob_open_by_name(&full, 0, &ob_type_event, 0, KernelMode, (PVOID)name, &object),
                  STATUS_SUCCESS);
    assert_ptr_equal(ob_type_of(object), &ob_type_event);
    ObDereferenceObject(object);
    got = name_of(parsed.rest);
    assert_string_is(got, rest);
    assert_ptr_equal(parsed.context, name);
}

static void the_rest_of_a_name_goes_to_the_parse_routine(void **state)
{
    UNICODE_STRING name = name_of(L"\\Device\\P"), relative = name_of(L"a\\b");
    OBJECT_ATTRIBUTES attributes;
    PVOID device, object;
    HANDLE handle;

    UNREFERENCED_PARAMETER(state);
    assert_status(ob_create(&parsing_type, 16, &device), STATUS_SUCCESS);
    assert_status(ob_insert_name(device, &name), STATUS_SUCCESS);
    assert_parsed(L"\\Device\\P\\a\\b", L"\\a\\b");
    assert_parsed(L"\\Device\\P\\", L"\\");
    assert_parsed(L"\\Device\\P", L"");
    /* Not asked for what it makes, it is not called. */
    parsed.calls = 0;
    assert_leads_to(L"\\Device\\P", device);
    assert_status(open_name(L"\\Device\\P\\a", &ob_type_semaphore, &object),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(parsed.calls, 0);
    /* From the object as a root, without the separator. */
    assert_status(ob_make_handle(device, 7, OBJ_KERNEL_HANDLE, &handle), STATUS_SUCCESS);
    InitializeObjectAttributes(&attributes, &relative, 0, handle, NULL);
    assert_status(ob_open(&attributes, &ob_type_event, 0, KernelMode, NULL, &object),
                  STATUS_SUCCESS);
    ObDereferenceObject(object);
    relative = name_of(parsed.rest);
    assert_string_is(relative, L"a\\b");
    assert_status(ob_close_handle(handle, KernelMode), STATUS_SUCCESS);
    ob_remove_name(device);
    ObDereferenceObject(device);
}

static void names_from_a_root_directory(void **state)
{
    UNICODE_STRING directory = name_of(L"\\Device"), name = name_of(L"Rooted"),
                   absolute = name_of(L"\\Device\\Rooted"), path;
    OBJECT_ATTRIBUTES attributes = attributes_of(&directory, OBJ_KERNEL_HANDLE);
    PVOID event = make_event(), object;
    HANDLE root;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwOpenDirectoryObject(&root, DIRECTORY_ALL_ACCESS, &attributes), STATUS_SUCCESS);
    InitializeObjectAttributes(&attributes, &name, OBJ_PERMANENT, root, NULL);
    assert_status(ob_insert(event, &attributes, KernelMode), STATUS_SUCCESS);
    assert_status(ob_query_name(event, &path), STATUS_SUCCESS);
    assert_string_is(path, L"\\Device\\Rooted");
    assert_status(ob_open(&attributes, &ob_type_event, 0, KernelMode, NULL, &object),
                  STATUS_SUCCESS);
    assert_ptr_equal(object, event);
    ObDereferenceObject(object);
    attributes.ObjectName = &absolute;
    assert_status(ob_open(&attributes, &ob_type_event, 0, KernelMode, NULL, &object),
                  STATUS_OBJECT_PATH_SYNTAX_BAD);
    assert_status(ZwClose(root), STATUS_SUCCESS);
    attributes.ObjectName = &name;
    assert_status(ob_open(&attributes, &ob_type_event, 0, KernelMode, NULL, &object),
                  STATUS_INVALID_HANDLE);
    ob_remove_name(event);
    ObDereferenceObject(event);
}

static void a_temporary_name_goes_with_the_last_handle(void **state)
{
    UNICODE_STRING name = name_of(L"\\BaseNamedObjects\\Temporary");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    HANDLE first, second;
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateEvent(&first, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(ZwOpenEvent(&second, EVENT_ALL_ACCESS, &attributes), STATUS_SUCCESS);
    assert_status(ZwClose(first), STATUS_SUCCESS);
    assert_status(ob_open_by_name(&name, 0, NULL, 0, KernelMode, NULL, &object), STATUS_SUCCESS);
    assert_status(ZwClose(second), STATUS_SUCCESS);
    /* A reference keeps the object, not its name. */
    assert_int_equal(ob_reference_count(object), 1);
    ObDereferenceObject(object);
    assert_status(ob_open_by_name(&name, 0, NULL, 0, KernelMode, NULL, &object),
                  STATUS_OBJECT_NAME_NOT_FOUND);
}

static void a_permanent_name_stays_until_it_is_made_temporary(void **state)
{
    UNICODE_STRING name = name_of(L"\\BaseNamedObjects\\Permanent");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE | OBJ_PERMANENT);
    HANDLE handle;
    PVOID object;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_status(ZwOpenEvent(&handle, EVENT_ALL_ACCESS, &attributes), STATUS_SUCCESS);
    assert_status(ZwMakeTemporaryObject(handle), STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_status(ZwOpenEvent(&handle, EVENT_ALL_ACCESS, &attributes),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    /* Without a handle the name goes at once. */
    assert_status(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    assert_status(ob_open_by_name(&name, 0, NULL, 0, KernelMode, NULL, &object), STATUS_SUCCESS);
    ObMakeTemporaryObject(object);
    assert_int_equal(ob_reference_count(object), 1);
    ObDereferenceObject(object);
}

static void creating_what_is_there(void **state)
{
    UNICODE_STRING name = name_of(L"\\BaseNamedObjects\\There");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    HANDLE first, second;
    EVENT_BASIC_INFORMATION information;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateEvent(&first, EVENT_ALL_ACCESS, &attributes, SynchronizationEvent, TRUE),
                  STATUS_SUCCESS);
    assert_status(ZwCreateEvent(&second, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_OBJECT_NAME_COLLISION);
    attributes.Attributes |= OBJ_OPENIF;
    assert_status(ZwCreateEvent(&second, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_OBJECT_NAME_EXISTS);
    assert_status(
        ZwQueryEvent(second, EventBasicInformation, &information, sizeof(information), NULL),
        STATUS_SUCCESS);
    assert_int_equal(information.EventType, SynchronizationEvent);
    assert_int_equal(information.EventState, 1);
    assert_status(ZwClose(second), STATUS_SUCCESS);
    assert_status(ZwCreateSemaphore(&second, SEMAPHORE_ALL_ACCESS, &attributes, 0, 1),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ZwClose(first), STATUS_SUCCESS);
}

/* Names as they were visited, a line each. */
static struct {
    CHAR text[4096];
    SIZE_T length;
} visited;

static VOID visit(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type, ULONG depth,
                  PVOID context)
{
    UNREFERENCED_PARAMETER(object);
    UNREFERENCED_PARAMETER(context);
    visited.length +=
        rtl_format(visited.text + visited.length, sizeof(visited.text) - visited.length,
                   "%u %wZ %s\n", depth, name, type->name);
}

static void enumeration_is_sorted_and_deep(void **state)
{
    PVOID b = make_event(), a = make_event();

    UNREFERENCED_PARAMETER(state);
    assert_status(insert(b, L"\\Device\\b"), STATUS_SUCCESS);
    assert_status(insert(a, L"\\Device\\A"), STATUS_SUCCESS);
    visited.length = 0;
    ob_enumerate(visit, NULL);
    assert_string_equal(visited.text, "0 ?? SymbolicLink\n"
                                      "0 BaseNamedObjects Directory\n"
                                      "0 Callback Directory\n"
                                      "0 Device Directory\n"
                                      "1 A Event\n"
                                      "1 b Event\n"
                                      "0 DosDevices SymbolicLink\n"
                                      "0 Driver Directory\n"
                                      "0 FileSystem Directory\n"
                                      "0 GLOBAL?? Directory\n"
                                      "1 Global SymbolicLink\n"
                                      "1 GLOBALROOT SymbolicLink\n"
                                      "0 KernelObjects Directory\n");
    ob_remove_name(a);
    ob_remove_name(b);
    ObDereferenceObject(a);
    ObDereferenceObject(b);
}

static void query_name_string_tells_how_much_it_needs(void **state)
{
    struct {
        OBJECT_NAME_INFORMATION information;
        WCHAR text[16];
    } buffer;
    const ULONG needed = sizeof(OBJECT_NAME_INFORMATION) + sizeof(L"\\Device\\Event");
    PVOID event = make_event();
    ULONG returned = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(ObQueryNameString(event, &buffer.information, sizeof(buffer), &returned),
                  STATUS_SUCCESS);
    assert_int_equal(returned, sizeof(OBJECT_NAME_INFORMATION));
    assert_null(buffer.information.Name.Buffer);
    assert_status(insert(event, L"\\Device\\Event"), STATUS_SUCCESS);
    assert_status(ObQueryNameString(event, NULL, 0, &returned), STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(returned, needed);
    assert_status(ObQueryNameString(event, &buffer.information, needed - 1, &returned),
                  STATUS_INFO_LENGTH_MISMATCH);
    assert_status(ObQueryNameString(event, &buffer.information, needed, &returned), STATUS_SUCCESS);
    assert_string_is(buffer.information.Name, L"\\Device\\Event");
    assert_int_equal(buffer.information.Name.MaximumLength,
                     buffer.information.Name.Length + sizeof(WCHAR));
    ob_remove_name(event);
    ObDereferenceObject(event);
}

#define ROUNDS 2000

static VOID NTAPI name_and_open(PVOID context)
{
    UNICODE_STRING name = name_of(L"\\Device\\Contended");
    PVOID event = make_event(), object;
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        NTSTATUS status = ob_insert_name(event, &name);

        assert_true(status == STATUS_SUCCESS || status == STATUS_OBJECT_NAME_COLLISION);
        status = ob_open_by_name(&name, 0, &ob_type_event, 0, KernelMode, NULL, &object);
        if (NT_SUCCESS(status))
            ObDereferenceObject(object);
        else
            assert_status(status, STATUS_OBJECT_NAME_NOT_FOUND);
        ob_remove_name(event);
    }
    ObDereferenceObject(event);
}

static void many_threads_fight_for_one_name(void **state)
{
    PKTHREAD threads[4];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(name_and_open, NULL);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(the_usual_directories_are_there),
        room_test(bad_names_are_told_apart),
        room_test(case_makes_no_difference),
        room_test(a_name_is_given_once_and_taken_away),
        room_test(an_object_below_another_is_a_mismatch),
        room_test(the_wrong_type_is_a_mismatch),
        room_test(links_lead_on),
        room_test(a_link_to_a_directory_takes_the_rest_along),
        room_test(links_that_lead_nowhere),
        room_test(a_chain_of_links_has_a_limit),
        room_test(a_link_is_not_followed_if_the_caller_says_so),
        room_test(the_rest_of_a_name_goes_to_the_parse_routine),
        room_test(names_from_a_root_directory),
        room_test(a_temporary_name_goes_with_the_last_handle),
        room_test(a_permanent_name_stays_until_it_is_made_temporary),
        room_test(creating_what_is_there),
        room_test(enumeration_is_sorted_and_deep),
        room_test(query_name_string_tells_how_much_it_needs),
        room_test(many_threads_fight_for_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
