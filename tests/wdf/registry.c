/* Registry keys: each kind of value written and read back, and each way in which that fails. */
#include "control_test.h"
#include "wdf/driver.h"

#define PATH L"\\Registry\\Machine\\Software\\WdfTest"

static WDFKEY key;

static VOID make_key(VOID)
{
    DECLARE_CONST_UNICODE_STRING(path, PATH);
    ULONG disposition = 0;

    load_driver();
    assert_int_equal(WdfRegistryCreateKey(NULL, &path, KEY_ALL_ACCESS, REG_OPTION_NON_VOLATILE,
                                          &disposition, NULL, &key),
                     STATUS_SUCCESS);
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void keys_are_made_opened_and_removed(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Below");
    DECLARE_CONST_UNICODE_STRING(path, PATH);
    ULONG disposition = 0;
    WDFKEY below = NULL, again = (WDFKEY)1;

    make_key();
    assert_int_equal(WdfRegistryOpenKey(key, &name, KEY_READ, NULL, &again),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(again);
    assert_int_equal(WdfRegistryCreateKey(key, &name, KEY_ALL_ACCESS, REG_OPTION_VOLATILE,
                                          &disposition, NULL, &below),
                     STATUS_SUCCESS);
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_int_equal(
        WdfRegistryCreateKey(key, &name, KEY_READ, REG_OPTION_VOLATILE, &disposition, NULL, &again),
        STATUS_SUCCESS);
    assert_int_equal(disposition, REG_OPENED_EXISTING_KEY);
    assert_non_null(WdfRegistryWdmGetHandle(again));
    WdfRegistryClose(again);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRegistryClose(again));
    assert_int_equal(WdfRegistryRemoveKey(key), STATUS_CANNOT_DELETE);
    assert_int_equal(WdfRegistryRemoveKey(below), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryRemoveKey(key), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryOpenKey(NULL, &path, KEY_READ, NULL, &key),
                     STATUS_OBJECT_NAME_NOT_FOUND);
}

static void the_driver_has_keys_of_its_own(void)
{
    DECLARE_CONST_UNICODE_STRING(service, L"\\Registry\\Machine\\System\\Services\\Test");
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    WDFKEY parameters = NULL;
    ULONG value = 0;

    load_driver();
    assert_int_equal(cm_create_key(&service), STATUS_SUCCESS);
    assert_int_equal(wdf_copy_string(wdf_globals_of(WdfDriverGlobals), &service,
                                     &wdf_globals_of(WdfDriverGlobals)->driver->registry_path),
                     STATUS_SUCCESS);
    assert_int_equal(
        WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ, NULL, &parameters),
        STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(parameters);
    assert_int_equal(
        WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS, NULL, &parameters),
        STATUS_SUCCESS);
    assert_int_equal(WdfRegistryAssignULong(parameters, &name, 5), STATUS_SUCCESS);
    WdfRegistryClose(parameters);
    assert_int_equal(
        WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ, NULL, &parameters),
        STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryULong(parameters, &name, &value), STATUS_SUCCESS);
    assert_int_equal(value, 5);
    assert_int_equal(
        WdfDriverOpenPersistentStateRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS, NULL, &parameters),
        STATUS_SUCCESS);
}

/* ---- values --------------------------------------------------------------------------------- */

