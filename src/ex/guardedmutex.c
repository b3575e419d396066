/*
 * Guarded mutexes: owned in a guarded region. They are not recursive.
 */
#include "mutex.h"

/* A gate is a dispatcher header, as an event is; here it is an event. */
C_ASSERT(sizeof(KGATE) == sizeof(KEVENT));

static PRKEVENT guarded_event(PKGUARDED_MUTEX mutex)
{
    return (PRKEVENT)&mutex->Gate;
}

VOID FASTCALL KeInitializeGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    memset(GuardedMutex, 0, sizeof(*GuardedMutex));
    GuardedMutex->Count = 1;
    KeInitializeEvent(guarded_event(GuardedMutex), SynchronizationEvent, FALSE);
}

/* The caller is in a guarded region, or at APC_LEVEL. */
VOID FASTCALL KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    ex_mutex_acquire(&GuardedMutex->Count, guarded_event(GuardedMutex), &GuardedMutex->Contention);
    GuardedMutex->Owner = ke_current();
}

VOID FASTCALL KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    GuardedMutex->Owner = NULL;
    ex_mutex_release(&GuardedMutex->Count, guarded_event(GuardedMutex));
}

VOID FASTCALL KeAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(GuardedMutex);
}

BOOLEAN FASTCALL KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    KeEnterGuardedRegion();
    if (!ex_mutex_try(&GuardedMutex->Count)) {
        KeLeaveGuardedRegion();
        return FALSE;
    }
    GuardedMutex->Owner = ke_current();
    return TRUE;
}

VOID FASTCALL KeReleaseGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    KeReleaseGuardedMutexUnsafe(GuardedMutex);
    KeLeaveGuardedRegion();
}
