/*
 * Lists and sums that a caller's spin lock guards, at any IRQL up to
 * DISPATCH_LEVEL and from interrupt routines.
 */
#include "ex.h"

/* These calls are made above DISPATCH_LEVEL too, so the IRQL is raised as far as it goes. */
static KIRQL interlocked_acquire(PKSPIN_LOCK lock)
{
    KIRQL irql = KfRaiseIrql(HIGH_LEVEL);
    KeAcquireSpinLockAtDpcLevel(lock);
    return irql;
}

static VOID interlocked_release(PKSPIN_LOCK lock, KIRQL irql)
{
    KeReleaseSpinLockFromDpcLevel(lock);
    KeLowerIrql(irql);
}

LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
                                                 PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    LARGE_INTEGER before = *Addend;

    Addend->QuadPart += Increment.QuadPart;
    interlocked_release(Lock, irql);
    return before;
}

ULONG FASTCALL ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    ULONG before = *Addend;

    *Addend += Increment;
    interlocked_release(Lock, irql);
    return before;
}

PLIST_ENTRY FASTCALL ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                                 PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    PLIST_ENTRY before = IsListEmpty(ListHead) ? NULL : ListHead->Flink;

    InsertHeadList(ListHead, ListEntry);
    interlocked_release(Lock, irql);
    return before;
}

PLIST_ENTRY FASTCALL ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                                 PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    PLIST_ENTRY before = IsListEmpty(ListHead) ? NULL : ListHead->Blink;

    InsertTailList(ListHead, ListEntry);
    interlocked_release(Lock, irql);
    return before;
}

PLIST_ENTRY FASTCALL ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    PLIST_ENTRY removed = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);

    interlocked_release(Lock, irql);
    return removed;
}

PSINGLE_LIST_ENTRY FASTCALL ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    PSINGLE_LIST_ENTRY popped = PopEntryList(ListHead);

    interlocked_release(Lock, irql);
    return popped;
}

PSINGLE_LIST_ENTRY FASTCALL ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                       PSINGLE_LIST_ENTRY ListEntry,
                                                       PKSPIN_LOCK Lock)
{
    KIRQL irql = interlocked_acquire(Lock);
    PSINGLE_LIST_ENTRY before = ListHead->Next;

    PushEntryList(ListHead, ListEntry);
    interlocked_release(Lock, irql);
    return before;
}
