/*
 * What a host asks the kernel for, on behalf of its drivers. A call is read once, and done on
 * a worker, since it may take long.
 */
#include "umdf.h"
#include "../pnp/pnp.h"

/* A call under way. */
struct call {
    WORK_QUEUE_ITEM item;
    struct umdf_host *host; /* referenced */
    ULONG number;
    struct umdf_stack *stack; /* with its remove lock held for this */
    hal_u32 kind, slot, code, input_length, output_length;
    UCHAR major, minor;
    BOOLEAN is_waiting;
    hal_u64 offset, words[4];
    struct umdf_request *request; /* SEND_LOWER: whose IRP is below */
    IO_STATUS_BLOCK result;
    UCHAR bytes[UMDF_CALL_BYTES]; /* in and out */
};

/* ---- the answer ----------------------------------------------------------------------- */

/* The call's slot is the host's again as soon as the turn is passed. */
static VOID answer(struct call *call)
{
    struct umdf_host *host = call->host;
    struct umdf_call *slot = &host->board->calls[call->number];

    if (call->stack)
        IoReleaseRemoveLock(&call->stack->remove_lock, call);
    memcpy(slot->bytes, call->bytes, call->output_length);
    slot->status = (hal_u32)call->result.Status;
    slot->information = call->result.Information;
    __atomic_store_n(&host->calls[call->number], 0, __ATOMIC_RELEASE);
    lpc_pass(&slot->turn, UMDF_HOST, LPC_ANSWER, 0);
    if (!call->is_waiting)
        umdf_post(host, UMDF_ANSWER, call->number, 0);
    ExFreePoolWithTag(call, UMDF_TAG);
    umdf_dereference_host(host);
}

