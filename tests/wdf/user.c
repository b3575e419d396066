/* Pins what the framework does otherwise for UMDF drivers: levels, buffers, methods of a stack. */
#include "wdf/pnp_test.h"
#include "wdf/driver.h"

/* Two drivers of a host's stack; the bus stands for its bottom. */
enum { FUNCTION, FILTER, DRIVERS };

static struct user_driver {
    PDRIVER_OBJECT object;
    PWDF_DRIVER_GLOBALS globals;
    WDFDEVICE device;
    WDF_IO_TYPE_CONFIG types; /* Size 0: it does not say */
} drivers[DRIVERS];

static VOID (*examine)(WDFQUEUE queue, WDFREQUEST request);
static ULONG adding; /* whose AddDevice runs */

static VOID NTAPI on_request(WDFQUEUE queue, WDFREQUEST request)
{
    examine(queue, request);
}

static NTSTATUS NTAPI user_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
    struct user_driver *user = &drivers[adding];
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(driver);
    if (adding == FILTER)
        WdfFdoInitSetFilter(init);
    if (user->types.Size)
        WdfDeviceInitSetIoTypeEx(init, &user->types);
    status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &user->device);
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = on_request;
    return NT_SUCCESS(status)
               ? WdfIoQueueCreate(user->device, &config, WDF_NO_OBJECT_ATTRIBUTES, NULL)
               : status;
}

static NTSTATUS NTAPI user_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static UNICODE_STRING paths[] = {RTL_STRING(L"Services\\function"),
                                     RTL_STRING(L"Services\\filter")};
    WDF_DRIVER_CONFIG config;
    NTSTATUS status = ntio_wdf_bind_user(driver, &paths[adding], &WdfDriverGlobals);

    UNREFERENCED_PARAMETER(path);
    if (!NT_SUCCESS(status))
        return status;
    drivers[adding].globals = WdfDriverGlobals;
    WDF_DRIVER_CONFIG_INIT(&config, user_add);
    status = WdfDriverCreate(driver, &paths[adding], WDF_NO_OBJECT_ATTRIBUTES, &config, NULL);
    return ntio_wdf_entered(WdfDriverGlobals, status);
}

/* As types in drivers say; the function driver below the filter. */
static VOID make_stack(VOID)
{
    static UNICODE_STRING names[] = {RTL_STRING(L"\\Driver\\UserFunction"),
                                     RTL_STRING(L"\\Driver\\UserFilter")};

    make_bus();
    for (adding = 0; adding < DRIVERS; adding++) {
        struct user_driver *user = &drivers[adding];

        assert_int_equal(io_create_driver(&names[adding], user_entry, &user->object),
                         STATUS_SUCCESS);
        assert_int_equal(user->object->DriverExtension->AddDevice(user->object, bus.pdo),
                         STATUS_SUCCESS);
    }
}

static inline VOID assume(ULONG driver)
{
    WdfDriverGlobals = drivers[driver].globals;
}

static int stop_user(void **state)
{
    int result = stop_stack(state);

    RtlZeroMemory(drivers, sizeof(drivers));
    return result;
}

#define USER_TEST(body)                                                                            \
    {                                                                                              \
#body, run_in_system, NULL, stop_user, (void *)(body)                                      \
    }

/* ---- the method of a stack ------------------------------------------------------------ */

static VOID ask_for(ULONG driver, WDF_DEVICE_IO_TYPE read_write, WDF_DEVICE_IO_TYPE control)
{
    WDF_IO_TYPE_CONFIG_INIT(&drivers[driver].types);
    drivers[driver].types.ReadWriteIoType = read_write;
    drivers[driver].types.DeviceControlIoType = control;
}

static VOID assert_stack(ULONG driver, WDF_DEVICE_IO_TYPE read_write, WDF_DEVICE_IO_TYPE control)
{
    WDF_DEVICE_IO_TYPE actual_read_write, actual_control;

    assume(driver);
    WdfDeviceGetDeviceStackIoType(drivers[driver].device, &actual_read_write, &actual_control);
    assert_int_equal(actual_read_write, read_write);
    assert_int_equal(actual_control, control);
}

static PDEVICE_OBJECT top_object(VOID)
{
    return wdf_device_of(drivers[FILTER].device, "test")->device_object;
}

