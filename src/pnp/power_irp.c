/*
 * PoRequestPowerIrp: a driver asks for a power request to its own stack.
 *
 * A device has one request at a time that queries or sets its power state, the others wait; and
 * one wait-wake request.
 */
#include "pnpp.h"
#include "power.h"

struct power_request {
    LIST_ENTRY link; /* in pnp_power.waiting */
    PIRP irp;
    PDEVICE_OBJECT top;    /* of the stack, referenced */
    PDEVICE_OBJECT device; /* the caller's, referenced */
    struct pnp_node *node; /* referenced; NULL: the stack is none of PnP's */
    UCHAR minor;
    POWER_STATE state;
    PREQUEST_POWER_COMPLETE complete;
    PVOID context;
    WORK_QUEUE_ITEM work; /* to send it at PASSIVE_LEVEL */
};

/* ---- a device's power ------------------------------------------------------------------- */

NTSTATUS pnp_power_create(struct pnp_node *node)
{
    struct pnp_power *power = pnp_allocate(sizeof(*power));

    if (!power)
        return STATUS_INSUFFICIENT_RESOURCES;
    power->node = node;
    KeInitializeSpinLock(&power->lock);
    InitializeListHead(&power->waiting);
    InitializeListHead(&power->idle_link);
    power->device_state = PowerDeviceUnspecified;
    power->system_state = PowerSystemWorking;
    node->power = power;
    return STATUS_SUCCESS;
}

VOID pnp_power_destroy(struct pnp_node *node)
{
    pnp_free(node->power);
    node->power = NULL;
}

POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type,
                                  POWER_STATE State)
{
    struct pnp_node *node = pnp_node_of_stack(DeviceObject);
    POWER_STATE previous = State;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!node)
        return previous;
    KeAcquireSpinLock(&node->power->lock, &irql);
    if (Type == DevicePowerState) {
        previous.DeviceState = node->power->device_state;
        node->power->device_state = State.DeviceState;
    } else {
        previous.SystemState = node->power->system_state;
        node->power->system_state = State.SystemState;
    }
    KeReleaseSpinLock(&node->power->lock, irql);
    pnp_node_dereference(node);
    return previous;
}

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return IoCallDriver(DeviceObject, Irp);
}

/* Since Windows Vista there is nothing to be done: the power manager knows without. */
VOID NTAPI PoStartNextPowerIrp(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
}

/* ---- a request's way -------------------------------------------------------------------- */

static VOID free_request(struct power_request *request)
{
    if (request->irp)
        IoFreeIrp(request->irp);
    ObDereferenceObject(request->top);
    ObDereferenceObject(request->device);
    if (request->node)
        pnp_node_dereference(request->node);
    pnp_free(request);
}

static BOOLEAN is_wait_wake(const struct power_request *request)
{
    return request->minor == IRP_MN_WAIT_WAKE;
}

static VOID present(struct power_request *request);

/* The request is complete: the next one's turn. */
static VOID leave(struct power_request *request)
{
    struct pnp_power *power = request->node ? request->node->power : NULL;
    struct power_request *next = NULL;
    KIRQL irql;

    if (!power)
        return;
    KeAcquireSpinLock(&power->lock, &irql);
    if (is_wait_wake(request)) {
        power->wait_wake = NULL;
    } else {
        if (!IsListEmpty(&power->waiting))
            next = CONTAINING_RECORD(RemoveHeadList(&power->waiting), struct power_request, link);
        power->active = next;
    }
    KeReleaseSpinLock(&power->lock, irql);
    if (next)
        present(next);
}

static NTSTATUS NTAPI completed(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct power_request *request = context;

    UNREFERENCED_PARAMETER(device);
    /* A device that is told of its wake may want to wait for the next one at once. */
    if (is_wait_wake(request))
        leave(request);
    if (request->complete)
        request->complete(request->device, request->minor, request->state, request->context,
                          &irp->IoStatus);
    if (!is_wait_wake(request))
        leave(request);
    free_request(request);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID send(struct power_request *request)
{
    IoCallDriver(request->top, request->irp);
}

static VOID NTAPI send_later(PVOID request)
{
    send(request);
}

/* Drivers whose code may be paged are not called above PASSIVE_LEVEL. */
static VOID present(struct power_request *request)
{
    if (KeGetCurrentIrql() > PASSIVE_LEVEL && (request->top->Flags & DO_POWER_PAGABLE)) {
        ExInitializeWorkItem(&request->work, send_later, request);
        ExQueueWorkItem(&request->work, CriticalWorkQueue);
    } else {
        send(request);
    }
}

static VOID describe(struct power_request *request)
{
    PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(request->irp);

    request->irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    request->irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
    location->MajorFunction = IRP_MJ_POWER;
    location->MinorFunction = request->minor;
    if (is_wait_wake(request)) {
        location->Parameters.WaitWake.PowerState = request->state.SystemState;
    } else {
        location->Parameters.Power.Type = DevicePowerState;
        location->Parameters.Power.State = request->state;
        location->Parameters.Power.ShutdownType = pnp_power_action();
    }
    IoSetCompletionRoutine(request->irp, completed, request, TRUE, TRUE, TRUE);
}

static NTSTATUS make_request(PDEVICE_OBJECT device, struct power_request **made)
{
    struct power_request *request = pnp_allocate(sizeof(*request));

    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    request->top = IoGetAttachedDeviceReference(device);
    request->device = device;
    ObReferenceObject(device);
    request->node = pnp_node_of_stack(device);
    request->irp = IoAllocateIrp(request->top->StackSize, FALSE);
    if (!request->irp) {
        free_request(request);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *made = request;
    return STATUS_SUCCESS;
}

/* STATUS_SUCCESS: send it now; STATUS_PENDING: it waits for its turn; or it is refused. */
static NTSTATUS enter(struct power_request *request)
{
    struct pnp_power *power = request->node ? request->node->power : NULL;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    if (!power)
        return STATUS_SUCCESS;
    KeAcquireSpinLock(&power->lock, &irql);
    if (is_wait_wake(request)) {
        if (power->wait_wake)
            status = STATUS_DEVICE_BUSY;
        else
            power->wait_wake = request;
    } else if (power->active) {
        InsertTailList(&power->waiting, &request->link);
        status = STATUS_PENDING;
    } else {
        power->active = request;
    }
    KeReleaseSpinLock(&power->lock, irql);
    return status;
}

NTSTATUS NTAPI PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction,
                                 POWER_STATE PowerState, PREQUEST_POWER_COMPLETE CompletionFunction,
                                 PVOID Context, PIRP *Irp)
{
    struct power_request *request;
    NTSTATUS status;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (MinorFunction != IRP_MN_QUERY_POWER && MinorFunction != IRP_MN_SET_POWER &&
        MinorFunction != IRP_MN_WAIT_WAKE)
        return STATUS_INVALID_PARAMETER_2;
    status = make_request(DeviceObject, &request);
    if (!NT_SUCCESS(status))
        return status;
    request->minor = MinorFunction;
    request->state = PowerState;
    request->complete = CompletionFunction;
    request->context = Context;
    describe(request);
    /* Before it may be complete. */
    if (Irp)
        *Irp = request->irp;
    status = enter(request);
    if (!NT_SUCCESS(status)) {
        if (Irp)
            *Irp = NULL;
        free_request(request);
        return status;
    }
    if (status == STATUS_SUCCESS)
        present(request);
    return STATUS_PENDING;
}