static VOID answer_with(struct call *call, NTSTATUS status)
{
    call->result.Status = status;
    answer(call);
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
static VOID give_back(struct call *call, PIRP irp)
{
    struct umdf_request *request = call->request;
    struct umdf_host *host = call->host;

    call->result = irp->IoStatus;
    copy_for_host(host, request, &call->result);
    umdf_reference_host(host);
    answer(call);
    umdf_end(host, request, UMDF_HERE);
    umdf_dereference_host(host);
}

static NTSTATUS NTAPI came_back(PDEVICE_OBJECT device, PIRP irp, PVOID call)
{
    UNREFERENCED_PARAMETER(device);
    give_back(call, irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
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
static VOID send_pnp(struct call *call, PIRP irp)
{
    PDEVICE_OBJECT below = call->request->stack->below;
    KEVENT done;

    irp->IoStatus.Status = (NTSTATUS)call->words[0];
    irp->IoStatus.Information = call->words[1];
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, caught, &done, TRUE, TRUE, TRUE);
    IoCallDriver(below, irp);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    give_back(call, irp);
}

/* FALSE: the host has answered the request already, or never had it. */
static BOOLEAN take_from_host(struct umdf_request *request)
{
    hal_u32 ends = __atomic_load_n(&request->ends, __ATOMIC_ACQUIRE);

    do {
        if ((ends & (UMDF_CLOSED | UMDF_ANSWERED)) || !(ends & UMDF_HERE))
            return FALSE;
    } while (!__atomic_compare_exchange_n(&request->ends, &ends, ends & ~(hal_u32)UMDF_HERE, 1,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return TRUE;
}

/* Its cancel routine has begun to run; if not, it will not run any more. */
static BOOLEAN is_being_cancelled(struct umdf_request *request)
{
    return !(__atomic_load_n(&request->ends, __ATOMIC_RELAXED) & UMDF_UNCANCELABLE) &&
           !umdf_disarm(request);
}

static VOID send_lower(struct call *call)
{
    struct umdf_host *host = call->host;
    struct umdf_request *request;
    PIO_STACK_LOCATION location;
    PIRP irp;

    if (call->slot >= UMDF_SLOTS) {
        answer_with(call, STATUS_INVALID_PARAMETER);
        return;
    }
    request = &host->requests[call->slot];
    if (!take_from_host(request)) {
        answer_with(call, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    irp = request->irp;
    call->request = request;
    if (is_being_cancelled(request)) {
        umdf_reference_host(host);
        answer_with(call, STATUS_CANCELLED);
        umdf_end(host, request, UMDF_HERE);
        umdf_dereference_host(host);
        return;
    }
    location = IoGetCurrentIrpStackLocation(irp);
    if (location->MajorFunction == IRP_MJ_PNP) {
        send_pnp(call, irp);
        return;
    }
    if (location->MajorFunction == IRP_MJ_POWER)
        PoStartNextPowerIrp(irp);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, came_back, call, TRUE, TRUE, TRUE);
    PoCallDriver(request->stack->below, irp);
}

/* ---- a request of a driver's own ------------------------------------------------------ */

static PIRP build(struct call *call, PVOID output, PKEVENT done)
{
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)call->offset};

    switch (call->major) {
    case IRP_MJ_READ:
        return IoBuildSynchronousFsdRequest(IRP_MJ_READ, call->stack->below, output,
                                            call->output_length, &offset, done, &call->result);
    case IRP_MJ_WRITE:
        return IoBuildSynchronousFsdRequest(IRP_MJ_WRITE, call->stack->below, call->bytes,
                                            call->input_length, &offset, done, &call->result);
    case IRP_MJ_DEVICE_CONTROL:
        return IoBuildDeviceIoControlRequest(call->code, call->stack->below, call->bytes,
                                             call->input_length, output, call->output_length, FALSE,
                                             done, &call->result);
    default:
        return NULL;
    }
}

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

static NTSTATUS query_capabilities(struct call *call)
{
    DEVICE_CAPABILITIES *capabilities = (DEVICE_CAPABILITIES *)call->bytes;

    if (call->input_length != sizeof(*capabilities) || call->output_length != sizeof(*capabilities))
        return STATUS_INVALID_PARAMETER;
    capabilities->Size = sizeof(*capabilities);
    capabilities->Version = 1;
    return query_lower(call->stack->below, capabilities);
}

static NTSTATUS send_own(struct call *call, PVOID output)
{
    NTSTATUS status;
    KEVENT done;
    PIRP irp;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    irp = build(call, output, &done);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = IoCallDriver(call->stack->below, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
        status = call->result.Status;
    }
    return status;
}

static VOID new_lower(struct call *call)
{
    PVOID output;
    NTSTATUS status;

    if (call->major == IRP_MJ_PNP) {
        answer_with(call, call->minor == IRP_MN_QUERY_CAPABILITIES ? query_capabilities(call)
                                                                   : STATUS_NOT_SUPPORTED);
        return;
    }
    if (call->major != IRP_MJ_READ && call->major != IRP_MJ_WRITE &&
        call->major != IRP_MJ_DEVICE_CONTROL) {
        answer_with(call, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    output = ExAllocatePool2(POOL_FLAG_NON_PAGED, call->output_length + 1, UMDF_TAG);
    if (!output) {
        answer_with(call, STATUS_INSUFFICIENT_RESOURCES);
        return;
    }
    status = send_own(call, output);
    memcpy(call->bytes, output, call->output_length);
    ExFreePoolWithTag(output, UMDF_TAG);
    answer_with(call, status);
}

/* ---- the rest ------------------------------------------------------------------------- */

/* bytes: the class, then the reference string. */
static NTSTATUS set_interface(struct call *call)
{
    UNICODE_STRING reference, link;
    GUID guid;
    NTSTATUS status;

    if (call->input_length < sizeof(guid) || call->input_length > sizeof(guid) + 512 ||
        call->input_length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    memcpy(&guid, call->bytes, sizeof(guid));
    reference.Buffer = (PWSTR)(call->bytes + sizeof(guid));
    reference.Length = reference.MaximumLength = (USHORT)(call->input_length - sizeof(guid));
    status = IoRegisterDeviceInterface(call->stack->pdo, &guid,
                                       reference.Length ? &reference : NULL, &link);
    if (!NT_SUCCESS(status))
        return status;
    status = IoSetDeviceInterfaceState(&link, call->words[0] != 0);
    RtlFreeUnicodeString(&link);
    return status;
}

struct link {
    LIST_ENTRY entry;
    UNICODE_STRING name;
    WCHAR text[];
};

VOID umdf_drop_links(struct umdf_stack *stack)
{
    while (!IsListEmpty(&stack->links)) {
        struct link *link = CONTAINING_RECORD(RemoveHeadList(&stack->links), struct link, entry);

        IoDeleteSymbolicLink(&link->name);
        ExFreePoolWithTag(link, UMDF_TAG);
    }
}

/* One of the stack's own, taken off its list; or NULL. */
static struct link *take_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&stack->link_lock);
    for (entry = stack->links.Flink; entry != &stack->links && !found; entry = entry->Flink) {
        struct link *link = CONTAINING_RECORD(entry, struct link, entry);

        if (rtl_equal_no_case(&link->name, name))
            found = link;
    }
    if (found)
        RemoveEntryList(&found->entry);
    mm_release(&stack->link_lock);
    return found;
}

static NTSTATUS delete_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *link = take_link(stack, name);
    NTSTATUS status;

    if (!link)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = IoDeleteSymbolicLink(&link->name);
    ExFreePoolWithTag(link, UMDF_TAG);
    return status;
}

static NTSTATUS create_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *link =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*link) + name->Length, UMDF_TAG);
    WCHAR text[128];
    UNICODE_STRING target = {.Buffer = text};
    ULONG bytes;
    NTSTATUS status;

    if (!link)
        return STATUS_INSUFFICIENT_RESOURCES;
    link->name = (UNICODE_STRING){name->Length, name->Length, link->text};
    memcpy(link->text, name->Buffer, name->Length);
    status = IoGetDeviceProperty(stack->pdo, DevicePropertyPhysicalDeviceObjectName, sizeof(text),
                                 text, &bytes);
    if (NT_SUCCESS(status)) {
        target.Length = target.MaximumLength = (USHORT)(bytes - sizeof(WCHAR));
        status = IoCreateSymbolicLink(&link->name, &target);
    }
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(link, UMDF_TAG);
        return status;
    }
    mm_acquire(&stack->link_lock);
    InsertHeadList(&stack->links, &link->entry);
    mm_release(&stack->link_lock);
    return STATUS_SUCCESS;
}

