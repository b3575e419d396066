/* Pins: packets of a completion port come in order, each to one taker, and waiting ends as asked.
 */
#include "io/io_test.h"

#define TAKERS 3
#define PACKETS 3000

static HANDLE make_port(VOID)
{
    HANDLE port = NULL;

    assert_int_equal(NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS, NULL, 0),
                     STATUS_SUCCESS);
    return port;
}

static NTSTATUS post(HANDLE port, ULONG_PTR number)
{
    return NtSetIoCompletion(port, (PVOID)number, (PVOID)(number + 1), (NTSTATUS)number, number);
}

static void in_order_with_all_that_was_posted(void)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    HANDLE port = make_port();
    IO_STATUS_BLOCK iosb;
    PVOID key, context;
    ULONG_PTR i;

    for (i = 1; i <= 3; i++)
        assert_int_equal(post(port, i), STATUS_SUCCESS);
    for (i = 1; i <= 3; i++) {
        assert_int_equal(NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait),
                         STATUS_SUCCESS);
        assert_int_equal((ULONG_PTR)key, i);
        assert_int_equal((ULONG_PTR)context, i + 1);
        assert_int_equal(iosb.Status, (NTSTATUS)i);
        assert_int_equal(iosb.Information, i);
    }
    assert_int_equal(NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait), STATUS_TIMEOUT);
    assert_int_equal(NtClose(port), STATUS_SUCCESS);
}

static void several_at_once(void)
{
    FILE_IO_COMPLETION_INFORMATION entries[4];
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    HANDLE port = make_port();
    ULONG taken = 99;
    ULONG_PTR i;

    assert_int_equal(NtRemoveIoCompletionEx(port, entries, 0, &taken, &no_wait, FALSE),
                     STATUS_INVALID_PARAMETER);
    for (i = 1; i <= 6; i++)
        post(port, i);
    assert_int_equal(NtRemoveIoCompletionEx(port, entries, 4, &taken, &no_wait, FALSE),
                     STATUS_SUCCESS);
    assert_int_equal(taken, 4);
    for (i = 0; i < 4; i++)
        assert_int_equal((ULONG_PTR)entries[i].KeyContext, i + 1);
    assert_int_equal(NtRemoveIoCompletionEx(port, entries, 4, &taken, &no_wait, FALSE),
                     STATUS_SUCCESS);
    assert_int_equal(taken, 2);
    assert_int_equal(NtRemoveIoCompletionEx(port, entries, 4, &taken, &no_wait, FALSE),
                     STATUS_TIMEOUT);
    assert_int_equal(taken, 0);
    assert_int_equal(NtClose(port), STATUS_SUCCESS);
}

static void its_handle_is_signaled_while_something_is_in_it(void)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    HANDLE port = make_port();
    IO_STATUS_BLOCK iosb;
    PVOID key, context;

    assert_int_equal(ZwWaitForSingleObject(port, FALSE, &no_wait), STATUS_TIMEOUT);
    post(port, 1);
    post(port, 2);
    NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait);
    assert_int_equal(ZwWaitForSingleObject(port, FALSE, &no_wait), STATUS_SUCCESS);
    NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait);
    assert_int_equal(ZwWaitForSingleObject(port, FALSE, &no_wait), STATUS_TIMEOUT);
    /* What is still in it when it goes, goes with it. */
    post(port, 3);
    assert_int_equal(NtClose(port), STATUS_SUCCESS);
}

static struct {
    HANDLE port;
    LONG seen[PACKETS + 1]; /* atomic: how often each packet came */
} shared;

/* Takes packets until one with the key 0 comes. */
static VOID take_all(PVOID context)
{
    IO_STATUS_BLOCK iosb;
    PVOID key, unused;

    UNREFERENCED_PARAMETER(context);
    do {
        assert_int_equal(NtRemoveIoCompletion(shared.port, &key, &unused, &iosb, NULL),
                         STATUS_SUCCESS);
        __atomic_add_fetch(&shared.seen[(ULONG_PTR)key], 1, __ATOMIC_RELAXED);
    } while (key);
}

static void each_packet_to_one_taker(void)
{
    struct program_thread threads[TAKERS];
    ULONG_PTR i;

    memset(&shared, 0, sizeof(shared));
    shared.port = make_port();
    for (i = 0; i < TAKERS; i++)
        start_thread(&threads[i], take_all, NULL);
    for (i = 1; i <= PACKETS; i++)
        assert_int_equal(post(shared.port, i), STATUS_SUCCESS);
    for (i = 0; i < TAKERS; i++)
        post(shared.port, 0);
    for (i = 0; i < TAKERS; i++)
        join_thread(&threads[i]);
    assert_int_equal(shared.seen[0], TAKERS);
    for (i = 1; i <= PACKETS; i++)
        assert_int_equal(shared.seen[i], 1);
    assert_int_equal(NtClose(shared.port), STATUS_SUCCESS);
}

static void rights_and_memory(void)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    HANDLE port = NULL;
    IO_STATUS_BLOCK iosb;
    PVOID key, context;

    assert_int_equal(NtCreateIoCompletion(&port, IO_COMPLETION_QUERY_STATE, NULL, 0),
                     STATUS_SUCCESS);
    assert_int_equal(post(port, 1), STATUS_ACCESS_DENIED);
    assert_int_equal(NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait),
                     STATUS_ACCESS_DENIED);
    assert_int_equal(NtClose(port), STATUS_SUCCESS);
    port = make_port();
    ex_pool_inject(0, TRUE);
    assert_int_equal(post(port, 1), STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(NtRemoveIoCompletion(port, &key, &context, &iosb, &no_wait), STATUS_TIMEOUT);
    assert_int_equal(NtClose(port), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(in_order_with_all_that_was_posted),
        IO_TEST(several_at_once),
        IO_TEST(its_handle_is_signaled_while_something_is_in_it),
        IO_TEST(each_packet_to_one_taker),
        IO_TEST(rights_and_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
