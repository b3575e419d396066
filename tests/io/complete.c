/* Pins: the way up the stack: which completion routines run, what they see, pending marks, taking
 * an IRP back, bug checks. */
#include "io/io_test.h"

#include <setjmp.h>

/* ---- a stack of three devices: the lowest completes, the others forward ------------- */

enum { LEVELS = 3 };

/* How a level's completion routine is set, and what it saw. */
static struct level {
    PDEVICE_OBJECT device, below;
    BOOLEAN is_set, on_success, on_error, on_cancel;
    NTSTATUS returns;
    BOOLEAN marks_pending; /* as the rule says: if PendingReturned */

    ULONG calls;
    PDEVICE_OBJECT seen_device;
    BOOLEAN seen_pending;
    NTSTATUS seen_status;
} levels[LEVELS];

static NTSTATUS answer;
static BOOLEAN answer_cancelled, answer_pending;
static PIRP taken;

static NTSTATUS NTAPI on_complete(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    struct level *level = context;

    level->calls++;
    level->seen_device = device;
    level->seen_pending = irp->PendingReturned;
    level->seen_status = irp->IoStatus.Status;
    if (level->returns == STATUS_MORE_PROCESSING_REQUIRED)
        taken = irp;
    else if (irp->PendingReturned && level->marks_pending)
        IoMarkIrpPending(irp);
    return level->returns;
}

static struct level *level_of(PDEVICE_OBJECT device)
{
    ULONG i;

    for (i = 0; i < LEVELS && levels[i].device != device; i++)
        ;
    return &levels[i];
}

static NTSTATUS finish_at_bottom(PIRP irp)
{
    NTSTATUS status = answer;

    if (answer_cancelled)
        irp->Cancel = TRUE;
    if (answer_pending) {
        IoMarkIrpPending(irp);
        status = STATUS_PENDING;
    }
    complete(irp, answer, 0);
    return status;
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    struct level *level = level_of(device);

    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    if (!level->below)
        return finish_at_bottom(irp);
    if (!level->is_set) {
        IoSkipCurrentIrpStackLocation(irp);
    } else {
        IoCopyCurrentIrpStackLocationToNext(irp);
        IoSetCompletionRoutine(irp, on_complete, level, level->on_success, level->on_error,
                               level->on_cancel);
    }
    return IoCallDriver(level->below, irp);
}

static HANDLE set_up(void)
{
    PDRIVER_OBJECT driver = make_test_driver(dispatch);
    ULONG i;

    memset(levels, 0, sizeof(levels));
    answer = STATUS_SUCCESS;
    answer_cancelled = answer_pending = FALSE;
    taken = NULL;
    for (i = 0; i < LEVELS; i++) {
        levels[i].device = make_device(driver, i ? NULL : DEVICE_NAME, 0);
        levels[i].returns = STATUS_CONTINUE_COMPLETION;
        levels[i].marks_pending = TRUE;
        if (i)
            levels[i].below = IoAttachDeviceToDeviceStack(levels[i].device, levels[i - 1].device);
    }
    assert_int_equal(levels[LEVELS - 1].device->StackSize, LEVELS);
    return open_device(SYNCHRONOUS);
}

static VOID set_level(ULONG i, BOOLEAN success, BOOLEAN error, BOOLEAN cancel)
{
    levels[i].is_set = TRUE;
    levels[i].on_success = success;
    levels[i].on_error = error;
    levels[i].on_cancel = cancel;
}

static NTSTATUS send(HANDLE handle)
{
    IO_STATUS_BLOCK iosb;

    return control(handle, CODE(METHOD_BUFFERED), NULL, 0, NULL, 0, &iosb);
}

/* ---- which routines run ---------------------------------------------------------------- */

static void invoke_flags(void)
{
    static const NTSTATUS statuses[] = {STATUS_SUCCESS, STATUS_OBJECT_NAME_EXISTS,
                                        STATUS_BUFFER_OVERFLOW, STATUS_UNSUCCESSFUL};
    HANDLE handle = set_up();
    ULONG flags, cancelled, i;

    for (flags = 0; flags < 8; flags++) {
        for (cancelled = 0; cancelled < 2; cancelled++) {
            for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
                BOOLEAN runs = (NT_SUCCESS(statuses[i]) ? (flags & 1) : (flags & 2) >> 1) ||
                               (cancelled && (flags & 4));

                set_level(1, flags & 1, (flags & 2) != 0, (flags & 4) != 0);
                levels[1].calls = 0;
                answer = statuses[i];
                answer_cancelled = cancelled != 0;
                assert_int_equal(send(handle), statuses[i]);
                assert_int_equal(levels[1].calls, runs);
            }
        }
    }
}