static void numbers_and_bytes(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    UCHAR bytes[100], read[100];
    ULONG value = 7, length = 0, type = 0, i;

    make_key();
    assert_int_equal(WdfRegistryQueryULong(key, &name, &value), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(value, 7);
    assert_int_equal(WdfRegistryAssignULong(key, &name, 0x12345678), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryULong(key, &name, &value), STATUS_SUCCESS);
    assert_int_equal(value, 0x12345678);

    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (UCHAR)i;
    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_BINARY, sizeof(bytes), bytes),
                     STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryULong(key, &name, &value), STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(WdfRegistryQueryValue(key, &name, 0, NULL, &length, &type),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(length, sizeof(bytes));
    assert_int_equal(type, REG_BINARY);
    memset(read, 0xA5, sizeof(read));
    assert_int_equal(WdfRegistryQueryValue(key, &name, sizeof(read) - 1, read, NULL, NULL),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(read[0], 0xA5);
    assert_int_equal(WdfRegistryQueryValue(key, &name, sizeof(read), read, &length, NULL),
                     STATUS_SUCCESS);
    assert_memory_equal(read, bytes, sizeof(bytes));

    assert_int_equal(WdfRegistryRemoveValue(key, &name), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryRemoveValue(key, &name), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_BINARY, 0, bytes), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryValue(key, &name, 0, NULL, &length, &type), STATUS_SUCCESS);
    assert_int_equal(length, 0);
}

static void memories(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    WDFMEMORY memory = NULL, read = (WDFMEMORY)1;
    WDFMEMORY_OFFSET offsets = {.BufferOffset = 2, .BufferLength = 3};
    PVOID buffer;
    size_t size;
    ULONG type = 0;

    make_key();
    assert_int_equal(WdfRegistryQueryMemory(key, &name, NonPagedPoolNx, NULL, &read, &type),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(read);
    assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 6, &memory, &buffer), STATUS_SUCCESS);
    memcpy(buffer, "abcdef", 6);
    assert_int_equal(WdfRegistryAssignMemory(key, &name, REG_BINARY, memory, NULL), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryMemory(key, &name, PagedPool, NULL, &read, &type),
                     STATUS_SUCCESS);
    assert_int_equal(type, REG_BINARY);
    assert_memory_equal(WdfMemoryGetBuffer(read, &size), "abcdef", 6);
    assert_int_equal(size, 6);
    assert_int_equal(WdfRegistryAssignMemory(key, &name, REG_BINARY, memory, &offsets),
                     STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryMemory(key, &name, PagedPool, NULL, &read, NULL),
                     STATUS_SUCCESS);
    assert_memory_equal(WdfMemoryGetBuffer(read, &size), "cde", 3);
    assert_int_equal(size, 3);
    offsets.BufferLength = 5;
    assert_int_equal(WdfRegistryAssignMemory(key, &name, REG_BINARY, memory, &offsets),
                     STATUS_INTEGER_OVERFLOW);
    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_BINARY, 0, buffer), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryMemory(key, &name, PagedPool, NULL, &read, NULL),
                     STATUS_RESOURCE_DATA_NOT_FOUND);
}

static void texts(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    DECLARE_CONST_UNICODE_STRING(text, L"some text");
    DECLARE_UNICODE_STRING_SIZE(small, 9);
    DECLARE_UNICODE_STRING_SIZE(fits, 10);
    UNICODE_STRING got, none = {0};
    WDFSTRING string = NULL;
    USHORT length = 0;

    make_key();
    assert_int_equal(WdfRegistryAssignUnicodeString(key, &name, &text), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, &length, NULL),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(length, text.Length + sizeof(WCHAR));
    length = 0;
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, &length, &small),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(length, text.Length + sizeof(WCHAR));
    assert_int_equal(small.Length, 0);
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, NULL, &fits), STATUS_SUCCESS);
    assert_true(RtlEqualUnicodeString(&fits, &text, FALSE));
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, NULL, &none),
                     STATUS_INVALID_PARAMETER);

    assert_int_equal(WdfStringCreate(NULL, NULL, &string), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryString(key, &name, string), STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &got);
    assert_true(RtlEqualUnicodeString(&got, &text, FALSE));
    assert_int_equal(WdfRegistryAssignULong(key, &name, 1), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryString(key, &name, string), STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, NULL, &fits),
                     STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(WdfRegistryAssignString(key, &name, string), STATUS_SUCCESS);
    fits.Length = 0;
    assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, NULL, &fits), STATUS_SUCCESS);
    assert_true(RtlEqualUnicodeString(&fits, &text, FALSE));
}

static VOID add_text(WDFCOLLECTION collection, PCWSTR text)
{
    UNICODE_STRING counted;
    WDFSTRING string;

    RtlInitUnicodeString(&counted, text);
    assert_int_equal(WdfStringCreate(&counted, NULL, &string), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionAdd(collection, string), STATUS_SUCCESS);
}

