/*
 * Guaranteed forward progress: a queue keeps requests in reserve for when memory is short.
 * An IRP that finds none of them free waits for one.
 */
#include "queue.h"
#include "device.h"

struct wdf_progress {
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
    KSPIN_LOCK lock; /* guards what follows */
    LIST_ENTRY free; /* of wdf_request.queue_link: reserved requests without an IRP */
    ULONG used;      /* reserved requests that have one */
    LIST_ENTRY irps; /* that wait for one, by IRP.Tail.Overlay.ListEntry; cancelable */
};

/* ---- IRPs that wait --------------------------------------------------------------- */

static VOID NTAPI cancel_irp(PDEVICE_OBJECT device, PIRP irp)
{
    struct wdf_progress *progress = irp->Tail.Overlay.DriverContext[3];
    KIRQL irql = irp->CancelIrql;

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irql);
    KeAcquireSpinLock(&progress->lock, &irql);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&progress->lock, irql);
    wdf_fail_irp(irp, STATUS_CANCELLED);
}

/* Under the lock. FALSE: it is cancelled. */
static BOOLEAN let_wait(struct wdf_progress *progress, PIRP irp)
{
    IoMarkIrpPending(irp);
    irp->Tail.Overlay.DriverContext[3] = progress;
    InsertTailList(&progress->irps, &irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(irp, cancel_irp);
    if (!irp->Cancel || !IoSetCancelRoutine(irp, NULL))
        return TRUE;
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    return FALSE;
}

/* The first one that waits (of file) and is not being cancelled, or NULL. Under the lock. */
static PIRP take_irp(struct wdf_progress *progress, PFILE_OBJECT file)
{
    PLIST_ENTRY entry;

    for (entry = progress->irps.Flink; entry != &progress->irps; entry = entry->Flink) {
        PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);

        if (file && IoGetCurrentIrpStackLocation(irp)->FileObject != file)
            continue;
        if (IoSetCancelRoutine(irp, NULL)) {
            RemoveEntryList(entry);
            return irp;
        }
    }
    return NULL;
}

VOID wdf_cancel_progress(struct wdf_queue *queue, PFILE_OBJECT file)
{
    struct wdf_progress *progress = queue->progress;
    LIST_ENTRY chosen;
    KIRQL irql;
    PIRP irp;

    InitializeListHead(&chosen);
    KeAcquireSpinLock(&progress->lock, &irql);
    while ((irp = take_irp(progress, file)) != NULL)
        InsertTailList(&chosen, &irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&progress->lock, irql);
    while (!IsListEmpty(&chosen)) {
        irp = CONTAINING_RECORD(RemoveHeadList(&chosen), IRP, Tail.Overlay.ListEntry);
        wdf_fail_irp(irp, STATUS_CANCELLED);
    }
}

/* ---- reserved requests -------------------------------------------------------------- */

static VOID free_reserved(struct wdf_request *request)
{
    request->object.is_silent = !request->is_presented;
    wdf_delete_object(&request->object);
}

static NTSTATUS make_reserved(struct wdf_queue *queue, struct wdf_progress *progress)
{
    PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST prepare =
        progress->policy.EvtIoAllocateResourcesForReservedRequest;
    struct wdf_request *request;
    NTSTATUS status = wdf_make_request(queue->device, NULL, &request);

    if (!NT_SUCCESS(status))
        return status;
    request->flags |= WDF_REQUEST_RESERVED;
    request->home = queue;
    if (prepare) {
        request->is_presented = TRUE;
        status = prepare(wdf_handle_of(queue), wdf_handle_of(request));
    }
    if (NT_SUCCESS(status))
        InsertTailList(&progress->free, &request->queue_link);
    else
        free_reserved(request);
    return status;
}

static VOID free_all(struct wdf_progress *progress)
{
    while (!IsListEmpty(&progress->free))
        free_reserved(
            CONTAINING_RECORD(RemoveHeadList(&progress->free), struct wdf_request, queue_link));
    ExFreePool(progress);
}

static BOOLEAN is_at_rest(struct wdf_progress *progress)
{
    BOOLEAN is_so;
    KIRQL irql;

    KeAcquireSpinLock(&progress->lock, &irql);
    is_so = progress->used == 0 && IsListEmpty(&progress->irps);
    KeReleaseSpinLock(&progress->lock, irql);
    return is_so;
}

VOID wdf_free_progress(struct wdf_queue *queue)
{
    struct wdf_progress *progress = queue->progress;

    /* The queue is empty and refuses IRPs: what is not at rest is being ended this very moment. */
    while (!is_at_rest(progress))
        YieldProcessor();
    queue->progress = NULL;
    free_all(progress);
}

static VOID give_irp(struct wdf_request *request, PIRP irp)
{
    request->irp = irp;
    wdf_assign_buffers(request);
}

/* As new, but for the contexts, the children and the timer that the driver gave it. */
static VOID renew(struct wdf_request *request)
{
    struct wdf_request old = *request;

    memset(&request->object + 1, 0, sizeof(*request) - sizeof(request->object));
    request->flags = WDF_REQUEST_RECEIVED | WDF_REQUEST_RESERVED;
    request->device = old.home->device;
    request->home = old.home;
    request->is_presented = old.is_presented;
    request->timer = old.timer;
}