static VOID nobody_says(VOID)
{
    struct umdf_stack_access access;

    make_stack();
    assert_int_equal(wdf_resolve_stack_access(top_object(), FALSE, &access), STATUS_SUCCESS);
    assert_int_equal(access.read_write, UMDF_BUFFERED);
    assert_int_equal(access.control, UMDF_BUFFERED);
    assert_int_equal(access.threshold, 0);
}

#define B WdfDeviceIoBuffered
#define D WdfDeviceIoDirect
#define E WdfDeviceIoBufferedOrDirect

/* What two ask for, and what comes of it: pooled with others in a host, and alone; 0: nothing. */
static const struct {
    WDF_DEVICE_IO_TYPE function, filter, pooled, alone;
} stacks[] = {
    {B, B, B, B}, {B, E, B, B}, {E, B, B, B}, {D, D, D, D}, {D, E, D, D},
    {E, D, D, D}, {E, E, B, D}, {B, D, 0, 0}, {D, B, 0, 0},
};

/* row: of stacks, for reads and writes or else for control requests; the others are buffered. */
static VOID resolve(ULONG row, BOOLEAN is_control, BOOLEAN is_pooled)
{
    WDF_DEVICE_IO_TYPE expected = is_pooled ? stacks[row].pooled : stacks[row].alone;
    struct umdf_stack_access access;

    ask_for(FUNCTION, is_control ? B : stacks[row].function, is_control ? stacks[row].function : B);
    ask_for(FILTER, is_control ? B : stacks[row].filter, is_control ? stacks[row].filter : B);
    drivers[FUNCTION].types.DirectTransferThreshold = 8192;
    drivers[FILTER].types.DirectTransferThreshold = 12288;
    make_stack();
    assert_int_equal(wdf_resolve_stack_access(top_object(), is_pooled, &access),
                     expected ? STATUS_SUCCESS : STATUS_DEVICE_CONFIGURATION_ERROR);
    if (!expected)
        return;
    assert_int_equal(is_control ? access.control : access.read_write, expected);
    assert_int_equal(is_control ? access.read_write : access.control, B);
    assert_int_equal(access.threshold, 12288);
    assert_stack(FUNCTION, is_control ? B : expected, is_control ? expected : B);
    assert_stack(FILTER, is_control ? B : expected, is_control ? expected : B);
}

static VOID all_say(VOID)
{
    struct ntio_options options = {.size = sizeof(options)};
    void *state = NULL;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(stacks) * 4; i++) {
        resolve(i / 4, (i & 1) != 0, (i & 2) != 0);
        stop_user(&state);
        assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    }
}

/* Before the filter is there the function driver's answer is another. */
static VOID asked_early(VOID)
{
    ask_for(FUNCTION, D, E);
    ask_for(FILTER, E, D);
    make_stack();
    assert_stack(FUNCTION, D, B);
    assert_stack(FILTER, D, D);
}

/* A wish that no UMDF driver can have leaves both as they were. */
static VOID impossible_wishes(VOID)
{
    ask_for(FUNCTION, WdfDeviceIoNeither, D);
    ask_for(FILTER, D, WdfDeviceIoNeither);
    make_stack();
    assert_stack(FILTER, B, B);
}

/* ---- requests ------------------------------------------------------------------------------ */

static UCHAR sent_input[16], sent_output[16];
static ULONG calls;

static NTSTATUS NTAPI caught(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* As a host makes it of a request of the kernel's. Returns Information. */
static ULONG_PTR deliver(ULONG to, UCHAR major, ULONG code, NTSTATUS expected)
{
    PDEVICE_OBJECT device = wdf_device_of(drivers[to].device, "test")->device_object;
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);
    PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);
    struct umdf_reflected reflected = {
        .irp = irp, .access = UMDF_DIRECT, .process = 4711, .mode = UserMode};
    ULONG_PTR information;
    KEVENT event;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->Tail.Overlay.AuxiliaryBuffer = (PCHAR)&reflected;
    irp->RequestorMode = UserMode;
    location->MajorFunction = major;
    irp->AssociatedIrp.SystemBuffer = major == IRP_MJ_READ ? sent_output : sent_input;
    if (major == IRP_MJ_DEVICE_CONTROL) {
        irp->UserBuffer = sent_output;
        location->Parameters.DeviceIoControl.IoControlCode = code;
        location->Parameters.DeviceIoControl.InputBufferLength = sizeof(sent_input);
        location->Parameters.DeviceIoControl.OutputBufferLength = sizeof(sent_output);
    } else {
        location->Parameters.Read.Length = sizeof(sent_input);
    }
    IoSetCompletionRoutine(irp, caught, &event, TRUE, TRUE, TRUE);
    calls = 0;
    IoCallDriver(device, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(irp->IoStatus.Status, expected);
    assert_ptr_equal(irp->AssociatedIrp.SystemBuffer,
                     major == IRP_MJ_READ ? sent_output : sent_input);
    information = irp->IoStatus.Information;
    IoFreeIrp(irp);
    return information;
}

