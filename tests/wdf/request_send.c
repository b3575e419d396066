/* Sending: each option, each refusal, time-outs, cancelling at any moment, misuse. */
#include "target_test.h"

static struct {
    LONG count; /* atomic */
    NTSTATUS status;
    WDF_REQUEST_TYPE type;
    WDFREQUEST request;
    WDFIOTARGET target;
    WDFCONTEXT context;
} completed;

static VOID NTAPI note_completion(WDFREQUEST request, WDFIOTARGET target,
                                  PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    completed.status = params->IoStatus.Status;
    completed.type = params->Type;
    completed.request = request;
    completed.target = target;
    completed.context = context;
    __atomic_add_fetch(&completed.count, 1, __ATOMIC_RELEASE);
}

static LONG completion_count(VOID)
{
    return __atomic_load_n(&completed.count, __ATOMIC_ACQUIRE);
}

static VOID await_completions(LONG count)
{
    while (completion_count() < count)
        pause();
}

static NTSTATUS format(WDFIOTARGET target, WDFREQUEST request)
{
    return WdfIoTargetFormatRequestForIoctl(target, request, CODE(1), NULL, NULL, NULL, NULL);
}

static WDFIOTARGET target_to_lower(enum lower_mode mode)
{
    WDFDEVICE device = plain_device();

    memset(&completed, 0, sizeof(completed));
    make_lower(0);
    lower.mode = mode;
    return open_target(device);
}

static WDFREQUEST ready_request(WDFIOTARGET target)
{
    WDFREQUEST request = make_request(target);

    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    return request;
}

/* ---- options ------------------------------------------------------------------------------ */

static void wrong_options(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = ready_request(target);
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
    options.Size--;
    assert_false(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, &options, NULL),
        STATUS_INFO_LENGTH_MISMATCH);
    WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0x10);
    assert_false(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, &options, NULL),
        STATUS_INVALID_PARAMETER);
    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET |
                                                WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    assert_false(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_PARAMETER);
    /* Only what came to the driver can be forgotten. */
    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
    assert_false(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(lower.served, 0);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(completion_count(), 1);
}

static void synchronously(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = ready_request(target);
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    lower.status = STATUS_UNSUCCESSFUL;
    assert_true(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_UNSUCCESSFUL);
    /* The driver's routine is called all the same, once. */
    assert_int_equal(completion_count(), 1);
    assert_ptr_equal(completed.context, &completed);
    assert_ptr_equal(completed.target, target);
    assert_int_equal(completed.type, WdfRequestTypeDeviceControl);
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    assert_true(WdfRequestSend(request, target, &options));
    assert_int_equal(completion_count(), 1);
    /* If it is not sent the routine stays. */
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIo);
    assert_false(WdfRequestSend(request, target, &options));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(completion_count(), 2);
}

/* A target that is stopped keeps a request for which somebody waits, too. */
static BOOLEAN has_waiting(struct wdf_target *target)
{
    BOOLEAN has_one;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    has_one = !IsListEmpty(&target->waiting);
    KeReleaseSpinLock(&target->lock, irql);
    return has_one;
}

static VOID start_target(PVOID target)
{
    while (!has_waiting(inside_target(target)))
        pause();
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
}

static void synchronously_to_a_stopped_target(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    struct program_thread thread;

    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    start_thread(&thread, start_target, target);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, NULL, NULL),
        STATUS_SUCCESS);
    join_thread(&thread);
    assert_int_equal(lower.served, 1);
}

static void requests_are_lent(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    struct wdf_request *spare;
    ULONG i;

    assert_null(inside_target(target)->spare);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, NULL, NULL),
        STATUS_SUCCESS);
    spare = inside_target(target)->spare;
    assert_non_null(spare);
    for (i = 0; i < 10; i++) {
        assert_int_equal(
            WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, NULL, NULL),
            STATUS_SUCCESS);
        assert_ptr_equal(inside_target(target)->spare, spare);
    }
}

/* ---- time-outs ------------------------------------------------------------------------------- */

