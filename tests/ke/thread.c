/* Pins threads: system threads and the program's, their end, looking them up, starting anew. */
#include "fixture.h"

#define MANY 200

static VOID NTAPI wait_on_event(PVOID event)
{
    wait_for(event);
}

/* ---- system threads ------------------------------------------------------ */

struct terminator {
    NTSTATUS returned;
    PVOID big[64];
};

static VOID __attribute__((noinline)) terminate_deeply(struct terminator *terminator, ULONG depth)
{
    volatile ULONG here = depth;

    if (here)
        terminate_deeply(terminator, here - 1);
    else
        terminator->returned = PsTerminateSystemThread(STATUS_DELETE_PENDING);
    terminator->big[here] = terminator;
}

static VOID NTAPI terminate_thread(PVOID context)
{
    terminate_deeply(context, 20);
}

static VOID test_terminate(void **state)
{
    struct terminator terminator = {.returned = STATUS_PENDING};
    PKTHREAD thread;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(PsTerminateSystemThread(STATUS_SUCCESS), STATUS_INVALID_PARAMETER);
    thread = begin_thread(terminate_thread, &terminator);
    wait_for(thread);
    assert_int_equal(terminator.returned, STATUS_PENDING);
    assert_null(terminator.big[0]);
    assert_int_equal(thread->exit_status, STATUS_DELETE_PENDING);
    assert_true(PsIsThreadTerminating((PETHREAD)thread));
    end_of_thread(thread);
}

static VOID test_system_thread(void **state)
{
    PETHREAD found;
    PKTHREAD thread;
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    thread = begin_thread(wait_on_event, &event);
    assert_true(PsIsSystemThread((PETHREAD)thread));
    assert_false(PsIsSystemThread((PETHREAD)ke_current()));
    assert_ptr_equal(PsGetThreadProcess((PETHREAD)thread), PsInitialSystemProcess);
    assert_ptr_equal(PsGetThreadProcessId((PETHREAD)thread), (HANDLE)4);
    assert_int_equal(PsLookupThreadByThreadId(PsGetThreadId((PETHREAD)thread), &found),
                     STATUS_SUCCESS);
    assert_ptr_equal(found, thread);
    ObDereferenceObject(found);
    assert_int_equal(poll(thread), STATUS_TIMEOUT);
    KeSetEvent(&event, 0, FALSE);
    wait_for(thread);
    assert_int_equal(PsLookupThreadByThreadId(PsGetThreadId((PETHREAD)thread), &found),
                     STATUS_INVALID_CID);
    end_of_thread(thread);
}

static VOID NTAPI do_nothing(PVOID context)
{
    __atomic_fetch_add((ULONG *)context, 1, __ATOMIC_RELAXED);
}

/* At most the few that ended last are still to be released. */
static VOID test_ended_threads_go(void **state)
{
    ULONG before = ob_type_thread.objects;
    ULONG ran = 0;
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < MANY; i++)
        end_of_thread(begin_thread(do_nothing, &ran));
    assert_int_equal(ran, MANY);
    ke_release_ended_threads();
    assert_in_range(ob_type_thread.objects, 1, before + 2);
}

/* ---- processes and numbers ----------------------------------------------- */

static VOID test_processes(void **state)
{
    PEPROCESS process;
    PETHREAD thread;

    UNREFERENCED_PARAMETER(state);
    assert_ptr_equal(PsInitialSystemProcess, ke_system_process());
    assert_ptr_equal(ke_current()->process, ke_program_process());
    assert_ptr_equal(PsGetCurrentProcessId(), ULongToHandle(hal_process_id()));
    assert_int_equal(PsLookupProcessByProcessId((HANDLE)4, &process), STATUS_SUCCESS);
    assert_ptr_equal(process, PsInitialSystemProcess);
    ObDereferenceObject(process);
    assert_int_equal(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &process), STATUS_SUCCESS);
    assert_ptr_equal(process, ke_program_process());
    ObDereferenceObject(process);
    assert_int_equal(PsLookupProcessByProcessId((HANDLE)3, &process), STATUS_INVALID_CID);
    assert_int_equal(PsLookupThreadByThreadId(PsGetCurrentThreadId(), &thread), STATUS_SUCCESS);
    assert_ptr_equal(thread, KeGetCurrentThread());
    ObDereferenceObject(thread);
    assert_int_equal((ULONG_PTR)PsGetCurrentThreadId() % 4, 0);
}

