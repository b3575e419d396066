/*
 * Spin locks. The word of a lock is 0 or the KTHREAD that owns it with bit 0
 * set, as in a checked build of NT; bit 1 tells that somebody sleeps for it.
 *
 * A processor that holds a lock on NT cannot lose it to another thread; a thread
 * here can, so who waits spins for about as long as a lock is held, and then
 * sleeps.
 */
#include "dispatcher.h"

#define LOCK_OWNED 1ull
#define LOCK_SLEEPERS 2ull
#define LOCK_FLAGS 3ull
#define SPINS 200 /* with a pause each: some microseconds */

#undef KeInitializeSpinLock
#undef KeAcquireSpinLock

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELEASE);
}

static VOID __attribute__((noreturn, noinline))
bad_lock(ULONG code, PKSPIN_LOCK lock, ULONG_PTR word, PCSTR note)
{
    const ULONG_PTR parameters[4] = {(ULONG_PTR)lock, word, (ULONG_PTR)ke_current(), 0};

    ke_bugcheck(code, parameters, note);
}

static VOID check_word(PKSPIN_LOCK lock, ULONG_PTR word, ULONG_PTR own)
{
    if ((word & ~LOCK_FLAGS) == (own & ~LOCK_FLAGS))
        bad_lock(SPIN_LOCK_ALREADY_OWNED, lock, word,
                 "This thread acquires a spin lock that it holds already: on Windows the "
                 "processor would spin forever.");
    if (word && !(word & LOCK_OWNED))
        bad_lock(SPIN_LOCK_INIT_FAILURE, lock, word,
                 "The spin lock's word is neither free nor owned: it was never initialized, was "
                 "overwritten, or is used as a queued spin lock elsewhere.");
}

static BOOLEAN try_acquire(PKSPIN_LOCK lock, ULONG_PTR owner)
{
    ULONG_PTR free = 0;

    /* Acquire pairs with release_lock. */
    return __atomic_compare_exchange_n(lock, &free, owner, FALSE, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static BOOLEAN spin(PKSPIN_LOCK lock, ULONG_PTR owner)
{
    ULONG i;

    for (i = 0; i < SPINS; i++) {
        if (!__atomic_load_n(lock, __ATOMIC_RELAXED) && try_acquire(lock, owner))
            return TRUE;
        YieldProcessor();
    }
    return FALSE;
}

/* Who has slept takes the lock with LOCK_SLEEPERS set: others may sleep still. */
static VOID __attribute__((noinline)) acquire_contended(PKSPIN_LOCK lock, ULONG_PTR owner)
{
    ULONG_PTR word = __atomic_load_n(lock, __ATOMIC_RELAXED);

    check_word(lock, word, owner);
    if (spin(lock, owner))
        return;
    owner |= LOCK_SLEEPERS;
    for (;;) {
        word = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (!word) {
            if (try_acquire(lock, owner))
                return;
            continue;
        }
        if (!(word & LOCK_SLEEPERS) &&
            !__atomic_compare_exchange_n(lock, &word, word | LOCK_SLEEPERS, FALSE, __ATOMIC_RELAXED,
                                         __ATOMIC_RELAXED))
            continue;
        /* The lower half of the word: another owner, or none, is another value. */
        ke_sleep((hal_u32 *)lock, (hal_u32)(word | LOCK_SLEEPERS), HAL_FOREVER);
    }
}

static inline VOID acquire(PKSPIN_LOCK lock, PKTHREAD thread)
{
    ULONG_PTR owner = (ULONG_PTR)thread | LOCK_OWNED;

    if (__builtin_expect(!try_acquire(lock, owner), 0))
        acquire_contended(lock, owner);
}

static inline VOID release_lock(PKSPIN_LOCK lock, PKTHREAD thread)
{
    ULONG_PTR word = __atomic_load_n(lock, __ATOMIC_RELAXED);

    if (__builtin_expect((word & ~LOCK_SLEEPERS) != ((ULONG_PTR)thread | LOCK_OWNED), 0))
        bad_lock(SPIN_LOCK_NOT_OWNED, lock, word,
                 "This thread releases a spin lock that it does not hold.");
    /* Release pairs with try_acquire. The lock may be gone once it is free. */
    word = __atomic_exchange_n(lock, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(word & LOCK_SLEEPERS, 0))
        hal_wake((hal_u32 *)lock, 1);
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    PKTHREAD thread = ke_current();
    KIRQL old = thread->irql;

    if (__builtin_expect(old > DISPATCH_LEVEL, 0))
        ke_irql_violation("KeAcquireSpinLock", DISPATCH_LEVEL);
    thread->irql = DISPATCH_LEVEL;
    acquire(SpinLock, thread);
    return old;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    PKTHREAD thread = ke_current();

    release_lock(SpinLock, thread);
    ke_lower_irql(thread, NewIrql);
}

static VOID check_dispatch(PKTHREAD thread, PCSTR note)
{
    if (__builtin_expect(thread->irql < DISPATCH_LEVEL, 0)) {
        const ULONG_PTR parameters[4] = {DISPATCH_LEVEL, thread->irql, 0, 0};

        ke_bugcheck(IRQL_NOT_DISPATCH_LEVEL, parameters, note);
    }
}

VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    PKTHREAD thread = ke_current();

    check_dispatch(thread, "KeAcquireSpinLockAtDpcLevel was called below DISPATCH_LEVEL.");
    acquire(SpinLock, thread);
}

VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    release_lock(SpinLock, ke_current());
}

BOOLEAN FASTCALL KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    PKTHREAD thread = ke_current();

    check_dispatch(thread, "KeTryToAcquireSpinLockAtDpcLevel was called below DISPATCH_LEVEL.");
    return try_acquire(SpinLock, (ULONG_PTR)thread | LOCK_OWNED);
}

BOOLEAN FASTCALL KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    return __atomic_load_n(SpinLock, __ATOMIC_RELAXED) == 0;
}

KIRQL KeAcquireSpinLockRaiseToSynch(PKSPIN_LOCK SpinLock)
{
    KIRQL old = KeRaiseIrqlToSynchLevel();

    acquire(SpinLock, ke_current());
    return old;
}

/* A threaded DPC may run at PASSIVE_LEVEL, an ordinary one at DISPATCH_LEVEL: raise if need be. */
KIRQL FASTCALL KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock)
{
    return KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID FASTCALL KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql)
{
    KeReleaseSpinLock(SpinLock, OldIrql);
}
