/* Pins: an IRP's activity id is its own, and gone with it. */
#include "io/io_test.h"

static const GUID one = {1, 2, 3, {4}}, two = {5, 6, 7, {8}};

static void assert_activity(PIRP irp, const GUID *expected)
{
    GUID seen = two;

    assert_int_equal(IoGetActivityIdIrp(irp, &seen), STATUS_SUCCESS);
    assert_memory_equal(&seen, expected, sizeof(seen));
}

static void assert_no_activity(PIRP irp)
{
    GUID seen = two;

    assert_int_equal(IoGetActivityIdIrp(irp, &seen), STATUS_NOT_FOUND);
    assert_memory_equal(&seen, &two, sizeof(seen));
}

static void set_and_got(void)
{
    PIRP irp = IoAllocateIrp(1, FALSE);

    assert_no_activity(irp);
    assert_int_equal(IoSetActivityIdIrp(irp, NULL), STATUS_NOT_SUPPORTED);
    assert_no_activity(irp);
    assert_int_equal(IoSetActivityIdIrp(irp, &two), STATUS_SUCCESS);
    assert_int_equal(IoSetActivityIdIrp(irp, &one), STATUS_SUCCESS);
    assert_activity(irp, &one);
    IoFreeIrp(irp);
}

/* What a thread keeps of an IRP that was freed is given out again without it. */
static void gone_with_the_request(void)
{
    PIRP irp = IoAllocateIrp(1, FALSE);

    assert_int_equal(IoSetActivityIdIrp(irp, &one), STATUS_SUCCESS);
    IoReuseIrp(irp, STATUS_SUCCESS);
    assert_no_activity(irp);
    assert_int_equal(IoSetActivityIdIrp(irp, &one), STATUS_SUCCESS);
    IoFreeIrp(irp);
    irp = IoAllocateIrp(1, FALSE);
    assert_no_activity(irp);
    IoFreeIrp(irp);
}

static void none_in_own_memory(void)
{
    PIRP irp = ExAllocatePoolWithTag(NonPagedPoolNx, IoSizeOfIrp(1), 'tseT');

    IoInitializeIrp(irp, IoSizeOfIrp(1), 1);
    assert_int_equal(IoSetActivityIdIrp(irp, &one), STATUS_UNSUCCESSFUL);
    assert_no_activity(irp);
    ExFreePoolWithTag(irp, 'tseT');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(set_and_got),
        IO_TEST(gone_with_the_request),
        IO_TEST(none_in_own_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