static void routines_in_order(void)
{
    HANDLE handle = set_up();

    set_level(1, TRUE, TRUE, TRUE);
    set_level(2, TRUE, TRUE, TRUE);
    answer = STATUS_BUFFER_OVERFLOW;
    assert_int_equal(send(handle), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(levels[1].calls, 1);
    assert_int_equal(levels[2].calls, 1);
    /* Each is given its own device, and the status of the moment. */
    assert_ptr_equal(levels[1].seen_device, levels[1].device);
    assert_ptr_equal(levels[2].seen_device, levels[2].device);
    assert_int_equal(levels[2].seen_status, STATUS_BUFFER_OVERFLOW);
    assert_false(levels[1].seen_pending);
}

/* ---- pending ------------------------------------------------------------------------------ */

static void pending_seen_and_marked(void)
{
    HANDLE handle = set_up();

    set_level(1, TRUE, TRUE, TRUE);
    set_level(2, TRUE, TRUE, TRUE);
    answer_pending = TRUE;
    assert_int_equal(send(handle), STATUS_SUCCESS);
    assert_true(levels[1].seen_pending);
    assert_true(levels[2].seen_pending);
    /* A routine that does not pass the mark on hides it from the next. */
    levels[1].marks_pending = FALSE;
    assert_int_equal(send(handle), STATUS_SUCCESS);
    assert_true(levels[1].seen_pending);
    assert_false(levels[2].seen_pending);
}

static void pending_passes_without_routine(void)
{
    HANDLE handle = set_up();

    /* Level 1 has a location of its own and no routine that runs. */
    set_level(1, FALSE, TRUE, FALSE);
    set_level(2, TRUE, TRUE, TRUE);
    answer_pending = TRUE;
    assert_int_equal(send(handle), STATUS_SUCCESS);
    assert_int_equal(levels[1].calls, 0);
    assert_true(levels[2].seen_pending);
}

/* ---- taking it back -------------------------------------------------------------------------- */

/* The top driver waits for the lower ones, then completes on its own. */
static NTSTATUS NTAPI take_and_complete(PDEVICE_OBJECT device, PIRP irp)
{
    struct level *level = level_of(device);
    NTSTATUS status;

    if (level != &levels[LEVELS - 1] || is_file_request(irp))
        return dispatch(device, irp);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, on_complete, level, TRUE, TRUE, TRUE);
    status = IoCallDriver(level->below, irp);
    assert_ptr_equal(taken, irp);
    assert_ptr_equal(IoGetCurrentIrpStackLocation(irp)->DeviceObject, device);
    assert_int_equal(irp->IoStatus.Status, STATUS_UNSUCCESSFUL);
    UNREFERENCED_PARAMETER(status);
    return complete(irp, STATUS_BUFFER_OVERFLOW, 0);
}