static VOID test_processors_and_priorities(void **state)
{
    PROCESSOR_NUMBER number;
    KAFFINITY active;
    ULONG major, build;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(KeQueryActiveProcessorCount(&active), KeNumberProcessors);
    assert_int_equal(__builtin_popcountll(active), KeNumberProcessors);
    assert_int_equal(KeQueryActiveProcessorCountEx(1), 0);
    assert_true(KeGetCurrentProcessorNumberEx(&number) < (ULONG)KeNumberProcessors);
    assert_int_equal(number.Group, 0);
    assert_int_equal(KeGetProcessorNumberFromIndex((ULONG)KeNumberProcessors, &number),
                     STATUS_INVALID_PARAMETER);
    KeSetPriorityThread(KeGetCurrentThread(), 12);
    assert_int_equal(KeSetBasePriorityThread(KeGetCurrentThread(), 2), 0);
    assert_int_equal(KeQueryPriorityThread(KeGetCurrentThread()), 14);
    assert_int_equal(KeSetBasePriorityThread(KeGetCurrentThread(), 0), 2);
    assert_int_equal(KeSetPriorityThread(KeGetCurrentThread(), 8), 12);
    PsGetVersion(&major, NULL, &build, NULL);
    assert_int_equal(major, 10);
    assert_true(build > 10000);
}

/* ---- threads of the program ---------------------------------------------- */

static struct {
    PKTHREAD thread;
    KMUTANT mutant;
    ULONG ended;            /* calls of note_end, atomic */
    ULONG created, deleted; /* notifications, atomic */
} program;

static void enter_and_take(void *unused)
{
    UNREFERENCED_PARAMETER(unused);
    assert_null(ke_thread);
    program.thread = ke_current();
    ObReferenceObject(program.thread);
    wait_for(&program.mutant);
}

static VOID note_end(PKTHREAD thread)
{
    assert_ptr_equal(thread, ke_current());
    assert_false(thread->header.SignalState);
    __atomic_fetch_add(&program.ended, 1, __ATOMIC_RELAXED);
}

static VOID NTAPI note_thread(HANDLE process, HANDLE thread, BOOLEAN create)
{
    UNREFERENCED_PARAMETER(thread);
    if (process == PsGetProcessId((PEPROCESS)ke_program_process()))
        __atomic_fetch_add(create ? &program.created : &program.deleted, 1, __ATOMIC_RELAXED);
}

static VOID test_program_thread(void **state)
{
    struct hal_thread *thread;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutant(&program.mutant, FALSE);
    ke_on_thread_end(note_end);
    ke_on_thread_end(note_end);
    assert_int_equal(PsSetCreateThreadNotifyRoutine(note_thread), STATUS_SUCCESS);
    assert_int_equal(hal_thread_create(&thread, enter_and_take, NULL, "program"), HAL_OK);
    hal_thread_join(thread);
    assert_int_equal(program.ended, 1);
    assert_int_equal(program.created, 1);
    assert_int_equal(program.deleted, 1);
    assert_int_equal(poll(program.thread), STATUS_SUCCESS);
    assert_true(program.thread->is_terminating);
    assert_ptr_equal(program.thread->process, ke_program_process());
    assert_int_equal(poll(&program.mutant), STATUS_ABANDONED);
    KeReleaseMutant(&program.mutant, 0, FALSE, FALSE);
    ObDereferenceObject(program.thread);
    assert_int_equal(PsRemoveCreateThreadNotifyRoutine(note_thread), STATUS_SUCCESS);
    assert_int_equal(PsRemoveCreateThreadNotifyRoutine(note_thread), STATUS_PROCEDURE_NOT_FOUND);
}