static void time_is_up(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);
    WDF_REQUEST_SEND_OPTIONS options;
    ULONG_PTR bytes = 7;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_MS(5));
    assert_true(WdfRequestSend(request, target, &options));
    await_completions(1);
    assert_int_equal(completed.status, STATUS_IO_TIMEOUT);
    assert_int_equal(WdfRequestGetStatus(request), STATUS_IO_TIMEOUT);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, &options, &bytes),
        STATUS_IO_TIMEOUT);
    assert_int_equal(bytes, 0);
    /* Also for a request that waits in the target. */
    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    assert_true(WdfRequestSend(request, target, &options));
    await_completions(2);
    assert_int_equal(completed.status, STATUS_IO_TIMEOUT);
    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    assert_int_equal(outstanding(target), 0);
}

/* What came of it in the meantime stands. */
static void time_is_up_but_it_ended_well(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_DEAF);
    WDFREQUEST request = ready_request(target);
    WDF_REQUEST_SEND_OPTIONS options;
    PIRP irp;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_MS(2));
    assert_int_equal(WdfRequestAllocateTimer(request), STATUS_SUCCESS);
    assert_int_equal(WdfRequestAllocateTimer(request), STATUS_SUCCESS);
    assert_true(WdfRequestSend(request, target, &options));
    irp = WdfRequestWdmGetIrp(request);
    while (!__atomic_load_n(&irp->Cancel, __ATOMIC_ACQUIRE))
        pause();
    assert_true(release_held(STATUS_SUCCESS, 0));
    await_completions(1);
    assert_int_equal(completed.status, STATUS_SUCCESS);
}

static void no_timeout_and_in_time(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = ready_request(target);
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, 0);
    assert_true(WdfRequestSend(request, target, &options));
    assert_int_equal(completion_count(), 1);
    assert_null(inside_request(request)->timer);
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_SEC(100));
    assert_true(WdfRequestSend(request, target, &options));
    assert_int_equal(completion_count(), 2);
    assert_int_equal(completed.status, STATUS_SUCCESS);
    WdfObjectDelete(request);
}

/* ---- cancelling ------------------------------------------------------------------------- */

static void cancelling_what_is_sent(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);

    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_true(WdfRequestCancelSentRequest(request));
    assert_int_equal(completion_count(), 1);
    assert_int_equal(completed.status, STATUS_CANCELLED);
    assert_false(WdfRequestCancelSentRequest(request));
    /* It stays cancelled until it is reused. */
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    assert_false(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_CANCELLED);
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, note_completion, &completed);
    lower.mode = LOWER_SERVES;
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(completion_count(), 2);
}

static void cancelling_what_waits_or_does_not_listen(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_DEAF);
    WDFREQUEST deaf = ready_request(target), waiting = ready_request(target);

    assert_true(WdfRequestSend(deaf, target, WDF_NO_SEND_OPTIONS));
    assert_false(WdfRequestCancelSentRequest(deaf));
    assert_int_equal(completion_count(), 0);
    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
    assert_true(WdfRequestSend(waiting, target, WDF_NO_SEND_OPTIONS));
    assert_true(WdfRequestCancelSentRequest(waiting));
    assert_int_equal(completion_count(), 1);
    assert_ptr_equal(completed.request, waiting);
    assert_int_equal(completed.status, STATUS_CANCELLED);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completed.status, STATUS_SUCCESS);
}

#define ROUNDS 2000

struct race {
    WDFREQUEST request;
    LONG round; /* atomic: the canceller's turn, when it is the sender's */
};

static VOID cancel_rounds(PVOID context)
{
    struct race *race = context;
    LONG round;

    for (round = 1; round <= ROUNDS; round++) {
        while (__atomic_load_n(&race->round, __ATOMIC_ACQUIRE) < round)
            YieldProcessor();
        WdfRequestCancelSentRequest(race->request);
        __atomic_store_n(&race->round, -round, __ATOMIC_RELEASE);
        while (__atomic_load_n(&race->round, __ATOMIC_ACQUIRE) == -round)
            pause();
    }
}

