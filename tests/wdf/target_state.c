/* What a target does with requests in each of its states, and with those it has when it changes. */
#include "target_test.h"

static LONG completions;     /* atomic */
static NTSTATUS last_status; /* atomic */

static VOID NTAPI count_completion(WDFREQUEST request, WDFIOTARGET target,
                                   PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(context);
    __atomic_store_n(&last_status, params->IoStatus.Status, __ATOMIC_RELAXED);
    __atomic_add_fetch(&completions, 1, __ATOMIC_RELEASE);
}

static LONG completion_count(VOID)
{
    return __atomic_load_n(&completions, __ATOMIC_ACQUIRE);
}

static WDFREQUEST formatted_request(WDFIOTARGET target)
{
    WDFREQUEST request = make_request(target);

    assert_int_equal(
        WdfIoTargetFormatRequestForIoctl(target, request, CODE(1), NULL, NULL, NULL, NULL),
        STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, count_completion, NULL);
    return request;
}

static BOOLEAN send_with(WDFREQUEST request, WDFIOTARGET target, ULONG flags)
{
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, flags);
    return WdfRequestSend(request, target, &options);
}

static WDFIOTARGET target_to_lower(enum lower_mode mode)
{
    WDFDEVICE device = plain_device();

    completions = 0;
    make_lower(0);
    lower.mode = mode;
    return open_target(device);
}

static WDFREQUEST sent_request(WDFIOTARGET target)
{
    WDFREQUEST request = formatted_request(target);

    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    return request;
}

/* ---- states and sending ----------------------------------------------------------------- */

static void started_sends(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);

    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    sent_request(target);
    assert_int_equal(lower.held_count, 1);
    assert_int_equal(completion_count(), 0);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completion_count(), 1);
    assert_int_equal(last_status, STATUS_SUCCESS);
    assert_int_equal(outstanding(target), 0);
}

static void stopped_keeps_and_start_sends(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);

    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStopped);
    sent_request(target);
    sent_request(target);
    assert_int_equal(lower.served, 0);
    /* Those that wait are not waited for. */
    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    assert_int_equal(completion_count(), 0);
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    assert_int_equal(lower.served, 2);
    assert_int_equal(completion_count(), 2);
    assert_int_equal(last_status, STATUS_SUCCESS);
    assert_int_equal(outstanding(target), 0);
}

static void stopped_lets_through_who_ignores_it(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request;

    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
    request = formatted_request(target);
    assert_true(send_with(request, target, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE));
    assert_int_equal(lower.held_count, 1);
    /* Nor is it cancelled or waited for. */
    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    assert_int_equal(lower.held_count, 1);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIoAndWait);
    assert_int_equal(lower.held_count, 1);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completion_count(), 1);
}

static void purged_refuses_and_fails_what_waits(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request;

    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
    sent_request(target);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIoAndWait);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetPurged);
    assert_int_equal(completion_count(), 1);
    assert_int_equal(last_status, STATUS_WDF_DEVICE_REMOVED_NOT_SENT);
    request = formatted_request(target);
    assert_false(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(completion_count(), 1);
    assert_true(send_with(request, target, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE));
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    sent_request(target);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completion_count(), 3);
}

static void stop_cancels(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    ULONG i;

    for (i = 0; i < 5; i++)
        sent_request(target);
    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
    assert_int_equal(lower.held_count, 5);
    WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
    assert_int_equal(lower.held_count, 0);
    assert_int_equal(completion_count(), 5);
    assert_int_equal(last_status, STATUS_CANCELLED);
}

static void purge_without_wait_leaves_the_deaf(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_DEAF);

    sent_request(target);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIo);
    assert_int_equal(lower.held_count, 1);
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    sent_request(target);
    /* The walk over the second purge meets both. */
    WdfIoTargetPurge(target, WdfIoTargetPurgeIo);
    assert_true(CONTAINING_RECORD(lower.held.Flink, IRP, Tail.Overlay.ListEntry)->Cancel);
    assert_true(CONTAINING_RECORD(lower.held.Blink, IRP, Tail.Overlay.ListEntry)->Cancel);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(completion_count(), 2);
}

/* ---- waiting for what is sent --------------------------------------------------------------- */

struct stopper {
    WDFIOTARGET target;
    WDF_IO_TARGET_SENT_IO_ACTION action;
    LONG completed; /* when it was back */
};

static VOID stop_target(PVOID context)
{
    struct stopper *stopper = context;

    WdfIoTargetStop(stopper->target, stopper->action);
    stopper->completed = completion_count();
}

