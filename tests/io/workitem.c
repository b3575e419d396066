/*
 * Pins I/O work items: what their routines get, and that the device stays while
 * one is queued.
 */
#include "io/io_test.h"

#include "ex/ex.h"

static struct {
    PDEVICE_OBJECT device;
    PVOID context;
    PIO_WORKITEM item;
    LONG_PTR references; /* of the device, while the routine runs */
    KEVENT inside, go_on;
} seen;

static NTSTATUS refuse(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static PDEVICE_OBJECT begin(VOID)
{
    memset(&seen, 0, sizeof(seen));
    KeInitializeEvent(&seen.inside, SynchronizationEvent, FALSE);
    KeInitializeEvent(&seen.go_on, SynchronizationEvent, FALSE);
    return make_device(make_test_driver(refuse), NULL, 0);
}

static VOID wait_for(PKEVENT event)
{
    assert_int_equal(KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL),
                     STATUS_SUCCESS);
}

static VOID NTAPI work(PDEVICE_OBJECT device, PVOID context)
{
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    seen.device = device;
    seen.context = context;
    seen.references = ob_reference_count(device);
    KeSetEvent(&seen.inside, IO_NO_INCREMENT, FALSE);
    wait_for(&seen.go_on);
}

static VOID NTAPI work_ex(PVOID object, PVOID context, PIO_WORKITEM item)
{
    seen.item = item;
    work(object, context);
}

static VOID NTAPI work_and_free(PVOID object, PVOID context, PIO_WORKITEM item)
{
    IoFreeWorkItem(item);
    work_ex(object, context, item);
}

static void gives_the_routine_what_was_queued(void)
{
    PDEVICE_OBJECT device = begin();
    LONG_PTR references = ob_reference_count(device);
    PIO_WORKITEM item = IoAllocateWorkItem(device);
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);

    IoQueueWorkItem(item, work, DelayedWorkQueue, &seen);
    KeLowerIrql(old);
    wait_for(&seen.inside);
    assert_ptr_equal(seen.device, device);
    assert_ptr_equal(seen.context, &seen);
    assert_int_equal(seen.references, references + 1);

    /* While the routine runs the item is free to be queued again. */
    IoQueueWorkItemEx(item, work_ex, CriticalWorkQueue, NULL);
    wait_for(&seen.inside);
    assert_ptr_equal(seen.item, item);
    assert_null(seen.context);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    while (ob_reference_count(device) != references) {
        KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
        hal_yield();
    }
    IoFreeWorkItem(item);
}

static void may_be_freed_by_its_routine(void)
{
    PDEVICE_OBJECT device = begin();
    LONG_PTR references = ob_reference_count(device);

    IoQueueWorkItemEx(IoAllocateWorkItem(device), work_and_free, DelayedWorkQueue, NULL);
    wait_for(&seen.inside);
    KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
    while (ob_reference_count(device) != references)
        hal_yield();
}

static void can_be_tried(void)
{
    PDEVICE_OBJECT device = begin();
    LONG_PTR references = ob_reference_count(device);
    PIO_WORKITEM item = ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(), 'tseT');
    ULONG queued = 0;

    IoInitializeWorkItem(device, item);
    assert_true(IoTryQueueWorkItem(item, work_ex, DelayedWorkQueue, NULL));
    queued++;
    wait_for(&seen.inside);
    assert_true(IoTryQueueWorkItem(item, work_ex, DelayedWorkQueue, NULL));
    queued++;
    wait_for(&seen.inside);
    while (queued--)
        while (ob_reference_count(device) > references + (LONG_PTR)queued) {
            KeSetEvent(&seen.go_on, IO_NO_INCREMENT, FALSE);
            hal_yield();
        }
    IoUninitializeWorkItem(item);
    ExFreePoolWithTag(item, 'tseT');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(gives_the_routine_what_was_queued),
        IO_TEST(may_be_freed_by_its_routine),
        IO_TEST(can_be_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