/* Sent, completed, cancelled and timed out by four threads: its routine is called once. */
static void cancel_races_completion(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);
    struct race race = {.request = request};
    WDF_REQUEST_SEND_OPTIONS options;
    struct program_thread thread;
    LONG round, sent = 0;

    start_thread(&thread, cancel_rounds, &race);
    for (round = 1; round <= ROUNDS; round++) {
        WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
        if (round % 4 == 0)
            WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, -1);
        assert_int_equal(reuse(request), STATUS_SUCCESS);
        assert_int_equal(format(target, request), STATUS_SUCCESS);
        WdfRequestSetCompletionRoutine(request, note_completion, &completed);
        __atomic_store_n(&race.round, round, __ATOMIC_RELEASE);
        if (WdfRequestSend(request, target, &options)) {
            sent++;
            release_held(STATUS_SUCCESS, 0);
        } else {
            assert_int_equal(WdfRequestGetStatus(request), STATUS_CANCELLED);
        }
        while (__atomic_load_n(&race.round, __ATOMIC_ACQUIRE) != -round)
            pause();
        while (release_held(STATUS_SUCCESS, 0))
            ;
        await_completions(sent);
        assert_int_equal(completion_count(), sent);
        while (outstanding(target))
            pause();
        __atomic_store_n(&race.round, 0, __ATOMIC_RELEASE);
    }
    join_thread(&thread);
    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
    assert_int_equal(inside_request(request)->claims, 0);
    assert_int_equal(inside_request(request)->object.references, 1);
}

/* ---- requests of the driver's own ------------------------------------------------------- */

static VOID NTAPI delete_completed(WDFREQUEST request, WDFIOTARGET target,
                                   PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    note_completion(request, target, params, context);
    WdfObjectDelete(request);
}

static void deleting_while_sent_and_when_back(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);
    WDFMEMORY memory = make_memory(16, NULL);

    assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, memory, NULL, NULL),
                     STATUS_SUCCESS);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    WdfObjectDelete(request);
    /* The target still has the buffer. */
    assert_int_equal(references(memory), 2);
    assert_true(release_held(STATUS_SUCCESS, 16));
    assert_int_equal(completion_count(), 1);
    assert_int_equal(references(memory), 1);
    request = ready_request(target);
    WdfRequestSetCompletionRoutine(request, delete_completed, NULL);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completion_count(), 2);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestGetStatus(request));
}

static VOID NTAPI send_again(WDFREQUEST request, WDFIOTARGET target,
                             PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    note_completion(request, target, params, context);
    if (completion_count() == 5)
        return;
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, send_again, NULL);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
}

static void sending_again_from_the_completion_routine(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);

    WdfRequestSetCompletionRoutine(request, send_again, NULL);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    while (completion_count() < 5)
        assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(outstanding(target), 0);
}

static void larger_irps_when_they_are_needed(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = ready_request(target), foreign;
    PIRP irp;

    assert_int_equal(WdfRequestWdmGetIrp(request)->StackCount, 1);
    lower.device->StackSize = 3;
    assert_false(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_REQUEST_NOT_ACCEPTED);
    assert_int_equal(WdfRequestChangeTarget(request, target), STATUS_SUCCESS);
    assert_int_equal(WdfRequestWdmGetIrp(request)->StackCount, 3);
    irp = IoAllocateIrp(2, FALSE);
    assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, TRUE, &foreign), STATUS_SUCCESS);
    assert_ptr_equal(WdfRequestWdmGetIrp(foreign), irp);
    lower.device->StackSize = 2;
    assert_int_equal(WdfRequestChangeTarget(foreign, target), STATUS_SUCCESS);
    assert_ptr_equal(WdfRequestWdmGetIrp(foreign), irp);
    WdfObjectDelete(foreign);
    lower.device->StackSize = 3;
    irp = IoAllocateIrp(2, FALSE);
    assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, FALSE, &foreign), STATUS_SUCCESS);
    assert_int_equal(WdfRequestChangeTarget(foreign, target), STATUS_REQUEST_NOT_ACCEPTED);
    assert_int_equal(format(target, foreign), STATUS_REQUEST_NOT_ACCEPTED);
    WdfObjectDelete(foreign);
    IoFreeIrp(irp);
    lower.device->StackSize = 1;
}

