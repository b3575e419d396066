/* Pins: a cancel-safe queue gives each IRP to exactly one: who removes it, or who cancels it. */
#include "io/io_test.h"

#define MANY 64
#define ROUNDS 300

static struct {
    IO_CSQ csq;
    KSPIN_LOCK lock;
    LIST_ENTRY irps;
    BOOLEAN is_locked;      /* the driver's routines ran under the driver's lock */
    LONG cancelled;         /* atomic */
    NTSTATUS insert_answer; /* of the Ex form */
} queue;

static VOID NTAPI insert(PIO_CSQ csq, PIRP irp)
{
    assert_ptr_equal(csq, &queue.csq);
    assert_true(queue.is_locked);
    InsertTailList(&queue.irps, &irp->Tail.Overlay.ListEntry);
}

static NTSTATUS NTAPI insert_ex(PIO_CSQ csq, PIRP irp, PVOID context)
{
    if (context != &queue)
        return STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(queue.insert_answer))
        insert(csq, irp);
    return queue.insert_answer;
}

static VOID NTAPI remove(PIO_CSQ csq, PIRP irp)
{
    UNREFERENCED_PARAMETER(csq);
    assert_true(queue.is_locked);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
}

/* The context of a peek is a key that the IRP was given, or NULL: any. */
static PIRP NTAPI peek(PIO_CSQ csq, PIRP after, PVOID context)
{
    PLIST_ENTRY entry = after ? after->Tail.Overlay.ListEntry.Flink : queue.irps.Flink;

    UNREFERENCED_PARAMETER(csq);
    for (; entry != &queue.irps; entry = entry->Flink) {
        PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);

        if (!context || irp->Tail.Overlay.DriverContext[0] == context)
            return irp;
    }
    return NULL;
}

static VOID NTAPI acquire(PIO_CSQ csq, PKIRQL irql)
{
    UNREFERENCED_PARAMETER(csq);
    KeAcquireSpinLock(&queue.lock, irql);
    queue.is_locked = TRUE;
}

static VOID NTAPI release(PIO_CSQ csq, KIRQL irql)
{
    UNREFERENCED_PARAMETER(csq);
    queue.is_locked = FALSE;
    KeReleaseSpinLock(&queue.lock, irql);
}

static VOID NTAPI complete_cancelled(PIO_CSQ csq, PIRP irp)
{
    UNREFERENCED_PARAMETER(csq);
    assert_true(irp->Cancel);
    __atomic_add_fetch(&queue.cancelled, 1, __ATOMIC_RELAXED);
    irp->IoStatus.Status = STATUS_CANCELLED;
}

static VOID set_up(BOOLEAN is_ex)
{
    memset(&queue, 0, sizeof(queue));
    KeInitializeSpinLock(&queue.lock);
    InitializeListHead(&queue.irps);
    if (is_ex)
        IoCsqInitializeEx(&queue.csq, insert_ex, remove, peek, acquire, release,
                          complete_cancelled);
    else
        IoCsqInitialize(&queue.csq, insert, remove, peek, acquire, release, complete_cancelled);
}

static PIRP make_irp(VOID)
{
    PIRP irp = IoAllocateIrp(1, FALSE);

    assert_non_null(irp);
    IoSetNextIrpStackLocation(irp);
    return irp;
}

static void first_in_first_out(void)
{
    PIRP irps[3];
    ULONG i;

    set_up(FALSE);
    for (i = 0; i < 3; i++) {
        irps[i] = make_irp();
        IoCsqInsertIrp(&queue.csq, irps[i], NULL);
        assert_non_null(irps[i]->CancelRoutine);
        assert_true(IoGetCurrentIrpStackLocation(irps[i])->Control & SL_PENDING_RETURNED);
    }
    for (i = 0; i < 3; i++) {
        assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), irps[i]);
        assert_null(irps[i]->CancelRoutine);
        IoFreeIrp(irps[i]);
    }
    assert_null(IoCsqRemoveNextIrp(&queue.csq, NULL));
}

static void cancelling_takes_one_out(void)
{
    PIRP first = make_irp(), second = make_irp();

    set_up(FALSE);
    IoCsqInsertIrp(&queue.csq, first, NULL);
    IoCsqInsertIrp(&queue.csq, second, NULL);
    assert_true(IoCancelIrp(first));
    assert_int_equal(queue.cancelled, 1);
    assert_int_equal(first->IoStatus.Status, STATUS_CANCELLED);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_ptr_equal(queue.irps.Flink, &second->Tail.Overlay.ListEntry);
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), second);
    assert_false(IoCancelIrp(second));
    assert_int_equal(queue.cancelled, 1);
    IoFreeIrp(first);
    IoFreeIrp(second);
}

static void cancelled_before_it_came(void)
{
    PIRP irp = make_irp();

    set_up(FALSE);
    assert_false(IoCancelIrp(irp));
    IoCsqInsertIrp(&queue.csq, irp, NULL);
    assert_int_equal(queue.cancelled, 1);
    assert_null(IoCsqRemoveNextIrp(&queue.csq, NULL));
    IoFreeIrp(irp);
}

/* A canceller takes the routine first and waits for the queue's lock then: the IRP is its already.
 */