static VOID start_stack(VOID)
{
    make_stack();
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("bus-start ");
}

static VOID examine_control(WDFQUEUE queue, WDFREQUEST request)
{
    PVOID input, output;
    size_t length;

    UNREFERENCED_PARAMETER(queue);
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 16, &input, &length), STATUS_SUCCESS);
    assert_ptr_equal(input, sent_input);
    assert_int_equal(length, sizeof(sent_input));
    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 16, &output, &length), STATUS_SUCCESS);
    assert_ptr_equal(output, sent_output);
    assert_int_equal(WdfRequestGetEffectiveIoType(request), WdfDeviceIoDirect);
    assert_int_equal(WdfRequestGetRequestorProcessId(request), 4711);
    assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
    assert_false(WdfRequestIsFromUserModeDriver(request));
    assert_false(WdfRequestGetUserModeDriverInitiatedIo(request));
    WdfRequestSetUserModeDriverInitiatedIo(request, TRUE);
    assert_true(WdfRequestGetUserModeDriverInitiatedIo(request));
    WdfRequestSetUserModeDriverInitiatedIo(request, FALSE);
    assert_false(WdfRequestGetUserModeDriverInitiatedIo(request));
    calls++;
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 5);
}

/* Whatever the code's method, there are two buffers. */
static VOID two_buffers(VOID)
{
    ULONG method;

    start_stack();
    assume(FUNCTION);
    examine = examine_control;
    for (method = METHOD_BUFFERED; method <= METHOD_NEITHER; method++) {
        assert_int_equal(deliver(FUNCTION, IRP_MJ_DEVICE_CONTROL,
                                 CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, method, FILE_ANY_ACCESS),
                                 STATUS_SUCCESS),
                         5);
        assert_int_equal(calls, 1);
    }
}

static VOID examine_transfer(WDFQUEUE queue, WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;
    BOOLEAN is_read;
    PVOID buffer;

    UNREFERENCED_PARAMETER(queue);
    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    is_read = parameters.Type == WdfRequestTypeRead;
    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 1, &buffer, NULL),
                     is_read ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST);
    assert_ptr_equal(buffer, is_read ? sent_output : NULL);
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 1, &buffer, NULL),
                     is_read ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS);
    assert_ptr_equal(buffer, is_read ? NULL : sent_input);
    calls++;
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID reads_and_writes(VOID)
{
    start_stack();
    assume(FUNCTION);
    examine = examine_transfer;
    deliver(FUNCTION, IRP_MJ_READ, 0, STATUS_SUCCESS);
    assert_int_equal(calls, 1);
    deliver(FUNCTION, IRP_MJ_WRITE, 0, STATUS_SUCCESS);
    assert_int_equal(calls, 1);
}

/* ---- from driver to driver ------------------------------------------------------------------- */

static UCHAR own_input[8], own_output[8];
static BOOLEAN is_formatted;

static VOID NTAPI sent_done(WDFREQUEST request, WDFIOTARGET target,
                            PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(context);
    assume(FILTER);
    WdfRequestCompleteWithInformation(request, params->IoStatus.Status,
                                      params->IoStatus.Information);
}

/* The filter: passes it on as it is, or with memory of its own. */
static VOID pass_on(WDFQUEUE queue, WDFREQUEST request)
{
    WDFIOTARGET target = WdfDeviceGetIoTarget(WdfIoQueueGetDevice(queue));
    WDFMEMORY input, output;

    if (is_formatted) {
        assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, own_input,
                                                     sizeof(own_input), &input),
                         STATUS_SUCCESS);
        assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, own_output,
                                                     sizeof(own_output), &output),
                         STATUS_SUCCESS);
        assert_int_equal(WdfIoTargetFormatRequestForIoctl(
                             target, request,
                             CTL_CODE(FILE_DEVICE_UNKNOWN, 0x901, METHOD_OUT_DIRECT, 0), input,
                             NULL, output, NULL),
                         STATUS_SUCCESS);
    } else {
        WdfRequestFormatRequestUsingCurrentType(request);
    }
    WdfRequestSetCompletionRoutine(request, sent_done, NULL);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
}

