/*
 * The five lives of a buffer: received and completed; passed on and completed when it is back;
 * lent to a request of the driver's; new in a request of the driver's; in one that is reused.
 * Each shows the moment at which the buffer is let go of: not before, and not after.
 */
#include "target_test.h"

#define SIZE 32
#define WRITE_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_BUFFERED, FILE_ANY_ACCESS)

static struct {
    WDFIOTARGET target;
    WDFREQUEST own;      /* a request of the driver's */
    WDFREQUEST received; /* the latest, if the driver has it */
    WDFMEMORY memory;    /* of received */
    VOID (*on_control)(WDFREQUEST request);
} driver;

/* What a program sends, and how it ended. */
static struct {
    HANDLE handle;
    UCHAR input[SIZE], output[SIZE];
    IO_STATUS_BLOCK iosb;
} program;

static VOID NTAPI on_control(WDFQUEUE queue, WDFREQUEST request, size_t output_length,
                             size_t input_length, ULONG code)
{
    UNREFERENCED_PARAMETER(queue);
    UNREFERENCED_PARAMETER(output_length);
    UNREFERENCED_PARAMETER(input_length);
    UNREFERENCED_PARAMETER(code);
    driver.received = request;
    driver.on_control(request);
}

/* A control device whose requests go on to the device below, which is no part of its stack. */
static VOID start_driver(VOID (*body)(WDFREQUEST request))
{
    WDFDEVICE device = plain_device();
    WDF_IO_QUEUE_CONFIG config;

    memset(&driver, 0, sizeof(driver));
    memset(&program, 0, sizeof(program));
    driver.on_control = body;
    make_lower(DO_BUFFERED_IO);
    made_device->device_object->StackSize = 2;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = on_control;
    make_queue(device, &config);
    WdfControlFinishInitializing(device);
    driver.target = open_target(device);
    driver.own = make_request(driver.target);
    program.handle = open_device(ASYNCHRONOUS);
}

static NTSTATUS call_driver(ULONG code)
{
    memset(program.input, 0x11, SIZE);
    memset(program.output, 0xEE, SIZE);
    program.iosb.Status = STATUS_PENDING;
    return NtDeviceIoControlFile(program.handle, NULL, NULL, NULL, &program.iosb, code,
                                 program.input, SIZE, program.output, SIZE);
}

static WDFMEMORY output_memory(WDFREQUEST request)
{
    WDFMEMORY memory = NULL;

    assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_SUCCESS);
    return memory;
}

static VOID end_received(VOID)
{
    WdfRequestCompleteWithInformation(driver.received, STATUS_SUCCESS, SIZE);
}

/* Ends before the system does, with which its files go. */
static VOID close_program(VOID)
{
    NtClose(program.handle);
}

/* ---- 1: received and completed --------------------------------------------------------------- */

static VOID keep(WDFREQUEST request)
{
    driver.memory = output_memory(request);
}

static void first_life_ends_with_the_request(void)
{
    start_driver(keep);
    assert_int_equal(call_driver(WRITE_CODE), STATUS_PENDING);
    fill(WdfMemoryGetBuffer(driver.memory, NULL), SIZE);
    WdfObjectReference(driver.memory);
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR, end_received());
    assert_int_equal(bugcheck.seen[2], (ULONG_PTR)driver.received);
    assert_int_equal(bugcheck.seen[3], 1);
    WdfObjectDereference(driver.memory);
}

static void first_life_and_a_handle_that_is_kept(void)
{
    start_driver(keep);
    assert_int_equal(call_driver(WRITE_CODE), STATUS_PENDING);
    fill(WdfMemoryGetBuffer(driver.memory, NULL), SIZE);
    WdfObjectReference(driver.memory);
    WdfObjectDereference(driver.memory);
    end_received();
    assert_int_equal(program.iosb.Status, STATUS_SUCCESS);
    assert_int_equal(program.iosb.Information, SIZE);
    assert_pattern(program.output, SIZE);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(driver.memory, NULL));
    close_program();
}

