/* Events, semaphores, mutexes, timers and the waits for them. */
#include "win32_test.h"

static void events_reset_themselves_or_not(void **state)
{
    HANDLE manual = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE automatic = CreateEventA(NULL, FALSE, TRUE, NULL);
    (void)state;
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    assert_true(SetEvent(manual));
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
    assert_true(ResetEvent(manual));
    assert_int_equal(WaitForSingleObject(manual, 1), WAIT_TIMEOUT);
    assert_int_equal(WaitForSingleObject(automatic, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
    CloseHandle(manual);
    CloseHandle(automatic);
    assert_fails(SetEvent(manual), ERROR_INVALID_HANDLE);
    SetLastError(0);
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
}

static void a_name_is_shared(void **state)
{
    (void)state;
    assert_fails(OpenEventA(EVENT_ALL_ACCESS, FALSE, "ntio-test"), ERROR_FILE_NOT_FOUND);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, "ntio-test");
    assert_non_null(event);
    assert_int_equal(GetLastError(), ERROR_SUCCESS);
    HANDLE again = CreateEventW(NULL, TRUE, FALSE, L"Local\\ntio-test");
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    HANDLE opened = OpenEventA(EVENT_MODIFY_STATE, FALSE, "ntio-test");
    assert_true(SetEvent(opened));
    assert_int_equal(WaitForSingleObject(again, 0), WAIT_OBJECT_0);
    /* The handle may set, not wait. */
    SetLastError(0);
    assert_int_equal(WaitForSingleObject(opened, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    assert_fails(CreateSemaphoreA(NULL, 0, 1, "ntio-test"), ERROR_INVALID_HANDLE);
    CloseHandle(event);
    CloseHandle(again);
    CloseHandle(opened);
    assert_fails(OpenEventA(EVENT_ALL_ACCESS, FALSE, "ntio-test"), ERROR_FILE_NOT_FOUND);
}

static void semaphores_count(void **state)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 1, 2, NULL);
    LONG before;
    (void)state;
    assert_true(ReleaseSemaphore(semaphore, 1, &before));
    assert_int_equal(before, 1);
    assert_fails(ReleaseSemaphore(semaphore, 1, NULL), ERROR_TOO_MANY_POSTS);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    CloseHandle(semaphore);
    assert_fails(CreateSemaphoreA(NULL, 3, 2, NULL), ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI take_and_end(LPVOID mutex)
{
    return WaitForSingleObject(mutex, INFINITE);
}

static void mutexes_have_owners(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL);
    (void)state;
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    assert_true(ReleaseMutex(mutex));
    assert_true(ReleaseMutex(mutex));
    assert_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    HANDLE thread = CreateThread(NULL, 0, take_and_end, mutex, 0, NULL);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(mutex, INFINITE), WAIT_ABANDONED_0);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CloseHandle(thread);
    CloseHandle(mutex);
}

static void waits_for_any_and_for_all(void **state)
{
    HANDLE events[3];
    (void)state;
    for (int i = 0; i < 3; i++)
        events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, 1), WAIT_TIMEOUT);
    SetEvent(events[1]);
    SetEvent(events[2]);
    assert_int_equal(WaitForMultipleObjects(3, events, TRUE, 0), WAIT_TIMEOUT);
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, INFINITE), WAIT_OBJECT_0 + 1);
    SetEvent(events[0]);
    SetEvent(events[1]);
    assert_int_equal(WaitForMultipleObjects(3, events, TRUE, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_TIMEOUT);
    SetLastError(0);
    assert_int_equal(WaitForMultipleObjects(0, events, FALSE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    for (int i = 0; i < 3; i++)
        CloseHandle(events[i]);
}

static HANDLE question, answer;

static DWORD WINAPI reply(LPVOID unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++)
        if (SignalObjectAndWait(answer, question, INFINITE, FALSE) != WAIT_OBJECT_0)
            return 1;
    return 0;
}

static void signal_and_wait_hands_over(void **state)
{
    DWORD code;
    (void)state;
    question = CreateEventA(NULL, FALSE, FALSE, NULL);
    answer = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, reply, NULL, 0, NULL);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(WaitForSingleObject(answer, INFINITE), WAIT_OBJECT_0);
        SetEvent(question);
    }
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 0);
    CloseHandle(thread);
    CloseHandle(question);
    CloseHandle(answer);
}

static int timer_calls;

static VOID CALLBACK on_timer(LPVOID argument, DWORD low, DWORD high)
{
    (void)low;
    (void)high;
    timer_calls += *(int *)argument;
}

static void timers_expire(void **state)
{
    HANDLE timer = CreateWaitableTimerA(NULL, TRUE, NULL);
    LARGE_INTEGER due = {.QuadPart = -10000}, never = {.QuadPart = -600000000};
    int step = 3;
    (void)state;
    assert_true(SetWaitableTimer(timer, &never, 0, NULL, NULL, FALSE));
    assert_int_equal(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    assert_true(CancelWaitableTimer(timer));
    assert_true(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    assert_int_equal(WaitForSingleObject(timer, INFINITE), WAIT_OBJECT_0);
    assert_true(SetWaitableTimer(timer, &due, 0, on_timer, &step, FALSE));
    assert_int_equal(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    assert_int_equal(timer_calls, 3);
    CloseHandle(timer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reset_themselves_or_not),
        cmocka_unit_test(a_name_is_shared),
        cmocka_unit_test(semaphores_count),
        cmocka_unit_test(mutexes_have_owners),
        cmocka_unit_test(waits_for_any_and_for_all),
        cmocka_unit_test(signal_and_wait_hands_over),
        cmocka_unit_test(timers_expire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
