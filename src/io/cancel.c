/*
 * Cancellation: one IRP, a handle's, a thread's.
 */
#include "iop.h"

/* How long a thread that ends waits for its requests, in 100 ns units. */
#define DRAIN_LIMIT (-5ll * 60 * 10000000)

static KSPIN_LOCK cancel_lock; /* the system's cancel spin lock */

VOID io_cancel_start(VOID)
{
    KeInitializeSpinLock(&cancel_lock);
}

VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&cancel_lock, Irql);
}

VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&cancel_lock, Irql);
}

/* Drivers look at it at any time, as NT's rules let them: no race that they should be told of. */
static __attribute__((noinline, no_sanitize("thread"))) VOID mark(PIRP irp)
{
    irp->Cancel = TRUE;
}

BOOLEAN NTAPI IoCancelIrp(PIRP Irp)
{
    PDRIVER_CANCEL routine;
    KIRQL irql;

    KeAcquireSpinLock(&cancel_lock, &irql);
    mark(Irp);
    routine = IoSetCancelRoutine(Irp, NULL);
    if (!routine) {
        KeReleaseSpinLock(&cancel_lock, irql);
        return FALSE;
    }
    if (Irp->CurrentLocation > Irp->StackCount + 1)
        KeBugCheckEx(CANCEL_STATE_IN_COMPLETED_IRP, (ULONG_PTR)Irp, (ULONG_PTR)routine, 0, 0);
    /* The routine releases the lock, with this. */
    Irp->CancelIrql = irql;
    routine(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
    return TRUE;
}

/* ---- several at once -------------------------------------------------------- */

/* Which requests are meant, and those found: each with a reference. */
struct search {
    PFILE_OBJECT file;     /* NULL: any */
    PIO_STATUS_BLOCK iosb; /* the request's; NULL: any */
    PIRP irp;              /* this very one; NULL: any */
    BOOLEAN only_synchronous;
    BOOLEAN is_found;
    struct io_irp *found; /* by io_irp.next */
};

static BOOLEAN matches(const struct search *search, PIRP irp)
{
    PFILE_OBJECT file = irp->Tail.Overlay.OriginalFileObject;

    if (search->only_synchronous && !(irp->Flags & IRP_SYNCHRONOUS_API) &&
        !(file && io_is_synchronous(file)))
        return FALSE;
    return (!search->file || search->file == file) &&
           (!search->iosb || search->iosb == irp->UserIosb) && (!search->irp || search->irp == irp);
}

static VOID collect(struct search *search, struct io_irp *request)
{
    if (!matches(search, &request->irp))
        return;
    search->is_found = TRUE;
    /* Another canceller has it: it links each request once. */
    if (__atomic_exchange_n(&request->is_cancelling, TRUE, __ATOMIC_ACQUIRE))
        return;
    __atomic_add_fetch(&request->references, 1, __ATOMIC_RELAXED);
    request->next = search->found;
    search->found = request;
}

/* Collects what matches of a list whose lock is held. */
static VOID collect_list(struct search *search, PLIST_ENTRY list)
{
    PLIST_ENTRY entry;

    for (entry = list->Flink; entry != list; entry = entry->Flink)
        collect(search, io_irp_of(CONTAINING_RECORD(entry, IRP, ThreadListEntry)));
}

/* The thread is the calling one, or the caller is between io_watch and io_unwatch. */
static VOID collect_of_thread(PKTHREAD thread, PVOID context)
{
    struct io_irp *request = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&thread->irp_lock, &irql);
    collect_list(context, &thread->irps);
    if (thread->io)
        request = __atomic_load_n(&thread->io->dispatching, __ATOMIC_ACQUIRE);
    for (; request; request = request->outer)
        collect(context, request);
    KeReleaseSpinLock(&thread->irp_lock, irql);
}

static VOID collect_of_process(struct search *search, PKPROCESS process)
{
    io_watch();
    ke_for_each_thread(process, collect_of_thread, search);
    io_unwatch();
}

static VOID collect_of_file(struct search *search, PFILE_OBJECT file)
{
    KIRQL irql;

    KeAcquireSpinLock(&file->IrpListLock, &irql);
    collect_list(search, &file->IrpList);
    KeReleaseSpinLock(&file->IrpListLock, irql);
}

/* Cancels what was collected. The references keep the IRPs; some may be complete already. */
static VOID cancel_found(struct search *search)
{
    struct io_irp *request, *next;

    for (request = search->found; request; request = next) {
        next = request->next;
        /* Release pairs with collect: next is free for another search. */
        __atomic_store_n(&request->is_cancelling, FALSE, __ATOMIC_RELEASE);
        IoCancelIrp(&request->irp);
        io_dereference_irp(request);
    }
    search->found = NULL;
}

VOID io_cancel_process_irps(PKPROCESS process)
{
    struct search search = {0};

    collect_of_process(&search, process);
    cancel_found(&search);
}

VOID io_cancel_own_irp(PKTHREAD thread, PIRP irp)
{
    struct search search = {.irp = irp};

    collect_of_thread(thread, &search);
    cancel_found(&search);
}

