/* Pins mutants and mutexes: ownership, recursion, abandonment, APCs held off by a mutex. */
#include "fixture.h"

#define THREADS 4
#define ROUNDS 5000

static VOID release(PVOID mutex)
{
    KeReleaseMutex(mutex, FALSE);
}

static VOID test_recursion(void **state)
{
    KMUTEX mutex;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutex(&mutex, 0);
    assert_int_equal(KeReadStateMutex(&mutex), 1);
    assert_int_equal(poll(&mutex), STATUS_SUCCESS);
    assert_int_equal(poll(&mutex), STATUS_SUCCESS);
    assert_int_equal(KeReadStateMutex(&mutex), -1);
    assert_true(KeAreApcsDisabled());
    assert_int_equal(KeReleaseMutex(&mutex, FALSE), -1);
    assert_true(KeAreApcsDisabled());
    assert_int_equal(KeReleaseMutex(&mutex, FALSE), 0);
    assert_false(KeAreApcsDisabled());
    assert_int_equal(KeReadStateMutex(&mutex), 1);
    assert_int_equal(provoke(release, &mutex), KMODE_EXCEPTION_NOT_HANDLED);
    assert_int_equal((ULONG)provoked.parameters[0], (ULONG)STATUS_MUTANT_NOT_OWNED);
}

static VOID test_initial_owner(void **state)
{
    KMUTANT mutant;
    CLIENT_ID owner;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutant(&mutant, TRUE);
    assert_int_equal(KeReadStateMutant(&mutant), 0);
    assert_false(KeAreApcsDisabled());
    KeQueryOwnerMutant(&mutant, &owner);
    assert_ptr_equal(owner.UniqueThread, PsGetCurrentThreadId());
    assert_ptr_equal(owner.UniqueProcess, PsGetCurrentProcessId());
    KeReleaseMutant(&mutant, 0, FALSE, FALSE);
    KeQueryOwnerMutant(&mutant, &owner);
    assert_null(owner.UniqueThread);
}

static VOID NTAPI take_and_end(PVOID mutant)
{
    wait_for(mutant);
    poll(mutant);
}

static VOID test_abandoned(void **state)
{
    PVOID objects[2];
    KMUTANT mutant;
    KEVENT event;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutant(&mutant, FALSE);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    end_of_thread(begin_thread(take_and_end, &mutant));
    assert_int_equal(KeReadStateMutant(&mutant), 1);
    objects[0] = &event;
    objects[1] = &mutant;
    assert_int_equal(
        KeWaitForMultipleObjects(2, objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL),
        STATUS_ABANDONED + 1);
    KeReleaseMutant(&mutant, 0, FALSE, FALSE);
    assert_int_equal(poll(&mutant), STATUS_SUCCESS);
    KeReleaseMutant(&mutant, 0, FALSE, FALSE);
}

struct heir {
    PKMUTANT mutant;
    PKEVENT go;
    NTSTATUS status;
};

static VOID NTAPI inherit(PVOID context)
{
    struct heir *heir = context;

    heir->status = wait_for(heir->mutant);
    KeReleaseMutant(heir->mutant, 0, FALSE, FALSE);
}

static VOID NTAPI take_and_end_when_told(PVOID context)
{
    struct heir *heir = context;

    wait_for(heir->mutant);
    wait_for(heir->go);
}

/* Who waits already is told too. */
static VOID test_abandoned_to_waiter(void **state)
{
    PKTHREAD owner, waiter;
    KMUTANT mutant;
    KEVENT go;
    struct heir heir = {&mutant, &go, STATUS_UNSUCCESSFUL};

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutant(&mutant, FALSE);
    KeInitializeEvent(&go, NotificationEvent, FALSE);
    owner = begin_thread(take_and_end_when_told, &heir);
    await_sleep(owner);
    waiter = begin_thread(inherit, &heir);
    await_sleep(waiter);
    KeSetEvent(&go, 0, FALSE);
    end_of_thread(owner);
    end_of_thread(waiter);
    assert_int_equal(heir.status, STATUS_ABANDONED);
    assert_int_equal(KeReadStateMutant(&mutant), 1);
}

struct counter {
    KMUTEX mutex;
    ULONG value;
};

static VOID NTAPI count(PVOID context)
{
    struct counter *counter = context;
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        wait_for(&counter->mutex);
        poll(&counter->mutex);
        counter->value++;
        KeReleaseMutex(&counter->mutex, FALSE);
        KeReleaseMutex(&counter->mutex, FALSE);
    }
}

static VOID test_exclusion(void **state)
{
    PKTHREAD threads[THREADS];
    struct counter counter = {.value = 0};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutex(&counter.mutex, 0);
    for (i = 0; i < THREADS; i++)
        threads[i] = begin_thread(count, &counter);
    for (i = 0; i < THREADS; i++)
        end_of_thread(threads[i]);
    assert_int_equal(counter.value, THREADS * ROUNDS);
    assert_int_equal(KeReadStateMutex(&counter.mutex), 1);
}

struct ending {
    KMUTEX mutex;
    ULONG code;
};

static VOID end_owning(PVOID context)
{
    struct ending *ending = context;

    wait_for(&ending->mutex);
    ke_abandon_mutants(ke_current());
}

static VOID test_ending_with_a_mutex(void **state)
{
    struct ending ending;

    UNREFERENCED_PARAMETER(state);
    KeInitializeMutex(&ending.mutex, 0);
    assert_int_equal(provoke(end_owning, &ending), THREAD_TERMINATE_HELD_MUTEX);
    assert_int_equal(provoked.parameters[0], (ULONG_PTR)ke_current());
    assert_int_equal(provoked.parameters[1], (ULONG_PTR)&ending.mutex);
    KeReleaseMutex(&ending.mutex, FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recursion), cmocka_unit_test(test_initial_owner),
        cmocka_unit_test(test_abandoned), cmocka_unit_test(test_abandoned_to_waiter),
        cmocka_unit_test(test_exclusion), cmocka_unit_test(test_ending_with_a_mutex),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
