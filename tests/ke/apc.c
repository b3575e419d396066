/* Pins APCs: delivery of user APCs at the boundary, ended waits, kernel APCs, rundown. */
#include "fixture.h"

struct log {
    ULONG count;
    PCSTR calls[8];
    KIRQL irql[8];
};

static struct log log;

static VOID note(PCSTR call)
{
    log.irql[log.count] = KeGetCurrentIrql();
    log.calls[log.count++] = call;
}

static VOID NTAPI kernel_routine(PKAPC apc, PKNORMAL_ROUTINE *normal, PVOID *context,
                                 PVOID *argument1, PVOID *argument2)
{
    UNREFERENCED_PARAMETER(normal);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument2);
    note("kernel");
    assert_false(apc->Inserted);
    *argument1 = (PVOID)((ULONG_PTR)*argument1 + 1);
}

static VOID NTAPI cancelling_routine(PKAPC apc, PKNORMAL_ROUTINE *normal, PVOID *context,
                                     PVOID *argument1, PVOID *argument2)
{
    UNREFERENCED_PARAMETER(apc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    note("cancel");
    *normal = NULL;
}

static VOID NTAPI normal_routine(PVOID context, PVOID argument1, PVOID argument2)
{
    note("normal");
    assert_ptr_equal(context, (PVOID)1);
    assert_ptr_equal(argument1, (PVOID)3);
    assert_ptr_equal(argument2, (PVOID)4);
}

static VOID NTAPI rundown_routine(PKAPC apc)
{
    UNREFERENCED_PARAMETER(apc);
    note("rundown");
}

static VOID make_apc(PKAPC apc, PKTHREAD thread, PKKERNEL_ROUTINE kernel, BOOLEAN has_normal,
                     KPROCESSOR_MODE mode)
{
    KeInitializeApc(apc, thread, OriginalApcEnvironment, kernel, rundown_routine,
                    has_normal ? normal_routine : NULL, mode, (PVOID)1);
}

static VOID assert_log(ULONG count, PCSTR first, PCSTR second)
{
    assert_int_equal(log.count, count);
    if (count > 0)
        assert_string_equal(log.calls[0], first);
    if (count > 1)
        assert_string_equal(log.calls[1], second);
    log.count = 0;
}

static VOID test_user_apc(void **state)
{
    KAPC apc;

    UNREFERENCED_PARAMETER(state);
    make_apc(&apc, ke_current(), kernel_routine, TRUE, UserMode);
    assert_false(ke_deliver_user_apcs());
    assert_true(KeInsertQueueApc(&apc, (PVOID)2, (PVOID)4, 0));
    assert_false(KeInsertQueueApc(&apc, (PVOID)2, (PVOID)4, 0));
    assert_log(0, NULL, NULL);
    assert_true(ke_deliver_user_apcs());
    assert_int_equal(log.irql[0], APC_LEVEL);
    assert_int_equal(log.irql[1], PASSIVE_LEVEL);
    assert_log(2, "kernel", "normal");
    assert_false(ke_deliver_user_apcs());

    make_apc(&apc, ke_current(), cancelling_routine, TRUE, UserMode);
    assert_true(ke_queue_user_apc(ke_current(), &apc));
    assert_true(KeRemoveQueueApc(&apc));
    assert_false(KeRemoveQueueApc(&apc));
    assert_true(ke_queue_user_apc(ke_current(), &apc));
    assert_true(ke_deliver_user_apcs());
    assert_log(1, "cancel", NULL);
}

struct sleeper {
    KEVENT event;
    KPROCESSOR_MODE mode;
    BOOLEAN alertable;
    NTSTATUS status;
    BOOLEAN delivered;
};

static VOID NTAPI sleep_then_deliver(PVOID context)
{
    struct sleeper *sleeper = context;

    sleeper->status =
        KeWaitForSingleObject(&sleeper->event, Executive, sleeper->mode, sleeper->alertable, NULL);
    sleeper->delivered = ke_deliver_user_apcs();
}

static VOID test_user_apc_ends_alertable_wait(void **state)
{
    struct sleeper sleeper = {.mode = UserMode, .alertable = TRUE};
    PKTHREAD thread;
    KAPC apc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&sleeper.event, NotificationEvent, FALSE);
    thread = begin_thread(sleep_then_deliver, &sleeper);
    await_sleep(thread);
    make_apc(&apc, thread, cancelling_routine, TRUE, UserMode);
    assert_true(KeInsertQueueApc(&apc, NULL, NULL, 0));
    end_of_thread(thread);
    assert_int_equal(sleeper.status, STATUS_USER_APC);
    assert_true(sleeper.delivered);
    assert_log(1, "cancel", NULL);

    /* One that is there already ends it before it begins. */
    make_apc(&apc, ke_current(), cancelling_routine, TRUE, UserMode);
    KeInsertQueueApc(&apc, NULL, NULL, 0);
    assert_int_equal(KeDelayExecutionThread(UserMode, TRUE, NULL), STATUS_USER_APC);
    assert_true(ke_deliver_user_apcs());
    assert_log(1, "cancel", NULL);
}

