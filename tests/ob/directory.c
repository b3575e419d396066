/* Directories and links by handle: listings and targets in buffers of every size. */
#include "fixture.h"

static HANDLE open_directory(PCWSTR text)
{
    UNICODE_STRING name = name_of(text);
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    HANDLE handle;

    assert_status(ZwOpenDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, &attributes),
                  STATUS_SUCCESS);
    return handle;
}

static HANDLE make_directory(PCWSTR text)
{
    UNICODE_STRING name = name_of(text);
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    HANDLE handle;

    assert_status(ZwCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, &attributes),
                  STATUS_SUCCESS);
    return handle;
}

static union {
    OBJECT_DIRECTORY_INFORMATION entries[64];
    UCHAR bytes[8192];
} listing;

static void a_listing_of_one_name(void **state)
{
    const ULONG needed =
        2 * sizeof(OBJECT_DIRECTORY_INFORMATION) + sizeof(L"Inner") + sizeof(L"Directory");
    HANDLE outer = make_directory(L"\\Outer"), inner;
    ULONG context = 0, returned = 0;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ZwQueryDirectoryObject(outer, &listing, sizeof(listing), FALSE, TRUE, &context, &returned),
        STATUS_NO_MORE_ENTRIES);
    inner = make_directory(L"\\Outer\\Inner");
    assert_status(
        ZwQueryDirectoryObject(outer, &listing, needed - 1, TRUE, TRUE, &context, &returned),
        STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(returned, needed);
    assert_int_equal(context, 0);
    assert_status(ZwQueryDirectoryObject(outer, &listing, needed, TRUE, TRUE, &context, &returned),
                  STATUS_SUCCESS);
    assert_int_equal(returned, needed);
    assert_int_equal(context, 1);
    assert_string_is(listing.entries[0].Name, L"Inner");
    assert_string_is(listing.entries[0].TypeName, L"Directory");
    assert_null(listing.entries[1].Name.Buffer);
    assert_status(ZwQueryDirectoryObject(outer, &listing, needed, TRUE, FALSE, &context, &returned),
                  STATUS_NO_MORE_ENTRIES);
    assert_status(ZwClose(inner), STATUS_SUCCESS);
    assert_status(ZwClose(outer), STATUS_SUCCESS);
}

static ULONG count_entries(void)
{
    ULONG count = 0;

    while (listing.entries[count].Name.Buffer)
        count++;
    return count;
}

static void a_listing_goes_on_where_it_stopped(void **state)
{
    HANDLE root = open_directory(L"\\");
    ULONG context = 0, returned, all, found = 0;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(state);
    assert_status(
        ZwQueryDirectoryObject(root, &listing, sizeof(listing), FALSE, TRUE, &context, &returned),
        STATUS_SUCCESS);
    all = count_entries();
    assert_int_equal(context, all);
    assert_true(all >= 9);
    /* In pieces of a few entries each. */
    context = 0;
    do {
        status = ZwQueryDirectoryObject(root, &listing, 300, FALSE, FALSE, &context, &returned);
        assert_true(NT_SUCCESS(status));
        assert_true(returned <= 300);
        found += count_entries();
        assert_int_equal(context, found);
    } while (status == STATUS_MORE_ENTRIES);
    assert_status(status, STATUS_SUCCESS);
    assert_int_equal(found, all);
    assert_status(ZwClose(root), STATUS_SUCCESS);
}

static void a_programs_listing(void **state)
{
    KPROCESSOR_MODE mode = as_mode(UserMode);
    UNICODE_STRING name = name_of(L"\\");
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, 0);
    ULONG context = 0, returned;
    HANDLE root;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtOpenDirectoryObject(&root, DIRECTORY_TRAVERSE, &attributes), STATUS_SUCCESS);
    assert_status(
        NtQueryDirectoryObject(root, &listing, sizeof(listing), FALSE, TRUE, &context, &returned),
        STATUS_ACCESS_DENIED);
    assert_status(NtClose(root), STATUS_SUCCESS);
    assert_status(NtOpenDirectoryObject(&root, DIRECTORY_QUERY, &attributes), STATUS_SUCCESS);
    assert_status(
        NtQueryDirectoryObject(root, (PVOID)8, sizeof(listing), FALSE, TRUE, &context, &returned),
        STATUS_ACCESS_VIOLATION);
    assert_status(
        NtQueryDirectoryObject(root, &listing, sizeof(listing), FALSE, TRUE, (PULONG)8, &returned),
        STATUS_ACCESS_VIOLATION);
    assert_status(NtClose(root), STATUS_SUCCESS);
    as_mode(mode);
}

static void links_by_handle(void **state)
{
    UNICODE_STRING name = name_of(L"\\??\\ByHandle"), target = name_of(L"\\Device"), empty = {0};
    OBJECT_ATTRIBUTES attributes = attributes_of(&name, OBJ_KERNEL_HANDLE);
    WCHAR text[16];
    UNICODE_STRING answer = {0, 0, text};
    ULONG returned = 0;
    HANDLE link, other;

    UNREFERENCED_PARAMETER(state);
    assert_status(ZwCreateSymbolicLinkObject(&link, SYMBOLIC_LINK_ALL_ACCESS, &attributes, &empty),
                  STATUS_INVALID_PARAMETER);
    assert_status(ZwCreateSymbolicLinkObject(&link, SYMBOLIC_LINK_ALL_ACCESS, &attributes, &target),
                  STATUS_SUCCESS);
    assert_status(ZwOpenSymbolicLinkObject(&other, SYMBOLIC_LINK_QUERY, &attributes),
                  STATUS_SUCCESS);
    /* Without a count wanted the terminator needs no room. */
    answer.MaximumLength = target.Length - 1;
    assert_status(ZwQuerySymbolicLinkObject(other, &answer, NULL), STATUS_BUFFER_TOO_SMALL);
    answer.MaximumLength = target.Length;
    assert_status(ZwQuerySymbolicLinkObject(other, &answer, NULL), STATUS_SUCCESS);
    assert_string_is(answer, L"\\Device");
    answer.Length = 0;
    assert_status(ZwQuerySymbolicLinkObject(other, &answer, &returned), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(returned, target.Length + sizeof(WCHAR));
    answer.MaximumLength = (USHORT)returned;
    assert_status(ZwQuerySymbolicLinkObject(other, &answer, &returned), STATUS_SUCCESS);
    assert_string_is(answer, L"\\Device");
    assert_int_equal(text[7], 0);
    assert_status(ZwClose(link), STATUS_SUCCESS);
    assert_status(ZwClose(other), STATUS_SUCCESS);
    /* It was temporary. */
    assert_status(ZwOpenSymbolicLinkObject(&other, SYMBOLIC_LINK_QUERY, &attributes),
                  STATUS_OBJECT_NAME_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_listing_of_one_name),
        room_test(a_listing_goes_on_where_it_stopped),
        room_test(a_programs_listing),
        room_test(links_by_handle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
