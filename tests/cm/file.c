/* Pins: a .reg file's every form is read, what is wrong is told by line, and a saved file loads as
 * it was. */
#include "fixture.h"

#include "hal/hal.h"

#define FILE_NAME "test_cm_file.reg"
#define HEAD "Windows Registry Editor Version 5.00\n"
#define KEY L"\\Registry\\Machine\\Software\\Test"
#define FILE_KEY "[HKEY_LOCAL_MACHINE\\Software\\Test]\n"

static CHAR reason[256];

static VOID write_file(const VOID *text, SIZE_T bytes)
{
    struct hal_root *root;
    struct hal_file *file;
    int created;

    assert_int_equal(hal_root_open(&root, "."), HAL_OK);
    assert_int_equal(hal_file_open(&file, root, FILE_NAME,
                                   HAL_OPEN_WRITE | HAL_OPEN_CREATE | HAL_OPEN_TRUNCATE, &created),
                     HAL_OK);
    assert_int_equal(hal_file_write(file, text, bytes, 0), bytes);
    hal_file_close(file);
    hal_root_close(root);
}

static NTSTATUS load(PCSTR text)
{
    reason[0] = 0;
    write_file(text, strlen(text));
    return cm_load(FILE_NAME, reason, sizeof(reason));
}

/* The value has this type and these bytes. */
static VOID assert_value(PCWSTR key, PCWSTR name, ULONG type, const VOID *data, ULONG bytes)
{
    UNICODE_STRING key_name = name_of(key), value_name = name_of(name);
    UCHAR found[512];
    ULONG found_type = MAXULONG, found_bytes = sizeof(found);

    assert_status(cm_query_value(&key_name, &value_name, &found_type, found, &found_bytes),
                  STATUS_SUCCESS);
    assert_int_equal(found_type, type);
    assert_int_equal(found_bytes, bytes);
    assert_memory_equal(found, data, bytes);
}

static NTSTATUS query(PCWSTR key, PCWSTR name)
{
    UNICODE_STRING key_name = name_of(key), value_name = name_of(name);
    ULONG bytes = 0;

    return cm_query_value(&key_name, &value_name, NULL, NULL, &bytes);
}

static void every_form_of_value(void **state)
{
    static const UCHAR binary[] = {0, 1, 0xAB, 0xFF};
    static const ULONG number = 0x1234ABCD;

    UNREFERENCED_PARAMETER(state);
    assert_status(load(HEAD "; a comment\n\n" FILE_KEY "@=\"the default\"\n"
                            "\"Text\"=\"quotes \\\" and \\\\ back\"\n"
                            "  \"Number\" = dword:1234abcd ; trailing\n"
                            "\"Bytes\"=hex:00,01,\\\n  ab,ff\n"
                            "\"Multi\"=hex(7):61,00,00,00,00,00\n"
                            "\"Empty\"=\"\"\n\"Nothing\"=hex:\n"),
                  STATUS_SUCCESS);
    assert_value(KEY, L"", REG_SZ, L"the default", sizeof(L"the default"));
    assert_value(KEY, L"text", REG_SZ, L"quotes \" and \\ back", sizeof(L"quotes \" and \\ back"));
    assert_value(KEY, L"Number", REG_DWORD, &number, 4);
    assert_value(KEY, L"Bytes", REG_BINARY, binary, sizeof(binary));
    assert_value(KEY, L"Multi", REG_MULTI_SZ, L"a\0", 6);
    assert_value(KEY, L"Empty", REG_SZ, L"", 2);
    assert_value(KEY, L"Nothing", REG_BINARY, binary, 0);
}