static void lists_of_texts(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    WDFCOLLECTION written, read;
    UNICODE_STRING got;
    WCHAR data[16];
    ULONG length;

    make_key();
    assert_int_equal(WdfCollectionCreate(NULL, &written), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionCreate(NULL, &read), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryAssignMultiString(key, &name, written), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryValue(key, &name, sizeof(data), data, &length, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(length, 2 * sizeof(WCHAR));
    assert_int_equal(WdfRegistryQueryMultiString(key, &name, NULL, read), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionGetCount(read), 0);

    add_text(written, L"one");
    add_text(written, L"two");
    assert_int_equal(WdfRegistryAssignMultiString(key, &name, written), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryValue(key, &name, sizeof(data), data, &length, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(length, 9 * sizeof(WCHAR));
    assert_memory_equal(data, L"one\0two\0", length);
    assert_int_equal(WdfRegistryQueryMultiString(key, &name, NULL, read), STATUS_SUCCESS);
    assert_int_equal(WdfCollectionGetCount(read), 2);
    WdfStringGetUnicodeString(WdfCollectionGetItem(read, 1), &got);
    assert_int_equal(got.Length, 3 * sizeof(WCHAR));
    assert_memory_equal(got.Buffer, L"two", 8);

    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_MULTI_SZ, 8, L"one"), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryMultiString(key, &name, NULL, read),
                     STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_SZ, 8, L"one"), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryQueryMultiString(key, &name, NULL, read),
                     STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(WdfCollectionGetCount(read), 2);
    assert_int_equal(WdfCollectionAdd(written, key), STATUS_SUCCESS);
    assert_int_equal(WdfRegistryAssignMultiString(key, &name, written), STATUS_INVALID_PARAMETER);
}

/* When memory ends half way, what was added is taken out again. */
static void no_half_lists(void)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    WDFCOLLECTION read;
    NTSTATUS status;
    ULONG i = 0;

    make_key();
    assert_int_equal(WdfRegistryAssignValue(key, &name, REG_MULTI_SZ, 18, L"one\0two\0"),
                     STATUS_SUCCESS);
    assert_int_equal(WdfCollectionCreate(NULL, &read), STATUS_SUCCESS);
    do {
        assert_int_equal(WdfCollectionGetCount(read), 0);
        ex_pool_inject(i++, TRUE);
        status = WdfRegistryQueryMultiString(key, &name, NULL, read);
        ex_pool_inject(MAXULONG, FALSE);
    } while (status == STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(status, STATUS_SUCCESS);
    assert_int_equal(WdfCollectionGetCount(read), 2);
    assert_true(i > 4);
}

static void wrong_calls(void)
{
    UNICODE_STRING odd = {3, 4, L"x"};
    DECLARE_CONST_UNICODE_STRING(name, L"Value");
    WDFKEY opened;
    ULONG value;
    KIRQL irql;

    make_key();
    assert_int_equal(WdfRegistryOpenKey(key, &odd, KEY_READ, NULL, &opened),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfRegistryQueryULong(key, &odd, &value), STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfRegistryAssignULong(key, &odd, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfRegistryAssignUnicodeString(key, &name, &odd), STATUS_INVALID_PARAMETER);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRegistryQueryULong(key, &name, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRegistryQueryULong(key, NULL, &value));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRegistryQueryULong(NULL, &name, &value));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRegistryQueryULong((WDFKEY)WdfGetDriver(), &name, &value));
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    assert_int_equal(WdfRegistryQueryULong(key, &name, &value), STATUS_INVALID_DEVICE_REQUEST);
    KeLowerIrql(irql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(keys_are_made_opened_and_removed),
        WDF_TEST(the_driver_has_keys_of_its_own),
        WDF_TEST(numbers_and_bytes),
        WDF_TEST(memories),
        WDF_TEST(texts),
        WDF_TEST(lists_of_texts),
        WDF_TEST(no_half_lists),
        WDF_TEST(wrong_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
