/* Files by name: what CreateFile makes and opens, sizes and positions, copies, deletion. */
#include "win32_test.h"

static HANDLE create(const char *path, DWORD disposition)
{
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, disposition,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}

static BOOL opens(HANDLE file)
{
    return file != INVALID_HANDLE_VALUE && CloseHandle(file);
}

static void make(const char *path, const char *text)
{
    DWORD bytes;
    HANDLE file = create(path, CREATE_ALWAYS);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &bytes, NULL));
    CloseHandle(file);
}

static void dispositions(void **state)
{
    (void)state;
    DeleteFileA("C:\\d.txt");
    assert_fails(opens(create("C:\\d.txt", OPEN_EXISTING)), ERROR_FILE_NOT_FOUND);
    assert_fails(opens(create("C:\\d.txt", TRUNCATE_EXISTING)), ERROR_FILE_NOT_FOUND);
    assert_fails(opens(create("C:\\no\\d.txt", CREATE_NEW)), ERROR_PATH_NOT_FOUND);
    assert_fails(opens(create("C:\\d.txt", 9)), ERROR_INVALID_PARAMETER);
    assert_fails(opens(create("", OPEN_EXISTING)), ERROR_PATH_NOT_FOUND);
    assert_true(opens(create("C:\\d.txt", CREATE_NEW)));
    assert_fails(opens(create("C:\\d.txt", CREATE_NEW)), ERROR_FILE_EXISTS);
    assert_true(opens(create("C:\\d.txt", OPEN_ALWAYS)));
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_true(opens(create("C:\\D.TXT", OPEN_EXISTING)));
    assert_true(opens(create("C:\\d.txt", CREATE_ALWAYS)));
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_true(DeleteFileA("C:\\d.txt"));
    assert_true(opens(create("C:\\d.txt", OPEN_ALWAYS)));
    assert_int_equal(GetLastError(), ERROR_SUCCESS);
    assert_true(DeleteFileA("d.txt"));
    assert_fails(DeleteFileA("d.txt"), ERROR_FILE_NOT_FOUND);
}

static void a_shared_file_only_as_shared(void **state)
{
    (void)state;
    HANDLE first = create("s.txt", CREATE_ALWAYS);
    assert_fails(opens(create("s.txt", OPEN_EXISTING)), ERROR_SHARING_VIOLATION);
    CloseHandle(first);
    assert_true(opens(create("s.txt", OPEN_EXISTING)));
    DeleteFileA("s.txt");
}