/* ---- 2: passed on, and completed in the routine ----------------------------------------- */

static VOID NTAPI passed_on(WDFREQUEST request, WDFIOTARGET target,
                            PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(context);
    assert_int_equal(params->Type, WdfRequestTypeNoFormat);
    /* Until it is completed here the buffer is what it was. */
    assert_pattern(WdfMemoryGetBuffer(driver.memory, NULL), SIZE);
    note("back ");
    WdfRequestCompleteWithInformation(request, params->IoStatus.Status,
                                      params->IoStatus.Information);
}

static VOID pass_on(WDFREQUEST request)
{
    driver.memory = output_memory(request);
    WdfRequestFormatRequestUsingCurrentType(request);
    WdfRequestSetCompletionRoutine(request, passed_on, NULL);
    assert_true(WdfRequestSend(request, driver.target, WDF_NO_SEND_OPTIONS));
}

static void second_life_passes_through(void)
{
    start_driver(pass_on);
    call_driver(WRITE_CODE);
    assert_journal("back ");
    assert_int_equal(program.iosb.Status, STATUS_SUCCESS);
    assert_pattern(program.output, SIZE);
    lower.mode = LOWER_HOLDS;
    assert_int_equal(call_driver(WRITE_CODE), STATUS_PENDING);
    assert_journal("");
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR, end_received());
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT);
    assert_int_equal(bugcheck.seen[3], (ULONG_PTR)driver.received);
    fill(lower.system_buffer, SIZE);
    assert_true(release_held(STATUS_SUCCESS, SIZE));
    assert_journal("back ");
    assert_pattern(program.output, SIZE);
    close_program();
}

static VOID pass_on_formatted(WDFREQUEST request)
{
    WDFMEMORY_OFFSET half = {SIZE / 2, 0};

    driver.memory = output_memory(request);
    assert_int_equal(
        WdfIoTargetFormatRequestForRead(driver.target, request, driver.memory, &half, NULL),
        STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, NULL, NULL);
    assert_false(WdfRequestSend(request, driver.target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_REQUEST);
    {
        WDF_REQUEST_SEND_OPTIONS options;

        WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
        assert_false(WdfRequestSend(request, driver.target, &options));
        assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_REQUEST);
        WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
        assert_true(WdfRequestSend(request, driver.target, &options));
    }
    /* Its own memory, lent to itself: completion gives it back and restores the IRP. */
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, SIZE);
}

static void second_life_as_another_request(void)
{
    start_driver(pass_on_formatted);
    call_driver(WRITE_CODE);
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_READ);
    assert_int_equal(lower.location.Parameters.Read.Length, SIZE / 2);
    assert_int_equal(program.iosb.Status, STATUS_SUCCESS);
    assert_filled(program.output, 0x11, SIZE / 2);
    assert_pattern(program.output + SIZE / 2, SIZE / 2);
    close_program();
}

static VOID forget(WDFREQUEST request)
{
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
    assert_true(WdfRequestSend(request, driver.target, &options));
}

static void second_life_without_return(void)
{
    start_driver(forget);
    call_driver(WRITE_CODE);
    assert_int_equal(program.iosb.Status, STATUS_SUCCESS);
    assert_pattern(program.output, SIZE);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestGetStatus(driver.received));
    lower.mode = LOWER_HOLDS;
    assert_int_equal(call_driver(WRITE_CODE), STATUS_PENDING);
    /* The target does not know of it. */
    WdfIoTargetClose(driver.target);
    assert_int_equal(lower.held_count, 1);
    assert_true(release_held(STATUS_UNSUCCESSFUL, 0));
    assert_int_equal(program.iosb.Status, STATUS_UNSUCCESSFUL);
    close_program();
}

/* ---- 3: lent to a request of the driver's ----------------------------------------------- */

