/* What a request that is sent again and again keeps of its target, and who makes it give that back.
 */
#include "target_test.h"
#include "wdf/request_pass.h"

static LONG completions; /* atomic */

static VOID NTAPI count_completion(WDFREQUEST request, WDFIOTARGET target,
                                   PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(params);
    UNREFERENCED_PARAMETER(context);
    __atomic_add_fetch(&completions, 1, __ATOMIC_RELEASE);
}

static LONG completion_count(VOID)
{
    return __atomic_load_n(&completions, __ATOMIC_ACQUIRE);
}

static WDFIOTARGET target_to_lower(enum lower_mode mode)
{
    WDFDEVICE device = plain_device();

    if (!wdf_sends.has_barrier)
        skip();
    completions = 0;
    make_lower(0);
    lower.mode = mode;
    return open_target(device);
}

static BOOLEAN try_send(WDFREQUEST request, WDFIOTARGET target,
                        PFN_WDF_REQUEST_COMPLETION_ROUTINE routine,
                        PWDF_REQUEST_SEND_OPTIONS options)
{
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(
        WdfIoTargetFormatRequestForIoctl(target, request, CODE(1), NULL, NULL, NULL, NULL),
        STATUS_SUCCESS);
    WdfRequestSetCompletionRoutine(request, routine, NULL);
    return WdfRequestSend(request, target, options);
}

static VOID send_one(WDFREQUEST request, WDFIOTARGET target)
{
    assert_true(try_send(request, target, count_completion, WDF_NO_SEND_OPTIONS));
}

/* What the target counts, passes and all. */
static LONG64 counted(WDFIOTARGET target)
{
    return __atomic_load_n(&inside_target(target)->pending, __ATOMIC_ACQUIRE) &
           (WDF_TARGET_ALL_SENT | WDF_TARGET_ALL_OTHER);
}

static LONG pass_of(WDFREQUEST request)
{
    return __atomic_load_n(&inside_request(request)->pass, __ATOMIC_ACQUIRE);
}

static LONG references_of(WDFREQUEST request)
{
    return inside_request(request)->object.references;
}

static VOID NTAPI note_destroy(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("destroyed-after-%d ", completion_count());
}

/* One that has been sent twice. */
static WDFREQUEST request_with_pass(WDFIOTARGET target)
{
    enum lower_mode mode = lower.mode;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFREQUEST request;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtDestroyCallback = note_destroy;
    assert_int_equal(WdfRequestCreate(&attributes, target, &request), STATUS_SUCCESS);
    lower.mode = LOWER_SERVES;
    send_one(request, target);
    send_one(request, target);
    lower.mode = mode;
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
    completions = 0;
    return request;
}

static VOID assert_without_pass(WDFREQUEST request, WDFIOTARGET target)
{
    assert_int_equal(pass_of(request), WDF_PASS_NONE);
    assert_int_equal(references_of(request), 1);
    assert_int_equal(counted(target), 0);
}

/* ---- the owner ------------------------------------------------------------------------ */

static void who_is_sent_again_keeps_its_place(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = make_request(target);

    send_one(request, target);
    assert_without_pass(request, target);
    send_one(request, target);
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
    assert_int_equal(references_of(request), 2);
    assert_int_equal(counted(target), 1);
    send_one(request, target);
    assert_int_equal(references_of(request), 2);
    assert_int_equal(counted(target), 1);
    assert_int_equal(completion_count(), 3);
}

static void to_another_target(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFIOTARGET other = open_target(WdfIoTargetGetDevice(target));
    WDFREQUEST request = request_with_pass(target);

    send_one(request, other);
    assert_without_pass(request, target);
    assert_int_equal(counted(other), 0);
    send_one(request, other);
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
    assert_int_equal(counted(target), 0);
    assert_int_equal(counted(other), 1);
}

static WDFIOTARGET next_target;
static LONG sends_left;

static VOID NTAPI send_to_next(WDFREQUEST request, WDFIOTARGET target,
                               PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    count_completion(request, target, params, context);
    if (sends_left--)
        assert_true(try_send(request, next_target, send_to_next, WDF_NO_SEND_OPTIONS));
}

