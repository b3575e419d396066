/* Pins: StartIo gets a device's requests one at a time, at DISPATCH_LEVEL, in order or by key. */
#include "io/io_test.h"

#define MANY 20000

static struct {
    PDEVICE_OBJECT device;
    PIRP started[8];
    ULONG count;
    ULONG depth, deepest; /* of StartIo inside of StartIo */
    BOOLEAN goes_on;      /* StartIo asks for the next at once */
    PIRP cancelled;
} seen;

static VOID NTAPI start_io(PDEVICE_OBJECT device, PIRP irp)
{
    assert_ptr_equal(device, seen.device);
    assert_ptr_equal(device->CurrentIrp, irp);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    if (seen.count < RTL_NUMBER_OF(seen.started))
        seen.started[seen.count] = irp;
    seen.count++;
    seen.depth++;
    seen.deepest = max(seen.deepest, seen.depth);
    if (seen.goes_on)
        IoStartNextPacket(device, TRUE);
    seen.depth--;
}

static VOID NTAPI cancel(PDEVICE_OBJECT device, PIRP irp)
{
    assert_ptr_equal(device, seen.device);
    seen.cancelled = irp;
    KeRemoveEntryDeviceQueue(&device->DeviceQueue, &irp->Tail.Overlay.DeviceQueueEntry);
    IoReleaseCancelSpinLock(irp->CancelIrql);
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS, 0);
}

static VOID set_up(VOID)
{
    PDRIVER_OBJECT driver = make_test_driver(dispatch);

    memset(&seen, 0, sizeof(seen));
    driver->DriverStartIo = start_io;
    seen.device = make_device(driver, NULL, 0);
}

static PIRP make_irp(VOID)
{
    PIRP irp = IoAllocateIrp(1, FALSE);

    assert_non_null(irp);
    IoSetNextIrpStackLocation(irp);
    IoGetCurrentIrpStackLocation(irp)->DeviceObject = seen.device;
    return irp;
}

static VOID next(BOOLEAN cancelable)
{
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    IoStartNextPacket(seen.device, cancelable);
    KeLowerIrql(irql);
}

static void one_at_a_time(void)
{
    PIRP irps[3];
    ULONG i;

    set_up();
    for (i = 0; i < 3; i++) {
        irps[i] = make_irp();
        IoStartPacket(seen.device, irps[i], NULL, NULL);
        assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
        assert_int_equal(seen.count, 1);
    }
    next(FALSE);
    next(FALSE);
    assert_int_equal(seen.count, 3);
    for (i = 0; i < 3; i++)
        assert_ptr_equal(seen.started[i], irps[i]);
    next(FALSE);
    assert_int_equal(seen.count, 3);
    assert_null(seen.device->CurrentIrp);
    /* Idle again: the next one starts at once. */
    IoStartPacket(seen.device, irps[0], NULL, NULL);
    assert_int_equal(seen.count, 4);
    for (i = 0; i < 3; i++)
        IoFreeIrp(irps[i]);
}

/* Lower keys first; by key, the first that is not below it, then from the start again. */
static void by_key(void)
{
    ULONG keys[] = {0, 30, 10, 20}, i;
    PIRP irps[4];
    KIRQL irql;

    set_up();
    for (i = 0; i < 4; i++) {
        irps[i] = make_irp();
        IoStartPacket(seen.device, irps[i], &keys[i], NULL);
    }
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    IoStartNextPacketByKey(seen.device, FALSE, 15);
    IoStartNextPacketByKey(seen.device, FALSE, 31);
    IoStartNextPacket(seen.device, FALSE);
    KeLowerIrql(irql);
    assert_int_equal(seen.count, 4);
    assert_ptr_equal(seen.started[1], irps[3]);
    assert_ptr_equal(seen.started[2], irps[2]);
    assert_ptr_equal(seen.started[3], irps[1]);
    for (i = 0; i < 4; i++)
        IoFreeIrp(irps[i]);
}

static void a_queued_one_can_be_cancelled(void)
{
    PIRP busy, queued;

    set_up();
    busy = make_irp();
    queued = make_irp();
    IoStartPacket(seen.device, busy, NULL, cancel);
    IoStartPacket(seen.device, queued, NULL, cancel);
    assert_true(IoCancelIrp(queued));
    assert_ptr_equal(seen.cancelled, queued);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    next(TRUE);
    assert_int_equal(seen.count, 1);
    assert_null(seen.device->CurrentIrp);
    IoFreeIrp(busy);
    IoFreeIrp(queued);
}

static void cancelled_before_it_was_queued(void)
{
    PIRP busy, late;

    set_up();
    busy = make_irp();
    late = make_irp();
    IoStartPacket(seen.device, busy, NULL, cancel);
    assert_false(IoCancelIrp(late));
    IoStartPacket(seen.device, late, NULL, cancel);
    assert_ptr_equal(seen.cancelled, late);
    next(TRUE);
    assert_int_equal(seen.count, 1);
    IoFreeIrp(busy);
    IoFreeIrp(late);
}

static void what_has_started_cannot_be_cancelled_if_asked_so(void)
{
    PIRP first, second;

    set_up();
    IoSetStartIoAttributes(seen.device, FALSE, TRUE);
    first = make_irp();
    second = make_irp();
    IoStartPacket(seen.device, first, NULL, cancel);
    IoStartPacket(seen.device, second, NULL, cancel);
    assert_false(IoCancelIrp(first));
    next(TRUE);
    assert_false(IoCancelIrp(second));
    assert_null(seen.cancelled);
    IoFreeIrp(first);
    IoFreeIrp(second);
}

/* A driver that completes in StartIo would go down its stack with each request that waits. */
static void deferred_starts_do_not_nest(void)
{
    PIRP *irps = ExAllocatePoolWithTag(NonPagedPoolNx, MANY * sizeof(*irps), 'tseT');
    ULONG i;

    assert_non_null(irps);
    set_up();
    IoSetStartIoAttributes(seen.device, TRUE, FALSE);
    for (i = 0; i < MANY; i++) {
        irps[i] = make_irp();
        IoStartPacket(seen.device, irps[i], NULL, NULL);
    }
    seen.goes_on = TRUE;
    next(TRUE);
    assert_int_equal(seen.count, MANY);
    assert_true(seen.deepest <= 2);
    for (i = 0; i < MANY; i++)
        IoFreeIrp(irps[i]);
    ExFreePoolWithTag(irps, 'tseT');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(one_at_a_time),
        IO_TEST(by_key),
        IO_TEST(a_queued_one_can_be_cancelled),
        IO_TEST(cancelled_before_it_was_queued),
        IO_TEST(what_has_started_cannot_be_cancelled_if_asked_so),
        IO_TEST(deferred_starts_do_not_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
