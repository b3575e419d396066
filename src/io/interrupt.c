/*
 * Interrupt objects: a service routine that is connected to a vector, and code that must not meet
 * it.
 */
#include "interruptp.h"

/* ---- its lock --------------------------------------------------------------------------- */

KIRQL io_lock_interrupt(struct _KINTERRUPT *interrupt)
{
    KIRQL irql;

    if (io_is_passive(interrupt)) {
        KeWaitForSingleObject(&interrupt->turn, Executive, KernelMode, FALSE, NULL);
        return PASSIVE_LEVEL;
    }
    irql = KfRaiseIrql(interrupt->synchronize_irql);
    KeAcquireSpinLockAtDpcLevel(interrupt->lock);
    return irql;
}

VOID io_unlock_interrupt(struct _KINTERRUPT *interrupt, KIRQL irql)
{
    if (io_is_passive(interrupt)) {
        KeSetEvent(&interrupt->turn, IO_NO_INCREMENT, FALSE);
        return;
    }
    KeReleaseSpinLockFromDpcLevel(interrupt->lock);
    KeLowerIrql(irql);
}

static VOID check_level(struct _KINTERRUPT *interrupt, KIRQL irql)
{
    const ULONG_PTR parameters[4] = {
        (ULONG_PTR)irql << 16 | (ULONG_PTR)interrupt->synchronize_irql << 8,
        interrupt->routine ? (ULONG_PTR)interrupt->routine : (ULONG_PTR)interrupt->message_routine,
        (ULONG_PTR)interrupt, (ULONG_PTR)interrupt->context};

    if (irql != interrupt->synchronize_irql)
        ke_bugcheck(IRQL_UNEXPECTED_VALUE, parameters,
                    "An interrupt service routine (parameter 2) returned at another IRQL than it "
                    "was called at.");
}

BOOLEAN io_call_service(struct _KINTERRUPT *interrupt)
{
    KIRQL irql = io_lock_interrupt(interrupt);
    BOOLEAN is_claimed;

    if (interrupt->routine)
        is_claimed = interrupt->routine(interrupt, interrupt->context);
    else
        is_claimed = interrupt->message_routine(interrupt, interrupt->context, interrupt->message);
    check_level(interrupt, KeGetCurrentIrql());
    io_unlock_interrupt(interrupt, irql);
    return is_claimed;
}

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    return io_lock_interrupt(Interrupt);
}

VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    io_unlock_interrupt(Interrupt, OldIrql);
}

BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                     PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                     PVOID SynchronizeContext)
{
    KIRQL irql = io_lock_interrupt(Interrupt);
    BOOLEAN result = SynchronizeRoutine(SynchronizeContext);

    io_unlock_interrupt(Interrupt, irql);
    return result;
}

/* ---- its life --------------------------------------------------------------------------- */

static BOOLEAN is_sound(const struct _KINTERRUPT *interrupt)
{
    if (interrupt->vector < IO_FIRST_VECTOR || interrupt->vector > IO_LAST_VECTOR ||
        (!interrupt->routine && !interrupt->message_routine))
        return FALSE;
    /* A passive one waits for its turn: a spin lock has no place there. */
    if (io_is_passive(interrupt))
        return !interrupt->lock;
    return interrupt->irql > DISPATCH_LEVEL && interrupt->synchronize_irql >= interrupt->irql &&
           interrupt->synchronize_irql <= HIGH_LEVEL;
}

NTSTATUS io_make_interrupt(const struct _KINTERRUPT *template, PKINTERRUPT *made)
{
    struct _KINTERRUPT *interrupt;

    *made = NULL;
    if (!is_sound(template))
        return STATUS_INVALID_PARAMETER;
    interrupt = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*interrupt), EX_TAG_IO);
    if (!interrupt)
        return STATUS_INSUFFICIENT_RESOURCES;
    *interrupt = *template;
    KeInitializeSpinLock(&interrupt->own_lock);
    KeInitializeEvent(&interrupt->turn, SynchronizationEvent, TRUE);
    if (!interrupt->lock)
        interrupt->lock = &interrupt->own_lock;
    /* Its routine may run, and want to know it, before this returns. */
    *made = interrupt;
    if (io_connect_vector(interrupt)) {
        io_serve_raised(interrupt->vector);
        return STATUS_SUCCESS;
    }
    *made = NULL;
    ExFreePoolWithTag(interrupt, EX_TAG_IO);
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                                  KIRQL Irql, KIRQL SynchronizeIrql, KINTERRUPT_MODE InterruptMode,
                                  BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask,
                                  BOOLEAN FloatingSave)
{
    const struct _KINTERRUPT template = {
        .lock = SpinLock,
        .routine = ServiceRoutine,
        .context = ServiceContext,
        .vector = Vector,
        .irql = Irql,
        .synchronize_irql = SynchronizeIrql,
        .mode = InterruptMode,
        .is_shared = ShareVector,
    };

    UNREFERENCED_PARAMETER(FloatingSave);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *InterruptObject = NULL;
    if (!ProcessorEnableMask || SynchronizeIrql == PASSIVE_LEVEL)
        return STATUS_INVALID_PARAMETER;
    return io_make_interrupt(&template, InterruptObject);
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    io_disconnect_vector(InterruptObject);
    ExFreePoolWithTag(InterruptObject, EX_TAG_IO);
}
