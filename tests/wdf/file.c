/* Files: what the driver sees of opening and closing a device, and where its objects are found. */
#include "control_test.h"

static WDFFILEOBJECT created;
static WDFREQUEST create_request;
static NTSTATUS create_status;

static VOID NTAPI on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    note("create ");
    created = file;
    /* Release: who waits for it completes it. */
    __atomic_store_n(&create_request, request, __ATOMIC_RELEASE);
    if (create_status != STATUS_PENDING)
        WdfRequestComplete(request, create_status);
}

static VOID NTAPI on_cleanup(WDFFILEOBJECT file)
{
    assert_ptr_equal(file, created);
    note("cleanup ");
}

static VOID NTAPI on_close(WDFFILEOBJECT file)
{
    assert_ptr_equal(file, created);
    note("close ");
}

static VOID NTAPI file_cleaned_up(WDFOBJECT file)
{
    UNREFERENCED_PARAMETER(file);
    note("object cleanup ");
}

static VOID NTAPI file_destroyed(WDFOBJECT file)
{
    UNREFERENCED_PARAMETER(file);
    note("object destroy ");
}

static PWDFDEVICE_INIT begin_with_files(WDF_FILEOBJECT_CLASS class,
                                        PFN_WDF_DEVICE_FILE_CREATE callback)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_FILEOBJECT_CONFIG config;

    create_status = STATUS_SUCCESS;
    WDF_FILEOBJECT_CONFIG_INIT(&config, callback, on_close, on_cleanup);
    config.FileObjectClass = class;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = file_cleaned_up;
    attributes.EvtDestroyCallback = file_destroyed;
    WdfDeviceInitSetFileObjectConfig(init, &config, &attributes);
    return init;
}

static WDFDEVICE device_with_files(WDF_FILEOBJECT_CLASS class)
{
    WDFDEVICE device = make_device(begin_with_files(class, on_create), WDF_NO_OBJECT_ATTRIBUTES);

    WdfControlFinishInitializing(device);
    return device;
}

static PFILE_OBJECT file_of(HANDLE handle)
{
    PVOID file;

    assert_int_equal(
        ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, &file, NULL),
        STATUS_SUCCESS);
    ObDereferenceObject(file);
    return file;
}

/* ---- the life of a file ---------------------------------------------------------------- */

static void live_and_die(WDF_FILEOBJECT_CLASS class)
{
    WDFDEVICE device = device_with_files(class);
    HANDLE handle = open_device(SYNCHRONOUS);
    PFILE_OBJECT file = file_of(handle);

    assert_journal("create ");
    assert_ptr_equal(WdfFileObjectGetDevice(created), device);
    assert_ptr_equal(WdfFileObjectWdmGetFileObject(created), file);
    assert_ptr_equal(WdfDeviceGetFileObject(device, file), created);
    assert_int_equal(WdfFileObjectGetFlags(created), file->Flags);
    assert_ptr_equal(WdfFileObjectGetFileName(created), &file->FileName);
    assert_int_equal(WdfFileObjectGetInitiatorProcessId(created),
                     HandleToULong(PsGetCurrentProcessId()));
    NtClose(handle);
    assert_journal("cleanup close object cleanup object destroy ");
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfFileObjectGetDevice(created));
}

static void a_file_lives_from_create_to_close(void)
{
    live_and_die(WdfFileObjectWdfCannotUseFsContexts);
}

static void it_may_be_in_the_first_context(void)
{
    live_and_die(WdfFileObjectWdfCanUseFsContext);
}

static void it_may_be_in_the_second_context(void)
{
    live_and_die(WdfFileObjectWdfCanUseFsContext2);
}

