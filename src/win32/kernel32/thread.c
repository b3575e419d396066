/*
 * Threads. Linux makes them; the kernel knows each as a thread object from its
 * first system call on, which is the one that makes the creator's handle.
 */
#include "../win32.h"

/*
 * A thread that was created suspended and waits to be resumed, on its own stack.
 */
struct suspended {
    struct suspended *next;
    DWORD id;
    LONG count; /* suspend count, guarded by suspended_threads.lock; the thread waits on it */
};

static struct {
    SRWLOCK lock;            /* guards first and each count */
    struct suspended *first; /* all that wait */
} suspended_threads;

/* What a creator and its new thread share until the thread is known. On the creator's stack. */
struct birth {
    LPTHREAD_START_ROUTINE routine;
    LPVOID parameter;
    BOOL is_suspended;
    HANDLE handle;
    DWORD id;
    NTSTATUS status;
    LONG is_known; /* 1 once handle, id and status are valid: the creator waits on it */
};

static void wait_to_be_resumed(struct suspended *self)
{
    LONG suspended = 1;
    while (__atomic_load_n(&self->count, __ATOMIC_ACQUIRE))
        RtlWaitOnAddress(&self->count, &suspended, sizeof suspended, NULL);
    AcquireSRWLockExclusive(&suspended_threads.lock);
    struct suspended **link = &suspended_threads.first;
    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    ReleaseSRWLockExclusive(&suspended_threads.lock);
}

static void thread_main(void *argument)
{
    struct birth *birth = argument;
    LPTHREAD_START_ROUTINE routine = birth->routine;
    LPVOID parameter = birth->parameter;
    BOOL is_suspended = birth->is_suspended;
    struct suspended self = {.id = GetCurrentThreadId(), .count = 1};

    NTSTATUS status = NtDuplicateObject(NT_CURRENT_PROCESS, NT_CURRENT_THREAD, NT_CURRENT_PROCESS,
                                        &birth->handle, 0, 0, DUPLICATE_SAME_ACCESS);
    birth->id = self.id;
    birth->status = status;
    if (is_suspended && NT_SUCCESS(status)) {
        AcquireSRWLockExclusive(&suspended_threads.lock);
        self.next = suspended_threads.first;
        suspended_threads.first = &self;
        ReleaseSRWLockExclusive(&suspended_threads.lock);
    }
    /* Release pairs with the creator's load; birth is gone after it. */
    __atomic_store_n(&birth->is_known, 1, __ATOMIC_RELEASE);
    RtlWakeAddressAll(&birth->is_known);
    if (!NT_SUCCESS(status))
        return;
    if (is_suspended)
        wait_to_be_resumed(&self);
    ExitThread(routine(parameter));
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack_size,
                           LPTHREAD_START_ROUTINE routine, LPVOID parameter, DWORD flags,
                           LPDWORD id)
{
    struct birth birth = {.routine = routine,
                          .parameter = parameter,
                          .is_suspended = (flags & CREATE_SUSPENDED) != 0};
    LONG unknown = 0;

    UNREFERENCED_PARAMETER(security);
    if (flags & ~(DWORD)(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION))
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (ntio_host_thread_start(thread_main, &birth, stack_size) < 0)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    while (!__atomic_load_n(&birth.is_known, __ATOMIC_ACQUIRE))
        RtlWaitOnAddress(&birth.is_known, &unknown, sizeof unknown, NULL);
    if (!win32_result(birth.status))
        return NULL;
    if (id)
        *id = birth.id;
    return birth.handle;
}

VOID WINAPI ExitThread(DWORD code)
{
    /* Ends the thread for the kernel; for Linux it ends here. */
    NtTerminateThread(NT_CURRENT_THREAD, (NTSTATUS)code);
    ntio_host_thread_exit();
}

static BOOL query_thread(HANDLE thread, struct nt_thread_basic_information *basic)
{
    return win32_result(NtQueryInformationThread(
        thread, (THREADINFOCLASS)NT_THREAD_BASIC_INFORMATION, basic, sizeof *basic, NULL));
}

/* The count before, or -1. Only threads that were created suspended are ever suspended. */
DWORD WINAPI ResumeThread(HANDLE thread)
{
    struct nt_thread_basic_information basic;
    DWORD previous = 0;
    if (!query_thread(thread, &basic))
        return (DWORD)-1;
    AcquireSRWLockShared(&suspended_threads.lock);
    for (struct suspended *at = suspended_threads.first; at; at = at->next) {
        if (at->id != (DWORD)(ULONG_PTR)basic.client_id.UniqueThread)
            continue;
        /* Release pairs with wait_to_be_resumed; the lock keeps the record there for the wake. */
        previous = (DWORD)__atomic_exchange_n(&at->count, 0, __ATOMIC_RELEASE);
        RtlWakeAddressAll(&at->count);
    }
    ReleaseSRWLockShared(&suspended_threads.lock);
    return previous;
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code)
{
    struct nt_thread_basic_information basic;
    if (!query_thread(thread, &basic))
        return FALSE;
    *code = (DWORD)basic.exit_status;
    return TRUE;
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
    struct nt_thread_basic_information basic;
    return query_thread(thread, &basic) ? (DWORD)(ULONG_PTR)basic.client_id.UniqueThread : 0;
}

HANDLE WINAPI GetCurrentThread(VOID)
{
    return NT_CURRENT_THREAD;
}

