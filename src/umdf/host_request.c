/*
 * The kernel's requests in the host: each is an IRP that goes to the top of its stack's twin.
 */
#include "host.h"

/* ---- answers -------------------------------------------------------------------------- */

VOID host_answer(ULONG number, NTSTATUS status, ULONG_PTR information)
{
    struct umdf_slot *slot = &host.board->slots[number];
    hal_u64 seen;

    slot->status = (hal_u32)status;
    slot->information = information;
    __atomic_fetch_add(&host.answers, 1, __ATOMIC_RELEASE);
    /* Release: the kernel sees the answer, and the data. The slot is its own from here on. */
    seen = __atomic_exchange_n(&slot->turn, UMDF_KERNEL, __ATOMIC_SEQ_CST);
    if (seen & LPC_ASLEEP)
        hal_wake_shared((hal_u32 *)&slot->turn, 1);
    if (!(seen & UMDF_LEFT))
        return;
    __atomic_fetch_or(&host.board->finished[number / 64], 1ull << number % 64, __ATOMIC_SEQ_CST);
    host_ring_bell();
}

/*
 * The drivers' dispatch routines have returned: what the sender sends next comes after it. If it
 * was answered meanwhile the word may be another request's, which then is taken for seen early.
 */
static VOID tell_seen(struct umdf_slot *slot)
{
    if (lpc_has_turn(__atomic_load_n(&slot->turn, __ATOMIC_RELAXED), UMDF_KERNEL))
        return;
    if (__atomic_fetch_or(&slot->turn, UMDF_SEEN, __ATOMIC_SEQ_CST) & LPC_ASLEEP)
        hal_wake_shared((hal_u32 *)&slot->turn, 1);
}

static ULONG number_of(const struct host_request *request)
{
    return (ULONG)(request - host.requests);
}

/* What ends with the request, besides its IRP. */
static VOID end_parts(struct host_request *request, NTSTATUS status)
{
    const struct umdf_slot *slot = request->slot;
    struct host_stack *stack = request->stack;

    if (request->file)
        ObDereferenceObject(request->file);
    if (slot->major == IRP_MJ_CLOSE || (slot->major == IRP_MJ_CREATE && !NT_SUCCESS(status)))
        host_drop_file(stack, slot->file);
    if (slot->major == IRP_MJ_PNP && slot->minor == IRP_MN_REMOVE_DEVICE)
        host_drop_stack(stack);
    host_leave_stack(stack);
}

/* Its IRP is complete, and nobody else has it. */
static VOID finish(struct host_request *request)
{
    PIRP irp = request->reflected.irp;
    IO_STATUS_BLOCK result = irp->IoStatus;

    request->reflected.irp = NULL;
    IoFreeIrp(irp);
    end_parts(request, result.Status);
    host_answer(number_of(request), result.Status, result.Information);
}