static void reusing_with_another_irp(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = make_request(target);
    WDF_REQUEST_REUSE_PARAMS params;
    PIRP irp = IoAllocateIrp(1, FALSE);

    WDF_REQUEST_REUSE_PARAMS_INIT(&params, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_NOT_SUPPORTED);
    assert_int_equal(WdfRequestReuse(request, &params), STATUS_SUCCESS);
    assert_int_equal(WdfRequestGetStatus(request), STATUS_NOT_SUPPORTED);
    assert_int_equal(WdfRequestWdmGetIrp(request)->IoStatus.Status, STATUS_NOT_SUPPORTED);
    WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(&params, irp);
    assert_int_equal(WdfRequestReuse(request, &params), STATUS_SUCCESS);
    assert_ptr_equal(WdfRequestWdmGetIrp(request), irp);
    assert_int_equal(format(target, request), STATUS_SUCCESS);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(lower.served, 1);
    WdfObjectDelete(request);
    IoFreeIrp(irp);
    request = make_request(target);
    params.Flags = 4;
    assert_int_equal(WdfRequestReuse(request, &params), STATUS_INVALID_PARAMETER);
    params.Flags = 0;
    params.Size--;
    assert_int_equal(WdfRequestReuse(request, &params), STATUS_INVALID_PARAMETER);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestReuse(request, NULL));
}

static void formatting_with_a_stack_location(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = make_request(target);
    WDF_REQUEST_COMPLETION_PARAMS params;
    IO_STACK_LOCATION location = {.MajorFunction = IRP_MJ_FLUSH_BUFFERS};

    location.CompletionRoutine = (PIO_COMPLETION_ROUTINE)1;
    WdfRequestWdmFormatUsingStackLocation(request, &location);
    WdfRequestSetCompletionRoutine(request, note_completion, NULL);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_FLUSH_BUFFERS);
    assert_int_equal(completed.type, WdfRequestTypeNoFormat);
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
    params.Type = WdfRequestTypeCreate;
    params.Size--;
    WdfRequestGetCompletionParams(request, &params);
    assert_int_equal(params.Type, WdfRequestTypeCreate);
    params.Size++;
    WdfRequestGetCompletionParams(request, &params);
    assert_int_equal(params.Type, WdfRequestTypeNoFormat);
}

/* ---- misuse ----------------------------------------------------------------------------- */

static void sending_twice_is_a_violation(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = ready_request(target);

    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR, WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT);
    assert_int_equal(bugcheck.seen[3], (ULONG_PTR)request);
    assert_true(release_held(STATUS_SUCCESS, 0));
}

static void no_irp_or_no_stack_location_is_a_violation(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = make_request(NULL), foreign;
    IO_STACK_LOCATION location = {.MajorFunction = IRP_MJ_FLUSH_BUFFERS};
    PIRP irp = IoAllocateIrp(1, FALSE);

    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR, WdfRequestFormatRequestUsingCurrentType(request));
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_NULL_IRP);
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR,
                     WdfRequestWdmFormatUsingStackLocation(request, &location));
    assert_false(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_REQUEST_NOT_ACCEPTED);
    IoSetNextIrpStackLocation(irp);
    assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, FALSE, &foreign), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR, WdfRequestFormatRequestUsingCurrentType(foreign));
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_NO_MORE_STACK_LOCATIONS);
    assert_int_equal(bugcheck.seen[3], (ULONG_PTR)irp);
    WdfObjectDelete(foreign);
    IoFreeIrp(irp);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestCreate(NULL, target, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestCreateFromIrp(NULL, NULL, FALSE, &foreign));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestSend((WDFREQUEST)target, target, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(wrong_options),
        WDF_TEST(synchronously),
        WDF_TEST(synchronously_to_a_stopped_target),
        WDF_TEST(requests_are_lent),
        WDF_TEST(time_is_up),
        WDF_TEST(time_is_up_but_it_ended_well),
        WDF_TEST(no_timeout_and_in_time),
        WDF_TEST(cancelling_what_is_sent),
        WDF_TEST(cancelling_what_waits_or_does_not_listen),
        WDF_TEST(cancel_races_completion),
        WDF_TEST(deleting_while_sent_and_when_back),
        WDF_TEST(sending_again_from_the_completion_routine),
        WDF_TEST(larger_irps_when_they_are_needed),
        WDF_TEST(reusing_with_another_irp),
        WDF_TEST(formatting_with_a_stack_location),
        WDF_TEST(sending_twice_is_a_violation),
        WDF_TEST(no_irp_or_no_stack_location_is_a_violation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
