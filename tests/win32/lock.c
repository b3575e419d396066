/* Locks under contention: critical sections, SRW locks, condition variables, one-time
 * initialization. */
#include "win32_test.h"

enum { THREADS = 4, ROUNDS = 20000 };

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static int counter, initialized;

static void run_threads(LPTHREAD_START_ROUTINE routine)
{
    HANDLE threads[THREADS];
    DWORD code;
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, routine, (LPVOID)(ULONG_PTR)i, 0, NULL);
    assert_int_equal(WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (int i = 0; i < THREADS; i++) {
        GetExitCodeThread(threads[i], &code);
        assert_int_equal(code, 0);
        CloseHandle(threads[i]);
    }
}

static DWORD WINAPI count_in_section(LPVOID unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        counter++;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    return 0;
}

static DWORD WINAPI try_section(LPVOID unused)
{
    (void)unused;
    return (DWORD)TryEnterCriticalSection(&section);
}

static void a_critical_section_lets_one_in(void **state)
{
    (void)state;
    assert_true(InitializeCriticalSectionAndSpinCount(&section, 100));
    EnterCriticalSection(&section);
    run_threads(try_section);
    assert_true(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    counter = 0;
    run_threads(count_in_section);
    assert_int_equal(counter, THREADS * ROUNDS);
    DeleteCriticalSection(&section);
}

static volatile LONG readers, writers;

static DWORD WINAPI read_and_write(LPVOID index)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (((ULONG_PTR)index + (ULONG_PTR)i) % 4) {
            AcquireSRWLockShared(&srw);
            InterlockedIncrement(&readers);
            if (writers)
                return 1;
            InterlockedDecrement(&readers);
            ReleaseSRWLockShared(&srw);
        } else {
            AcquireSRWLockExclusive(&srw);
            if (InterlockedIncrement(&writers) != 1 || readers)
                return 2;
            counter++;
            InterlockedDecrement(&writers);
            ReleaseSRWLockExclusive(&srw);
        }
    }
    return 0;
}

static void an_srw_lock_keeps_readers_and_writers_apart(void **state)
{
    (void)state;
    counter = 0;
    run_threads(read_and_write);
    assert_int_equal(counter, THREADS * ROUNDS / 4);
    assert_true(TryAcquireSRWLockShared(&srw));
    assert_true(TryAcquireSRWLockShared(&srw));
    assert_false(TryAcquireSRWLockExclusive(&srw));
    ReleaseSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);
    assert_true(TryAcquireSRWLockExclusive(&srw));
    assert_false(TryAcquireSRWLockShared(&srw));
    ReleaseSRWLockExclusive(&srw);
}

static DWORD WINAPI take_turns(LPVOID index)
{
    for (int i = 0; i < 500; i++) {
        AcquireSRWLockExclusive(&srw);
        while (counter % THREADS != (int)(ULONG_PTR)index)
            SleepConditionVariableSRW(&changed, &srw, INFINITE, 0);
        counter++;
        ReleaseSRWLockExclusive(&srw);
        WakeAllConditionVariable(&changed);
    }
    return 0;
}

static void a_condition_variable_wakes_who_waits(void **state)
{
    (void)state;
    counter = 0;
    run_threads(take_turns);
    assert_int_equal(counter, THREADS * 500);
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    assert_fails(SleepConditionVariableCS(&changed, &section, 1), ERROR_TIMEOUT);
    assert_true(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

static BOOL CALLBACK initialize(PINIT_ONCE unused, PVOID parameter, PVOID *context)
{
    (void)unused;
    (void)parameter;
    *context = &counter;
    initialized++;
    return initialized > 1; /* fails the first time */
}

static DWORD WINAPI initialize_once(LPVOID unused)
{
    PVOID context = NULL;
    (void)unused;
    while (!InitOnceExecuteOnce(&once, initialize, NULL, &context))
        ;
    return context != &counter;
}

static void initialization_happens_once(void **state)
{
    (void)state;
    run_threads(initialize_once);
    assert_int_equal(initialized, 2);
}

static SLIST_HEADER list;

struct item {
    SLIST_ENTRY entry;
    int value;
};

static void slists_are_stacks(void **state)
{
    struct item *items = _aligned_malloc(3 * sizeof *items, MEMORY_ALLOCATION_ALIGNMENT);
    (void)state;
    InitializeSListHead(&list);
    assert_null(InterlockedPopEntrySList(&list));
    for (int i = 0; i < 3; i++) {
        items[i].value = i;
        InterlockedPushEntrySList(&list, &items[i].entry);
    }
    assert_int_equal(QueryDepthSList(&list), 3);
    assert_int_equal(((struct item *)InterlockedPopEntrySList(&list))->value, 2);
    assert_int_equal(((struct item *)InterlockedFlushSList(&list))->value, 1);
    assert_int_equal(QueryDepthSList(&list), 0);
    _aligned_free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_critical_section_lets_one_in),
        cmocka_unit_test(an_srw_lock_keeps_readers_and_writers_apart),
        cmocka_unit_test(a_condition_variable_wakes_who_waits),
        cmocka_unit_test(initialization_happens_once),
        cmocka_unit_test(slists_are_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
