/* Manual queues: taking requests from them, looking for some, being told, and how long it takes. */
#include "control_test.h"

static WDFQUEUE manual_queue(VOID)
{
    WDF_IO_QUEUE_CONFIG config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    return device_with_queue(&config);
}

static VOID send_numbers(HANDLE handle, struct sent *sent, ULONG first, ULONG count)
{
    ULONG i;

    for (i = 0; i < count; i++)
        assert_int_equal(send(handle, first + i, &sent[i]), STATUS_PENDING);
}

static WDFREQUEST take(WDFQUEUE queue)
{
    WDFREQUEST request = NULL;

    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_SUCCESS);
    return request;
}

/* Completes all that is left, in order. */
static VOID take_all(WDFQUEUE queue)
{
    WDFREQUEST request;

    while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(queue, &request))) {
        note("%u ", number_of(request));
        WdfRequestComplete(request, STATUS_SUCCESS);
    }
}

static void requests_come_out_in_order(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDFREQUEST request = (WDFREQUEST)1;
    struct sent sent[3];

    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_NO_MORE_ENTRIES);
    assert_null(request);
    send_numbers(handle, sent, 0, 3);
    request = take(queue);
    assert_int_equal(number_of(request), 0);
    assert_ptr_equal(WdfRequestGetIoQueue(request), queue);
    assert_true(is_pending(&sent[0]));
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_false(is_pending(&sent[0]));
    take_all(queue);
    assert_journal("1 2 ");
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfIoQueueRetrieveNextRequest(queue, NULL));
    NtClose(handle);
}

static void a_stopped_queue_gives_nothing(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDFREQUEST request;
    struct sent sent;

    send_numbers(handle, &sent, 0, 1);
    WdfIoQueueStop(queue, NULL, NULL);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_WDF_PAUSED);
    WdfIoQueueStart(queue);
    inside(queue)->power = WDF_QUEUE_POWER_OFF;
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_WDF_PAUSED);
    /* On its way there it still does. */
    inside(queue)->power = WDF_QUEUE_POWER_HELD;
    take_all(queue);
    inside(queue)->power = WDF_QUEUE_POWER_ON;
    assert_journal("0 ");
    NtClose(handle);
}

static VOID NTAPI complete_it(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static void other_queues_are_not_searched(void)
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;
    WDFREQUEST request;
    WDFQUEUE queue;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = complete_it;
    queue = make_queue(device, &config);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, NULL, NULL, &request),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfIoQueueReadyNotify(queue, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
    config.DispatchType = WdfIoQueueDispatchSequential;
    config.Settings.Parallel.NumberOfPresentedRequests = 0;
    queue = make_queue(device, &config);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_NO_MORE_ENTRIES);
}

static void reads_of_nothing_end_on_the_way_out(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    IO_STATUS_BLOCK iosb = {.Status = STATUS_PENDING, .Information = 5};
    LARGE_INTEGER offset = {0};
    struct sent sent;
    WDFREQUEST request;

    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, &offset, 0, &offset, NULL),
                     STATUS_PENDING);
    assert_int_equal(iosb.Status, STATUS_PENDING);
    send_numbers(handle, &sent, 1, 1);
    request = take(queue);
    assert_int_equal(number_of(request), 1);
    assert_int_equal(iosb.Status, STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 0);
    WdfRequestComplete(request, STATUS_SUCCESS);
    NtClose(handle);
}

/* ---- finding ------------------------------------------------------------------------------- */

static WDFREQUEST find(WDFQUEUE queue, WDFREQUEST after, ULONG number)
{
    WDF_REQUEST_PARAMETERS parameters;
    WDFREQUEST found = NULL;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    assert_int_equal(WdfIoQueueFindRequest(queue, after, NULL, &parameters, &found),
                     STATUS_SUCCESS);
    assert_int_equal(parameters.Parameters.DeviceIoControl.IoControlCode, CODE(number));
    return found;
}