static void one_that_is_being_cancelled_is_passed_over(void)
{
    PIRP first = make_irp(), second = make_irp();
    IO_CSQ_IRP_CONTEXT context;
    PDRIVER_CANCEL routine;

    set_up(FALSE);
    IoCsqInsertIrp(&queue.csq, first, &context);
    IoCsqInsertIrp(&queue.csq, second, NULL);
    routine = IoSetCancelRoutine(first, NULL);
    assert_null(IoCsqRemoveIrp(&queue.csq, &context));
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), second);
    assert_null(IoCsqRemoveNextIrp(&queue.csq, NULL));
    IoSetCancelRoutine(first, routine);
    assert_ptr_equal(IoCsqRemoveIrp(&queue.csq, &context), first);
    IoFreeIrp(first);
    IoFreeIrp(second);
}

static void a_context_finds_its_irp_or_nothing(void)
{
    PIRP first = make_irp(), second = make_irp();
    IO_CSQ_IRP_CONTEXT contexts[2];

    set_up(FALSE);
    IoCsqInsertIrp(&queue.csq, first, &contexts[0]);
    IoCsqInsertIrp(&queue.csq, second, &contexts[1]);
    assert_ptr_equal(IoCsqRemoveIrp(&queue.csq, &contexts[1]), second);
    assert_null(IoCsqRemoveIrp(&queue.csq, &contexts[1]));
    assert_true(IoCancelIrp(first));
    assert_null(IoCsqRemoveIrp(&queue.csq, &contexts[0]));
    IoFreeIrp(first);
    IoFreeIrp(second);
}

static void a_peek_context_chooses(void)
{
    PIRP irps[3];
    ULONG i;

    set_up(FALSE);
    for (i = 0; i < 3; i++) {
        irps[i] = make_irp();
        irps[i]->Tail.Overlay.DriverContext[0] = (PVOID)(ULONG_PTR)(i + 1);
        IoCsqInsertIrp(&queue.csq, irps[i], NULL);
    }
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, (PVOID)2), irps[1]);
    assert_null(IoCsqRemoveNextIrp(&queue.csq, (PVOID)2));
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), irps[0]);
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), irps[2]);
    for (i = 0; i < 3; i++)
        IoFreeIrp(irps[i]);
}

static void the_driver_may_refuse(void)
{
    PIRP irp = make_irp();

    set_up(TRUE);
    queue.insert_answer = STATUS_DEVICE_BUSY;
    assert_int_equal(IoCsqInsertIrpEx(&queue.csq, irp, NULL, &queue), STATUS_DEVICE_BUSY);
    assert_null(irp->CancelRoutine);
    assert_false(IoCancelIrp(irp));
    assert_int_equal(queue.cancelled, 0);
    irp->Cancel = FALSE;
    queue.insert_answer = STATUS_SUCCESS;
    assert_int_equal(IoCsqInsertIrpEx(&queue.csq, irp, NULL, &queue), STATUS_SUCCESS);
    assert_ptr_equal(IoCsqRemoveNextIrp(&queue.csq, NULL), irp);
    IoFreeIrp(irp);
}

static struct {
    PIRP irps[MANY];
    ULONG go; /* atomic: the round that the canceller may begin */
    ULONG done;
} race;

static VOID cancel_all(PVOID context)
{
    ULONG round, i;

    UNREFERENCED_PARAMETER(context);
    for (round = 1; round <= ROUNDS; round++) {
        while (__atomic_load_n(&race.go, __ATOMIC_ACQUIRE) != round)
            hal_yield();
        for (i = 0; i < MANY; i++)
            IoCancelIrp(race.irps[i]);
        __atomic_store_n(&race.done, round, __ATOMIC_RELEASE);
    }
}

/* One thread removes while another cancels: nobody is lost, nobody comes twice. */
static void removed_or_cancelled_never_both(void)
{
    struct program_thread thread;
    ULONG round, i, removed;

    start_thread(&thread, cancel_all, NULL);
    for (round = 1; round <= ROUNDS; round++) {
        set_up(FALSE);
        removed = 0;
        for (i = 0; i < MANY; i++) {
            race.irps[i] = make_irp();
            IoCsqInsertIrp(&queue.csq, race.irps[i], NULL);
        }
        __atomic_store_n(&race.go, round, __ATOMIC_RELEASE);
        while (IoCsqRemoveNextIrp(&queue.csq, NULL))
            removed++;
        while (__atomic_load_n(&race.done, __ATOMIC_ACQUIRE) != round)
            hal_yield();
        assert_int_equal(removed + (ULONG)queue.cancelled, MANY);
        assert_true(IsListEmpty(&queue.irps));
        for (i = 0; i < MANY; i++)
            IoFreeIrp(race.irps[i]);
    }
    join_thread(&thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(first_in_first_out),
        IO_TEST(cancelling_takes_one_out),
        IO_TEST(cancelled_before_it_came),
        IO_TEST(one_that_is_being_cancelled_is_passed_over),
        IO_TEST(a_context_finds_its_irp_or_nothing),
        IO_TEST(a_peek_context_chooses),
        IO_TEST(the_driver_may_refuse),
        IO_TEST(removed_or_cancelled_never_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
