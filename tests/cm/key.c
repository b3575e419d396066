/* Keys: creating, opening, links, volatility, deleting with handles open, what is told of them. */
#include "fixture.h"

#include "ob/rights.h"

#define SOFTWARE L"\\Registry\\Machine\\Software\\"

static void creating_and_opening(void **state)
{
    HANDLE key, below, again;
    ULONG disposition = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(open_key_below(NULL, SOFTWARE L"Test", &key), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(create_key_below(NULL, SOFTWARE L"Missing\\Test", 0, &key, NULL),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(create_key_below(NULL, SOFTWARE L"Test", 0, &key, &disposition), STATUS_SUCCESS);
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_status(
        create_key_below(NULL, L"\\REGISTRY\\MACHINE\\software\\TEST", 0, &again, &disposition),
        STATUS_SUCCESS);
    assert_int_equal(disposition, REG_OPENED_EXISTING_KEY);
    assert_status(create_key_below(key, L"Below", 0, &below, &disposition), STATUS_SUCCESS);
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_status(ZwClose(again), STATUS_SUCCESS);
    assert_status(open_key_below(key, L"below", &again), STATUS_SUCCESS);
    assert_status(ZwClose(again), STATUS_SUCCESS);
    /* Separators at the end, and more than one, are as good as one. */
    assert_status(open_key_below(NULL, SOFTWARE L"Test\\\\Below\\", &again), STATUS_SUCCESS);
    assert_status(ZwClose(again), STATUS_SUCCESS);
    /* No name: the root itself, opened once more. */
    assert_status(open_key_below(key, L"", &again), STATUS_SUCCESS);
    assert_status(ZwClose(again), STATUS_SUCCESS);
    assert_status(ZwClose(below), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void bad_parameters(void **state)
{
    static WCHAR longest[] =
        SOFTWARE L"0123456789012345678901234567890123456789012345678901234567890"
                 L"12345678901234567890123456789012345678901234567890123456789012345678"
                 L"90123456789012345678901234567890123456789012345678901234567890123456"
                 L"789012345678901234567890123456789012345678901234567890123456789012";
    UNICODE_STRING name = name_of(longest);
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    const USHORT prefix = sizeof(SOFTWARE) - sizeof(WCHAR);
    HANDLE key;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateKey(&key, KEY_READ, NULL, 0, NULL, 0, NULL), STATUS_INVALID_PARAMETER);
    assert_status(ZwOpenKeyEx(&key, KEY_READ, NULL, 0), STATUS_INVALID_PARAMETER);
    assert_status(create_key_below(NULL, SOFTWARE L"Test", 0x100, &key, NULL),
                  STATUS_INVALID_PARAMETER);
    assert_status(create_key_below(NULL, L"Software", 0, &key, NULL),
                  STATUS_OBJECT_PATH_SYNTAX_BAD);
    assert_status(create_key_below(NULL, L"\\Device\\Test", 0, &key, NULL),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(create_key_below(NULL, L"\\Device", 0, &key, NULL), STATUS_OBJECT_TYPE_MISMATCH);
    /* 256 characters, and the limit. */
    name.Length = prefix + 256 * sizeof(WCHAR);
    assert_status(ZwCreateKey(&key, KEY_ALL_ACCESS, &attributes, 0, NULL, 0, NULL),
                  STATUS_INVALID_PARAMETER);
    name.Length -= sizeof(WCHAR);
    assert_status(ZwCreateKey(&key, KEY_ALL_ACCESS, &attributes, 0, NULL, 0, NULL), STATUS_SUCCESS);
    assert_status(ZwDeleteKey(key), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void the_current_control_set_is_a_link(void **state)
{
    HANDLE key = make_key(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\Test"), other,
           link;
    UNICODE_STRING name = name_of(L"\\Registry\\Machine\\System\\CurrentControlSet");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    struct {
        ULONG length;
        WCHAR text[100];
    } path;
    ULONG returned, value[32];

    UNREFERENCED_PARAMETER(state);
    assert_status(
        open_key_below(NULL, L"\\Registry\\Machine\\System\\ControlSet001\\Services\\Test", &other),
        STATUS_SUCCESS);
    assert_status(ZwQueryKey(key, KeyNameInformation, &path, sizeof(path), &returned),
                  STATUS_SUCCESS);
    path.text[path.length / sizeof(WCHAR)] = 0;
    name = name_of(path.text);
    assert_string_is(name, L"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\Test");
    /* The link itself, for who asks for it. */
    name = name_of(L"\\Registry\\Machine\\System\\CurrentControlSet");
    assert_status(ZwOpenKeyEx(&link, KEY_READ, &attributes, REG_OPTION_OPEN_LINK), STATUS_SUCCESS);
    assert_status(query_value(link, L"SymbolicLinkValue", KeyValuePartialInformation, value,
                              sizeof(value), &returned),
                  STATUS_SUCCESS);
    assert_int_equal(((PKEY_VALUE_PARTIAL_INFORMATION)value)->Type, REG_LINK);
    assert_status(ZwClose(link), STATUS_SUCCESS);
    assert_status(ZwClose(other), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static HANDLE make_link(PCWSTR text, PCWSTR target)
{
    UNICODE_STRING name = name_of(target);
    HANDLE link;

    assert_status(
        create_key_below(NULL, text, REG_OPTION_CREATE_LINK | REG_OPTION_VOLATILE, &link, NULL),
        STATUS_SUCCESS);
    assert_status(set_value(link, L"SymbolicLinkValue", REG_LINK, name.Buffer, name.Length),
                  STATUS_SUCCESS);
    return link;
}

static void links(void **state)
{
    HANDLE target = make_key(SOFTWARE L"Target"), key, empty,
           link = make_link(SOFTWARE L"Link", SOFTWARE L"Target"),
           loop = make_link(SOFTWARE L"Loop", SOFTWARE L"Loop"),
           wrong = make_link(SOFTWARE L"Wrong", L"\\Device");

    UNREFERENCED_PARAMETER(state);
    assert_status(create_key_below(NULL, SOFTWARE L"Link\\Below", 0, &key, NULL), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
    assert_status(open_key_below(target, L"Below", &key), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
    assert_status(open_key_below(NULL, SOFTWARE L"Loop", &key), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(open_key_below(NULL, SOFTWARE L"Wrong", &key), STATUS_OBJECT_NAME_INVALID);
    assert_status(create_key_below(NULL, SOFTWARE L"Empty",
                                   REG_OPTION_CREATE_LINK | REG_OPTION_VOLATILE, &empty, NULL),
                  STATUS_SUCCESS);
    assert_status(open_key_below(NULL, SOFTWARE L"Empty", &key), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(ZwClose(empty), STATUS_SUCCESS);
    assert_status(ZwClose(wrong), STATUS_SUCCESS);
    assert_status(ZwClose(loop), STATUS_SUCCESS);
    assert_status(ZwClose(link), STATUS_SUCCESS);
    assert_status(ZwClose(target), STATUS_SUCCESS);
}

static void below_a_volatile_key_all_is_volatile(void **state)
{
    HANDLE key, below;

    UNREFERENCED_PARAMETER(state);
    assert_status(create_key_below(NULL, SOFTWARE L"Volatile", REG_OPTION_VOLATILE, &key, NULL),
                  STATUS_SUCCESS);
    assert_status(create_key_below(key, L"Below", 0, &below, NULL), STATUS_CHILD_MUST_BE_VOLATILE);
    assert_status(create_key_below(key, L"Below", REG_OPTION_VOLATILE, &below, NULL),
                  STATUS_SUCCESS);
    assert_status(ZwClose(below), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void a_deleted_key_answers_so(void **state)
{
    HANDLE key = make_key(SOFTWARE L"Test"), below, again, other;
    UNICODE_STRING name = name_of(L"Value");
    ULONG answer[64], returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(create_key_below(key, L"Below", 0, &below, NULL), STATUS_SUCCESS);
    assert_status(ZwDeleteKey(key), STATUS_CANNOT_DELETE);
    assert_status(ZwDeleteKey(below), STATUS_SUCCESS);
    assert_status(ZwDeleteKey(key), STATUS_SUCCESS);
    assert_status(ZwDeleteKey(key), STATUS_KEY_DELETED);
    assert_status(ZwSetValueKey(key, &name, 0, REG_DWORD, &returned, sizeof(returned)),
                  STATUS_KEY_DELETED);
    assert_status(
        ZwQueryValueKey(key, &name, KeyValueFullInformation, answer, sizeof(answer), &returned),
        STATUS_KEY_DELETED);
    assert_status(ZwDeleteValueKey(key, &name), STATUS_KEY_DELETED);
    assert_status(ZwEnumerateKey(key, 0, KeyBasicInformation, answer, sizeof(answer), &returned),
                  STATUS_KEY_DELETED);
    assert_status(
        ZwEnumerateValueKey(key, 0, KeyValueBasicInformation, answer, sizeof(answer), &returned),
        STATUS_KEY_DELETED);
    assert_status(ZwQueryKey(key, KeyFullInformation, answer, sizeof(answer), &returned),
                  STATUS_KEY_DELETED);
    assert_status(create_key_below(key, L"Below", 0, &other, NULL), STATUS_KEY_DELETED);
    /* Its name is another's by now. */
    again = make_key(SOFTWARE L"Test");
    assert_status(ZwQueryKey(key, KeyFullInformation, answer, sizeof(answer), &returned),
                  STATUS_KEY_DELETED);
    assert_status(ZwClose(again), STATUS_SUCCESS);
    assert_status(ZwClose(below), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

/* An answer of any class, in a buffer of exactly the size that it is told to have. */
static struct {
    union {
        KEY_BASIC_INFORMATION basic;
        KEY_NODE_INFORMATION node;
        KEY_FULL_INFORMATION full;
        KEY_NAME_INFORMATION name;
        UCHAR bytes[512];
    };
} answer;

static void fill_with(UCHAR byte)
{
    memset(&answer, byte, sizeof(answer));
}

/* Each class at the sizes where it changes: one less than fixed, fixed, one less than all, all. */
static void sizes_of_answers(void **state)
{
    UNICODE_STRING name = name_of(SOFTWARE L"Sized"), class_name = name_of(L"Class");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    const struct {
        KEY_INFORMATION_CLASS class;
        ULONG fixed, all;
    } cases[] = {
        {KeyBasicInformation, 16, 16 + 10},
        {KeyNodeInformation, 24, 24 + 12 + 10}, /* the class is aligned to 4 */
        {KeyFullInformation, 44, 44 + 10},
        {KeyNameInformation, 4, 4 + sizeof(SOFTWARE L"Sized") - 2},
    };
    HANDLE key;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateKey(&key, KEY_ALL_ACCESS, &attributes, 0, &class_name, 0, NULL),
                  STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        const struct {
            ULONG length;
            NTSTATUS status;
        } sizes[] = {
            {0, STATUS_BUFFER_TOO_SMALL},
            {cases[i].fixed - 1, STATUS_BUFFER_TOO_SMALL},
            {cases[i].fixed, STATUS_BUFFER_OVERFLOW},
            {cases[i].all - 1, STATUS_BUFFER_OVERFLOW},
            {cases[i].all, STATUS_SUCCESS},
            {cases[i].all + 1, STATUS_SUCCESS},
        };
        ULONG j;

        for (j = 0; j < RTL_NUMBER_OF(sizes); j++) {
            ULONG returned = 0, at;

            fill_with(0xCC);
            assert_status(ZwQueryKey(key, cases[i].class, &answer, sizes[j].length, &returned),
                          sizes[j].status);
            assert_int_equal(returned, cases[i].all);
            /* Nothing past the end, and nothing at all if not even the fixed part fits. */
            at = sizes[j].status == STATUS_BUFFER_TOO_SMALL ? 0 : sizes[j].length;
            for (; at < sizeof(answer.bytes); at++)
                assert_int_equal(answer.bytes[at], 0xCC);
        }
    }
    assert_status(ZwQueryKey(key, 77, &answer, sizeof(answer), &i), STATUS_INVALID_PARAMETER);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void what_is_told_of_a_key(void **state)
{
    HANDLE key = make_key(SOFTWARE L"Told"), below;
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(create_key_below(key, L"bb", 0, &below, NULL), STATUS_SUCCESS);
    assert_status(ZwClose(below), STATUS_SUCCESS);
    assert_status(create_key_below(key, L"Aaaa", 0, &below, NULL), STATUS_SUCCESS);
    assert_status(ZwClose(below), STATUS_SUCCESS);
    assert_status(set_value(key, L"v", REG_BINARY, "12345", 5), STATUS_SUCCESS);
    assert_status(set_value(key, L"value", REG_BINARY, "1", 1), STATUS_SUCCESS);
    assert_status(ZwQueryKey(key, KeyFullInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_int_equal(answer.full.SubKeys, 2);
    assert_int_equal(answer.full.MaxNameLen, 8);
    assert_int_equal(answer.full.Values, 2);
    assert_int_equal(answer.full.MaxValueNameLen, 10);
    assert_int_equal(answer.full.MaxValueDataLen, 5);
    assert_int_equal(answer.full.ClassOffset, MAXULONG);
    assert_int_equal(answer.full.ClassLength, 0);
    assert_true(answer.full.LastWriteTime.QuadPart > 0);
    /* Subkeys are sorted without regard to case. */
    assert_status(ZwEnumerateKey(key, 0, KeyBasicInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_int_equal(answer.basic.NameLength, 8);
    assert_memory_equal(answer.basic.Name, L"Aaaa", 8);
    assert_status(ZwEnumerateKey(key, 1, KeyNodeInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_memory_equal(answer.node.Name, L"bb", 4);
    assert_status(ZwEnumerateKey(key, 2, KeyBasicInformation, &answer, sizeof(answer), &returned),
                  STATUS_NO_MORE_ENTRIES);
    assert_status(ZwEnumerateKey(key, 0, KeyNameInformation, &answer, sizeof(answer), &returned),
                  STATUS_INVALID_PARAMETER);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void rights_are_checked(void **state)
{
    UNICODE_STRING name = name_of(L"\\Registry\\Machine\\Software"), value = name_of(L"v");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, 0);
    ULONG returned;
    HANDLE key;

    UNREFERENCED_PARAMETER(state);
    as_mode(UserMode);
    assert_status(NtOpenKey(&key, KEY_READ, &attributes), STATUS_SUCCESS);
    assert_status(NtSetValueKey(key, &value, 0, REG_DWORD, &returned, 4), STATUS_ACCESS_DENIED);
    assert_status(NtDeleteValueKey(key, &value), STATUS_ACCESS_DENIED);
    assert_status(NtDeleteKey(key), STATUS_ACCESS_DENIED);
    assert_status(NtClose(key), STATUS_SUCCESS);
    assert_status(NtOpenKey(&key, KEY_SET_VALUE, &attributes), STATUS_SUCCESS);
    assert_status(
        NtQueryValueKey(key, &value, KeyValueFullInformation, &answer, sizeof(answer), &returned),
        STATUS_ACCESS_DENIED);
    assert_status(NtQueryKey(key, KeyFullInformation, &answer, sizeof(answer), &returned),
                  STATUS_ACCESS_DENIED);
    assert_status(NtQueryKey(key, KeyNameInformation, &answer, sizeof(answer), &returned),
                  STATUS_SUCCESS);
    assert_status(NtEnumerateKey(key, 0, KeyBasicInformation, &answer, sizeof(answer), &returned),
                  STATUS_ACCESS_DENIED);
    assert_status(NtClose(key), STATUS_SUCCESS);
    assert_status(NtOpenKey((PHANDLE)8, KEY_READ, &attributes), STATUS_ACCESS_VIOLATION);
    assert_int_equal(ob_type_key.handles, 0);
}

static void a_keys_name_as_an_object(void **state)
{
    HANDLE key = make_key(SOFTWARE L"Named");
    struct {
        UNICODE_STRING string;
        WCHAR text[64];
    } name;
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwQueryObject(key, ObjectNameInformation, &name, sizeof(name), &returned),
                  STATUS_SUCCESS);
    assert_string_is(name.string, L"\\REGISTRY\\MACHINE\\SOFTWARE\\Named");
    assert_status(ZwQueryObject(key, ObjectNameInformation, &name, returned - 1, &returned),
                  STATUS_INFO_LENGTH_MISMATCH);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

/* 512 levels below the root, and not one more. */
static void a_tree_has_a_depth(void **state)
{
    HANDLE key = make_key(SOFTWARE L"Deep"), below;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG depth = 3;
    UNICODE_STRING name = name_of(SOFTWARE L"Deep");

    UNREFERENCED_PARAMETER(state);
    while (NT_SUCCESS(status)) {
        status = create_key_below(key, L"d", 0, &below, NULL);
        if (!NT_SUCCESS(status))
            break;
        depth++;
        assert_status(ZwClose(key), STATUS_SUCCESS);
        key = below;
        assert_true(depth < 1000);
    }
    assert_status(status, STATUS_NAME_TOO_LONG);
    assert_int_equal(depth, 512);
    assert_status(ZwClose(key), STATUS_SUCCESS);
    assert_status(cm_delete_key(&name), STATUS_SUCCESS);
}

static void no_memory_is_a_status(void **state)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG at;
    HANDLE key;

    UNREFERENCED_PARAMETER(state);
    for (at = 0; !NT_SUCCESS(status); at++) {
        ex_pool_inject(at, FALSE);
        status = create_key_below(NULL, SOFTWARE L"Scarce", 0, &key, NULL);
        ex_pool_inject(MAXULONG, FALSE);
        if (!NT_SUCCESS(status))
            assert_status(status, STATUS_INSUFFICIENT_RESOURCES);
        assert_true(at < 100);
    }
    assert_true(at > 2);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

#define ROUNDS 500

static VOID NTAPI create_and_delete(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        HANDLE key;

        if (!NT_SUCCESS(create_key_below(NULL, SOFTWARE L"Contended", 0, &key, NULL)))
            continue;
        set_value(key, L"Value", REG_DWORD, &i, sizeof(i));
        ZwDeleteKey(key);
        ZwClose(key);
    }
}

static void many_threads_make_and_delete_one_key(void **state)
{
    PKTHREAD threads[4];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        threads[i] = begin_thread(create_and_delete, NULL);
    for (i = 0; i < RTL_NUMBER_OF(threads); i++)
        end_of_thread(threads[i]);
    /* The registry's own key is all that is open. */
    assert_int_equal(ob_type_key.objects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        registry_test(creating_and_opening),
        registry_test(bad_parameters),
        registry_test(the_current_control_set_is_a_link),
        registry_test(links),
        registry_test(below_a_volatile_key_all_is_volatile),
        registry_test(a_deleted_key_answers_so),
        registry_test(sizes_of_answers),
        registry_test(what_is_told_of_a_key),
        registry_test(rights_are_checked),
        registry_test(a_keys_name_as_an_object),
        registry_test(a_tree_has_a_depth),
        registry_test(no_memory_is_a_status),
        registry_test(many_threads_make_and_delete_one_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
