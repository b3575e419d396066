/* The Reg functions. */
#include "win32_test.h"

#define KEY "Software\\NtioTest"

static void values_are_kept(void **state)
{
    HKEY key;
    DWORD type, bytes, number = 5, disposition;
    char text[32];
    WCHAR wide[32];
    (void)state;
    assert_int_equal(RegOpenKeyExA(HKEY_LOCAL_MACHINE, KEY, 0, KEY_READ, &key),
                     ERROR_FILE_NOT_FOUND);
    assert_int_equal(RegCreateKeyExA(HKEY_LOCAL_MACHINE, KEY, 0, NULL, 0, KEY_ALL_ACCESS, NULL,
                                     &key, &disposition),
                     ERROR_SUCCESS);
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_int_equal(RegSetValueExA(key, "Text", 0, REG_SZ, (const BYTE *)"hello", 6), 0);
    assert_int_equal(RegSetValueExW(key, L"Number", 0, REG_DWORD, (BYTE *)&number, 4), 0);
    bytes = sizeof text;
    assert_int_equal(RegQueryValueExA(key, "text", NULL, &type, (BYTE *)text, &bytes), 0);
    assert_int_equal(type, REG_SZ);
    assert_int_equal(bytes, 6);
    assert_string_equal(text, "hello");
    bytes = 5;
    assert_int_equal(RegQueryValueExA(key, "Text", NULL, NULL, (BYTE *)text, &bytes),
                     ERROR_MORE_DATA);
    assert_int_equal(bytes, 6);
    bytes = sizeof wide;
    assert_int_equal(RegQueryValueExW(key, L"Text", NULL, NULL, (BYTE *)wide, &bytes), 0);
    assert_int_equal(bytes, 12);
    assert_int_equal(RegQueryValueExW(key, L"None", NULL, NULL, NULL, &bytes),
                     ERROR_FILE_NOT_FOUND);
    assert_int_equal(RegQueryValueExW(key, L"Number", NULL, NULL, NULL, &bytes), 0);
    assert_int_equal(bytes, 4);
    assert_int_equal(RegDeleteValueA(key, "Number"), 0);
    assert_int_equal(RegDeleteValueA(key, "Number"), ERROR_FILE_NOT_FOUND);
    assert_int_equal(RegCloseKey(key), 0);
    assert_int_equal(
        RegCreateKeyExA(HKEY_LOCAL_MACHINE, KEY, 0, NULL, 0, KEY_READ, NULL, &key, &disposition),
        0);
    assert_int_equal(disposition, REG_OPENED_EXISTING_KEY);
    assert_int_equal(RegSetValueExA(key, "X", 0, REG_SZ, (const BYTE *)"", 1), ERROR_ACCESS_DENIED);
    RegCloseKey(key);
}

static void keys_and_values_are_listed(void **state)
{
    HKEY key, below;
    char name[32], data[32];
    DWORD size, bytes, type;
    (void)state;
    assert_int_equal(RegOpenKeyA(HKEY_LOCAL_MACHINE, KEY, &key), 0);
    assert_int_equal(RegCreateKeyA(key, "One\\Deeper", &below), 0);
    RegCloseKey(below);
    size = sizeof name;
    assert_int_equal(RegEnumKeyExA(key, 0, name, &size, NULL, NULL, NULL, NULL), 0);
    assert_string_equal(name, "One");
    size = 3;
    assert_int_equal(RegEnumKeyExA(key, 0, name, &size, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    size = sizeof name;
    assert_int_equal(RegEnumKeyExA(key, 1, name, &size, NULL, NULL, NULL, NULL),
                     ERROR_NO_MORE_ITEMS);
    size = sizeof name;
    bytes = sizeof data;
    assert_int_equal(RegEnumValueA(key, 0, name, &size, NULL, &type, (BYTE *)data, &bytes), 0);
    assert_string_equal(name, "Text");
    assert_string_equal(data, "hello");
    assert_int_equal(RegEnumValueA(key, 1, name, &size, NULL, NULL, NULL, NULL),
                     ERROR_NO_MORE_ITEMS);
    assert_int_equal(RegDeleteKeyA(key, "One"), ERROR_ACCESS_DENIED);
    assert_int_equal(RegDeleteKeyA(key, "One\\Deeper"), 0);
    assert_int_equal(RegDeleteKeyA(key, "One"), 0);
    RegCloseKey(key);
    assert_int_equal(RegDeleteKeyA(HKEY_LOCAL_MACHINE, KEY), 0);
    assert_int_equal(RegCloseKey(HKEY_LOCAL_MACHINE), 0);
    assert_int_equal(RegCloseKey(key), ERROR_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_kept),
        cmocka_unit_test(keys_and_values_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