DWORD WINAPI GetCurrentThreadId(VOID)
{
    return (DWORD)(ULONG_PTR)PsGetCurrentThreadId();
}

HANDLE WINAPI GetCurrentProcess(VOID)
{
    return NT_CURRENT_PROCESS;
}

DWORD WINAPI GetCurrentProcessId(VOID)
{
    return (DWORD)(ULONG_PTR)PsGetCurrentProcessId();
}

HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id)
{
    OBJECT_ATTRIBUTES attributes;
    CLIENT_ID client = {NULL, (HANDLE)(ULONG_PTR)id};
    HANDLE thread = NULL;
    InitializeObjectAttributes(&attributes, NULL, inherit ? OBJ_INHERIT : 0, NULL, NULL);
    return win32_result(NtOpenThread(&thread, access, &attributes, &client)) ? thread : NULL;
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority)
{
    LONG increment = priority;
    if (priority == THREAD_PRIORITY_TIME_CRITICAL)
        increment = THREAD_BASE_PRIORITY_LOWRT + 1;
    else if (priority == THREAD_PRIORITY_IDLE)
        increment = THREAD_BASE_PRIORITY_IDLE - 1;
    else if (priority < THREAD_PRIORITY_LOWEST || priority > THREAD_PRIORITY_HIGHEST)
        return win32_fail(ERROR_INVALID_PARAMETER);
    return win32_result(
        NtSetInformationThread(thread, NT_THREAD_BASE_PRIORITY, &increment, sizeof increment));
}

int WINAPI GetThreadPriority(HANDLE thread)
{
    struct nt_thread_basic_information basic;
    if (!query_thread(thread, &basic))
        return THREAD_PRIORITY_ERROR_RETURN;
    if (basic.base_priority > THREAD_BASE_PRIORITY_LOWRT)
        return THREAD_PRIORITY_TIME_CRITICAL;
    if (basic.base_priority < THREAD_BASE_PRIORITY_IDLE)
        return THREAD_PRIORITY_IDLE;
    return (int)basic.base_priority;
}

/* Kept for who asks, like the priority: Linux decides where a thread runs. */
DWORD_PTR WINAPI SetThreadAffinityMask(HANDLE thread, DWORD_PTR mask)
{
    struct nt_thread_basic_information basic;

    if (!query_thread(thread, &basic) ||
        !win32_result(NtSetInformationThread(thread, NT_THREAD_AFFINITY_MASK, &mask, sizeof mask)))
        return 0;
    return basic.affinity;
}

/* A user APC's three parameters: the program's function and its one. */
static VOID NTAPI run_apc(PVOID routine, PVOID data, PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    win32_stay();
    ((PAPCFUNC)routine)((ULONG_PTR)data);
}

DWORD WINAPI QueueUserAPC(PAPCFUNC routine, HANDLE thread, ULONG_PTR data)
{
    return (DWORD)win32_result(
        NtQueueApcThread(thread, run_apc, (PVOID)routine, (PVOID)data, NULL));
}

/* ---- thread local storage ---- */

enum { TLS_SLOTS = TLS_MINIMUM_AVAILABLE + 1024 };

static struct {
    SRWLOCK lock; /* guards is_taken */
    BOOLEAN is_taken[TLS_SLOTS];
    ULONG generation[TLS_SLOTS]; /* how often the slot was taken, atomic */
} tls;

static _Thread_local struct {
    LPVOID value;
    ULONG generation; /* the value is NULL to a later owner of the slot */
} tls_values[TLS_SLOTS];

DWORD WINAPI TlsAlloc(VOID)
{
    DWORD slot = 0;
    AcquireSRWLockExclusive(&tls.lock);
    while (slot < TLS_SLOTS && tls.is_taken[slot])
        slot++;
    if (slot < TLS_SLOTS) {
        tls.is_taken[slot] = TRUE;
        __atomic_fetch_add(&tls.generation[slot], 1, __ATOMIC_RELAXED);
    }
    ReleaseSRWLockExclusive(&tls.lock);
    return slot < TLS_SLOTS ? slot : (win32_fail(ERROR_NO_MORE_ITEMS), TLS_OUT_OF_INDEXES);
}

BOOL WINAPI TlsFree(DWORD slot)
{
    AcquireSRWLockExclusive(&tls.lock);
    BOOL was_taken = slot < TLS_SLOTS && tls.is_taken[slot];
    if (was_taken)
        tls.is_taken[slot] = FALSE;
    ReleaseSRWLockExclusive(&tls.lock);
    return was_taken ? TRUE : win32_fail(ERROR_INVALID_PARAMETER);
}

static ULONG generation_of(DWORD slot)
{
    return __atomic_load_n(&tls.generation[slot], __ATOMIC_RELAXED);
}

LPVOID WINAPI TlsGetValue(DWORD slot)
{
    if (slot >= TLS_SLOTS)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    SetLastError(ERROR_SUCCESS);
    return tls_values[slot].generation == generation_of(slot) ? tls_values[slot].value : NULL;
}

BOOL WINAPI TlsSetValue(DWORD slot, LPVOID value)
{
    if (slot >= TLS_SLOTS)
        return win32_fail(ERROR_INVALID_PARAMETER);
    tls_values[slot].value = value;
    tls_values[slot].generation = generation_of(slot);
    return TRUE;
}
