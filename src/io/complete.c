/*
 * Up the stack: IoCompleteRequest walks back over the stack locations and calls
 * each driver's completion routine. docs/request.md has a picture.
 */
#include "iop.h"

/* What a completed IRP's CurrentLocation is past its StackCount. */
#define PAST_THE_TOP 2

static BOOLEAN wants_completion(PIRP irp, UCHAR control)
{
    NTSTATUS status = irp->IoStatus.Status;

    return (NT_SUCCESS(status) && (control & SL_INVOKE_ON_SUCCESS)) ||
           (!NT_SUCCESS(status) && (control & SL_INVOKE_ON_ERROR)) ||
           (irp->Cancel && (control & SL_INVOKE_ON_CANCEL));
}

/* A finished location is wiped so that its next user starts clean. */
static VOID clear_location(PIO_STACK_LOCATION location)
{
    location->MinorFunction = 0;
    location->Flags = 0;
    location->Control = 0;
    location->Parameters.Others.Argument1 = NULL;
    location->Parameters.Others.Argument2 = NULL;
    location->Parameters.Others.Argument3 = NULL;
    location->Parameters.Others.Argument4 = NULL;
    location->FileObject = NULL;
}

/* Leaves one location upwards. FALSE: the driver above took the IRP back. */
static BOOLEAN leave_location(PIRP irp)
{
    PIO_STACK_LOCATION location = irp->Tail.Overlay.CurrentStackLocation;
    BOOLEAN is_top = irp->CurrentLocation == irp->StackCount;
    PDEVICE_OBJECT device = is_top ? NULL : location[1].DeviceObject;
    UCHAR control = location->Control;

    irp->PendingReturned = control & SL_PENDING_RETURNED;
    irp->CurrentLocation++;
    irp->Tail.Overlay.CurrentStackLocation++;
    if (wants_completion(irp, control)) {
        PIO_COMPLETION_ROUTINE routine = location->CompletionRoutine;
        PVOID context = location->Context;

        clear_location(location);
        return routine(device, irp, context) != STATUS_MORE_PROCESSING_REQUIRED;
    }
    if (irp->PendingReturned && !is_top)
        IoMarkIrpPending(irp);
    clear_location(location);
    return TRUE;
}

static VOID complete_associated(PIRP irp)
{
    PIRP master = irp->AssociatedIrp.MasterIrp;
    PMDL mdl, next;

    io_unlock_buffers(irp);
    for (mdl = irp->MdlAddress; mdl; mdl = next) {
        next = mdl->Next;
        IoFreeMdl(mdl);
    }
    IoFreeIrp(irp);
    if (InterlockedDecrement(&master->AssociatedIrp.IrpCount) == 0)
        IofCompleteRequest(master, IO_NO_INCREMENT);
}

/*
 * No driver above wants the IRP: it is the I/O manager's. NT queues an APC to
 * the thread that it belongs to, which a driver's own IRP does not have.
 */
static struct io_irp *claim(PIRP irp)
{
    struct io_irp *request = io_irp_of(irp);

    if (!request || !irp->Tail.Overlay.Thread)
        KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, offsetof(struct _KTHREAD, apc_lock), DISPATCH_LEVEL, 1,
                     (ULONG_PTR)__builtin_return_address(0));
    return request;
}

/*
 * The service that sent the request finishes it if it is still inside the
 * dispatch routine, else this thread does.
 */
static VOID hand_over(struct io_irp *request)
{
    PIRP irp = &request->irp;
    PKTHREAD thread = (PKTHREAD)irp->Tail.Overlay.Thread;
    /* Acquire: if the service has left, what it did with the request comes before. */
    ULONG stage = __atomic_load_n(&request->stage, __ATOMIC_ACQUIRE);

    if (stage == IO_STAGE_DISPATCHING) {
        if (thread == ke_current()) {
            /* The service is further up this very stack. */
            request->stage = IO_STAGE_COMPLETED;
            return;
        }
        /* Pairs with the service's exchange after the dispatch routine, in io_send_request. */
        stage = __atomic_exchange_n(&request->stage, IO_STAGE_COMPLETED, __ATOMIC_ACQ_REL);
        if (stage == IO_STAGE_DISPATCHING)
            return;
    }
    io_finish_request(request, stage == IO_STAGE_LEFT || irp->PendingReturned);
}

VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    UNREFERENCED_PARAMETER(PriorityBoost);
    if (Irp->Type != IO_TYPE_IRP || Irp->CurrentLocation > Irp->StackCount + 1)
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, 0, 0, 0);
    while (Irp->CurrentLocation <= Irp->StackCount) {
        if (!leave_location(Irp))
            return;
    }
    Irp->CurrentLocation = Irp->StackCount + PAST_THE_TOP;
    if (Irp->Flags & IRP_ASSOCIATED_IRP) {
        complete_associated(Irp);
        return;
    }
    io_unlock_buffers(Irp);
    hand_over(claim(Irp));
}
