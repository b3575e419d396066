/*
 * The last step of a request: its caller learns what became of it.
 *
 * On NT this runs as a kernel APC in the thread that sent the request. Here a
 * program's memory can be reached from every thread, so it runs on the thread
 * that completes, or in the service if the driver completed at once.
 */
#include "iop.h"

NTSTATUS io_write_status_block(PIO_STATUS_BLOCK to, const IO_STATUS_BLOCK *from,
                               KPROCESSOR_MODE mode)
{
    if (mode == UserMode)
        return mm_answer(mm_process_space(ke_current()->process), to, from);
    to->Information = from->Information;
    /* Release: who polls Status sees Information and the data. */
    __atomic_store_n(&to->Status, from->Status, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

static VOID NTAPI apc_kernel_routine(PKAPC apc, PKNORMAL_ROUTINE *routine, PVOID *context,
                                     PVOID *argument1, PVOID *argument2)
{
    UNREFERENCED_PARAMETER(routine);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    io_release_irp(io_irp_of(CONTAINING_RECORD(apc, IRP, Tail.Apc)));
}

static VOID NTAPI apc_rundown_routine(PKAPC apc)
{
    io_release_irp(io_irp_of(CONTAINING_RECORD(apc, IRP, Tail.Apc)));
}

/* The IRP itself becomes the APC. */
static VOID queue_apc(struct io_irp *request, PKTHREAD thread)
{
    PIRP irp = &request->irp;
    PIO_APC_ROUTINE routine = irp->Overlay.AsynchronousParameters.UserApcRoutine;
    PVOID context = irp->Overlay.AsynchronousParameters.UserApcContext;
    PKAPC apc = &irp->Tail.Apc;

    memset(apc, 0, sizeof(*apc));
    apc->Size = sizeof(*apc);
    apc->Thread = thread;
    apc->KernelRoutine = apc_kernel_routine;
    apc->RundownRoutine = apc_rundown_routine;
    /* Both take three arguments of a register each. */
    apc->NormalRoutine = (PKNORMAL_ROUTINE)(PVOID)routine;
    apc->NormalContext = context;
    apc->SystemArgument1 = irp->UserIosb;
    apc->ApcMode = UserMode;
    if (!ke_queue_user_apc(thread, apc))
        io_release_irp(request);
    ObDereferenceObject(thread);
}

/* The port that is to get a packet, referenced, or NULL. */
static PVOID port_for(struct io_irp *request, PFILE_OBJECT file, BOOLEAN is_pended)
{
    PIRP irp = &request->irp;
    PIO_COMPLETION_CONTEXT context = file->CompletionContext;

    if (!context || !irp->Overlay.AsynchronousParameters.UserApcContext)
        return NULL;
    if ((file->Flags & FO_SKIP_COMPLETION_PORT) && !is_pended && NT_SUCCESS(irp->IoStatus.Status))
        return NULL;
    request->packet.key = context->Key;
    request->packet.context = irp->Overlay.AsynchronousParameters.UserApcContext;
    request->packet.result = irp->IoStatus;
    ObReferenceObject(context->Port);
    return context->Port;
}

/* A synchronous file's position moves by what was transferred, but not beyond the last there is. */
static VOID move_position(struct io_irp *request, PFILE_OBJECT file)
{
    ULONG64 moved = (ULONG64)request->offset + request->irp.IoStatus.Information;

    if (request->offset >= 0 && !NT_ERROR(request->irp.IoStatus.Status))
        file->CurrentByteOffset.QuadPart = (LONGLONG)min(moved, MAXLONGLONG);
}

struct mm_space *io_requestor_space(PIRP irp)
{
    PKTHREAD thread = (PKTHREAD)irp->Tail.Overlay.Thread;

    return mm_process_space(thread ? thread->process : NULL);
}

static VOID answer_block(PIRP irp)
{
    if (irp->RequestorMode == UserMode)
        mm_answer(io_requestor_space(irp), irp->UserIosb, &irp->IoStatus);
    else
        io_write_status_block(irp->UserIosb, &irp->IoStatus, KernelMode);
}

/* Off its list; the thread may end from here on. */
static VOID detach(struct io_irp *request)
{
    io_report_publish(request);
    io_dequeue_irp(request);
    if (request->held_thread)
        ObDereferenceObject(request->held_thread);
}

static VOID set_event(PKEVENT event, BOOLEAN is_held)
{
    if (!event)
        return;
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    if (is_held)
        ObDereferenceObject(event);
}

/* The sender waits: io_send_and_wait, or a driver that built the request. */
static VOID answer_internal(struct io_irp *request, BOOLEAN is_told)
{
    PIRP irp = &request->irp;
    PKEVENT event = is_told ? irp->UserEvent : NULL;

    if (is_told && irp->UserIosb)
        *irp->UserIosb = irp->IoStatus;
    detach(request);
    /* The last that is touched of the sender's: its stack may be gone next. */
    set_event(event, FALSE);
    io_release_irp(request);
}

static VOID answer_synchronous(struct io_irp *request, PFILE_OBJECT file, BOOLEAN is_told)
{
    PIRP irp = &request->irp;
    PKEVENT event = request->held_event;

    if (is_told && !NT_ERROR(irp->IoStatus.Status)) {
        answer_block(irp);
        move_position(request, file);
    }
    file->FinalStatus = irp->IoStatus.Status;
    detach(request);
    if (event && NT_ERROR(file->FinalStatus))
        ObDereferenceObject(event);
    else
        set_event(event, TRUE);
    io_release_irp(request);
    /*
     * Last, as the service drops the file's reference once it has waited. Most
     * find the event as the last request left it.
     */
    if (KeReadStateEvent(&file->Event) == is_told)
        return;
    if (is_told)
        KeSetEvent(&file->Event, IO_NO_INCREMENT, FALSE);
    else
        KeClearEvent(&file->Event);
}

static VOID answer_asynchronous(struct io_irp *request, PFILE_OBJECT file, BOOLEAN is_pended)
{
    PIRP irp = &request->irp;
    PKEVENT event = request->held_event;
    PKTHREAD thread = NULL;
    PVOID port;

    answer_block(irp);
    port = port_for(request, file, is_pended);
    if (irp->Overlay.AsynchronousParameters.UserApcRoutine) {
        thread = (PKTHREAD)irp->Tail.Overlay.Thread;
        ObReferenceObject(thread);
    }
    detach(request);
    if (!event && !(file->Flags & FO_SKIP_SET_EVENT))
        KeSetEvent(&file->Event, IO_NO_INCREMENT, FALSE);
    /* Before the caller is told: it may close the file next and expect that to be the end of it. */
    ObDereferenceObject(file);
    set_event(event, TRUE);
    if (thread) {
        queue_apc(request, thread);
    } else if (port) {
        io_port_insert(port, &request->packet);
        ObDereferenceObject(port);
    } else {
        io_release_irp(request);
    }
}

/* Failed at once, or its thread gave it up: nobody is told. */
static VOID answer_nobody(struct io_irp *request, PFILE_OBJECT file)
{
    PKEVENT event = request->held_event;

    detach(request);
    if (event)
        ObDereferenceObject(event);
    if (file)
        ObDereferenceObject(file);
    io_release_irp(request);
}

NTSTATUS io_finish_request(struct io_irp *request, BOOLEAN is_pended)
{
    PIRP irp = &request->irp;
    PFILE_OBJECT file = irp->Tail.Overlay.OriginalFileObject;
    BOOLEAN is_told;
    NTSTATUS status;

    io_release_buffers(irp);
    status = irp->IoStatus.Status;
    is_told = (is_pended || !NT_ERROR(status)) && !request->is_abandoned;
    if ((irp->Flags & IRP_SYNCHRONOUS_API) || request->stage == IO_STAGE_LOOSE)
        answer_internal(request, is_told);
    else if (io_is_synchronous(file))
        answer_synchronous(request, file, is_told);
    else if (is_told)
        answer_asynchronous(request, file, is_pended);
    else
        answer_nobody(request, file);
    return status;
}