/* The pass is that of the sending that ends; the next one counts for itself. */
static void from_the_completion_routine(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = request_with_pass(target);

    next_target = target;
    sends_left = 3;
    assert_true(try_send(request, target, send_to_next, WDF_NO_SEND_OPTIONS));
    while (completion_count() < 4)
        assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
    assert_int_equal(references_of(request), 2);
    assert_int_equal(counted(target), 1);
}

static void from_the_completion_routine_to_another_target(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFIOTARGET other = open_target(WdfIoTargetGetDevice(target));
    WDFREQUEST request = request_with_pass(target);

    next_target = other;
    sends_left = 1;
    assert_true(try_send(request, target, send_to_next, WDF_NO_SEND_OPTIONS));
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(counted(target), 0);
    assert_int_equal(counted(other), 1);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_without_pass(request, target);
    assert_int_equal(counted(other), 0);
}

static void whatever_the_state(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = request_with_pass(target);
    WDF_REQUEST_SEND_OPTIONS options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&options, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE);
    assert_true(try_send(request, target, count_completion, &options));
    assert_int_equal(references_of(request), 3);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
    assert_int_equal(references_of(request), 2);
    assert_int_equal(counted(target), 1);
}

/* ---- the target -------------------------------------------------------------------------- */

static void who_waits_calls_it_in(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = request_with_pass(target);

    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
    assert_without_pass(request, target);
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    send_one(request, target);
    assert_int_equal(pass_of(request), WDF_PASS_KEPT);
}

static VOID stop_target(PVOID target)
{
    WdfIoTargetStop((WDFIOTARGET)target, WdfIoTargetWaitForSentIoToComplete);
}

static void who_is_sent_on_it_gives_it_back_at_the_end(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = request_with_pass(target);
    struct program_thread thread;

    send_one(request, target);
    start_thread(&thread, stop_target, target);
    while (pass_of(request) != WDF_PASS_CALLED_IN)
        pause();
    assert_int_equal(completion_count(), 0);
    assert_int_equal(counted(target), 1);
    assert_true(release_held(STATUS_SUCCESS, 0));
    join_thread(&thread);
    assert_without_pass(request, target);
}

static void a_stopped_target_has_none(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = request_with_pass(target);

    WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
    assert_without_pass(request, target);
    send_one(request, target);
    assert_int_equal(pass_of(request), WDF_PASS_NONE);
    assert_int_equal(references_of(request), 2);
    assert_int_equal(completion_count(), 0);
    assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
    assert_int_equal(completion_count(), 1);
    assert_without_pass(request, target);
}

static void a_target_goes(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = request_with_pass(target);

    WdfObjectDelete(target);
    assert_int_equal(pass_of(request), WDF_PASS_NONE);
    assert_int_equal(references_of(request), 1);
}

/* ---- the end of the request ----------------------------------------------------------------- */

static void deleted_at_rest(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = request_with_pass(target);

    WdfObjectDelete(request);
    assert_journal("destroyed-after-0 ");
    assert_int_equal(counted(target), 0);
}

static void deleted_while_sent(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_HOLDS);
    WDFREQUEST request = request_with_pass(target);

    send_one(request, target);
    WdfObjectDelete(request);
    assert_journal("");
    assert_int_equal(counted(target), 1);
    assert_true(release_held(STATUS_SUCCESS, 0));
    assert_journal("destroyed-after-1 ");
    assert_int_equal(counted(target), 0);
}

static VOID NTAPI delete_completed(WDFREQUEST request, WDFIOTARGET target,
                                   PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    WdfObjectDelete(request);
    assert_journal("");
    count_completion(request, target, params, context);
}

static void deleted_in_the_completion_routine(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_SERVES);
    WDFREQUEST request = request_with_pass(target);

    assert_true(try_send(request, target, delete_completed, WDF_NO_SEND_OPTIONS));
    assert_journal("destroyed-after-1 ");
    assert_int_equal(counted(target), 0);
}

/* ---- in many threads -------------------------------------------------------------------- */

#define ROUNDS 300

