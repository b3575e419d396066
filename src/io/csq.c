/*
 * Cancel-safe queues: the driver keeps the queue and its lock, these calls do
 * the dance with the cancel routine.
 *
 * A queued IRP points to its queue, or to the context that it was inserted
 * with, in DriverContext[3].
 */
#include "iop.h"

static NTSTATUS initialize(PIO_CSQ csq, ULONG type, PIO_CSQ_INSERT_IRP insert,
                           PIO_CSQ_REMOVE_IRP remove, PIO_CSQ_PEEK_NEXT_IRP peek,
                           PIO_CSQ_ACQUIRE_LOCK acquire, PIO_CSQ_RELEASE_LOCK release,
                           PIO_CSQ_COMPLETE_CANCELED_IRP complete)
{
    csq->Type = type;
    csq->CsqInsertIrp = insert;
    csq->CsqRemoveIrp = remove;
    csq->CsqPeekNextIrp = peek;
    csq->CsqAcquireLock = acquire;
    csq->CsqReleaseLock = release;
    csq->CsqCompleteCanceledIrp = complete;
    csq->ReservePointer = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                               PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                               PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                               PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                               PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                               PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    return initialize(Csq, IO_TYPE_CSQ, CsqInsertIrp, CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock,
                      CsqReleaseLock, CsqCompleteCanceledIrp);
}

NTSTATUS NTAPI IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
                                 PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                 PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                                 PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                 PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                 PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    return initialize(Csq, IO_TYPE_CSQ_EX, (PIO_CSQ_INSERT_IRP)(PVOID)CsqInsertIrp, CsqRemoveIrp,
                      CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
}

/* What DriverContext[3] points to tells itself apart by its first member. */
static PIO_CSQ queue_of(PIRP irp)
{
    PVOID tag = irp->Tail.Overlay.DriverContext[3];

    if (*(PULONG)tag == IO_TYPE_CSQ_IRP_CONTEXT)
        return ((PIO_CSQ_IRP_CONTEXT)tag)->Csq;
    return tag;
}

/* Under the queue's lock: the IRP is out of it. */
static VOID forget(PIRP irp)
{
    PIO_CSQ_IRP_CONTEXT context = irp->Tail.Overlay.DriverContext[3];

    if (context->Type == IO_TYPE_CSQ_IRP_CONTEXT)
        context->Irp = NULL;
    irp->Tail.Overlay.DriverContext[3] = NULL;
}

static VOID NTAPI cancel(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_CSQ csq;
    KIRQL irql;

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irp->CancelIrql);
    csq = queue_of(irp);
    csq->CsqAcquireLock(csq, &irql);
    csq->CsqRemoveIrp(csq, irp);
    forget(irp);
    csq->CsqReleaseLock(csq, irql);
    csq->CsqCompleteCanceledIrp(csq, irp);
}

static NTSTATUS insert(PIO_CSQ csq, PIRP irp, PVOID insert_context)
{
    if (csq->Type == IO_TYPE_CSQ_EX)
        return ((PIO_CSQ_INSERT_IRP_EX)(PVOID)csq->CsqInsertIrp)(csq, irp, insert_context);
    csq->CsqInsertIrp(csq, irp);
    return STATUS_SUCCESS;
}

static VOID remember(PIO_CSQ csq, PIRP irp, PIO_CSQ_IRP_CONTEXT context)
{
    if (context) {
        context->Type = IO_TYPE_CSQ_IRP_CONTEXT;
        context->Irp = irp;
        context->Csq = csq;
        irp->Tail.Overlay.DriverContext[3] = context;
    } else {
        irp->Tail.Overlay.DriverContext[3] = csq;
    }
}

NTSTATUS NTAPI IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context,
                                PVOID InsertContext)
{
    NTSTATUS status;
    BOOLEAN is_cancelled = FALSE;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    Csq->ReservePointer = NULL;
    remember(Csq, Irp, Context);
    status = insert(Csq, Irp, InsertContext);
    if (!NT_SUCCESS(status)) {
        forget(Irp);
        Csq->CsqReleaseLock(Csq, irql);
        return status;
    }
    IoMarkIrpPending(Irp);
    IoSetCancelRoutine(Irp, cancel);
    /* Cancelled before there was a routine: it is ours, unless the routine just got it. */
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL)) {
        is_cancelled = TRUE;
        Csq->CsqRemoveIrp(Csq, Irp);
        forget(Irp);
    }
    Csq->CsqReleaseLock(Csq, irql);
    if (is_cancelled)
        Csq->CsqCompleteCanceledIrp(Csq, Irp);
    return status;
}

VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)
{
    IoCsqInsertIrpEx(Csq, Irp, Context, NULL);
}

PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)
{
    PIRP irp;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    Csq->ReservePointer = NULL;
    irp = Csq->CsqPeekNextIrp(Csq, NULL, PeekContext);
    /* One whose cancel routine is on its way to the lock is not for us. */
    while (irp && !IoSetCancelRoutine(irp, NULL))
        irp = Csq->CsqPeekNextIrp(Csq, irp, PeekContext);
    if (irp) {
        Csq->CsqRemoveIrp(Csq, irp);
        forget(irp);
    }
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}

PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)
{
    PIRP irp;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    Csq->ReservePointer = NULL;
    irp = Context->Irp;
    if (irp && !IoSetCancelRoutine(irp, NULL))
        irp = NULL;
    if (irp) {
        Csq->CsqRemoveIrp(Csq, irp);
        forget(irp);
    }
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}