/* The function driver below it. */
static VOID receive(WDFQUEUE queue, WDFREQUEST request)
{
    PVOID input, output;

    if (WdfIoQueueGetDevice(queue) == drivers[FILTER].device) {
        pass_on(queue, request);
        return;
    }
    assume(FUNCTION);
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 1, &input, NULL), STATUS_SUCCESS);
    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 1, &output, NULL), STATUS_SUCCESS);
    assert_ptr_equal(input, is_formatted ? own_input : sent_input);
    assert_ptr_equal(output, is_formatted ? own_output : sent_output);
    calls++;
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 3);
}

static VOID from_filter_to_function(VOID)
{
    start_stack();
    assume(FILTER);
    examine = receive;
    for (is_formatted = FALSE; is_formatted <= TRUE; is_formatted++) {
        assume(FILTER);
        assert_int_equal(deliver(FILTER, IRP_MJ_DEVICE_CONTROL,
                                 CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_BUFFERED, 0),
                                 STATUS_SUCCESS),
                         3);
        assert_int_equal(calls, 1);
    }
}

/* ---- levels -------------------------------------------------------------------------------- */

static VOID examine_level(WDFQUEUE queue, WDFREQUEST request)
{
    WDFSPINLOCK lock;

    UNREFERENCED_PARAMETER(queue);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_int_equal(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock), STATUS_SUCCESS);
    WdfSpinLockAcquire(lock);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    WdfSpinLockRelease(lock);
    WdfObjectDelete(lock);
    WdfObjectAcquireLock(drivers[FUNCTION].device);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    WdfObjectReleaseLock(drivers[FUNCTION].device);
    calls++;
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static KEVENT fired;

static VOID NTAPI on_timer(WDFTIMER timer)
{
    UNREFERENCED_PARAMETER(timer);
    note("timer(%u) ", KeGetCurrentIrql());
    KeSetEvent(&fired, IO_NO_INCREMENT, FALSE);
}

/* A driver of user mode never runs above PASSIVE_LEVEL, even if its attributes ask for it. */
static VOID always_passive(VOID)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_TIMER_CONFIG config;
    WDFTIMER timer;

    start_stack();
    assume(FUNCTION);
    examine = examine_level;
    deliver(FUNCTION, IRP_MJ_WRITE, 0, STATUS_SUCCESS);
    assert_int_equal(calls, 1);
    KeInitializeEvent(&fired, NotificationEvent, FALSE);
    WDF_TIMER_CONFIG_INIT_PERIODIC(&config, on_timer, 1);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = drivers[FUNCTION].device;
    attributes.ExecutionLevel = WdfExecutionLevelDispatch;
    assert_int_equal(WdfTimerCreate(&config, &attributes, &timer), STATUS_SUCCESS);
    WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_MS(1));
    KeWaitForSingleObject(&fired, Executive, KernelMode, FALSE, NULL);
    WdfTimerStop(timer, TRUE);
    assert_memory_equal(journal.text, "timer(0) ", 9);
}

/* ---- what it says of itself ------------------------------------------------------------------ */

static BOOLEAN is_available(ULONG major, ULONG minor)
{
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS params;

    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&params, major, minor);
    return WdfDriverIsVersionAvailable(WdfGetDriver(), &params);
}

static VOID version(VOID)
{
    static const UNICODE_STRING expected = RTL_STRING(L"User Mode Driver Framework version 2.33");
    UNICODE_STRING text;
    WDFSTRING string;

    make_stack();
    assume(FUNCTION);
    assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
    assert_int_equal(WdfDriverRetrieveVersionString(WdfGetDriver(), string), STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &text);
    assert_true(RtlEqualUnicodeString(&text, &expected, FALSE));
    assert_true(is_available(2, 33));
    assert_true(is_available(2, 0));
    assert_false(is_available(2, 34));
    assert_false(is_available(1, 33));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        USER_TEST(nobody_says),
        USER_TEST(all_say),
        USER_TEST(asked_early),
        USER_TEST(impossible_wishes),
        USER_TEST(two_buffers),
        USER_TEST(reads_and_writes),
        USER_TEST(from_filter_to_function),
        USER_TEST(always_passive),
        USER_TEST(version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
