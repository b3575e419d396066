/* Cancelling: requests in a queue, requests that the driver has marked, and the races between. */
#include "control_test.h"

static WDFREQUEST held[8];
static ULONG held_count;

static VOID NTAPI hold(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    held[held_count++] = request;
}

static VOID NTAPI on_canceled_on_queue(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("canceled on queue:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_CANCELLED);
}

static VOID NTAPI on_cancel(WDFREQUEST request)
{
    note("cancel:%u ", number_of(request));
    WdfRequestComplete(request, STATUS_CANCELLED);
}

/* A parallel queue whose driver holds what it gets. */
static WDFQUEUE holding_queue(VOID)
{
    WDF_IO_QUEUE_CONFIG config;

    held_count = 0;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = hold;
    return device_with_queue(&config);
}

static WDFREQUEST send_one(HANDLE handle, ULONG number, struct sent *sent)
{
    assert_int_equal(send(handle, number, sent), STATUS_PENDING);
    return held[held_count - 1];
}

/* ---- in the queue ------------------------------------------------------------------------ */

static void a_waiting_request_is_just_cancelled(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent[2];
    WDFQUEUE queue;
    HANDLE handle;

    held_count = 0;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = hold;
    /* It never saw the request, and so is not told. */
    config.EvtIoCanceledOnQueue = on_canceled_on_queue;
    queue = device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    cancel(handle, &sent[1]);
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(sent[1].iosb.Information, 0);
    assert_journal("");
    WdfRequestComplete(held[0], STATUS_SUCCESS);
    assert_true(WDF_IO_QUEUE_IDLE(WdfIoQueueGetState(queue, NULL, NULL)));
    NtClose(handle);
}

static void a_request_that_the_driver_knows_is_shown_to_it(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent[2];
    WDFREQUEST request;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    config.EvtIoCanceledOnQueue = on_canceled_on_queue;
    queue = device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
    assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
    cancel(handle, &sent[0]);
    assert_journal("canceled on queue:0 ");
    assert_int_equal(sent[0].iosb.Status, STATUS_CANCELLED);
    /* Cancelled while the driver had it, given back after. */
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
    cancel(handle, &sent[1]);
    assert_true(is_pending(&sent[1]));
    assert_true(WdfRequestIsCanceled(request));
    assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
    assert_journal("canceled on queue:1 ");
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    NtClose(handle);
}

/* ---- marked ------------------------------------------------------------------------------- */

static void a_marked_request_is_cancelled_by_the_driver(void)
{
    HANDLE handle;
    struct sent sent;
    WDFREQUEST request;

    holding_queue();
    handle = open_device(ASYNCHRONOUS);
    request = send_one(handle, 0, &sent);
    assert_false(WdfRequestIsCanceled(request));
    WdfRequestMarkCancelable(request, on_cancel);
    cancel(handle, &sent);
    assert_journal("cancel:0 ");
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    NtClose(handle);
}

static void an_unmarked_request_is_not(void)
{
    HANDLE handle;
    struct sent sent;
    WDFREQUEST request;

    holding_queue();
    handle = open_device(ASYNCHRONOUS);
    request = send_one(handle, 0, &sent);
    WdfRequestMarkCancelable(request, on_cancel);
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
    cancel(handle, &sent);
    assert_journal("");
    assert_true(WdfRequestIsCanceled(request));
    assert_true(is_pending(&sent));
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(sent.iosb.Status, STATUS_SUCCESS);
    NtClose(handle);
}

static VOID NTAPI note_cancel(WDFREQUEST request)
{
    note("cancel:%u ", number_of(request));
}

static void marking_comes_too_late_for_a_cancelled_request(void)
{
    HANDLE handle;
    struct sent sent[2];
    WDFREQUEST request;

    holding_queue();
    handle = open_device(ASYNCHRONOUS);
    request = send_one(handle, 0, &sent[0]);
    cancel(handle, &sent[0]);
    /* One form says so, the other calls back. */
    assert_int_equal(WdfRequestMarkCancelableEx(request, on_cancel), STATUS_CANCELLED);
    assert_journal("");
    WdfRequestMarkCancelable(request, note_cancel);
    assert_journal("cancel:0 ");
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_CANCELLED);
    WdfRequestComplete(request, STATUS_CANCELLED);
    request = send_one(handle, 1, &sent[1]);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestMarkCancelableEx(request, NULL));
    assert_int_equal(WdfRequestMarkCancelableEx(request, on_cancel), STATUS_SUCCESS);
    cancel(handle, &sent[1]);
    assert_journal("cancel:1 ");
    NtClose(handle);
}

static VOID NTAPI mark_then_note(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    /* As if it had been cancelled on its way. */
    WdfRequestWdmGetIrp(request)->Cancel = TRUE;
    WdfRequestMarkCancelable(request, on_cancel);
    note("returned ");
}

/* The driver is not called in the midst of its own callback. */
static void the_cancel_callback_waits_for_the_queues(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = mark_then_note;
    device_with_queue(&config);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(send(handle, 3, &sent), STATUS_CANCELLED);
    assert_journal("returned cancel:3 ");
    NtClose(handle);
}