static VOID release_one(PVOID turn)
{
    while (!__atomic_load_n((PLONG)turn, __ATOMIC_ACQUIRE))
        YieldProcessor();
    assert_true(release_held(STATUS_SUCCESS, 0));
}

static void deleted_while_it_comes_back(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_DEAF);
    struct program_thread thread;
    LONG round, turn;

    for (round = 0; round < ROUNDS; round++) {
        WDFREQUEST request = request_with_pass(target);

        turn = 0;
        send_one(request, target);
        start_thread(&thread, release_one, &turn);
        __atomic_store_n(&turn, 1, __ATOMIC_RELEASE);
        WdfObjectDelete(request);
        join_thread(&thread);
        assert_journal("destroyed-after-1 ");
        assert_int_equal(counted(target), 0);
    }
}

struct sender {
    WDFIOTARGET target;
    WDFREQUEST request;
    LONG sent, back; /* back: atomic */
    PLONG senders;   /* atomic: that are not done */
};

static VOID NTAPI is_back(WDFREQUEST request, WDFIOTARGET target,
                          PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    struct sender *sender = context;

    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(params);
    __atomic_add_fetch(&sender->back, 1, __ATOMIC_RELEASE);
}

static VOID send_rounds(PVOID context)
{
    struct sender *sender = context;
    LONG round;

    for (round = 0; round < 10 * ROUNDS; round++) {
        reuse(sender->request);
        WdfIoTargetFormatRequestForIoctl(sender->target, sender->request, CODE(1), NULL, NULL, NULL,
                                         NULL);
        WdfRequestSetCompletionRoutine(sender->request, is_back, sender);
        if (WdfRequestSend(sender->request, sender->target, WDF_NO_SEND_OPTIONS))
            sender->sent++;
        while (__atomic_load_n(&sender->back, __ATOMIC_ACQUIRE) != sender->sent)
            pause();
    }
    __atomic_sub_fetch(sender->senders, 1, __ATOMIC_RELEASE);
}

/* The target's turns between what senders do on their passes. */
static VOID disturb(WDFIOTARGET target, WDFREQUEST request, ULONG turn)
{
    switch (turn % 4) {
    case 0:
        WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
        assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
        break;
    case 1:
        WdfRequestCancelSentRequest(request);
        break;
    case 2:
        WdfIoTargetPurge(target, WdfIoTargetPurgeIoAndWait);
        assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
        break;
    default:
        WdfIoTargetStop(target, WdfIoTargetLeaveSentIoPending);
        assert_int_equal(WdfIoTargetStart(target), STATUS_SUCCESS);
        break;
    }
    pause();
}

static void sent_while_the_target_changes(void)
{
    WDFIOTARGET target = target_to_lower(LOWER_IS_BLIND);
    struct program_thread threads[2];
    struct sender senders[2];
    LONG left = 2;
    ULONG i, turn;

    for (i = 0; i < 2; i++) {
        senders[i] = (struct sender){target, make_request(target), 0, 0, &left};
        start_thread(&threads[i], send_rounds, &senders[i]);
    }
    for (turn = 0; __atomic_load_n(&left, __ATOMIC_ACQUIRE); turn++)
        disturb(target, senders[turn / 4 % 2].request, turn);
    for (i = 0; i < 2; i++)
        join_thread(&threads[i]);
    WdfIoTargetStop(target, WdfIoTargetWaitForSentIoToComplete);
    for (i = 0; i < 2; i++)
        assert_without_pass(senders[i].request, target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(who_is_sent_again_keeps_its_place),
        WDF_TEST(to_another_target),
        WDF_TEST(from_the_completion_routine),
        WDF_TEST(from_the_completion_routine_to_another_target),
        WDF_TEST(whatever_the_state),
        WDF_TEST(who_waits_calls_it_in),
        WDF_TEST(who_is_sent_on_it_gives_it_back_at_the_end),
        WDF_TEST(a_stopped_target_has_none),
        WDF_TEST(a_target_goes),
        WDF_TEST(deleted_at_rest),
        WDF_TEST(deleted_while_sent),
        WDF_TEST(deleted_in_the_completion_routine),
        WDF_TEST(deleted_while_it_comes_back),
        WDF_TEST(sent_while_the_target_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
