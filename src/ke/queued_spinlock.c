/*
 * In-stack queued spin locks: waiters stand in a queue (MCS), each looking at
 * its own handle. The lock's word is the last handle's KSPIN_LOCK_QUEUE, or 0.
 *
 * A handle's Lock points to the lock, with the state of its owner-to-be in the
 * low bits; the low half of it is what a waiter sleeps on.
 */
#include "dispatcher.h"

#define QUEUE_WAITING 1ull  /* another is before it */
#define QUEUE_OWNER 2ull    /* it holds the lock */
#define QUEUE_SLEEPING 4ull /* and its thread sleeps: hal_wake is needed */
#define QUEUE_FLAGS 7ull
#define SPINS 200

/* A handle has room behind its IRQL: there is the number of its thread. */
#define THREAD_OFFSET 20

C_ASSERT(sizeof(KLOCK_QUEUE_HANDLE) == 24);
C_ASSERT(FIELD_OFFSET(KLOCK_QUEUE_HANDLE, OldIrql) < THREAD_OFFSET);

static ULONG *thread_of(PKSPIN_LOCK_QUEUE queue)
{
    return (ULONG *)((PUCHAR)queue + THREAD_OFFSET);
}

static ULONG_PTR state(PKSPIN_LOCK_QUEUE queue)
{
    return (ULONG_PTR)__atomic_load_n(&queue->Lock, __ATOMIC_ACQUIRE);
}

static VOID set_state(PKSPIN_LOCK_QUEUE queue, PKSPIN_LOCK lock, ULONG_PTR flags)
{
    __atomic_store_n(&queue->Lock, (PKSPIN_LOCK)((ULONG_PTR)lock | flags), __ATOMIC_RELAXED);
}

static VOID __attribute__((noreturn, noinline))
bad_lock(ULONG code, PKSPIN_LOCK lock, PKSPIN_LOCK_QUEUE queue, PCSTR note)
{
    const ULONG_PTR parameters[4] = {(ULONG_PTR)lock, (ULONG_PTR)queue, (ULONG_PTR)ke_current(), 0};

    ke_bugcheck(code, parameters, note);
}

/* Until the one before hands the lock over. */
static VOID wait_for_turn(PKSPIN_LOCK_QUEUE queue)
{
    ULONG_PTR now = state(queue);
    ULONG i;

    for (i = 0; i < SPINS && (now & QUEUE_WAITING); i++) {
        YieldProcessor();
        now = state(queue);
    }
    while (now & QUEUE_WAITING) {
        PKSPIN_LOCK word = (PKSPIN_LOCK)now;
        PKSPIN_LOCK asleep = (PKSPIN_LOCK)(now | QUEUE_SLEEPING);

        if ((now & QUEUE_SLEEPING) ||
            __atomic_compare_exchange_n(&queue->Lock, &word, asleep, FALSE, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            ke_sleep((hal_u32 *)&queue->Lock, (hal_u32)(ULONG_PTR)asleep, HAL_FOREVER);
        now = state(queue);
    }
}

static VOID acquire(PKSPIN_LOCK lock, PKLOCK_QUEUE_HANDLE handle, PKTHREAD thread)
{
    PKSPIN_LOCK_QUEUE queue = &handle->LockQueue;
    PKSPIN_LOCK_QUEUE before;

    *thread_of(queue) = HandleToULong(thread->id);
    __atomic_store_n(&queue->Next, NULL, __ATOMIC_RELAXED);
    set_state(queue, lock, QUEUE_WAITING);
    /* Acquire pairs with release's exchange to 0, release with who queues behind. */
    before = (PKSPIN_LOCK_QUEUE)__atomic_exchange_n(lock, (ULONG_PTR)queue, __ATOMIC_ACQ_REL);
    if (!before) {
        set_state(queue, lock, QUEUE_OWNER);
        return;
    }
    /* The one before cannot go before it knows who follows. */
    if (*thread_of(before) == HandleToULong(thread->id))
        bad_lock(SPIN_LOCK_ALREADY_OWNED, lock, before,
                 "This thread acquires a queued spin lock that it holds already: on Windows the "
                 "processor would spin forever.");
    __atomic_store_n(&before->Next, queue, __ATOMIC_RELEASE);
    wait_for_turn(queue);
}

/* The one that queues behind has exchanged the word, and is about to say who it is. */
static PKSPIN_LOCK_QUEUE await_next(PKSPIN_LOCK_QUEUE queue)
{
    PKSPIN_LOCK_QUEUE next;

    while (!(next = __atomic_load_n(&queue->Next, __ATOMIC_ACQUIRE)))
        hal_yield();
    return next;
}

static VOID release(PKLOCK_QUEUE_HANDLE handle)
{
    PKSPIN_LOCK_QUEUE queue = &handle->LockQueue;
    ULONG_PTR own = state(queue);
    PKSPIN_LOCK lock = (PKSPIN_LOCK)(own & ~QUEUE_FLAGS);
    ULONG_PTR last = (ULONG_PTR)queue;
    PKSPIN_LOCK_QUEUE next;

    if (!(own & QUEUE_OWNER))
        bad_lock(SPIN_LOCK_NOT_OWNED, lock, queue,
                 "A queued spin lock is released through a handle that does not hold it.");
    set_state(queue, NULL, 0);
    if (!__atomic_load_n(&queue->Next, __ATOMIC_ACQUIRE) &&
        __atomic_compare_exchange_n(lock, &last, 0, FALSE, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        return;
    next = await_next(queue);
    /* Release pairs with wait_for_turn. The handle may be gone once it owns the lock. */
    own = (ULONG_PTR)__atomic_exchange_n(&next->Lock, (PKSPIN_LOCK)((ULONG_PTR)lock | QUEUE_OWNER),
                                         __ATOMIC_RELEASE);
    if (own & QUEUE_SLEEPING)
        hal_wake((hal_u32 *)&next->Lock, 1);
}

VOID FASTCALL KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    LockHandle->OldIrql = KeRaiseIrqlToDpcLevel();
    acquire(SpinLock, LockHandle, ke_current());
}

VOID FASTCALL KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KIRQL old = LockHandle->OldIrql;

    release(LockHandle);
    KeLowerIrql(old);
}

VOID FASTCALL KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                                       PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKTHREAD thread = ke_current();

    if (thread->irql < DISPATCH_LEVEL) {
        const ULONG_PTR parameters[4] = {DISPATCH_LEVEL, thread->irql, 0, 0};

        ke_bugcheck(IRQL_NOT_DISPATCH_LEVEL, parameters,
                    "KeAcquireInStackQueuedSpinLockAtDpcLevel was called below DISPATCH_LEVEL.");
    }
    acquire(SpinLock, LockHandle, thread);
}

VOID FASTCALL KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    release(LockHandle);
}

/* See KeAcquireSpinLockForDpc. */
VOID FASTCALL KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock,
                                                   PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeAcquireInStackQueuedSpinLock(SpinLock, LockHandle);
}

VOID FASTCALL KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeReleaseInStackQueuedSpinLock(LockHandle);
}
