/*
 * I/O request packets: their memory, their initial state, their thread's list.
 *
 * A thread keeps a few free IRPs of each size for itself, so that allocating
 * and freeing one takes no lock. An IRP that another thread completes ends up
 * in that thread's cache.
 */
#include "iop.h"

/* The caches by stack locations, and how many free IRPs a thread keeps in one. */
static const CCHAR class_locations[IO_IRP_CLASSES] = {1, 4, 10};
#define CACHE_DEPTH 8
/* Size class of IRPs that are too big for any cache. */
#define CLASS_NONE IO_IRP_CLASSES
/* The size class of the one IRP in reserve, and its stack locations. */
#define CLASS_RESERVE (IO_IRP_CLASSES + 1)
#define RESERVE_LOCATIONS 64

static struct irp_system {
    KSPIN_LOCK lock;        /* guards threads */
    LIST_ENTRY threads;     /* of io_thread.link */
    BOOLEAN use_cache;      /* off when special pool has to see every free */
    BOOLEAN is_lazy;        /* requests are queued only if they outlast their dispatch routine */
    LONG watchers;          /* cancellers between io_watch and io_unwatch; atomic */
    struct io_irp *reserve; /* taken while reserve_free is not signaled */
    KEVENT reserve_free;
} irps;

C_ASSERT(offsetof(struct io_irp, irp) % 16 == 0);
C_ASSERT(sizeof(IRP) == 0xD0 && sizeof(IO_STACK_LOCATION) == 0x48);

NTSTATUS io_irp_start(BOOLEAN use_cache)
{
    KeInitializeSpinLock(&irps.lock);
    InitializeListHead(&irps.threads);
    irps.use_cache = use_cache;
    irps.is_lazy = hal_barrier() == HAL_OK;
    KeInitializeEvent(&irps.reserve_free, SynchronizationEvent, TRUE);
    irps.reserve = ExAllocatePoolWithTag(
        NonPagedPoolNx, offsetof(struct io_irp, irp) + IoSizeOfIrp(RESERVE_LOCATIONS), EX_TAG_IRP);
    return irps.reserve ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static VOID free_thread(struct io_thread *state)
{
    struct io_irp *request, *next;
    ULONG i;

    for (i = 0; i < IO_IRP_CLASSES; i++) {
        for (request = state->free[i]; request; request = next) {
            next = request->next;
            ExFreePoolWithTag(request, EX_TAG_IRP);
        }
    }
    ExFreePoolWithTag(state, EX_TAG_IO);
}

struct io_thread *io_thread_of(PKTHREAD thread)
{
    struct io_thread *state = thread->io;
    KIRQL irql;

    if (__builtin_expect(state != NULL, 1))
        return state;
    state = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*state), EX_TAG_IO);
    if (!state)
        return NULL;
    memset(state, 0, sizeof(*state));
    state->thread = thread;
    KeInitializeEvent(&state->drained, NotificationEvent, FALSE);
    KeAcquireSpinLock(&irps.lock, &irql);
    InsertTailList(&irps.threads, &state->link);
    KeReleaseSpinLock(&irps.lock, irql);
    /* Cancellers look at it under this lock. */
    KeAcquireSpinLock(&thread->irp_lock, &irql);
    thread->io = state;
    KeReleaseSpinLock(&thread->irp_lock, irql);
    return state;
}

VOID io_end_thread(PKTHREAD thread)
{
    struct io_thread *state = thread->io;
    KIRQL irql;

    if (!state)
        return;
    KeAcquireSpinLock(&irps.lock, &irql);
    RemoveEntryList(&state->link);
    KeReleaseSpinLock(&irps.lock, irql);
    /* Cancellers look at it under this lock. */
    KeAcquireSpinLock(&thread->irp_lock, &irql);
    thread->io = NULL;
    KeReleaseSpinLock(&thread->irp_lock, irql);
    free_thread(state);
}

VOID io_irp_stop(VOID)
{
    while (!IsListEmpty(&irps.threads))
        io_end_thread(CONTAINING_RECORD(irps.threads.Flink, struct io_thread, link)->thread);
    ExFreePoolWithTag(irps.reserve, EX_TAG_IRP);
    irps.reserve = NULL;
}

static UCHAR class_of(CCHAR locations)
{
    UCHAR i;

    for (i = 0; i < IO_IRP_CLASSES && class_locations[i] < locations; i++)
        ;
    return irps.use_cache ? i : CLASS_NONE;
}

static struct io_irp *take_cached(UCHAR size_class)
{
    struct io_thread *state = ke_current()->io;
    struct io_irp *request;