static void more_processing(void)
{
    HANDLE handle = set_up();

    test_dispatch = take_and_complete;
    levels[LEVELS - 1].returns = STATUS_MORE_PROCESSING_REQUIRED;
    answer = STATUS_UNSUCCESSFUL;
    assert_int_equal(send(handle), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(levels[LEVELS - 1].calls, 1);
}

static NTSTATUS NTAPI forward_and_complete(PDEVICE_OBJECT device, PIRP irp)
{
    struct level *level = level_of(device);

    if (level != &levels[LEVELS - 1] || is_file_request(irp))
        return dispatch(device, irp);
    assert_true(IoForwardIrpSynchronously(level->below, irp));
    return complete(irp, irp->IoStatus.Status, 0);
}

static void forward_synchronously(void)
{
    HANDLE handle = set_up();

    test_dispatch = forward_and_complete;
    answer = STATUS_DEVICE_NOT_READY;
    assert_int_equal(send(handle), STATUS_DEVICE_NOT_READY);
    answer_pending = TRUE;
    assert_int_equal(send(handle), STATUS_DEVICE_NOT_READY);
}

/* ---- associated IRPs -------------------------------------------------------------------- */

static ULONG associated_left;

static NTSTATUS NTAPI split(PDEVICE_OBJECT device, PIRP irp)
{
    struct level *level = level_of(device);
    ULONG i;

    if (level != &levels[1] || is_file_request(irp))
        return dispatch(device, irp);
    irp->AssociatedIrp.IrpCount = 3;
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = 77;
    IoMarkIrpPending(irp);
    associated_left = 3;
    for (i = 0; i < 3; i++) {
        PIRP associated = IoMakeAssociatedIrp(irp, level->below->StackSize);

        assert_non_null(associated);
        assert_int_equal(associated->Flags & IRP_ASSOCIATED_IRP, IRP_ASSOCIATED_IRP);
        assert_ptr_equal(associated->AssociatedIrp.MasterIrp, irp);
        IoGetNextIrpStackLocation(associated)->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        IoSetCompletionRoutine(associated, on_complete, &levels[0], TRUE, TRUE, TRUE);
        IoCallDriver(level->below, associated);
        associated_left--;
    }
    return STATUS_PENDING;
}

static void associated(void)
{
    HANDLE handle = set_up();
    IO_STATUS_BLOCK iosb;

    test_dispatch = split;
    assert_int_equal(control(handle, CODE(METHOD_NEITHER), NULL, 0, NULL, 0, &iosb),
                     STATUS_SUCCESS);
    /* The last of them completed the master. */
    assert_int_equal(associated_left, 0);
    assert_int_equal(levels[0].calls, 3);
    assert_int_equal(iosb.Information, 77);
}

/* ---- what a driver must not do ---------------------------------------------------------- */

static jmp_buf stopped;
static ULONG stop_code;
static ULONG_PTR stop_parameters[4];

static VOID on_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    stop_code = code;
    memcpy(stop_parameters, parameters, sizeof(stop_parameters));
    longjmp(stopped, 1);
}

static VOID expect_stop(VOID (*misuse)(PIRP), ULONG code, CCHAR locations)
{
    PIRP irp = IoAllocateIrp(locations, FALSE);

    assert_non_null(irp);
    stop_code = 0;
    ke_bugcheck_hook(on_bugcheck);
    if (!setjmp(stopped))
        misuse(irp);
    ke_bugcheck_hook(NULL);
    assert_int_equal(stop_code, code);
}

static VOID complete_twice(PIRP irp)
{
    irp->CurrentLocation = irp->StackCount + 2;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static VOID complete_freed(PIRP irp)
{
    IoFreeIrp(irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static VOID free_twice(PIRP irp)
{
    IoFreeIrp(irp);
    IoFreeIrp(irp);
}

static VOID call_without_location(PIRP irp)
{
    IoCallDriver(levels[0].device, irp);
}

/* A driver's own IRP that comes to the top: nobody there to take it. */
static VOID complete_own(PIRP irp)
{
    IoSetNextIrpStackLocation(irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static void bug_checks(void)
{
    set_up();
    expect_stop(complete_twice, MULTIPLE_IRP_COMPLETE_REQUESTS, 1);
    assert_true(mm_is_system_address(stop_parameters[0]));
    expect_stop(complete_freed, MULTIPLE_IRP_COMPLETE_REQUESTS, 1);
    expect_stop(free_twice, MULTIPLE_IRP_COMPLETE_REQUESTS, 1);
    expect_stop(call_without_location, NO_MORE_IRP_STACK_LOCATIONS, 0);
    expect_stop(complete_own, IRQL_NOT_LESS_OR_EQUAL, 1);
}

/* Completing the program's request twice from the dispatch routine. */
static NTSTATUS NTAPI complete_it_twice(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    complete(irp, STATUS_SUCCESS, 0);
    return complete(irp, STATUS_SUCCESS, 0);
}

static void double_completion(void)
{
    HANDLE handle;

    set_up();
    /* Not a synchronous file: the stop leaves the service in the middle, with its file locked. */
    handle = open_device(0);
    test_dispatch = complete_it_twice;
    ke_bugcheck_hook(on_bugcheck);
    stop_code = 0;
    if (!setjmp(stopped))
        send(handle);
    ke_bugcheck_hook(NULL);
    assert_int_equal(stop_code, MULTIPLE_IRP_COMPLETE_REQUESTS);
    test_dispatch = dispatch;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(invoke_flags),
        IO_TEST(routines_in_order),
        IO_TEST(pending_seen_and_marked),
        IO_TEST(pending_passes_without_routine),
        IO_TEST(more_processing),
        IO_TEST(forward_synchronously),
        IO_TEST(associated),
        IO_TEST(bug_checks),
        IO_TEST(double_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