static void each_handle_has_its_own_file(void)
{
    WDFDEVICE device = device_with_files(WdfFileObjectWdfCannotUseFsContexts);
    HANDLE one = open_device(SYNCHRONOUS), two;
    WDFFILEOBJECT first = created, second;

    two = open_device(SYNCHRONOUS);
    second = created;
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(WdfDeviceGetFileObject(device, file_of(one)), first);
    assert_ptr_equal(WdfDeviceGetFileObject(device, file_of(two)), second);
    created = first;
    NtClose(one);
    created = second;
    NtClose(two);
    assert_null(WdfDeviceGetFileObject(device, NULL));
}

static void nobody_has_to_want_files(void)
{
    WDFDEVICE device = device_with_files(WdfFileObjectNotRequired);
    HANDLE handle;

    created = (WDFFILEOBJECT)1;
    handle = open_device(SYNCHRONOUS);
    assert_null(created);
    assert_null(WdfDeviceGetFileObject(device, file_of(handle)));
    NtClose(handle);
    assert_journal("create cleanup close ");
}

static void nor_callbacks(void)
{
    HANDLE handle;

    WdfControlFinishInitializing(plain_device());
    handle = open_device(SYNCHRONOUS);
    NtClose(handle);
    assert_journal("");
}

static void a_file_object_is_not_the_drivers_to_delete(void)
{
    HANDLE handle;

    device_with_files(WdfFileObjectWdfCannotUseFsContexts);
    handle = open_device(SYNCHRONOUS);
    WdfObjectDelete(created);
    assert_non_null(WdfFileObjectGetDevice(created));
    NtClose(handle);
}

/* ---- the create request ------------------------------------------------------------------- */

static void a_failed_create_leaves_no_file(void)
{
    HANDLE handle;

    device_with_files(WdfFileObjectWdfCannotUseFsContexts);
    create_status = STATUS_SHARING_VIOLATION;
    assert_int_equal(try_open(SYNCHRONOUS, &handle), STATUS_SHARING_VIOLATION);
    assert_journal("create object cleanup object destroy ");
    create_status = STATUS_SUCCESS;
    handle = open_device(SYNCHRONOUS);
    NtClose(handle);
}

static VOID complete_create(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    while (!__atomic_load_n(&create_request, __ATOMIC_ACQUIRE))
        YieldProcessor();
    WdfRequestComplete(create_request, STATUS_SUCCESS);
}

static void a_create_may_be_completed_later(void)
{
    struct program_thread thread;
    HANDLE handle;

    device_with_files(WdfFileObjectWdfCannotUseFsContexts);
    create_status = STATUS_PENDING;
    create_request = NULL;
    start_thread(&thread, complete_create, NULL);
    handle = open_device(SYNCHRONOUS);
    join_thread(&thread);
    NtClose(handle);
    assert_journal("create cleanup close object cleanup object destroy ");
}

static WDFQUEUE later;

static VOID NTAPI forward_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    created = file;
    /* It came from no queue that the driver knows. */
    assert_null(WdfRequestGetIoQueue(request));
    assert_ptr_equal(WdfRequestGetFileObject(request), file);
    assert_int_equal(WdfRequestForwardToIoQueue(request, later), STATUS_SUCCESS);
}

static VOID NTAPI complete_from_queue(WDFQUEUE queue, WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    assert_ptr_equal(WdfRequestGetIoQueue(request), queue);
    note("queue:%u ", parameters.Type);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static void a_create_may_be_forwarded(void)
{
    WDFDEVICE device =
        make_device(begin_with_files(WdfFileObjectWdfCannotUseFsContexts, forward_create),
                    WDF_NO_OBJECT_ATTRIBUTES);
    WDF_IO_QUEUE_CONFIG config;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = complete_from_queue;
    later = make_queue(device, &config);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_journal("queue:0 ");
    NtClose(handle);
}

static void creates_may_have_a_queue(void)
{
    WDFDEVICE device = make_device(begin_with_files(WdfFileObjectWdfCannotUseFsContexts, on_create),
                                   WDF_NO_OBJECT_ATTRIBUTES);
    WDF_IO_QUEUE_CONFIG config;
    WDFQUEUE queue;
    HANDLE handle;

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = complete_from_queue;
    queue = make_queue(device, &config);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, queue, WdfRequestTypeCreate),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDeviceConfigureRequestDispatching(device, queue, WdfRequestTypeCreate),
                     STATUS_INVALID_PARAMETER);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_journal("queue:0 ");
    created = WdfDeviceGetFileObject(device, file_of(handle));
    NtClose(handle);
}