    if (size_class == CLASS_NONE)
        return NULL;
    request = state->free[size_class];
    if (request) {
        state->free[size_class] = request->next;
        state->free_count[size_class]--;
    }
    return request;
}

static BOOLEAN put_cached(struct io_irp *request)
{
    struct io_thread *state = ke_current()->io;
    UCHAR size_class = request->size_class;

    if (size_class >= CLASS_NONE || !state || state->free_count[size_class] >= CACHE_DEPTH)
        return FALSE;
    request->next = state->free[size_class];
    state->free[size_class] = request;
    state->free_count[size_class]++;
    return TRUE;
}

static VOID initialize(PIRP irp, SIZE_T bytes, CCHAR locations)
{
    memset(irp, 0, bytes);
    irp->Type = IO_TYPE_IRP;
    irp->Size = (USHORT)bytes;
    irp->StackCount = locations;
    irp->CurrentLocation = locations + 1;
    irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(irp + 1) + locations;
    InitializeListHead(&irp->ThreadListEntry);
}

static PIRP initialize_private(struct io_irp *request, UCHAR size_class, CCHAR locations)
{
    request->self = &request->irp;
    request->list_lock = NULL;
    request->held_thread = NULL;
    request->held_event = NULL;
    request->offset = -1;
    request->stage = IO_STAGE_LOOSE;
    request->references = 1;
    request->size_class = size_class;
    request->is_abandoned = FALSE;
    request->is_cancelling = FALSE;
    request->has_activity = FALSE;
    request->packet.irp = &request->irp;
    request->report.is_valid = FALSE;
    initialize(&request->irp, IoSizeOfIrp(locations), locations);
    request->irp.AllocationFlags = IO_IRP_OURS;
    return &request->irp;
}

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    UCHAR size_class;
    struct io_irp *request;
    CCHAR room;

    UNREFERENCED_PARAMETER(ChargeQuota);
    /* Every thread that sends has its part: its end waits for its requests with it. */
    if (StackSize < 0 || !io_thread_of(ke_current()))
        return NULL;
    size_class = class_of(StackSize);
    request = take_cached(size_class);
    if (!request) {
        room = size_class == CLASS_NONE ? StackSize : class_locations[size_class];
        request = ExAllocatePoolWithTag(
            NonPagedPoolNx, offsetof(struct io_irp, irp) + IoSizeOfIrp(room), EX_TAG_IRP);
        if (!request)
            return NULL;
    }
    return initialize_private(request, size_class, StackSize);
}

PIRP io_allocate_reserve_irp(CCHAR locations)
{
    PIRP irp = IoAllocateIrp(locations, FALSE);

    if (irp)
        return irp;
    KeWaitForSingleObject(&irps.reserve_free, Executive, KernelMode, FALSE, NULL);
    return initialize_private(irps.reserve, CLASS_RESERVE, RESERVE_LOCATIONS);
}

PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize, BOOLEAN ChargeQuota)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return IoAllocateIrp(StackSize, ChargeQuota);
}

VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    initialize(Irp, PacketSize, StackSize);
}

VOID NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Status)
{
    UCHAR flags = Irp->AllocationFlags;
    struct io_irp *request = io_irp_of(Irp);

    if (request) {
        request->stage = IO_STAGE_LOOSE;
        request->has_activity = FALSE;
    }
    initialize(Irp, IoSizeOfIrp(Irp->StackCount), Irp->StackCount);
    Irp->AllocationFlags = flags;
    Irp->IoStatus.Status = Status;
}

/*
 * IoInitializeIrp, which drivers wrongly call on what IoAllocateIrp gave them,
 * wipes the mark; the proof ahead of the IRP is still there. A packet in a
 * driver's own memory may have nothing mapped ahead of it.
 */
static struct io_irp *find_private_part(PIRP irp)
{
    struct io_irp *request = CONTAINING_RECORD(irp, struct io_irp, irp);
    PIRP self = NULL;

    if (irp->AllocationFlags & IO_IRP_OURS)
        return request;
    if (hal_copy_guarded(&self, &request->self, sizeof(self), NULL) != HAL_OK || self != irp)
        return NULL;
    return request;
}

static VOID free_irp(struct io_irp *request)
{
    if (request->size_class == CLASS_RESERVE) {
        KeSetEvent(&irps.reserve_free, IO_NO_INCREMENT, FALSE);
        return;
    }
    if (put_cached(request))
        return;
    request->self = NULL;
    ExFreePoolWithTag(request, EX_TAG_IRP);
}

