/* Queues: what may be created, which callback a request goes to, one after the other or at once. */
#include "control_test.h"

/* ---- creation ------------------------------------------------------------------------- */

static VOID NTAPI complete_default(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("default ");
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static NTSTATUS try_queue(WDFDEVICE device, PWDF_IO_QUEUE_CONFIG config,
                          PWDF_OBJECT_ATTRIBUTES attributes)
{
    WDFQUEUE queue = NULL;
    NTSTATUS status = WdfIoQueueCreate(device, config, attributes, &queue);

    if (NT_SUCCESS(status))
        WdfObjectDelete(queue);
    return status;
}

static void refuses_wrong_configurations(void)
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;
    WDFQUEUE queue;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
    assert_int_equal(try_queue(device, &config, NULL), STATUS_WDF_NO_CALLBACK);
    config.EvtIoDefault = complete_default;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_SUCCESS);
    config.Settings.Parallel.NumberOfPresentedRequests = 1;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_INVALID_PARAMETER);
    config.DispatchType = WdfIoQueueDispatchParallel;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_SUCCESS);
    config.DispatchType = WdfIoQueueDispatchManual;
    config.Settings.Parallel.NumberOfPresentedRequests = 0;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_INVALID_PARAMETER);
    config.EvtIoDefault = NULL;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_SUCCESS);
    config.DispatchType = WdfIoQueueDispatchInvalid;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_INVALID_PARAMETER);
    config.DispatchType = WdfIoQueueDispatchMax;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_INVALID_PARAMETER);
    config.DispatchType = WdfIoQueueDispatchManual;
    config.Size--;
    assert_int_equal(try_queue(device, &config, NULL), STATUS_INFO_LENGTH_MISMATCH);
    config.Size++;
    assert_int_equal(WdfIoQueueCreate(device, &config, NULL, NULL), STATUS_INVALID_PARAMETER_4);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfIoQueueCreate(device, NULL, NULL, &queue));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfIoQueueCreate(NULL, &config, NULL, &queue));
}

static void refuses_wrong_attributes(void)
{
    WDFDEVICE device = plain_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG config;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    assert_int_equal(try_queue(device, &config, &attributes), STATUS_SUCCESS);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(try_queue(device, &config, &attributes), STATUS_INVALID_DEVICE_REQUEST);
    attributes.ParentObject = NULL;
    /* The device's lock is one for DISPATCH_LEVEL. */
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    assert_int_equal(try_queue(device, &config, &attributes), STATUS_SUCCESS);
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    assert_int_equal(try_queue(device, &config, &attributes), STATUS_INVALID_PARAMETER);
    attributes.ExecutionLevel = WdfExecutionLevelDispatch;
    assert_int_equal(try_queue(device, &config, &attributes), STATUS_SUCCESS);
}

static void only_one_default_queue_and_in_time(void)
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;
    WDFQUEUE queue = NULL, second = NULL;

    assert_null(WdfDeviceGetDefaultQueue(device));
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &queue), STATUS_SUCCESS);
    assert_ptr_equal(WdfDeviceGetDefaultQueue(device), queue);
    assert_ptr_equal(WdfIoQueueGetDevice(queue), device);
    assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &second), STATUS_UNSUCCESSFUL);
    /* It stays for as long as the device. */
    WdfObjectDelete(queue);
    assert_ptr_equal(WdfIoQueueGetDevice(queue), device);
    WdfControlFinishInitializing(device);
    assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &second), STATUS_INVALID_DEVICE_STATE);
}

/* ---- routing ----------------------------------------------------------------------------- */

static VOID NTAPI on_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
    UNREFERENCED_PARAMETER(queue);
    note("read:%u ", (ULONG)length);
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, length);
}

static VOID NTAPI on_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
    UNREFERENCED_PARAMETER(queue);
    note("write:%u ", (ULONG)length);
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, length);
}

