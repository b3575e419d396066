/*
 * A request's way to the host and back.
 */
#include "umdf.h"

/* ---- what the host is told ------------------------------------------------------------ */

static VOID describe_create(struct umdf_stack *stack, PIO_STACK_LOCATION location,
                            struct umdf_slot *slot)
{
    PIO_SECURITY_CONTEXT context = location->Parameters.Create.SecurityContext;

    slot->words[0] = location->Parameters.Create.Options;
    slot->words[1] = location->Parameters.Create.FileAttributes |
                     (hal_u64)location->Parameters.Create.ShareAccess << 16;
    slot->words[2] = context ? context->DesiredAccess : 0;
    slot->words[3] = location->FileObject ? location->FileObject->Flags : 0;
    slot->offset =
        location->FileObject ? umdf_file_number(stack, location->FileObject->RelatedFileObject) : 0;
}

static VOID describe_power(PIO_STACK_LOCATION location, struct umdf_slot *slot)
{
    slot->words[0] = location->Parameters.Power.Type;
    slot->words[1] = location->Parameters.Power.State.DeviceState;
    slot->words[2] = location->Parameters.Power.ShutdownType;
    slot->words[3] = location->Parameters.Power.SystemContext;
}

static VOID describe_parameters(struct umdf_stack *stack, PIO_STACK_LOCATION location,
                                struct umdf_slot *slot)
{
    switch (location->MajorFunction) {
    case IRP_MJ_CREATE:
        describe_create(stack, location, slot);
        break;
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        slot->offset = (hal_u64)location->Parameters.Read.ByteOffset.QuadPart;
        slot->code = location->Parameters.Read.Key;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        slot->code = location->Parameters.DeviceIoControl.IoControlCode;
        break;
    case IRP_MJ_POWER:
        describe_power(location, slot);
        break;
    default:
        break;
    }
}

static VOID describe(struct umdf_stack *stack, PIRP irp, ULONG file, struct umdf_slot *slot)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    slot->kind = UMDF_IRP;
    slot->device = stack->number;
    slot->file = file;
    slot->process = HandleToULong(PsGetCurrentProcessId());
    slot->major = location->MajorFunction;
    slot->minor = location->MinorFunction;
    slot->mode = (hal_u8)irp->RequestorMode;
    slot->access = UMDF_BUFFERED;
    slot->flags = (irp->Flags & 0xFFFFFF) | (hal_u32)location->Flags << 24;
    slot->has_activity = NT_SUCCESS(IoGetActivityIdIrp(irp, (GUID *)slot->activity));
    slot->words[4] = (hal_u32)irp->IoStatus.Status;
    slot->words[5] = irp->IoStatus.Information;
    describe_parameters(stack, location, slot);
}

/* Where what is lent is, instead of the data area. */
static VOID describe_loan(const struct umdf_data *data, struct umdf_slot *slot)
{
    slot->lent = data->lent;
    if (!data->lent)
        return;
    slot->access = UMDF_DIRECT;
    slot->loan = data->place.number;
    slot->loan_serial = data->place.serial;
    if (data->lent & UMDF_LENT_INPUT)
        slot->input_length = data->input_length;
    else
        slot->output_length = data->output_length;
    *(data->lent & UMDF_LENT_INPUT ? &slot->input : &slot->output) =
        (data->place.place << PAGE_SHIFT) + MmGetMdlByteOffset(data->mdl);
}

PACCESS_TOKEN umdf_token_of_sender(struct umdf_host *host, ULONG slot)
{
    struct umdf_request *request;
    PACCESS_TOKEN token = NULL;
    PEPROCESS process;

    if (slot >= UMDF_SLOTS)
        return NULL;
    request = &host->requests[slot];
    /* A slot is freed before its IRP is completed, and under the lock (umdf_free_slot). */
    mm_acquire(&host->lock);
    if (__atomic_load_n(&request->state, __ATOMIC_ACQUIRE) != UMDF_FREE && request->irp) {
        process = IoGetRequestorProcess(request->irp);
        token = process ? PsReferencePrimaryToken(process) : NULL;
    }
    mm_release(&host->lock);
    return token;
}

/* ---- the end -------------------------------------------------------------------------- */

/* A host in order answers these soon, whatever its drivers wait for. */
static BOOLEAN is_critical(UCHAR major)
{
    return major != IRP_MJ_READ && major != IRP_MJ_WRITE && major != IRP_MJ_DEVICE_CONTROL &&
           major != IRP_MJ_CREATE;
}

