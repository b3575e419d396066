/*
 * Reader-writer spin locks. A writer first claims the lock, which keeps new
 * readers out, and then waits for the readers inside to leave.
 */
#include "dispatcher.h"

#define RW_CLAIMED 0x80000000u  /* a writer has it, or will when the readers have left */
#define RW_SLEEPERS 0x40000000u /* somebody sleeps on the word */
#define RW_READERS 0x3fffffffu  /* how many readers are inside */
#define SPINS 200

static hal_u32 *word_of(PEX_SPIN_LOCK lock)
{
    return (hal_u32 *)lock;
}

static hal_u32 load(PEX_SPIN_LOCK lock)
{
    return __atomic_load_n(word_of(lock), __ATOMIC_RELAXED);
}

/* Acquire pairs with the releases below. */
static BOOLEAN change(PEX_SPIN_LOCK lock, hal_u32 from, hal_u32 to)
{
    return __atomic_compare_exchange_n(word_of(lock), &from, to, FALSE, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Waits while any of the bits is set; may return early. */
static VOID wait_while(PEX_SPIN_LOCK lock, hal_u32 bits)
{
    hal_u32 word = load(lock);
    ULONG i;

    for (i = 0; i < SPINS && (word & bits); i++) {
        YieldProcessor();
        word = load(lock);
    }
    if (!(word & bits))
        return;
    if ((word & RW_SLEEPERS) || change(lock, word, word | RW_SLEEPERS))
        ke_sleep(word_of(lock), word | RW_SLEEPERS, HAL_FOREVER);
}

static BOOLEAN try_shared(PEX_SPIN_LOCK lock)
{
    hal_u32 word = load(lock);

    while (!(word & RW_CLAIMED)) {
        if (change(lock, word, word + 1))
            return TRUE;
        word = load(lock);
    }
    return FALSE;
}

static VOID acquire_shared(PEX_SPIN_LOCK lock)
{
    while (!try_shared(lock))
        wait_while(lock, RW_CLAIMED);
}

static VOID __attribute__((noreturn, noinline)) not_owned(PEX_SPIN_LOCK lock, hal_u32 word)
{
    const ULONG_PTR parameters[4] = {(ULONG_PTR)lock, word, (ULONG_PTR)ke_current(), 0};

    ke_bugcheck(SPIN_LOCK_NOT_OWNED, parameters,
                "A reader-writer spin lock is released that is not held that way.");
}

static VOID wake_sleepers(PEX_SPIN_LOCK lock)
{
    hal_wake(word_of(lock), MAXLONG);
}

static VOID release_shared(PEX_SPIN_LOCK lock)
{
    hal_u32 word = load(lock);
    hal_u32 next;

    do {
        if (!(word & RW_READERS))
            not_owned(lock, word);
        next = word - 1;
        /* The last reader tells the writer that waits. */
        if (!(next & RW_READERS))
            next &= ~RW_SLEEPERS;
    } while (!__atomic_compare_exchange_n(word_of(lock), &word, next, TRUE, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    if (word & ~next & RW_SLEEPERS)
        wake_sleepers(lock);
}

static VOID acquire_exclusive(PEX_SPIN_LOCK lock)
{
    hal_u32 word = load(lock);

    while ((word & RW_CLAIMED) || !change(lock, word, word | RW_CLAIMED)) {
        wait_while(lock, RW_CLAIMED);
        word = load(lock);
    }
    while (__atomic_load_n(word_of(lock), __ATOMIC_ACQUIRE) & RW_READERS)
        wait_while(lock, RW_READERS);
}

static VOID release_exclusive(PEX_SPIN_LOCK lock)
{
    hal_u32 word = load(lock);

    if (!(word & RW_CLAIMED) || (word & RW_READERS))
        not_owned(lock, word);
    word = __atomic_exchange_n(word_of(lock), 0, __ATOMIC_RELEASE);
    if (word & RW_SLEEPERS)
        wake_sleepers(lock);
}

static VOID check_dispatch(PCSTR note)
{
    PKTHREAD thread = ke_current();

    if (thread->irql < DISPATCH_LEVEL) {
        const ULONG_PTR parameters[4] = {DISPATCH_LEVEL, thread->irql, 0, 0};

        ke_bugcheck(IRQL_NOT_DISPATCH_LEVEL, parameters, note);
    }
}

KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();

    acquire_shared(SpinLock);
    return old;
}

VOID NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    release_shared(SpinLock);
    KeLowerIrql(OldIrql);
}

VOID NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    check_dispatch("ExAcquireSpinLockSharedAtDpcLevel was called below DISPATCH_LEVEL.");
    acquire_shared(SpinLock);
}

VOID NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    release_shared(SpinLock);
}

LOGICAL NTAPI ExTryAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    check_dispatch("ExTryAcquireSpinLockSharedAtDpcLevel was called below DISPATCH_LEVEL.");
    return try_shared(SpinLock);
}

KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();

    acquire_exclusive(SpinLock);
    return old;
}

VOID NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    release_exclusive(SpinLock);
    KeLowerIrql(OldIrql);
}

VOID NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    check_dispatch("ExAcquireSpinLockExclusiveAtDpcLevel was called below DISPATCH_LEVEL.");
    acquire_exclusive(SpinLock);
}

VOID NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    release_exclusive(SpinLock);
}

LOGICAL NTAPI ExTryAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    check_dispatch("ExTryAcquireSpinLockExclusiveAtDpcLevel was called below DISPATCH_LEVEL.");
    return change(SpinLock, 0, RW_CLAIMED);
}

/* Succeeds for the only reader. */
LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    hal_u32 word = load(SpinLock);

    if (!(word & RW_READERS))
        not_owned(SpinLock, word);
    return (word & ~RW_SLEEPERS) == 1 && change(SpinLock, word, (word & RW_SLEEPERS) | RW_CLAIMED);
}
