/*
 * Run-down protection: an object may be used until somebody waits to delete it.
 */
#include "rundown.h"

BOOLEAN rundown_acquire(PEX_RUNDOWN_REF ref, ULONG count)
{
    ULONG_PTR value = __atomic_load_n(&ref->Count, __ATOMIC_RELAXED);

    do {
        if (value & EX_RUNDOWN_ACTIVE)
            return FALSE;
    } while (!__atomic_compare_exchange_n(&ref->Count, &value,
                                          value + (ULONG_PTR)count * EX_RUNDOWN_COUNT_INC, TRUE,
                                          __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return TRUE;
}

VOID rundown_release(PEX_RUNDOWN_REF ref, ULONG count)
{
    /* Acquire: the waiter's block is read if it is there. */
    ULONG_PTR value = __atomic_load_n(&ref->Count, __ATOMIC_ACQUIRE);
    struct rundown_wait *wait;

    /* Release pairs with the waiter's exchange or with the wait's count. */
    while (!(value & EX_RUNDOWN_ACTIVE)) {
        if (__atomic_compare_exchange_n(&ref->Count, &value,
                                        value - (ULONG_PTR)count * EX_RUNDOWN_COUNT_INC, TRUE,
                                        __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
            return;
    }
    wait = (struct rundown_wait *)(value & ~(ULONG_PTR)EX_RUNDOWN_ACTIVE);
    if (__atomic_sub_fetch(&wait->count, count, __ATOMIC_ACQ_REL) == 0)
        KeSetEvent(&wait->ended, IO_NO_INCREMENT, FALSE);
}

VOID FASTCALL ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    __atomic_store_n(&RunRef->Count, 0, __ATOMIC_RELEASE);
}

VOID FASTCALL ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    __atomic_store_n(&RunRef->Count, 0, __ATOMIC_RELEASE);
}

BOOLEAN FASTCALL ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    return rundown_acquire(RunRef, 1);
}

BOOLEAN FASTCALL ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    return rundown_acquire(RunRef, Count);
}

VOID FASTCALL ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    rundown_release(RunRef, 1);
}

VOID FASTCALL ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    rundown_release(RunRef, Count);
}

VOID FASTCALL ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
    __atomic_store_n(&RunRef->Count, EX_RUNDOWN_ACTIVE, __ATOMIC_RELEASE);
}

VOID FASTCALL ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
    ULONG_PTR value = __atomic_load_n(&RunRef->Count, __ATOMIC_RELAXED);
    struct rundown_wait wait;

    KE_ASSERT_IRQL(APC_LEVEL);
    KeInitializeEvent(&wait.ended, SynchronizationEvent, FALSE);
    do {
        /* Run down already, perhaps by ExRundownCompleted. */
        if (value == EX_RUNDOWN_ACTIVE)
            return;
        wait.count = (LONG64)(value / EX_RUNDOWN_COUNT_INC);
    } while (!__atomic_compare_exchange_n(&RunRef->Count, &value,
                                          value == 0 ? EX_RUNDOWN_ACTIVE
                                                     : (ULONG_PTR)&wait | EX_RUNDOWN_ACTIVE,
                                          TRUE, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    if (value == 0)
        return;
    KeWaitForSingleObject(&wait.ended, Executive, KernelMode, FALSE, NULL);
    /* The block is about to go, so the reference must not point to it any more. */
    __atomic_store_n(&RunRef->Count, EX_RUNDOWN_ACTIVE, __ATOMIC_RELEASE);
}