/* bytes: the name of a symbolic link to the device. */
static NTSTATUS change_link(struct call *call)
{
    UNICODE_STRING name = {(USHORT)call->input_length, (USHORT)call->input_length,
                           (PWSTR)call->bytes};

    if (!call->input_length || call->input_length > 512 || call->input_length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    return call->words[0] ? delete_link(call->stack, &name) : create_link(call->stack, &name);
}

static VOID NTAPI power_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                             PIO_STATUS_BLOCK result)
{
    struct call *call = context;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    __atomic_sub_fetch(&call->stack->power_requests, 1, __ATOMIC_RELEASE);
    answer_with(call, result->Status);
}

static VOID request_power(struct call *call)
{
    POWER_STATE state = {.DeviceState = (DEVICE_POWER_STATE)call->words[0]};
    NTSTATUS status;

    if ((call->minor != IRP_MN_SET_POWER && call->minor != IRP_MN_QUERY_POWER) ||
        state.DeviceState < PowerDeviceD0 || state.DeviceState > PowerDeviceD3) {
        answer_with(call, STATUS_INVALID_PARAMETER);
        return;
    }
    __atomic_add_fetch(&call->stack->power_requests, 1, __ATOMIC_RELEASE);
    status = PoRequestPowerIrp(call->stack->pdo, call->minor, state, power_done, call, NULL);
    if (status == STATUS_PENDING)
        return;
    __atomic_sub_fetch(&call->stack->power_requests, 1, __ATOMIC_RELEASE);
    answer_with(call, status);
}

static VOID NTAPI work(PVOID context)
{
    struct call *call = context;

    switch (call->kind) {
    case UMDF_SEND_LOWER:
        send_lower(call);
        break;
    case UMDF_NEW_LOWER:
        new_lower(call);
        break;
    case UMDF_SET_INTERFACE:
        answer_with(call, set_interface(call));
        break;
    case UMDF_LINK:
        answer_with(call, change_link(call));
        break;
    case UMDF_REQUEST_POWER:
        request_power(call);
        break;
    default:
        answer_with(call, STATUS_INVALID_PARAMETER);
        break;
    }
}

/* Each word of it once. */
static VOID read_call(const struct umdf_call *from, struct call *call)
{
    ULONG i;

    call->kind = __atomic_load_n(&from->kind, __ATOMIC_RELAXED);
    call->slot = __atomic_load_n(&from->slot, __ATOMIC_RELAXED);
    call->major = __atomic_load_n(&from->major, __ATOMIC_RELAXED);
    call->minor = __atomic_load_n(&from->minor, __ATOMIC_RELAXED);
    call->is_waiting = __atomic_load_n(&from->is_waiting, __ATOMIC_RELAXED) != 0;
    call->code = __atomic_load_n(&from->code, __ATOMIC_RELAXED);
    call->offset = __atomic_load_n(&from->offset, __ATOMIC_RELAXED);
    call->input_length = __atomic_load_n(&from->input_length, __ATOMIC_RELAXED);
    call->output_length = __atomic_load_n(&from->output_length, __ATOMIC_RELAXED);
    for (i = 0; i < RTL_NUMBER_OF(call->words); i++)
        call->words[i] = __atomic_load_n(&from->words[i], __ATOMIC_RELAXED);
    call->input_length = min(call->input_length, sizeof(call->bytes));
    call->output_length = min(call->output_length, sizeof(call->bytes));
    memcpy(call->bytes, from->bytes, call->input_length);
}

VOID umdf_take_call(struct umdf_host *host, ULONG number)
{
    const struct umdf_call *from = &host->board->calls[number];
    struct call *call;

    if (__atomic_exchange_n(&host->calls[number], 1, __ATOMIC_ACQUIRE))
        return; /* it asks twice */
    call = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*call), UMDF_TAG);
    if (!call) {
        umdf_kill_host(host, "there is no memory to serve it");
        return;
    }
    umdf_reference_host(host);
    call->host = host;
    call->number = number;
    read_call(from, call);
    call->stack = umdf_find_stack(host, __atomic_load_n(&from->device, __ATOMIC_RELAXED), call);
    if (!call->stack) {
        call->output_length = 0;
        answer_with(call, STATUS_NO_SUCH_DEVICE);
        return;
    }
    ExInitializeWorkItem(&call->item, work, call);
    ExQueueWorkItem(&call->item, DelayedWorkQueue);
}