static void contents_sizes_and_positions(void **state)
{
    char buffer[16];
    LARGE_INTEGER size;
    DWORD bytes;
    (void)state;
    HANDLE file = create("p.txt", CREATE_ALWAYS);
    assert_true(WriteFile(file, "0123456789", 10, &bytes, NULL));
    assert_int_equal(GetFileSize(file, NULL), 10);
    assert_int_equal(SetFilePointer(file, 0, NULL, FILE_CURRENT), 10);
    assert_int_equal(SetFilePointer(file, -4, NULL, FILE_END), 6);
    assert_true(ReadFile(file, buffer, 16, &bytes, NULL));
    assert_int_equal(bytes, 4);
    assert_memory_equal(buffer, "6789", 4);
    assert_true(ReadFile(file, buffer, 16, &bytes, NULL));
    assert_int_equal(bytes, 0);
    assert_int_equal(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    assert_int_equal(GetLastError(), ERROR_NEGATIVE_SEEK);
    assert_int_equal(SetFilePointer(file, 3, NULL, FILE_BEGIN), 3);
    assert_true(SetEndOfFile(file));
    assert_true(GetFileSizeEx(file, &size));
    assert_int_equal(size.QuadPart, 3);
    assert_int_equal(GetFileType(file), FILE_TYPE_DISK);
    assert_true(FlushFileBuffers(file));
    OVERLAPPED at = {.Offset = 1};
    assert_true(ReadFile(file, buffer, 1, &bytes, &at));
    assert_int_equal(buffer[0], '1');
    CloseHandle(file);
    assert_true(DeleteFileA("p.txt"));
}

static void a_file_goes_with_its_last_handle(void **state)
{
    (void)state;
    HANDLE file = CreateFileA("t.txt", GENERIC_WRITE, FILE_SHARE_DELETE, NULL, CREATE_ALWAYS,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    assert_int_equal(GetFileAttributesA("t.txt"), INVALID_FILE_ATTRIBUTES);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void folders(void **state)
{
    (void)state;
    DeleteFileA("C:\\f\\x");
    RemoveDirectoryA("C:\\f");
    assert_true(CreateDirectoryA("C:\\f", NULL));
    assert_fails(CreateDirectoryA("C:\\f\\", NULL), ERROR_ALREADY_EXISTS);
    assert_true(GetFileAttributesA("C:\\f") & FILE_ATTRIBUTE_DIRECTORY);
    assert_fails(opens(create("C:\\f", OPEN_EXISTING)), ERROR_ACCESS_DENIED);
    make("C:\\f\\x", "x");
    assert_fails(RemoveDirectoryA("C:\\f"), ERROR_DIR_NOT_EMPTY);
    assert_true(DeleteFileA("C:\\f\\x"));
    assert_true(RemoveDirectoryA("C:\\f"));
}

/* On every Windows they are there. Nothing makes them here until somebody needs them. */
static void the_windows_folders(void **state)
{
    char path[MAX_PATH];
    (void)state;
    assert_int_equal(GetTempPathA(sizeof path, path), strlen("C:\\Windows\\Temp\\"));
    RemoveDirectoryA(path);
    RemoveDirectoryA("C:\\Windows\\System32\\drivers");
    RemoveDirectoryA("C:\\Windows\\System32");
    RemoveDirectoryA("C:\\Windows");
    assert_fails(opens(create("C:\\Windows\\Temp\\none", OPEN_EXISTING)), ERROR_FILE_NOT_FOUND);
    assert_fails(opens(create("C:\\Windows\\Temp\\no\\x", CREATE_NEW)), ERROR_PATH_NOT_FOUND);
    assert_true(opens(create("\\\\?\\GLOBALROOT\\SystemRoot\\temp\\x", CREATE_NEW)));
    strcat(path, "x");
    assert_true(GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES);
    assert_true(DeleteFileA(path));
    assert_int_equal(GetWindowsDirectoryA(path, sizeof path), strlen("C:\\Windows"));
    assert_true(GetFileAttributesA(path) & FILE_ATTRIBUTE_DIRECTORY);
    assert_true(GetSystemDirectoryA(path, sizeof path) > 0);
    assert_true(GetFileAttributesA(path) & FILE_ATTRIBUTE_DIRECTORY);
    assert_fails(CreateDirectoryA("C:\\WINDOWS\\System32\\Drivers", NULL), ERROR_ALREADY_EXISTS);
    assert_int_equal(GetFileAttributesA("C:\\Windows2"), INVALID_FILE_ATTRIBUTES);
}

static void copies_and_moves(void **state)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    (void)state;
    make("c1", "copy me");
    assert_true(CopyFileA("c1", "c2", TRUE));
    assert_fails(CopyFileA("c1", "c2", TRUE), ERROR_FILE_EXISTS);
    assert_true(CopyFileA("c1", "c2", FALSE));
    assert_true(GetFileAttributesExA("c2", GetFileExInfoStandard, &data));
    assert_int_equal(data.nFileSizeLow, 7);
    assert_fails(MoveFileA("c1", "c2"), ERROR_ALREADY_EXISTS);
    assert_true(MoveFileExA("c1", "c2", MOVEFILE_REPLACE_EXISTING));
    assert_true(MoveFileA("c2", "c3"));
    assert_int_equal(GetFileAttributesA("c2"), INVALID_FILE_ATTRIBUTES);
    assert_true(DeleteFileA("c3"));
    assert_fails(CopyFileA("c1", "c2", TRUE), ERROR_FILE_NOT_FOUND);
}

static void devices_that_are_not_there(void **state)
{
    (void)state;
    assert_fails(opens(create("\\\\.\\Nothing", OPEN_EXISTING)), ERROR_FILE_NOT_FOUND);
    assert_fails(opens(create("Q:\\x", OPEN_EXISTING)), ERROR_PATH_NOT_FOUND);
    assert_true(opens(create(TESTDRV_PATH, OPEN_EXISTING)));
    assert_true(opens(create("\\\\?\\NtioWin32Test", OPEN_EXISTING)));
}

static void handles_can_be_duplicated(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL), copy;
    (void)state;
    assert_true(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    assert_fails(CloseHandle(event), ERROR_INVALID_HANDLE);
    assert_int_equal(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
    assert_true(CloseHandle(copy));
    assert_fails(CloseHandle(copy), ERROR_INVALID_HANDLE);
    assert_fails(CloseHandle(INVALID_HANDLE_VALUE - 1000), ERROR_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dispositions),
        cmocka_unit_test(a_shared_file_only_as_shared),
        cmocka_unit_test(contents_sizes_and_positions),
        cmocka_unit_test(a_file_goes_with_its_last_handle),
        cmocka_unit_test(folders),
        cmocka_unit_test(the_windows_folders),
        cmocka_unit_test(copies_and_moves),
        cmocka_unit_test(devices_that_are_not_there),
        cmocka_unit_test(handles_can_be_duplicated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
