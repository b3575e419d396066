/*
 * Push locks: one word, shared or exclusive, not recursive.
 */
#include "../ke/ke.h"

/*
 * The word. While somebody sleeps nobody new is let in, so that a stream of
 * sharers does not keep an exclusive waiter out; the last owner then clears the
 * word and wakes all sleepers, who begin anew.
 */
#define PUSHLOCK_EXCLUSIVE 1u /* owned by one */
#define PUSHLOCK_SLEEPERS 2u  /* somebody sleeps for it */
#define PUSHLOCK_SHARE 4u     /* added once for each sharer */

/* The word's lower half holds all of it, and is what a thread sleeps on. */
static hal_u32 *pushlock_word(PULONG_PTR lock)
{
    return (hal_u32 *)lock;
}

static VOID pushlock_sleep(hal_u32 *word, hal_u32 value)
{
    if (!(value & PUSHLOCK_SLEEPERS)) {
        if (!__atomic_compare_exchange_n(word, &value, value | PUSHLOCK_SLEEPERS, FALSE,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return;
        value |= PUSHLOCK_SLEEPERS;
    }
    ke_sleep(word, value, HAL_FOREVER);
}

/* Adds what once the word has none of the bits that keep it out. */
static VOID pushlock_acquire(hal_u32 *word, hal_u32 what, hal_u32 obstacles)
{
    for (;;) {
        hal_u32 value = __atomic_load_n(word, __ATOMIC_RELAXED);
        if (value & obstacles)
            pushlock_sleep(word, value);
        else if (__atomic_compare_exchange_n(word, &value, value + what, FALSE, __ATOMIC_ACQUIRE,
                                             __ATOMIC_RELAXED))
            return;
    }
}

static VOID pushlock_release(hal_u32 *word, hal_u32 what)
{
    /* Acquire: what earlier sharers did comes before the store below, which the next owner sees. */
    hal_u32 value = __atomic_sub_fetch(word, what, __ATOMIC_ACQ_REL);

    if (value != PUSHLOCK_SLEEPERS)
        return;
    /* Nobody owns it any more, and nobody can: the sleepers bit keeps all out until here. */
    __atomic_store_n(word, 0, __ATOMIC_RELEASE);
    hal_wake(word, MAXLONG);
}

VOID ExInitializePushLock(PEX_PUSH_LOCK PushLock)
{
    *PushLock = 0;
}

VOID FASTCALL ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(APC_LEVEL);
    pushlock_acquire(pushlock_word(PushLock), PUSHLOCK_EXCLUSIVE, ~0u);
}

VOID FASTCALL ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(APC_LEVEL);
    pushlock_acquire(pushlock_word(PushLock), PUSHLOCK_SHARE,
                     PUSHLOCK_EXCLUSIVE | PUSHLOCK_SLEEPERS);
}

VOID FASTCALL ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(APC_LEVEL);
    pushlock_release(pushlock_word(PushLock), PUSHLOCK_EXCLUSIVE);
}

VOID FASTCALL ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(APC_LEVEL);
    pushlock_release(pushlock_word(PushLock), PUSHLOCK_SHARE);
}

/* Owned exclusively by the caller, or shared by it: never both. */
VOID FASTCALL ExReleasePushLockEx(PULONG_PTR PushLock, ULONG Flags)
{
    hal_u32 value = __atomic_load_n(pushlock_word(PushLock), __ATOMIC_RELAXED);

    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(APC_LEVEL);
    pushlock_release(pushlock_word(PushLock),
                     value & PUSHLOCK_EXCLUSIVE ? PUSHLOCK_EXCLUSIVE : PUSHLOCK_SHARE);
}
