/*
 * The PnP thread: what happens to the tree happens here, in the order in which it was asked for.
 */
#include "pnpp.h"

static struct {
    KSPIN_LOCK lock;     /* guards queue, and is_queued of what is in it */
    LIST_ENTRY queue;    /* of pnp_action.link */
    BOOLEAN is_ending;   /* the thread ends when there is nothing left to do */
    KSEMAPHORE work;     /* at least one for each in the queue, and one for the end */
    PKTHREAD thread;     /* NULL: none was needed yet; atomic, release when it can be used */
    FAST_MUTEX starting; /* guards the making of the thread */
} queue;

VOID pnp_thread_initialize(VOID)
{
    KeInitializeSpinLock(&queue.lock);
    InitializeListHead(&queue.queue);
    KeInitializeSemaphore(&queue.work, 0, MAXLONG);
    ExInitializeFastMutex(&queue.starting);
    queue.is_ending = FALSE;
    queue.thread = NULL;
}

/* The next action, or NULL if there is none (any more); *ends: nor will there be. */
static struct pnp_action *take(BOOLEAN *ends)
{
    struct pnp_action *action = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&queue.lock, &irql);
    if (!IsListEmpty(&queue.queue)) {
        action = CONTAINING_RECORD(RemoveHeadList(&queue.queue), struct pnp_action, link);
        action->is_queued = FALSE;
    }
    *ends = !action && queue.is_ending;
    KeReleaseSpinLock(&queue.lock, irql);
    return action;
}

static VOID NTAPI run(PVOID unused)
{
    struct pnp_action *action;
    BOOLEAN ends = FALSE;

    UNREFERENCED_PARAMETER(unused);
    while (!ends) {
        KeWaitForSingleObject(&queue.work, Executive, KernelMode, FALSE, NULL);
        action = take(&ends);
        if (action)
            action->run(action);
    }
}

static PKTHREAD thread_of_queue(VOID)
{
    return __atomic_load_n(&queue.thread, __ATOMIC_ACQUIRE);
}

NTSTATUS pnp_thread_start(VOID)
{
    NTSTATUS status = STATUS_SUCCESS;
    PKTHREAD thread;

    if (thread_of_queue())
        return STATUS_SUCCESS;
    ExAcquireFastMutex(&queue.starting);
    if (!queue.thread) {
        status = ke_create_thread(ke_system_process(), run, NULL, "ntio-pnp", &thread);
        if (NT_SUCCESS(status))
            __atomic_store_n(&queue.thread, thread, __ATOMIC_RELEASE);
    }
    ExReleaseFastMutex(&queue.starting);
    return status;
}

VOID pnp_thread_stop(VOID)
{
    PKTHREAD thread = thread_of_queue();
    KIRQL irql;

    if (!thread)
        return;
    KeAcquireSpinLock(&queue.lock, &irql);
    queue.is_ending = TRUE;
    KeReleaseSpinLock(&queue.lock, irql);
    KeReleaseSemaphore(&queue.work, IO_NO_INCREMENT, 1, FALSE);
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    __atomic_store_n(&queue.thread, NULL, __ATOMIC_RELEASE);
    queue.is_ending = FALSE;
    ObDereferenceObject(thread);
}

BOOLEAN pnp_is_thread(VOID)
{
    return ke_current() == thread_of_queue();
}

BOOLEAN pnp_queue(struct pnp_action *action)
{
    BOOLEAN is_new;
    KIRQL irql;

    if (!thread_of_queue())
        return FALSE;
    KeAcquireSpinLock(&queue.lock, &irql);
    is_new = !action->is_queued;
    if (is_new) {
        action->is_queued = TRUE;
        InsertTailList(&queue.queue, &action->link);
    }
    KeReleaseSpinLock(&queue.lock, irql);
    if (is_new)
        KeReleaseSemaphore(&queue.work, IO_NO_INCREMENT, 1, FALSE);
    return is_new;
}

BOOLEAN pnp_unqueue(struct pnp_action *action)
{
    BOOLEAN was_queued;
    KIRQL irql;

    KeAcquireSpinLock(&queue.lock, &irql);
    was_queued = action->is_queued;
    if (was_queued)
        RemoveEntryList(&action->link);
    action->is_queued = FALSE;
    KeReleaseSpinLock(&queue.lock, irql);
    return was_queued;
}

struct call {
    struct pnp_action action;
    NTSTATUS (*work)(PVOID context);
    PVOID context;
    NTSTATUS status;
    KEVENT done;
};

static VOID run_call(struct pnp_action *action)
{
    struct call *call = CONTAINING_RECORD(action, struct call, action);

    call->status = call->work(call->context);
    KeSetEvent(&call->done, IO_NO_INCREMENT, FALSE);
}

NTSTATUS pnp_call(NTSTATUS (*work)(PVOID context), PVOID context)
{
    struct call call = {.action.run = run_call, .work = work, .context = context};
    NTSTATUS status;

    if (pnp_is_thread())
        return work(context);
    status = pnp_thread_start();
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeEvent(&call.done, NotificationEvent, FALSE);
    pnp_queue(&call.action);
    KeWaitForSingleObject(&call.done, Executive, KernelMode, FALSE, NULL);
    return call.status;
}

static NTSTATUS is_queue_empty(PVOID context)
{
    KIRQL irql;

    KeAcquireSpinLock(&queue.lock, &irql);
    *(BOOLEAN *)context = IsListEmpty(&queue.queue);
    KeReleaseSpinLock(&queue.lock, irql);
    return STATUS_SUCCESS;
}

VOID pnp_settle(VOID)
{
    BOOLEAN is_empty = FALSE;

    while (!is_empty && thread_of_queue() && !pnp_is_thread()) {
        if (!NT_SUCCESS(pnp_call(is_queue_empty, &is_empty)))
            break;
    }
}