/* ---- a thread that ends --------------------------------------------------------- */

/* The drivers kept these too long: they go on without a thread. */
static VOID abandon(PKTHREAD thread)
{
    ULONG count = 0;
    KIRQL irql;

    KeAcquireSpinLock(&thread->irp_lock, &irql);
    while (!IsListEmpty(&thread->irps)) {
        PLIST_ENTRY entry = RemoveHeadList(&thread->irps);
        struct io_irp *request = io_irp_of(CONTAINING_RECORD(entry, IRP, ThreadListEntry));

        InitializeListHead(entry);
        request->is_abandoned = TRUE;
        /* Its memory has the lock that completion will take. */
        ObReferenceObject(thread);
        request->held_thread = thread;
        count++;
    }
    KeReleaseSpinLock(&thread->irp_lock, irql);
    if (count)
        rtl_log("%u requests of an ending thread were cancelled and not completed within 5 "
                "minutes; their drivers' cancel routines are missing or do not complete them",
                count);
}

/* Starts the wait for an empty list. FALSE: it is empty already. */
static BOOLEAN start_draining(PKTHREAD thread, struct io_thread *state)
{
    BOOLEAN is_empty;
    KIRQL irql;

    KeAcquireSpinLock(&thread->irp_lock, &irql);
    is_empty = IsListEmpty(&thread->irps);
    state->is_draining = !is_empty;
    KeReleaseSpinLock(&thread->irp_lock, irql);
    return !is_empty;
}

VOID io_cancel_thread_irps(PKTHREAD thread)
{
    /* A thread that has sent a request has its part. */
    struct io_thread *state = thread->io;
    struct search search = {0};
    LARGE_INTEGER limit = {.QuadPart = DRAIN_LIMIT};
    KIRQL irql;

    if (state && start_draining(thread, state)) {
        collect_of_thread(thread, &search);
        cancel_found(&search);
        if (KeWaitForSingleObject(&state->drained, Executive, KernelMode, FALSE, &limit) ==
            STATUS_TIMEOUT)
            abandon(thread);
        /* The thread that set the event is still inside the lock until we get it. */
        KeAcquireSpinLock(&thread->irp_lock, &irql);
        KeReleaseSpinLock(&thread->irp_lock, irql);
    }
    io_end_thread(thread);
}

/* ---- the services ------------------------------------------------------------------ */

/* References file and checks the caller's IO_STATUS_BLOCK. */
static NTSTATUS begin(HANDLE handle, struct _OBJECT_TYPE *type, ACCESS_MASK access,
                      PIO_STATUS_BLOCK iosb, PVOID *object)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    NTSTATUS status = STATUS_SUCCESS;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (mode == UserMode)
        status = mm_probe_for_write(iosb, sizeof(*iosb), sizeof(ULONG));
    if (NT_SUCCESS(status))
        status = ob_reference_handle(handle, access, type, mode, object, NULL);
    return status;
}

static NTSTATUS end(struct search *search, PVOID object, PIO_STATUS_BLOCK iosb, NTSTATUS status)
{
    IO_STATUS_BLOCK result = {.Status = status};

    cancel_found(search);
    ObDereferenceObject(object);
    io_write_status_block(iosb, &result, ke_current()->previous_mode);
    return status;
}

NTSTATUS NTAPI NtCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    struct search search = {0};
    PVOID file;
    NTSTATUS status = begin(FileHandle, &ob_type_file, 0, IoStatusBlock, &file);

    if (!NT_SUCCESS(status))
        return status;
    search.file = file;
    collect_of_thread(ke_current(), &search);
    return end(&search, file, IoStatusBlock, STATUS_SUCCESS);
}

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel,
                                PIO_STATUS_BLOCK IoStatusBlock)
{
    struct search search = {.iosb = IoRequestToCancel};
    PVOID file;
    NTSTATUS status = begin(FileHandle, &ob_type_file, 0, IoStatusBlock, &file);

    if (!NT_SUCCESS(status))
        return status;
    search.file = file;
    collect_of_file(&search, file);
    collect_of_process(&search, ke_current()->process);
    return end(&search, file, IoStatusBlock, search.is_found ? STATUS_SUCCESS : STATUS_NOT_FOUND);
}

NTSTATUS NTAPI NtCancelSynchronousIoFile(HANDLE ThreadHandle, PIO_STATUS_BLOCK IoRequestToCancel,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    struct search search = {.iosb = IoRequestToCancel, .only_synchronous = TRUE};
    PVOID thread;
    NTSTATUS status =
        begin(ThreadHandle, &ob_type_thread, THREAD_TERMINATE, IoStatusBlock, &thread);

    if (!NT_SUCCESS(status))
        return status;
    io_watch();
    collect_of_thread(thread, &search);
    io_unwatch();
    return end(&search, thread, IoStatusBlock, search.is_found ? STATUS_SUCCESS : STATUS_NOT_FOUND);
}
