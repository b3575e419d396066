/*
 * The services' common part: from a caller's arguments to an IRP in the driver,
 * and the wait for it.
 */
#include "iop.h"

static NTSTATUS check_caller(const struct io_request *request)
{
    NTSTATUS status;

    if (request->mode == UserMode) {
        status = mm_probe_own(request->iosb, sizeof(*request->iosb), sizeof(ULONG));
        if (!NT_SUCCESS(status))
            return status;
    }
    /* A port gets packets; an APC as well would be a second answer. */
    if (request->apc_routine && request->file->CompletionContext)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS io_begin_request(struct io_request *request, HANDLE handle, ACCESS_MASK access,
                          PIO_APC_ROUTINE apc_routine, PVOID apc_context, PIO_STATUS_BLOCK iosb)
{
    PVOID file;
    NTSTATUS status;

    request->mode = ke_current()->previous_mode;
    status =
        ob_reference_handle(handle, access, &ob_type_file, request->mode, &file, &request->granted);
    if (!NT_SUCCESS(status))
        return status;
    request->file = file;
    request->is_locked = FALSE;
    request->event = NULL;
    request->apc_routine = apc_routine;
    request->apc_context = apc_context;
    request->iosb = iosb;
    status = check_caller(request);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(file);
        return status;
    }
    request->device = IoGetRelatedDeviceObject(file);
    return STATUS_SUCCESS;
}

NTSTATUS io_take_event(struct io_request *request, HANDLE event)
{
    PVOID object;
    NTSTATUS status;

    if (!event)
        return STATUS_SUCCESS;
    status = ob_reference_handle(event, EVENT_MODIFY_STATE, &ob_type_event, request->mode, &object,
                                 NULL);
    if (!NT_SUCCESS(status))
        return status;
    request->event = object;
    KeClearEvent(request->event);
    return STATUS_SUCCESS;
}

NTSTATUS io_enter_file(struct io_request *request)
{
    NTSTATUS status;

    if (io_is_synchronous(request->file)) {
        status = io_lock_file(request->file, request->mode);
        if (status != STATUS_SUCCESS)
            return status;
        request->is_locked = TRUE;
    } else {
        KeClearEvent(&request->file->Event);
    }
    return STATUS_SUCCESS;
}

VOID io_abort_request(struct io_request *request)
{
    if (request->is_locked)
        io_unlock_file(request->file);
    if (request->event)
        ObDereferenceObject(request->event);
    ObDereferenceObject(request->file);
}

PIRP io_set_up_irp(PIRP irp, PFILE_OBJECT file, UCHAR major, PIO_STACK_LOCATION *location)
{
    if (!irp)
        return NULL;
    irp->Tail.Overlay.Thread = (PETHREAD)ke_current();
    irp->Tail.Overlay.OriginalFileObject = file;
    *location = IoGetNextIrpStackLocation(irp);
    (*location)->MajorFunction = major;
    (*location)->FileObject = file;
    return irp;
}

PIRP io_make_irp(const struct io_request *request, UCHAR major, PIO_STACK_LOCATION *location)
{
    PIRP irp = IoAllocateIrp(request->device->StackSize, FALSE);

    if (!io_set_up_irp(irp, request->file, major, location))
        return NULL;
    irp->RequestorMode = request->mode;
    irp->UserIosb = request->iosb;
    irp->UserEvent = request->event;
    irp->Overlay.AsynchronousParameters.UserApcRoutine = request->apc_routine;
    irp->Overlay.AsynchronousParameters.UserApcContext = request->apc_context;
    return irp;
}

/*
 * Calls the driver. TRUE: the request is completed and the caller finishes it.
 * FALSE: the completing thread does, and the IRP may be gone.
 */
static BOOLEAN dispatch(PDEVICE_OBJECT device, struct io_irp *own, BOOLEAN resets_event,
                        NTSTATUS *status)
{
    struct io_thread *state = ke_current()->io;
    BOOLEAN is_completed;

    own->stage = IO_STAGE_DISPATCHING;
    io_enter_dispatch(state, own);
    *status = IofCallDriver(device, &own->irp);
    /* Acquire pairs with the completing thread's exchange: its writes to the IRP. */
    is_completed = __atomic_load_n(&own->stage, __ATOMIC_ACQUIRE) == IO_STAGE_COMPLETED;
    /* Before it leaves: cancellers see it at every moment. */
    if (!is_completed)
        io_queue_irp(own);
    io_leave_dispatch(state, own);
    if (is_completed)
        return TRUE;
    /* Who waits for a synchronous file waits from here on. */
    if (resets_event)
        KeClearEvent(&own->irp.Tail.Overlay.OriginalFileObject->Event);
    return __atomic_exchange_n(&own->stage, IO_STAGE_LEFT, __ATOMIC_ACQ_REL) == IO_STAGE_COMPLETED;
}

/* The service's answer for a request that it finishes itself. */
static NTSTATUS finish_here(struct io_irp *own, NTSTATUS dispatched, BOOLEAN is_synchronous)
{
    BOOLEAN is_pended = dispatched == STATUS_PENDING || own->irp.PendingReturned;
    NTSTATUS completed = own->irp.IoStatus.Status;
    NTSTATUS status = io_finish_request(own, is_pended);

    if (dispatched == STATUS_PENDING)
        return is_synchronous ? status : STATUS_PENDING;
    /* The caller gets what the driver returned, unless its data could not be copied out. */
    return status == completed ? dispatched : status;
}

NTSTATUS io_send_request(struct io_request *request, PIRP irp)
{
    PFILE_OBJECT file = request->file;
    BOOLEAN is_synchronous = request->is_locked;
    KPROCESSOR_MODE mode = request->mode;
    struct io_irp *own = io_irp_of(irp);
    NTSTATUS status;

    own->held_event = request->event;
    if (dispatch(request->device, own, is_synchronous, &status)) {
        status = finish_here(own, status, is_synchronous);
    } else if (is_synchronous) {
        io_wait_for_request(file, &file->Event, irp, mode);
        status = file->FinalStatus;
    } else {
        status = STATUS_PENDING;
    }
    if (is_synchronous) {
        io_unlock_file(file);
        ObDereferenceObject(file);
    }
    return status;
}

NTSTATUS io_send_and_wait(PDEVICE_OBJECT device, PIRP irp, PIO_STATUS_BLOCK result)
{
    PFILE_OBJECT file = irp->Tail.Overlay.OriginalFileObject;
    struct io_irp *own = io_irp_of(irp);
    KEVENT event;
    NTSTATUS status;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->Flags |= IRP_SYNCHRONOUS_API;
    irp->UserIosb = result;
    irp->UserEvent = &event;
    result->Status = STATUS_PENDING;
    result->Information = 0;
    if (dispatch(device, own, FALSE, &status))
        return io_finish_request(own, TRUE);
    io_wait_for_request(file, &event, irp, KernelMode);
    return result->Status;
}
