/*
 * Interrupt objects: who would serve which vector, and code that must not meet
 * a service routine. No device here has a line to raise: a vector can be
 * connected, and stays silent.
 */
#include "iop.h"

#define FIRST_DEVICE_VECTOR 0x30 /* below: the processor's own */
#define LAST_VECTOR 0xFF

/* What drivers know as KINTERRUPT, without looking inside. */
struct _KINTERRUPT {
    LIST_ENTRY link;     /* in interrupts, guarded by the database lock */
    PKSPIN_LOCK lock;    /* own_lock or the driver's */
    KSPIN_LOCK own_lock; /* held by KeSynchronizeExecution and KeAcquireInterruptSpinLock */
    ULONG vector;
    KIRQL synchronize_irql; /* at which the lock is held */
    KINTERRUPT_MODE mode;
    BOOLEAN is_shared;
};

static LIST_ENTRY interrupts = {&interrupts, &interrupts};

/* The database lock is held. */
static BOOLEAN may_connect(const struct _KINTERRUPT *wanted)
{
    PLIST_ENTRY entry;

    for (entry = interrupts.Flink; entry != &interrupts; entry = entry->Flink) {
        struct _KINTERRUPT *other = CONTAINING_RECORD(entry, struct _KINTERRUPT, link);

        if (other->vector == wanted->vector &&
            !(other->is_shared && wanted->is_shared && other->mode == wanted->mode))
            return FALSE;
    }
    return TRUE;
}

static NTSTATUS connect(struct _KINTERRUPT *interrupt)
{
    BOOLEAN is_free;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    is_free = may_connect(interrupt);
    if (is_free)
        InsertTailList(&interrupts, &interrupt->link);
    KeReleaseSpinLock(&io_database_lock, irql);
    return is_free ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                                  KIRQL Irql, KIRQL SynchronizeIrql, KINTERRUPT_MODE InterruptMode,
                                  BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask,
                                  BOOLEAN FloatingSave)
{
    struct _KINTERRUPT *interrupt;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(ServiceContext);
    UNREFERENCED_PARAMETER(FloatingSave);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *InterruptObject = NULL;
    if (!ServiceRoutine || !ProcessorEnableMask || Vector < FIRST_DEVICE_VECTOR ||
        Vector > LAST_VECTOR || Irql <= DISPATCH_LEVEL || SynchronizeIrql < Irql ||
        SynchronizeIrql > HIGH_LEVEL)
        return STATUS_INVALID_PARAMETER;
    interrupt = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*interrupt), EX_TAG_IO);
    if (!interrupt)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeSpinLock(&interrupt->own_lock);
    interrupt->lock = SpinLock ? SpinLock : &interrupt->own_lock;
    interrupt->vector = Vector;
    interrupt->synchronize_irql = SynchronizeIrql;
    interrupt->mode = InterruptMode;
    interrupt->is_shared = ShareVector;
    status = connect(interrupt);
    if (NT_SUCCESS(status))
        *InterruptObject = interrupt;
    else
        ExFreePoolWithTag(interrupt, EX_TAG_IO);
    return status;
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    KIRQL irql;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    KeAcquireSpinLock(&io_database_lock, &irql);
    RemoveEntryList(&InterruptObject->link);
    KeReleaseSpinLock(&io_database_lock, irql);
    ExFreePoolWithTag(InterruptObject, EX_TAG_IO);
}

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    KIRQL irql = KfRaiseIrql(Interrupt->synchronize_irql);

    KeAcquireSpinLockAtDpcLevel(Interrupt->lock);
    return irql;
}

VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    KeReleaseSpinLockFromDpcLevel(Interrupt->lock);
    KeLowerIrql(OldIrql);
}

BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                     PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                     PVOID SynchronizeContext)
{
    KIRQL irql = KeAcquireInterruptSpinLock(Interrupt);
    BOOLEAN result = SynchronizeRoutine(SynchronizeContext);

    KeReleaseInterruptSpinLock(Interrupt, irql);
    return result;
}