VOID wdf_return_reserved(struct wdf_request *request)
{
    struct wdf_queue *queue = request->home;
    struct wdf_progress *progress = queue->progress;
    KIRQL irql;
    PIRP irp;

    renew(request);
    KeAcquireSpinLock(&progress->lock, &irql);
    irp = take_irp(progress, NULL);
    if (!irp) {
        InsertTailList(&progress->free, &request->queue_link);
        progress->used--;
    }
    KeReleaseSpinLock(&progress->lock, irql);
    if (!irp)
        return;
    give_irp(request, irp);
    if (!NT_SUCCESS(wdf_queue_request(queue, request, FALSE)))
        wdf_complete_request(request, STATUS_INVALID_DEVICE_STATE, __func__);
}

/* ---- an IRP comes ---------------------------------------------------------------------- */

static WDF_IO_FORWARD_PROGRESS_ACTION action_for(struct wdf_queue *queue, PIRP irp)
{
    const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy = &queue->progress->policy;

    switch (policy->ForwardProgressReservedPolicy) {
    case WdfIoForwardProgressReservedPolicyUseExamine:
        return policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
            .EvtIoWdmIrpForForwardProgress(wdf_handle_of(queue), irp);
    case WdfIoForwardProgressReservedPolicyPagingIO:
        return irp->Flags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO)
                   ? WdfIoForwardProgressActionUseReservedRequest
                   : WdfIoForwardProgressActionFailRequest;
    default:
        return WdfIoForwardProgressActionUseReservedRequest;
    }
}

static NTSTATUS use_reserved(struct wdf_queue *queue, PIRP irp, struct wdf_request **request)
{
    struct wdf_progress *progress = queue->progress;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    *request = NULL;
    if (action_for(queue, irp) != WdfIoForwardProgressActionUseReservedRequest)
        return STATUS_UNSUCCESSFUL;
    KeAcquireSpinLock(&progress->lock, &irql);
    if (!IsListEmpty(&progress->free)) {
        *request =
            CONTAINING_RECORD(RemoveHeadList(&progress->free), struct wdf_request, queue_link);
        progress->used++;
    } else {
        status = let_wait(progress, irp) ? STATUS_PENDING : STATUS_CANCELLED;
    }
    KeReleaseSpinLock(&progress->lock, irql);
    if (*request)
        give_irp(*request, irp);
    if (status == STATUS_CANCELLED) {
        /* Marked pending, and so told. */
        wdf_fail_irp(irp, status);
        status = STATUS_PENDING;
    }
    return status;
}

NTSTATUS wdf_secure_request(struct wdf_queue *queue, PIRP irp, NTSTATUS status,
                            struct wdf_request **request)
{
    PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES prepare =
        queue->progress->policy.EvtIoAllocateRequestResources;

    if (NT_SUCCESS(status) && prepare) {
        (*request)->is_presented = TRUE;
        status = prepare(wdf_handle_of(queue), wdf_handle_of(*request));
        if (!NT_SUCCESS(status)) {
            (*request)->irp = NULL;
            wdf_delete_object(&(*request)->object);
        }
    }
    return NT_SUCCESS(status) ? status : use_reserved(queue, irp, request);
}

/* ---- for drivers ----------------------------------------------------------------------- */

static NTSTATUS check_policy(const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy)
{
    if (policy->Size != sizeof(*policy))
        return STATUS_INFO_LENGTH_MISMATCH;
    switch (policy->ForwardProgressReservedPolicy) {
    case WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest:
    case WdfIoForwardProgressReservedPolicyPagingIO:
        break;
    case WdfIoForwardProgressReservedPolicyUseExamine:
        if (policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
                .EvtIoWdmIrpForForwardProgress)
            break;
        return STATUS_INVALID_PARAMETER;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    return policy->TotalForwardProgressRequests ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS make_progress(struct wdf_queue *queue,
                              const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy)
{
    struct wdf_progress *progress = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*progress),
                                                    queue->object.globals->seen.DriverTag);
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    if (!progress)
        return STATUS_INSUFFICIENT_RESOURCES;
    progress->policy = *policy;
    KeInitializeSpinLock(&progress->lock);
    InitializeListHead(&progress->free);
    InitializeListHead(&progress->irps);
    for (i = 0; i < policy->TotalForwardProgressRequests && NT_SUCCESS(status); i++)
        status = make_reserved(queue, progress);
    if (!NT_SUCCESS(status)) {
        free_all(progress);
        return status;
    }
    /* Release: whoever sees it sees all of it. */
    __atomic_store_n(&queue->progress, progress, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfIoQueueAssignForwardProgressPolicy(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
    PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy)
{
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);
    NTSTATUS status;

    WDF_REQUIRE(ForwardProgressPolicy);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (queue->progress)
        return STATUS_INVALID_PARAMETER;
    status = check_policy(ForwardProgressPolicy);
    return NT_SUCCESS(status) ? make_progress(queue, ForwardProgressPolicy) : status;
}