static VOID end_raised(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KeRaiseIrqlToDpcLevel();
    ke_end_thread(ke_current());
}

static VOID test_ending_at_raised_irql(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(provoke(end_raised, NULL), KERNEL_APC_PENDING_DURING_EXIT);
    assert_int_equal(provoked.parameters[2], DISPATCH_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
}

/* ---- handles ------------------------------------------------------------- */

static VOID test_handle(void **state)
{
    PKTHREAD thread;
    CLIENT_ID id;
    HANDLE handle;
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    ke_program_process()->handles = ob_handle_table_create();
    assert_non_null(ke_program_process()->handles);
    assert_int_equal(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, (HANDLE)0x77770, NULL,
                                          wait_on_event, &event),
                     STATUS_INVALID_HANDLE);
    assert_null(handle);
    assert_int_equal(
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, &id, wait_on_event, &event),
        STATUS_SUCCESS);
    assert_int_equal(ob_reference_handle(handle, SYNCHRONIZE, &ob_type_thread, KernelMode,
                                         (PVOID *)&thread, NULL),
                     STATUS_SUCCESS);
    assert_ptr_equal(id.UniqueThread, thread->id);
    assert_ptr_equal(id.UniqueProcess, (HANDLE)4);
    assert_int_equal(ob_close_handle(handle, KernelMode), STATUS_SUCCESS);
    KeSetEvent(&event, 0, FALSE);
    end_of_thread(thread);
    ob_handle_table_destroy(ke_program_process());
}

/* ---- starting anew ------------------------------------------------------- */

static struct {
    BOOLEAN entered, again; /* atomic */
} survivor;

static void stay_over_stop(void *unused)
{
    UNREFERENCED_PARAMETER(unused);
    ke_enter();
    __atomic_store_n(&survivor.entered, TRUE, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&survivor.again, __ATOMIC_ACQUIRE))
        hal_yield();
    /* The kernel that knew this thread is gone; another has begun. */
    assert_null(ke_thread);
    assert_ptr_equal(ke_current()->process, ke_program_process());
}

static VOID test_thread_that_outlives_the_kernel(void **state)
{
    struct hal_thread *thread;

    assert_int_equal(hal_thread_create(&thread, stay_over_stop, NULL, "program"), HAL_OK);
    while (!__atomic_load_n(&survivor.entered, __ATOMIC_ACQUIRE))
        hal_yield();
    stop_rooms(state);
    assert_int_equal(ob_type_thread.objects, 0);
    assert_int_equal(ob_type_process.objects, 0);
    start_rooms(state);
    __atomic_store_n(&survivor.again, TRUE, __ATOMIC_RELEASE);
    hal_thread_join(thread);
}

static VOID test_start_and_stop(void **state)
{
    hal_u64 resident = 0;
    ULONG i;

    for (i = 0; i < 1000; i++) {
        stop_rooms(state);
        assert_int_equal(ob_type_thread.objects, 0);
        assert_int_equal(ob_type_process.objects, 0);
        start_rooms(state);
        if (i == 100)
            resident = hal_resident_bytes();
    }
    /* Sanitizers keep freed memory for a while. */
    assert_in_range(hal_resident_bytes(), 0, resident + (16 << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminate),
        cmocka_unit_test(test_system_thread),
        cmocka_unit_test(test_ended_threads_go),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_processors_and_priorities),
        cmocka_unit_test(test_program_thread),
        cmocka_unit_test(test_ending_at_raised_irql),
        cmocka_unit_test(test_handle),
        cmocka_unit_test(test_thread_that_outlives_the_kernel),
        cmocka_unit_test(test_start_and_stop),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