static NTSTATUS NTAPI completed(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct host_request *request = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    /* Acquire and release: of the two, one finishes it, and sees what the other did. */
    if (!(__atomic_fetch_or(&request->state, HOST_COMPLETED, __ATOMIC_ACQ_REL) & HOST_CANCELLING))
        finish(request);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* ---- cancelling ------------------------------------------------------------------------- */

VOID host_cancel_request(ULONG number, hal_u32 serial)
{
    struct host_request *request;
    hal_u64 active = (hal_u64)serial << 32 | HOST_ACTIVE;

    if (number >= UMDF_SLOTS)
        return;
    request = &host.requests[number];
    /* If it is not active yet, who makes it so sees this. */
    __atomic_store_n(&request->cancelled, serial, __ATOMIC_SEQ_CST);
    if (!__atomic_compare_exchange_n(&request->state, &active, active | HOST_CANCELLING, 0,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    IoCancelIrp(request->reflected.irp);
    if (__atomic_fetch_and(&request->state, ~(hal_u64)HOST_CANCELLING, __ATOMIC_ACQ_REL) &
        HOST_COMPLETED)
        finish(request);
}

/* ---- IRPs ------------------------------------------------------------------------------- */

/* FALSE: what is lent cannot be reached. */
static BOOLEAN find_data(struct host_request *request)
{
    const struct umdf_slot *slot = request->slot;
    PUCHAR lent = slot->lent ? host_find_loan(slot) : NULL;
    PUCHAR input = slot->lent & UMDF_LENT_INPUT ? lent : host.data;
    PUCHAR output = slot->lent & UMDF_LENT_OUTPUT ? lent : host.data;

    if (!input || !output)
        return FALSE;
    request->reflected.input =
        (struct umdf_buffer){slot->input_length ? input + slot->input : NULL, slot->input_length};
    request->reflected.output = (struct umdf_buffer){
        slot->output_length ? output + slot->output : NULL, slot->output_length};
    return TRUE;
}

static VOID describe_create(PIO_STACK_LOCATION location, const struct umdf_slot *slot)
{
    location->Parameters.Create.Options = (ULONG)slot->words[0];
    location->Parameters.Create.FileAttributes = (USHORT)slot->words[1];
    location->Parameters.Create.ShareAccess = (USHORT)(slot->words[1] >> 16);
}

static VOID describe_power(PIO_STACK_LOCATION location, const struct umdf_slot *slot)
{
    location->Parameters.Power.Type = (POWER_STATE_TYPE)slot->words[0];
    location->Parameters.Power.State.DeviceState = (DEVICE_POWER_STATE)slot->words[1];
    location->Parameters.Power.ShutdownType = (POWER_ACTION)slot->words[2];
    location->Parameters.Power.SystemContext = (ULONG)slot->words[3];
}

static VOID describe_transfer(PIRP irp, PIO_STACK_LOCATION location, const struct umdf_slot *slot)
{
    const struct umdf_reflected *reflected = umdf_reflected_of(irp);
    const struct umdf_buffer *buffer =
        slot->major == IRP_MJ_READ ? &reflected->output : &reflected->input;

    location->Parameters.Read.Length = (ULONG)buffer->length;
    location->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)slot->offset;
    location->Parameters.Read.Key = slot->code;
    irp->AssociatedIrp.SystemBuffer = buffer->address;
}

static VOID describe_control(PIRP irp, PIO_STACK_LOCATION location, const struct umdf_slot *slot)
{
    location->Parameters.DeviceIoControl.IoControlCode = slot->code;
    location->Parameters.DeviceIoControl.InputBufferLength = slot->input_length;
    location->Parameters.DeviceIoControl.OutputBufferLength = slot->output_length;
    irp->AssociatedIrp.SystemBuffer = umdf_reflected_of(irp)->input.address;
    irp->UserBuffer = umdf_reflected_of(irp)->output.address;
}

static VOID describe(PIRP irp, PIO_STACK_LOCATION location, const struct umdf_slot *slot)
{
    switch (slot->major) {
    case IRP_MJ_CREATE:
        describe_create(location, slot);
        break;
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        describe_transfer(irp, location, slot);
        break;
    case IRP_MJ_DEVICE_CONTROL:
        describe_control(irp, location, slot);
        break;
    case IRP_MJ_POWER:
        describe_power(location, slot);
        break;
    default:
        break;
    }
}

static VOID reflect(struct host_request *request, PIRP irp)
{
    const struct umdf_slot *slot = request->slot;

    request->reflected.irp = irp;
    request->reflected.access = (enum umdf_access)slot->access;
    request->reflected.process = slot->process;
    request->reflected.mode = (KPROCESSOR_MODE)slot->mode;
    irp->Tail.Overlay.AuxiliaryBuffer = (PCHAR)&request->reflected;
    irp->Tail.Overlay.Thread = (PETHREAD)ke_current();
    irp->Tail.Overlay.OriginalFileObject = request->file;
    irp->RequestorMode = (KPROCESSOR_MODE)slot->mode;
    irp->Flags = slot->flags & 0xFFFFFF;
    irp->IoStatus.Status = (NTSTATUS)slot->words[4];
    irp->IoStatus.Information = slot->words[5];
    if (slot->has_activity)
        IoSetActivityIdIrp(irp, (const GUID *)slot->activity);
}

static PIRP make_irp(struct host_request *request, PDEVICE_OBJECT top)
{
    const struct umdf_slot *slot = request->slot;
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    PIO_STACK_LOCATION location;

    if (!irp)
        return NULL;
    reflect(request, irp);
    location = IoGetNextIrpStackLocation(irp);
    location->MajorFunction = slot->major;
    location->MinorFunction = slot->minor;
    location->Flags = (UCHAR)(slot->flags >> 24);
    location->FileObject = request->file;
    describe(irp, location, slot);
    IoSetCompletionRoutine(irp, completed, request, TRUE, TRUE, TRUE);
    return irp;
}

/* ---- sending -------------------------------------------------------------------------- */

static NTSTATUS find_file(struct host_request *request)
{
    const struct umdf_slot *slot = request->slot;
    UNICODE_STRING name = {(USHORT)slot->input_length, (USHORT)slot->input_length,
                           request->reflected.input.address};

    request->file = NULL;
    if (slot->major == IRP_MJ_CREATE)
        return host_make_file(request->stack, slot->file, &name, (ULONG)slot->words[3],
                              (ULONG)slot->offset, &request->file);
    request->file = host_find_file(request->stack, slot->file);
    return request->file || !slot->file ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

static hal_u32 this_thread(VOID)
{
    static _Thread_local hal_u32 number __attribute__((tls_model("initial-exec")));

    if (!number)
        number = hal_thread_id(); /* a call of Linux */
    return number;
}

static VOID send(struct host_request *request, PDEVICE_OBJECT top, hal_u32 serial)
{
    PIRP irp = make_irp(request, top);
    ULONG number = number_of(request);
    hal_u64 state = (hal_u64)serial << 32 | HOST_ACTIVE;
    hal_u32 thread = this_thread();

    if (!irp) {
        end_parts(request, STATUS_INSUFFICIENT_RESOURCES);
        host_answer(number, STATUS_INSUFFICIENT_RESOURCES, 0);
        return;
    }
    __atomic_store_n(&request->state, state, __ATOMIC_SEQ_CST);
    /* Who cancelled it before it was active did not find it. */
    if (__atomic_load_n(&request->cancelled, __ATOMIC_SEQ_CST) == serial)
        irp->Cancel = TRUE;
    __atomic_store_n(&request->thread, thread, __ATOMIC_RELAXED);
    if (request->slot->major == IRP_MJ_POWER)
        PoCallDriver(top, irp);
    else
        IoCallDriver(top, irp);
    /* Unless it is another's request by now. */
    __atomic_compare_exchange_n(&request->thread, &thread, 0, 0, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
    tell_seen(&host.board->slots[number]);
}

static VOID take_irp(struct host_request *request, ULONG number, hal_u32 serial)
{
    PDEVICE_OBJECT top;
    NTSTATUS status;

    request->stack = host_find_stack(request->slot->device);
    if (!request->stack) {
        host_answer(number, STATUS_NO_SUCH_DEVICE, 0);
        return;
    }
    status = find_data(request) ? find_file(request) : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status)) {
        host_leave_stack(request->stack);
        host_answer(number, status, 0);
        return;
    }
    top = IoGetAttachedDeviceReference(request->stack->pdo);
    send(request, top, serial);
    ObDereferenceObject(top);
}

static VOID add_device(struct umdf_slot *slot, ULONG number)
{
    PSTR reason = (PSTR)host.data + slot->output;
    hal_u32 word = 0;
    NTSTATUS status;

    memset(reason, 0, slot->output_length);
    status = host_add_stack(slot->device, host.data + slot->input, slot->input_length, reason,
                            slot->output_length, &word);
    slot->cookie = word;
    host_answer(number, status, strlen(reason));
}

VOID host_take_request(ULONG number, hal_u32 serial)
{
    struct host_request *request;

    if (number >= UMDF_SLOTS)
        return;
    request = &host.requests[number];
    request->slot = &host.board->slots[number];
    switch (request->slot->kind) {
    case UMDF_ADD_DEVICE:
        add_device(request->slot, number);
        break;
    case UMDF_IRP:
        take_irp(request, number, serial);
        break;
    case UMDF_TARGET_EVENT:
        host_answer(number, host_target_event((PVOID)(host.data + request->slot->input)), 0);
        break;
    default:
        host_answer(number, STATUS_NOT_SUPPORTED, 0);
        break;
    }
}
