/* Pins: which vectors can be connected, and that synchronized code runs alone, at its IRQL. */
#include "io/io_test.h"

#define ROUNDS 2000

static struct {
    KIRQL irql;
    ULONG count; /* plain: two at once would lose some */
    PKINTERRUPT interrupt;
} shared;

static BOOLEAN NTAPI service(PKINTERRUPT interrupt, PVOID context)
{
    UNREFERENCED_PARAMETER(interrupt);
    UNREFERENCED_PARAMETER(context);
    return FALSE;
}

static NTSTATUS connect_to(PKINTERRUPT *interrupt, ULONG vector, KIRQL irql, BOOLEAN is_shared)
{
    return IoConnectInterrupt(interrupt, service, NULL, NULL, vector, irql, irql, LevelSensitive,
                              is_shared, 1, FALSE);
}

static void only_device_vectors_at_device_irql(void)
{
    PKINTERRUPT interrupt;

    assert_int_equal(connect_to(&interrupt, 0, 5, TRUE), STATUS_INVALID_PARAMETER);
    assert_int_equal(connect_to(&interrupt, 0x100, 5, TRUE), STATUS_INVALID_PARAMETER);
    assert_int_equal(connect_to(&interrupt, 0x40, PASSIVE_LEVEL, TRUE), STATUS_INVALID_PARAMETER);
    assert_int_equal(connect_to(&interrupt, 0x40, DISPATCH_LEVEL, TRUE), STATUS_INVALID_PARAMETER);
    assert_null(interrupt);
    assert_int_equal(connect_to(&interrupt, 0x40, DISPATCH_LEVEL + 1, TRUE), STATUS_SUCCESS);
    IoDisconnectInterrupt(interrupt);
    ex_pool_inject(0, FALSE);
    assert_int_equal(connect_to(&interrupt, 0x40, 5, TRUE), STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_null(interrupt);
}

static void a_vector_is_shared_by_those_who_agree(void)
{
    PKINTERRUPT first, second;

    assert_int_equal(connect_to(&first, 0x41, 5, TRUE), STATUS_SUCCESS);
    assert_int_equal(connect_to(&second, 0x41, 5, FALSE), STATUS_INVALID_PARAMETER);
    assert_int_equal(connect_to(&second, 0x41, 5, TRUE), STATUS_SUCCESS);
    IoDisconnectInterrupt(first);
    IoDisconnectInterrupt(second);
    assert_int_equal(connect_to(&first, 0x41, 5, FALSE), STATUS_SUCCESS);
    assert_int_equal(connect_to(&second, 0x41, 5, TRUE), STATUS_INVALID_PARAMETER);
    IoDisconnectInterrupt(first);
}

static BOOLEAN NTAPI count_one(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    shared.irql = KeGetCurrentIrql();
    shared.count++;
    return TRUE;
}

static VOID count_many(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++)
        KeSynchronizeExecution(shared.interrupt, count_one, NULL);
}

static void synchronized_code_runs_alone(void)
{
    struct program_thread thread;
    KIRQL irql;

    shared.count = 0;
    assert_int_equal(connect_to(&shared.interrupt, 0x42, 7, FALSE), STATUS_SUCCESS);
    start_thread(&thread, count_many, NULL);
    count_many(NULL);
    join_thread(&thread);
    assert_int_equal(shared.count, 2 * ROUNDS);
    assert_int_equal(shared.irql, 7);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    irql = KeAcquireInterruptSpinLock(shared.interrupt);
    assert_int_equal(KeGetCurrentIrql(), 7);
    KeReleaseInterruptSpinLock(shared.interrupt, irql);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    IoDisconnectInterrupt(shared.interrupt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(only_device_vectors_at_device_irql),
        IO_TEST(a_vector_is_shared_by_those_who_agree),
        IO_TEST(synchronized_code_runs_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