static VOID NTAPI on_control(WDFQUEUE queue, WDFREQUEST request, size_t output, size_t input,
                             ULONG code)
{
    UNREFERENCED_PARAMETER(queue);
    note("control:%u:%u:%x ", (ULONG)output, (ULONG)input, code);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static NTSTATUS read_bytes(HANDLE handle, ULONG length, PIO_STATUS_BLOCK iosb)
{
    static UCHAR buffer[16];
    LARGE_INTEGER offset = {0};

    return NtReadFile(handle, NULL, NULL, NULL, iosb, buffer, length, &offset, NULL);
}

static NTSTATUS write_bytes(HANDLE handle, ULONG length, PIO_STATUS_BLOCK iosb)
{
    static UCHAR buffer[16];
    LARGE_INTEGER offset = {0};

    return NtWriteFile(handle, NULL, NULL, NULL, iosb, buffer, length, &offset, NULL);
}

static void each_type_has_its_callback(void)
{
    WDF_IO_QUEUE_CONFIG config;
    IO_STATUS_BLOCK iosb;
    struct sent sent;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoRead = on_read;
    config.EvtIoWrite = on_write;
    config.EvtIoDeviceControl = on_control;
    device_with_queue(&config);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(read_bytes(handle, 3, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 3);
    assert_int_equal(write_bytes(handle, 5, &iosb), STATUS_SUCCESS);
    assert_int_equal(send(handle, 1, &sent), STATUS_SUCCESS);
    assert_int_equal(sent.iosb.Information, 0);
    assert_journal("read:3 write:5 control:0:0:222007 ");
    NtClose(handle);
}

static void without_a_callback_a_request_fails(void)
{
    WDF_IO_QUEUE_CONFIG config;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoRead = on_read;
    device_with_queue(&config);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(write_bytes(handle, 5, &iosb), STATUS_INVALID_DEVICE_REQUEST);
    /* No bytes are no excuse. */
    assert_int_equal(write_bytes(handle, 0, &iosb), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(read_bytes(handle, 4, &iosb), STATUS_SUCCESS);
    assert_journal("read:4 ");
    NtClose(handle);
}

static void without_a_queue_a_request_fails(void)
{
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    WdfControlFinishInitializing(plain_device());
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(read_bytes(handle, 4, &iosb), STATUS_INVALID_DEVICE_REQUEST);
    NtClose(handle);
}

static void no_bytes_are_delivered_on_demand_only(void)
{
    WDF_IO_QUEUE_CONFIG config;
    IO_STATUS_BLOCK iosb;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = complete_default;
    config.EvtIoRead = on_read;
    queue = device_with_queue(&config);
    handle = open_device(SYNCHRONOUS);
    iosb.Information = 77;
    assert_int_equal(read_bytes(handle, 0, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 0);
    assert_int_equal(write_bytes(handle, 0, &iosb), STATUS_SUCCESS);
    assert_journal("");
    assert_int_equal(write_bytes(handle, 1, &iosb), STATUS_SUCCESS);
    assert_journal("default ");
    inside(queue)->config.AllowZeroLengthRequests = TRUE;
    assert_int_equal(read_bytes(handle, 0, &iosb), STATUS_SUCCESS);
    assert_int_equal(write_bytes(handle, 0, &iosb), STATUS_SUCCESS);
    assert_journal("read:0 default ");
    NtClose(handle);
}

static void a_type_can_have_a_queue_of_its_own(void)
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;
    WDFQUEUE ordinary, reads, manual;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = complete_default;
    ordinary = make_queue(device, &config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
    config.EvtIoRead = on_read;
    reads = make_queue(device, &config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    manual = make_queue(device, &config);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, reads, WdfRequestTypeWrite),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, ordinary, WdfRequestTypeRead),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, reads, WdfRequestTypePower),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, reads, WdfRequestTypeRead),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeRead),
                     STATUS_WDF_BUSY);
    WdfControlFinishInitializing(device);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, manual, WdfRequestTypeWrite),
                     STATUS_INVALID_DEVICE_STATE);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(read_bytes(handle, 2, &iosb), STATUS_SUCCESS);
    assert_int_equal(write_bytes(handle, 2, &iosb), STATUS_SUCCESS);
    assert_journal("read:2 default ");
    NtClose(handle);
}

