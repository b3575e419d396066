/*
 * What the tests of queues and files share: a system, a driver of the framework inside the
 * test program with one control device, and requests that a program sends to it.
 */
#pragma once

#include <ntifs.h>
#include <wdf.h>
#include <wdmsec.h>

#include "io/iop.h"
#include "wdf/device.h"
#include "wdf/file.h"
#include "wdf/queue.h"
#include "nt_cmocka.h"
#include "../../include/ntio/ntio.h"

PWDF_DRIVER_GLOBALS WdfDriverGlobals;

NTSTATUS NTAPI ntio_wdf_bind(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                             PWDF_DRIVER_GLOBALS *globals);
NTSTATUS NTAPI ntio_wdf_entered(PWDF_DRIVER_GLOBALS globals, NTSTATUS status);

#define DEVICE_NAME L"\\Device\\Test"

/* ---- what the driver did, in order ------------------------------------------------------ */

static struct {
    KSPIN_LOCK lock;
    CHAR text[4096];
    SIZE_T length;
} journal;

static inline VOID note(PCSTR format, ...)
{
    va_list arguments;
    KIRQL irql;

    va_start(arguments, format);
    KeAcquireSpinLock(&journal.lock, &irql);
    journal.length += rtl_format_va(journal.text + journal.length,
                                    sizeof(journal.text) - journal.length, format, arguments);
    KeReleaseSpinLock(&journal.lock, irql);
    va_end(arguments);
}

static inline SIZE_T journal_length(VOID)
{
    SIZE_T length;
    KIRQL irql;

    KeAcquireSpinLock(&journal.lock, &irql);
    length = journal.length;
    KeReleaseSpinLock(&journal.lock, irql);
    return length;
}

/* What it says up to now, which is taken out of it. */
static inline VOID assert_journal(PCSTR expected)
{
    CHAR text[sizeof(journal.text)];
    KIRQL irql;

    KeAcquireSpinLock(&journal.lock, &irql);
    memcpy(text, journal.text, journal.length + 1);
    journal.length = 0;
    journal.text[0] = 0;
    KeReleaseSpinLock(&journal.lock, irql);
    assert_string_equal(text, expected);
}

/* A test runs body in a system of its own, started in the test itself: see tests/io/io_test.h. */
#define WDF_TEST(body)                                                                             \
    {                                                                                              \
#body, run_in_system, NULL, stop_system, (void *)(body)                                    \
    }

static inline void run_in_system(void **state)
{
    void (*body)(void) = (void (*)(void)) * state;
    struct ntio_options options = {.size = sizeof(options)};

    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    body();
}

/* Ends what a test that failed has left with the driver: the system waits for it. */
static inline VOID end_requests(struct wdf_device *device)
{
    struct wdf_queue_walk walk = {.device = device};
    struct wdf_queue *queue;

    while ((queue = wdf_next_queue(&walk)) != NULL) {
        while (!IsListEmpty(&queue->owned))
            wdf_complete_request(
                CONTAINING_RECORD(queue->owned.Flink, struct wdf_request, queue_link),
                STATUS_CANCELLED, __func__);
    }
}

static struct wdf_device *made_device;
static WDFDEVICE made_handle; /* stale once the device is gone */

static inline int stop_system(void **state)
{
    (void)state;
    if (made_device && wdf_lookup_handle(made_handle))
        end_requests(made_device);
    made_device = NULL;
    ntio_stop();
    journal.length = 0;
    journal.text[0] = 0;
    return 0;
}

/* ---- the driver --------------------------------------------------------------------- */

static VOID NTAPI driver_unload(WDFDRIVER driver)
{
    UNREFERENCED_PARAMETER(driver);
}

static NTSTATUS create_driver(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const UNICODE_STRING no_path = RTL_CONSTANT_STRING(L"");
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    config.EvtDriverUnload = driver_unload;
    return WdfDriverCreate(driver, path ? path : &no_path, WDF_NO_OBJECT_ATTRIBUTES, &config, NULL);
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status = ntio_wdf_bind(driver, path, &WdfDriverGlobals);

    if (NT_SUCCESS(status))
        status = ntio_wdf_entered(WdfDriverGlobals, create_driver(driver, path));
    return status;
}

static inline VOID load_driver(VOID)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");
    PDRIVER_OBJECT driver = NULL;

    assert_int_equal(io_create_driver(&name, driver_entry, &driver), STATUS_SUCCESS);
}

/* ---- its device ----------------------------------------------------------------------- */

