/* Threads: exit codes, suspended birth, APCs, local storage, work items, registered waits. */
#include "win32_test.h"

#include <process.h>

static DWORD WINAPI return_it(LPVOID value)
{
    return (DWORD)(ULONG_PTR)value;
}

static DWORD WINAPI exit_with_it(LPVOID value)
{
    ExitThread((DWORD)(ULONG_PTR)value);
}

static DWORD WINAPI wait_for_it(LPVOID event)
{
    return WaitForSingleObject(event, INFINITE);
}

static void a_thread_has_an_exit_code(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    DWORD id, code;
    (void)state;
    HANDLE thread = CreateThread(NULL, 0, wait_for_it, event, 0, &id);
    assert_int_equal(id, GetThreadId(thread));
    assert_int_not_equal(id, GetCurrentThreadId());
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, STILL_ACTIVE);
    assert_int_equal(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    SetEvent(event);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, WAIT_OBJECT_0);
    CloseHandle(thread);
    thread = CreateThread(NULL, 0, return_it, (LPVOID)123, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 123);
    CloseHandle(thread);
    thread = CreateThread(NULL, 8 << 20, exit_with_it, (LPVOID)0xC0000001, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 0xC0000001);
    CloseHandle(thread);
    CloseHandle(event);
}

static void a_suspended_thread_waits_to_be_resumed(void **state)
{
    (void)state;
    HANDLE thread = CreateThread(NULL, 0, return_it, NULL, CREATE_SUSPENDED, NULL);
    assert_int_equal(WaitForSingleObject(thread, 10), WAIT_TIMEOUT);
    assert_int_equal(ResumeThread(thread), 1);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(ResumeThread(thread), 0);
    CloseHandle(thread);
}

static ULONG_PTR apc_sum;

static VOID CALLBACK add(ULONG_PTR value)
{
    apc_sum += value;
}

static void apcs_run_in_order_in_an_alertable_wait(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    (void)state;
    apc_sum = 0;
    assert_true(QueueUserAPC(add, GetCurrentThread(), 1));
    assert_true(QueueUserAPC(add, GetCurrentThread(), 10));
    assert_int_equal(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(apc_sum, 0);
    ResetEvent(event);
    assert_int_equal(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_IO_COMPLETION);
    assert_int_equal(apc_sum, 11);
    CloseHandle(event);
}

static DWORD slot;

static DWORD WINAPI use_slot(LPVOID value)
{
    if (TlsGetValue(slot))
        return 1;
    return !TlsSetValue(slot, value) || TlsGetValue(slot) != value;
}

static void local_storage_is_a_threads_own(void **state)
{
    DWORD code;
    (void)state;
    slot = TlsAlloc();
    assert_int_not_equal(slot, TLS_OUT_OF_INDEXES);
    assert_true(TlsSetValue(slot, &code));
    HANDLE thread = CreateThread(NULL, 0, use_slot, (LPVOID)5, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    assert_int_equal(code, 0);
    assert_ptr_equal(TlsGetValue(slot), &code);
    CloseHandle(thread);
    assert_true(TlsFree(slot));
    assert_fails(TlsFree(slot), ERROR_INVALID_PARAMETER);
    assert_int_equal(TlsAlloc(), slot);
    assert_null(TlsGetValue(slot));
    TlsFree(slot);
}

static DWORD WINAPI set_it(LPVOID event)
{
    return SetEvent(event);
}

static volatile LONG wait_calls;
static HANDLE called;

static VOID CALLBACK on_wait(PVOID context, BOOLEAN timed_out)
{
    InterlockedExchangeAdd(&wait_calls, timed_out ? 100 : *(int *)context);
    SetEvent(called);
}

static void work_and_waits_run_on_other_threads(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), wait;
    int step = 1;
    (void)state;
    assert_true(QueueUserWorkItem(set_it, event, WT_EXECUTEDEFAULT));
    assert_int_equal(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    called = CreateEventA(NULL, FALSE, FALSE, NULL);
    assert_true(
        RegisterWaitForSingleObject(&wait, event, on_wait, &step, INFINITE, WT_EXECUTEDEFAULT));
    for (int i = 0; i < 3; i++) {
        SetEvent(event);
        WaitForSingleObject(called, INFINITE);
    }
    assert_true(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    assert_int_equal(wait_calls, 3);
    assert_true(RegisterWaitForSingleObject(&wait, event, on_wait, &step, 1, WT_EXECUTEONLYONCE));
    WaitForSingleObject(called, INFINITE);
    assert_true(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    assert_int_equal(wait_calls, 103);
    CloseHandle(called);
    CloseHandle(event);
}

static unsigned __stdcall crt_thread(void *value)
{
    return *(unsigned *)value + 1;
}

static void the_run_times_threads_are_threads(void **state)
{
    unsigned value = 41, id;
    DWORD code;
    (void)state;
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, crt_thread, &value, 0, &id);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    assert_int_equal(code, 42);
    CloseHandle(thread);
}

static void priorities_are_kept(void **state)
{
    (void)state;
    assert_int_equal(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_NORMAL);
    assert_true(SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_ABOVE_NORMAL));
    assert_int_equal(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_ABOVE_NORMAL);
    assert_fails(SetThreadPriority(GetCurrentThread(), 7), ERROR_INVALID_PARAMETER);
    assert_true(SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_NORMAL));
}

static void affinities_are_kept(void **state)
{
    DWORD_PTR own = 0, all = 0;

    (void)state;
    assert_true(GetProcessAffinityMask(GetCurrentProcess(), &own, &all));
    assert_int_equal(own, all);
    assert_true(own & 1);
    assert_int_equal(SetThreadAffinityMask(GetCurrentThread(), 1), own);
    assert_int_equal(SetThreadAffinityMask(GetCurrentThread(), own), 1);
    assert_fails(SetThreadAffinityMask(GetCurrentThread(), 0), ERROR_INVALID_PARAMETER);
    assert_fails(SetThreadAffinityMask(GetCurrentThread(), own + 1), ERROR_INVALID_PARAMETER);
    assert_fails(GetProcessAffinityMask(NULL, &own, &all), ERROR_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_an_exit_code),
        cmocka_unit_test(a_suspended_thread_waits_to_be_resumed),
        cmocka_unit_test(apcs_run_in_order_in_an_alertable_wait),
        cmocka_unit_test(local_storage_is_a_threads_own),
        cmocka_unit_test(work_and_waits_run_on_other_threads),
        cmocka_unit_test(the_run_times_threads_are_threads),
        cmocka_unit_test(priorities_are_kept),
        cmocka_unit_test(affinities_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
