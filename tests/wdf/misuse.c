/*
 * Handles of the wrong type, and calls at a level that they do not allow, over the framework's
 * objects. tests/end-to-end/kmdf shows what the report says.
 */
#include "control_test.h"

/* ---- handles ---------------------------------------------------------------------------- */

/* call needs a handle of the type with this number, and gets another one's. */
#define ASSERT_WRONG_TYPE(number, handle, call)                                                    \
    do {                                                                                           \
        ASSERT_VIOLATION(WDF_INVALID_HANDLE, call);                                                \
        assert_int_equal(bugcheck.seen[2], (ULONG_PTR)(handle));                                   \
        assert_int_equal(bugcheck.seen[3], number);                                                \
    } while (0)

static VOID a_queue_is_nothing_else(VOID)
{
    WDF_IO_QUEUE_CONFIG config;
    LARGE_INTEGER due = {0};
    PVOID queue;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
    queue = device_with_queue(&config);
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_DRIVER, queue, WdfDriverGetRegistryPath(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_DEVICE, queue, WdfDeviceGetDriver(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_REQUEST, queue, WdfRequestComplete(queue, 0));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_MEMORY, queue, WdfMemoryGetBuffer(queue, NULL));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_FILE, queue, WdfFileObjectGetFlags(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_IO_TARGET, queue, WdfIoTargetStart(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_COLLECTION, queue, WdfCollectionGetCount(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_STRING, queue, WdfStringGetUnicodeString(queue, NULL));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_SPIN_LOCK, queue, WdfSpinLockAcquire(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_WAIT_LOCK, queue, WdfWaitLockRelease(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_TIMER, queue, WdfTimerStart(queue, due.QuadPart));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_DPC, queue, WdfDpcEnqueue(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_WORK_ITEM, queue, WdfWorkItemEnqueue(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_KEY, queue, WdfRegistryClose(queue));
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_QUEUE, WdfIoQueueGetDevice(queue),
                      WdfIoQueueStart((WDFQUEUE)WdfIoQueueGetDevice(queue)));
}

/* Of a type with others that it stands for, too. */
static VOID memory_of_another_kind(VOID)
{
    ULONG block;
    WDFMEMORY memory;

    load_driver();
    assert_int_equal(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 0, sizeof(block), &memory, NULL),
        STATUS_SUCCESS);
    ASSERT_WRONG_TYPE(WDF_TYPE_NUMBER_MEMORY_PREALLOCATED, memory,
                      WdfMemoryAssignBuffer(memory, &block, sizeof(block)));
    WdfObjectDelete(memory);
}

/* ---- levels ----------------------------------------------------------------------------- */

/* With the verifier on, call at DISPATCH_LEVEL does nothing but fail. */
#define ASSERT_TOO_HIGH(call)                                                                      \
    do {                                                                                           \
        KIRQL irql;                                                                                \
        NTSTATUS status;                                                                           \
        KeRaiseIrql(DISPATCH_LEVEL, &irql);                                                        \
        status = (call);                                                                           \
        KeLowerIrql(irql);                                                                         \
        assert_int_equal(status, STATUS_INVALID_DEVICE_REQUEST);                                   \
    } while (0)

static VOID calls_at_dispatch_level(VOID)
{
    DECLARE_CONST_UNICODE_STRING(name, L"Name");
    WDFDEVICE device = plain_device();
    WDFMEMORY memory = NULL;
    WDFSTRING string = NULL;
    WDFKEY key = NULL;
    PVOID buffer;

    CONTAINING_RECORD(WdfDriverGlobals, struct wdf_globals, seen)->is_verifier_on = TRUE;
    ASSERT_TOO_HIGH(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 8, &memory, &buffer));
    ASSERT_TOO_HIGH(WdfStringCreate(&name, WDF_NO_OBJECT_ATTRIBUTES, &string));
    ASSERT_TOO_HIGH(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ,
                                                       WDF_NO_OBJECT_ATTRIBUTES, &key));
    ASSERT_TOO_HIGH(WdfDeviceOpenRegistryKey(device, PLUGPLAY_REGKEY_DEVICE, KEY_READ,
                                             WDF_NO_OBJECT_ATTRIBUTES, &key));
    ASSERT_TOO_HIGH(WdfDeviceCreateSymbolicLink(device, &name));
    assert_null(memory);
    assert_null(string);
    assert_null(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_queue_is_nothing_else),
        WDF_TEST(memory_of_another_kind),
        WDF_TEST(calls_at_dispatch_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
