/*
 * What a host asks the kernel for, on behalf of its drivers. A call is read once, and done on
 * a worker, since it may take long.
 */
#include "errand.h"

#define HOST_PLACE ((hal_u64)UMDF_DATA_PAGES << PAGE_SHIFT)
#define END_PLACE ((hal_u64)UMDF_AREA_PAGES << PAGE_SHIFT)

/* ---- the answer ----------------------------------------------------------------------- */

static hal_u64 output_place(const struct umdf_errand *errand)
{
    return errand->place + (((hal_u64)errand->input_length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull));
}

static VOID copy_output(const struct umdf_errand *errand)
{
    struct umdf_host *host = errand->host;
    ULONG bytes = min(errand->output_bytes, errand->output_length);

    if (!errand->output || !bytes)
        return;
    memcpy(errand->place ? host->data + output_place(errand)
                         : host->board->calls[errand->number].bytes,
           errand->output, bytes);
}

VOID umdf_answer(struct umdf_errand *errand)
{
    struct umdf_host *host = errand->host;
    struct umdf_call *call = &host->board->calls[errand->number];

    if (errand->stack)
        IoReleaseRemoveLock(&errand->stack->remove_lock, errand);
    copy_output(errand);
    call->status = (hal_u32)errand->result.Status;
    call->information = errand->result.Information;
    mm_acquire(&host->lock);
    /* Release: pairs with umdf_take_call, which looks without the lock. */
    __atomic_store_n(&host->errands[errand->number], NULL, __ATOMIC_RELEASE);
    mm_release(&host->lock);
    /* The call is the host's again from here on. */
    lpc_pass(&call->turn, UMDF_HOST, LPC_ANSWER, 0);
    if (!errand->is_waiting)
        umdf_post(host, UMDF_ANSWER, errand->number, 0);
    if (errand->data) {
        ExFreePoolWithTag(errand->data, UMDF_TAG);
        __atomic_fetch_sub(&host->errand_bytes, errand->data_bytes, __ATOMIC_RELAXED);
    }
    ExFreePoolWithTag(errand, UMDF_TAG);
    umdf_dereference_host(host);
}

VOID umdf_answer_with(struct umdf_errand *errand, NTSTATUS status)
{
    errand->result.Status = status;
    umdf_answer(errand);
}

/* ---- IRPs that drivers have ------------------------------------------------------------ */

static VOID NTAPI end(PVOID context)
{
    struct umdf_errand *errand = context;

    errand->over(errand);
}

