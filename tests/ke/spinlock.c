/* Pins spin locks, plain, queued and shared: exclusion under contention, the bug checks of misuse.
 */
#include "fixture.h"

#define THREADS 4
#define ROUNDS 20000

/* One kind of lock: how a thread enters and leaves, with its old IRQL or handle. */
struct lock_kind {
    PCSTR name;
    VOID (*acquire)(PVOID lock, KLOCK_QUEUE_HANDLE *handle);
    VOID (*release)(PVOID lock, KLOCK_QUEUE_HANDLE *handle);
};

struct hammer {
    const struct lock_kind *kind;
    ULONG_PTR lock;
    ULONG64 first, second; /* always equal while nobody is inside */
    ULONG torn;            /* times that they were not */
};

static VOID acquire_plain(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    handle->OldIrql = KeAcquireSpinLockRaiseToDpc(lock);
}

static VOID release_plain(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    KeReleaseSpinLock(lock, handle->OldIrql);
}

static VOID acquire_queued(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    KeAcquireInStackQueuedSpinLock(lock, handle);
}

static VOID release_queued(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    UNREFERENCED_PARAMETER(lock);
    KeReleaseInStackQueuedSpinLock(handle);
}

static VOID acquire_exclusive(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    handle->OldIrql = ExAcquireSpinLockExclusive(lock);
}

static VOID release_exclusive(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    ExReleaseSpinLockExclusive(lock, handle->OldIrql);
}

static VOID acquire_trying(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    handle->OldIrql = KeRaiseIrqlToDpcLevel();
    while (!KeTryToAcquireSpinLockAtDpcLevel(lock))
        hal_yield();
}

static VOID release_trying(PVOID lock, KLOCK_QUEUE_HANDLE *handle)
{
    KeReleaseSpinLockFromDpcLevel(lock);
    KeLowerIrql(handle->OldIrql);
}

static const struct lock_kind kinds[] = {
    {"plain", acquire_plain, release_plain},
    {"queued", acquire_queued, release_queued},
    {"exclusive", acquire_exclusive, release_exclusive},
    {"tried", acquire_trying, release_trying},
};

static VOID NTAPI hammer_thread(PVOID context)
{
    struct hammer *hammer = context;
    KLOCK_QUEUE_HANDLE handle;
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        hammer->kind->acquire(&hammer->lock, &handle);
        hammer->torn += hammer->first != hammer->second;
        hammer->torn += KeGetCurrentIrql() != DISPATCH_LEVEL;
        hammer->first++;
        hammer->second++;
        hammer->kind->release(&hammer->lock, &handle);
    }
}

static VOID test_exclusion(void **state)
{
    ULONG k, i;

    UNREFERENCED_PARAMETER(state);
    for (k = 0; k < RTL_NUMBER_OF(kinds); k++) {
        struct hammer hammer = {.kind = &kinds[k]};
        PKTHREAD threads[THREADS];

        print_message("%s\n", kinds[k].name);
        for (i = 0; i < THREADS; i++)
            threads[i] = begin_thread(hammer_thread, &hammer);
        for (i = 0; i < THREADS; i++)
            end_of_thread(threads[i]);
        assert_int_equal(hammer.torn, 0);
        assert_int_equal(hammer.first, THREADS * ROUNDS);
        assert_int_equal(hammer.second, THREADS * ROUNDS);
        assert_int_equal(hammer.lock, 0);
    }
}

struct readers {
    EX_SPIN_LOCK lock;
    LONG inside;   /* readers, atomic */
    LONG most;     /* that were inside at once, atomic */
    ULONG64 value; /* written by the writers */
    ULONG wrong;   /* atomic */
};

static VOID NTAPI reader_thread(PVOID context)
{
    struct readers *readers = context;
    ULONG i;

    for (i = 0; i < ROUNDS / 4; i++) {
        KIRQL irql = ExAcquireSpinLockShared(&readers->lock);
        LONG inside = __atomic_add_fetch(&readers->inside, 1, __ATOMIC_RELAXED);

        if (inside > __atomic_load_n(&readers->most, __ATOMIC_RELAXED))
            __atomic_store_n(&readers->most, inside, __ATOMIC_RELAXED);
        if (readers->value % 2)
            __atomic_fetch_add(&readers->wrong, 1, __ATOMIC_RELAXED);
        __atomic_sub_fetch(&readers->inside, 1, __ATOMIC_RELAXED);
        ExReleaseSpinLockShared(&readers->lock, irql);
    }
}

static VOID NTAPI writer_thread(PVOID context)
{
    struct readers *readers = context;
    ULONG i;

    for (i = 0; i < ROUNDS / 4; i++) {
        KIRQL irql = ExAcquireSpinLockExclusive(&readers->lock);

        if (__atomic_load_n(&readers->inside, __ATOMIC_RELAXED))
            __atomic_fetch_add(&readers->wrong, 1, __ATOMIC_RELAXED);
        readers->value++;
        readers->value++;
        ExReleaseSpinLockExclusive(&readers->lock, irql);
    }
}

static VOID test_readers_and_writers(void **state)
{
    struct readers readers = {0};
    PKTHREAD threads[THREADS];
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < THREADS; i++)
        threads[i] = begin_thread(i < 2 ? reader_thread : writer_thread, &readers);
    for (i = 0; i < THREADS; i++)
        end_of_thread(threads[i]);
    assert_int_equal(readers.wrong, 0);
    assert_int_equal(readers.value, ROUNDS / 4 * 2 * 2);
    assert_int_equal(readers.lock, 0);
}

