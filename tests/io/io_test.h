/*
 * What the tests of io share: a system, a driver inside the test program, and
 * the calls that a program makes.
 */
#pragma once

#include <ntifs.h>

#include "io/iop.h"
#include "nt_cmocka.h"
#include "../../include/ntio/ntio.h"

#define DEVICE_NAME L"\\Device\\Test"

/*
 * A test runs body in a system of its own, which is started in the test itself:
 * cmocka takes the fault signals for itself between a set-up and its test.
 */
#define IO_TEST(body)                                                                              \
    {                                                                                              \
#body, run_in_system, NULL, stop_system, (void *)(body)                                    \
    }

static inline VOID start_system(VOID)
{
    struct ntio_options options = {.size = sizeof(options), .report_requests = 1};

    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
}

static inline void run_in_system(void **state)
{
    void (*body)(void) = (void (*)(void)) * state;

    start_system();
    body();
}

/* Also if the test failed half way. */
static inline int stop_system(void **state)
{
    (void)state;
    ntio_stop();
    return 0;
}

/* A driver object with one dispatch routine for everything, and DriverUnload. */
static PDRIVER_DISPATCH test_dispatch;

static NTSTATUS NTAPI dispatch_through(PDEVICE_OBJECT device, PIRP irp)
{
    return test_dispatch(device, irp);
}

static VOID NTAPI delete_devices(PDRIVER_OBJECT driver)
{
    while (driver->DeviceObject)
        IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS NTAPI test_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_through;
    driver->DriverUnload = delete_devices;
    return STATUS_SUCCESS;
}

static inline PDRIVER_OBJECT make_test_driver(PDRIVER_DISPATCH dispatch)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Test");
    PDRIVER_OBJECT driver = NULL;

    test_dispatch = dispatch;
    assert_int_equal(io_create_driver(&name, test_entry, &driver), STATUS_SUCCESS);
    return driver;
}

/* A device that can be opened, with these DO_ flags. name may be NULL. */
static inline PDEVICE_OBJECT make_device(PDRIVER_OBJECT driver, PCWSTR name, ULONG flags)
{
    UNICODE_STRING device_name;
    PDEVICE_OBJECT device = NULL;

    RtlInitUnicodeString(&device_name, name);
    assert_int_equal(IoCreateDevice(driver, 0, name ? &device_name : NULL, FILE_DEVICE_UNKNOWN, 0,
                                    FALSE, &device),
                     STATUS_SUCCESS);
    device->Flags |= flags;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return device;
}

/* Completes with this and returns it. */
static inline NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static inline UCHAR major_of(PIRP irp)
{
    return IoGetCurrentIrpStackLocation(irp)->MajorFunction;
}

/* Create, cleanup and close succeed whatever the test's driver is about. */
static inline BOOLEAN is_file_request(PIRP irp)
{
    UCHAR major = major_of(irp);

    return major == IRP_MJ_CREATE || major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE;
}

#define SYNCHRONOUS FILE_SYNCHRONOUS_IO_NONALERT

static inline NTSTATUS try_open(PCWSTR name, ACCESS_MASK access, ULONG options, PHANDLE handle)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;

    RtlInitUnicodeString(&path, name);
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return NtCreateFile(handle, access, &attributes, &iosb, NULL, 0, 0, FILE_OPEN, options, NULL,
                        0);
}

static inline HANDLE open_name(PCWSTR name, ULONG options)
{
    HANDLE handle = NULL;

    assert_int_equal(
        try_open(name, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, options, &handle),
        STATUS_SUCCESS);
    return handle;
}

static inline HANDLE open_device(ULONG options)
{
    return open_name(DEVICE_NAME, options);
}

/* A control request without event or APC. */
static inline NTSTATUS control(HANDLE handle, ULONG code, PVOID input, ULONG input_length,
                               PVOID output, ULONG output_length, PIO_STATUS_BLOCK iosb)
{
    return NtDeviceIoControlFile(handle, NULL, NULL, NULL, iosb, code, input, input_length, output,
                                 output_length);
}

#define CODE(method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, method, FILE_ANY_ACCESS)

/* What an IO_STATUS_BLOCK or a buffer holds before anybody writes it. */
#define POISON 0xA5

static inline BOOLEAN is_poisoned(const VOID *memory, SIZE_T bytes)
{
    const UCHAR *at = memory;

    while (bytes && *at == POISON) {
        at++;
        bytes--;
    }
    return bytes == 0;
}

/* Runs body on a thread of the program and waits until the thread is gone. */
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