static NTSTATUS NTAPI came_back(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct umdf_errand *errand = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    /* Acquire and release: of the two, one ends it, and sees what the other did. */
    if (__atomic_fetch_or(&errand->state, ERRAND_OVER, __ATOMIC_ACQ_REL) & ERRAND_CANCELLING)
        return STATUS_MORE_PROCESSING_REQUIRED;
    /* The last reference to a file may be this errand's. */
    if (errand->file && KeGetCurrentIrql() != PASSIVE_LEVEL) {
        ExInitializeWorkItem(&errand->item, end, errand);
        ExQueueWorkItem(&errand->item, DelayedWorkQueue);
    } else {
        errand->over(errand);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

VOID umdf_set_activity(const struct umdf_errand *errand)
{
    GUID activity;

    if (!errand->has_activity)
        return;
    memcpy(&activity, &errand->words[2], sizeof(activity));
    IoSetActivityIdIrp(errand->irp, &activity);
}

VOID umdf_send_errand(struct umdf_errand *errand, PDEVICE_OBJECT device,
                      VOID (*over)(struct umdf_errand *errand))
{
    PIRP irp = errand->irp;

    errand->over = over;
    IoSetCompletionRoutine(irp, came_back, errand, TRUE, TRUE, TRUE);
    if (__atomic_fetch_or(&errand->state, ERRAND_SENT, __ATOMIC_ACQ_REL) & ERRAND_UNWANTED)
        irp->Cancel = TRUE;
    PoCallDriver(device, irp);
}

/* The host's lock is held: the errand stays. TRUE: the caller is to cancel its IRP, and to end. */
static BOOLEAN begin_cancel(struct umdf_errand *errand)
{
    hal_u32 state = __atomic_load_n(&errand->state, __ATOMIC_RELAXED), next;

    do {
        if (state & (ERRAND_OVER | ERRAND_CANCELLING))
            return FALSE;
        next = state | (state & ERRAND_SENT ? ERRAND_CANCELLING : ERRAND_UNWANTED);
    } while (!__atomic_compare_exchange_n(&errand->state, &state, next, 1, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    return (next & ERRAND_CANCELLING) != 0;
}

static VOID cancel(struct umdf_errand *errand)
{
    IoCancelIrp(errand->irp);
    if (__atomic_fetch_and(&errand->state, ~(hal_u32)ERRAND_CANCELLING, __ATOMIC_ACQ_REL) &
        ERRAND_OVER)
        errand->over(errand);
}

VOID umdf_cancel_call(struct umdf_host *host, ULONG number)
{
    hal_u32 serial = __atomic_load_n(&host->board->calls[number].cancelled, __ATOMIC_RELAXED);
    struct umdf_errand *errand;
    BOOLEAN cancels;

    mm_acquire(&host->lock);
    errand = host->errands[number];
    cancels = errand && errand->serial == serial && begin_cancel(errand);
    mm_release(&host->lock);
    if (cancels)
        cancel(errand);
}

VOID umdf_cancel_calls(struct umdf_host *host)
{
    struct umdf_errand *errand;
    BOOLEAN cancels;
    ULONG i;

    for (i = 0; i < UMDF_CALLS; i++) {
        mm_acquire(&host->lock);
        errand = host->errands[i];
        cancels = errand && errand->kind == UMDF_SEND_NEW && begin_cancel(errand);
        mm_release(&host->lock);
        if (cancels)
            cancel(errand);
    }
}

/* ---- the request that the host has, on to the next lower driver ----------------------- */

/* On the way up the data goes to the host, whose drivers may look at it. */
static VOID copy_for_host(struct umdf_host *host, struct umdf_request *request,
                          const IO_STATUS_BLOCK *result)
{
    ULONG bytes = (ULONG)min(result->Information, request->data.output_length);

    if (request->data.lent == UMDF_LENT_OUTPUT && !NT_ERROR(result->Status))
        umdf_copy_ends_in(&request->data);
    if (request->data.to && !request->data.is_in_direct && !NT_ERROR(result->Status))
        memcpy(host->data + request->output_place, request->data.to, bytes);
}

/* The IRP is the reflector's again, as far as the host does not have it. */
static VOID give_back(struct umdf_errand *errand)
{
    struct umdf_request *request = errand->request;
    struct umdf_host *host = errand->host;

    errand->result = errand->irp->IoStatus;
    copy_for_host(host, request, &errand->result);
    umdf_reference_host(host);
    umdf_answer(errand);
    umdf_end(host, request, UMDF_HERE);
    umdf_dereference_host(host);
}

static NTSTATUS NTAPI caught(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/*
 * The drivers below must have left their dispatch routines before the PnP manager goes on: it
 * may unload them.
 */
static VOID send_pnp(struct umdf_errand *errand, PIRP irp)
{
    PDEVICE_OBJECT below = errand->request->stack->below;
    KEVENT done;

    irp->IoStatus.Status = (NTSTATUS)errand->words[0];
    irp->IoStatus.Information = errand->words[1];
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, caught, &done, TRUE, TRUE, TRUE);
    IoCallDriver(below, irp);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    give_back(errand);
}

/* The PnP and power managers send once, and so does a host. */
static BOOLEAN is_once(const struct umdf_request *request)
{
    return request->major == IRP_MJ_PNP || request->major == IRP_MJ_POWER;
}

/* FALSE: the host has answered the request already, or never had it, or has sent it before. */
static BOOLEAN take_from_host(struct umdf_request *request)
{
    hal_u32 ends = __atomic_load_n(&request->ends, __ATOMIC_ACQUIRE);

    do {
        if ((ends & (UMDF_CLOSED | UMDF_ANSWERED)) || !(ends & UMDF_HERE) ||
            ((ends & UMDF_WENT_DOWN) && is_once(request)))
            return FALSE;
    } while (!__atomic_compare_exchange_n(&request->ends, &ends,
                                          (ends & ~(hal_u32)UMDF_HERE) | UMDF_WENT_DOWN, 1,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return TRUE;
}

/* Its cancel routine has begun to run; if not, it will not run any more. */
static BOOLEAN is_being_cancelled(struct umdf_request *request)
{
    return !(__atomic_load_n(&request->ends, __ATOMIC_RELAXED) & UMDF_UNCANCELABLE) &&
           !umdf_disarm(request);
}

static VOID send_lower(struct umdf_errand *errand)
{
    struct umdf_host *host = errand->host;
    struct umdf_request *request;
    PIO_STACK_LOCATION location;
    PIRP irp;

    if (errand->slot >= UMDF_SLOTS) {
        umdf_answer_with(errand, STATUS_INVALID_PARAMETER);
        return;
    }
    request = &host->requests[errand->slot];
    if (!take_from_host(request)) {
        umdf_answer_with(errand, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    irp = errand->irp = request->irp;
    errand->request = request;
    if (is_being_cancelled(request)) {
        umdf_reference_host(host);
        umdf_answer_with(errand, STATUS_CANCELLED);
        umdf_end(host, request, UMDF_HERE);
        umdf_dereference_host(host);
        return;
    }
    umdf_set_activity(errand);
    location = IoGetCurrentIrpStackLocation(irp);
    if (location->MajorFunction == IRP_MJ_PNP) {
        send_pnp(errand, irp);
        return;
    }
    if (location->MajorFunction == IRP_MJ_POWER)
        PoStartNextPowerIrp(irp);
    IoCopyCurrentIrpStackLocationToNext(irp);
    umdf_send_errand(errand, request->stack->below, give_back);
}

/* ---- the rest ------------------------------------------------------------------------- */

static NTSTATUS query_lower(PDEVICE_OBJECT below, PDEVICE_CAPABILITIES capabilities)
{
    PIO_STACK_LOCATION location;
    IO_STATUS_BLOCK result;
    KEVENT done;
    PIRP irp;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, below, NULL, 0, NULL, &done, &result);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    location = IoGetNextIrpStackLocation(irp);
    location->MinorFunction = IRP_MN_QUERY_CAPABILITIES;
    location->Parameters.DeviceCapabilities.Capabilities = capabilities;
    if (IoCallDriver(below, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    return result.Status;
}

static NTSTATUS query_capabilities(struct umdf_errand *errand)
{
    DEVICE_CAPABILITIES *capabilities = (DEVICE_CAPABILITIES *)errand->bytes;

    if (errand->place || errand->input_length != sizeof(*capabilities) ||
        errand->output_length != sizeof(*capabilities))
        return STATUS_INVALID_PARAMETER;
    capabilities->Size = sizeof(*capabilities);
    capabilities->Version = 1;
    errand->output = errand->bytes;
    errand->output_bytes = sizeof(*capabilities);
    return query_lower(errand->stack->below, capabilities);
}

static VOID send_new(struct umdf_errand *errand)
{
    if (errand->major != IRP_MJ_PNP)
        umdf_send_new(errand);
    else
        umdf_answer_with(errand, errand->minor == IRP_MN_QUERY_CAPABILITIES
                                     ? query_capabilities(errand)
                                     : STATUS_NOT_SUPPORTED);
}

static VOID NTAPI power_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                             PIO_STATUS_BLOCK result)
{
    struct umdf_errand *errand = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    __atomic_sub_fetch(&errand->stack->power_requests, 1, __ATOMIC_RELEASE);
    umdf_answer_with(errand, result->Status);
}

static VOID request_power(struct umdf_errand *errand)
{
    POWER_STATE state = {.DeviceState = (DEVICE_POWER_STATE)errand->words[0]};
    NTSTATUS status;

    if ((errand->minor != IRP_MN_SET_POWER && errand->minor != IRP_MN_QUERY_POWER) ||
        state.DeviceState < PowerDeviceD0 || state.DeviceState > PowerDeviceD3) {
        umdf_answer_with(errand, STATUS_INVALID_PARAMETER);
        return;
    }
    __atomic_add_fetch(&errand->stack->power_requests, 1, __ATOMIC_RELEASE);
    status = PoRequestPowerIrp(errand->stack->pdo, errand->minor, state, power_done, errand, NULL);
    if (status == STATUS_PENDING)
        return;
    __atomic_sub_fetch(&errand->stack->power_requests, 1, __ATOMIC_RELEASE);
    umdf_answer_with(errand, status);
}

static VOID NTAPI work(PVOID context)
{
    struct umdf_errand *errand = context;

    switch (errand->kind) {
    case UMDF_SEND_LOWER:
        send_lower(errand);
        break;
    case UMDF_SEND_NEW:
        send_new(errand);
        break;
    case UMDF_REQUEST_POWER:
        request_power(errand);
        break;
    case UMDF_SET_INTERFACE:
        umdf_answer_with(errand, umdf_set_interface(errand));
        break;
    case UMDF_LINK:
        umdf_answer_with(errand, umdf_change_link(errand));
        break;
    case UMDF_POST_EVENT:
        umdf_answer_with(errand, umdf_post_event(errand));
        break;
    case UMDF_OPEN:
        umdf_answer_with(errand, umdf_open_target(errand));
        break;
    case UMDF_CLOSE:
        umdf_answer_with(errand, umdf_close_target(errand));
        break;
    default:
        umdf_answer_with(errand, STATUS_INVALID_PARAMETER);
        break;
    }
}

/* ---- taking --------------------------------------------------------------------------- */

BOOLEAN umdf_make_data(struct umdf_errand *errand, SIZE_T bytes)
{
    hal_u64 *used = &errand->host->errand_bytes;

    if (__atomic_add_fetch(used, bytes, __ATOMIC_RELAXED) <= UMDF_ERRAND_BYTES)
        errand->data = ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, UMDF_TAG);
    errand->data_bytes = bytes;
    if (!errand->data)
        __atomic_fetch_sub(used, bytes, __ATOMIC_RELAXED);
    return errand->data != NULL;
}

VOID umdf_fetch_input(const struct umdf_errand *errand, PVOID to)
{
    memcpy(to, errand->place ? errand->host->data + errand->place : errand->bytes,
           errand->input_length);
}

/* Each word of it once. */
static VOID read_call(const struct umdf_call *from, struct umdf_errand *errand)
{
    ULONG i;

    errand->kind = __atomic_load_n(&from->kind, __ATOMIC_RELAXED);
    errand->slot = __atomic_load_n(&from->slot, __ATOMIC_RELAXED);
    errand->major = __atomic_load_n(&from->major, __ATOMIC_RELAXED);
    errand->minor = __atomic_load_n(&from->minor, __ATOMIC_RELAXED);
    errand->is_waiting = __atomic_load_n(&from->is_waiting, __ATOMIC_RELAXED) != 0;
    errand->has_activity = __atomic_load_n(&from->has_activity, __ATOMIC_RELAXED) != 0;
    errand->code = __atomic_load_n(&from->code, __ATOMIC_RELAXED);
    errand->offset = __atomic_load_n(&from->offset, __ATOMIC_RELAXED);
    errand->input_length = __atomic_load_n(&from->input_length, __ATOMIC_RELAXED);
    errand->output_length = __atomic_load_n(&from->output_length, __ATOMIC_RELAXED);
    errand->target_number = __atomic_load_n(&from->target, __ATOMIC_RELAXED);
    errand->place = __atomic_load_n(&from->place, __ATOMIC_RELAXED);
    errand->serial = __atomic_load_n(&from->serial, __ATOMIC_RELAXED);
    for (i = 0; i < RTL_NUMBER_OF(errand->words); i++)
        errand->words[i] = __atomic_load_n(&from->words[i], __ATOMIC_RELAXED);
}

/* Its data is in the call, or in the part of the data area that is the host's. */
static BOOLEAN has_data(const struct umdf_errand *errand)
{
    if (!errand->place)
        return errand->input_length <= UMDF_CALL_BYTES && errand->output_length <= UMDF_CALL_BYTES;
    return errand->place >= HOST_PLACE && errand->place <= END_PLACE &&
           output_place(errand) <= END_PLACE &&
           errand->output_length <= END_PLACE - output_place(errand);
}

static struct umdf_errand *make_errand(struct umdf_host *host, ULONG number)
{
    struct umdf_errand *errand = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*errand), UMDF_TAG);

    if (!errand)
        return NULL;
    umdf_reference_host(host);
    errand->host = host;
    errand->number = number;
    mm_acquire(&host->lock);
    __atomic_store_n(&host->errands[number], errand, __ATOMIC_RELAXED);
    mm_release(&host->lock);
    return errand;
}

/* What the host asks for makes sense so far. */
static NTSTATUS check(struct umdf_errand *errand, const struct umdf_call *from)
{
    if (!has_data(errand)) {
        errand->place = 0;
        errand->input_length = errand->output_length = 0;
        return STATUS_INVALID_PARAMETER;
    }
    if (!errand->place)
        memcpy(errand->bytes, from->bytes, errand->input_length);
    errand->stack =
        umdf_find_stack(errand->host, __atomic_load_n(&from->device, __ATOMIC_RELAXED), errand);
    return errand->stack ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

VOID umdf_take_call(struct umdf_host *host, ULONG number)
{
    const struct umdf_call *from = &host->board->calls[number];
    struct umdf_errand *errand;
    NTSTATUS status;

    /* Only this thread sets it. */
    if (__atomic_load_n(&host->errands[number], __ATOMIC_ACQUIRE))
        return; /* it asks twice */
    errand = make_errand(host, number);
    if (!errand) {
        umdf_kill_host(host, "there is no memory to serve it");
        return;
    }
    read_call(from, errand);
    status = check(errand, from);
    if (!NT_SUCCESS(status)) {
        umdf_answer_with(errand, status);
        return;
    }
    ExInitializeWorkItem(&errand->item, work, errand);
    ExQueueWorkItem(&errand->item, DelayedWorkQueue);
}