static inline PWDFDEVICE_INIT begin_device(VOID)
{
    UNICODE_STRING name = RTL_STRING(DEVICE_NAME);
    PWDFDEVICE_INIT init;

    load_driver();
    init = WdfControlDeviceInitAllocate(WdfGetDriver(), &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    assert_non_null(init);
    assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
    return init;
}

static inline WDFDEVICE make_device(PWDFDEVICE_INIT init, PWDF_OBJECT_ATTRIBUTES attributes)
{
    WDFDEVICE device = NULL;

    assert_int_equal(WdfDeviceCreate(&init, attributes, &device), STATUS_SUCCESS);
    made_device = wdf_device_of(device, "test");
    made_handle = device;
    return device;
}

/* A device as plain as can be. It takes requests once WdfControlFinishInitializing is called. */
static inline WDFDEVICE plain_device(VOID)
{
    return make_device(begin_device(), WDF_NO_OBJECT_ATTRIBUTES);
}

static inline WDFQUEUE make_queue(WDFDEVICE device, PWDF_IO_QUEUE_CONFIG config)
{
    WDFQUEUE queue = NULL;

    assert_int_equal(WdfIoQueueCreate(device, config, WDF_NO_OBJECT_ATTRIBUTES, &queue),
                     STATUS_SUCCESS);
    return queue;
}

/* A device with a default queue for which the test sets the callbacks; ready to be opened. */
static inline WDFQUEUE device_with_queue(PWDF_IO_QUEUE_CONFIG config)
{
    WDFDEVICE device = plain_device();
    WDFQUEUE queue = make_queue(device, config);

    WdfControlFinishInitializing(device);
    return queue;
}

static inline struct wdf_queue *inside(WDFQUEUE queue)
{
    return wdf_queue_of(queue, "test");
}

/* ---- its callers ---------------------------------------------------------------------- */

#define SYNCHRONOUS FILE_SYNCHRONOUS_IO_NONALERT
#define ASYNCHRONOUS 0

static inline NTSTATUS try_open(ULONG options, PHANDLE handle)
{
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;

    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return NtCreateFile(handle, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &iosb,
                        NULL, 0, 0, FILE_OPEN, options, NULL, 0);
}

static inline HANDLE open_device(ULONG options)
{
    HANDLE handle = NULL;

    assert_int_equal(try_open(options, &handle), STATUS_SUCCESS);
    return handle;
}

/* A request of which the driver is to see the number. */
#define CODE(number)                                                                               \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (number), METHOD_NEITHER, FILE_ANY_ACCESS)

struct sent {
    IO_STATUS_BLOCK iosb;
};

static inline NTSTATUS send(HANDLE handle, ULONG number, struct sent *sent)
{
    sent->iosb.Status = STATUS_PENDING;
    sent->iosb.Information = (ULONG_PTR)-1;
    return NtDeviceIoControlFile(handle, NULL, NULL, NULL, &sent->iosb, CODE(number), NULL, 0, NULL,
                                 0);
}

static inline BOOLEAN is_pending(const struct sent *sent)
{
    return __atomic_load_n(&sent->iosb.Status, __ATOMIC_ACQUIRE) == STATUS_PENDING;
}

static inline VOID cancel(HANDLE handle, struct sent *sent)
{
    IO_STATUS_BLOCK iosb;

    assert_int_equal(NtCancelIoFileEx(handle, &sent->iosb, &iosb), STATUS_SUCCESS);
}

static inline ULONG number_of(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    return ((parameters.Parameters.DeviceIoControl.IoControlCode >> 2) & 0xFFF) - 0x800;
}

/* ---- threads ---------------------------------------------------------------------------- */

/* Runs body on a thread of the program. */
struct program_thread {
    VOID (*body)(PVOID);
    PVOID context;
    struct hal_thread *thread;
};

static inline void run_program_thread(void *context)
{
    struct program_thread *order = context;

    order->body(order->context);
}

static inline VOID start_thread(struct program_thread *order, VOID (*body)(PVOID), PVOID context)
{
    order->body = body;
    order->context = context;
    assert_int_equal(hal_thread_create(&order->thread, run_program_thread, order, "test"), HAL_OK);
}

static inline VOID join_thread(struct program_thread *order)
{
    hal_thread_join(order->thread);
}

/* ---- bug checks ----------------------------------------------------------------------------- */

static struct {
    ke_bugcheck_handler before;
    jmp_buf exit;
    ULONG_PTR seen[5]; /* the code and its parameters */
} bugcheck;

static inline VOID catch_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    bugcheck.seen[0] = code;
    memcpy(bugcheck.seen + 1, parameters, 4 * sizeof(*parameters));
    longjmp(bugcheck.exit, 1);
}

/* call must end in WDF_VIOLATION with this first parameter. */
#define ASSERT_VIOLATION(number, call)                                                             \
    do {                                                                                           \
        memset(bugcheck.seen, 0, sizeof(bugcheck.seen));                                           \
        bugcheck.before = ke_bugcheck_hook(catch_bugcheck);                                        \
        if (!setjmp(bugcheck.exit))                                                                \
            (VOID)(call);                                                                          \
        ke_bugcheck_hook(bugcheck.before);                                                         \
        assert_int_equal(bugcheck.seen[0], WDF_VIOLATION);                                         \
        assert_int_equal(bugcheck.seen[1], number);                                                \
    } while (0)