static void a_request_is_looked_at_and_then_taken(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDFREQUEST first, second, taken, next;
    WDF_REQUEST_PARAMETERS parameters;
    struct sent sent[3];

    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, NULL, NULL, &first),
                     STATUS_NO_MORE_ENTRIES);
    assert_null(first);
    send_numbers(handle, sent, 0, 3);
    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    parameters.Size--;
    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, NULL, &parameters, &first),
                     STATUS_INVALID_PARAMETER_4);
    first = find(queue, NULL, 0);
    second = find(queue, first, 1);
    WdfObjectDereference(first);
    next = find(queue, second, 2);
    assert_int_equal(WdfIoQueueFindRequest(queue, next, NULL, NULL, &taken),
                     STATUS_NO_MORE_ENTRIES);
    WdfObjectDereference(next);
    assert_int_equal(WdfIoQueueRetrieveFoundRequest(queue, second, &taken), STATUS_SUCCESS);
    assert_ptr_equal(taken, second);
    WdfObjectDereference(second);
    /* It is not in the queue any more. */
    assert_int_equal(WdfIoQueueFindRequest(queue, taken, NULL, NULL, &next), STATUS_NOT_FOUND);
    assert_int_equal(WdfIoQueueRetrieveFoundRequest(queue, taken, &next), STATUS_NOT_FOUND);
    WdfRequestComplete(taken, STATUS_SUCCESS);
    assert_int_equal(sent[1].iosb.Status, STATUS_SUCCESS);
    take_all(queue);
    assert_journal("0 2 ");
    NtClose(handle);
}

static void a_found_request_may_be_cancelled_under_its_finder(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDFREQUEST found, taken;
    struct sent sent;

    send_numbers(handle, &sent, 0, 1);
    found = find(queue, NULL, 0);
    cancel(handle, &sent);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    assert_int_equal(WdfIoQueueRetrieveFoundRequest(queue, found, &taken), STATUS_NOT_FOUND);
    WdfObjectDereference(found);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestComplete(found, STATUS_SUCCESS));
    NtClose(handle);
}

/* ---- by file --------------------------------------------------------------------------------- */

static WDFFILEOBJECT last_file;

static VOID NTAPI on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    last_file = file;
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static WDFQUEUE manual_queue_with_files(VOID)
{
    WDF_FILEOBJECT_CONFIG files;
    WDF_IO_QUEUE_CONFIG config;
    PWDFDEVICE_INIT init = begin_device();
    WDFDEVICE device;
    WDFQUEUE queue;

    WDF_FILEOBJECT_CONFIG_INIT(&files, on_create, NULL, NULL);
    WdfDeviceInitSetFileObjectConfig(init, &files, WDF_NO_OBJECT_ATTRIBUTES);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    queue = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    return queue;
}

static void requests_of_one_file_are_found_among_others(void)
{
    WDFQUEUE queue = manual_queue_with_files();
    HANDLE one = open_device(ASYNCHRONOUS), other;
    WDFFILEOBJECT file_of_one = last_file, file_of_other;
    WDFREQUEST request, found;
    struct sent sent[2], sent_other[2];

    other = open_device(ASYNCHRONOUS);
    file_of_other = last_file;
    assert_ptr_not_equal(file_of_one, file_of_other);
    send_numbers(one, sent, 0, 1);
    send_numbers(other, sent_other, 10, 2);
    send_numbers(one, sent + 1, 1, 1);
    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, file_of_other, NULL, &found),
                     STATUS_SUCCESS);
    assert_int_equal(number_of(found), 10);
    WdfObjectDereference(found);
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_one, &request),
                     STATUS_SUCCESS);
    assert_int_equal(number_of(request), 0);
    assert_ptr_equal(WdfRequestGetFileObject(request), file_of_one);
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_one, &request),
                     STATUS_SUCCESS);
    assert_int_equal(number_of(request), 1);
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_one, &request),
                     STATUS_NO_MORE_ENTRIES);
    take_all(queue);
    assert_journal("10 11 ");
    NtClose(one);
    NtClose(other);
}

/* What a search for a file passed is not looked at again; what comes before it meanwhile is. */
static void a_file_is_sought_on_from_where_it_was_found(void)
{
    WDFQUEUE queue = manual_queue_with_files();
    HANDLE one = open_device(ASYNCHRONOUS), other;
    WDFFILEOBJECT file_of_other;
    WDFREQUEST request;
    struct sent sent[2], sent_other[3];

    other = open_device(ASYNCHRONOUS);
    file_of_other = last_file;
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_other, &request),
                     STATUS_NO_MORE_ENTRIES);
    send_numbers(one, sent, 0, 2);
    send_numbers(other, sent_other, 10, 3);
    /* The one at which the search would go on leaves otherwise. */
    assert_int_equal(WdfIoQueueFindRequest(queue, NULL, file_of_other, NULL, &request),
                     STATUS_SUCCESS);
    WdfObjectDereference(request);
    cancel(other, &sent_other[0]);
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_other, &request),
                     STATUS_SUCCESS);
    assert_int_equal(number_of(request), 11);
    /* And one comes to the front. */
    assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
    assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_other, &request),
                     STATUS_SUCCESS);
    assert_int_equal(number_of(request), 11);
    WdfRequestComplete(request, STATUS_SUCCESS);
    take_all(queue);
    assert_journal("0 1 12 ");
    NtClose(one);
    NtClose(other);
}