static void marking_is_for_requests_that_the_driver_owns(void)
{
    WDF_IO_QUEUE_CONFIG config;
    WDFREQUEST found, request;
    struct sent sent;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    queue = device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    assert_int_equal(send(handle, 0, &sent), STATUS_PENDING);
    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, NULL, NULL, &found), STATUS_SUCCESS);
    assert_int_equal(WdfRequestMarkCancelableEx(found, on_cancel), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestUnmarkCancelable(found), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfIoQueueRetrieveFoundRequest(queue, found, &request), STATUS_SUCCESS);
    WdfObjectDereference(found);
    assert_int_equal(WdfRequestMarkCancelableEx(request, on_cancel), STATUS_SUCCESS);
    assert_int_equal(WdfRequestMarkCancelableEx(request, on_cancel), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
    assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_CANCELLED);
    WdfRequestComplete(request, STATUS_SUCCESS);
    NtClose(handle);
}

/* Misuse that must not leave an IRP with a cancel routine behind. */
static void completing_a_marked_request_takes_the_mark_off(void)
{
    HANDLE handle;
    struct sent sent;
    WDFREQUEST request;

    holding_queue();
    handle = open_device(ASYNCHRONOUS);
    request = send_one(handle, 0, &sent);
    WdfRequestMarkCancelable(request, on_cancel);
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(sent.iosb.Status, STATUS_SUCCESS);
    assert_journal("");
    NtClose(handle);
}

/* ---- races ----------------------------------------------------------------------------------- */

#define ROUNDS 3000

static struct {
    HANDLE handle;
    struct sent *sent; /* to be cancelled; NULL: not yet, or done. Atomic */
    BOOLEAN is_over;   /* atomic */
} race;

static VOID cancel_them(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    while (!__atomic_load_n(&race.is_over, __ATOMIC_ACQUIRE)) {
        struct sent *sent = __atomic_load_n(&race.sent, __ATOMIC_ACQUIRE);
        IO_STATUS_BLOCK iosb;

        if (!sent)
            continue;
        NtCancelIoFileEx(race.handle, &sent->iosb, &iosb);
        __atomic_store_n(&race.sent, NULL, __ATOMIC_RELEASE);
    }
}

static LONG cancelled_count;

static VOID NTAPI count_cancel(WDFREQUEST request)
{
    __atomic_add_fetch(&cancelled_count, 1, __ATOMIC_RELAXED);
    WdfRequestComplete(request, STATUS_CANCELLED);
}

/* Whoever wins, each request is completed once. */
static void unmarking_races_with_cancelling(void)
{
    struct program_thread thread;
    LONG completed = 0, i;
    struct sent sent;

    holding_queue();
    memset(&race, 0, sizeof(race));
    cancelled_count = 0;
    race.handle = open_device(ASYNCHRONOUS);
    start_thread(&thread, cancel_them, NULL);
    for (i = 0; i < ROUNDS; i++) {
        WDFREQUEST request;

        held_count = 0;
        request = send_one(race.handle, (ULONG)i, &sent);
        /* The one who cancels may complete it before we look. */
        WdfObjectReference(request);
        WdfRequestMarkCancelable(request, count_cancel);
        __atomic_store_n(&race.sent, &sent, __ATOMIC_RELEASE);
        if (NT_SUCCESS(WdfRequestUnmarkCancelable(request))) {
            WdfRequestComplete(request, STATUS_SUCCESS);
            completed++;
        }
        WdfObjectDereference(request);
        while (is_pending(&sent) || __atomic_load_n(&race.sent, __ATOMIC_ACQUIRE))
            YieldProcessor();
    }
    __atomic_store_n(&race.is_over, TRUE, __ATOMIC_RELEASE);
    join_thread(&thread);
    assert_int_equal(completed + cancelled_count, ROUNDS);
    NtClose(race.handle);
}

static void taking_races_with_cancelling(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct program_thread thread;
    struct sent sent;
    WDFQUEUE queue;
    LONG i;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    queue = device_with_queue(&config);
    memset(&race, 0, sizeof(race));
    race.handle = open_device(ASYNCHRONOUS);
    start_thread(&thread, cancel_them, NULL);
    for (i = 0; i < ROUNDS; i++) {
        WDFREQUEST request;

        assert_int_equal(send(race.handle, (ULONG)i, &sent), STATUS_PENDING);
        __atomic_store_n(&race.sent, &sent, __ATOMIC_RELEASE);
        if (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(queue, &request)))
            WdfRequestComplete(request, STATUS_SUCCESS);
        while (is_pending(&sent) || __atomic_load_n(&race.sent, __ATOMIC_ACQUIRE))
            YieldProcessor();
    }
    __atomic_store_n(&race.is_over, TRUE, __ATOMIC_RELEASE);
    join_thread(&thread);
    assert_true(WDF_IO_QUEUE_IDLE(WdfIoQueueGetState(queue, NULL, NULL)));
    NtClose(race.handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_waiting_request_is_just_cancelled),
        WDF_TEST(a_request_that_the_driver_knows_is_shown_to_it),
        WDF_TEST(a_marked_request_is_cancelled_by_the_driver),
        WDF_TEST(an_unmarked_request_is_not),
        WDF_TEST(marking_comes_too_late_for_a_cancelled_request),
        WDF_TEST(the_cancel_callback_waits_for_the_queues),
        WDF_TEST(marking_is_for_requests_that_the_driver_owns),
        WDF_TEST(completing_a_marked_request_takes_the_mark_off),
        WDF_TEST(unmarking_races_with_cancelling),
        WDF_TEST(taking_races_with_cancelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