VOID NTAPI IoFreeIrp(PIRP Irp)
{
    struct io_irp *request;

    if (Irp->Type != IO_TYPE_IRP)
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, 0, 0, 0);
    request = find_private_part(Irp);
    Irp->Type = 0;
    if (!request)
        return;
    if (request->list_lock)
        io_dequeue_irp(request);
    io_release_irp(request);
}

VOID io_release_irp(struct io_irp *request)
{
    /* Freeing or completing it once more is found out by this. */
    request->irp.Type = 0;
    io_dereference_irp(request);
}

VOID io_dereference_irp(struct io_irp *request)
{
    /*
     * Off its list, nobody can add a reference: a count of 1 is ours alone.
     * Acquire pairs with a canceller's release when it gave its reference up.
     */
    if (__atomic_load_n(&request->references, __ATOMIC_ACQUIRE) == 1 ||
        __atomic_sub_fetch(&request->references, 1, __ATOMIC_ACQ_REL) == 0)
        free_irp(request);
}

VOID io_queue_irp(struct io_irp *request)
{
    PIRP irp = &request->irp;
    PKTHREAD thread = (PKTHREAD)irp->Tail.Overlay.Thread;
    PFILE_OBJECT file = irp->Tail.Overlay.OriginalFileObject;
    PLIST_ENTRY list = &thread->irps;
    KIRQL irql;

    if (request->list_lock)
        return;
    request->list_lock = &thread->irp_lock;
    if (file && file->CompletionContext && !io_is_synchronous(file) &&
        !(irp->Flags & IRP_SYNCHRONOUS_API)) {
        ObReferenceObject(thread);
        request->held_thread = thread;
        request->list_lock = &file->IrpListLock;
        list = &file->IrpList;
    }
    KeAcquireSpinLock(request->list_lock, &irql);
    InsertHeadList(list, &irp->ThreadListEntry);
    KeReleaseSpinLock(request->list_lock, irql);
}

VOID io_dequeue_irp(struct io_irp *request)
{
    PKTHREAD thread = (PKTHREAD)request->irp.Tail.Overlay.Thread;
    KIRQL irql;

    if (!request->list_lock)
        return;
    KeAcquireSpinLock(request->list_lock, &irql);
    if (!request->is_abandoned) {
        RemoveEntryList(&request->irp.ThreadListEntry);
        InitializeListHead(&request->irp.ThreadListEntry);
        if (!request->held_thread && thread->io && thread->io->is_draining &&
            IsListEmpty(&thread->irps))
            KeSetEvent(&thread->io->drained, IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(request->list_lock, irql);
    request->list_lock = NULL;
}

VOID NTAPI IoQueueThreadIrp(PIRP Irp)
{
    if (io_irp_of(Irp))
        io_queue_irp(io_irp_of(Irp));
}

/* ---- inside a dispatch routine --------------------------------------------------- */

/*
 * The own thread writes dispatching and reads watchers, a canceller the other
 * way round. Instead of a fence in every request, the canceller makes all
 * threads pass one (hal_barrier): a request that it sees in dispatching then
 * belongs to a thread that will see the watcher, and wait for the lock, before
 * it lets go of the request.
 */
VOID io_enter_dispatch(struct io_thread *state, struct io_irp *request)
{
    if (!irps.is_lazy) {
        io_queue_irp(request);
        return;
    }
    request->outer = state->dispatching;
    /* Release: the request is seen whole. */
    __atomic_store_n(&state->dispatching, request, __ATOMIC_RELEASE);
}

VOID io_leave_dispatch(struct io_thread *state, struct io_irp *request)
{
    KIRQL irql;

    if (!irps.is_lazy)
        return;
    __atomic_store_n(&state->dispatching, request->outer, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__builtin_expect(__atomic_load_n(&irps.watchers, __ATOMIC_RELAXED) == 0, 1))
        return;
    KeAcquireSpinLock(&state->thread->irp_lock, &irql);
    KeReleaseSpinLock(&state->thread->irp_lock, irql);
}

VOID io_watch(VOID)
{
    __atomic_add_fetch(&irps.watchers, 1, __ATOMIC_SEQ_CST);
    if (irps.is_lazy)
        hal_barrier();
}

VOID io_unwatch(VOID)
{
    __atomic_sub_fetch(&irps.watchers, 1, __ATOMIC_SEQ_CST);
}

PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)
{
    PIRP associated = IoAllocateIrp(StackSize, FALSE);

    if (!associated)
        return NULL;
    associated->Flags |= IRP_ASSOCIATED_IRP;
    associated->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
    associated->AssociatedIrp.MasterIrp = Irp;
    return associated;
}