static VOID test_shared_states(void **state)
{
    EX_SPIN_LOCK lock = 0;
    KIRQL irql;

    UNREFERENCED_PARAMETER(state);
    irql = ExAcquireSpinLockShared(&lock);
    ExAcquireSpinLockSharedAtDpcLevel(&lock);
    assert_false(ExTryAcquireSpinLockExclusiveAtDpcLevel(&lock));
    assert_false(ExTryConvertSharedSpinLockExclusive(&lock));
    ExReleaseSpinLockSharedFromDpcLevel(&lock);
    assert_true(ExTryConvertSharedSpinLockExclusive(&lock));
    assert_false(ExTryAcquireSpinLockSharedAtDpcLevel(&lock));
    ExReleaseSpinLockExclusive(&lock, irql);
    assert_int_equal(lock, 0);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

/* ---- misuse -------------------------------------------------------------- */

static VOID acquire_at_dpc(PVOID lock)
{
    KeAcquireSpinLockAtDpcLevel(lock);
}

static VOID release_to_passive(PVOID lock)
{
    KeReleaseSpinLock(lock, PASSIVE_LEVEL);
}

static VOID acquire_in_stack(PVOID lock)
{
    KLOCK_QUEUE_HANDLE handle;

    KeAcquireInStackQueuedSpinLockAtDpcLevel(lock, &handle);
}

static VOID release_handle(PVOID handle)
{
    KeReleaseInStackQueuedSpinLockFromDpcLevel(handle);
}

static VOID release_reader(PVOID lock)
{
    ExReleaseSpinLockSharedFromDpcLevel(lock);
}

static VOID release_writer(PVOID lock)
{
    ExReleaseSpinLockExclusiveFromDpcLevel(lock);
}

static VOID test_recursion(void **state)
{
    KLOCK_QUEUE_HANDLE handle;
    KSPIN_LOCK lock;
    KIRQL irql;

    UNREFERENCED_PARAMETER(state);
    KeInitializeSpinLock(&lock);
    KeAcquireSpinLock(&lock, &irql);
    assert_false(KeTestSpinLock(&lock));
    assert_int_equal(provoke(acquire_at_dpc, &lock), SPIN_LOCK_ALREADY_OWNED);
    assert_int_equal(provoked.parameters[0], (ULONG_PTR)&lock);
    assert_false(KeTryToAcquireSpinLockAtDpcLevel(&lock));
    KeReleaseSpinLock(&lock, irql);
    assert_true(KeTestSpinLock(&lock));

    KeAcquireInStackQueuedSpinLock(&lock, &handle);
    assert_int_equal(provoke(acquire_in_stack, &lock), SPIN_LOCK_ALREADY_OWNED);
    KeLowerIrql(PASSIVE_LEVEL); /* the queue is not to be repaired */
}

static VOID test_not_owned(void **state)
{
    KLOCK_QUEUE_HANDLE handle = {0};
    EX_SPIN_LOCK shared = 0;
    KSPIN_LOCK lock = 0;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(provoke(release_to_passive, &lock), SPIN_LOCK_NOT_OWNED);
    assert_int_equal(provoke(release_handle, &handle), SPIN_LOCK_NOT_OWNED);
    assert_int_equal(provoke(release_reader, (PVOID)&shared), SPIN_LOCK_NOT_OWNED);
    assert_int_equal(provoke(release_writer, (PVOID)&shared), SPIN_LOCK_NOT_OWNED);
    assert_int_equal(provoke(acquire_at_dpc, &lock), IRQL_NOT_DISPATCH_LEVEL);
    KeRaiseIrqlToDpcLevel();
    lock = 0x10; /* what no thread ever is */
    assert_int_equal(provoke(acquire_at_dpc, &lock), SPIN_LOCK_INIT_FAILURE);
    assert_int_equal(provoked.parameters[1], 0x10);
    KeLowerIrql(PASSIVE_LEVEL);
}

static VOID NTAPI release_elsewhere(PVOID lock)
{
    KeRaiseIrqlToDpcLevel();
    if (provoke(release_to_passive, lock) != SPIN_LOCK_NOT_OWNED)
        *(KSPIN_LOCK *)lock = 0;
    KeLowerIrql(PASSIVE_LEVEL);
}

static VOID test_owned_by_another(void **state)
{
    KSPIN_LOCK lock = 0;
    KIRQL irql;
    PKTHREAD thread;

    UNREFERENCED_PARAMETER(state);
    thread = begin_thread(release_elsewhere, &lock);
    KeAcquireSpinLock(&lock, &irql);
    /* Waiting at DISPATCH_LEVEL is not for drivers, so poll. */
    while (poll(thread) == STATUS_TIMEOUT)
        hal_yield();
    KeReleaseSpinLock(&lock, irql);
    end_of_thread(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exclusion),        cmocka_unit_test(test_readers_and_writers),
        cmocka_unit_test(test_shared_states),    cmocka_unit_test(test_not_owned),
        cmocka_unit_test(test_owned_by_another), cmocka_unit_test(test_recursion),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