static void closing_a_handle_cancels_its_requests_only(void)
{
    WDFQUEUE queue = manual_queue_with_files();
    HANDLE one = open_device(ASYNCHRONOUS), other = open_device(ASYNCHRONOUS);
    struct sent sent[2], sent_other[2];

    send_numbers(one, sent, 0, 2);
    send_numbers(other, sent_other, 10, 2);
    NtClose(one);
    assert_int_equal(sent[0].iosb.Status, STATUS_CANCELLED);
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    assert_true(is_pending(&sent_other[0]));
    take_all(queue);
    assert_journal("10 11 ");
    NtClose(other);
}

/* ---- being told ----------------------------------------------------------------------------- */

static VOID NTAPI on_ready(WDFQUEUE queue, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(queue);
    note("%s ", (PCSTR)context);
}

static VOID NTAPI take_when_ready(WDFQUEUE queue, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(context);
    note("ready ");
    take_all(queue);
}

static void the_driver_is_told_when_an_empty_queue_fills(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[3];

    assert_int_equal(WdfIoQueueReadyNotify(queue, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfIoQueueReadyNotify(queue, on_ready, "ready"), STATUS_SUCCESS);
    assert_int_equal(WdfIoQueueReadyNotify(queue, on_ready, "ready"),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_journal("");
    send_numbers(handle, sent, 0, 2);
    assert_journal("ready ");
    take_all(queue);
    assert_journal("0 1 ");
    send_numbers(handle, sent, 2, 1);
    assert_journal("ready ");
    /* A queue that gives requests cannot forget it: one might come this moment. */
    assert_int_equal(WdfIoQueueReadyNotify(queue, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
    WdfIoQueueStop(queue, NULL, NULL);
    WdfIoQueueStart(queue);
    assert_journal("ready ");
    WdfIoQueueStop(queue, NULL, NULL);
    assert_int_equal(WdfIoQueueReadyNotify(queue, NULL, NULL), STATUS_SUCCESS);
    WdfIoQueueStart(queue);
    take_all(queue);
    assert_journal("2 ");
    NtClose(handle);
}

static void a_request_that_waits_already_is_told_of(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[2];

    send_numbers(handle, sent, 0, 2);
    assert_int_equal(WdfIoQueueReadyNotify(queue, take_when_ready, NULL), STATUS_SUCCESS);
    assert_journal("ready 0 1 ");
    NtClose(handle);
}

/* The driver saw nothing, but something is there that is being cancelled. */
static void what_is_being_cancelled_does_not_hide_the_next_arrival(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct wdf_request *first;
    struct sent sent[2];
    PDRIVER_CANCEL routine;
    WDFREQUEST request;
    KIRQL irql;

    send_numbers(handle, sent, 0, 1);
    assert_int_equal(WdfIoQueueReadyNotify(queue, on_ready, "ready"), STATUS_SUCCESS);
    assert_journal("ready ");
    /* As if IoCancelIrp had taken the routine and not called it yet. */
    first = CONTAINING_RECORD(inside(queue)->requests.Flink, struct wdf_request, queue_link);
    routine = IoSetCancelRoutine(first->irp, NULL);
    assert_int_equal(WdfIoQueueRetrieveNextRequest(queue, &request), STATUS_NO_MORE_ENTRIES);
    send_numbers(handle, sent + 1, 1, 1);
    assert_journal("ready ");
    IoAcquireCancelSpinLock(&irql);
    first->irp->CancelIrql = irql;
    routine(NULL, first->irp);
    assert_int_equal(sent[0].iosb.Status, STATUS_CANCELLED);
    take_all(queue);
    assert_journal("1 ");
    NtClose(handle);
}

/* ---- requeue --------------------------------------------------------------------------------- */

static void a_request_goes_back_to_the_head(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[2];
    WDFREQUEST request;

    send_numbers(handle, sent, 0, 2);
    request = take(queue);
    assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
    take_all(queue);
    assert_journal("0 1 ");
    NtClose(handle);
}

static void what_goes_back_to_a_purged_queue_is_cancelled(void)
{
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent;
    WDFREQUEST request;

    send_numbers(handle, &sent, 0, 1);
    request = take(queue);
    WdfIoQueuePurge(queue, on_ready, "purged");
    assert_int_equal(WdfRequestRequeue(request), STATUS_SUCCESS);
    assert_int_equal(sent.iosb.Status, STATUS_CANCELLED);
    assert_journal("purged ");
    NtClose(handle);
}

/* ---- a hundred thousand ----------------------------------------------------------------- */

#define MANY 100000

static ULONG64 nanoseconds(VOID)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);

    return (ULONG64)now.QuadPart * 1000000000ull / (ULONG64)frequency.QuadPart;
}

/* Walks the queue by FindRequest from one to the next, and returns how many there are. */
static ULONG walk(WDFQUEUE queue)
{
    WDFREQUEST last = NULL, next;
    ULONG count = 0;

    while (NT_SUCCESS(WdfIoQueueFindRequest(queue, last, NULL, NULL, &next))) {
        if (last)
            WdfObjectDereference(last);
        last = next;
        count++;
    }
    if (last)
        WdfObjectDereference(last);
    return count;
}

/* Were any of these steps linear in the length, the test would take hours. */
static void a_hundred_thousand_requests_are_no_burden(void)
{
    static struct sent sent[MANY];
    WDFQUEUE queue = manual_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    ULONG64 begin = nanoseconds();
    ULONG i, waiting;

    send_numbers(handle, sent, 0, MANY);
    assert_int_equal(walk(queue), MANY);
    /* From the end: each is found and taken out of the middle of what is left. */
    for (i = MANY; i > MANY / 2; i--) {
        struct wdf_request *last =
            CONTAINING_RECORD(inside(queue)->requests.Blink, struct wdf_request, queue_link);

        assert_true(IoCancelIrp(last->irp));
        assert_int_equal(sent[i - 1].iosb.Status, STATUS_CANCELLED);
    }
    WdfIoQueueGetState(queue, &waiting, NULL);
    assert_int_equal(waiting, MANY / 2);
    for (i = 0; i < MANY / 4; i++)
        WdfRequestComplete(take(queue), STATUS_SUCCESS);
    WdfIoQueuePurgeSynchronously(queue);
    for (i = 0; i < MANY; i++)
        assert_int_not_equal(sent[i].iosb.Status, STATUS_PENDING);
    print_message("%u requests: %u ns each\n", MANY, (ULONG)((nanoseconds() - begin) / MANY));
    NtClose(handle);
}

/* Every other one is another file's: taken one by one, and cancelled by closing that. */
static void a_hundred_thousand_requests_of_two_files(void)
{
    static struct sent sent[MANY];
    WDFQUEUE queue = manual_queue_with_files();
    HANDLE one = open_device(ASYNCHRONOUS), other = open_device(ASYNCHRONOUS);
    WDFFILEOBJECT file_of_other = last_file;
    ULONG64 begin = nanoseconds();
    WDFREQUEST request;
    ULONG i, waiting;

    for (i = 0; i < MANY; i++)
        send_numbers(i % 2 ? other : one, &sent[i], i, 1);
    for (i = 1; i < MANY / 2; i += 2) {
        assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(queue, file_of_other, &request),
                         STATUS_SUCCESS);
        assert_int_equal(number_of(request) & 0x7FF, i & 0x7FF);
        WdfRequestComplete(request, STATUS_SUCCESS);
    }
    NtClose(other);
    WdfIoQueueGetState(queue, &waiting, NULL);
    assert_int_equal(waiting, MANY / 2);
    NtClose(one);
    for (i = 0; i < MANY; i++)
        assert_int_equal(sent[i].iosb.Status,
                         i % 2 && i < MANY / 2 ? STATUS_SUCCESS : STATUS_CANCELLED);
    print_message("%u requests: %u ns each\n", MANY, (ULONG)((nanoseconds() - begin) / MANY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(requests_come_out_in_order),
        WDF_TEST(a_stopped_queue_gives_nothing),
        WDF_TEST(other_queues_are_not_searched),
        WDF_TEST(reads_of_nothing_end_on_the_way_out),
        WDF_TEST(a_request_is_looked_at_and_then_taken),
        WDF_TEST(a_found_request_may_be_cancelled_under_its_finder),
        WDF_TEST(requests_of_one_file_are_found_among_others),
        WDF_TEST(a_file_is_sought_on_from_where_it_was_found),
        WDF_TEST(closing_a_handle_cancels_its_requests_only),
        WDF_TEST(the_driver_is_told_when_an_empty_queue_fills),
        WDF_TEST(a_request_that_waits_already_is_told_of),
        WDF_TEST(what_is_being_cancelled_does_not_hide_the_next_arrival),
        WDF_TEST(a_request_goes_back_to_the_head),
        WDF_TEST(what_goes_back_to_a_purged_queue_is_cancelled),
        WDF_TEST(a_hundred_thousand_requests_are_no_burden),
        WDF_TEST(a_hundred_thousand_requests_of_two_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
