/* The service manager: a driver is found by its Windows name, installed, started, stopped, removed.
 */
#include "win32_test.h"

static SC_HANDLE manager;

static int open_manager(void **state)
{
    (void)state;
    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    return manager == NULL;
}

static int close_manager(void **state)
{
    (void)state;
    return !CloseServiceHandle(manager);
}

static SC_HANDLE create(const char *name, const char *path)
{
    return CreateServiceA(manager, name, name, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER,
                          SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, path, NULL, NULL, NULL, NULL,
                          NULL);
}

static BOOL device_is_there(void)
{
    HANDLE device = CreateFileA(TESTDRV_PATH, GENERIC_READ, 0, NULL, OPEN_EXISTING,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    return device != INVALID_HANDLE_VALUE && CloseHandle(device);
}

static void the_drivers_file_is_seen(void **state)
{
    char path[MAX_PATH];
    BYTE magic[4];
    DWORD bytes;
    (void)state;
    GetCurrentDirectoryA(sizeof path, path);
    lstrcatA(path, "\\TestDrv.sys");
    HANDLE file =
        CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(ReadFile(file, magic, 4, &bytes, NULL));
    assert_memory_equal(magic,
                        "\x7F"
                        "ELF",
                        4);
    assert_true(GetFileSize(file, NULL) > 1000);
    assert_true(CloseHandle(file));
    assert_fails(CloseHandle(file), ERROR_INVALID_HANDLE);
    assert_int_equal(GetFileAttributesA(path), FILE_ATTRIBUTE_NORMAL);
    assert_int_equal(GetFileAttributesA("other.sys"), INVALID_FILE_ATTRIBUTES);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_ptr_equal(file, INVALID_HANDLE_VALUE);
}

static void a_service_lives_from_create_to_delete(void **state)
{
    SERVICE_STATUS status;
    char config[1024];
    LPQUERY_SERVICE_CONFIGA query = (LPQUERY_SERVICE_CONFIGA)config;
    DWORD needed;
    (void)state;
    assert_fails(OpenServiceA(manager, "testdrv", SERVICE_ALL_ACCESS),
                 ERROR_SERVICE_DOES_NOT_EXIST);
    SC_HANDLE service = create("testdrv", "C:\\testdrv.sys");
    assert_non_null(service);
    assert_fails(create("TESTDRV", "C:\\testdrv.sys"), ERROR_SERVICE_EXISTS);
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_STOPPED);
    assert_fails(ControlService(service, SERVICE_CONTROL_STOP, &status), ERROR_SERVICE_NOT_ACTIVE);
    assert_false(device_is_there());
    assert_true(StartServiceA(service, 0, NULL));
    assert_true(device_is_there());
    assert_fails(StartServiceA(service, 0, NULL), ERROR_SERVICE_ALREADY_RUNNING);
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_RUNNING);
    assert_fails(QueryServiceConfigA(service, query, 1, &needed), ERROR_INSUFFICIENT_BUFFER);
    assert_true(QueryServiceConfigA(service, query, sizeof config, &needed));
    assert_string_equal(query->lpBinaryPathName, "\\??\\C:\\testdrv.sys");
    assert_string_equal(query->lpDisplayName, "testdrv");
    assert_int_equal(query->dwStartType, SERVICE_DEMAND_START);
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_STOPPED);
    assert_false(device_is_there());
    assert_true(StartServiceA(service, 0, NULL));
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    assert_true(DeleteService(service));
    assert_fails(DeleteService(service), ERROR_SERVICE_MARKED_FOR_DELETE);
    assert_fails(create("testdrv", "C:\\testdrv.sys"), ERROR_SERVICE_MARKED_FOR_DELETE);
    assert_true(CloseServiceHandle(service));
    assert_fails(CloseServiceHandle(service), ERROR_INVALID_HANDLE);
    assert_fails(OpenServiceA(manager, "testdrv", SERVICE_ALL_ACCESS),
                 ERROR_SERVICE_DOES_NOT_EXIST);
}

static void an_open_device_delays_the_stop(void **state)
{
    SERVICE_STATUS status;
    (void)state;
    SC_HANDLE service = create("testdrv", "C:\\testdrv.sys");
    assert_true(StartServiceA(service, 0, NULL));
    HANDLE device = open_testdrv(0);
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_STOP_PENDING);
    CloseHandle(device);
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_STOPPED);
    assert_true(DeleteService(service));
    CloseServiceHandle(service);
}

static void what_cannot_be(void **state)
{
    (void)state;
    assert_fails(OpenSCManagerA("elsewhere", NULL, SC_MANAGER_CONNECT), RPC_S_SERVER_UNAVAILABLE);
    assert_fails(create("a\\b", "C:\\x.sys"), ERROR_INVALID_NAME);
    assert_fails(create("x", ""), ERROR_INVALID_PARAMETER);
    assert_fails(OpenServiceA(NULL, "x", SERVICE_START), ERROR_INVALID_HANDLE);
    SC_HANDLE service = create("nodriver", "C:\\nodriver.sys");
    assert_non_null(service);
    assert_fails(StartServiceA(service, 0, NULL), ERROR_FILE_NOT_FOUND);
    SC_HANDLE limited = OpenServiceA(manager, "nodriver", SERVICE_QUERY_STATUS);
    assert_fails(StartServiceA(limited, 0, NULL), ERROR_ACCESS_DENIED);
    assert_fails(DeleteService(limited), ERROR_ACCESS_DENIED);
    CloseServiceHandle(limited);
    assert_true(DeleteService(service));
    CloseServiceHandle(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drivers_file_is_seen),
        cmocka_unit_test(a_service_lives_from_create_to_delete),
        cmocka_unit_test(an_open_device_delays_the_stop),
        cmocka_unit_test(what_cannot_be),
    };
    return cmocka_run_group_tests(tests, open_manager, close_manager);
}
