/* Completion ports: packets of requests and posted ones, time-outs, what asks for no packet. */
#include "win32_test.h"

static void posted_packets_come_out_in_order(void **state)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    OVERLAPPED first, *overlapped;
    ULONG_PTR key;
    DWORD bytes;
    (void)state;
    assert_non_null(port);
    assert_fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), WAIT_TIMEOUT);
    assert_null(overlapped);
    assert_true(PostQueuedCompletionStatus(port, 1, 11, &first));
    assert_true(PostQueuedCompletionStatus(port, 2, 22, NULL));
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE));
    assert_int_equal(bytes, 1);
    assert_int_equal(key, 11);
    assert_ptr_equal(overlapped, &first);
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    assert_int_equal(key, 22);
    CloseHandle(port);
}

static void a_request_gives_a_packet(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    HANDLE port = CreateIoCompletionPort(device, NULL, 77, 0);
    OVERLAPPED request = {0}, *overlapped;
    OVERLAPPED_ENTRY entries[4];
    ULONG_PTR key;
    ULONG count;
    DWORD bytes;
    char buffer[4];
    (void)state;
    assert_non_null(port);
    assert_fails(CreateIoCompletionPort(device, port, 78, 0), ERROR_INVALID_PARAMETER);
    /* Complete at once, or later: a packet either way. */
    assert_true(ReadFile(device, buffer, 4, NULL, &request));
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    assert_int_equal(bytes, 4);
    assert_int_equal(key, 77);
    assert_ptr_equal(overlapped, &request);
    assert_fails(DeviceIoControl(device, TESTDRV_PEND, NULL, 0, NULL, 0, NULL, &request),
                 ERROR_IO_PENDING);
    assert_fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 1), WAIT_TIMEOUT);
    assert_true(release_oldest(device, (int)0xC0000001, 0));
    /* A packet of a request that failed: FALSE, but with an OVERLAPPED. */
    assert_fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE),
                 ERROR_GEN_FAILURE);
    assert_ptr_equal(overlapped, &request);
    assert_fails(GetQueuedCompletionStatusEx(port, entries, 4, &count, 0, FALSE), WAIT_TIMEOUT);
    PostQueuedCompletionStatus(port, 1, 1, NULL);
    PostQueuedCompletionStatus(port, 2, 2, NULL);
    assert_true(GetQueuedCompletionStatusEx(port, entries, 4, &count, INFINITE, FALSE));
    assert_int_equal(count, 2);
    assert_int_equal(entries[1].lpCompletionKey, 2);
    assert_int_equal(entries[1].dwNumberOfBytesTransferred, 2);
    CloseHandle(device);
    CloseHandle(port);
}

static void no_packet_is_given_to_who_wants_none(void **state)
{
    HANDLE device = open_testdrv(FILE_FLAG_OVERLAPPED);
    HANDLE port = CreateIoCompletionPort(device, NULL, 0, 0);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    OVERLAPPED request = {.hEvent = (HANDLE)((ULONG_PTR)event | 1)}, *overlapped;
    ULONG_PTR key;
    DWORD bytes;
    char buffer[4];
    (void)state;
    assert_true(ReadFile(device, buffer, 4, NULL, &request));
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), WAIT_TIMEOUT);
    assert_true(SetFileCompletionNotificationModes(device, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    request.hEvent = NULL;
    assert_true(ReadFile(device, buffer, 4, NULL, &request));
    assert_fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), WAIT_TIMEOUT);
    CloseHandle(event);
    CloseHandle(device);
    CloseHandle(port);
}

static DWORD WINAPI serve(LPVOID port)
{
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes, sum = 0;
    while (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE) && key)
        sum += bytes;
    return sum;
}

static void threads_share_the_packets(void **state)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2), threads[3];
    DWORD sum = 0, code;
    (void)state;
    for (int i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, serve, port, 0, NULL);
    for (int i = 0; i < 1000; i++)
        assert_true(PostQueuedCompletionStatus(port, 1, 1, NULL));
    for (int i = 0; i < 3; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    assert_int_equal(WaitForMultipleObjects(3, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++) {
        assert_true(GetExitCodeThread(threads[i], &code));
        sum += code;
        CloseHandle(threads[i]);
    }
    assert_int_equal(sum, 1000);
    CloseHandle(port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posted_packets_come_out_in_order),
        cmocka_unit_test(a_request_gives_a_packet),
        cmocka_unit_test(no_packet_is_given_to_who_wants_none),
        cmocka_unit_test(threads_share_the_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