static void minus_deletes(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_status(load(HEAD FILE_KEY "\"A\"=\"a\"\n\"B\"=\"b\"\n"
                                     "[HKEY_LOCAL_MACHINE\\Software\\Test\\Below]\n\"C\"=\"c\"\n"),
                  STATUS_SUCCESS);
    assert_status(load(HEAD FILE_KEY "\"A\"=-\n\"NotThere\"=-\n"), STATUS_SUCCESS);
    assert_status(query(KEY, L"A"), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(NT_ERROR(query(KEY, L"B")), FALSE);
    assert_status(load(HEAD "[-HKEY_LOCAL_MACHINE\\Software\\Test]\n"
                            "[-HKEY_LOCAL_MACHINE\\Software\\NeverWas]\n"),
                  STATUS_SUCCESS);
    assert_status(query(KEY L"\\Below", L"C"), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void utf_8_and_utf_16(void **state)
{
    static const WCHAR wide[] = L"\xFEFFWindows Registry Editor Version 5.00\r\n\r\n"
                                L"[HKEY_LOCAL_MACHINE\\Software\\Test]\r\n\"W\xE4\"=\"\x20AC\"\r\n";

    UNREFERENCED_PARAMETER(state);
    write_file(wide, sizeof(wide) - sizeof(WCHAR));
    assert_status(cm_load(FILE_NAME, reason, sizeof(reason)), STATUS_SUCCESS);
    assert_value(KEY, L"W\xE4", REG_SZ, L"\x20AC", 4);
    assert_status(load("\xEF\xBB\xBF" HEAD FILE_KEY "\"N\xC3\xA4\"=\"\xE2\x82\xAC\"\n"),
                  STATUS_SUCCESS);
    assert_value(KEY, L"N\xE4", REG_SZ, L"\x20AC", 4);
}

static const struct {
    PCSTR text, place, what;
} malformed[] = {
    {HEAD "\"A\"=\"a\"\n", ":2:", "before the first [key]"},
    {HEAD "[HKEY_NOBODY\\X]\n", ":2:", "HKEY_LOCAL_MACHINE"},
    {HEAD "[HKEY_LOCAL_MACHINE\\X\n", ":2:", "closing ']'"},
    {HEAD "\n" FILE_KEY "\"A\"=\"a\n", ":", "closing quote"},
    {HEAD FILE_KEY "\"A\" \"a\"\n", ":3:", "'='"},
    {HEAD FILE_KEY "\"A\"=word:3\n", ":3:", "none of"},
    {HEAD FILE_KEY "\"A\"=dword:\n", ":3:", "hexadecimal"},
    {HEAD FILE_KEY "\"A\"=hex(7:00\n", ":3:", "hex("},
    {HEAD FILE_KEY "\"A\"=hex:00 x\n", ":3:", "after the value"},
    {HEAD FILE_KEY "\"A\"=\"a\"\nrubbish\n", ":4:", "none of"},
    {HEAD "[-HKEY_LOCAL_MACHINE\\Software\\Test]\n\"A\"=\"a\"\n", ":3:", "deleted"},
};

static BOOLEAN has(PCSTR text, PCSTR part)
{
    SIZE_T length = strlen(part);

    for (; *text; text++)
        if (!memcmp(text, part, min(length, strlen(text) + 1)))
            return TRUE;
    return FALSE;
}

static void what_is_wrong_is_told_by_line(void **state)
{
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(malformed); i++) {
        assert_status(load(malformed[i].text), STATUS_REGISTRY_CORRUPT);
        if (!has(reason, FILE_NAME) || !has(reason, malformed[i].place) ||
            !has(reason, malformed[i].what))
            fail_msg("%u: '%s' should name %s and %s", i, reason, malformed[i].place,
                     malformed[i].what);
    }
    assert_status(load("REGEDIT4\n"), STATUS_NOT_REGISTRY_FILE);
    assert_status(load(""), STATUS_NOT_REGISTRY_FILE);
    assert_status(cm_load("no/such/file.reg", reason, sizeof(reason)),
                  STATUS_OBJECT_NAME_NOT_FOUND);
}

static void saved_and_loaded_it_is_the_same(void **state)
{
    static const WCHAR odd[] = L"no end";
    static const WCHAR lines[] = L"two\nlines \xD83D\xDE00";
    static UCHAR large[300];
    HANDLE key = make_key(KEY);
    ULONG64 quad = 0x0102030405060708;
    UNICODE_STRING name = name_of(KEY);
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < sizeof(large); i++)
        large[i] = (UCHAR)(i * 7);
    assert_status(set_value(key, L"", REG_SZ, L"default", sizeof(L"default")), STATUS_SUCCESS);
    assert_status(set_value(key, L"q\"\\\xE4", REG_SZ, L"\\\"\x20AC", 8), STATUS_SUCCESS);
    assert_status(set_value(key, L"odd", REG_SZ, odd, 12), STATUS_SUCCESS);
    assert_status(set_value(key, L"lines", REG_SZ, lines, sizeof(lines)), STATUS_SUCCESS);
    assert_status(set_value(key, L"large", REG_BINARY, large, sizeof(large)), STATUS_SUCCESS);
    assert_status(set_value(key, L"quad", REG_QWORD, &quad, 8), STATUS_SUCCESS);
    assert_status(set_value(key, L"short", REG_DWORD, &quad, 3), STATUS_SUCCESS);
    assert_status(set_value(key, L"none", REG_NONE, NULL, 0), STATUS_SUCCESS);
    assert_status(ZwClose(key), STATUS_SUCCESS);
    assert_status(cm_save(FILE_NAME), STATUS_SUCCESS);
    assert_status(cm_delete_key(&name), STATUS_SUCCESS);
    assert_status(query(KEY, L"quad"), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(cm_load(FILE_NAME, reason, sizeof(reason)), STATUS_SUCCESS);
    assert_value(KEY, L"", REG_SZ, L"default", sizeof(L"default"));
    assert_value(KEY, L"q\"\\\xE4", REG_SZ, L"\\\"\x20AC", 8);
    assert_value(KEY, L"odd", REG_SZ, odd, 12);
    assert_value(KEY, L"lines", REG_SZ, lines, sizeof(lines));
    assert_value(KEY, L"large", REG_BINARY, large, sizeof(large));
    assert_value(KEY, L"quad", REG_QWORD, &quad, 8);
    assert_value(KEY, L"short", REG_DWORD, &quad, 3);
    assert_value(KEY, L"none", REG_NONE, large, 0);
}

/* Each allocation fails in turn: told, and nothing is left (the fixture looks). */
static void loading_without_memory(void **state)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; status != STATUS_SUCCESS && i < 100; i++) {
        write_file(HEAD FILE_KEY "\"A\"=\"a\"\n", strlen(HEAD FILE_KEY "\"A\"=\"a\"\n"));
        ex_pool_inject(i, FALSE);
        status = cm_load(FILE_NAME, reason, sizeof(reason));
        ex_pool_inject(MAXULONG, FALSE);
        if (status != STATUS_SUCCESS)
            assert_status(status, STATUS_INSUFFICIENT_RESOURCES);
    }
    assert_true(i > 3);
    assert_value(KEY, L"A", REG_SZ, L"a", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        registry_test(every_form_of_value),
        registry_test(minus_deletes),
        registry_test(utf_8_and_utf_16),
        registry_test(what_is_wrong_is_told_by_line),
        registry_test(saved_and_loaded_it_is_the_same),
        registry_test(loading_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
