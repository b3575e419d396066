/* Values: every class of answer at every size where it changes, all types, odd names and data. */
#include "fixture.h"

#define TEST L"\\Registry\\Machine\\Software\\Test"

static union {
    KEY_VALUE_BASIC_INFORMATION basic;
    KEY_VALUE_FULL_INFORMATION full;
    KEY_VALUE_PARTIAL_INFORMATION partial;
    KEY_VALUE_PARTIAL_INFORMATION_ALIGN64 aligned;
    UCHAR bytes[256];
} answer;

static void every_type_comes_back_as_it_went(void **state)
{
    static const UCHAR data[] = {1, 2, 3, 4, 5, 6, 7, 8};
    HANDLE key = make_key(TEST);
    ULONG type, bytes, returned;

    UNREFERENCED_PARAMETER(state);
    for (type = REG_NONE; type <= REG_QWORD; type++)
        for (bytes = 0; bytes <= sizeof(data); bytes++) {
            assert_status(set_value(key, L"Value", type, data, bytes), STATUS_SUCCESS);
            assert_status(query_value(key, L"VALUE", KeyValuePartialInformation, &answer,
                                      sizeof(answer), &returned),
                          STATUS_SUCCESS);
            assert_int_equal(returned, 12 + bytes);
            assert_int_equal(answer.partial.Type, type);
            assert_int_equal(answer.partial.DataLength, bytes);
            if (bytes)
                assert_memory_equal(answer.partial.Data, data, bytes);
        }
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

/* Fixed part and all of it, for a value with 3 characters of name and 5 bytes of data. */
static const struct {
    KEY_VALUE_INFORMATION_CLASS class;
    ULONG fixed, all, data_at;
} classes[] = {
    {KeyValueBasicInformation, 12, 12 + 6, 0},
    {KeyValueFullInformation, 20, 28 + 5, 28}, /* 20 + 6, aligned to 4 */
    {KeyValuePartialInformation, 12, 12 + 5, 12},
    {KeyValueFullInformationAlign64, 20, 32 + 5, 32}, /* 20 + 6, aligned to 8 */
    {KeyValuePartialInformationAlign64, 8, 8 + 5, 8},
};

static void sizes_of_answers(void **state)
{
    HANDLE key = make_key(TEST);
    ULONG i, length;

    UNREFERENCED_PARAMETER(state);
    assert_status(set_value(key, L"abc", REG_BINARY, "\1\2\3\4\5", 5), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(classes); i++)
        for (length = 0; length <= classes[i].all + 1; length++) {
            NTSTATUS expected = length < classes[i].fixed ? STATUS_BUFFER_TOO_SMALL
                                : length < classes[i].all ? STATUS_BUFFER_OVERFLOW
                                                          : STATUS_SUCCESS;
            ULONG returned = 0, at = expected == STATUS_BUFFER_TOO_SMALL ? 0 : length;

            memset(&answer, 0xCC, sizeof(answer));
            assert_status(query_value(key, L"abc", classes[i].class, &answer, length, &returned),
                          expected);
            assert_int_equal(returned, classes[i].all);
            for (; at < sizeof(answer); at++)
                assert_int_equal(answer.bytes[at], 0xCC);
            if (NT_SUCCESS(expected) && classes[i].data_at)
                assert_memory_equal(answer.bytes + classes[i].data_at, "\1\2\3\4\5", 5);
            memset(&answer, 0xCC, sizeof(answer));
            assert_status(ZwEnumerateValueKey(key, 0, classes[i].class, &answer, length, &returned),
                          expected);
            assert_int_equal(returned, classes[i].all);
        }
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void the_part_that_fits_is_there(void **state)
{
    HANDLE key = make_key(TEST);
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(set_value(key, L"abc", REG_BINARY, "\1\2\3\4\5", 5), STATUS_SUCCESS);
    assert_status(query_value(key, L"abc", KeyValuePartialInformation, &answer, 12 + 2, &returned),
                  STATUS_BUFFER_OVERFLOW);
    assert_int_equal(answer.partial.DataLength, 5);
    assert_memory_equal(answer.partial.Data, "\1\2", 2);
    assert_status(query_value(key, L"abc", KeyValueFullInformation, &answer, 20 + 4, &returned),
                  STATUS_BUFFER_OVERFLOW);
    assert_int_equal(answer.full.DataOffset, 28);
    assert_int_equal(answer.full.NameLength, 6);
    assert_memory_equal(answer.full.Name, L"ab", 4);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void no_data_has_no_place(void **state)
{
    HANDLE key = make_key(TEST);
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(set_value(key, L"abc", REG_NONE, NULL, 0), STATUS_SUCCESS);
    assert_status(
        query_value(key, L"abc", KeyValueFullInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(returned, 20 + 6);
    assert_int_equal(answer.full.DataOffset, MAXULONG);
    assert_int_equal(answer.full.DataLength, 0);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void names(void **state)
{
    static WCHAR longest[16385];
    HANDLE key = make_key(TEST);
    UNICODE_STRING name = name_of(L"Value");
    ULONG returned, number = 1, i;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        query_value(key, L"", KeyValuePartialInformation, &answer, sizeof(answer), &returned),
        STATUS_OBJECT_NAME_NOT_FOUND);
    /* The value without a name is the key's default. */
    assert_status(set_value(key, L"", REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(
        query_value(key, L"", KeyValueBasicInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(answer.basic.NameLength, 0);
    /* Terminators that were counted into the name are no part of it. */
    name.Length += sizeof(WCHAR);
    assert_status(ZwSetValueKey(key, &name, 0, REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(
        query_value(key, L"value", KeyValueBasicInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(answer.basic.NameLength, 10);
    assert_status(ZwDeleteValueKey(key, &name), STATUS_SUCCESS);
    assert_status(ZwDeleteValueKey(key, &name), STATUS_OBJECT_NAME_NOT_FOUND);
    for (i = 0; i < RTL_NUMBER_OF(longest); i++)
        longest[i] = L'n';
    name.Buffer = longest;
    name.Length = 16384 * sizeof(WCHAR);
    assert_status(ZwSetValueKey(key, &name, 0, REG_DWORD, &number, sizeof(number)),
                  STATUS_INVALID_PARAMETER);
    name.Length -= sizeof(WCHAR);
    assert_status(ZwSetValueKey(key, &name, 0, REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void bad_parameters(void **state)
{
    HANDLE key = make_key(TEST);
    UNICODE_STRING name = name_of(L"Value");
    ULONG returned;

    UNREFERENCED_PARAMETER(state);
    assert_status(query_value(key, L"Value", 5, &answer, sizeof(answer), &returned),
                  STATUS_INVALID_PARAMETER);
    assert_status(ZwEnumerateValueKey(key, 0, 5, &answer, sizeof(answer), &returned),
                  STATUS_INVALID_PARAMETER);
    assert_status(ZwSetValueKey(key, &name, 0, REG_BINARY, &returned, 0x80000000),
                  STATUS_INVALID_PARAMETER);
    assert_status(ZwSetValueKey(NtCurrentProcess(), &name, 0, REG_BINARY, &returned, 4),
                  STATUS_OBJECT_TYPE_MISMATCH);
    assert_status(ZwQueryValueKey((HANDLE)0x7ffc, &name, KeyValueBasicInformation, &answer,
                                  sizeof(answer), &returned),
                  STATUS_INVALID_HANDLE);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void enumeration_is_in_the_order_of_setting(void **state)
{
    HANDLE key = make_key(TEST);
    UNICODE_STRING name = name_of(L"b");
    ULONG returned, number = 7;

    UNREFERENCED_PARAMETER(state);
    assert_status(set_value(key, L"c", REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(set_value(key, L"b", REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(set_value(key, L"a", REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    /* Set anew, a value stays where it is. */
    assert_status(set_value(key, L"C", REG_DWORD, &number, sizeof(number)), STATUS_SUCCESS);
    assert_status(ZwDeleteValueKey(key, &name), STATUS_SUCCESS);
    assert_status(
        ZwEnumerateValueKey(key, 0, KeyValueBasicInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(answer.basic.Name[0], L'c');
    assert_status(
        ZwEnumerateValueKey(key, 1, KeyValueBasicInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(answer.basic.Name[0], L'a');
    assert_status(
        ZwEnumerateValueKey(key, 2, KeyValueBasicInformation, &answer, sizeof(answer), &returned),
        STATUS_NO_MORE_ENTRIES);
    assert_status(ZwClose(key), STATUS_SUCCESS);
}

static void a_programs_bad_pointers(void **state)
{
    UNICODE_STRING path = name_of(TEST), name = name_of(L"Value"), wild = name;
    OBJECT_ATTRIBUTES attributes = attributes_of(&path, 0);
    ULONG returned, number = 1;
    HANDLE key;

    UNREFERENCED_PARAMETER(state);
    as_mode(UserMode);
    wild.Buffer = (PWSTR)16;
    assert_status(NtCreateKey(&key, KEY_ALL_ACCESS, &attributes, 0, NULL, 0, NULL), STATUS_SUCCESS);
    assert_status(NtSetValueKey(key, &name, 0, REG_DWORD, &number, 4), STATUS_SUCCESS);
    assert_status(NtSetValueKey(key, &wild, 0, REG_DWORD, &number, 4), STATUS_ACCESS_VIOLATION);
    assert_status(NtSetValueKey(key, &name, 0, REG_DWORD, (PVOID)16, 4), STATUS_ACCESS_VIOLATION);
    assert_status(NtSetValueKey(key, &name, 0, REG_DWORD, (PVOID)MM_DIRECT_MAP, 4),
                  STATUS_ACCESS_VIOLATION);
    assert_status(NtQueryValueKey(key, &name, KeyValuePartialInformation, (PVOID)16, 64, &returned),
                  STATUS_ACCESS_VIOLATION);
    assert_status(NtQueryValueKey(key, &name, KeyValuePartialInformation, &answer, sizeof(answer),
                                  (PULONG)16),
                  STATUS_ACCESS_VIOLATION);
    assert_status(
        NtQueryValueKey(key, &name, KeyValuePartialInformation, &answer, sizeof(answer), &returned),
        STATUS_SUCCESS);
    assert_int_equal(*(PULONG)answer.partial.Data, 1);
    assert_status(NtClose(key), STATUS_SUCCESS);
}

static void by_name_for_the_kernel(void **state)
{
    UNICODE_STRING key = name_of(L"\\Registry\\Machine\\Software\\A\\B\\C"), value = name_of(L"v"),
                   parent = name_of(L"\\Registry\\Machine\\Software\\A"),
                   root = name_of(L"\\Registry"), strange = name_of(L"\\RegistryX");
    UCHAR buffer[4];
    ULONG type, bytes = sizeof(buffer);

    UNREFERENCED_PARAMETER(state);
    assert_status(cm_query_value(&key, &value, &type, buffer, &bytes),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(cm_set_value(&key, &value, REG_BINARY, "12345", 5), STATUS_SUCCESS);
    assert_status(cm_query_value(&key, &value, &type, buffer, &bytes), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(type, REG_BINARY);
    assert_int_equal(bytes, 5);
    assert_memory_equal(buffer, "1234", 4);
    assert_status(cm_create_key(&key), STATUS_SUCCESS);
    assert_status(cm_create_key(&strange), STATUS_OBJECT_PATH_SYNTAX_BAD);
    assert_status(cm_delete_key(&root), STATUS_CANNOT_DELETE);
    assert_status(cm_delete_key(&parent), STATUS_SUCCESS);
    assert_status(cm_delete_key(&parent), STATUS_OBJECT_NAME_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        registry_test(every_type_comes_back_as_it_went),
        registry_test(sizes_of_answers),
        registry_test(the_part_that_fits_is_there),
        registry_test(no_data_has_no_place),
        registry_test(names),
        registry_test(bad_parameters),
        registry_test(enumeration_is_in_the_order_of_setting),
        registry_test(a_programs_bad_pointers),
        registry_test(by_name_for_the_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
