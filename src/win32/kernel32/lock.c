/*
 * Locks that enter the kernel only to wait: critical sections, SRW locks,
 * condition variables, one-time initialization.
 */
#include "../win32.h"

/* ---- critical sections: LockCount tells the state ---- */

enum {
    SECTION_FREE = -1,
    SECTION_HELD = 0,
    SECTION_CONTENDED = 1, /* held, and somebody may wait on LockCount */
};

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spin_count, DWORD flags)
{
    if (flags & ~(DWORD)(CRITICAL_SECTION_NO_DEBUG_INFO | RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN |
                         RTL_CRITICAL_SECTION_FLAG_STATIC_INIT))
        return win32_fail(ERROR_INVALID_PARAMETER);
    section->DebugInfo = (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1;
    section->LockCount = SECTION_FREE;
    section->RecursionCount = 0;
    section->OwningThread = NULL;
    section->LockSemaphore = NULL;
    section->SpinCount = spin_count & ~RTL_CRITICAL_SECTION_ALL_FLAG_BITS;
    return TRUE;
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spin_count)
{
    return InitializeCriticalSectionEx(section, spin_count, 0);
}

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    InitializeCriticalSectionEx(section, 0, 0);
}

VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    memset(section, 0, sizeof *section);
    section->LockCount = SECTION_FREE;
}

DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION section, DWORD spin_count)
{
    DWORD previous = (DWORD)section->SpinCount;
    section->SpinCount = spin_count;
    return previous;
}

static HANDLE own_id(void)
{
    return (HANDLE)(ULONG_PTR)GetCurrentThreadId();
}

static BOOL try_take(LPCRITICAL_SECTION section)
{
    LONG state = SECTION_FREE;
    /* Acquire pairs with LeaveCriticalSection's exchange. */
    return __atomic_compare_exchange_n(&section->LockCount, &state, SECTION_HELD, FALSE,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static BOOL is_own(LPCRITICAL_SECTION section)
{
    /* Another thread's id may come and go meanwhile; the own one cannot. */
    return __atomic_load_n(&section->OwningThread, __ATOMIC_RELAXED) == own_id();
}

static void own(LPCRITICAL_SECTION section)
{
    __atomic_store_n(&section->OwningThread, own_id(), __ATOMIC_RELAXED);
    section->RecursionCount = 1;
}

static void wait_for_section(LPCRITICAL_SECTION section)
{
    LONG contended = SECTION_CONTENDED;
    for (ULONG_PTR spins = section->SpinCount; spins > 0; spins--) {
        if (try_take(section))
            return;
        YieldProcessor();
    }
    while (__atomic_exchange_n(&section->LockCount, SECTION_CONTENDED, __ATOMIC_ACQUIRE) !=
           SECTION_FREE)
        RtlWaitOnAddress(&section->LockCount, &contended, sizeof contended, NULL);
}

VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION section)
{
    if (!try_take(section)) {
        if (is_own(section)) {
            section->RecursionCount++;
            return;
        }
        wait_for_section(section);
    }
    own(section);
}

BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    if (try_take(section)) {
        own(section);
        return TRUE;
    }
    if (!is_own(section))
        return FALSE;
    section->RecursionCount++;
    return TRUE;
}

VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    if (--section->RecursionCount)
        return;
    __atomic_store_n(&section->OwningThread, NULL, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&section->LockCount, SECTION_FREE, __ATOMIC_RELEASE) ==
        SECTION_CONTENDED)
        RtlWakeAddressSingle(&section->LockCount);
}

/* ---- SRW locks ---- */

enum {
    SRW_EXCLUSIVE = 1,
    SRW_WAITERS = 2, /* whoever makes the lock free wakes those who wait on it */
    SRW_SHARED = 4,  /* one holder; the bits above count them */
};

static void srw_wait(PSRWLOCK lock, ULONG_PTR state)
{
    ULONG_PTR waiting = state | SRW_WAITERS;
    if (state == waiting || __atomic_compare_exchange_n((ULONG_PTR *)&lock->Ptr, &state, waiting,
                                                        FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        RtlWaitOnAddress(&lock->Ptr, &waiting, sizeof waiting, NULL);
}

/* Waiters come before new shared holders, or an exclusive one might wait for ever. */
static BOOL srw_may_share(ULONG_PTR state)
{
    return !(state & SRW_EXCLUSIVE) && !(state & SRW_WAITERS && state >= SRW_SHARED);
}

VOID WINAPI InitializeSRWLock(PSRWLOCK lock)
{
    lock->Ptr = NULL;
}

BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&lock->Ptr, __ATOMIC_RELAXED);
    /* Acquire pairs with the release of either kind. */
    return !(state & ~(ULONG_PTR)SRW_WAITERS) &&
           __atomic_compare_exchange_n((ULONG_PTR *)&lock->Ptr, &state, state | SRW_EXCLUSIVE,
                                       FALSE, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock)
{
    ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&lock->Ptr, __ATOMIC_RELAXED);
    while (srw_may_share(state))
        if (__atomic_compare_exchange_n((ULONG_PTR *)&lock->Ptr, &state, state + SRW_SHARED, FALSE,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return TRUE;
    return FALSE;
}

VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK lock)
{
    while (!TryAcquireSRWLockExclusive(lock)) {
        ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&lock->Ptr, __ATOMIC_RELAXED);
        if (state & ~(ULONG_PTR)SRW_WAITERS)
            srw_wait(lock, state);
    }
}

VOID WINAPI AcquireSRWLockShared(PSRWLOCK lock)
{
    while (!TryAcquireSRWLockShared(lock)) {
        ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&lock->Ptr, __ATOMIC_RELAXED);
        if (!srw_may_share(state))
            srw_wait(lock, state);
    }
}

VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    if (__atomic_exchange_n((ULONG_PTR *)&lock->Ptr, 0, __ATOMIC_RELEASE) & SRW_WAITERS)
        RtlWakeAddressAll(&lock->Ptr);
}

VOID WINAPI ReleaseSRWLockShared(PSRWLOCK lock)
{
    ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&lock->Ptr, __ATOMIC_RELAXED), next;
    do {
        next = state - SRW_SHARED;
        if (next == SRW_WAITERS)
            next = 0;
    } while (!__atomic_compare_exchange_n((ULONG_PTR *)&lock->Ptr, &state, next, FALSE,
                                          __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (!next && state & SRW_WAITERS)
        RtlWakeAddressAll(&lock->Ptr);
}

/* ---- condition variables: a count of wakes ---- */

VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable)
{
    variable->Ptr = NULL;
}

/* Sequential consistency: the count is read before the lock is let go, raised after it was taken.
 */
static ULONG_PTR wakes_of(PCONDITION_VARIABLE variable)
{
    return __atomic_load_n((ULONG_PTR *)&variable->Ptr, __ATOMIC_SEQ_CST);
}

static BOOL wait_for_wake(PCONDITION_VARIABLE variable, ULONG_PTR wakes, DWORD milliseconds)
{
    return WaitOnAddress(&variable->Ptr, &wakes, sizeof wakes, milliseconds);
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section,
                                     DWORD milliseconds)
{
    ULONG_PTR wakes = wakes_of(variable);
    LeaveCriticalSection(section);
    BOOL woken = wait_for_wake(variable, wakes, milliseconds);
    EnterCriticalSection(section);
    return woken;
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock,
                                      DWORD milliseconds, ULONG flags)
{
    ULONG_PTR wakes = wakes_of(variable);
    BOOL shared = (flags & CONDITION_VARIABLE_LOCKMODE_SHARED) != 0;
    if (flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
        return win32_fail(ERROR_INVALID_PARAMETER);
    (shared ? ReleaseSRWLockShared : ReleaseSRWLockExclusive)(lock);
    BOOL woken = wait_for_wake(variable, wakes, milliseconds);
    (shared ? AcquireSRWLockShared : AcquireSRWLockExclusive)(lock);
    return woken;
}

VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable)
{
    __atomic_fetch_add((ULONG_PTR *)&variable->Ptr, 1, __ATOMIC_SEQ_CST);
    RtlWakeAddressSingle(&variable->Ptr);
}

VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable)
{
    __atomic_fetch_add((ULONG_PTR *)&variable->Ptr, 1, __ATOMIC_SEQ_CST);
    RtlWakeAddressAll(&variable->Ptr);
}

/* ---- one-time initialization: the low two bits tell the state ---- */

enum {
    ONCE_FRESH = 0,
    ONCE_RUNNING = 1, /* by one thread, the others wait */
    ONCE_DONE = 2,    /* the bits above are the context */
    ONCE_RACING = 3,  /* by any number of threads (INIT_ONCE_ASYNC) */
    ONCE_MASK = 3,
};

VOID WINAPI InitOnceInitialize(PINIT_ONCE once)
{
    once->Ptr = NULL;
}

BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL pending, LPVOID *context)
{
    ULONG_PTR begun = flags & INIT_ONCE_ASYNC ? ONCE_RACING : ONCE_RUNNING;
    for (;;) {
        /* Acquire pairs with InitOnceComplete's release. */
        ULONG_PTR state = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);
        if ((state & ONCE_MASK) == ONCE_DONE) {
            *pending = FALSE;
            if (context)
                *context = (LPVOID)(state & ~(ULONG_PTR)ONCE_MASK);
            return TRUE;
        }
        if (flags & INIT_ONCE_CHECK_ONLY) {
            *pending = TRUE;
            return win32_fail(ERROR_GEN_FAILURE);
        }
        if (state != ONCE_FRESH && (state == ONCE_RACING) != (begun == ONCE_RACING))
            return win32_fail(ERROR_INVALID_PARAMETER);
        if (state == ONCE_RACING ||
            (state == ONCE_FRESH &&
             __atomic_compare_exchange_n((ULONG_PTR *)&once->Ptr, &state, begun, FALSE,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))) {
            *pending = TRUE;
            return TRUE;
        }
        if (state == ONCE_RUNNING)
            RtlWaitOnAddress(&once->Ptr, &state, sizeof state, NULL);
    }
}

BOOL WINAPI InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context)
{
    ULONG_PTR begun = flags & INIT_ONCE_ASYNC ? ONCE_RACING : ONCE_RUNNING;
    ULONG_PTR next = flags & INIT_ONCE_INIT_FAILED ? ONCE_FRESH : ((ULONG_PTR)context | ONCE_DONE);
    if ((ULONG_PTR)context & ONCE_MASK || (flags & INIT_ONCE_INIT_FAILED && context))
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (!__atomic_compare_exchange_n((ULONG_PTR *)&once->Ptr, &begun, next, FALSE, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        return win32_fail(ERROR_GEN_FAILURE);
    RtlWakeAddressAll(&once->Ptr);
    return TRUE;
}

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter,
                                LPVOID *context)
{
    PVOID made = NULL;
    BOOL pending = TRUE;
    if (!InitOnceBeginInitialize(once, 0, &pending, context) || !pending)
        return !pending;
    if (!function(once, parameter, &made)) {
        InitOnceComplete(once, INIT_ONCE_INIT_FAILED, NULL);
        return FALSE;
    }
    if (context)
        *context = made;
    return InitOnceComplete(once, 0, made);
}