static void an_exclusive_device_is_opened_once(void)
{
    PWDFDEVICE_INIT init = begin_with_files(WdfFileObjectWdfCannotUseFsContexts, on_create);
    HANDLE handle, second;
    WDFDEVICE device;

    WdfDeviceInitSetExclusive(init, TRUE);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(try_open(SYNCHRONOUS, &second), STATUS_ACCESS_DENIED);
    NtClose(handle);
    handle = open_device(SYNCHRONOUS);
    NtClose(handle);
}

/* ---- the control device -------------------------------------------------------------------- */

static VOID NTAPI device_destroyed(WDFOBJECT device)
{
    UNREFERENCED_PARAMETER(device);
    note("device destroyed ");
}

static void a_deleted_device_stays_until_its_files_are_closed(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    HANDLE handle, second;
    WDFDEVICE device;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtDestroyCallback = device_destroyed;
    device =
        make_device(begin_with_files(WdfFileObjectWdfCannotUseFsContexts, on_create), &attributes);
    WdfControlFinishInitializing(device);
    handle = open_device(SYNCHRONOUS);
    made_device = NULL;
    WdfObjectDelete(device);
    assert_journal("create ");
    assert_false(NT_SUCCESS(try_open(SYNCHRONOUS, &second)));
    NtClose(handle);
    assert_journal("cleanup close object cleanup object destroy device destroyed ");
}

/* ---- synchronization ------------------------------------------------------------------------- */

static NTSTATUS try_scope(WDF_EXECUTION_LEVEL level, WDF_SYNCHRONIZATION_SCOPE scope)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_FILEOBJECT_CONFIG config;
    WDFDEVICE device;
    NTSTATUS status;

    WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, NULL, NULL);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = scope;
    WdfDeviceInitSetFileObjectConfig(init, &config, &attributes);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ExecutionLevel = level;
    status = WdfDeviceCreate(&init, &attributes, &device);
    if (!NT_SUCCESS(status))
        WdfDeviceInitFree(init);
    return status;
}

static void callbacks_for_files_need_a_passive_lock(void)
{
    assert_int_equal(try_scope(WdfExecutionLevelDispatch, WdfSynchronizationScopeDevice),
                     STATUS_INVALID_DEVICE_REQUEST);
}

static void which_a_passive_device_has(void)
{
    assert_int_equal(try_scope(WdfExecutionLevelPassive, WdfSynchronizationScopeDevice),
                     STATUS_SUCCESS);
}

static void they_have_no_queues_lock(void)
{
    assert_int_equal(try_scope(WdfExecutionLevelPassive, WdfSynchronizationScopeQueue),
                     STATUS_INVALID_DEVICE_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_file_lives_from_create_to_close),
        WDF_TEST(it_may_be_in_the_first_context),
        WDF_TEST(it_may_be_in_the_second_context),
        WDF_TEST(each_handle_has_its_own_file),
        WDF_TEST(nobody_has_to_want_files),
        WDF_TEST(nor_callbacks),
        WDF_TEST(a_file_object_is_not_the_drivers_to_delete),
        WDF_TEST(a_failed_create_leaves_no_file),
        WDF_TEST(a_create_may_be_completed_later),
        WDF_TEST(a_create_may_be_forwarded),
        WDF_TEST(creates_may_have_a_queue),
        WDF_TEST(an_exclusive_device_is_opened_once),
        WDF_TEST(a_deleted_device_stays_until_its_files_are_closed),
        WDF_TEST(callbacks_for_files_need_a_passive_lock),
        WDF_TEST(which_a_passive_device_has),
        WDF_TEST(they_have_no_queues_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
