/* Timers by handle: expiry, periods, cancelling, the APC to the thread that set one. */
#include "fixture.h"

#include "ob/rights.h"

static LARGE_INTEGER now_or_never = {.QuadPart = 0};

static LARGE_INTEGER after(LONG64 milliseconds)
{
    return (LARGE_INTEGER){.QuadPart = -10000 * milliseconds};
}

static HANDLE make_timer(TIMER_TYPE type)
{
    HANDLE timer;

    assert_status(NtCreateTimer(&timer, TIMER_ALL_ACCESS, NULL, type), STATUS_SUCCESS);
    return timer;
}

static NTSTATUS poll(HANDLE handle)
{
    return NtWaitForSingleObject(handle, FALSE, &now_or_never);
}

static void a_timer_expires(void **state)
{
    HANDLE timer = make_timer(NotificationTimer);
    LARGE_INTEGER due = after(1);
    BOOLEAN previous = 9;

    UNREFERENCED_PARAMETER(state);
    assert_status(poll(timer), STATUS_TIMEOUT);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, FALSE);
    assert_status(NtWaitForSingleObject(timer, FALSE, NULL), STATUS_SUCCESS);
    assert_status(poll(timer), STATUS_SUCCESS);
    due = after(3600000);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, TRUE);
    assert_status(poll(timer), STATUS_TIMEOUT);
    assert_status(NtClose(timer), STATUS_SUCCESS);
}

static void a_period_expires_again(void **state)
{
    HANDLE timer = make_timer(SynchronizationTimer);
    LARGE_INTEGER due = after(1);
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 1, NULL), STATUS_SUCCESS);
    for (i = 0; i < 3; i++)
        assert_status(NtWaitForSingleObject(timer, FALSE, NULL), STATUS_SUCCESS);
    assert_status(NtClose(timer), STATUS_SUCCESS);
}

static void bad_parameters(void **state)
{
    HANDLE timer = make_timer(NotificationTimer), other;
    LARGE_INTEGER due = after(3600000);

    UNREFERENCED_PARAMETER(state);
    assert_status(NtCreateTimer(&other, TIMER_ALL_ACCESS, NULL, 2), STATUS_INVALID_PARAMETER_4);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, -1, NULL), STATUS_INVALID_PARAMETER_6);
    assert_status(NtSetTimer((HANDLE)0x7ffc, &due, NULL, NULL, FALSE, 0, NULL),
                  STATUS_INVALID_HANDLE);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, TRUE, 0, NULL), STATUS_TIMER_RESUME_IGNORED);
    assert_status(NtClose(timer), STATUS_SUCCESS);
}

static void a_cancelled_timer_does_not_expire(void **state)
{
    HANDLE timer = make_timer(NotificationTimer);
    LARGE_INTEGER due = after(3600000);
    BOOLEAN signaled = 9;

    UNREFERENCED_PARAMETER(state);
    assert_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, NULL), STATUS_SUCCESS);
    assert_status(NtCancelTimer(timer, &signaled), STATUS_SUCCESS);
    assert_int_equal(signaled, FALSE);
    assert_status(poll(timer), STATUS_TIMEOUT);
    assert_status(NtClose(timer), STATUS_SUCCESS);
}

static struct {
    PVOID context;
    PKTHREAD thread;
    ULONG calls;
} apc;

static VOID NTAPI timer_apc(PVOID context, ULONG low, LONG high)
{
    UNREFERENCED_PARAMETER(low);
    UNREFERENCED_PARAMETER(high);
    apc.context = context;
    apc.thread = ke_current();
    apc.calls++;
}

static void the_setter_gets_the_apc(void **state)
{
    HANDLE timer = make_timer(NotificationTimer), never;
    KPROCESSOR_MODE mode = as_mode(UserMode);
    LARGE_INTEGER due = after(1);

    UNREFERENCED_PARAMETER(state);
    memset(&apc, 0, sizeof(apc));
    assert_status(NtCreateEvent(&never, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
    assert_status(NtSetTimer(timer, &due, timer_apc, &apc, FALSE, 0, NULL), STATUS_SUCCESS);
    assert_status(NtWaitForSingleObject(never, TRUE, NULL), STATUS_USER_APC);
    assert_int_equal(apc.calls, 1);
    assert_ptr_equal(apc.context, &apc);
    assert_ptr_equal(apc.thread, ke_current());
    assert_status(NtClose(timer), STATUS_SUCCESS);
    assert_status(NtClose(never), STATUS_SUCCESS);
    as_mode(mode);
    /* Nothing is left behind that held the timer. */
    while (__atomic_load_n(&ob_type_timer.objects, __ATOMIC_ACQUIRE))
        hal_yield();
}

/* Closed with its APC queued: the timer lives until the APC has run, or is taken back. */
static void closing_with_an_apc_queued(void **state)
{
    HANDLE timer = make_timer(NotificationTimer);
    KPROCESSOR_MODE mode = as_mode(UserMode);
    LARGE_INTEGER due = after(0);

    UNREFERENCED_PARAMETER(state);
    memset(&apc, 0, sizeof(apc));
    assert_status(NtSetTimer(timer, &due, timer_apc, &apc, FALSE, 0, NULL), STATUS_SUCCESS);
    assert_status(NtWaitForSingleObject(timer, FALSE, NULL), STATUS_SUCCESS);
    /* Set again: the APC of the first expiry is taken back if it has not run. */
    due = after(3600000);
    assert_status(NtSetTimer(timer, &due, timer_apc, &apc, FALSE, 0, NULL), STATUS_SUCCESS);
    assert_status(NtClose(timer), STATUS_SUCCESS);
    as_mode(mode);
    while (__atomic_load_n(&ob_type_timer.objects, __ATOMIC_ACQUIRE))
        hal_yield();
}

static VOID NTAPI stall(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    KeStallExecutionProcessor(20000);
}

/* Every DPC queue is busy when the first setting expires, until after the second is made. */
static void an_earlier_expiry_does_not_queue_the_apc(void **state)
{
    HANDLE timer = make_timer(NotificationTimer);
    KPROCESSOR_MODE mode = as_mode(UserMode);
    LARGE_INTEGER now = after(0), later = after(3600000);
    KDPC stalls[2];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    memset(&apc, 0, sizeof(apc));
    for (i = 0; i < RTL_NUMBER_OF(stalls); i++) {
        KeInitializeDpc(&stalls[i], stall, NULL);
        KeSetTargetProcessorDpc(&stalls[i], (CCHAR)i);
        KeInsertQueueDpc(&stalls[i], NULL, NULL);
    }
    assert_status(NtSetTimer(timer, &now, NULL, NULL, FALSE, 0, NULL), STATUS_SUCCESS);
    assert_status(NtSetTimer(timer, &later, timer_apc, &apc, FALSE, 0, NULL), STATUS_SUCCESS);
    KeFlushQueuedDpcs();
    assert_status(NtWaitForSingleObject(timer, TRUE, &now_or_never), STATUS_TIMEOUT);
    assert_int_equal(apc.calls, 0);
    assert_status(NtClose(timer), STATUS_SUCCESS);
    as_mode(mode);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_timer_expires),
        room_test(a_period_expires_again),
        room_test(bad_parameters),
        room_test(a_cancelled_timer_does_not_expire),
        room_test(the_setter_gets_the_apc),
        room_test(closing_with_an_apc_queued),
        room_test(an_earlier_expiry_does_not_queue_the_apc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