static VOID NTAPI lent_is_back(WDFREQUEST request, WDFIOTARGET target,
                               PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(context);
    assert_ptr_equal(request, driver.own);
    assert_ptr_equal(params->Parameters.Read.Buffer, driver.memory);
    assert_int_equal(params->Parameters.Read.Offset, 8);
    assert_int_equal(params->Parameters.Read.Length, SIZE - 8);
    note("back ");
}

static VOID lend(WDFREQUEST request)
{
    WDFMEMORY_OFFSET offset = {8, 0};

    driver.memory = output_memory(request);
    assert_int_equal(
        WdfIoTargetFormatRequestForRead(driver.target, driver.own, driver.memory, &offset, NULL),
        STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(driver.own, lent_is_back, NULL);
    assert_true(WdfRequestSend(driver.own, driver.target, WDF_NO_SEND_OPTIONS));
}

static VOID assert_lent_output(VOID)
{
    assert_journal("back ");
    assert_int_equal(program.iosb.Status, STATUS_SUCCESS);
    assert_filled(program.output, 0x11, 8);
    assert_pattern(program.output + 8, SIZE - 8);
}

static VOID completing_is_a_violation(VOID)
{
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR, end_received());
    assert_int_equal(bugcheck.seen[2], (ULONG_PTR)driver.received);
    assert_int_equal(bugcheck.seen[3], 1);
}

/* For the end of the system, which completes what the driver still has. */
static VOID take_back(VOID)
{
    assert_journal("back ");
    assert_int_equal(reuse(driver.own), STATUS_SUCCESS);
}

static void third_life_while_the_target_has_it(void)
{
    start_driver(lend);
    lower.mode = LOWER_HOLDS;
    call_driver(WRITE_CODE);
    completing_is_a_violation();
    assert_true(release_held(STATUS_SUCCESS, SIZE - 8));
    take_back();
}

static void third_life_lasts_beyond_the_completion_routine(void)
{
    start_driver(lend);
    call_driver(WRITE_CODE);
    completing_is_a_violation();
    take_back();
}

static void third_life_ends_with_reuse(void)
{
    start_driver(lend);
    call_driver(WRITE_CODE);
    assert_int_equal(inside_request(driver.received)->memory_uses, 1);
    assert_int_equal(reuse(driver.own), STATUS_SUCCESS);
    assert_int_equal(inside_request(driver.received)->memory_uses, 0);
    end_received();
    assert_lent_output();
    close_program();
}

static void third_life_ends_with_formatting(void)
{
    start_driver(lend);
    call_driver(WRITE_CODE);
    assert_int_equal(WdfIoTargetFormatRequestForRead(driver.target, driver.own, NULL, NULL, NULL),
                     STATUS_SUCCESS);
    end_received();
    assert_lent_output();
    close_program();
}

static void third_life_ends_with_deletion(void)
{
    start_driver(lend);
    call_driver(WRITE_CODE);
    WdfObjectDelete(driver.own);
    end_received();
    assert_lent_output();
    close_program();
}

/* ---- 4: new, in a request of the driver's ----------------------------------------------- */

static VOID NTAPI memory_destroyed(WDFOBJECT memory)
{
    UNREFERENCED_PARAMETER(memory);
    note("destroyed ");
}

static WDFMEMORY memory_below(WDFOBJECT parent, PUCHAR *buffer)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = NULL;
    PVOID made;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    attributes.EvtDestroyCallback = memory_destroyed;
    assert_int_equal(WdfMemoryCreate(&attributes, NonPagedPoolNx, 0, SIZE, &memory, &made),
                     STATUS_SUCCESS);
    *buffer = made;
    return memory;
}

/* The driver lets go of everything while the target writes: the buffer stays until it is done. */
static void fourth_life_of_a_buffer_of_the_requests(void)
{
    WDFMEMORY memory;
    PUCHAR buffer;

    start_driver(keep);
    lower.mode = LOWER_HOLDS;
    lower.device->Flags ^= DO_BUFFERED_IO | DO_DIRECT_IO;
    memory = memory_below(driver.own, &buffer);
    assert_int_equal(WdfIoTargetFormatRequestForRead(driver.target, driver.own, memory, NULL, NULL),
                     STATUS_SUCCESS);
    assert_true(WdfRequestSend(driver.own, driver.target, WDF_NO_SEND_OPTIONS));
    WdfObjectDelete(driver.own);
    assert_journal("");
    fill(MmGetSystemAddressForMdlSafe(lower.mdl, NormalPagePriority), SIZE);
    assert_pattern(buffer, SIZE);
    assert_true(release_held(STATUS_SUCCESS, SIZE));
    assert_journal("destroyed ");
    close_program();
}