/* ---- sequential, parallel ------------------------------------------------------------------ */

static WDFREQUEST held[8];
static ULONG held_count;

static VOID NTAPI hold(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%u ", number_of(request));
    held[held_count++] = request;
}

static VOID release(ULONG index)
{
    WdfRequestComplete(held[index], STATUS_SUCCESS);
}

static VOID send_numbers(HANDLE handle, struct sent *sent, ULONG count)
{
    ULONG i;

    held_count = 0;
    for (i = 0; i < count; i++)
        assert_int_equal(send(handle, i, &sent[i]), STATUS_PENDING);
}

static void a_sequential_queue_presents_the_next_when_one_is_done(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent[3];
    ULONG waiting, owned;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = hold;
    queue = device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    send_numbers(handle, sent, 3);
    assert_journal("0 ");
    assert_int_equal(WdfIoQueueGetState(queue, &waiting, &owned),
                     WdfIoQueueAcceptRequests | WdfIoQueueDispatchRequests);
    assert_int_equal(waiting, 2);
    assert_int_equal(owned, 1);
    release(0);
    assert_false(is_pending(&sent[0]));
    assert_journal("1 ");
    release(1);
    assert_journal("2 ");
    release(2);
    assert_int_equal(WdfIoQueueGetState(queue, NULL, NULL),
                     WdfIoQueueAcceptRequests | WdfIoQueueDispatchRequests | WdfIoQueueNoRequests |
                         WdfIoQueueDriverNoRequests);
    NtClose(handle);
}

static void a_parallel_queue_presents_as_many_as_it_may(void)
{
    WDF_IO_QUEUE_CONFIG config;
    struct sent sent[4];
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = hold;
    config.Settings.Parallel.NumberOfPresentedRequests = 2;
    device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    send_numbers(handle, sent, 4);
    assert_journal("0 1 ");
    release(1);
    assert_false(is_pending(&sent[1]));
    assert_true(is_pending(&sent[0]));
    assert_journal("2 ");
    release(0);
    assert_journal("3 ");
    release(2);
    release(3);
    NtClose(handle);
}

/* Completes at once, below a stack that must not grow by the number of requests that wait. */
static ULONG_PTR deepest;

static VOID NTAPI measure(WDFQUEUE queue, WDFREQUEST request)
{
    ULONG_PTR here = (ULONG_PTR)&here;

    UNREFERENCED_PARAMETER(queue);
    if (here < deepest)
        deepest = here;
    WdfRequestComplete(request, STATUS_SUCCESS);
}

#define MANY 1000

static void requests_that_wait_are_presented_without_recursion(void)
{
    static struct sent sent[MANY];
    WDF_IO_QUEUE_CONFIG config;
    ULONG_PTR here = (ULONG_PTR)&here;
    WDFQUEUE queue;
    HANDLE handle;
    ULONG i;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = measure;
    queue = device_with_queue(&config);
    handle = open_device(ASYNCHRONOUS);
    WdfIoQueueStop(queue, NULL, NULL);
    for (i = 0; i < MANY; i++)
        assert_int_equal(send(handle, i, &sent[i]), STATUS_PENDING);
    deepest = here;
    WdfIoQueueStart(queue);
    for (i = 0; i < MANY; i++)
        assert_int_equal(sent[i].iosb.Status, STATUS_SUCCESS);
    assert_true(here - deepest < 16384);
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(refuses_wrong_configurations),
        WDF_TEST(refuses_wrong_attributes),
        WDF_TEST(only_one_default_queue_and_in_time),
        WDF_TEST(each_type_has_its_callback),
        WDF_TEST(without_a_callback_a_request_fails),
        WDF_TEST(without_a_queue_a_request_fails),
        WDF_TEST(no_bytes_are_delivered_on_demand_only),
        WDF_TEST(a_type_can_have_a_queue_of_its_own),
        WDF_TEST(a_sequential_queue_presents_the_next_when_one_is_done),
        WDF_TEST(a_parallel_queue_presents_as_many_as_it_may),
        WDF_TEST(requests_that_wait_are_presented_without_recursion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
