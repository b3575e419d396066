/* Pins: a fault finds the driver whose code it is in, in any state of the system, and no other. */
#include "io/io_test.h"

#define MANY 200 /* more than one block of slots */

static PDRIVER_OBJECT make_driver_at(ULONG64 start, ULONG size)
{
    PDRIVER_OBJECT driver = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*driver), 'tseT');

    assert_non_null(driver);
    memset(driver, 0, sizeof(*driver));
    driver->DriverStart = (PVOID)start;
    driver->DriverSize = size;
    assert_int_equal(io_publish_code(driver), STATUS_SUCCESS);
    return driver;
}

static VOID forget(PDRIVER_OBJECT driver)
{
    io_withdraw_code(driver);
    ExFreePoolWithTag(driver, 'tseT');
}

static void a_range_has_two_ends(void)
{
    PDRIVER_OBJECT driver = make_driver_at(0x10000, 0x1000);

    assert_null(io_driver_of_code(0xFFFF));
    assert_ptr_equal(io_driver_of_code(0x10000), driver);
    assert_ptr_equal(io_driver_of_code(0x10FFF), driver);
    assert_null(io_driver_of_code(0x11000));
    assert_null(io_driver_of_code(0));
    forget(driver);
    assert_null(io_driver_of_code(0x10000));
}

static void many_are_told_apart(void)
{
    PDRIVER_OBJECT drivers[MANY];
    ULONG64 i;

    for (i = 0; i < MANY; i++)
        drivers[i] = make_driver_at(0x100000 * (i + 1), 0x100);
    for (i = 0; i < MANY; i++)
        assert_ptr_equal(io_driver_of_code(0x100000 * (i + 1) + 0x80), drivers[i]);
    for (i = 0; i < MANY; i += 2)
        forget(drivers[i]);
    for (i = 0; i < MANY; i++)
        assert_int_equal(io_driver_of_code(0x100000 * (i + 1)) != NULL, i % 2);
    for (i = 1; i < MANY; i += 2)
        forget(drivers[i]);
}

/* A driver faults while its thread holds the I/O manager's lock, say inside of IoAttachDevice. */
static void asking_takes_no_lock(void)
{
    PDRIVER_OBJECT driver = make_driver_at(0x10000, 0x1000), found;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    found = io_driver_of_code(0x10800);
    KeReleaseSpinLock(&io_database_lock, irql);
    assert_ptr_equal(found, driver);
    forget(driver);
}

static void without_memory_a_driver_is_refused(void)
{
    PDRIVER_OBJECT drivers[MANY], more = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < MANY; i++)
        drivers[i] = make_driver_at(0x100000ull * (i + 1), 0x100);
    more = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*more), 'tseT');
    assert_non_null(more);
    memset(more, 0, sizeof(*more));
    more->DriverStart = (PVOID)0x1000;
    more->DriverSize = 1;
    ex_pool_inject(0, TRUE);
    for (i = 0; i < MANY && NT_SUCCESS(status); i++)
        status = io_publish_code(more);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
    forget(more);
    assert_null(io_driver_of_code(0x1000));
    for (i = 0; i < MANY; i++)
        forget(drivers[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(a_range_has_two_ends),
        IO_TEST(many_are_told_apart),
        IO_TEST(asking_takes_no_lock),
        IO_TEST(without_memory_a_driver_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
