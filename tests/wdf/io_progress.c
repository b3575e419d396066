/* Guaranteed forward progress: requests in reserve, and IRPs that wait for one. */
#include "control_test.h"

static WDFREQUEST held[8];
static ULONG held_count;
static NTSTATUS resources, reserve;
static WDF_IO_FORWARD_PROGRESS_ACTION action;

static VOID NTAPI hold(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    note("%s%u ", WdfRequestIsReserved(request) ? "reserved:" : "", number_of(request));
    held[held_count++] = request;
}

static NTSTATUS NTAPI prepare_reserved(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    assert_true(WdfRequestIsReserved(request));
    note("prepare ");
    return reserve;
}

static NTSTATUS NTAPI prepare_request(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    assert_false(WdfRequestIsReserved(request));
    return resources;
}

static WDF_IO_FORWARD_PROGRESS_ACTION NTAPI examine(WDFQUEUE queue, PIRP irp)
{
    UNREFERENCED_PARAMETER(queue);
    UNREFERENCED_PARAMETER(irp);
    note("examine ");
    return action;
}

static WDFQUEUE holding_queue(VOID)
{
    WDF_IO_QUEUE_CONFIG config;

    held_count = 0;
    reserve = resources = STATUS_SUCCESS;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = hold;
    return device_with_queue(&config);
}

static VOID release(ULONG index)
{
    WdfRequestComplete(held[index], STATUS_SUCCESS);
}

static VOID reserve_requests(WDFQUEUE queue, ULONG count)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;

    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, count);
    policy.EvtIoAllocateResourcesForReservedRequest = prepare_reserved;
    policy.EvtIoAllocateRequestResources = prepare_request;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
}

static void policies_are_checked(void)
{
    WDFQUEUE queue = holding_queue();
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;

    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfIoQueueAssignForwardProgressPolicy(queue, NULL));
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 0);
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
                     STATUS_INVALID_PARAMETER);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, NULL);
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
                     STATUS_INVALID_PARAMETER);
    policy.Size--;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
                     STATUS_INFO_LENGTH_MISMATCH);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 2);
    policy.EvtIoAllocateResourcesForReservedRequest = prepare_reserved;
    reserve = STATUS_INSUFFICIENT_RESOURCES;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
                     STATUS_INSUFFICIENT_RESOURCES);
    reserve = STATUS_SUCCESS;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy),
                     STATUS_INVALID_PARAMETER);
    assert_journal("prepare prepare prepare ");
}

static void requests_come_from_the_reserve_when_resources_are_short(void)
{
    WDFQUEUE queue = holding_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    struct sent sent[4];

    reserve_requests(queue, 1);
    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_journal("prepare 0 ");
    resources = STATUS_INSUFFICIENT_RESOURCES;
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_journal("reserved:1 ");
    /* There is only one. */
    assert_int_equal(send(handle, 2, &sent[2]), STATUS_PENDING);
    assert_int_equal(send(handle, 3, &sent[3]), STATUS_PENDING);
    assert_journal("");
    release(1);
    assert_int_equal(sent[1].iosb.Status, STATUS_SUCCESS);
    assert_journal("reserved:2 ");
    assert_ptr_equal(held[2], held[1]);
    release(2);
    assert_journal("reserved:3 ");
    release(3);
    release(0);
    assert_int_equal(sent[3].iosb.Status, STATUS_SUCCESS);
    assert_int_equal(send(handle, 4, &sent[0]), STATUS_PENDING);
    assert_journal("reserved:4 ");
    release(4);
    NtClose(handle);
}

static void an_irp_that_waits_can_be_cancelled(void)
{
    WDFQUEUE queue = holding_queue();
    HANDLE handle = open_device(ASYNCHRONOUS), other = open_device(ASYNCHRONOUS);
    struct sent sent[5];

    reserve_requests(queue, 1);
    resources = STATUS_INSUFFICIENT_RESOURCES;
    assert_int_equal(send(handle, 0, &sent[0]), STATUS_PENDING);
    assert_int_equal(send(handle, 1, &sent[1]), STATUS_PENDING);
    assert_int_equal(send(other, 2, &sent[2]), STATUS_PENDING);
    assert_int_equal(send(handle, 3, &sent[3]), STATUS_PENDING);
    cancel(handle, &sent[1]);
    assert_int_equal(sent[1].iosb.Status, STATUS_CANCELLED);
    NtClose(other);
    assert_int_equal(sent[2].iosb.Status, STATUS_CANCELLED);
    assert_true(is_pending(&sent[3]));
    WdfIoQueuePurge(queue, NULL, NULL);
    assert_int_equal(sent[3].iosb.Status, STATUS_CANCELLED);
    release(0);
    assert_journal("prepare reserved:0 ");
    NtClose(handle);
}

static void the_driver_may_decide_irp_by_irp(void)
{
    WDFQUEUE queue = holding_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
    struct sent sent;

    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, examine);
    policy.EvtIoAllocateRequestResources = prepare_request;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
    resources = STATUS_INSUFFICIENT_RESOURCES;
    action = WdfIoForwardProgressActionFailRequest;
    assert_int_equal(send(handle, 0, &sent), STATUS_UNSUCCESSFUL);
    action = WdfIoForwardProgressActionUseReservedRequest;
    assert_int_equal(send(handle, 1, &sent), STATUS_PENDING);
    release(0);
    assert_journal("examine examine reserved:1 ");
    NtClose(handle);
}

static void only_paging_may_be_worth_it(void)
{
    WDFQUEUE queue = holding_queue();
    HANDLE handle = open_device(ASYNCHRONOUS);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
    struct sent sent;

    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(&policy, 1);
    policy.EvtIoAllocateRequestResources = prepare_request;
    assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
    resources = STATUS_INSUFFICIENT_RESOURCES;
    assert_int_equal(send(handle, 0, &sent), STATUS_UNSUCCESSFUL);
    assert_journal("");
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(policies_are_checked),
        WDF_TEST(requests_come_from_the_reserve_when_resources_are_short),
        WDF_TEST(an_irp_that_waits_can_be_cancelled),
        WDF_TEST(the_driver_may_decide_irp_by_irp),
        WDF_TEST(only_paging_may_be_worth_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