static void fourth_life_of_a_buffer_that_is_deleted_meanwhile(void)
{
    WDFMEMORY memory;
    PUCHAR buffer;

    start_driver(keep);
    lower.mode = LOWER_HOLDS;
    memory = memory_below(WdfGetDriver(), &buffer);
    assert_int_equal(WdfIoTargetFormatRequestForRead(driver.target, driver.own, memory, NULL, NULL),
                     STATUS_SUCCESS);
    assert_true(WdfRequestSend(driver.own, driver.target, WDF_NO_SEND_OPTIONS));
    WdfObjectDelete(memory);
    assert_true(release_held(STATUS_SUCCESS, SIZE));
    assert_journal("");
    assert_int_equal(reuse(driver.own), STATUS_SUCCESS);
    assert_journal("destroyed ");
    close_program();
}

static void fourth_life_of_a_buffer_of_the_drivers(void)
{
    UCHAR buffer[SIZE];
    WDFMEMORY memory;

    start_driver(keep);
    assert_int_equal(WdfMemoryCreatePreallocated(NULL, buffer, SIZE, &memory), STATUS_SUCCESS);
    assert_int_equal(WdfIoTargetFormatRequestForRead(driver.target, driver.own, memory, NULL, NULL),
                     STATUS_SUCCESS);
    assert_true(WdfRequestSend(driver.own, driver.target, WDF_NO_SEND_OPTIONS));
    assert_pattern(buffer, SIZE);
    assert_int_equal(references(memory), 2);
    WdfObjectDelete(driver.own);
    assert_int_equal(references(memory), 1);
    WdfObjectDelete(memory);
    close_program();
}

/* ---- 5: a request that is reused -------------------------------------------------------- */

static void fifth_life_from_one_buffer_to_the_next(void)
{
    WDFMEMORY memory, next;
    PUCHAR buffer;
    ULONG i;

    start_driver(keep);
    memory = memory_below(WdfGetDriver(), &buffer);
    for (i = 0; i < 5; i++) {
        assert_int_equal(
            WdfIoTargetFormatRequestForRead(driver.target, driver.own, memory, NULL, NULL),
            STATUS_SUCCESS);
        assert_true(WdfRequestSend(driver.own, driver.target, WDF_NO_SEND_OPTIONS));
        assert_pattern(buffer, SIZE);
        next = memory_below(WdfGetDriver(), &buffer);
        WdfObjectDelete(memory);
        assert_journal("");
        assert_int_equal(reuse(driver.own), STATUS_SUCCESS);
        assert_journal("destroyed ");
        memory = next;
    }
    close_program();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(first_life_ends_with_the_request),
        WDF_TEST(first_life_and_a_handle_that_is_kept),
        WDF_TEST(second_life_passes_through),
        WDF_TEST(second_life_as_another_request),
        WDF_TEST(second_life_without_return),
        WDF_TEST(third_life_while_the_target_has_it),
        WDF_TEST(third_life_lasts_beyond_the_completion_routine),
        WDF_TEST(third_life_ends_with_reuse),
        WDF_TEST(third_life_ends_with_formatting),
        WDF_TEST(third_life_ends_with_deletion),
        WDF_TEST(fourth_life_of_a_buffer_of_the_requests),
        WDF_TEST(fourth_life_of_a_buffer_that_is_deleted_meanwhile),
        WDF_TEST(fourth_life_of_a_buffer_of_the_drivers),
        WDF_TEST(fifth_life_from_one_buffer_to_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
