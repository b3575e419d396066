/* Paths: full paths, the current directory. */
#include "win32_test.h"

static void full_paths_are_absolute_and_clean(void **state)
{
    static const struct {
        const char *path, *full;
    } rows[] = {
        {"a", "C:\\a"},
        {"a\\b/c", "C:\\a\\b\\c"},
        {".", "C:\\"},
        {"..", "C:\\"},
        {"a\\..\\..\\b", "C:\\b"},
        {"C:\\a\\.\\b\\..\\c", "C:\\a\\c"},
        {"C:\\\\a\\\\b", "C:\\a\\b"},
        {"C:a", "C:\\a"},
        {"d:\\x\\", "d:\\x\\"},
        {"d:x", "d:\\x"},
        {"\\rooted", "C:\\rooted"},
        {"a.txt. ", "C:\\a.txt"},
        {"\\\\.\\Device", "\\\\.\\Device"},
        {"\\\\?\\C:\\a\\..", "\\\\?\\C:\\a\\.."},
        {"\\\\server\\share\\a\\..\\b", "\\\\server\\share\\b"},
        {"nul", "\\\\.\\nul"},
        {"COM1:", "\\\\.\\COM1"},
        {"com1.txt", "C:\\com1.txt"},
    };
    char full[MAX_PATH], *part;
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        assert_int_equal(GetFullPathNameA(rows[i].path, sizeof full, full, NULL),
                         strlen(rows[i].full));
        assert_string_equal(full, rows[i].full);
    }
    GetFullPathNameA("a\\b", sizeof full, full, &part);
    assert_string_equal(part, "b");
    assert_int_equal(GetFullPathNameA("abc", 6, full, NULL), 7);
    assert_int_equal(GetFullPathNameA("abc", 7, full, NULL), 6);
    assert_fails(GetFullPathNameA("", sizeof full, full, NULL), ERROR_INVALID_NAME);
}

static void the_current_directory_can_be_changed(void **state)
{
    char text[MAX_PATH];
    WCHAR wide[MAX_PATH];
    (void)state;
    assert_int_equal(GetCurrentDirectoryA(sizeof text, text), 3);
    assert_string_equal(text, "C:\\");
    assert_int_equal(GetCurrentDirectoryA(3, text), 4);
    assert_true(CreateDirectoryA("here", NULL));
    assert_true(SetCurrentDirectoryA("here"));
    GetCurrentDirectoryA(sizeof text, text);
    assert_string_equal(text, "C:\\here");
    assert_int_equal(GetCurrentDirectoryW(MAX_PATH, wide), 7);
    GetFullPathNameA("x", sizeof text, text, NULL);
    assert_string_equal(text, "C:\\here\\x");
    assert_fails(SetCurrentDirectoryA("nowhere"), ERROR_PATH_NOT_FOUND);
    assert_true(SetCurrentDirectoryA(".."));
    assert_true(RemoveDirectoryA("here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_paths_are_absolute_and_clean),
        cmocka_unit_test(the_current_directory_can_be_changed),
    };
    RemoveDirectoryA("C:\\here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