static VOID set_deadline(struct umdf_host *host, struct umdf_request *request)
{
    hal_i64 none = HAL_FOREVER;

    if (__atomic_compare_exchange_n(&request->deadline, &none,
                                    hal_clock_monotonic() + host->patience, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        __atomic_fetch_add(&host->critical, 1, __ATOMIC_RELEASE);
}

static VOID drop_deadline(struct umdf_host *host, struct umdf_request *request)
{
    if (__atomic_exchange_n(&request->deadline, HAL_FOREVER, __ATOMIC_RELAXED) != HAL_FOREVER)
        __atomic_fetch_sub(&host->critical, 1, __ATOMIC_RELAXED);
}

/* The host's answer, each word read once. */
static VOID read_answer(struct umdf_host *host, struct umdf_request *request)
{
    struct umdf_slot *slot = &host->board->slots[umdf_number_of(host, request)];
    hal_u64 turn = __atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE);

    request->result.Status = STATUS_DRIVER_PROCESS_TERMINATED;
    request->result.Information = 0;
    request->cookie = 0;
    if ((turn & LPC_OVER) || (turn & 1) != UMDF_KERNEL)
        return;
    request->result.Status = (NTSTATUS)__atomic_load_n(&slot->status, __ATOMIC_RELAXED);
    request->result.Information = __atomic_load_n(&slot->information, __ATOMIC_RELAXED);
    request->cookie = __atomic_load_n(&slot->cookie, __ATOMIC_RELAXED);
    if (request->result.Status == STATUS_PENDING)
        request->result.Status = STATUS_DRIVER_INTERNAL_ERROR;
}

/* Information counts bytes of the output that there is, or means nothing. */
static VOID check_information(struct umdf_request *request, UCHAR major)
{
    BOOLEAN has_output = major == IRP_MJ_READ || major == IRP_MJ_DEVICE_CONTROL;
    ULONG limit = request->data.output_length;

    if (major == IRP_MJ_WRITE)
        limit = request->data.input_length;
    else if (!has_output || NT_ERROR(request->result.Status))
        return;
    else if (request->data.is_in_direct || (major == IRP_MJ_DEVICE_CONTROL && !limit))
        return;
    if (request->result.Information <= limit)
        return;
    request->result.Status = STATUS_DRIVER_INTERNAL_ERROR;
    request->result.Information = 0;
}

static VOID end_file(struct umdf_stack *stack, PIO_STACK_LOCATION location, NTSTATUS status)
{
    if ((location->MajorFunction == IRP_MJ_CREATE && !NT_SUCCESS(status)) ||
        location->MajorFunction == IRP_MJ_CLOSE)
        umdf_drop_file(stack, location->FileObject);
}

static BOOLEAN is_lost(const struct umdf_host *host, const struct umdf_request *request)
{
    return umdf_is_dead(host) && request->result.Status == STATUS_DRIVER_PROCESS_TERMINATED;
}

/* What the drivers below have to see, whatever the host says; one in order sends it on. */
static BOOLEAN is_kept(PIO_STACK_LOCATION location)
{
    if (location->MajorFunction == IRP_MJ_POWER)
        return location->MinorFunction == IRP_MN_SET_POWER;
    if (location->MajorFunction != IRP_MJ_PNP)
        return FALSE;
    return location->MinorFunction == IRP_MN_REMOVE_DEVICE ||
           location->MinorFunction == IRP_MN_SURPRISE_REMOVAL ||
           location->MinorFunction == IRP_MN_CANCEL_REMOVE_DEVICE ||
           location->MinorFunction == IRP_MN_CANCEL_STOP_DEVICE ||
           location->MinorFunction == IRP_MN_STOP_DEVICE;
}

static BOOLEAN went_down(const struct umdf_request *request)
{
    return (__atomic_load_n(&request->ends, __ATOMIC_RELAXED) & UMDF_WENT_DOWN) != 0;
}

/* The host died over what the drivers below have done already: theirs is the answer. */
static VOID take_answer_of_lower(struct umdf_request *request, PIO_STACK_LOCATION location)
{
    UCHAR major = location->MajorFunction;

    if (major == IRP_MJ_PNP && location->MinorFunction == IRP_MN_START_DEVICE)
        return;
    if (major == IRP_MJ_PNP || major == IRP_MJ_POWER || major == IRP_MJ_CLEANUP ||
        major == IRP_MJ_CLOSE)
        request->result = request->irp->IoStatus;
}

static VOID complete_removal(struct umdf_stack *stack, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    umdf_remove_stack(stack, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

/* Everything is known. The request's own memory is given up before its IRP is. */
static VOID complete(struct umdf_host *host, struct umdf_request *request)
{
    struct umdf_stack *stack = request->stack;
    PIRP irp = request->irp;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    BOOLEAN was_lost = is_lost(host, request), was_below = went_down(request);
    BOOLEAN is_ours = !was_below && (was_lost || is_kept(location));
    UCHAR major = location->MajorFunction;
    IO_STATUS_BLOCK result;

    if (was_lost && was_below)
        take_answer_of_lower(request, location);
    result = request->result;

    if (!NT_ERROR(result.Status) && (major == IRP_MJ_READ || major == IRP_MJ_DEVICE_CONTROL))
        umdf_copy_out(host, request, min(result.Information, request->data.output_length));
    end_file(stack, location, result.Status);
    umdf_release_data(&request->data);
    umdf_free_slot(host, request);
    if (is_ours) {
        umdf_do_without_host(stack, irp);
        return;
    }
    if (major == IRP_MJ_PNP && location->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        complete_removal(stack, irp, result.Status);
        return;
    }
    if (major == IRP_MJ_POWER)
        PoStartNextPowerIrp(irp);
    irp->IoStatus = result;
    IoReleaseRemoveLock(&stack->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

VOID umdf_end(struct umdf_host *host, struct umdf_request *request, enum umdf_end end)
{
    /* Acquire and release: who completes it sees what the others did. */
    hal_u32 before = __atomic_fetch_or(&request->ends, end, __ATOMIC_ACQ_REL);

    if ((before & UMDF_ALL_ENDS) != UMDF_ALL_ENDS &&
        ((before | end) & UMDF_ALL_ENDS) == UMDF_ALL_ENDS)
        complete(host, request);
}

BOOLEAN umdf_disarm(struct umdf_request *request)
{
    BOOLEAN has_run = !IoSetCancelRoutine(request->irp, NULL);

    if (!has_run)
        __atomic_fetch_or(&request->ends, UMDF_UNCANCELABLE, __ATOMIC_RELAXED);
    return !has_run;
}

VOID umdf_finish(struct umdf_host *host, struct umdf_request *request)
{
    hal_u32 ends;

    read_answer(host, request);
    drop_deadline(host, request);
    if (!request->irp) {
        KeSetEvent(request->answered, IO_NO_INCREMENT, FALSE);
        return;
    }
    check_information(request, request->major);
    ends = __atomic_fetch_or(&request->ends, UMDF_CLOSED, __ATOMIC_ACQ_REL);
    /* With the next lower driver it has that one's cancel routine. */
    if ((ends & UMDF_HERE) && !(ends & UMDF_UNCANCELABLE))
        umdf_disarm(request);
    umdf_end(host, request, UMDF_ANSWERED);
}

/* ---- cancelling ----------------------------------------------------------------------- */

static VOID NTAPI cancel(PDEVICE_OBJECT device, PIRP irp)
{
    struct umdf_stack *stack = device->DeviceExtension;
    struct umdf_host *host = stack->host;
    struct umdf_request *request = irp->Tail.Overlay.DriverContext[0];
    ULONG number = umdf_number_of(host, request);

    IoReleaseCancelSpinLock(irp->CancelIrql);
    /* The request stays until UNCANCELABLE is set. */
    set_deadline(host, request);
    umdf_post(host, UMDF_CANCEL, number, request->serial);
    umdf_end(host, request, UMDF_UNCANCELABLE);
}

static BOOLEAN is_cancelable(UCHAR major)
{
    return major == IRP_MJ_READ || major == IRP_MJ_WRITE || major == IRP_MJ_DEVICE_CONTROL ||
           major == IRP_MJ_CREATE;
}

/*
 * Before the request is in the ring: from then on the host may have sent it to the next lower
 * driver, whose cancel routine it has. A cancellation that overtakes it waits for it in the host.
 */
static VOID arm(struct umdf_host *host, struct umdf_request *request, PIRP irp)
{
    IoSetCancelRoutine(irp, cancel);
    if (!irp->Cancel || !IoSetCancelRoutine(irp, NULL))
        return;
    __atomic_fetch_or(&request->ends, UMDF_UNCANCELABLE, __ATOMIC_RELAXED);
    set_deadline(host, request);
    umdf_post(host, UMDF_CANCEL, umdf_number_of(host, request), request->serial);
}

/* ---- sending ---------------------------------------------------------------------------- */

/* Sends and, if it may, waits for a moment. */
static VOID submit(struct umdf_host *host, struct umdf_request *request, enum umdf_waiting waiting)
{
    ULONG number = umdf_number_of(host, request);

    __atomic_store_n(&request->state, UMDF_WATCHED, __ATOMIC_RELEASE);
    if (!(__atomic_load_n(&request->ends, __ATOMIC_RELAXED) & UMDF_UNCANCELABLE))
        arm(host, request, request->irp);
    if (!umdf_post(host, UMDF_REQUEST, number, request->serial))
        lpc_end(&host->board->slots[number].turn, 0);
    if (umdf_watch(host, request, waiting))
        umdf_finish(host, request);
}

static enum umdf_waiting waiting_for(PIRP irp, PIO_STACK_LOCATION location)
{
    PFILE_OBJECT file = location->FileObject;

    if (KeGetCurrentIrql() != PASSIVE_LEVEL)
        return UMDF_NOT;
    if (is_critical(location->MajorFunction))
        return UMDF_TO_END;
    if (location->MajorFunction == IRP_MJ_CREATE)
        return UMDF_SHORTLY;
    return irp->RequestorMode == UserMode && file && (file->Flags & FO_SYNCHRONOUS_IO) &&
                   !(file->Flags & FO_ALERTABLE_IO)
               ? UMDF_SHORTLY
               : UMDF_UNTIL_SEEN;
}

/* The file's number, made for an open. */
static NTSTATUS find_file(struct umdf_stack *stack, PIO_STACK_LOCATION location, PULONG number)
{
    *number = 0;
    if (location->MajorFunction == IRP_MJ_PNP || location->MajorFunction == IRP_MJ_POWER)
        return STATUS_SUCCESS;
    if (location->MajorFunction == IRP_MJ_CREATE)
        return umdf_add_file(stack, location->FileObject, number);
    *number = umdf_file_number(stack, location->FileObject);
    return *number || stack->allows_unknown_files ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS fail(struct umdf_stack *stack, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IoReleaseRemoveLock(&stack->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS prepare(struct umdf_stack *stack, PIRP irp, struct umdf_data *data, ULONG file,
                        struct umdf_request **made)
{
    struct umdf_host *host = stack->host;
    struct umdf_request *request;
    struct umdf_slot *slot;
    NTSTATUS status;

    request =
        umdf_take_slot(host, data->lent & UMDF_LENT_INPUT ? 0 : data->input_length,
                       data->lent & UMDF_LENT_OUTPUT ? 0 : data->output_length, &slot, &status);
    if (!request)
        return status;
    request->stack = stack;
    request->irp = irp;
    request->major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    request->data = *data;
    __atomic_store_n(&request->deadline, HAL_FOREVER, __ATOMIC_RELAXED);
    status = umdf_copy_in(host, request);
    if (!NT_SUCCESS(status)) {
        umdf_free_slot(host, request);
        return status;
    }
    describe(stack, irp, file, slot);
    describe_loan(data, slot);
    irp->Tail.Overlay.DriverContext[0] = request;
    *made = request;
    return STATUS_SUCCESS;
}

NTSTATUS umdf_reflect(struct umdf_stack *stack, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    UCHAR major = location->MajorFunction;
    enum umdf_waiting waiting = waiting_for(irp, location);
    struct umdf_request *request = NULL;
    struct umdf_data data;
    ULONG file;
    NTSTATUS status = find_file(stack, location, &file);

    if (!NT_SUCCESS(status))
        return fail(stack, irp, status);
    status = umdf_find_data(stack, irp, &data);
    if (NT_SUCCESS(status)) {
        status = prepare(stack, irp, &data, file, &request);
        if (!NT_SUCCESS(status))
            umdf_release_data(&data);
    }
    if (!NT_SUCCESS(status)) {
        end_file(stack, location, status);
        return fail(stack, irp, status);
    }
    IoMarkIrpPending(irp);
    /* Release: the host may send it on as soon as this is there. */
    __atomic_store_n(&request->ends,
                     is_cancelable(major) ? UMDF_HERE : UMDF_HERE | UMDF_UNCANCELABLE,
                     __ATOMIC_RELEASE);
    if (is_critical(major))
        set_deadline(stack->host, request);
    submit(stack->host, request, waiting);
    return STATUS_PENDING;
}

NTSTATUS umdf_ask(struct umdf_host *host, enum umdf_kind kind, ULONG device, const VOID *input,
                  ULONG input_length, PVOID output, ULONG output_length, hal_u32 *cookie)
{
    struct umdf_request *request;
    struct umdf_slot *slot;
    NTSTATUS status;
    KEVENT answered;

    request = umdf_take_slot(host, input_length, output_length, &slot, &status);
    if (!request)
        return status;
    KeInitializeEvent(&answered, NotificationEvent, FALSE);
    request->stack = NULL;
    request->irp = NULL;
    request->data = (struct umdf_data){
        .from = input, .to = output, .input_length = input_length, .output_length = output_length};
    __atomic_store_n(&request->deadline, HAL_FOREVER, __ATOMIC_RELAXED);
    __atomic_store_n(&request->ends, UMDF_UNCANCELABLE, __ATOMIC_RELEASE);
    request->answered = &answered;
    umdf_copy_in(host, request);
    slot->lent = UMDF_LENT_NOTHING;
    slot->kind = kind;
    slot->device = device;
    set_deadline(host, request);
    submit(host, request, UMDF_TO_END);
    KeWaitForSingleObject(&answered, Executive, KernelMode, FALSE, NULL);
    status = request->result.Status;
    umdf_copy_out(host, request, min(request->result.Information, output_length));
    if (cookie)
        *cookie = request->cookie;
    umdf_free_slot(host, request);
    return status;
}
