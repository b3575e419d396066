/*
 * Requests that wait: a cancel-safe queue.
 */
#include "transfer.h"

static PTRANSFER_EXTENSION FromQueue(PIO_CSQ Csq)
{
    return CONTAINING_RECORD(Csq, TRANSFER_EXTENSION, HeldQueue);
}

static VOID NTAPI HeldInsertIrp(PIO_CSQ Csq, PIRP Irp)
{
    InsertTailList(&FromQueue(Csq)->HeldIrps, &Irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI HeldRemoveIrp(PIO_CSQ Csq, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

/* PeekContext is a file object, or NULL for any. */
static PIRP NTAPI HeldPeekNextIrp(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext)
{
    PTRANSFER_EXTENSION extension = FromQueue(Csq);
    PLIST_ENTRY entry = Irp != NULL ? Irp->Tail.Overlay.ListEntry.Flink : extension->HeldIrps.Flink;

    for (; entry != &extension->HeldIrps; entry = entry->Flink) {
        PIRP next = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
        if (PeekContext == NULL || IoGetCurrentIrpStackLocation(next)->FileObject == PeekContext) {
            return next;
        }
    }
    return NULL;
}

static VOID NTAPI HeldAcquireLock(PIO_CSQ Csq, PKIRQL Irql)
{
    KeAcquireSpinLock(&FromQueue(Csq)->HeldLock, Irql);
}

static VOID NTAPI HeldReleaseLock(PIO_CSQ Csq, KIRQL Irql)
{
    KeReleaseSpinLock(&FromQueue(Csq)->HeldLock, Irql);
}

static VOID NTAPI HeldCompleteCanceledIrp(PIO_CSQ Csq, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    CompleteRequest(Irp, STATUS_CANCELLED, 0);
}

NTSTATUS HeldInitialize(PTRANSFER_EXTENSION Extension)
{
    InitializeListHead(&Extension->HeldIrps);
    KeInitializeSpinLock(&Extension->HeldLock);
    return IoCsqInitialize(&Extension->HeldQueue, HeldInsertIrp, HeldRemoveIrp, HeldPeekNextIrp,
                           HeldAcquireLock, HeldReleaseLock, HeldCompleteCanceledIrp);
}

NTSTATUS HeldInsert(PTRANSFER_EXTENSION Extension, PIRP Irp)
{
    IoCsqInsertIrp(&Extension->HeldQueue, Irp, NULL);
    return STATUS_PENDING;
}

ULONG HeldRelease(PTRANSFER_EXTENSION Extension, PFILE_OBJECT FileObject, NTSTATUS Status)
{
    ULONG count = 0;
    PIRP irp;

    while ((irp = IoCsqRemoveNextIrp(&Extension->HeldQueue, FileObject)) != NULL) {
        CompleteRequest(irp, Status, 0);
        count++;
    }
    return count;
}