static void stop_waits_for_the_last_completion_routine(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_DEAF);
    struct stopper stopper = {.target = target, .action = WdfIoTargetWaitForSentIoToComplete};
    struct program_thread thread;
    ULONG i;

    for (i = 0; i < 3; i++)
        sent_request(target);
    start_thread(&thread, stop_target, &stopper);
    while (WdfIoTargetGetState(target) != WdfIoTargetStopped)
        pause();
    for (i = 0; i < 3; i++)
        assert_true(release_held(STATUS_SUCCESS, 0));
    join_thread(&thread);
    assert_int_equal(stopper.completed, 3);
    assert_int_equal(outstanding(target), 0);
}

#define ROUNDS 300

static VOID release_rounds(PVOID context)
{
    LONG *done = context;

    while (!__atomic_load_n(done, __ATOMIC_ACQUIRE))
        if (!release_held(STATUS_SUCCESS, 0))
            pause();
}

/* Completion against cancellation against counting, over and over. */
static void stop_and_start_under_load(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST requests[4];
    struct program_thread thread;
    LONG done = 0;
    ULONG i, round;

    for (i = 0; i < RTL_NUMBER_OF(requests); i++)
        requests[i] = make_request(target);
    start_thread(&thread, release_rounds, &done);
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < RTL_NUMBER_OF(requests); i++) {
            assert_int_equal(reuse(requests[i]), STATUS_SUCCESS);
            assert_int_equal(WdfIoTargetFormatRequestForIoctl(target, requests[i], CODE(1), NULL,
                                                              NULL, NULL, NULL),
                             STATUS_SUCCESS);
            WdfRequestSetCompletionRoutine(requests[i], count_completion, NULL);
            assert_true(WdfRequestSend(requests[i], target, WDF_NO_SEND_OPTIONS));
        }
        WdfIoTargetStop(target, WdfIoTargetCancelSentIo);
        assert_int_equal(completion_count(), (round + 1) * RTL_NUMBER_OF(requests));
        assert_int_equal(outstanding(target), 0);
        assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    }
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
    join_thread(&thread);
}

/* ---- the end ---------------------------------------------------------------------------- */

static void close_cancels_and_refuses(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request;

    request = formatted_request(target);
    sent_request(target);
    assert_true(
        send_with(formatted_request(target), target, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE));
    WdfIoTargetClose(target);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    assert_int_equal(completion_count(), 2);
    assert_int_equal(last_status, STATUS_CANCELLED);
    assert_null(WdfIoTargetWdmGetTargetDeviceObject(target));
    assert_false(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
    assert_false(send_with(request, target, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE));
    assert_int_equal(WdfIoTargetStart(target), STATUS_INVALID_DEVICE_STATE);
}

static void deleting_a_target_waits(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);

    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
    sent_request(target);
    WdfObjectDelete(target);
    assert_int_equal(completion_count(), 1);
    assert_int_equal(last_status, STATUS_WDF_DEVICE_REMOVED_NOT_SENT);
}

static VOID NTAPI clean_up_target(WDFOBJECT target)
{
    note("cleanup:%d ", lower.held_count);
    assert_true(release_held(STATUS_SUCCESS, 0));
    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
}

/* A driver's cleanup callback may still let its requests end well. */
static void cleanup_comes_before_cancelling(void)
{
    WDFDEVICE device = plain_device();
    WDF_IO_TARGET_OPEN_PARAMS params;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFIOTARGET target;

    completions = 0;
    make_lower(0);
    lower.mode = LOWER_HOLDS;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = clean_up_target;
    assert_int_equal(WdfIoTargetCreate(device, &attributes, &target), STATUS_SUCCESS);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&params, lower.device);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    sent_request(target);
    WdfObjectDelete(target);
    assert_journal("cleanup:1 ");
    assert_int_equal(completion_count(), 1);
    assert_int_equal(last_status, STATUS_SUCCESS);
}

static void wrong_actions_change_nothing(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);

    WdfIoTargetStop(target, WdfIoTargetSentIoUndefined);
    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending + 1);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIoUndefined);
    WdfIoTargetPurge(target, WdfIoTargetPurgeIo + 1);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfIoTargetGetState(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(started_sends),
        WDF_TEST(stopped_keeps_and_start_sends),
        WDF_TEST(stopped_lets_through_who_ignores_it),
        WDF_TEST(purged_refuses_and_fails_what_waits),
        WDF_TEST(stop_cancels),
        WDF_TEST(purge_without_wait_leaves_the_deaf),
        WDF_TEST(stop_waits_for_the_last_completion_routine),
        WDF_TEST(stop_and_start_under_load),
        WDF_TEST(close_cancels_and_refuses),
        WDF_TEST(deleting_a_target_waits),
        WDF_TEST(cleanup_comes_before_cancelling),
        WDF_TEST(wrong_actions_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