static VOID test_user_apc_leaves_other_waits(void **state)
{
    static const struct {
        KPROCESSOR_MODE mode;
        BOOLEAN alertable;
    } waits[] = {{UserMode, FALSE}, {KernelMode, TRUE}, {KernelMode, FALSE}};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(waits); i++) {
        struct sleeper sleeper = {.mode = waits[i].mode, .alertable = waits[i].alertable};
        PKTHREAD thread;
        KAPC apc;

        KeInitializeEvent(&sleeper.event, NotificationEvent, FALSE);
        thread = begin_thread(sleep_then_deliver, &sleeper);
        await_sleep(thread);
        make_apc(&apc, thread, cancelling_routine, TRUE, UserMode);
        KeInsertQueueApc(&apc, NULL, NULL, 0);
        assert_true(__atomic_load_n(&thread->wake, __ATOMIC_RELAXED) & KE_WAKE_WAITING);
        KeSetEvent(&sleeper.event, 0, FALSE);
        end_of_thread(thread);
        assert_int_equal(sleeper.status, STATUS_SUCCESS);
        assert_true(sleeper.delivered);
        assert_log(1, "cancel", NULL);
    }
}

static VOID NTAPI set_event(PKAPC apc, PKNORMAL_ROUTINE *normal, PVOID *context, PVOID *argument1,
                            PVOID *argument2)
{
    UNREFERENCED_PARAMETER(apc);
    UNREFERENCED_PARAMETER(normal);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument2);
    note("special");
    KeSetEvent(*argument1, 0, FALSE);
}

/* It interrupts the wait, in the thread itself, and the wait goes on. */
static VOID test_kernel_apc(void **state)
{
    struct sleeper sleeper = {.mode = KernelMode};
    PKTHREAD thread;
    KEVENT ran;
    KAPC apc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&sleeper.event, NotificationEvent, FALSE);
    KeInitializeEvent(&ran, NotificationEvent, FALSE);
    thread = begin_thread(sleep_then_deliver, &sleeper);
    await_sleep(thread);
    make_apc(&apc, thread, set_event, FALSE, KernelMode);
    assert_true(KeInsertQueueApc(&apc, &ran, NULL, 0));
    assert_int_equal(wait_for(&ran), STATUS_SUCCESS);
    assert_int_equal(poll(thread), STATUS_TIMEOUT);
    KeSetEvent(&sleeper.event, 0, FALSE);
    end_of_thread(thread);
    assert_int_equal(sleeper.status, STATUS_SUCCESS);
    assert_false(sleeper.delivered);
    assert_log(1, "special", NULL);
}

static VOID test_regions_hold_kernel_apcs_off(void **state)
{
    LARGE_INTEGER soon = milliseconds(1);
    KAPC normal, special;

    UNREFERENCED_PARAMETER(state);
    make_apc(&normal, ke_current(), kernel_routine, TRUE, KernelMode);
    make_apc(&special, ke_current(), cancelling_routine, FALSE, KernelMode);
    KeEnterCriticalRegion();
    KeInsertQueueApc(&normal, (PVOID)2, (PVOID)4, 0);
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    assert_log(0, NULL, NULL);
    KeInsertQueueApc(&special, NULL, NULL, 0);
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    assert_log(1, "cancel", NULL);
    KeEnterGuardedRegion();
    KeInsertQueueApc(&special, NULL, NULL, 0);
    KeLeaveCriticalRegion();
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    assert_log(0, NULL, NULL);
    KeLeaveGuardedRegion();
    assert_int_equal(log.count, 3);
    assert_string_equal(log.calls[2], "normal");
    assert_log(3, "cancel", "kernel");
    assert_false(ke_current()->kernel_apc_pending);
}

static VOID NTAPI end_at_once(PVOID context)
{
    wait_for(context);
}

static VOID test_rundown(void **state)
{
    PKTHREAD thread;
    KEVENT event;
    KAPC apc;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    thread = begin_thread(end_at_once, &event);
    await_sleep(thread);
    make_apc(&apc, thread, cancelling_routine, TRUE, UserMode);
    assert_true(KeInsertQueueApc(&apc, NULL, NULL, 0));
    KeSetEvent(&event, 0, FALSE);
    wait_for(thread);
    assert_log(1, "rundown", NULL);
    assert_false(KeInsertQueueApc(&apc, NULL, NULL, 0));
    end_of_thread(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user_apc),
        cmocka_unit_test(test_user_apc_ends_alertable_wait),
        cmocka_unit_test(test_user_apc_leaves_other_waits),
        cmocka_unit_test(test_kernel_apc),
        cmocka_unit_test(test_regions_hold_kernel_apcs_off),
        cmocka_unit_test(test_rundown),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
