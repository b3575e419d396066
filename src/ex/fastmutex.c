/*
 * Fast mutexes: owned at APC_LEVEL. They are not recursive.
 */
#include "mutex.h"

VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL irql;

    KE_ASSERT_IRQL(APC_LEVEL);
    irql = KfRaiseIrql(APC_LEVEL);
    ex_mutex_acquire(&FastMutex->Count, &FastMutex->Event, &FastMutex->Contention);
    FastMutex->Owner = ke_current();
    FastMutex->OldIrql = irql;
}

BOOLEAN FASTCALL ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL irql;

    KE_ASSERT_IRQL(APC_LEVEL);
    irql = KfRaiseIrql(APC_LEVEL);
    if (!ex_mutex_try(&FastMutex->Count)) {
        KeLowerIrql(irql);
        return FALSE;
    }
    FastMutex->Owner = ke_current();
    FastMutex->OldIrql = irql;
    return TRUE;
}

VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL irql = (KIRQL)FastMutex->OldIrql;

    KE_ASSERT_IRQL(APC_LEVEL);
    FastMutex->Owner = NULL;
    ex_mutex_release(&FastMutex->Count, &FastMutex->Event);
    KeLowerIrql(irql);
}

/* The caller is at APC_LEVEL, or in a critical region. */
VOID FASTCALL ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    ex_mutex_acquire(&FastMutex->Count, &FastMutex->Event, &FastMutex->Contention);
    FastMutex->Owner = ke_current();
}

VOID FASTCALL ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    FastMutex->Owner = NULL;
    ex_mutex_release(&FastMutex->Count, &FastMutex->Event);
}
